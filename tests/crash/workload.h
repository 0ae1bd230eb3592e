/* workload.h - what the programs of this folder do to a data directory, and what must stand in it afterwards.
 *
 * The workload is a list of steps. After each the engine is drained; the clock is the step's, so nothing but the steps
 * decides what comes out. A run remembers which step was acknowledged and goes on with the next: DDL may be executed
 * twice, records are put only if engine_appended does not count them yet. */
#ifndef WEIR_TESTS_CRASH_WORKLOAD_H
#define WEIR_TESTS_CRASH_WORKLOAD_H

#include "base/hash.h"
#include "connectors/file.h"
#include "engine/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKLOAD_START INT64_C(1767225600000000) /* 2026-01-01 00:00:00 */
enum {
    EVENT_COUNT = 48,
    FILE_BYTES_SMALL = 1500, /* of a journal file: so many of them become segments on the way */
};

enum step_kind { STEP_SQL, STEP_PUT, STEP_INSERT };

struct step {
    enum step_kind kind;
    const char *text;   /* STEP_PUT: the name of the stream */
    int count;          /* of records */
    const char *stream; /* STEP_INSERT */
};

static const struct step steps[] = {
    {.text = "CREATE STREAM events (ts TIMESTAMP, device VARCHAR, value INTEGER, WATERMARK FOR ts AS ts - INTERVAL '4' "
             "SECOND) "
             "WITH (format = 'json', connector = 'file', path = 'events.jsonl')"},
    {.text =
         "CREATE VIEW by_device AS SELECT window_start, device, COUNT(*) AS n, SUM(value) AS total "
         "FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, device"},
    {.text = "CREATE STREAM device_windows AS SELECT window_start, device, COUNT(*) AS n, AVG(value) AS mean, "
             "MAX(value) AS top "
             "FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '5' SECOND) "
             "GROUP BY window_start, window_end, device"},
    {.text = "CREATE STREAM clicks (ts TIMESTAMP, who VARCHAR, amount INTEGER, WATERMARK FOR ts AS ts - INTERVAL '2' "
             "SECOND) "
             "WITH (format = 'json')"},
    {.text = "CREATE VIEW totals AS SELECT who, COUNT(*) AS n, SUM(amount) AS total, MAX(amount) AS top FROM clicks "
             "GROUP BY who"},
    {.text = "CREATE STREAM big (ts TIMESTAMP, who VARCHAR, share DOUBLE)"},
    {.text = "CREATE PUMP bigs AS INSERT INTO big SELECT STREAM ts, who, 100.0 / (amount - 60) FROM clicks WHERE "
             "amount > 40"},
    {.text = "CREATE VIEW big_count AS SELECT who, COUNT(*) AS n, SUM(share) AS shares FROM big GROUP BY who"},
    {STEP_PUT, "clicks", 14, NULL},
    {.text = "CREATE STREAM notes (word VARCHAR, n INTEGER)"},
    {.text = "CREATE STREAM note_windows AS SELECT window_start, COUNT(*) AS n, SUM(n) AS total "
             "FROM TUMBLE(TABLE notes, DESCRIPTOR(ROWTIME), INTERVAL '3' SECOND) GROUP BY window_start, window_end"},
    {STEP_INSERT, "INSERT INTO notes VALUES ('one', 1), ('two', 2), ('three', 3)", 3, "notes"},
    {.text = "CREATE STREAM click_windows AS SELECT window_start, who, COUNT(*) AS n, SUM(amount) AS total "
             "FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end, who"},
    {STEP_PUT, "clicks", 17, NULL},
    {.text = "CREATE VIEW passing AS SELECT who, MIN(amount) AS least FROM clicks GROUP BY who"},
    {STEP_INSERT, "INSERT INTO notes VALUES ('four', 4)", 1, "notes"},
    {STEP_PUT, "clicks", 1, NULL},
    {.text = "DROP VIEW IF EXISTS passing"},
    {.text = "CREATE VIEW both AS SELECT name, COUNT(*) AS n FROM (SELECT device AS name FROM events UNION ALL "
             "SELECT who AS name FROM clicks) GROUP BY name"},
    {.text = "CREATE VIEW failures AS SELECT ERROR_NAME, STREAM_NAME, COUNT(*) AS n FROM error_stream GROUP BY "
             "ERROR_NAME, STREAM_NAME"},
    {STEP_PUT, "clicks", 21, NULL},
    {.text = "CREATE VIEW passing AS SELECT who, MAX(amount) AS most FROM clicks GROUP BY who"},
    {.text = "CREATE STREAM windows_of_windows AS SELECT window_start, COUNT(*) AS n, SUM(n) AS total "
             "FROM TUMBLE(TABLE device_windows, DESCRIPTOR(ROWTIME), INTERVAL '20' SECOND) GROUP BY window_start, "
             "window_end"},
    {.text = "CREATE STREAM big_windows AS SELECT window_start, COUNT(*) AS n, SUM(share) AS shares "
             "FROM TUMBLE(TABLE big, DESCRIPTOR(ROWTIME), INTERVAL '10' SECOND) GROUP BY window_start, window_end"},
    {.text = "CREATE PUMP smalls AS INSERT INTO big (ts, who, share) SELECT STREAM ts, 'small', 1.5 FROM clicks WHERE "
             "amount < 9"},
    {STEP_INSERT, "INSERT INTO notes VALUES ('five', 5), ('six', NULL)", 2, "notes"},
    {.text =
         "CREATE OR REPLACE VIEW by_device AS SELECT window_start, device, MIN(value) AS least "
         "FROM TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, device"},
    {.text = "DROP PUMP IF EXISTS bigs"},
    {STEP_PUT, "clicks", 16, NULL},
};
enum { STEP_COUNT = sizeof steps / sizeof *steps };

