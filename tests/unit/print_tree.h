/* print_tree.h - a syntax tree as text, for tests: every field of ast.h but the places, nothing derived. Nodes are
 * (word parts...); what was not written is left out. Two trees are the same if and only if their texts are.
 *
 *   columns and names as they are written, "quoted" ones in quotes; texts in '..'; whole numbers bare, other numbers
 *   (decimal 1.5), (double 1e2); (interval '1' day 3 second 3): unit, its digits, last unit, digits of the fraction.
 *
 * What does not fit into a line is broken: a part a line, indented by two blanks. */
#ifndef WEIR_TESTS_PRINT_TREE_H
#define WEIR_TESTS_PRINT_TREE_H

#include "parser/ast.h"

#include <string.h>

enum { TREE_LINE_BYTES = 116 };

static void tree_expr(struct buf *out, const struct expr *e);
static void tree_select(struct buf *out, const struct select *select);
static void tree_type(struct buf *out, const struct type_name *type);
static void tree_statement(struct buf *out, const struct statement *s);

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

/* ---- FROM ---- */

static void tree_table(struct buf *out, const struct table_ref *ref);

static void tree_join(struct buf *out, const struct table_ref *ref)
{
    static const char *const words[] = {
        [JOIN_INNER] = "join",     [JOIN_LEFT] = "left-join",   [JOIN_RIGHT] = "right-join",
        [JOIN_FULL] = "full-join", [JOIN_CROSS] = "cross-join", [JOIN_COMMA] = "comma",
    };

    tree_open(out, words[ref->join.kind]);
    tree_flag(out, ref->join.natural, "natural");
    tree_table(out, ref->join.left);
    tree_table(out, ref->join.right);
    tree_part(out, "on", ref->join.on);
    tree_idents(out, "using", &ref->join.using);
}

static void tree_source(struct buf *out, const struct table_ref *ref)
{
    switch (ref->kind) {
    case TABLE_NAMED:
        tree_open(out, "table");
        tree_name(out, &ref->name);
        break;
    case TABLE_SUBQUERY:
        tree_open(out, "subquery");
        tree_select(out, ref->select);
        break;
    case TABLE_FUNCTION:
        tree_open(out, "function");
        tree_expr(out, ref->call);
        break;
    case TABLE_UNNEST:
        tree_open(out, "unnest");
        tree_expr(out, ref->call);
        break;
    case TABLE_JOIN: tree_join(out, ref); break;
    }
}

static void tree_table(struct buf *out, const struct table_ref *ref)
{
    tree_source(out, ref);
    tree_flag(out, ref->final, "final");
    tree_flag(out, ref->lateral, "lateral");
    tree_flag(out, ref->ordinality, "ordinality");
    tree_part(out, "as-of", ref->as_of);
    tree_over(out, ref->over);
    if (ref->alias.text.ptr) {
        tree_open(out, "as");
        tree_ident(out, &ref->alias);
        tree_idents(out, "columns", &ref->columns);
        tree_close(out);
    }
    tree_close(out);
}

/* ---- queries ---- */

static void tree_items(struct buf *out, const struct select_items *items)
{
    tree_open(out, "items");
    for (int i = 0; i < items->count; i++) {
        const struct select_item *item = &items->items[i];
        if (item->alias.text.ptr) tree_open(out, "as");
        tree_expr(out, item->expr);
        tree_ident(out, &item->alias);
        if (item->alias.text.ptr) tree_close(out);
    }
    tree_close(out);
}

static void tree_groups(struct buf *out, const struct groups *groups)
{
    static const char *const words[] = {[GROUP_ROLLUP] = "rollup", [GROUP_CUBE] = "cube", [GROUP_SETS] = "sets"};

    if (!groups->count) return;
    tree_open(out, "group");
    for (int i = 0; i < groups->count; i++) {
        const struct group_by *group = &groups->items[i];
        if (group->kind == GROUP_EXPR)
            tree_exprs(out, &group->exprs);
        else
            tree_list(out, words[group->kind], &group->exprs);
    }
    tree_close(out);
}

static void tree_stagger(struct buf *out, const struct stagger *stagger)
{
    if (!stagger) return;
    tree_open(out, "stagger");
    tree_list(out, "partition", &stagger->keys);
    tree_part(out, "range", stagger->size);
    tree_close(out);
}

static void tree_windows(struct buf *out, const struct named_windows *windows)
{
    if (!windows->count) return;
    tree_open(out, "windows");
    for (int i = 0; i < windows->count; i++) {
        tree_open(out, "");
        tree_ident(out, &windows->items[i].name);
        tree_over(out, &windows->items[i].over);
        tree_close(out);
    }
    tree_close(out);
}

