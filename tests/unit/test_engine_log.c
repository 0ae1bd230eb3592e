/* test_engine_log.c - the engine on the log as a whole: journal files become segments behind it, and whatever reads
 * does not notice. On the simulated disk, with small journal files. */
#include "base/hash.h"
#include "engine/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_BYTES = 16 * 1024 };

struct world {
    struct disk *disk;
    struct engine *engine;
    usec clock;
    uint64_t file_bytes;
    uint64_t checkpoint_bytes;
};

static usec world_clock(void *arg)
{
    return ((struct world *)arg)->clock;
}

static void start(struct world *w)
{
    struct engine_options options = {.dir = "db",
                                     .disk = w->disk,
                                     .clock = world_clock,
                                     .clock_arg = w,
                                     .no_max_ahead = true,
                                     .file_bytes_max = w->file_bytes,
                                     .checkpoint_bytes = w->checkpoint_bytes};
    struct err err;

    if (engine_open(&options, &w->engine, &err)) fail_msg("%s", err.text);
}

static struct world begin(void)
{
    return (struct world){
        .disk = disk_sim(1), .clock = 100 * USEC_DAY, .file_bytes = FILE_BYTES, .checkpoint_bytes = 3 * FILE_BYTES};
}

static void stop(struct world *w)
{
    struct err err;

    if (engine_close(w->engine, &err)) fail_msg("%s", err.text);
    w->engine = NULL;
}

static void crash(struct world *w)
{
    engine_abandon(w->engine);
    disk_sim_crash(w->disk);
}

static void end(struct world *w)
{
    if (w->engine) engine_abandon(w->engine);
    disk_free(w->disk);
}

static void run(struct world *w, const char *sql)
{
    enum answer answer;
    struct err err;

    if (engine_execute(w->engine, str_lit(sql), ".", NULL, NULL, &answer, &err)) fail_msg("%s: %s", sql, err.text);
}

static int keep_row(void *arg, const struct rows *r)
{
    if (r->value) *(int64_t *)arg = r->value[0].i;
    return 0;
}

/* The integer in the last row's first column; -1: no row. */
static int64_t ask(struct world *w, const char *sql)
{
    enum answer answer;
    struct err err;
    int64_t n = -1;

    if (engine_execute(w->engine, str_lit(sql), ".", keep_row, &n, &answer, &err)) fail_msg("%s: %s", sql, err.text);
    return n;
}

/* Puts the numbers [from, to) into s, ten at a time, a second apart. */
static void put(struct world *w, int from, int to)
{
    for (int i = from; i < to; i += 10) {
        char text[10][64];
        struct str record[10];
        struct err err;

        for (int k = 0; k < 10; k++) {
            int n = snprintf(text[k], sizeof text[k], "2026-01-01 %02d:%02d:%02d,%d,%08x", (i + k) / 3600 % 24,
                             (i + k) / 60 % 60, (i + k) % 60, i + k, (unsigned)(i + k) * 2654435761u);
            record[k] = str_of(text[k], (size_t)n);
        }
        if (engine_put(w->engine, "s", record, 10, &err)) fail_msg("%s", err.text);
        if (engine_step(w->engine, &err) < 0) fail_msg("%s", err.text);
        w->clock += USEC_SECOND;
    }
}

static const char declare[] = "CREATE STREAM s (ts TIMESTAMP, v INTEGER, x VARCHAR, "
                              "WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH (format = 'csv')";
static const char derive[] = "CREATE STREAM odd AS SELECT ts, v FROM s WHERE v % 2 = 1";

static int files_in(struct world *w, const char *dir)
{
    struct buf names = {0};
    struct err err;
    int count = 0;

    if (disk_list(w->disk, dir, &names, &err)) fail_msg("%s", err.text);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) count++;
    buf_free(&names);
    return count;
}

static void after_many_files_at_most_two_are_left_in_the_journal(void **state)
{
    struct world w = begin();

    (void)state;
    start(&w);
    run(&w, declare);
    run(&w, derive);
    put(&w, 0, 3000);
    assert_true(engine_stats(w.engine).compacted > 10);
    assert_true(files_in(&w, "db/journal") <= 2);
    assert_int_equal(ask(&w, "SELECT COUNT(*) FROM s"), 3000);
    assert_int_equal(ask(&w, "SELECT SUM(v) FROM odd"), 1500 * 1500);
    end(&w);
}

static void a_query_built_over_segments_sees_what_the_live_one_saw(void **state)
{
    struct world w = begin();

    (void)state;
    start(&w);
    run(&w, declare);
    run(&w, "CREATE VIEW live AS SELECT COUNT(*) AS n, SUM(v) AS total FROM s");
    put(&w, 0, 2000);
    run(&w, "CREATE VIEW built AS SELECT COUNT(*) AS n, SUM(v) AS total FROM s");
    put(&w, 2000, 2500);
    assert_int_equal(ask(&w, "SELECT COUNT(*) FROM live JOIN built USING (n, total)"), 1);
    assert_int_equal(ask(&w, "SELECT n FROM built"), 2500);
    end(&w);
}

