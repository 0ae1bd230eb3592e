/* test_journal.c - the journal: what is put comes back, crashes lose nothing that was acknowledged, damage is found. */
#include "base/hash.h"
#include "log/journal_file.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char dir[] = "journal";

/* A clock that shows what the test sets. */
static usec show(void *arg)
{
    return *(usec *)arg;
}

static usec noon = 12 * USEC_HOUR;

static struct journal_options options_on(struct disk *d)
{
    return (struct journal_options){.disk = d, .dir = dir, .clock = show, .clock_arg = &noon};
}

static struct journal *open_with(const struct journal_options *options)
{
    struct journal *j;
    struct err err;

    if (journal_open(options, &j, &err)) fail_msg("%s", err.text);
    return j;
}

static struct journal *open_on(struct disk *d)
{
    struct journal_options options = options_on(d);

    return open_with(&options);
}

static void close_journal(struct journal *j)
{
    struct err err;

    if (journal_close(j, &err)) fail_msg("%s", err.text);
}

static uint64_t put(struct journal *j, const char *text)
{
    uint64_t ticket;
    struct err err;

    if (journal_put(j, ENTRY_DDL, 1, str_lit(text), &ticket, &err)) fail_msg("%s", err.text);
    return ticket;
}

static struct journal_position write_all(struct journal *j)
{
    struct journal_position end;
    struct err err;

    if (journal_write(j, &end, NULL, &err)) fail_msg("%s", err.text);
    return end;
}

static void sync_all(struct journal *j)
{
    struct err err;

    if (journal_sync(j, UINT64_MAX, &err)) fail_msg("%s", err.text);
}

static void put_and_write(struct journal *j, const char *text)
{
    put(j, text);
    write_all(j);
}

static struct journal_cursor *cursor_at(struct journal *j, struct journal_position from)
{
    struct journal_cursor *c;
    struct err err;

    if (journal_cursor_open(j, from, &c, &err)) fail_msg("%s", err.text);
    return c;
}

static const struct journal_position beginning = {0, 0};

/* The next entry's payload must be this text. */
static struct journal_entry expect_next(struct journal_cursor *c, const char *text)
{
    struct journal_entry entry;
    struct err err = {0};

    if (journal_next(c, &entry, &err) != 1) fail_msg("no entry; expected '%s'; %s", text, err.text);
    if (!str_equal(entry.payload, str_lit(text))) fail_msg("not '%s'", text);
    return entry;
}

static void expect_end(struct journal_cursor *c)
{
    struct journal_entry entry;
    struct err err;

    assert_int_equal(journal_next(c, &entry, &err), 0);
}

/* The payloads of all entries in order, each followed by a blank; ENTRY_CLOSE is "CLOSE". Checks ordinals. */
static void read_all(struct journal *j, struct buf *out)
{
    struct journal_cursor *c = cursor_at(j, beginning);
    struct journal_entry entry;
    uint64_t ordinal = 1, end;
    struct err err;
    int rc;

    out->len = 0;
    while ((rc = journal_next(c, &entry, &err)) > 0) {
        assert_int_equal(entry.ordinal, ordinal);
        ordinal += entry.count;
        if (entry.type == ENTRY_CLOSE) buf_puts(out, "CLOSE");
        buf_put(out, entry.payload.ptr, entry.payload.len);
        buf_putc(out, ' ');
    }
    if (rc) fail_msg("%s", err.text);
    journal_end(j, &end);
    assert_int_equal(ordinal, end);
    journal_cursor_close(c);
}

static void expect_all(struct journal *j, const char *expected)
{
    struct buf got = {0};

    read_all(j, &got);
    assert_string_equal(buf_text(&got), expected);
    buf_free(&got);
}

/* Files, behind the journal's back. */

static struct file *open_file(struct disk *d, uint32_t number)
{
    char path[64];
    struct file *f;
    struct err err;

    snprintf(path, sizeof path, "%s/%08u.wal", dir, number);
    if (disk_open(d, path, DISK_WRITE, &f, &err)) fail_msg("%s", err.text);
    return f;
}

