/* build_expr.c - constructors of expressions (build.h).
 * A constructor that takes operands takes its place from them; one that begins or ends with a word of its own is told.
 */
#include "parser/build.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parser/filter.h"
#include "parser/report.h"

void parse_fail(struct parse *parse, enum err_code code, int at, const char *format, ...)
{
    va_list args;
    char text[sizeof parse->err->text];

    if (parse->failed) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    parse->failed = true;
    err_set(parse->err, code, at, "%s", text);
}

void build_once(struct parse *parse, bool first, bool second, struct span span, const char *what)
{
    if (first && second) parse_fail(parse, ERR_SYNTAX, span.at, "%s is given twice", what);
}

void *list_grow(struct arena *arena, void *items, int count, int *capacity, size_t item_bytes)
{
    void *grown;

    if (count < *capacity) return items;
    *capacity = count ? 2 * count : 4;
    grown = arena_alloc(arena, (size_t)*capacity * item_bytes);
    if (count) memcpy(grown, items, (size_t)count * item_bytes);
    return grown;
}

struct expr *build_expr(struct parse *parse, enum expr_kind kind, struct span span)
{
    struct expr *e = arena_alloc(parse->arena, sizeof *e);

    e->kind = kind;
    e->at = span.at;
    e->end = span.end;
    e->depth = 1;
    return e;
}

struct expr *build_done(struct parse *parse, struct expr *e)
{
    struct expr **child;
    const struct select *select = expr_select(e);
    int deepest = select ? select->depth : 0;

    for (int i = 0; (child = expr_child(e, i)); i++)
        if ((*child)->depth > deepest) deepest = (*child)->depth;
    e->depth = deepest + 1;
    if (e->depth > PARSE_DEPTH_MAX) report_too_deep(parse, e->at);
    return e;
}

static struct span from_to(const struct expr *first, const struct expr *last)
{
    return (struct span){first->at, last->end};
}

struct expr *build_boolean(struct parse *parse, bool value, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_BOOLEAN, span);

    e->boolean = value;
    return e;
}

struct expr *build_number(struct parse *parse, struct number number, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_NUMBER, span);

    e->number.kind = number.kind;
    e->number.text = number.text;
    return e;
}

struct expr *build_text(struct parse *parse, enum expr_kind kind, struct str text, struct span span)
{
    struct expr *e = build_expr(parse, kind, span);

    e->text = text;
    return e;
}

/* '10 minutes' as the number '10' and its unit. */
static int split_unit(struct str text, struct str *number, enum time_unit *unit)
{
    size_t len = text.len, begin;

    while (len && text.ptr[len - 1] == ' ') len--;
    for (begin = len; begin && isalpha((unsigned char)text.ptr[begin - 1]);) begin--;
    if (filter_find_unit(str_of(text.ptr + begin, len - begin), unit)) return -1;
    while (begin && text.ptr[begin - 1] == ' ') begin--;
    *number = str_of(text.ptr, begin);
    return begin ? 0 : -1;
}

struct expr *build_interval(struct parse *parse, bool negative, struct str text, const struct qualifier *qualifier,
                            struct span span)
{
    struct expr *e = build_expr(parse, EXPR_INTERVAL, span);
    enum time_unit unit;

    e->interval.negative = negative;
    e->interval.text = text;
    if (qualifier) {
        e->interval.qualifier = *qualifier;
    } else if (split_unit(text, &e->interval.text, &unit) == 0) {
        e->interval.qualifier = (struct qualifier){unit, unit, -1, -1};
    } else {
        parse_fail(parse, ERR_SYNTAX, span.at, "an interval needs a unit, as in INTERVAL '10' MINUTE");
    }
    return e;
}

struct expr *build_named(struct parse *parse, enum expr_kind kind, struct name name, struct span span)
{
    struct expr *e = build_expr(parse, kind, span);

    e->name = name;
    return e;
}

struct expr *build_unary(struct parse *parse, enum unary_op op, struct expr *operand, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_UNARY, span);

    e->unary.op = op;
    e->unary.operand = operand;
    return build_done(parse, e);
}

struct expr *build_binary(struct parse *parse, enum binary_op op, struct span op_span, struct expr *left,
                          struct expr *right)
{
    struct expr *e = build_expr(parse, EXPR_BINARY_OP, from_to(left, right));

    e->binary.op = op;
    e->binary.op_at = op_span.at;
    e->binary.left = left;
    e->binary.right = right;
    return build_done(parse, e);
}

struct expr *build_is(struct parse *parse, struct expr *operand, enum is_test test, bool negated, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_IS, span);

    e->is.operand = operand;
    e->is.test = test;
    e->is.negated = negated;
    return build_done(parse, e);
}

