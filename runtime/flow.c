/* flow.c - see flow.h: segments, ticks and the end of an epoch. What is connected to what stands in topology.c.
 *
 * Where a segment ends: at the first row, in the order of the fold, after which the watermark of some inlet reaches a
 * moment at which an operator downstream may close something (next_close). With several inlets rows are used up to the
 * least of these rows' keys, so that all of them stand at the same place of the order. */
#include "runtime/topology.h"

#include <assert.h>
#include <stdlib.h>

struct inlet *flow_inlet(struct flow *f, int n)
{
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->node[i]->inlet && n-- == 0) return f->node[i]->inlet;
    }
    return NULL;
}

struct inlet *flow_inlet_of(struct flow *f, uint32_t stream)
{
    struct node *n = flow_node_of(f, stream);

    return n ? n->inlet : NULL;
}

/* A phase begins: nothing has come to any node yet. A view keeps its changes until all have
 * read them at the end of the epoch; a query that is built beside it begins with the rows there are. */
static void clear_phase(struct flow *f)
{
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        n->from = n->to = 0;
        n->ticked = n->idle_changed = false;
        if (n->object->kind == OBJECT_VIEW) continue;
        rowset_clear(n->rows);
        arena_reset(n->arena);
    }
}

void flow_begin(struct flow *f)
{
    clear_phase(f);
    if (f->options.outer) clear_phase(f->options.outer);
}

static int push_inputs(struct query *q, struct err *err)
{
    for (int s = 0; s < q->graph->scan_count; s++) {
        struct node *n = q->input[s];
        if (n->object->kind == OBJECT_VIEW) continue;
        if (node_push(n, q->graph->scan[s].first, err)) return -1;
    }
    return 0;
}

static int advance_inputs(struct query *q, struct err *err)
{
    for (int s = 0; s < q->graph->scan_count; s++) {
        struct node *n = q->input[s];
        struct operator *scan = q->graph->scan[s].first;
        enum activity activity = (enum activity)(n->inlet ? n->inlet->memory.idle : n->memory.idle);

        if (n->ticked && operator_advance(scan, 0, &n->tick, err)) return -1;
        if (n->idle_changed && operator_idle(scan, 0, activity, &n->tick, err)) return -1;
    }
    return 0;
}

/* What the query was the last to feed has all its rows. */
static int gather_target(struct flow *f, struct query *q, struct err *err)
{
    if (q->target->object->kind == OBJECT_STREAM && q->target->last_feeder == q->number &&
        node_gather(f, q->target, err))
        return -1;
    if (f->errors->last_feeder == q->number) return errors_gather(f, err);
    return 0;
}

/* Hands on what came to the inlets in this phase, query by query. */
static int run_phase(struct flow *f, struct err *err)
{
    for (size_t i = 0; i < f->query_count; i++) {
        struct query *q = f->query[i];
        if (push_inputs(q, err) || advance_inputs(q, err) || gather_target(f, q, err)) return -1;
    }
    return 0;
}

/* The first held row of the inlet from which on something may close; n->inlet->ready when there is none. */
static int first_crossing(const struct node *n)
{
    const struct inlet *in = n->inlet;
    usec at = in->memory.watermark, close = USEC_MAX;
    int low = in->next, high = in->ready;

    if (n->single) return low;
    for (int i = 0; i < n->closer_count; i++) {
        usec c = n->closer[i]->class->next_close(n->closer[i], at);
        if (c < close) close = c;
    }
    while (low < high) {
        int mid = (low + high) / 2;
        if (inlet_watermark_after(in, mid) >= close)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

/* Of a stream that both read, the outer flow has reported the bad rows. */
static bool reported_before(const struct flow *f, const struct node *n)
{
    const struct node *outer = f->options.outer ? flow_node_of(f->options.outer, n->object->id) : NULL;

    return outer && outer->inlet;
}

/* Bad rows are bad for everybody: one row of error_stream in all. */
static void report_bad(struct flow *f, struct node *n)
{
    struct inlet *in = n->inlet;
    struct batch b;
    uint16_t sel[BATCH_ROWS];

    inlet_batch(in, n->from, n->to, sel, &b);
    if (b.live == n->to - n->from || reported_before(f, n)) return;
    for (int i = n->from; i < n->to; i++) {
        struct buf message = {0};
        if (in->bad[i] == ROW_OK) continue;
        inlet_explain(in, i, &message);
        errors_report(f, NULL, &b, i, (enum row_error)in->bad[i], buf_text(&message), 0);
        buf_free(&message);
    }
}

static void set_tick(struct node *n, int row)
{
    struct inlet *in = n->inlet;
    usec watermark = inlet_watermark_after(in, row);

    n->tick = (struct tick){watermark, in->w[row], in->order[row], in->arrival[row]};
    n->ticked = watermark > in->memory.watermark;
    if (n->ticked) in->memory.watermark = watermark;
    n->tick.watermark = in->memory.watermark;
    n->idle_changed = in->memory.idle != ACTIVE;
    in->memory.idle = ACTIVE;
}

/* The node's part of the segment is rows [next, to). */
static void take_rows(struct flow *f, struct node *n, int to)
{
    struct inlet *in = n->inlet;

    n->from = in->next;
    n->to = to;
    report_bad(f, n);
    inlet_batch(in, n->from, n->to, n->sel, &n->batch);
    inlet_use_rows(in, to);
    set_tick(n, to - 1);
}

/* A stream that was idle is woken before its rows are judged. */
static int wake(struct flow *f, struct err *err)
{
    for (size_t i = 0; i < f->query_count; i++) {
        struct query *q = f->query[i];
        for (int s = 0; s < q->graph->scan_count; s++) {
            struct node *n = q->input[s];
            if (!n->inlet || n->to == n->from || !n->idle_changed) continue;
            if (operator_idle(q->graph->scan[s].first, 0, ACTIVE, &n->tick, err)) return -1;
        }
    }
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->node[i]->to > f->node[i]->from) f->node[i]->idle_changed = false;
    }
    return 0;
}

