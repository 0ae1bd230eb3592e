/* fn_cast_number.c - kernels of CAST between numbers, and between numbers and text or BOOLEAN. What a type cannot hold
 * is an overflow, text that is no number a bad cast. Fractions are rounded, a half away from zero.
 * TINYINT, SMALLINT, INTEGER and BIGINT all lie in 64 bits, so one kernel serves them; the call's type has the range.
 */
#include "runtime/fn_cast.h"
#include "runtime/fn_decimal.h"

#include <math.h>

/* ---- whole numbers ---- */

struct range {
    int64_t low, high;
};

static struct range range_of(enum type_kind kind)
{
    switch (kind) {
    case TYPE_TINYINT: return (struct range){INT8_MIN, INT8_MAX};
    case TYPE_SMALLINT: return (struct range){INT16_MIN, INT16_MAX};
    case TYPE_INTEGER: return (struct range){INT32_MIN, INT32_MAX};
    default: return (struct range){INT64_MIN, INT64_MAX};
    }
}

static void put_whole(struct kernel_call *c, int row, struct range range, __int128 v)
{
    bool fits = v >= range.low && v <= range.high;

    c->out->ints[row] = fits ? (int64_t)v : 0;
    if (!fits) kernel_fail(c, row, ROW_OVERFLOW);
}

void fn_cast_int_int(struct kernel_call *c)
{
    struct range range = range_of(c->type.kind);

    for (int row = 0; row < c->rows; row++) put_whole(c, row, range, c->args[0]->ints[row]);
}

/* Doubles are whole from 2^52 on, so the least and the greatest value rounded are inside exactly when they fit. */
void fn_cast_double_int(struct kernel_call *c)
{
    struct range range = range_of(c->type.kind);
    double low = (double)range.low, end = -(double)range.low; /* NaN is not in there */

    for (int row = 0; row < c->rows; row++) {
        double v = round(c->args[0]->doubles[row]);
        bool fits = v >= low && v < end;
        c->out->ints[row] = fits ? (int64_t)v : 0;
        if (!fits) kernel_fail(c, row, ROW_OVERFLOW);
    }
}

void fn_cast_boolean_int(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = c->args[0]->bools[row];
}

void fn_cast_int_boolean(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->bools[row] = c->args[0]->ints[row] != 0;
}

/* ---- DECIMAL ---- */

/* Every row at the scale of the result. */
static void rescale(struct kernel_call *c, int from)
{
    for (int row = 0; row < c->rows; row++) {
        __int128 out = 0;
        bool made = decimal_rescale(decimal_at(c->args[0], row), from, c->type.scale, &out);
        decimal_put(c, row, made, out);
    }
}

/* Multiplied by a power of ten in 64 bits. Not 0 when a row may have an overflow. */
VECTORISED static uint64_t widen_loop(const int64_t *restrict a, int64_t *restrict out, int rows, int64_t times,
                                      uint64_t limit)
{
    uint64_t bad = 0;

    for (int i = 0; i < rows; i++) {
        bad |= decimal_outside(a[i], limit);
        out[i] = (int64_t)((uint64_t)a[i] * (uint64_t)times);
    }
    return bad;
}

static void to_decimal(struct kernel_call *c, int from)
{
    int up = c->type.scale - from;

    if (c->args[0]->phys == PHYS_INT && c->out->phys == PHYS_INT && up >= 0) {
        uint64_t limit = (uint64_t)((decimal_power(c->type.precision) - 1) / decimal_power(up));
        if (!widen_loop(c->args[0]->ints, c->out->ints, c->rows, (int64_t)decimal_power(up), limit)) return;
    }
    rescale(c, from);
}

void fn_cast_int_decimal(struct kernel_call *c)
{
    to_decimal(c, 0);
}

void fn_cast_decimal_decimal(struct kernel_call *c)
{
    to_decimal(c, c->types[0].scale);
}

void fn_cast_decimal_int(struct kernel_call *c)
{
    struct range range = range_of(c->type.kind);

    for (int row = 0; row < c->rows; row++) {
        __int128 out = 0;
        decimal_rescale(decimal_at(c->args[0], row), c->types[0].scale, 0, &out);
        put_whole(c, row, range, out);
    }
}

