/* unparse_expr.c - expressions, names and types as SQL (see unparse.h).
 * Parentheses are written where the grammar needs them: every kind of expression has a level, and an operand looser
 * than its place allows is wrapped. The levels are those of grammar.y. */
#include "parser/unparse.h"

#include "parser/filter.h"

enum level {
    LEVEL_OR = 1,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_IS,
    LEVEL_PREDICATE, /* comparisons, IN, LIKE, BETWEEN: none of them chains */
    LEVEL_ADD,       /* from here on what the grammar calls a value */
    LEVEL_MULTIPLY,
    LEVEL_JSON,
    LEVEL_ZONE,
    LEVEL_SIGN,
    LEVEL_PRIMARY,
};

static const struct {
    const char *text;
    enum level level;
} binary_ops[] = {
    [BINARY_OR] = {"OR", LEVEL_OR},
    [BINARY_AND] = {"AND", LEVEL_AND},
    [BINARY_EQ] = {"=", LEVEL_PREDICATE},
    [BINARY_NE] = {"<>", LEVEL_PREDICATE},
    [BINARY_LT] = {"<", LEVEL_PREDICATE},
    [BINARY_LE] = {"<=", LEVEL_PREDICATE},
    [BINARY_GT] = {">", LEVEL_PREDICATE},
    [BINARY_GE] = {">=", LEVEL_PREDICATE},
    [BINARY_DISTINCT] = {"IS DISTINCT FROM", LEVEL_IS},
    [BINARY_NOT_DISTINCT] = {"IS NOT DISTINCT FROM", LEVEL_IS},
    [BINARY_ADD] = {"+", LEVEL_ADD},
    [BINARY_SUBTRACT] = {"-", LEVEL_ADD},
    [BINARY_MULTIPLY] = {"*", LEVEL_MULTIPLY},
    [BINARY_DIVIDE] = {"/", LEVEL_MULTIPLY},
    [BINARY_MODULO] = {"%", LEVEL_MULTIPLY},
    [BINARY_CONCAT] = {"||", LEVEL_ADD},
    [BINARY_JSON] = {"->", LEVEL_JSON},
    [BINARY_JSON_TEXT] = {"->>", LEVEL_JSON},
};

/* By kind; 0 is LEVEL_PRIMARY. */
static const enum level levels[] = {
    [EXPR_UNARY] = LEVEL_SIGN,   [EXPR_IS] = LEVEL_IS,          [EXPR_BETWEEN] = LEVEL_PREDICATE,
    [EXPR_IN] = LEVEL_PREDICATE, [EXPR_LIKE] = LEVEL_PREDICATE, [EXPR_PERIOD] = LEVEL_PREDICATE,
    [EXPR_AT_ZONE] = LEVEL_ZONE, [EXPR_COLLATE] = LEVEL_ZONE,   [EXPR_DESCRIPTOR] = LEVEL_PRIMARY,
};

static enum level level_of(const struct expr *e)
{
    if (e->kind == EXPR_BINARY_OP) return binary_ops[e->binary.op].level;
    if (e->kind == EXPR_UNARY && e->unary.op == UNARY_NOT) return LEVEL_NOT;
    return levels[e->kind] ? levels[e->kind] : LEVEL_PRIMARY;
}

/* An operand whose place takes nothing looser than `least`. */
static void put_operand(struct buf *out, const struct expr *e, enum level least)
{
    bool wrap = level_of(e) < least;

    if (wrap) buf_putc(out, '(');
    unparse_expr(out, e);
    if (wrap) buf_putc(out, ')');
}

void unparse_value(struct buf *out, const struct expr *e)
{
    put_operand(out, e, LEVEL_ADD);
}

/* ---- names, texts, small parts ---- */

static void put_quoted(struct buf *out, struct str text, char quote)
{
    buf_putc(out, quote);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == quote) buf_putc(out, quote);
        buf_putc(out, text.ptr[i]);
    }
    buf_putc(out, quote);
}

static void put_str(struct buf *out, struct str text)
{
    buf_put(out, text.ptr, text.len);
}

void unparse_string(struct buf *out, struct str text)
{
    put_quoted(out, text, '\'');
}

void unparse_ident(struct buf *out, const struct ident *ident)
{
    if (ident->quoted)
        put_quoted(out, ident->text, '"');
    else
        put_str(out, ident->text);
}

