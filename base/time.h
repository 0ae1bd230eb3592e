/* time.h - instants and spans of time, civil dates, and their text.
 * An instant is microseconds since 1970-01-01 00:00:00 UTC; a span is microseconds. Years 0001 to 9999. */
#ifndef WEIR_BASE_TIME_H
#define WEIR_BASE_TIME_H

#include "base/mem.h"

typedef int64_t usec;

#define USEC_MS     INT64_C(1000)
#define USEC_SECOND INT64_C(1000000)
#define USEC_MINUTE (60 * USEC_SECOND)
#define USEC_HOUR   (60 * USEC_MINUTE)
#define USEC_DAY    (24 * USEC_HOUR)
#define USEC_MIN    INT64_MIN /* before all time: no watermark yet */
#define USEC_MAX    INT64_MAX /* the end of time */

/* The greatest and least printable instants: 0001-01-01 and 9999-12-31 23:59:59.999999. */
#define TIME_FIRST INT64_C(-62135596800000000)
#define TIME_LAST  INT64_C(253402300799999999)

struct civil {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, micro;
    int weekday; /* 1 Monday .. 7 Sunday; output only */
    int yearday; /* from 1; output only */
};

enum time_unit {
    UNIT_YEAR,
    UNIT_MONTH,
    UNIT_DAY,
    UNIT_HOUR,
    UNIT_MINUTE,
    UNIT_SECOND,
    UNIT_WEEK,
    UNIT_QUARTER,
    UNIT_MILLISECOND,
    UNIT_MICROSECOND
};

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t time_days(int year, int month, int day);
struct civil time_civil(usec t);
usec time_from_civil(const struct civil *c);
/* t plus a number of months; the day is cut to the month's last. */
usec time_add_months(usec t, int64_t months);
/* The latest multiple of the unit at or before t (floor), in UTC; weeks begin on Monday. */
usec time_floor(usec t, enum time_unit unit);
/* One unit in microseconds; 0 for YEAR, QUARTER and MONTH. */
usec time_unit_usec(enum time_unit unit);
/* One unit in months; 0 for those that are none of months. */
int time_unit_months(enum time_unit unit);
/* "YEAR", "MONTH", ... */
const char *time_unit_name(enum time_unit unit);

/* Writes `yyyy-MM-dd HH:mm:ss` with as many fractional digits as t has (none, or up to 6 without trailing zeros).
 * NUL-terminated; returns the length. */
enum { TIME_TEXT_MAX = 40 };
int time_print(usec t, char out[TIME_TEXT_MAX]);
/* The same with +00:00 behind it: TIMESTAMP WITH TIME ZONE. */
int time_print_zoned(usec t, char out[TIME_TEXT_MAX]);
/* The day of the instant as `yyyy-MM-dd`; its time of day as `HH:mm:ss[.fraction]`: DATE and TIME. */
int time_print_date(usec t, char out[TIME_TEXT_MAX]);
int time_print_clock(usec t, char out[TIME_TEXT_MAX]);
/* ISO 8601 with 'T' or a blank, optional fraction (1 to 9 digits, truncated to 6) and zone (Z, +hh:mm, +hhmm, +hh);
 * also a bare date, and a time without seconds. The whole text must match. Returns 0, or -1 when it is no timestamp
 * (fast path: no err). */
int time_parse(const char *text, size_t len, usec *out);
/* A DATE, `yyyy-MM-dd`: its midnight; a TIME, `HH:mm[:ss[.fraction]]`: microseconds since midnight. As time_parse. */
int time_parse_date(const char *text, size_t len, usec *out);
int time_parse_clock(const char *text, size_t len, usec *out);

/* A pattern of Java's SimpleDateFormat letters (G y Y M w W D d F E u a H k K h m s S z Z X, '' quotes), compiled once.
 * Names stand for patterns: 'epoch_ms', 'epoch_s', 'epoch_us', 'iso8601'. English names, UTC unless the text has a
 * zone; weeks (Y w W) are those of the United States: they begin on Sunday, week 1 holds January 1. */
enum { TIME_PIVOT_YEAR = 2025 }; /* a year of two digits is one of 1945 (80 before it) to 2044 */
struct time_format;
/* Returns NULL and fills err (ERR_VALUE, at -1) for an unknown letter or an unclosed quote. Lives in the arena. */
struct time_format *time_format_new(struct arena *arena, struct str pattern, struct err *err);
/* How strictly text must match: exactly, or a prefix of it (CHAR_TO_TIMESTAMP consumes a prefix). */
enum time_match { TIME_MATCH_ALL, TIME_MATCH_PREFIX };
int time_format_parse(const struct time_format *format, const char *text, size_t len, enum time_match match, usec *out);
void time_format_print(const struct time_format *format, usec t, struct buf *out);
/* True for the epoch_* formats, which JSON numbers may satisfy directly. */
bool time_format_is_epoch(const struct time_format *format);

#endif
