/* set.h - what became of a closed journal file: a list of its segments.
 *
 * DIR/log/FFFFFFFF.set (F: number of the journal file). It is written after its segments, durably; from then on they
 * are the log and the journal file is not. Numbers are little-endian, instants i64 microseconds, CRCs CRC-32C.
 *
 * Head, 64 bytes
 *    0  8  "weir-set"
 *    8  4  version: 1
 *   12  4  feature bits: 0
 *   16  4  number of the journal file
 *   20  4  segments
 *   24  8  ordinal of the journal file's first entry
 *   32  8  ordinal behind its last one: the first of the next file
 *   40  8  arrival: no entry before was later
 *   48  8  arrival of its last entry
 *   56  4  CRC of all that is behind the head
 *   60  4  CRC of bytes 0 to 59
 * Then, sorted by stream, the heads of its segments once more (segment.h), 128 bytes each. */
#ifndef WEIR_LOG_SET_H
#define WEIR_LOG_SET_H

#include "log/log_dir.h"
#include "log/segment.h"

enum { SET_VERSION = 1 };

struct set_head {
    char magic[8];
    uint32_t version, features, file, segments;
    uint64_t first, end;
    usec arrival_before, arrival_last;
    uint32_t rows_crc, crc;
};
_Static_assert(sizeof(struct set_head) == 64, "on disk");
_Static_assert(offsetof(struct set_head, first) == 24, "on disk");
_Static_assert(offsetof(struct set_head, crc) == 60, "on disk");

/* In memory: shared by the log and its readers, never changed. The last reference to go frees it; counting is the
 * log's, under its mutex. */
struct set {
    int refs;
    struct set_head head;
    struct segment_head row[];
};

/* For head.segments rows; its refs are 1. The caller fills the rest. */
struct set *set_new(const struct set_head *head);
/* The row of a stream, or NULL. */
const struct segment_head *set_row(const struct set *set, uint32_t stream);
/* Writes it (the head's magic, version and CRCs are filled in); its name is durable after log_dir_sync. */
int set_write(const struct log_dir *dir, struct set *set, struct err *err) MUST_CHECK;
/* Reads and verifies; free *out with free(). */
int set_read(const struct log_dir *dir, uint32_t file, struct set **out, struct err *err) MUST_CHECK;

#endif
