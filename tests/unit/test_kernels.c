/* test_kernels.c - edge cases of every operator, function and cast, as tables of calls and what they give. */
#include "tests/unit/build_bound.h"

#include <math.h>

static void integers_stay_in_32_bits(void **state)
{
    (void)state;
    CHECK(CALL("+", integer(INT32_MAX), integer(1)), "overflow");
    CHECK(CALL("+", integer(INT32_MAX), integer(0)), "2147483647");
    CHECK(CALL("-", integer(INT32_MIN), integer(1)), "overflow");
    CHECK(CALL("-", integer(INT32_MIN)), "overflow");
    CHECK(CALL("-", integer(INT32_MAX)), "-2147483647");
    CHECK(CALL("*", integer(65536), integer(32768)), "overflow");
    CHECK(CALL("*", integer(-65536), integer(32768)), "-2147483648");
    CHECK(CALL("*", integer(INT32_MIN), integer(INT32_MIN)), "overflow");
    CHECK(CALL("/", integer(INT32_MIN), integer(-1)), "overflow");
    CHECK(CALL("%", integer(INT32_MIN), integer(-1)), "0");
    CHECK(CALL("abs", integer(INT32_MIN)), "overflow");
}

static void integer_division_truncates(void **state)
{
    (void)state;
    CHECK(CALL("/", integer(5), integer(2)), "2");
    CHECK(CALL("/", integer(-7), integer(2)), "-3");
    CHECK(CALL("/", integer(7), integer(-2)), "-3");
    CHECK(CALL("%", integer(-7), integer(3)), "-1");
    CHECK(CALL("mod", integer(7), integer(-3)), "1");
    CHECK(CALL("/", integer(1), integer(0)), "division by zero");
    CHECK(CALL("%", integer(1), integer(0)), "division by zero");
    CHECK(CALL("/", bigint(-7000000000), integer(2)), "-3500000000");
    CHECK(CALL("/", bigint(INT64_MIN), bigint(-1)), "overflow");
    CHECK(CALL("%", bigint(INT64_MIN), bigint(-1)), "0");
    CHECK(CALL("/", bigint(1), bigint(0)), "division by zero");
    CHECK(CALL("%", bigint(1), bigint(0)), "division by zero");
}

static void bigints_overflow_at_64_bits(void **state)
{
    (void)state;
    CHECK(CALL("+", bigint(INT64_MAX), bigint(1)), "overflow");
    CHECK(CALL("+", bigint(INT64_MIN), bigint(-1)), "overflow");
    CHECK(CALL("+", bigint(INT64_MAX), bigint(INT64_MIN)), "-1");
    CHECK(CALL("-", bigint(INT64_MIN), bigint(1)), "overflow");
    CHECK(CALL("-", bigint(0), bigint(INT64_MIN)), "overflow");
    CHECK(CALL("-", bigint(INT64_MIN)), "overflow");
    CHECK(CALL("*", bigint(INT64_MAX), bigint(2)), "overflow");
    CHECK(CALL("*", bigint(INT64_MIN), bigint(-1)), "overflow");
    CHECK(CALL("*", bigint(3037000499), bigint(3037000499)), "9223372030926249001");
    CHECK(CALL("abs", bigint(INT64_MIN)), "overflow");
}

static void doubles_follow_ieee_but_for_division_by_zero(void **state)
{
    (void)state;
    CHECK(CALL("+", number(0.1), number(0.2)), "0.30000000000000004");
    CHECK(CALL("*", number(1e300), number(1e300)), "Infinity");
    CHECK(CALL("-", number(INFINITY), number(INFINITY)), "NaN");
    CHECK(CALL("/", number(1), number(0)), "division by zero");
    CHECK(CALL("/", number(0), number(-0.0)), "division by zero");
    CHECK(CALL("/", integer(5), number(2)), "2.5");
    CHECK(CALL("%", number(-7.5), number(2)), "-1.5");
    CHECK(CALL("%", number(1), number(0)), "division by zero");
    CHECK(CALL("-", number(0)), "-0.0");
}

