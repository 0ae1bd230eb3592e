/* epoch.c - cuts epochs, runs them, commits them; and runs them again.
 *
 * An ENTRY_EPOCH: u64 number, u32 group (0 main, else the query being built), u32 kind, i64 clock, u64 from, u64 to
 * (ordinals), u64 output hash, u32 ranges, u32 idle; then per range of a source read in place: u32 stream, u32 CRC-32C,
 * u64 from, u64 to (offsets); then per stream that became idle: u32 stream.
 * The hash is over all records that the epoch wrote: a replay that comes to another one is an error, never a result. */
#include "engine/engine.h"

#include "base/hash.h"
#include "runtime/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum epoch_kind { EPOCH_ROWS, EPOCH_END, EPOCH_JOIN };

struct range {
    uint32_t stream, crc;
    uint64_t from, to;
};

struct epoch {
    uint64_t number;
    uint32_t group;
    enum epoch_kind kind;
    usec clock; /* USEC_MIN: no tick */
    uint64_t from, to;
    uint64_t hash;
    uint32_t stream; /* EPOCH_END: which has ended; 0: all */
    struct range *range;
    size_t range_count, range_capacity;
    uint32_t *idle;
    size_t idle_count, idle_capacity;
};

enum {
    EPOCH_HEAD = 64,
    RANGE_BYTES = 24,
    ROWS_NORMAL = 128 * 1024,
    BYTES_NORMAL = 8 * 1024 * 1024,
    CUT_RANDOM_MAX = 40
};

struct chunk {
    uint32_t stream;
    uint32_t count;
    struct buf payload;
};

static void epoch_free(struct epoch *ep)
{
    free(ep->range);
    free(ep->idle);
}

static void epoch_pack(const struct epoch *ep, struct buf *out)
{
    char head[EPOCH_HEAD] = {0};

    put_u64(head, ep->number);
    put_u32(head + 8, ep->group);
    put_u32(head + 12, (uint32_t)ep->kind);
    put_u64(head + 16, (uint64_t)ep->clock);
    put_u64(head + 24, ep->from);
    put_u64(head + 32, ep->to);
    put_u64(head + 40, ep->hash);
    put_u32(head + 48, (uint32_t)ep->range_count);
    put_u32(head + 52, (uint32_t)ep->idle_count);
    put_u32(head + 56, ep->stream);
    buf_put(out, head, sizeof head);
    for (size_t i = 0; i < ep->range_count; i++) {
        char r[RANGE_BYTES];
        put_u32(r, ep->range[i].stream);
        put_u32(r + 4, ep->range[i].crc);
        put_u64(r + 8, ep->range[i].from);
        put_u64(r + 16, ep->range[i].to);
        buf_put(out, r, sizeof r);
    }
    buf_put(out, ep->idle, ep->idle_count * sizeof *ep->idle);
}

static int epoch_unpack(struct str p, struct epoch *ep, struct err *err)
{
    const char *at = p.ptr + EPOCH_HEAD;
    size_t ranges = p.len >= EPOCH_HEAD ? get_u32(p.ptr + 48) : 0, idle = p.len >= EPOCH_HEAD ? get_u32(p.ptr + 52) : 0;

    if (p.len < EPOCH_HEAD || p.len != EPOCH_HEAD + ranges * RANGE_BYTES + idle * 4)
        return err_set(err, ERR_DAMAGED, -1, "an epoch's journal entry has the wrong size");
    *ep = (struct epoch){
        .number = get_u64(p.ptr),
        .group = get_u32(p.ptr + 8),
        .kind = (enum epoch_kind)get_u32(p.ptr + 12),
        .clock = (usec)get_u64(p.ptr + 16),
        .from = get_u64(p.ptr + 24),
        .to = get_u64(p.ptr + 32),
        .hash = get_u64(p.ptr + 40),
        .stream = get_u32(p.ptr + 56),
        .range_count = ranges,
        .idle_count = idle,
    };
    ep->range = mem_alloc(ranges * sizeof *ep->range);
    ep->idle = mem_alloc(idle * sizeof *ep->idle);
    for (size_t i = 0; i < ranges; i++, at += RANGE_BYTES)
        ep->range[i] = (struct range){get_u32(at), get_u32(at + 4), get_u64(at + 8), get_u64(at + 16)};
    if (idle) memcpy(ep->idle, at, idle * 4);
    return 0;
}

