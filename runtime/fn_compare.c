/* fn_compare.c - kernels of comparisons, IN, GREATEST, LEAST, NULLIF.
 * One kernel serves all types: it chooses its loop by how the first argument lies in memory, once per batch.
 * NaN equals itself and comes after all other numbers; -0 equals 0 (R11). Text compares by bytes. */
#include "runtime/kernel.h"

#include <string.h>

/* ---- the order of doubles ---- */

static inline int double_equal(double a, double b)
{
    return (a == b) | ((a != a) & (b != b));
}
static inline int double_less(double a, double b)
{
    return (a < b) | ((a == a) & (b != b));
}
static inline int double_compare(double a, double b)
{
    return double_less(b, a) - double_less(a, b);
}

/* ---- loops ---- */

#define LOOP(name, type, result)                                                                                       \
    VECTORISED static void name(const type *restrict a, const type *restrict b, uint8_t *restrict out, int rows)       \
    {                                                                                                                  \
        for (int i = 0; i < rows; i++) out[i] = (uint8_t)(result);                                                     \
    }

LOOP(equal_ints, int64_t, a[i] == b[i])
LOOP(less_ints, int64_t, a[i] < b[i])
LOOP(equal_doubles, double, double_equal(a[i], b[i]))
LOOP(less_doubles, double, double_less(a[i], b[i]))
LOOP(equal_bools, uint8_t, a[i] == b[i])
LOOP(less_bools, uint8_t, a[i] < b[i])

static void equal_texts(const struct text *a, const struct text *b, uint8_t *out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = text_equal(&a[i], &b[i]);
}

/* The first bytes decide in most cases: as big-endian numbers they compare like the texts, padding being the least. */
static inline int text_less(const struct text *a, const struct text *b)
{
    uint32_t x, y;

    memcpy(&x, a->prefix, sizeof x);
    memcpy(&y, b->prefix, sizeof y);
    if (x != y) return __builtin_bswap32(x) < __builtin_bswap32(y);
    return text_compare(a, b) < 0;
}

static void less_texts(const struct text *a, const struct text *b, uint8_t *out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = (uint8_t)text_less(&a[i], &b[i]);
}

VECTORISED static void invert(uint8_t *out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] ^= 1;
}

static void equal_wides(const __int128 *a, const __int128 *b, uint8_t *out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = a[i] == b[i];
}

static void less_wides(const __int128 *a, const __int128 *b, uint8_t *out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = a[i] < b[i];
}

/* ---- comparisons ---- */

static void equal(const struct column *a, const struct column *b, uint8_t *out, int rows)
{
    switch (a->phys) {
    case PHYS_BOOL: equal_bools(a->bools, b->bools, out, rows); break;
    case PHYS_INT: equal_ints(a->ints, b->ints, out, rows); break;
    case PHYS_DOUBLE: equal_doubles(a->doubles, b->doubles, out, rows); break;
    case PHYS_TEXT: equal_texts(a->texts, b->texts, out, rows); break;
    case PHYS_WIDE: equal_wides(a->wides, b->wides, out, rows); break;
    }
}

static void less(const struct column *a, const struct column *b, uint8_t *out, int rows)
{
    switch (a->phys) {
    case PHYS_BOOL: less_bools(a->bools, b->bools, out, rows); break;
    case PHYS_INT: less_ints(a->ints, b->ints, out, rows); break;
    case PHYS_DOUBLE: less_doubles(a->doubles, b->doubles, out, rows); break;
    case PHYS_TEXT: less_texts(a->texts, b->texts, out, rows); break;
    case PHYS_WIDE: less_wides(a->wides, b->wides, out, rows); break;
    }
}

void fn_equal(struct kernel_call *c)
{
    equal(c->args[0], c->args[1], c->out->bools, c->rows);
}

void fn_not_equal(struct kernel_call *c)
{
    equal(c->args[0], c->args[1], c->out->bools, c->rows);
    invert(c->out->bools, c->rows);
}

void fn_less(struct kernel_call *c)
{
    less(c->args[0], c->args[1], c->out->bools, c->rows);
}

void fn_greater(struct kernel_call *c)
{
    less(c->args[1], c->args[0], c->out->bools, c->rows);
}

void fn_less_equal(struct kernel_call *c)
{
    fn_greater(c);
    invert(c->out->bools, c->rows);
}

void fn_greater_equal(struct kernel_call *c)
{
    fn_less(c);
    invert(c->out->bools, c->rows);
}