static void instants_and_spans_add(void **state)
{
    (void)state;
    CHECK(CALL("+", instant("2024-02-28 23:00:00"), span(2 * USEC_HOUR)), "2024-02-29 01:00:00");
    CHECK(CALL("+", span(1), instant("1969-12-31 23:59:59.999999")), "1970-01-01 00:00:00");
    CHECK(CALL("-", instant("1970-01-01 00:00:00"), span(1)), "1969-12-31 23:59:59.999999");
    CHECK(CALL("-", instant("2024-03-01 00:00:00"), instant("2024-02-01 00:00:01")), "+28 23:59:59");
    CHECK(CALL("+", instant("9999-12-31 23:59:59.999999"), span(1)), "overflow");
    CHECK(CALL("-", instant("0001-01-01 00:00:00"), span(1)), "overflow");
    CHECK(CALL("+", instant("2024-01-01 00:00:00"), span(INT64_MAX)), "overflow");
    CHECK(CALL("-", instant("2024-01-01 00:00:00"), span(INT64_MIN)), "overflow");
    CHECK(CALL("+", span(INT64_MAX), span(1)), "overflow");
}

static void months_keep_the_day_or_cut_it(void **state)
{
    (void)state;
    CHECK(CALL("+", instant("2024-01-31 12:00:00"), months(1)), "2024-02-29 12:00:00");
    CHECK(CALL("+", instant("2023-01-31 12:00:00"), months(1)), "2023-02-28 12:00:00");
    CHECK(CALL("-", instant("2024-03-31 00:00:00"), months(1)), "2024-02-29 00:00:00");
    CHECK(CALL("+", months(12), instant("2024-02-29 00:00:00")), "2025-02-28 00:00:00");
    CHECK(CALL("-", instant("2024-01-15 00:00:00"), months(13)), "2022-12-15 00:00:00");
    CHECK(CALL("+", instant("9999-12-01 00:00:00"), months(1)), "overflow");
    CHECK(CALL("-", instant("2024-01-01 00:00:00"), months(INT64_MIN)), "overflow");
}

static void spans_scale(void **state)
{
    (void)state;
    CHECK(CALL("*", span(USEC_HOUR), integer(25)), "+1 01:00:00");
    CHECK(CALL("*", number(0.1), span(USEC_SECOND)), "+0 00:00:00.1");
    CHECK(CALL("/", span(76 * USEC_HOUR), integer(2)), "+1 14:00:00");
    CHECK(CALL("/", span(7), integer(-2)), "-0 00:00:00.000003");
    CHECK(CALL("/", span(1), integer(0)), "division by zero");
    CHECK(CALL("/", span(1), number(0)), "division by zero");
    CHECK(CALL("/", span(USEC_HOUR), number(1.5)), "+0 00:40:00");
    CHECK(CALL("*", span(INT64_MAX), number(2)), "overflow");
    CHECK(CALL("*", span(1), number(NAN)), "overflow");
    CHECK(CALL("*", span(INT64_MAX), integer(2)), "overflow");
    CHECK(CALL("*", months(5), integer(3)), "+1-03");
    CHECK(CALL("/", months(13), integer(2)), "+0-06");
    CHECK(CALL("-", months(13)), "-1-01");
}

static void spans_are_cut_toward_zero(void **state)
{
    (void)state;
    CHECK(CALL("interval_truncate", span(-90 * USEC_SECOND), bigint(USEC_MINUTE)), "-0 00:01:00");
    CHECK(CALL("interval_truncate", span(90 * USEC_SECOND), bigint(USEC_MINUTE)), "+0 00:01:00");
    CHECK(CALL("interval_truncate", months(-13), bigint(12)), "-1-00");
}

static void nan_is_last_and_equals_itself(void **state)
{
    (void)state;
    CHECK(CALL("=", number(NAN), number(NAN)), "true");
    CHECK(CALL("<", number(INFINITY), number(NAN)), "true");
    CHECK(CALL("<", number(NAN), number(NAN)), "false");
    CHECK(CALL("<=", number(NAN), number(NAN)), "true");
    CHECK(CALL(">", number(NAN), number(1)), "true");
    CHECK(CALL(">=", number(1), number(NAN)), "false");
    CHECK(CALL("<>", number(1), number(NAN)), "true");
    CHECK(CALL("=", number(0.0), number(-0.0)), "true");
    CHECK(CALL("greatest", number(1), number(NAN), number(2)), "NaN");
    CHECK(CALL("least", number(NAN), number(2), number(1)), "1.0");
}

