/* segment.h - the bytes of a segment: the records of one stream that a closed journal file held.
 *
 * DIR/log/FFFFFFFF-SSSSSSSS.seg (F: number of the journal file, S: stream; eight digits each). Numbers are
 * little-endian, instants i64 microseconds, CRCs CRC-32C. A segment is written once, whole, and never changed. Stream 0
 * is the control segment: the journal's entries that are not records, each as a record without a key whose data is the
 * payload and whose shard is the entry's type.
 *
 * The file is a head, an index and blocks. The index is the heads of the blocks once more, one behind the other: the
 * first block stands right behind the index, each other one behind the one before it. Blocks are sorted by (shard,
 * first ordinal): a shard lies in one piece, and its blocks' ordinals and arrivals do not overlap.
 *
 * Head, 128 bytes
 *    0  8  "weir-seg"
 *    8  4  version: 1
 *   12  4  feature bits: 0
 *   16  4  number of the journal file
 *   20  4  stream
 *   24  8  size of this file
 *   32  8  records
 *   40  4  blocks, at least 1
 *   44  4  CRC of the index
 *   48  8  ordinal of the first record      56  8  of the last
 *   64  8  arrival of the first record      72  8  of the last
 *   80  8  the stream's greatest event time before the first record (design.md, R2); the least instant: none
 *   88  8  the same behind the last record
 *   96  8  least ROWTIME of its records (the greatest instant: none has one)
 *  104  8  greatest ROWTIME (the least instant: none)
 *  112  8  how many of its records are derived
 *  120  4  0
 *  124  4  CRC of bytes 0 to 123
 *
 * Block: a head of 88 bytes, then its records (block.h), compressed as one LZ4 block unless that would not be shorter.
 *    0  4  "WBLK"
 *    4  4  CRC of the number of the journal file, the stream (u32 each), the block's offset (u64), and bytes 8 to 87
 *    8  4  shard
 *   12  4  records, at least 1
 *   16  4  how many of them are derived
 *   20  4  bytes of the records
 *   24  4  bytes stored; as many as those of the records: not compressed
 *   28  4  CRC of the bytes stored
 *   32  8  ordinal of the first record      40  8  of the last
 *   48  8  arrival of the first record      56  8  of the last
 *   64  8  the stream's greatest event time before the first record: over all shards
 *   72  8  least ROWTIME                    80  8  greatest */
#ifndef WEIR_LOG_SEGMENT_H
#define WEIR_LOG_SEGMENT_H

#include "log/record.h"

enum {
    SEGMENT_VERSION = 1,
    BLOCK_BYTES_FULL = 64 * 1024, /* a block is closed when its records have as many bytes */
    /* The longest: a full one, but for a byte, and the longest record. Control entries may be longer than records. */
    BLOCK_BYTES_MAX = BLOCK_BYTES_FULL + (32 << 20) + 4096,
};

/* From the first to the last of some records. */
struct record_span {
    uint64_t first, last; /* ordinals */
    usec arrival_first, arrival_last;
};

struct segment_head {
    char magic[8];
    uint32_t version, features, file, stream;
    uint64_t size, records;
    uint32_t blocks, index_crc;
    struct record_span span;
    usec event_before, event_after, rowtime_min, rowtime_max;
    uint64_t derived;
    uint32_t zero, crc;
};

struct block_head {
    char magic[4];
    uint32_t crc, shard, records, derived, raw_bytes, stored_bytes, stored_crc;
    struct record_span span;
    usec event_before, rowtime_min, rowtime_max;
};

_Static_assert(sizeof(struct segment_head) == 128, "on disk");
_Static_assert(offsetof(struct segment_head, span) == 48, "on disk");
_Static_assert(offsetof(struct segment_head, derived) == 112, "on disk");
_Static_assert(offsetof(struct segment_head, crc) == 124, "on disk");
_Static_assert(sizeof(struct block_head) == 88, "on disk");
_Static_assert(offsetof(struct block_head, span) == 32, "on disk");
_Static_assert(offsetof(struct block_head, rowtime_max) == 80, "on disk");

/* What the owner of the log knows of a record's time, and only it can read. */
struct record_time {
    usec rowtime; /* its ROWTIME; USEC_MIN: it has none that can be read */
    bool moves;   /* it moves its stream's watermark (R2): from outside, readable, not refused */
};

/* Completes the heads: magic, version and CRC. */
void segment_head_seal(struct segment_head *head);
void block_head_seal(struct block_head *head, uint32_t file, uint32_t stream, uint64_t offset);
bool segment_head_valid(const struct segment_head *head); /* any version */
bool block_head_valid(const struct block_head *head, uint32_t file, uint32_t stream, uint64_t offset);

#endif
