/* value_order.c - see value_order.h. */
#include "runtime/value_order.h"

#include <math.h>

#define SIGN_BIT (UINT64_C(1) << 63)

int value_compare(const struct column *a, int x, const struct column *b, int y)
{
    bool x_null = column_is_null(a, x), y_null = column_is_null(b, y);

    if (x_null || y_null) return (int)y_null - (int)x_null;
    switch (a->phys) {
    case PHYS_BOOL: return (int)a->bools[x] - (int)b->bools[y];
    case PHYS_INT: return (a->ints[x] > b->ints[y]) - (a->ints[x] < b->ints[y]);
    case PHYS_DOUBLE: {
        double p = a->doubles[x], q = b->doubles[y];
        if (p != p || q != q) return (p != p) - (q != q);
        return (p > q) - (p < q);
    }
    case PHYS_TEXT: return text_compare(&a->texts[x], &b->texts[y]);
    case PHYS_WIDE: return (a->wides[x] > b->wides[y]) - (a->wides[x] < b->wides[y]);
    }
    return 0;
}

/* Negative doubles are in descending order of their bits. */
static uint64_t rank_double(double v)
{
    uint64_t bits;

    if (isnan(v)) return UINT64_MAX;
    v += 0.0; /* -0 becomes 0 */
    __builtin_memcpy(&bits, &v, sizeof bits);
    return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
}

/* The first 8 bytes, zero-padded, as a big-endian number. */
static uint64_t rank_text(const struct text *t)
{
    uint64_t bytes = 0;

    __builtin_memcpy(&bytes, t->ptr, t->len < sizeof bytes ? t->len : sizeof bytes);
    return __builtin_bswap64(bytes);
}

uint64_t value_rank(const struct column *c, int row)
{
    if (column_is_null(c, row)) return 0;
    switch (c->phys) {
    case PHYS_BOOL: return c->bools[row];
    case PHYS_INT: return (uint64_t)c->ints[row] ^ SIGN_BIT;
    case PHYS_DOUBLE: return rank_double(c->doubles[row]);
    case PHYS_TEXT: return rank_text(&c->texts[row]);
    case PHYS_WIDE: return (uint64_t)(c->wides[row] >> 64) ^ SIGN_BIT;
    }
    return 0;
}
