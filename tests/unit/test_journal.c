/* test_journal.c - the journal: what is put comes back; files, limits, disks that fail. */
#include "tests/unit/journal_helper.h"

/* Putting and reading. */

static void entries_come_back_in_order_with_ordinals(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    struct journal_cursor *c;
    struct journal_entry entry;
    struct err err;

    (void)state;
    put(j, "one");
    assert_int_equal(journal_put(j, ENTRY_RECORDS, 10, str_lit("ten records"), NULL, &err), 0);
    write_all(j);
    put(j, "");
    sync_all(j);
    c = cursor_at(j, beginning);
    entry = expect_next(c, "one");
    assert_true(entry.ordinal == 1 && entry.type == ENTRY_DDL && entry.arrival == noon);
    entry = expect_next(c, "ten records");
    assert_true(entry.ordinal == 2 && entry.count == 10 && entry.type == ENTRY_RECORDS);
    entry = expect_next(c, "");
    assert_int_equal(entry.ordinal, 12);
    expect_end(c);
    put_and_write(j, "later");
    expect_next(c, "later");
    expect_end(c);
    journal_cursor_close(c);
    journal_abandon(j);
    disk_free(d);
}

static void what_is_put_but_not_written_is_not_read(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    uint64_t next;

    (void)state;
    put_and_write(j, "a");
    put(j, "b");
    expect_all(j, "a ");
    journal_end(j, &next);
    assert_int_equal(next, 2);
    journal_abandon(j);
    disk_free(d);
}

static void writing_makes_readable_and_syncing_durable(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    struct journal_stats stats;
    uint64_t ordinal;
    struct err err;

    (void)state;
    put(j, "a");
    put(j, "b");
    assert_int_equal(journal_write(j, NULL, &ordinal, &err), 0);
    assert_int_equal(ordinal, 3);
    assert_int_equal(journal_durable_ordinal(j), 1);
    expect_all(j, "a b ");
    sync_all(j);
    assert_int_equal(journal_durable_ordinal(j), 3);
    sync_all(j);
    write_all(j);
    stats = journal_stats(j);
    assert_true(stats.groups_written == 1 && stats.entries_written == 2 && stats.syncs == 1);
    journal_abandon(j);
    disk_free(d);
}

static void a_ticket_waits_for_its_own_group_only(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    uint64_t first = put(j, "a"), second;
    struct err err;

    (void)state;
    assert_int_equal(journal_sync(j, first, &err), 0);
    second = put(j, "b");
    assert_true(second > first);
    assert_int_equal(journal_sync(j, first, &err), 0);
    assert_int_equal(journal_stats(j).syncs, 1);
    assert_int_equal(journal_durable_ordinal(j), 2);
    assert_int_equal(journal_sync(j, second, &err), 0);
    assert_int_equal(journal_durable_ordinal(j), 3);
    journal_abandon(j);
    disk_free(d);
}

static void arrival_never_goes_back_not_even_over_a_restart(void **state)
{
    struct disk *d = disk_sim(1);
    usec clock = 100;
    struct journal_options options = options_on(d);
    struct journal *j;
    struct journal_cursor *c;

    (void)state;
    options.clock_arg = &clock;
    j = open_with(&options);
    put_and_write(j, "a");
    clock = 50;
    assert_int_equal(journal_clock(j), 100);
    close_journal(j);
    j = open_with(&options);
    assert_int_equal(journal_clock(j), 100);
    put_and_write(j, "b");
    clock = 200;
    assert_int_equal(journal_clock(j), 200);
    clock = 150;
    put_and_write(j, "c");
    c = cursor_at(j, beginning);
    assert_int_equal(expect_next(c, "a").arrival, 100);
    assert_int_equal(expect_next(c, "").type, ENTRY_CLOSE);
    assert_int_equal(expect_next(c, "b").arrival, 100);
    assert_int_equal(expect_next(c, "c").arrival, 200);
    journal_cursor_close(c);
    journal_abandon(j);
    disk_free(d);
}

