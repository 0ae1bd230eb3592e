/* interval.c - see interval.h. */
#include "planner/interval.h"
#include "base/time.h"

#include <stdio.h>

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

int interval_day_print(int64_t span, char out[INTERVAL_TEXT_MAX])
{
    uint64_t v = magnitude(span);
    unsigned long days = (unsigned long)(v / USEC_DAY);
    unsigned seconds = (unsigned)(v % USEC_DAY / USEC_SECOND);
    int n = snprintf(out, INTERVAL_TEXT_MAX / 2, "%c%lu %02u:%02u:%02u", span < 0 ? '-' : '+', days, seconds / 3600,
                     seconds / 60 % 60, seconds % 60);

    return n + print_fraction((unsigned)(v % USEC_SECOND), out + n);
}

int interval_month_print(int64_t months, char out[INTERVAL_TEXT_MAX])
{
    uint64_t v = magnitude(months);

    return snprintf(out, INTERVAL_TEXT_MAX, "%c%lu-%02u", months < 0 ? '-' : '+', (unsigned long)(v / 12),
                    (unsigned)(v % 12));
}

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

/* Digits, at most 12 of them, up to `max`. */
static bool take_number(struct cursor *c, int64_t max, int64_t *out)
{
    const char *begin = c->at;
    int64_t v = 0;

    while (c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - begin < 12) v = v * 10 + (*c->at++ - '0');
    *out = v;
    return c->at > begin && v <= max;
}

static bool take_sign(struct cursor *c)
{
    if (take(c, '-')) return true;
    take(c, '+');
    return false;
}

/* The digits behind the point, 1 to 9, as microseconds. */
static bool take_micros(struct cursor *c, int64_t *out)
{
    const char *begin = c->at;
    int64_t v = 0, scale = USEC_SECOND;

    for (; c->at < c->end && *c->at >= '0' && *c->at <= '9' && c->at - begin < 9; c->at++) {
        scale /= 10;
        v += scale * (*c->at - '0');
    }
    *out = v;
    return c->at > begin;
}

static const int64_t hours_max = INT64_MAX / USEC_HOUR - 1, days_max = INT64_MAX / USEC_DAY - 1,
                     years_max = 100 * 1000 * 1000;

/* The part behind the hours: ":minutes[:seconds[.fraction]]". */
static bool take_minutes(struct cursor *c, int64_t *out)
{
    int64_t minutes, seconds = 0, micros = 0;

    if (!take(c, ':') || !take_number(c, 59, &minutes)) return false;
    if (take(c, ':') && !take_number(c, 59, &seconds)) return false;
    if (take(c, '.') && !take_micros(c, &micros)) return false;
    *out = minutes * USEC_MINUTE + seconds * USEC_SECOND + micros;
    return true;
}

int interval_day_parse(const char *text, size_t len, int64_t *out)
{
    struct cursor c = {text, text + len};
    bool negative = take_sign(&c);
    int64_t days = 0, hours, rest;

    if (!take_number(&c, hours_max, &hours)) return -1;
    if (take(&c, ' ')) {
        days = hours;
        if (days > days_max || !take_number(&c, 23, &hours)) return -1;
    }
    if (!take_minutes(&c, &rest) || c.at != c.end) return -1;
    *out = days * USEC_DAY + hours * USEC_HOUR + rest;
    if (negative) *out = -*out;
    return 0;
}

int interval_month_parse(const char *text, size_t len, int64_t *out)
{
    struct cursor c = {text, text + len};
    bool negative = take_sign(&c);
    int64_t years, months;

    if (!take_number(&c, years_max, &years) || !take(&c, '-') || !take_number(&c, 11, &months)) return -1;
    if (c.at != c.end) return -1;
    *out = years * 12 + months;
    if (negative) *out = -*out;
    return 0;
}