static void text_compares_by_bytes(void **state)
{
    (void)state;
    CHECK(CALL("<", text("a"), text("ab")), "true");
    CHECK(CALL("<", text("abcd"), text("abcda")), "true");
    CHECK(CALL("<", text("Z"), text("a")), "true");
    CHECK(CALL("<", text("z"), text("ä")), "true");
    CHECK(CALL(">", text(""), text("")), "false");
    CHECK(CALL(">=", text("abcdef"), text("abcdeg")), "false");
    CHECK(CALL("=", text("abcdef"), text("abcdeg")), "false");
    CHECK(CALL("<>", text("abcdef"), text("abcdef")), "false");
    CHECK(CALL("greatest", text("b"), text("abc"), text("")), "b");
}

static void types_compare_with_their_wider_ones(void **state)
{
    (void)state;
    CHECK(CALL("=", integer(1), number(1)), "true");
    CHECK(CALL("<", integer(1), bigint(3000000000)), "true");
    CHECK(CALL("<", boolean(false), boolean(true)), "true");
    CHECK(CALL("<=", months(1), months(0)), "false");
    CHECK(CALL("is distinct from", integer(1), number(1)), "false");
}

static void null_is_unknown(void **state)
{
    struct bound *null = null_of(TYPE_INTEGER), *unknown = null_of(TYPE_BOOLEAN);

    (void)state;
    CHECK(CALL("=", null, integer(1)), "NULL");
    CHECK(CALL("+", null, integer(1)), "NULL");
    CHECK(CALL("/", null, integer(0)), "NULL");
    CHECK(CALL("is distinct from", null, integer(0)), "true");
    CHECK(CALL("is distinct from", null, null), "false");
    CHECK(CALL("is null", null), "true");
    CHECK(CALL("is null", integer(0)), "false");
    CHECK(CALL("not", unknown), "NULL");
    CHECK(CALL("is true", unknown), "false");
    CHECK(CALL("is false", unknown), "false");
    CHECK(CALL("is false", boolean(false)), "true");
    CHECK(CALL("greatest", null, integer(1)), "NULL");
    CHECK(CALL("concat", text("a"), null_of(TYPE_VARCHAR)), "NULL");
    CHECK(CALL("=", null_of(TYPE_NULL), null_of(TYPE_NULL)), "NULL");
}

/* 0 false, 1 true, 2 NULL, 3 an error. */
static struct bound *truth(int v)
{
    if (v == 3) return CALL("=", CALL("/", integer(1), integer(0)), integer(1));
    return v == 2 ? null_of(TYPE_BOOLEAN) : boolean(v == 1);
}

static void logic_has_three_values_and_goes_from_left_to_right(void **state)
{
    static const char *const names[] = {"false", "true", "NULL", "division by zero"};
    static const int and[4][4] = {{0, 0, 0, 0}, {0, 1, 2, 3}, {0, 2, 2, 3}, {3, 3, 3, 3}};
    static const int or [4][4] = {{0, 1, 2, 3}, {1, 1, 1, 1}, {2, 1, 2, 3}, {3, 3, 3, 3}};

    (void)state;
    for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 4; b++) {
            CHECK(CALL("and", truth(a), truth(b)), names[and[a][b]]);
            CHECK(CALL("or", truth(a), truth(b)), names[or[a][b]]);
        }
    }
}

static void in_looks_from_left_to_right(void **state)
{
    struct bound *null = null_of(TYPE_INTEGER), *bad = CALL("/", integer(1), integer(0));

    (void)state;
    CHECK(CALL("in", integer(2), integer(1), integer(2)), "true");
    CHECK(CALL("in", integer(3), integer(1), integer(2)), "false");
    CHECK(CALL("in", integer(3), integer(1), null), "NULL");
    CHECK(CALL("in", integer(1), null, integer(1)), "true");
    CHECK(CALL("in", null, integer(1)), "NULL");
    CHECK(CALL("in", integer(1), integer(1), bad), "true");
    CHECK(CALL("in", integer(1), bad, integer(1)), "division by zero");
    CHECK(CALL("in", bad, integer(1)), "division by zero");
    CHECK(CALL("in", text("b"), text("a"), text("b")), "true");
}

