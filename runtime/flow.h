/* flow.h - queries connected through streams and views, run epoch by epoch (design.md, sections 1 and 2).
 *
 * A flow owns the operators of its queries and the inlets of the streams they read. An epoch: flow_begin; flow_run
 * takes rows from the feeds, segment by segment (operator.h); flow_tick lets the clock move arrival time; flow_finish
 * hands on what changelogs changed. What goes into streams' logs is given to the owner as it comes, in order. Queries
 * run in topological order; a stream that several queries feed takes their rows merged by order key. */
#ifndef WEIR_RUNTIME_FLOW_H
#define WEIR_RUNTIME_FLOW_H

#include "log/segment_read.h"
#include "runtime/graph.h"
#include "runtime/inlet.h"

struct flow;

/* A row on its way into a derived stream's log: the batch's live rows, and each one's text. */
typedef int (*flow_append)(void *arg, const struct object *stream, const struct batch *rows, const struct text *record,
                           struct err *err);

struct flow_options {
    flow_append append;
    void *append_arg;
    struct rng *shuffle;               /* NULL, or tests' random order of partitions */
    const struct object *error_stream; /* where rows with errors go */
    /* NULL, or (of a query being built) the flow of all others: where views are that the query begins with, and where
     * the readers of its stream are. */
    struct flow *outer;
};

struct flow *flow_new(const struct flow_options *options);
void flow_free(struct flow *f);

/* Adds a query (a view, a pump, a stream AS): its plan's objects are looked up in the catalogue. All or nothing. */
int flow_add(struct flow *f, const struct catalog *catalog, const struct object *query, struct err *err) MUST_CHECK;
void flow_remove(struct flow *f, uint32_t query);
bool flow_has(const struct flow *f, uint32_t query);
/* Moves a query with its state into another flow that stands at the same place. */
int flow_join(struct flow *from, struct flow *to, const struct catalog *catalog, struct err *err) MUST_CHECK;

/* The streams with inlets, in order of declaration (n-th, or NULL), or by id. */
struct inlet *flow_inlet(struct flow *f, int n);
struct inlet *flow_inlet_of(struct flow *f, uint32_t stream);

void flow_begin(struct flow *f);
/* Uses up what the inlets' feeds give, at most max_rows of sources read in place (merged by R1; opened is the ordinal
 * in their order keys). Feeds are set in inlet->feed by the owner. */
int flow_run(struct flow *f, uint64_t max_rows, uint64_t opened, struct err *err) MUST_CHECK;
/* Clock moves: watermarks of arrival-time streams. next_ordinal: the order key of the tick. */
int flow_tick(struct flow *f, usec clock, uint64_t next_ordinal, struct err *err) MUST_CHECK;
/* A stream becomes idle or wakes (R9). */
int flow_idle(struct flow *f, uint32_t stream, enum activity activity, const struct tick *tick,
              struct err *err) MUST_CHECK;
/* A stream's watermark moves without a row: to tick->watermark, if that is later. USEC_MAX: the stream has ended. */
int flow_advance(struct flow *f, uint32_t stream, const struct tick *tick, struct err *err) MUST_CHECK;
/* The watermark of a stream in this flow; USEC_MIN: unknown. */
usec flow_watermark(const struct flow *f, uint32_t stream);
/* Whether an epoch without rows has something to hand on (the one row of an aggregate over nothing). */
bool flow_owes(const struct flow *f);
/* The end of an epoch. What a query being built has written goes to its readers in the outer flow, which ends, too. */
int flow_finish(struct flow *f, struct err *err) MUST_CHECK;
/* After a query has joined: time comes to the readers of its stream. */
int flow_settle(struct flow *f, struct err *err) MUST_CHECK;

/* The operator at a query's end (op_view_..., op_collect_...). */
struct operator *flow_end_of(struct flow *f, uint32_t query);
/* Rows that went to error_stream for this query so far, and late ones among them. query 0: bad for everybody. */
struct flow_counts {
    uint64_t errors, late;
};
struct flow_counts flow_counts(const struct flow *f, uint32_t query);
/* The least watermark (that the clock can reach) at which a window over arrival time closes; USEC_MAX: none. */
usec flow_next_tick(const struct flow *f);

/* What its queries were to read of a stream is gone (ordinals from, to): a row of error_stream for each of them. */
void flow_report_lost(struct flow *f, const char *stream, const struct log_range *lost, usec arrival);

/* Checkpoints: the flow's own bytes (inlets, nodes, queries' small state), and each query's pages. */
void flow_save(struct flow *f, struct buf *out);
/* After all pages have been filled. */
int flow_load(struct flow *f, struct str saved, struct err *err) MUST_CHECK;
/* The n-th query and its graph. 0: no more. */
uint32_t flow_query(struct flow *f, int n, struct graph **graph);

#endif