/* What is compared. Views go as sets; of streams the order counts. A sequence number in the log depends on what
 * crashes left there, an offset in a file does not. */
static const struct result {
    const char *sql;
    enum { RESULT_SET, RESULT_LIST } kind;
} results[] = {
    {"SELECT * FROM by_device", RESULT_SET},
    {"SELECT * FROM totals", RESULT_SET},
    {"SELECT * FROM big_count", RESULT_SET},
    {"SELECT * FROM both", RESULT_SET},
    {"SELECT * FROM passing", RESULT_SET},
    {"SELECT * FROM failures", RESULT_SET},
    {"SELECT *, ROWTIME, _watermark, SEQUENCE_NUMBER FROM events", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark, APPROXIMATE_ARRIVAL_TIME FROM clicks", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM notes", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM big", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM device_windows", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM click_windows", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM note_windows", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM windows_of_windows", RESULT_LIST},
    {"SELECT *, ROWTIME, _watermark FROM big_windows", RESULT_LIST},
    {"SELECT ERROR_TIME, ERROR_LEVEL, ERROR_NAME, MESSAGE, DATA_ROWTIME, DATA_ROW, PUMP_NAME, STREAM_NAME, "
     "CASE STREAM_NAME WHEN 'events' THEN SEQUENCE_NUMBER END FROM error_stream",
     RESULT_LIST},
};
enum { RESULT_COUNT = sizeof results / sizeof *results };

/* ---- input ---- */

static inline void put_time(struct buf *out, int64_t seconds)
{
    buf_printf(out, "\"2026-01-01T00:%02d:%02dZ\"", (int)(seconds / 60), (int)(seconds % 60));
}

/* The i-th line of events.jsonl: mostly in order, some late, some bad. */
static inline void event_text(int i, struct buf *out)
{
    struct rng rng = {.state = (uint64_t)i};
    int64_t at = i * 2 + (int64_t)rng_below(&rng, 4);

    if (i % 23 == 11) at -= at > 30 ? 30 : at;
    buf_puts(out, "{\"ts\":");
    if (i == 33)
        buf_puts(out, "\"yesterday\"");
    else
        put_time(out, at);
    buf_printf(out, ",\"device\":\"d%d\",\"value\":", (int)rng_below(&rng, 4));
    if (i % 19 == 7)
        buf_puts(out, "\"much\"}\n");
    else if (i == 40)
        buf_puts(out, "17\n");
    else
        buf_printf(out, "%d}\n", (int)rng_below(&rng, 1000));
}

/* Events [from, to) as the text of a file. */
static inline void events_text(int from, int to, struct buf *out)
{
    for (int i = from; i < to; i++) event_text(i, out);
}

/* The i-th record that is put into a stream. 60 makes the pump divide by zero. */
static inline void click_text(int i, struct buf *out)
{
    struct rng rng = {.state = 1000 + (uint64_t)i};
    int64_t at = i + (int64_t)rng_below(&rng, 3);

    if (i % 17 == 12) at = at > 15 ? at - 15 : 0;
    if (i % 29 == 9) {
        buf_puts(out, "not a record");
        return;
    }
    buf_puts(out, "{\"ts\":");
    put_time(out, at);
    buf_printf(out, ",\"who\":\"%s-%d\",\"amount\":%d}", i % 3 ? "w" : "somebody with a name longer than twelve", i % 5,
               i % 13 == 4 ? 60 : (int)rng_below(&rng, 100));
}

/* Makes a file with these bytes, durable. */
static inline int put_file(struct disk *disk, const char *dir, const char *name, struct str bytes, struct err *err)
{
    struct file *f;
    struct buf path = {0};
    int failed;

    buf_printf(&path, "%s/%s", dir, name);
    failed = disk_name(disk, DISK_MKDIR, dir, NULL, err) || disk_open(disk, buf_text(&path), DISK_CREATE, &f, err);
    buf_free(&path);
    if (failed) return -1;
    failed = disk_truncate(f, 0, err) || disk_write(f, bytes.ptr, bytes.len, 0, err) || disk_fsync(f, err) ||
             disk_name(disk, DISK_SYNC_DIR, dir, NULL, err) || disk_name(disk, DISK_SYNC_DIR, ".", NULL, err);
    disk_close(f);
    return failed ? -1 : 0;
}

/* ---- running ---- */

struct run {
    struct engine_options options;
    const char *input; /* the directory of events.jsonl */
    int step;          /* the next one */
    bool put;          /* its records were acknowledged */
    usec now;
};

static inline usec run_clock(void *arg)
{
    return ((const struct run *)arg)->now;
}

/* The clock stands at the step that is to be run, at the end at the last one. */
static inline void run_set_clock(struct run *r, int end)
{
    r->now = WORKLOAD_START + (r->step < end ? r->step : end - 1) * USEC_SECOND;
}

static const struct connector *const run_connectors[] = {&file_connector, NULL};

static inline struct run run_new(struct disk *disk, const char *dir, const char *input)
{
    struct run r = {.input = input, .now = WORKLOAD_START};

    r.options = (struct engine_options){
        .dir = dir, .disk = disk, .clock = run_clock, .connectors = run_connectors, .checkpoint_bytes = 1500};
    return r;
}

/* The size of journal files for one life: small ones or one. */
static inline uint64_t choose_file_bytes(struct rng *rng)
{
    return rng_below(rng, 3) ? FILE_BYTES_SMALL / 3 + rng_below(rng, 3 * FILE_BYTES_SMALL) : 0;
}

/* Records of a stream that come before this step. */
static inline uint64_t put_before(const char *stream, int step)
{
    uint64_t n = 0;

    for (int i = 0; i < step; i++) {
        if (steps[i].kind == STEP_PUT && strcmp(steps[i].text, stream) == 0) n += (uint64_t)steps[i].count;
        if (steps[i].kind == STEP_INSERT && strcmp(steps[i].stream, stream) == 0) n += (uint64_t)steps[i].count;
    }
    return n;
}

static inline int put_clicks(struct engine *e, int from, int count, struct err *err)
{
    struct buf text[32] = {{0}};
    struct str record[32] = {{NULL, 0}};
    int failed;

    for (int i = 0; i < count; i++) {
        click_text(from + i, &text[i]);
        record[i] = str_of(text[i].ptr, text[i].len);
    }
    failed = engine_append(e, "clicks", record, count, err);
    for (int i = 0; i < count; i++) buf_free(&text[i]);
    return failed;
}

static inline int run_sql(struct run *r, struct engine *e, const char *sql, struct err *err)
{
    enum answer answer;

    return engine_execute(e, str_lit(sql), r->input, NULL, NULL, &answer, err);
}

/* Puts the records of the step unless they are there. */
static inline int run_put(struct run *r, struct engine *e, struct err *err)
{
    const struct step *s = &steps[r->step];
    const char *stream = s->kind == STEP_PUT ? s->text : s->stream;
    uint64_t before = put_before(stream, r->step), there = engine_appended(e, stream);

    if (there != before + (uint64_t)s->count && (r->put || there != before))
        return err_set(err, ERR_VALUE, -1, "step %d: %s has %llu records, not %llu%s", r->step, stream,
                       (unsigned long long)there, (unsigned long long)before,
                       r->put ? " and those that were acknowledged" : "");
    if (there == before &&
        (s->kind == STEP_PUT ? put_clicks(e, (int)before, s->count, err) : run_sql(r, e, s->text, err)))
        return -1;
    r->put = true;
    return 0;
}

/* Goes on from where the run stands, to step `to`. */
static inline int run_to(struct run *r, struct engine *e, int to, struct err *err)
{
    while (r->step < to) {
        run_set_clock(r, to);
        if (steps[r->step].kind == STEP_SQL ? run_sql(r, e, steps[r->step].text, err) : run_put(r, e, err)) return -1;
        if (engine_drain(e, NULL, NULL, err)) return -1;
        r->step++;
        r->put = false;
    }
    return 0;
}

static inline int run_open(struct run *r, struct engine **out, struct err *err)
{
    r->options.clock_arg = r;
    return engine_open(&r->options, out, err);
}

/* ---- results ---- */

struct lines {
    struct buf text; /* each terminated by NUL */
    int count;
};

static inline int take_line(void *arg, const struct rows *rows)
{
    struct lines *l = arg;

    for (int i = 0; rows->value && i < rows->columns; i++) {
        const struct relation_value *v = &rows->value[i];
        if (i) buf_putc(&l->text, '|');
        if (v->type.kind == TYPE_BIGINT)
            buf_printf(&l->text, "%lld", (long long)v->i);
        else if (v->type.kind == TYPE_DOUBLE)
            buf_printf(&l->text, "%.17g", v->d);
        else if (v->type.kind == TYPE_VARCHAR)
            buf_put(&l->text, v->s.ptr, v->s.len);
    }
    if (rows->value) {
        buf_putc(&l->text, '\0');
        l->count++;
    }
    return 0;
}

static inline int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static inline void print_lines(const struct lines *l, int sorted, struct buf *out)
{
    const char **line = mem_alloc((size_t)(l->count + 1) * sizeof *line);
    const char *at = l->text.ptr;

    for (int i = 0; i < l->count; i++, at += strlen(at) + 1) line[i] = at;
    if (sorted) qsort(line, (size_t)l->count, sizeof *line, by_text);
    for (int i = 0; i < l->count; i++) buf_printf(out, "%s\n", line[i]);
    free(line);
}

static inline int select_text(struct engine *e, const char *sql, int sorted, struct buf *out, struct err *err)
{
    struct lines l = {{0}, 0};
    enum answer answer;
    int failed = engine_execute(e, str_lit(sql), NULL, take_line, &l, &answer, err);

    buf_printf(out, "== %s\n", sql);
    if (!failed) print_lines(&l, sorted, out);
    buf_free(&l.text);
    return failed;
}

/* All results as text; those of relations that are not there yet are left out. */
static inline int results_text(struct engine *e, struct buf *out, struct err *err)
{
    for (int i = 0; i < RESULT_COUNT; i++) {
        if (!engine_object(e, strstr(results[i].sql, " FROM ") + 6)) continue;
        if (select_text(e, results[i].sql, results[i].kind == RESULT_SET, out, err)) return -1;
    }
    return 0;
}

/* ---- the verdict ---- */

/* Says where two texts part. */
static inline void print_difference(const char *is, const char *was)
{
    size_t line = 0, head = 0;

    for (size_t i = 0; is[i] && is[i] == was[i]; i++) {
        if (is[i] == '\n') line = i + 1;
        if (is[i] == '\n' && strncmp(is + i + 1, "==", 2) == 0) head = i + 1;
    }
    printf("  in %.*s:\n  is      %.*s\n  not     %.*s\n", (int)strcspn(is + head, "\n"), is + head,
           (int)strcspn(is + line, "\n"), is + line, (int)strcspn(was + line, "\n"), was + line);
}

/* The last line of a program, and its exit code. */
static inline int report(int passed, int failed)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

#endif