/* ---- REAL, DOUBLE ---- */

/* What is beyond a REAL's range is an overflow; an infinity stays one. */
static void put_real(struct kernel_call *c, int row, double v)
{
    c->out->doubles[row] = (double)(float)v;
    if (isinf(c->out->doubles[row]) && !isinf(v)) kernel_fail(c, row, ROW_OVERFLOW);
}

static void doubles_to_reals(struct kernel_call *c, const double *from)
{
    for (int row = 0; row < c->rows; row++) put_real(c, row, from[row]);
}

void fn_cast_double_real(struct kernel_call *c)
{
    doubles_to_reals(c, c->args[0]->doubles);
}

VECTORISED static void ints_to_doubles(const int64_t *restrict a, double *restrict out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = (double)a[i];
}

/* Straight to a float: by way of a double it would be rounded twice. */
static void ints_to_reals(const int64_t *restrict a, double *restrict out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = (double)(float)a[i];
}

void fn_cast_int_float(struct kernel_call *c)
{
    if (c->type.kind == TYPE_REAL) {
        ints_to_reals(c->args[0]->ints, c->out->doubles, c->rows);
    } else {
        ints_to_doubles(c->args[0]->ints, c->out->doubles, c->rows);
    }
}

void fn_cast_decimal_float(struct kernel_call *c)
{
    int scale = c->types[0].scale;

    for (int row = 0; row < c->rows; row++) {
        c->out->doubles[row] = decimal_to_double(decimal_at(c->args[0], row), scale);
    }
    if (c->type.kind == TYPE_REAL) doubles_to_reals(c, c->out->doubles);
}

void fn_cast_float_decimal(struct kernel_call *c)
{
    bool real = c->types[0].kind == TYPE_REAL;

    for (int row = 0; row < c->rows; row++) {
        double v = c->args[0]->doubles[row];
        __int128 out = 0;
        bool made =
            real ? decimal_from_float((float)v, c->type.scale, &out) : decimal_from_double(v, c->type.scale, &out);
        decimal_put(c, row, made, out);
    }
}

/* ---- from text ---- */

void fn_cast_text_int(struct kernel_call *c)
{
    struct range range = range_of(c->type.kind);

    for (int row = 0; row < c->rows; row++) {
        struct str s = cast_text(c, row);
        int64_t v = 0;
        int failed = num_parse_int(s.ptr, s.len, &v);
        put_whole(c, row, range, failed ? 0 : v);
        if (failed) kernel_fail(c, row, failed == -2 ? ROW_OVERFLOW : ROW_BAD_CAST);
    }
}

void fn_cast_text_decimal(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        struct str s = cast_text(c, row);
        __int128 v = 0;
        int failed = decimal_parse(s.ptr, s.len, c->type.scale, &v);
        if (failed == -1) kernel_fail(c, row, ROW_BAD_CAST);
        decimal_put(c, row, failed != -2, v);
    }
}

void fn_cast_text_float(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        struct str s = cast_text(c, row);
        c->out->doubles[row] = 0;
        if (num_parse_double(s.ptr, s.len, &c->out->doubles[row])) kernel_fail(c, row, ROW_BAD_CAST);
    }
    if (c->type.kind == TYPE_REAL) doubles_to_reals(c, c->out->doubles);
}

/* ---- to text ---- */

_Static_assert((int)NUM_TEXT_MAX <= (int)CAST_TEXT_MAX, "room for all numbers");

PRINT_KERNEL(cast_int_text, num_print_int, ints)

static int print_real(double v, char *out)
{
    return num_print_float((float)v, out);
}

static PRINT_VECTOR(print_reals, print_real, doubles) static PRINT_VECTOR(print_doubles, num_print_double, doubles)

    void fn_cast_float_text(struct kernel_call *c)
{
    if (c->types[0].kind == TYPE_REAL) {
        print_reals(c);
    } else {
        print_doubles(c);
    }
}

void fn_cast_decimal_text(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        char *out = buf_reserve(&c->text, CAST_TEXT_MAX);
        c->text.len += (size_t)decimal_print(decimal_at(c->args[0], row), c->types[0].scale, out);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
    cast_check_lengths(c);
}
