/* sum.h - exact sums of doubles (design.md, R11).
 *
 * A sum is the mathematically exact sum of everything added less everything subtracted, rounded once (to nearest, ties
 * to even) when it is read; so order, lanes, cuts and retractions agree to the bit. {0} is the empty sum.
 *
 * struct sum is 128-bit fixed point anchored at the exponent of the first value; what does not fit needs a
 * struct sum_wide (full range), which the owner provides: both live in pages and are written to disk as they are. */
#ifndef WEIR_BASE_SUM_H
#define WEIR_BASE_SUM_H

#include "base/mem.h"

struct sum {
    uint64_t low, high; /* two's complement fixed point, unit 2^(anchor) */
    int32_t anchor;     /* exponent of the unit */
    uint32_t state;     /* 0 empty (all bytes zero), 1 fixed, 2 wide: the owner's sum_wide holds everything */
    uint64_t wide;      /* for the owner: where its sum_wide is; sum.c does not touch it */
};
_Static_assert(sizeof(struct sum) == 32, "written to disk");

struct sum_wide {
    uint64_t limb[36];                     /* two's complement, limb 0 least; unit 2^-1074 */
    int64_t nan, infinity, minus_infinity; /* how many are in the sum now */
};

/* Adds x `weight` times (weight may be negative, |weight| < 2^31). Returns 0, or 1 when it does not fit: nothing was
 * changed; the owner makes a zeroed sum_wide, calls sum_widen, and uses sum_wide_add from then on. x that is not finite
 * also returns 1. -0 counts as 0. */
int sum_add(struct sum *sum, double x, int64_t weight);
/* Moves the fixed part into *wide (which is zeroed) and marks sum as wide. */
void sum_widen(struct sum *sum, struct sum_wide *wide);
void sum_wide_add(struct sum_wide *wide, double x, int64_t weight);
/* The rounded value; wide is NULL unless sum->state is 2. NaN if any NaN or both infinities are in it. Empty: 0. */
double sum_value(const struct sum *sum, const struct sum_wide *wide);
/* The exact sum divided by count (> 0), rounded once. */
double sum_mean(const struct sum *sum, const struct sum_wide *wide, int64_t count);
/* Exact quotient of a 128-bit integer and a count, rounded once: AVG of integers as DOUBLE. */
double sum_mean_int128(__int128 total, int64_t count);
/* Adds all of b to a (sign 1), or takes it away (sign -1). Returns 0 or 1 as sum_add, for both fixed. */
int sum_merge(struct sum *a, const struct sum *b, int sign);
void sum_wide_merge(struct sum_wide *a, const struct sum *b, const struct sum_wide *b_wide, int sign);

#endif