/* ---- output ---- */

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

static void chunks_clear(struct engine *e)
{
    for (size_t i = 0; i < e->chunk_count; i++) buf_free(&e->chunk[i].payload);
    e->chunk_count = 0;
    e->output_hash = 0;
}

enum { CHUNK_BYTES = 4 * 1024 * 1024 };

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
        e->output_hash = hash_mix(e->output_hash, hash_bytes(c->payload.ptr + before, c->payload.len - before));
        if (c->payload.len > CHUNK_BYTES && chunk_flush(e, c, err)) return -1;
        if (e->replaying && c->payload.len > CHUNK_BYTES) c->payload.len = 0;
    }
    state_of(e, stream->id)->derived += (uint64_t)rows->live;
    if (!e->replaying) subscriptions_take(e, stream, rows);
    return 0;
}

static int commit(struct engine *e, struct epoch *ep, struct err *err)
{
    struct buf entry = {0};
    uint64_t ticket;
    int failed = 0;

    ep->hash = e->output_hash;
    if (!e->replaying) {
        for (size_t i = 0; !failed && i < e->chunk_count; i++) failed = chunk_flush(e, &e->chunk[i], err);
        epoch_pack(ep, &entry);
        if (!failed) failed = journal_put(e->journal, ENTRY_EPOCH, 1, str_of(entry.ptr, entry.len), &ticket, err);
        if (!failed) failed = journal_sync(e->journal, ticket, err);
        buf_free(&entry);
    }
    chunks_clear(e);
    if (failed) return -1;
    e->epoch = ep->number;
    if (ep->clock > e->clock) e->clock = ep->clock;
    e->stats.epochs++;
    e->progress.epochs++;
    if (!e->replaying) subscriptions_deliver(e);
    return 0;
}

/* ---- running ---- */

static uint64_t cut_rows(struct engine *e)
{
    switch (e->options.cut) {
    case CUT_NORMAL: return ROWS_NORMAL;
    case CUT_EVERY_ROW: return 1;
    case CUT_RANDOM: return 1 + rng_below(&e->rng, CUT_RANDOM_MAX);
    }
    return ROWS_NORMAL;
}

static void add_range(struct epoch *ep, struct range r)
{
    ep->range = mem_grow(ep->range, &ep->range_capacity, ep->range_count + 1, sizeof *ep->range);
    ep->range[ep->range_count++] = r;
}

/* The offset of the first row that the inlet has not used. */
static uint64_t used_offset(const struct inlet *in, const struct reading *r)
{
    return in->next < in->count ? in->position[in->next] : r->source->class->offset(r->source);
}

/* After the rows of the epoch were used: how far each source was read, with its checksum. */
static int note_range(struct engine *e, struct epoch *ep, struct reading *r, uint64_t to, struct err *err)
{
    struct range range = {.stream = r->stream, .from = r->memory.offset, .to = to};

    if (r->source->class->checksum(r->source, to, &range.crc, err)) return -1;
    if (to == range.from) return 0;
    add_range(ep, range);
    e->progress.bytes_done += to - range.from;
    e->work += to - range.from;
    r->memory.offset = to;
    return 0;
}

/* Where the range of this source ends in a replayed epoch. */
static uint64_t replay_to(const struct epoch *entry, const struct reading *r)
{
    for (size_t i = 0; i < entry->range_count; i++) {
        if (entry->range[i].stream == r->stream) return entry->range[i].to;
    }
    return r->memory.offset;
}

