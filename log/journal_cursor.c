/* journal_cursor.c - reads a journal's entries in order, also while others append.
 * Has its own open file and one buffer, which holds one whole group; never reads beyond what the journal says is
 * written. Verifies every group again: what was good when the journal was opened may be bad now. */
#include "log/journal_file.h"

#include <stdlib.h>
#include <string.h>

struct journal_cursor {
    struct journal *j;
    const struct journal_dir *dir;
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
    if (!from.file) c->at = (struct journal_position){c->dir->first, 0};
    if (c->at.offset < sizeof(struct journal_head)) c->at.offset = sizeof(struct journal_head);
    if (journal_file_open(c->dir, c->at.file, DISK_READ, &c->file, err)) {
        free(c);
        return -1;
    }
    *out = c;
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
