/* test_value_order.c - comparing values, and their ranks. */
#include "runtime/value_order.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 16 };

/* The values stand in ascending order; those marked equal to the one before them are. */
static void assert_ascending(const struct column *c, int n, uint32_t equal)
{
    for (int i = 0; i < n; i++) {
        for (int j = i + 1; j < n; j++) {
            uint32_t between = (UINT32_C(2) << j) - (UINT32_C(2) << i);
            bool same = (equal & between) == between;
            assert_int_equal(value_compare(c, i, c, j) < 0, !same);
            assert_int_equal(value_compare(c, j, c, i) > 0, !same);
            assert_true(value_rank(c, i) <= value_rank(c, j));
        }
    }
}

static void numbers_are_ordered_by_value_and_nan_is_last(void **state)
{
    double doubles[] = {-INFINITY, -1e300, -2, -1, -1e-310, -0.0, 0.0, 1e-310, 1, 2, INFINITY, NAN, -NAN};
    int64_t ints[] = {INT64_MIN, -1, 0, 1, INT64_MAX};

    (void)state;
    assert_ascending(&(struct column){.phys = PHYS_DOUBLE, .doubles = doubles}, 13, 1 << 6 | 1 << 12);
    assert_ascending(&(struct column){.phys = PHYS_INT, .ints = ints}, 5, 0);
}

static void texts_are_ordered_by_bytes_and_a_shorter_one_is_first(void **state)
{
    const char *words[] = {"", "a", "aa", "abcdefgh", "abcdefgha", "abcdefghb", "b", "\x7f", "\xc3\xa9"};
    struct text texts[MANY];

    (void)state;
    for (int i = 0; i < 9; i++) texts[i] = text_of(words[i], strlen(words[i]));
    assert_ascending(&(struct column){.phys = PHYS_TEXT, .texts = texts}, 9, 0);
}

static void null_is_before_all(void **state)
{
    int64_t ints[] = {0, INT64_MIN, 3};
    uint8_t bools[] = {0, 0, 1};
    uint64_t valid = 6;

    (void)state;
    assert_ascending(&(struct column){.phys = PHYS_INT, .ints = ints, .valid = &valid}, 3, 0);
    assert_ascending(&(struct column){.phys = PHYS_BOOL, .bools = bools, .valid = &valid}, 3, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_ordered_by_value_and_nan_is_last),
        cmocka_unit_test(texts_are_ordered_by_bytes_and_a_shorter_one_is_first),
        cmocka_unit_test(null_is_before_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
