/* test_time_format.c - patterns of timestamps: time_format_* of base/time.h. */
#include "base/hash.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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

static struct arena *scratch;

static struct time_format *format(const char *pattern)
{
    struct err err;
    struct time_format *f = time_format_new(scratch, str_lit(pattern), &err);

    if (!f) fail_msg("%s", err.text);
    return f;
}

/* The instant that text has by the pattern, printed; "-" when it does not match. */
static const char *by_pattern(const char *pattern, const char *text, enum time_match match)
{
    usec t;

    return time_format_parse(format(pattern), text, strlen(text), match, &t) ? "-" : print(t);
}

static const char *prefix(const char *pattern, const char *text)
{
    return by_pattern(pattern, text, TIME_MATCH_PREFIX);
}

static const char *whole(const char *pattern, const char *text)
{
    return by_pattern(pattern, text, TIME_MATCH_ALL);
}

static void a_pattern_consumes_a_prefix_in_order(void **state)
{
    const char *t = "2009-09-16 03:15:24";

    (void)state;
    assert_string_equal(prefix("yyyy-MM-dd HH:mm:ss", t), "2009-09-16 03:15:24");
    assert_string_equal(prefix("yyyy-MM-dd hh:mm:ss", t), "2009-09-16 03:15:24");
    assert_string_equal(prefix("yyyy", t), "2009-01-01 00:00:00");
    assert_string_equal(prefix("yyyy-MM", t), "2009-09-01 00:00:00");
    assert_string_equal(prefix("yyyy-hh-mm", t), "2009-01-01 09:16:00");
    assert_string_equal(prefix("yyyy-MM-dd HH", t), "2009-09-16 03:00:00");
    assert_string_equal(prefix("yyyy hh", t), "-");
    assert_string_equal(prefix("yyyy-MM hh", t), "-");
    assert_string_equal(whole("yyyy-MM-dd", t), "-");
    assert_string_equal(prefix("yyyy-MM-dd HH:mm:ss.SSS", t), "-");
}

static void the_common_pattern_takes_fixed_and_free_forms(void **state)
{
    const char *pattern = "yyyy/MM/dd HH:mm";

    (void)state;
    assert_string_equal(whole(pattern, "2013/12/24 23:59"), "2013-12-24 23:59:00");
    assert_string_equal(whole(pattern, "2013/1/2 3:4"), "2013-01-02 03:04:00");
    assert_string_equal(whole(pattern, "2013/01/02  3:04"), "2013-01-02 03:04:00");
    assert_string_equal(prefix(pattern, "2013/12/24 23:59:30"), "2013-12-24 23:59:00");
    assert_string_equal(prefix(pattern, "2013/12/24 23:590"), "-");
    assert_string_equal(whole(pattern, "2013/12/24 23:59 "), "-");
    assert_string_equal(whole(pattern, "2013/12/24 23:5"), "2013-12-24 23:05:00");
    assert_string_equal(whole(pattern, "2013-12-24 23:59"), "-");
    assert_string_equal(whole(pattern, "2013/12/24 2a:59"), "-");
    assert_string_equal(whole(pattern, ""), "-");
}

/* Digits and delimiters move through the words that the fast path looks at. */
static void fixed_forms_match_at_every_offset(void **state)
{
    static const char *const patterns[] = {"yyyy/MM/dd HH:mm:ss.SSS", "SSS ss:mm:HH dd/MM/yyyy", "ddMMyyyyHHSSSssmm"};
    const usec t = parse("2013-12-24 21:58:37.469");

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        for (int dashes = 0; dashes < 20; dashes++) {
            struct buf pattern = {0}, text = {0};
            usec back = 0;
            for (int d = 0; d < dashes; d++) buf_putc(&pattern, '-');
            buf_puts(&pattern, patterns[i]);
            time_format_print(format(buf_text(&pattern)), t, &text);
            assert_int_equal(text.len, pattern.len);
            assert_string_equal(whole(buf_text(&pattern), buf_text(&text)), "2013-12-24 21:58:37.469");
            text.ptr[text.len - 1] = 'x';
            assert_int_equal(time_format_parse(format(buf_text(&pattern)), text.ptr, text.len, TIME_MATCH_ALL, &back),
                             -1);
            buf_free(&pattern);
            buf_free(&text);
        }
    }
}

