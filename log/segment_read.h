/* segment_read.h - reads a segment (log/segment.h): any block by its place in the index; records in order, bounded.
 *
 * Everything is verified before it is used: head and index when the segment is opened, a block when it is read. What
 * does not match is ERR_DAMAGED with the file and the offset. One thread at a time. */
#ifndef WEIR_LOG_SEGMENT_READ_H
#define WEIR_LOG_SEGMENT_READ_H

#include "log/block.h"
#include "log/log_dir.h"
#include "log/segment.h"

struct segment;
/* expected: the head that its set has for it; the file's must be the same. */
int segment_open(const struct log_dir *dir, const struct segment_head *expected, struct segment **out,
                 struct err *err) MUST_CHECK;
void segment_close(struct segment *s);
/* The index, sorted by (shard, first ordinal). */
const struct block_head *segment_index(const struct segment *s, uint32_t *count);
/* A block's records: *raw holds block_next's bytes, *walk is at the first. */
int segment_read_block(struct segment *s, uint32_t i, struct buf *raw, struct block_walk *walk,
                       struct err *err) MUST_CHECK;
/* Reads the block and all of its records: they must be what its head says. */
int segment_verify_block(struct segment *s, uint32_t i, struct err *err) MUST_CHECK;

/* Which records are wanted; half-open. {0, UINT64_MAX, USEC_MIN, USEC_MAX, USEC_MIN, USEC_MAX}: all of them. */
struct log_range {
    uint64_t from, to; /* ordinals */
    usec arrival_from, arrival_to;
    usec rowtime_from, rowtime_to; /* only spares blocks in which no record's ROWTIME lies in it */
};

/* What was read: for tests that assert it, and for EXPLAIN. */
struct log_read_stats {
    uint64_t segments, blocks, groups; /* opened; read and decompressed; of the journal */
    uint64_t bytes;                    /* of the blocks, as they are stored */
};

/* A run of a segment's blocks, all of one shard, record by record. */
struct segment_cursor;
/* Blocks [begin, end) of the index. segment, range and stats outlive it. outside_only: derived records are not wanted,
 * and blocks with nothing else are not read. */
struct segment_cursor *segment_cursor_new(struct segment *s, uint32_t begin, uint32_t end,
                                          const struct log_range *range, bool outside_only,
                                          struct log_read_stats *stats);
void segment_cursor_free(struct segment_cursor *c);
uint32_t segment_cursor_shard(const struct segment_cursor *c);
uint32_t segment_cursor_stream(const struct segment_cursor *c);
/* No record that comes has a lesser ordinal; UINT64_MAX: none comes. Reads nothing. */
uint64_t segment_cursor_bound(const struct segment_cursor *c);
/* 1: *record is the next, and its ordinal is the bound; 0: there is none with that ordinal, and the bound has moved;
 * -1: failure. Its slices are valid until the peek behind the next move. */
int segment_cursor_peek(struct segment_cursor *c, struct record *record, struct err *err) MUST_CHECK;
/* Moves past the record that was peeked at. Reads nothing. */
int segment_cursor_move(struct segment_cursor *c, struct err *err) MUST_CHECK;

#endif
