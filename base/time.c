/* time.c - see time.h. Civil dates after Howard Hinnant's "chrono-compatible low-level date algorithms": the year
 * begins in March, so that the leap day is the last, and 400 years (146097 days) are one era. */
#include "base/time.h"
#include "base/time_text.h"

#include <assert.h>
#include <string.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_EPOCH = 719468 /* from 0000-03-01 to 1970-01-01 */ };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years from -2000000 to 2000000, which is more than instants have. Eras are added before and taken off after, so that
 * all divisions are of unsigned 32-bit numbers. */
static inline int64_t days_from_civil(int year, int month, int day)
{
    const int eras = 5000;
    bool early = month <= 2;
    unsigned y = (unsigned)(year + eras * 400 - early);
    unsigned march = (unsigned)(early ? month + 9 : month - 3);
    unsigned days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * march + 2) / 5 + (unsigned)day - 1;

    return (int64_t)days - (eras * DAYS_PER_ERA + DAYS_TO_EPOCH);
}

int64_t time_days(int year, int month, int day)
{
    return days_from_civil(year, month, day);
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Fills year, month, day. */
static void civil_date(struct civil *c, int64_t days)
{
    int64_t shifted = days + DAYS_TO_EPOCH;
    int64_t era = floor_div(shifted, DAYS_PER_ERA);
    unsigned day_of_era = (unsigned)(shifted - era * DAYS_PER_ERA);
    unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    unsigned month_from_march = (5 * day_of_year + 2) / 153;

    c->day = (int)(day_of_year - (153 * month_from_march + 2) / 5) + 1;
    c->month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    c->year = (int)(year_of_era + era * 400) + (c->month <= 2);
}

/* Fills all but weekday and yearday; returns the days since 1970-01-01. */
static int64_t civil_fields(struct civil *c, usec t)
{
    int64_t days = floor_div(t, USEC_DAY);
    uint64_t micros = (uint64_t)t - (uint64_t)days * (uint64_t)USEC_DAY;
    unsigned seconds = (unsigned)(micros / USEC_SECOND);

    civil_date(c, days);
    c->micro = (int)(micros % USEC_SECOND);
    c->hour = (int)(seconds / 3600);
    c->minute = (int)(seconds / 60 % 60);
    c->second = (int)(seconds % 60);
    return days;
}

struct civil time_civil(usec t)
{
    struct civil c;
    int64_t days = civil_fields(&c, t);

    c.weekday = (int)(days + 3 - floor_div(days + 3, 7) * 7) + 1; /* 1970-01-01 was a Thursday */
    c.yearday = (int)(days - days_from_civil(c.year, 1, 1)) + 1;
    return c;
}

static inline usec instant_of(const struct civil *c)
{
    int64_t days = days_from_civil(c->year, c->month, c->day);

    return (days * 86400 + c->hour * 3600 + c->minute * 60 + c->second) * USEC_SECOND + c->micro;
}

usec time_from_civil(const struct civil *c)
{
    return instant_of(c);
}

/* Saturating, so that the end of time and the instants near it stay in order. */
static usec from_days(int64_t days, usec of_day)
{
    usec t;

    if (__builtin_mul_overflow(days, USEC_DAY, &t) || __builtin_add_overflow(t, of_day, &t)) {
        return days < 0 ? USEC_MIN : USEC_MAX;
    }
    return t;
}

usec time_add_months(usec t, int64_t months)
{
    enum { MONTHS_MAX = 12 * 1000000 }; /* more than from USEC_MIN to USEC_MAX */
    struct civil c;
    int64_t month, days = floor_div(t, USEC_DAY);
    int year, month_days;

    if (t == USEC_MIN || t == USEC_MAX) return t;
    if (months < -MONTHS_MAX || months > MONTHS_MAX) return months < 0 ? USEC_MIN : USEC_MAX;
    civil_date(&c, days);
    month = (int64_t)c.year * 12 + c.month - 1 + months;
    year = (int)floor_div(month, 12);
    c.month = (int)(month - (int64_t)year * 12) + 1;
    month_days = days_in_month(year, c.month);
    return from_days(time_days(year, c.month, c.day < month_days ? c.day : month_days), t - days * USEC_DAY);
}

static usec floor_to(usec t, usec unit, usec origin)
{
    return floor_div(t - origin, unit) * unit + origin;
}

usec time_floor(usec t, enum time_unit unit)
{
    const usec monday = -3 * USEC_DAY, margin = 8 * USEC_DAY;
    struct civil c;

    if (t < USEC_MIN + margin || t > USEC_MAX - margin) return t;
    if (unit == UNIT_WEEK) return floor_to(t, 7 * USEC_DAY, monday);
    if (time_unit_usec(unit)) return floor_to(t, time_unit_usec(unit), 0);
    civil_date(&c, floor_div(t, USEC_DAY));
    if (unit == UNIT_YEAR) c.month = 1;
    if (unit == UNIT_QUARTER) c.month -= (c.month - 1) % 3;
    return from_days(time_days(c.year, c.month, 1), 0);
}

usec time_unit_usec(enum time_unit unit)
{
    switch (unit) {
    case UNIT_YEAR:
    case UNIT_QUARTER:
    case UNIT_MONTH: return 0;
    case UNIT_WEEK: return 7 * USEC_DAY;
    case UNIT_DAY: return USEC_DAY;
    case UNIT_HOUR: return USEC_HOUR;
    case UNIT_MINUTE: return USEC_MINUTE;
    case UNIT_SECOND: return USEC_SECOND;
    case UNIT_MILLISECOND: return USEC_MS;
    case UNIT_MICROSECOND: return 1;
    }
    assert(!"a time unit");
    return 0;
}

int time_unit_months(enum time_unit unit)
{
    return unit == UNIT_YEAR ? 12 : unit == UNIT_QUARTER ? 3 : unit == UNIT_MONTH ? 1 : 0;
}

const char *time_unit_name(enum time_unit unit)
{
    static const char *const name[] = {
        [UNIT_YEAR] = "YEAR",
        [UNIT_MONTH] = "MONTH",
        [UNIT_DAY] = "DAY",
        [UNIT_HOUR] = "HOUR",
        [UNIT_MINUTE] = "MINUTE",
        [UNIT_SECOND] = "SECOND",
        [UNIT_WEEK] = "WEEK",
        [UNIT_QUARTER] = "QUARTER",
        [UNIT_MILLISECOND] = "MILLISECOND",
        [UNIT_MICROSECOND] = "MICROSECOND",
    };

    return name[unit];
}

/* v in exactly `width` digits, zeros in front. */
static char *put_padded(char *p, unsigned v, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        p[i] = (char)('0' + v % 10);
        v /= 10;
    }
    return p + width;
}

