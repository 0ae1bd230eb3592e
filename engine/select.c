/* select.c - SELECT STREAM as a statement of its own: a query of a session, in memory alone.
 *
 * It is a group of its own that reads its sources from their beginning, up to where the main group stands, and then
 * goes on behind it. Nothing of it is journalled: what it gives goes to the handler of its statement as soon as an
 * epoch of it ends, and a crash ends it. The views that it reads become part of it. Rows with an error are left out.
 * It ends when its handler says so, and when any object is dropped. */
#include "engine/epoch.h"

#include <stdlib.h>
#include <string.h>

struct select_query {
    struct group group;
    struct object *object; /* a derived stream that is in no catalogue */
    rows_handler handler;
    void *arg;
    const char **names;  /* of its columns; of a changelog also _weight */
    struct rowset *rows; /* of the running epoch */
    bool over;
    struct select_query *next;
};

static void query_free(struct select_query *q)
{
    readings_close(&q->group);
    intake_free(q->group.intake);
    flow_free(q->group.flow);
    rowset_free(q->rows);
    object_free(q->object);
    free(q->names);
    free(q);
}

void selects_end(struct engine *e)
{
    while (e->selects) {
        struct select_query *q = e->selects;
        e->selects = q->next;
        query_free(q);
    }
}

/* ---- beginning ---- */

/* A scan of a view becomes the view's own plan under a projection. */
static void inline_views(struct plan *p, struct arena *arena)
{
    struct bound **exprs;

    for (int i = 0; i < p->inputs; i++) inline_views(p->input[i], arena);
    if (p->kind != PLAN_SCAN || p->object->kind != OBJECT_VIEW) return;
    exprs = arena_alloc(arena, ((size_t)p->field_count + 1) * sizeof *exprs);
    for (int i = 0; i < p->field_count; i++) {
        exprs[i] = arena_alloc(arena, sizeof **exprs);
        *exprs[i] =
            (struct bound){.kind = BOUND_COLUMN, .type = p->fields[i].type, .at = -1, .column = p->scan_column[i]};
    }
    p->input = arena_alloc(arena, sizeof *p->input);
    p->input[0] = p->object->plan;
    p->inputs = 1;
    p->kind = PLAN_PROJECT;
    p->exprs = exprs;
    inline_views(p->input[0], arena);
}

static struct object *bind_select_stream(struct engine *e, const struct statement *s, struct err *err)
{
    struct bind_context ctx = session_context(e);
    struct ident name = {.text = str_lit("SELECT")};
    struct statement create = {.kind = STATEMENT_CREATE_STREAM, .at = s->at, .end = s->end};
    struct object *o;

    create.name = (struct name){.parts = &name, .count = 1};
    create.create_stream.select = s->select;
    o = bind_create(&ctx, &create, err);
    if (o) o->id = UINT32_MAX;
    return o;
}

static int take_rows(void *query, const struct object *stream, const struct batch *rows, const struct text *record,
                     struct err *err)
{
    struct select_query *q = query;

    (void)record;
    (void)err;
    if (stream == q->object) rowset_add_batch(q->rows, rows);
    return 0;
}

static struct select_query *query_new(struct engine *e, struct object *o)
{
    struct select_query *q = mem_zalloc(sizeof *q);
    struct flow_options options = {.append = take_rows, .append_arg = q, .error_stream = e->errors};

    q->object = o;
    q->group.id = o->id;
    q->group.ordinal = 1;
    q->group.query = q;
    q->group.flow = flow_new(&options);
    q->rows = rowset_for(o->fields, o->field_count);
    q->names = mem_alloc(((size_t)o->field_count + 1) * sizeof *q->names);
    for (int i = 0; i < o->field_count; i++) q->names[i] = o->fields[i].name;
    q->names[o->field_count] = "_weight";
    return q;
}

static int query_start(struct engine *e, struct select_query *q, struct err *err)
{
    struct inlet *in;

    if (flow_add(q->group.flow, e->catalog, q->object, err)) return -1;
    for (int i = 0; (in = flow_inlet(q->group.flow, i)) != NULL; i++) {
        if (build_begin_inlet(e, &q->group, in, err)) return -1;
    }
    return 0;
}

static int column_count(const struct select_query *q)
{
    return q->object->field_count + q->object->changelog;
}

int select_begin(struct engine *e, const struct statement *s, rows_handler handler, void *arg, struct err *err)
{
    struct object *o = bind_select_stream(e, s, err);
    struct select_query *q;

    if (!o) return -1;
    inline_views(o->plan, o->arena);
    q = query_new(e, o);
    q->handler = handler;
    q->arg = arg;
    if (query_start(e, q, err)) {
        query_free(q);
        return -1;
    }
    q->next = e->selects;
    e->selects = q;
    if (handler) q->over = handler(arg, &(struct rows){.columns = column_count(q), .name = q->names});
    return 0;
}

/* ---- running ---- */

static void deliver(struct select_query *q)
{
    const struct object *o = q->object;
    struct relation_value *values = mem_alloc(((size_t)o->field_count + 1) * sizeof *values);
    struct rows row = {.columns = column_count(q), .name = q->names, .value = values};
    struct batch b;

    for (int first = 0, n; (n = rowset_batch(q->rows, first, &b)) > 0; first += n) {
        for (int i = 0; i < n && !q->over; i++) {
            for (int c = 0; c < o->field_count; c++) relation_value_at(&b.column[c], i, o->fields[c].type, &values[c]);
            values[o->field_count] = (struct relation_value){.type = type_of(TYPE_BIGINT), .i = b.weight[i]};
            q->over = !q->handler || q->handler(q->arg, &row);
        }
    }
    rowset_clear(q->rows);
    free(values);
}

int select_finish(struct select_query *q, struct err *err)
{
    if (flow_finish(q->group.flow, err)) return -1;
    deliver(q);
    return 0;
}

/* Takes out those that have ended. */
static void drop_over(struct engine *e)
{
    for (struct select_query **at = &e->selects, *q; (q = *at) != NULL;) {
        if (!q->over) {
            at = &q->next;
            continue;
        }
        *at = q->next;
        query_free(q);
    }
}

static void give_up(struct engine *e, struct select_query *q, const struct err *err)
{
    engine_warn(e, "SELECT STREAM ended: %s", err->text);
    q->over = true;
}

int selects_step(struct engine *e)
{
    int any = 0;
    struct err err;

    for (struct select_query *q = e->selects; q; q = q->next) {
        int did = q->over ? 0 : epoch_step(e, &q->group, &err);
        if (did < 0) give_up(e, q, &err);
        any |= did > 0;
    }
    drop_over(e);
    return any;
}

void selects_close_streams(struct engine *e, uint32_t stream)
{
    struct err err;

    for (struct select_query *q = e->selects; q; q = q->next) {
        struct epoch ep = epoch_new(e, &q->group, EPOCH_END);
        ep.stream = stream;
        ep.clock = journal_clock(e->journal);
        flow_begin(q->group.flow);
        if (epoch_run_end(e, &q->group, &ep, &err) || select_finish(q, &err)) give_up(e, q, &err);
    }
    drop_over(e);
}
