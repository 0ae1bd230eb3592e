/* print_tree_expr.h - expressions and types as print_tree.h has them. */
#ifndef WEIR_TESTS_PRINT_TREE_EXPR_H
#define WEIR_TESTS_PRINT_TREE_EXPR_H

#include "parser/ast.h"

#include <string.h>

static void tree_expr(struct buf *out, const struct expr *e);
static void tree_select(struct buf *out, const struct select *select);
static void tree_type(struct buf *out, const struct type_name *type);

/* ---- atoms ---- */

/* A part behind another one, or behind an opening parenthesis. */
static void tree_gap(struct buf *out)
{
    if (out->len && out->ptr[out->len - 1] != '(') buf_putc(out, ' ');
}

static void tree_open(struct buf *out, const char *word)
{
    tree_gap(out);
    buf_putc(out, '(');
    buf_puts(out, word);
}

static void tree_close(struct buf *out)
{
    buf_putc(out, ')');
}

static void tree_word(struct buf *out, const char *word)
{
    if (!word[0]) return;
    tree_gap(out);
    buf_puts(out, word);
}

static void tree_flag(struct buf *out, bool flag, const char *word)
{
    if (flag) tree_word(out, word);
}

static void tree_quote(struct buf *out, struct str text, char quote)
{
    buf_putc(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == (unsigned char)quote) buf_putc(out, quote);
        if (c < ' ' || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_putc(out, (char)c);
    }
    buf_putc(out, quote);
}

static void tree_text(struct buf *out, struct str text)
{
    tree_gap(out);
    tree_quote(out, text, '\'');
}

static void tree_ident_here(struct buf *out, const struct ident *ident)
{
    if (ident->quoted)
        tree_quote(out, ident->text, '"');
    else
        buf_put(out, ident->text.ptr, ident->text.len);
}

static void tree_ident(struct buf *out, const struct ident *ident)
{
    if (!ident->text.ptr) return;
    tree_gap(out);
    tree_ident_here(out, ident);
}

static void tree_name(struct buf *out, const struct name *name)
{
    if (name->count) tree_gap(out);
    for (int i = 0; i < name->count; i++) {
        if (i) buf_putc(out, '.');
        tree_ident_here(out, &name->parts[i]);
    }
}

static void tree_idents(struct buf *out, const char *word, const struct idents *idents)
{
    if (!idents->count) return;
    tree_open(out, word);
    for (int i = 0; i < idents->count; i++) tree_ident(out, &idents->items[i]);
    tree_close(out);
}

/* ---- parts: (word part), left out where there is none ---- */

static void tree_part(struct buf *out, const char *word, const struct expr *e)
{
    if (!e) return;
    tree_open(out, word);
    tree_expr(out, e);
    tree_close(out);
}

static void tree_text_part(struct buf *out, const char *word, struct str text)
{
    if (!text.ptr) return;
    tree_open(out, word);
    tree_text(out, text);
    tree_close(out);
}

static void tree_exprs(struct buf *out, const struct exprs *exprs)
{
    for (int i = 0; i < exprs->count; i++) tree_expr(out, exprs->items[i]);
}

static void tree_list(struct buf *out, const char *word, const struct exprs *exprs)
{
    if (!exprs->count) return;
    tree_open(out, word);
    tree_exprs(out, exprs);
    tree_close(out);
}

static void tree_unit(struct buf *out, enum time_unit unit, int digits)
{
    tree_word(out, time_unit_name(unit));
    if (digits >= 0) buf_printf(out, " %d", digits);
}

static void tree_qualifier(struct buf *out, const struct qualifier *q)
{
    tree_unit(out, q->first, q->precision);
    if (q->last != q->first)
        tree_unit(out, q->last, q->fraction);
    else if (q->fraction >= 0)
        buf_printf(out, " %d", q->fraction);
}

static void tree_sorts(struct buf *out, const char *word, const struct sorts *sorts)
{
    static const char *const nulls[] = {
        [NULLS_DEFAULT] = "", [NULLS_FIRST] = "nulls-first", [NULLS_LAST] = "nulls-last"};

    if (!sorts->count) return;
    tree_open(out, word);
    for (int i = 0; i < sorts->count; i++) {
        const struct sort *sort = &sorts->items[i];
        tree_open(out, sort->direction == DIRECTION_DESC ? "desc" : "asc");
        tree_expr(out, sort->expr);
        tree_word(out, nulls[sort->nulls]);
        tree_part(out, "within", sort->within);
        tree_close(out);
    }
    tree_close(out);
}

