/* fn_arithmetic.c - kernels of + - * / % and of spans times and divided by numbers.
 * Integers are computed with wrapping arithmetic over all rows while one word gathers whether any row went wrong; only
 * then a second, slow pass says which. INTEGER is 32 bits held as 64, so its sums and products cannot wrap. */
#include "runtime/kernel.h"

#include <math.h>

typedef bool fails(int64_t a, int64_t b);

/* The slow pass: marks the rows for which the operation fails. */
static void fail_where(struct kernel_call *c, fails *failing, enum row_error error)
{
    for (int row = 0; row < c->rows; row++) {
        if (failing(c->args[0]->ints[row], c->args[1]->ints[row])) kernel_fail(c, row, error);
    }
}

/* Marks the rows whose result is no INTEGER. */
static void fail_wide(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        if (c->out->ints[row] != (int32_t)c->out->ints[row]) kernel_fail(c, row, ROW_OVERFLOW);
    }
}

static bool is_zero(int64_t a, int64_t b)
{
    (void)a;
    return b == 0;
}

/* ---- INTEGER ---- */

/* Not 0 when v does not fit 32 bits. */
static inline uint64_t wide(int64_t v)
{
    return ((uint64_t)v + UINT64_C(0x80000000)) >> 32;
}

#define INTEGER_KERNEL(name, result)                                                                                   \
    VECTORISED static uint64_t name##_loop(const int64_t *restrict a, const int64_t *restrict b,                       \
                                           int64_t *restrict out, int rows)                                            \
    {                                                                                                                  \
        uint64_t bad = 0;                                                                                              \
        for (int i = 0; i < rows; i++) {                                                                               \
            uint64_t x = (uint64_t)a[i], y = (uint64_t)b[i];                                                           \
            out[i] = (int64_t)(result);                                                                                \
            bad |= wide(out[i]);                                                                                       \
        }                                                                                                              \
        return bad;                                                                                                    \
    }                                                                                                                  \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        if (name##_loop(c->args[0]->ints, c->args[1]->ints, c->out->ints, c->rows)) fail_wide(c);                      \
    }

INTEGER_KERNEL(add_integer, x + y)
INTEGER_KERNEL(subtract_integer, x - y)
INTEGER_KERNEL(multiply_integer, (int64_t)(int32_t)x *(int32_t)y)

VECTORISED static uint64_t negate_integer_loop(const int64_t *restrict a, int64_t *restrict out, int rows)
{
    uint64_t bad = 0;

    for (int i = 0; i < rows; i++) {
        out[i] = -(int64_t)(int32_t)a[i];
        bad |= wide(out[i]);
    }
    return bad;
}

void fn_negate_integer(struct kernel_call *c)
{
    if (negate_integer_loop(c->args[0]->ints, c->out->ints, c->rows)) fail_wide(c);
}

/* The quotient of two 32-bit integers as doubles, cut: exact, and twice as fast as the processor's division. */
VECTORISED static uint64_t divide_integer_loop(const int64_t *restrict a, const int64_t *restrict b,
                                               int64_t *restrict out, int rows)
{
    uint64_t bad = 0;

    for (int i = 0; i < rows; i++) {
        int64_t x = (int32_t)a[i], y = (int32_t)b[i];
        uint64_t zero = y == 0;
        out[i] = (int64_t)((double)x / (double)(y + (int64_t)zero));
        bad |= zero | wide(out[i]);
    }
    return bad;
}

void fn_divide_integer(struct kernel_call *c)
{
    if (!divide_integer_loop(c->args[0]->ints, c->args[1]->ints, c->out->ints, c->rows)) return;
    fail_where(c, is_zero, ROW_DIVISION_BY_ZERO);
    fail_wide(c);
}

