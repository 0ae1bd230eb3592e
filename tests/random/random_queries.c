/* random_queries.c - filters, groups and windows over random rows, compared with SQLite on the same rows.
 *
 *     random_queries [COUNT [SEED [FIRST]]]
 *
 * Each query gets rows of its own, with NULLs, out of order and some late. Which rows are late is computed here, from
 * the rule and nothing else: W is the greatest time of the rows before, less the bound; a window that ends at or before
 * W less the allowed lateness is closed. SQLite gets each row once for every window that is open to it. Views are
 * compared on the way, too. */
#include "base/num.h"
#include "engine/session.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/random/query.h"

enum { ROWS_MAX = 400, CHUNK_MAX = 40 };

struct row {
    usec ts;
    const char *k; /* NULL: NULL, as below */
    const char *e;
    bool has_a, has_b, has_d, has_c, has_s;
    int64_t a, b, s;
    double d, c;
    usec closed; /* windows that end at or before it are closed to the row */
};

struct trial {
    struct rng rng;
    struct query query;
    usec bound;
    bool csv;
    struct row rows[ROWS_MAX];
    int count;
    struct disk *disk;
    struct engine *engine;
    usec clock;
    sqlite3 *reference;
    char problem[2048]; /* empty: none */
};

/* ---- rows ---- */

static usec floor_to(usec t, usec size, usec offset)
{
    usec rest = (t - offset) % size;

    return t - (rest < 0 ? rest + size : rest);
}

static struct row row_make(struct rng *rng, usec *now)
{
    static const char *const texts[] = {"a", "b", "ab", "B", "", "x y", "a,\"b\"", NULL, NULL};
    static const char *const dates[] = {"2026-01-01", "1999-12-31", "2026-01-02", NULL};
    struct row r = {.k = texts[rng_below(rng, 9)], .e = dates[rng_below(rng, 4)]};

    *now += (usec)rng_below(rng, 4) * USEC_SECOND;
    r.ts = *now - (rng_below(rng, 3) ? 0 : (usec)rng_below(rng, 40) * USEC_SECOND);
    r.has_a = rng_below(rng, 6) > 0;
    r.has_b = rng_below(rng, 6) > 0;
    r.has_d = rng_below(rng, 6) > 0;
    r.a = (int64_t)rng_below(rng, 2 * A_MAX + 1) - A_MAX;
    r.b = (int64_t)rng_below(rng, 2 * B_MAX + 1) - B_MAX;
    r.d = ((double)rng_below(rng, 401) - 200) / 4;
    r.has_c = rng_below(rng, 6) > 0;
    r.has_s = rng_below(rng, 6) > 0;
    r.c = ((double)rng_below(rng, 41) - 20) / 4;
    r.s = (int64_t)rng_below(rng, 41) - 20;
    return r;
}

static void rows_make(struct trial *t)
{
    usec now, max = USEC_MIN;

    time_parse("2026-01-01 00:00:00", 19, &now);
    t->count = 20 + (int)rng_below(&t->rng, ROWS_MAX - 20);
    for (int i = 0; i < t->count; i++) {
        struct row *r = &t->rows[i];
        *r = row_make(&t->rng, &now);
        r->closed = max == USEC_MIN ? USEC_MIN : max - t->bound - t->query.lateness;
        if (r->ts > max) max = r->ts;
    }
}

static void put_cell(struct buf *out, const char *text)
{
    buf_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"') buf_putc(out, '"');
        buf_putc(out, *text);
    }
    buf_putc(out, '"');
}

static void row_csv(const struct row *r, struct buf *out)
{
    char time[TIME_TEXT_MAX];

    time_print(r->ts, time);
    buf_printf(out, "%s,", time);
    if (r->k) put_cell(out, r->k);
    buf_putc(out, ',');
    if (r->has_a) buf_printf(out, "%lld", (long long)r->a);
    buf_putc(out, ',');
    if (r->has_b) buf_printf(out, "%lld", (long long)r->b);
    buf_putc(out, ',');
    if (r->has_d) buf_printf(out, "%g", r->d);
    buf_putc(out, ',');
    if (r->has_c) buf_printf(out, "%g", r->c);
    buf_putc(out, ',');
    if (r->has_s) buf_printf(out, "%d", (int)r->s);
    buf_putc(out, ',');
    if (r->e) buf_puts(out, r->e);
}

