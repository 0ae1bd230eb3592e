/* flow_queries.c - queries come into a flow, leave it, and move to another (flow.h). */
#include "runtime/topology.h"
#include "runtime/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct flow *flow_new(const struct flow_options *options)
{
    struct flow *f = mem_zalloc(sizeof *f);
    const struct object *e = options->error_stream;

    f->options = *options;
    f->error_rows = rowset_for(e->fields, e->field_count);
    f->errors = node_new(f, e);
    return f;
}

static void query_free(struct query *q)
{
    graph_free(q->graph);
    free(q->input);
    free(q);
}

void flow_free(struct flow *f)
{
    if (!f) return;
    for (size_t i = 0; i < f->query_count; i++) query_free(f->query[i]);
    for (size_t i = 0; i < f->node_count; i++) node_free(f->node[i]);
    rowset_free(f->error_rows);
    free(f->query);
    free(f->node);
    free(f);
}

/* The node of an object, made when absent. Nodes stand in order of declaration, but for error_stream. */
static struct node *node_for(struct flow *f, const struct object *o)
{
    struct node *n = flow_node_of(f, o->id);

    if (n) return n;
    n = node_new(f, o);
    for (size_t i = f->node_count - 1; i > 1 && f->node[i - 1]->object->id > o->id; i--) {
        f->node[i] = f->node[i - 1];
        f->node[i - 1] = n;
    }
    return n;
}

/* A view that this flow does not keep itself: the query begins with the rows there are. */
static void begin_with_view(struct flow *f, struct node *n)
{
    struct operator *end = f->options.outer ? flow_end_of(f->options.outer, n->object->id) : NULL;

    if (end) view_rows(end, n->rows);
}

static int connect_scan(struct flow *f, struct query *q, int s, struct err *err)
{
    const struct plan *p = q->graph->scan[s].plan;
    struct node *n = node_for(f, p->object);
    bool *used = mem_zalloc((size_t)p->object->field_count * sizeof *used);
    int failed = 0;

    q->input[s] = n;
    if (p->object->kind == OBJECT_VIEW) {
        struct operator *end = flow_end_of(f, p->object->id);
        if (end)
            view_watch(end, n->rows);
        else
            begin_with_view(f, n);
    } else {
        for (int i = 0; i < p->field_count; i++) {
            if (p->scan_column[i] >= 0) used[p->scan_column[i]] = true;
        }
        if (!n->inlet) n->inlet = inlet_new(p->object);
        failed = inlet_use(n->inlet, used, err);
    }
    free(used);
    return failed;
}

static struct query *query_new(struct flow *f, const struct object *o)
{
    struct query *q = mem_zalloc(sizeof *q);

    q->object = o;
    q->context = (struct query_context){.name = o->name,
                                        .rank = o->id & 0xffff,
                                        .shuffle = f->options.shuffle,
                                        .report = errors_report,
                                        .report_arg = f};
    q->graph = graph_new(o->plan, o->kind == OBJECT_VIEW ? GRAPH_VIEW : GRAPH_COLLECT, &q->context);
    q->input = mem_zalloc((size_t)q->graph->scan_count * sizeof(struct node *));
    return q;
}

static void insert_query(struct flow *f, struct query *q)
{
    f->query = mem_grow(f->query, &f->query_capacity, f->query_count + 1, sizeof(struct query *));
    f->query[f->query_count++] = q;
}

int flow_add(struct flow *f, const struct catalog *catalog, const struct object *query, struct err *err)
{
    struct query *q = query_new(f, query);

    insert_query(f, q);
    for (int s = 0; s < q->graph->scan_count; s++) {
        if (connect_scan(f, q, s, err)) {
            flow_remove(f, query->id);
            return -1;
        }
    }
    q->target = node_for(f, query->target ? catalog_get(catalog, query->target) : query);
    if (topology_update(f, err) == 0) return 0;
    flow_remove(f, query->id);
    return -1;
}

static bool node_is_used(const struct flow *f, const struct node *n)
{
    for (size_t i = 0; i < f->query_count; i++) {
        if (f->query[i]->target == n || query_reads(f->query[i], n)) return true;
    }
    return n == f->errors;
}

static void drop_unused_nodes(struct flow *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->node_count; i++) {
        if (node_is_used(f, f->node[i]))
            f->node[kept++] = f->node[i];
        else
            node_free(f->node[i]);
    }
    f->node_count = kept;
}

static struct query *take_out(struct flow *f, uint32_t query)
{
    for (size_t i = 0; i < f->query_count; i++) {
        struct query *q = f->query[i];
        if (q->object->id != query) continue;
        memmove(f->query + i, f->query + i + 1, (f->query_count - i - 1) * sizeof(struct query *));
        f->query_count--;
        return q;
    }
    return NULL;
}

void flow_remove(struct flow *f, uint32_t query)
{
    struct query *q = take_out(f, query);
    struct err ignored;
    int failed;

    if (!q) return;
    query_free(q);
    drop_unused_nodes(f);
    failed = topology_update(f, &ignored);
    assert(!failed);
}

struct query *flow_query_of(const struct flow *f, uint32_t id)
{
    for (size_t i = 0; i < f->query_count; i++) {
        if (f->query[i]->object->id == id) return f->query[i];
    }
    return NULL;
}

bool flow_has(const struct flow *f, uint32_t query)
{
    return flow_query_of(f, query) != NULL;
}

struct operator *flow_end_of(struct flow *f, uint32_t query)
{
    struct query *q = flow_query_of(f, query);

    return q ? q->graph->end : NULL;
}

struct flow_counts flow_counts(const struct flow *f, uint32_t query)
{
    const struct query *q = flow_query_of(f, query);

    if (query == 0) return f->unread;
    return q ? q->counts : (struct flow_counts){0, 0};
}

uint32_t flow_query(struct flow *f, int n, struct graph **graph)
{
    if (n < 0 || (size_t)n >= f->query_count) return 0;
    *graph = f->query[n]->graph;
    return f->query[n]->object->id;
}

/* Where the other flow has no inlet for a stream yet, the moved query brings its own along: both stand at the same
 * place. */
static void adopt_inlet(struct node *from, struct node *to)
{
    if (!from->inlet) return;
    if (!to->inlet) {
        to->inlet = from->inlet;
        from->inlet = NULL;
    } else if (to->inlet->memory.rows == 0 && to->inlet->memory.watermark == USEC_MIN) {
        to->inlet->memory = from->inlet->memory;
    }
}

/* A stream that nobody knew there yet has the greatest time to which the moved query brought it; its watermark comes to
 * its readers when it is next gathered. */
static void adopt_target(struct query *q, struct node *to)
{
    if (to->memory.max_time == USEC_MIN) to->memory.max_time = q->target->memory.max_time;
    q->target = to;
}

int flow_join(struct flow *from, struct flow *to, const struct catalog *catalog, struct err *err)
{
    while (from->query_count) {
        struct query *q = take_out(from, from->query[0]->object->id);

        q->context.report_arg = to;
        q->context.shuffle = to->options.shuffle;
        insert_query(to, q);
        for (int s = 0; s < q->graph->scan_count; s++) {
            struct node *old = q->input[s], *n = node_for(to, old->object);
            adopt_inlet(old, n);
            if (connect_scan(to, q, s, err)) return -1;
        }
        adopt_target(q, node_for(to, q->object->target ? catalog_get(catalog, q->object->target) : q->object));
    }
    if (from->merge > to->merge) to->merge = from->merge;
    to->unread.errors += from->unread.errors;
    to->unread.late += from->unread.late;
    return topology_update(to, err);
}