VECTORISED static uint64_t modulo_integer_loop(const int64_t *restrict a, const int64_t *restrict b,
                                               int64_t *restrict out, int rows)
{
    uint64_t bad = 0;

    for (int i = 0; i < rows; i++) {
        int64_t x = (int32_t)a[i], y = (int32_t)b[i];
        uint64_t zero = y == 0;
        int64_t divisor = y + (int64_t)zero;
        out[i] = x - (int64_t)((double)x / (double)divisor) * divisor;
        bad |= zero;
    }
    return bad;
}

void fn_modulo_integer(struct kernel_call *c)
{
    if (modulo_integer_loop(c->args[0]->ints, c->args[1]->ints, c->out->ints, c->rows)) {
        fail_where(c, is_zero, ROW_DIVISION_BY_ZERO);
    }
}

/* ---- BIGINT and spans ---- */

/* `overflow` has its highest bit set where x, y and r say that the wrapped result r is wrong. */
#define BIGINT_KERNEL(name, op, overflow)                                                                              \
    VECTORISED static uint64_t name##_loop(const int64_t *restrict a, const int64_t *restrict b,                       \
                                           int64_t *restrict out, int rows)                                            \
    {                                                                                                                  \
        uint64_t bad = 0;                                                                                              \
        for (int i = 0; i < rows; i++) {                                                                               \
            uint64_t x = (uint64_t)a[i], y = (uint64_t)b[i], r = x op y;                                               \
            out[i] = (int64_t)r;                                                                                       \
            bad |= overflow;                                                                                           \
        }                                                                                                              \
        return bad >> 63;                                                                                              \
    }                                                                                                                  \
    static bool name##_fails(int64_t a, int64_t b)                                                                     \
    {                                                                                                                  \
        uint64_t x = (uint64_t)a, y = (uint64_t)b, r = x op y;                                                         \
        return (overflow) >> 63;                                                                                       \
    }                                                                                                                  \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        if (name##_loop(c->args[0]->ints, c->args[1]->ints, c->out->ints, c->rows)) {                                  \
            fail_where(c, name##_fails, ROW_OVERFLOW);                                                                 \
        }                                                                                                              \
    }

BIGINT_KERNEL(add_bigint, +, (x ^ r) & (y ^ r))
BIGINT_KERNEL(subtract_bigint, -, (x ^ y) & (x ^ r))

static bool multiply_fails(int64_t a, int64_t b)
{
    int64_t r;

    return __builtin_mul_overflow(a, b, &r);
}

void fn_multiply_bigint(struct kernel_call *c)
{
    const int64_t *restrict a = c->args[0]->ints, *restrict b = c->args[1]->ints;
    int64_t *restrict out = c->out->ints;
    bool bad = false;

    for (int i = 0; i < c->rows; i++) bad |= __builtin_mul_overflow(a[i], b[i], &out[i]);
    if (bad) fail_where(c, multiply_fails, ROW_OVERFLOW);
}

void fn_negate_bigint(struct kernel_call *c)
{
    const int64_t *restrict a = c->args[0]->ints;
    int64_t *restrict out = c->out->ints;
    bool bad = false;

    for (int i = 0; i < c->rows; i++) {
        out[i] = (int64_t)(0 - (uint64_t)a[i]);
        bad |= a[i] == INT64_MIN;
    }
    for (int i = 0; bad && i < c->rows; i++) {
        if (a[i] == INT64_MIN) kernel_fail(c, i, ROW_OVERFLOW);
    }
}

static bool least_by_minus_one(int64_t a, int64_t b)
{
    return a == INT64_MIN && b == -1;
}

/* What may be divided by in b's place. */
static inline int64_t safe_divisor(int64_t a, int64_t b)
{
    return b == 0 || least_by_minus_one(a, b) ? 1 : b;
}

void fn_divide_bigint(struct kernel_call *c)
{
    const int64_t *restrict a = c->args[0]->ints, *restrict b = c->args[1]->ints;
    int64_t *restrict out = c->out->ints;
    bool bad = false;

    for (int i = 0; i < c->rows; i++) {
        int64_t divisor = safe_divisor(a[i], b[i]);
        bad |= divisor != b[i];
        out[i] = a[i] / divisor;
    }
    if (!bad) return;
    fail_where(c, is_zero, ROW_DIVISION_BY_ZERO);
    fail_where(c, least_by_minus_one, ROW_OVERFLOW);
}

