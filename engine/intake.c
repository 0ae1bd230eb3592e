/* intake.c - reads the log once for several streams: each stream's records become a feed (runtime/inlet.h).
 * One reader of the log is kept as long as the intake is. Payloads are copied, with padding behind, so that feeds stay
 * valid while the log goes on. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

struct lane_feed {
    struct feed feed; /* must be first */
    uint32_t stream;
    enum intake_what what;
    size_t count, next;
    size_t capacity;
    struct row {
        struct text record, key;
        struct order order;
        usec arrival, rowtime, w;
        uint64_t ordinal;
        int64_t weight;
        uint32_t shard;
        bool derived;
    } * row;
    /* What the inlet is given. */
    struct text record[BATCH_ROWS], key[BATCH_ROWS];
    struct order order[BATCH_ROWS];
    uint64_t position[BATCH_ROWS];
    usec arrival[BATCH_ROWS], rowtime[BATCH_ROWS], w[BATCH_ROWS];
    int64_t weight[BATCH_ROWS];
    uint32_t shard[BATCH_ROWS];
};

struct intake {
    struct engine *engine;
    struct lane_feed **feed;
    size_t feed_count, feed_capacity;
    struct log_range range;
    uint32_t shard;            /* or LOG_ALL_SHARDS */
    struct log_reader *reader; /* NULL: not opened yet */
    struct arena *arena;
    struct log_item *lost;
    size_t lost_count, lost_capacity;
    uint64_t rows, bytes;
};

struct intake *intake_new(struct engine *e)
{
    struct intake *in = mem_zalloc(sizeof *in);

    in->engine = e;
    in->arena = arena_new();
    in->range = log_range_all();
    in->shard = LOG_ALL_SHARDS;
    return in;
}

void intake_free(struct intake *in)
{
    if (!in) return;
    for (size_t i = 0; i < in->feed_count; i++) {
        free(in->feed[i]->row);
        free(in->feed[i]);
    }
    free(in->feed);
    free(in->lost);
    if (in->reader) in->engine->stats.blocks += log_reader_stats(in->reader).blocks;
    log_reader_close(in->reader);
    arena_free(in->arena);
    free(in);
}

/* Rows of one kind at a time: a batch is either from outside or derived. */
static int lane_next(struct feed *feed, int max, struct feed_rows *out, struct err *err)
{
    struct lane_feed *f = (struct lane_feed *)feed;
    int n = 0;

    (void)err;
    for (; n < max && f->next < f->count; n++, f->next++) {
        const struct row *r = &f->row[f->next];
        if (n && r->derived != f->row[f->next - 1].derived) break;
        f->record[n] = r->record;
        f->key[n] = r->key;
        f->order[n] = r->order;
        f->position[n] = r->ordinal;
        f->arrival[n] = r->arrival;
        f->rowtime[n] = r->rowtime;
        f->w[n] = r->w;
        f->weight[n] = r->weight;
        f->shard[n] = r->shard;
    }
    *out = (struct feed_rows){.count = n,
                              .record = f->record,
                              .position = f->position,
                              .order = f->order,
                              .arrival = f->arrival,
                              .key = f->key,
                              .shard = f->shard};
    if (n && f->row[f->next - 1].derived) {
        out->rowtime = f->rowtime;
        out->w = f->w;
        out->weight = f->weight;
    }
    return n;
}

void intake_want(struct intake *in, uint32_t stream, enum intake_what what)
{
    static const struct feed_class class = {lane_next};
    struct lane_feed *f = mem_alloc(sizeof *f); /* its arrays are large: only what counts is cleared */

    f->feed.class = &class;
    f->stream = stream;
    f->what = what;
    f->row = NULL;
    f->count = f->next = f->capacity = 0;
    in->feed = mem_grow(in->feed, &in->feed_capacity, in->feed_count + 1, sizeof *in->feed);
    in->feed[in->feed_count++] = f;
}

static struct lane_feed *feed_of(const struct intake *in, uint32_t stream)
{
    for (size_t i = 0; i < in->feed_count; i++) {
        if (in->feed[i]->stream == stream) return in->feed[i];
    }
    return NULL;
}

struct feed *intake_feed(struct intake *in, uint32_t stream)
{
    struct lane_feed *f = feed_of(in, stream);

    return f ? &f->feed : NULL;
}

uint64_t intake_rows(const struct intake *in)
{
    return in->rows;
}

uint64_t intake_bytes(const struct intake *in)
{
    return in->bytes;
}

size_t intake_streams(const struct intake *in)
{
    return in->feed_count;
}

