/* expr.c - see expr.h. */
#include "planner/expr.h"
#include "base/decimal.h"
#include "base/num.h"
#include "planner/function_id.h"
#include "planner/interval.h"

#include <string.h>

/* Doubles by their bits: NaN is NaN, and -0 is not 0. */
static bool const_equal(const struct bound *a, const struct bound *b)
{
    if (a->null || b->null) return a->null && b->null;
    switch (type_phys(a->type)) {
    case PHYS_BOOL:
    case PHYS_INT: return a->i == b->i;
    case PHYS_DOUBLE: return memcmp(&a->d, &b->d, sizeof a->d) == 0;
    case PHYS_TEXT: return str_equal(a->s, b->s);
    case PHYS_WIDE: return a->wide == b->wide;
    }
    return false;
}

static bool args_equal(const struct bound *a, const struct bound *b)
{
    if (a->count != b->count) return false;
    for (int i = 0; i < a->count; i++) {
        if (!bound_equal(a->args[i], b->args[i])) return false;
    }
    return true;
}

bool bound_equal(const struct bound *a, const struct bound *b)
{
    if (a == b) return true;
    if (a->kind != b->kind || !type_equal(a->type, b->type)) return false;
    switch (a->kind) {
    case BOUND_CONST: return const_equal(a, b);
    case BOUND_COLUMN: return a->column == b->column;
    case BOUND_ROWTIME:
    case BOUND_ARRIVAL:
    case BOUND_WATERMARK: return true;
    case BOUND_CALL: return a->function == b->function && args_equal(a, b);
    case BOUND_CASE: return args_equal(a, b);
    }
    return false;
}

void bound_walk(struct bound *b, void (*visit)(struct bound *, void *arg), void *arg)
{
    visit(b, arg);
    for (int i = 0; i < b->count; i++) bound_walk(b->args[i], visit, arg);
}

struct bound *bound_copy(struct arena *arena, const struct bound *b)
{
    struct bound *copy = arena_alloc(arena, sizeof *copy);

    *copy = *b;
    if (b->s.ptr) copy->s = str_of(arena_copy(arena, b->s.ptr, b->s.len), b->s.len);
    if (b->count) copy->args = arena_alloc(arena, (size_t)b->count * sizeof *copy->args);
    for (int i = 0; i < b->count; i++) copy->args[i] = bound_copy(arena, b->args[i]);
    return copy;
}

/* ---- printing ---- */

static void print_quoted(struct str text, struct buf *out)
{
    buf_putc(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') buf_putc(out, '\'');
        buf_putc(out, text.ptr[i]);
    }
    buf_putc(out, '\'');
}

static void print_bytes(struct str bytes, struct buf *out)
{
    buf_puts(out, "X'");
    for (size_t i = 0; i < bytes.len; i++) buf_printf(out, "%02x", (unsigned char)bytes.ptr[i]);
    buf_putc(out, '\'');
}

static void print_datetime(const struct bound *b, struct buf *out)
{
    char text[TIME_TEXT_MAX];

    switch (b->type.kind) {
    case TYPE_DATE: time_print_date(b->i, text); break;
    case TYPE_TIME: time_print_clock(b->i, text); break;
    case TYPE_TIMESTAMP_TZ: time_print_zoned(b->i, text); break;
    default: time_print(b->i, text);
    }
    buf_printf(out, "%s '%s'",
               b->type.kind == TYPE_DATE   ? "DATE"
               : b->type.kind == TYPE_TIME ? "TIME"
                                           : "TIMESTAMP",
               text);
}

/* A literal of the value's own qualifier, or of all units when that would cut it. */
static void print_interval(const struct bound *b, struct buf *out)
{
    struct type type = b->type;
    char text[INTERVAL_TEXT_MAX];
    struct buf words = {0};
    int64_t back;

    interval_print(type, b->i, text);
    if (interval_parse(type, text, strlen(text), &back) || back != b->i) {
        type = type_of(type.kind);
        interval_print(type, b->i, text);
    }
    type_print(type, &words);
    buf_printf(out, "INTERVAL '%s'%s", text, buf_text(&words) + strlen("INTERVAL"));
    buf_free(&words);
}

