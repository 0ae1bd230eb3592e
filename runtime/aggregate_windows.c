/* aggregate_windows.c - windows with groups of their own: which groups have changed, which windows the watermark
 * reaches. What is due and when stands at the head of op_aggregate.c.
 *
 * A group's mark: in the low half 0, or the number of its entry among the touched from 1 on; in the high half 0, or
 * (EMIT EVERY) the number of its row among the emitted from 1 on. */
#include "runtime/aggregator.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define EMITTED_HALF (~UINT64_C(0xffffffff))

/* ---- buckets ---- */

static int compare_bucket(const struct bucket *b, usec start, usec end)
{
    if (b->start != start) return b->start < start ? -1 : 1;
    return (b->end > end) - (b->end < end);
}

/* The bucket, made when absent. */
static struct bucket *bucket_at(struct aggregator *g, usec start, usec end)
{
    size_t low = 0, high = g->bucket_count;

    while (low < high) {
        size_t mid = (low + high) / 2;
        if (compare_bucket(&g->bucket[mid], start, end) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < g->bucket_count && compare_bucket(&g->bucket[low], start, end) == 0) return &g->bucket[low];
    g->bucket = mem_grow(g->bucket, &g->bucket_capacity, g->bucket_count + 1, sizeof *g->bucket);
    memmove(&g->bucket[low + 1], &g->bucket[low], (g->bucket_count - low) * sizeof *g->bucket);
    g->bucket_count++;
    g->bucket[low] = (struct bucket){.start = start, .end = end};
    return &g->bucket[low];
}

void aggregator_bucket_add(struct aggregator *g, usec start, usec end, group_ref group)
{
    struct bucket *b = bucket_at(g, start, end);

    b->group = mem_grow(b->group, &b->capacity, b->count + 1, sizeof *b->group);
    b->group[b->count++] = group;
}

/* What was emitted of it stays as it is. */
static void drop_group(struct aggregator *g, group_ref group)
{
    uint32_t kept = g->emitted ? (uint32_t)(group_mark(g->groups, group) >> 32) : 0;

    if (kept) emitted_drop(g->emitted, kept - 1);
    group_drop(g->groups, group);
}

void aggregator_drop_buckets(struct aggregator *g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < g->bucket[i].count; k++) drop_group(g, g->bucket[i].group[k]);
        free(g->bucket[i].group);
    }
    if (n) memmove(g->bucket, g->bucket + n, (g->bucket_count - n) * sizeof *g->bucket);
    g->bucket_count -= n;
}

/* ---- touched groups ---- */

static bool is_emitted(const struct aggregator *g, usec end)
{
    return window_is_timed(&g->plan->window) && end <= g->memory.watermark;
}

/* The group's entry, or NULL. */
static struct touched *touched_of(const struct aggregator *g, group_ref group)
{
    uint32_t n = (uint32_t)group_mark(g->groups, group);

    return n ? &g->touched[n - 1] : NULL;
}

static struct touched *touched_add(struct aggregator *g, group_ref group)
{
    uint64_t mark = group_mark(g->groups, group) & EMITTED_HALF;

    g->touched = mem_grow(g->touched, &g->touched_capacity, g->touched_count + 1, sizeof *g->touched);
    g->touched[g->touched_count] = (struct touched){group, TOUCHED_FRESH, USEC_MIN};
    group_set_mark(g->groups, group, mark | ++g->touched_count);
    return &g->touched[g->touched_count - 1];
}

void aggregator_touch(void *arg, group_ref group, bool fresh, int row)
{
    struct aggregator *g = arg;
    usec end = g->bounds ? g->end.ints[row] : USEC_MIN;
    struct touched *t;

    if (fresh && g->bounds) aggregator_bucket_add(g, g->start.ints[row], end, group);
    if (g->tracking == TRACK_NONE || (g->tracking == TRACK_LATE && !is_emitted(g, end))) return;
    t = touched_of(g, group);
    if (!t) {
        t = touched_add(g, group);
        if (!fresh && !g->emitted) t->old = aggregator_put_aside(g, group);
    }
    if (is_emitted(g, end) && g->in->w[row] > t->w) t->w = g->in->w[row];
}

void aggregator_adopt(void *arg, group_ref group)
{
    struct aggregator *g = arg;
    struct span bounds = aggregator_bounds(g, group);

    aggregator_bucket_add(g, bounds.start, bounds.end, group);
    if ((uint32_t)group_mark(g->groups, group)) touched_add(g, group);
}

/* ---- what is handed on ---- */

