/* test_decimal.c - base/decimal against arithmetic on lists of digits, done as on paper. */
#include "base/decimal.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- numbers as lists of digits, the least first ---- */

enum { DIGITS = 160 };
struct digits {
    bool negative;
    signed char at[DIGITS];
};

static struct digits digits_of(__int128 v)
{
    struct digits d = {.negative = v < 0};

    for (int i = 0; v; i++, v /= 10) d.at[i] = (signed char)(v % 10 < 0 ? -(v % 10) : v % 10);
    return d;
}

static int order(const struct digits *a, const struct digits *b)
{
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (a->at[i] != b->at[i]) return a->at[i] - b->at[i];
    }
    return 0;
}

/* |a| + sign * |b|, which must not be negative. */
static struct digits combined(const struct digits *a, const struct digits *b, int sign)
{
    struct digits out = {0};
    int carry = 0;

    for (int i = 0; i < DIGITS; i++) {
        int v = a->at[i] + sign * b->at[i] + carry;
        carry = v < 0 ? -1 : v / 10;
        out.at[i] = (signed char)(v - carry * 10);
    }
    assert_int_equal(carry, 0);
    return out;
}

static struct digits added(const struct digits *a, const struct digits *b)
{
    bool more = order(a, b) >= 0;
    struct digits out;

    if (a->negative == b->negative) {
        out = combined(a, b, 1);
    } else {
        out = more ? combined(a, b, -1) : combined(b, a, -1);
    }
    out.negative = more ? a->negative : b->negative;
    return out;
}

static struct digits moved_up(const struct digits *a, int places)
{
    struct digits out = {.negative = a->negative};

    for (int i = DIGITS - 1; i >= places; i--) out.at[i] = a->at[i - places];
    return out;
}

static struct digits multiplied(const struct digits *a, const struct digits *b)
{
    struct digits out = {0};

    for (int i = 0; i < DIGITS / 2; i++) {
        struct digits line = moved_up(a, i);
        line.negative = false;
        for (int times = 0; times < b->at[i]; times++) out = combined(&out, &line, 1);
    }
    out.negative = a->negative != b->negative;
    return out;
}

/* Long division of the magnitudes; *rest what is left. */
static struct digits divided(const struct digits *a, const struct digits *b, struct digits *rest)
{
    struct digits out = {.negative = a->negative != b->negative};

    *rest = *a;
    rest->negative = false;
    for (int i = DIGITS / 2; i >= 0; i--) {
        struct digits line = moved_up(b, i);
        for (; order(rest, &line) >= 0; out.at[i]++) *rest = combined(rest, &line, -1);
    }
    return out;
}

/* a / b, a half away from zero. */
static struct digits rounded(const struct digits *a, const struct digits *b)
{
    const struct digits one = {.at = {1}};
    struct digits rest, out = divided(a, b, &rest), twice = combined(&rest, &rest, 1);
    bool negative = out.negative;

    if (order(&twice, b) >= 0) out = combined(&out, &one, 1);
    out.negative = negative;
    return out;
}

static struct digits power(int n)
{
    const struct digits one = {.at = {1}};

    return moved_up(&one, n);
}

/* Returns false when there are more than 38. */
static bool value_of(const struct digits *d, __int128 *out)
{
    *out = 0;
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (i >= DECIMAL_POWER_MAX && d->at[i]) return false;
        if (i < DECIMAL_POWER_MAX) *out = *out * 10 + d->at[i];
    }
    if (d->negative) *out = -*out;
    return true;
}

/* ---- comparing ---- */

/* *got is read after `made` was. */
static void same(bool made, const __int128 *got, const struct digits *want, const char *what)
{
    char text[2][NUM_TEXT_MAX];
    __int128 expected;
    bool fits = value_of(want, &expected);

    if (made == fits && (!fits || *got == expected)) return;
    num_print_int128(*got, text[0]);
    num_print_int128(expected, text[1]);
    fail_msg("%s: %s %s, not %s %s", what, made ? "made" : "refused", text[0], fits ? "made" : "refused", text[1]);
}

static struct rng rng;

