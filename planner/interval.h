/* interval.h - intervals: their qualifiers, and their text by it: INTERVAL DAY TO MINUTE is "+1 02:03", INTERVAL MINUTE
 * is "+123", INTERVAL YEAR TO MONTH is "+1-02". An interval without a qualifier is DAY TO SECOND or YEAR TO MONTH.
 *
 * A value is kept to the microsecond (or month), whatever its qualifier: INTERVAL '1' HOUR / 4 is a quarter of an hour
 * that prints as +0. Only text and casts to numbers are cut to the last unit, toward zero; (a - b) HOUR is cut itself
 * (the function interval_truncate). */
#ifndef WEIR_PLANNER_INTERVAL_H
#define WEIR_PLANNER_INTERVAL_H

#include "planner/type.h"

enum { INTERVAL_TEXT_MAX = 48 };

/* Writes a value of an interval type: always with its sign, the leading field without zeros in front, the others with
 * two digits, seconds with as many fractional digits as they have. NUL-terminated; returns the length. */
int interval_print(struct type type, int64_t value, char out[INTERVAL_TEXT_MAX]);

/* The same text back, the sign optional; the whole text must match. The leading field may be any number of up to 10
 * digits, those behind it must be within their range (11 months, 23 hours, 59, 59). Without a qualifier:
 * [days ]hours:minutes[:seconds], years-months. Returns 0; -1 when it is no such interval, or too long a one. */
int interval_parse(struct type type, const char *text, size_t len, int64_t *out);

/* The last unit of the qualifier in microseconds or months. */
int64_t interval_unit(struct type type);
/* One field, so that it can be a number: MINUTE, but not HOUR TO MINUTE. */
bool interval_is_single(struct type type);

#endif
