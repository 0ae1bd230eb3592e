/* test_disk.c - the real disk and the simulated one: what they have in common, and what a crash leaves. */
#include "base/disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 200, SECTOR = 512 };

static struct file *open_file(struct disk *d, const char *path, enum disk_open how)
{
    struct file *f;
    struct err err;

    if (disk_open(d, path, how, &f, &err)) fail_msg("%s", err.text);
    return f;
}

static void write_text(struct file *f, const char *text, uint64_t offset)
{
    struct err err;

    assert_int_equal(disk_write(f, text, strlen(text), offset, &err), 0);
}

static void sync_file(struct file *f)
{
    struct err err;

    assert_int_equal(disk_fsync(f, &err), 0);
}

static int name(struct disk *d, enum disk_name what, const char *path, const char *to)
{
    struct err err;

    return disk_name(d, what, path, to, &err);
}

static bool exists(struct disk *d, const char *path)
{
    return name(d, DISK_EXISTS, path, NULL) == 1;
}

/* What both kinds promise, on a directory that is there. */

static void check_contents(struct disk *d, const char *path)
{
    struct file *f = open_file(d, path, DISK_CREATE), *again = open_file(d, path, DISK_READ);
    char got[32];
    struct err err;

    write_text(f, "hello", 0);
    write_text(f, "!", 7);
    assert_int_equal(disk_size(again, &err), 8);
    assert_int_equal(disk_read(again, got, sizeof got, 0, &err), 8);
    assert_memory_equal(got, "hello\0\0!", 8);
    assert_int_equal(disk_read(again, got, 2, 1, &err), 2);
    assert_memory_equal(got, "el", 2);
    assert_int_equal(disk_read(again, got, sizeof got, 100, &err), 0);
    assert_int_equal(disk_truncate(f, 2, &err), 0);
    assert_int_equal(disk_size(again, &err), 2);
    assert_int_equal(disk_write(again, "x", 1, 0, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    sync_file(f);
    disk_close(f);
    disk_close(again);
}

static void check_names(struct disk *d, const char *dir, const char *a, const char *b)
{
    struct buf names = {0};
    struct err err;

    disk_close(open_file(d, b, DISK_CREATE));
    disk_close(open_file(d, a, DISK_CREATE));
    assert_int_equal(disk_list(d, dir, &names, &err), 0);
    assert_int_equal(names.len, 4);
    assert_memory_equal(names.ptr, "a\0b\0", 4);
    assert_true(exists(d, a) && exists(d, dir));
    assert_int_equal(name(d, DISK_RENAME, a, b), 0);
    assert_true(!exists(d, a) && exists(d, b));
    assert_int_equal(name(d, DISK_DELETE, b, NULL), 0);
    assert_int_equal(name(d, DISK_DELETE, b, NULL), 0);
    assert_false(exists(d, b));
    assert_int_equal(name(d, DISK_MKDIR, dir, NULL), 0);
    assert_int_equal(name(d, DISK_SYNC_DIR, dir, NULL), 0);
    buf_free(&names);
}

static void check_message(struct disk *d, const char *path, enum disk_open how, const char *reason)
{
    struct file *f;
    struct err err = {0};

    assert_int_equal(disk_open(d, path, how, &f, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strcasestr(err.text, reason));
}

static void check_lock(struct disk *d, const char *path)
{
    struct file *owner = open_file(d, path, DISK_CREATE), *other = open_file(d, path, DISK_WRITE);
    struct err err;

    assert_int_equal(disk_lock(owner, &err), 0);
    assert_int_equal(disk_lock(owner, &err), 0);
    assert_int_equal(disk_lock(other, &err), -1);
    assert_int_equal(err.code, ERR_OWNED);
    disk_close(owner);
    assert_int_equal(disk_lock(other, &err), 0);
    disk_close(other);
}

/* The paths in a directory that the checks use. */
struct paths {
    char dir[64], a[80], b[80], below[96];
};

static void paths_in(struct paths *p, const char *dir)
{
    snprintf(p->dir, sizeof p->dir, "%s", dir);
    snprintf(p->a, sizeof p->a, "%s/a", dir);
    snprintf(p->b, sizeof p->b, "%s/b", dir);
    snprintf(p->below, sizeof p->below, "%s/none/x", dir);
}

static void check_all(struct disk *d, const char *dir)
{
    struct paths p;

    paths_in(&p, dir);
    check_names(d, p.dir, p.a, p.b);
    check_contents(d, p.a);
    check_lock(d, p.a);
    check_message(d, p.b, DISK_WRITE, "no such file");
    check_message(d, p.below, DISK_CREATE, "no such file");
    check_message(d, p.dir, DISK_READ, "is a directory");
    check_message(d, p.dir, DISK_CREATE, "is a directory");
    assert_int_equal(name(d, DISK_MKDIR, p.a, NULL), -1);
    assert_int_equal(name(d, DISK_RENAME, p.b, p.a), -1);
    assert_int_equal(name(d, DISK_DELETE, p.dir, NULL), -1);
    assert_int_equal(name(d, DISK_DELETE, p.a, NULL), 0);
}

static void the_real_disk_keeps_the_contract(void **state)
{
    char dir[] = "/tmp/weir_test_disk_XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(dir));
    for (enum disk_sync sync = DISK_NO_SYNC; sync <= DISK_SYNC; sync++) {
        struct disk *d = disk_real(sync);
        check_all(d, dir);
        disk_free(d);
    }
    assert_int_equal(remove(dir), 0);
}

static void the_simulated_disk_keeps_the_contract(void **state)
{
    struct disk *d = disk_sim(1);

    (void)state;
    assert_int_equal(name(d, DISK_MKDIR, "dir", NULL), 0);
    check_all(d, "dir");
    disk_free(d);
}

/* Crashes. */

/* A disk with one durable file "f" holding `len` bytes 'a'; the file is open for writing. */
static struct disk *disk_with_file(uint64_t seed, size_t len, struct file **f)
{
    struct disk *d = disk_sim(seed);
    char *bytes = memset(mem_alloc(len), 'a', len);
    struct err err;

    *f = open_file(d, "f", DISK_CREATE);
    assert_int_equal(disk_write(*f, bytes, len, 0, &err), 0);
    sync_file(*f);
    assert_int_equal(name(d, DISK_SYNC_DIR, ".", NULL), 0);
    free(bytes);
    return d;
}

static void what_was_synced_survives_a_crash(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct file *f;
        struct disk *d = disk_with_file(seed, 3, &f);
        char got[4];
        struct err err;

        disk_sim_crash(d);
        disk_close(f);
        f = open_file(d, "f", DISK_READ);
        assert_int_equal(disk_read(f, got, sizeof got, 0, &err), 3);
        assert_memory_equal(got, "aaa", 3);
        disk_close(f);
        disk_free(d);
    }
}

/* Writes b over the second to the third sector and a bit, crashes, and says which of its bytes are there. */
enum fate { LOST, KEPT, HEAD_KEPT, TAIL_KEPT, FATES };

static enum fate fate_of_write(uint64_t seed)
{
    enum { LEN = 4 * SECTOR, START = SECTOR + 100, WRITTEN = 2 * SECTOR };
    struct file *f;
    struct disk *d = disk_with_file(seed, LEN, &f);
    char got[LEN + 1] = {0}, bytes[WRITTEN];
    size_t changed, boundary;
    struct err err;

    memset(bytes, 'b', sizeof bytes);
    assert_int_equal(disk_write(f, bytes, sizeof bytes, START, &err), 0);
    disk_sim_crash(d);
    disk_close(f);
    f = open_file(d, "f", DISK_READ);
    assert_int_equal(disk_read(f, got, LEN, 0, &err), LEN);
    disk_close(f);
    disk_free(d);
    changed = strspn(got + strspn(got, "a"), "b");
    boundary = got[START] == 'b' ? START + changed : START + WRITTEN - changed;
    if (changed == 0) return LOST;
    if (changed == WRITTEN) return KEPT;
    assert_int_equal(boundary % SECTOR, 0);
    return got[START] == 'b' ? HEAD_KEPT : TAIL_KEPT;
}

static void an_unsynced_write_is_lost_kept_or_torn_at_a_sector(void **state)
{
    int seen[FATES] = {0};

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) seen[fate_of_write(seed)]++;
    for (int fate = 0; fate < FATES; fate++) assert_true(seen[fate] > 0);
}

static void the_seed_alone_decides(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) assert_int_equal(fate_of_write(seed), fate_of_write(seed));
}