static void tree_bound(struct buf *out, const struct frame_bound *bound)
{
    static const char *const words[] = {
        [FRAME_UNBOUNDED_PRECEDING] = "unbounded-preceding",
        [FRAME_PRECEDING] = "preceding",
        [FRAME_CURRENT_ROW] = "current-row",
        [FRAME_FOLLOWING] = "following",
        [FRAME_UNBOUNDED_FOLLOWING] = "unbounded-following",
    };

    if (bound->offset)
        tree_part(out, words[bound->kind], bound->offset);
    else
        tree_word(out, words[bound->kind]);
}

static void tree_over(struct buf *out, const struct over *over)
{
    if (!over) return;
    tree_open(out, over->in_parentheses ? "over-window" : "over");
    tree_ident(out, &over->base);
    tree_list(out, "partition", &over->partition);
    tree_sorts(out, "order", &over->order);
    if (over->unit != FRAME_NONE) {
        tree_open(out, over->unit == FRAME_ROWS ? "rows" : "range");
        tree_bound(out, &over->start);
        tree_bound(out, &over->finish);
        tree_close(out);
    }
    tree_close(out);
}

static void tree_options(struct buf *out, const char *word, const struct options *options)
{
    if (!options->count) return;
    tree_open(out, word);
    for (int i = 0; i < options->count; i++) {
        tree_open(out, "");
        tree_name(out, &options->items[i].key);
        tree_expr(out, options->items[i].value);
        tree_close(out);
    }
    tree_close(out);
}

/* ---- types ---- */

static void tree_plain_type(struct buf *out, const struct type_name *type)
{
    if (type->length < 0 && !type->with_time_zone) {
        tree_ident(out, &type->name);
        return;
    }
    tree_open(out, "");
    tree_ident(out, &type->name);
    if (type->length >= 0) buf_printf(out, " %d", type->length);
    if (type->scale >= 0) buf_printf(out, " %d", type->scale);
    tree_flag(out, type->with_time_zone, "with-time-zone");
    tree_close(out);
}

static void tree_type(struct buf *out, const struct type_name *type)
{
    switch (type->kind) {
    case TYPE_PLAIN: tree_plain_type(out, type); return;
    case TYPE_ARRAY:
        tree_open(out, "array-of");
        tree_type(out, type->element);
        break;
    case TYPE_ROW:
        tree_open(out, "row-of");
        for (int i = 0; i < type->fields.count; i++) {
            tree_ident(out, &type->fields.items[i].name);
            tree_type(out, type->fields.items[i].type);
        }
        break;
    case TYPE_INTERVAL:
        tree_open(out, "interval");
        tree_qualifier(out, &type->qualifier);
        break;
    }
    tree_close(out);
}

/* ---- expressions: the word of the node and what it has besides its children ---- */

static void tree_number(struct buf *out, const struct expr *e)
{
    static const char *const words[] = {
        [NUMBER_INTEGER] = "", [NUMBER_DECIMAL] = "decimal", [NUMBER_DOUBLE] = "double"};
    bool bare = e->number.kind == NUMBER_INTEGER;

    if (!bare) tree_open(out, words[e->number.kind]);
    tree_gap(out);
    buf_put(out, e->number.text.ptr, e->number.text.len);
    if (!bare) tree_close(out);
}

static void tree_literal(struct buf *out, const char *word, struct str text)
{
    tree_open(out, word);
    tree_text(out, text);
    tree_close(out);
}

static void tree_bytes(struct buf *out, struct str bytes)
{
    tree_gap(out);
    buf_puts(out, "x'");
    for (size_t i = 0; i < bytes.len; i++) buf_printf(out, "%02x", (unsigned char)bytes.ptr[i]);
    buf_putc(out, '\'');
}

