/* graph.h - a query's operators, made from its plan node by node. */
#ifndef WEIR_RUNTIME_GRAPH_H
#define WEIR_RUNTIME_GRAPH_H

#include "runtime/operator.h"

/* What stands at the end of a query. */
enum graph_end { GRAPH_VIEW, GRAPH_COLLECT };

struct graph_scan {
    const struct plan *plan; /* PLAN_SCAN: which object, which columns */
    struct operator *first;  /* where its batches go in */
};

struct graph {
    int count;
    struct operator **op; /* sources first, the end last */
    int scan_count;
    struct graph_scan *scan;
    struct operator *end;
};

/* ERR_LIMIT when an operator of the plan could not hold what it asks for. */
int graph_check(const struct plan *plan, enum graph_end end, struct err *err) MUST_CHECK;
/* The plan (which passes graph_check) and the context are borrowed. */
struct graph *graph_new(const struct plan *plan, enum graph_end end, struct query_context *context);
void graph_free(struct graph *g);

/* The state of all operators: their own bytes to out (for a checkpoint's section), and the n-th of all their pages. */
void graph_save(struct graph *g, struct buf *out);
int graph_load(struct graph *g, struct str saved, struct err *err) MUST_CHECK;
struct pages *graph_pages(struct graph *g, int n);

#endif
