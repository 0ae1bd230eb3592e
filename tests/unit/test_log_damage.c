/* test_log_damage.c - each byte of each file of a log flipped in turn, files missing and mixed up: found and named by
 * the check, and never a wrong result for a reader. */
#include "log/segment.h"
#include "tests/unit/log_helper.h"

static usec keep_from(void *arg, uint32_t stream)
{
    (void)arg;
    return stream == 3 ? USEC_MAX : USEC_MIN;
}

/* Sets, the horizon of stream 3, journal files that are not compacted; closed. All of it is in *w. */
static struct world *small_log(void)
{
    struct world *w = world_new(11, 1800);
    struct log_retention how = {keep_from, NULL, UINT64_MAX};
    struct err err;

    world_open(w);
    put_many(w, 8);
    must_compact(w);
    must(log_retain(w->log, &how, NULL, &err), &err);
    for (size_t i = 0; i < w->count; i++) {
        struct known *k = &w->known[i];
        if (k->stream == 3 && k->ordinal < log_horizon(w->log, 3)) k->stream = 99;
    }
    put_many(w, 8);
    must(log_close(w->log, &err), &err);
    w->log = NULL;
    assert_true(count_names(w, "data/log", ".seg") > 3 && count_names(w, "data/journal", ".wal") > 1);
    return w;
}

static struct file *open_path(struct world *w, const char *path, enum disk_open how)
{
    struct file *f;
    struct err err;

    must(disk_open(w->disk, path, how, &f, &err), &err);
    return f;
}

static struct buf bytes_of(struct world *w, const char *path)
{
    struct file *f = open_path(w, path, DISK_READ);
    struct buf bytes = {0};
    struct err err;

    bytes.len = (size_t)disk_size(f, &err);
    buf_reserve(&bytes, 1);
    assert_int_equal(disk_read(f, bytes.ptr, bytes.len, 0, &err), bytes.len);
    disk_close(f);
    return bytes;
}

static void set_bytes(struct world *w, const char *path, struct str bytes)
{
    struct file *f = open_path(w, path, DISK_CREATE);
    struct err err;

    must(disk_truncate(f, 0, &err), &err);
    if (bytes.len) must(disk_write(f, bytes.ptr, bytes.len, 0, &err), &err);
    disk_close(f);
}

static void flip(struct world *w, const char *path, uint64_t at)
{
    struct file *f = open_path(w, path, DISK_WRITE);
    struct err err;
    char byte;

    assert_int_equal(disk_read(f, &byte, 1, at, &err), 1);
    byte ^= (char)(1 << at % 8);
    must(disk_write(f, &byte, 1, at, &err), &err);
    disk_close(f);
}

