/* test_num.c - base/num.h. */
#include "base/hash.h"
#include "base/num.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static const char *print_double(double v)
{
    static char text[NUM_TEXT_MAX];
    int len = num_print_double(v, text);

    assert_int_equal(len, strlen(text));
    return text;
}

static double parse(const char *text)
{
    double v = -12345;

    assert_int_equal(num_parse_double(text, strlen(text), &v), 0);
    return v;
}

static bool refused(const char *text)
{
    double v;

    return num_parse_double(text, strlen(text), &v) == -1;
}

/* A random double of any exponent, finite. */
static double any_double(struct rng *rng)
{
    double v;

    do {
        uint64_t bits = rng_next(rng);
        memcpy(&v, &bits, sizeof v);
    } while (!isfinite(v));
    return v;
}

static void doubles_print_as_the_header_says(void **state)
{
    (void)state;
    assert_string_equal(print_double(3), "3.0");
    assert_string_equal(print_double(0), "0.0");
    assert_string_equal(print_double(-0.0), "-0.0");
    assert_string_equal(print_double(-17), "-17.0");
    assert_string_equal(print_double(1000000), "1000000.0");
    assert_string_equal(print_double(9999999999999998), "9999999999999998.0");
    assert_string_equal(print_double(1e15), "1000000000000000.0");
    assert_string_equal(print_double(1e16), "1e+16");
    assert_string_equal(print_double(12345678901234568), "1.2345678901234568e+16");
    assert_string_equal(print_double(1e300), "1e+300");
    assert_string_equal(print_double(0.001), "0.001");
    assert_string_equal(print_double(0.0001), "0.0001");
    assert_string_equal(print_double(0.00001), "1e-05");
    assert_string_equal(print_double(-1.25e-7), "-1.25e-07");
    assert_string_equal(print_double(0.1), "0.1");
    assert_string_equal(print_double(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(print_double(123.456), "123.456");
    assert_string_equal(print_double(1.0 / 3), "0.3333333333333333");
    assert_string_equal(print_double(NAN), "NaN");
    assert_string_equal(print_double(INFINITY), "Infinity");
    assert_string_equal(print_double(-INFINITY), "-Infinity");
    assert_string_equal(print_double(5e-324), "5e-324");
    assert_string_equal(print_double(2.2250738585072014e-308), "2.2250738585072014e-308");
    assert_string_equal(print_double(1.7976931348623157e308), "1.7976931348623157e+308");
    assert_string_equal(print_double(0x1p-44), "5.684341886080802e-14");
}

static int digits_of(const char *text)
{
    int count = 0, zeros = 0;

    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0')) continue;
        count++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return count - zeros;
}

/* The fewest significant digits with which printf finds a text that reads back. */
static int fewest_digits(double v)
{
    char text[40];
    int count = 1;

    for (; count < 17; count++) {
        snprintf(text, sizeof text, "%.*e", count - 1, v);
        if (strtod(text, NULL) == v) break;
    }
    return count;
}

static void check_shortest(double v)
{
    const char *text = print_double(v);

    assert_true(strtod(text, NULL) == v);
    if (digits_of(text) > fewest_digits(v)) fail_msg("%s has too many digits", text);
}

static void random_doubles_print_shortest_and_read_back(void **state)
{
    struct rng rng = {2};

    (void)state;
    for (int i = 0; i < 30000; i++) {
        check_shortest(any_double(&rng));
        check_shortest((double)rng_below(&rng, 100000000) / 1000);
        check_shortest(ldexp((double)rng_next(&rng), (int)rng_below(&rng, 70) - 80));
    }
    for (int e = -1074; e < 1024; e++) check_shortest(ldexp(1, e));
}

static void integers_print(void **state)
{
    char text[NUM_TEXT_MAX];

    (void)state;
    assert_int_equal(num_print_int(0, text), 1);
    assert_string_equal(text, "0");
    num_print_int(INT64_MIN, text);
    assert_string_equal(text, "-9223372036854775808");
    num_print_int(INT64_MAX, text);
    assert_string_equal(text, "9223372036854775807");
    num_print_int128(0, text);
    assert_string_equal(text, "0");
    num_print_int128(-10, text);
    assert_string_equal(text, "-10");
    num_print_int128((__int128)((unsigned __int128)1 << 127), text);
    assert_string_equal(text, "-170141183460469231731687303715884105728");
    num_print_int128((__int128)10000000000000000000u * 10000000000000000000u + 5, text);
    assert_string_equal(text, "100000000000000000000000000000000000005");
}

static int parse_int(const char *text, int64_t *out)
{
    return num_parse_int(text, strlen(text), out);
}

static void integers_parse_whole_or_not_at_all(void **state)
{
    int64_t v = 7;

    (void)state;
    assert_int_equal(parse_int("", &v), -1);
    assert_int_equal(parse_int("-", &v), -1);
    assert_int_equal(parse_int("+", &v), -1);
    assert_int_equal(parse_int(" 1", &v), -1);
    assert_int_equal(parse_int("1 ", &v), -1);
    assert_int_equal(parse_int("1.0", &v), -1);
    assert_int_equal(parse_int("0x10", &v), -1);
    assert_int_equal(parse_int("99999999999999999999x", &v), -1);
    assert_int_equal(parse_int("9223372036854775808", &v), -2);
    assert_int_equal(parse_int("-9223372036854775809", &v), -2);
    assert_int_equal(parse_int("99999999999999999999999999999999999", &v), -2);
    assert_int_equal(v, 7);
    assert_int_equal(parse_int("9223372036854775807", &v), 0);
    assert_true(v == INT64_MAX);
    assert_int_equal(parse_int("-9223372036854775808", &v), 0);
    assert_true(v == INT64_MIN);
    assert_int_equal(parse_int("+0012", &v), 0);
    assert_int_equal(v, 12);
}

static void doubles_parse_decimal_and_scientific(void **state)
{
    (void)state;
    assert_true(parse("1") == 1);
    assert_true(parse("-1.5") == -1.5);
    assert_true(parse("+.5") == 0.5);
    assert_true(parse("5.") == 5);
    assert_true(parse("1e3") == 1000);
    assert_true(parse("1E+3") == 1000);
    assert_true(parse("25e-1") == 2.5);
    assert_true(parse("0.1") == 0.1);
    assert_true(parse("000000000000000000000000000.25") == 0.25);
    assert_true(signbit(parse("-0")));
    assert_true(parse("9007199254740993") == 9007199254740992.0);
    assert_true(parse("1e400") == INFINITY);
    assert_true(parse("-1e999999999999999999999") == -INFINITY);
    assert_true(parse("1e-999999999999999999999") == 0);
    assert_true(parse("0e999999999") == 0);
    assert_true(isnan(parse("nan")));
    assert_true(parse("infinity") == INFINITY);
    assert_true(parse("+INFINITY") == INFINITY);
    assert_true(parse("-Infinity") == -INFINITY);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {"",    "-",  ".",   "-.",  "e5",   "1e",   "1e+",  "1.2.3", " 1", "1 ",
                                        "0x1", "1f", "inf", "--1", "1e5.", "NaNs", "-NaN", "1,5",   "+",  "\0"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!refused(texts[i])) fail_msg("'%s' was read as a number", texts[i]);
    }
}

static void reading_stops_at_the_length(void **state)
{
    double v;
    int64_t n;

    (void)state;
    assert_int_equal(num_parse_double("12345", 2, &v), 0);
    assert_true(v == 12);
    assert_int_equal(num_parse_int("12345", 2, &n), 0);
    assert_int_equal(n, 12);
}

static void random_texts_parse_as_strtod_reads_them(void **state)
{
    struct rng rng = {3};
    char text[64];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        snprintf(text, sizeof text, "%.*e", (int)rng_below(&rng, 25), any_double(&rng));
        assert_true(parse(text) == strtod(text, NULL));
        snprintf(text, sizeof text, "%.*f", (int)rng_below(&rng, 20), (double)rng_next(&rng) / 0x1p40);
        assert_true(parse(text) == strtod(text, NULL));
    }
}

