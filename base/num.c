/* num.c - see num.h.
 *
 * Printing: a double whose shortest text has at most 15 digits and a place or more behind the point is found by scaling
 * with powers of ten (exact up to 10^22); the others by printing 15, 16, 17 digits until one reads back.
 * Parsing: a mantissa below 2^53 and a power of ten up to 22 are exact doubles, so one multiplication or division
 * rounds once (Clinger, 1990); the others go to strtod, as a bounded copy in a normal form. Both assume the "C" locale,
 * which the program never leaves. */
#include "base/num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
// clang-format off
static const uint64_t power_of_ten_u64[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
    1000000000000000000, 10000000000000000000u,
};
// clang-format on
typedef unsigned __int128 u128;

enum { EXACT_POWER_MAX = 22, U64_POWER_MAX = 19 };
#define EXACT_MANTISSA_MAX (UINT64_C(1) << 53)

/* digits * 10^exponent. */
struct decimal {
    uint64_t digits;
    int exponent;
};

/* Writes the digits of v, ending just before `end`; returns where they begin. At least `min` digits. */
static char *digits_before(char *end, uint64_t v, int min)
{
    char *p = end;

    while (v || end - p < min) {
        *--p = (char)('0' + v % 10);
        v /= 10;
    }
    return p;
}

static char *put_digits(char *out, uint64_t v, int min)
{
    char tmp[24], *end = tmp + sizeof tmp, *from = digits_before(end, v, min);

    memcpy(out, from, (size_t)(end - from));
    return out + (end - from);
}

static int finish(char *begin, char *end)
{
    *end = '\0';
    return (int)(end - begin);
}

int num_print_int(int64_t v, char out[NUM_TEXT_MAX])
{
    char *p = out;

    if (v < 0) *p++ = '-';
    return finish(out, put_digits(p, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 1));
}

int num_print_int128(__int128 v, char out[NUM_TEXT_MAX])
{
    const uint64_t chunk = UINT64_C(10000000000000000000); /* 10^19 */
    u128 rest = v < 0 ? 0 - (u128)v : (u128)v;
    char tmp[64], *end = tmp + sizeof tmp, *from = end;

    while (rest >= chunk) {
        from = digits_before(from, (uint64_t)(rest % chunk), 19);
        rest /= chunk;
    }
    from = digits_before(from, (uint64_t)rest, 1);
    if (v < 0) *--from = '-';
    memcpy(out, from, (size_t)(end - from));
    return finish(out, out + (end - from));
}

/* The decimal of at most 15 digits, few of them behind the point, that reads back as v (positive). Division rounds
 * once, so equality proves it; the first k that succeeds has the fewest digits. */
static bool short_decimal(double v, struct decimal *out)
{
    for (int k = 1; k <= 6; k++) {
        double scaled = v * power_of_ten[k];
        uint64_t digits;

        if (scaled >= 1e15) return false;
        digits = (uint64_t)(scaled + 0.5);
        if ((double)digits / power_of_ten[k] == v) {
            *out = (struct decimal){digits, -k};
            return true;
        }
    }
    return false;
}

/* The gap below a power of two is half the gap above, so there a decimal may read back that is not the nearest. */
static bool is_power_of_two(double v)
{
    int exponent;

    return frexp(v, &exponent) == 0.5;
}

/* How many decimal places give v (1e-3 <= v < 1e15) 17 digits in all. */
static int places_for_17(double v)
{
    int whole = 0;

    if (v < 0.1) return v < 0.01 ? 19 : 18;
    while (power_of_ten[whole] <= v) whole++;
    return 17 - whole;
}

/* The shortest decimal that reads back as v, for 1e-3 <= v < 1e15 and no power of two.
 * v is m / 2^shift; times 10^places it has 17 digits before the point, which always read back. `exact` holds that in
 * units of 2^-(shift + 1), in which half the gap between doubles is 10^places. Digits are taken off while the rounded
 * rest stays within half a gap (on its border only for an even m, as reading rounds). */
