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

/* The search for what closes by the watermark of `from`. A query is gone through once, and a second time when it is
 * also reached through a stream that has a WATERMARK of its own. */
struct closing {
    struct flow *f;
    struct node *from;
    uint8_t *seen; /* per query: bits of enum seen */
};

enum seen { SEEN = 1, SEEN_BEHIND_OWN = 2 };

static bool has_closer(const struct graph *g)
{
    for (int k = 0; k < g->count; k++) {
        if (g->op[k]->class->next_close) return true;
    }
    return false;
}

static void add_closers(struct node *from, const struct graph *g)
{
    for (int k = 0; k < g->count; k++) {
        if (!g->op[k]->class->next_close) continue;
        from->closer = mem_realloc(from->closer, ((size_t)from->closer_count + 1) * sizeof *from->closer);
        from->closer[from->closer_count++] = g->op[k];
    }
}

/* Everything downstream of n that closes by its watermark. A stream that is fed and has a WATERMARK of its own moves by
 * its rows, which the inlet cannot foresee: then segments are single rows. */
static void find_closers(struct closing *c, const struct node *n, int seen)
{
    if (n != c->from && n->object->watermark_field >= 0) seen |= SEEN_BEHIND_OWN;
    for (size_t i = 0; i < c->f->query_count; i++) {
        struct query *q = c->f->query[i];

        if (!query_reads(q, n) || (c->seen[i] & seen) == seen) continue;
        if (!c->seen[i]) add_closers(c->from, q->graph);
        c->from->single |= seen & SEEN_BEHIND_OWN && has_closer(q->graph);
        c->seen[i] |= (uint8_t)seen;
        find_closers(c, q->target, seen);
    }
}

static void find_all_closers(struct flow *f, struct node *from)
{
    struct closing c = {f, from, mem_zalloc(f->query_count + 1)};

    from->closer_count = 0;
    from->single = false;
    if (from->inlet) find_closers(&c, from, SEEN);
    free(c.seen);
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
            find_feeders(f, f->node[i]);
            find_all_closers(f, f->node[i]);
        }
    }
    free(v.mark);
    free(v.order);
    return failed;
}