/* NULL is null, or the key is not there. */
static void row_json(const struct row *r, struct buf *out)
{
    char time[TIME_TEXT_MAX];

    time_print(r->ts, time);
    buf_printf(out, "{\"ts\":\"%s\"", time);
    if (r->k) {
        buf_puts(out, ",\"k\":\"");
        for (const char *c = r->k; *c; c++) buf_printf(out, *c == '"' ? "\\%c" : "%c", *c);
        buf_putc(out, '"');
    }
    if (r->has_a)
        buf_printf(out, ",\"a\":%lld", (long long)r->a);
    else
        buf_puts(out, ",\"a\":null");
    if (r->has_b) buf_printf(out, ",\"b\":%lld", (long long)r->b);
    if (r->has_d) buf_printf(out, ",\"d\":%g", r->d);
    if (r->has_c) buf_printf(out, ",\"c\":%g", r->c);
    if (r->has_s) buf_printf(out, ",\"s\":%d", (int)r->s);
    if (r->e) buf_printf(out, ",\"e\":\"%s\"", r->e);
    buf_putc(out, '}');
}

/* ---- results as text, a row a line ---- */

/* A whole number is one in both, be it a double or not. */
static void put_double(struct buf *out, double d)
{
    char text[NUM_TEXT_MAX];

    if (d == (double)(int64_t)d)
        num_print_int((int64_t)d, text);
    else
        num_print_double(d, text);
    buf_puts(out, text);
}

struct lines {
    char **line;
    size_t count, capacity;
};

static void lines_add(struct lines *l, struct buf *text)
{
    l->line = mem_grow(l->line, &l->capacity, l->count + 1, sizeof *l->line);
    l->line[l->count++] = mem_strdup(buf_text(text));
    buf_free(text);
}

static void lines_free(struct lines *l)
{
    for (size_t i = 0; i < l->count; i++) free(l->line[i]);
    free(l->line);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_sort(struct lines *l)
{
    if (l->count) qsort(l->line, l->count, sizeof *l->line, compare_text);
}

static int take_weir_row(void *arg, const struct rows *rows)
{
    struct buf text = {0};

    if (!rows->value) return 0;
    for (int i = 0; i < rows->columns; i++) {
        const struct relation_value *v = &rows->value[i];
        if (i) buf_puts(&text, " | ");
        if (v->type.kind == TYPE_NULL)
            buf_puts(&text, "NULL");
        else if (v->type.kind == TYPE_DOUBLE)
            put_double(&text, v->d);
        else if (v->type.kind == TYPE_VARCHAR)
            buf_printf(&text, "'%.*s'", (int)v->s.len, v->s.ptr);
        else
            buf_printf(&text, "%lld", (long long)v->i);
    }
    lines_add(arg, &text);
    return 0;
}

static void take_reference_row(sqlite3_stmt *s, struct lines *out)
{
    struct buf text = {0};

    for (int i = 0; i < sqlite3_column_count(s); i++) {
        if (i) buf_puts(&text, " | ");
        switch (sqlite3_column_type(s, i)) {
        case SQLITE_NULL: buf_puts(&text, "NULL"); break;
        case SQLITE_FLOAT: put_double(&text, sqlite3_column_double(s, i)); break;
        case SQLITE_TEXT: buf_printf(&text, "'%s'", (const char *)sqlite3_column_text(s, i)); break;
        default: buf_printf(&text, "%lld", (long long)sqlite3_column_int64(s, i)); break;
        }
    }
    lines_add(out, &text);
}

/* ---- both sides ---- */

static int problem(struct trial *t, const char *what, const char *detail)
{
    if (!t->problem[0]) snprintf(t->problem, sizeof t->problem, "%s: %s", what, detail);
    return -1;
}

static int reference_run(struct trial *t, const char *sql, struct lines *out)
{
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(t->reference, sql, -1, &s, NULL)) return problem(t, "SQLite", sqlite3_errmsg(t->reference));
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (out) take_reference_row(s, out);
    }
    return sqlite3_finalize(s) ? problem(t, "SQLite", sqlite3_errmsg(t->reference)) : 0;
}