static bool middle_decimal(double v, struct decimal *out)
{
    int exponent, places, shift;
    uint64_t m, whole;
    u128 exact, half_gap;

    if (v < 1e-3 || v >= 1e15 || is_power_of_two(v)) return false;
    places = places_for_17(v);
    m = (uint64_t)ldexp(frexp(v, &exponent), 53);
    shift = 53 - exponent;
    exact = (u128)m * 2 * power_of_ten_u64[places];
    half_gap = power_of_ten_u64[places];
    whole = (uint64_t)(exact >> (shift + 1));
    *out = (struct decimal){(uint64_t)((exact + ((u128)1 << shift)) >> (shift + 1)), -places};
    for (int off = 1; off < 17; off++) {
        uint64_t power = power_of_ten_u64[off], kept = (whole + power / 2) / power;
        u128 near = (u128)(kept * power) << (shift + 1), distance = near > exact ? near - exact : exact - near;

        if (distance > half_gap || (distance == half_gap && (m & 1))) break;
        *out = (struct decimal){kept, off - places};
    }
    return true;
}

/* v rounded to `count` significant digits. */
static struct decimal rounded_decimal(double v, int count)
{
    char text[40];
    struct decimal d = {0};
    const char *p;

    snprintf(text, sizeof text, "%.*e", count - 1, v);
    for (p = text; *p != 'e'; p++) {
        if (*p != '.') d.digits = d.digits * 10 + (uint64_t)(*p - '0');
    }
    d.exponent = atoi(p + 1) - (count - 1);
    return d;
}

static bool reads_back(struct decimal d, double v)
{
    char text[40];

    snprintf(text, sizeof text, "%llue%d", (unsigned long long)d.digits, d.exponent);
    return strtod(text, NULL) == v;
}

/* The decimal of fewest digits that reads back as v (positive, finite). 15 digits are enough to hold any shorter one;
 * subnormals have fewer digits to begin with. */
static struct decimal shortest_decimal(double v)
{
    for (int count = v < 0x1p-1022 ? 1 : 15; count < 17; count++) {
        struct decimal d = rounded_decimal(v, count);

        if (reads_back(d, v)) return d;
        d.digits++;
        if (is_power_of_two(v) && reads_back(d, v)) return d;
    }
    return rounded_decimal(v, 17);
}

static void strip_zeros(struct decimal *d)
{
    while (d->digits % 10 == 0) {
        d->digits /= 10;
        d->exponent++;
    }
}

static char *lay_out_scientific(char *out, const char *digits, int count, int exponent)
{
    *out++ = digits[0];
    if (count > 1) {
        *out++ = '.';
        memcpy(out, digits + 1, (size_t)count - 1);
        out += count - 1;
    }
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    return put_digits(out, (uint64_t)abs(exponent), 2);
}

/* `point` digits stand before the point: -3 to 16 (0 and less: zeros follow it). A whole number gets ".0". */
static char *lay_out_plain(char *out, const char *digits, int count, int point)
{
    int whole = point < 0 ? 0 : point;

    if (whole == 0) *out++ = '0';
    for (int i = 0; i < whole; i++) *out++ = i < count ? digits[i] : '0';
    *out++ = '.';
    for (int i = point; i < 0; i++) *out++ = '0';
    for (int i = whole; i < count; i++) *out++ = digits[i];
    if (count <= whole) *out++ = '0';
    return out;
}

static char *lay_out(char *out, struct decimal d)
{
    char digits[24], *end;
    int count, point;

    strip_zeros(&d);
    end = put_digits(digits, d.digits, 1);
    count = (int)(end - digits);
    point = count + d.exponent;
    if (point < -3 || point > 16) return lay_out_scientific(out, digits, count, point - 1);
    return lay_out_plain(out, digits, count, point);
}

static int copy_word(const char *word, char *out)
{
    strcpy(out, word);
    return (int)strlen(word);
}

static int print_word(double v, char *out)
{
    if (isnan(v)) return copy_word("NaN", out);
    return copy_word(v > 0 ? "Infinity" : "-Infinity", out);
}