/* Hands the sources' feeds to the inlets. In a replay up to where the entry says; live to the journalled size. */
static int open_ranges(struct group *g, const struct epoch *replayed, struct err *err)
{
    for (size_t i = 0; i < g->reading_count; i++) {
        struct reading *r = &g->reading[i];
        struct inlet *in = flow_inlet_of(g->flow, r->stream);
        uint64_t to = replayed ? replay_to(replayed, r) : r->memory.size;

        if (!in) continue;
        in->feed = &r->source->feed;
        in->drained = false;
        if (in->next < in->count) continue; /* it holds rows read ahead: the range goes on behind them */
        if (r->source->class->range(r->source, r->memory.offset, to, err)) return -1;
    }
    return 0;
}

static int close_ranges(struct engine *e, struct group *g, struct epoch *ep, struct err *err)
{
    for (size_t i = 0; i < g->reading_count; i++) {
        struct reading *r = &g->reading[i];
        struct inlet *in = flow_inlet_of(g->flow, r->stream);

        if (!in) continue;
        in->feed = NULL;
        if (note_range(e, ep, r, in->next < in->count || in->drained ? used_offset(in, r) : r->memory.offset, err))
            return -1;
    }
    return 0;
}

static uint64_t opened_at(const struct group *g)
{
    uint64_t opened = 0;

    for (size_t i = 0; i < g->reading_count; i++) {
        const struct reading *r = &g->reading[i];
        if (reading_is_due(g, r) && r->memory.opened > opened) opened = r->memory.opened;
    }
    return opened;
}

static uint64_t rows_used(const struct group *g)
{
    uint64_t n = 0;
    struct inlet *in;

    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) n += (uint64_t)in->memory.rows;
    return n;
}

/* Rows of sources read in place; replayed NULL: live. */
static int run_in_place(struct engine *e, struct group *g, struct epoch *ep, const struct epoch *replayed,
                        struct err *err)
{
    uint64_t before = rows_used(g), max = replayed ? UINT64_MAX : cut_rows(e);

    if (open_ranges(g, replayed, err) || flow_run(g->flow, max, opened_at(g), err)) return -1;
    if (close_ranges(e, g, ep, err)) return -1;
    e->stats.records += rows_used(g) - before;
    e->progress.records += rows_used(g) - before;
    if (e->replaying) e->stats.records_replayed += rows_used(g) - before;
    return 0;
}

/* A flow's inlets become feeds of the journal's records. A query being built reads what queries wrote, too. */
static struct intake *open_intake(struct engine *e, struct group *g)
{
    struct intake *in = intake_new(e);
    struct inlet *inlet;

    for (int i = 0; (inlet = flow_inlet(g->flow, i)) != NULL; i++) {
        if (inlet->object->source == SOURCE_FILE) continue;
        intake_want(in, inlet->object->id, g->id ? INTAKE_HISTORY : INTAKE_OUTSIDE);
    }
    return in;
}

static void set_feeds(struct group *g, struct intake *in)
{
    struct inlet *inlet;

    for (int i = 0; (inlet = flow_inlet(g->flow, i)) != NULL; i++) {
        if (inlet->object->source == SOURCE_FILE) continue;
        inlet->feed = in ? intake_feed(in, inlet->object->id) : NULL;
        inlet->drained = in == NULL;
    }
}

static void count_records(struct engine *e, const struct intake *in)
{
    e->stats.records += intake_rows(in);
    e->progress.records += intake_rows(in);
    if (e->replaying) e->stats.records_replayed += intake_rows(in);
    e->work += intake_bytes(in);
}

/* R9: a stream with a WATERMARK from which nothing came for long, while something came from another. */
static bool is_silent(struct engine *e, const struct inlet *in, usec clock)
{
    return clock - state_of(e, in->object->id)->last_arrival > in->object->idle_timeout;
}

static bool can_be_idle(const struct inlet *in)
{
    return in->object->watermark_field >= 0 && in->object->source != SOURCE_FILE && !in->object->derived;
}

