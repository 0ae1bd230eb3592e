/* test_decimal_sum.c - base/decimal_sum: sums and means in 192 bits, against sums that fit 128. */
#include "base/decimal.h"
#include "base/decimal_sum.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static __int128 random_value(struct rng *rng)
{
    __int128 v = (__int128)(rng_next(rng) >> 4) << 30 | (int64_t)(rng_next(rng) >> 34);

    return (rng_below(rng, 2) ? v : -v) >> rng_below(rng, 90);
}

static void sums_are_those_of_128_bits(void **state)
{
    struct rng rng = {1};

    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct decimal_sum sum = {{0}};
        __int128 expected = 0, got;

        for (int i = 0; i < 50; i++) {
            __int128 v = random_value(&rng);
            int64_t weight = (int64_t)rng_below(&rng, 7) - 3;
            decimal_sum_add(&sum, v, weight);
            expected += v * weight;
        }
        assert_int_equal(decimal_sum_value(&sum, &got), 0);
        assert_true(got == expected);
        sum = decimal_sum_of(expected);
        assert_int_equal(decimal_sum_value(&sum, &got), 0);
        assert_true(got == expected);
    }
}

static void what_is_too_long_is_said_and_comes_back(void **state)
{
    struct decimal_sum sum = {{0}};
    __int128 most = decimal_power(38) - 1, got = 7;

    (void)state;
    for (int sign = -1; sign <= 1; sign += 2) {
        decimal_sum_add(&sum, sign * most, INT64_MAX);
        assert_int_equal(decimal_sum_value(&sum, &got), -1);
        assert_int_equal(decimal_sum_mean(&sum, INT64_MAX, 0, DECIMAL_ROUND, &got), 0);
        assert_true(got == sign * most);
        assert_int_equal(decimal_sum_mean(&sum, INT64_MAX, 1, DECIMAL_ROUND, &got), -1);
        decimal_sum_add(&sum, sign * most, -INT64_MAX);
        assert_int_equal(decimal_sum_value(&sum, &got), 0);
        assert_true(got == 0);
    }
}

/* total * 10^digits / count in small numbers, by its definition. */
static int64_t slow_mean(int64_t total, int64_t count, int digits, enum decimal_rest rest)
{
    int64_t size = total < 0 ? -total : total, quotient;

    while (digits--) size *= 10;
    quotient = size / count;
    if (rest == DECIMAL_ROUND && 2 * (size % count) >= count) quotient++;
    return total < 0 ? -quotient : quotient;
}

static void means_are_rounded_half_away_from_zero_or_cut(void **state)
{
    struct rng rng = {2};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        int64_t total = (int64_t)rng_below(&rng, 2001) - 1000, count = 1 + (int64_t)rng_below(&rng, 40);
        int digits = (int)rng_below(&rng, 7);
        struct decimal_sum sum = decimal_sum_of(total);
        __int128 got;

        assert_int_equal(decimal_sum_mean(&sum, count, digits, DECIMAL_ROUND, &got), 0);
        assert_int_equal((int64_t)got, slow_mean(total, count, digits, DECIMAL_ROUND));
        assert_int_equal(decimal_sum_mean(&sum, count, digits, DECIMAL_CUT, &got), 0);
        assert_int_equal((int64_t)got, slow_mean(total, count, digits, DECIMAL_CUT));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_128_bits),
        cmocka_unit_test(what_is_too_long_is_said_and_comes_back),
        cmocka_unit_test(means_are_rounded_half_away_from_zero_or_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