/* A byte and two digits. */
static char *put_two(char *p, char before, int v)
{
    p[0] = before;
    p[1] = (char)('0' + v / 10);
    p[2] = (char)('0' + v % 10);
    return p + 3;
}

static char *put_year(char *p, int year)
{
    if (year < 0) {
        *p++ = '-';
        year = -year;
    }
    return put_padded(p, (unsigned)year, year > 9999 ? 6 : 4);
}

static char *put_fraction(char *p, int micro)
{
    if (micro == 0) return p;
    *p++ = '.';
    p = put_padded(p, (unsigned)micro, 6);
    while (p[-1] == '0') p--;
    return p;
}

/* yyyy-MM-dd */
static char *put_date(char *p, const struct civil *c)
{
    p = put_year(p, c->year);
    p = put_two(p, '-', c->month);
    return put_two(p, '-', c->day);
}

/* :mm:ss[.fraction], behind the hours. */
static char *put_minutes(char *p, const struct civil *c)
{
    p = put_two(p, ':', c->minute);
    p = put_two(p, ':', c->second);
    return put_fraction(p, c->micro);
}

static int finish(char *out, char *p)
{
    *p = '\0';
    return (int)(p - out);
}

static char *put_instant(char *out, usec t)
{
    struct civil c;
    char *p;

    civil_fields(&c, t);
    p = put_date(out, &c);
    p = put_two(p, ' ', c.hour);
    return put_minutes(p, &c);
}

