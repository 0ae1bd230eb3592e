/* op_aggregate.c - GROUP BY, with a window or without.
 *
 * Windowed (EMIT_CLOSE): a row goes to its window's groups unless the window is closed to it (R3: window_end <=
 * W(row)); when the watermark reaches a window's end, its groups are emitted in the order of R5 and freed. Changelog
 * (no window, or EMIT_CHANGES): a group that an epoch touches takes its old row back and adds its new one, once, when
 * the epoch ends; the old row is put aside at the first touch. A window that closes only hands on what is pending.
 * MONOTONIC: windows are the values of an expression; a greater value closes those before it, a smaller one is late.
 *
 * The groups hold all state. Which window a group belongs to is the first column of its key; the list of open windows
 * is made from the groups when a state is loaded. */
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

static void report(struct aggregator *g, const struct batch *b, int row, enum row_error code, const char *message,
                   int windows)
{
    g->op.context->report(g->op.context->report_arg, g->op.context, b, row, code, message, windows);
}

/* The window start of every row; rows whose window is closed to them are reported and left out. W of a row is behind
 * the watermark that has come only where a stream woke or got a new feeder: then that is the floor (R9). */
static int place_in_windows(struct aggregator *g, const struct batch *in, int live)
{
    const struct column *time = &g->values[0];
    int kept = 0;
    usec start = 0, end = 0;

    for (int i = 0; i < live; i++) {
        int row = g->sel[i];
        usec t = time->ints[row];

        if (column_is_null(time, row)) {
            if (batch_weight(in, row) > 0) report(g, in, row, ROW_BAD_VALUE, "the time of the window is NULL", 0);
            continue;
        }
        if (t < start || t >= end) {
            start = window_start(&g->plan->window, t);
            end = window_end(&g->plan->window, start);
        }
        g->start.ints[row] = start;
        g->sel[kept] = (uint16_t)row;
        if (end <= in->w[row] || end <= g->memory.watermark) {
            if (batch_weight(in, row) > 0) report(g, in, row, ROW_LATE, NULL, 1);
        } else {
            kept++;
        }
    }
    return kept;
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

static void update(struct aggregator *g, const struct batch *in, const uint16_t *sel, int live)
{
    if (!live) return;
    if (g->op.context->shuffle)
        update_morsels(g, in, sel, live);
    else
        groups_update(g->groups, in, sel, live, g->key, g->arg, g->filter, NULL, aggregator_touch, g);
}

static struct row_head head_of(const struct batch *in, int row)
{
    return (struct row_head){in->order[row], in->w[row], in->rowtime[row], in->arrival[row], 1};
}

/* MONOTONIC: rows in order; a greater value first closes what was. */
static int push_monotonic(struct aggregator *g, const struct batch *in, int live, struct err *err)
{
    const struct column *time = &g->values[0];
    int from = 0, kept = 0;

    for (int i = 0; i < live; i++) {
        int row = g->sel[i];
        int64_t v = time->ints[row];

        if (column_is_null(time, row)) {
            report(g, in, row, ROW_BAD_VALUE, "the value of MONOTONIC is NULL", 0);
            continue;
        }
        if (g->memory.started && v < g->memory.current) {
            report(g, in, row, ROW_LATE, NULL, 1);
            continue;
        }
        if (g->memory.started && v > g->memory.current) {
            struct row_head cause = head_of(in, row);
            update(g, in, g->sel + from, kept - from);
            from = kept;
            if (aggregator_close(g, g->window_count, &cause, err)) return -1;
        }
        g->memory.started = 1;
        g->memory.current = v;
        g->start.ints[row] = v;
        g->sel[kept++] = (uint16_t)row;
    }
    update(g, in, g->sel + from, kept - from);
    return 0;
}

static int aggregator_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;
    int live;

    assert(side == 0);
    eval_run(g->eval, in, g->values);
    live = drop_errors(op, in, g->values, g->value_count, g->sel, explain, g);
    if (!live) return 0;
    g->last = head_of(in, g->sel[live - 1]);
    g->memory.last_rowtime = g->last.rowtime;
    if (g->plan->window.kind == WINDOW_MONOTONIC) return push_monotonic(g, in, live, err);
    if (g->plan->window.kind == WINDOW_TUMBLE) live = place_in_windows(g, in, live);
    update(g, in, g->sel, live);
    return 0;
}

static int aggregator_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;
    struct row_head cause = {tick->cause, tick->w, 0, tick->arrival, 1};
    size_t n = 0;

    (void)side;
    g->memory.watermark = tick->watermark;
    if (g->plan->window.kind == WINDOW_TUMBLE) n = aggregator_closing(g, tick->watermark);
    if (g->plan->window.kind == WINDOW_MONOTONIC && tick->watermark == USEC_MAX) {
        cause.rowtime = g->memory.last_rowtime;
        n = g->window_count;
    }
    if (n && aggregator_close(g, n, &cause, err)) return -1;
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

    if (!g->changelog) return 0;
    touch_single(g);
    return g->touched_count ? aggregator_emit_changes(g, err) : 0;
}

