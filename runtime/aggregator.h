/* aggregator.h - the inside of GROUP BY, for its files: op_aggregate.c is the operator, aggregate_place.c finds the
 * groups that a row goes to, aggregate_windows.c closes windows, aggregate_slices.c those that are made of slices,
 * aggregate_emit.c hands results on. State and invariants are described at the head of op_aggregate.c. */
#ifndef WEIR_RUNTIME_AGGREGATOR_H
#define WEIR_RUNTIME_AGGREGATOR_H

#include "runtime/emitted.h"
#include "runtime/groups.h"
#include "runtime/operator.h"
#include "runtime/rowset.h"
#include "runtime/window.h"

/* The groups of a window, or of a slice. */
struct bucket {
    usec start;
    usec end;     /* of a slice: only windows that end later see it; USEC_MIN: all do */
    bool running; /* a slice: its groups are part of `running` */
    group_ref *group;
    size_t count, capacity;
};

/* A group whose change is still to be handed on. */
struct touched {
    group_ref group;
    int old; /* its row in `old`, or TOUCHED_FRESH: it had none, or TOUCHED_DONE: its change has been handed on */
    usec w;  /* USEC_MIN, or of the rows that came after its window was emitted the greatest W */
};
enum { TOUCHED_FRESH = -1, TOUCHED_DONE = -2 };

/* Which groups are put aside before they change. */
enum tracking {
    TRACK_NONE,
    TRACK_ALL,  /* for the end of the epoch, or (EMIT_EVERY) the next tick */
    TRACK_LATE, /* those whose window has been emitted */
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
    enum tracking tracking;
    bool slices; /* plan_in_slices */
    int bounds;  /* key columns before the plan's keys: 2 (start and end, as in a bucket), 1 (start) or 0 */
    int lead;    /* output columns before the keys: 2, 1 (MONOTONIC) or 0 */
    struct groups *groups;
    struct groups *running;  /* slices: the sum of those of the window that closed last; made of them when loaded */
    struct emitted *emitted; /* EMIT_EVERY: rows as last emitted; NULL: there is no need */
    struct memory memory;

    int value_count; /* expressions: time, keys, arguments, filters */
    const struct bound **exprs;
    struct eval *eval;
    struct column *values;
    const struct column **key, **arg, **filter;
    struct column start, end; /* of the bucket that a row goes to: the first key columns of groups that have them */

    struct bucket *bucket; /* ascending by start and end; so windows stand in the order of their ends */
    size_t bucket_count, bucket_capacity;

    struct touched *touched;
    size_t touched_count, touched_capacity;
    size_t touched_done;    /* EMIT_EVERY: how many of them are TOUCHED_DONE */
    struct rowset *old;     /* rows as last emitted, of touched groups */
    struct rowset *out;     /* being emitted */
    const struct batch *in; /* being pushed */
    struct row_head last;   /* of the last row pushed in this epoch: the cause of its changes */
    uint16_t sel[BATCH_ROWS];
};

static inline int key_columns(const struct aggregator *g)
{
    return g->bounds + g->plan->key_count;
}

/* ---- op_aggregate.c ---- */
/* The rows of sel go to the groups of their keys, those of MONOTONIC and windows by `start` and `end`. */
void aggregator_update(struct aggregator *g, const struct batch *in, const uint16_t *sel, int live);
struct row_head aggregator_head_of(const struct batch *in, int row);
void aggregator_report(struct aggregator *g, const struct batch *b, int row, enum row_error code, const char *message,
                       int windows);

/* ---- aggregate_place.c ---- */
/* The live rows of g->sel, with their time in g->values[0], go to their windows or slices, but for those that come too
 * late: these are reported. */
void aggregator_place(struct aggregator *g, const struct batch *in, int live);
int aggregator_place_monotonic(struct aggregator *g, const struct batch *in, int live, struct err *err) MUST_CHECK;

/* ---- aggregate_windows.c ---- */
/* A group that has been made belongs to the bucket. */
void aggregator_bucket_add(struct aggregator *g, usec start, usec end, group_ref group);
/* Called for every row's group before it changes (group_visitor). */
void aggregator_touch(void *aggregator, group_ref group, bool fresh, int row);
/* A group of a state that has been loaded (groups_each). */
void aggregator_adopt(void *aggregator, group_ref group);
/* The watermark passes on to `to`: hands on what windows that it reaches owe, and frees those that take no rows any
 * more. */
int aggregator_pass(struct aggregator *g, usec to, const struct row_head *cause, struct err *err) MUST_CHECK;
/* Emits and frees all there is. */
int aggregator_close_all(struct aggregator *g, const struct row_head *cause, struct err *err) MUST_CHECK;
/* Frees the first n buckets and their groups. */
void aggregator_drop_buckets(struct aggregator *g, size_t n);
/* Hands on all that was touched, and forgets groups that lost all their rows. */
int aggregator_emit_changes(struct aggregator *g, const struct row_head *cause, struct err *err) MUST_CHECK;

/* ---- aggregate_slices.c ---- */
/* The same as aggregator_pass for windows that are made of slices. */
int aggregator_pass_slices(struct aggregator *g, usec to, const struct row_head *cause, struct err *err) MUST_CHECK;
/* Makes `running` from slices that have been loaded. */
void aggregator_load_slices(struct aggregator *g);

/* ---- aggregate_emit.c ---- */
/* The bucket that the group stands in. */
struct span aggregator_bounds(const struct aggregator *g, group_ref group);
/* Adds a row to be emitted: a group of `from`, whose keys begin at column `skip`, as a result of the window. */
void aggregator_add_result(struct aggregator *g, const struct groups *from, group_ref group, int skip,
                           struct span window, const struct row_head *cause);
/* Adds what a touched group changed: its new row unless it is gone, its old one unless it is the same. */
void aggregator_add_change(struct aggregator *g, struct touched *t, const struct row_head *cause);
/* Puts the group's row aside as it is now; its place in `old`. */
int aggregator_put_aside(struct aggregator *g, group_ref group);
/* Emits what has been added, in the order of R5. */
int aggregator_emit(struct aggregator *g, struct err *err) MUST_CHECK;

#endif
