/* unparse_query.c - queries as SQL (see unparse.h). */
#include "parser/unparse.h"

static void put_clause(struct buf *out, const char *word, const struct expr *e)
{
    if (!e) return;
    buf_puts(out, word);
    unparse_expr(out, e);
}

static void put_columns(struct buf *out, const struct idents *columns)
{
    if (!columns->count) return;
    buf_puts(out, " (");
    unparse_idents(out, columns);
    buf_putc(out, ')');
}

static void put_subquery(struct buf *out, const struct select *select)
{
    buf_putc(out, '(');
    unparse_select(out, select);
    buf_putc(out, ')');
}

/* ---- FROM ---- */

static void put_ref(struct buf *out, const struct table_ref *ref);

static void put_join_words(struct buf *out, enum join_kind kind, bool natural)
{
    static const char *const words[] = {
        [JOIN_INNER] = "JOIN ",     [JOIN_LEFT] = "LEFT JOIN ",   [JOIN_RIGHT] = "RIGHT JOIN ",
        [JOIN_FULL] = "FULL JOIN ", [JOIN_CROSS] = "CROSS JOIN ", [JOIN_COMMA] = ", ",
    };

    if (kind != JOIN_COMMA) buf_putc(out, ' ');
    if (natural) buf_puts(out, "NATURAL ");
    buf_puts(out, words[kind]);
}

static void put_join(struct buf *out, const struct table_ref *join)
{
    bool wrap = join->join.right->kind == TABLE_JOIN && join->join.kind != JOIN_COMMA;

    put_ref(out, join->join.left);
    put_join_words(out, join->join.kind, join->join.natural);
    if (wrap) buf_putc(out, '(');
    put_ref(out, join->join.right);
    if (wrap) buf_putc(out, ')');
    put_clause(out, " ON ", join->join.on);
    if (join->join.using.count) buf_puts(out, " USING");
    put_columns(out, &join->join.using);
}

static void put_source(struct buf *out, const struct table_ref *ref)
{
    if (ref->lateral) buf_puts(out, "LATERAL ");
    switch (ref->kind) {
    case TABLE_NAMED: unparse_name(out, &ref->name); break;
    case TABLE_SUBQUERY: put_subquery(out, ref->select); break;
    case TABLE_FUNCTION:
    case TABLE_UNNEST: unparse_expr(out, ref->call); break;
    case TABLE_JOIN: put_join(out, ref); break;
    }
    if (ref->final) buf_puts(out, " FINAL");
    if (ref->ordinality) buf_puts(out, " WITH ORDINALITY");
    put_clause(out, " FOR SYSTEM_TIME AS OF ", ref->as_of);
}

static void put_ref(struct buf *out, const struct table_ref *ref)
{
    put_source(out, ref);
    if (ref->over) {
        buf_puts(out, " OVER ");
        unparse_over(out, ref->over);
    }
    if (!ref->alias.text.ptr) return;
    buf_puts(out, " AS ");
    unparse_ident(out, &ref->alias);
    put_columns(out, &ref->columns);
}

/* ---- the clauses of a plain SELECT ---- */

static void put_items(struct buf *out, const struct select_items *items)
{
    for (int i = 0; i < items->count; i++) {
        if (i) buf_puts(out, ", ");
        unparse_expr(out, items->items[i].expr);
        if (!items->items[i].alias.text.ptr) continue;
        buf_puts(out, " AS ");
        unparse_ident(out, &items->items[i].alias);
    }
}

static void put_group(struct buf *out, const struct group_by *group)
{
    static const char *const words[] = {
        [GROUP_EXPR] = "", [GROUP_ROLLUP] = "ROLLUP(", [GROUP_CUBE] = "CUBE(", [GROUP_SETS] = "GROUPING SETS ("};

    buf_puts(out, words[group->kind]);
    unparse_exprs(out, &group->exprs);
    if (group->kind != GROUP_EXPR) buf_putc(out, ')');
}

static void put_groups(struct buf *out, const struct groups *groups)
{
    for (int i = 0; i < groups->count; i++) {
        buf_puts(out, i ? ", " : " GROUP BY ");
        put_group(out, &groups->items[i]);
    }
}

static void put_stagger(struct buf *out, const struct stagger *stagger)
{
    if (!stagger) return;
    buf_puts(out, " WINDOWED BY STAGGER (");
    if (stagger->keys.count) buf_puts(out, "PARTITION BY ");
    unparse_exprs(out, &stagger->keys);
    put_clause(out, stagger->keys.count ? " RANGE " : "RANGE ", stagger->size);
    buf_putc(out, ')');
}