/* Everything that a reader gives is right and in its place; it ends with damage, or at the end, or at `end`. */
static void expect_right_or_damage(struct world *w, uint64_t end)
{
    static const struct log_want want[] = {{1, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
                                           {2, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
                                           {3, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
                                           {4, LOG_ALL_SHARDS, LOG_ALL_RECORDS}};
    struct log_reader_options o = reading(w, want, 4);
    struct log_reader *r;
    struct log_item item;
    struct err err;
    size_t at = 0;
    int got;

    if (world_try_open(w, &err)) {
        assert_int_equal(err.code, ERR_DAMAGED);
        w->log = NULL;
        return;
    }
    r = reader_open(w, &o);
    while ((got = log_next(r, UINT64_MAX, &item, &err)) > 0) {
        while (at < w->count && !known_wanted(w, &o, &w->known[at])) at++;
        assert_true(at < w->count);
        expect_item(&w->known[at++], &item);
    }
    if (got < 0) {
        assert_int_equal(err.code, ERR_DAMAGED);
        assert_int_equal(log_next(r, UINT64_MAX, &item, &err), -1); /* and not what comes behind */
    }
    while (at < w->count && !known_wanted(w, &o, &w->known[at])) at++;
    if (got == 0) assert_true(at == w->count || w->known[at].ordinal >= end);
    log_reader_close(r);
    log_abandon(w->log);
    w->log = NULL;
}

/* Where the part of a file begins that a byte lies in: what a message is to name. */
static uint64_t part_of_segment(struct str bytes, uint64_t at)
{
    struct segment_head head;
    uint64_t block = sizeof head;

    memcpy(&head, bytes.ptr, sizeof head);
    if (at < block) return 0;
    block += head.blocks * sizeof(struct block_head);
    if (at < block) return at - (at - sizeof head) % sizeof(struct block_head);
    for (uint32_t i = 0; i < head.blocks; i++) {
        struct block_head b;
        memcpy(&b, bytes.ptr + sizeof head + i * sizeof b, sizeof b);
        if (at < block + sizeof b + b.stored_bytes) return block;
        block += sizeof b + b.stored_bytes;
    }
    fail_msg("a byte behind the last block");
    return 0;
}

static uint64_t part_of(const char *path, struct str bytes, uint64_t at)
{
    if (strstr(path, ".seg")) return part_of_segment(bytes, at);
    if (strstr(path, ".set")) return at < 64 ? 0 : 64;
    return at < 32 ? 0 : 32; /* the horizon */
}

static void expect_named(const struct findings *found, const char *path, uint64_t offset)
{
    char at[40];

    snprintf(at, sizeof at, "at byte %llu:", (unsigned long long)offset);
    assert_true(found->damages > 0);
    if (!strstr(found->first, path) || !strstr(found->first, at)) fail_msg("%s: not %s at %s", path, found->first, at);
}

static void flip_each_of(struct world *w, const char *path)
{
    struct buf good = bytes_of(w, path);
    struct str bytes = str_of(good.ptr, good.len);

    for (uint64_t at = 0; at < good.len; at++) {
        struct findings found;
        flip(w, path, at);
        found = world_check(w);
        expect_named(&found, path, part_of(path, bytes, at));
        expect_right_or_damage(w, UINT64_MAX);
        set_bytes(w, path, bytes);
    }
    buf_free(&good);
}

/* Opening may clean up or cut: each change is made to a log as it was. */
static void each_flipped_byte_of_the_segments_sets_and_horizon_is_found_and_named(void **state)
{
    struct world *w = small_log();
    struct buf names = {0};
    struct err err;

    (void)state;
    assert_int_equal(world_check(w).damages + world_check(w).remarks, 0);
    must(disk_list(w->disk, "data/log", &names, &err), &err);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        char path[100];
        snprintf(path, sizeof path, "data/log/%s", names.ptr + at);
        flip_each_of(w, path);
    }
    buf_free(&names);
    world_free(w);
}

static uint32_t journal_files(struct world *w, uint32_t *first)
{
    struct buf names = {0};
    struct err err;
    uint32_t last = 0;

    must(disk_list(w->disk, "data/journal", &names, &err), &err);
    *first = (uint32_t)strtoul(names.ptr, NULL, 10);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1)
        last = (uint32_t)strtoul(names.ptr + at, NULL, 10);
    buf_free(&names);
    return last;
}

/* From here on everything is there. */
static uint64_t log_horizon_of(struct world *w)
{
    uint64_t horizon;

    world_open(w);
    horizon = log_horizon(w->log, 3);
    log_abandon(w->log);
    w->log = NULL;
    return horizon;
}

static uint64_t bytes_len(struct world *w, const char *path)
{
    struct buf bytes = bytes_of(w, path);
    uint64_t len = bytes.len;

    buf_free(&bytes);
    return len;
}

/* The last group is CLOSE, which may be torn: that is a remark, and all else is still read. */
static void each_flipped_byte_of_the_journal_is_found_and_named(void **state)
{
    struct world *w = small_log();
    uint32_t first, last = journal_files(w, &first);

    (void)state;
    for (uint32_t file = first; file <= last; file++) {
        char path[100];
        struct buf good;
        snprintf(path, sizeof path, "data/journal/%08u.wal", file);
        good = bytes_of(w, path);
        for (uint64_t at = 0; at < good.len; at++) {
            bool close = file == last && at + 60 >= good.len;
            struct findings found;
            flip(w, path, at);
            found = world_check(w);
            assert_int_equal(found.damages > 0, !close);
            if (!close && !strstr(found.first, path)) fail_msg("%s", found.first);
            if (close) assert_int_equal(found.remarks, 1);
            expect_right_or_damage(w, UINT64_MAX);
            set_bytes(w, path, str_of(good.ptr, good.len));
        }
        buf_free(&good);
    }
    world_free(w);
}

/* What was good when the log was opened may be bad now: each byte, under a reader that comes to it. */
static void damage_behind_an_open_log_is_found_by_readers(void **state)
{
    struct world *w = small_log();
    uint32_t first, last = journal_files(w, &first);
    struct log_reader_options o = reading(w, NULL, 0);
    struct err err;

    (void)state;
    o.range.from = log_horizon_of(w);
    for (uint32_t file = first; file <= last; file++) {
        char path[100];
        uint64_t size;
        snprintf(path, sizeof path, "data/journal/%08u.wal", file);
        size = bytes_len(w, path);
        for (uint64_t at = 0; at < size; at += 3) {
            struct log_reader *r;
            struct log_item item;
            int got;
            world_open(w);
            flip(w, path, at);
            r = reader_open(w, &o);
            while ((got = log_next(r, UINT64_MAX, &item, &err)) > 0)
                ;
            if (at >= 64 || file > first) assert_true(got == -1 && err.code == ERR_DAMAGED);
            log_reader_close(r);
            log_abandon(w->log);
            w->log = NULL;
            flip(w, path, at);
        }
    }
    world_free(w);
}

/* ---- files as a whole ---- */

static void a_missing_file_is_found_and_named(void **state)
{
    struct world *w = small_log();
    struct buf names = {0};
    struct err err;

    (void)state;
    must(disk_list(w->disk, "data/log", &names, &err), &err);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        const char *name = names.ptr + at;
        char path[100];
        struct buf good;
        struct findings found;
        snprintf(path, sizeof path, "data/log/%s", name);
        good = bytes_of(w, path);
        must(disk_name(w->disk, DISK_DELETE, path, NULL, &err), &err);
        found = world_check(w);
        assert_true(found.damages > 0);
        if (strcmp(name, "horizon") != 0 && at + strlen(name) + 1 < names.len && strstr(name, ".seg"))
            expect_named(&found, path, 0);
        if (world_try_open(w, &err) == 0) { /* a segment is missed when it is read */
            log_abandon(w->log);
            w->log = NULL;
            expect_right_or_damage(w, UINT64_MAX);
        } else {
            assert_int_equal(err.code, ERR_DAMAGED);
        }
        set_bytes(w, path, str_of(good.ptr, good.len));
        buf_free(&good);
    }
    buf_free(&names);
    world_free(w);
}