int time_print(usec t, char out[TIME_TEXT_MAX])
{
    return finish(out, put_instant(out, t));
}

int time_print_zoned(usec t, char out[TIME_TEXT_MAX])
{
    char *p = put_instant(out, t);

    memcpy(p, "+00:00", 6);
    return finish(out, p + 6);
}

int time_print_date(usec t, char out[TIME_TEXT_MAX])
{
    struct civil c;

    civil_date(&c, floor_div(t, USEC_DAY));
    return finish(out, put_date(out, &c));
}

int time_print_clock(usec t, char out[TIME_TEXT_MAX])
{
    struct civil c;

    civil_fields(&c, t);
    out[0] = (char)('0' + c.hour / 10);
    out[1] = (char)('0' + c.hour % 10);
    return finish(out, put_minutes(out + 2, &c));
}

/* Whether the fields are a date of the years 1 to 9999 and a time of day. */
static inline bool civil_fits(const struct civil *c)
{
    if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12) return false;
    if (c->day < 1 || (c->day > 28 && c->day > days_in_month(c->year, c->month))) return false;
    return (unsigned)c->hour <= 23 && (unsigned)c->minute <= 59 && (unsigned)c->second <= 59;
}

static inline int resolve(const struct civil *c, usec east, usec *out)
{
    usec t;

    if (!civil_fits(c)) return -1;
    t = instant_of(c) - east;
    if (t < TIME_FIRST || t > TIME_LAST) return -1;
    *out = t;
    return 0;
}

int time_resolve(const struct civil *c, usec east, usec *out)
{
    return resolve(c, east, out);
}

/* Digits of a fraction of a second, at most 9, truncated to microseconds; -1 when there are none. */
static int read_fraction(struct time_cursor *c)
{
    int digits = 0, micro = 0;

    for (; digits < 9 && c->p < c->end && time_digit(*c->p) <= 9; c->p++, digits++) {
        if (digits < 6) micro = micro * 10 + (int)time_digit(*c->p);
    }
    for (int i = digits; i < 6; i++) micro *= 10;
    return digits ? micro : -1;
}

int time_read_offset(struct time_cursor *c, usec *east)
{
    struct time_cursor at = *c;
    bool west = time_skip(&at, '-');
    int hours, minutes;

    if (!west && !time_skip(&at, '+')) return -1;
    hours = time_two_digits(&at);
    if (hours < 0 || hours > 23) return -1;
    *c = at;
    time_skip(&at, ':');
    minutes = time_two_digits(&at);
    if (minutes > 59) return -1;
    if (minutes >= 0) *c = at;
    *east = (hours * 60 + (minutes < 0 ? 0 : minutes)) * (west ? -USEC_MINUTE : USEC_MINUTE);
    return 0;
}

static int read_date(struct time_cursor *c, struct civil *date)
{
    int century = time_two_digits(c), year = time_two_digits(c);

    if (century < 0 || year < 0 || !time_skip(c, '-')) return -1;
    date->year = century * 100 + year;
    date->month = time_two_digits(c);
    if (date->month < 0 || !time_skip(c, '-')) return -1;
    date->day = time_two_digits(c);
    return date->day < 0 ? -1 : 0;
}