static void a_journal_goes_on_where_it_was_closed(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);

    (void)state;
    assert_false(journal_stats(j).closed_cleanly);
    put(j, "a");
    close_journal(j);
    j = open_on(d);
    assert_true(journal_stats(j).closed_cleanly);
    assert_int_equal(journal_stats(j).groups_read, 2);
    put_and_write(j, "b");
    journal_abandon(j);
    j = open_on(d);
    assert_false(journal_stats(j).closed_cleanly);
    expect_all(j, "a CLOSE b ");
    journal_abandon(j);
    disk_free(d);
}

/* Files. */

static void a_new_file_begins_when_the_current_one_is_full(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct journal_position ends[10];
    struct journal *j = ten_in_small_files(&options, ends);

    (void)state;
    assert_int_equal(ends[9].file, 5);
    expect_all(j, "0 1 2 3 4 5 6 7 8 9 ");
    assert_int_equal(journal_durable_ordinal(j), 9);
    close_journal(j);
    j = open_with(&options);
    assert_true(journal_stats(j).closed_cleanly);
    expect_all(j, "0 1 2 3 4 5 6 7 8 9 CLOSE ");
    journal_abandon(j);
    disk_free(d);
}

static void a_cursor_begins_between_any_two_groups(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct journal_position ends[10];
    struct journal *j = ten_in_small_files(&options, ends);

    (void)state;
    for (int i = 0; i < 9; i++) {
        struct journal_cursor *c = cursor_at(j, ends[i]);
        struct journal_entry entry = expect_next(c, (char[]){(char)('1' + i), '\0'});
        assert_int_equal(entry.ordinal, i + 2);
        assert_int_equal(position_compare(entry.next, ends[i + 1]), 0);
        journal_cursor_close(c);
        c = cursor_at(j, entry.group);
        assert_int_equal(expect_next(c, (char[]){(char)('1' + i), '\0'}).ordinal, i + 2);
        journal_cursor_close(c);
    }
    journal_abandon(j);
    disk_free(d);
}

static void opening_from_a_checkpoint_reads_only_what_is_behind_it(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct journal_position ends[10];
    uint64_t next;

    (void)state;
    journal_abandon(ten_in_small_files(&options, ends));
    flip_byte(d, 1, sizeof(struct journal_head) + 5);
    expect_damage(&options, "00000001.wal", "byte 64:");
    for (int i = 2; i < 10; i++) {
        struct journal *j;
        options.from = ends[i];
        options.from_ordinal = (uint64_t)i + 2;
        options.from_arrival = noon;
        j = open_with(&options);
        assert_int_equal(journal_stats(j).groups_read, 9 - i);
        journal_end(j, &next);
        assert_int_equal(next, 11);
        journal_abandon(j);
    }
    options.from.offset += 1;
    expect_damage(&options, "00000005.wal", "checkpoint");
    options.from = (struct journal_position){6, 64};
    expect_damage(&options, "00000006.wal", "missing");
    options.from = ends[4];
    options.from_ordinal = 5;
    expect_damage(&options, "00000003.wal", "ordinals");
    disk_free(d);
}

static void files_before_a_checkpoint_may_be_gone(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct journal_position ends[10];
    struct journal *j;
    struct journal_cursor *c;
    struct err err;

    (void)state;
    journal_abandon(ten_in_small_files(&options, ends));
    assert_int_equal(disk_name(d, DISK_DELETE, "journal/00000001.wal", NULL, &err), 0);
    expect_damage(&options, "00000001.wal", "missing");
    options.from = ends[2];
    options.from_ordinal = 4;
    j = open_with(&options);
    c = cursor_at(j, beginning);
    expect_next(c, "2");
    journal_cursor_close(c);
    journal_abandon(j);
    disk_free(d);
}

static void other_files_in_the_directory_are_left_alone(void **state)
{
    struct disk *d = disk_sim(1);
    struct file *f;
    struct err err;

    (void)state;
    close_journal(open_on(d));
    for (int i = 0; i < 4; i++) {
        const char *names[] = {"journal/00000009.bak", "journal/x.wal", "journal/-1.wal", "journal/00000000.wal"};
        assert_int_equal(disk_open(d, names[i], DISK_CREATE, &f, &err), 0);
        disk_close(f);
    }
    close_journal(open_on(d));
    disk_free(d);
}

/* Limits. */

