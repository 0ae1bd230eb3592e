/* test_replay.c - epochs that were cut and run come to the same when they are run again; and what is left of a query
 * whose building was broken off. On the simulated disk. */
#include "connectors/file.h"
#include "engine/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static usec still(void *arg)
{
    (void)arg;
    return 0;
}

static struct engine *open_on(struct disk *disk, uint64_t seed)
{
    static const struct connector *const connectors[] = {&file_connector, NULL};
    struct engine_options options = {
        .dir = "db", .disk = disk, .clock = still, .connectors = connectors, .cut = CUT_RANDOM, .seed = seed};
    struct engine *e;
    struct err err;

    if (engine_open(&options, &e, &err)) fail_msg("%s", err.text);
    return e;
}

static void run(struct engine *e, const char *sql)
{
    enum answer answer;
    struct err err;

    if (engine_execute(e, str_lit(sql), "/", NULL, NULL, &answer, &err)) fail_msg("%s: %s", sql, err.text);
}

/* A file of `count` rows, `step` seconds apart. */
static void write_rows(struct disk *disk, const char *path, int count, int step)
{
    struct buf text = {0};
    struct file *file;
    struct err err;

    for (int i = 0; i < count; i++) buf_printf(&text, "2026-01-01 00:%02d:%02d,%d\n", i * step / 60, i * step % 60, i);
    assert_int_equal(disk_open(disk, path, DISK_CREATE, &file, &err), 0);
    assert_int_equal(disk_write(file, text.ptr, text.len, 0, &err), 0);
    assert_int_equal(disk_fsync(file, &err), 0);
    disk_close(file);
    assert_int_equal(disk_name(disk, DISK_SYNC_DIR, "/", NULL, &err), 0);
    buf_free(&text);
}

static void declare_file(struct engine *e, const char *name)
{
    struct buf sql = {0};

    buf_printf(&sql,
               "CREATE STREAM %s (ts TIMESTAMP, v INTEGER, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) "
               "WITH (format = 'csv', connector = 'file', path = '/%s.csv')",
               name, name);
    run(e, buf_text(&sql));
    buf_free(&sql);
}

static int keep_row(void *arg, const struct rows *r)
{
    if (r->value) *(int64_t *)arg = r->value[0].i;
    return 0;
}

static int64_t ask(struct engine *e, const char *sql)
{
    enum answer answer;
    struct err err;
    int64_t n = -1;

    if (engine_execute(e, str_lit(sql), "/", keep_row, &n, &answer, &err)) fail_msg("%s: %s", sql, err.text);
    return n;
}

static void an_epoch_over_several_files_cut_in_their_middle_is_run_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct disk *disk = disk_sim(seed);
        struct engine *e;
        struct err err;

        write_rows(disk, "/x.csv", 100, 1);
        write_rows(disk, "/y.csv", 30, 3);
        write_rows(disk, "/z.csv", 0, 1);
        e = open_on(disk, seed);
        declare_file(e, "x");
        declare_file(e, "y");
        declare_file(e, "z");
        run(e, "CREATE STREAM b (ts TIMESTAMP, v INTEGER)");
        run(e, "CREATE PUMP p AS INSERT INTO b SELECT STREAM ts, 10 / (v % 5) FROM x");
        run(e, "CREATE PUMP q AS INSERT INTO b SELECT STREAM ts, v FROM y");
        run(e, "CREATE PUMP r AS INSERT INTO b SELECT STREAM ts, v FROM z");
        for (int i = 0; i < 3; i++) assert_int_equal(engine_step(e, &err), 1);
        engine_abandon(e);
        disk_sim_crash(disk);
        e = open_on(disk, seed);
        assert_int_equal(ask(e, "SELECT COUNT(*) FROM b"), 110);
        assert_int_equal(ask(e, "SELECT COUNT(*) FROM error_stream"), 20);
        assert_int_equal(engine_close(e, &err), 0);
        disk_free(disk);
    }
}

static usec broken_off(void *engine)
{
    struct engine *e = *(struct engine **)engine;

    if (e) engine_interrupt(e);
    return 0;
}

static void a_query_whose_building_is_broken_off_is_gone_now_and_after_a_restart(void **state)
{
    struct disk *disk = disk_sim(1);
    struct engine *e = NULL;
    struct engine_options options = {.dir = "db", .disk = disk, .cut = CUT_EVERY_ROW, .clock = broken_off};
    struct str records[] = {str_lit("1"), str_lit("2"), str_lit("3")};
    enum answer answer;
    struct err err;

    (void)state;
    options.clock_arg = &e;
    assert_int_equal(engine_open(&options, &e, &err), 0);
    run(e, "CREATE STREAM s (v INTEGER) WITH (format = 'csv')");
    assert_int_equal(engine_append(e, "s", records, 3, &err), 0);
    assert_int_equal(
        engine_execute(e, str_lit("CREATE VIEW n AS SELECT COUNT(*) FROM s"), "/", NULL, NULL, &answer, &err), -1);
    assert_int_equal(err.code, ERR_INTERRUPTED);
    assert_null(engine_object(e, "n"));
    engine_abandon(e);
    disk_sim_crash(disk);
    e = open_on(disk, 1);
    assert_null(engine_object(e, "n"));
    run(e, "CREATE VIEW n AS SELECT COUNT(*) AS n FROM s");
    assert_int_equal(ask(e, "SELECT n FROM n"), 3);
    assert_int_equal(engine_close(e, &err), 0);
    disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epoch_over_several_files_cut_in_their_middle_is_run_again),
        cmocka_unit_test(a_query_whose_building_is_broken_off_is_gone_now_and_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