/* The digits with the point where the scale says. */
static void print_decimal(const struct bound *b, struct buf *out)
{
    char text[NUM_TEXT_MAX];
    __int128 v = type_phys(b->type) == PHYS_WIDE ? b->wide : b->i;

    buf_put(out, text, (size_t)decimal_print(v, b->type.scale, text));
}

static void print_const(const struct bound *b, struct buf *out)
{
    char number[NUM_TEXT_MAX];

    if (b->null) {
        buf_puts(out, "NULL");
        return;
    }
    switch (b->type.kind) {
    case TYPE_NULL: buf_puts(out, "NULL"); break;
    case TYPE_BOOLEAN: buf_puts(out, b->i ? "TRUE" : "FALSE"); break;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT: buf_put(out, number, (size_t)num_print_int(b->i, number)); break;
    case TYPE_DECIMAL: print_decimal(b, out); break;
    case TYPE_REAL:
    case TYPE_DOUBLE: buf_put(out, number, (size_t)num_print_double(b->d, number)); break;
    case TYPE_CHAR:
    case TYPE_VARCHAR: print_quoted(b->s, out); break;
    case TYPE_BINARY: print_bytes(b->s, out); break;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP_TZ:
    case TYPE_TIMESTAMP: print_datetime(b, out); break;
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: print_interval(b, out); break;
    }
}

/* How calls are written: operators by their place, and the few with words between their arguments. */
enum notation { CALLED, INFIX, PREFIX, POSTFIX, LIKE, LIST, CAST_AS, UNIT_FROM, TO_UNIT };

static bool is_one_of(const char *name, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(name, *words) == 0) return true;
    }
    return false;
}

static enum notation notation_of(const struct bound *b)
{
    static const char *const infix[] = {"+",   "-",
                                        "*",   "/",
                                        "%",   "=",
                                        "<>",  "<",
                                        "<=",  ">",
                                        ">=",  "and",
                                        "or",  "is distinct from",
                                        "||",  "->",
                                        "->>", "at time zone",
                                        NULL};
    static const char *const postfix[] = {"is null", "is true", "is false", NULL};
    const char *name = b->function->name;

    if (b->count == 1 && (strcmp(name, "-") == 0 || strcmp(name, "not") == 0)) return PREFIX;
    if (b->count == 2 && is_one_of(name, infix)) return INFIX;
    if (is_one_of(name, postfix)) return POSTFIX;
    if (strcmp(name, "like") == 0 || strcmp(name, "similar to") == 0) return LIKE;
    if (strcmp(name, "in") == 0) return LIST;
    if (strcmp(name, "CAST") == 0) return CAST_AS;
    if (strcmp(name, "EXTRACT") == 0 && b->args[0]->kind == BOUND_CONST) return UNIT_FROM;
    switch (b->function->id) {
    case FN_FLOOR_TIME:
    case FN_FLOOR_SPAN:
    case FN_FLOOR_MONTHS:
    case FN_CEIL_TIME:
    case FN_CEIL_SPAN:
    case FN_CEIL_MONTHS: return b->args[1]->kind == BOUND_CONST ? TO_UNIT : CALLED;
    default: return CALLED;
    }
}

/* Operator words are keywords: in upper case. */
static void print_word(const char *name, struct buf *out)
{
    for (; *name; name++) buf_putc(out, *name >= 'a' && *name <= 'z' ? (char)(*name - 32) : *name);
}

/* An operand: in parentheses when it is an operator's call itself. */
static void print_operand(const struct bound *b, const char *const *names, struct buf *out)
{
    bool nested = b->kind == BOUND_CALL && notation_of(b) >= INFIX && notation_of(b) <= LIST;

    if (nested) buf_putc(out, '(');
    bound_print(b, names, out);
    if (nested) buf_putc(out, ')');
}

