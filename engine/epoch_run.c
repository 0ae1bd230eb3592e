/* epoch_run.c - a group's rows into its flow: from sources read in place, from the journal, from the clock; the same
 * for an epoch that is cut now and for one that is run again. */
#include "engine/epoch.h"

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

        if (!in || (r->source->missing && to <= r->memory.offset)) continue;
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

uint64_t epoch_opened_at(const struct group *g)
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
int epoch_run_in_place(struct engine *e, struct group *g, struct epoch *ep, const struct epoch *replayed, uint64_t max,
                       struct err *err)
{
    uint64_t before = rows_used(g);

    if (open_ranges(g, replayed, err) || flow_run(g->flow, max, epoch_opened_at(g), err)) return -1;
    if (close_ranges(e, g, ep, err)) return -1;
    if (g->query) return 0;
    e->stats.records += rows_used(g) - before;
    e->progress.records += rows_used(g) - before;
    if (e->replaying) e->stats.records_replayed += rows_used(g) - before;
    return 0;
}

/* The streams of the flow are those that the intake was made for. */
static bool intake_fits(const struct group *g)
{
    struct inlet *inlet;
    size_t streams = 0;

    for (int i = 0; (inlet = flow_inlet(g->flow, i)) != NULL; i++) {
        if (inlet->object->source == SOURCE_FILE) continue;
        if (!intake_wants(g->intake, inlet->object->id)) return false;
        streams++;
    }
    return streams == intake_streams(g->intake);
}

/* A flow's inlets become feeds of the log's records. A query being built reads what queries wrote, too. */
struct intake *epoch_intake(struct engine *e, struct group *g)
{
    struct inlet *inlet;

    if (g->intake && intake_fits(g)) return g->intake;
    intake_free(g->intake);
    g->intake = intake_new(e);
    for (int i = 0; (inlet = flow_inlet(g->flow, i)) != NULL; i++) {
        if (inlet->object->source == SOURCE_FILE) continue;
        intake_want(g->intake, inlet->object->id, g->id ? INTAKE_HISTORY : INTAKE_OUTSIDE);
    }
    return g->intake;
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

static int make_idle(struct group *g, const struct epoch *ep, struct err *err)
{
    for (size_t i = 0; i < ep->idle_count; i++) {
        struct tick tick = {.cause = {ep->to, 0}, .arrival = ep->clock, .watermark = USEC_MIN, .w = USEC_MIN};
        if (flow_idle(g->flow, ep->idle[i], IDLE, &tick, err)) return -1;
    }
    return 0;
}

/* A query that is built over history of which some is gone says so. */
static void report_lost(struct engine *e, struct group *g, const struct intake *in)
{
    struct log_item lost;

    for (size_t i = 0; g->id && !g->query && intake_lost(in, i, &lost); i++) {
        struct log_range range = {.from = lost.lost_from, .to = lost.lost_to};
        flow_report_lost(g->flow, catalog_get(e->catalog, lost.stream)->name, &range, state_of(e, g->id)->last_arrival);
    }
}

/* Records of the journal in [group's ordinal, to), then the clock. */
int epoch_run_journal(struct engine *e, struct group *g, struct epoch *ep, struct intake *in, struct err *err)
{
    int failed;

    report_lost(e, g, in);
    set_feeds(g, in);
    failed = flow_run(g->flow, UINT64_MAX, 0, err);
    set_feeds(g, NULL);
    if (failed) return -1;
    if (!g->query) count_records(e, in);
    if (ep->clock != USEC_MIN && flow_tick(g->flow, ep->clock, ep->to, err)) return -1;
    return make_idle(g, ep, err);
}

static int end_stream(struct group *g, uint32_t stream, const struct epoch *ep, struct err *err)
{
    struct tick tick = {.watermark = USEC_MAX, .cause = {ep->to, UINT64_MAX & ~UINT64_C(0xffff)}, .arrival = ep->clock};

    return flow_advance(g->flow, stream, &tick, err);
}

/* error_stream ends last: what the others close may still have errors. */
int epoch_run_end(struct engine *e, struct group *g, const struct epoch *ep, struct err *err)
{
    struct inlet *in;

    if (ep->stream) return end_stream(g, ep->stream, ep, err);
    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) {
        if (in->object != e->errors && end_stream(g, in->object->id, ep, err)) return -1;
    }
    return end_stream(g, e->errors->id, ep, err);
}

int epoch_finish(struct engine *e, struct group *g, struct epoch *ep, struct err *err)
{
    if (g->query) return select_finish(g->query, err);
    if (flow_finish(g->flow, err)) return -1;
    return epoch_commit(e, ep, err);
}
