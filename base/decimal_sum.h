/* decimal_sum.h - exact sums of scaled decimals of up to 38 digits, in 192 bits (design.md, R11).
 * Two's complement; {0} is the empty sum. With weights below 2^63 in all nothing overflows. */
#ifndef WEIR_BASE_DECIMAL_SUM_H
#define WEIR_BASE_DECIMAL_SUM_H

#include "base/mem.h"

struct decimal_sum {
    uint64_t limb[3]; /* limb 0 least */
};
_Static_assert(sizeof(struct decimal_sum) == 24, "written to disk");

struct decimal_sum decimal_sum_of(__int128 total);
/* Adds v `weight` times; weight may be negative. */
void decimal_sum_add(struct decimal_sum *sum, __int128 v, int64_t weight);
/* Adds all of the other sum (sign 1), or takes it away (sign -1). */
void decimal_sum_merge(struct decimal_sum *sum, const struct decimal_sum *other, int sign);
/* Each returns 0, or -1 when the result has more than 38 digits. */
int decimal_sum_value(const struct decimal_sum *sum, __int128 *out);
/* The sum * 10^digits / count (> 0), for 0 to 9 more digits behind the point; the rest is rounded half away from zero,
 * or cut off. */
enum decimal_rest { DECIMAL_ROUND, DECIMAL_CUT };
int decimal_sum_mean(const struct decimal_sum *sum, int64_t count, int digits, enum decimal_rest rest, __int128 *out);

#endif
