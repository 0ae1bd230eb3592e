/* type_common.c - see type_common.h. */
#include "planner/type_common.h"

int type_widening(enum type_kind from, enum type_kind to)
{
    if (from == to || from == TYPE_NULL) return 0;
    if (from > to || from == TYPE_TIME || to == TYPE_TIME) return -1;
    if (type_is_numeric(from) && type_is_numeric(to)) return (int)to - (int)from;
    if (type_is_text(from) && type_is_text(to)) return (int)to - (int)from;
    if (type_is_datetime(from) && type_is_datetime(to)) return (int)to - (int)from;
    return -1;
}

int32_t type_longer(int32_t a, int32_t b)
{
    if (!a || !b) return 0;
    return a > b ? a : b;
}

/* ---- DECIMAL ---- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int greatest(int a, int b)
{
    return a > b ? a : b;
}

/* A DECIMAL or a whole number as a DECIMAL; NULL is one digit. */
static struct type as_decimal(struct type type)
{
    if (type_is_whole(type.kind)) return type_whole_decimal(type.kind);
    return type.kind == TYPE_DECIMAL ? type : type_decimal(1, 0);
}

static int digits_limit(struct type a, struct type b, int digits_max)
{
    bool wide =
        (a.kind == TYPE_DECIMAL && a.precision > digits_max) || (b.kind == TYPE_DECIMAL && b.precision > digits_max);

    return wide ? DECIMAL_DIGITS_MAX : digits_max;
}

/* The scale gives way down to scale_min, then the whole digits. */
static struct type limited(int whole, int scale, int scale_min, int digits_max)
{
    if (whole + scale > digits_max) scale = greatest(least(scale, scale_min), digits_max - whole);
    return type_decimal(greatest(1, least(whole + scale, digits_max)), scale);
}

/* The scale that sums and products keep: of their first operand and, but in the old service, of their second one. */
static int kept_scale(struct type a, struct type b, int digits_max)
{
    enum { SCALE_KEPT = 9 };

    return digits_max == DECIMAL_DIGITS_NARROW ? a.scale : greatest(a.scale, least(b.scale, SCALE_KEPT));
}

struct type type_decimal_sum(struct type a, struct type b, int digits_max)
{
    int limit = digits_limit(a, b, digits_max), scale, whole;

    a = as_decimal(a);
    b = as_decimal(b);
    scale = greatest(a.scale, b.scale);
    whole = greatest(a.precision - a.scale, b.precision - b.scale) + 1;
    return limited(whole, scale, kept_scale(a, b, limit), limit);
}

struct type type_decimal_product(struct type a, struct type b, int digits_max)
{
    int limit = digits_limit(a, b, digits_max), scale;

    a = as_decimal(a);
    b = as_decimal(b);
    scale = a.scale + b.scale;
    return limited(a.precision + b.precision - scale, scale, kept_scale(a, b, limit), limit);
}

struct type type_decimal_quotient(struct type a, struct type b, int digits_max)
{
    enum { SCALE_MIN = 6 };
    int limit = digits_limit(a, b, digits_max);

    a = as_decimal(a);
    b = as_decimal(b);
    return limited(a.precision - a.scale + b.scale, greatest(SCALE_MIN, a.scale + b.precision + 1), a.scale, limit);
}

struct type type_decimal_modulo(struct type a, struct type b, int digits_max)
{
    int limit = digits_limit(a, b, digits_max), whole;

    a = as_decimal(a);
    b = as_decimal(b);
    whole = least(a.precision - a.scale, b.precision - b.scale);
    return limited(whole, greatest(a.scale, b.scale), kept_scale(a, b, DECIMAL_DIGITS_MAX), limit);
}

struct type type_decimal_whole(struct type a)
{
    a = as_decimal(a);
    return type_decimal(a.precision - a.scale + (a.scale > 0), 0);
}

struct type type_decimal_rounded(struct type a, int digits_max)
{
    int limit = digits_limit(a, a, digits_max);

    a = as_decimal(a);
    return limited(a.precision - a.scale + 1, a.scale, a.scale, limit);
}

/* ---- common types ---- */

static struct type common_decimal(struct type a, struct type b, int digits_max)
{
    int limit = digits_limit(a, b, digits_max);

    a = as_decimal(a);
    b = as_decimal(b);
    return limited(greatest(a.precision - a.scale, b.precision - b.scale), greatest(a.scale, b.scale),
                   kept_scale(a, b, DECIMAL_DIGITS_MAX), limit);
}

static struct type common_number(struct type a, struct type b, int digits_max)
{
    enum type_kind wider = a.kind > b.kind ? a.kind : b.kind;

    if (wider == TYPE_DECIMAL) return common_decimal(a, b, digits_max);
    return type_of(wider == TYPE_REAL && a.kind != b.kind ? TYPE_DOUBLE : wider);
}

/* Units in the order of their size; an INTERVAL has none of the others. */
static int unit_place(int unit)
{
    return unit == 1 + UNIT_QUARTER ? 1 + UNIT_YEAR : unit == 1 + UNIT_WEEK ? 1 + UNIT_DAY : unit;
}

struct type type_span_union(struct type a, struct type b)
{
    struct type out = type_of(a.kind);

    if (!a.first || !b.first) return out;
    out.first = unit_place(a.first) <= unit_place(b.first) ? a.first : b.first;
    out.last = unit_place(a.last) >= unit_place(b.last) ? a.last : b.last;
    return out;
}

int type_common(struct type a, struct type b, int digits_max, struct type *out)
{
    struct type wider = type_widening(a.kind, b.kind) >= 0 ? b : a;

    if (type_widening(a.kind, b.kind) < 0 && type_widening(b.kind, a.kind) < 0) return -1;
    if (a.kind == TYPE_NULL || b.kind == TYPE_NULL) {
        *out = a.kind == TYPE_NULL ? b : a;
        return 0;
    }
    if (type_is_numeric(wider.kind)) {
        *out = common_number(a, b, digits_max);
        return 0;
    }
    if (type_is_interval(wider.kind)) {
        *out = type_span_union(a, b);
        return 0;
    }
    wider.length = type_longer(a.length, b.length);
    *out = wider;
    return 0;
}