static void a_file_in_the_place_of_another_is_found(void **state)
{
    struct world *w = small_log();
    struct buf names = {0};
    struct err err;
    char path[2][100];

    (void)state;
    must(disk_list(w->disk, "data/log", &names, &err), &err);
    path[0][0] = '\0';
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        struct buf good, other;
        if (!strstr(names.ptr + at, ".seg")) continue;
        snprintf(path[1], sizeof path[1], "data/log/%s", names.ptr + at);
        if (path[0][0]) {
            struct findings found;
            good = bytes_of(w, path[1]);
            other = bytes_of(w, path[0]);
            set_bytes(w, path[1], str_of(other.ptr, other.len));
            found = world_check(w);
            expect_named(&found, path[1], 0);
            expect_right_or_damage(w, UINT64_MAX);
            set_bytes(w, path[1], str_of(good.ptr, good.len));
            buf_free(&good);
            buf_free(&other);
        }
        strcpy(path[0], path[1]);
    }
    buf_free(&names);
    world_free(w);
}

static void a_file_cut_anywhere_or_grown_is_found(void **state)
{
    struct world *w = small_log();
    struct buf names = {0};
    struct err err;

    (void)state;
    must(disk_list(w->disk, "data/log", &names, &err), &err);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        char path[100];
        struct buf good;
        snprintf(path, sizeof path, "data/log/%s", names.ptr + at);
        good = bytes_of(w, path);
        buf_putc(&good, 'x');
        for (size_t len = 0; len <= good.len; len++) {
            struct findings found;
            if (len == good.len - 1) continue;
            set_bytes(w, path, str_of(good.ptr, len));
            found = world_check(w);
            assert_true(found.damages > 0);
            if (!strstr(found.first, path)) fail_msg("%s", found.first);
            expect_right_or_damage(w, UINT64_MAX);
        }
        set_bytes(w, path, str_of(good.ptr, good.len - 1));
        buf_free(&good);
    }
    buf_free(&names);
    world_free(w);
}

/* All but the last: they were complete. Also where it is cut between two groups. */
static void a_complete_journal_file_cut_anywhere_is_found(void **state)
{
    struct world *w = small_log();
    uint32_t first, last = journal_files(w, &first);

    (void)state;
    assert_true(last > first);
    for (uint32_t file = first; file < last; file++) {
        char path[100];
        struct buf good;
        snprintf(path, sizeof path, "data/journal/%08u.wal", file);
        good = bytes_of(w, path);
        for (size_t len = 0; len < good.len; len++) {
            struct findings found;
            set_bytes(w, path, str_of(good.ptr, len));
            found = world_check(w);
            assert_true(found.damages > 0);
            if (!strstr(found.first, path)) fail_msg("%s", found.first);
            expect_right_or_damage(w, UINT64_MAX);
        }
        set_bytes(w, path, str_of(good.ptr, good.len));
        buf_free(&good);
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_flipped_byte_of_the_segments_sets_and_horizon_is_found_and_named),
        cmocka_unit_test(each_flipped_byte_of_the_journal_is_found_and_named),
        cmocka_unit_test(damage_behind_an_open_log_is_found_by_readers),
        cmocka_unit_test(a_complete_journal_file_cut_anywhere_is_found),
        cmocka_unit_test(a_missing_file_is_found_and_named),
        cmocka_unit_test(a_file_in_the_place_of_another_is_found),
        cmocka_unit_test(a_file_cut_anywhere_or_grown_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
