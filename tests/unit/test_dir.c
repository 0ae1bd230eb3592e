/* test_dir.c - a directory at rest, on the simulated disk: whatever byte of it is another one is found and named. */
#include "base/hash.h"
#include "engine/dir.h"
#include "engine/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static usec clock_of(void *arg)
{
    return *(usec *)arg;
}

static struct engine *open_dir(struct disk *disk, const char *dir, usec *clock)
{
    struct engine_options options = {.dir = dir,
                                     .disk = disk,
                                     .clock = clock_of,
                                     .clock_arg = clock,
                                     .no_max_ahead = true,
                                     .file_bytes_max = 700,
                                     .checkpoint_bytes = 100};
    struct engine *e;
    struct err err;

    if (engine_open(&options, &e, &err)) fail_msg("%s", err.text);
    return e;
}

static void run(struct engine *e, const char *sql)
{
    enum answer answer;
    struct err err;

    if (engine_execute(e, str_lit(sql), ".", NULL, NULL, &answer, &err)) fail_msg("%s: %s", sql, err.text);
}

static void put(struct engine *e, int from, int to)
{
    for (int i = from; i < to; i++) {
        char text[32];
        struct str record = str_of(text, (size_t)snprintf(text, sizeof text, "%d,number %d", i, i));
        struct err err;

        if (engine_append(e, "s", &record, 1, &err) || engine_drain(e, NULL, NULL, &err)) fail_msg("%s", err.text);
    }
}

/* A small directory that was closed cleanly, with segments, a horizon, a base and deltas. */
static struct disk *make_dir(void)
{
    usec clock = 100 * USEC_DAY;
    struct disk *disk = disk_sim(1);
    struct engine *e = open_dir(disk, "db", &clock);
    struct err err;

    run(e, "CREATE STREAM s (v INTEGER, t VARCHAR) WITH (format = 'csv', shards = 2, retention = '1 day')");
    run(e, "CREATE STREAM kept (v INTEGER) WITH (format = 'csv')");
    run(e, "CREATE PUMP p AS INSERT INTO kept SELECT STREAM v FROM s WHERE v % 2 = 1");
    run(e, "CREATE VIEW total AS SELECT COUNT(*) AS n FROM s");
    put(e, 0, 6);
    clock += 2 * USEC_DAY;
    put(e, 6, 12);
    if (engine_close(e, &err)) fail_msg("%s", err.text);
    return disk;
}

/* ---- check ---- */

struct findings {
    const char *name; /* of a file */
    int count, naming;
    bool damaged;
};

static void take_finding(void *arg, const struct dir_finding *finding)
{
    struct findings *f = arg;

    f->count++;
    f->damaged |= finding->damaged;
    f->naming += f->name && strstr(finding->text, f->name) != NULL;
}

static struct findings check(struct disk *disk, const char *dir, const char *name)
{
    struct findings f = {.name = name};
    uint64_t damages;
    struct err err;

    if (dir_check(disk, dir, take_finding, &f, &damages, &err)) fail_msg("%s", err.text);
    assert_int_equal(damages > 0, f.damaged);
    return f;
}

static void a_directory_that_was_closed_is_whole(void **state)
{
    struct disk *disk = make_dir();

    (void)state;
    assert_int_equal(check(disk, "db", NULL).count, 0);
    disk_free(disk);
}

static void flip(struct disk *disk, const char *path, uint64_t at)
{
    struct file *f;
    char byte;
    struct err err;

    if (disk_open(disk, path, DISK_WRITE, &f, &err)) fail_msg("%s", err.text);
    assert_int_equal(disk_read(f, &byte, 1, at, &err), 1);
    byte ^= 0x41;
    assert_int_equal(disk_write(f, &byte, 1, at, &err), 0);
    disk_close(f);
}

static uint64_t size_of(struct disk *disk, const char *path)
{
    struct file *f;
    struct err err;
    int64_t size;

    if (disk_open(disk, path, DISK_READ, &f, &err)) fail_msg("%s", err.text);
    size = disk_size(f, &err);
    disk_close(f);
    return (uint64_t)size;
}

/* The number of bytes that were tried. */
static uint64_t flip_all(struct disk *disk, const char *dir)
{
    struct buf names = {0};
    uint64_t tried = 0;
    struct err err;

    if (disk_list(disk, dir, &names, &err)) fail_msg("%s", err.text);
    for (size_t n = 0; n < names.len; n += strlen(names.ptr + n) + 1) {
        struct buf path = {0};
        buf_printf(&path, "%s/%s", dir, names.ptr + n);
        buf_text(&path);
        for (uint64_t at = 0, size = size_of(disk, path.ptr); at < size; at++, tried++) {
            flip(disk, path.ptr, at);
            if (!check(disk, "db", names.ptr + n).naming)
                fail_msg("%s, byte %llu of %llu: not found", path.ptr, (unsigned long long)at,
                         (unsigned long long)size);
            flip(disk, path.ptr, at);
        }
        buf_free(&path);
    }
    buf_free(&names);
    return tried;
}

static void every_byte_of_the_journal_that_is_another_one_is_found_and_named(void **state)
{
    struct disk *disk = make_dir();

    (void)state;
    assert_true(flip_all(disk, "db/journal") > 100);
    disk_free(disk);
}

static void every_byte_of_the_segments_that_is_another_one_is_found_and_named(void **state)
{
    struct disk *disk = make_dir();

    (void)state;
    assert_true(flip_all(disk, "db/log") > 1000);
    disk_free(disk);
}

static void every_byte_of_the_checkpoints_that_is_another_one_is_found_and_named(void **state)
{
    struct disk *disk = make_dir();

    (void)state;
    assert_true(flip_all(disk, "db/state") > 1000);
    disk_free(disk);
}

static void what_is_no_directory_and_what_is_in_use_is_not_checked(void **state)
{
    struct disk *disk = make_dir();
    usec clock = 103 * USEC_DAY;
    struct engine *e = open_dir(disk, "db", &clock);
    struct findings f = {0};
    uint64_t damages;
    struct err err;

    (void)state;
    assert_int_equal(dir_check(disk, "nowhere", take_finding, &f, &damages, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(dir_check(disk, "db", take_finding, &f, &damages, &err), -1);
    assert_int_equal(err.code, ERR_OWNED);
    engine_abandon(e);
    disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_that_was_closed_is_whole),
        cmocka_unit_test(every_byte_of_the_journal_that_is_another_one_is_found_and_named),
        cmocka_unit_test(every_byte_of_the_segments_that_is_another_one_is_found_and_named),
        cmocka_unit_test(every_byte_of_the_checkpoints_that_is_another_one_is_found_and_named),
        cmocka_unit_test(what_is_no_directory_and_what_is_in_use_is_not_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
