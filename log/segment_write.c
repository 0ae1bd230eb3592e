/* segment_write.c - records into blocks, a row of them per shard; at the end blocks into a file. */
#include "log/segment_write.h"
#include "base/hash.h"
#include "log/block.h"

#include <lz4.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct shard_blocks {
    uint32_t shard;
    struct block_head open; /* of the block that is being filled; records 0: none */
    struct block_place place;
    struct buf raw;          /* its records */
    struct block_head *head; /* of those that are closed */
    size_t count, capacity;
    struct buf stored; /* their bytes, without heads */
};

struct segment_writer {
    struct segment_head head;
    struct shard_blocks **shard; /* sorted by shard */
    size_t shard_count, shard_capacity;
    struct shard_blocks *last; /* the shard that the last record went to, or NULL */
};

struct segment_writer *segment_writer_new(uint32_t file, uint32_t stream, usec event_before)
{
    struct segment_writer *w = mem_zalloc(sizeof *w);

    w->head = (struct segment_head){.file = file,
                                    .stream = stream,
                                    .event_before = event_before,
                                    .event_after = event_before,
                                    .rowtime_min = USEC_MAX,
                                    .rowtime_max = USEC_MIN};
    return w;
}

void segment_writer_free(struct segment_writer *w)
{
    if (!w) return;
    for (size_t i = 0; i < w->shard_count; i++) {
        free(w->shard[i]->head);
        buf_free(&w->shard[i]->raw);
        buf_free(&w->shard[i]->stored);
        free(w->shard[i]);
    }
    free(w->shard);
    free(w);
}

/* Where the shard stands, or belongs. */
static size_t shard_place(const struct segment_writer *w, uint32_t shard)
{
    size_t low = 0, high = w->shard_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->shard[middle]->shard < shard)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct shard_blocks *shard_of(struct segment_writer *w, uint32_t shard)
{
    size_t at;

    if (w->last && w->last->shard == shard) return w->last;
    at = shard_place(w, shard);
    if (at == w->shard_count || w->shard[at]->shard != shard) {
        struct shard_blocks *made = mem_zalloc(sizeof *made);
        made->shard = shard;
        w->shard = mem_grow(w->shard, &w->shard_capacity, w->shard_count + 1, sizeof(struct shard_blocks *));
        memmove(w->shard + at + 1, w->shard + at, (w->shard_count - at) * sizeof(struct shard_blocks *));
        w->shard[at] = made;
        w->shard_count++;
    }
    return w->last = w->shard[at];
}

/* ---- a block ---- */

static void open_block(struct shard_blocks *s, const struct record *r, usec event_before)
{
    s->raw.len = 0;
    s->place = (struct block_place){r->ordinal, r->arrival};
    s->open = (struct block_head){.shard = s->shard,
                                  .span = {.first = r->ordinal, .arrival_first = r->arrival},
                                  .event_before = event_before,
                                  .rowtime_min = USEC_MAX,
                                  .rowtime_max = USEC_MIN};
}

/* Appends the block's bytes to those stored: compressed, if that makes them fewer. */
static void compress(struct shard_blocks *s)
{
    int raw = (int)s->raw.len, bound = LZ4_compressBound(raw), stored;
    char *at = buf_reserve(&s->stored, (size_t)bound);

    assert(s->raw.len <= BLOCK_BYTES_MAX && bound > 0);
    stored = LZ4_compress_default(s->raw.ptr, at, raw, bound);
    assert(stored > 0);
    if (stored >= raw) {
        stored = raw;
        memcpy(at, s->raw.ptr, s->raw.len);
    }
    s->stored.len += (size_t)stored;
    s->open.raw_bytes = (uint32_t)raw;
    s->open.stored_bytes = (uint32_t)stored;
    s->open.stored_crc = crc32c(0, at, (size_t)stored);
}

