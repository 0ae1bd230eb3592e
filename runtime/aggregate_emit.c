/* aggregate_emit.c - what GROUP BY hands on: windows that close, and what an epoch changed of groups that it touched.
 */
#include "runtime/aggregator.h"

#include "runtime/value_order.h"

#include <stdlib.h>
#include <string.h>

/* The visible bounds of a window (plan.h: right-closed ones are a microsecond less). */
static usec visible(const struct aggregator *g, usec bound)
{
    return bound - g->plan->window.right_closed;
}

static usec end_of(const struct aggregator *g, usec start)
{
    return g->plan->window.kind == WINDOW_TUMBLE ? window_end(&g->plan->window, start) : start;
}

/* The open window that starts there, made when absent. */
static struct open_window *window_at(struct aggregator *g, usec start)
{
    size_t low = 0, high = g->window_count;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (g->window[mid].start < start)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < g->window_count && g->window[low].start == start) return &g->window[low];
    g->window = mem_grow(g->window, &g->window_capacity, g->window_count + 1, sizeof *g->window);
    memmove(&g->window[low + 1], &g->window[low], (g->window_count - low) * sizeof *g->window);
    g->window_count++;
    g->window[low] = (struct open_window){.start = start};
    return &g->window[low];
}

void aggregator_window_add(struct aggregator *g, usec start, group_ref group)
{
    struct open_window *w = window_at(g, start);

    w->group = mem_grow(w->group, &w->capacity, w->count + 1, sizeof *w->group);
    w->group[w->count++] = group;
}

/* Fills one output row with what the group is now. */
static void fill_row(struct aggregator *g, group_ref group, struct arena *arena, struct column *to, int row)
{
    struct column start = {0};
    int64_t value;
    int c = 0;

    if (g->windowed) {
        start = (struct column){.phys = PHYS_INT, .ints = &value};
        group_key(g->groups, group, 0, arena, &start, 0);
        to[c++].ints[row] = visible(g, value);
        if (g->lead == 2) to[c++].ints[row] = visible(g, end_of(g, value));
    }
    for (int k = 0; k < g->plan->key_count; k++) group_key(g->groups, group, k + g->windowed, arena, &to[c++], row);
    for (int a = 0; a < g->plan->aggregate_count; a++) group_value(g->groups, group, a, arena, &to[c++], row);
}

static void add_row(struct aggregator *g, struct rowset *rs, group_ref group, const struct row_head *head)
{
    int row;
    struct column *to = rowset_add(rs, head, &row);

    fill_row(g, group, rowset_arena(rs), to, row);
}

/* R5: window end, window start, keys; the row that is taken back before the one that is added. */
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

static int emit_out(struct aggregator *g, struct err *err)
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

/* Times of a result row: its window's, or the cause's. */
static struct row_head head_for(const struct aggregator *g, group_ref group, const struct row_head *cause,
                                int64_t weight)
{
    struct row_head head = *cause;

    head.weight = weight;
    if (g->plan->window.kind == WINDOW_TUMBLE) {
        int64_t start;
        struct column c = {.phys = PHYS_INT, .ints = &start};
        group_key(g->groups, group, 0, NULL, &c, 0);
        head.rowtime = visible(g, end_of(g, start));
        if (head.rowtime - 1 < head.w) head.w = head.rowtime - 1;
    } else if (head.rowtime < head.w) {
        head.w = head.rowtime;
    }
    return head;
}

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

/* What a touched group changed: its new row unless it is gone, its old one unless it is the same. */
static void add_change(struct aggregator *g, const struct touched *t, const struct row_head *cause)
{
    struct row_head now = head_for(g, t->group, cause, 1), before = now;
    bool alive = group_weight(g->groups, t->group) > 0 || (!g->windowed && !g->plan->key_count);

    before.weight = -1;
    if (alive) {
        add_row(g, g->out, t->group, &now);
        if (t->old >= 0 && rows_equal(g->old, t->old, g->out, rowset_count(g->out) - 1, g->plan->field_count)) {
            rowset_drop_last(g->out);
            return;
        }
    }
    if (t->old >= 0) copy_old(g, t->old, &before);
}

void aggregator_touch(void *arg, group_ref group, bool fresh, int row)
{
    struct aggregator *g = arg;
    struct row_head head = {.weight = -1};

    if (fresh && g->windowed) aggregator_window_add(g, g->start.ints[row], group);
    if (!g->changelog || group_mark(g->groups, group)) return;
    g->touched = mem_grow(g->touched, &g->touched_capacity, g->touched_count + 1, sizeof *g->touched);
    g->touched[g->touched_count] = (struct touched){group, -1};
    if (!fresh) {
        g->touched[g->touched_count].old = rowset_count(g->old);
        add_row(g, g->old, group, &head);
    }
    group_set_mark(g->groups, group, ++g->touched_count);
}

static void drop_window(struct aggregator *g, struct open_window *w)
{
    for (size_t i = 0; i < w->count; i++) group_drop(g->groups, w->group[i]);
    free(w->group);
}

int aggregator_close(struct aggregator *g, size_t n, const struct row_head *cause, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct open_window *w = &g->window[i];
        for (size_t k = 0; k < w->count; k++) {
            uint64_t mark = g->changelog ? group_mark(g->groups, w->group[k]) : 0;
            struct row_head head = head_for(g, w->group[k], cause, 1);
            if (mark)
                add_change(g, &g->touched[mark - 1], cause);
            else if (!g->changelog && group_weight(g->groups, w->group[k]) > 0)
                add_row(g, g->out, w->group[k], &head);
            if (mark) g->touched[mark - 1].old = -2;
        }
    }
    if (emit_out(g, err)) return -1;
    for (size_t i = 0; i < n; i++) drop_window(g, &g->window[i]);
    memmove(g->window, g->window + n, (g->window_count - n) * sizeof *g->window);
    g->window_count -= n;
    return 0;
}

size_t aggregator_closing(const struct aggregator *g, usec watermark)
{
    size_t n = 0;

    while (n < g->window_count && (watermark == USEC_MAX || end_of(g, g->window[n].start) <= watermark)) n++;
    return n;
}

/* A group that lost all its rows is no more. */
static void forget_window_group(struct aggregator *g, group_ref group)
{
    int64_t start;
    struct column c = {.phys = PHYS_INT, .ints = &start};
    struct open_window *w;

    group_key(g->groups, group, 0, NULL, &c, 0);
    w = window_at(g, start);
    for (size_t i = 0; i < w->count; i++) {
        if (w->group[i] == group) w->group[i--] = w->group[--w->count];
    }
}

static void settle_groups(struct aggregator *g)
{
    for (size_t i = 0; i < g->touched_count; i++) {
        struct touched *t = &g->touched[i];
        if (t->old == -2) continue;
        group_set_mark(g->groups, t->group, 0);
        if (group_weight(g->groups, t->group) != 0 || !key_columns(g)) continue;
        if (g->windowed) forget_window_group(g, t->group);
        group_drop(g->groups, t->group);
    }
}

int aggregator_emit_changes(struct aggregator *g, struct err *err)
{
    int failed;

    for (size_t i = 0; i < g->touched_count; i++) {
        if (g->touched[i].old != -2) add_change(g, &g->touched[i], &g->last);
    }
    settle_groups(g);
    g->touched_count = 0;
    failed = emit_out(g, err);
    rowset_clear(g->old);
    return failed;
}