static void tree_plain(struct buf *out, const struct select *select)
{
    static const char *const quantifiers[] = {
        [QUANTIFIER_NONE] = "", [QUANTIFIER_ALL] = "all", [QUANTIFIER_DISTINCT] = "distinct"};

    tree_open(out, "select");
    tree_flag(out, select->plain.stream, "stream");
    tree_word(out, quantifiers[select->plain.quantifier]);
    tree_items(out, &select->plain.items);
    if (select->plain.from) {
        tree_open(out, "from");
        tree_table(out, select->plain.from);
        tree_close(out);
    }
    tree_part(out, "where", select->plain.where);
    tree_groups(out, &select->plain.groups);
    tree_stagger(out, select->plain.stagger);
    tree_part(out, "having", select->plain.having);
    tree_windows(out, &select->plain.windows);
}

static void tree_values(struct buf *out, const struct value_rows *rows)
{
    tree_open(out, "values");
    for (int i = 0; i < rows->count; i++) tree_list(out, "row", &rows->items[i].values);
}

static void tree_set(struct buf *out, const char *word, const struct select *select)
{
    tree_open(out, word);
    tree_flag(out, select->set.quantifier == QUANTIFIER_ALL, "all");
    tree_flag(out, select->set.quantifier == QUANTIFIER_DISTINCT, "distinct");
    tree_select(out, select->set.left);
    tree_select(out, select->set.right);
}

static void tree_ctes(struct buf *out, const struct ctes *ctes)
{
    if (!ctes->count) return;
    tree_open(out, ctes->recursive ? "with-recursive" : "with");
    for (int i = 0; i < ctes->count; i++) {
        tree_open(out, "");
        tree_ident(out, &ctes->items[i].name);
        tree_idents(out, "columns", &ctes->items[i].columns);
        tree_select(out, ctes->items[i].select);
        tree_close(out);
    }
    tree_close(out);
}

static void tree_emission(struct buf *out, const struct select *select)
{
    tree_part(out, "lateness", select->lateness);
    switch (select->emit) {
    case EMIT_CLAUSE_UNSAID: break;
    case EMIT_CLAUSE_ON_CLOSE: tree_word(out, "emit-on-close"); break;
    case EMIT_CLAUSE_CHANGES: tree_word(out, "emit-changes"); break;
    case EMIT_CLAUSE_EVERY: tree_part(out, "emit-every", select->emit_every); break;
    }
    tree_options(out, "options", &select->options);
}

static void tree_select(struct buf *out, const struct select *select)
{
    switch (select->kind) {
    case SELECT_PLAIN: tree_plain(out, select); break;
    case SELECT_VALUES: tree_values(out, &select->values); break;
    case SELECT_UNION: tree_set(out, "union", select); break;
    case SELECT_EXCEPT: tree_set(out, "except", select); break;
    case SELECT_INTERSECT: tree_set(out, "intersect", select); break;
    }
    tree_ctes(out, &select->with);
    tree_sorts(out, "order", &select->order);
    tree_part(out, "limit", select->limit);
    tree_part(out, "offset", select->offset);
    tree_emission(out, select);
    tree_close(out);
}

/* ---- statements ---- */

static void tree_column(struct buf *out, const struct column_def *column)
{
    tree_open(out, "column");
    tree_ident(out, &column->name);
    tree_type(out, column->type);
    tree_flag(out, column->not_null, "not-null");
    tree_text_part(out, "format", column->format);
    tree_text_part(out, "path", column->path);
    tree_close(out);
}

static void tree_stream(struct buf *out, const struct create_stream *stream)
{
    for (int i = 0; i < stream->columns.count; i++) tree_column(out, &stream->columns.items[i]);
    if (stream->watermark_expr) {
        tree_open(out, "watermark");
        tree_ident(out, &stream->watermark);
        tree_expr(out, stream->watermark_expr);
        tree_close(out);
    }
    tree_idents(out, "primary-key", &stream->primary_key);
    if (stream->select) tree_select(out, stream->select);
}

static void tree_insert(struct buf *out, const struct insert *insert)
{
    tree_open(out, "into");
    tree_name(out, &insert->target);
    tree_idents(out, "columns", &insert->columns);
    tree_flag(out, insert->expedited, "expedited");
    tree_select(out, insert->select);
    tree_close(out);
}