void unparse_name(struct buf *out, const struct name *name)
{
    for (int i = 0; i < name->count; i++) {
        if (i) buf_putc(out, '.');
        unparse_ident(out, &name->parts[i]);
    }
}

static void put_comma(struct buf *out, int i)
{
    if (i) buf_puts(out, ", ");
}

void unparse_exprs(struct buf *out, const struct exprs *exprs)
{
    for (int i = 0; i < exprs->count; i++) {
        put_comma(out, i);
        unparse_expr(out, exprs->items[i]);
    }
}

void unparse_idents(struct buf *out, const struct idents *idents)
{
    for (int i = 0; i < idents->count; i++) {
        put_comma(out, i);
        unparse_ident(out, &idents->items[i]);
    }
}

static void put_digits(struct buf *out, int first, int second)
{
    if (first >= 0 && second >= 0)
        buf_printf(out, "(%d, %d)", first, second);
    else if (first >= 0)
        buf_printf(out, "(%d)", first);
}

void unparse_qualifier(struct buf *out, const struct qualifier *q)
{
    buf_puts(out, filter_unit_name(q->first));
    if (q->first == q->last) {
        put_digits(out, q->precision, q->fraction);
        return;
    }
    put_digits(out, q->precision, -1);
    buf_printf(out, " TO %s", filter_unit_name(q->last));
    put_digits(out, q->fraction, -1);
}

void unparse_type(struct buf *out, const struct type_name *type)
{
    switch (type->kind) {
    case TYPE_PLAIN:
        unparse_ident(out, &type->name);
        put_digits(out, type->length, type->scale);
        if (type->with_time_zone) buf_puts(out, " WITH TIME ZONE");
        break;
    case TYPE_ARRAY:
        buf_puts(out, "ARRAY<");
        unparse_type(out, type->element);
        buf_putc(out, '>');
        break;
    case TYPE_ROW:
        buf_puts(out, "ROW(");
        for (int i = 0; i < type->fields.count; i++) {
            put_comma(out, i);
            unparse_ident(out, &type->fields.items[i].name);
            buf_putc(out, ' ');
            unparse_type(out, type->fields.items[i].type);
        }
        buf_putc(out, ')');
        break;
    case TYPE_INTERVAL:
        buf_puts(out, "INTERVAL ");
        unparse_qualifier(out, &type->qualifier);
        break;
    }
}

/* ---- expressions ---- */

static void put_text_literal(struct buf *out, const char *word, struct str text)
{
    buf_puts(out, word);
    unparse_string(out, text);
}

static void put_bytes(struct buf *out, struct str bytes)
{
    buf_puts(out, "X'");
    for (size_t i = 0; i < bytes.len; i++) buf_printf(out, "%02x", (unsigned char)bytes.ptr[i]);
    buf_putc(out, '\'');
}

static void put_interval(struct buf *out, const struct expr *e)
{
    put_text_literal(out, e->interval.negative ? "INTERVAL -" : "INTERVAL ", e->interval.text);
    buf_putc(out, ' ');
    unparse_qualifier(out, &e->interval.qualifier);
}

static void put_unary(struct buf *out, const struct expr *e)
{
    static const char *const words[] = {[UNARY_NOT] = "NOT ", [UNARY_MINUS] = "-", [UNARY_PLUS] = "+"};

    buf_puts(out, words[e->unary.op]);
    put_operand(out, e->unary.operand, e->unary.op == UNARY_NOT ? LEVEL_NOT : LEVEL_PRIMARY);
}

static void put_binary(struct buf *out, const struct expr *e)
{
    enum level level = binary_ops[e->binary.op].level;
    bool chains = level != LEVEL_PREDICATE && level != LEVEL_IS;

    put_operand(out, e->binary.left, chains ? level : level + 1);
    buf_printf(out, " %s ", binary_ops[e->binary.op].text);
    put_operand(out, e->binary.right, level == LEVEL_IS ? LEVEL_ADD : level + 1);
}

static void put_is(struct buf *out, const struct expr *e)
{
    static const char *const tests[] = {
        [IS_NULL] = "NULL", [IS_TRUE] = "TRUE", [IS_FALSE] = "FALSE", [IS_UNKNOWN] = "UNKNOWN"};

    put_operand(out, e->is.operand, LEVEL_PREDICATE);
    buf_printf(out, " IS %s%s", e->is.negated ? "NOT " : "", tests[e->is.test]);
}

