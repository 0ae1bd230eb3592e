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
#include "runtime/eval.h"
#include "runtime/groups.h"
#include "runtime/operator.h"
#include "runtime/rowset.h"
#include "runtime/value_order.h"
#include "runtime/window.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct open_window {
    usec start;
    group_ref *group;
    size_t count, capacity;
};

/* A group that the running epoch has changed. */
struct touched {
    group_ref group;
    int old; /* its row in `old`, or -1: it had none */
};

/* Also what is saved. */
struct memory {
    int64_t current;   /* MONOTONIC: the greatest value so far */
    int64_t started;   /* MONOTONIC: there was one; without keys: the first row was emitted */
    usec watermark;    /* that has come */
    usec last_rowtime; /* MONOTONIC: of the last row: what is open at the end of input closes then */
};

struct aggregator {
    struct operator op; /* must be first */
    const struct plan *plan;
    bool windowed, changelog;
    int lead;   /* output columns before the keys: 2, 1 (MONOTONIC) or 0 */
    int key_at; /* of values: time stands before the keys */
    struct groups *groups;
    struct memory memory;

    int value_count; /* expressions: time, keys, arguments, filters */
    const struct bound **exprs;
    struct eval *eval;
    struct column *values;
    const struct column **key, **arg, **filter;
    struct column start; /* window starts, the first key of windowed groups */

    struct open_window *window; /* ascending by start */
    size_t window_count, window_capacity;

    struct touched *touched;
    size_t touched_count, touched_capacity;
    struct rowset *old;   /* rows as last emitted, of touched groups */
    struct rowset *out;   /* being emitted */
    struct row_head last; /* of the last row pushed in this epoch: the cause of its changes */
    uint16_t sel[BATCH_ROWS];
};

static int key_columns(const struct aggregator *g)
{
    return g->windowed + g->plan->key_count;
}

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

static void window_add(struct aggregator *g, usec start, group_ref group)
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
        if (o[c].phys == PHYS_BOOL)
            n[c].bools[to] = o[c].bools[from];
        else if (o[c].phys == PHYS_TEXT)
            n[c].texts[to] = o[c].texts[from]; /* lives in old until the epoch ends */
        else
            n[c].ints[to] = o[c].ints[from];
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

/* Called for every row's group before it changes. */
static void touch(void *arg, group_ref group, bool fresh, int row)
{
    struct aggregator *g = arg;
    struct row_head head = {.weight = -1};

    if (fresh && g->windowed) window_add(g, g->start.ints[row], group);
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

/* Closes the first n windows: emits them (or what is pending of them) and frees them. */
static int close_windows(struct aggregator *g, size_t n, const struct row_head *cause, struct err *err)
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

static size_t closing(const struct aggregator *g, usec watermark)
{
    size_t n = 0;

    while (n < g->window_count && (watermark == USEC_MAX || end_of(g, g->window[n].start) <= watermark)) n++;
    return n;
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
        if (from < to) groups_update(g->groups, in, sel + from, to - from, g->key, g->arg, g->filter, rng, touch, g);
    }
}

static void update(struct aggregator *g, const struct batch *in, const uint16_t *sel, int live)
{
    if (!live) return;
    if (g->op.context->shuffle)
        update_morsels(g, in, sel, live);
    else
        groups_update(g->groups, in, sel, live, g->key, g->arg, g->filter, NULL, touch, g);
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
            if (close_windows(g, g->window_count, &cause, err)) return -1;
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
    if (g->plan->window.kind == WINDOW_TUMBLE) n = closing(g, tick->watermark);
    if (g->plan->window.kind == WINDOW_MONOTONIC && tick->watermark == USEC_MAX) {
        cause.rowtime = g->memory.last_rowtime;
        n = g->window_count;
    }
    if (n && close_windows(g, n, &cause, err)) return -1;
    return emit_advance(op, tick, err);
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

/* Without keys and window there is one row from the start. */
static void touch_single(struct aggregator *g)
{
    bool fresh;

    if (g->memory.started || key_columns(g)) return;
    g->memory.started = 1;
    touch(g, groups_single(g->groups, &fresh), true, 0);
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
    if (!g->touched_count) return 0;
    for (size_t i = 0; i < g->touched_count; i++) {
        if (g->touched[i].old != -2) add_change(g, &g->touched[i], &g->last);
    }
    settle_groups(g);
    g->touched_count = 0;
    int failed = emit_out(g, err);
    rowset_clear(g->old);
    return failed;
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
    window_add(g, start, group);
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
    for (int k = 0; k < plan->key_count; k++) phys[n++] = type_phys(plan->keys[k]->type.kind);
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