static void dates_out_of_range_do_not_match(void **state)
{
    const char *pattern = "yyyy/MM/dd HH:mm:ss";

    (void)state;
    assert_string_equal(whole(pattern, "2013/13/01 00:00:00"), "-");
    assert_string_equal(whole(pattern, "2013/00/01 00:00:00"), "-");
    assert_string_equal(whole(pattern, "2013/02/30 00:00:00"), "-");
    assert_string_equal(whole(pattern, "2013/02/00 00:00:00"), "-");
    assert_string_equal(whole(pattern, "2013/02/01 24:00:00"), "-");
    assert_string_equal(whole(pattern, "2013/02/01 00:60:00"), "-");
    assert_string_equal(whole(pattern, "2013/02/01 00:00:60"), "-");
    assert_string_equal(whole(pattern, "0000/02/01 00:00:00"), "-");
    assert_string_equal(whole(pattern, "12013/2/1 0:0:0"), "-");
    assert_string_equal(whole("yyyy", "99999999999999999999"), "-");
    assert_string_equal(whole("hh", "13"), "-");
    assert_string_equal(whole("hh", "00"), "-");
    assert_string_equal(whole("KK", "12"), "-");
    assert_string_equal(whole("kk", "25"), "-");
    assert_string_equal(whole("yyyy D", "2001 366"), "-");
    assert_string_equal(whole("SSS", "1000"), "-");
}

static void hours_are_read_by_every_clock(void **state)
{
    (void)state;
    assert_string_equal(whole("hh:mm", "12:30"), "1970-01-01 00:30:00");
    assert_string_equal(whole("hh:mm a", "12:30 PM"), "1970-01-01 12:30:00");
    assert_string_equal(whole("hh:mm a", "12:30 am"), "1970-01-01 00:30:00");
    assert_string_equal(whole("h a", "11 pm"), "1970-01-01 23:00:00");
    assert_string_equal(whole("K a", "11 PM"), "1970-01-01 23:00:00");
    assert_string_equal(whole("k", "24"), "1970-01-01 00:00:00");
    assert_string_equal(whole("HH a", "05 PM"), "1970-01-01 05:00:00");
    assert_string_equal(whole("h a", "11 xm"), "-");
}

static void letters_that_touch_take_as_many_digits_as_they_are(void **state)
{
    (void)state;
    assert_string_equal(whole("yyyyMMdd", "20130405"), "2013-04-05 00:00:00");
    assert_string_equal(whole("yyyyMMddHHmmss", "20130405060708"), "2013-04-05 06:07:08");
    assert_string_equal(whole("yyyyMMddHHmmssSSS", "20130405060708009"), "2013-04-05 06:07:08.009");
    assert_string_equal(whole("HHmm", "1234"), "1970-01-01 12:34:00");
    assert_string_equal(whole("HHmm", "12"), "-");
    assert_string_equal(whole("HHmm", "1:34"), "-");
    assert_string_equal(prefix("yyyyMMdd", "201304051"), "-");
    assert_string_equal(whole("ddMMMyyyy", "05Apr2013"), "2013-04-05 00:00:00");
}

static void two_digits_of_a_year_are_near_the_pivot(void **state)
{
    (void)state;
    assert_string_equal(whole("MM/dd/yy", "01/02/45"), "1945-01-02 00:00:00");
    assert_string_equal(whole("MM/dd/yy", "01/02/99"), "1999-01-02 00:00:00");
    assert_string_equal(whole("MM/dd/yy", "01/02/00"), "2000-01-02 00:00:00");
    assert_string_equal(whole("MM/dd/yy", "01/02/44"), "2044-01-02 00:00:00");
    assert_string_equal(whole("MM/dd/yy", "01/02/2013"), "2013-01-02 00:00:00");
    assert_string_equal(whole("MM/dd/yyyy", "01/02/13"), "0013-01-02 00:00:00");
    assert_string_equal(whole("yyMMdd", "130102"), "2013-01-02 00:00:00");
    assert_string_equal(whole("y", "13"), "2013-01-01 00:00:00");
}