static void close_block(struct shard_blocks *s)
{
    compress(s);
    s->head = mem_grow(s->head, &s->capacity, s->count + 1, sizeof *s->head);
    s->head[s->count++] = s->open;
    s->open.records = 0;
}

static void note_rowtime(usec rowtime, usec *min, usec *max)
{
    if (rowtime == USEC_MIN) return;
    if (rowtime < *min) *min = rowtime;
    if (rowtime > *max) *max = rowtime;
}

static void note_record(struct segment_head *head, const struct record *r, struct record_time time)
{
    if (!head->records) head->span = (struct record_span){.first = r->ordinal, .arrival_first = r->arrival};
    assert(!head->records || r->ordinal > head->span.last);
    head->span.last = r->ordinal;
    head->span.arrival_last = r->arrival;
    head->records++;
    head->derived += r->derived;
    note_rowtime(time.rowtime, &head->rowtime_min, &head->rowtime_max);
    if (time.moves && time.rowtime > head->event_after) head->event_after = time.rowtime;
}

void segment_writer_add(struct segment_writer *w, uint32_t shard, const struct record *r, struct record_time time)
{
    struct shard_blocks *s = shard_of(w, shard);

    if (!s->open.records) open_block(s, r, w->head.event_after);
    block_put(&s->raw, r, &s->place);
    s->open.records++;
    s->open.derived += r->derived;
    s->open.span.last = r->ordinal;
    s->open.span.arrival_last = r->arrival;
    note_rowtime(time.rowtime, &s->open.rowtime_min, &s->open.rowtime_max);
    note_record(&w->head, r, time);
    if (s->raw.len >= BLOCK_BYTES_FULL) close_block(s);
}

/* ---- the file ---- */

/* How many bytes the file has; closes what is open and counts the blocks. */
static uint64_t measure(struct segment_writer *w)
{
    uint64_t stored = 0;

    for (size_t i = 0; i < w->shard_count; i++) {
        struct shard_blocks *s = w->shard[i];
        if (s->open.records) close_block(s);
        w->head.blocks += (uint32_t)s->count;
        stored += s->stored.len;
    }
    return sizeof w->head + 2 * sizeof(struct block_head) * (uint64_t)w->head.blocks + stored;
}

/* The heads get their places. */
static void put_index(struct segment_writer *w, struct buf *out)
{
    uint64_t offset = sizeof w->head + sizeof(struct block_head) * (uint64_t)w->head.blocks;

    for (size_t i = 0; i < w->shard_count; i++) {
        struct shard_blocks *s = w->shard[i];
        for (size_t k = 0; k < s->count; k++) {
            block_head_seal(&s->head[k], w->head.file, w->head.stream, offset);
            buf_put(out, &s->head[k], sizeof s->head[k]);
            offset += sizeof s->head[k] + s->head[k].stored_bytes;
        }
    }
}

static void put_blocks(const struct segment_writer *w, struct buf *out)
{
    for (size_t i = 0; i < w->shard_count; i++) {
        const struct shard_blocks *s = w->shard[i];
        const char *bytes = s->stored.ptr;
        for (size_t k = 0; k < s->count; k++) {
            buf_put(out, &s->head[k], sizeof s->head[k]);
            buf_put(out, bytes, s->head[k].stored_bytes);
            bytes += s->head[k].stored_bytes;
        }
    }
}

void segment_writer_finish(struct segment_writer *w, struct buf *out, struct segment_head *head)
{
    assert(w->head.records);
    w->head.size = measure(w);
    *out = (struct buf){0};
    buf_reserve(out, w->head.size);
    buf_put(out, &w->head, sizeof w->head);
    put_index(w, out);
    w->head.index_crc = crc32c(0, out->ptr + sizeof w->head, out->len - sizeof w->head);
    segment_head_seal(&w->head);
    memcpy(out->ptr, &w->head, sizeof w->head);
    put_blocks(w, out);
    assert(out->len == w->head.size);
    *head = w->head;
}