int num_print_double(double v, char out[NUM_TEXT_MAX])
{
    double size = fabs(v);
    struct decimal d;
    char *p = out;

    if (!isfinite(v)) return print_word(v, out);
    if (signbit(v)) *p++ = '-';
    if (size < 1e15 && size == (double)(int64_t)size) {
        p = put_digits(p, (uint64_t)size, 1);
        *p++ = '.';
        *p++ = '0';
        return finish(out, p);
    }
    if (!short_decimal(size, &d) && !middle_decimal(size, &d)) d = shortest_decimal(size);
    return finish(out, lay_out(p, d));
}

static bool reads_back_as_float(struct decimal d, float v)
{
    char text[40];

    snprintf(text, sizeof text, "%llue%d", (unsigned long long)d.digits, d.exponent);
    return strtof(text, NULL) == v;
}

/* The decimal of fewest digits that reads back as v (positive, finite). */
static struct decimal shortest_float_decimal(float v)
{
    for (int count = 1; count < 9; count++) {
        struct decimal d = rounded_decimal((double)v, count);

        if (reads_back_as_float(d, v)) return d;
        d.digits++;
        if (is_power_of_two((double)v) && reads_back_as_float(d, v)) return d;
    }
    return rounded_decimal((double)v, 9);
}

int num_print_float(float v, char out[NUM_TEXT_MAX])
{
    char *p = out;

    if (!isfinite(v) || v == 0) return num_print_double((double)v, out);
    if (signbit(v)) *p++ = '-';
    return finish(out, lay_out(p, shortest_float_decimal(fabsf(v))));
}

int num_parse_int(const char *text, size_t len, int64_t *out)
{
    bool negative = len && text[0] == '-', fits = true;
    size_t i = len && (text[0] == '-' || text[0] == '+');
    uint64_t v = 0, limit = (uint64_t)INT64_MAX + negative;

    if (i == len) return -1;
    for (; i < len; i++) {
        unsigned digit = (unsigned)(text[i] - '0');

        if (digit > 9) return -1;
        if (v > (limit - digit) / 10) fits = false;
        v = v * 10 + digit;
    }
    if (!fits) return -2;
    *out = (int64_t)(negative ? 0 - v : v);
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number's text, taken apart. */
struct scan {
    bool negative;
    const char *digits, *end; /* of the mantissa, which may hold one point */
    int64_t count;            /* its digits */
    int64_t behind;           /* those behind the point */
    int64_t exponent;         /* as written behind the e; cut to +-10^9 */
    uint64_t mantissa;        /* all digits; meaningless when there are more than 19 */
};

/* Reads digits up to the next other byte. */
static const char *scan_digits(struct scan *s, const char *p, const char *end)
{
    uint64_t mantissa = s->mantissa;

    for (; p < end && is_digit(*p); p++) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
    s->mantissa = mantissa;
    return p;
}

/* Reads [sign] digits behind an e; NULL when there are none. */
static const char *scan_exponent(struct scan *s, const char *p, const char *end)
{
    bool negative = p < end && *p == '-';

    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end || !is_digit(*p)) return NULL;
    for (; p < end && is_digit(*p); p++) {
        if (s->exponent < 100000000) s->exponent = s->exponent * 10 + (*p - '0');
    }
    if (negative) s->exponent = -s->exponent;
    return p;
}

/* Whether the whole text is [sign] digits [. digits] [e exponent], with a digit before the e. */
static bool scan_number(struct scan *s, const char *p, const char *end)
{
    const char *point = NULL;

    if (p < end && (*p == '-' || *p == '+')) s->negative = *p++ == '-';
    s->digits = p;
    p = scan_digits(s, p, end);
    if (p < end && *p == '.') {
        point = p++;
        p = scan_digits(s, p, end);
        s->behind = p - point - 1;
    }
    s->end = p;
    s->count = p - s->digits - (point != NULL);
    if (s->count == 0) return false;
    if (p < end && (*p == 'e' || *p == 'E')) p = scan_exponent(s, p + 1, end);
    return p == end;
}