static void names_are_read_short_and_full_in_any_case(void **state)
{
    (void)state;
    assert_string_equal(whole("d MMM yyyy", "5 Mar 2013"), "2013-03-05 00:00:00");
    assert_string_equal(whole("d MMM yyyy", "5 march 2013"), "2013-03-05 00:00:00");
    assert_string_equal(whole("MMMM d, yyyy", "SEPTEMBER 5, 2013"), "2013-09-05 00:00:00");
    assert_string_equal(whole("EEE, d MMM yyyy HH:mm:ss Z", "Tue, 5 Mar 2013 01:02:03 +0100"), "2013-03-05 00:02:03");
    assert_string_equal(whole("EEEE d/M/y", "Wednesday 5/3/2013"), "2013-03-05 00:00:00");
    assert_string_equal(whole("d MMM yyyy", "5 Mrz 2013"), "-");
    assert_string_equal(whole("yyyy G", "2013 AD"), "2013-01-01 00:00:00");
    assert_string_equal(whole("yyyy G", "2013 BC"), "-");
    for (int month = 1; month <= 12; month++) {
        struct buf text = {0};
        struct civil c = {.year = 2013, .month = month, .day = 7};
        usec t = 0;
        time_format_print(format("MMM MMMM yyyy dd"), time_from_civil(&c), &text);
        assert_int_equal(time_format_parse(format("MMM MMMM yyyy dd"), text.ptr, text.len, TIME_MATCH_ALL, &t), 0);
        assert_true(t == time_from_civil(&c));
        buf_free(&text);
    }
}

static void zones_are_honoured(void **state)
{
    (void)state;
    assert_string_equal(whole("dd/MMM/yyyy:HH:mm:ss z", "10/Oct/2000:13:55:36 -0700"), "2000-10-10 20:55:36");
    assert_string_equal(whole("HH:mm z", "12:00 UTC"), "1970-01-01 12:00:00");
    assert_string_equal(whole("HH:mm z", "12:00 GMT"), "1970-01-01 12:00:00");
    assert_string_equal(whole("HH:mm z", "12:00 GMT+02:00"), "1970-01-01 10:00:00");
    assert_string_equal(whole("HH:mm z", "12:00 PST"), "1970-01-01 20:00:00");
    assert_string_equal(whole("HH:mm z", "12:00 edt"), "1970-01-01 16:00:00");
    assert_string_equal(whole("HH:mmX", "12:00Z"), "1970-01-01 12:00:00");
    assert_string_equal(whole("HH:mmX", "12:00-08"), "1970-01-01 20:00:00");
    assert_string_equal(whole("HH:mmXXX", "12:00+05:30"), "1970-01-01 06:30:00");
    assert_string_equal(whole("HH:mm z", "12:00 Mars"), "-");
    assert_string_equal(whole("HH:mm z", "12:00 PST+01:00"), "-");
}

static void fractions_are_milliseconds_or_digits(void **state)
{
    (void)state;
    assert_string_equal(whole("ss.SSS", "01.250"), "1970-01-01 00:00:01.25");
    assert_string_equal(whole("ss.S", "01.5"), "1970-01-01 00:00:01.005");
    assert_string_equal(whole("ss.SSSSSS", "01.123456"), "1970-01-01 00:00:01.123456");
    assert_string_equal(whole("ss.SSSSSS", "01.5"), "1970-01-01 00:00:01.5");
    assert_string_equal(whole("ss.SSSSSSSSS", "01.123456789"), "1970-01-01 00:00:01.123456");
    assert_string_equal(whole("yyyy-MM-dd HH:mm:ss.SSS", "2013-04-05 06:07:08.009"), "2013-04-05 06:07:08.009");
}

static void quotes_hold_literal_text(void **state)
{
    (void)state;
    assert_string_equal(whole("yyyy-MM-dd'T'HH:mm:ss'Z'", "2013-04-05T06:07:08Z"), "2013-04-05 06:07:08");
    assert_string_equal(whole("h 'o''clock' a", "5 o'clock PM"), "1970-01-01 17:00:00");
    assert_string_equal(whole("''yyyy''", "'2013'"), "2013-01-01 00:00:00");
    assert_string_equal(whole("yyyy-MM-dd'5'HH", "2013-04-05507"), "-");
}

