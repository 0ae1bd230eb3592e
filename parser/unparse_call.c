/* unparse_call.c - calls of functions, ORDER BY and OVER as SQL (see unparse.h). */
#include "parser/filter.h"
#include "parser/unparse.h"

/* ---- ORDER BY and OVER ---- */

void unparse_order(struct buf *out, const struct sorts *sorts)
{
    for (int i = 0; i < sorts->count; i++) {
        const struct sort *sort = &sorts->items[i];
        buf_puts(out, i ? ", " : "ORDER BY ");
        unparse_expr(out, sort->expr);
        if (sort->direction == DIRECTION_DESC) buf_puts(out, " DESC");
        if (sort->nulls == NULLS_FIRST) buf_puts(out, " NULLS FIRST");
        if (sort->nulls == NULLS_LAST) buf_puts(out, " NULLS LAST");
        if (!sort->within) continue;
        buf_puts(out, " WITHIN ");
        unparse_expr(out, sort->within);
    }
}

static void put_bound(struct buf *out, const struct frame_bound *bound)
{
    static const char *const words[] = {
        [FRAME_UNBOUNDED_PRECEDING] = "UNBOUNDED PRECEDING",
        [FRAME_PRECEDING] = " PRECEDING",
        [FRAME_CURRENT_ROW] = "CURRENT ROW",
        [FRAME_FOLLOWING] = " FOLLOWING",
        [FRAME_UNBOUNDED_FOLLOWING] = "UNBOUNDED FOLLOWING",
    };

    if (bound->offset) unparse_value(out, bound->offset);
    buf_puts(out, words[bound->kind]);
}

static void put_frame(struct buf *out, const struct over *over)
{
    buf_puts(out, over->unit == FRAME_ROWS ? "ROWS BETWEEN " : "RANGE BETWEEN ");
    put_bound(out, &over->start);
    buf_puts(out, " AND ");
    put_bound(out, &over->finish);
}

/* A blank between two parts of a list of parts. */
static void put_gap(struct buf *out, size_t begin)
{
    if (out->len > begin) buf_putc(out, ' ');
}

void unparse_over(struct buf *out, const struct over *over)
{
    size_t begin;

    if (!over->in_parentheses) {
        unparse_ident(out, &over->base);
        return;
    }
    buf_putc(out, '(');
    begin = out->len;
    if (over->base.text.ptr) unparse_ident(out, &over->base);
    if (over->partition.count) {
        put_gap(out, begin);
        buf_puts(out, "PARTITION BY ");
        unparse_exprs(out, &over->partition);
    }
    if (over->order.count) {
        put_gap(out, begin);
        unparse_order(out, &over->order);
    }
    if (over->unit != FRAME_NONE) {
        put_gap(out, begin);
        put_frame(out, over);
    }
    buf_putc(out, ')');
}

/* ---- calls ---- */

/* What an argument may be: any expression, or a value. */
typedef void put_function(struct buf *out, const struct expr *e);

static void put_args(struct buf *out, const struct call *call, put_function *put, const char *const *between)
{
    for (int i = 0; i < call->args.count; i++) {
        const struct arg *arg = &call->args.items[i];
        if (i) buf_puts(out, between ? between[i - 1] : ", ");
        if (arg->name.text.ptr) {
            unparse_ident(out, &arg->name);
            buf_puts(out, " => ");
        }
        put(out, arg->value);
    }
}

/* Would a TO behind it be read as a part of it? */
static bool ends_in_qualifier(const struct expr *e)
{
    while (e->kind == EXPR_BINARY_OP || e->kind == EXPR_UNARY)
        e = e->kind == EXPR_UNARY ? e->unary.operand : e->binary.right;
    return e->kind == EXPR_INTERVAL || e->kind == EXPR_QUALIFIED;
}

static void put_to(struct buf *out, const struct call *call)
{
    const struct expr *e = call->args.items[0].value;
    bool wrap = ends_in_qualifier(e);

    if (wrap) buf_putc(out, '(');
    unparse_expr(out, e);
    buf_printf(out, "%s TO %s", wrap ? ")" : "", filter_unit_name(call->unit));
}

static void put_trim(struct buf *out, const struct call *call)
{
    static const char *const sides[] = {
        [TRIM_UNSAID] = "", [TRIM_BOTH] = "BOTH ", [TRIM_LEADING] = "LEADING ", [TRIM_TRAILING] = "TRAILING "};
    static const char *const between[] = {" FROM "};

    buf_puts(out, sides[call->side]);
    if (call->side && call->args.count == 1) buf_puts(out, "FROM ");
    put_args(out, call, unparse_expr, between);
}

