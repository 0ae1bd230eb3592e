/* fn_time.c - kernels over times and spans: adding, differences, rounding to units. Instants outside the years 0001 to
 * 9999 are an overflow; times of day wrap. */
#include "runtime/fn_time.h"

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

void put_time(struct kernel_call *c, int row, int64_t t)
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

/* ---- dates and times of day ---- */

/* The whole days of a span, toward zero, in microseconds. */
static int64_t whole_days(int64_t span)
{
    return span - span % USEC_DAY;
}

void fn_add_days(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        uint64_t t = (uint64_t)c->args[0]->ints[i] + (uint64_t)whole_days(c->args[1]->ints[i]);
        put_time(c, i, (int64_t)t);
    }
}

void fn_days_add(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        uint64_t t = (uint64_t)c->args[1]->ints[i] + (uint64_t)whole_days(c->args[0]->ints[i]);
        put_time(c, i, (int64_t)t);
    }
}

void fn_subtract_days(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        uint64_t t = (uint64_t)c->args[0]->ints[i] - (uint64_t)whole_days(c->args[1]->ints[i]);
        put_time(c, i, (int64_t)t);
    }
}

/* Either may be the span: both are taken as they lie in a day. */
void fn_add_clock(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t a = time_of_day(c->args[0]->ints[i]), b = time_of_day(c->args[1]->ints[i]);
        c->out->ints[i] = (a + b) % USEC_DAY;
    }
}

void fn_subtract_clock(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t a = time_of_day(c->args[0]->ints[i]), b = time_of_day(c->args[1]->ints[i]);
        c->out->ints[i] = time_of_day(a - b);
    }
}

/* ---- differences ---- */

/* The complete months from b to a, negative when a is the earlier: the last of `b plus so many months` that is not
 * beyond a. The estimate by the calendar is off by one at most. */
static int64_t months_between(usec a, usec b)
{
    struct civil x = time_civil(a), y = time_civil(b);
    int64_t months = (x.year - y.year) * 12 + x.month - y.month;

    if (a < b) return -months_between(b, a);
    return months - (time_add_months(b, months) > a);
}

void fn_months_between(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->ints[i] = months_between(c->args[0]->ints[i], c->args[1]->ints[i]);
}

/* TIMESTAMPDIFF(unit, a, b): the complete units from a to b. */
void fn_timestampdiff(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t a = c->args[1]->ints[i], b = c->args[2]->ints[i];
        int unit = field_of(&c->args[0]->texts[i]);
        bool known = unit >= 0 && unit <= UNIT_MICROSECOND;
        int64_t months = known ? time_unit_months((enum time_unit)unit) : 0;
        int64_t usecs = known ? time_unit_usec((enum time_unit)unit) : 0;
        c->out->ints[i] = months  ? months_between(b, a) / months
                          : usecs ? (int64_t)((uint64_t)b - (uint64_t)a) / usecs
                                  : 0;
        if (!known) kernel_fail(c, i, ROW_BAD_ARGUMENT);
    }
}

/* t plus count units; USEC_MAX, which is out of range, where that is beyond 64 bits. */
static usec add_units(usec t, enum time_unit unit, int64_t count)
{
    int64_t months = time_unit_months(unit), by;

    if (__builtin_mul_overflow(count, months ? months : time_unit_usec(unit), &by)) return USEC_MAX;
    if (months) return time_add_months(t, by);
    return __builtin_add_overflow(t, by, &t) ? USEC_MAX : t;
}

/* TIMESTAMPADD(unit, count, t) */
void fn_timestampadd(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int unit = field_of(&c->args[0]->texts[i]);
        bool known = unit >= 0 && unit <= UNIT_MICROSECOND;
        usec t = c->args[2]->ints[i];
        if (!known) kernel_fail(c, i, ROW_BAD_ARGUMENT);
        put_time(c, i, known ? add_units(t, (enum time_unit)unit, c->args[1]->ints[i]) : t);
    }
}

/* ---- rounding down to a multiple of one size ---- */

/* Whether neither a value nor its multiple below leaves the years that can be written. */
VECTORISED static bool all_in_range(const int64_t *t, int rows, int64_t size)
{
    uint64_t least = (uint64_t)TIME_FIRST + (uint64_t)size, outside = 0;

    for (int i = 0; i < rows; i++) outside |= ((uint64_t)t[i] - least) | ((uint64_t)TIME_LAST - (uint64_t)t[i]);
    return !(outside >> 63);
}

static inline __attribute__((always_inline)) void floor_loop(const int64_t *restrict t, int64_t *restrict out, int rows,
                                                             int64_t size)
{
    for (int i = 0; i < rows; i++) {
        int64_t rest = t[i] % size;
        out[i] = t[i] - rest - (rest < 0 ? size : 0);
    }
}