static struct buf file_bytes(struct disk *d, uint32_t number)
{
    struct file *f = open_file(d, number);
    struct buf bytes = {0};
    struct err err;

    bytes.len = (size_t)disk_size(f, &err);
    buf_reserve(&bytes, 0);
    assert_int_equal(disk_read(f, bytes.ptr, bytes.len, 0, &err), bytes.len);
    disk_close(f);
    return bytes;
}

static void set_file(struct disk *d, uint32_t number, const char *bytes, size_t len)
{
    struct file *f = open_file(d, number);
    struct err err;

    assert_int_equal(disk_truncate(f, 0, &err), 0);
    assert_int_equal(disk_write(f, bytes, len, 0, &err), 0);
    disk_close(f);
}

static void flip_byte(struct disk *d, uint32_t number, uint64_t offset)
{
    struct file *f = open_file(d, number);
    char byte;
    struct err err;

    assert_int_equal(disk_read(f, &byte, 1, offset, &err), 1);
    byte ^= 0x55;
    assert_int_equal(disk_write(f, &byte, 1, offset, &err), 0);
    disk_close(f);
}

static void expect_damage(const struct journal_options *options, const char *file, const char *offset)
{
    struct journal *j;
    struct err err;

    assert_int_equal(journal_open(options, &j, &err), -1);
    assert_int_equal(err.code, ERR_DAMAGED);
    if (!strstr(err.text, file) || !strstr(err.text, offset)) fail_msg("%s", err.text);
}

static void expect_damage_on(struct disk *d, const char *file, const char *offset)
{
    struct journal_options options = options_on(d);

    expect_damage(&options, file, offset);
}

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

/* Ten groups of one entry, "0" to "9", in files of about two groups; the positions behind each. */
static struct journal *ten_in_small_files(struct journal_options *options, struct journal_position ends[10])
{
    struct journal *j;

    options->file_bytes_max = 180;
    j = open_with(options);
    for (int i = 0; i < 10; i++) {
        put(j, (char[]){(char)('0' + i), '\0'});
        ends[i] = write_all(j);
    }
    return j;
}

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

/* Torn and damaged. */

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
        assert_true(got.len < sizeof all && memcmp(all, got.ptr, got.len) == 0);
        journal_abandon(j);
    }
    buf_free(&got);
    buf_free(&good);
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

/* Crashes: a model of what was put, against what is there afterwards. */

enum { MODEL_MAX = 400 };

struct model {
    struct disk *disk;
    struct rng rng;
    struct journal_options options;
    usec clock;
    uint64_t fresh;          /* the next entry's number: no number is put twice */
    uint64_t put[MODEL_MAX]; /* numbers in order */
    size_t count;
    size_t acknowledged; /* of them: durable, or claimed to be */
    uint64_t crashes, torn;
};

/* An entry's payload: its number, then up to 2000 bytes that follow from it. */
static struct str payload_of(uint64_t number, char out[2100])
{
    size_t len = 8 + hash_u64(number) % 100 * (hash_u64(number) % 20);

    put_u64(out, number);
    for (size_t i = 8; i < len; i++) out[i] = (char)(number + i);
    return str_of(out, len);
}

/* What is there: the entries put, in order, at least those acknowledged. From now on they all are. */
static void check_against_model(struct model *m, struct journal *j)
{
    struct journal_cursor *c = cursor_at(j, beginning);
    struct journal_entry entry;
    uint64_t ordinal = 1;
    usec arrival = 0;
    size_t found = 0;
    char bytes[2100];
    struct err err;
    int rc;

    while ((rc = journal_next(c, &entry, &err)) > 0) {
        assert_int_equal(entry.ordinal, ordinal);
        assert_true(entry.arrival >= arrival);
        arrival = entry.arrival;
        ordinal += entry.count;
        if (entry.type == ENTRY_CLOSE) continue;
        assert_true(found < m->count);
        assert_true(str_equal(entry.payload, payload_of(m->put[found], bytes)));
        assert_int_equal(entry.count, 1 + m->put[found] % 3);
        found++;
    }
    if (rc < 0) fail_msg("%s", err.text);
    assert_true(found >= m->acknowledged);
    assert_true(journal_clock(j) >= arrival);
    m->count = m->acknowledged = found;
    journal_cursor_close(c);
}