static void print_list(const struct bound *b, int from, const char *const *names, struct buf *out)
{
    buf_putc(out, '(');
    for (int i = from; i < b->count; i++) {
        if (i > from) buf_puts(out, ", ");
        bound_print(b->args[i], names, out);
    }
    buf_putc(out, ')');
}

static void print_infix(const struct bound *b, const char *const *names, struct buf *out)
{
    print_operand(b->args[0], names, out);
    buf_putc(out, ' ');
    print_word(b->function->name, out);
    buf_putc(out, ' ');
    if (b->function->id == FN_IN) {
        print_list(b, 1, names, out);
    } else {
        print_operand(b->args[1], names, out);
    }
    if (b->count < 3 || b->function->id == FN_IN) return;
    buf_puts(out, " ESCAPE ");
    print_operand(b->args[2], names, out);
}

/* NAME(unit FROM x) or NAME(x TO unit). */
static void print_unit_call(const struct bound *b, enum notation notation, const char *const *names, struct buf *out)
{
    struct str unit = b->args[notation == UNIT_FROM ? 0 : 1]->s;

    buf_printf(out, "%s(", b->function->name);
    if (notation == UNIT_FROM) buf_printf(out, "%.*s FROM ", (int)unit.len, unit.ptr);
    bound_print(b->args[notation == UNIT_FROM ? 1 : 0], names, out);
    if (notation == TO_UNIT) buf_printf(out, " TO %.*s", (int)unit.len, unit.ptr);
    buf_putc(out, ')');
}

static void print_cast(const struct bound *b, const char *const *names, struct buf *out)
{
    buf_puts(out, "CAST(");
    bound_print(b->args[0], names, out);
    buf_puts(out, " AS ");
    type_print(b->type, out);
    buf_putc(out, ')');
}

static void print_call(const struct bound *b, const char *const *names, struct buf *out)
{
    enum notation notation = notation_of(b);

    switch (notation) {
    case INFIX:
    case LIKE:
    case LIST: print_infix(b, names, out); break;
    case PREFIX:
        print_word(b->function->name, out);
        if (b->function->id == FN_NOT) buf_putc(out, ' ');
        print_operand(b->args[0], names, out);
        break;
    case POSTFIX:
        print_operand(b->args[0], names, out);
        buf_putc(out, ' ');
        print_word(b->function->name, out);
        break;
    case CAST_AS: print_cast(b, names, out); break;
    case UNIT_FROM:
    case TO_UNIT: print_unit_call(b, notation, names, out); break;
    case CALLED:
        buf_puts(out, b->function->name);
        print_list(b, 0, names, out);
        break;
    }
}

static void print_case(const struct bound *b, const char *const *names, struct buf *out)
{
    buf_puts(out, "CASE");
    for (int i = 0; i + 1 < b->count; i += 2) {
        buf_puts(out, " WHEN ");
        bound_print(b->args[i], names, out);
        buf_puts(out, " THEN ");
        bound_print(b->args[i + 1], names, out);
    }
    buf_puts(out, " ELSE ");
    bound_print(b->args[b->count - 1], names, out);
    buf_puts(out, " END");
}

void bound_print(const struct bound *b, const char *const *names, struct buf *out)
{
    switch (b->kind) {
    case BOUND_CONST: print_const(b, out); break;
    case BOUND_COLUMN:
        if (names) {
            buf_puts(out, names[b->column]);
        } else {
            buf_printf(out, "$%d", b->column);
        }
        break;
    case BOUND_ROWTIME: buf_puts(out, "ROWTIME"); break;
    case BOUND_ARRIVAL: buf_puts(out, "NOW()"); break;
    case BOUND_WATERMARK: buf_puts(out, "_watermark"); break;
    case BOUND_CALL: print_call(b, names, out); break;
    case BOUND_CASE: print_case(b, names, out); break;
    }
}
