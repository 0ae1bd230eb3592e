/* test_time.c - base/time.h but for patterns, which test_time_format.c tests. */
#include "base/hash.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static const char *print(usec t)
{
    static char text[TIME_TEXT_MAX];
    int len = time_print(t, text);

    assert_int_equal(len, strlen(text));
    return text;
}

static usec parse(const char *text)
{
    usec t = 12345;

    if (time_parse(text, strlen(text), &t)) fail_msg("'%s' is no timestamp", text);
    return t;
}

static bool refused(const char *text)
{
    usec t = 12345;
    bool no = time_parse(text, strlen(text), &t) == -1;

    if (no) assert_int_equal(t, 12345);
    return no;
}

static void every_day_of_ten_thousand_years_converts_back(void **state)
{
    int year = 1, month = 1, day = 1;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    (void)state;
    for (int64_t days = TIME_FIRST / USEC_DAY; days <= TIME_LAST / USEC_DAY; days++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        struct civil c = time_civil(days * USEC_DAY);
        if (c.year != year || c.month != month || c.day != day) fail_msg("day %d", (int)days);
        if (time_days(year, month, day) != days) fail_msg("%d-%d-%d", year, month, day);
        if (c.weekday != (int)((days + 7000003) % 7) + 1) fail_msg("weekday of %d-%d-%d", year, month, day);
        if (++day <= lengths[month - 1] + (month == 2 && leap)) continue;
        day = 1;
        if (++month <= 12) continue;
        month = 1;
        year++;
    }
    assert_int_equal(year, 10000);
}

static void civil_fields_agree_with_the_c_library(void **state)
{
    struct rng rng = {11};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        usec t = TIME_FIRST + (usec)rng_below(&rng, (uint64_t)TIME_LAST - (uint64_t)TIME_FIRST);
        time_t seconds = t / USEC_SECOND - (t % USEC_SECOND < 0);
        struct civil c = time_civil(t);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        assert_true(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday);
        assert_true(c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec);
        assert_true(c.weekday % 7 == tm.tm_wday && c.yearday == tm.tm_yday + 1);
        assert_true(c.micro == t - seconds * USEC_SECOND);
        assert_true(time_from_civil(&c) == t);
    }
}

static void months_are_added_and_cut_to_the_last_day(void **state)
{
    (void)state;
    assert_string_equal(print(time_add_months(parse("2000-01-31 12:00:00.5"), 1)), "2000-02-29 12:00:00.5");
    assert_string_equal(print(time_add_months(parse("2001-01-31"), 1)), "2001-02-28 00:00:00");
    assert_string_equal(print(time_add_months(parse("2001-01-31"), -2)), "2000-11-30 00:00:00");
    assert_string_equal(print(time_add_months(parse("2001-03-15"), 12 * 100)), "2101-03-15 00:00:00");
    assert_string_equal(print(time_add_months(parse("1969-12-31 23:59:59"), 2)), "1970-02-28 23:59:59");
    assert_string_equal(print(time_add_months(parse("2001-05-01"), 0)), "2001-05-01 00:00:00");
}

static void months_beyond_all_time_saturate(void **state)
{
    (void)state;
    assert_true(time_add_months(USEC_MAX, -1) == USEC_MAX);
    assert_true(time_add_months(USEC_MIN, 1) == USEC_MIN);
    assert_true(time_add_months(0, INT64_MAX) == USEC_MAX);
    assert_true(time_add_months(0, INT64_MIN) == USEC_MIN);
    assert_true(time_add_months(0, 12 * 300000) == USEC_MAX);
    assert_true(time_add_months(0, -12 * 300000) == USEC_MIN);
}

static const char *floored(const char *text, enum time_unit unit)
{
    return print(time_floor(parse(text), unit));
}