/* How many ready rows of the inlet stand at or before the key. */
static int rows_up_to(const struct inlet *in, struct order end)
{
    int low = in->next, high = in->ready;

    while (low < high) {
        int mid = (low + high) / 2;
        if (order_compare(in->order[mid], end) > 0)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

/* The end of the next segment: the least crossing row of all inlets, or the greatest key that is ready. */
static bool segment_end(const struct flow *f, struct order *end)
{
    bool any = false, crossing = false;

    for (size_t i = 0; i < f->node_count; i++) {
        const struct inlet *in = f->node[i]->inlet;
        int row;

        if (!in || in->next >= in->ready) continue;
        row = first_crossing(f->node[i]);
        if (row < in->ready) {
            if (!crossing || order_compare(in->order[row], *end) < 0) *end = in->order[row];
            crossing = true;
        } else if (!crossing && (!any || order_compare(in->order[in->ready - 1], *end) > 0)) {
            *end = in->order[in->ready - 1];
        }
        any = true;
    }
    return any;
}

static int run_segment(struct flow *f, struct order end, struct err *err)
{
    clear_phase(f);
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        int to = n->inlet ? rows_up_to(n->inlet, end) : 0;
        if (n->inlet && to > n->inlet->next) take_rows(f, n, to);
    }
    return wake(f, err) || run_phase(f, err) ? -1 : 0;
}

static bool in_place(const struct inlet *in)
{
    return in->object->source == SOURCE_FILE;
}

/* Of the sources read in place, the one whose next row without a number comes first (R1): by the greatest event time so
 * far, then declaration. NULL when one must be filled first, or none has any. */
static struct inlet *merge_next(const struct flow *f)
{
    struct inlet *least = NULL;

    for (size_t i = 0; i < f->node_count; i++) {
        struct inlet *in = f->node[i]->inlet;
        if (!in || !in_place(in)) continue;
        if (in->ready == in->count && !in->drained) return NULL;
        if (in->ready == in->count) continue;
        if (!least || in->max_after[in->ready] < least->max_after[least->ready] ||
            (in->max_after[in->ready] == least->max_after[least->ready] && in->object->id < least->object->id))
            least = in;
    }
    return least;
}

static int in_place_count(const struct flow *f)
{
    int n = 0;

    for (size_t i = 0; i < f->node_count; i++) {
        const struct inlet *in = f->node[i]->inlet;
        n += in && in_place(in) && !(in->drained && in->ready == in->count);
    }
    return n;
}

/* Numbers rows in the order of the merge until a source must be filled; *left: rows that the epoch may still take. */
static void number_rows(struct flow *f, uint64_t *left, uint64_t opened)
{
    struct inlet *in;
    bool alone = in_place_count(f) == 1;

    while (*left && (in = merge_next(f)) != NULL) {
        do {
            in->order[in->ready++] = (struct order){opened, ++f->merge << 16};
            --*left;
        } while (alone && *left && in->ready < in->count);
    }
}

/* Rows of the log have their order; those are ready that no row still to be fetched can come before. */
static void ready_ordered(struct flow *f)
{
    struct order horizon = {UINT64_MAX, UINT64_MAX};

    for (size_t i = 0; i < f->node_count; i++) {
        const struct inlet *in = f->node[i]->inlet;
        if (!in || in_place(in) || in->drained || in->next == in->count) continue;
        if (order_compare(in->order[in->count - 1], horizon) < 0) horizon = in->order[in->count - 1];
    }
    for (size_t i = 0; i < f->node_count; i++) {
        struct inlet *in = f->node[i]->inlet;
        if (!in || in_place(in)) continue;
        in->ready = in->count;
        in->ready = rows_up_to(in, horizon);
    }
}

/* A source read in place that has come to its end is idle (R10), from its last row on. */
static int end_sources(struct flow *f, struct err *err)
{
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        struct tick tick = n->tick;

        if (!n->inlet || !in_place(n->inlet) || !n->inlet->at_end || n->inlet->next < n->inlet->count ||
            n->inlet->memory.idle == IDLE)
            continue;
        tick.watermark = n->inlet->memory.watermark;
        if (flow_idle(f, n->object->id, IDLE, &tick, err)) return -1;
    }
    return 0;
}

