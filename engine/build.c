/* build.c - a query that is being built from history: a group of its own until it has caught up and joins the main one.
 */
#include "engine/epoch.h"

#include <stdlib.h>

/* History begins where retention has left it: with the event time that was reached before. */
static int begin_at_horizon(struct engine *e, struct inlet *in, struct err *err)
{
    struct log_floor floor;

    if (log_floor(e->log, in->object->id, log_horizon(e->log, in->object->id), &floor, err)) return -1;
    in->memory.max_time = floor.event_time;
    return 0;
}

int build_begin_inlet(struct engine *e, struct group *g, struct inlet *in, struct err *err)
{
    return in->object->source == SOURCE_FILE ? reading_add(e, g, in->object, err) : begin_at_horizon(e, in, err);
}

int build_begin(struct engine *e, const struct object *o, struct group **out, struct err *err)
{
    struct group *g = mem_zalloc(sizeof *g);
    struct inlet *in;
    int failed;

    g->id = o->id;
    g->ordinal = 1;
    g->flow = engine_flow(e, e->main.flow);
    failed = flow_add(g->flow, e->catalog, o, err);
    for (int i = 0; !failed && (in = flow_inlet(g->flow, i)) != NULL; i++) {
        failed = build_begin_inlet(e, g, in, err);
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
    intake_free(g->intake);
    flow_free(g->flow);
    free(g);
}

/* Time comes as far as it has come for the others: what rows alone do not say. */
int build_catch_up(struct engine *e, struct group *g, const struct epoch *ep, struct err *err)
{
    struct inlet *in;

    if (flow_tick(g->flow, ep->clock, ep->to, err)) return -1;
    for (int i = 0; (in = flow_inlet(g->flow, i)) != NULL; i++) {
        struct tick tick = {
            .watermark = flow_watermark(e->main.flow, in->object->id), .cause = {ep->to, 0}, .arrival = ep->clock};
        if (flow_advance(g->flow, in->object->id, &tick, err)) return -1;
    }
    return 0;
}

static void move_readings(struct group *from, struct group *to)
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
}

int build_move(struct engine *e, struct group *g, struct err *err)
{
    if (flow_finish(g->flow, err) || flow_join(g->flow, e->main.flow, e->catalog, err)) return -1;
    move_readings(g, &e->main);
    return flow_settle(e->main.flow, err);
}

static int run_join(struct engine *e, struct group *g, struct epoch *ep, struct err *err)
{
    flow_begin(g->flow);
    return build_catch_up(e, g, ep, err) || build_move(e, g, err) || epoch_commit(e, ep, err) ? -1 : 0;
}

int epoch_join(struct engine *e, struct group *build, struct err *err)
{
    struct epoch ep = epoch_new(e, build, EPOCH_JOIN);

    ep.clock = e->clock;
    ep.to = e->main.ordinal;
    return run_join(e, build, &ep, err);
}
