/* op_aggregate.c - GROUP BY, with a window or without.
 *
 * Groups stand in buckets: one for each window, or for each slice of hopping and cumulative windows that are emitted
 * once (aggregate_slices.c). A window goes through two moments (aggregate_windows.c):
 *
 *     open  -- the watermark is at its end -->  reached  -- .. and at its end plus the allowed lateness -->  freed
 *
 *     EMIT_CLOSE    when reached, its groups are emitted in the order of R5. Rows that come later correct them.
 *     EMIT_CHANGES  a group that an epoch touches takes its old row back and adds its new one, once, when the epoch
 *                   ends, or before its window is freed. So does a group without a window, and a correction.
 *     EMIT_EVERY    the same, when the watermark passes a multiple of the interval, and when the window is reached or
 *                   freed. What was emitted last is kept from tick to tick (emitted.h).
 *
 * Where the old row is that from before the epoch, it is put aside at the first touch.
 * MONOTONIC: windows are the values of an expression; a greater value closes those before it, a smaller one is late.
 *
 * The groups hold all state. Which bucket a group belongs to is told by the first columns of its key; the list of
 * buckets is made from the groups when a state is loaded. */
#include "runtime/aggregator.h"
#include "runtime/eval.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void explain(void *arg, int column, const struct batch *b, int row, struct buf *out)
{
    const struct aggregator *g = arg;

    eval_explain(g->exprs[column], b, row, out);
}

void aggregator_report(struct aggregator *g, const struct batch *b, int row, enum row_error code, const char *message,
                       int windows)
{
    g->op.context->report(g->op.context->report_arg, g->op.context, b, row, code, message, windows);
}

/* Tests: the rows as a few morsels in a random order, as several lanes would take them. */
enum { MORSELS_MAX = 8 };

static void update_morsels(struct aggregator *g, const struct batch *in, const uint16_t *sel, int live)
{
    struct rng *rng = g->op.context->shuffle;
    int size = 1 + (int)rng_below(rng, (uint64_t)live), count = (live + size - 1) / size, order[MORSELS_MAX];

    if (count > MORSELS_MAX) {
        count = MORSELS_MAX;
        size = (live + count - 1) / count;
    }
    rng_order(rng, order, count);
    for (int i = 0; i < count; i++) {
        int from = order[i] * size, to = from + size < live ? from + size : live;
        if (from < to)
            groups_update(g->groups, in, sel + from, to - from, g->key, g->arg, g->filter, rng, aggregator_touch, g);
    }
}

void aggregator_update(struct aggregator *g, const struct batch *in, const uint16_t *sel, int live)
{
    if (!live) return;
    if (g->op.context->shuffle)
        update_morsels(g, in, sel, live);
    else
        groups_update(g->groups, in, sel, live, g->key, g->arg, g->filter, NULL, aggregator_touch, g);
}

struct row_head aggregator_head_of(const struct batch *in, int row)
{
    return (struct row_head){in->order[row], in->w[row], in->rowtime[row], in->arrival[row], 1};
}

static int aggregator_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;
    int live;

    assert(side == 0);
    eval_run(g->eval, in, g->values);
    live = drop_errors(op, in, g->values, g->value_count, g->sel, explain, g);
    if (!live) return 0;
    g->in = in;
    g->last = aggregator_head_of(in, g->sel[live - 1]);
    g->memory.last_rowtime = g->last.rowtime;
    if (g->plan->window.kind == WINDOW_MONOTONIC) return aggregator_place_monotonic(g, in, live, err);
    if (g->plan->window.kind == WINDOW_NONE)
        aggregator_update(g, in, g->sel, live);
    else
        aggregator_place(g, in, live);
    return 0;
}

static int pass_on(struct aggregator *g, const struct tick *tick, struct err *err)
{
    struct row_head cause = {tick->cause, tick->w, 0, tick->arrival, 1};

    if (g->slices) return aggregator_pass_slices(g, tick->watermark, &cause, err);
    if (window_is_timed(&g->plan->window)) return aggregator_pass(g, tick->watermark, &cause, err);
    cause.rowtime = g->memory.last_rowtime;
    return g->bounds && tick->watermark == USEC_MAX ? aggregator_close_all(g, &cause, err) : 0;
}