static void put_windows(struct buf *out, const struct named_windows *windows)
{
    for (int i = 0; i < windows->count; i++) {
        buf_puts(out, i ? ", " : " WINDOW ");
        unparse_ident(out, &windows->items[i].name);
        buf_puts(out, " AS ");
        unparse_over(out, &windows->items[i].over);
    }
}

static void put_plain(struct buf *out, const struct select *select)
{
    buf_puts(out, select->plain.stream ? "SELECT STREAM " : "SELECT ");
    if (select->plain.quantifier == QUANTIFIER_DISTINCT) buf_puts(out, "DISTINCT ");
    if (select->plain.quantifier == QUANTIFIER_ALL) buf_puts(out, "ALL ");
    put_items(out, &select->plain.items);
    if (select->plain.from) buf_puts(out, " FROM ");
    if (select->plain.from) put_ref(out, select->plain.from);
    put_clause(out, " WHERE ", select->plain.where);
    put_groups(out, &select->plain.groups);
    put_stagger(out, select->plain.stagger);
    put_clause(out, " HAVING ", select->plain.having);
    put_windows(out, &select->plain.windows);
}

/* ---- set operations and the whole ---- */

static void put_values(struct buf *out, const struct value_rows *rows)
{
    for (int i = 0; i < rows->count; i++) {
        buf_puts(out, i ? ", (" : "VALUES (");
        unparse_exprs(out, &rows->items[i].values);
        buf_putc(out, ')');
    }
}

/* INTERSECT binds tighter than UNION and EXCEPT; what has clauses of its own needs parentheses. */
static int set_level(const struct select *select)
{
    if (select->with.count || select->order.count || select->limit || select->offset) return 0;
    if (select->kind == SELECT_UNION || select->kind == SELECT_EXCEPT) return 1;
    return select->kind == SELECT_INTERSECT ? 2 : 3;
}

static void put_set_operand(struct buf *out, const struct select *select, int least)
{
    if (set_level(select) < least)
        put_subquery(out, select);
    else
        unparse_select(out, select);
}

static void put_set(struct buf *out, const struct select *select, const char *word)
{
    int level = select->kind == SELECT_INTERSECT ? 2 : 1;

    put_set_operand(out, select->set.left, level);
    buf_puts(out, word);
    if (select->set.quantifier == QUANTIFIER_ALL) buf_puts(out, "ALL ");
    put_set_operand(out, select->set.right, level + 1);
}

static void put_ctes(struct buf *out, const struct ctes *ctes)
{
    for (int i = 0; i < ctes->count; i++) {
        buf_puts(out, i ? ", " : ctes->recursive ? "WITH RECURSIVE " : "WITH ");
        unparse_ident(out, &ctes->items[i].name);
        put_columns(out, &ctes->items[i].columns);
        buf_puts(out, " AS ");
        put_subquery(out, ctes->items[i].select);
    }
    if (ctes->count) buf_putc(out, ' ');
}

static void put_emission(struct buf *out, const struct select *select)
{
    put_clause(out, " ALLOW LATENESS ", select->lateness);
    switch (select->emit) {
    case EMIT_CLAUSE_UNSAID: break;
    case EMIT_CLAUSE_ON_CLOSE: buf_puts(out, " EMIT ON CLOSE"); break;
    case EMIT_CLAUSE_CHANGES: buf_puts(out, " EMIT CHANGES"); break;
    case EMIT_CLAUSE_EVERY: put_clause(out, " EMIT EVERY ", select->emit_every); break;
    }
    unparse_options(out, &select->options);
}

void unparse_select(struct buf *out, const struct select *select)
{
    put_ctes(out, &select->with);
    switch (select->kind) {
    case SELECT_PLAIN: put_plain(out, select); break;
    case SELECT_VALUES: put_values(out, &select->values); break;
    case SELECT_UNION: put_set(out, select, " UNION "); break;
    case SELECT_EXCEPT: put_set(out, select, " EXCEPT "); break;
    case SELECT_INTERSECT: put_set(out, select, " INTERSECT "); break;
    }
    if (select->order.count) buf_putc(out, ' ');
    unparse_order(out, &select->order);
    put_clause(out, " LIMIT ", select->limit);
    put_clause(out, " OFFSET ", select->offset);
    put_emission(out, select);
}