/* Divides by multiplying with 2^64 / size, which is at most one too little (Granlund and Montgomery, Division by
 * Invariant Integers using Multiplication, 1994); values are moved up by a multiple of size first, so that none is
 * negative. */
static void floor_any(const int64_t *restrict t, int64_t *restrict out, int rows, uint64_t size)
{
    uint64_t inverse = UINT64_MAX / size, up = ((uint64_t)-TIME_FIRST / size + 1) * size;

    for (int i = 0; i < rows; i++) {
        uint64_t n = (uint64_t)t[i] + up, rest = n - (uint64_t)(((unsigned __int128)n * inverse) >> 64) * size;
        out[i] = (int64_t)((uint64_t)t[i] - (rest >= size ? rest - size : rest));
    }
}

/* The common case of STEP and FLOOR: one size for all rows; the compiler knows how to divide by the usual ones. False:
 * nothing has been done. */
static bool floor_by_one(struct kernel_call *c, const struct column *times, int64_t size)
{
    const int64_t *t = times->ints;
    int64_t *out = c->out->ints;

    if (size <= 0 || size > 366 * USEC_DAY || !all_in_range(t, c->rows, size)) return false;
    switch (size) {
    case USEC_SECOND: floor_loop(t, out, c->rows, USEC_SECOND); break;
    case USEC_MINUTE: floor_loop(t, out, c->rows, USEC_MINUTE); break;
    case USEC_HOUR: floor_loop(t, out, c->rows, USEC_HOUR); break;
    case USEC_DAY: floor_loop(t, out, c->rows, USEC_DAY); break;
    default: floor_any(t, out, c->rows, (uint64_t)size);
    }
    return true;
}

/* The size of the unit that an argument names in all rows; 0: it is no such unit. Weeks do not begin with 1970. */
static int64_t constant_unit(const struct kernel_call *c, int name_arg)
{
    int field = kernel_is_constant(c, name_arg) && c->rows ? field_of(&c->args[name_arg]->texts[0]) : -1;

    return field >= 0 && field <= UNIT_MICROSECOND && field != UNIT_WEEK ? time_unit_usec((enum time_unit)field) : 0;
}

/* ---- STEP ---- */

void fn_step_time(struct kernel_call *c)
{
    if (kernel_is_constant(c, 1) && c->rows && floor_by_one(c, c->args[0], c->args[1]->ints[0])) return;
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

/* A DATE of the day in which the step begins. */
void fn_step_date(struct kernel_call *c)
{
    fn_step_time(c);
    for (int i = 0; i < c->rows; i++) c->out->ints[i] = midnight_of(c->out->ints[i]);
}

/* DATE_BIN(step, t, origin) */
void fn_date_bin(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t step = c->args[0]->ints[i], t = c->args[1]->ints[i], origin = c->args[2]->ints[i];
        if (step <= 0) kernel_fail(c, i, ROW_BAD_ARGUMENT);
        put_time(c, i,
                 step > 0
                     ? (int64_t)((uint64_t)floor_to((int64_t)((uint64_t)t - (uint64_t)origin), step) + (uint64_t)origin)
                     : t);
    }
}

/* DATE_BIN(step, t) */
void fn_date_bin_epoch(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) {
        int64_t step = c->args[0]->ints[i], t = c->args[1]->ints[i];
        if (step <= 0) kernel_fail(c, i, ROW_BAD_ARGUMENT);
        put_time(c, i, step > 0 ? floor_to(t, step) : t);
    }
}

/* ---- FLOOR, CEIL ---- */

static enum row_error floor_time(int64_t t, int field, int64_t *out)
{
    if (field > UNIT_MICROSECOND) return ROW_BAD_ARGUMENT;
    *out = time_floor(t, (enum time_unit)field);
    return ROW_OK;
}

static enum row_error ceil_time(int64_t t, int field, int64_t *out)
{
    if (floor_time(t, field, out)) return ROW_BAD_ARGUMENT;
    if (*out == t) return ROW_OK;
    if (time_unit_months((enum time_unit)field)) {
        *out = time_add_months(*out, time_unit_months((enum time_unit)field));
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
    if (floor_by_one(c, c->args[0], constant_unit(c, 1))) return;
    each_by_field(c, c->args[0], 1, floor_time);
    check_range(c);
}

void fn_ceil_time(struct kernel_call *c)
{
    each_by_field(c, c->args[0], 1, ceil_time);
    check_range(c);
}

/* The end of the last hour of a day is its beginning. */
void fn_ceil_clock(struct kernel_call *c)
{
    each_by_field(c, c->args[0], 1, ceil_time);
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = time_of_day(c->out->ints[row]);
}

void fn_date_trunc(struct kernel_call *c)
{
    if (floor_by_one(c, c->args[1], constant_unit(c, 0))) return;
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
    int64_t unit = field > UNIT_MICROSECOND ? 0 : time_unit_months((enum time_unit)field);

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
