/* journal_file.h - the bytes of a journal's files; private to log/.
 *
 * Numbers are little-endian. A position is {file number, offset}. Every CRC is CRC-32C; those of a group begin with the
 * number of its file (u32) and its offset (u64), so a group that stands where it does not belong is not valid.
 *
 * DIR/00000001.wal, 00000002.wal, ...: a head, then groups to the end of the file.
 *
 * Head, 64 bytes. Durable, with the file's name, before a group is written behind it; and the file before was durable,
 * complete, before this one was made.
 *    0  8  "weir-wal"
 *    8  4  version: 1
 *   12  4  feature bits: 0
 *   16  4  number of the file, from 1
 *   20  4  0
 *   24  8  ordinal of the first entry
 *   32  8  arrival: no group before was stamped later (i64, microseconds)
 *   40  8  size of the file before; 0 in file 1
 *   48 12  0
 *   60  4  CRC of bytes 0 to 59
 *
 * Group: a header of 48 bytes, then entries. The header has its own CRC: it can be believed when the entries are torn.
 *    0  4  "WGRP"
 *    4  4  CRC of bytes 8 to 47
 *    8  4  length of the whole group, at most 64 MiB
 *   12  4  number of entries, at least 1
 *   16  8  ordinal of the first entry
 *   24  8  arrival (i64, microseconds), never less than that of the group before
 *   32  8  durable, offset: when this was written, everything before that position was
 *   40  4  durable, file
 *   44  4  CRC of the entries
 *
 * Entry: a header of 12 bytes, then the payload; no padding.
 *    0  4  length of the payload, at most 32 MiB
 *    4  4  type (enum entry_type)
 *    8  4  count: how many ordinals it takes, at least 1 */
#ifndef WEIR_LOG_JOURNAL_FILE_H
#define WEIR_LOG_JOURNAL_FILE_H

#include "log/journal.h"

enum {
    JOURNAL_VERSION = 1,
    GROUP_BYTES_MAX = 64 << 20,  /* a longer one is not valid */
    GROUP_BYTES_FULL = 16 << 20, /* an open group is written before it grows beyond this */
    PAYLOAD_BYTES_MAX = 32 << 20,
};

struct journal_head {
    char magic[8];
    uint32_t version, features, number, zero;
    uint64_t ordinal;
    int64_t arrival;
    uint64_t previous_size;
    uint32_t zeros[3], crc;
};

struct group_head {
    char magic[4];
    uint32_t head_crc, length, entries;
    uint64_t ordinal;
    int64_t arrival;
    uint64_t durable_offset;
    uint32_t durable_file, entries_crc;
};

struct entry_head {
    uint32_t length, type, count;
};

_Static_assert(sizeof(struct journal_head) == 64, "on disk");
_Static_assert(offsetof(struct journal_head, ordinal) == 24, "on disk");
_Static_assert(offsetof(struct journal_head, arrival) == 32, "on disk");
_Static_assert(offsetof(struct journal_head, previous_size) == 40, "on disk");
_Static_assert(offsetof(struct journal_head, crc) == 60, "on disk");
_Static_assert(sizeof(struct group_head) == 48, "on disk");
_Static_assert(offsetof(struct group_head, length) == 8, "on disk");
_Static_assert(offsetof(struct group_head, ordinal) == 16, "on disk");
_Static_assert(offsetof(struct group_head, arrival) == 24, "on disk");
_Static_assert(offsetof(struct group_head, durable_offset) == 32, "on disk");
_Static_assert(offsetof(struct group_head, entries_crc) == 44, "on disk");
_Static_assert(sizeof(struct entry_head) == 12, "on disk");
_Static_assert(sizeof(struct group_head) + sizeof(struct entry_head) + PAYLOAD_BYTES_MAX <= GROUP_BYTES_MAX,
               "the longest entry fits a group");

/* Where a journal's files are. */
struct journal_dir {
    struct disk *disk;
    const char *path;
    uint32_t first; /* the least number of a file that is there */
};

static inline int position_compare(struct journal_position a, struct journal_position b)
{
    if (a.file != b.file) return a.file < b.file ? -1 : 1;
    return a.offset < b.offset ? -1 : a.offset > b.offset;
}

/* ERR_DAMAGED naming the file and the offset. Returns -1. */
int journal_damaged(const struct journal_dir *dir, struct journal_position at, const char *what, struct err *err);

/* 1, 0, or -1 on failure. */
int journal_file_exists(const struct journal_dir *dir, uint32_t number, struct err *err) MUST_CHECK;
int journal_file_open(const struct journal_dir *dir, uint32_t number, enum disk_open how, struct file **out,
                      struct err *err) MUST_CHECK;
int journal_file_delete(const struct journal_dir *dir, uint32_t number, struct err *err) MUST_CHECK;
/* The number of a file of the journal, from its name; 0 for other names. */
uint32_t journal_file_number(const char *name);
/* Makes the file, or makes a torn one anew, with this head (its magic, version and CRC are filled in here); file and
 * name are durable when it returns. */
int journal_file_create(const struct journal_dir *dir, struct journal_head head, struct file **out,
                        struct err *err) MUST_CHECK;
/* 1: *out is the valid head of this file; 0: there is none; -1: failure, also for a version that is not known. */
int journal_head_read(const struct journal_dir *dir, uint32_t number, struct file *file, struct journal_head *out,
                      struct err *err) MUST_CHECK;

/* Completes a group for its place: fills in magic, length and the CRCs. The bytes begin with a struct group_head whose
 * other fields are filled. */
void group_seal(struct buf *group, struct journal_position at);
/* True when these 48 bytes are the header of a group at that place. */
bool group_head_valid(const struct group_head *head, struct journal_position at);
/* Reads the group at a place into *group (header and entries) from the file, which is readable up to limit.
 * 1: valid; 0: not; -1: failure. Reads nothing beyond the limit. */
int group_read(struct file *file, struct journal_position at, uint64_t limit, struct buf *group,
               struct err *err) MUST_CHECK;

/* Walks the entries of a group that was read. *offset begins as sizeof(struct group_head), *ordinal as that of the
 * group; both are moved on. 1: filled, except for the positions; 0: no more; -1: malformed. */
int group_next(const struct buf *group, size_t *offset, uint64_t *ordinal, struct journal_entry *out);

/* Where the next group goes, and with what. */
struct journal_tail {
    struct file *file;
    struct journal_position end;
    uint64_t ordinal;
    usec arrival, file_arrival; /* the latest; that of the file's head */
};
/* Finds the tail: verifies, cuts, or makes the first file; everything before the tail is durable then. Fills dir->first
 * and the fields of *stats that are about opening. */
int journal_recover(struct journal_dir *dir, const struct journal_options *options, struct journal_tail *tail,
                    struct journal_stats *stats, struct err *err) MUST_CHECK;

/* 1 when a valid header somewhere behind `bad` says that the disk had what stands there: it is damage, not a torn tail;
 * 0; -1 on failure. */
int journal_was_durable(struct file *file, struct journal_position bad, uint64_t size, struct err *err) MUST_CHECK;

/* For cursors: the directory of an open journal. */
const struct journal_dir *journal_directory(const struct journal *j);

#endif
