/* epoch.c - cuts epochs: decides what the next one holds, runs it, commits it. */
#include "engine/epoch.h"

enum { ROWS_NORMAL = 128 * 1024, BYTES_NORMAL = 8 * 1024 * 1024, CUT_RANDOM_MAX = 40 };

static uint64_t cut_rows(struct engine *e)
{
    switch (e->options.cut) {
    case CUT_NORMAL: return ROWS_NORMAL;
    case CUT_EVERY_ROW: return 1;
    case CUT_RANDOM: return 1 + rng_below(&e->rng, CUT_RANDOM_MAX);
    }
    return ROWS_NORMAL;
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

static int step_in_place(struct engine *e, struct group *g, struct err *err)
{
    struct epoch ep = epoch_new(e, g, EPOCH_ROWS);
    int failed;

    flow_begin(g->flow);
    failed = epoch_run_in_place(e, g, &ep, NULL, cut_rows(e), err) || epoch_finish(e, g, &ep, err);
    epoch_free(&ep);
    return failed ? -1 : 1;
}

/* Rows, a stream that became idle, something for the clock to close, a row that is there before any other. */
static bool has_work(const struct group *g, const struct epoch *ep, const struct intake *in)
{
    struct log_item ignored;

    if (intake_rows(in) || intake_lost(in, 0, &ignored) || ep->idle_count || flow_owes(g->flow)) return true;
    return ep->clock != USEC_MIN && flow_next_tick(g->flow) <= ep->clock;
}

/* The end of the log as this group may read it: a query being built stops where the main group stands. */
static uint64_t read_limit(const struct engine *e, const struct group *g, uint64_t end)
{
    return g->id ? e->main.ordinal : end;
}

static int step_journal(struct engine *e, struct group *g, struct err *err)
{
    struct epoch ep = epoch_new(e, g, EPOCH_ROWS);
    struct intake *in = epoch_intake(e, g);
    uint64_t end;
    int result = -1;
    usec clock;

    if (journal_write(e->journal, NULL, &end, err)) goto done;
    clock = journal_clock(e->journal);
    if (intake_read(in, &g->ordinal, read_limit(e, g, end), cut_rows(e), BYTES_NORMAL, err)) goto done;
    ep.to = g->ordinal;
    if ((!g->id || g->query) && g->ordinal >= end) {
        ep.clock = clock;
        decide_idle(e, g, &ep);
    }
    result = 0;
    if (!has_work(g, &ep, in)) goto done;
    flow_begin(g->flow);
    result = epoch_run_journal(e, g, &ep, in, err) || epoch_finish(e, g, &ep, err) ? -1 : 1;
done:
    epoch_free(&ep);
    return result;
}

/* Rows read in place that were opened after records of the log that are still to be used wait for them. */
static bool log_comes_first(const struct group *g)
{
    return epoch_opened_at(g) > g->ordinal;
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
    if (epoch_run_end(e, &e->main, ep, err)) return -1;
    return epoch_finish(e, &e->main, ep, err);
}

int epoch_end(struct engine *e, uint32_t stream, struct err *err)
{
    struct epoch ep = epoch_new(e, &e->main, EPOCH_END);

    ep.stream = stream;
    ep.clock = journal_clock(e->journal);
    return run_end(e, &ep, err);
}
