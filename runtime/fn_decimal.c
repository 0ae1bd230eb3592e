/* fn_decimal.c - kernels of arithmetic on DECIMALs, and on whole numbers beside them.
 *
 * Numbers lie in 64 bits up to 18 digits and in 128 beyond; a whole number is one of scale 0. The scales stand in the
 * types of the arguments and of the result. Where everything fits 64 bits a fast loop computes all rows and gathers
 * whether any went wrong; if so, or if something is longer, a loop over base/decimal.h's exact functions does it row by
 * row and says which. What has more digits than the result's type is an overflow. */
#include "runtime/fn_decimal.h"

static bool is_narrow(const struct kernel_call *c)
{
    for (int i = 0; i < c->count; i++) {
        if (c->args[i]->phys != PHYS_INT) return false;
    }
    return c->out->phys == PHYS_INT;
}

/* ---- sums ---- */

/* out = a * times_a + b * times_b, in 64 bits. */
struct narrow_sum {
    int64_t times_a, times_b;
    uint64_t limit_a, limit_b; /* beyond these a product may be more than 10^18 */
    uint64_t limit;            /* the greatest result */
};

VECTORISED static uint64_t sum_loop(const int64_t *restrict a, const int64_t *restrict b, int64_t *restrict out,
                                    int rows, const struct narrow_sum *s)
{
    int64_t times_a = s->times_a, times_b = s->times_b;
    uint64_t limit_a = s->limit_a, limit_b = s->limit_b, limit = s->limit, bad = 0;

    for (int i = 0; i < rows; i++) {
        out[i] = (int64_t)((uint64_t)a[i] * (uint64_t)times_a + (uint64_t)b[i] * (uint64_t)times_b);
        bad |= decimal_outside(a[i], limit_a) | decimal_outside(b[i], limit_b) | decimal_outside(out[i], limit);
    }
    return bad;
}

/* Returns false when a row may have an overflow. */
static bool sum_narrow(struct kernel_call *c, int up_a, int up_b, int sign)
{
    const uint64_t most = (uint64_t)decimal_power(DECIMAL_DIGITS_NARROW);
    uint64_t times_a = (uint64_t)decimal_power(up_a), times_b = (uint64_t)decimal_power(up_b);
    struct narrow_sum s = {.times_a = (int64_t)times_a,
                           .times_b = sign * (int64_t)times_b,
                           .limit_a = most / times_a,
                           .limit_b = most / times_b,
                           .limit = (uint64_t)decimal_power(c->type.precision) - 1};

    return !sum_loop(c->args[0]->ints, c->args[1]->ints, c->out->ints, c->rows, &s);
}

static void sum(struct kernel_call *c, int sign)
{
    int scale_a = c->types[0].scale, scale_b = c->types[1].scale, scale = scale_a > scale_b ? scale_a : scale_b;
    int up_a = scale - scale_a, up_b = scale - scale_b, down = scale - c->type.scale;

    if (is_narrow(c) && !down && sum_narrow(c, up_a, up_b, sign)) return;
    for (int i = 0; i < c->rows; i++) {
        __int128 a = decimal_at(c->args[0], i), b = sign * decimal_at(c->args[1], i), out = 0;
        bool made = decimal_sum(a, up_a, b, up_b, down, &out);
        decimal_put(c, i, made, out);
    }
}

void fn_add_decimal(struct kernel_call *c)
{
    sum(c, 1);
}

void fn_subtract_decimal(struct kernel_call *c)
{
    sum(c, -1);
}

/* ---- products ---- */

/* v / unit, a half away from zero. unit: a power of ten. */
static inline int64_t divide_rounded(int64_t v, int64_t unit)
{
    int64_t quotient = v / unit, rest = v % unit;

    return quotient + (2 * rest >= unit) - (2 * rest <= -unit);
}

/* Returns false when a row may have an overflow. */
static bool product_narrow(struct kernel_call *c, int down)
{
    const int64_t *a = c->args[0]->ints, *b = c->args[1]->ints;
    int64_t *out = c->out->ints, unit = (int64_t)decimal_power(down);
    uint64_t limit = (uint64_t)decimal_power(c->type.precision) - 1, bad = 0;

    for (int i = 0; i < c->rows; i++) {
        bad |= __builtin_mul_overflow(a[i], b[i], &out[i]);
        if (down) out[i] = divide_rounded(out[i], unit);
        bad |= decimal_outside(out[i], limit);
    }
    return !bad;
}