static int aggregator_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;

    (void)side;
    if (pass_on(g, tick, err)) return -1;
    g->memory.watermark = tick->watermark;
    return emit_advance(op, tick, err);
}

/* Without keys and window there is one row from the start. */
static void touch_single(struct aggregator *g)
{
    bool fresh;

    if (g->memory.started || key_columns(g)) return;
    g->memory.started = 1;
    aggregator_touch(g, groups_single(g->groups, &fresh), true, 0);
}

static bool aggregator_owes(const struct operator *op)
{
    const struct aggregator *g = (const struct aggregator *)op;

    return !g->memory.started && !key_columns(g);
}

static int aggregator_finish_epoch(struct operator *op, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;

    touch_single(g);
    return g->touched_count && !g->emitted ? aggregator_emit_changes(g, &g->last, err) : 0;
}

/* The least of the times at which a window ends, or takes no more rows, or results are emitted early. */
static usec aggregator_next_close(const struct operator *op, usec watermark)
{
    const struct plan *p = ((const struct aggregator *)op)->plan;
    usec next, other;

    if (!window_is_timed(&p->window)) return USEC_MAX;
    if (watermark < TIME_FIRST) return watermark + 1;
    if (watermark > TIME_LAST) return USEC_MAX;
    next = window_ending_after(&p->window, watermark).end;
    other = window_ending_after(&p->window, watermark - p->lateness).end + p->lateness;
    if (other < next) next = other;
    if (!p->every) return next;
    other = (window_tick(p->every, watermark) + 1) * p->every;
    return other < next ? other : next;
}

static struct pages *aggregator_pages(struct operator *op, int n)
{
    struct aggregator *g = (struct aggregator *)op;

    if (!g->emitted) return groups_pages(g->groups, n);
    return n == 0 ? emitted_pages(g->emitted) : groups_pages(g->groups, n - 1);
}

static void aggregator_save(struct operator *op, struct buf *out)
{
    buf_put(out, &((struct aggregator *)op)->memory, sizeof(struct memory));
}

static int aggregator_load(struct operator *op, struct str saved, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;

    if (saved.len != sizeof g->memory)
        return err_set(err, ERR_DAMAGED, -1, "the state of an aggregate has the wrong size");
    memcpy(&g->memory, saved.ptr, saved.len);
    groups_reload(g->groups);
    if (g->emitted) emitted_reload(g->emitted);
    if (g->bounds) groups_each(g->groups, aggregator_adopt, g);
    if (g->slices) aggregator_load_slices(g);
    return 0;
}

static void aggregator_free(struct operator *op)
{
    struct aggregator *g = (struct aggregator *)op;

    for (size_t i = 0; i < g->bucket_count; i++) free(g->bucket[i].group);
    free(g->bucket);
    free(g->touched);
    rowset_free(g->old);
    rowset_free(g->out);
    groups_free(g->groups);
    groups_free(g->running);
    emitted_free(g->emitted);
    eval_free(g->eval);
    free(g->exprs);
    free(g->values);
    free(g->key);
    free(g->arg);
    free(g->filter);
    free(g->start.ints);
    free(g->end.ints);
    free(g);
}

static const struct operator_class aggregator_class = {
    .name = "aggregate",
    .push = aggregator_push,
    .advance = aggregator_advance,
    .finish_epoch = aggregator_finish_epoch,
    .owes = aggregator_owes,
    .next_close = aggregator_next_close,
    .pages = aggregator_pages,
    .save = aggregator_save,
    .load = aggregator_load,
    .free = aggregator_free,
};

enum { BOUNDS_MAX = 2 };

/* Key columns for the window: one start may have one window, or several, or slices. */
static int bounds_of(const struct plan *p)
{
    switch (p->window.kind) {
    case WINDOW_NONE: return 0;
    case WINDOW_TUMBLE:
    case WINDOW_MONOTONIC: return 1;
    case WINDOW_HOP:
    case WINDOW_CUMULATE: return BOUNDS_MAX;
    }
    return 0;
}