static void hand_on(struct aggregator *g, struct touched *t, const struct row_head *cause)
{
    aggregator_add_change(g, t, cause);
    group_set_mark(g->groups, t->group, group_mark(g->groups, t->group) & EMITTED_HALF);
    t->old = TOUCHED_DONE;
    g->touched_done++;
}

/* Between two ticks many windows may close. */
static void compact_touched(struct aggregator *g)
{
    size_t kept = 0;

    if (!g->emitted || g->touched_done <= g->touched_count / 2) return;
    for (size_t i = 0; i < g->touched_count; i++) {
        struct touched t = g->touched[i];
        if (t.old == TOUCHED_DONE) continue;
        g->touched[kept++] = t;
        group_set_mark(g->groups, t.group, (group_mark(g->groups, t.group) & EMITTED_HALF) | kept);
    }
    g->touched_count = kept;
    g->touched_done = 0;
}

static void hand_on_bucket(struct aggregator *g, const struct bucket *b, const struct row_head *cause)
{
    for (size_t i = 0; i < b->count; i++) {
        struct touched *t = touched_of(g, b->group[i]);
        if (t) hand_on(g, t, cause);
    }
}

static void add_results(struct aggregator *g, const struct bucket *b, const struct row_head *cause)
{
    for (size_t i = 0; i < b->count; i++) {
        if (group_weight(g->groups, b->group[i]) > 0)
            aggregator_add_result(g, g->groups, b->group[i], g->bounds, (struct span){b->start, b->end}, cause);
    }
}

/* The watermark comes to the window's end. */
static void reach(struct aggregator *g, const struct bucket *b, const struct row_head *cause)
{
    switch (g->plan->emit) {
    case EMIT_CLOSE: add_results(g, b, cause); break;
    case EMIT_EVERY: hand_on_bucket(g, b, cause); break;
    case EMIT_CHANGES: break;
    }
}

/* A group that lost all its rows is no more. */
static void forget(struct aggregator *g, group_ref group)
{
    if (g->bounds) {
        struct span bounds = aggregator_bounds(g, group);
        struct bucket *b = bucket_at(g, bounds.start, bounds.end);
        for (size_t i = 0; i < b->count; i++) {
            if (b->group[i] == group) b->group[i--] = b->group[--b->count];
        }
    }
    group_drop(g->groups, group);
}

/* Hands on what is touched, into `out`. */
static void hand_on_all(struct aggregator *g, const struct row_head *cause)
{
    for (size_t i = 0; i < g->touched_count; i++) {
        struct touched *t = &g->touched[i];
        if (t->old == TOUCHED_DONE) continue;
        hand_on(g, t, cause);
        if (group_weight(g->groups, t->group) == 0 && key_columns(g)) forget(g, t->group);
    }
    g->touched_count = g->touched_done = 0;
}

static int emit_added(struct aggregator *g, struct err *err)
{
    int failed = aggregator_emit(g, err);

    if (g->emitted || !g->touched_count) rowset_clear(g->old);
    return failed;
}

int aggregator_emit_changes(struct aggregator *g, const struct row_head *cause, struct err *err)
{
    hand_on_all(g, cause);
    return emit_added(g, err);
}

/* EMIT EVERY: the watermark passes a multiple of the interval. What comes first is no tick: nothing was emitted yet
 * that could be old. */
static bool ticks(const struct aggregator *g, usec to)
{
    usec every = g->plan->every, from = g->memory.watermark;

    return g->emitted && from >= TIME_FIRST && window_tick(every, from) < window_tick(every, to);
}

int aggregator_pass(struct aggregator *g, usec to, const struct row_head *cause, struct err *err)
{
    size_t gone = 0;
    bool tick = ticks(g, to);

    if (to == USEC_MAX) return aggregator_close_all(g, cause, err);
    for (size_t i = 0; i < g->bucket_count && g->bucket[i].end <= to; i++) {
        struct bucket *b = &g->bucket[i];
        if (!is_emitted(g, b->end)) reach(g, b, cause);
        if (b->end + g->plan->lateness > to) continue;
        hand_on_bucket(g, b, cause);
        gone++;
    }
    if (tick) hand_on_all(g, cause);
    if (emit_added(g, err)) return -1;
    aggregator_drop_buckets(g, gone);
    compact_touched(g);
    return 0;
}

int aggregator_close_all(struct aggregator *g, const struct row_head *cause, struct err *err)
{
    for (size_t i = 0; i < g->bucket_count; i++) {
        if (!is_emitted(g, g->bucket[i].end)) reach(g, &g->bucket[i], cause);
        hand_on_bucket(g, &g->bucket[i], cause);
    }
    if (emit_added(g, err)) return -1;
    aggregator_drop_buckets(g, g->bucket_count);
    return 0;
}
