/* topology.h - what is connected to what inside a flow, for flow.c and flow_queries.c: after every change the queries
 * stand in topological order and every node knows its last feeder and what closes windows downstream of it. */
#ifndef WEIR_RUNTIME_TOPOLOGY_H
#define WEIR_RUNTIME_TOPOLOGY_H

#include "runtime/node.h"

/* Brings order into f after queries came or went. ERR_NAME when a query would feed itself. */
int topology_update(struct flow *f, struct err *err) MUST_CHECK;
/* Is the node an input of the query? */
bool query_reads(const struct query *q, const struct node *n);

#endif
