/* fn_decimal.h - how kernels read and write DECIMALs (and whole numbers, of scale 0), in 64 or 128 bits. Private to
 * runtime/fn_*.c. */
#ifndef WEIR_RUNTIME_FN_DECIMAL_H
#define WEIR_RUNTIME_FN_DECIMAL_H

#include "base/decimal.h"
#include "runtime/kernel.h"

static inline __int128 decimal_at(const struct column *c, int row)
{
    return c->phys == PHYS_WIDE ? c->wides[row] : c->ints[row];
}

/* The row's result. An overflow when it was not made, or has more digits than the call's type. */
static inline void decimal_put(struct kernel_call *c, int row, bool made, __int128 v)
{
    if (!made || !decimal_fits(v, c->type.precision)) {
        kernel_fail(c, row, ROW_OVERFLOW);
        v = 0;
    }
    if (c->out->phys == PHYS_WIDE) {
        c->out->wides[row] = v;
    } else {
        c->out->ints[row] = (int64_t)v;
    }
}

/* 1 when v is not between -limit and limit: for loops that gather whether any row went wrong. */
static inline uint64_t decimal_outside(int64_t v, uint64_t limit)
{
    return (uint64_t)v + limit > 2 * limit;
}

#endif
