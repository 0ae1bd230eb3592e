/* fn_time.c - kernels over instants and spans: adding, rounding to units, fields. Instants outside the years 0001 to
 * 9999 are an overflow. */
#include "runtime/kernel.h"

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Wraps where the multiple is below all 64-bit numbers. */
static int64_t floor_to(int64_t a, int64_t unit)
{
    int64_t rest = a % unit;

    return (int64_t)((uint64_t)a - (uint64_t)(rest < 0 ? rest + unit : rest));
}

/* ---- instants that may be out of range ---- */

static inline uint64_t out_of_range(uint64_t t)
{
    return t - (uint64_t)TIME_FIRST > (uint64_t)TIME_LAST - (uint64_t)TIME_FIRST;
}

static void put_time(struct kernel_call *c, int row, int64_t t)
{
    c->out->ints[row] = t;
    if (out_of_range((uint64_t)t)) kernel_fail(c, row, ROW_OVERFLOW);
}

/* Wrapping is harmless: an instant in range plus any span does not wrap into the range again. */
#define TIME_KERNEL(name, op)                                                                                          \
    VECTORISED static uint64_t name##_loop(const int64_t *restrict a, const int64_t *restrict b,                       \
                                           int64_t *restrict out, int rows)                                            \
    {                                                                                                                  \
        uint64_t bad = 0;                                                                                              \
        for (int i = 0; i < rows; i++) {                                                                               \
            uint64_t t = (uint64_t)a[i] op(uint64_t) b[i];                                                             \
            out[i] = (int64_t)t;                                                                                       \
            bad |= out_of_range(t);                                                                                    \
        }                                                                                                              \
        return bad;                                                                                                    \
    }                                                                                                                  \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        if (!name##_loop(c->args[0]->ints, c->args[1]->ints, c->out->ints, c->rows)) return;                           \
        for (int row = 0; row < c->rows; row++) put_time(c, row, c->out->ints[row]);                                   \
    }

TIME_KERNEL(add_span, +)
TIME_KERNEL(subtract_span, -)

void fn_add_months(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) put_time(c, i, time_add_months(c->args[0]->ints[i], c->args[1]->ints[i]));
}

void fn_months_add(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) put_time(c, i, time_add_months(c->args[1]->ints[i], c->args[0]->ints[i]));
}

void fn_subtract_months(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t months = (int64_t)(0 - (uint64_t)c->args[1]->ints[i]);
        put_time(c, i, time_add_months(c->args[0]->ints[i], months));
    }
}

/* ---- STEP ---- */

void fn_step_time(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t t = c->args[0]->ints[i], step = c->args[1]->ints[i];
        if (step <= 0) kernel_fail(c, i, ROW_BAD_ARGUMENT);
        put_time(c, i, step > 0 ? floor_to(t, step) : t);
    }
}

static usec step_months(usec t, int64_t months)
{
    struct civil date = time_civil(t);
    int64_t month = floor_div((date.year - 1970) * 12 + date.month - 1, months) * months;
    int64_t year = floor_div(month, 12);

    if (year < -1970 || year > 10000) return USEC_MIN; /* out of range */
    return time_days((int)(1970 + year), (int)(month - year * 12) + 1, 1) * USEC_DAY;
}

void fn_step_months(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t t = c->args[0]->ints[i], step = c->args[1]->ints[i];
        bool good = step > 0 && step <= INT32_MAX;
        if (!good) kernel_fail(c, i, ROW_BAD_ARGUMENT);
        put_time(c, i, good ? step_months(t, step) : t);
    }
}

/* ---- units and fields by name ---- */

/* The units of time.h, and behind them fields that are no units. */
enum { FIELD_DOW = UNIT_MICROSECOND + 1, FIELD_ISODOW, FIELD_DOY, FIELD_EPOCH, FIELDS };

/* Returns -1 for an unknown name. */
static int field_of(const struct text *name)
{
    static const char *const extra[] = {"DOW", "ISODOW", "DOY", "EPOCH"};
    struct str word = str_of(text_bytes(name), name->len);

    for (int f = 0; f < FIELDS; f++) {
        const char *known = f < FIELD_DOW ? time_unit_name((enum time_unit)f) : extra[f - FIELD_DOW];
        if (str_equal_nocase(word, str_lit(known))) return f;
    }
    return -1;
}