static int put_next(struct model *m, struct journal *j, struct err *err)
{
    uint64_t number = m->fresh++;
    char bytes[2100];

    if (m->count == MODEL_MAX) return 0;
    m->put[m->count++] = number;
    return journal_put(j, ENTRY_RECORDS, 1 + number % 3, payload_of(number, bytes), NULL, err);
}

static int one_step(struct model *m, struct journal *j, struct err *err)
{
    m->clock += (usec)rng_below(&m->rng, 20) - 5;
    switch (rng_below(&m->rng, 6)) {
    case 0:
        if (journal_sync(j, UINT64_MAX, err)) return -1;
        m->acknowledged = m->count;
        return 0;
    case 1:
    case 2: return journal_write(j, NULL, NULL, err);
    default: return put_next(m, j, err);
    }
}

/* Opens, checks, works for a while, and stops somehow: in a crash, cleanly, or by being killed. */
static void one_life(struct model *m)
{
    struct journal *j;
    struct err err;
    int rc = 0;

    m->options.file_bytes_max = 200 + rng_below(&m->rng, 8000);
    if (rng_below(&m->rng, 8)) disk_sim_fail_at(m->disk, 1 + rng_below(&m->rng, rng_below(&m->rng, 2) ? 8 : 60));
    rc = journal_open(&m->options, &j, &err);
    if (!rc) {
        m->torn += journal_stats(j).torn_bytes > 0;
        check_against_model(m, j);
        for (int step = 0; !rc && step < 100; step++) rc = one_step(m, j, &err);
        if (!rc && rng_below(&m->rng, 2)) {
            rc = journal_close(j, &err);
            if (!rc) m->acknowledged = m->count;
        } else {
            journal_abandon(j);
        }
    }
    if (rc) assert_non_null(strstr(err.text, "simulated crash"));
    m->crashes += rc != 0;
    if (rc || rng_below(&m->rng, 2)) disk_sim_crash(m->disk);
}

static void crashes_lose_nothing_acknowledged_and_invent_nothing(void **state)
{
    uint64_t crashes = 0, torn = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct model m = {.disk = disk_sim(seed), .rng = {seed}, .clock = 1000, .fresh = 1};
        struct journal *j;

        m.options = options_on(m.disk);
        m.options.clock_arg = &m.clock;
        for (int life = 0; life < 4; life++) one_life(&m);
        disk_sim_fail_at(m.disk, 0);
        j = open_with(&m.options);
        check_against_model(&m, j);
        journal_abandon(j);
        disk_free(m.disk);
        crashes += m.crashes;
        torn += m.torn;
    }
    assert_true(crashes > 3000 && torn > 1000);
}

/* Threads. */

/* A disk over a simulated one whose first sync, once armed, waits until a number of writers have put. */
struct gate {
    struct disk disk; /* must be first */
    struct disk *inner;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int waits_for; /* 0: not armed */
    int put;
};

struct gate_file {
    struct file file; /* must be first */
    struct file *inner;
};

static struct file *inner(struct file *f)
{
    return ((struct gate_file *)f)->inner;
}

static int gate_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct gate_file *f = mem_zalloc(sizeof *f);

    f->file.disk = d;
    if (disk_open(((struct gate *)d)->inner, path, how, &f->inner, err)) {
        free(f);
        return -1;
    }
    *out = &f->file;
    return 0;
}

static void gate_close(struct file *f)
{
    disk_close(inner(f));
    free(f);
}

static int64_t gate_read(struct file *f, void *into, size_t len, uint64_t offset, struct err *err)
{
    return disk_read(inner(f), into, len, offset, err);
}