static void days_of_the_year_and_weeks_give_dates(void **state)
{
    (void)state;
    assert_string_equal(whole("yyyy-DDD", "2012-366"), "2012-12-31 00:00:00");
    assert_string_equal(whole("yyyyDDD", "2013060"), "2013-03-01 00:00:00");
    assert_string_equal(whole("YYYY-'W'ww-u", "2015-W01-7"), "2014-12-28 00:00:00");
    assert_string_equal(whole("YYYY-'W'ww EEE", "2015-W02 Mon"), "2015-01-05 00:00:00");
    assert_string_equal(whole("YYYY-MM-dd", "2014-12-30"), "2014-12-30 00:00:00");
}

static const char *error_of(const char *pattern)
{
    static struct err err;

    err = (struct err){0};
    assert_null(time_format_new(scratch, str_lit(pattern), &err));
    assert_int_equal(err.code, ERR_VALUE);
    assert_int_equal(err.at, -1);
    return err.text;
}

static void bad_patterns_are_explained(void **state)
{
    (void)state;
    assert_string_equal(error_of("yyyy-qq"), "unknown letter 'q' in timestamp format 'yyyy-qq'");
    assert_string_equal(error_of("yyyy'T"), "unclosed quote in timestamp format 'yyyy'T'");
    assert_string_equal(error_of("'"), "unclosed quote in timestamp format '''");
    assert_string_equal(error_of("yyyyyyyyyyyy"), "too many letters 'y' in timestamp format 'yyyyyyyyyyyy'");
}

static const char *printed(const char *pattern, const char *instant)
{
    static struct buf out;

    buf_free(&out);
    time_format_print(format(pattern), parse(instant), &out);
    return buf_text(&out);
}

static void every_letter_prints(void **state)
{
    const char *t = "2014-12-30 00:07:09.012345";

    (void)state;
    assert_string_equal(printed("G y yy yyyy yyyyy", t), "AD 2014 14 2014 02014");
    assert_string_equal(printed("YYYY YY w ww W", t), "2015 15 1 01 5");
    assert_string_equal(printed("M MM MMM MMMM", t), "12 12 Dec December");
    assert_string_equal(printed("d dd D DDDD F", t), "30 30 364 0364 5");
    assert_string_equal(printed("E EEE EEEE u", t), "Tue Tue Tuesday 2");
    assert_string_equal(printed("H HH k K h hh a", t), "0 00 24 0 12 12 AM");
    assert_string_equal(printed("m mm s ss", t), "7 07 9 09");
    assert_string_equal(printed("S SSS SSSS SSSSSS SSSSSSSSS", t), "12 012 0123 012345 012345000");
    assert_string_equal(printed("z Z X", t), "UTC +0000 Z");
    assert_string_equal(printed("YYYY-MM-dd'T'HH:mm:ss", "2014-06-30 13:00:00"), "2014-06-30T13:00:00");
    assert_string_equal(printed("h a, 'it''s' ''d''", "2014-06-30 13:00:00"), "1 PM, it's '30'");
    assert_string_equal(printed("W w YYYY", "2014-12-27"), "4 52 2014");
    assert_string_equal(printed("W w YYYY", "2014-12-28"), "5 1 2015");
    assert_string_equal(printed("W F", "2014-06-01"), "1 1");
    assert_string_equal(printed("", t), "");
}

static void printed_patterns_parse_back(void **state)
{
    static const char *const patterns[] = {"yyyy/MM/dd HH:mm:ss.SSSSSS",
                                           "yyyyMMddHHmmssSSSSSS",
                                           "EEEE, d MMMM yyyy, h:m:s.SSSSSS a",
                                           "yyyy DDD kk:mm:ss SSSSSS Z",
                                           "YYYY ww u K a mm ss SSSSSS X",
                                           "iso8601",
                                           "epoch_us"};
    struct rng rng = {13};

    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct time_format *f = format(patterns[i]);
        for (int round = 0; round < 2000; round++) {
            usec t = parse("1000-01-01") + (usec)rng_below(&rng, 8000 * 365 * (uint64_t)USEC_DAY), back;
            struct buf text = {0};
            time_format_print(f, t, &text);
            if (time_format_parse(f, text.ptr, text.len, TIME_MATCH_ALL, &back)) fail_msg("%s", buf_text(&text));
            assert_true(back == t);
            buf_free(&text);
        }
    }
}