/* NULL is a value like others, so the result is never NULL. */
void fn_distinct(struct kernel_call *c)
{
    const struct column *a = c->args[0], *b = c->args[1];
    uint8_t *out = c->out->bools;

    kernel_combine_errors(c);
    fn_not_equal(c);
    if (!a->valid && !b->valid) return;
    for (int i = 0; i < c->rows; i++) {
        bool no_a = column_is_null(a, i), no_b = column_is_null(b, i);
        if (no_a || no_b) out[i] = no_a != no_b;
    }
}

/* ---- IN ---- */

/* The errors of `x = a OR x = b OR ...`: x's, else the first of an item that no equal one comes before. */
static void in_item_errors(struct kernel_call *c, const struct column *item)
{
    if (!item->error) return;
    for (int i = 0; i < c->rows; i++) {
        if (item->error[i] && !c->out->bools[i]) kernel_fail(c, i, (enum row_error)item->error[i]);
    }
}

/* Items one after the other: out gathers whether an equal one was seen, unknown whether a NULL was. */
void fn_in(struct kernel_call *c)
{
    const struct column *x = c->args[0];
    uint8_t one[BATCH_ROWS], unknown[BATCH_ROWS], *out = c->out->bools;

    memset(out, 0, (size_t)c->rows);
    memset(unknown, 0, (size_t)c->rows);
    for (int k = 1; k < c->count; k++) {
        const struct column *item = c->args[k];
        in_item_errors(c, item);
        equal(x, item, one, c->rows);
        for (int i = 0; item->valid && i < c->rows; i++) {
            uint8_t null = column_is_null(item, i);
            unknown[i] |= null;
            one[i] &= (uint8_t)!null;
        }
        for (int i = 0; i < c->rows; i++) out[i] |= one[i];
    }
    for (int i = 0; i < c->rows; i++) {
        if (column_is_null(x, i) || (unknown[i] && !out[i])) kernel_null(c, i);
    }
    for (int i = 0; x->error && i < c->rows; i++) {
        if (x->error[i]) kernel_errors(c)[i] = x->error[i];
    }
}

/* ---- GREATEST, LEAST ---- */

/* Keeps in out what comes later (sign 1) or earlier (sign -1); the first of equals stays. */
static void keep_ints(const int64_t *restrict a, int64_t *restrict out, int rows, int sign)
{
    for (int i = 0; i < rows; i++) {
        if (sign > 0 ? a[i] > out[i] : a[i] < out[i]) out[i] = a[i];
    }
}

static void keep_doubles(const double *restrict a, double *restrict out, int rows, int sign)
{
    for (int i = 0; i < rows; i++) {
        if (sign * double_compare(a[i], out[i]) > 0) out[i] = a[i];
    }
}

static void keep_bools(const uint8_t *restrict a, uint8_t *restrict out, int rows, int sign)
{
    for (int i = 0; i < rows; i++) out[i] = sign > 0 ? out[i] | a[i] : out[i] & a[i];
}

static void keep_texts(const struct text *restrict a, struct text *restrict out, int rows, int sign)
{
    for (int i = 0; i < rows; i++) {
        if (sign * text_compare(&a[i], &out[i]) > 0) out[i] = a[i];
    }
}

static void keep_wides(const __int128 *a, __int128 *out, int rows, int sign)
{
    for (int i = 0; i < rows; i++) {
        if (sign > 0 ? a[i] > out[i] : a[i] < out[i]) out[i] = a[i];
    }
}

static void keep(const struct column *a, struct column *out, int rows, int sign)
{
    switch (out->phys) {
    case PHYS_BOOL: keep_bools(a->bools, out->bools, rows, sign); break;
    case PHYS_INT: keep_ints(a->ints, out->ints, rows, sign); break;
    case PHYS_DOUBLE: keep_doubles(a->doubles, out->doubles, rows, sign); break;
    case PHYS_TEXT: keep_texts(a->texts, out->texts, rows, sign); break;
    case PHYS_WIDE: keep_wides(a->wides, out->wides, rows, sign); break;
    }
}

static void extreme(struct kernel_call *c, int sign)
{
    kernel_copy_values(c, c->args[0]);
    for (int i = 1; i < c->count; i++) keep(c->args[i], c->out, c->rows, sign);
}

void fn_greatest(struct kernel_call *c)
{
    extreme(c, 1);
}

void fn_least(struct kernel_call *c)
{
    extreme(c, -1);
}

void fn_nullif(struct kernel_call *c)
{
    const struct column *a = c->args[0], *b = c->args[1];
    uint8_t same[BATCH_ROWS];

    kernel_combine_errors(c);
    kernel_copy_values(c, a);
    c->out->valid = a->valid;
    equal(a, b, same, c->rows);
    for (int i = 0; i < c->rows; i++) {
        if (same[i] && !column_is_null(b, i)) kernel_null(c, i);
    }
}