/* No double, and no middle between two, has more than 768 significant digits: of what lies behind them only whether it
 * is zero matters. */
enum { SIGNIFICANT_MAX = 770 };

/* The number without its sign as a text that strtod takes; "0" if it is 0. */
static void normal_form(const struct scan *s, char text[SIGNIFICANT_MAX + 40])
{
    int kept = 0;
    int64_t dropped = 0;
    bool more = false;

    for (const char *p = s->digits; p < s->end; p++) {
        if (*p == '.' || (!kept && *p == '0')) continue;
        if (kept < SIGNIFICANT_MAX) {
            text[kept++] = *p;
            continue;
        }
        dropped++;
        more |= *p != '0';
    }
    if (!kept) text[kept++] = '0';
    snprintf(text + kept, SIGNIFICANT_MAX + 40 - (size_t)kept, "%se%lld", more ? ".1" : "",
             (long long)(s->exponent - s->behind + dropped));
}

static double parse_slowly(const struct scan *s)
{
    char text[SIGNIFICANT_MAX + 40];

    normal_form(s, text);
    return strtod(text, NULL);
}

/* m / 10^places, rounded once: the quotient has at least 64 bits, so a lowest bit that stands for the rest of the
 * division lies behind all that rounding keeps. */
static double divide_by_power(uint64_t m, int places)
{
    int up = 64 + __builtin_clzll(m);
    u128 dividend = (u128)m << up, quotient = dividend / power_of_ten_u64[places];

    quotient |= quotient * power_of_ten_u64[places] != dividend;
    return ldexp((double)quotient, -up);
}

static double scan_value(const struct scan *s)
{
    int64_t exponent = s->exponent - s->behind, size = exponent < 0 ? -exponent : exponent;

    if (s->count > 19) return parse_slowly(s);
    if (s->mantissa == 0) return 0;
    if (s->mantissa <= EXACT_MANTISSA_MAX && size <= EXACT_POWER_MAX) {
        return exponent < 0 ? (double)s->mantissa / power_of_ten[size] : (double)s->mantissa * power_of_ten[size];
    }
    if (size > U64_POWER_MAX) return parse_slowly(s);
    if (exponent < 0) return divide_by_power(s->mantissa, (int)size);
    return (double)((u128)s->mantissa * power_of_ten_u64[size]);
}

/* NaN, Infinity with a sign or none. */
static int parse_word(const char *text, size_t len, double *out)
{
    struct str word = str_of(text, len);
    bool negative = len && text[0] == '-';

    if (str_equal_nocase(word, str_lit("NaN"))) {
        *out = NAN;
        return 0;
    }
    if (len && (text[0] == '-' || text[0] == '+')) word = str_of(text + 1, len - 1);
    if (!str_equal_nocase(word, str_lit("Infinity"))) return -1;
    *out = negative ? -INFINITY : INFINITY;
    return 0;
}

int num_parse_double(const char *text, size_t len, double *out)
{
    struct scan s = {0};
    double v;

    if (!scan_number(&s, text, text + len)) return parse_word(text, len, out);
    v = scan_value(&s);
    *out = s.negative ? -v : v;
    return 0;
}

/* Whether a double lies in the middle between two floats, or near the least of them: there rounding twice may go wrong.
 */
static bool is_middle_of_floats(double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof bits);
    return (bits & UINT64_C(0x1fffffff)) == UINT64_C(0x10000000) || v < (double)FLT_MIN;
}

int num_parse_float(const char *text, size_t len, float *out)
{
    struct scan s = {0};
    char normal[SIGNIFICANT_MAX + 40];
    double v;
    float f;

    if (!scan_number(&s, text, text + len)) {
        if (parse_word(text, len, &v)) return -1;
        *out = (float)v;
        return 0;
    }
    v = scan_value(&s);
    f = (float)v;
    if (is_middle_of_floats(v)) {
        normal_form(&s, normal);
        f = strtof(normal, NULL);
    }
    *out = s.negative ? -f : f;
    return 0;
}