/* 1 + 2^-53 lies in the middle between two doubles: a digit far behind decides. */
static void digits_beyond_any_buffer_still_decide_the_rounding(void **state)
{
    static char text[3000];
    int len = sprintf(text, "%.53f", 1.0) - 53;

    (void)state;
    strcpy(text + len, "00000000000000011102230246251565404236316680908203125");
    assert_true(parse(text) == 1);
    len = (int)strlen(text);
    memset(text + len, '0', 2000);
    strcpy(text + len + 2000, "0");
    assert_true(parse(text) == 1);
    strcpy(text + len + 2000, "1");
    assert_true(parse(text) == 1 + 0x1p-52);
}

/* No shorter text reads back as the float; the one printed does, by either reader. */
static void check_float(float v)
{
    char text[NUM_TEXT_MAX], shorter[NUM_TEXT_MAX];
    int len = num_print_float(v, text), digits = 0;
    float back;

    assert_int_equal(num_parse_float(text, (size_t)len, &back), 0);
    assert_memory_equal(&back, &v, sizeof v);
    assert_true(strtof(text, NULL) == v);
    for (const char *p = text; *p && *p != 'e'; p++) digits += *p >= '0' && *p <= '9' && (digits || *p != '0');
    while (digits > 1 && text[len - 1] == '0') digits--, len--; /* of a whole number */
    if (digits < 2 || digits > 9) return;
    snprintf(shorter, sizeof shorter, "%.*e", digits - 2, (double)v);
    assert_false(strtof(shorter, NULL) == v && !strpbrk(text, "e.0"));
}

