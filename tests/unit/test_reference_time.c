/* test_reference_time.c - the kernels over times against slow references on random input: dates by counting years and
 * months one by one, units by their definitions. */
#include "base/hash.h"
#include "tests/unit/build_bound.h"

#include <stdio.h>

static struct rng rng;

/* ---- the slow calendar ---- */

static bool leap(int year)
{
    return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && leap(year));
}

struct parts {
    int year, month, day, yearday;
    int64_t days, clock; /* days since 1970, microseconds since midnight */
};

/* Days since 1970 of January 1. */
static int64_t year_begin(int year)
{
    int64_t days = 0;

    for (int y = 1970; y < year; y++) days += 365 + leap(y);
    for (int y = year; y < 1970; y++) days -= 365 + leap(y);
    return days;
}

static struct parts parts_of(usec t)
{
    struct parts p = {.year = 1970, .month = 1};
    int64_t left;

    p.clock = ((t % USEC_DAY) + USEC_DAY) % USEC_DAY;
    p.days = (t - p.clock) / USEC_DAY;
    left = p.days;
    for (; left < 0; left += 365 + leap(--p.year)) continue;
    for (; left >= 365 + leap(p.year); p.year++) left -= 365 + leap(p.year);
    p.yearday = (int)left + 1;
    for (; left >= month_days(p.year, p.month); p.month++) left -= month_days(p.year, p.month);
    p.day = (int)left + 1;
    return p;
}

static usec instant_of(int year, int month, int day, int64_t clock)
{
    int64_t days = year_begin(year) + day - 1;

    for (int m = 1; m < month; m++) days += month_days(year, m);
    return days * USEC_DAY + clock;
}

static usec months_later(usec t, int months)
{
    struct parts p = parts_of(t);

    for (; months > 0; months--) p.month++, p.month > 12 ? p.month = 1, p.year++ : 0;
    for (; months < 0; months++) p.month--, p.month < 1 ? p.month = 12, p.year-- : 0;
    return instant_of(p.year, p.month, p.day < month_days(p.year, p.month) ? p.day : month_days(p.year, p.month),
                      p.clock);
}

/* ---- random values ---- */

/* From 1800 to 2200; often at a boundary. */
static usec random_instant(void)
{
    usec t = INT64_C(-5364662400) * USEC_SECOND + (usec)rng_below(&rng, UINT64_C(12622780800) * USEC_SECOND);
    static const usec units[] = {1, USEC_SECOND, USEC_HOUR, USEC_DAY, USEC_DAY};

    return t - t % units[rng_below(&rng, 5)];
}

static int random_between(int low, int high)
{
    return low + (int)rng_below(&rng, (uint64_t)(high - low + 1));
}

static struct bound *at(usec t)
{
    return constant(TYPE_TIMESTAMP, t);
}

static int64_t number_of(struct bound *b)
{
    struct column value;

    assert_int_equal(eval_constant(b, 0, arena, &value), ROW_OK);
    return value.ints[0];
}

enum { ROUNDS = 1500 };

/* ---- fields ---- */

static void fields_are_those_of_the_slow_calendar(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        usec t = random_instant();
        struct parts p = parts_of(t);
        int weekday = (int)(((p.days + 4) % 7 + 7) % 7); /* 0 Sunday */
        assert_int_equal(number_of(CALL("YEAR", at(t))), p.year);
        assert_int_equal(number_of(CALL("QUARTER", at(t))), (p.month + 2) / 3);
        assert_int_equal(number_of(CALL("MONTH", at(t))), p.month);
        assert_int_equal(number_of(CALL("DAY", at(t))), p.day);
        assert_int_equal(number_of(CALL("DAYOFYEAR", at(t))), p.yearday);
        assert_int_equal(number_of(CALL("DAYOFWEEK", at(t))), weekday + 1);
        assert_int_equal(number_of(CALL("HOUR", at(t))), p.clock / USEC_HOUR);
        assert_int_equal(number_of(CALL("MINUTE", at(t))), p.clock / USEC_MINUTE % 60);
        assert_int_equal(number_of(CALL("SECOND", at(t))), p.clock / USEC_SECOND % 60);
        assert_int_equal(number_of(CALL("extract_seconds", at(t))), p.clock % USEC_MINUTE / 1000);
        assert_int_equal(number_of(CALL("EXTRACT", text("MICROSECOND"), at(t))), p.clock % USEC_SECOND);
    }
}

