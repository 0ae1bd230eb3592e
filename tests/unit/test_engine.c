/* test_engine.c - the engine through session.h, on the simulated disk: what becomes durable when, and what leaves it.
 */
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

static struct engine *open_on(struct disk *disk)
{
    struct engine_options options = {.dir = "db", .disk = disk, .clock = still, .no_max_ahead = true};
    struct engine *e;
    struct err err;

    assert_int_equal(engine_open(&options, &e, &err), 0);
    return e;
}

static void run(struct engine *e, const char *sql)
{
    enum answer answer;
    struct err err;

    if (engine_execute(e, str_lit(sql), ".", NULL, NULL, &answer, &err)) fail_msg("%s: %s", sql, err.text);
}

static void put(struct engine *e, const char *record)
{
    struct str r = str_lit(record);
    struct err err;

    assert_int_equal(engine_put(e, "s", &r, 1, &err), 0);
}

static void close_engine(struct engine *e)
{
    struct err err;

    assert_int_equal(engine_close(e, &err), 0);
}

static const char declare[] = "CREATE STREAM s (v INTEGER) WITH (format = 'csv')";
static const char derive[] = "CREATE STREAM big AS SELECT v FROM s WHERE v > 10";

static void input_and_result_become_durable_by_one_sync(void **state)
{
    struct disk *disk = disk_sim(1);
    struct engine *e = open_on(disk);
    struct err err;
    uint64_t before;

    (void)state;
    run(e, declare);
    run(e, derive);
    before = engine_stats(e).syncs;
    for (int i = 0; i < 5; i++) {
        put(e, "11");
        assert_int_equal(engine_step(e, &err), 1);
    }
    assert_int_equal(engine_stats(e).syncs - before, 5);
    engine_abandon(e);
    disk_sim_crash(disk);
    e = open_on(disk);
    assert_int_equal(engine_appended(e, "s"), 5);
    close_engine(e);
    disk_free(disk);
}

static void drained_records_are_durable_though_nobody_reads_them(void **state)
{
    struct disk *disk = disk_sim(2);
    struct engine *e = open_on(disk);
    struct err err;

    (void)state;
    run(e, declare);
    put(e, "1");
    assert_int_equal(engine_drain(e, NULL, NULL, &err), 0);
    engine_abandon(e);
    disk_sim_crash(disk);
    e = open_on(disk);
    assert_int_equal(engine_appended(e, "s"), 1);
    close_engine(e);
    disk_free(disk);
}

static void count_change(void *arg, const struct field *fields, int field_count, const struct relation_value *values,
                         int64_t weight)
{
    (void)fields;
    (void)field_count;
    (void)values;
    *(int64_t *)arg += weight;
}

static void nothing_of_an_epoch_leaves_before_its_commit_is_durable(void **state)
{
    struct disk *disk = disk_sim(3);
    struct engine *e = open_on(disk);
    struct err err;
    int64_t seen = 0;

    (void)state;
    run(e, declare);
    run(e, derive);
    assert_int_equal(engine_subscribe(e, "big", count_change, &seen, &err), 0);
    put(e, "11");
    assert_int_equal(engine_step(e, &err), 1);
    assert_int_equal(seen, 1);
    for (int call = 1; call <= 2; call++) { /* the write, then the sync */
        put(e, "12");
        disk_sim_fail_at(disk, (uint64_t)call);
        assert_int_equal(engine_step(e, &err), -1);
        assert_int_equal(err.code, ERR_DISK);
        assert_int_equal(seen, 1);
        engine_abandon(e);
        disk_sim_crash(disk);
        e = open_on(disk);
        assert_int_equal(engine_subscribe(e, "big", count_change, &seen, &err), 0);
    }
    close_engine(e);
    disk_free(disk);
}

static void after_a_failure_the_engine_says_so_and_does_nothing(void **state)
{
    struct disk *disk = disk_sim(4);
    struct engine *e = open_on(disk);
    enum answer answer;
    struct err err;

    (void)state;
    run(e, declare);
    disk_sim_fail_at(disk, 1);
    assert_int_equal(engine_execute(e, str_lit(derive), ".", NULL, NULL, &answer, &err), -1);
    disk_sim_crash(disk);
    assert_int_equal(engine_execute(e, str_lit(derive), ".", NULL, NULL, &answer, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_int_equal(engine_close(e, &err), -1);
    disk_free(disk);
}

static void a_directory_has_one_owner(void **state)
{
    struct disk *disk = disk_sim(5);
    struct engine_options options = {.dir = "db", .disk = disk, .clock = still};
    struct engine *e = open_on(disk), *second;
    struct err err;

    (void)state;
    assert_int_equal(engine_open(&options, &second, &err), -1);
    assert_int_equal(err.code, ERR_OWNED);
    close_engine(e);
    disk_free(disk);
}

static void count_warning(void *arg, const char *text)
{
    assert_string_equal(text, "a comment has no end: it ends the file");
    ++*(int *)arg;
}

static void an_open_comment_ends_an_application_of_the_old_service_and_is_an_error_elsewhere(void **state)
{
    int warnings = 0;
    struct engine_options options = {.warn = count_warning, .warn_arg = &warnings, .clock = still};
    enum answer answer;
    struct engine *e;
    struct err err;

    (void)state;
    assert_int_equal(engine_open(&options, &e, &err), 0);
    assert_int_equal(engine_execute(e, str_lit("SELECT 1 /* end"), ".", NULL, NULL, &answer, &err), -1);
    assert_int_equal(err.at, 9);
    assert_int_equal(engine_execute(e, str_lit("/* end"), ".", NULL, NULL, &answer, &err), -1);
    assert_string_equal(err.text, "this comment has no end: the closing */ is missing");
    assert_int_equal(warnings, 0);
    run(e, "SET dialect = 'kinesis'");
    run(e, "CREATE STREAM s (v INTEGER) /* end");
    assert_int_equal(warnings, 1);
    run(e, "/* end");
    assert_int_equal(warnings, 2);
    run(e, "CREATE STREAM t (v INTEGER) /* end */");
    assert_int_equal(warnings, 2);
    close_engine(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(input_and_result_become_durable_by_one_sync),
        cmocka_unit_test(drained_records_are_durable_though_nobody_reads_them),
        cmocka_unit_test(nothing_of_an_epoch_leaves_before_its_commit_is_durable),
        cmocka_unit_test(after_a_failure_the_engine_says_so_and_does_nothing),
        cmocka_unit_test(a_directory_has_one_owner),
        cmocka_unit_test(an_open_comment_ends_an_application_of_the_old_service_and_is_an_error_elsewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
