/* bind_literal.c - literals as constants. */
#include "base/decimal.h"
#include "planner/binder.h"
#include "planner/interval.h"
#include <math.h>
#include <string.h>

/* ---- numbers ---- */

/* A DECIMAL of as many digits as are written: 4.50 is DECIMAL(3, 2). */
static struct bound *decimal(struct binder *b, struct str text, bool negative, int at)
{
    const char *point = memchr(text.ptr, '.', text.len);
    int scale = point ? (int)(text.ptr + text.len - point) - 1 : 0, digits;
    __int128 v;

    if (scale > DECIMAL_DIGITS_MAX || decimal_parse(text.ptr, text.len, scale, &v)) {
        return bind_refuse(b, ERR_VALUE, at,
                           "%.*s has more than the %d digits of a DECIMAL: with an exponent it is a DOUBLE",
                           (int)text.len, text.ptr, DECIMAL_DIGITS_MAX);
    }
    digits = decimal_digits(v);
    digits = digits > scale ? digits : scale;
    return bound_decimal(b, type_decimal(digits ? digits : 1, scale), negative ? -v : v, at);
}

/* INTEGER, BIGINT, or where it does not fit that, DECIMAL. */
static struct bound *integer(struct binder *b, const struct expr *e, bool negative)
{
    const char *text =
        arena_printf(b->arena, "%s%.*s", negative ? "-" : "", (int)e->number.text.len, e->number.text.ptr);
    int64_t value;

    if (num_parse_int(text, strlen(text), &value)) return decimal(b, e->number.text, negative, e->at);
    return bound_int(b, value == (int32_t)value ? TYPE_INTEGER : TYPE_BIGINT, value, e->at);
}

static struct bound *floating(struct binder *b, const struct expr *e, bool negative)
{
    struct bound *n = bound_new(b, BOUND_CONST, TYPE_DOUBLE, e->at);

    if (num_parse_double(e->number.text.ptr, e->number.text.len, &n->d) || isinf(n->d)) {
        return bind_refuse(b, ERR_VALUE, e->at, "%.*s does not fit a DOUBLE", (int)e->number.text.len,
                           e->number.text.ptr);
    }
    if (negative) n->d = -n->d;
    return n;
}

static struct bound *number(struct binder *b, const struct expr *e, bool negative)
{
    switch (e->number.kind) {
    case NUMBER_INTEGER: return integer(b, e, negative);
    case NUMBER_DECIMAL: return decimal(b, e->number.text, negative, e->at);
    case NUMBER_DOUBLE: return floating(b, e, negative);
    }
    return NULL;
}

/* ---- intervals ---- */

int bind_interval(struct binder *b, const struct expr *e, struct type *type, int64_t *value)
{
    const struct qualifier *q = &e->interval.qualifier;
    struct str text = e->interval.text;

    *type = type_interval(q->first, q->last);
    if (q->precision > 10)
        return err_set(b->err, ERR_VALUE, e->at, "an interval has up to 10 leading digits, not %d", q->precision);
    if (interval_parse(*type, text.ptr, text.len, value)) {
        return err_set(b->err, ERR_VALUE, e->at, "'%.*s' is no INTERVAL %s%s%s%s", (int)text.len, text.ptr,
                       time_unit_name(q->first), q->first == q->last ? "" : " TO ",
                       q->first == q->last ? "" : time_unit_name(q->last),
                       q->first == q->last ? ": write a number, as in INTERVAL '10' MINUTE" : "");
    }
    if (e->interval.negative) *value = -*value;
    return 0;
}

static struct bound *interval(struct binder *b, const struct expr *e, bool negative)
{
    struct bound *n;
    struct type type;
    int64_t value;

    if (bind_interval(b, e, &type, &value)) return NULL;
    n = bound_int(b, type.kind, negative ? -value : value, e->at);
    n->type = type;
    return n;
}

/* ---- the other literals ---- */

static struct bound *no_datetime(struct binder *b, const struct expr *e, const char *type, const char *form)
{
    return bind_refuse(b, ERR_VALUE, e->at, "'%.*s' is no %s: write it as '%s'", (int)e->text.len, e->text.ptr, type,
                       form);
}

static struct bound *date(struct binder *b, const struct expr *e)
{
    usec t;

    if (time_parse_date(e->text.ptr, e->text.len, &t)) return no_datetime(b, e, "DATE", "yyyy-MM-dd");
    return bound_int(b, TYPE_DATE, t, e->at);
}

static struct bound *time_of_day(struct binder *b, const struct expr *e)
{
    usec t;

    if (time_parse_clock(e->text.ptr, e->text.len, &t)) return no_datetime(b, e, "TIME", "HH:mm:ss");
    return bound_int(b, TYPE_TIME, t, e->at);
}

/* Whether a timestamp's text ends in Z or an offset: behind the date there is no other Z, + or -. */
static bool has_offset(struct str text)
{
    for (size_t i = sizeof "yyyy-MM-dd" - 1; i < text.len; i++) {
        if (strchr("Zz+-", text.ptr[i])) return true;
    }
    return false;
}

/* With an offset it is a TIMESTAMP WITH TIME ZONE, as in the SQL standard. */
static struct bound *timestamp(struct binder *b, const struct expr *e)
{
    usec t;

    if (time_parse(e->text.ptr, e->text.len, &t)) return no_datetime(b, e, "TIMESTAMP", "yyyy-MM-dd HH:mm:ss");
    return bound_int(b, has_offset(e->text) ? TYPE_TIMESTAMP_TZ : TYPE_TIMESTAMP, t, e->at);
}

/* Text, or the bytes of X'..'. */
static struct bound *text(struct binder *b, const struct expr *e, enum type_kind type)
{
    struct bound *n = bound_new(b, BOUND_CONST, type, e->at);

    n->s = str_of(arena_copy(b->arena, e->text.ptr, e->text.len), e->text.len);
    return n;
}

static struct bound *null(struct binder *b, const struct expr *e)
{
    struct bound *n = bound_new(b, BOUND_CONST, TYPE_NULL, e->at);

    n->null = true;
    return n;
}

struct bound *bind_literal(struct binder *b, const struct expr *e, bool negative)
{
    switch (e->kind) {
    case EXPR_NULL: return null(b, e);
    case EXPR_BOOLEAN: return bound_int(b, TYPE_BOOLEAN, e->boolean, e->at);
    case EXPR_NUMBER: return number(b, e, negative);
    case EXPR_INTERVAL: return interval(b, e, negative);
    case EXPR_TEXT: return text(b, e, TYPE_VARCHAR);
    case EXPR_BINARY: return text(b, e, TYPE_BINARY);
    case EXPR_TIMESTAMP: return timestamp(b, e);
    case EXPR_DATE: return date(b, e);
    default: return time_of_day(b, e);
    }
}