static void tree_interval(struct buf *out, const struct expr *e)
{
    tree_open(out, "interval");
    tree_flag(out, e->interval.negative, "-");
    tree_text(out, e->interval.text);
    tree_qualifier(out, &e->interval.qualifier);
    tree_close(out);
}

static void tree_binary(struct buf *out, const struct expr *e)
{
    static const char *const words[] = {
        [BINARY_OR] = "or",
        [BINARY_AND] = "and",
        [BINARY_EQ] = "=",
        [BINARY_NE] = "<>",
        [BINARY_LT] = "<",
        [BINARY_LE] = "<=",
        [BINARY_GT] = ">",
        [BINARY_GE] = ">=",
        [BINARY_DISTINCT] = "distinct",
        [BINARY_NOT_DISTINCT] = "not-distinct",
        [BINARY_ADD] = "+",
        [BINARY_SUBTRACT] = "-",
        [BINARY_MULTIPLY] = "*",
        [BINARY_DIVIDE] = "/",
        [BINARY_MODULO] = "%",
        [BINARY_CONCAT] = "||",
        [BINARY_JSON] = "->",
        [BINARY_JSON_TEXT] = "->>",
    };

    tree_open(out, words[e->binary.op]);
    tree_expr(out, e->binary.left);
    tree_expr(out, e->binary.right);
    tree_close(out);
}

static void tree_unary(struct buf *out, const struct expr *e)
{
    static const char *const words[] = {[UNARY_NOT] = "not", [UNARY_MINUS] = "minus", [UNARY_PLUS] = "plus"};

    tree_part(out, words[e->unary.op], e->unary.operand);
}

static void tree_is(struct buf *out, const struct expr *e)
{
    static const char *const words[] = {
        [IS_NULL] = "null", [IS_TRUE] = "true", [IS_FALSE] = "false", [IS_UNKNOWN] = "unknown"};

    tree_open(out, e->is.negated ? "is-not" : "is");
    tree_expr(out, e->is.operand);
    tree_word(out, words[e->is.test]);
    tree_close(out);
}

static void tree_between(struct buf *out, const struct expr *e)
{
    tree_open(out, e->between.negated ? "not-between" : "between");
    tree_flag(out, e->between.symmetric, "symmetric");
    tree_expr(out, e->between.operand);
    tree_expr(out, e->between.low);
    tree_expr(out, e->between.high);
    tree_close(out);
}

static void tree_in(struct buf *out, const struct expr *e)
{
    tree_open(out, e->in.negated ? "not-in" : "in");
    tree_expr(out, e->in.operand);
    tree_exprs(out, &e->in.list);
    if (e->in.select) tree_select(out, e->in.select);
    tree_close(out);
}

static void tree_like(struct buf *out, const struct expr *e)
{
    tree_open(out, e->like.negated ? "not-" : "");
    buf_puts(out, e->like.kind == LIKE_SIMILAR ? "similar" : "like");
    tree_expr(out, e->like.operand);
    tree_expr(out, e->like.pattern);
    tree_part(out, "escape", e->like.escape);
    tree_close(out);
}

static void tree_case(struct buf *out, const struct expr *e)
{
    tree_open(out, "case");
    if (e->kase.operand) tree_expr(out, e->kase.operand);
    for (int i = 0; i < e->kase.whens.count; i++) {
        tree_open(out, "when");
        tree_expr(out, e->kase.whens.items[i].when);
        tree_expr(out, e->kase.whens.items[i].then);
        tree_close(out);
    }
    tree_part(out, "else", e->kase.otherwise);
    tree_close(out);
}

static void tree_period(struct buf *out, const struct expr *e)
{
    static const char *const modes[] = {
        [PERIOD_PLAIN] = "", [PERIOD_STRICTLY] = "strictly-", [PERIOD_IMMEDIATELY] = "immediately-"};
    static const char *const ops[] = {
        [PERIOD_OVERLAPS] = "overlaps", [PERIOD_CONTAINS] = "contains", [PERIOD_EQUALS] = "equals",
        [PERIOD_PRECEDES] = "precedes", [PERIOD_SUCCEEDS] = "succeeds", [PERIOD_LEADS] = "leads",
        [PERIOD_LAGS] = "lags",
    };

    tree_open(out, modes[e->period.mode]);
    buf_puts(out, ops[e->period.op]);
    tree_expr(out, e->period.left);
    tree_expr(out, e->period.right);
    tree_close(out);
}

