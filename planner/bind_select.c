/* bind_select.c - queries: select lists, UNION ALL. */
#include "planner/binder.h"

/* Clauses that belong to any kind of query. */
static int refuse_clauses(struct binder *b, const struct select *s)
{
    if (s->with.count) return bind_later(b, s->with.items[0].name.at, "WITH"), -1;
    if (s->order.count) return bind_later(b, s->order.items[0].expr->at, "ORDER BY"), -1;
    if (s->limit) return bind_later(b, s->limit->at, "LIMIT"), -1;
    if (s->offset) return bind_later(b, s->offset->at, "OFFSET"), -1;
    return 0;
}

struct plan *plan_new(struct binder *b, enum plan_kind kind, struct plan *input)
{
    struct plan *p = arena_alloc(b->arena, sizeof *p);

    p->kind = kind;
    if (!input) return p;
    p->inputs = 1;
    p->input = arena_alloc(b->arena, sizeof *p->input);
    p->input[0] = input;
    p->fields = input->fields;
    p->field_count = input->field_count;
    return p;
}

/* ---- the select list ---- */

struct items {
    struct bound **exprs;
    struct field *fields;
    int count;
    struct bound *rowtime; /* `expr AS ROWTIME`, or NULL */
};

static void add_item(struct items *items, struct bound *e, struct field field)
{
    field.type = e->type;
    field.path = field.format = NULL;
    items->exprs[items->count] = e;
    items->fields[items->count++] = field;
}

static int add_star(struct scope *scope, const struct expr *star, struct items *items)
{
    static const char *const window_names[] = {"window_start", "window_end", "window_time"};
    struct source *s = scope->source;
    const struct ident *of = star->name.count ? &star->name.parts[star->name.count - 1] : NULL;

    if (of && (!s->name || !ident_is(of, s->name))) {
        bind_unknown_source(scope, of);
        return -1;
    }
    for (int i = 0; i < s->field_count; i++) {
        if (bind_is_window_column(s, i)) continue;
        add_item(items, bind_source_column(scope->binder, s, i, star->at), s->fields[i]);
    }
    for (int i = 0; i < 3 && s->window[i]; i++) add_item(items, s->window[i], (struct field){.name = window_names[i]});
    return 0;
}

/* The alias, a column's own name, or EXPR$n. */
static struct field item_field(struct scope *scope, const struct select_item *item, const struct bound *e, int place)
{
    const struct ident *id = &item->alias;

    if (!id->text.ptr && item->expr->kind == EXPR_COLUMN) {
        if (e->kind == BOUND_COLUMN && e->column >= 0) return scope->source->plan->fields[e->column];
        id = &item->expr->name.parts[item->expr->name.count - 1];
    }
    if (id->text.ptr) return (struct field){.name = bind_new_name(scope->binder, id), .quoted = id->quoted};
    return (struct field){.name = arena_printf(scope->binder->arena, "EXPR$%d", place)};
}

static int add_rowtime(struct scope *scope, struct bound *e, struct items *items)
{
    if (e->type.kind != TYPE_TIMESTAMP)
        return err_set(scope->binder->err, ERR_TYPE, e->at, "ROWTIME is a TIMESTAMP, this is %s",
                       type_kind_name(e->type.kind));
    if (items->rowtime) return err_set(scope->binder->err, ERR_NAME, e->at, "ROWTIME is there twice");
    items->rowtime = e->kind == BOUND_COLUMN && e->column == PSEUDO_ROWTIME
                         ? bound_new(scope->binder, BOUND_ROWTIME, TYPE_TIMESTAMP, e->at)
                         : e;
    return 0;
}

static int add_one(struct scope *scope, const struct select_item *item, struct items *items)
{
    struct bound *e = bind_expr(scope, item->expr);

    if (!e) return -1;
    if (item->alias.text.ptr && ident_is(&item->alias, "ROWTIME")) return add_rowtime(scope, e, items);
    add_item(items, e, item_field(scope, item, e, items->count));
    return 0;
}

