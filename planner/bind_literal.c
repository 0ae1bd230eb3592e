/* bind_literal.c - literals as constants. */
#include "base/decimal.h"
#include "planner/binder.h"
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

/* A place in an interval's text. */
struct reader {
    const char *at, *end;
};

static bool take(struct reader *r, char byte)
{
    if (r->at == r->end || *r->at != byte) return false;
    r->at++;
    return true;
}

/* Up to 10 digits: the standard's greatest precision. */
static bool take_number(struct reader *r, int64_t *out)
{
    const char *from = r->at;

    for (*out = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        if (r->at - from == 10) return false;
        *out = *out * 10 + (*r->at - '0');
    }
    return r->at > from;
}

/* The digits behind the point of a second, as microseconds; what is beyond them is cut. */
static bool take_fraction(struct reader *r, int64_t *out)
{
    const char *from = r->at;
    int64_t unit = USEC_SECOND;

    for (*out = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        unit /= 10;
        *out += unit * (*r->at - '0');
    }
    return r->at > from;
}

static int months_of(enum time_unit unit)
{
    return unit == UNIT_YEAR ? 12 : unit == UNIT_QUARTER ? 3 : unit == UNIT_MONTH ? 1 : 0;
}

/* How many of the unit fit into the next greater one. */
static int64_t field_limit(enum time_unit unit)
{
    return unit == UNIT_MONTH ? 12 : unit == UNIT_HOUR ? 24 : 60;
}

/* Adds count units to *value. */
static bool add_units(enum time_unit unit, int64_t count, int64_t *value)
{
    int64_t size = months_of(unit) ? months_of(unit) : time_unit_usec(unit), product;

    return !__builtin_mul_overflow(count, size, &product) && !__builtin_add_overflow(*value, product, value);
}

/* The fields from the qualifier's first unit to its last: `3 04:05`, `1-6`, `90`. */
static bool take_fields(struct reader *r, const struct qualifier *q, int64_t *value)
{
    int64_t count, micros = 0;

    *value = 0;
    for (enum time_unit unit = q->first;; unit++) {
        if (!take_number(r, &count) || (unit != q->first && count >= field_limit(unit))) return false;
        if (!add_units(unit, count, value)) return false;
        if (unit == q->last) break;
        if (!take(r, unit == UNIT_YEAR ? '-' : unit == UNIT_DAY ? ' ' : ':')) return false;
    }
    if (q->last == UNIT_SECOND && take(r, '.') && !take_fraction(r, &micros)) return false;
    *value += micros;
    return r->at == r->end;
}

int bind_interval(struct binder *b, const struct expr *e, struct type *type, int64_t *value)
{
    const struct qualifier *q = &e->interval.qualifier;
    struct reader r = {e->interval.text.ptr, e->interval.text.ptr + e->interval.text.len};
    bool negative = e->interval.negative;

    type->kind = months_of(q->first) ? TYPE_INTERVAL_MONTH : TYPE_INTERVAL_DAY;
    type->length = 0;
    if (take(&r, '-'))
        negative = !negative;
    else
        take(&r, '+');
    if (!take_fields(&r, q, value)) {
        return err_set(b->err, ERR_VALUE, e->at, "'%.*s' is no INTERVAL %s%s%s%s", (int)e->interval.text.len,
                       e->interval.text.ptr, time_unit_name(q->first), q->first == q->last ? "" : " TO ",
                       q->first == q->last ? "" : time_unit_name(q->last),
                       q->first == q->last ? ": write a number, as in INTERVAL '10' MINUTE" : "");
    }
    if (negative) *value = -*value;
    return 0;
}

static struct bound *interval(struct binder *b, const struct expr *e, bool negative)
{
    struct type type;
    int64_t value;

    if (bind_interval(b, e, &type, &value)) return NULL;
    return bound_int(b, type.kind, negative ? -value : value, e->at);
}

/* ---- the other literals ---- */

static struct bound *timestamp(struct binder *b, const struct expr *e)
{
    usec t;

    if (time_parse(e->text.ptr, e->text.len, &t)) {
        return bind_refuse(b, ERR_VALUE, e->at, "'%.*s' is no TIMESTAMP: write it as 'yyyy-MM-dd HH:mm:ss'",
                           (int)e->text.len, e->text.ptr);
    }
    return bound_int(b, TYPE_TIMESTAMP, t, e->at);
}

static struct bound *text(struct binder *b, const struct expr *e)
{
    struct bound *n = bound_new(b, BOUND_CONST, TYPE_VARCHAR, e->at);

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
    case EXPR_TEXT: return text(b, e);
    case EXPR_TIMESTAMP: return timestamp(b, e);
    case EXPR_DATE: return bind_later(b, e->at, "DATE (write TIMESTAMP '... 00:00:00')");
    case EXPR_TIME: return bind_later(b, e->at, "TIME");
    default: return bind_later(b, e->at, "binary text");
    }
}
