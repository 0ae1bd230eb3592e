/* build_query.c - constructors of queries (build.h). */
#include "parser/build.h"

#include <string.h>

#include "parser/report.h"

struct select *build_select(struct parse *parse, enum select_kind kind, struct span span)
{
    struct select *select = arena_alloc(parse->arena, sizeof *select);

    select->kind = kind;
    select->at = span.at;
    select->end = span.end;
    return select;
}

/* ---- depth ---- */

static void reach(int *deepest, int depth)
{
    if (depth > *deepest) *deepest = depth;
}

static void reach_expr(int *deepest, const struct expr *e)
{
    if (e) reach(deepest, e->depth);
}

static void reach_exprs(int *deepest, struct exprs exprs)
{
    for (int i = 0; i < exprs.count; i++) reach_expr(deepest, exprs.items[i]);
}

static void reach_sorts(int *deepest, struct sorts sorts)
{
    for (int i = 0; i < sorts.count; i++) {
        reach_expr(deepest, sorts.items[i].expr);
        reach_expr(deepest, sorts.items[i].within);
    }
}

static void reach_over(int *deepest, const struct over *over)
{
    reach_exprs(deepest, over->partition);
    reach_sorts(deepest, over->order);
    reach_expr(deepest, over->start.offset);
    reach_expr(deepest, over->finish.offset);
}

static void reach_plain(int *deepest, const struct select *select)
{
    for (int i = 0; i < select->plain.items.count; i++) reach_expr(deepest, select->plain.items.items[i].expr);
    if (select->plain.from) reach(deepest, select->plain.from->depth);
    reach_expr(deepest, select->plain.where);
    for (int i = 0; i < select->plain.groups.count; i++) reach_exprs(deepest, select->plain.groups.items[i].exprs);
    if (select->plain.stagger) {
        reach_exprs(deepest, select->plain.stagger->keys);
        reach_expr(deepest, select->plain.stagger->size);
    }
    reach_expr(deepest, select->plain.having);
    for (int i = 0; i < select->plain.windows.count; i++) reach_over(deepest, &select->plain.windows.items[i].over);
}

static void reach_body(int *deepest, const struct select *select)
{
    switch (select->kind) {
    case SELECT_PLAIN: reach_plain(deepest, select); break;
    case SELECT_VALUES:
        for (int i = 0; i < select->values.count; i++) reach_exprs(deepest, select->values.items[i].values);
        break;
    case SELECT_UNION:
    case SELECT_EXCEPT:
    case SELECT_INTERSECT:
        reach(deepest, select->set.left->depth);
        reach(deepest, select->set.right->depth);
        break;
    }
}

void build_select_done(struct parse *parse, struct select *select)
{
    int deepest = 0;

    reach_body(&deepest, select);
    for (int i = 0; i < select->with.count; i++) reach(&deepest, select->with.items[i].select->depth);
    reach_sorts(&deepest, select->order);
    reach_expr(&deepest, select->limit);
    reach_expr(&deepest, select->offset);
    select->depth = deepest + 1;
    if (select->depth > PARSE_DEPTH_MAX) report_too_deep(parse, select->at);
}

void build_table_done(struct parse *parse, struct table_ref *ref)
{
    int deepest = 0;

    switch (ref->kind) {
    case TABLE_NAMED: break;
    case TABLE_SUBQUERY: reach(&deepest, ref->select->depth); break;
    case TABLE_FUNCTION:
    case TABLE_UNNEST: reach_expr(&deepest, ref->call); break;
    case TABLE_JOIN:
        reach(&deepest, ref->join.left->depth);
        reach(&deepest, ref->join.right->depth);
        reach_expr(&deepest, ref->join.on);
        break;
    }
    if (ref->over) reach_over(&deepest, ref->over);
    reach_expr(&deepest, ref->as_of);
    ref->depth = deepest + 1;
    if (ref->depth > PARSE_DEPTH_MAX) report_too_deep(parse, ref->at);
}

/* ---- selects ---- */

struct select *build_set(struct parse *parse, enum select_kind kind, enum quantifier quantifier, struct select *left,
                         struct select *right)
{
    struct select *select = build_select(parse, kind, (struct span){left->at, right->end});

    select->set.quantifier = quantifier == QUANTIFIER_DISTINCT ? QUANTIFIER_NONE : quantifier;
    select->set.left = left;
    select->set.right = right;
    build_select_done(parse, select);
    return select;
}

struct tail *build_tail(struct parse *parse)
{
    return arena_alloc(parse->arena, sizeof(struct tail));
}

/* (SELECT ... LIMIT 1) ORDER BY x would give one select two orders. */
static bool has_clauses(const struct select *select)
{
    return select->with.count || select->order.count || select->limit || select->offset;
}