static int gate_write(struct file *f, const void *from, size_t len, uint64_t offset, struct err *err)
{
    return disk_write(inner(f), from, len, offset, err);
}

static int gate_sync(struct file *f, struct err *err)
{
    struct gate *gate = (struct gate *)f->disk;

    pthread_mutex_lock(&gate->mutex);
    while (gate->waits_for && gate->put < gate->waits_for) pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->waits_for = 0;
    pthread_mutex_unlock(&gate->mutex);
    return disk_fsync(inner(f), err);
}

static int gate_truncate(struct file *f, uint64_t size, struct err *err)
{
    return disk_truncate(inner(f), size, err);
}

static int64_t gate_size(struct file *f, struct err *err)
{
    return disk_size(inner(f), err);
}

static int gate_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    return disk_name(((struct gate *)d)->inner, what, path, to, err);
}

static int gate_list(struct disk *d, const char *path, struct buf *out, struct err *err)
{
    return disk_list(((struct gate *)d)->inner, path, out, err);
}

static const struct disk_class gate_class = {.open = gate_open,
                                             .close = gate_close,
                                             .read = gate_read,
                                             .write = gate_write,
                                             .sync = gate_sync,
                                             .truncate = gate_truncate,
                                             .size = gate_size,
                                             .name = gate_name,
                                             .list = gate_list};

enum { WRITERS = 64, PUTS = 20 };

struct writer {
    struct journal *j;
    struct gate *gate;
    int number;
    int failures;
};

static void *put_once(void *arg)
{
    struct writer *w = arg;
    uint64_t ticket;
    char text[8];
    struct err err;

    snprintf(text, sizeof text, "%d", w->number);
    w->failures += journal_put(w->j, ENTRY_DDL, 1, str_lit(text), &ticket, &err) != 0;
    pthread_mutex_lock(&w->gate->mutex);
    w->gate->put++;
    pthread_cond_broadcast(&w->gate->changed);
    pthread_mutex_unlock(&w->gate->mutex);
    w->failures += journal_sync(w->j, ticket, &err) != 0;
    return NULL;
}

/* Runs 64 writers and counts their failures. */
static int run_writers(struct journal *j, struct gate *gate, void *(*work)(void *))
{
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    int failures = 0;

    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.j = j, .gate = gate, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        failures += writers[i].failures;
    }
    return failures;
}

static int number_of(struct str text)
{
    int number = 0;

    for (size_t i = 0; i < text.len; i++) number = number * 10 + text.ptr[i] - '0';
    return number;
}

/* Each writer's numbers must be there, each once, and those of one writer in order. */
static void expect_each_once(struct journal *j, int each)
{
    struct journal_cursor *c = cursor_at(j, beginning);
    struct journal_entry entry;
    int next[WRITERS] = {0};
    uint64_t ordinal = 1;
    struct err err;

    while (journal_next(c, &entry, &err) > 0) {
        int number = number_of(entry.payload);
        assert_int_equal(entry.ordinal, ordinal++);
        assert_in_range(number % 1000, 0, WRITERS - 1);
        assert_int_equal(number / 1000, next[number % 1000]++);
    }
    for (int i = 0; i < WRITERS; i++) assert_int_equal(next[i], each);
    journal_cursor_close(c);
}

static void one_sync_serves_all_who_put_while_another_was_running(void **state)
{
    struct gate gate = {.disk.class = &gate_class,
                        .inner = disk_sim(1),
                        .mutex = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER};
    struct journal *j = open_on(&gate.disk);

    (void)state;
    gate.waits_for = WRITERS;
    assert_int_equal(run_writers(j, &gate, put_once), 0);
    assert_in_range(journal_stats(j).syncs, 1, 2);
    assert_int_equal(journal_durable_ordinal(j), WRITERS + 1);
    expect_each_once(j, 1);
    journal_abandon(j);
    disk_free(gate.inner);
}

