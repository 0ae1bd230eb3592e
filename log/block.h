/* block.h - the records of one block of a segment, before compression.
 *
 * Per record, in the order of ordinals; a varint is LEB128 (seven bits a byte, the lowest first, at most ten bytes):
 *    varint  ordinal, less that of the record before; of the first: less the block's first
 *    varint  arrival, likewise
 *    varint  length of the key * 2, + 1 if the record is derived
 *    varint  length of the data
 *    only if derived: i64 rowtime, i64 w, u64 order.ordinal, u64 order.place, i32 weight
 *    key, data */
#ifndef WEIR_LOG_BLOCK_H
#define WEIR_LOG_BLOCK_H

#include "log/record.h"

/* Where a block has come to, by ordinal and arrival: begins as its first record's. */
struct block_place {
    uint64_t ordinal;
    usec arrival;
};

/* Appends a record, whose ordinal and arrival are not less than the place's; the place moves to it. */
void block_put(struct buf *raw, const struct record *record, struct block_place *place);

struct block_walk {
    const char *at, *end;
    struct block_place place;
};
/* 1: filled, its slices borrow the block's bytes; 0: no more; -1: malformed. */
int block_next(struct block_walk *walk, struct record *out);

#endif