/* Two writes behind the end: any of them may be there without the other, and the size without the bytes. */
static void later_writes_may_survive_earlier_ones(void **state)
{
    bool second_alone = false, size_alone = false, truncated = false, not_truncated = false;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct file *f;
        struct disk *d = disk_with_file(seed, 1, &f);
        char got[4] = {0};
        struct err err;
        int64_t size;

        write_text(f, "b", 1);
        write_text(f, "c", 2);
        disk_sim_crash(d);
        disk_close(f);
        f = open_file(d, "f", DISK_WRITE);
        size = disk_read(f, got, sizeof got, 0, &err);
        second_alone |= size == 3 && got[1] == 0 && got[2] == 'c';
        size_alone |= size == 3 && got[2] == 0;
        assert_int_equal(disk_truncate(f, 0, &err), 0);
        disk_sim_crash(d);
        disk_close(f);
        f = open_file(d, "f", DISK_WRITE);
        truncated |= disk_size(f, &err) == 0;
        not_truncated |= disk_size(f, &err) == size;
        disk_close(f);
        disk_free(d);
    }
    assert_true(second_alone && size_alone && truncated && not_truncated);
}

static void names_are_kept_or_undone_until_the_directory_is_synced(void **state)
{
    int made = 0, deleted = 0, renamed = 0;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk *d = disk_sim(seed);

        disk_close(open_file(d, "old", DISK_CREATE));
        disk_close(open_file(d, "from", DISK_CREATE));
        assert_int_equal(name(d, DISK_SYNC_DIR, ".", NULL), 0);
        disk_close(open_file(d, "new", DISK_CREATE));
        assert_int_equal(name(d, DISK_DELETE, "old", NULL), 0);
        assert_int_equal(name(d, DISK_RENAME, "from", "to"), 0);
        disk_sim_crash(d);
        made += exists(d, "new");
        deleted += !exists(d, "old");
        renamed += exists(d, "to");
        assert_true(exists(d, "from") != exists(d, "to"));
        disk_free(d);
    }
    assert_in_range(made, 1, SEEDS - 1);
    assert_in_range(deleted, 1, SEEDS - 1);
    assert_in_range(renamed, 1, SEEDS - 1);
}

