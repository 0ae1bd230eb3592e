/* test_value.c - columns as they are made, and values as results print them. */
#include "runtime/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_new_column_has_room_for_a_batch_of_zeros(void **state)
{
    struct arena *scratch = arena_new();
    struct column c;

    (void)state;
    column_new(scratch, PHYS_TEXT, NULLABLE, &c);
    assert_int_equal(c.texts[BATCH_ROWS - 1].len, 0);
    assert_false(column_is_null(&c, 0));
    assert_false(column_is_null(&c, BATCH_ROWS - 1));
    bit_clear(c.valid, 77);
    assert_true(column_is_null(&c, 77));
    column_new(scratch, PHYS_INT, NOT_NULLABLE, &c);
    assert_null(c.valid);
    assert_int_equal(c.ints[BATCH_ROWS - 1], 0);
    assert_false(column_is_null(&c, 0));
    arena_free(scratch);
}

static void assert_prints(const struct column *c, enum type_kind kind, const char *expected)
{
    struct buf out = {0};

    value_print(c, 0, (struct type){.kind = kind}, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void assert_int_prints(int64_t value, enum type_kind kind, const char *expected)
{
    assert_prints(&(struct column){.phys = PHYS_INT, .ints = &value}, kind, expected);
}

static void each_type_prints_as_results_show_it(void **state)
{
    struct text text = text_of("some text", 9);
    uint8_t yes = 1, no = 0;
    double d = 3;

    (void)state;
    assert_prints(&(struct column){.phys = PHYS_BOOL, .bools = &yes}, TYPE_BOOLEAN, "true");
    assert_prints(&(struct column){.phys = PHYS_BOOL, .bools = &no}, TYPE_BOOLEAN, "false");
    assert_prints(&(struct column){.phys = PHYS_DOUBLE, .doubles = &d}, TYPE_DOUBLE, "3.0");
    assert_prints(&(struct column){.phys = PHYS_TEXT, .texts = &text}, TYPE_VARCHAR, "some text");
    assert_int_prints(-12, TYPE_INTEGER, "-12");
    assert_int_prints(INT64_MIN, TYPE_BIGINT, "-9223372036854775808");
    assert_int_prints(1500000, TYPE_TIMESTAMP, "1970-01-01 00:00:01.5");
    assert_int_prints(-128, TYPE_TINYINT, "-128");
    assert_int_prints(0, TYPE_DATE, "1970-01-01");
    assert_int_prints(USEC_DAY - 1, TYPE_TIME, "23:59:59.999999");
    assert_int_prints(1500000, TYPE_TIMESTAMP_TZ, "1970-01-01 00:00:01.5+00:00");
    assert_int_prints(USEC_MIN, TYPE_TIMESTAMP, "-infinity");
    assert_int_prints(USEC_MAX, TYPE_TIMESTAMP, "infinity");
    assert_prints(&(struct column){.phys = PHYS_TEXT, .texts = &text}, TYPE_BINARY, "X'736F6D652074657874'");
    d = (double)0.1f;
    assert_prints(&(struct column){.phys = PHYS_DOUBLE, .doubles = &d}, TYPE_REAL, "0.1");
}

static void intervals_print_with_sign_and_all_their_parts(void **state)
{
    (void)state;
    assert_int_prints(4 * USEC_DAY + 4 * USEC_HOUR + 30 * USEC_MINUTE, TYPE_INTERVAL_DAY, "+4 04:30:00");
    assert_int_prints(-500000, TYPE_INTERVAL_DAY, "-0 00:00:00.5");
    assert_int_prints(0, TYPE_INTERVAL_DAY, "+0 00:00:00");
    assert_int_prints(INT64_MIN, TYPE_INTERVAL_DAY, "-106751991 04:00:54.775808");
    assert_int_prints(18, TYPE_INTERVAL_MONTH, "+1-06");
    assert_int_prints(-1, TYPE_INTERVAL_MONTH, "-0-01");
}

static void null_prints_as_nothing(void **state)
{
    int64_t value = 0;
    uint64_t valid = 0;
    struct column c = {.phys = PHYS_INT, .ints = &value, .valid = &valid};

    (void)state;
    assert_prints(&c, TYPE_BIGINT, "");
    assert_prints(&c, TYPE_NULL, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_column_has_room_for_a_batch_of_zeros),
        cmocka_unit_test(each_type_prints_as_results_show_it),
        cmocka_unit_test(intervals_print_with_sign_and_all_their_parts),
        cmocka_unit_test(null_prints_as_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
