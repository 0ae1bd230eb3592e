/* aggregate_emit.c - the rows that GROUP BY hands on: made of groups, compared with those that were, in order. */
#include "runtime/aggregator.h"

#include "runtime/value_order.h"

/* The visible bounds of a window (plan.h: right-closed ones are a microsecond less). */
static usec visible(const struct aggregator *g, usec bound)
{
    return bound - g->plan->window.right_closed;
}

static int64_t key_int(const struct aggregator *g, group_ref group, int k)
{
    int64_t value;
    struct column c = {.phys = PHYS_INT, .ints = &value};

    group_key(g->groups, group, k, NULL, &c, 0);
    return value;
}

struct span aggregator_bounds(const struct aggregator *g, group_ref group)
{
    struct span s = {USEC_MIN, USEC_MIN};

    if (!g->bounds) return s;
    s.start = s.end = key_int(g, group, 0);
    if (g->bounds == 2)
        s.end = key_int(g, group, 1);
    else if (window_is_timed(&g->plan->window))
        s.end = window_end(&g->plan->window, s.start);
    return s;
}

/* Fills one row with what the group is now; its keys begin at column `skip`. */
static void fill_row(struct aggregator *g, const struct groups *from, group_ref group, int skip, struct span window,
                     struct arena *arena, struct column *to, int row)
{
    int c = 0;

    if (g->lead > 0) to[c++].ints[row] = visible(g, window.start);
    if (g->lead > 1) to[c++].ints[row] = visible(g, window.end);
    for (int k = 0; k < g->plan->key_count; k++) group_key(from, group, k + skip, arena, &to[c++], row);
    for (int a = 0; a < g->plan->aggregate_count; a++) group_value(from, group, a, arena, &to[c++], row);
}

/* Times of a result row: its window's, or the cause's. */
static struct row_head head_for(const struct aggregator *g, struct span window, const struct row_head *cause)
{
    struct row_head head = *cause;

    head.weight = 1;
    if (window_is_timed(&g->plan->window)) {
        head.rowtime = visible(g, window.end);
        if (head.rowtime - 1 < head.w) head.w = head.rowtime - 1;
    } else if (head.rowtime < head.w) {
        head.w = head.rowtime;
    }
    return head;
}

void aggregator_add_result(struct aggregator *g, const struct groups *from, group_ref group, int skip,
                           struct span window, const struct row_head *cause)
{
    struct row_head head = head_for(g, window, cause);
    int row;
    struct column *to = rowset_add(g->out, &head, &row);

    fill_row(g, from, group, skip, window, rowset_arena(g->out), to, row);
}

int aggregator_put_aside(struct aggregator *g, group_ref group)
{
    struct row_head head = {.weight = -1};
    int row;
    struct column *to = rowset_add(g->old, &head, &row);

    fill_row(g, g->groups, group, g->bounds, aggregator_bounds(g, group), rowset_arena(g->old), to, row);
    return rowset_count(g->old) - 1;
}

/* ---- changes ---- */

static bool rows_equal(struct rowset *a, int i, struct rowset *b, int j, int columns)
{
    int x, y;
    struct column *p = rowset_at(a, i, &x), *q = rowset_at(b, j, &y);

    for (int c = 0; c < columns; c++) {
        if (value_compare(&p[c], x, &q[c], y) || p[c].error[x] != q[c].error[y]) return false;
    }
    return true;
}

static void copy_old(struct aggregator *g, int old, const struct row_head *head)
{
    int from, to;
    struct column *o = rowset_at(g->old, old, &from), *n = rowset_add(g->out, head, &to);

    for (int c = 0; c < g->plan->field_count; c++) {
        if (o[c].error[from]) n[c].error[to] = o[c].error[from];
        if (!bit_get(o[c].valid, from)) bit_clear(n[c].valid, to);
        value_copy(&o[c], from, &n[c], to); /* a text lives in old until the epoch ends */
    }
}

static bool has_error(struct rowset *rs, int i, int columns)
{
    int row;
    const struct column *c = rowset_at(rs, i, &row);

    while (columns-- > 0) {
        if (c++->error[row]) return true;
    }
    return false;
}