static void tree_query_expr(struct buf *out, const char *word, const struct select *select)
{
    tree_open(out, word);
    tree_select(out, select);
    tree_close(out);
}

/* ---- calls ---- */

static void tree_json(struct buf *out, const struct json_clauses *json)
{
    static const char *const wrappers[] = {
        [JSON_WRAPPER_UNSAID] = "",
        [JSON_WRAPPER_WITHOUT] = "without-wrapper",
        [JSON_WRAPPER_CONDITIONAL] = "conditional-wrapper",
        [JSON_WRAPPER_UNCONDITIONAL] = "wrapper",
    };
    static const char *const answers[] = {
        [JSON_UNSAID] = "",
        [JSON_DEFAULT] = "default",
        [JSON_NULL] = "null",
        [JSON_ERROR] = "error",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_UNKNOWN] = "unknown",
        [JSON_EMPTY_ARRAY] = "empty-array",
        [JSON_EMPTY_OBJECT] = "empty-object",
    };

    if (!json) return;
    if (json->returning) {
        tree_open(out, "returning");
        tree_type(out, json->returning);
        tree_close(out);
    }
    tree_word(out, wrappers[json->wrapper]);
    if (json->on_empty) {
        tree_open(out, "on-empty");
        tree_word(out, answers[json->on_empty]);
        if (json->empty_value) tree_expr(out, json->empty_value);
        tree_close(out);
    }
    if (json->on_error) {
        tree_open(out, "on-error");
        tree_word(out, answers[json->on_error]);
        if (json->error_value) tree_expr(out, json->error_value);
        tree_close(out);
    }
}

static void tree_args(struct buf *out, const struct args *args)
{
    for (int i = 0; i < args->count; i++) {
        const struct arg *arg = &args->items[i];
        if (arg->name.text.ptr) {
            tree_open(out, "named");
            tree_ident(out, &arg->name);
        }
        tree_expr(out, arg->value);
        if (arg->name.text.ptr) tree_close(out);
    }
}

static void tree_tails(struct buf *out, const struct call *call)
{
    static const char *const nth[] = {
        [NTH_UNSAID] = "", [NTH_FROM_FIRST] = "from-first", [NTH_FROM_LAST] = "from-last"};
    static const char *const nulls[] = {
        [NULLS_UNSAID] = "", [NULLS_IGNORE] = "ignore-nulls", [NULLS_RESPECT] = "respect-nulls"};

    tree_sorts(out, "within-group", &call->within_group);
    tree_part(out, "filter", call->filter);
    tree_word(out, nth[call->nth_from]);
    tree_word(out, nulls[call->nulls]);
    tree_over(out, call->over);
}

/* (call f args...): the form, if it is not the plain one, stands before the arguments. */
static void tree_call(struct buf *out, const struct call *call)
{
    static const char *const forms[] = {
        [CALL_PLAIN] = "",     [CALL_STAR] = "*",     [CALL_BY] = ":by",           [CALL_TO] = ":to",
        [CALL_FROM] = ":from", [CALL_FOR] = ":for",   [CALL_SIMILAR] = ":similar", [CALL_PLACING] = ":placing",
        [CALL_IN] = ":in",     [CALL_TRIM] = ":trim",
    };
    static const char *const sides[] = {
        [TRIM_UNSAID] = "", [TRIM_BOTH] = "both", [TRIM_LEADING] = "leading", [TRIM_TRAILING] = "trailing"};
    static const char *const quantifiers[] = {
        [QUANTIFIER_NONE] = "", [QUANTIFIER_ALL] = "all", [QUANTIFIER_DISTINCT] = "distinct"};

    tree_open(out, "call");
    tree_name(out, &call->name);
    tree_word(out, forms[call->form]);
    if (call->form == CALL_TO) tree_word(out, time_unit_name(call->unit));
    tree_word(out, sides[call->side]);
    tree_word(out, quantifiers[call->quantifier]);
    tree_args(out, &call->args);
    tree_sorts(out, "order", &call->order);
    tree_json(out, call->json);
    tree_part(out, "zone", call->zone);
    tree_tails(out, call);
    tree_close(out);
}