static __int128 random_number(void)
{
    static const int64_t edges[] = {0, 1, -1, 5, 10, 99};
    __int128 limit = decimal_power((int)rng_below(&rng, DECIMAL_POWER_MAX + 1));
    __int128 v = (__int128)(((unsigned __int128)rng_next(&rng) << 64 | rng_next(&rng)) >> 1);

    switch (rng_below(&rng, 8)) {
    case 0: return edges[rng_below(&rng, 6)];
    case 1: return limit - 1;
    case 2: return limit == 1 ? 0 : -(limit / 2);
    default: return rng_below(&rng, 2) ? v % limit : -(v % limit);
    }
}

static int random_power(void)
{
    return (int)rng_below(&rng, rng_below(&rng, 2) ? 4 : DECIMAL_POWER_MAX + 1);
}

enum { ROUNDS = 5000 };

static void sums_are_those_on_paper(void **state)
{
    (void)state;
    rng.state = 1;
    for (int i = 0; i < ROUNDS; i++) {
        __int128 a = random_number(), b = random_number(), out = 0;
        int up_a = random_power(), up_b = random_power(), down = random_power();
        struct digits x = digits_of(a), y = digits_of(b), unit = power(down), sum;

        x = moved_up(&x, up_a);
        y = moved_up(&y, up_b);
        sum = added(&x, &y);
        sum = rounded(&sum, &unit);
        same(decimal_sum(a, up_a, b, up_b, down, &out), &out, &sum, "sum");
    }
}

static void products_are_those_on_paper(void **state)
{
    (void)state;
    rng.state = 2;
    for (int i = 0; i < ROUNDS / 10; i++) {
        __int128 a = random_number(), b = random_number(), out = 0;
        int down = random_power();
        struct digits x = digits_of(a), y = digits_of(b), unit = power(down), product = multiplied(&x, &y);

        product = rounded(&product, &unit);
        same(decimal_product(a, b, down, &out), &out, &product, "product");
    }
}

static void quotients_and_remainders_are_those_on_paper(void **state)
{
    (void)state;
    rng.state = 3;
    for (int i = 0; i < ROUNDS / 10; i++) {
        __int128 a = random_number(), b = random_number(), out = 0;
        int up = random_power();
        struct digits x = digits_of(a), y = digits_of(b), dividend = moved_up(&x, up), rest, quotient;

        if (!b) continue;
        y.negative = false;
        quotient = rounded(&dividend, &y);
        quotient.negative = (a < 0) != (b < 0);
        same(decimal_quotient(a, up, b, &out), &out, &quotient, "quotient");
        divided(&dividend, &y, &rest);
        rest.negative = a < 0;
        out = decimal_remainder(a, up, b, 0);
        same(true, &out, &rest, "remainder");
        y = moved_up(&y, up);
        divided(&x, &y, &rest);
        rest.negative = a < 0;
        out = decimal_remainder(a, 0, b, up);
        same(true, &out, &rest, "remainder by a longer one");
    }
}

static void a_half_is_rounded_away_from_zero(void **state)
{
    __int128 out;

    (void)state;
    assert_true(decimal_rescale(25, 1, 0, &out) && out == 3);
    assert_true(decimal_rescale(-25, 1, 0, &out) && out == -3);
    assert_true(decimal_rescale(24, 1, 0, &out) && out == 2);
    assert_true(decimal_rescale(-5, 38, 0, &out) && out == 0);
    assert_true(decimal_rescale(7, 0, 2, &out) && out == 700);
    assert_true(decimal_quotient(50, 11, 2, &out) && out == INT64_C(2500000000000));
    assert_false(decimal_rescale(1, 0, 38, &out));
    assert_false(decimal_product(decimal_power(37), 10, 0, &out));
}

/* ---- text ---- */

static void text_reads_back(void **state)
{
    char text[NUM_TEXT_MAX];

    (void)state;
    rng.state = 4;
    for (int i = 0; i < ROUNDS; i++) {
        __int128 v = random_number(), back = 1;
        int scale = random_power(), len = decimal_print(v, scale, text);

        assert_int_equal(decimal_parse(text, (size_t)len, scale, &back), 0);
        assert_true(back == v);
    }
}

struct reading {
    const char *text;
    int scale, result;
    const char *value; /* as it prints */
};

