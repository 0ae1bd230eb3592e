/* topology.c - see topology.h. */
#include "runtime/topology.h"

#include <stdlib.h>
#include <string.h>

static bool feeds(const struct query *q, const struct node *n)
{
    return q->target == n;
}

/* Depth first: a query comes after all that feed what it reads. mark: 1 on the way, 2 done. */
struct visit {
    struct flow *f;
    uint8_t *mark;
    struct query **order;
    size_t count;
};

static int place(struct visit *v, size_t index, struct err *err)
{
    struct query *q = v->f->query[index];

    if (v->mark[index] == 2) return 0;
    if (v->mark[index] == 1)
        return err_set(err, ERR_NAME, -1, "%s would read, through other queries, what it writes itself",
                       q->object->name);
    v->mark[index] = 1;
    for (int s = 0; s < q->graph->scan_count; s++) {
        struct node *n = q->input[s];
        q->reads_errors |= n == v->f->errors;
        for (size_t i = 0; i < v->f->query_count; i++) {
            if (!feeds(v->f->query[i], n)) continue;
            if (place(v, i, err)) return -1;
            q->reads_errors |= v->f->query[i]->reads_errors;
        }
    }
    v->mark[index] = 2;
    v->order[v->count++] = q;
    return 0;
}

/* Queries that read error_stream come last, so that it has all rows of the others before. */
static void errors_last(struct visit *v)
{
    size_t kept = 0, moved = 0;
    struct query **late = mem_alloc((v->count + 1) * sizeof(struct query *));

    for (size_t i = 0; i < v->count; i++) {
        if (v->order[i]->reads_errors)
            late[moved++] = v->order[i];
        else
            v->order[kept++] = v->order[i];
    }
    if (moved) memcpy(v->order + kept, late, moved * sizeof(struct query *));
    free(late);
}

static void find_feeders(struct flow *f, struct node *n)
{
    n->feeder_count = 0;
    n->last_feeder = -1;
    free(n->feeder);
    n->feeder = mem_alloc((f->query_count + 1) * sizeof(struct query *));
    for (size_t i = 0; i < f->query_count; i++) {
        if (n == f->errors ? !f->query[i]->reads_errors : feeds(f->query[i], n)) n->last_feeder = (int)i;
        if (feeds(f->query[i], n)) n->feeder[n->feeder_count++] = f->query[i];
    }
}

bool query_reads(const struct query *q, const struct node *n)
{
    for (int s = 0; s < q->graph->scan_count; s++) {
        if (q->input[s] == n) return true;
    }
    return false;
}

/* Everything downstream of n that closes by its watermark. A stream that is fed and has a WATERMARK of its own moves by
 * its rows, which the inlet cannot foresee: then segments are single rows. */
static void find_closers(struct flow *f, struct node *from, struct node *n, int depth)
{
    if (depth > (int)f->query_count) return;
    for (size_t i = 0; i < f->query_count; i++) {
        struct query *q = f->query[i];
        if (!query_reads(q, n)) continue;
        for (int k = 0; k < q->graph->count; k++) {
            struct operator *op = q->graph->op[k];
            if (!op->class->next_close) continue;
            from->closer = mem_realloc(from->closer, ((size_t)from->closer_count + 1) * sizeof *from->closer);
            from->closer[from->closer_count++] = op;
            from->single |= n != from && n->object->watermark_field >= 0;
        }
        find_closers(f, from, q->target, depth + 1);
    }
}

int topology_update(struct flow *f, struct err *err)
{
    struct visit v = {f, mem_zalloc(f->query_count + 1), mem_alloc((f->query_count + 1) * sizeof(struct query *)), 0};
    int failed = 0;

    for (size_t i = 0; i < f->query_count; i++) f->query[i]->reads_errors = false;
    for (size_t i = 0; !failed && i < f->query_count; i++) failed = place(&v, i, err);
    if (!failed) {
        errors_last(&v);
        if (v.count) memcpy(f->query, v.order, v.count * sizeof(struct query *));
        for (size_t i = 0; i < f->query_count; i++) f->query[i]->number = (int)i;
        for (size_t i = 0; i < f->node_count; i++) {
            struct node *n = f->node[i];
            find_feeders(f, n);
            n->closer_count = 0;
            n->single = false;
            if (n->inlet) find_closers(f, n, n, 0);
        }
    }
    free(v.mark);
    free(v.order);
    return failed;
}
