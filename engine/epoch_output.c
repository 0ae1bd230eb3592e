/* epoch_output.c - what an epoch writes into streams, and its commit.
 *
 * Records go into one chunk per stream, in the order of their first rows; a chunk that grows large goes into the
 * journal before the epoch ends, and is valid only by the epoch's own entry. The entry keeps a hash over all records of
 * each stream: a replay that comes to another one is an error, never a result. */
#include "engine/epoch.h"

#include "base/hash.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 4 * 1024 * 1024 };

struct chunk {
    uint32_t stream;
    uint32_t count;
    uint64_t hash; /* over all records of the epoch, flushed or not */
    struct buf payload;
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
    record_chunk_begin(&c->payload, stream, 0, e->epoch + 1);
    return c;
}

void epoch_output_clear(struct engine *e)
{
    for (size_t i = 0; i < e->chunk_count; i++) buf_free(&e->chunk[i].payload);
    e->chunk_count = 0;
}

uint64_t epoch_output_hash(const struct engine *e)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < e->chunk_count; i++) sum += hash_mix(e->chunk[i].stream, e->chunk[i].hash);
    return sum;
}

static int chunk_flush(struct engine *e, struct chunk *c, struct err *err)
{
    if (!c->count || e->replaying) return 0;
    if (journal_put(e->journal, ENTRY_CHUNK, c->count, str_of(c->payload.ptr, c->payload.len), NULL, err)) return -1;
    c->count = 0;
    record_chunk_begin(&c->payload, c->stream, 0, e->epoch + 1);
    return 0;
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
            .key = str_of("", 0),
            .rowtime = rows->rowtime[row],
            .w = rows->w[row],
            .order = rows->order[row],
            .weight = (int32_t)batch_weight(rows, row),
        };
        size_t before = c->payload.len;
        if (record_chunk_add(&c->payload, &r, err)) return -1;
        c->count++;
        c->hash = hash_mix(c->hash, hash_bytes(c->payload.ptr + before, c->payload.len - before));
        if (c->payload.len > CHUNK_BYTES && chunk_flush(e, c, err)) return -1;
        if (e->replaying && c->payload.len > CHUNK_BYTES) c->payload.len = 0;
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