static void put_between(struct buf *out, const struct expr *e)
{
    put_operand(out, e->between.operand, LEVEL_ADD);
    buf_printf(out, "%s BETWEEN %s", e->between.negated ? " NOT" : "", e->between.symmetric ? "SYMMETRIC " : "");
    put_operand(out, e->between.low, LEVEL_ADD);
    buf_puts(out, " AND ");
    put_operand(out, e->between.high, LEVEL_ADD);
}

static void put_in(struct buf *out, const struct expr *e)
{
    put_operand(out, e->in.operand, LEVEL_ADD);
    buf_puts(out, e->in.negated ? " NOT IN (" : " IN (");
    if (e->in.select)
        unparse_select(out, e->in.select);
    else
        unparse_exprs(out, &e->in.list);
    buf_putc(out, ')');
}

static void put_like(struct buf *out, const struct expr *e)
{
    put_operand(out, e->like.operand, LEVEL_ADD);
    if (e->like.negated) buf_puts(out, " NOT");
    buf_puts(out, e->like.kind == LIKE_LIKE ? " LIKE " : " SIMILAR TO ");
    put_operand(out, e->like.pattern, LEVEL_ADD);
    if (!e->like.escape) return;
    buf_puts(out, " ESCAPE ");
    put_operand(out, e->like.escape, LEVEL_ADD);
}

static void put_word_expr(struct buf *out, const char *word, const struct expr *e)
{
    if (!e) return;
    buf_puts(out, word);
    unparse_expr(out, e);
}

static void put_case(struct buf *out, const struct expr *e)
{
    buf_puts(out, "CASE");
    put_word_expr(out, " ", e->kase.operand);
    for (int i = 0; i < e->kase.whens.count; i++) {
        put_word_expr(out, " WHEN ", e->kase.whens.items[i].when);
        put_word_expr(out, " THEN ", e->kase.whens.items[i].then);
    }
    put_word_expr(out, " ELSE ", e->kase.otherwise);
    buf_puts(out, " END");
}

static void put_cast(struct buf *out, const struct expr *e)
{
    put_word_expr(out, e->cast.try_cast ? "TRY_CAST(" : "CAST(", e->cast.operand);
    buf_puts(out, " AS ");
    unparse_type(out, e->cast.type);
    buf_putc(out, ')');
}

static void put_list(struct buf *out, const char *open, const struct exprs *list, const char *close)
{
    buf_puts(out, open);
    unparse_exprs(out, list);
    buf_puts(out, close);
}

static void put_query(struct buf *out, const char *open, const struct select *select)
{
    buf_puts(out, open);
    unparse_select(out, select);
    buf_putc(out, ')');
}

static void put_period(struct buf *out, const struct expr *e)
{
    static const char *const modes[] = {
        [PERIOD_PLAIN] = "", [PERIOD_STRICTLY] = "STRICTLY ", [PERIOD_IMMEDIATELY] = "IMMEDIATELY "};
    static const char *const ops[] = {
        [PERIOD_OVERLAPS] = "OVERLAPS", [PERIOD_CONTAINS] = "CONTAINS", [PERIOD_EQUALS] = "EQUALS",
        [PERIOD_PRECEDES] = "PRECEDES", [PERIOD_SUCCEEDS] = "SUCCEEDS", [PERIOD_LEADS] = "LEADS",
        [PERIOD_LAGS] = "LAGS",
    };

    put_operand(out, e->period.left, LEVEL_ADD);
    buf_printf(out, " %s%s ", modes[e->period.mode], ops[e->period.op]);
    put_operand(out, e->period.right, LEVEL_ADD);
}

/* More than one key is one row, which no argument behind it can be taken for. */
static void put_table(struct buf *out, const struct expr *e)
{
    const struct exprs *keys = &e->table.partition;

    buf_puts(out, "TABLE ");
    unparse_name(out, &e->table.name);
    if (!keys->count) return;
    put_list(out, keys->count > 1 ? " PARTITION BY (" : " PARTITION BY ", keys, keys->count > 1 ? ")" : "");
}