static usec aggregator_next_close(const struct operator *op, usec watermark)
{
    const struct window *w = &((const struct aggregator *)op)->plan->window;

    if (w->kind != WINDOW_TUMBLE) return USEC_MAX;
    if (watermark < TIME_FIRST) return watermark + 1;
    return watermark > TIME_LAST ? USEC_MAX : window_end(w, window_start(w, watermark));
}

static struct pages *aggregator_pages(struct operator *op, int n)
{
    return groups_pages(((struct aggregator *)op)->groups, n);
}

static void aggregator_save(struct operator *op, struct buf *out)
{
    buf_put(out, &((struct aggregator *)op)->memory, sizeof(struct memory));
}

static void adopt_group(void *arg, group_ref group)
{
    struct aggregator *g = arg;
    int64_t start;
    struct column c = {.phys = PHYS_INT, .ints = &start};

    group_key(g->groups, group, 0, NULL, &c, 0);
    aggregator_window_add(g, start, group);
}

static int aggregator_load(struct operator *op, struct str saved, struct err *err)
{
    struct aggregator *g = (struct aggregator *)op;

    if (saved.len != sizeof g->memory)
        return err_set(err, ERR_DAMAGED, -1, "the state of an aggregate has the wrong size");
    memcpy(&g->memory, saved.ptr, saved.len);
    groups_reload(g->groups);
    if (g->windowed) groups_each(g->groups, adopt_group, g);
    return 0;
}

static void aggregator_free(struct operator *op)
{
    struct aggregator *g = (struct aggregator *)op;

    for (size_t i = 0; i < g->window_count; i++) free(g->window[i].group);
    free(g->window);
    free(g->touched);
    rowset_free(g->old);
    rowset_free(g->out);
    groups_free(g->groups);
    eval_free(g->eval);
    free(g->exprs);
    free(g->values);
    free(g->key);
    free(g->arg);
    free(g->filter);
    free(g->start.ints);
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

/* The expressions: time, keys, arguments, filters; and where their columns will stand. */
static void list_expressions(struct aggregator *g)
{
    const struct plan *p = g->plan;
    int n = 0, most = 1 + p->key_count + 2 * p->aggregate_count;

    g->exprs = mem_alloc((size_t)most * sizeof *g->exprs);
    g->values = mem_zalloc((size_t)most * sizeof *g->values);
    g->key = mem_zalloc((size_t)(1 + p->key_count) * sizeof *g->key);
    g->arg = mem_zalloc((size_t)(1 + p->aggregate_count) * sizeof *g->arg);
    g->filter = mem_zalloc((size_t)(1 + p->aggregate_count) * sizeof *g->filter);
    if (g->windowed) {
        g->exprs[n++] = p->window.time;
        g->key[0] = &g->start;
    }
    for (int k = 0; k < p->key_count; k++) {
        g->key[g->windowed + k] = &g->values[n];
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
static int key_types(const struct plan *plan, enum phys *phys)
{
    int n = 0;

    if (plan->window.kind != WINDOW_NONE) phys[n++] = PHYS_INT;
    for (int k = 0; k < plan->key_count; k++) phys[n++] = type_phys(plan->keys[k]->type);
    return n;
}

int op_aggregate_check(const struct plan *plan, struct err *err)
{
    enum phys phys[KEY_COLUMNS_MAX];

    if (plan->key_count + 1 > KEY_COLUMNS_MAX)
        return err_set(err, ERR_LIMIT, plan->keys[0]->at, "GROUP BY of %d columns: at most %d are possible",
                       plan->key_count, KEY_COLUMNS_MAX - 1);
    if (groups_fit(plan, phys, key_types(plan, phys), plan->input[0]->insert_only)) return 0;
    return err_set(err, ERR_LIMIT, -1, "%d aggregates and %d keys of GROUP BY: a group has no room for so many",
                   plan->aggregate_count, plan->key_count);
}

static struct groups *make_groups(const struct plan *plan)
{
    enum phys phys[KEY_COLUMNS_MAX];
    int n = key_types(plan, phys);

    return groups_new(plan, phys, n, plan->input[0]->insert_only);
}

struct operator *op_aggregate_new(const struct plan *plan)
{
    struct aggregator *g = mem_zalloc(sizeof *g);

    g->op.class = &aggregator_class;
    g->plan = plan;
    g->windowed = plan->window.kind != WINDOW_NONE;
    g->changelog = !g->windowed || plan->emit == EMIT_CHANGES;
    g->lead = plan->window.kind == WINDOW_TUMBLE ? 2 : plan->window.kind == WINDOW_MONOTONIC ? 1 : 0;
    g->memory.watermark = USEC_MIN;
    g->last = (struct row_head){.w = USEC_MIN, .weight = 1};
    g->start = (struct column){.phys = PHYS_INT, .ints = mem_zalloc(BATCH_ROWS * sizeof(int64_t))};
    list_expressions(g);
    g->groups = make_groups(plan);
    g->old = rowset_for(plan->fields, plan->field_count);
    g->out = rowset_for(plan->fields, plan->field_count);
    return &g->op;
}
