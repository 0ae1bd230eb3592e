/* record.h - records as they stand in ENTRY_RECORDS and ENTRY_CHUNK payloads.
 *
 * ENTRY_RECORDS: u32 stream, u32 shard, then per record: u32 key_len, u32 data_len, key, data.
 * ENTRY_CHUNK:   u32 stream, u32 shard, u64 epoch, then per record: u32 key_len, u32 data_len, i64 rowtime, i64 w,
 *                u64 order.ordinal, u64 order.place, i32 weight, u32 0, key, data. */
#ifndef WEIR_LOG_RECORD_H
#define WEIR_LOG_RECORD_H

#include "log/journal.h"

enum { RECORD_KEY_MAX = 256, RECORD_DATA_MAX = 10 * 1024 * 1024 };

/* Where a row stands in the one order of the fold (R1): compared as (ordinal, place). A record of the journal:
 * {its ordinal, 0}. A row of a source read in place: {ordinal at which the source was opened, merge number << 16}. A
 * derived row: its cause's key with the low 16 bits of place replaced by the rank of the query that made it. */
struct order {
    uint64_t ordinal;
    uint64_t place;
};

static inline int order_compare(struct order a, struct order b)
{
    if (a.ordinal != b.ordinal) return a.ordinal < b.ordinal ? -1 : 1;
    return a.place < b.place ? -1 : a.place > b.place;
}

struct record {
    uint64_t ordinal; /* filled by record_next from the entry */
    usec arrival;
    struct str key, data;
    bool derived; /* by a query (ENTRY_CHUNK), not put in from outside */
    /* Of derived records only (ENTRY_CHUNK); else rowtime and w are USEC_MIN, order {ordinal, 0}, weight 1. */
    usec rowtime, w;
    struct order order;
    int32_t weight;
};

/* Begins a payload in *out (which is emptied). */
void record_run_begin(struct buf *out, uint32_t stream, uint32_t shard);
void record_chunk_begin(struct buf *out, uint32_t stream, uint32_t shard, uint64_t epoch);
/* Appends one record; returns -1 with ERR_LIMIT when the key or the data are too long. */
int record_run_add(struct buf *out, struct str key, struct str data, struct err *err) MUST_CHECK;
int record_chunk_add(struct buf *out, const struct record *record, struct err *err) MUST_CHECK;

/* Walks the records of an entry of either type. */
struct record_walk {
    const struct journal_entry *entry;
    uint32_t stream, shard;
    uint64_t epoch; /* of a chunk, else 0 */
    size_t at;
    uint32_t index;
};
int record_walk_begin(struct record_walk *walk, const struct journal_entry *entry, struct err *err) MUST_CHECK;
/* 1: filled; 0: no more; -1: ERR_DAMAGED. Slices borrow from the entry's payload. */
int record_next(struct record_walk *walk, struct record *out, struct err *err) MUST_CHECK;

#endif
