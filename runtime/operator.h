/* operator.h - the one interface of all operators, and what they share.
 *
 * Rows reach an operator in segments: ranges of the fold's order between two moments at which some window closes. In a
 * segment first all rows are pushed, then the watermark is advanced with the row (or clock tick) that caused it. So
 * where an epoch is cut changes nothing, and every emitted row knows its cause (design.md, R1 and R7). Within a segment
 * rows of one side come in order; sides come one after the other. */
#ifndef WEIR_RUNTIME_OPERATOR_H
#define WEIR_RUNTIME_OPERATOR_H

#include "base/hash.h"
#include "planner/plan.h"
#include "runtime/batch.h"
#include "runtime/pages.h"

struct operator;

/* Event time moves on. */
struct tick {
    usec watermark;     /* no row before it is waited for any more; USEC_MAX: the end of time */
    usec w;             /* W of the cause */
    struct order cause; /* the row or clock tick that moved it */
    usec arrival;       /* of the cause */
};

/* Whether a stream holds the watermark of others back (R9). */
enum activity { ACTIVE, IDLE };

struct operator_class {
    const char *name;
    int (*push)(struct operator *op, int side, const struct batch *in, struct err *err);
    /* NULL for each of these: hand it on. */
    int (*advance)(struct operator *op, int side, const struct tick *tick, struct err *err);
    int (*idle)(struct operator *op, int side, enum activity activity, const struct tick *tick, struct err *err);
    /* The epoch ends: hand on what it changed. Called for all operators of a query, sources first. */
    int (*finish_epoch)(struct operator *op, struct err *err);
    /* The least watermark above the given one (USEC_MIN: none yet) at which something may close; USEC_MAX: nothing. A
     * function of the plan, not of what is open, since rows of the segment may open it. NULL: stateless in time. */
    usec (*next_close)(const struct operator *op, usec watermark);
    /* Whether finish_epoch has something to hand on though nothing came. NULL: never. */
    bool (*owes)(const struct operator *op);
    /* State: the pages that hold it (n-th, or NULL behind the last), and what little there is besides. */
    struct pages *(*pages)(struct operator *op, int n);
    void (*save)(struct operator *op, struct buf *out);
    /* Called after the pages have been filled from a checkpoint. */
    int (*load)(struct operator *op, struct str saved, struct err *err);
    void (*free)(struct operator *op);
};

/* What a query's operators know of the world. */
struct query_context {
    const char *name;    /* for error_stream */
    uint32_t rank;       /* its place among the queries: part of order keys, 1 .. 65535 */
    struct rng *shuffle; /* NULL; tests: partitions run in a random order */
    /* A row that goes to error_stream: b's row. The message may be NULL (made from the code). windows: how many windows
     * a late row missed. */
    void (*report)(void *arg, const struct query_context *ctx, const struct batch *b, int row, enum row_error code,
                   const char *message, int windows);
    void *report_arg;

    /* Who works, and since when: for struct operator_load. */
    struct operator *working;
    uint64_t since;
};

/* What an operator has done since it was made. Only measured: no result depends on it. */
struct operator_load {
    uint64_t rows_in, rows_out, batches;
    uint64_t nanoseconds; /* its own, without those it handed on to */
};

struct operator
{
    const struct operator_class *class;
    struct operator *next; /* NULL: the last */
    int next_side;
    struct query_context *context;
    struct operator_load load;
};

/* To the next operator. */
int emit(struct operator *op, const struct batch *out, struct err *err);
int emit_advance(struct operator *op, const struct tick *tick, struct err *err);
int emit_idle(struct operator *op, enum activity activity, const struct tick *tick, struct err *err);
/* To this operator, through its class or handed on; and measured. */
int operator_push(struct operator *op, int side, const struct batch *in, struct err *err);
int operator_advance(struct operator *op, int side, const struct tick *tick, struct err *err);
int operator_idle(struct operator *op, int side, enum activity activity, const struct tick *tick, struct err *err);
int operator_finish_epoch(struct operator *op, struct err *err);
void operator_free(struct operator *op);

/* ERR_LIMIT when the plan asks for more than the operator can hold: to be asked before it is made. */
int op_aggregate_check(const struct plan *plan, struct err *err) MUST_CHECK;
int op_over_check(const struct plan *plan, struct err *err) MUST_CHECK;
int op_view_check(const struct plan *plan, struct err *err) MUST_CHECK;

/* The operators. Plans and expressions are borrowed and outlive them. */
struct operator *op_scan_new(const struct plan *plan);
struct operator *op_filter_new(const struct plan *plan);
struct operator *op_project_new(const struct plan *plan);
struct operator *op_union_new(int sides);
struct operator *op_aggregate_new(const struct plan *plan);
struct operator *op_over_new(const struct plan *plan);
struct operator *op_view_new(const struct plan *plan);
/* Sets rows aside until the end of a segment (op_collect_rows), for a stream's log and its readers. */
struct operator *op_collect_new(const struct plan *plan);

/* How many texts a PROJECT has cut to their columns' lengths; 0 of all others. */
int64_t op_project_cuts(const struct operator *op);

struct rowset *op_collect_rows(struct operator *collect);
/* The watermark and activity that have come to it. */
usec op_collect_watermark(const struct operator *collect);
enum activity op_collect_activity(const struct operator *collect);

/* Drops rows with an error in one of n columns: reports each once (those with positive weight), and narrows the
 * selection into sel. explain(arg, column, row, out) makes the message. Returns the new count of live rows. */
typedef void (*error_explainer)(void *arg, int column, const struct batch *b, int row, struct buf *out);
int drop_errors(struct operator *op, const struct batch *in, const struct column *columns, int n, uint16_t *sel,
                error_explainer explain, void *arg);

#endif
