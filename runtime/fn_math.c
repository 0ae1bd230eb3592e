/* fn_math.c - kernels of ABS, SIGN, rounding, roots, powers and logarithms. */
#include "runtime/kernel.h"

#include <math.h>

/* Never called: eval.c lets users of such a call see its argument. */
void fn_same(struct kernel_call *c)
{
    *c->out = *c->args[0];
}

/* ---- signs ---- */

void fn_abs_bigint(struct kernel_call *c)
{
    const int64_t *restrict a = c->args[0]->ints;
    int64_t *restrict out = c->out->ints;

    for (int i = 0; i < c->rows; i++) {
        out[i] = a[i] < 0 ? (int64_t)(0 - (uint64_t)a[i]) : a[i];
        if (a[i] == INT64_MIN) kernel_fail(c, i, ROW_OVERFLOW);
    }
}

void fn_abs_integer(struct kernel_call *c)
{
    fn_abs_bigint(c);
    for (int i = 0; i < c->rows; i++) {
        if (c->out->ints[i] > INT32_MAX) kernel_fail(c, i, ROW_OVERFLOW);
    }
}

void fn_sign_int(struct kernel_call *c)
{
    const int64_t *restrict a = c->args[0]->ints;

    for (int i = 0; i < c->rows; i++) c->out->ints[i] = (a[i] > 0) - (a[i] < 0);
}

/* ---- one double to one double ---- */

static double sign_of(double x)
{
    return isnan(x) ? x : (double)((x > 0) - (x < 0));
}

#define DOUBLE_FUNCTION(name, function)                                                                                \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        const double *restrict a = c->args[0]->doubles;                                                                \
        double *restrict out = c->out->doubles;                                                                        \
        for (int i = 0; i < c->rows; i++) out[i] = function(a[i]);                                                     \
    }

DOUBLE_FUNCTION(abs_double, fabs)
DOUBLE_FUNCTION(sign_double, sign_of)
DOUBLE_FUNCTION(ceil_double, ceil)
DOUBLE_FUNCTION(floor_double, floor)
DOUBLE_FUNCTION(round_double, round)
DOUBLE_FUNCTION(trunc_double, trunc)
DOUBLE_FUNCTION(exp, exp)

/* As above, where `undefined` is a condition on x. */
#define PARTIAL_FUNCTION(name, function, undefined)                                                                    \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        for (int i = 0; i < c->rows; i++) {                                                                            \
            double x = c->args[0]->doubles[i];                                                                         \
            c->out->doubles[i] = function(x);                                                                          \
            if (undefined) kernel_fail(c, i, ROW_BAD_ARGUMENT);                                                        \
        }                                                                                                              \
    }

PARTIAL_FUNCTION(sqrt, sqrt, x < 0)
PARTIAL_FUNCTION(ln, log, x <= 0)
PARTIAL_FUNCTION(log10, log10, x <= 0)

/* ---- two doubles ---- */

void fn_power(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        double x = c->args[0]->doubles[i], y = c->args[1]->doubles[i];
        c->out->doubles[i] = pow(x, y);
        if ((x == 0 && y < 0) || (x < 0 && isfinite(y) && y != trunc(y))) kernel_fail(c, i, ROW_BAD_ARGUMENT);
    }
}

/* Exact where base and number are: LOG(2, 8) is 3. */
static double logarithm(double base, double x)
{
    if (base == 2) return log2(x);
    if (base == 10) return log10(x);
    return log(x) / log(base);
}

void fn_log_base(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        double base = c->args[0]->doubles[i], x = c->args[1]->doubles[i];
        c->out->doubles[i] = logarithm(base, x);
        if (base <= 0 || base == 1 || x <= 0) kernel_fail(c, i, ROW_BAD_ARGUMENT);
    }
}

/* ---- rounding to digits ---- */

enum { DIGITS_MAX = 22 }; /* powers of ten up to this one are exact doubles */

static double power_of_ten(int digits)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    return powers[digits];
}

/* With more than 22 digits a number stays as it is. */
static double to_digits(double x, int64_t digits, double (*rounded)(double))
{
    double power;

    if (digits < -DIGITS_MAX || digits > DIGITS_MAX) return x;
    if (digits < 0) {
        power = power_of_ten((int)-digits);
        return rounded(x / power) * power;
    }
    power = power_of_ten((int)digits);
    return fabs(x) * power < 0x1p53 ? rounded(x * power) / power : x; /* beyond 2^53 there is no fraction to round */
}

static void double_to_digits(struct kernel_call *c, double (*rounded)(double))
{
    for (int i = 0; i < c->rows; i++) {
        c->out->doubles[i] = to_digits(c->args[0]->doubles[i], c->args[1]->ints[i], rounded);
    }
}

void fn_round_double_to(struct kernel_call *c)
{
    double_to_digits(c, round);
}

void fn_trunc_double_to(struct kernel_call *c)
{
    double_to_digits(c, trunc);
}

enum { INT_DIGITS_MAX = 19 };

/* 10^-digits; 0 when that is beyond 64 bits. */
static int64_t unit_of_digits(int64_t digits)
{
    int64_t unit = 1;

    if (digits <= -INT_DIGITS_MAX) return 0;
    for (; digits < 0; digits++) unit *= 10;
    return unit;
}

void fn_trunc_bigint_to(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t x = c->args[0]->ints[i], unit = unit_of_digits(c->args[1]->ints[i]);
        c->out->ints[i] = unit ? x - x % unit : 0;
    }
}

/* The nearest multiple of the unit, a half away from zero. Returns false when it does not fit. */
static bool round_to_unit(int64_t x, int64_t unit, int64_t *out)
{
    __int128 low = x - x % unit, rest = x % unit;

    if (2 * rest >= unit) low += unit;
    if (-2 * rest >= unit) low -= unit;
    *out = (int64_t)low;
    return low == *out;
}

void fn_round_bigint_to(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t x = c->args[0]->ints[i], unit = unit_of_digits(c->args[1]->ints[i]);
        if (c->args[1]->ints[i] >= 0) unit = 1;
        c->out->ints[i] = 0;
        if (unit && unit != 1 && !round_to_unit(x, unit, &c->out->ints[i])) kernel_fail(c, i, ROW_OVERFLOW);
        if (unit == 1) c->out->ints[i] = x;
    }
}