static void tree_function(struct buf *out, const struct create_function *function)
{
    static const char *const determinism[] = {
        [DETERMINISM_UNSAID] = "", [DETERMINISM_YES] = "deterministic", [DETERMINISM_NO] = "not-deterministic"};
    static const char *const null_input[] = {
        [NULL_INPUT_UNSAID] = "", [NULL_INPUT_CALLED] = "called-on-null", [NULL_INPUT_RETURNS_NULL] = "null-on-null"};
    const struct function_attributes *attributes = &function->attributes;

    for (int i = 0; i < function->params.count; i++) {
        tree_open(out, "param");
        tree_ident(out, &function->params.items[i].name);
        tree_type(out, function->params.items[i].type);
        tree_close(out);
    }
    tree_open(out, "returns");
    tree_type(out, function->returns);
    tree_close(out);
    tree_flag(out, attributes->language_sql, "language-sql");
    tree_word(out, determinism[attributes->deterministic]);
    tree_flag(out, attributes->access & ACCESS_CONTAINS, "contains-sql");
    tree_flag(out, attributes->access & ACCESS_READS, "reads-sql");
    tree_flag(out, attributes->access & ACCESS_MODIFIES, "modifies-sql");
    tree_word(out, null_input[attributes->null_input]);
    if (attributes->specific.count) tree_named_part(out, "specific", NULL, &attributes->specific);
    tree_part(out, "return", function->body);
}

static void tree_panel(struct buf *out, const struct panel *panel)
{
    static const char *const words[] = {
        [PANEL_LINE] = "line",   [PANEL_AREA] = "area",       [PANEL_BAR] = "bar", [PANEL_NUMBER] = "number",
        [PANEL_TABLE] = "table", [PANEL_HEATMAP] = "heatmap", [PANEL_MAP] = "map",
    };

    tree_open(out, words[panel->kind]);
    tree_text(out, panel->title);
    tree_options(out, "fields", &panel->fields);
    tree_named_part(out, "from", NULL, &panel->source);
    tree_part(out, "where", panel->where);
    tree_part(out, "last", panel->last);
    tree_close(out);
}

static const char *tree_object(enum ddl_kind object)
{
    static const char *const words[] = {
        [DDL_STREAM] = "stream", [DDL_PUMP] = "pump",         [DDL_VIEW] = "view",
        [DDL_TABLE] = "table",   [DDL_FUNCTION] = "function", [DDL_DASHBOARD] = "dashboard",
    };

    return words[object];
}

static void tree_explain(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {
        [EXPLAIN_STATEMENT] = "statement", [EXPLAIN_OBJECT] = "object",       [EXPLAIN_ANALYZE] = "analyze",
        [EXPLAIN_STATE] = "state",         [EXPLAIN_WHY_NOT_EMITTED] = "why", [EXPLAIN_ROW] = "row",
    };

    tree_word(out, words[s->explain.kind]);
    if (s->explain.kind == EXPLAIN_OBJECT) tree_word(out, tree_object(s->explain.object));
    if (s->explain.statement) tree_statement(out, s->explain.statement);
    tree_part(out, "where", s->explain.where);
}

static void tree_sqlite(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {[SQLITE_CREATE_TABLE] = "create-table",
                                        [SQLITE_UPDATE] = "update",
                                        [SQLITE_DELETE] = "delete",
                                        [SQLITE_OTHER] = "other"};

    tree_word(out, words[s->sqlite.kind]);
    tree_text(out, s->sqlite.text);
}

/* What only this kind of statement has. */
static void tree_body(struct buf *out, const struct statement *s)
{
    static const char *const actions[] = {
        [ALTER_START] = "start", [ALTER_STOP] = "stop", [ALTER_RESUME] = "resume", [ALTER_SET] = "set"};
    static const char *const shown[] = {
        [SHOW_STREAMS] = "streams",       [SHOW_SHARDS] = "shards",        [SHOW_PUMPS] = "pumps",
        [SHOW_VIEWS] = "views",           [SHOW_TABLES] = "tables",        [SHOW_FUNCTIONS] = "functions",
        [SHOW_CONNECTORS] = "connectors", [SHOW_DASHBOARDS] = "dashboards"};

    switch (s->kind) {
    case STATEMENT_QUERY: tree_select(out, s->select); break;
    case STATEMENT_CREATE_STREAM: tree_stream(out, &s->create_stream); break;
    case STATEMENT_CREATE_PUMP:
        tree_flag(out, s->pump.stopped, "stopped");
        tree_insert(out, &s->pump.insert);
        break;
    case STATEMENT_CREATE_VIEW:
        tree_flag(out, s->view.materialized, "materialized");
        tree_idents(out, "columns", &s->view.columns);
        tree_select(out, s->view.select);
        break;
    case STATEMENT_CREATE_TABLE:
    case STATEMENT_COPY: tree_text_part(out, "file", s->file.path); break;
    case STATEMENT_CREATE_FUNCTION: tree_function(out, &s->function); break;
    case STATEMENT_CREATE_DASHBOARD:
        for (int i = 0; i < s->panels.count; i++) tree_panel(out, &s->panels.items[i]);
        break;
    case STATEMENT_INSERT: tree_insert(out, &s->insert); break;
    case STATEMENT_SET: tree_expr(out, s->set.value); break;
    case STATEMENT_ALTER:
        tree_word(out, tree_object(s->alter.object));
        tree_word(out, actions[s->alter.action]);
        break;
    case STATEMENT_DROP: tree_word(out, tree_object(s->object)); break;
    case STATEMENT_SHOW:
        tree_word(out, shown[s->show.what]);
        tree_name(out, &s->show.of);
        break;
    case STATEMENT_EXPLAIN: tree_explain(out, s); break;
    case STATEMENT_DIFF: tree_name(out, &s->other); break;
    case STATEMENT_SQLITE: tree_sqlite(out, s); break;
    case STATEMENT_DESCRIBE:
    case STATEMENT_VERIFY: break;
    }
}

