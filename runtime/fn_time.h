/* fn_time.h - what the kernels over times share: units and fields by name. Private to runtime/fn_time*.c. */
#ifndef WEIR_RUNTIME_FN_TIME_H
#define WEIR_RUNTIME_FN_TIME_H

#include "runtime/kernel.h"

/* The units of time.h, and behind them fields that are no units. */
enum { FIELD_DOW = UNIT_MICROSECOND + 1, FIELD_ISODOW, FIELD_DOY, FIELD_EPOCH, FIELDS };

/* Computes from a value and a field; ROW_BAD_ARGUMENT when it has no such field. */
typedef enum row_error by_field(int64_t x, int field, int64_t *out);
/* Calls compute on all rows with the field that argument `name_arg` names; unknown names are bad arguments. */
void each_by_field(struct kernel_call *c, const struct column *values, int name_arg, by_field *compute);
/* The unit or field of that name, in any case, with or without SQL_TSI_ before it; -1: there is none. */
int field_of(const struct text *name);

/* Stores an instant; outside the years 0001 to 9999 it is an overflow. */
void put_time(struct kernel_call *c, int row, int64_t t);

static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}
/* The time of day of an instant; and its midnight, which wraps where that is below all 64-bit numbers. */
static inline int64_t time_of_day(usec t)
{
    return t % USEC_DAY + (t % USEC_DAY < 0 ? USEC_DAY : 0);
}
static inline usec midnight_of(usec t)
{
    return (usec)((uint64_t)t - (uint64_t)time_of_day(t));
}

#endif
