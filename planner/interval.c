/* interval.c - see interval.h. */
#include "planner/interval.h"

#include <stdio.h>

/* ---- qualifiers ---- */

static enum time_unit first_unit(struct type t)
{
    if (t.first) return (enum time_unit)(t.first - 1);
    return t.kind == TYPE_INTERVAL_DAY ? UNIT_DAY : UNIT_YEAR;
}

static enum time_unit last_unit(struct type t)
{
    if (t.last) return (enum time_unit)(t.last - 1);
    return t.kind == TYPE_INTERVAL_DAY ? UNIT_SECOND : UNIT_MONTH;
}

/* One unit in microseconds, or in months. */
static int64_t unit_size(enum time_unit unit)
{
    int months = time_unit_months(unit);

    return months ? months : time_unit_usec(unit);
}

int64_t interval_unit(struct type type)
{
    return unit_size(last_unit(type));
}

bool interval_is_single(struct type type)
{
    return type.first && type.first == type.last;
}

/* ---- printing ---- */

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

/* ".5" for 500000 microseconds; nothing for 0. */
static int print_fraction(unsigned micros, char *out)
{
    int n = 7;

    if (!micros) return 0;
    snprintf(out, INTERVAL_TEXT_MAX / 2, ".%06u", micros);
    while (out[n - 1] == '0') n--;
    out[n] = 0;
    return n;
}

/* How many of the unit fit into the next greater one. */
static int64_t unit_limit(enum time_unit unit)
{
    return unit == UNIT_MONTH ? 12 : unit == UNIT_HOUR ? 24 : 60;
}

/* What stands behind the unit's field. */
static char separator(enum time_unit unit)
{
    return unit == UNIT_YEAR ? '-' : unit == UNIT_DAY ? ' ' : ':';
}

int interval_print(struct type type, int64_t value, char out[INTERVAL_TEXT_MAX])
{
    enum time_unit unit = first_unit(type), last = last_unit(type);
    uint64_t v = magnitude(value), shown = last == UNIT_SECOND ? v : v / (uint64_t)unit_size(last);
    int n = snprintf(out, INTERVAL_TEXT_MAX / 2, "%c%lu", value < 0 && shown ? '-' : '+',
                     (unsigned long)(v / (uint64_t)unit_size(unit)));

    while (unit != last) {
        char before = separator(unit++);
        uint64_t field = v / (uint64_t)unit_size(unit) % (uint64_t)unit_limit(unit);
        n += snprintf(out + n, INTERVAL_TEXT_MAX / 4, "%c%02u", before, (unsigned)field);
    }
    return n + (last == UNIT_SECOND ? print_fraction((unsigned)(v % USEC_SECOND), out + n) : 0);
}

/* ---- reading ---- */

/* A place in a text that is being read. */
struct cursor {
    const char *at, *end;
};

static bool take(struct cursor *c, char byte)
{
    if (c->at == c->end || *c->at != byte) return false;
    c->at++;
    return true;
}

/* One to ten digits: the standard's greatest precision. */
static bool take_number(struct cursor *c, int64_t *out)
{
    const char *begin = c->at;
    int64_t v = 0;

    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        if (c->at - begin == 10) return false;
        v = v * 10 + (*c->at - '0');
    }
    *out = v;
    return c->at > begin;
}

/* The digits behind the point as microseconds; what is beyond them is cut. */
static bool take_micros(struct cursor *c, int64_t *out)
{
    const char *begin = c->at;
    int64_t scale = USEC_SECOND;

    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
        scale /= 10;
        *out += scale * (*c->at - '0');
    }
    return c->at > begin;
}

/* Adds count units to *value. */
static bool add_units(enum time_unit unit, int64_t count, int64_t *value)
{
    int64_t product;

    return !__builtin_mul_overflow(count, unit_size(unit), &product) && !__builtin_add_overflow(*value, product, value);
}

/* The fields from a unit to another: `3 04:05`, `1-6`, `90`; seconds may have a fraction. */
static bool take_fields(struct cursor *c, enum time_unit first, enum time_unit last, int64_t *value)
{
    int64_t count, micros = 0;

    for (enum time_unit unit = first;; unit++) {
        if (!take_number(c, &count) || (unit != first && count >= unit_limit(unit))) return false;
        if (!add_units(unit, count, value)) return false;
        if (unit == last) break;
        if (!take(c, separator(unit))) return false;
    }
    if (last == UNIT_SECOND && take(c, '.') && !take_micros(c, &micros)) return false;
    return !__builtin_add_overflow(*value, micros, value);
}

/* Without a qualifier the days and the seconds may be missing. */
static void guess_units(struct cursor c, enum time_unit *first, enum time_unit *last)
{
    int colons = 0;

    *first = UNIT_HOUR;
    for (; c.at < c.end; c.at++) {
        if (*c.at == ' ') *first = UNIT_DAY;
        colons += *c.at == ':';
    }
    *last = colons > 1 ? UNIT_SECOND : UNIT_MINUTE;
}

int interval_parse(struct type type, const char *text, size_t len, int64_t *out)
{
    struct cursor c = {text, text + len};
    bool negative = take(&c, '-');
    enum time_unit first = first_unit(type), last = last_unit(type);
    int64_t value = 0;

    if (!negative) take(&c, '+');
    if (!type.first && type.kind == TYPE_INTERVAL_DAY) guess_units(c, &first, &last);
    if (!take_fields(&c, first, last, &value) || c.at != c.end) return -1;
    *out = negative ? -value : value;
    return 0;
}
