/* test_journal_damage.c - opening a journal whose files are torn, cut or damaged. */
#include "base/hash.h"
#include "tests/unit/journal_helper.h"

/* A closed journal of three groups and CLOSE in one file; ends[i]: where group i ends. */
static struct disk *small_closed_journal(uint64_t ends[4])
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    struct buf bytes;

    put(j, "first");
    put(j, "entry");
    ends[0] = write_all(j).offset;
    put(j, "second");
    ends[1] = write_all(j).offset;
    put(j, "third");
    ends[2] = write_all(j).offset;
    close_journal(j);
    bytes = file_bytes(d, 1);
    ends[3] = bytes.len;
    buf_free(&bytes);
    return d;
}

static void expect_cut_close(struct disk *d, uint64_t torn_bytes)
{
    struct journal *j = open_on(d);
    struct journal_stats stats = journal_stats(j);

    assert_true(stats.torn_bytes == torn_bytes && stats.groups_read == 3 && !stats.closed_cleanly);
    expect_all(j, "first entry second third ");
    put(j, "more");
    close_journal(j);
    j = open_on(d);
    assert_int_equal(journal_stats(j).torn_bytes, 0);
    expect_all(j, "first entry second third more CLOSE ");
    journal_abandon(j);
}

static void each_flipped_byte_of_a_closed_journal_is_damage_or_cuts_close(void **state)
{
    uint64_t ends[4];
    struct disk *d = small_closed_journal(ends);
    struct buf good = file_bytes(d, 1);

    (void)state;
    for (uint64_t at = 0; at < good.len; at++) {
        uint64_t group = at < 64 ? 0 : at < ends[0] ? 64 : at < ends[1] ? ends[0] : ends[1];
        char offset[32];

        set_file(d, 1, good.ptr, good.len);
        flip_byte(d, 1, at);
        snprintf(offset, sizeof offset, "at byte %d:", (int)group);
        if (at < ends[2])
            expect_damage_on(d, "journal/00000001.wal", offset);
        else
            expect_cut_close(d, ends[3] - ends[2]);
    }
    buf_free(&good);
    disk_free(d);
}

static void damage_is_reported_again_and_changes_nothing(void **state)
{
    uint64_t ends[4];
    struct disk *d = small_closed_journal(ends);
    struct buf before, after;

    (void)state;
    flip_byte(d, 1, ends[0] + 3);
    before = file_bytes(d, 1);
    for (int i = 0; i < 3; i++) expect_damage_on(d, "00000001.wal", "");
    after = file_bytes(d, 1);
    assert_true(str_equal(str_of(before.ptr, before.len), str_of(after.ptr, after.len)));
    buf_free(&before);
    buf_free(&after);
    disk_free(d);
}

static void a_file_cut_anywhere_opens_with_the_groups_before(void **state)
{
    static const char *const expected[] = {"", "first entry ", "first entry second ", "first entry second third "};
    uint64_t ends[4];
    struct disk *d = small_closed_journal(ends);
    struct buf good = file_bytes(d, 1);

    (void)state;
    for (uint64_t len = 0; len < good.len; len++) {
        int groups = (len >= ends[0]) + (len >= ends[1]) + (len >= ends[2]);
        uint64_t kept = len < 64 ? 0 : groups ? ends[groups - 1] : 64;
        struct journal *j;

        set_file(d, 1, good.ptr, len);
        j = open_on(d);
        assert_int_equal(journal_stats(j).torn_bytes, len - kept);
        expect_all(j, expected[groups]);
        journal_abandon(j);
    }
    buf_free(&good);
    disk_free(d);
}

/* Two groups are written before one sync: neither claims that the other was durable. */
static void a_torn_group_is_cut_with_the_valid_one_behind_it(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);
    struct journal_position kept;

    (void)state;
    put(j, "kept");
    sync_all(j);
    kept = write_all(j);
    put_and_write(j, "torn");
    put_and_write(j, "behind");
    sync_all(j);
    journal_abandon(j);
    flip_byte(d, 1, kept.offset + 60);
    j = open_on(d);
    expect_all(j, "kept ");
    assert_true(journal_stats(j).torn_bytes > 0);
    put(j, "new");
    close_journal(j);
    j = open_on(d);
    expect_all(j, "kept new CLOSE ");
    journal_abandon(j);
    disk_free(d);
}

