/* test_sum.c - base/sum.h against an exact sum kept as one integer per binary exponent. A rounded value is checked from
 * its definition: the exact sum lies between the middles to its two neighbours, and in a middle the even one wins. */
#include "base/hash.h"
#include "base/sum.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

/* The reference: slot[i] counts units of 2^(i - 1074 - 1); the extra place is for halves. */
enum { SLOTS = 2300 };
struct exact {
    __int128 slot[SLOTS];
};

static void exact_add_parts(struct exact *s, int64_t m, int exponent, int64_t weight)
{
    s->slot[exponent + 1075] += (__int128)m * weight;
}

static void exact_add(struct exact *s, double x, int64_t weight)
{
    int exponent;
    double fraction = frexp(x, &exponent);

    if (x == 0) return;
    if (exponent < -1021) { /* subnormal */
        exact_add_parts(s, (int64_t)ldexp(x, 1074), -1074, weight);
    } else {
        exact_add_parts(s, (int64_t)ldexp(fraction, 53), exponent - 53, weight);
    }
}

static int exact_sign(struct exact s)
{
    bool any = false;

    for (int i = 0; i + 1 < SLOTS; i++) {
        any |= (s.slot[i] & 1) != 0;
        s.slot[i + 1] += s.slot[i] >> 1;
    }
    if (s.slot[SLOTS - 1] < 0) return -1;
    return any || s.slot[SLOTS - 1] > 0;
}

/* The sign of total - count * (the middle between a and its neighbour towards to); beyond the greatest double the
 * neighbour is 2^1024. */
static int compare_with_middle(const struct exact *total, int64_t count, double a, double to)
{
    struct exact s = *total;
    double next = nextafter(a, to);

    for (int i = SLOTS - 1; i > 0; i--) s.slot[i] = s.slot[i - 1]; /* twice the total: slots move one up */
    s.slot[0] = 0;
    exact_add(&s, a, -count);
    if (isinf(next)) {
        exact_add_parts(&s, next > 0 ? 1 : -1, 1024, -count);
    } else {
        exact_add(&s, next, -count);
    }
    return exact_sign(s);
}

static bool is_even(double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    return !(bits & 1);
}

static bool rounds_to(const struct exact *total, int64_t count, double v)
{
    int above, below;

    if (isinf(v)) return compare_with_middle(total, count, v > 0 ? DBL_MAX : -DBL_MAX, v) * (v > 0 ? 1 : -1) >= 0;
    above = compare_with_middle(total, count, v, INFINITY);
    below = compare_with_middle(total, count, v, -INFINITY);
    if (above == 0 || below == 0) return is_even(v);
    return above < 0 && below > 0;
}

/* The owner of a sum, as an aggregate does it. */
struct owner {
    struct sum sum;
    struct sum_wide wide;
};

static const struct sum_wide *wide_of(const struct owner *o)
{
    return o->sum.state == 2 ? &o->wide : NULL;
}

static void add(struct owner *o, double x, int64_t weight)
{
    if (o->sum.state == 2) {
        sum_wide_add(&o->wide, x, weight);
    } else if (sum_add(&o->sum, x, weight)) {
        sum_widen(&o->sum, &o->wide);
        sum_wide_add(&o->wide, x, weight);
    }
}

static void merge(struct owner *a, const struct owner *b)
{
    if (a->sum.state != 2 && b->sum.state != 2 && sum_merge(&a->sum, &b->sum, 1) == 0) return;
    if (a->sum.state != 2) sum_widen(&a->sum, &a->wide);
    sum_wide_merge(&a->wide, &b->sum, wide_of(b), 1);
}

static double value(const struct owner *o)
{
    return sum_value(&o->sum, wide_of(o));
}

static double mean(const struct owner *o, int64_t count)
{
    return sum_mean(&o->sum, wide_of(o), count);
}