static int bind_items(struct scope *scope, const struct select_items *written, struct items *out)
{
    size_t room = (size_t)written->count;
    struct kept kept = {.count = 0};

    for (int i = 0; i < written->count; i++)
        room += written->items[i].expr->kind == EXPR_STAR ? (size_t)scope->source->field_count + 3 : 0;
    out->exprs = arena_alloc(scope->binder->arena, room * sizeof *out->exprs);
    out->fields = arena_alloc(scope->binder->arena, room * sizeof *out->fields);
    for (int i = 0; i < written->count; i++) {
        const struct select_item *item = &written->items[i];
        int failed = item->expr->kind == EXPR_STAR ? add_star(scope, item->expr, out) : add_one(scope, item, out);
        if (failed && bind_keep(scope->binder, &kept)) break;
    }
    if (bind_kept(scope->binder, &kept)) return -1;
    if (out->count) return 0;
    return err_set(scope->binder->err, ERR_SYNTAX, written->items[0].expr->at,
                   "the select list has no column besides ROWTIME");
}

static int lift_items(struct binder *b, struct grouping *g, struct items *items)
{
    struct kept kept = {.count = 0};

    if (items->rowtime && !(items->rowtime = bind_lift(b, g, items->rowtime))) return -1;
    g->rowtime = items->rowtime;
    for (int i = 0; i < items->count; i++) {
        items->exprs[i] = bind_lift(b, g, items->exprs[i]);
        if (!items->exprs[i] && bind_keep(b, &kept)) break;
    }
    return bind_kept(b, &kept);
}

/* ---- SELECT ... FROM ... ---- */

/* The bound clauses of one SELECT. */
struct clauses {
    struct source source;
    struct bound *where, *having;
    struct grouping grouping;
    struct overs overs;
    struct items items;
};

/* HAVING is for groups: without any, it is a WHERE in the wrong place. */
static int check_having(struct binder *b, const struct select *select, const struct clauses *c)
{
    if (!c->having || select->plain.groups.count || c->grouping.aggregate_count) return 0;
    return err_set(b->err, ERR_SYNTAX, select->plain.having->at,
                   "HAVING is a condition on groups, and this query has none: write WHERE");
}

/* The parts of a query that do not depend on each other: all their errors are found. */
static int bind_parts(struct scope *scope, const struct select *select, struct clauses *c)
{
    struct binder *b = scope->binder;
    struct kept kept = {.count = 0};

    scope->clause = CLAUSE_WHERE;
    if (select->plain.where && !(c->where = bind_condition(scope, select->plain.where, "WHERE")) && bind_keep(b, &kept))
        return -1;
    scope->clause = CLAUSE_GROUP;
    if (bind_groups(scope, select, &c->grouping)) { /* what is above it needs it */
        bind_keep(b, &kept);
        return bind_kept(b, &kept);
    }
    scope->clause = CLAUSE_ITEM;
    if (bind_items(scope, &select->plain.items, &c->items) && bind_keep(b, &kept)) return -1;
    scope->clause = CLAUSE_HAVING;
    if (select->plain.having && !(c->having = bind_condition(scope, select->plain.having, "HAVING")))
        bind_keep(b, &kept);
    return bind_kept(b, &kept);
}

static int bind_clauses(struct binder *b, const struct select *select, struct clauses *c)
{
    struct scope scope = {
        .binder = b, .source = &c->source, .grouping = &c->grouping, .overs = &c->overs, .select = select};

    c->overs.named = &select->plain.windows;
    if (bind_parts(&scope, select, c) || check_having(b, select, c)) return -1;
    c->grouping.grouped = select->plain.groups.count || c->grouping.aggregate_count || c->having;
    if (c->grouping.grouped && c->overs.count) return bind_later(b, select->at, "OVER beside GROUP BY"), -1;
    c->grouping.overs = &c->overs;
    if (c->having && !(c->having = bind_lift(b, &c->grouping, c->having))) return -1;
    return lift_items(b, &c->grouping, &c->items);
}