static void put_plain_args(struct buf *out, const struct call *call)
{
    if (call->quantifier == QUANTIFIER_ALL) buf_puts(out, "ALL ");
    if (call->quantifier == QUANTIFIER_DISTINCT) buf_puts(out, "DISTINCT ");
    put_args(out, call, unparse_expr, NULL);
    if (call->order.count) buf_putc(out, ' ');
    unparse_order(out, &call->order);
}

static void put_form(struct buf *out, const struct call *call)
{
    static const char *const by[] = {" BY "}, *const from[] = {" FROM ", " FOR "}, *const in[] = {" IN "};
    static const char *const length[] = {" FOR "}, *const similar[] = {" SIMILAR ", " ESCAPE "};
    static const char *const placing[] = {" PLACING ", " FROM ", " FOR "};

    switch (call->form) {
    case CALL_PLAIN: put_plain_args(out, call); break;
    case CALL_STAR: buf_putc(out, '*'); break;
    case CALL_BY: put_args(out, call, unparse_expr, by); break;
    case CALL_TO: put_to(out, call); break;
    case CALL_FROM: put_args(out, call, unparse_expr, from); break;
    case CALL_FOR: put_args(out, call, unparse_expr, length); break;
    case CALL_SIMILAR: put_args(out, call, unparse_value, similar); break;
    case CALL_PLACING: put_args(out, call, unparse_expr, placing); break;
    case CALL_IN: put_args(out, call, unparse_value, in); break;
    case CALL_TRIM: put_trim(out, call); break;
    }
}

static void put_tails(struct buf *out, const struct call *call)
{
    if (call->within_group.count) {
        buf_puts(out, " WITHIN GROUP (");
        unparse_order(out, &call->within_group);
        buf_putc(out, ')');
    }
    if (call->filter) {
        buf_puts(out, " FILTER (WHERE ");
        unparse_expr(out, call->filter);
        buf_putc(out, ')');
    }
    if (call->nth_from) buf_puts(out, call->nth_from == NTH_FROM_FIRST ? " FROM FIRST" : " FROM LAST");
    if (call->nulls) buf_puts(out, call->nulls == NULLS_IGNORE ? " IGNORE NULLS" : " RESPECT NULLS");
    if (!call->over) return;
    buf_puts(out, " OVER ");
    unparse_over(out, call->over);
}

static void put_json_answer(struct buf *out, enum json_answer answer, const struct expr *value, const char *occasion)
{
    static const char *const words[] = {
        [JSON_DEFAULT] = " DEFAULT ",
        [JSON_NULL] = " NULL",
        [JSON_ERROR] = " ERROR",
        [JSON_TRUE] = " TRUE",
        [JSON_FALSE] = " FALSE",
        [JSON_UNKNOWN] = " UNKNOWN",
        [JSON_EMPTY_ARRAY] = " EMPTY ARRAY",
        [JSON_EMPTY_OBJECT] = " EMPTY OBJECT",
    };

    if (!answer) return;
    buf_puts(out, words[answer]);
    if (value) unparse_expr(out, value);
    buf_puts(out, occasion);
}

static void put_json(struct buf *out, const struct json_clauses *json)
{
    static const char *const wrappers[] = {
        [JSON_WRAPPER_UNSAID] = "",
        [JSON_WRAPPER_WITHOUT] = " WITHOUT WRAPPER",
        [JSON_WRAPPER_CONDITIONAL] = " WITH CONDITIONAL WRAPPER",
        [JSON_WRAPPER_UNCONDITIONAL] = " WITH WRAPPER",
    };

    if (json->returning) {
        buf_puts(out, " RETURNING ");
        unparse_type(out, json->returning);
    }
    buf_puts(out, wrappers[json->wrapper]);
    put_json_answer(out, json->on_empty, json->empty_value, " ON EMPTY");
    put_json_answer(out, json->on_error, json->error_value, " ON ERROR");
}

void unparse_call(struct buf *out, const struct call *call)
{
    unparse_name(out, &call->name);
    buf_putc(out, '(');
    put_form(out, call);
    if (call->json) put_json(out, call->json);
    if (call->zone) {
        buf_puts(out, " TIME ZONE ");
        unparse_expr(out, call->zone);
    }
    buf_putc(out, ')');
    put_tails(out, call);
}
