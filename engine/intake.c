/* intake.c - reads the journal once for several streams: each stream's records become a feed (runtime/inlet.h).
 * Payloads are copied, with padding behind, so that feeds stay valid while the journal goes on. */
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
        bool derived;
    } * row;
    /* What the inlet is given. */
    struct text record[BATCH_ROWS], key[BATCH_ROWS];
    struct order order[BATCH_ROWS];
    uint64_t position[BATCH_ROWS];
    usec arrival[BATCH_ROWS], rowtime[BATCH_ROWS], w[BATCH_ROWS];
    int64_t weight[BATCH_ROWS];
};

struct intake {
    struct engine *engine;
    struct lane_feed **feed;
    size_t feed_count, feed_capacity;
    struct arena *arena;
    uint64_t rows, bytes;
};

struct intake *intake_new(struct engine *e)
{
    struct intake *in = mem_zalloc(sizeof *in);

    in->engine = e;
    in->arena = arena_new();
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
    }
    *out = (struct feed_rows){.count = n,
                              .record = f->record,
                              .position = f->position,
                              .order = f->order,
                              .arrival = f->arrival,
                              .key = f->key};
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

static bool is_aborted(const struct engine *e, uint64_t epoch)
{
    for (size_t i = 0; i < e->aborted_count; i++) {
        if (e->aborted[i] == epoch) return true;
    }
    return epoch > e->epoch;
}

/* Reading history again takes nothing back. */
static void note_arrival(struct stream_state *s, usec arrival)
{
    if (arrival > s->last_arrival) s->last_arrival = arrival;
}

static void keep(struct intake *in, struct lane_feed *f, const struct record *r, bool derived)
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
        .derived = derived,
    };
    in->rows++;
    in->bytes += r->data.len;
    if (!derived) note_arrival(state_of(in->engine, f->stream), r->arrival);
}

/* 1: went through the whole entry; 0: stopped before its end, at *ordinal. */
static int take_entry(struct intake *in, const struct journal_entry *entry, uint64_t *ordinal, uint64_t to,
                      uint64_t max_rows, uint64_t max_bytes, struct err *err)
{
    struct record_walk walk;
    struct record r;
    struct lane_feed *f;
    int got;

    if (record_walk_begin(&walk, entry, err)) return -1;
    f = feed_of(in, walk.stream);
    if (!f || (entry->type == ENTRY_CHUNK && (f->what == INTAKE_OUTSIDE || is_aborted(in->engine, walk.epoch))))
        return 1;
    while ((got = record_next(&walk, &r, err)) > 0) {
        if (r.ordinal < *ordinal) continue;
        if (r.ordinal >= to || in->rows >= max_rows || in->bytes >= max_bytes) {
            *ordinal = r.ordinal;
            return 0;
        }
        keep(in, f, &r, entry->type == ENTRY_CHUNK);
    }
    return got < 0 ? -1 : 1;
}

/* The cursor is on the entry: the place is in its group. */
static void note_group(struct place *place, const struct journal_entry *entry)
{
    if (place->at.file == entry->group.file && place->at.offset == entry->group.offset) return;
    place->at = entry->group;
    place->first = entry->ordinal;
}

int intake_read(struct intake *in, struct place *place, uint64_t to, uint64_t max_rows, uint64_t max_bytes,
                struct err *err)
{
    struct journal_cursor *c;
    struct journal_entry entry;
    int got = 0;

    in->rows = in->bytes = 0;
    for (size_t i = 0; i < in->feed_count; i++) in->feed[i]->count = in->feed[i]->next = 0;
    arena_reset(in->arena);
    if (journal_cursor_open(in->engine->journal, place->at, &c, err)) return -1;
    while ((got = journal_next(c, &entry, err)) > 0) {
        int whole = 1;
        uint64_t end = entry.ordinal + entry.count;

        if (entry.ordinal >= to) break;
        note_group(place, &entry);
        if (end <= place->ordinal) continue;
        if (entry.type == ENTRY_RECORDS || entry.type == ENTRY_CHUNK)
            whole = take_entry(in, &entry, &place->ordinal, to, max_rows, max_bytes, err);
        if (whole < 0) got = -1;
        if (whole <= 0) break;
        place->ordinal = end < to ? end : to;
    }
    journal_cursor_close(c);
    return got < 0 ? -1 : 0;
}

int intake_skip(struct engine *e, struct place *place, uint64_t to, struct err *err)
{
    struct intake *none = intake_new(e);
    int failed = intake_read(none, place, to, UINT64_MAX, UINT64_MAX, err);

    intake_free(none);
    return failed;
}
