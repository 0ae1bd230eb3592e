/* bind_expr.c - expressions: one function for each kind of node; operators become calls of registered functions. */
#include "planner/binder.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- nodes ---- */

struct bound *bound_new(struct binder *b, enum bound_kind kind, enum type_kind type, int at)
{
    struct bound *n = arena_alloc(b->arena, sizeof *n);

    n->kind = kind;
    n->type.kind = type;
    n->at = at;
    return n;
}

struct bound *bound_int(struct binder *b, enum type_kind type, int64_t value, int at)
{
    struct bound *n = bound_new(b, BOUND_CONST, type, at);

    n->i = value;
    return n;
}

struct bound *bound_decimal(struct binder *b, struct type type, __int128 value, int at)
{
    struct bound *n = bound_new(b, BOUND_CONST, TYPE_DECIMAL, at);

    n->type = type;
    if (type_phys(type) == PHYS_WIDE) {
        n->wide = value;
    } else {
        n->i = (int64_t)value;
    }
    return n;
}

struct bound *bound_text(struct binder *b, const char *text, int at)
{
    struct bound *n = bound_new(b, BOUND_CONST, TYPE_VARCHAR, at);

    n->s = str_lit(text);
    return n;
}

struct bound *bound_input_column(struct binder *b, const struct field *field, int column, int at)
{
    struct bound *n = bound_new(b, BOUND_COLUMN, field->type.kind, at);

    n->type = field->type;
    n->column = column;
    return n;
}

/* ---- messages ---- */