/* Computes from a value and a field; ROW_BAD_ARGUMENT when it has no such field. */
typedef enum row_error by_field(int64_t x, int field, int64_t *out);

/* Calls compute on all rows; unknown names are bad arguments. */
static void each_by_field(struct kernel_call *c, const struct column *values, int name_arg, by_field *compute)
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

/* ---- FLOOR, CEIL ---- */

static enum row_error floor_time(int64_t t, int field, int64_t *out)
{
    if (field > UNIT_MICROSECOND) return ROW_BAD_ARGUMENT;
    *out = time_floor(t, (enum time_unit)field);
    return ROW_OK;
}

static int64_t months_of(enum time_unit unit)
{
    switch (unit) {
    case UNIT_YEAR: return 12;
    case UNIT_QUARTER: return 3;
    case UNIT_MONTH: return 1;
    case UNIT_DAY:
    case UNIT_HOUR:
    case UNIT_MINUTE:
    case UNIT_SECOND:
    case UNIT_WEEK:
    case UNIT_MILLISECOND:
    case UNIT_MICROSECOND: return 0;
    }
    return 0;
}

static enum row_error ceil_time(int64_t t, int field, int64_t *out)
{
    if (floor_time(t, field, out)) return ROW_BAD_ARGUMENT;
    if (*out == t) return ROW_OK;
    if (months_of((enum time_unit)field)) {
        *out = time_add_months(*out, months_of((enum time_unit)field));
    } else {
        *out += time_unit_usec((enum time_unit)field);
    }
    return ROW_OK;
}

static void check_range(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) put_time(c, row, c->out->ints[row]);
}

void fn_floor_time(struct kernel_call *c)
{
    each_by_field(c, c->args[0], 1, floor_time);
    check_range(c);
}

void fn_ceil_time(struct kernel_call *c)
{
    each_by_field(c, c->args[0], 1, ceil_time);
    check_range(c);
}

void fn_date_trunc(struct kernel_call *c)
{
    each_by_field(c, c->args[1], 0, floor_time);
    check_range(c);
}

static enum row_error floor_to_unit(int64_t x, int64_t unit, int64_t *out)
{
    if (!unit) return ROW_BAD_ARGUMENT;
    *out = floor_to(x, unit);
    return *out > x ? ROW_OVERFLOW : ROW_OK;
}

static enum row_error floor_days(int64_t span, int field, int64_t *out)
{
    int64_t unit = field > UNIT_MICROSECOND ? 0 : time_unit_usec((enum time_unit)field);

    return floor_to_unit(span, unit, out);
}

static enum row_error floor_months(int64_t months, int field, int64_t *out)
{
    int64_t unit = field > UNIT_MICROSECOND ? 0 : months_of((enum time_unit)field);

    return floor_to_unit(months, unit, out);
}

static void negate_into(int64_t *out, const int64_t *from, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = (int64_t)(0 - (uint64_t)from[i]);
}

static by_field *span_floor(const struct kernel_call *c)
{
    return c->type.kind == TYPE_INTERVAL_DAY ? floor_days : floor_months;
}

void fn_floor_span(struct kernel_call *c)
{
    each_by_field(c, c->args[0], 1, span_floor(c));
}

/* -FLOOR(-x). */
void fn_ceil_span(struct kernel_call *c)
{
    int64_t negated[BATCH_ROWS];
    struct column values = {.phys = PHYS_INT, .ints = negated};

    negate_into(negated, c->args[0]->ints, c->rows);
    each_by_field(c, &values, 1, span_floor(c));
    negate_into(c->out->ints, c->out->ints, c->rows);
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

static int64_t time_of_day(usec t)
{
    int64_t rest = t % USEC_DAY;

    return rest < 0 ? rest + USEC_DAY : rest;
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

/* ---- milliseconds ---- */

void fn_unix_timestamp(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->ints[i] = floor_div(c->args[0]->ints[i], USEC_MS);
}

void fn_to_timestamp_ms(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t t;
        bool wrapped = __builtin_mul_overflow(c->args[0]->ints[i], USEC_MS, &t);
        put_time(c, i, wrapped ? USEC_MAX : t);
    }
}

void fn_tsdiff(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        uint64_t span = (uint64_t)c->args[1]->ints[i] - (uint64_t)c->args[0]->ints[i];
        c->out->ints[i] = (int64_t)span / USEC_MS;
    }
}