static bool any_moves(struct engine *e, struct group *g, usec clock)
{
    struct inlet *in;

    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) {
        if (can_be_idle(in) && !is_silent(e, in, clock)) return true;
    }
    return false;
}

static void decide_idle(struct engine *e, struct group *g, struct epoch *ep)
{
    struct inlet *in;

    if (!any_moves(e, g, ep->clock)) return;
    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) {
        if (!can_be_idle(in) || in->memory.idle == IDLE || !is_silent(e, in, ep->clock)) continue;
        ep->idle = mem_grow(ep->idle, &ep->idle_capacity, ep->idle_count + 1, sizeof *ep->idle);
        ep->idle[ep->idle_count++] = in->object->id;
    }
}

static int make_idle(struct group *g, const struct epoch *ep, struct err *err)
{
    for (size_t i = 0; i < ep->idle_count; i++) {
        struct tick tick = {.cause = {ep->to, 0}, .arrival = ep->clock, .watermark = USEC_MIN, .w = USEC_MIN};
        if (flow_idle(g->flow, ep->idle[i], IDLE, &tick, err)) return -1;
    }
    return 0;
}

/* Records of the journal in [group's ordinal, to), then the clock. */
static int run_journal(struct engine *e, struct group *g, struct epoch *ep, struct intake *in, struct err *err)
{
    int failed;

    set_feeds(g, in);
    failed = flow_run(g->flow, UINT64_MAX, 0, err);
    set_feeds(g, NULL);
    if (failed) return -1;
    count_records(e, in);
    if (ep->clock != USEC_MIN && flow_tick(g->flow, ep->clock, ep->to, err)) return -1;
    return make_idle(g, ep, err);
}

static int end_streams(struct group *g, const struct epoch *ep, struct err *err)
{
    struct tick tick = {.watermark = USEC_MAX, .cause = {ep->to, UINT64_MAX & ~UINT64_C(0xffff)}, .arrival = ep->clock};
    struct inlet *in;

    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) {
        if (ep->stream && in->object->id != ep->stream) continue;
        if (flow_advance(g->flow, in->object->id, &tick, err)) return -1;
    }
    return 0;
}

static struct epoch epoch_new(struct engine *e, const struct group *g, enum epoch_kind kind)
{
    return (struct epoch){.number = e->epoch + 1,
                          .group = g->id,
                          .kind = kind,
                          .clock = USEC_MIN,
                          .from = g->place.ordinal,
                          .to = g->place.ordinal};
}

static int finish(struct engine *e, struct group *g, struct epoch *ep, struct err *err)
{
    if (flow_finish(g->flow, err)) return -1;
    return commit(e, ep, err);
}

static int step_in_place(struct engine *e, struct group *g, struct err *err)
{
    struct epoch ep = epoch_new(e, g, EPOCH_ROWS);
    int failed;

    flow_begin(g->flow);
    failed = run_in_place(e, g, &ep, NULL, err) || finish(e, g, &ep, err);
    epoch_free(&ep);
    return failed ? -1 : 1;
}

/* Is there anything for the clock to close? */
static bool tick_due(const struct group *g, usec clock)
{
    return flow_next_tick(g->flow) <= clock;
}

/* The end of the journal as this group may read it: a query being built stops where the main group stands. */
static uint64_t read_limit(const struct engine *e, const struct group *g)
{
    return g->id ? e->main.place.ordinal : UINT64_MAX;
}

static int step_journal(struct engine *e, struct group *g, struct err *err)
{
    struct epoch ep = epoch_new(e, g, EPOCH_ROWS);
    struct intake *in = open_intake(e, g);
    uint64_t end;
    int result = -1;
    usec clock;

    if (journal_write(e->journal, NULL, &end, err)) goto done;
    clock = journal_clock(e->journal);
    if (intake_read(in, &g->place, read_limit(e, g), cut_rows(e), BYTES_NORMAL, err)) goto done;
    ep.to = g->place.ordinal;
    if (!g->id && g->place.ordinal >= end) {
        ep.clock = clock;
        decide_idle(e, g, &ep);
    }
    result = 0;
    if (!intake_rows(in) && !ep.idle_count && !(ep.clock != USEC_MIN && tick_due(g, clock))) goto done;
    flow_begin(g->flow);
    result = run_journal(e, g, &ep, in, err) || finish(e, g, &ep, err) ? -1 : 1;
done:
    intake_free(in);
    epoch_free(&ep);
    return result;
}