struct expr *build_between(struct parse *parse, struct expr *operand, int flags, struct expr *low, struct expr *high)
{
    struct expr *e = build_expr(parse, EXPR_BETWEEN, from_to(operand, high));

    e->between.negated = flags & BETWEEN_NEGATED;
    e->between.symmetric = flags & BETWEEN_SYMMETRICALLY;
    e->between.operand = operand;
    e->between.low = low;
    e->between.high = high;
    return build_done(parse, e);
}

struct expr *build_in(struct parse *parse, struct expr *operand, const struct expr *set, bool negated)
{
    struct expr *e = build_expr(parse, EXPR_IN, from_to(operand, set));

    e->in.negated = negated;
    e->in.operand = operand;
    if (set->kind == EXPR_SUBQUERY)
        e->in.select = set->select;
    else
        e->in.list = set->list;
    return build_done(parse, e);
}

struct expr *build_like(struct parse *parse, struct expr *operand, int flags, struct expr *pattern, struct expr *escape)
{
    struct expr *e = build_expr(parse, EXPR_LIKE, from_to(operand, escape ? escape : pattern));

    e->like.kind = flags & LIKE_SIMILARLY ? LIKE_SIMILAR : LIKE_LIKE;
    e->like.negated = flags & LIKE_NEGATED;
    e->like.operand = operand;
    e->like.pattern = pattern;
    e->like.escape = escape;
    return build_done(parse, e);
}

struct expr *build_case(struct parse *parse, struct expr *operand, struct whens whens, struct expr *otherwise,
                        struct span span)
{
    struct expr *e = build_expr(parse, EXPR_CASE, span);

    e->kase.operand = operand;
    e->kase.whens = whens;
    e->kase.otherwise = otherwise;
    return build_done(parse, e);
}

struct expr *build_cast(struct parse *parse, struct expr *operand, struct type_name *type, bool try_cast,
                        struct span span)
{
    struct expr *e = build_expr(parse, EXPR_CAST, span);

    e->cast.operand = operand;
    e->cast.type = type;
    e->cast.try_cast = try_cast;
    return build_done(parse, e);
}

struct expr *build_qualified(struct parse *parse, struct expr *operand, struct qualifier qualifier, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_QUALIFIED, span);

    e->qualified.operand = operand;
    e->qualified.qualifier = qualifier;
    return build_done(parse, e);
}

struct expr *build_list(struct parse *parse, enum expr_kind kind, struct exprs list, struct span span)
{
    struct expr *e = build_expr(parse, kind, span);

    e->list = list;
    return build_done(parse, e);
}

struct expr *build_row(struct parse *parse, struct expr *first, struct exprs rest, struct span span)
{
    struct exprs list = {0};

    LIST_ADD(parse, list, first);
    for (int i = 0; i < rest.count; i++) LIST_ADD(parse, list, rest.items[i]);
    return build_list(parse, EXPR_ROW, list, span);
}

struct expr *build_subscript(struct parse *parse, struct expr *operand, struct expr *index, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_SUBSCRIPT, span);

    e->subscript.operand = operand;
    e->subscript.index = index;
    return build_done(parse, e);
}

struct expr *build_field(struct parse *parse, struct expr *operand, struct ident name, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_FIELD, span);

    e->field.operand = operand;
    e->field.name = name;
    return build_done(parse, e);
}

struct expr *build_query_expr(struct parse *parse, enum expr_kind kind, struct select *select, struct span span)
{
    struct expr *e = build_expr(parse, kind, span);

    e->select = select;
    return build_done(parse, e);
}

struct expr *build_at_zone(struct parse *parse, struct expr *operand, struct expr *zone)
{
    struct expr *e = build_expr(parse, EXPR_AT_ZONE, from_to(operand, zone));

    e->at_zone.operand = operand;
    e->at_zone.zone = zone;
    return build_done(parse, e);
}

struct expr *build_collate(struct parse *parse, struct expr *operand, struct name collation, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_COLLATE, span);

    e->collate.operand = operand;
    e->collate.collation = collation;
    return build_done(parse, e);
}

struct expr *build_period(struct parse *parse, enum period_op op, enum period_mode mode, struct expr *left,
                          struct expr *right)
{
    struct expr *e = build_expr(parse, EXPR_PERIOD, from_to(left, right));

    e->period.op = op;
    e->period.mode = mode;
    e->period.left = left;
    e->period.right = right;
    return build_done(parse, e);
}

/* PARTITION BY (a, b) is PARTITION BY a, b. */
struct expr *build_table_arg(struct parse *parse, struct name name, struct expr *partition, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_TABLE, span);

    e->table.name = name;
    if (partition && partition->kind == EXPR_ROW)
        e->table.partition = partition->list;
    else if (partition)
        LIST_ADD(parse, e->table.partition, partition);
    return build_done(parse, e);
}
