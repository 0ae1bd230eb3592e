/* aggregator.h - the inside of GROUP BY, for its two files: op_aggregate.c takes rows in, aggregate_emit.c hands
 * results on. State and invariants are described at the head of op_aggregate.c. */
#ifndef WEIR_RUNTIME_AGGREGATOR_H
#define WEIR_RUNTIME_AGGREGATOR_H

#include "runtime/groups.h"
#include "runtime/operator.h"
#include "runtime/rowset.h"
#include "runtime/window.h"

struct open_window {
    usec start;
    group_ref *group;
    size_t count, capacity;
};

/* A group that the running epoch has changed. */
struct touched {
    group_ref group;
    int old; /* its row in `old`, or -1: it had none, or -2: its window has closed */
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
    int lead; /* output columns before the keys: 2, 1 (MONOTONIC) or 0 */
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

static inline int key_columns(const struct aggregator *g)
{
    return g->windowed + g->plan->key_count;
}

/* A group belongs to the window that starts there. */
void aggregator_window_add(struct aggregator *g, usec start, group_ref group);
/* Called for every row's group before it changes (group_visitor). */
void aggregator_touch(void *aggregator, group_ref group, bool fresh, int row);
/* How many windows close at this watermark; and closes the first n: emits them (or what is pending of them), frees
 * them. */
size_t aggregator_closing(const struct aggregator *g, usec watermark);
int aggregator_close(struct aggregator *g, size_t n, const struct row_head *cause, struct err *err) MUST_CHECK;
/* Hands on what the epoch changed, and forgets groups that lost all their rows. */
int aggregator_emit_changes(struct aggregator *g, struct err *err) MUST_CHECK;

#endif