static void put_star(struct buf *out, const struct name *qualifier)
{
    unparse_name(out, qualifier);
    buf_puts(out, qualifier->count ? ".*" : "*");
}

static void put_postfix(struct buf *out, const struct expr *e)
{
    if (e->kind == EXPR_AT_ZONE) {
        put_operand(out, e->at_zone.operand, LEVEL_ZONE);
        buf_puts(out, " AT TIME ZONE ");
        put_operand(out, e->at_zone.zone, LEVEL_PRIMARY);
        return;
    }
    put_operand(out, e->collate.operand, LEVEL_ZONE);
    buf_puts(out, " COLLATE ");
    unparse_name(out, &e->collate.collation);
}

static void put_subscript(struct buf *out, const struct expr *e)
{
    put_operand(out, e->subscript.operand, LEVEL_PRIMARY);
    buf_putc(out, '[');
    unparse_expr(out, e->subscript.index);
    buf_putc(out, ']');
}

/* What no dot may follow (see `record` in grammar.y) is wrapped. */
static void put_field(struct buf *out, const struct expr *e)
{
    enum expr_kind kind = e->field.operand->kind;
    bool wrap = kind != EXPR_CALL && kind != EXPR_SUBQUERY && kind != EXPR_SUBSCRIPT && kind != EXPR_FIELD;

    if (wrap) buf_putc(out, '(');
    unparse_expr(out, e->field.operand);
    buf_puts(out, wrap ? ")." : ".");
    unparse_ident(out, &e->field.name);
}

static void put_qualified(struct buf *out, const struct expr *e)
{
    put_word_expr(out, "(", e->qualified.operand);
    buf_puts(out, ") ");
    unparse_qualifier(out, &e->qualified.qualifier);
}

void unparse_expr(struct buf *out, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_NULL: buf_puts(out, "NULL"); break;
    case EXPR_BOOLEAN: buf_puts(out, e->boolean ? "TRUE" : "FALSE"); break;
    case EXPR_NUMBER: put_str(out, e->number.text); break;
    case EXPR_TEXT: put_text_literal(out, "", e->text); break;
    case EXPR_BINARY: put_bytes(out, e->text); break;
    case EXPR_DATE: put_text_literal(out, "DATE ", e->text); break;
    case EXPR_TIME: put_text_literal(out, "TIME ", e->text); break;
    case EXPR_TIMESTAMP: put_text_literal(out, "TIMESTAMP ", e->text); break;
    case EXPR_INTERVAL: put_interval(out, e); break;
    case EXPR_COLUMN: unparse_name(out, &e->name); break;
    case EXPR_STAR: put_star(out, &e->name); break;
    case EXPR_UNARY: put_unary(out, e); break;
    case EXPR_BINARY_OP: put_binary(out, e); break;
    case EXPR_IS: put_is(out, e); break;
    case EXPR_BETWEEN: put_between(out, e); break;
    case EXPR_IN: put_in(out, e); break;
    case EXPR_LIKE: put_like(out, e); break;
    case EXPR_CASE: put_case(out, e); break;
    case EXPR_CAST: put_cast(out, e); break;
    case EXPR_CALL: unparse_call(out, &e->call); break;
    case EXPR_QUALIFIED: put_qualified(out, e); break;
    case EXPR_ROW: put_list(out, e->list.count == 1 ? "ROW(" : "(", &e->list, ")"); break;
    case EXPR_ARRAY: put_list(out, "ARRAY[", &e->list, "]"); break;
    case EXPR_SUBSCRIPT: put_subscript(out, e); break;
    case EXPR_FIELD: put_field(out, e); break;
    case EXPR_SUBQUERY: put_query(out, "(", e->select); break;
    case EXPR_EXISTS: put_query(out, "EXISTS (", e->select); break;
    case EXPR_AT_ZONE:
    case EXPR_COLLATE: put_postfix(out, e); break;
    case EXPR_PERIOD: put_period(out, e); break;
    case EXPR_TABLE: put_table(out, e); break;
    case EXPR_CURSOR: put_query(out, "CURSOR(", e->select); break;
    case EXPR_DESCRIPTOR:
        buf_puts(out, "DESCRIPTOR(");
        unparse_idents(out, &e->columns);
        buf_putc(out, ')');
        break;
    }
}