/* Rows read in place that were opened after records of the log that are still to be used wait for them. */
static bool log_comes_first(const struct group *g)
{
    return opened_at(g) > g->place.ordinal;
}

int epoch_step(struct engine *e, struct group *g, struct err *err)
{
    if (reading_unfinished(g) && log_comes_first(g)) {
        int did = step_journal(e, g, err);
        if (did) return did;
    }
    if (reading_unfinished(g)) return step_in_place(e, g, err);
    return step_journal(e, g, err);
}

static int run_end(struct engine *e, struct epoch *ep, struct err *err)
{
    flow_begin(e->main.flow);
    if (end_streams(&e->main, ep, err)) return -1;
    return finish(e, &e->main, ep, err);
}

int epoch_end(struct engine *e, uint32_t stream, struct err *err)
{
    struct epoch ep = epoch_new(e, &e->main, EPOCH_END);

    ep.stream = stream;
    ep.clock = journal_clock(e->journal);
    return run_end(e, &ep, err);
}

/* ---- a query that is being built ---- */

int build_begin(struct engine *e, const struct object *o, struct group **out, struct err *err)
{
    struct group *g = mem_zalloc(sizeof *g);
    struct inlet *in;
    int failed;

    g->id = o->id;
    g->place.ordinal = 1;
    g->flow = engine_flow(e, e->main.flow);
    failed = flow_add(g->flow, e->catalog, o, err);
    for (int i = 0; !failed && (in = flow_inlet(g->flow, i)) != NULL; i++) {
        if (in->object->source == SOURCE_FILE) failed = reading_add(e, g, in->object, err);
    }
    if (failed) {
        build_free(g);
        return -1;
    }
    *out = g;
    return 0;
}

void build_free(struct group *g)
{
    if (!g) return;
    readings_close(g);
    flow_free(g->flow);
    free(g);
}

/* Time comes as far as it has come for the others: what rows alone do not say. */
static int catch_up_time(struct engine *e, struct group *g, usec clock, struct err *err)
{
    struct inlet *in;

    if (flow_tick(g->flow, clock, g->place.ordinal, err)) return -1;
    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) {
        struct tick tick = {.watermark = flow_watermark(e->main.flow, in->object->id),
                            .cause = {g->place.ordinal, 0},
                            .arrival = clock};
        if (flow_advance(g->flow, in->object->id, &tick, err)) return -1;
    }
    return 0;
}

static int move_readings(struct group *from, struct group *to)
{
    for (size_t i = 0; i < from->reading_count; i++) {
        struct reading *r = &from->reading[i];
        struct reading *known = reading_of(to, r->stream);
        if (known) known->memory.offset = r->memory.offset;
        if (known) continue;
        to->reading = mem_grow(to->reading, &to->reading_capacity, to->reading_count + 1, sizeof *to->reading);
        to->reading[to->reading_count++] = *r;
        r->source = NULL;
    }
    return 0;
}

static int run_join(struct engine *e, struct group *g, struct epoch *ep, struct err *err)
{
    flow_begin(g->flow);
    if (catch_up_time(e, g, ep->clock, err) || finish(e, g, ep, err)) return -1;
    if (flow_join(g->flow, e->main.flow, e->catalog, err)) return -1;
    return move_readings(g, &e->main);
}

int epoch_join(struct engine *e, struct group *build, struct err *err)
{
    struct epoch ep = epoch_new(e, build, EPOCH_JOIN);

    ep.clock = e->clock;
    return run_join(e, build, &ep, err);
}