void fn_modulo_bigint(struct kernel_call *c)
{
    const int64_t *restrict a = c->args[0]->ints, *restrict b = c->args[1]->ints;
    int64_t *restrict out = c->out->ints;
    bool bad = false;

    for (int i = 0; i < c->rows; i++) {
        bad |= b[i] == 0;
        out[i] = a[i] % safe_divisor(a[i], b[i]);
    }
    if (bad) fail_where(c, is_zero, ROW_DIVISION_BY_ZERO);
}

/* x less x % unit: toward zero. Also STEP over integers. */
void fn_truncate_to(struct kernel_call *c)
{
    fn_modulo_bigint(c);
    for (int i = 0; i < c->rows; i++)
        c->out->ints[i] = (int64_t)((uint64_t)c->args[0]->ints[i] - (uint64_t)c->out->ints[i]);
}

void fn_step_int(struct kernel_call *c)
{
    fn_truncate_to(c);
}

/* ---- DOUBLE ---- */

#define DOUBLE_KERNEL(name, op)                                                                                        \
    VECTORISED static void name##_loop(const double *restrict a, const double *restrict b, double *restrict out,       \
                                       int rows)                                                                       \
    {                                                                                                                  \
        for (int i = 0; i < rows; i++) out[i] = a[i] op b[i];                                                          \
    }                                                                                                                  \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        name##_loop(c->args[0]->doubles, c->args[1]->doubles, c->out->doubles, c->rows);                               \
    }

DOUBLE_KERNEL(add_double, +)
DOUBLE_KERNEL(subtract_double, -)
DOUBLE_KERNEL(multiply_double, *)

VECTORISED static uint64_t divide_double_loop(const double *restrict a, const double *restrict b, double *restrict out,
                                              int rows)
{
    uint64_t bad = 0;

    for (int i = 0; i < rows; i++) {
        bad |= b[i] == 0 ? 1 : 0;
        out[i] = a[i] / b[i];
    }
    return bad;
}

static void fail_zero_divisors(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        if (c->args[1]->doubles[row] == 0) kernel_fail(c, row, ROW_DIVISION_BY_ZERO);
    }
}

void fn_divide_double(struct kernel_call *c)
{
    if (divide_double_loop(c->args[0]->doubles, c->args[1]->doubles, c->out->doubles, c->rows)) fail_zero_divisors(c);
}

void fn_modulo_double(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->doubles[i] = fmod(c->args[0]->doubles[i], c->args[1]->doubles[i]);
    fail_zero_divisors(c);
}

void fn_negate_double(struct kernel_call *c)
{
    const double *restrict a = c->args[0]->doubles;
    double *restrict out = c->out->doubles;

    for (int i = 0; i < c->rows; i++) out[i] = -a[i];
}

/* ---- spans and fractions ---- */

/* A span computed as a double, rounded. */
static void put_span(struct kernel_call *c, int row, double span)
{
    double whole = round(span);

    c->out->ints[row] = 0;
    if (whole >= -0x1p63 && whole < 0x1p63) {
        c->out->ints[row] = (int64_t)whole;
    } else {
        kernel_fail(c, row, ROW_OVERFLOW);
    }
}

static void scale(struct kernel_call *c, const struct column *span, const struct column *factor)
{
    for (int i = 0; i < c->rows; i++) put_span(c, i, (double)span->ints[i] * factor->doubles[i]);
}

void fn_scale_span(struct kernel_call *c)
{
    scale(c, c->args[0], c->args[1]);
}

void fn_span_scale(struct kernel_call *c)
{
    scale(c, c->args[1], c->args[0]);
}

void fn_span_divide(struct kernel_call *c)
{
    fail_zero_divisors(c);
    for (int i = 0; i < c->rows; i++) put_span(c, i, (double)c->args[0]->ints[i] / c->args[1]->doubles[i]);
}