static void text_is_read_with_sign_point_and_exponent(void **state)
{
    static const struct reading readings[] = {
        {"12.345", 2, 0, "12.35"},
        {"-12.345", 2, 0, "-12.35"},
        {"+.5", 1, 0, "0.5"},
        {"5.", 0, 0, "5"},
        {"0.005", 2, 0, "0.01"},
        {"1.25e3", 0, 0, "1250"},
        {"1250E-3", 2, 0, "1.25"},
        {"1e-99999999999", 5, 0, "0.00000"},
        {"0e99999999999", 5, 0, "0.00000"},
        {"00000000000000000000000000000000000000000000001", 0, 0, "1"},
        {"99999999999999999999999999999999999999", 0, 0, "99999999999999999999999999999999999999"},
        {"0.99999999999999999999999999999999999999", 38, 0, "0.99999999999999999999999999999999999999"},
        {"1.234567890123456789012345678901234567895", 37, 0, "1.2345678901234567890123456789012345679"},
        {"1.234567890123456789012345678901234567850000", 36, 0, "1.234567890123456789012345678901234568"},
        {"100000000000000000000000000000000000000", 0, -2, NULL},
        {"99999999999999999999999999999999999999.5", 0, -2, NULL},
        {"1e38", 0, -2, NULL},
        {"1", 38, -2, NULL},
        {"1e999999999999", 0, -2, NULL},
        {"", 0, -1, NULL},
        {".", 0, -1, NULL},
        {"-", 0, -1, NULL},
        {"1e", 0, -1, NULL},
        {"1e+", 0, -1, NULL},
        {"1.2.3", 0, -1, NULL},
        {" 1", 0, -1, NULL},
        {"NaN", 0, -1, NULL},
        {"0x10", 0, -1, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        const struct reading *r = &readings[i];
        char text[NUM_TEXT_MAX];
        __int128 v = 0;

        if (decimal_parse(r->text, strlen(r->text), r->scale, &v) != r->result) fail_msg("'%s'", r->text);
        if (r->result) continue;
        text[decimal_print(v, r->scale, text)] = '\0';
        assert_string_equal(text, r->value);
    }
}

static void digits_are_counted(void **state)
{
    (void)state;
    assert_int_equal(decimal_digits(0), 0);
    assert_int_equal(decimal_digits(-9), 1);
    assert_int_equal(decimal_digits(10), 2);
    assert_int_equal(decimal_digits(decimal_power(38) - 1), 38);
    assert_true(decimal_fits(-999, 3));
    assert_false(decimal_fits(1000, 3));
}

/* ---- doubles ---- */

static void doubles_are_the_nearest(void **state)
{
    char text[NUM_TEXT_MAX];

    (void)state;
    rng.state = 5;
    for (int i = 0; i < ROUNDS; i++) {
        __int128 v = random_number();
        int scale = random_power();

        text[decimal_print(v, scale, text)] = '\0';
        assert_true(decimal_to_double(v, scale) == strtod(text, NULL));
    }
}

static void doubles_become_decimals_by_their_shortest_text(void **state)
{
    __int128 v;

    (void)state;
    assert_true(decimal_from_double(0.1, 20, &v) && v == decimal_power(19));
    assert_true(decimal_from_double(-2.5, 0, &v) && v == -3);
    assert_true(decimal_from_double(1e22, 0, &v) && v == decimal_power(22));
    assert_true(decimal_from_float(0.1f, 10, &v) && v == 1000000000);
    assert_false(decimal_from_double(1e38, 0, &v));
    assert_false(decimal_from_double(0.0 / 0.0, 0, &v));
    assert_false(decimal_from_double(1.0 / 0.0, 0, &v));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_on_paper),
        cmocka_unit_test(products_are_those_on_paper),
        cmocka_unit_test(quotients_and_remainders_are_those_on_paper),
        cmocka_unit_test(a_half_is_rounded_away_from_zero),
        cmocka_unit_test(text_reads_back),
        cmocka_unit_test(text_is_read_with_sign_point_and_exponent),
        cmocka_unit_test(digits_are_counted),
        cmocka_unit_test(doubles_are_the_nearest),
        cmocka_unit_test(doubles_become_decimals_by_their_shortest_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