/* ---- rounding ---- */

static usec slow_floor(usec t, const char *unit)
{
    struct parts p = parts_of(t);

    switch (unit[0]) {
    case 'Y': return instant_of(p.year, 1, 1, 0);
    case 'Q': return instant_of(p.year, p.month - (p.month - 1) % 3, 1, 0);
    case 'W': return (p.days - ((p.days + 3) % 7 + 7) % 7) * USEC_DAY;
    case 'D': return t - p.clock;
    case 'H': return t - p.clock % USEC_HOUR;
    case 'S': return t - p.clock % USEC_SECOND;
    default: return unit[1] == 'I' ? t - p.clock % USEC_MINUTE : instant_of(p.year, p.month, 1, 0);
    }
}

static void rounding_goes_to_the_units_begin_or_the_next(void **state)
{
    static const char *const units[] = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"};

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        const char *unit = units[rng_below(&rng, 8)];
        usec t = random_instant(), down = slow_floor(t, unit), up = number_of(CALL("CEIL", at(t), text(unit)));
        assert_int_equal(number_of(CALL("FLOOR", at(t), text(unit))), down);
        assert_int_equal(number_of(CALL("DATE_TRUNC", text(unit), at(t))), down);
        if (t == down) {
            assert_int_equal(up, t);
        } else {
            assert_true(up > t && slow_floor(up, unit) == up && slow_floor(up - 1, unit) == down);
        }
    }
}

/* The greatest multiple at or before t, found by its definition. */
static void assert_step(usec got, usec t, int64_t step, usec origin)
{
    assert_int_equal((got - origin) % step, 0);
    assert_true(got <= t && got + step > t);
}

static void steps_are_multiples_since_an_origin(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        static const usec units[] = {USEC_SECOND, USEC_MINUTE, USEC_HOUR, USEC_DAY};
        usec t = random_instant(), origin = random_instant();
        int64_t step = units[rng_below(&rng, 4)] * random_between(1, 50);
        int months = random_between(1, 30), since = 0;
        struct parts p = parts_of(t);
        assert_step(number_of(CALL("STEP", at(t), span(step))), t, step, 0);
        assert_step(number_of(CALL("DATE_BIN", span(step), at(t))), t, step, 0);
        assert_step(number_of(CALL("DATE_BIN", span(step), at(t), at(origin))), t, step, origin);
        since = (p.year - 1970) * 12 + p.month - 1;
        while (since % months) since--;
        assert_int_equal(number_of(CALL("STEP", at(t), constant(TYPE_INTERVAL_MONTH, months))), months_later(0, since));
    }
}

/* ---- arithmetic ---- */

static void months_are_added_one_by_one(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        usec t = random_instant();
        int n = random_between(-500, 500);
        struct bound *date = constant(TYPE_DATE, t - parts_of(t).clock);
        assert_int_equal(number_of(CALL("+", at(t), months(n))), months_later(t, n));
        assert_int_equal(number_of(CALL("-", at(t), months(n))), months_later(t, -n));
        assert_int_equal(number_of(CALL("+", date, months(n))), months_later(date->i, n));
        assert_int_equal(number_of(CALL("TIMESTAMPADD", text("QUARTER"), integer(n), at(t))), months_later(t, 3 * n));
        assert_int_equal(number_of(CALL("TIMESTAMPADD", text("HOUR"), integer(n), at(t))), t + n * USEC_HOUR);
    }
}

/* The most months that, added to the earlier, do not pass the later. */
static int slow_months(usec a, usec b)
{
    int n = 0;

    if (a < b) return -slow_months(b, a);
    while (months_later(b, n + 1) <= a) n++;
    return n;
}

static void months_between_two_times_are_complete(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS / 3; i++) {
        usec a = random_instant(), b = a + (usec)rng_below(&rng, 4000 * (uint64_t)USEC_DAY) - 2000 * USEC_DAY;
        if (rng_below(&rng, 3) == 0) b = months_later(a, random_between(-40, 40));
        int n = slow_months(a, b);
        assert_int_equal(number_of(CALL("months_between", at(a), at(b))), n);
        assert_int_equal(number_of(CALL("TIMESTAMPDIFF", text("MONTH"), at(b), at(a))), n);
        assert_int_equal(number_of(CALL("TIMESTAMPDIFF", text("YEAR"), at(b), at(a))), n / 12);
        assert_int_equal(number_of(CALL("TIMESTAMPDIFF", text("SQL_TSI_DAY"), at(b), at(a))), (a - b) / USEC_DAY);
    }
}