static bool is_plus_zero(double v)
{
    return v == 0 && !signbit(v);
}

/* Random values of several kinds: prices, any double at all, near the greatest, subnormal, powers of two, zero. */
static double random_value(struct rng *rng, int kind)
{
    uint64_t bits = rng_next(rng);
    double v;

    switch (kind) {
    case 0: return (double)(int64_t)rng_below(rng, 2000000) / 100 - 10000;
    case 1: memcpy(&v, &bits, sizeof v); return isfinite(v) ? v : 1;
    case 2: return (bits & 1 ? 1 : -1) * DBL_MAX / (double)(1 + rng_below(rng, 4));
    case 3: return (bits & 1 ? 5e-324 : -5e-324) * (double)rng_below(rng, 1000);
    case 4: return ldexp(bits & 1 ? 1 : -1, (int)rng_below(rng, 120) - 60);
    case 5: return ldexp(bits & 1 ? 1 : -1, (int)rng_below(rng, 2098) - 1074);
    default: return 0;
    }
}
enum { KINDS = 7, VALUES = 40 };

struct value {
    double x;
    int64_t weight;
};

/* Fills v with values of one kind, or of all. */
static void random_values(struct rng *rng, struct value v[VALUES])
{
    int kind = (int)rng_below(rng, KINDS + 1);
    bool weighted = rng_below(rng, 2);

    for (int i = 0; i < VALUES; i++) {
        v[i].x = random_value(rng, kind < KINDS ? kind : (int)rng_below(rng, KINDS));
        v[i].weight = weighted ? (int64_t)rng_below(rng, UINT64_C(1) << 32) - (INT64_C(1) << 31) + 1 : 1;
        if (v[i].weight == INT64_C(1) << 31) v[i].weight = 1;
    }
}

static void shuffle(struct rng *rng, struct value v[VALUES])
{
    for (uint64_t i = VALUES - 1; i > 0; i--) {
        uint64_t j = rng_below(rng, i + 1);
        struct value swap = v[i];
        v[i] = v[j];
        v[j] = swap;
    }
}

static void sums_and_means_are_exact_and_rounded_once(void **state)
{
    struct rng rng = {5};
    struct value v[VALUES];

    (void)state;
    for (int round = 0; round < 800; round++) {
        static const struct exact zero;
        struct exact total = zero;
        struct owner o = {0};

        random_values(&rng, v);
        for (int i = 0; i < VALUES; i++) {
            int64_t count = 1 + (int64_t)(rng_next(&rng) >> (2 + rng_below(&rng, 61)));
            exact_add(&total, v[i].x, v[i].weight);
            add(&o, v[i].x, v[i].weight);
            if (i % 8) continue;
            assert_true(rounds_to(&total, 1, value(&o)));
            assert_true(rounds_to(&total, count, mean(&o, count)));
        }
    }
}

static void order_does_not_matter(void **state)
{
    struct rng rng = {6};
    struct value v[VALUES];

    (void)state;
    for (int round = 0; round < 2000; round++) {
        double first = 0;
        random_values(&rng, v);
        for (int order = 0; order < 4; order++) {
            struct owner o = {0};
            for (int i = 0; i < VALUES; i++) add(&o, v[i].x, v[i].weight);
            if (order == 0) first = value(&o);
            assert_memory_equal(&first, &(double){value(&o)}, sizeof first);
            shuffle(&rng, v);
        }
    }
}

static void what_is_taken_back_leaves_no_trace(void **state)
{
    struct rng rng = {7};
    struct value v[VALUES];

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct owner kept = {0}, all = {0};
        random_values(&rng, v);
        for (int i = 0; i < VALUES; i++) {
            add(&all, v[i].x, v[i].weight);
            if (i % 3 == 0) add(&kept, v[i].x, v[i].weight);
        }
        for (int i = 0; i < VALUES; i++) {
            if (i % 3) add(&all, v[i].x, -v[i].weight);
        }
        assert_memory_equal(&(double){value(&kept)}, &(double){value(&all)}, sizeof(double));
        for (int i = 0; i < VALUES; i += 3) add(&all, v[i].x, -v[i].weight);
        assert_true(is_plus_zero(value(&all)));
    }
}

