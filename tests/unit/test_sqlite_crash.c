/* test_sqlite_crash.c - power loss and failing syncs: what is committed is there, the rest is not. */
#include "sqlite_helper.h"

/* A disk whose n-th sync fails, once. */
struct flaky {
    struct disk disk; /* must be first */
    struct disk *inner;
    int syncs, fail_at;
    int writes_after;
    struct disk_class class;
};

struct flaky_file {
    struct file file; /* must be first */
    struct file *inner;
};

static struct flaky *flaky_of(struct file *f)
{
    return (struct flaky *)f->disk;
}

static struct file *inner_of(struct file *f)
{
    return ((struct flaky_file *)f)->inner;
}

static int flaky_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct flaky_file *f = mem_zalloc(sizeof *f);

    f->file.disk = d;
    *out = &f->file;
    if (disk_open(((struct flaky *)d)->inner, path, how, &f->inner, err) == 0) return 0;
    free(f);
    return -1;
}

static void flaky_close(struct file *f)
{
    disk_close(inner_of(f));
    free(f);
}

static int64_t flaky_read(struct file *f, void *into, size_t len, uint64_t offset, struct err *err)
{
    return disk_read(inner_of(f), into, len, offset, err);
}

static int flaky_write(struct file *f, const void *from, size_t len, uint64_t offset, struct err *err)
{
    struct flaky *d = flaky_of(f);

    d->writes_after += d->fail_at && d->syncs >= d->fail_at;
    return disk_write(inner_of(f), from, len, offset, err);
}

static int flaky_sync(struct file *f, struct err *err)
{
    if (++flaky_of(f)->syncs == flaky_of(f)->fail_at) return err_set(err, ERR_DISK, -1, "cannot sync: tired");
    return disk_fsync(inner_of(f), err);
}

static int flaky_truncate(struct file *f, uint64_t size, struct err *err)
{
    return disk_truncate(inner_of(f), size, err);
}

static int64_t flaky_size(struct file *f, struct err *err)
{
    return disk_size(inner_of(f), err);
}

static int flaky_lock(struct file *f, struct err *err)
{
    return disk_lock(inner_of(f), err);
}

static int flaky_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    return disk_name(((struct flaky *)d)->inner, what, path, to, err);
}

static const struct disk_class flaky_class = {
    .open = flaky_open,
    .close = flaky_close,
    .read = flaky_read,
    .write = flaky_write,
    .sync = flaky_sync,
    .truncate = flaky_truncate,
    .size = flaky_size,
    .name = flaky_name,
    .lock = flaky_lock,
};

static void a_failed_sync_is_never_retried(void **state)
{
    (void)state;
    for (int nth = 1; nth <= 4; nth++) { /* journal, its header, database, journal: one transaction's syncs */
        struct flaky flaky = {.disk = {&flaky_class}, .inner = new_disk(1)};
        struct database *db = open_on(&flaky.disk);
        struct err err = {0};

        put(db, "a", "1");
        flaky.fail_at = flaky.syncs + nth;
        assert_int_equal(store_put(db, "a", str_lit("2"), &err), -1);
        assert_string_equal(err.text, "cannot sync: tired");
        assert_int_equal(store_put(db, "a", str_lit("3"), &err), -1);
        assert_string_equal(err.text, "cannot sync: tired");
        database_close(db);
        assert_int_equal(flaky.writes_after, 0);
        assert_int_equal(flaky.syncs, flaky.fail_at);
        db = open_on(flaky.inner);
        expect_stored(db, "a", nth < 4 ? "1" : "2"); /* the fourth comes behind the commit */
        database_close(db);
        disk_free(flaky.inner);
    }
}

/* Power loss: transactions that write several keys each; every key holds its last transaction's number. */

enum { KEYS = 12, TRANSACTIONS = 8 };

struct progress {
    int committed; /* reported as committed */
    int begun;     /* perhaps committed: the call that failed was the commit */
};

/* Several pages of a length that varies, so that pages move, are freed and are used again. */
static int put_numbered(struct database *db, int key, int number, struct rng *rng, struct err *err)
{
    char name[16];
    struct buf value = {0};
    int rc;

    snprintf(name, sizeof name, "key%d", key);
    buf_printf(&value, "%d ", number);
    for (uint64_t n = rng_below(rng, 3) * 3000; n > 0; n--) buf_putc(&value, 'a' + (char)(n % 26));
    rc = store_put(db, name, str_of(value.ptr, value.len), err);
    buf_free(&value);
    return rc;
}

