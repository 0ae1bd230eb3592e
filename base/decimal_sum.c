/* decimal_sum.c - see decimal_sum.h. Signs are taken off before a product or a quotient and put back behind it. */
#include "base/decimal_sum.h"

#include "base/decimal.h"

#include <assert.h>

typedef unsigned __int128 u128;

static struct decimal_sum negated(struct decimal_sum s)
{
    u128 carry = 1;

    for (int i = 0; i < 3; i++) {
        carry += ~s.limb[i];
        s.limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return s;
}

static bool is_negative(const struct decimal_sum *s)
{
    return s->limb[2] >> 63;
}

struct decimal_sum decimal_sum_of(__int128 total)
{
    return (struct decimal_sum){{(uint64_t)total, (uint64_t)(total >> 64), total < 0 ? UINT64_MAX : 0}};
}

static struct decimal_sum product(u128 v, uint64_t weight)
{
    u128 low = (u128)(uint64_t)v * weight, high = (u128)(uint64_t)(v >> 64) * weight + (uint64_t)(low >> 64);

    return (struct decimal_sum){{(uint64_t)low, (uint64_t)high, (uint64_t)(high >> 64)}};
}

void decimal_sum_merge(struct decimal_sum *sum, const struct decimal_sum *other, int sign)
{
    struct decimal_sum more = sign < 0 ? negated(*other) : *other;
    u128 carry = 0;

    for (int i = 0; i < 3; i++) {
        carry += (u128)sum->limb[i] + more.limb[i];
        sum->limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

void decimal_sum_add(struct decimal_sum *sum, __int128 v, int64_t weight)
{
    struct decimal_sum more =
        product(v < 0 ? 0 - (u128)v : (u128)v, weight < 0 ? 0 - (uint64_t)weight : (uint64_t)weight);

    decimal_sum_merge(sum, &more, (v < 0) != (weight < 0) ? -1 : 1);
}

static int finish(u128 size, bool negative, __int128 *out)
{
    if (size >= (u128)decimal_power(DECIMAL_POWER_MAX)) return -1;
    *out = negative ? -(__int128)size : (__int128)size;
    return 0;
}

int decimal_sum_value(const struct decimal_sum *sum, __int128 *out)
{
    struct decimal_sum size = is_negative(sum) ? negated(*sum) : *sum;

    if (size.limb[2]) return -1;
    return finish((u128)size.limb[1] << 64 | size.limb[0], is_negative(sum), out);
}

/* Schoolbook division by one limb; returns the rest. */
static uint64_t divide(struct decimal_sum *s, uint64_t by)
{
    uint64_t rest = 0;

    for (int i = 2; i >= 0; i--) {
        u128 part = (u128)rest << 64 | s->limb[i];

        s->limb[i] = (uint64_t)(part / by);
        rest = (uint64_t)(part % by);
    }
    return rest;
}

int decimal_sum_mean(const struct decimal_sum *sum, int64_t count, int digits, enum decimal_rest rest, __int128 *out)
{
    struct decimal_sum size = is_negative(sum) ? negated(*sum) : *sum;
    uint64_t by = (uint64_t)count;
    u128 power = (u128)decimal_power(digits), whole, fraction;

    assert(count > 0 && digits >= 0 && digits <= 9);
    fraction = (u128)divide(&size, by) * power;
    whole = (u128)size.limb[1] << 64 | size.limb[0];
    if (size.limb[2] || whole > (u128)decimal_power(DECIMAL_POWER_MAX - digits)) return -1;
    whole = whole * power + fraction / by;
    fraction %= by;
    if (rest == DECIMAL_ROUND && fraction >= by - fraction) whole++;
    return finish(whole, is_negative(sum), out);
}