static void merged_parts_equal_one_sum(void **state)
{
    struct rng rng = {8};
    struct value v[VALUES];

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct owner part[4] = {0}, whole = {0};
        random_values(&rng, v);
        for (int i = 0; i < VALUES; i++) {
            add(&whole, v[i].x, v[i].weight);
            add(&part[rng_below(&rng, 3)], v[i].x, v[i].weight);
        }
        for (int i = 0; i < 3; i++) merge(&part[3], &part[i]);
        assert_memory_equal(&(double){value(&whole)}, &(double){value(&part[3])}, sizeof(double));
    }
}

static void one_is_not_lost_beside_1e16(void **state)
{
    struct owner o = {0};

    (void)state;
    add(&o, 1e16, 1);
    add(&o, 1, 1);
    add(&o, -1e16, 1);
    assert_true(value(&o) == 1);
    assert_int_equal(o.sum.state, 1);
}

static void the_empty_sum_is_zero_and_all_bytes_zero(void **state)
{
    static const struct sum zero;
    struct owner o = {0};

    (void)state;
    assert_true(is_plus_zero(value(&o)));
    add(&o, 0, 5);
    add(&o, -0.0, 1);
    assert_memory_equal(&o.sum, &zero, sizeof zero);
    assert_true(is_plus_zero(value(&o)));
    assert_true(is_plus_zero(mean(&o, 3)));
}

static void a_sum_of_prices_stays_fixed_over_a_million_rows(void **state)
{
    struct rng rng = {9};
    struct owner o = {0};
    int64_t cents = 0;

    (void)state;
    for (int i = 0; i < 1000000; i++) {
        int64_t quarter_cents = (int64_t)rng_below(&rng, 10000000);
        cents += quarter_cents;
        add(&o, (double)quarter_cents / 4096, 1);
    }
    assert_int_equal(o.sum.state, 1);
    assert_true(value(&o) == (double)cents / 4096);
}

static void the_anchor_moves_down_for_small_values_while_there_is_room(void **state)
{
    struct owner o = {0};

    (void)state;
    add(&o, 10000.1, 1);
    add(&o, 1e-12, 1);
    add(&o, -10000.1, 1);
    assert_int_equal(o.sum.state, 1);
    assert_true(value(&o) == 1e-12);
}

static void a_refused_value_changes_nothing(void **state)
{
    struct sum sum = {0}, before;

    (void)state;
    assert_int_equal(sum_add(&sum, 1, 1), 0);
    before = sum;
    assert_int_equal(sum_add(&sum, 1e300, 1), 1);
    assert_int_equal(sum_add(&sum, 1e-300, 1), 1);
    assert_int_equal(sum_add(&sum, NAN, 1), 1);
    assert_int_equal(sum_add(&sum, INFINITY, 1), 1);
    assert_memory_equal(&before, &sum, sizeof sum);
}

static void nan_and_infinities_count_while_they_are_in_the_sum(void **state)
{
    struct owner o = {0};

    (void)state;
    add(&o, 2.5, 1);
    add(&o, INFINITY, 1);
    assert_true(value(&o) == INFINITY && mean(&o, 2) == INFINITY);
    add(&o, -INFINITY, 1);
    assert_true(isnan(value(&o)));
    add(&o, INFINITY, -1);
    assert_true(value(&o) == -INFINITY);
    add(&o, -INFINITY, -1);
    assert_true(value(&o) == 2.5);
    add(&o, NAN, 2);
    add(&o, NAN, -1);
    assert_true(isnan(value(&o)) && isnan(mean(&o, 4)));
    add(&o, NAN, -1);
    assert_true(value(&o) == 2.5 && mean(&o, 1) == 2.5);
    add(&o, INFINITY, -1);
    assert_true(value(&o) == -INFINITY);
}

