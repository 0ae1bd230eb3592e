/* format_read.c - texts of records as values of a type: decimals, dates and times, intervals, bytes. */
#include "base/base64.h"
#include "base/decimal.h"
#include "planner/interval.h"
#include "runtime/format_class.h"

#include <string.h>

/* ---- decimals ---- */

enum misfit read_decimal(const char *text, size_t len, int scale, __int128 bound, __int128 *out)
{
    __int128 v;

    switch (decimal_parse(text, len, scale, &v)) {
    case 0: break;
    case -1: return MISFIT_TYPE;
    default: return MISFIT_RANGE;
    }
    if (v >= bound || v <= -bound) return MISFIT_RANGE;
    *out = v;
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
    if (interval_parse(type, text, len, out) == 0) return FITS;
    return interval_parse(type_of(type.kind), text, len, out) ? MISFIT_TYPE : FITS;
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