static void a_group_behind_a_sync_makes_it_damage(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);

    (void)state;
    put(j, "synced");
    sync_all(j);
    put_and_write(j, "says so");
    journal_abandon(j);
    flip_byte(d, 1, 70);
    expect_damage_on(d, "00000001.wal", "byte 64:");
    disk_free(d);
}

/* What was read at opening is durable from then on, as the next group says. */
static void a_group_written_after_opening_vouches_for_all_before(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal *j = open_on(d);

    (void)state;
    put_and_write(j, "written only");
    journal_abandon(j);
    j = open_on(d);
    put_and_write(j, "next");
    journal_abandon(j);
    flip_byte(d, 1, 70);
    expect_damage_on(d, "00000001.wal", "byte 64:");
    disk_free(d);
}

static void an_unfinished_file_that_is_not_the_last_is_damage(void **state)
{
    struct journal_position ends[10];
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct buf good;

    (void)state;
    journal_abandon(ten_in_small_files(&options, ends));
    good = file_bytes(d, 4);
    for (size_t len = 0; len < good.len; len++) {
        set_file(d, 4, good.ptr, len);
        expect_damage(&options, "00000004.wal", "");
    }
    for (size_t at = 0; at < good.len; at++) {
        set_file(d, 4, good.ptr, good.len);
        flip_byte(d, 4, at);
        expect_damage(&options, "00000004.wal", "");
    }
    buf_free(&good);
    disk_free(d);
}

static void a_missing_file_is_damage(void **state)
{
    struct journal_position ends[10];
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct err err;

    (void)state;
    journal_abandon(ten_in_small_files(&options, ends));
    assert_int_equal(disk_name(d, DISK_DELETE, "journal/00000003.wal", NULL, &err), 0);
    expect_damage(&options, "00000003.wal", "");
    disk_free(d);
}

static void a_new_file_with_any_part_of_its_head_recovers(void **state)
{
    struct journal_position ends[10];
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct buf last;

    (void)state;
    journal_abandon(ten_in_small_files(&options, ends));
    last = file_bytes(d, 5);
    for (size_t len = 0; len <= sizeof(struct journal_head); len++) {
        struct journal *j;

        set_file(d, 5, last.ptr, len);
        j = open_with(&options);
        expect_all(j, "0 1 2 3 4 5 6 7 ");
        put_and_write(j, "new");
        journal_abandon(j);
        j = open_with(&options);
        expect_all(j, "0 1 2 3 4 5 6 7 new ");
        journal_abandon(j);
    }
    buf_free(&last);
    disk_free(d);
}

static void a_version_that_is_not_known_is_refused(void **state)
{
    struct disk *d = disk_sim(1);
    struct journal_options options = options_on(d);
    struct journal_head head;
    struct buf bytes;
    struct journal *j;
    struct err err;

    (void)state;
    close_journal(open_on(d));
    bytes = file_bytes(d, 1);
    memcpy(&head, bytes.ptr, sizeof head);
    head.version = 2;
    head.crc = crc32c(0, &head, offsetof(struct journal_head, crc));
    memcpy(bytes.ptr, &head, sizeof head);
    set_file(d, 1, bytes.ptr, bytes.len);
    assert_int_equal(journal_open(&options, &j, &err), -1);
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    buf_free(&bytes);
    disk_free(d);
}

/* Groups with right checksums and wrong contents: never a crash, always damage. */
static void valid_groups_that_make_no_sense_are_damage(void **state)
{
    static const struct entry_head entries[] = {{4, 0, 1},         {4, ENTRY_CLOSE + 1, 1}, {4, ENTRY_DDL, 0},
                                                {5, ENTRY_DDL, 1}, {3, ENTRY_DDL, 1},       {UINT32_MAX, ENTRY_DDL, 1}};
    const struct journal_position at = {1, sizeof(struct journal_head)};
    uint64_t ends[4];
    struct disk *d = small_closed_journal(ends);
    struct buf file = file_bytes(d, 1);

    (void)state;
    for (size_t i = 0; i < sizeof entries / sizeof *entries + 3; i++) {
        struct group_head head = {.entries = 1 + (i == 6), .ordinal = 1 + (i == 7), .arrival = i == 8 ? -1 : 5};
        struct entry_head entry = i < 6 ? entries[i] : (struct entry_head){4, ENTRY_DDL, 1};
        struct buf group = {0};

        buf_put(&group, &head, sizeof head);
        buf_put(&group, &entry, sizeof entry);
        buf_put(&group, "data", 4);
        group_seal(&group, at);
        file.len = at.offset;
        buf_put(&file, group.ptr, group.len);
        set_file(d, 1, file.ptr, file.len);
        expect_damage_on(d, "00000001.wal", "byte 64:");
        buf_free(&group);
    }
    buf_free(&file);
    disk_free(d);
}