static void a_merge_carries_what_is_not_finite(void **state)
{
    struct owner a = {0}, b = {0};

    (void)state;
    add(&a, 1, 1);
    add(&b, INFINITY, 1);
    merge(&a, &b);
    assert_true(value(&a) == INFINITY);
    add(&a, INFINITY, -1);
    assert_true(value(&a) == 1);
}

static void only_the_exact_sum_decides_on_overflow(void **state)
{
    struct owner o = {0};

    (void)state;
    add(&o, DBL_MAX, 1);
    add(&o, DBL_MAX, 1);
    assert_true(value(&o) == INFINITY);
    assert_true(mean(&o, 2) == DBL_MAX);
    add(&o, DBL_MAX, -1);
    assert_true(value(&o) == DBL_MAX);
    add(&o, 0x1p969, 1);
    assert_true(value(&o) == DBL_MAX);
    add(&o, 0x1p969, 1);
    assert_true(value(&o) == INFINITY);
}

static void means_round_ties_to_even_also_among_subnormals(void **state)
{
    struct owner o = {0};

    (void)state;
    add(&o, 5e-324, 1);
    assert_true(is_plus_zero(mean(&o, 2)));
    assert_true(is_plus_zero(mean(&o, INT64_MAX)));
    add(&o, 5e-324, 2);
    assert_true(mean(&o, 2) == 1e-323);
    assert_true(mean(&o, 3) == 5e-324);
}

static void means_of_integers_round_once(void **state)
{
    struct rng rng = {10};

    (void)state;
    assert_true(sum_mean_int128(10, 4) == 2.5);
    assert_true(sum_mean_int128(-1, 3) == -1.0 / 3);
    assert_true(is_plus_zero(sum_mean_int128(0, 3)));
    assert_true(sum_mean_int128((__int128)INT64_MAX * INT64_MAX, INT64_MAX) == (double)INT64_MAX);
    assert_true(sum_mean_int128((__int128)((unsigned __int128)1 << 127), 1) == -0x1p127);
    for (int i = 0; i < 5000; i++) {
        static const struct exact zero;
        struct exact total = zero;
        __int128 v = (__int128)((unsigned __int128)rng_next(&rng) << 64 | rng_next(&rng)) >> rng_below(&rng, 127);
        int64_t count = 1 + (int64_t)(rng_next(&rng) >> (2 + rng_below(&rng, 61)));
        exact_add_parts(&total, (int64_t)(v >> 64), 64, 1);
        exact_add_parts(&total, (int64_t)((uint64_t)v >> 32), 32, 1);
        exact_add_parts(&total, (int64_t)(uint32_t)v, 0, 1);
        assert_true(rounds_to(&total, count, sum_mean_int128(v, count)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_means_are_exact_and_rounded_once),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(what_is_taken_back_leaves_no_trace),
        cmocka_unit_test(merged_parts_equal_one_sum),
        cmocka_unit_test(one_is_not_lost_beside_1e16),
        cmocka_unit_test(the_empty_sum_is_zero_and_all_bytes_zero),
        cmocka_unit_test(a_sum_of_prices_stays_fixed_over_a_million_rows),
        cmocka_unit_test(the_anchor_moves_down_for_small_values_while_there_is_room),
        cmocka_unit_test(a_refused_value_changes_nothing),
        cmocka_unit_test(nan_and_infinities_count_while_they_are_in_the_sum),
        cmocka_unit_test(a_merge_carries_what_is_not_finite),
        cmocka_unit_test(only_the_exact_sum_decides_on_overflow),
        cmocka_unit_test(means_round_ties_to_even_also_among_subnormals),
        cmocka_unit_test(means_of_integers_round_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