/* EMIT EVERY: the row that was emitted last is put aside, and forgotten. */
static void recall_emitted(struct aggregator *g, struct touched *t)
{
    uint64_t mark = group_mark(g->groups, t->group);

    if (!(mark >> 32)) return;
    t->old = rowset_count(g->old);
    emitted_get(g->emitted, (uint32_t)(mark >> 32) - 1, g->old);
    emitted_drop(g->emitted, (uint32_t)(mark >> 32) - 1);
    group_set_mark(g->groups, t->group, (uint32_t)mark);
}

/* What was added last is what has been emitted now, unless it goes to error_stream. */
static void keep_emitted(struct aggregator *g, const struct touched *t)
{
    int last = rowset_count(g->out) - 1;
    uint64_t mark = (uint32_t)group_mark(g->groups, t->group);

    if (has_error(g->out, last, g->plan->field_count)) return;
    group_set_mark(g->groups, t->group, ((uint64_t)emitted_put(g->emitted, g->out, last) + 1) << 32 | mark);
}

/* A correction has W of the row that came late, or of the tick (R2). */
static struct row_head change_head(const struct aggregator *g, const struct touched *t, struct span window,
                                   const struct row_head *cause)
{
    struct row_head head = head_for(g, window, cause);

    if (t->w != USEC_MIN) head.w = t->w;
    if (g->emitted && window.end <= g->memory.watermark) head.w = cause->w;
    return head;
}

void aggregator_add_change(struct aggregator *g, struct touched *t, const struct row_head *cause)
{
    struct span window = aggregator_bounds(g, t->group);
    struct row_head now = change_head(g, t, window, cause), before = now;
    bool alive = group_weight(g->groups, t->group) > 0 || !key_columns(g);
    int row;

    before.weight = -1;
    if (g->emitted) recall_emitted(g, t);
    if (alive) {
        struct column *to = rowset_add(g->out, &now, &row);
        fill_row(g, g->groups, t->group, g->bounds, window, rowset_arena(g->out), to, row);
        if (g->emitted) keep_emitted(g, t);
        if (t->old >= 0 && rows_equal(g->old, t->old, g->out, rowset_count(g->out) - 1, g->plan->field_count)) {
            rowset_drop_last(g->out);
            return;
        }
    }
    if (t->old >= 0) copy_old(g, t->old, &before);
}

/* ---- in order ---- */

/* R5: window end, window start, keys; the row that is taken back before the one that is added. (No window that ends
 * later starts earlier.) */
static int compare_rows(void *arg, int a, int b)
{
    struct aggregator *g = arg;
    int x, y, c = 0;
    struct column *p = rowset_at(g->out, a, &x), *q = rowset_at(g->out, b, &y);

    for (int k = 0; k < g->lead + g->plan->key_count && !c; k++) c = value_compare(&p[k], x, &q[k], y);
    if (c) return c;
    int64_t wa = rowset_head(g->out, a).weight, wb = rowset_head(g->out, b).weight;
    return (wa > wb) - (wa < wb);
}

static bool one_window(const struct aggregator *g)
{
    int row, n = rowset_count(g->out);
    usec start = n ? rowset_at(g->out, 0, &row)->ints[0] : 0;

    for (int i = 1; i < n; i++) {
        const struct column *window = rowset_at(g->out, i, &row);
        if (window->ints[row] != start) return false;
    }
    return true;
}

/* The first column in which rows differ: the window if there are several, else the first key. -1: there is one row. */
static int ranking_column(const struct aggregator *g)
{
    bool keys = g->plan->key_count > 0;

    if (!g->lead) return keys ? 0 : -1;
    return keys && one_window(g) ? g->lead : 0;
}

int aggregator_emit(struct aggregator *g, struct err *err)
{
    int failed = 0;
    struct batch b;

    rowset_sort_by(g->out, ranking_column(g), compare_rows, g);
    for (int first = 0, n; !failed && (n = rowset_batch(g->out, first, &b)) > 0; first += n) {
        b.live = drop_errors(&g->op, &b, b.column, b.columns, g->sel, NULL, NULL);
        b.sel = g->sel;
        if (b.live) failed = emit(&g->op, &b, err);
    }
    rowset_clear(g->out);
    return failed;
}
