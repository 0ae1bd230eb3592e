/* epoch_output.c - what an epoch writes into streams, and its commit.
 *
 * Records go into one chunk per stream, in the order of their first rows; a chunk that grows large goes into the
 * journal before the epoch ends, and is valid only by the epoch's own entry. The entry keeps a hash over all records of
 * each stream: a replay that comes to another one is an error, never a result. */
#include "engine/epoch.h"
#include "engine/sharding.h"

#include "base/hash.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 4 * 1024 * 1024 };

/* Neighbours of one shard: an entry of the journal each. */
struct chunk_run {
    uint32_t shard, count;
    size_t end; /* of its bytes */
};

struct chunk {
    uint32_t stream;
    uint64_t hash; /* over all records of the epoch, flushed or not */
    struct buf bytes;
    struct chunk_run *run;
    size_t run_count, run_capacity;
};

static struct chunk *chunk_of(struct engine *e, uint32_t stream)
{
    struct chunk *c;

    for (size_t i = 0; i < e->chunk_count; i++) {
        if (e->chunk[i].stream == stream) return &e->chunk[i];
    }
    e->chunk = mem_grow(e->chunk, &e->chunk_capacity, e->chunk_count + 1, sizeof *e->chunk);
    c = &e->chunk[e->chunk_count++];
    *c = (struct chunk){.stream = stream};
    return c;
}

void epoch_output_clear(struct engine *e)
{
    for (size_t i = 0; i < e->chunk_count; i++) {
        buf_free(&e->chunk[i].bytes);
        free(e->chunk[i].run);
    }
    e->chunk_count = 0;
}

uint64_t epoch_output_hash(const struct engine *e)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < e->chunk_count; i++) sum += hash_mix(e->chunk[i].stream, e->chunk[i].hash);
    return sum;
}

static int put_run(struct engine *e, const struct chunk *c, size_t start, const struct chunk_run *run, struct err *err)
{
    struct buf payload = {0};
    int failed;

    record_chunk_begin(&payload, c->stream, run->shard, e->epoch + 1);
    buf_put(&payload, c->bytes.ptr + start, run->end - start);
    failed = journal_put(e->journal, ENTRY_CHUNK, run->count, str_of(payload.ptr, payload.len), NULL, err);
    buf_free(&payload);
    return failed;
}

static int chunk_flush(struct engine *e, struct chunk *c, struct err *err)
{
    size_t start = 0;

    for (size_t i = 0; !e->replaying && i < c->run_count; i++) {
        if (put_run(e, c, start, &c->run[i], err)) return -1;
        start = c->run[i].end;
    }
    c->run_count = c->bytes.len = 0;
    return 0;
}

static int chunk_add(struct engine *e, struct chunk *c, uint32_t shard, const struct record *r, struct err *err)
{
    size_t before = c->bytes.len;

    if (record_chunk_add(&c->bytes, r, err)) return -1;
    if (!c->run_count || c->run[c->run_count - 1].shard != shard) {
        c->run = mem_grow(c->run, &c->run_capacity, c->run_count + 1, sizeof *c->run);
        c->run[c->run_count++] = (struct chunk_run){.shard = shard};
    }
    c->run[c->run_count - 1].count++;
    c->run[c->run_count - 1].end = c->bytes.len;
    c->hash = hash_mix(c->hash, hash_bytes(c->bytes.ptr + before, c->bytes.len - before));
    sharding_count(e, c->stream, shard, 1);
    return c->bytes.len > CHUNK_BYTES ? chunk_flush(e, c, err) : 0;
}

int epoch_append(void *engine, const struct object *stream, const struct batch *rows, const struct text *record,
                 struct err *err)
{
    struct engine *e = engine;
    struct chunk *c = chunk_of(e, stream->id);

    for (int i = 0; i < rows->live; i++) {
        int row = batch_row(rows, i);
        struct record r = {
            .data = str_of(record[i].ptr, record[i].len),
            .rowtime = rows->rowtime[row],
            .w = rows->w[row],
            .order = rows->order[row],
            .weight = (int32_t)batch_weight(rows, row),
        };
        uint32_t shard = sharding_choose(e, stream, r.data, &r.key);
        if (chunk_add(e, c, shard, &r, err)) return -1;
    }
    state_of(e, stream->id)->derived += (uint64_t)rows->live;
    if (!e->replaying) subscriptions_take(e, stream, rows);
    return 0;
}

int epoch_commit(struct engine *e, struct epoch *ep, struct err *err)
{
    struct buf entry = {0};
    uint64_t ticket;
    int failed = 0;

    ep->hash = epoch_output_hash(e);
    if (!e->replaying) {
        for (size_t i = 0; !failed && i < e->chunk_count; i++) failed = chunk_flush(e, &e->chunk[i], err);
        epoch_pack(ep, &entry);
        if (!failed) failed = journal_put(e->journal, ENTRY_EPOCH, 1, str_of(entry.ptr, entry.len), &ticket, err);
        if (!failed) failed = journal_sync(e->journal, ticket, err);
        buf_free(&entry);
    }
    epoch_output_clear(e);
    if (failed) return -1;
    e->epoch = ep->number;
    if (ep->clock > e->clock) e->clock = ep->clock;
    e->stats.epochs++;
    e->progress.epochs++;
    if (!e->replaying) subscriptions_deliver(e);
    return 0;
}

void epoch_skip(struct engine *e)
{
    epoch_output_clear(e);
    epoch_aborted(e, ++e->epoch);
}

void epoch_aborted(struct engine *e, uint64_t number)
{
    e->aborted = mem_grow(e->aborted, &e->aborted_capacity, e->aborted_count + 1, sizeof *e->aborted);
    e->aborted[e->aborted_count++] = number;
}

enum epoch_fate epoch_fate(const struct engine *e, uint64_t number)
{
    for (size_t i = 0; i < e->aborted_count; i++) {
        if (e->aborted[i] == number) return FATE_ABORTED;
    }
    return number > e->epoch ? FATE_RUNNING : FATE_COMMITTED;
}