void fn_multiply_decimal(struct kernel_call *c)
{
    int down = c->types[0].scale + c->types[1].scale - c->type.scale;

    if (is_narrow(c) && down < DECIMAL_DIGITS_NARROW && product_narrow(c, down)) return;
    for (int i = 0; i < c->rows; i++) {
        __int128 out = 0;
        bool made = decimal_product(decimal_at(c->args[0], i), decimal_at(c->args[1], i), down, &out);
        decimal_put(c, i, made, out);
    }
}

/* ---- quotients ---- */

/* What may be divided by in row i; 1 and an error where that is zero. */
static __int128 divisor_at(struct kernel_call *c, int row)
{
    __int128 divisor = decimal_at(c->args[1], row);

    if (divisor) return divisor;
    kernel_fail(c, row, ROW_DIVISION_BY_ZERO);
    return 1;
}

void fn_divide_decimal(struct kernel_call *c)
{
    int up = c->type.scale - c->types[0].scale + c->types[1].scale;

    for (int i = 0; i < c->rows; i++) {
        __int128 out = 0, divisor = divisor_at(c, i);
        bool made = decimal_quotient(decimal_at(c->args[0], i), up, divisor, &out);
        decimal_put(c, i, made, out);
    }
}

void fn_modulo_decimal(struct kernel_call *c)
{
    int scale_a = c->types[0].scale, scale_b = c->types[1].scale;
    int up_a = scale_a < scale_b ? scale_b - scale_a : 0, up_b = scale_b < scale_a ? scale_a - scale_b : 0;
    int scale = scale_a + up_a;

    for (int i = 0; i < c->rows; i++) {
        __int128 divisor = divisor_at(c, i), out;
        bool made = decimal_rescale(decimal_remainder(decimal_at(c->args[0], i), up_a, divisor, up_b), scale,
                                    c->type.scale, &out);
        decimal_put(c, i, made, out);
    }
}

/* ---- signs ---- */

void fn_negate_decimal(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) decimal_put(c, i, true, -decimal_at(c->args[0], i));
}

void fn_abs_decimal(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        __int128 v = decimal_at(c->args[0], i);
        decimal_put(c, i, true, v < 0 ? -v : v);
    }
}

void fn_sign_decimal(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        __int128 v = decimal_at(c->args[0], i);
        c->out->ints[i] = (v > 0) - (v < 0);
    }
}

/* ---- rounding ---- */

enum rounding { TO_ZERO, TO_NEAREST, TO_LESS, TO_GREATER };

/* v / 10^digits. */
static __int128 without_digits(__int128 v, int digits, enum rounding rounding)
{
    __int128 unit = decimal_power(digits), quotient = v / unit, rest = v - quotient * unit,
             size = rest < 0 ? -rest : rest;

    switch (rounding) {
    case TO_ZERO: return quotient;
    case TO_NEAREST: return size < unit - size || !rest ? quotient : quotient + (v < 0 ? -1 : 1);
    case TO_LESS: return quotient - (rest < 0);
    case TO_GREATER: return quotient + (rest > 0);
    }
    return quotient;
}

static void to_whole(struct kernel_call *c, enum rounding rounding)
{
    for (int i = 0; i < c->rows; i++) {
        decimal_put(c, i, true, without_digits(decimal_at(c->args[0], i), c->types[0].scale, rounding));
    }
}

void fn_ceil_decimal(struct kernel_call *c)
{
    to_whole(c, TO_GREATER);
}

void fn_floor_decimal(struct kernel_call *c)
{
    to_whole(c, TO_LESS);
}

void fn_round_decimal(struct kernel_call *c)
{
    to_whole(c, TO_NEAREST);
}

void fn_trunc_decimal(struct kernel_call *c)
{
    to_whole(c, TO_ZERO);
}

/* v, of scale `from`, with only `digits` behind the point (before it, when negative), at scale `to`. */
static bool to_digits(__int128 v, int from, int64_t digits, int to, enum rounding rounding, __int128 *out)
{
    if (digits >= from) return decimal_rescale(v, from, to, out);
    *out = 0;
    if (from - digits > DECIMAL_DIGITS_MAX) return true;
    return decimal_rescale(without_digits(v, (int)(from - digits), rounding), (int)digits, to, out);
}

static void each_to_digits(struct kernel_call *c, enum rounding rounding)
{
    for (int i = 0; i < c->rows; i++) {
        __int128 v = decimal_at(c->args[0], i), out = 0;
        bool made = to_digits(v, c->types[0].scale, c->args[1]->ints[i], c->type.scale, rounding, &out);
        decimal_put(c, i, made, out);
    }
}

void fn_round_decimal_to(struct kernel_call *c)
{
    each_to_digits(c, TO_NEAREST);
}

void fn_trunc_decimal_to(struct kernel_call *c)
{
    each_to_digits(c, TO_ZERO);
}
