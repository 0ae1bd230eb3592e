/* journal_helper.h - what the tests of the journal share. Everything fails the test when it goes wrong. */
#ifndef WEIR_TESTS_JOURNAL_HELPER_H
#define WEIR_TESTS_JOURNAL_HELPER_H

#include "log/journal_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char dir[] = "journal";

/* A clock that shows what the test sets. */
static inline usec show(void *arg)
{
    return *(usec *)arg;
}

static usec noon = 12 * USEC_HOUR;

static inline struct journal_options options_on(struct disk *d)
{
    return (struct journal_options){.disk = d, .dir = dir, .clock = show, .clock_arg = &noon};
}

static inline struct journal *open_with(const struct journal_options *options)
{
    struct journal *j;
    struct err err;

    if (journal_open(options, &j, &err)) fail_msg("%s", err.text);
    return j;
}

static inline struct journal *open_on(struct disk *d)
{
    struct journal_options options = options_on(d);

    return open_with(&options);
}

static inline void close_journal(struct journal *j)
{
    struct err err;

    if (journal_close(j, &err)) fail_msg("%s", err.text);
}

static inline uint64_t put(struct journal *j, const char *text)
{
    uint64_t ticket;
    struct err err;

    if (journal_put(j, ENTRY_DDL, 1, str_lit(text), &ticket, &err)) fail_msg("%s", err.text);
    return ticket;
}

static inline struct journal_position write_all(struct journal *j)
{
    struct journal_position end;
    struct err err;

    if (journal_write(j, &end, NULL, &err)) fail_msg("%s", err.text);
    return end;
}

static inline void sync_all(struct journal *j)
{
    struct err err;

    if (journal_sync(j, UINT64_MAX, &err)) fail_msg("%s", err.text);
}

static inline void put_and_write(struct journal *j, const char *text)
{
    put(j, text);
    write_all(j);
}

static inline struct journal_cursor *cursor_at(struct journal *j, struct journal_position from)
{
    struct journal_cursor *c;
    struct err err;

    if (journal_cursor_open(j, from, &c, &err)) fail_msg("%s", err.text);
    return c;
}

static const struct journal_position beginning = {0, 0};

/* The next entry's payload must be this text. */
static inline struct journal_entry expect_next(struct journal_cursor *c, const char *text)
{
    struct journal_entry entry;
    struct err err = {0};

    if (journal_next(c, &entry, &err) != 1) fail_msg("no entry; expected '%s'; %s", text, err.text);
    if (!str_equal(entry.payload, str_lit(text))) fail_msg("not '%s'", text);
    return entry;
}

static inline void expect_end(struct journal_cursor *c)
{
    struct journal_entry entry;
    struct err err;

    assert_int_equal(journal_next(c, &entry, &err), 0);
}

/* The payloads of all entries in order, each followed by a blank; ENTRY_CLOSE is "CLOSE". Checks ordinals. */
static inline void read_all(struct journal *j, struct buf *out)
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

static inline void expect_all(struct journal *j, const char *expected)
{
    struct buf got = {0};

    read_all(j, &got);
    assert_string_equal(buf_text(&got), expected);
    buf_free(&got);
}

/* Files, behind the journal's back. */

static inline struct file *open_file(struct disk *d, uint32_t number)
{
    char path[64];
    struct file *f;
    struct err err;

    snprintf(path, sizeof path, "%s/%08u.wal", dir, number);
    if (disk_open(d, path, DISK_WRITE, &f, &err)) fail_msg("%s", err.text);
    return f;
}

static inline struct buf file_bytes(struct disk *d, uint32_t number)
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

static inline void set_file(struct disk *d, uint32_t number, const char *bytes, size_t len)
{
    struct file *f = open_file(d, number);
    struct err err;

    assert_int_equal(disk_truncate(f, 0, &err), 0);
    assert_int_equal(disk_write(f, bytes, len, 0, &err), 0);
    disk_close(f);
}

static inline void flip_byte(struct disk *d, uint32_t number, uint64_t offset)
{
    struct file *f = open_file(d, number);
    char byte;
    struct err err;

    assert_int_equal(disk_read(f, &byte, 1, offset, &err), 1);
    byte ^= 0x55;
    assert_int_equal(disk_write(f, &byte, 1, offset, &err), 0);
    disk_close(f);
}

static inline void expect_damage(const struct journal_options *options, const char *file, const char *offset)
{
    struct journal *j;
    struct err err;

    assert_int_equal(journal_open(options, &j, &err), -1);
    assert_int_equal(err.code, ERR_DAMAGED);
    if (!strstr(err.text, file) || !strstr(err.text, offset)) fail_msg("%s", err.text);
}

static inline void expect_damage_on(struct disk *d, const char *file, const char *offset)
{
    struct journal_options options = options_on(d);

    expect_damage(&options, file, offset);
}

/* Ten groups of one entry, "0" to "9", in files of about two groups; the positions behind each. */
static inline struct journal *ten_in_small_files(struct journal_options *options, struct journal_position ends[10])
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

#endif