static int reference_open(struct trial *t)
{
    static const char columns[] = "(ts TEXT, k TEXT, a INTEGER, b INTEGER, d REAL, c REAL, s INTEGER, e TEXT, "
                                  "window_start TEXT, window_end TEXT)";
    char sql[200];

    if (sqlite3_open(":memory:", &t->reference)) return problem(t, "SQLite", "cannot be opened");
    if (reference_run(t, "PRAGMA case_sensitive_like = ON", NULL)) return -1;
    snprintf(sql, sizeof sql, "CREATE TABLE counted %s", columns);
    if (reference_run(t, sql, NULL)) return -1;
    snprintf(sql, sizeof sql, "CREATE TABLE late %s", columns);
    return reference_run(t, sql, NULL);
}

static int reference_put(struct trial *t, const char *table, const struct row *r, usec start, usec end)
{
    char sql[80], time[TIME_TEXT_MAX], bounds[2][TIME_TEXT_MAX];
    sqlite3_stmt *s;

    snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?,?,?,?,?,?,?,?,?,?)", table);
    if (sqlite3_prepare_v2(t->reference, sql, -1, &s, NULL)) return problem(t, "SQLite", sqlite3_errmsg(t->reference));
    time_print(r->ts, time);
    time_print(start, bounds[0]);
    time_print(end, bounds[1]);
    sqlite3_bind_text(s, 1, time, -1, SQLITE_TRANSIENT);
    if (r->k) sqlite3_bind_text(s, 2, r->k, -1, SQLITE_TRANSIENT);
    if (r->has_a) sqlite3_bind_int64(s, 3, r->a);
    if (r->has_b) sqlite3_bind_int64(s, 4, r->b);
    if (r->has_d) sqlite3_bind_double(s, 5, r->d);
    if (r->has_c) sqlite3_bind_double(s, 6, r->c);
    if (r->has_s) sqlite3_bind_int64(s, 7, r->s);
    if (r->e) sqlite3_bind_text(s, 8, r->e, -1, SQLITE_TRANSIENT);
    for (int i = 0; i < 2; i++) sqlite3_bind_text(s, 9 + i, bounds[i], -1, SQLITE_TRANSIENT);
    sqlite3_step(s);
    return sqlite3_finalize(s) ? problem(t, "SQLite", sqlite3_errmsg(t->reference)) : 0;
}

/* One of the row's windows: it counts the row, or the row is late for it. */
static int reference_window(struct trial *t, const struct row *r, usec start, usec end, bool *late)
{
    if (end > r->closed) return reference_put(t, "counted", r, start, end);
    *late = true;
    return 0;
}

static int reference_add(struct trial *t, const struct row *r)
{
    const struct query *q = &t->query;
    usec start = q->size ? floor_to(r->ts, q->slide && !q->cumulates ? q->slide : q->size, q->offset) : 0;
    bool late = false;
    int failed = 0;

    if (!q->size) return reference_put(t, "counted", r, 0, 0);
    if (q->cumulates) {
        for (usec end = start + q->slide; end <= start + q->size; end += q->slide)
            failed |= end > r->ts && reference_window(t, r, start, end, &late);
    } else {
        for (; start + q->size > r->ts; start -= q->slide ? q->slide : q->size)
            failed |= reference_window(t, r, start, start + q->size, &late);
    }
    return failed || (late && reference_put(t, "late", r, 0, 0)) ? -1 : 0;
}

static int weir_run(struct trial *t, const char *sql, struct lines *out)
{
    enum answer answer;
    struct err err;

    if (engine_execute(t->engine, str_lit(sql), NULL, out ? take_weir_row : NULL, out, &answer, &err))
        return problem(t, "weir", err.text);
    return 0;
}

static usec standing_clock(void *arg)
{
    return ((struct trial *)arg)->clock;
}

static int weir_open(struct trial *t)
{
    struct engine_options o = {.dir = "db", .clock = standing_clock, .clock_arg = t, .no_max_ahead = true};
    char sql[300];
    struct err err;

    t->disk = o.disk = disk_sim(1);
    o.cut = (enum cut)rng_below(&t->rng, 3);
    o.lanes = rng_below(&t->rng, 2) ? 4 : 1;
    o.seed = rng_next(&t->rng);
    if (engine_open(&o, &t->engine, &err)) return problem(t, "weir", err.text);
    snprintf(sql, sizeof sql,
             "CREATE STREAM s (" STREAM_COLUMNS ", WATERMARK FOR ts AS ts - INTERVAL '%d' SECOND) WITH (format = '%s')",
             (int)(t->bound / USEC_SECOND), t->csv ? "csv" : "json");
    return weir_run(t, sql, NULL) || weir_run(t, buf_text(&t->query.weir), NULL) ? -1 : 0;
}

