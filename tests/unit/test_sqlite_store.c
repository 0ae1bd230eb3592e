/* test_sqlite_store.c - the store, and the database on a disk. */
#include "sqlite_helper.h"

#include <unistd.h>

/* The store. Without a disk first. */

static void the_store_keeps_values_by_key(void **state)
{
    struct fixture *f = *state;
    struct buf found = {0};
    struct err err;

    put(f->db, "a", "1");
    put(f->db, "a", "2");
    put(f->db, "A", "");
    assert_int_equal(store_put(f->db, "bytes", str_of("\0\1", 2), &err), 0);
    assert_int_equal(store_put(f->db, "nothing", str_of(NULL, 0), &err), 0);
    expect_stored(f->db, "a", "2");
    expect_stored(f->db, "A", "");
    expect_stored(f->db, "nothing", "");
    expect_stored(f->db, "b", NULL);
    buf_puts(&found, "<");
    assert_int_equal(store_get(f->db, "bytes", &found, &err), 1);
    assert_memory_equal(found.ptr, "<\0\1", 3);
    buf_free(&found);
}

static void a_rollback_undoes_what_was_put(void **state)
{
    struct fixture *f = *state;
    struct err err;

    put(f->db, "a", "1");
    assert_int_equal(store_begin(f->db, &err), 0);
    put(f->db, "a", "2");
    expect_stored(f->db, "a", "2");
    store_rollback(f->db);
    expect_stored(f->db, "a", "1");
    store_rollback(f->db); /* of nothing */
    assert_int_equal(store_begin(f->db, &err), 0);
    put(f->db, "a", "3");
    assert_int_equal(store_commit(f->db, &err), 0);
    expect_stored(f->db, "a", "3");
}

static void the_catalogue_is_read_in_order_of_id(void **state)
{
    struct fixture *f = *state;
    struct entries all = {0}, first = {.count_max = 1};
    struct err err;

    assert_int_equal(store_catalog_put(f->db, 4000000000u, "view", "v", "SELECT 1", &err), 0);
    assert_int_equal(store_catalog_put(f->db, 7, "stream", "s", "x", &err), 0);
    assert_int_equal(store_catalog_put(f->db, 8, "pump", "p", "y", &err), 0);
    assert_int_equal(store_catalog_put(f->db, 7, "stream", "s", "z", &err), 0);
    assert_int_equal(store_catalog_delete(f->db, 8, &err), 0);
    assert_int_equal(store_catalog_delete(f->db, 9, &err), 0);
    assert_int_equal(store_catalog_each(f->db, add_entry, &all, &err), 0);
    assert_string_equal(buf_text(&all.text), "7 stream s z\n4000000000 view v SELECT 1\n");
    assert_int_equal(store_catalog_each(f->db, add_entry, &first, &err), 0);
    assert_int_equal(first.count, 1);
    buf_free(&all.text);
    buf_free(&first.text);
}

/* On a disk. */

static void what_is_stored_is_there_again(void **state)
{
    struct disk *disk = new_disk(1);
    struct database *db = open_on(disk);

    (void)state;
    put(db, "a", "1");
    expect(db, "CREATE TABLE t(x)", "");
    database_close(db);
    db = open_on(disk);
    expect_stored(db, "a", "1");
    expect(db, "SELECT count(*) FROM t", "count(*)\n0\n");
    expect(db, "PRAGMA journal_mode", "journal_mode\ntruncate\n");
    expect(db, "PRAGMA synchronous", "synchronous\n2\n");
    expect(db, "PRAGMA temp_store", "temp_store\n2\n");
    database_close(db);
    disk_free(disk);
}