static void only_the_branch_taken_can_fail(void **state)
{
    struct bound *bad = CALL("/", integer(1), integer(0)), *null = null_of(TYPE_INTEGER);

    (void)state;
    CHECK(CASE(boolean(true), integer(1), boolean(true), bad, bad), "1");
    CHECK(CASE(boolean(false), bad, null_of(TYPE_BOOLEAN), bad, integer(3)), "3");
    CHECK(CASE(boolean(false), integer(1), bad), "division by zero");
    CHECK(CASE(truth(3), integer(1), integer(2)), "division by zero");
    CHECK(CASE(boolean(true), integer(1), truth(3), integer(2), integer(3)), "1");
    CHECK(CALL("if", boolean(true), integer(1), bad), "1");
    CHECK(CALL("if", null_of(TYPE_BOOLEAN), bad, integer(2)), "2");
    CHECK(CALL("coalesce", null, integer(2), bad), "2");
    CHECK(CALL("coalesce", null, bad, integer(2)), "division by zero");
    CHECK(CALL("coalesce", null, null), "NULL");
    CHECK(CALL("nvl", null_of(TYPE_VARCHAR), text("x")), "x");
}

static void nullif_is_null_for_equals(void **state)
{
    struct bound *null = null_of(TYPE_INTEGER);

    (void)state;
    CHECK(CALL("nullif", integer(1), integer(1)), "NULL");
    CHECK(CALL("nullif", integer(1), integer(2)), "1");
    CHECK(CALL("nullif", integer(0), null), "0");
    CHECK(CALL("nullif", null, integer(1)), "NULL");
    CHECK(CALL("nullif", text(""), text("")), "NULL");
}

static void numbers_round_half_away_from_zero(void **state)
{
    (void)state;
    CHECK(CALL("round", number(2.5)), "3.0");
    CHECK(CALL("round", number(-2.5)), "-3.0");
    CHECK(CALL("round", number(0.49999999999999994)), "0.0");
    CHECK(CALL("round", number(2.675), integer(2)), "2.68");
    CHECK(CALL("round", number(1234.5), integer(-2)), "1200.0");
    CHECK(CALL("round", number(1e300), integer(5)), "1e+300");
    CHECK(CALL("round", number(1.5), integer(40)), "1.5");
    CHECK(CALL("round", number(NAN), integer(2)), "NaN");
    CHECK(CALL("round", bigint(-1250), integer(-2)), "-1300");
    CHECK(CALL("round", bigint(1249), integer(-2)), "1200");
    CHECK(CALL("round", bigint(7), integer(2)), "7");
    CHECK(CALL("round", bigint(INT64_MAX), integer(-1)), "overflow");
    CHECK(CALL("round", bigint(7), integer(-30)), "0");
    CHECK(CALL("trunc", number(-2.79), integer(1)), "-2.7");
    CHECK(CALL("trunc", bigint(-1299), integer(-2)), "-1200");
    CHECK(CALL("floor", number(-3.3)), "-4.0");
    CHECK(CALL("ceil", number(-3.3)), "-3.0");
    CHECK(CALL("floor", integer(3)), "3");
    CHECK(CALL("sign", number(-0.5)), "-1.0");
    CHECK(CALL("sign", integer(0)), "0");
}

static void functions_fail_where_they_are_undefined(void **state)
{
    (void)state;
    CHECK(CALL("sqrt", number(-1)), "bad argument");
    CHECK(CALL("sqrt", integer(9)), "3.0");
    CHECK(CALL("ln", integer(0)), "bad argument");
    CHECK(CALL("log10", number(-1)), "bad argument");
    CHECK(CALL("log10", integer(1000)), "3.0");
    CHECK(CALL("log", integer(2), integer(8)), "3.0");
    CHECK(CALL("log", integer(1), integer(8)), "bad argument");
    CHECK(CALL("power", integer(0), integer(-1)), "bad argument");
    CHECK(CALL("power", integer(-8), number(1.5)), "bad argument");
    CHECK(CALL("power", integer(-2), integer(3)), "-8.0");
    CHECK(CALL("exp", integer(0)), "1.0");
}

