/* topology.c - see topology.h; and the life of a flow: queries come, go and move, state is saved and loaded. */
#include "runtime/topology.h"
#include "runtime/view.h"

#include <assert.h>
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

static bool reads(const struct query *q, const struct node *n)
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
        if (!reads(q, n)) continue;
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
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->node[i]->object->id == o->id) return f->node[i];
    }
    struct node *n = node_new(f, o);
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
        if (f->query[i]->target == n || reads(f->query[i], n)) return true;
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

static struct query *query_of(const struct flow *f, uint32_t id)
{
    for (size_t i = 0; i < f->query_count; i++) {
        if (f->query[i]->object->id == id) return f->query[i];
    }
    return NULL;
}

bool flow_has(const struct flow *f, uint32_t query)
{
    return query_of(f, query) != NULL;
}

struct operator *flow_end_of(struct flow *f, uint32_t query)
{
    struct query *q = query_of(f, query);

    return q ? q->graph->end : NULL;
}

struct flow_counts flow_counts(const struct flow *f, uint32_t query)
{
    const struct query *q = query_of(f, query);

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

/* A stream that nothing has fed there yet has come as far as the moved query brought it. */
static void adopt_target(struct query *q, struct node *to)
{
    if (to->memory.watermark == USEC_MIN && to->memory.max_time == USEC_MIN) to->memory = q->target->memory;
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
    return topology_update(to, err);
}

/* A section: u32 object id, u32 length, bytes. */
static size_t section_begin(struct buf *out, uint32_t id)
{
    uint32_t head[2] = {id, 0};

    buf_put(out, head, sizeof head);
    return out->len;
}

static void section_end(struct buf *out, size_t begin)
{
    put_u32(out->ptr + begin - 4, (uint32_t)(out->len - begin));
}

enum { SECTION_INLET = 1, SECTION_NODE = 2, SECTION_QUERY = 3 };

void flow_save(struct flow *f, struct buf *out)
{
    buf_put(out, &f->merge, sizeof f->merge);
    buf_put(out, &f->unread, sizeof f->unread);
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        uint8_t kind = n->inlet ? SECTION_INLET : SECTION_NODE;
        size_t at;
        buf_putc(out, (char)kind);
        at = section_begin(out, n->object->id);
        buf_put(out, &n->memory, sizeof n->memory);
        if (n->inlet) buf_put(out, &n->inlet->memory, sizeof n->inlet->memory);
        section_end(out, at);
    }
    for (size_t i = 0; i < f->query_count; i++) {
        struct query *q = f->query[i];
        size_t at;
        buf_putc(out, SECTION_QUERY);
        at = section_begin(out, q->object->id);
        buf_put(out, &q->counts, sizeof q->counts);
        graph_save(q->graph, out);
        section_end(out, at);
    }
}

static int load_section(struct flow *f, int kind, uint32_t id, struct str bytes, struct err *err)
{
    struct query *q = kind == SECTION_QUERY ? query_of(f, id) : NULL;

    if (kind == SECTION_QUERY) {
        if (!q || bytes.len < sizeof q->counts)
            return err_set(err, ERR_DAMAGED, -1, "the checkpoint names an unknown query");
        memcpy(&q->counts, bytes.ptr, sizeof q->counts);
        return graph_load(q->graph, str_of(bytes.ptr + sizeof q->counts, bytes.len - sizeof q->counts), err);
    }
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        if (n->object->id != id) continue;
        if (bytes.len < sizeof n->memory + (kind == SECTION_INLET ? sizeof n->inlet->memory : 0)) break;
        memcpy(&n->memory, bytes.ptr, sizeof n->memory);
        if (n->inlet && kind == SECTION_INLET)
            memcpy(&n->inlet->memory, bytes.ptr + sizeof n->memory, sizeof n->inlet->memory);
        return 0;
    }
    return err_set(err, ERR_DAMAGED, -1, "the checkpoint names an unknown stream");
}

int flow_load(struct flow *f, struct str saved, struct err *err)
{
    size_t head = sizeof f->merge + sizeof f->unread;

    if (saved.len < head) return err_set(err, ERR_DAMAGED, -1, "the saved state is too short");
    memcpy(&f->merge, saved.ptr, sizeof f->merge);
    memcpy(&f->unread, saved.ptr + sizeof f->merge, sizeof f->unread);
    for (saved = str_of(saved.ptr + head, saved.len - head); saved.len;) {
        uint32_t id = saved.len >= 9 ? get_u32(saved.ptr + 1) : 0, len = saved.len >= 9 ? get_u32(saved.ptr + 5) : 0;
        if (saved.len < 9 || saved.len - 9 < len) return err_set(err, ERR_DAMAGED, -1, "the saved state is cut short");
        if (load_section(f, saved.ptr[0], id, str_of(saved.ptr + 9, len), err)) return -1;
        saved = str_of(saved.ptr + 9 + len, saved.len - 9 - len);
    }
    return 0;
}