static void instants_floor_to_every_unit(void **state)
{
    const char *t = "2001-08-15 13:47:59.123456";

    (void)state;
    assert_string_equal(floored(t, UNIT_YEAR), "2001-01-01 00:00:00");
    assert_string_equal(floored(t, UNIT_QUARTER), "2001-07-01 00:00:00");
    assert_string_equal(floored(t, UNIT_MONTH), "2001-08-01 00:00:00");
    assert_string_equal(floored(t, UNIT_WEEK), "2001-08-13 00:00:00");
    assert_string_equal(floored(t, UNIT_DAY), "2001-08-15 00:00:00");
    assert_string_equal(floored(t, UNIT_HOUR), "2001-08-15 13:00:00");
    assert_string_equal(floored(t, UNIT_MINUTE), "2001-08-15 13:47:00");
    assert_string_equal(floored(t, UNIT_SECOND), "2001-08-15 13:47:59");
    assert_string_equal(floored(t, UNIT_MILLISECOND), "2001-08-15 13:47:59.123");
    assert_string_equal(floored(t, UNIT_MICROSECOND), t);
    assert_string_equal(floored("1969-12-31 23:59:59.5", UNIT_SECOND), "1969-12-31 23:59:59");
    assert_string_equal(floored("1969-12-28 10:00:00", UNIT_WEEK), "1969-12-22 00:00:00");
    assert_string_equal(floored("2001-08-13", UNIT_WEEK), "2001-08-13 00:00:00");
    assert_true(time_floor(USEC_MAX, UNIT_DAY) == USEC_MAX);
    assert_true(time_floor(USEC_MIN, UNIT_YEAR) == USEC_MIN);
}

static void units_have_lengths_and_names(void **state)
{
    (void)state;
    assert_int_equal(time_unit_usec(UNIT_WEEK), 7 * USEC_DAY);
    assert_int_equal(time_unit_usec(UNIT_MICROSECOND), 1);
    assert_int_equal(time_unit_usec(UNIT_MONTH), 0);
    assert_int_equal(time_unit_usec(UNIT_QUARTER), 0);
    assert_string_equal(time_unit_name(UNIT_YEAR), "YEAR");
    assert_string_equal(time_unit_name(UNIT_MICROSECOND), "MICROSECOND");
    for (enum time_unit unit = UNIT_YEAR; unit <= UNIT_MICROSECOND; unit++) assert_non_null(time_unit_name(unit));
}

static void instants_print_with_the_digits_they_have(void **state)
{
    (void)state;
    assert_string_equal(print(0), "1970-01-01 00:00:00");
    assert_string_equal(print(1), "1970-01-01 00:00:00.000001");
    assert_string_equal(print(-1), "1969-12-31 23:59:59.999999");
    assert_string_equal(print(120000), "1970-01-01 00:00:00.12");
    assert_string_equal(print(TIME_FIRST), "0001-01-01 00:00:00");
    assert_string_equal(print(TIME_LAST), "9999-12-31 23:59:59.999999");
    assert_string_equal(print(USEC_MAX), "294247-01-10 04:00:54.775807");
    assert_string_equal(print(USEC_MIN), "-290308-12-21 19:59:05.224192");
}

static void printed_instants_parse_back(void **state)
{
    struct rng rng = {12};

    (void)state;
    for (int i = 0; i < 20000; i++) {
        usec t = TIME_FIRST + (usec)rng_below(&rng, (uint64_t)TIME_LAST - (uint64_t)TIME_FIRST);
        usec second = time_floor(t, UNIT_SECOND);
        assert_true(parse(print(t)) == t);
        assert_true(parse(print(second)) == second);
    }
}