static void epochs_count_their_unit(void **state)
{
    (void)state;
    assert_string_equal(whole("epoch_s", "981201600"), "2001-02-03 12:00:00");
    assert_string_equal(whole("epoch_s", "981201600.25"), "2001-02-03 12:00:00.25");
    assert_string_equal(whole("epoch_ms", "981201600123"), "2001-02-03 12:00:00.123");
    assert_string_equal(whole("epoch_ms", "981201600123.4567"), "2001-02-03 12:00:00.123456");
    assert_string_equal(whole("epoch_us", "981201600123456"), "2001-02-03 12:00:00.123456");
    assert_string_equal(whole("epoch_us", "-1"), "1969-12-31 23:59:59.999999");
    assert_string_equal(prefix("epoch_s", "5 s"), "1970-01-01 00:00:05");
    assert_string_equal(whole("epoch_s", "5 s"), "-");
    assert_string_equal(whole("epoch_s", "5."), "-");
    assert_string_equal(whole("epoch_s", ""), "-");
    assert_string_equal(whole("epoch_s", "-"), "-");
    assert_string_equal(whole("epoch_s", "253402300799"), "9999-12-31 23:59:59");
    assert_string_equal(whole("epoch_s", "253402300800"), "-");
    assert_string_equal(whole("epoch_s", "-62135596801"), "-");
    assert_string_equal(whole("epoch_us", "99999999999999999999999999"), "-");
    assert_string_equal(printed("epoch_s", "2001-02-03 12:00:00.9"), "981201600");
    assert_string_equal(printed("epoch_ms", "1969-12-31 23:59:59.9999"), "-1");
    assert_string_equal(printed("iso8601", "2001-02-03 12:00:00.25"), "2001-02-03T12:00:00.25Z");
    assert_true(time_format_is_epoch(format("epoch_ms")));
    assert_false(time_format_is_epoch(format("iso8601")));
    assert_false(time_format_is_epoch(format("yyyy")));
}

static void iso8601_as_a_pattern_takes_the_longest_prefix(void **state)
{
    (void)state;
    assert_string_equal(prefix("iso8601", "2001-02-03T12:00:00+01:00, more"), "2001-02-03 11:00:00");
    assert_string_equal(prefix("iso8601", "2001-02-03 noon"), "2001-02-03 00:00:00");
    assert_string_equal(prefix("iso8601", "2001-02-03 12:00:x"), "2001-02-03 12:00:00");
    assert_string_equal(whole("iso8601", "2001-02-03 noon"), "-");
}

static int make_arena(void **state)
{
    (void)state;
    scratch = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    (void)state;
    arena_free(scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_consumes_a_prefix_in_order),
        cmocka_unit_test(the_common_pattern_takes_fixed_and_free_forms),
        cmocka_unit_test(fixed_forms_match_at_every_offset),
        cmocka_unit_test(dates_out_of_range_do_not_match),
        cmocka_unit_test(hours_are_read_by_every_clock),
        cmocka_unit_test(letters_that_touch_take_as_many_digits_as_they_are),
        cmocka_unit_test(two_digits_of_a_year_are_near_the_pivot),
        cmocka_unit_test(names_are_read_short_and_full_in_any_case),
        cmocka_unit_test(zones_are_honoured),
        cmocka_unit_test(fractions_are_milliseconds_or_digits),
        cmocka_unit_test(quotes_hold_literal_text),
        cmocka_unit_test(days_of_the_year_and_weeks_give_dates),
        cmocka_unit_test(bad_patterns_are_explained),
        cmocka_unit_test(every_letter_prints),
        cmocka_unit_test(printed_patterns_parse_back),
        cmocka_unit_test(epochs_count_their_unit),
        cmocka_unit_test(iso8601_as_a_pattern_takes_the_longest_prefix),
    };

    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
