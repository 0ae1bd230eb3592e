/* zone_rule.c - see zone_rule.h. The grammar is that of POSIX's TZ, with the times of day of RFC 8536. */
#include "base/zone_rule.h"
#include "base/time_text.h"

/* ---- reading ---- */

/* One to three digits up to max; -1 when there are none. */
static int read_number(struct time_cursor *c, int max)
{
    int v = 0, digits = 0;

    for (; digits < 3 && c->p < c->end && time_digit(*c->p) <= 9; digits++) v = v * 10 + (int)time_digit(*c->p++);
    return digits && v <= max ? v : -1;
}

/* CET, or <+03>: at least three characters. */
static int skip_name(struct time_cursor *c)
{
    const char *begin = c->p;
    bool quoted = time_skip(c, '<');

    while (c->p < c->end && (quoted ? *c->p != '>' : (*c->p | 0x20) >= 'a' && (*c->p | 0x20) <= 'z')) c->p++;
    if (quoted && !time_skip(c, '>')) return -1;
    return c->p - begin >= 3 ? 0 : -1;
}

/* [+|-]hh[:mm[:ss]] in seconds. */
static int read_clock(struct time_cursor *c, int hours_max, int *seconds)
{
    bool negative = time_skip(c, '-');
    int hours, minutes = 0, rest = 0;

    if (!negative) time_skip(c, '+');
    if ((hours = read_number(c, hours_max)) < 0) return -1;
    if (time_skip(c, ':') && (minutes = read_number(c, 59)) < 0) return -1;
    if (time_skip(c, ':') && (rest = read_number(c, 59)) < 0) return -1;
    *seconds = hours * 3600 + minutes * 60 + rest;
    if (negative) *seconds = -*seconds;
    return 0;
}

static int read_weekday(struct time_cursor *c, struct zone_day *day)
{
    day->kind = DAY_OF_WEEK;
    if ((day->month = read_number(c, 12)) < 1 || !time_skip(c, '.')) return -1;
    if ((day->week = read_number(c, 5)) < 1 || !time_skip(c, '.')) return -1;
    return (day->day = read_number(c, 6)) < 0 ? -1 : 0;
}

static int read_day(struct time_cursor *c, struct zone_day *day)
{
    day->seconds = 2 * 3600;
    if (time_skip(c, 'M')) {
        if (read_weekday(c, day)) return -1;
    } else {
        day->kind = time_skip(c, 'J') ? DAY_JULIAN : DAY_OF_YEAR;
        day->day = read_number(c, 365);
        if (day->day < (day->kind == DAY_JULIAN)) return -1;
    }
    return time_skip(c, '/') ? read_clock(c, 167, &day->seconds) : 0;
}

int zone_rule_parse(struct str text, struct zone_rule *out)
{
    struct time_cursor c = {text.ptr, text.ptr + text.len};
    int west;

    *out = (struct zone_rule){0};
    if (skip_name(&c) || read_clock(&c, 24, &west)) return -1;
    out->east = -west;
    if (c.p == c.end) return 0;
    if (skip_name(&c)) return -1;
    out->has_summer = true;
    out->summer_east = out->east + 3600;
    if (c.p < c.end && *c.p != ',') {
        if (read_clock(&c, 24, &west)) return -1;
        out->summer_east = -west;
    }
    if (!time_skip(&c, ',') || read_day(&c, &out->start)) return -1;
    if (!time_skip(&c, ',') || read_day(&c, &out->end)) return -1;
    return c.p == c.end ? 0 : -1;
}

/* ---- the days of a year ---- */

/* Days since 1970-01-01 of the first (.. last) such weekday of a month. */
static int64_t weekday_of_month(const struct zone_day *day, int year)
{
    int64_t first = time_days(year, day->month, 1);
    int64_t next = day->month == 12 ? time_days(year + 1, 1, 1) : time_days(year, day->month + 1, 1);
    int64_t weekday = (first + 4 + 7 * 200000) % 7; /* 0 Sunday; 1970-01-01 was a Thursday */
    int64_t at = first + (day->day - weekday + 7) % 7 + 7 * (day->week - 1);

    return at < next ? at : at - 7;
}

static int64_t day_in_year(const struct zone_day *day, int year)
{
    int64_t january = time_days(year, 1, 1);
    bool leap = time_days(year + 1, 1, 1) - january == 366;

    switch (day->kind) {
    case DAY_JULIAN: return january + day->day - 1 + (leap && day->day > 59);
    case DAY_OF_YEAR: return january + day->day;
    case DAY_OF_WEEK: return weekday_of_month(day, year);
    }
    return january;
}

/* The day's time by a clock that is `east` of UTC. */
static usec instant_in_year(const struct zone_day *day, int year, int east)
{
    return day_in_year(day, year) * USEC_DAY + (day->seconds - east) * USEC_SECOND;
}

usec zone_rule_start(const struct zone_rule *rule, int year)
{
    return instant_in_year(&rule->start, year, rule->east);
}

usec zone_rule_end(const struct zone_rule *rule, int year)
{
    return instant_in_year(&rule->end, year, rule->summer_east);
}