static void the_real_disk_serves_as_well(void **state)
{
    char dir[] = "/tmp/weir-sqlite-XXXXXX", path[64], journal[64];
    struct disk *disk = disk_real(DISK_SYNC);
    struct err err = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/weir.db", dir);
    snprintf(journal, sizeof journal, "%s/weir.db-journal", dir);
    for (int i = 0; i < 2; i++) {
        struct database *db;
        if (database_open(disk, path, &db, &err)) fail_msg("%s", err.text);
        expect_stored(db, "a", i ? "1" : NULL);
        put(db, "a", "1");
        database_close(db);
    }
    assert_int_equal(unlink(journal), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
    disk_free(disk);
}

static void a_database_belongs_to_one(void **state)
{
    struct disk *disk = new_disk(1);
    struct database *db = open_on(disk), *other = NULL;
    struct err err;

    (void)state;
    assert_int_equal(database_open(disk, "d/weir.db", &other, &err), -1);
    assert_int_equal(err.code, ERR_OWNED);
    assert_string_equal(err.text, "d/weir.db is in use by another process");
    database_close(db);
    database_close(open_on(disk));
    disk_free(disk);
}

static void a_directory_that_is_absent_is_the_disks_message(void **state)
{
    struct disk *disk = new_disk(1);
    struct database *db = NULL;
    struct err err;

    (void)state;
    assert_int_equal(database_open(disk, "e/weir.db", &db, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_string_equal(err.text, "cannot open e/weir.db: no such file or directory");
    disk_free(disk);
}

/* Overwrites bytes of d/weir.db. */
static void overwrite(struct disk *disk, const char *bytes, size_t len, uint64_t offset)
{
    struct file *file;
    struct err err;

    assert_int_equal(disk_open(disk, "d/weir.db", DISK_CREATE, &file, &err), 0);
    assert_int_equal(disk_write(file, bytes, len, offset, &err), 0);
    disk_close(file);
}

static void expect_damaged(struct disk *disk, const char *begin)
{
    struct database *db = NULL;
    struct err err = {0};

    assert_int_equal(database_open(disk, "d/weir.db", &db, &err), -1);
    assert_int_equal(err.code, ERR_DAMAGED);
    assert_memory_equal(err.text, begin, strlen(begin));
}

static void garbage_is_no_database(void **state)
{
    struct disk *disk = new_disk(1);
    char garbage[5000];

    (void)state;
    memset(garbage, 'x', sizeof garbage);
    overwrite(disk, garbage, sizeof garbage, 0);
    expect_damaged(disk, "d/weir.db is damaged: file is not a database");
    disk_free(disk);
}

static void a_damaged_page_is_found_when_the_database_is_opened(void **state)
{
    char garbage[4096];

    (void)state;
    memset(garbage, 'x', sizeof garbage);
    for (uint64_t page = 0; page < 4; page++) { /* the schema, weir_meta, its index, weir_catalog */
        struct disk *disk = new_disk(1);
        struct database *db = open_on(disk);
        put(db, "a", "1");
        database_close(db);
        overwrite(disk, garbage, sizeof garbage - 200, page * 4096 + (page ? 0 : 100));
        expect_damaged(disk, "d/weir.db is damaged: ");
        disk_free(disk);
    }
}

static void a_database_left_in_wal_mode_is_taken_over(void **state)
{
    struct disk *disk = new_disk(1);
    struct database *db = open_on(disk);

    (void)state;
    put(db, "a", "1");
    database_close(db);
    overwrite(disk, "\2\2", 2, 18); /* the file format's versions */
    db = open_on(disk);
    expect_stored(db, "a", "1");
    expect(db, "PRAGMA journal_mode", "journal_mode\ntruncate\n");
    database_close(db);
    disk_free(disk);
}

static void a_full_disk_is_reported_and_forgotten_when_there_is_room(void **state)
{
    struct disk *disk = new_disk(1);
    struct database *db = open_on(disk);
    char *large = mem_zalloc(1 << 20);
    struct err err = {0};

    (void)state;
    put(db, "a", "1");
    disk_sim_limit(disk, 100000);
    assert_int_equal(store_put(db, "b", str_of(large, 1 << 20), &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_non_null(strstr(err.text, "no space left on device"));
    disk_sim_limit(disk, 0);
    expect_stored(db, "a", "1");
    expect_stored(db, "b", NULL);
    assert_int_equal(store_put(db, "b", str_of(large, 1 << 20), &err), 0);
    expect(db, "PRAGMA integrity_check", "integrity_check\nok\n");
    free(large);
    database_close(db);
    disk_free(disk);
}

static void large_sorts_and_temporary_tables_need_no_file(void **state)
{
    struct disk *disk = new_disk(1);
    struct database *db = open_on(disk);
    struct buf names = {0};
    struct err err;

    (void)state;
    expect(db,
           "SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
           "SELECT DISTINCT hex(randomblob(40)) AS h FROM n ORDER BY h DESC)",
           "count(*)\n100000\n");
    expect(db,
           "CREATE TEMP TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 50000) "
           "SELECT i, hex(randomblob(40)) FROM n",
           "");
    expect(db, "UPDATE t SET i = i + 1", "");
    assert_int_equal(disk_list(disk, "d", &names, &err), 0);
    assert_int_equal(names.len, sizeof "weir.db\0weir.db-journal");
    assert_memory_equal(names.ptr, "weir.db\0weir.db-journal", names.len);
    buf_free(&names);
    database_close(db);
    disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(the_store_keeps_values_by_key),
        WITH_FIXTURE(a_rollback_undoes_what_was_put),
        WITH_FIXTURE(the_catalogue_is_read_in_order_of_id),
        cmocka_unit_test(what_is_stored_is_there_again),
        cmocka_unit_test(the_real_disk_serves_as_well),
        cmocka_unit_test(a_database_belongs_to_one),
        cmocka_unit_test(a_directory_that_is_absent_is_the_disks_message),
        cmocka_unit_test(garbage_is_no_database),
        cmocka_unit_test(a_damaged_page_is_found_when_the_database_is_opened),
        cmocka_unit_test(a_database_left_in_wal_mode_is_taken_over),
        cmocka_unit_test(a_full_disk_is_reported_and_forgotten_when_there_is_room),
        cmocka_unit_test(large_sorts_and_temporary_tables_need_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