struct select *build_clauses(struct parse *parse, struct select *select, struct ctes with, const struct tail *tail,
                             struct span span)
{
    if (has_clauses(select))
        parse_fail(parse, ERR_SYNTAX, span.at,
                   "a query in parentheses has its own WITH, ORDER BY or LIMIT: write SELECT * FROM (...)");
    select->with = with;
    if (tail) {
        select->order = tail->order;
        select->limit = tail->limit;
        select->offset = tail->offset;
    }
    select->at = span.at;
    select->end = span.end;
    build_select_done(parse, select);
    return select;
}

struct trailer *build_clause(struct parse *parse, struct span span)
{
    struct trailer *clause = arena_alloc(parse->arena, sizeof *clause);

    clause->span = span;
    return clause;
}

struct trailer *build_trailer(struct parse *parse, struct trailer *before, const struct trailer *clause)
{
    if (!before) before = build_clause(parse, clause->span);
    build_once(parse, before->lateness, clause->lateness, clause->span, "ALLOW LATENESS");
    build_once(parse, before->emit, clause->emit, clause->span, "EMIT");
    build_once(parse, before->options.count, clause->options.count, clause->span, "WITH");
    if (clause->lateness) before->lateness = clause->lateness;
    if (clause->options.count) before->options = clause->options;
    if (clause->emit) {
        before->emit = clause->emit;
        before->emit_every = clause->emit_every;
    }
    return before;
}

struct select *build_trailed(struct parse *parse, struct select *select, const struct trailer *trailer,
                             struct span span)
{
    (void)parse;
    select->lateness = trailer->lateness;
    select->emit = trailer->emit;
    select->emit_every = trailer->emit_every;
    select->options = trailer->options;
    select->end = span.end;
    return select;
}

/* ---- GROUP BY ---- */

static bool is_call_of(const struct expr *e, const char *word)
{
    return e->kind == EXPR_CALL && e->call.form == CALL_PLAIN && e->call.name.count == 1 &&
           str_equal_nocase(e->call.name.parts[0].text, str_lit(word));
}

/* ROLLUP and CUBE were read as calls: they are no keywords. */
struct group_by build_group(struct parse *parse, struct expr *e)
{
    struct group_by group = {GROUP_EXPR, e->at, e->end, {0}};

    if (is_call_of(e, "ROLLUP")) group.kind = GROUP_ROLLUP;
    if (is_call_of(e, "CUBE")) group.kind = GROUP_CUBE;
    if (group.kind == GROUP_EXPR) {
        LIST_ADD(parse, group.exprs, e);
        return group;
    }
    for (int i = 0; i < e->call.args.count; i++) LIST_ADD(parse, group.exprs, e->call.args.items[i].value);
    return group;
}

struct stagger *build_stagger(struct parse *parse, struct exprs keys, struct expr *size, struct span span)
{
    struct stagger *stagger = arena_alloc(parse->arena, sizeof *stagger);

    *stagger = (struct stagger){span.at, span.end, keys, size};
    return stagger;
}

/* ---- FROM ---- */

struct table_ref *build_table(struct parse *parse, enum table_kind kind, struct span span)
{
    struct table_ref *ref = arena_alloc(parse->arena, sizeof *ref);

    ref->kind = kind;
    ref->at = span.at;
    ref->end = span.end;
    ref->depth = 1;
    return ref;
}

struct table_ref *build_named_table(struct parse *parse, struct name name, struct span span)
{
    struct table_ref *ref = build_table(parse, TABLE_NAMED, span);

    ref->name = name;
    return ref;
}

struct table_ref *build_table_call(struct parse *parse, struct expr *call, struct span span)
{
    struct table_ref *ref = build_table(parse, is_call_of(call, "UNNEST") ? TABLE_UNNEST : TABLE_FUNCTION, span);

    if (call->kind != EXPR_CALL) parse_fail(parse, ERR_SYNTAX, span.at, "DESCRIPTOR is no table");
    ref->call = call;
    build_table_done(parse, ref);
    return ref;
}

struct table_ref *build_alias(struct parse *parse, struct table_ref *ref, struct alias alias, struct over *over,
                              struct span span)
{
    ref->alias = alias.name;
    ref->columns = alias.columns;
    ref->over = over;
    ref->at = span.at;
    ref->end = span.end;
    build_table_done(parse, ref);
    return ref;
}

struct table_ref *build_join(struct parse *parse, enum join_kind kind, struct table_ref *left, struct table_ref *right)
{
    struct table_ref *join = build_table(parse, TABLE_JOIN, (struct span){left->at, right->end});

    join->join.kind = kind;
    join->join.left = left;
    join->join.right = right;
    build_table_done(parse, join);
    return join;
}

void build_join_done(struct parse *parse, struct table_ref *join, struct span span)
{
    join->end = span.end;
    build_table_done(parse, join);
}