void *bind_refuse(struct binder *b, enum err_code code, int at, const char *format, ...)
{
    char text[sizeof b->err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_set(b->err, code, at, "%s", text);
    return NULL;
}

void *bind_later(struct binder *b, int at, const char *format, ...)
{
    char text[sizeof b->err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return bind_refuse(b, ERR_UNSUPPORTED, at, "not supported yet: %s", text);
}

void bind_warn(struct binder *b, int at, const char *format, ...)
{
    char text[sizeof b->err->text];
    va_list args;

    if (!b->ctx->warn) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    b->ctx->warn(b->ctx->warn_arg, at, text);
}

/* ---- operators ---- */

/* Binds both and calls the function on them. */
static struct bound *call_two(struct scope *scope, int at, const char *name, const struct expr *left,
                              const struct expr *right)
{
    struct bound *args[2];

    if (!(args[0] = bind_expr(scope, left)) || !(args[1] = bind_expr(scope, right))) return NULL;
    if (bind_date_moves(scope->binder, args)) return NULL;
    return bind_function(scope->binder, at, name, 2, args);
}

static struct bound *negated(struct binder *b, struct bound *e, int at)
{
    return e ? bind_function(b, at, "not", 1, &e) : NULL;
}

static const char *binary_name(enum binary_op op)
{
    switch (op) {
    case BINARY_OR: return "or";
    case BINARY_AND: return "and";
    case BINARY_EQ: return "=";
    case BINARY_NE: return "<>";
    case BINARY_LT: return "<";
    case BINARY_LE: return "<=";
    case BINARY_GT: return ">";
    case BINARY_GE: return ">=";
    case BINARY_DISTINCT:
    case BINARY_NOT_DISTINCT: return "is distinct from";
    case BINARY_ADD: return "+";
    case BINARY_SUBTRACT: return "-";
    case BINARY_MULTIPLY: return "*";
    case BINARY_DIVIDE: return "/";
    case BINARY_MODULO: return "%";
    case BINARY_CONCAT: return "||";
    case BINARY_JSON: return "->";
    case BINARY_JSON_TEXT: return "->>";
    }
    return NULL;
}

static struct bound *binary(struct scope *scope, const struct expr *e)
{
    enum binary_op op = e->binary.op;
    struct bound *call = call_two(scope, e->binary.op_at, binary_name(op), e->binary.left, e->binary.right);

    return op == BINARY_NOT_DISTINCT ? negated(scope->binder, call, e->binary.op_at) : call;
}

/* A sign before a number belongs to it: -9223372036854775808 is a BIGINT. */
static struct bound *unary(struct scope *scope, const struct expr *e)
{
    const struct expr *operand = e->unary.operand;
    bool literal = operand->kind == EXPR_NUMBER || operand->kind == EXPR_INTERVAL;
    struct bound *arg;

    if (e->unary.op == UNARY_PLUS) return bind_expr(scope, operand);
    if (e->unary.op == UNARY_MINUS && literal) return bind_literal(scope->binder, operand, true);
    if (!(arg = bind_expr(scope, operand))) return NULL;
    return bind_function(scope->binder, e->at, e->unary.op == UNARY_NOT ? "not" : "-", 1, &arg);
}

static struct bound *is(struct scope *scope, const struct expr *e)
{
    static const char *const names[] = {
        [IS_NULL] = "is null", [IS_TRUE] = "is true", [IS_FALSE] = "is false", [IS_UNKNOWN] = "is null"};
    struct bound *arg = bind_expr(scope, e->is.operand), *test;

    if (!arg) return NULL;
    test = bind_function(scope->binder, e->at, names[e->is.test], 1, &arg);
    return e->is.negated ? negated(scope->binder, test, e->at) : test;
}

/* Counts e's nodes until they are more than left. */
static int count_nodes(const struct bound *e, int left)
{
    int count = 1;

    for (int i = 0; i < e->count && count <= left; i++) count += count_nodes(e->args[i], left - count);
    return count;
}

int bind_check_size(struct binder *b, const struct bound *e)
{
    enum { NODES_MAX = 100 * 1000 };

    if (count_nodes(e, NODES_MAX) <= NODES_MAX) return 0;
    return err_set(b->err, ERR_LIMIT, e->at, "this expression is too large");
}

/* low <= x AND x <= high */
static struct bound *within(struct binder *b, int at, struct bound *x, struct bound *low, struct bound *high)
{
    struct bound *parts[2];

    if (!(parts[0] = bind_function(b, at, ">=", 2, (struct bound *[]){x, low}))) return NULL;
    if (!(parts[1] = bind_function(b, at, "<=", 2, (struct bound *[]){x, high}))) return NULL;
    return bind_function(b, at, "and", 2, parts);
}

static struct bound *between(struct scope *scope, const struct expr *e)
{
    struct binder *b = scope->binder;
    struct bound *x, *low, *high, *test, *other;

    if (!(x = bind_expr(scope, e->between.operand)) || !(low = bind_expr(scope, e->between.low)) ||
        !(high = bind_expr(scope, e->between.high))) {
        return NULL;
    }
    test = within(b, e->at, x, low, high);
    if (test && e->between.symmetric) {
        other = within(b, e->at, x, high, low);
        test = other ? bind_function(b, e->at, "or", 2, (struct bound *[]){test, other}) : NULL;
    }
    if (test && bind_check_size(b, test)) return NULL;
    return e->between.negated ? negated(b, test, e->at) : test;
}

/* x IN (a, b, ...): as many a call as a call may have arguments, joined by OR. */
static struct bound *in_list(struct scope *scope, const struct expr *e, struct bound *x, int from, int to)
{
    struct bound *args[FUNCTION_ARGS_MAX] = {x}, *half[2];
    int middle = from + (to - from) / 2;

    if (to - from >= FUNCTION_ARGS_MAX) {
        if (!(half[0] = in_list(scope, e, x, from, middle)) || !(half[1] = in_list(scope, e, x, middle, to)))
            return NULL;
        return bind_function(scope->binder, e->at, "or", 2, half);
    }
    for (int i = from; i < to; i++) {
        if (!(args[1 + i - from] = bind_expr(scope, e->in.list.items[i]))) return NULL;
    }
    return bind_function(scope->binder, e->at, "in", 1 + to - from, args);
}

static struct bound *in(struct scope *scope, const struct expr *e)
{
    struct bound *x, *test;

    if (e->in.select) return bind_later(scope->binder, e->at, "IN (SELECT ...)");
    if (!(x = bind_expr(scope, e->in.operand))) return NULL;
    test = in_list(scope, e, x, 0, e->in.list.count);
    return e->in.negated ? negated(scope->binder, test, e->at) : test;
}

static struct bound *like(struct scope *scope, const struct expr *e)
{
    struct bound *args[3] = {0}, *test;
    int count = e->like.escape ? 3 : 2;

    if (!(args[0] = bind_expr(scope, e->like.operand)) || !(args[1] = bind_expr(scope, e->like.pattern))) return NULL;
    if (e->like.escape && !(args[2] = bind_expr(scope, e->like.escape))) return NULL;
    test = e->like.kind == LIKE_SIMILAR ? bind_similar(scope->binder, e->at, count, args)
                                        : bind_function(scope->binder, e->at, "like", count, args);
    return e->like.negated ? negated(scope->binder, test, e->at) : test;
}

/* ---- CASE, CAST ---- */

/* CASE x WHEN v is CASE WHEN x = v. */
static struct bound *when(struct scope *scope, struct bound *x, const struct expr *e)
{
    struct bound *args[2] = {x};

    if (!x) return bind_condition(scope, e, "WHEN");
    if (!(args[1] = bind_expr(scope, e))) return NULL;
    return bind_function(scope->binder, e->at, "=", 2, args);
}

static struct bound *kase(struct scope *scope, const struct expr *e)
{
    struct binder *b = scope->binder;
    int count = 2 * e->kase.whens.count + 1;
    struct bound **args = arena_alloc(b->arena, (size_t)count * sizeof *args), *x = NULL;

    if (e->kase.operand && !(x = bind_expr(scope, e->kase.operand))) return NULL;
    for (int i = 0; i < e->kase.whens.count; i++) {
        const struct when *w = &e->kase.whens.items[i];
        if (!(args[2 * i] = when(scope, x, w->when)) || !(args[2 * i + 1] = bind_expr(scope, w->then))) return NULL;
        if (x && bind_check_size(b, args[2 * i])) return NULL;
    }
    if (e->kase.otherwise) {
        if (!(args[count - 1] = bind_expr(scope, e->kase.otherwise))) return NULL;
    } else {
        args[count - 1] = bound_new(b, BOUND_CONST, TYPE_NULL, e->at);
        args[count - 1]->null = true;
    }
    return bind_case(b, e->at, args, count);
}

static struct bound *cast(struct scope *scope, const struct expr *e)
{
    struct bound *value;
    struct type to;

    if (bind_type(scope->binder, e->cast.type, &to)) return NULL;
    if (!(value = bind_expr(scope, e->cast.operand))) return NULL;
    return (e->cast.try_cast ? bind_try_cast : bind_explicit_cast)(scope->binder, value, to, e->at);
}

struct bound *bind_condition(struct scope *scope, const struct expr *e, const char *what)
{
    struct bound *test = bind_expr(scope, e);

    if (!test || test->type.kind == TYPE_BOOLEAN) return test;
    if (test->type.kind == TYPE_NULL)
        return bind_cast(scope->binder, test, (struct type){.kind = TYPE_BOOLEAN}, CAST_IMPLICIT, e->at);
    return bind_refuse(scope->binder, ERR_TYPE, e->at, "%s needs a BOOLEAN, this is %s: compare it with something",
                       what, type_kind_name(test->type.kind));
}

struct bound *bind_expr(struct scope *scope, const struct expr *e)
{
    struct binder *b = scope->binder;

    switch (e->kind) {
    case EXPR_NULL:
    case EXPR_BOOLEAN:
    case EXPR_NUMBER:
    case EXPR_TEXT:
    case EXPR_BINARY:
    case EXPR_DATE:
    case EXPR_TIME:
    case EXPR_TIMESTAMP:
    case EXPR_INTERVAL: return bind_literal(b, e, false);
    case EXPR_COLUMN: return bind_column(scope, e);
    case EXPR_UNARY: return unary(scope, e);
    case EXPR_BINARY_OP: return binary(scope, e);
    case EXPR_IS: return is(scope, e);
    case EXPR_BETWEEN: return between(scope, e);
    case EXPR_IN: return in(scope, e);
    case EXPR_LIKE: return like(scope, e);
    case EXPR_CASE: return kase(scope, e);
    case EXPR_CAST: return cast(scope, e);
    case EXPR_CALL: return bind_call(scope, e);
    case EXPR_QUALIFIED: return bind_qualified(scope, e);
    case EXPR_STAR: return bind_refuse(b, ERR_SYNTAX, e->at, "* can only stand in a select list");
    case EXPR_ROW: return bind_later(b, e->at, "rows as values");
    case EXPR_ARRAY: return bind_later(b, e->at, "arrays");
    case EXPR_SUBSCRIPT: return bind_later(b, e->at, "arrays");
    case EXPR_FIELD: return bind_later(b, e->at, "fields of records");
    case EXPR_SUBQUERY: return bind_later(b, e->at, "subqueries as values");
    case EXPR_EXISTS: return bind_later(b, e->at, "EXISTS");
    case EXPR_AT_ZONE: return bind_at_zone(scope, e);
    case EXPR_COLLATE: return bind_later(b, e->at, "COLLATE");
    case EXPR_PERIOD: return bind_period(scope, e);
    case EXPR_TABLE:
    case EXPR_CURSOR:
    case EXPR_DESCRIPTOR: return bind_refuse(b, ERR_SYNTAX, e->at, "only a table function in FROM takes this");
    }
    return NULL;
}
