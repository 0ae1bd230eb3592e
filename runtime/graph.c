/* graph.c - see graph.h. */
#include "runtime/graph.h"

#include <assert.h>
#include <stdlib.h>

static void count_nodes(const struct plan *plan, int *ops, int *scans)
{
    (*ops)++;
    *scans += plan->kind == PLAN_SCAN;
    for (int i = 0; i < plan->inputs; i++) count_nodes(plan->input[i], ops, scans);
}

static struct operator *make(const struct plan *plan)
{
    switch (plan->kind) {
    case PLAN_SCAN: return op_scan_new(plan);
    case PLAN_FILTER: return op_filter_new(plan);
    case PLAN_PROJECT: return op_project_new(plan);
    case PLAN_UNION: return op_union_new(plan->inputs);
    case PLAN_AGGREGATE: return op_aggregate_new(plan);
    case PLAN_OVER: return op_over_new(plan);
    }
    return NULL;
}

static struct operator *add(struct graph *g, const struct plan *plan, struct query_context *context)
{
    struct operator *op = make(plan);

    op->context = context;
    for (int i = 0; i < plan->inputs; i++) {
        struct operator *from = add(g, plan->input[i], context);
        from->next = op;
        from->next_side = i;
    }
    if (plan->kind == PLAN_SCAN) g->scan[g->scan_count++] = (struct graph_scan){plan, op};
    g->op[g->count++] = op;
    return op;
}

static int check_nodes(const struct plan *plan, struct err *err)
{
    if (plan->kind == PLAN_AGGREGATE && op_aggregate_check(plan, err)) return -1;
    if (plan->kind == PLAN_OVER && op_over_check(plan, err)) return -1;
    for (int i = 0; i < plan->inputs; i++) {
        if (check_nodes(plan->input[i], err)) return -1;
    }
    return 0;
}

int graph_check(const struct plan *plan, enum graph_end end, struct err *err)
{
    return (end == GRAPH_VIEW && op_view_check(plan, err)) || check_nodes(plan, err) ? -1 : 0;
}

struct graph *graph_new(const struct plan *plan, enum graph_end end, struct query_context *context)
{
    struct graph *g = mem_zalloc(sizeof *g);
    int ops = 1, scans = 0;
    struct operator *last;

    count_nodes(plan, &ops, &scans);
    g->op = mem_alloc((size_t)ops * sizeof *g->op);
    g->scan = mem_alloc((size_t)scans * sizeof *g->scan);
    last = add(g, plan, context);
    g->end = end == GRAPH_VIEW ? op_view_new(plan) : op_collect_new(plan);
    g->end->context = context;
    last->next = g->end;
    g->op[g->count++] = g->end;
    assert(g->count == ops && g->scan_count == scans);
    return g;
}

void graph_free(struct graph *g)
{
    if (!g) return;
    for (int i = 0; i < g->count; i++) operator_free(g->op[i]);
    free(g->op);
    free(g->scan);
    free(g);
}

void graph_save(struct graph *g, struct buf *out)
{
    for (int i = 0; i < g->count; i++) {
        size_t at = out->len;
        uint32_t len = 0;
        buf_put(out, &len, sizeof len);
        if (g->op[i]->class->save) g->op[i]->class->save(g->op[i], out);
        put_u32(out->ptr + at, (uint32_t)(out->len - at - sizeof len));
    }
}

int graph_load(struct graph *g, struct str saved, struct err *err)
{
    for (int i = 0; i < g->count; i++) {
        const struct operator_class *class = g->op[i]->class;
        uint32_t len = saved.len >= 4 ? get_u32(saved.ptr) : 0;

        if (saved.len < 4 || saved.len - 4 < len)
            return err_set(err, ERR_DAMAGED, -1, "the saved state of a query is too short");
        if (class->load && class->load(g->op[i], str_of(saved.ptr + 4, len), err)) return -1;
        saved = str_of(saved.ptr + 4 + len, saved.len - 4 - len);
    }
    if (saved.len) return err_set(err, ERR_DAMAGED, -1, "the saved state of a query is too long");
    return 0;
}

struct pages *graph_pages(struct graph *g, int n)
{
    for (int i = 0; i < g->count; i++) {
        struct pages *p = NULL;
        int k = 0;

        if (!g->op[i]->class->pages) continue;
        while ((p = g->op[i]->class->pages(g->op[i], k)) != NULL && n > 0) {
            k++;
            n--;
        }
        if (p) return p;
    }
    return NULL;
}