/* The expressions: time, keys, arguments, filters; and where their columns will stand. */
static void list_expressions(struct aggregator *g)
{
    const struct plan *p = g->plan;
    int n = 0, most = 1 + p->key_count + 2 * p->aggregate_count;

    g->exprs = mem_alloc((size_t)most * sizeof *g->exprs);
    g->values = mem_zalloc((size_t)most * sizeof *g->values);
    g->key = mem_zalloc((size_t)(BOUNDS_MAX + p->key_count) * sizeof *g->key);
    g->arg = mem_zalloc((size_t)(1 + p->aggregate_count) * sizeof *g->arg);
    g->filter = mem_zalloc((size_t)(1 + p->aggregate_count) * sizeof *g->filter);
    if (g->bounds) g->exprs[n++] = p->window.time;
    g->key[0] = &g->start;
    if (g->bounds == 2) g->key[1] = &g->end;
    for (int k = 0; k < p->key_count; k++) {
        g->key[g->bounds + k] = &g->values[n];
        g->exprs[n++] = p->keys[k];
    }
    for (int a = 0; a < p->aggregate_count; a++) {
        if (p->aggregates[a].arg) {
            g->arg[a] = &g->values[n];
            g->exprs[n++] = p->aggregates[a].arg;
        }
        if (p->aggregates[a].filter) {
            g->filter[a] = &g->values[n];
            g->exprs[n++] = p->aggregates[a].filter;
        }
    }
    g->value_count = n;
    g->eval = eval_new(g->exprs, n);
}

/* The physical types of a group's key: its window, then the keys; at most KEY_COLUMNS_MAX of them. */
static int key_types(const struct plan *plan, int bounds, enum phys *phys)
{
    int n = 0;

    while (n < bounds) phys[n++] = PHYS_INT;
    for (int k = 0; k < plan->key_count; k++) phys[n++] = type_phys(plan->keys[k]->type);
    return n;
}

static bool has_room(const struct plan *plan)
{
    enum phys phys[KEY_COLUMNS_MAX];

    if (!groups_fit(plan, phys, key_types(plan, bounds_of(plan), phys), plan->input[0]->insert_only)) return false;
    return plan->emit != EMIT_EVERY || emitted_fit(plan->fields, plan->field_count);
}

int op_aggregate_check(const struct plan *plan, struct err *err)
{
    int most = KEY_COLUMNS_MAX - (bounds_of(plan) > 1 ? 2 : 1);

    if (plan->key_count > most)
        return err_set(err, ERR_LIMIT, plan->keys[0]->at, "GROUP BY of %d columns: at most %d are possible",
                       plan->key_count, most);
    if (has_room(plan)) return 0;
    return err_set(err, ERR_LIMIT, -1, "%d aggregates and %d keys of GROUP BY: a group has no room for so many",
                   plan->aggregate_count, plan->key_count);
}

static struct groups *make_groups(const struct plan *plan, int bounds, bool insert_only)
{
    enum phys phys[KEY_COLUMNS_MAX];
    int n = key_types(plan, bounds, phys);

    return groups_new(plan, phys, n, insert_only);
}

static enum tracking tracking_of(const struct plan *p)
{
    if (p->window.kind == WINDOW_NONE || p->emit != EMIT_CLOSE) return TRACK_ALL;
    return p->lateness ? TRACK_LATE : TRACK_NONE;
}

static struct column times_column(void)
{
    return (struct column){.phys = PHYS_INT, .ints = mem_zalloc(BATCH_ROWS * sizeof(int64_t))};
}

struct operator *op_aggregate_new(const struct plan *plan)
{
    struct aggregator *g = mem_zalloc(sizeof *g);

    g->op.class = &aggregator_class;
    g->plan = plan;
    g->tracking = tracking_of(plan);
    g->slices = plan_in_slices(plan);
    g->bounds = bounds_of(plan);
    g->lead = plan->field_count - plan->key_count - plan->aggregate_count;
    g->memory.watermark = USEC_MIN;
    g->last = (struct row_head){.w = USEC_MIN, .weight = 1};
    g->start = times_column();
    g->end = times_column();
    list_expressions(g);
    g->groups = make_groups(plan, g->bounds, plan->input[0]->insert_only);
    if (g->slices) g->running = make_groups(plan, 0, false);
    if (plan->emit == EMIT_EVERY) g->emitted = emitted_new(plan->fields, plan->field_count);
    g->old = rowset_for(plan->fields, plan->field_count);
    g->out = rowset_for(plan->fields, plan->field_count);
    return &g->op;
}