static void clocks_wrap_and_dates_move_by_whole_days(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t clock = (int64_t)rng_below(&rng, USEC_DAY), by = (int64_t)rng_below(&rng, 9 * USEC_DAY) - 4 * USEC_DAY;
        struct bound *time = constant(TYPE_TIME, clock),
                     *date = constant(TYPE_DATE, random_between(-9999, 9999) * USEC_DAY);
        assert_int_equal(number_of(CALL("+", time, span(by))), (clock + by + 9 * USEC_DAY) % USEC_DAY);
        assert_int_equal(number_of(CALL("+", span(by), time)), (clock + by + 9 * USEC_DAY) % USEC_DAY);
        assert_int_equal(number_of(CALL("-", time, span(by))), (clock - by + 9 * USEC_DAY) % USEC_DAY);
        assert_int_equal(number_of(CALL("+", date, span(by))), date->i + by / USEC_DAY * USEC_DAY);
        assert_int_equal(number_of(CALL("-", date, span(by))), date->i - by / USEC_DAY * USEC_DAY);
    }
}

/* ---- text ---- */

static void patterns_print_what_the_parts_are(void **state)
{
    char want[80];

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        usec t = random_instant();
        struct parts p = parts_of(t);
        int hour = (int)(p.clock / USEC_HOUR), minute = (int)(p.clock / USEC_MINUTE % 60);
        int second = (int)(p.clock / USEC_SECOND % 60), milli = (int)(p.clock % USEC_SECOND / 1000);
        snprintf(want, sizeof want, "%04d/%02d/%02d %02d:%02d:%02d.%03d", p.year, p.month, p.day, hour, minute, second,
                 milli);
        CHECK(CALL("TO_CHAR", at(t), text("yyyy/MM/dd HH:mm:ss.SSS")), want);
        snprintf(want, sizeof want, "%02d%02d", hour, minute);
        CHECK(CALL("TO_CHAR", at(t), text("HHmm")), want);
        snprintf(want, sizeof want, "%d.%d.%02d %d h", p.day, p.month, p.year % 100, hour % 12 ? hour % 12 : 12);
        CHECK(CALL("TO_CHAR", at(t), text("d.M.yy h 'h'")), want);
        snprintf(want, sizeof want, "%04d-%02d-%02d", p.year, p.month, p.day);
        CHECK(cast(cast(at(t), TYPE_DATE), TYPE_VARCHAR), want);
        assert_int_equal(number_of(cast(text(want), TYPE_DATE)), t - p.clock);
        assert_int_equal(number_of(cast(cast(cast(at(t), TYPE_TIME), TYPE_VARCHAR), TYPE_TIME)), p.clock);
        assert_int_equal(number_of(cast(cast(cast(at(t), TYPE_TIMESTAMP_TZ), TYPE_VARCHAR), TYPE_TIMESTAMP_TZ)), t);
    }
}

static void zones_and_back(void **state)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "+05:30", "UTC"};

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct bound *name = text(zones[rng_below(&rng, 4)]), *t = at(random_instant());
        struct bound *local = CALL("at time zone", t, name), *back = CALL("TO_UTC_TIMESTAMP", local, name);
        assert_int_equal(number_of(CALL("at time zone", back, name)), number_of(local));
        assert_true(number_of(back) <= t->i);
    }
    CHECK(CALL("at time zone", at(0), text("Europe/Nowhere")), "bad argument");
    CHECK(CALL("at time zone", at(0), null_of(TYPE_VARCHAR)), "NULL");
}

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    rng = (struct rng){.state = 20240229};
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, finish)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(fields_are_those_of_the_slow_calendar), TEST(rounding_goes_to_the_units_begin_or_the_next),
        TEST(steps_are_multiples_since_an_origin),   TEST(months_are_added_one_by_one),
        TEST(months_between_two_times_are_complete), TEST(clocks_wrap_and_dates_move_by_whole_days),
        TEST(patterns_print_what_the_parts_are),     TEST(zones_and_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