static int fill(struct flow *f, struct err *err)
{
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->node[i]->inlet && inlet_fill(f->node[i]->inlet, BATCH_ROWS, err)) return -1;
    }
    return end_sources(f, err);
}

int flow_run(struct flow *f, uint64_t max_rows, uint64_t opened, struct err *err)
{
    uint64_t left = max_rows;

    for (;;) {
        struct order end = {0, 0};

        if (fill(f, err)) return -1;
        number_rows(f, &left, opened);
        ready_ordered(f);
        if (!segment_end(f, &end)) return 0;
        do {
            if (run_segment(f, end, err)) return -1;
        } while (segment_end(f, &end));
    }
}

/* A phase without rows: what has been set in the nodes is handed on. */
int flow_tick(struct flow *f, usec clock, uint64_t next_ordinal, struct err *err)
{
    clear_phase(f);
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        struct inlet *in = n->inlet;

        if (!in || in->derived || n->feeder_count || n->object->watermark_field >= 0 || clock <= in->memory.watermark)
            continue;
        n->tick = (struct tick){clock, in->memory.watermark, {next_ordinal, 0}, clock};
        n->ticked = true;
        in->memory.watermark = clock;
    }
    return run_phase(f, err);
}

int flow_idle(struct flow *f, uint32_t stream, enum activity activity, const struct tick *tick, struct err *err)
{
    struct node *n = flow_node_of(f, stream);

    if (!n || !n->inlet || n->inlet->memory.idle == (int64_t)activity) return 0;
    clear_phase(f);
    n->inlet->memory.idle = activity;
    n->tick = *tick;
    n->idle_changed = true;
    return run_phase(f, err);
}

int flow_advance(struct flow *f, uint32_t stream, const struct tick *tick, struct err *err)
{
    struct node *n = flow_node_of(f, stream);

    if (!n || !n->inlet || tick->watermark <= n->inlet->memory.watermark) return 0;
    clear_phase(f);
    n->tick = *tick;
    n->tick.w = n->inlet->memory.watermark;
    n->ticked = true;
    n->inlet->memory.watermark = tick->watermark;
    n->inlet->memory.ended |= tick->watermark == USEC_MAX;
    return run_phase(f, err);
}

usec flow_watermark(const struct flow *f, uint32_t stream)
{
    const struct node *n = flow_node_of(f, stream);

    if (!n) return USEC_MIN;
    return n->feeder_count || !n->inlet ? n->memory.watermark : n->inlet->memory.watermark;
}

/* A query's part of the end of an epoch: the changes of views that it reads, what its operators hand on, and what that
 * makes of its stream. */
static int finish_query(struct flow *f, struct query *q, struct err *err)
{
    if (push_inputs(q, err)) return -1;
    for (int s = 0; s < q->graph->scan_count; s++) {
        struct node *n = q->input[s];
        if (n->object->kind == OBJECT_VIEW && node_push(n, q->graph->scan[s].first, err)) return -1;
    }
    for (int i = 0; i < q->graph->count; i++) {
        struct operator *op = q->graph->op[i];
        if (operator_finish_epoch(op, err)) return -1;
    }
    return gather_target(f, q, err);
}

bool flow_owes(const struct flow *f)
{
    for (size_t i = 0; i < f->query_count; i++) {
        const struct graph *g = f->query[i]->graph;
        for (int k = 0; k < g->count; k++) {
            if (g->op[k]->class->owes && g->op[k]->class->owes(g->op[k])) return true;
        }
    }
    return false;
}

/* Rows that a query being built has put into the nodes of this flow go to their readers. */
static int flow_pass_on(struct flow *f, struct err *err)
{
    return run_phase(f, err) || flow_finish(f, err) ? -1 : 0;
}

int flow_settle(struct flow *f, struct err *err)
{
    clear_phase(f);
    return flow_pass_on(f, err);
}

int flow_finish(struct flow *f, struct err *err)
{
    clear_phase(f);
    for (size_t i = 0; i < f->query_count; i++) {
        if (finish_query(f, f->query[i], err)) return -1;
    }
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->node[i]->object->kind == OBJECT_VIEW) rowset_clear(f->node[i]->rows);
    }
    return f->options.outer ? flow_pass_on(f->options.outer, err) : 0;
}

/* Only windows over arrival time are closed by the clock. */
usec flow_next_tick(const struct flow *f)
{
    usec next = USEC_MAX;

    for (size_t i = 0; i < f->node_count; i++) {
        const struct node *n = f->node[i];
        if (!n->inlet || n->inlet->derived || n->feeder_count || n->object->watermark_field >= 0) continue;
        for (int k = 0; k < n->closer_count; k++) {
            usec c = n->closer[k]->class->next_close(n->closer[k], n->inlet->memory.watermark);
            if (c < next) next = c;
        }
    }
    return next;
}