static struct plan *filtered(struct binder *b, struct plan *input, struct bound *predicate)
{
    struct plan *p = plan_new(b, PLAN_FILTER, input);

    p->predicate = predicate;
    return p;
}

static void set_items(struct plan *project, const struct items *items)
{
    project->fields = items->fields;
    project->field_count = items->count;
    project->exprs = items->exprs;
    project->rowtime = items->rowtime;
}

static struct plan *projected(struct binder *b, struct plan *input, const struct items *items)
{
    struct plan *p = plan_new(b, PLAN_PROJECT, input);

    set_items(p, items);
    return p;
}

static int refuse_plain(struct binder *b, const struct select *s)
{
    if (s->plain.quantifier == QUANTIFIER_DISTINCT) return bind_later(b, s->at, "SELECT DISTINCT"), -1;
    if (s->plain.stagger) return bind_later(b, s->plain.stagger->at, "WINDOWED BY STAGGER"), -1;
    if (!s->plain.from) return bind_later(b, s->at, "a continuous query without FROM"), -1;
    return 0;
}

/* Its rows come one after the other in the order of their stream: no side of a union waits, no window closes. */
static bool comes_in_order(const struct plan *p)
{
    while (p->kind == PLAN_FILTER || p->kind == PLAN_PROJECT) p = p->input[0];
    return p->kind == PLAN_SCAN && p->object->kind == OBJECT_STREAM;
}

static struct plan *bind_plain(struct binder *b, const struct select *select)
{
    struct clauses c = {0};
    struct plan *plan;

    if (refuse_plain(b, select) || bind_source(b, select->plain.from, &c.source) || bind_clauses(b, select, &c))
        return NULL;
    plan = c.source.plan;
    if (c.where) plan = filtered(b, plan, c.where);
    if (c.grouping.grouped) plan = bind_group_plan(b, &c.grouping, plan);
    if (c.having) plan = filtered(b, plan, c.having);
    plan = bind_over_plan(b, &c.overs, plan);
    plan = projected(b, plan, &c.items);
    plan->ascending = plan->rowtime && b->ctx->dialect == DIALECT_KINESIS && comes_in_order(plan->input[0]);
    return plan;
}

/* ---- UNION ALL ---- */

/* The old service cuts texts that are too long for their columns; how many it were is counted. */
static int find_cuts(struct binder *b, struct plan *plan, const struct field *to, struct plan *out)
{
    out->cuts = arena_alloc(b->arena, (size_t)plan->field_count * sizeof *out->cuts + 1);
    for (int i = 0; i < plan->field_count && b->ctx->dialect == DIALECT_KINESIS; i++) {
        struct bound *have =
            plan->kind == PLAN_PROJECT ? plan->exprs[i] : bound_input_column(b, &plan->fields[i], i, -1);
        struct bound *length;
        if (!bind_may_cut(have->type, to[i].type)) continue;
        if (!(length = bind_function(b, have->at, "CHAR_LENGTH", 1, &have))) return -1;
        length = bind_function(b, have->at, ">", 2,
                               (struct bound *[]){length, bound_int(b, TYPE_INTEGER, to[i].type.length, have->at)});
        if (!length) return -1;
        out->cuts[out->cut_count++] = length;
    }
    return 0;
}

struct plan *bind_recast(struct binder *b, struct plan *plan, const struct field *to)
{
    bool project = plan->kind == PLAN_PROJECT, same = true;
    struct plan *cast = plan_new(b, PLAN_PROJECT, project ? plan->input[0] : plan);
    struct items items = {.rowtime = plan->rowtime};