static void large_entries_are_taken_up_to_a_limit(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    char *bytes = memset(mem_alloc(PAYLOAD_BYTES_MAX + 1), 'x', PAYLOAD_BYTES_MAX + 1);
    struct journal_cursor *c;
    struct journal_entry entry;
    struct err err;

    (void)state;
    assert_int_equal(journal_put(j, ENTRY_DDL, 1, str_of(bytes, PAYLOAD_BYTES_MAX + 1), NULL, &err), -1);
    assert_int_equal(err.code, ERR_LIMIT);
    put(j, "small");
    assert_int_equal(journal_put(j, ENTRY_DDL, 1, str_of(bytes, PAYLOAD_BYTES_MAX), NULL, &err), 0);
    assert_int_equal(journal_stats(j).groups_written, 1);
    put(j, "behind");
    assert_int_equal(journal_stats(j).groups_written, 2);
    sync_all(j);
    journal_abandon(j);
    j = open_on(d);
    c = cursor_at(j, beginning);
    expect_next(c, "small");
    assert_int_equal(journal_next(c, &entry, &err), 1);
    assert_true(str_equal(entry.payload, str_of(bytes, PAYLOAD_BYTES_MAX)));
    expect_next(c, "behind");
    journal_cursor_close(c);
    journal_abandon(j);
    free(bytes);
    disk_free(d);
}

/* Failing disks. */

static void a_full_disk_fails_the_journal_and_keeps_what_was_synced(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    struct journal_options options = options_on(d);
    struct err err;
    int rc = 0, synced = 0;
    char expected[256] = "";

    (void)state;
    disk_sim_limit(d, 500);
    for (int i = 0; !rc; i++) {
        char text[16];
        snprintf(text, sizeof text, "entry%d", i);
        put(j, text);
        rc = journal_sync(j, UINT64_MAX, &err);
        if (!rc) strcat(strcat(expected, text), " ");
        if (!rc) synced++;
    }
    assert_int_equal(err.code, ERR_DISK);
    assert_non_null(strstr(err.text, "no space left"));
    assert_true(synced > 2);
    disk_sim_limit(d, 0);
    assert_int_equal(journal_put(j, ENTRY_DDL, 1, str_lit("x"), NULL, &err), -1);
    assert_non_null(strstr(err.text, "no space left"));
    assert_int_equal(journal_write(j, NULL, NULL, &err), -1);
    assert_int_equal(journal_sync(j, 1, &err), -1);
    expect_all(j, expected);
    assert_int_equal(journal_close(j, &err), -1);
    disk_sim_limit(d, 500);
    j = open_with(&options);
    assert_true(journal_stats(j).torn_bytes > 0);
    expect_all(j, expected);
    journal_abandon(j);
    disk_free(d);
}

static void a_failed_sync_is_final(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    struct err err;

    (void)state;
    put(j, "a");
    write_all(j);
    disk_sim_fail_at(d, 1);
    assert_int_equal(journal_sync(j, UINT64_MAX, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    disk_sim_crash(d);
    for (int i = 0; i < 2; i++) {
        err = (struct err){0};
        assert_int_equal(journal_sync(j, UINT64_MAX, &err), -1);
        assert_non_null(strstr(err.text, "simulated crash"));
    }
    assert_int_equal(journal_durable_ordinal(j), 1);
    journal_abandon(j);
    disk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_in_order_with_ordinals),
        cmocka_unit_test(what_is_put_but_not_written_is_not_read),
        cmocka_unit_test(writing_makes_readable_and_syncing_durable),
        cmocka_unit_test(a_ticket_waits_for_its_own_group_only),
        cmocka_unit_test(arrival_never_goes_back_not_even_over_a_restart),
        cmocka_unit_test(a_journal_goes_on_where_it_was_closed),
        cmocka_unit_test(a_new_file_begins_when_the_current_one_is_full),
        cmocka_unit_test(a_cursor_begins_between_any_two_groups),
        cmocka_unit_test(opening_from_a_checkpoint_reads_only_what_is_behind_it),
        cmocka_unit_test(files_before_a_checkpoint_may_be_gone),
        cmocka_unit_test(other_files_in_the_directory_are_left_alone),
        cmocka_unit_test(large_entries_are_taken_up_to_a_limit),
        cmocka_unit_test(a_full_disk_fails_the_journal_and_keeps_what_was_synced),
        cmocka_unit_test(a_failed_sync_is_final),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
