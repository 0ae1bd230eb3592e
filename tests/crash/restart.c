/* restart.c - what a directory promises when it is opened again: nothing is read twice, nothing that changed or was
 * damaged goes unnoticed, and what was acknowledged is there. Every test is a function that returns false after saying
 * what was not so. */
#include "tests/crash/workload.h"

#include <sys/wait.h>
#include <unistd.h>

/* ---- a directory on a disk ---- */

struct fixture {
    struct disk *disk;
    struct run run;
    struct engine *engine; /* NULL: closed */
    struct err err;
};

#define CHECK(condition, f)                                                                                            \
    if (!(condition)) return unexpected(f, __LINE__, #condition)

static bool unexpected(const struct fixture *f, int line, const char *condition)
{
    printf("  restart.c:%d: not so: %s%s%s\n", line, condition, f->err.code ? "; last error: " : "", f->err.text);
    return false;
}

static void begin_on(struct fixture *f, struct disk *disk)
{
    *f = (struct fixture){.disk = disk};
    f->run = run_new(disk, "db", "in");
    f->run.options.checkpoint_bytes = UINT64_C(1) << 40;
}

static void begin(struct fixture *f)
{
    begin_on(f, disk_sim(1));
}

static void end(struct fixture *f)
{
    if (f->engine) engine_abandon(f->engine);
    disk_free(f->disk);
}

static bool start(struct fixture *f)
{
    f->err = (struct err){0};
    return run_open(&f->run, &f->engine, &f->err) == 0 || (f->engine = NULL);
}

static bool stop(struct fixture *f)
{
    struct engine *e = f->engine;

    f->engine = NULL;
    return engine_close(e, &f->err) == 0;
}

static void crash(struct fixture *f)
{
    engine_abandon(f->engine);
    f->engine = NULL;
    disk_sim_crash(f->disk);
}

static bool sql(struct fixture *f, const char *text)
{
    return run_sql(&f->run, f->engine, text, &f->err) == 0;
}

static bool drain(struct fixture *f)
{
    return engine_drain(f->engine, NULL, NULL, &f->err) == 0;
}

/* Records {"k":"a","v":from}, ... of n keys. */
static bool put(struct fixture *f, int from, int count)
{
    bool ok = true;

    for (int i = 0; ok && i < count; i++) {
        char text[64];
        struct str record =
            str_of(text, (size_t)sprintf(text, "{\"k\":\"%c\",\"v\":%d}", 'a' + (from + i) % 3, from + i));
        ok = engine_append(f->engine, "s", &record, 1, &f->err) == 0;
    }
    return ok;
}

/* The query's rows, sorted, are these lines. */
static bool gives(struct fixture *f, const char *query, const char *lines)
{
    struct buf text = {0};
    bool same =
        select_text(f->engine, query, 1, &text, &f->err) == 0 && strcmp(strchr(buf_text(&text), '\n') + 1, lines) == 0;

    if (!same) printf("  %s\n", buf_text(&text));
    buf_free(&text);
    return same;
}

static bool file_is(struct fixture *f, const char *text)
{
    return put_file(f->disk, "in", "events.jsonl", str_lit(text), &f->err) == 0;
}

static uint64_t replayed(const struct fixture *f)
{
    return engine_stats(f->engine).records_replayed;
}

static bool error_is(const struct fixture *f, enum err_code code, const char *part)
{
    return f->err.code == code && strstr(f->err.text, part);
}

#define STREAM_S "CREATE STREAM s (k VARCHAR, v INTEGER) WITH (format = 'json')"
#define VIEW_T   "CREATE VIEW t AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k"
#define STREAM_D "CREATE STREAM d AS SELECT k, v * 2 AS w FROM s WHERE v > 1"
#define EVENTS                                                                                                         \
    "CREATE STREAM e (ts TIMESTAMP, n INTEGER, WATERMARK FOR ts AS ts) "                                               \
    "WITH (format = 'json', connector = 'file', path = 'events.jsonl')"
#define VIEW_W  "CREATE VIEW w AS SELECT COUNT(*) AS rows, SUM(n) AS total FROM e"
#define LINE(i) "{\"ts\":\"2026-01-01T00:00:0" #i "Z\",\"n\":" #i "}\n"

static bool begin_log(struct fixture *f)
{
    begin(f);
    return start(f) && sql(f, STREAM_S) && sql(f, VIEW_T) && sql(f, STREAM_D);
}

static bool begin_file(struct fixture *f)
{
    begin(f);
    return file_is(f, LINE(1) LINE(2) LINE(3)) && start(f) && sql(f, EVENTS) && sql(f, VIEW_W);
}

/* ---- what is read again ---- */

static bool after_a_clean_close_nothing_is_read_again(struct fixture *f)
{
    CHECK(begin_log(f) && put(f, 0, 6) && drain(f) && stop(f), f);
    CHECK(start(f) && replayed(f) == 0, f);
    CHECK(gives(f, "SELECT * FROM t", "a|2|3\nb|2|5\nc|2|7\n"), f);
    CHECK(put(f, 6, 3) && drain(f) && stop(f), f);
    CHECK(start(f) && replayed(f) == 0, f);
    CHECK(gives(f, "SELECT * FROM t", "a|3|9\nb|3|12\nc|3|15\n"), f);
    return true;
}

static bool after_a_crash_what_came_since_the_checkpoint_is_read_again(struct fixture *f)
{
    CHECK(begin_log(f) && put(f, 0, 6) && drain(f) && stop(f), f);
    CHECK(start(f) && put(f, 6, 3) && drain(f) && put(f, 9, 2), f);
    crash(f);
    CHECK(start(f) && replayed(f) == 3 && engine_appended(f->engine, "s") == 11, f);
    CHECK(gives(f, "SELECT * FROM t", "a|4|18\nb|4|22\nc|3|15\n"), f);
    CHECK(gives(f, "SELECT COUNT(*), SUM(w) FROM d", "9|108\n"), f);
    return true;
}

static bool a_checkpoint_on_the_way_counts(struct fixture *f)
{
    begin(f);
    f->run.options.checkpoint_bytes = 100;
    CHECK(start(f) && sql(f, STREAM_S) && sql(f, VIEW_T) && put(f, 0, 20) && drain(f), f);
    CHECK(engine_stats(f->engine).checkpoints == 1 && put(f, 20, 2) && drain(f) && put(f, 22, 1) && drain(f), f);
    crash(f);
    CHECK(start(f) && replayed(f) == 3, f);
    CHECK(gives(f, "SELECT SUM(n), SUM(total) FROM t", "23|253\n"), f);
    return true;
}

static bool in_the_middle_of_a_run_of_records(struct fixture *f)
{
    struct str records[4] = {{NULL, 0}};

    for (int i = 0; i < 4; i++) records[i] = str_lit("{\"k\":\"a\",\"v\":1}");
    begin(f);
    f->run.options.cut = CUT_EVERY_ROW;
    f->run.options.checkpoint_bytes = 20;
    CHECK(start(f) && sql(f, STREAM_S) && sql(f, VIEW_T) && engine_append(f->engine, "s", records, 4, &f->err) == 0, f);
    for (int i = 0; i < 3; i++) CHECK(engine_step(f->engine, &f->err) == 1, f);
    CHECK(engine_stats(f->engine).checkpoints == 1, f);
    crash(f);
    CHECK(start(f) && replayed(f) == 1 && gives(f, "SELECT * FROM t", "a|4|4\n"), f);
    return true;
}

static bool a_file_is_read_on_from_where_the_checkpoint_was(struct fixture *f)
{
    CHECK(begin_file(f), f);
    CHECK(drain(f) && stop(f), f);
    CHECK(start(f) && replayed(f) == 0 && gives(f, "SELECT * FROM w", "3|6\n"), f);
    CHECK(stop(f) && file_is(f, LINE(1) LINE(2) LINE(3) LINE(4) LINE(5)), f);
    CHECK(start(f) && replayed(f) == 0 && gives(f, "SELECT * FROM w", "5|15\n"), f);
    crash(f);
    CHECK(start(f) && replayed(f) == 2 && gives(f, "SELECT * FROM w", "5|15\n"), f);
    return true;
}

static bool a_file_is_read_on_row_by_row(struct fixture *f)
{
    begin(f);
    f->run.options.cut = CUT_EVERY_ROW;
    CHECK(file_is(f, LINE(1) LINE(2) LINE(3)) && start(f) && sql(f, EVENTS) && sql(f, VIEW_W), f);
    CHECK(engine_step(f->engine, &f->err) == 1 && stop(f), f);
    CHECK(start(f) && replayed(f) == 0 && engine_step(f->engine, &f->err) == 1, f);
    crash(f);
    CHECK(start(f) && replayed(f) == 1 && gives(f, "SELECT * FROM w", "3|6\n"), f);
    return true;
}

/* ---- files that changed ---- */

static bool a_changed_file_is_noticed_when_it_is_needed(struct fixture *f)
{
    CHECK(begin_file(f) && drain(f), f);
    crash(f);
    CHECK(file_is(f, LINE(1) LINE(7) LINE(3)), f);
    CHECK(!start(f) && error_is(f, ERR_INPUT, "in/events.jsonl"), f);
    CHECK(file_is(f, LINE(1) LINE(2) LINE(3)), f);
    CHECK(start(f) && gives(f, "SELECT * FROM w", "3|6\n") && stop(f), f);
    CHECK(file_is(f, LINE(1) LINE(7) LINE(3)), f);
    CHECK(start(f) && gives(f, "SELECT * FROM w", "3|6\n"), f);
    return true;
}

static bool a_shorter_file_is_an_error(struct fixture *f)
{
    CHECK(begin_file(f) && drain(f) && stop(f), f);
    CHECK(file_is(f, LINE(1) LINE(2)), f);
    CHECK(!start(f) && error_is(f, ERR_INPUT, "in/events.jsonl"), f);
    return true;
}

static bool a_missing_file_is_an_error(struct fixture *f)
{
    CHECK(begin_file(f) && drain(f), f);
    crash(f);
    CHECK(disk_name(f->disk, DISK_DELETE, "in/events.jsonl", NULL, &f->err) == 0, f);
    CHECK(!start(f) && error_is(f, ERR_INPUT, "in/events.jsonl"), f);
    return true;
}

static bool a_query_over_a_missing_file_is_refused(struct fixture *f)
{
    begin(f);
    CHECK(file_is(f, LINE(1)) && start(f) && sql(f, EVENTS), f);
    CHECK(disk_name(f->disk, DISK_DELETE, "in/events.jsonl", NULL, &f->err) == 0, f);
    CHECK(!sql(f, VIEW_W) && error_is(f, ERR_INPUT, "in/events.jsonl"), f);
    crash(f);
    CHECK(start(f) && file_is(f, LINE(1)) && sql(f, VIEW_W) && gives(f, "SELECT * FROM w", "1|1\n"), f);
    return true;
}

/* ---- sources without a reader ---- */

static bool a_file_that_nobody_reads_any_more_waits(struct fixture *f)
{
    CHECK(begin_file(f) && sql(f, "DROP VIEW w") && drain(f) && stop(f), f);
    CHECK(start(f) && sql(f, VIEW_W) && gives(f, "SELECT * FROM w", "3|6\n"), f);
    crash(f);
    CHECK(start(f) && gives(f, "SELECT * FROM w", "3|6\n"), f);
    return true;
}

static bool a_view_over_a_file_that_was_read_before_a_checkpoint(struct fixture *f)
{
    CHECK(begin_file(f) && drain(f) && sql(f, "DROP VIEW w") && stop(f), f);
    CHECK(start(f) && sql(f, VIEW_W) && gives(f, "SELECT * FROM w", "3|6\n"), f);
    crash(f);
    CHECK(start(f) && gives(f, "SELECT * FROM w", "3|6\n"), f);
    return true;
}

static bool a_half_read_file_is_read_from_its_beginning_by_who_comes_next(struct fixture *f)
{
    begin(f);
    f->run.options.cut = CUT_EVERY_ROW;
    CHECK(file_is(f, LINE(1) LINE(2) LINE(3)) && start(f) && sql(f, EVENTS) && sql(f, VIEW_W), f);
    CHECK(engine_step(f->engine, &f->err) == 1 && sql(f, "DROP VIEW w") && sql(f, VIEW_W), f);
    CHECK(gives(f, "SELECT * FROM w", "3|6\n"), f);
    crash(f);
    CHECK(start(f) && gives(f, "SELECT * FROM w", "3|6\n"), f);
    return true;
}

static bool a_query_built_over_a_new_file_and_an_old_stream(struct fixture *f)
{
    CHECK(begin_log(f) && put(f, 0, 6) && drain(f) && file_is(f, LINE(1) LINE(2) LINE(3)), f);
    CHECK(sql(f, EVENTS) &&
              sql(f, "CREATE VIEW u AS SELECT SUM(x) AS x FROM (SELECT n AS x FROM e UNION ALL SELECT v AS x FROM s)"),
          f);
    CHECK(gives(f, "SELECT * FROM u", "21\n"), f);
    crash(f);
    CHECK(start(f) && put(f, 6, 1) && gives(f, "SELECT * FROM u", "27\n"), f);
    return true;
}

static bool a_dropped_file_may_go(struct fixture *f)
{
    CHECK(begin_file(f) && drain(f) && sql(f, "DROP VIEW w") && sql(f, "DROP STREAM e") && stop(f), f);
    CHECK(disk_name(f->disk, DISK_DELETE, "in/events.jsonl", NULL, &f->err) == 0 && start(f), f);
    return true;
}

/* ---- owners ---- */

static bool open_in_a_child(const struct run *r)
{
    pid_t child;
    int status = 0;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        struct run own = *r;
        struct engine *e;
        struct err err;
        _exit(run_open(&own, &e, &err) == 0 ? 1 : err.code == ERR_OWNED ? 0 : 2);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool a_directory_has_one_owner(struct fixture *f)
{
    char root[] = "/tmp/weir-restart-XXXXXX", *dir = mkdtemp(root);
    struct engine *second;
    struct buf command = {0};
    int left;

    begin_on(f, disk_real(DISK_SYNC));
    f->run.options.dir = dir;
    CHECK(dir && start(f), f);
    CHECK(run_open(&f->run, &second, &f->err) && f->err.code == ERR_OWNED && strstr(f->err.text, dir), f);
    CHECK(open_in_a_child(&f->run), f);
    CHECK(stop(f) && start(f) && stop(f), f);
    buf_printf(&command, "rm -r %s", dir);
    left = system(buf_text(&command));
    buf_free(&command);
    CHECK(left == 0, f);
    return true;
}

/* ---- a full disk ---- */

/* Puts records until that fails; how many were acknowledged. */
static int put_until_full(struct fixture *f, int from)
{
    int n = from;

    while (n < 100000 && put(f, n, 1) && (n % 7 || drain(f))) n++;
    return n;
}

static bool check_full_disk(struct fixture *f, uint64_t bytes_max)
{
    int first, second;
    char count[32];

    CHECK(begin_log(f) && put(f, 0, 10) && drain(f), f);
    f->run.options.checkpoint_bytes = 500;
    CHECK(stop(f) && start(f), f);
    disk_sim_limit(f->disk, bytes_max);
    first = put_until_full(f, 10);
    CHECK(first > 10 && error_is(f, ERR_DISK, "no space left"), f);
    CHECK(!put(f, first, 1) && error_is(f, ERR_DISK, "no space left"), f); /* it does not go on by itself */
    engine_abandon(f->engine);
    disk_sim_limit(f->disk, 0);
    CHECK(start(f), f);
    second = (int)engine_appended(f->engine, "s");
    CHECK(second == first || second == first + 1, f); /* what was not acknowledged may be there */
    sprintf(count, "%d\n", second);
    CHECK(gives(f, "SELECT SUM(n) FROM t", count) && gives(f, "SELECT COUNT(*) FROM s", count), f);
    CHECK(put(f, second, 1), f);
    sprintf(count, "%d\n", second + 1);
    CHECK(gives(f, "SELECT SUM(n) FROM t", count), f);
    return true;
}

/* Wherever it gets full: in the journal, a checkpoint or the database. */
static bool a_full_disk_loses_nothing(struct fixture *f)
{
    for (uint64_t kib = 60; kib <= 240; kib += 9) {
        if (!check_full_disk(f, kib * 1024)) return false;
        end(f);
        *f = (struct fixture){0};
    }
    return true;
}

/* ---- damage ---- */

/* All files of a small directory, cleanly closed. */
struct image {
    struct buf names; /* paths, each terminated by NUL */
    struct buf bytes[64];
    int count;
};

static int read_whole(struct disk *disk, const char *path, struct buf *out, struct err *err)
{
    struct file *f;
    int64_t size;

    if (disk_open(disk, path, DISK_READ, &f, err)) return -1;
    size = disk_size(f, err);
    if (size > 0 && disk_read(f, buf_reserve(out, (size_t)size), (size_t)size, 0, err) == size) out->len = (size_t)size;
    disk_close(f);
    return size < 0 ? -1 : 0;
}

static int image_take_dir(struct image *im, struct disk *disk, const char *dir, struct err *err)
{
    struct buf names = {0};
    int failed = disk_list(disk, dir, &names, err);

    for (size_t at = 0; !failed && at < names.len; at += strlen(names.ptr + at) + 1) {
        struct buf path = {0};
        struct err is_dir;
        buf_printf(&path, "%s/%s", dir, names.ptr + at);
        if (read_whole(disk, buf_text(&path), &im->bytes[im->count], &is_dir) == 0) {
            buf_put(&im->names, path.ptr, path.len + 1);
            im->count++;
        }
        buf_free(&path);
    }
    buf_free(&names);
    return failed;
}

static int image_take(struct image *im, struct disk *disk, struct err *err)
{
    return image_take_dir(im, disk, "db", err) || image_take_dir(im, disk, "db/journal", err) ||
           image_take_dir(im, disk, "db/state", err);
}

static void image_free(struct image *im)
{
    for (int i = 0; i < im->count; i++) buf_free(&im->bytes[i]);
    buf_free(&im->names);
}

static struct disk *image_give(const struct image *im, struct err *err)
{
    struct disk *disk = disk_sim(1);
    const char *name = im->names.ptr;
    int failed = disk_name(disk, DISK_MKDIR, "db", NULL, err);

    for (int i = 0; !failed && i < im->count; i++, name += strlen(name) + 1) {
        const char *slash = strrchr(name, '/');
        char *dir = mem_strdup(name);
        dir[slash - name] = '\0';
        failed = put_file(disk, dir, slash + 1, str_of(im->bytes[i].ptr, im->bytes[i].len), err);
        free(dir);
    }
    return disk;
}

static const char *const damage_queries[] = {"SELECT * FROM t", "SELECT k, w, ROWTIME FROM d",
                                             "SELECT k, v, ROWTIME, _watermark FROM s",
                                             "SELECT name, kind, state, sql FROM weir_queries"};

static int damage_results(struct engine *e, struct buf *out, struct err *err)
{
    for (int i = 0; i < 4; i++) {
        if (select_text(e, damage_queries[i], 0, out, err)) return -1;
    }
    return 0;
}

enum outcome { SAME, REFUSED, CUT, WRONG };

/* Opens the image as it is now and looks at everything. */
static enum outcome try_image(const struct image *im, const char *expected, struct err *err)
{
    struct fixture f;
    struct buf out = {0};
    enum outcome outcome = REFUSED;

    begin_on(&f, image_give(im, err));
    if (start(&f)) {
        bool torn = engine_stats(f.engine).torn_bytes > 0;
        if (damage_results(f.engine, &out, &f.err) == 0)
            outcome = strcmp(buf_text(&out), expected) ? WRONG : torn ? CUT : SAME;
        if (outcome == WRONG) print_difference(buf_text(&out), expected);
    }
    *err = f.err;
    end(&f);
    buf_free(&out);
    return outcome;
}

static bool make_image(struct fixture *f, struct image *im, struct buf *expected)
{
    CHECK(begin_log(f) && put(f, 0, 4) && drain(f) && stop(f), f);
    CHECK(start(f) && put(f, 4, 3) && drain(f) && stop(f), f);
    CHECK(image_take(im, f->disk, &f->err) == 0, f);
    CHECK(start(f) && damage_results(f->engine, expected, &f->err) == 0, f);
    buf_text(expected);
    CHECK(try_image(im, expected->ptr, &f->err) == SAME, f);
    return true;
}

static bool says_where(const struct err *err, const char *path)
{
    const char *base = strrchr(path, '/') + 1;

    return err->code == ERR_DAMAGED && strstr(err->text, base) && strpbrk(err->text, "0123456789");
}

enum { CLOSE_BYTES = 60, FLIPPED = 0x41 };

/* One byte of a journal file is another one. */
static bool check_journal_byte(const struct image *im, int file, const char *path, size_t at, const char *expected)
{
    struct err err = {0};
    enum outcome outcome = try_image(im, expected, &err);
    bool in_close = at >= im->bytes[file].len - CLOSE_BYTES;
    bool good = in_close ? outcome == CUT : outcome == SAME || (outcome == REFUSED && says_where(&err, path));

    if (!good) printf("  %s, byte %zu of %zu: outcome %d %s\n", path, at, im->bytes[file].len, outcome, err.text);
    return good;
}

/* Of other files: either it does not matter, or opening or reading says that something is damaged. */
static bool check_state_byte(const struct image *im, int file, const char *path, size_t at, const char *expected)
{
    struct err err = {0};
    enum outcome outcome = try_image(im, expected, &err);
    bool good = outcome == SAME || outcome == REFUSED;

    if (!good) printf("  %s, byte %zu of %zu: outcome %d\n", path, at, im->bytes[file].len, outcome);
    return good;
}

/* All files whose path contains `part`, byte by byte in steps. */
static bool flip_files(struct fixture *f, const char *part, size_t step,
                       bool (*check)(const struct image *, int, const char *, size_t, const char *))
{
    struct image im = {0};
    struct buf expected = {0};
    bool good = make_image(f, &im, &expected);
    const char *path = im.names.ptr;
    int bad = 0;

    for (int i = 0; good && i < im.count; i++, path += strlen(path) + 1) {
        for (size_t at = 0; strstr(path, part) && bad < 5 && at < im.bytes[i].len; at += step) {
            im.bytes[i].ptr[at] ^= FLIPPED;
            bad += !check(&im, i, path, at, expected.ptr);
            im.bytes[i].ptr[at] ^= FLIPPED;
        }
    }
    image_free(&im);
    buf_free(&expected);
    return good && !bad;
}

static bool every_byte_of_the_journal(struct fixture *f)
{
    return flip_files(f, ".wal", 1, check_journal_byte);
}

static bool every_byte_of_the_checkpoints(struct fixture *f)
{
    return flip_files(f, ".ckpt", 1, check_state_byte);
}

static bool bytes_of_the_database(struct fixture *f)
{
    return flip_files(f, "weir.db", 7, check_state_byte);
}

/* ---- all of them ---- */

#define TEST(name)                                                                                                     \
    {                                                                                                                  \
#name, name                                                                                                    \
    }
static const struct {
    const char *name;
    bool (*run)(struct fixture *f);
} tests[] = {
    TEST(after_a_clean_close_nothing_is_read_again),
    TEST(after_a_crash_what_came_since_the_checkpoint_is_read_again),
    TEST(a_checkpoint_on_the_way_counts),
    TEST(in_the_middle_of_a_run_of_records),
    TEST(a_file_is_read_on_from_where_the_checkpoint_was),
    TEST(a_file_is_read_on_row_by_row),
    TEST(a_changed_file_is_noticed_when_it_is_needed),
    TEST(a_shorter_file_is_an_error),
    TEST(a_missing_file_is_an_error),
    TEST(a_query_over_a_missing_file_is_refused),
    TEST(a_file_that_nobody_reads_any_more_waits),
    TEST(a_view_over_a_file_that_was_read_before_a_checkpoint),
    TEST(a_half_read_file_is_read_from_its_beginning_by_who_comes_next),
    TEST(a_query_built_over_a_new_file_and_an_old_stream),
    TEST(a_dropped_file_may_go),
    TEST(a_directory_has_one_owner),
    TEST(a_full_disk_loses_nothing),
    TEST(every_byte_of_the_journal),
    TEST(every_byte_of_the_checkpoints),
    TEST(bytes_of_the_database),
};

int main(void)
{
    int count = sizeof tests / sizeof *tests, failed = 0;

    for (int i = 0; i < count; i++) {
        struct fixture f = {0};
        bool good = tests[i].run(&f);
        end(&f);
        printf("%s %s\n", good ? "ok" : "FAILED", tests[i].name);
        failed += !good;
    }
    return report(count - failed, failed);
}