static void tree_statement(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {
        [STATEMENT_QUERY] = "query",
        [STATEMENT_CREATE_STREAM] = "create-stream",
        [STATEMENT_CREATE_PUMP] = "create-pump",
        [STATEMENT_CREATE_VIEW] = "create-view",
        [STATEMENT_CREATE_TABLE] = "create-table",
        [STATEMENT_CREATE_FUNCTION] = "create-function",
        [STATEMENT_CREATE_DASHBOARD] = "create-dashboard",
        [STATEMENT_INSERT] = "insert",
        [STATEMENT_COPY] = "copy",
        [STATEMENT_SET] = "set",
        [STATEMENT_ALTER] = "alter",
        [STATEMENT_DROP] = "drop",
        [STATEMENT_SHOW] = "show",
        [STATEMENT_DESCRIBE] = "describe",
        [STATEMENT_EXPLAIN] = "explain",
        [STATEMENT_VERIFY] = "verify",
        [STATEMENT_DIFF] = "diff",
        [STATEMENT_SQLITE] = "sqlite",
    };

    tree_open(out, words[s->kind]);
    tree_name(out, &s->name);
    tree_flag(out, s->replace, "replace");
    tree_flag(out, s->if_exists, "if-exists");
    tree_flag(out, s->if_not_exists, "if-not-exists");
    tree_text_part(out, "description", s->description);
    tree_options(out, "options", &s->options);
    tree_body(out, s);
    tree_close(out);
}

/* ---- lines ---- */

/* Behind the part that begins at text[at]: a node with its parentheses, or an atom. */
static size_t tree_part_end(const char *text, size_t at)
{
    int depth = 0;
    char quote = 0;

    for (; text[at]; at++) {
        if (quote) {
            if (text[at] == quote) quote = 0;
        } else if (text[at] == '\'' || text[at] == '"') {
            quote = text[at];
        } else if (text[at] == '(') {
            depth++;
        } else if (text[at] == ')') {
            if (--depth < 0) return at;
            if (!depth) return at + 1;
        } else if (text[at] == ' ' && !depth) {
            return at;
        }
    }
    return at;
}

/* The node text[at, end), whose first line is indented already. A word of the node and atoms behind it stay there. */
static void tree_lines(struct buf *out, const char *text, size_t at, size_t end, int indent)
{
    size_t next = at + 1;
    bool broken = false;

    if ((size_t)indent + end - at <= TREE_LINE_BYTES || text[at] != '(') {
        buf_put(out, text + at, end - at);
        return;
    }
    buf_putc(out, '(');
    while (next < end - 1) {
        size_t part_end = tree_part_end(text, next);
        broken |= text[next] == '(';
        if (broken && next > at + 1)
            buf_printf(out, "\n%*s", indent + 2, "");
        else if (next > at + 1)
            buf_putc(out, ' ');
        tree_lines(out, text, next, part_end, indent + 2);
        next = part_end + (text[part_end] == ' ');
    }
    buf_putc(out, ')');
}

/* The statement's tree, broken into lines, with a newline at its end. */
static void print_tree(struct buf *out, const struct statement *s)
{
    struct buf flat = {0};

    tree_statement(&flat, s);
    tree_lines(out, buf_text(&flat), 0, flat.len, 0);
    buf_putc(out, '\n');
    buf_free(&flat);
}

#endif