static void iso_timestamps_parse_in_all_forms(void **state)
{
    const usec noon = parse("2001-02-03 12:00:00");

    (void)state;
    assert_true(noon == INT64_C(981201600) * USEC_SECOND);
    assert_true(parse("2001-02-03T12:00:00") == noon);
    assert_true(parse("2001-02-03T12:00") == noon);
    assert_true(parse("2001-02-03") == noon - 12 * USEC_HOUR);
    assert_true(parse("2001-02-03T12:00:00Z") == noon);
    assert_true(parse("2001-02-03 12:00:00.0") == noon);
    assert_true(parse("2001-02-03 12:00:00.25") == noon + 250000);
    assert_true(parse("2001-02-03 12:00:00.123456") == noon + 123456);
    assert_true(parse("2001-02-03 12:00:00.123456789Z") == noon + 123456);
    assert_true(parse("2001-02-03T14:00:00+02:00") == noon);
    assert_true(parse("2001-02-03T14:00:00+0200") == noon);
    assert_true(parse("2001-02-03T14:00:00+02") == noon);
    assert_true(parse("2001-02-03T14:00+02") == noon);
    assert_true(parse("2001-02-03T08:30:00.5-03:30") == noon + 500000);
    assert_true(parse("0001-01-01 00:00:00") == TIME_FIRST);
    assert_true(parse("9999-12-31 23:59:59.999999999") == TIME_LAST);
    assert_true(parse("2000-02-29 00:00:00") == parse("2000-02-28 00:00:00") + USEC_DAY);
}

static void what_is_no_timestamp_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "2001",
        "2001-02",
        "2001-2-3",
        "2001-13-01",
        "2001-00-10",
        "2001-02-29",
        "1900-02-29",
        "2001-04-31",
        "2001-01-00",
        "0000-01-01",
        "2001-01-01 24:00:00",
        "2001-01-01 23:60:00",
        "2001-01-01 23:59:60",
        "2001-01-01 ",
        "2001-01-01T",
        "2001-01-01 1:00:00",
        "2001-01-01 01",
        "2001-01-01 01:00:",
        "2001-01-01 01:00:0",
        "2001-01-01 01:00:00.",
        "2001-01-01 01:00:00.1234567890",
        "2001-01-01 01:00:00 ",
        " 2001-01-01 01:00:00",
        "2001-01-01 01:00:00+",
        "2001-01-01 01:00:00+1",
        "2001-01-01 01:00:00+01:",
        "2001-01-01 01:00:00+24:00",
        "2001-01-01 01:00:00+01:60",
        "2001-01-01 01:00:00ZZ",
        "2001-01-01Z",
        "2001/01/01 01:00:00",
        "2001-01-01_01:00:00",
        "2001-01-01 01-00-00",
        "20o1-01-01 01:00:00",
        "2001-01-:1 01:00:00",
        "2001-01-01 01:00:0:",
        "2001-01-01 01:00:0/",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!refused(texts[i])) fail_msg("'%s' was read as a timestamp", texts[i]);
    }
}

/* Every byte of the common form is looked at: only digits may stand for digits. */
static void any_wrong_byte_in_the_common_form_is_refused(void **state)
{
    const char good[] = "2001-01-01 06:20:00";

    (void)state;
    for (size_t at = 0; at < sizeof good - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            bool digit = good[at] >= '0' && good[at] <= '9',
                 may = digit ? byte >= '0' && byte <= '9' : byte == good[at];
            char text[sizeof good];
            usec t;
            memcpy(text, good, sizeof good);
            text[at] = (char)byte;
            if (at == 10 && byte == 'T') continue;
            if (at == 16 && (byte == '+' || byte == '-')) continue; /* 06:20+00 */
            if (!may) assert_int_equal(time_parse(text, sizeof good - 1, &t), -1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_ten_thousand_years_converts_back),
        cmocka_unit_test(civil_fields_agree_with_the_c_library),
        cmocka_unit_test(months_are_added_and_cut_to_the_last_day),
        cmocka_unit_test(months_beyond_all_time_saturate),
        cmocka_unit_test(instants_floor_to_every_unit),
        cmocka_unit_test(units_have_lengths_and_names),
        cmocka_unit_test(instants_print_with_the_digits_they_have),
        cmocka_unit_test(printed_instants_parse_back),
        cmocka_unit_test(iso_timestamps_parse_in_all_forms),
        cmocka_unit_test(what_is_no_timestamp_is_refused),
        cmocka_unit_test(any_wrong_byte_in_the_common_form_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