static void like_matches_patterns(void **state)
{
    static const struct {
        const char *text, *pattern, *expected;
    } cases[] = {
        {"weir", "weir", "true"},
        {"weir", "wei", "false"},
        {"weir", "w%", "true"},
        {"weir", "%r", "true"},
        {"weir", "%ei%", "true"},
        {"weir", "%x%", "false"},
        {"weir", "w__r", "true"},
        {"weir", "w_r", "false"},
        {"weir", "%", "true"},
        {"", "%", "true"},
        {"", "", "true"},
        {"", "_", "false"},
        {"weir", "%%", "true"},
        {"weir", "w%%r", "true"},
        {"aXbXc", "a%X%c", "true"},
        {"aab", "%ab", "true"},
        {"abab", "a%ab", "true"},
        {"abcabd", "%a_d", "true"},
        {"äöü", "___", "true"},
        {"äöü", "______", "false"},
        {"äöü", "%_ü", "true"},
        {"mississippi", "%iss%ip%", "true"},
        {"mississippi", "m%issi%issi", "false"},
        {"a%b", "a\\%b", "false"},
        {"WEIR", "weir", "false"},
        {"abc", "%abcd", "false"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(CALL("like", text(cases[i].text), text(cases[i].pattern)), cases[i].expected);
    }
}

static void like_has_an_escape_character(void **state)
{
    (void)state;
    CHECK(CALL("like", text("50%"), text("50!%"), text("!")), "true");
    CHECK(CALL("like", text("500"), text("50!%"), text("!")), "false");
    CHECK(CALL("like", text("a_b%"), text("a!_%!%"), text("!")), "true");
    CHECK(CALL("like", text("!"), text("!!"), text("!")), "true");
    CHECK(CALL("like", text("a%"), text("aä%"), text("ä")), "true");
    CHECK(CALL("like", text("a"), text("a!"), text("!")), "bad argument");
    CHECK(CALL("like", text("a"), text("a"), text("")), "bad argument");
    CHECK(CALL("like", text("a"), text("a"), text("!!")), "bad argument");
}

static void substrings_count_characters(void **state)
{
    struct bound *digits = text("123456789"), *umlauts = text("äöüß");

    (void)state;
    CHECK(CALL("substring", digits, integer(3)), "3456789");
    CHECK(CALL("substring", digits, integer(3), integer(4)), "3456");
    CHECK(CALL("substring", digits, integer(-1), integer(4)), "12");
    CHECK(CALL("substring", digits, integer(0)), "123456789");
    CHECK(CALL("substring", digits, integer(-5), integer(3)), "");
    CHECK(CALL("substring", digits, integer(9), integer(5)), "9");
    CHECK(CALL("substring", digits, integer(10)), "");
    CHECK(CALL("substring", digits, integer(1), integer(0)), "");
    CHECK(CALL("substring", digits, integer(2), integer(-1)), "bad argument");
    CHECK(CALL("substring", digits, integer(2), bigint(INT64_MAX)), "23456789");
    CHECK(CALL("substring", digits, bigint(INT64_MIN), bigint(INT64_MAX)), "");
    CHECK(CALL("substring", umlauts, integer(2), integer(2)), "öü");
    CHECK(CALL("substring_or_null", digits, integer(10)), "NULL");
    CHECK(CALL("substring_or_null", digits, integer(9)), "9");
    CHECK(CALL("substring_or_null", umlauts, integer(5), integer(1)), "NULL");
    CHECK(CALL("left", umlauts, integer(2)), "äö");
    CHECK(CALL("left", umlauts, integer(9)), "äöüß");
    CHECK(CALL("left", umlauts, integer(-1)), "");
    CHECK(CALL("right", umlauts, integer(2)), "üß");
    CHECK(CALL("right", umlauts, integer(9)), "äöüß");
    CHECK(CALL("right", umlauts, bigint(INT64_MIN)), "");
    CHECK(CALL("char_length", umlauts), "4");
    CHECK(CALL("position", text("ü"), umlauts), "3");
    CHECK(CALL("position", text(""), umlauts), "1");
    CHECK(CALL("position", text("x"), umlauts), "0");
    CHECK(CALL("reverse", umlauts), "ßüöä");
}

static void texts_are_made(void **state)
{
    (void)state;
    CHECK(CALL("upper", text("Straße äé z{")), "STRAßE ÄÉ Z{");
    CHECK(CALL("lower", text("STRASSE ÄÉ @[")), "strasse äé @[");
    CHECK(CALL("upper", text("abz`{")), "ABZ`{");
    CHECK(CALL("||", text(""), text("")), "");
    CHECK(CALL("concat", text("a"), text(""), text("b")), "ab");
    CHECK(CALL("replace", text("aaa"), text("aa"), text("b")), "ba");
    CHECK(CALL("replace", text("aaa"), text(""), text("b")), "aaa");
    CHECK(CALL("replace", text("aXbX"), text("X"), text("")), "ab");
    CHECK(CALL("trim", text("  a b  ")), "a b");
    CHECK(CALL("trim", text("xxx"), text("x")), "");
    CHECK(CALL("ltrim", text("ääa"), text("ä")), "a");
    CHECK(CALL("rtrim", text("aää"), text("ä")), "a");
    CHECK(CALL("trim", text("a"), text("xy")), "bad argument");
    CHECK(CALL("trim", text("a"), text("")), "bad argument");
    CHECK(CALL("starts_with", text("weir"), text("")), "true");
    CHECK(CALL("starts_with", text("we"), text("weir")), "false");
    CHECK(CALL("ends_with", text("weir"), text("eir")), "true");
    CHECK(CALL("ends_with", text("ir"), text("weir")), "false");
    CHECK(CALL("contains", text("weir"), text("ei")), "true");
    CHECK(CALL("contains", text(""), text("")), "true");
    CHECK(CALL("contains", text(""), text("a")), "false");
}

static void instants_round_to_units(void **state)
{
    struct bound *t = instant("2024-03-09 13:48:23.5"), *before = instant("1969-12-31 23:59:59.5");

    (void)state;
    CHECK(CALL("floor", t, text("HOUR")), "2024-03-09 13:00:00");
    CHECK(CALL("floor", t, text("week")), "2024-03-04 00:00:00");
    CHECK(CALL("floor", t, text("QUARTER")), "2024-01-01 00:00:00");
    CHECK(CALL("floor", before, text("SECOND")), "1969-12-31 23:59:59");
    CHECK(CALL("ceil", t, text("MONTH")), "2024-04-01 00:00:00");
    CHECK(CALL("ceil", t, text("YEAR")), "2025-01-01 00:00:00");
    CHECK(CALL("ceil", t, text("SECOND")), "2024-03-09 13:48:24");
    CHECK(CALL("ceil", instant("2024-03-01 00:00:00"), text("MONTH")), "2024-03-01 00:00:00");
    CHECK(CALL("ceil", instant("9999-12-31 12:00:00"), text("DAY")), "overflow");
    CHECK(CALL("floor", t, text("DOW")), "bad argument");
    CHECK(CALL("floor", t, text("eon")), "bad argument");
    CHECK(CALL("date_trunc", text("month"), t), "2024-03-01 00:00:00");
    CHECK(CALL("floor", span(-90 * USEC_SECOND), text("MINUTE")), "-0 00:02:00");
    CHECK(CALL("ceil", span(90 * USEC_SECOND), text("MINUTE")), "+0 00:02:00");
    CHECK(CALL("floor", months(-1), text("YEAR")), "-1-00");
    CHECK(CALL("floor", months(5), text("DAY")), "bad argument");
}

static void step_rounds_down_from_1970(void **state)
{
    struct bound *t = instant("2004-09-30 13:48:23");

    (void)state;
    CHECK(CALL("step", t, span(10 * USEC_SECOND)), "2004-09-30 13:48:20");
    CHECK(CALL("step", t, span(2 * USEC_HOUR)), "2004-09-30 12:00:00");
    CHECK(CALL("step", t, span(5 * USEC_DAY)), "2004-09-29 00:00:00");
    CHECK(CALL("step", instant("1969-12-31 23:59:59"), span(USEC_HOUR)), "1969-12-31 23:00:00");
    CHECK(CALL("step", t, months(12)), "2004-01-01 00:00:00");
    CHECK(CALL("step", t, months(5)), "2004-08-01 00:00:00");
    CHECK(CALL("step", t, span(0)), "bad argument");
    CHECK(CALL("step", t, span(-1)), "bad argument");
    CHECK(CALL("step", t, months(0)), "bad argument");
    CHECK(CALL("step", t, months(INT64_MAX)), "bad argument");
    CHECK(CALL("step", integer(23), integer(5)), "20");
    CHECK(CALL("step", integer(-23), integer(5)), "-20");
    CHECK(CALL("step", integer(1), integer(0)), "division by zero");
}

static void fields_are_extracted(void **state)
{
    struct bound *t = instant("2024-03-09 13:48:23.456789"), *old = instant("1969-12-31 23:59:58.5");

    (void)state;
    CHECK(CALL("extract", text("YEAR"), t), "2024");
    CHECK(CALL("extract", text("quarter"), t), "1");
    CHECK(CALL("extract", text("MONTH"), t), "3");
    CHECK(CALL("extract", text("WEEK"), t), "10");
    CHECK(CALL("extract", text("DAY"), t), "9");
    CHECK(CALL("extract", text("HOUR"), t), "13");
    CHECK(CALL("extract", text("MINUTE"), t), "48");
    CHECK(CALL("extract", text("SECOND"), t), "23");
    CHECK(CALL("extract", text("MILLISECOND"), t), "456");
    CHECK(CALL("extract", text("MICROSECOND"), t), "456789");
    CHECK(CALL("extract", text("DOW"), t), "6");
    CHECK(CALL("extract", text("ISODOW"), instant("2024-03-10 00:00:00")), "7");
    CHECK(CALL("extract", text("DOW"), instant("2024-03-10 00:00:00")), "0");
    CHECK(CALL("extract", text("DOY"), t), "69");
    CHECK(CALL("extract", text("EPOCH"), old), "-2");
    CHECK(CALL("second", old), "58");
    CHECK(CALL("extract", text("eon"), t), "bad argument");
    CHECK(CALL("week", instant("2021-01-03 00:00:00")), "53");
    CHECK(CALL("week", instant("2024-12-30 00:00:00")), "1");
    CHECK(CALL("extract", text("DAY"), span(51 * USEC_HOUR)), "2");
    CHECK(CALL("extract", text("HOUR"), span(-51 * USEC_HOUR)), "-3");
    CHECK(CALL("extract", text("EPOCH"), span(90 * USEC_SECOND + 5)), "90");
    CHECK(CALL("extract", text("YEAR"), span(1)), "bad argument");
    CHECK(CALL("extract", text("MONTH"), months(14)), "2");
    CHECK(CALL("unix_timestamp", old), "-1500");
    CHECK(CALL("to_timestamp", bigint(-1500)), "1969-12-31 23:59:58.5");
    CHECK(CALL("to_timestamp", bigint(INT64_MAX)), "overflow");
    CHECK(CALL("tsdiff", old, instant("1970-01-01 00:00:00")), "1500");
}

static void patterns_print_and_parse_instants(void **state)
{
    struct bound *t = instant("2024-03-09 13:48:23");

    (void)state;
    CHECK(CALL("to_char", t, text("yyyy/MM/dd HH:mm")), "2024/03/09 13:48");
    CHECK(CALL("timestamp_to_char", text("yyyy-MM-dd''T''HH:mm"), t), "bad argument");
    CHECK(CALL("timestamp_to_char", text("yyyy-MM-dd'T'HH:mm"), t), "2024-03-09T13:48");
    CHECK(CALL("to_char", t, text("'open")), "bad argument");
    CHECK(CALL("to_timestamp", text("09.03.2024"), text("dd.MM.yyyy")), "2024-03-09 00:00:00");
    CHECK(CALL("to_timestamp", text("09.03.2024 x"), text("dd.MM.yyyy")), "bad cast");
    CHECK(CALL("to_timestamp", text("2024-03-09T13:48:23Z")), "2024-03-09 13:48:23");
    CHECK(CALL("char_to_timestamp", text("dd.MM.yyyy"), text("09.03.2024 x")), "2024-03-09 00:00:00");
    CHECK(CALL("char_to_timestamp", text("yyyy-MM-dd"), text("soon")), "bad cast");
}

static void numbers_are_cast(void **state)
{
    (void)state;
    CHECK(cast(number(-1.5), TYPE_INTEGER), "-2");
    CHECK(cast(number(2.5), TYPE_BIGINT), "3");
    CHECK(cast(number(2147483647.4), TYPE_INTEGER), "2147483647");
    CHECK(cast(number(2147483647.5), TYPE_INTEGER), "overflow");
    CHECK(cast(number(-2147483648.4), TYPE_INTEGER), "-2147483648");
    CHECK(cast(number(0x1p63), TYPE_BIGINT), "overflow");
    CHECK(cast(number(-0x1p63), TYPE_BIGINT), "-9223372036854775808");
    CHECK(cast(number(NAN), TYPE_BIGINT), "overflow");
    CHECK(cast(bigint(2147483648), TYPE_INTEGER), "overflow");
    CHECK(cast(bigint(-2147483648), TYPE_INTEGER), "-2147483648");
    CHECK(cast(bigint(INT64_MAX), TYPE_DOUBLE), "9.223372036854776e+18");
    CHECK(cast(boolean(true), TYPE_INTEGER), "1");
    CHECK(cast(integer(-2), TYPE_BOOLEAN), "true");
    CHECK(cast(null_of(TYPE_NULL), TYPE_DOUBLE), "NULL");
    CHECK(cast(null_of(TYPE_NULL), TYPE_VARCHAR), "NULL");
}

static void text_is_cast(void **state)
{
    (void)state;
    CHECK(cast(text(" -12 "), TYPE_INTEGER), "-12");
    CHECK(cast(text("2147483648"), TYPE_INTEGER), "overflow");
    CHECK(cast(text("9223372036854775808"), TYPE_BIGINT), "overflow");
    CHECK(cast(text("1.5"), TYPE_INTEGER), "bad cast");
    CHECK(cast(text(""), TYPE_BIGINT), "bad cast");
    CHECK(cast(text("1e-3"), TYPE_DOUBLE), "0.001");
    CHECK(cast(text("x"), TYPE_DOUBLE), "bad cast");
    CHECK(cast(text("Yes"), TYPE_BOOLEAN), "true");
    CHECK(cast(text(" off "), TYPE_BOOLEAN), "false");
    CHECK(cast(text("maybe"), TYPE_BOOLEAN), "bad cast");
    CHECK(cast(text("2024-03-01T10:00:00.25Z"), TYPE_TIMESTAMP), "2024-03-01 10:00:00.25");
    CHECK(cast(text("2024-02-30 10:00:00"), TYPE_TIMESTAMP), "bad cast");
    CHECK(cast(text("-1 02:03:04.5"), TYPE_INTERVAL_DAY), "-1 02:03:04.5");
    CHECK(cast(text("soon"), TYPE_INTERVAL_DAY), "bad cast");
    CHECK(cast(text("1-02"), TYPE_INTERVAL_MONTH), "+1-02");
    CHECK(cast(text("1-12"), TYPE_INTERVAL_MONTH), "bad cast");
    CHECK(cast(null_of(TYPE_VARCHAR), TYPE_BIGINT), "NULL");
}

static void values_are_cast_to_text(void **state)
{
    struct bound *two[] = {text("abcdef"), integer(3)};

    (void)state;
    CHECK(cast(bigint(INT64_MIN), TYPE_VARCHAR), "-9223372036854775808");
    CHECK(cast(number(3), TYPE_VARCHAR), "3.0");
    CHECK(cast(boolean(false), TYPE_VARCHAR), "false");
    CHECK(cast(instant("2007-02-19 21:25:35"), TYPE_VARCHAR), "2007-02-19 21:25:35");
    CHECK(cast(span(-USEC_DAY - 500000), TYPE_VARCHAR), "-1 00:00:00.5");
    CHECK(cast(months(-14), TYPE_VARCHAR), "-1-02");
    CHECK(varchar(integer(1234), 3), "text too long");
    CHECK(varchar(integer(123), 3), "123");
    CHECK(varchar(text("äöü"), 3), "äöü");
    CHECK(varchar(text("äöüß"), 3), "text too long");
    CHECK(varchar(instant("2007-02-19 21:25:35"), 10), "text too long");
    CHECK(call_of(varchar(text(""), 3)->function, two[0]->type, two, 2), "text too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_stay_in_32_bits),
        cmocka_unit_test(integer_division_truncates),
        cmocka_unit_test(bigints_overflow_at_64_bits),
        cmocka_unit_test(doubles_follow_ieee_but_for_division_by_zero),
        cmocka_unit_test(instants_and_spans_add),
        cmocka_unit_test(months_keep_the_day_or_cut_it),
        cmocka_unit_test(spans_scale),
        cmocka_unit_test(spans_are_cut_toward_zero),
        cmocka_unit_test(nan_is_last_and_equals_itself),
        cmocka_unit_test(text_compares_by_bytes),
        cmocka_unit_test(types_compare_with_their_wider_ones),
        cmocka_unit_test(null_is_unknown),
        cmocka_unit_test(logic_has_three_values_and_goes_from_left_to_right),
        cmocka_unit_test(in_looks_from_left_to_right),
        cmocka_unit_test(only_the_branch_taken_can_fail),
        cmocka_unit_test(nullif_is_null_for_equals),
        cmocka_unit_test(numbers_round_half_away_from_zero),
        cmocka_unit_test(functions_fail_where_they_are_undefined),
        cmocka_unit_test(like_matches_patterns),
        cmocka_unit_test(like_has_an_escape_character),
        cmocka_unit_test(substrings_count_characters),
        cmocka_unit_test(texts_are_made),
        cmocka_unit_test(instants_round_to_units),
        cmocka_unit_test(step_rounds_down_from_1970),
        cmocka_unit_test(fields_are_extracted),
        cmocka_unit_test(patterns_print_and_parse_instants),
        cmocka_unit_test(numbers_are_cast),
        cmocka_unit_test(text_is_cast),
        cmocka_unit_test(values_are_cast_to_text),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