static void a_synced_directory_keeps_its_names(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk *d = disk_sim(seed);

        assert_int_equal(name(d, DISK_MKDIR, "dir", NULL), 0);
        assert_int_equal(name(d, DISK_SYNC_DIR, ".", NULL), 0);
        disk_close(open_file(d, "dir/f", DISK_CREATE));
        assert_int_equal(name(d, DISK_SYNC_DIR, "dir", NULL), 0);
        disk_sim_crash(d);
        assert_true(exists(d, "dir/f"));
        disk_free(d);
    }
}

static void a_lost_directory_takes_its_files_along(void **state)
{
    int lost = 0;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct disk *d = disk_sim(seed);

        assert_int_equal(name(d, DISK_MKDIR, "dir", NULL), 0);
        disk_close(open_file(d, "dir/f", DISK_CREATE));
        assert_int_equal(name(d, DISK_SYNC_DIR, "dir", NULL), 0);
        disk_sim_crash(d);
        assert_int_equal(exists(d, "dir"), exists(d, "dir/f"));
        lost += !exists(d, "dir");
        disk_free(d);
    }
    assert_in_range(lost, 1, SEEDS - 1);
}

static void a_set_call_and_all_after_it_fail_until_the_crash(void **state)
{
    struct file *f, *g;
    struct disk *d = disk_with_file(1, 1, &f);
    uint64_t before = disk_sim_calls(d);
    char byte;
    struct err err;

    (void)state;
    disk_sim_fail_at(d, 3);
    write_text(f, "x", 0);
    assert_int_equal(name(d, DISK_EXISTS, "f", NULL), 1);
    sync_file(f);
    assert_int_equal(disk_sim_calls(d), before + 2);
    assert_int_equal(disk_write(f, "y", 1, 0, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_non_null(strstr(err.text, "simulated crash"));
    assert_int_equal(disk_fsync(f, &err), -1);
    assert_int_equal(disk_read(f, &byte, 1, 0, &err), -1);
    assert_int_equal(disk_open(d, "f", DISK_READ, &g, &err), -1);
    disk_sim_crash(d);
    assert_int_equal(disk_sim_calls(d), 0);
    assert_int_equal(disk_read(f, &byte, 1, 0, &err), -1);
    disk_close(f);
    f = open_file(d, "f", DISK_WRITE);
    sync_file(f);
    disk_close(f);
    disk_free(d);
}

static void each_kind_of_change_can_be_the_one_that_fails(void **state)
{
    struct file *f;
    struct err err;

    (void)state;
    for (int kind = 0; kind < 7; kind++) {
        struct disk *d = disk_with_file(1, 1, &f);
        disk_sim_fail_at(d, 1);
        switch (kind) {
        case 0: assert_int_equal(disk_write(f, "x", 1, 0, &err), -1); break;
        case 1: assert_int_equal(disk_fsync(f, &err), -1); break;
        case 2: assert_int_equal(disk_truncate(f, 0, &err), -1); break;
        case 3: assert_int_equal(name(d, DISK_MKDIR, "d", NULL), -1); break;
        case 4: assert_int_equal(name(d, DISK_DELETE, "f", NULL), -1); break;
        case 5: assert_int_equal(name(d, DISK_RENAME, "f", "g"), -1); break;
        case 6: assert_int_equal(name(d, DISK_SYNC_DIR, ".", NULL), -1); break;
        }
        disk_close(f);
        disk_free(d);
    }
}

static void a_full_disk_takes_what_fits(void **state)
{
    struct file *f;
    struct disk *d = disk_with_file(1, 3, &f);
    char got[8];
    struct err err;

    (void)state;
    disk_sim_limit(d, 5);
    assert_int_equal(disk_write(f, "bbbb", 4, 3, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_non_null(strstr(err.text, "no space left on device"));
    assert_int_equal(disk_read(f, got, sizeof got, 0, &err), 5);
    assert_memory_equal(got, "aaabb", 5);
    write_text(f, "ccccc", 0);
    disk_sim_limit(d, 6);
    write_text(f, "d", 5);
    disk_close(f);
    disk_free(d);
}

static void a_deleted_file_can_still_be_read_by_who_has_it_open(void **state)
{
    struct file *f;
    struct disk *d = disk_with_file(1, 3, &f);
    char got[3];
    struct err err;

    (void)state;
    assert_int_equal(name(d, DISK_DELETE, "f", NULL), 0);
    assert_int_equal(name(d, DISK_SYNC_DIR, ".", NULL), 0);
    assert_int_equal(disk_read(f, got, 3, 0, &err), 3);
    disk_close(f);
    disk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_real_disk_keeps_the_contract),
        cmocka_unit_test(the_simulated_disk_keeps_the_contract),
        cmocka_unit_test(what_was_synced_survives_a_crash),
        cmocka_unit_test(an_unsynced_write_is_lost_kept_or_torn_at_a_sector),
        cmocka_unit_test(the_seed_alone_decides),
        cmocka_unit_test(later_writes_may_survive_earlier_ones),
        cmocka_unit_test(names_are_kept_or_undone_until_the_directory_is_synced),
        cmocka_unit_test(a_synced_directory_keeps_its_names),
        cmocka_unit_test(a_lost_directory_takes_its_files_along),
        cmocka_unit_test(a_set_call_and_all_after_it_fail_until_the_crash),
        cmocka_unit_test(each_kind_of_change_can_be_the_one_that_fails),
        cmocka_unit_test(a_full_disk_takes_what_fits),
        cmocka_unit_test(a_deleted_file_can_still_be_read_by_who_has_it_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
