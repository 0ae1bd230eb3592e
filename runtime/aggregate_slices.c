/* aggregate_slices.c - hopping and cumulative windows that are emitted once, when they close.
 *
 * Time is cut at every window's start and end, each row goes to the one slice that holds it (aggregate_place.c). The
 * windows close one after the other, and from one to the next only the slices at both ends change: so `running` holds
 * the sum of all slices of the window that closed last, to which come those that the next one sees for the first time,
 * and from which slices are taken away when no window sees them any more. Sums are exact, so what is taken away leaves
 * no trace; of MIN and MAX each slice adds one value to an ordered multiset. A row costs the same in however many
 * windows it is, a closing window what it emits and two slices.
 *
 * A slice that is part of `running` gets no more rows: so `running` can be made again from the slices. */
#include "runtime/aggregator.h"

static void add_slice(struct aggregator *g, struct bucket *slice)
{
    groups_merge(g->running, g->groups, slice->group, slice->count, g->bounds, 1);
    slice->running = true;
}

/* The slices that no window sees any more which ends after `end`. */
static void drop_slices(struct aggregator *g, usec end)
{
    size_t n = 0;

    while (n < g->bucket_count && window_last(&g->plan->window, g->bucket[n].start).end <= end) {
        const struct bucket *slice = &g->bucket[n++];
        if (slice->running) groups_merge(g->running, g->groups, slice->group, slice->count, g->bounds, -1);
    }
    aggregator_drop_buckets(g, n);
}

struct closing {
    struct aggregator *aggregator;
    struct span window;
    const struct row_head *cause;
};

static void add_result(void *arg, group_ref group)
{
    const struct closing *c = arg;
    struct aggregator *g = c->aggregator;
    int64_t rows = group_weight(g->running, group);

    if (rows > 0) aggregator_add_result(g, g->running, group, 0, c->window, c->cause);
    if (rows == 0) group_drop(g->running, group);
}

static bool sees(const struct span *window, const struct bucket *slice)
{
    return slice->start >= window->start && slice->start < window->end && slice->end < window->end;
}

static int close_window(struct aggregator *g, struct span window, const struct row_head *cause, struct err *err)
{
    struct closing c = {g, window, cause};

    for (size_t i = 0; i < g->bucket_count && g->bucket[i].start < window.end; i++) {
        if (!g->bucket[i].running && sees(&window, &g->bucket[i])) add_slice(g, &g->bucket[i]);
    }
    groups_each(g->running, add_result, &c);
    return aggregator_emit(g, err);
}

/* The first window that ends after `end` and holds the slice or a later one. */
static struct span next_window(const struct aggregator *g, usec end, const struct bucket *slice)
{
    return window_ending_after(&g->plan->window, slice->start > end ? slice->start : end);
}

int aggregator_pass_slices(struct aggregator *g, usec to, const struct row_head *cause, struct err *err)
{
    usec closed = g->memory.watermark;

    while (g->bucket_count) {
        struct span window = next_window(g, closed, &g->bucket[0]);
        if (window.end > to) break;
        if (close_window(g, window, cause, err)) return -1;
        closed = window.end;
        drop_slices(g, closed);
    }
    return 0;
}

void aggregator_load_slices(struct aggregator *g)
{
    for (size_t i = 0; i < g->bucket_count; i++) {
        struct bucket *slice = &g->bucket[i];
        struct span window = next_window(g, slice->end, slice);
        if (window.end <= g->memory.watermark) add_slice(g, slice);
    }
}