/* ---- comparing ---- */

static int compare_lines(struct trial *t, const char *what, struct lines *expected, struct lines *got)
{
    size_t i = 0;

    while (i < expected->count && i < got->count && strcmp(expected->line[i], got->line[i]) == 0) i++;
    if (i == expected->count && i == got->count) return 0;
    snprintf(t->problem, sizeof t->problem, "%s: row %zu of %zu expected, %zu got\n  expected: %s\n  got:      %s",
             what, i + 1, expected->count, got->count, i < expected->count ? expected->line[i] : "(no more)",
             i < got->count ? got->line[i] : "(no more)");
    return -1;
}

static int compare(struct trial *t, const char *what, const char *reference, const char *weir)
{
    struct lines expected = {0}, got = {0};
    int failed = reference_run(t, reference, &expected) || weir_run(t, weir, &got);

    if (!failed && t->query.shape != SHAPE_FILTER) {
        lines_sort(&expected);
        lines_sort(&got);
    }
    if (!failed) failed = compare_lines(t, what, &expected, &got);
    lines_free(&expected);
    lines_free(&got);
    return failed ? -1 : 0;
}

static int compare_results(struct trial *t, const char *when)
{
    return compare(t, when, buf_text(&t->query.reference), "SELECT * FROM q");
}

static int feed(struct trial *t, int from, int to)
{
    struct str records[CHUNK_MAX];
    struct buf text[CHUNK_MAX] = {{0}};
    struct err err;
    int failed = 0;

    for (int i = from; i < to && !failed; i++) {
        if (t->csv)
            row_csv(&t->rows[i], &text[i - from]);
        else
            row_json(&t->rows[i], &text[i - from]);
        records[i - from] = str_of(text[i - from].ptr, text[i - from].len);
        failed = reference_add(t, &t->rows[i]);
    }
    if (!failed && engine_append(t->engine, "s", records, to - from, &err)) failed = problem(t, "weir", err.text);
    for (int i = from; i < to; i++) buf_free(&text[i - from]);
    return failed;
}

/* Rows in chunks; between some, the views as they are. */
static int play(struct trial *t)
{
    struct err err;

    for (int from = 0, to; from < t->count; from = to) {
        to = from + 1 + (int)rng_below(&t->rng, CHUNK_MAX);
        if (to > t->count) to = t->count;
        if (feed(t, from, to)) return -1;
        if (t->query.shape == SHAPE_CLOSED || t->query.waits || rng_below(&t->rng, 4)) continue;
        if (compare_results(t, "on the way")) return -1;
    }
    if (engine_end(t->engine, "s", &err)) return problem(t, "weir", err.text);
    if (compare_results(t, "at the end")) return -1;
    return compare(t, "late rows", buf_text(&t->query.late), "SELECT COUNT(*) FROM error_stream");
}

static void trial_end(struct trial *t)
{
    if (t->engine) engine_abandon(t->engine);
    disk_free(t->disk);
    sqlite3_close(t->reference);
    query_free(&t->query);
}

/* True when both agree. */
static bool run_trial(uint64_t seed, int number)
{
    static const int bounds[] = {0, 5, 30, 600};
    struct trial *t = mem_zalloc(sizeof *t);
    bool agree;

    t->rng.state = hash_mix(seed, (uint64_t)number);
    query_make(&t->query, rng_next(&t->rng));
    t->bound = bounds[rng_below(&t->rng, 4)] * USEC_SECOND;
    t->csv = rng_below(&t->rng, 2);
    rows_make(t);
    agree = !reference_open(t) && !weir_open(t) && !play(t);
    if (!agree) {
        printf("FAILED query %d of seed %llu (again: random_queries 1 %llu %d)\n  %s\n", number,
               (unsigned long long)seed, (unsigned long long)seed, number, t->problem);
        printf("  weir:   %s\n  SQLite: %s\n", buf_text(&t->query.weir), buf_text(&t->query.reference));
    }
    trial_end(t);
    free(t);
    return agree;
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 200, first = argc > 3 ? atoi(argv[3]) : 1, passed = 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;

    for (int i = 0; i < count; i++) passed += run_trial(seed, first + i);
    printf("%d passed, %d failed\n", passed, count - passed);
    return passed == count ? 0 : 1;
}