static void a_restart_reads_on_in_segments_where_the_checkpoint_was(void **state)
{
    struct world w = begin();

    (void)state;
    w.checkpoint_bytes = UINT64_C(1) << 40;
    start(&w);
    run(&w, declare);
    run(&w, derive);
    run(&w, "CREATE VIEW live AS SELECT COUNT(*) AS n FROM odd");
    put(&w, 0, 1000);
    stop(&w);
    start(&w);
    put(&w, 1000, 2000);
    assert_true(engine_stats(w.engine).compacted > 3);
    crash(&w);
    start(&w);
    assert_true(engine_stats(w.engine).records_replayed >= 990);
    assert_int_equal(engine_appended(w.engine, "s"), 2000);
    assert_int_equal(ask(&w, "SELECT n FROM live"), 1000);
    assert_int_equal(ask(&w, "SELECT COUNT(*) FROM odd"), 1000);
    end(&w);
}

static void a_database_in_memory_has_segments_too_when_its_files_are_small(void **state)
{
    struct world w = {.clock = 100 * USEC_DAY};
    struct engine_options options = {
        .clock = world_clock, .clock_arg = &w, .no_max_ahead = true, .file_bytes_max = FILE_BYTES};
    struct err err;

    (void)state;
    assert_int_equal(engine_open(&options, &w.engine, &err), 0);
    run(&w, declare);
    put(&w, 0, 1000);
    assert_true(engine_stats(w.engine).compacted > 1);
    assert_int_equal(ask(&w, "SELECT COUNT(*) FROM s"), 1000);
    stop(&w);
}

/* The answer to a SELECT of one number, and how many blocks it took to read. */
static uint64_t blocks_for(struct world *w, const char *sql, int64_t answer)
{
    uint64_t before = engine_stats(w->engine).blocks;
    int64_t n = ask(w, sql);

    if (n != answer) fail_msg("%s: %lld, not %lld", sql, (long long)n, (long long)answer);
    return engine_stats(w->engine).blocks - before;
}

static void a_select_over_a_range_reads_only_the_blocks_of_the_range(void **state)
{
    struct world w = begin();
    uint64_t all;

    (void)state;
    start(&w);
    run(&w, declare);
    put(&w, 0, 4000); /* ten records a second of arrival, from day 100 on: 1970-04-11 */
    all = blocks_for(&w, "SELECT COUNT(*) FROM s", 4000);
    assert_true(all > 8);
    assert_int_equal(blocks_for(&w,
                                "SELECT COUNT(*) FROM s WHERE APPROXIMATE_ARRIVAL_TIME >= '1970-04-11 00:00:50' "
                                "AND APPROXIMATE_ARRIVAL_TIME < '1970-04-11 00:00:52'",
                                20) <= 2,
                     1);
    assert_int_equal(blocks_for(&w, "SELECT COUNT(*) FROM s WHERE APPROXIMATE_ARRIVAL_TIME > '1980-01-01'", 0), 0);
    assert_int_equal(
        blocks_for(&w, "SELECT COUNT(*) FROM s WHERE ROWTIME BETWEEN '2026-01-01 00:05:00' AND '2026-01-01 00:05:09'",
                   10) <= 2,
        1);
    assert_int_equal(blocks_for(&w, "SELECT COUNT(*) FROM s WHERE SEQUENCE_NUMBER BETWEEN 99 AND 108", 10) <= 1, 1);
    assert_int_equal(blocks_for(&w, "SELECT MAX(v) FROM s WHERE SEQUENCE_NUMBER = '500'", 498), 1);
    assert_int_equal(blocks_for(&w, "SELECT COUNT(_watermark) FROM s WHERE SEQUENCE_NUMBER > 100", 3901), all);
    end(&w);
}

static void a_select_of_one_shard_reads_only_its_blocks(void **state)
{
    struct world w = begin();
    uint64_t all, one;

    (void)state;
    start(&w);
    run(&w, "CREATE STREAM s (ts TIMESTAMP, v INTEGER, x VARCHAR) WITH (format = 'csv', shards = 4)");
    put(&w, 0, 2000);
    all = blocks_for(&w, "SELECT COUNT(*) FROM s", 2000);
    one = blocks_for(&w, "SELECT COUNT(*) > 400 FROM s WHERE SHARD_ID = 'shardId-000000000002'", 1);
    assert_true(one * 3 < all);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_many_files_at_most_two_are_left_in_the_journal),
        cmocka_unit_test(a_query_built_over_segments_sees_what_the_live_one_saw),
        cmocka_unit_test(a_restart_reads_on_in_segments_where_the_checkpoint_was),
        cmocka_unit_test(a_select_over_a_range_reads_only_the_blocks_of_the_range),
        cmocka_unit_test(a_select_of_one_shard_reads_only_its_blocks),
        cmocka_unit_test(a_database_in_memory_has_segments_too_when_its_files_are_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
