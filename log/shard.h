/* shard.h - the shards of a stream: who owns which part of the hash space, and since when.
 *
 * A record belongs to the shard whose range holds the MD5 of its partition key, a 128-bit big-endian number, as in
 * Amazon Kinesis. A shard lives from one ordinal to another: a split or a merge closes it and opens its children at the
 * same ordinal, so whoever reads by ordinal reads parents before children.
 *
 * Invariant (shards_check): at every ordinal from the first on, the ranges of the living shards cover the hash space
 * exactly once; children cover exactly what their parents did. Shards are never forgotten: which closed ones are still
 * worth showing, retention says (shard.to against log_horizon). Not thread-safe; nothing here touches a file. */
#ifndef WEIR_LOG_SHARD_H
#define WEIR_LOG_SHARD_H

#include "base/mem.h"
#include "base/time.h"

typedef unsigned __int128 hash_key;

#define HASH_KEY_MAX (~(hash_key)0)
enum {
    HASH_KEY_TEXT = 40,   /* decimal digits and a NUL */
    SHARD_ID_TEXT = 21,   /* "shardId-000000000000" and a NUL */
    SHARDS_MAX = 1 << 16, /* of one stream, closed ones included */
};
#define SHARD_NONE UINT32_MAX
#define SHARD_OPEN UINT64_MAX /* shard.to of one that is open */

/* MD5 of a partition key (RFC 1321; OpenSSL's). */
hash_key shard_hash(struct str partition_key);
/* Decimal text, without leading zeros. */
void hash_key_print(hash_key key, char out[HASH_KEY_TEXT]);
/* Reads 0 or [1-9][0-9]* below 2^128; ERR_VALUE for anything else. */
int hash_key_parse(struct str text, hash_key *out, struct err *err) MUST_CHECK;

struct shard {
    uint32_t id;               /* 0, 1, ...: in the order in which they were made */
    uint32_t parent, adjacent; /* SHARD_NONE: not by a split or merge; not by a merge */
    hash_key first, last;      /* its range, both ends in it */
    uint64_t from, to;         /* its records' ordinals: [from, to); to SHARD_OPEN while it takes records */
    usec created, closed;      /* arrival times; closed USEC_MAX while it is open */
};

void shard_id_print(uint32_t id, char out[SHARD_ID_TEXT]);
/* ERR_VALUE when it is not "shardId-" and twelve digits of an id that can be. */
int shard_id_parse(struct str text, uint32_t *out, struct err *err) MUST_CHECK;

struct shards;
/* count (1 to SHARDS_MAX) shards of equal ranges; the last takes the rest. ordinal, now: from when on. */
struct shards *shards_new(uint32_t count, uint64_t ordinal, usec now);
void shards_free(struct shards *s);
/* Ids are 0 .. count - 1. What shards_get returns is valid until the next split or merge. */
uint32_t shards_count(const struct shards *s);
const struct shard *shards_get(const struct shards *s, uint32_t id);
/* The open shards in the order of their ranges: i from 0; NULL: no more. */
const struct shard *shards_open_at(const struct shards *s, uint32_t i);
/* The id of the open shard that owns the key. */
uint32_t shards_find(const struct shards *s, hash_key key);

/* Splits an open shard [lo, hi] into [lo, at - 1] and [at, hi], as of an ordinal. ERR_VALUE unless lo + 1 < at < hi
 * (Kinesis's rule), or when it is not open; ERR_LIMIT at SHARDS_MAX. On failure nothing is changed. */
int shards_split(struct shards *s, uint32_t id, hash_key at, uint64_t ordinal, usec now, struct err *err) MUST_CHECK;
/* Merges two open shards whose ranges touch. The child's parent is id, its adjacent parent the other. */
int shards_merge(struct shards *s, uint32_t id, uint32_t adjacent, uint64_t ordinal, usec now,
                 struct err *err) MUST_CHECK;

/* Appends bytes that shards_unpack reads back (shard.c has the format); ERR_DAMAGED when they are not what was packed
 * or break the invariant. */
void shards_pack(const struct shards *s, struct buf *out);
int shards_unpack(struct str bytes, struct shards **out, struct err *err) MUST_CHECK;
/* The invariant; ERR_DAMAGED says what is wrong. */
int shards_check(const struct shards *s, struct err *err) MUST_CHECK;

#endif
