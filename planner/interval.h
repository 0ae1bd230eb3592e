/* interval.h - intervals as text: INTERVAL_DAY is "+1 02:03:04.5", INTERVAL_MONTH is "+1-02". */
#ifndef WEIR_PLANNER_INTERVAL_H
#define WEIR_PLANNER_INTERVAL_H

#include "planner/type.h"

enum { INTERVAL_TEXT_MAX = 48 };

/* Writes a span of microseconds, or of months: always with its sign, with as many fractional digits as it has.
 * NUL-terminated; returns the length. */
int interval_day_print(int64_t span, char out[INTERVAL_TEXT_MAX]);
int interval_month_print(int64_t months, char out[INTERVAL_TEXT_MAX]);

/* [sign][days ]hours:minutes[:seconds[.fraction]] and [sign]years-months; the whole text must match. Days, and hours
 * without days, may be any number; the fields behind them not beyond their range (23, 59, 59; 11 months).
 * Returns 0; -1 when it is no interval (also when it is too long a one). */
int interval_day_parse(const char *text, size_t len, int64_t *out);
int interval_month_parse(const char *text, size_t len, int64_t *out);

#endif