bool intake_wants(const struct intake *in, uint32_t stream)
{
    return feed_of(in, stream) != NULL;
}

/* While something is read no epoch is running: what has no commit by now never gets one. */
static enum epoch_fate fate_of(void *arg, uint64_t epoch)
{
    return epoch_fate(arg, epoch) == FATE_COMMITTED ? FATE_COMMITTED : FATE_ABORTED;
}

/* Reading history again takes nothing back. */
static void note_arrival(struct stream_state *s, usec arrival)
{
    if (arrival > s->last_arrival) s->last_arrival = arrival;
}

static void keep(struct intake *in, struct lane_feed *f, const struct record *r, uint32_t shard)
{
    char *data = arena_alloc(in->arena, r->data.len + FORMAT_PADDING);
    struct row *row;

    memcpy(data, r->data.ptr, r->data.len);
    f->row = mem_grow(f->row, &f->capacity, f->count + 1, sizeof *f->row);
    row = &f->row[f->count++];
    *row = (struct row){
        .record = text_of(data, r->data.len),
        .key = text_of(arena_copy(in->arena, r->key.ptr, r->key.len), r->key.len),
        .order = r->order,
        .arrival = r->arrival,
        .rowtime = r->rowtime,
        .w = r->w,
        .ordinal = r->ordinal,
        .weight = r->weight,
        .shard = shard,
        .derived = r->derived,
    };
    in->rows++;
    in->bytes += r->data.len;
    if (!r->derived) note_arrival(state_of(in->engine, f->stream), r->arrival);
}

void intake_narrow(struct intake *in, const struct log_range *range, uint32_t shard)
{
    in->range = *range;
    in->shard = shard;
}

static int open_reader(struct intake *in, uint64_t from, struct err *err)
{
    struct log_reader_options options = {
        .want_count = in->feed_count,
        .range = in->range,
        .fate = fate_of,
        .fate_arg = in->engine,
    };
    struct log_want *want = mem_alloc(in->feed_count * sizeof *want);
    int failed;

    for (size_t i = 0; i < in->feed_count; i++) {
        enum log_origin origin = in->feed[i]->what == INTAKE_OUTSIDE ? LOG_OUTSIDE_RECORDS : LOG_ALL_RECORDS;
        want[i] = (struct log_want){in->feed[i]->stream, in->shard, origin};
    }
    options.want = want;
    if (from > options.range.from) options.range.from = from;
    if (in->engine->checkpoint_place.first <= from) options.hint = in->engine->checkpoint_place.at;
    failed = log_reader_open(in->engine->log, &options, &in->reader, err);
    free(want);
    return failed;
}

static void note_lost(struct intake *in, const struct log_item *item)
{
    in->lost = mem_grow(in->lost, &in->lost_capacity, in->lost_count + 1, sizeof *in->lost);
    in->lost[in->lost_count++] = *item;
}

bool intake_lost(const struct intake *in, size_t i, struct log_item *out)
{
    if (i < in->lost_count) *out = in->lost[i];
    return i < in->lost_count;
}

/* 1: there is room for more, but no more; 0: it is full; -1. */
static int take_records(struct intake *in, uint64_t *ordinal, uint64_t to, uint64_t max_rows, uint64_t max_bytes,
                        struct err *err)
{
    struct log_item item;
    int got;

    while (in->rows < max_rows && in->bytes < max_bytes) {
        if ((got = log_next(in->reader, to, &item, err)) <= 0) return got < 0 ? -1 : 1;
        if (item.kind == LOG_LOST) note_lost(in, &item);
        if (item.kind != LOG_RECORD || item.record.ordinal < *ordinal) continue;
        keep(in, feed_of(in, item.stream), &item.record, item.shard);
        *ordinal = item.record.ordinal + 1;
    }
    return 0;
}

int intake_read(struct intake *in, uint64_t *ordinal, uint64_t to, uint64_t max_rows, uint64_t max_bytes,
                struct err *err)
{
    int got = 1;

    in->rows = in->bytes = 0;
    in->lost_count = 0;
    for (size_t i = 0; i < in->feed_count; i++) in->feed[i]->count = in->feed[i]->next = 0;
    arena_reset(in->arena);
    if (in->feed_count && !in->reader && open_reader(in, *ordinal, err)) return -1;
    if (in->feed_count) got = take_records(in, ordinal, to, max_rows, max_bytes, err);
    if (got > 0 && *ordinal < to) *ordinal = to;
    return got < 0 ? -1 : 0;
}