/* Puts and, by turns, syncs or writes; the journal's other functions in between. */
static void *put_often(void *arg)
{
    struct writer *w = arg;

    for (int i = 0; i < PUTS; i++) {
        struct err err;
        uint64_t ticket, ordinal;
        char text[16];

        snprintf(text, sizeof text, "%d", i * 1000 + w->number);
        w->failures += journal_put(w->j, ENTRY_DDL, 1, str_lit(text), &ticket, &err) != 0;
        if ((i + w->number) % 3)
            w->failures += journal_sync(w->j, ticket, &err) != 0;
        else
            w->failures += journal_write(w->j, NULL, &ordinal, &err) != 0;
        w->failures += journal_durable_ordinal(w->j) > journal_stats(w->j).entries_written + 1;
        w->failures += journal_clock(w->j) != noon;
    }
    return NULL;
}

struct reader {
    struct journal *j;
    uint64_t read;
    int failures;
};

/* Reads along until all is read that the writers will put. */
static void *read_along(void *arg)
{
    struct reader *r = arg;
    struct journal_cursor *c;
    struct journal_entry entry;
    struct err err;

    if (journal_cursor_open(r->j, beginning, &c, &err)) return NULL;
    while (r->read < WRITERS * PUTS) {
        int rc = journal_next(c, &entry, &err);
        r->failures += rc < 0 || (rc > 0 && entry.ordinal != r->read + 1);
        if (rc < 0) break;
        r->read += rc > 0;
        if (rc == 0) sched_yield();
    }
    journal_cursor_close(c);
    return NULL;
}

static void check_threads_on(struct disk *d, const char *path)
{
    struct journal_options options = options_on(d);
    struct reader reader = {0};
    pthread_t thread;
    struct journal *j;

    options.dir = path;
    options.file_bytes_max = 5000;
    j = open_with(&options);
    reader.j = j;
    assert_int_equal(pthread_create(&thread, NULL, read_along, &reader), 0);
    assert_int_equal(run_writers(j, NULL, put_often), 0);
    sync_all(j);
    pthread_join(thread, NULL);
    assert_true(reader.failures == 0 && reader.read == WRITERS * PUTS);
    expect_each_once(j, PUTS);
    journal_abandon(j);
    j = open_with(&options);
    expect_each_once(j, PUTS);
    journal_abandon(j);
}

static void threads_write_sync_and_read_at_once(void **state)
{
    struct disk *d = disk_sim(1);

    (void)state;
    check_threads_on(d, dir);
    disk_free(d);
}

static void remove_tree(struct disk *d, const char *path, const char *parent)
{
    struct buf names = {0};
    struct err err;

    assert_int_equal(disk_list(d, path, &names, &err), 0);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        char file[128];
        snprintf(file, sizeof file, "%s/%s", path, names.ptr + at);
        assert_int_equal(disk_name(d, DISK_DELETE, file, NULL, &err), 0);
    }
    buf_free(&names);
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(parent), 0);
}

static void the_same_on_the_real_disk(void **state)
{
    char parent[] = "/tmp/weir_test_journal_XXXXXX", path[64];
    struct disk *d = disk_real(DISK_SYNC);

    (void)state;
    assert_non_null(mkdtemp(parent));
    snprintf(path, sizeof path, "%s/journal", parent);
    check_threads_on(d, path);
    remove_tree(d, path, parent);
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
        cmocka_unit_test(a_cursor_reports_what_was_damaged_since_opening),
        cmocka_unit_test(random_damage_never_gives_a_wrong_entry),
        cmocka_unit_test(a_full_disk_fails_the_journal_and_keeps_what_was_synced),
        cmocka_unit_test(a_failed_sync_is_final),
        cmocka_unit_test(crashes_lose_nothing_acknowledged_and_invent_nothing),
        cmocka_unit_test(one_sync_serves_all_who_put_while_another_was_running),
        cmocka_unit_test(threads_write_sync_and_read_at_once),
        cmocka_unit_test(the_same_on_the_real_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