static void floats_print_shortest_and_read_back(void **state)
{
    static const struct {
        float v;
        const char *text;
    } cases[] = {{0.1f, "0.1"},
                 {16777216, "16777216.0"},
                 {3.4028235e38f, "3.4028235e+38"},
                 {1e-45f, "1e-45"},
                 {-0.0f, "-0.0"},
                 {1.1754944e-38f, "1.1754944e-38"},
                 {NAN, "NaN"},
                 {-INFINITY, "-Infinity"},
                 {1e16f, "1e+16"},
                 {8388608.5f, "8388608.0"}};
    struct rng rng = {5};
    char text[NUM_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        num_print_float(cases[i].v, text);
        assert_string_equal(text, cases[i].text);
    }
    for (int i = 0; i < 200000; i++) {
        uint32_t bits = (uint32_t)rng_next(&rng);
        float v;

        memcpy(&v, &bits, sizeof v);
        if (isfinite(v)) check_float(v);
    }
}

static void texts_between_two_floats_are_rounded_once(void **state)
{
    struct rng rng = {6};

    (void)state;
    for (int i = 0; i < 100000; i++) {
        char text[80];
        uint32_t bits = (uint32_t)rng_below(&rng, UINT32_C(0x7f000000));
        float v, next, got;
        double middle;
        int len;

        memcpy(&v, &bits, sizeof v);
        next = nextafterf(v, INFINITY);
        middle = ((double)v + (double)next) / 2;
        len = snprintf(text, sizeof text, "%.*e%s", 30 + (int)rng_below(&rng, 20), middle, "");
        assert_int_equal(num_parse_float(text, (size_t)len, &got), 0);
        assert_true(got == strtof(text, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_print_as_the_header_says),
        cmocka_unit_test(random_doubles_print_shortest_and_read_back),
        cmocka_unit_test(integers_print),
        cmocka_unit_test(integers_parse_whole_or_not_at_all),
        cmocka_unit_test(doubles_parse_decimal_and_scientific),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(reading_stops_at_the_length),
        cmocka_unit_test(random_texts_parse_as_strtod_reads_them),
        cmocka_unit_test(digits_beyond_any_buffer_still_decide_the_rounding),
        cmocka_unit_test(floats_print_shortest_and_read_back),
        cmocka_unit_test(texts_between_two_floats_are_rounded_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