/* HH:mm[:ss[.fraction]], as much of it as there is; false, consuming nothing, without HH:mm. */
static bool read_clock(struct time_cursor *c, struct civil *time)
{
    struct time_cursor at = *c;
    int hour, minute, second, micro;

    hour = time_two_digits(&at);
    if (hour < 0 || !time_skip(&at, ':')) return false;
    minute = time_two_digits(&at);
    if (minute < 0) return false;
    *c = at;
    time->hour = hour;
    time->minute = minute;
    if (!time_skip(&at, ':') || (second = time_two_digits(&at)) < 0) return true;
    *c = at;
    time->second = second;
    if (!time_skip(&at, '.') || (micro = read_fraction(&at)) < 0) return true;
    *c = at;
    time->micro = micro;
    return true;
}

/* The same behind a T or a blank. */
static bool read_time_of_day(struct time_cursor *c, struct civil *time)
{
    struct time_cursor at = *c;

    if ((!time_skip(&at, 'T') && !time_skip(&at, ' ')) || !read_clock(&at, time)) return false;
    *c = at;
    return true;
}

int time_parse_date(const char *text, size_t len, usec *out)
{
    struct time_cursor c = {text, text + len};
    struct civil civil = {0};

    if (read_date(&c, &civil) || c.p != c.end) return -1;
    return time_resolve(&civil, 0, out);
}

int time_parse_clock(const char *text, size_t len, usec *out)
{
    struct time_cursor c = {text, text + len};
    struct civil civil = {.year = 1970, .month = 1, .day = 1};

    if (!read_clock(&c, &civil) || c.p != c.end) return -1;
    return time_resolve(&civil, 0, out);
}

int time_read_iso(struct time_cursor *c, usec *out)
{
    struct civil civil = {0};
    usec east = 0;

    if (read_date(c, &civil)) return -1;
    if (read_time_of_day(c, &civil) && !time_skip(c, 'Z')) time_read_offset(c, &east);
    return time_resolve(&civil, east, out);
}

/* What may follow the seconds, up to the end: a fraction, Z. */
static bool read_plain_tail(struct time_cursor c, int *micro)
{
    *micro = time_skip(&c, '.') ? read_fraction(&c) : 0;
    time_skip(&c, 'Z');
    return *micro >= 0 && c.p == c.end;
}

/* `yyyy-MM-dd HH:mm:ss[.fraction][Z]`, the form of nearly all data: three words checked and taken apart at once. text
 * has at least 19 bytes. Returns 1 when it has another form. */
static int parse_plain(const char *text, const char *end, usec *out)
{
    uint64_t date = get_u64(text) ^ get_u64("0000-00-");
    uint64_t time = get_u64(text + 11) ^ get_u64("00:00:00");
    unsigned day_tens = time_digit(text[8]), day_ones = time_digit(text[9]);
    struct civil c;

    if (text[10] != ' ' && text[10] != 'T') return 1;
    if (!time_shape_fits(date, UINT64_C(0xfff0f0fff0f0f0f0)) || !time_shape_fits(time, UINT64_C(0xf0f0fff0f0fff0f0))) {
        return 1;
    }
    if (day_tens > 9 || day_ones > 9 || !read_plain_tail((struct time_cursor){text + 19, end}, &c.micro)) return 1;
    date = date * 10 + (date >> 8); /* byte i: digit i and digit i + 1 as one number */
    time = time * 10 + (time >> 8);
    c.year = (int)((date & 0xff) * 100 + (date >> 16 & 0xff));
    c.month = (int)(date >> 40 & 0xff);
    c.day = (int)(day_tens * 10 + day_ones);
    c.hour = (int)(time & 0xff);
    c.minute = (int)(time >> 24 & 0xff);
    c.second = (int)(time >> 48 & 0xff);
    return resolve(&c, 0, out);
}

int time_parse(const char *text, size_t len, usec *out)
{
    struct time_cursor c = {text, text + len};
    usec t;

    if (len >= 19) {
        int result = parse_plain(text, text + len, out);
        if (result <= 0) return result;
    }
    if (time_read_iso(&c, &t) || c.p != c.end) return -1;
    *out = t;
    return 0;
}
