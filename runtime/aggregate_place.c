/* aggregate_place.c - which groups the rows of a batch go to, and which rows come too late (design.md, R3 and R4).
 *
 * A window is closed to a row when the watermark of the row, or that which has come, is at its end plus the allowed
 * lateness. W of a row is behind the watermark that has come only where a stream woke or got a new feeder: then that is
 * the floor (R9).
 *
 * A row may be late for some of its windows and not for others. Where each window has groups of its own it goes to the
 * others. A slice is seen by all its windows, so such a row goes to another one beside it, which only those windows see
 * that end after the last one which it missed. All windows that have been emitted are among those missed: so what has
 * become part of a result never changes. */
#include "runtime/aggregator.h"

static void report_late(struct aggregator *g, const struct batch *in, int row, int windows)
{
    if (batch_weight(in, row) > 0) aggregator_report(g, in, row, ROW_LATE, NULL, windows);
}

/* Windows that end at or before it are closed to the row. */
static usec closed_until(const struct aggregator *g, const struct batch *in, int row)
{
    usec w = in->w[row] > g->memory.watermark ? in->w[row] : g->memory.watermark;

    return w < TIME_FIRST ? w : w - g->plan->lateness;
}

/* A time's place: its slice (or tumbling window) and the first of its windows. */
struct place {
    struct span slice, first;
    bool in_window; /* false: it lies in a gap between windows */
};

static void place_find(const struct window *w, usec t, struct place *out)
{
    out->slice = window_slice(w, t);
    out->in_window = window_first(w, t, &out->first);
}

/* How many of the windows of t, of which *window is the first, are closed; *window becomes the one behind them, and
 * *closed the end of the last of them. */
static int count_missed(const struct window *w, usec t, usec *closed, struct span *window)
{
    usec last = USEC_MIN;
    int missed = 0;

    for (; window->start <= t && window->end <= *closed; *window = window_next(w, *window)) {
        missed++;
        last = window->end;
    }
    *closed = last;
    return missed;
}

/* A row whose first window is closed to it. False: all are, or there is only that one. */
static bool place_late(struct aggregator *g, const struct batch *in, int row, usec closed, const struct place *p)
{
    usec t = g->values[0].ints[row];
    struct span open = p->first;
    int missed = count_missed(&g->plan->window, t, &closed, &open);

    report_late(g, in, row, missed);
    g->end.ints[row] = closed;
    return g->slices && open.start <= t;
}

/* Drops rows without a time. */
static int drop_timeless(struct aggregator *g, const struct batch *in, int live)
{
    const struct column *time = &g->values[0];
    int kept = 0;

    if (!time->valid) return live;
    for (int i = 0; i < live; i++) {
        int row = g->sel[i];

        if (!column_is_null(time, row))
            g->sel[kept++] = (uint16_t)row;
        else if (batch_weight(in, row) > 0)
            aggregator_report(g, in, row, ROW_BAD_VALUE, "the time of the window is NULL", 0);
    }
    return kept;
}

/* Each row to its one tumbling window, or its one slice. */
static void place_once(struct aggregator *g, const struct batch *in, int live)
{
    struct place p = {0};
    int kept = 0;

    for (int i = 0; i < live; i++) {
        int row = g->sel[i];
        usec t = g->values[0].ints[row], closed = closed_until(g, in, row);

        if (t < p.slice.start || t >= p.slice.end) place_find(&g->plan->window, t, &p);
        if (!p.in_window) continue;
        g->start.ints[row] = p.slice.start;
        g->end.ints[row] = g->slices ? USEC_MIN : p.slice.end;
        if (p.first.end <= closed && !place_late(g, in, row, closed, &p)) continue;
        g->sel[kept++] = (uint16_t)row;
    }
    aggregator_update(g, in, g->sel, kept);
}

/* The rows that have a next window stay, with that one. */
static int next_windows(struct aggregator *g, int live)
{
    const struct window *w = &g->plan->window;
    int kept = 0;

    for (int i = 0; i < live; i++) {
        int row = g->sel[i];
        struct span next = window_next(w, (struct span){g->start.ints[row], g->end.ints[row]});

        g->start.ints[row] = next.start;
        g->end.ints[row] = next.end;
        if (next.start <= g->values[0].ints[row]) g->sel[kept++] = (uint16_t)row;
    }
    return kept;
}

/* Each row to all its windows: first each to its first that is open to it, then each to the one behind, and so on. */
static void place_in_each(struct aggregator *g, const struct batch *in, int live)
{
    const struct window *w = &g->plan->window;
    int kept = 0;

    for (int i = 0; i < live; i++) {
        int row = g->sel[i], missed;
        usec t = g->values[0].ints[row], closed = closed_until(g, in, row);
        struct span window;

        if (!window_first(w, t, &window)) continue;
        missed = count_missed(w, t, &closed, &window);
        if (missed) report_late(g, in, row, missed);
        if (window.start > t) continue;
        g->start.ints[row] = window.start;
        g->end.ints[row] = window.end;
        g->sel[kept++] = (uint16_t)row;
    }
    for (; kept; kept = next_windows(g, kept)) aggregator_update(g, in, g->sel, kept);
}

void aggregator_place(struct aggregator *g, const struct batch *in, int live)
{
    live = drop_timeless(g, in, live);
    if (g->slices || g->plan->window.kind == WINDOW_TUMBLE)
        place_once(g, in, live);
    else
        place_in_each(g, in, live);
}

/* Rows in order; a greater value first closes what was. */
int aggregator_place_monotonic(struct aggregator *g, const struct batch *in, int live, struct err *err)
{
    const struct column *time = &g->values[0];
    int from = 0, kept = 0;

    for (int i = 0; i < live; i++) {
        int row = g->sel[i];
        int64_t v = time->ints[row];

        if (column_is_null(time, row)) {
            aggregator_report(g, in, row, ROW_BAD_VALUE, "the value of MONOTONIC is NULL", 0);
            continue;
        }
        if (g->memory.started && v < g->memory.current) {
            aggregator_report(g, in, row, ROW_LATE, NULL, 1);
            continue;
        }
        if (g->memory.started && v > g->memory.current) {
            struct row_head cause = aggregator_head_of(in, row);
            aggregator_update(g, in, g->sel + from, kept - from);
            from = kept;
            if (aggregator_close_all(g, &cause, err)) return -1;
        }
        g->memory.started = 1;
        g->memory.current = v;
        g->start.ints[row] = g->end.ints[row] = v;
        g->sel[kept++] = (uint16_t)row;
    }
    aggregator_update(g, in, g->sel + from, kept - from);
    return 0;
}