    items.exprs = arena_alloc(b->arena, (size_t)plan->field_count * sizeof *items.exprs);
    items.fields = arena_alloc(b->arena, (size_t)plan->field_count * sizeof *items.fields);
    for (int i = 0; i < plan->field_count; i++) {
        struct bound *have = project ? plan->exprs[i] : bound_input_column(b, &plan->fields[i], i, -1);
        struct bound *e = bind_assign(b, have, &to[i]);
        if (!e) return NULL;
        same &= e == have;
        add_item(&items, e, plan->fields[i]);
    }
    if (same) return plan;
    set_items(cast, &items);
    cast->insert_only = plan->insert_only;
    if (find_cuts(b, plan, to, cast)) return NULL;
    cast->ascending = plan->ascending;
    return cast;
}

/* The operands of UNION ALL, from left to right, however they are nested. */
struct operands {
    const struct select **select;
    struct plan **plan;
    int count;
};

static int count_operands(const struct select *s)
{
    return s->kind == SELECT_UNION ? count_operands(s->set.left) + count_operands(s->set.right) : 1;
}

static int bind_operands(struct binder *b, const struct select *s, struct operands *out)
{
    if (refuse_clauses(b, s)) return -1;
    if (s->kind == SELECT_UNION) {
        if (s->set.quantifier != QUANTIFIER_ALL) return bind_later(b, s->set.right->at, "UNION without ALL"), -1;
        return bind_operands(b, s->set.left, out) || bind_operands(b, s->set.right, out) ? -1 : 0;
    }
    out->select[out->count] = s;
    return (out->plan[out->count++] = bind_select(b, s)) ? 0 : -1;
}

/* Widens the types of `fields`, the columns of the operands so far, to hold the next one's. */
static int unite_types(struct binder *b, const struct plan *next, int at, struct field *fields, int count)
{
    if (next->field_count != count) {
        return err_set(b->err, ERR_TYPE, at, "UNION ALL of %d and %d columns", count, next->field_count);
    }
    for (int i = 0; i < count; i++) {
        struct type *type = &fields[i].type;
        if (!bind_common(b, *type, next->fields[i].type, type)) continue;
        return err_set(b->err, ERR_TYPE, at, "UNION ALL: column \"%s\" is %s before and %s here", next->fields[i].name,
                       type_kind_name(type->kind), type_kind_name(next->fields[i].type.kind));
    }
    return 0;
}

/* Names come from the first operand. */
static struct plan *united(struct binder *b, struct operands *u)
{
    struct plan *p = plan_new(b, PLAN_UNION, NULL);

    p->inputs = u->count;
    p->input = u->plan;
    p->field_count = u->plan[0]->field_count;
    p->fields = arena_alloc(b->arena, (size_t)p->field_count * sizeof *p->fields);
    for (int i = 0; i < p->field_count; i++) {
        p->fields[i] = u->plan[0]->fields[i];
        p->fields[i].not_null = false;
    }
    for (int i = 1; i < u->count; i++) {
        if (unite_types(b, u->plan[i], u->select[i]->at, p->fields, p->field_count)) return NULL;
    }
    for (int i = 0; i < u->count; i++) {
        if (!(u->plan[i] = bind_recast(b, u->plan[i], p->fields))) return NULL;
    }
    return p;
}

static struct plan *bind_union(struct binder *b, const struct select *s)
{
    size_t count = (size_t)count_operands(s);
    struct operands u = {arena_alloc(b->arena, count * sizeof *u.select), arena_alloc(b->arena, count * sizeof *u.plan),
                         0};

    return bind_operands(b, s, &u) ? NULL : united(b, &u);
}

/* ---- any query ---- */

struct plan *bind_select(struct binder *b, const struct select *select)
{
    if (refuse_clauses(b, select)) return NULL;
    switch (select->kind) {
    case SELECT_PLAIN: return bind_plain(b, select);
    case SELECT_UNION: return bind_union(b, select);
    case SELECT_VALUES: return bind_later(b, select->at, "VALUES in a query");
    case SELECT_EXCEPT: return bind_later(b, select->set.right->at, "EXCEPT");
    case SELECT_INTERSECT: return bind_later(b, select->set.right->at, "INTERSECT");
    }
    return NULL;
}