/* ---- replay ---- */

static int check_ranges(struct engine *e, const struct epoch *was, const struct epoch *is, struct err *err)
{
    for (size_t i = 0; i < was->range_count; i++) {
        const struct range *r = &was->range[i];
        bool same = false;

        for (size_t k = 0; k < is->range_count; k++)
            same |= is->range[k].stream == r->stream && is->range[k].crc == r->crc && is->range[k].to == r->to;
        if (same) continue;
        const struct object *o = catalog_get(e->catalog, r->stream);
        return err_set(err, ERR_INPUT, -1, "\"%s\" has changed since it was read: its bytes %llu to %llu differ",
                       o && o->path ? o->path : "a source", (unsigned long long)r->from, (unsigned long long)r->to);
    }
    return 0;
}

static int replay_rows(struct engine *e, struct group *g, const struct epoch *entry, struct err *err)
{
    struct epoch ep = *entry;
    struct intake *in = open_intake(e, g);
    int failed;

    ep.range = NULL;
    ep.range_count = ep.range_capacity = 0;
    flow_begin(g->flow);
    if (entry->range_count) {
        failed = run_in_place(e, g, &ep, entry, err) || check_ranges(e, entry, &ep, err);
    } else {
        failed = intake_read(in, &g->place, entry->to, UINT64_MAX, UINT64_MAX, err) || run_journal(e, g, &ep, in, err);
    }
    if (!failed) failed = flow_finish(g->flow, err);
    intake_free(in);
    free(ep.range);
    return failed ? -1 : 0;
}

static int replay_kind(struct engine *e, struct group *g, struct epoch *entry, struct err *err)
{
    switch (entry->kind) {
    case EPOCH_ROWS: return replay_rows(e, g, entry, err);
    case EPOCH_END: flow_begin(g->flow); return end_streams(g, entry, err) || flow_finish(g->flow, err) ? -1 : 0;
    case EPOCH_JOIN:
        flow_begin(g->flow);
        return catch_up_time(e, g, entry->clock, err) || flow_finish(g->flow, err) ? -1 : 0;
    }
    return err_set(err, ERR_DAMAGED, -1, "an epoch of unknown kind");
}

/* The group of a replayed epoch. */
static struct group *replay_group(struct engine *e, uint32_t id, struct err *err)
{
    if (id == 0) return &e->main;
    if (e->build && e->build->id == id) return e->build;
    err_set(err, ERR_DAMAGED, -1, "the journal has an epoch of an unknown query");
    return NULL;
}

int epoch_replay(struct engine *e, struct str payload, struct err *err)
{
    struct epoch entry = {0};
    struct group *g;
    int failed;

    if (epoch_unpack(payload, &entry, err)) return -1;
    g = replay_group(e, entry.group, err);
    failed = !g || replay_kind(e, g, &entry, err);
    if (!failed && e->output_hash != entry.hash)
        failed = err_set(err, ERR_DAMAGED, -1, "epoch %llu came to another result when it was run again",
                         (unsigned long long)entry.number);
    if (!failed && entry.number > e->epoch + 1) {
        for (uint64_t n = e->epoch + 1; n < entry.number; n++) epoch_aborted(e, n);
    }
    if (!failed) {
        e->epoch = entry.number - 1;
        failed = commit(e, &entry, err);
    }
    if (!failed && entry.kind == EPOCH_JOIN) {
        failed = flow_join(g->flow, e->main.flow, e->catalog, err) || move_readings(g, &e->main);
        build_free(g);
        e->build = NULL;
    }
    chunks_clear(e);
    epoch_free(&entry);
    return failed ? -1 : 0;
}

void epoch_aborted(struct engine *e, uint64_t number)
{
    e->aborted = mem_grow(e->aborted, &e->aborted_capacity, e->aborted_count + 1, sizeof *e->aborted);
    e->aborted[e->aborted_count++] = number;
}