static void a_group_is_valid_only_in_its_place(void **state)
{
    const struct journal_position at = {3, 1000}, elsewhere[] = {{4, 1000}, {3, 1001}, {3, 1000 + (1ull << 32)}};
    struct group_head head = {.entries = 1, .ordinal = 1};
    struct buf group = {0};

    (void)state;
    buf_put(&group, &head, sizeof head);
    buf_puts(&group, "entries");
    group_seal(&group, at);
    memcpy(&head, group.ptr, sizeof head);
    assert_true(group_head_valid(&head, at));
    for (int i = 0; i < 3; i++) assert_false(group_head_valid(&head, elsewhere[i]));
    buf_free(&group);
}

static void a_cursor_reports_what_was_damaged_since_opening(void **state)
{
    uint64_t ends[4];
    struct disk *d = small_closed_journal(ends);
    struct journal *j = open_on(d);
    struct journal_cursor *c = cursor_at(j, beginning);
    struct journal_entry entry;
    struct err err;

    (void)state;
    flip_byte(d, 1, ends[0] + 8);
    expect_next(c, "first");
    expect_next(c, "entry");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(journal_next(c, &entry, &err), -1);
        assert_int_equal(err.code, ERR_DAMAGED);
        assert_non_null(strstr(err.text, "00000001.wal"));
    }
    journal_cursor_close(c);
    journal_abandon(j);
    disk_free(d);
}

static void random_damage_never_gives_a_wrong_entry(void **state)
{
    static const char all[] = "first entry second third CLOSE ";
    uint64_t ends[4];
    struct disk *d = small_closed_journal(ends);
    struct buf good = file_bytes(d, 1), got = {0};
    struct rng rng = {1};

    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct journal_options options = options_on(d);
        struct journal *j;
        struct err err;

        set_file(d, 1, good.ptr, good.len - rng_below(&rng, 80));
        for (uint64_t n = rng_below(&rng, 4); n > 0; n--) flip_byte(d, 1, rng_below(&rng, good.len - 80));
        if (journal_open(&options, &j, &err)) {
            assert_int_equal(err.code, ERR_DAMAGED);
            continue;
        }
        read_all(j, &got);
        assert_true(got.len < sizeof all && strncmp(all, buf_text(&got), got.len) == 0);
        journal_abandon(j);
    }
    buf_free(&got);
    buf_free(&good);
    disk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_flipped_byte_of_a_closed_journal_is_damage_or_cuts_close),
        cmocka_unit_test(damage_is_reported_again_and_changes_nothing),
        cmocka_unit_test(a_file_cut_anywhere_opens_with_the_groups_before),
        cmocka_unit_test(a_torn_group_is_cut_with_the_valid_one_behind_it),
        cmocka_unit_test(a_group_behind_a_sync_makes_it_damage),
        cmocka_unit_test(a_group_written_after_opening_vouches_for_all_before),
        cmocka_unit_test(an_unfinished_file_that_is_not_the_last_is_damage),
        cmocka_unit_test(a_missing_file_is_damage),
        cmocka_unit_test(a_new_file_with_any_part_of_its_head_recovers),
        cmocka_unit_test(a_version_that_is_not_known_is_refused),
        cmocka_unit_test(valid_groups_that_make_no_sense_are_damage),
        cmocka_unit_test(a_group_is_valid_only_in_its_place),
        cmocka_unit_test(a_cursor_reports_what_was_damaged_since_opening),
        cmocka_unit_test(random_damage_never_gives_a_wrong_entry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
