/* journal_cursor.c - reads a journal's entries in order, also while others append.
 * Has its own open file and one buffer, which holds one whole group; never reads beyond what the journal says is
 * written. Verifies every group again: what was good when the journal was opened may be bad now. */
#include "log/journal_file.h"

#include <stdlib.h>
#include <string.h>

struct journal_cursor {
    struct journal *j;
    const struct journal_dir *dir;
    bool one_file;                 /* it does not go on to the next one */
    struct file *file;             /* that of at.file, or NULL: not opened yet */
    struct journal_position at;    /* where the next group begins */
    struct journal_position group; /* where the one in bytes begins */
    struct buf bytes;
    size_t offset;    /* of the next entry in bytes */
    uint64_t ordinal; /* of that entry */
};

int journal_cursor_open(struct journal *j, struct journal_position from, struct journal_cursor **out, struct err *err)
{
    struct journal_cursor *c = mem_zalloc(sizeof *c);

    c->j = j;
    c->dir = journal_directory(j);
    c->at = from;
    if (!from.file) c->at = (struct journal_position){journal_first_file(j), 0};
    if (c->at.offset < sizeof(struct journal_head)) c->at.offset = sizeof(struct journal_head);
    if (journal_file_open(c->dir, c->at.file, DISK_READ, &c->file, err)) {
        free(c);
        return -1;
    }
    *out = c;
    return 0;
}

int journal_cursor_open_file(struct journal *j, struct journal_position from, struct journal_cursor **out,
                             struct err *err)
{
    if (journal_cursor_open(j, from, out, err)) return -1;
    (*out)->one_file = true;
    return 0;
}

void journal_cursor_close(struct journal_cursor *c)
{
    if (!c) return;
    disk_close(c->file);
    buf_free(&c->bytes);
    free(c);
}

static int read_group(struct journal_cursor *c, uint64_t limit, struct err *err)
{
    struct group_head head;
    int valid = group_read(c->file, c->at, limit, &c->bytes, err);

    c->offset = c->bytes.len = valid > 0 ? c->bytes.len : 0;
    if (valid < 0) return -1;
    if (!valid) return journal_damaged(c->dir, c->at, "the checksum of a group does not match", err);
    memcpy(&head, c->bytes.ptr, sizeof head);
    c->offset = sizeof head;
    c->ordinal = head.ordinal;
    c->group = c->at;
    c->at.offset += head.length;
    return 1;
}

/* The file was read to its end, and there is a next one. */
static void leave_file(struct journal_cursor *c)
{
    disk_close(c->file);
    c->file = NULL;
    c->at = (struct journal_position){c->at.file + 1, sizeof(struct journal_head)};
}

/* Reads the next group: 1, 0 when there is none yet, -1. A file with a successor does not grow any more. */
static int fetch(struct journal_cursor *c, struct err *err)
{
    struct journal_position end = journal_end(c->j, NULL);

    for (;;) {
        int64_t size;
        if (position_compare(c->at, end) >= 0) return 0;
        if (!c->file && journal_file_open(c->dir, c->at.file, DISK_READ, &c->file, err)) return -1;
        if (c->at.file == end.file) return read_group(c, end.offset, err);
        size = disk_size(c->file, err);
        if (size < 0) return -1;
        if (c->at.offset != (uint64_t)size) return read_group(c, (uint64_t)size, err);
        if (c->one_file) return 0;
        leave_file(c);
    }
}

int journal_next(struct journal_cursor *c, struct journal_entry *entry, struct err *err)
{
    for (;;) {
        int got = group_next(&c->bytes, &c->offset, &c->ordinal, entry);
        if (got < 0) return journal_damaged(c->dir, c->group, "malformed entry", err);
        if (got > 0) {
            entry->group = c->group;
            entry->next = c->at;
            return 1;
        }
        got = fetch(c, err);
        if (got <= 0) return got;
    }
}

/* ---- finding a place by heads alone ---- */

/* True when nothing wanted stands before something that begins with this ordinal, if all before it arrived by then. */
static bool is_before(uint64_t ordinal, usec arrival, uint64_t next_ordinal, usec latest)
{
    return next_ordinal <= ordinal || latest < arrival;
}

/* 1: the head of the file behind was read; 0: there is none; -1. */
static int next_head(struct journal *j, uint32_t number, struct journal_head *head, struct err *err)
{
    const struct journal_dir *dir = journal_directory(j);
    struct journal_position next = {number + 1, 0};
    struct file *file;
    int valid;

    if (number >= journal_end(j, NULL).file) return 0;
    if (journal_file_open(dir, next.file, DISK_READ, &file, err)) return -1;
    valid = journal_head_read(dir, next.file, file, head, err);
    disk_close(file);
    return valid ? valid : journal_damaged(dir, next, "the head of the file is not valid", err);
}

/* 1: the head of the group there was read; 0: there is none that is valid; -1. */
static int read_head(struct file *file, struct journal_position at, uint64_t limit, struct group_head *head,
                     struct err *err)
{
    int64_t n;

    if (at.offset > limit || limit - at.offset < sizeof *head) return 0;
    n = disk_read(file, head, sizeof *head, at.offset, err);
    return n < 0 ? -1 : n == (int64_t)sizeof *head && group_head_valid(head, at);
}

/* Within the file that at is in, up to limit. */
static int find_group(struct file *file, uint64_t limit, uint64_t ordinal, usec arrival, struct journal_position *at,
                      struct err *err)
{
    struct group_head here, next;
    int got = read_head(file, *at, limit, &here, err);

    while (got > 0) {
        struct journal_position behind = {at->file, at->offset + here.length};
        got = read_head(file, behind, limit, &next, err);
        if (got <= 0 || !is_before(ordinal, arrival, next.ordinal, here.arrival)) break;
        *at = behind;
        here = next;
    }
    return got < 0 ? -1 : 0;
}

int journal_find(struct journal *j, uint64_t ordinal, usec arrival, struct journal_position *at, struct err *err)
{
    struct journal_position end = journal_end(j, NULL);
    struct journal_head head;
    struct file *file;
    int64_t limit;
    int got, failed;

    if (!at->file) *at = (struct journal_position){journal_first_file(j), 0};
    while ((got = next_head(j, at->file, &head, err)) > 0 && is_before(ordinal, arrival, head.ordinal, head.arrival))
        *at = (struct journal_position){at->file + 1, 0};
    if (got < 0) return -1;
    if (at->offset < sizeof head) at->offset = sizeof head;
    if (journal_file_open(journal_directory(j), at->file, DISK_READ, &file, err)) return -1;
    limit = at->file == end.file ? (int64_t)end.offset : disk_size(file, err);
    failed = limit < 0 || find_group(file, (uint64_t)limit, ordinal, arrival, at, err);
    disk_close(file);
    return failed ? -1 : 0;
}
