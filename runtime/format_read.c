/* format_read.c - texts of records as values of a type: decimals, dates and times, intervals, bytes. */
#include "base/base64.h"
#include "planner/interval.h"
#include "runtime/format_class.h"

#include <string.h>

/* ---- decimals ---- */

/* A number's text, taken apart. */
struct number {
    bool negative;
    const char *digits, *end; /* of the mantissa, which may hold one point */
    int64_t whole;            /* digits before the point, less those that the exponent moves behind it */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* [sign] digits behind an e; false when there are none. Far beyond what fits any number, the value is cut. */
static bool take_exponent(const char *p, const char *end, int64_t *out)
{
    bool negative = p < end && *p == '-';
    int64_t v = 0;

    p += p < end && (*p == '-' || *p == '+');
    if (p == end) return false;
    for (; p < end; p++) {
        if (!is_digit(*p)) return false;
        if (v < 100000000) v = v * 10 + (*p - '0');
    }
    *out = negative ? -v : v;
    return true;
}

static bool take_number(const char *p, const char *end, struct number *out)
{
    const char *point = NULL;
    int64_t exponent = 0;

    out->negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    out->digits = p;
    for (; p < end && (is_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.') point = p;
    }
    out->end = p;
    if (out->end - out->digits == (point != NULL)) return false;
    if (p < end && ((*p | 0x20) != 'e' || !take_exponent(p + 1, end, &exponent))) return false;
    out->whole = (point ? point : out->end) - out->digits + exponent;
    return true;
}

enum misfit read_decimal(const char *text, size_t len, int scale, __int128 bound, __int128 *out)
{
    struct number n;
    __int128 v = 0;
    int64_t kept;

    if (!take_number(text, text + len, &n)) return MISFIT_TYPE;
    kept = n.whole + scale;
    for (const char *p = n.digits; p < n.end && kept >= 0; p++) {
        int digit = *p - '0';

        if (*p == '.') continue;
        if (kept-- == 0) {
            v += digit >= 5;
            break;
        }
        if (v > (bound - 1 - digit) / 10) return MISFIT_RANGE;
        v = v * 10 + digit;
    }
    for (; kept > 0 && v; kept--) {
        if (v > (bound - 1) / 10) return MISFIT_RANGE;
        v *= 10;
    }
    if (v >= bound) return MISFIT_RANGE;
    *out = n.negative ? -v : v;
    return FITS;
}

/* ---- dates and times ---- */

static usec day_begin(usec t)
{
    usec of_day = t % USEC_DAY;

    return t - (of_day < 0 ? of_day + USEC_DAY : of_day);
}

static int parse_time(enum type_kind kind, const struct time_format *format, const char *text, size_t len, usec *out)
{
    if (format) return time_format_parse(format, text, len, TIME_MATCH_ALL, out);
    if (kind == TYPE_TIME && time_parse_clock(text, len, out) == 0) return 0;
    return time_parse(text, len, out);
}

enum misfit read_time(enum type_kind kind, const struct time_format *format, enum read_time how, const char *text,
                      size_t len, usec *out)
{
    usec t, day;

    if (parse_time(kind, format, text, len, &t)) return MISFIT_TYPE;
    day = day_begin(t);
    if (kind == TYPE_DATE && t != day && how == READ_WHOLE_TIME && !format) return MISFIT_TYPE;
    *out = kind == TYPE_DATE ? day : kind == TYPE_TIME ? t - day : t;
    return FITS;
}

enum misfit read_interval(struct type type, const char *text, size_t len, int64_t *out)
{
    return interval_parse(type, text, len, out) ? MISFIT_TYPE : FITS;
}

/* ---- bytes ---- */

static bool is_hex(const char *text, size_t len)
{
    return len >= 3 && (text[0] | 0x20) == 'x' && text[1] == '\'' && text[len - 1] == '\'';
}

enum misfit read_binary(struct arena *arena, const char *text, size_t len, struct text *out)
{
    char *bytes = arena_alloc(arena, len + sizeof(uint64_t));
    int64_t count = is_hex(text, len) ? hex_bytes(text + 2, len - 3, bytes) : base64_bytes(text, len, bytes);

    if (count < 0) return MISFIT_TYPE;
    *out = text_of(bytes, (size_t)count);
    return FITS;
}