static int transact(struct database *db, int number, struct rng *rng, struct progress *progress, struct err *err)
{
    if (store_begin(db, err)) return -1;
    for (int key = 0; key < KEYS; key++)
        if (put_numbered(db, key, number, rng, err)) return -1;
    if (store_catalog_put(db, (uint32_t)number, "view", "v", "SELECT", err)) return -1;
    progress->begun = number;
    if (store_commit(db, err)) return -1;
    progress->committed = number;
    return 0;
}

static void work_until_the_crash(struct disk *disk, struct rng *rng, struct progress *progress)
{
    struct database *db;
    struct err err = {0};
    int rc = database_open(disk, "d/weir.db", &db, &err);

    if (!rc) {
        for (int n = 1; n <= TRANSACTIONS && !rc; n++) rc = transact(db, progress->committed + 1, rng, progress, &err);
        store_rollback(db);
        database_close(db);
    }
    if (rc) assert_non_null(strstr(err.text, "simulated crash"));
}

static int stored_number(struct database *db, int key)
{
    char name[16];
    struct buf value = {0};
    struct err err = {0};
    int number = 0;

    snprintf(name, sizeof name, "key%d", key);
    if (store_get(db, name, &value, &err) < 0) fail_msg("%s", err.text);
    if (value.len) number = atoi(buf_text(&value));
    buf_free(&value);
    return number;
}

static int count_entry(void *arg, uint32_t id, const char *kind, const char *name, const char *sql)
{
    (void)id, (void)kind, (void)name, (void)sql;
    ++*(int *)arg;
    return 0;
}

/* All keys and the catalogue are of one transaction, which is the last committed one or the one whose commit failed. */
static void check_after_crash(struct disk *disk, struct progress *progress)
{
    struct database *db = open_on(disk);
    int number = stored_number(db, 0), entries = 0;
    struct err err;

    for (int key = 1; key < KEYS; key++) assert_int_equal(stored_number(db, key), number);
    assert_int_equal(store_catalog_each(db, count_entry, &entries, &err), 0);
    assert_int_equal(entries, number);
    if (number != progress->committed) assert_int_equal(number, progress->begun);
    expect(db, "PRAGMA integrity_check", "integrity_check\nok\n");
    progress->committed = progress->begun = number;
    database_close(db);
}

static void a_committed_transaction_survives_power_loss_whole_and_others_leave_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct disk *disk = new_disk(seed);
        struct rng rng = {seed};
        struct progress progress = {0};

        for (int crash = 0; crash < 4; crash++) {
            disk_sim_fail_at(disk, 1 + rng_below(&rng, 250));
            work_until_the_crash(disk, &rng, &progress);
            disk_sim_crash(disk);
            if (rng_below(&rng, 2)) { /* and again while it recovers */
                disk_sim_fail_at(disk, 1 + rng_below(&rng, 10));
                work_until_the_crash(disk, &rng, &progress);
                disk_sim_crash(disk);
            }
            check_after_crash(disk, &progress);
        }
        disk_free(disk);
    }
}

/* Where the machine stops at every single call of a new database's first transactions. */
static void every_call_may_be_the_last(void **state)
{
    (void)state;
    for (uint64_t call = 1; call <= 120; call++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            struct disk *disk = new_disk(seed);
            struct rng rng = {seed};
            struct progress progress = {0};

            disk_sim_fail_at(disk, call);
            work_until_the_crash(disk, &rng, &progress);
            disk_sim_crash(disk);
            check_after_crash(disk, &progress);
            disk_free(disk);
        }
}

/* A journal's name that no sync of the directory has made durable, as a process leaves it that is killed. */
static void leave_journal(struct disk *disk)
{
    static const char journal[] = "d/weir.db-journal";
    struct file *file;
    struct err err;

    assert_int_equal(disk_name(disk, DISK_DELETE, journal, NULL, &err), 0);
    assert_int_equal(disk_name(disk, DISK_SYNC_DIR, "d", NULL, &err), 0);
    assert_int_equal(disk_open(disk, journal, DISK_CREATE, &file, &err), 0);
    disk_close(file);
}

static void a_journal_left_by_a_killed_process_is_made_durable(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct disk *disk = new_disk(seed);
        struct rng rng = {seed};
        struct progress progress = {0};

        database_close(open_on(disk));
        leave_journal(disk);
        disk_sim_fail_at(disk, 1 + rng_below(&rng, 100));
        work_until_the_crash(disk, &rng, &progress);
        disk_sim_crash(disk);
        check_after_crash(disk, &progress);
        disk_free(disk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_sync_is_never_retried),
        cmocka_unit_test(a_committed_transaction_survives_power_loss_whole_and_others_leave_nothing),
        cmocka_unit_test(every_call_may_be_the_last),
        cmocka_unit_test(a_journal_left_by_a_killed_process_is_made_durable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
