/* fn_time_field.c - kernels that take a field out of a time or a span: EXTRACT, YEAR .. SECOND; and units by name. */
#include "runtime/fn_time.h"

/* ---- units and fields by name ---- */

int field_of(const struct text *name)
{
    static const char *const extra[] = {"DOW", "ISODOW", "DOY", "EPOCH"};
    struct str word = str_of(text_bytes(name), name->len);

    if (word.len > 8 && str_equal_nocase(str_of(word.ptr, 8), str_lit("SQL_TSI_")))
        word = str_of(word.ptr + 8, word.len - 8);
    for (int f = 0; f < FIELDS; f++) {
        const char *known = f < FIELD_DOW ? time_unit_name((enum time_unit)f) : extra[f - FIELD_DOW];
        if (str_equal_nocase(word, str_lit(known))) return f;
    }
    return -1;
}

void each_by_field(struct kernel_call *c, const struct column *values, int name_arg, by_field *compute)
{
    const struct text *names = c->args[name_arg]->texts;
    bool constant = kernel_is_constant(c, name_arg);
    enum row_error error;
    int field = -1;

    for (int row = 0; row < c->rows; row++) {
        if (row == 0 || !constant) field = field_of(&names[row]);
        c->out->ints[row] = 0;
        error = field < 0 ? ROW_BAD_ARGUMENT : compute(values->ints[row], field, &c->out->ints[row]);
        if (error) kernel_fail(c, row, error);
    }
}

/* ---- EXTRACT ---- */

/* The week of ISO 8601: that of the same week's Thursday. */
static int64_t iso_week(usec t, int weekday)
{
    usec thursday = (usec)((uint64_t)t + (uint64_t)((4 - weekday) * USEC_DAY));

    return (time_civil(thursday).yearday - 1) / 7 + 1;
}

static enum row_error calendar_field(int64_t t, int field, int64_t *out)
{
    struct civil date = time_civil(t);

    switch (field) {
    case UNIT_YEAR: *out = date.year; return ROW_OK;
    case UNIT_QUARTER: *out = (date.month + 2) / 3; return ROW_OK;
    case UNIT_MONTH: *out = date.month; return ROW_OK;
    case UNIT_WEEK: *out = iso_week(t, date.weekday); return ROW_OK;
    case UNIT_DAY: *out = date.day; return ROW_OK;
    case FIELD_DOW: *out = date.weekday % 7; return ROW_OK;
    case FIELD_ISODOW: *out = date.weekday; return ROW_OK;
    case FIELD_DOY: *out = date.yearday; return ROW_OK;
    default: return ROW_BAD_ARGUMENT;
    }
}

/* Hours and less, of the part of a day or of the rest of a span. */
static enum row_error clock_field(int64_t rest, int field, int64_t *out)
{
    switch (field) {
    case UNIT_HOUR: *out = rest / USEC_HOUR % 24; return ROW_OK;
    case UNIT_MINUTE: *out = rest / USEC_MINUTE % 60; return ROW_OK;
    case UNIT_SECOND: *out = rest / USEC_SECOND % 60; return ROW_OK;
    case UNIT_MILLISECOND: *out = rest / USEC_MS % 1000; return ROW_OK;
    case UNIT_MICROSECOND: *out = rest % USEC_SECOND; return ROW_OK;
    default: return ROW_BAD_ARGUMENT;
    }
}

static enum row_error time_field(int64_t t, int field, int64_t *out)
{
    if (field == FIELD_EPOCH) {
        *out = floor_div(t, USEC_SECOND);
        return ROW_OK;
    }
    if (clock_field(time_of_day(t), field, out) == ROW_OK) return ROW_OK;
    return calendar_field(t, field, out);
}

static enum row_error span_field(int64_t span, int field, int64_t *out)
{
    if (field == UNIT_DAY) {
        *out = span / USEC_DAY;
        return ROW_OK;
    }
    if (field == FIELD_EPOCH) {
        *out = span / USEC_SECOND;
        return ROW_OK;
    }
    return clock_field(span, field, out);
}

static enum row_error months_field(int64_t months, int field, int64_t *out)
{
    if (field != UNIT_YEAR && field != UNIT_MONTH) return ROW_BAD_ARGUMENT;
    *out = field == UNIT_YEAR ? months / 12 : months % 12;
    return ROW_OK;
}

void fn_extract_time(struct kernel_call *c)
{
    each_by_field(c, c->args[1], 0, time_field);
}

/* A time of day has no date. */
void fn_extract_clock(struct kernel_call *c)
{
    each_by_field(c, c->args[1], 0, clock_field);
}

void fn_extract_span(struct kernel_call *c)
{
    each_by_field(c, c->args[1], 0, span_field);
}

void fn_extract_months(struct kernel_call *c)
{
    each_by_field(c, c->args[1], 0, months_field);
}

/* YEAR(t) and its like. */
#define FIELD_KERNEL(name, field)                                                                                      \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        for (int i = 0; i < c->rows; i++) time_field(c->args[0]->ints[i], field, &c->out->ints[i]);                    \
    }

FIELD_KERNEL(year, UNIT_YEAR)
FIELD_KERNEL(quarter, UNIT_QUARTER)
FIELD_KERNEL(month, UNIT_MONTH)
FIELD_KERNEL(week, UNIT_WEEK)
FIELD_KERNEL(day, UNIT_DAY)
FIELD_KERNEL(hour, UNIT_HOUR)
FIELD_KERNEL(minute, UNIT_MINUTE)
FIELD_KERNEL(second, UNIT_SECOND)
FIELD_KERNEL(dayofyear, FIELD_DOY)

void fn_dayofweek(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->ints[i] = time_civil(c->args[0]->ints[i]).weekday % 7 + 1;
}

/* The old service's EXTRACT(SECOND ...) is a DECIMAL(5, 3): thousandths of the minute's seconds. */
void fn_extract_seconds(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->ints[i] = time_of_day(c->args[0]->ints[i]) % USEC_MINUTE / USEC_MS;
}

void fn_extract_seconds_span(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->ints[i] = c->args[0]->ints[i] % USEC_MINUTE / USEC_MS;
}
