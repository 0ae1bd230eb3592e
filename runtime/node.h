/* node.h - what queries read and write, inside a flow: a stream or a view, with the rows that came to it in the running
 * phase (a segment, or the end of the epoch) and how far its time has come. */
#ifndef WEIR_RUNTIME_NODE_H
#define WEIR_RUNTIME_NODE_H

#include "runtime/flow.h"
#include "runtime/rowset.h"

struct query;

/* Also what is saved. */
struct node_memory {
    usec max_time;  /* of a derived stream with a WATERMARK of its own */
    usec watermark; /* of its feeders */
    int64_t idle;
};

struct node {
    const struct object *object;
    struct inlet *inlet; /* NULL: only fed by queries */
    int feeder_count;
    struct query **feeder;
    int last_feeder; /* topological number of the last of them, or -1 */
    struct node_memory memory;

    /* This phase: */
    int from, to; /* rows of the inlet; from == to: none */
    uint16_t sel[BATCH_ROWS];
    struct batch batch;    /* of the inlet's rows */
    struct rowset *rows;   /* of the feeders, in order; a view's changes */
    struct rowset *merged; /* scratch: rows of several feeders */
    struct text *raw;      /* per row of `rows` */
    size_t raw_capacity;
    bool ticked, idle_changed;
    struct tick tick;

    /* What closes windows downstream: see flow.c. */
    struct operator **closer;
    int closer_count;
    bool single; /* segments of one row: a derived stream downstream has a WATERMARK of its own */

    struct encoder *encoder;
    struct buf text;     /* scratch of encoding */
    struct arena *arena; /* the phase's encoded records */
};

struct query {
    const struct object *object;
    struct query_context context;
    struct graph *graph;
    struct node **input; /* per scan */
    struct node *target; /* a stream; of a view: its node, where readers find its changes */
    struct flow_counts counts;
    int number;        /* topological */
    bool reads_errors; /* directly or not: its own errors are counted only */
};

struct flow {
    struct flow_options options;
    struct node **node;
    size_t node_count, node_capacity;
    struct query **query; /* in topological order */
    size_t query_count, query_capacity;
    struct node *errors;
    struct rowset *error_rows; /* of this phase */
    uint64_t merge;            /* rows read in place so far: their numbers in the merge */
    struct flow_counts unread; /* bad for everybody */
};

struct node *node_new(struct flow *f, const struct object *o);
void node_free(struct node *n);
/* The node, or the query, of an object; or NULL. */
struct node *flow_node_of(const struct flow *f, uint32_t id);
struct query *flow_query_of(const struct flow *f, uint32_t id);
/* Takes the feeders' rows in order, gives them to the stream's log and to `rows` (of the outer flow's node, if the
 * stream is known there), and the feeders' watermark. */
int node_gather(struct flow *f, struct node *n, struct err *err) MUST_CHECK;
/* Pushes what came to the node in this phase into a scan. */
int node_push(struct node *n, struct operator *scan, struct err *err) MUST_CHECK;

/* error_stream: its columns; a row for it; and its rows of this phase to its node. */
void errors_report(void *flow, const struct query_context *ctx, const struct batch *b, int row, enum row_error code,
                   const char *message, int windows);
int errors_gather(struct flow *f, struct err *err) MUST_CHECK;

#endif