static void tree_named_part(struct buf *out, const char *word, const struct expr *operand, const struct name *name)
{
    tree_open(out, word);
    if (operand) tree_expr(out, operand);
    tree_name(out, name);
    tree_close(out);
}

static void tree_pair(struct buf *out, const char *word, const struct expr *a, const struct expr *b)
{
    tree_open(out, word);
    tree_expr(out, a);
    tree_expr(out, b);
    tree_close(out);
}

/* The nodes with a part that is no expression. */
static void tree_mixed(struct buf *out, const struct expr *e)
{
    if (e->kind == EXPR_CAST) {
        tree_open(out, e->cast.try_cast ? "try-cast" : "cast");
        tree_expr(out, e->cast.operand);
        tree_type(out, e->cast.type);
    } else if (e->kind == EXPR_QUALIFIED) {
        tree_open(out, "qualified");
        tree_expr(out, e->qualified.operand);
        tree_qualifier(out, &e->qualified.qualifier);
    } else if (e->kind == EXPR_FIELD) {
        tree_open(out, "field");
        tree_expr(out, e->field.operand);
        tree_ident(out, &e->field.name);
    } else if (e->kind == EXPR_TABLE) {
        tree_open(out, "table");
        tree_name(out, &e->table.name);
        tree_list(out, "partition", &e->table.partition);
    }
    tree_close(out);
}

static void tree_star(struct buf *out, const struct name *qualifier)
{
    tree_name(out, qualifier);
    if (!qualifier->count) tree_gap(out);
    buf_puts(out, qualifier->count ? ".*" : "*");
}

static void tree_expr(struct buf *out, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_NULL: tree_word(out, "null"); break;
    case EXPR_BOOLEAN: tree_word(out, e->boolean ? "true" : "false"); break;
    case EXPR_NUMBER: tree_number(out, e); break;
    case EXPR_TEXT: tree_text(out, e->text); break;
    case EXPR_BINARY: tree_bytes(out, e->text); break;
    case EXPR_DATE: tree_literal(out, "date", e->text); break;
    case EXPR_TIME: tree_literal(out, "time", e->text); break;
    case EXPR_TIMESTAMP: tree_literal(out, "timestamp", e->text); break;
    case EXPR_INTERVAL: tree_interval(out, e); break;
    case EXPR_COLUMN: tree_name(out, &e->name); break;
    case EXPR_STAR: tree_star(out, &e->name); break;
    case EXPR_UNARY: tree_unary(out, e); break;
    case EXPR_BINARY_OP: tree_binary(out, e); break;
    case EXPR_IS: tree_is(out, e); break;
    case EXPR_BETWEEN: tree_between(out, e); break;
    case EXPR_IN: tree_in(out, e); break;
    case EXPR_LIKE: tree_like(out, e); break;
    case EXPR_CASE: tree_case(out, e); break;
    case EXPR_CALL: tree_call(out, &e->call); break;
    case EXPR_CAST:
    case EXPR_QUALIFIED:
    case EXPR_FIELD:
    case EXPR_TABLE: tree_mixed(out, e); break;
    case EXPR_ROW:
        tree_open(out, "row");
        tree_exprs(out, &e->list);
        tree_close(out);
        break;
    case EXPR_ARRAY:
        tree_open(out, "array");
        tree_exprs(out, &e->list);
        tree_close(out);
        break;
    case EXPR_SUBSCRIPT: tree_pair(out, "subscript", e->subscript.operand, e->subscript.index); break;
    case EXPR_SUBQUERY: tree_query_expr(out, "subquery", e->select); break;
    case EXPR_EXISTS: tree_query_expr(out, "exists", e->select); break;
    case EXPR_CURSOR: tree_query_expr(out, "cursor", e->select); break;
    case EXPR_AT_ZONE: tree_pair(out, "at-zone", e->at_zone.operand, e->at_zone.zone); break;
    case EXPR_COLLATE: tree_named_part(out, "collate", e->collate.operand, &e->collate.collation); break;
    case EXPR_PERIOD: tree_period(out, e); break;
    case EXPR_DESCRIPTOR: tree_idents(out, "descriptor", &e->columns); break;
    }
}

#endif
