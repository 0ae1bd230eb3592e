/* sharding.h - which shard of its stream a record belongs to, and its partition key.
 *
 * The key of a record is what the writer says; else the value of the stream's column partition_by; else, if the stream
 * has several shards, 16 digits made of its bytes; else empty. The shard is that of the key's MD5 (log/shard.h). So
 * both depend on the record and the stream's shards alone, and a replay comes to the same. A stream that is not in the
 * log, and the system's own, has no shards to choose from: everything is in shard 0. */
#ifndef WEIR_ENGINE_SHARDING_H
#define WEIR_ENGINE_SHARDING_H

#include "engine/engine.h"
#include "log/shard.h"

/* Of a stream in the log; lives in its stream_state. */
struct sharding;
/* As its declaration says, from an ordinal on. */
void sharding_begin(struct engine *e, const struct object *o, uint64_t ordinal, usec now);
void sharding_free(struct sharding *s);

/* The record's shard; *key, if its ptr is NULL, becomes its key, borrowed until the next call. */
uint32_t sharding_choose(struct engine *e, const struct object *o, struct str data, struct str *key);
/* Counts a record of a shard. */
void sharding_count(struct engine *e, uint32_t stream, uint32_t shard, uint64_t records);

/* Splits the widest open shards, or merges the narrowest neighbours, until so many are open. */
int sharding_alter(struct engine *e, uint32_t stream, int count, uint64_t ordinal, usec now,
                   struct err *err) MUST_CHECK;
/* Open shards. */
int sharding_open_count(struct engine *e, uint32_t stream);
/* NULL: shard 0 is all there is and was. */
const struct shards *sharding_shards(struct engine *e, uint32_t stream);
uint64_t sharding_records(struct engine *e, uint32_t stream, uint32_t shard);

/* For checkpoints. */
int sharding_save(struct engine *e, uint32_t stream, struct err *err) MUST_CHECK;
int sharding_load(struct engine *e, const struct object *o, struct err *err) MUST_CHECK;

/* What weir.db has of the stream's shards, if anything, is whole. */
int sharding_verify(struct engine *e, uint32_t stream, struct err *err) MUST_CHECK;

#endif
