/* decimal.c - see decimal.h.
 *
 * Most results are made in 128 bits. Where a step leaves them, it is made again in 256: products by the schoolbook
 * (Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm M, with two digits of 64 bits), quotients by the
 * shift and subtract of restoring division, a bit at a time (Hennessy and Patterson, Computer Architecture, appendix
 * J). */
#include "base/decimal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef unsigned __int128 u128;

/* ---- powers of ten ---- */

__int128 decimal_power(int n)
{
    // clang-format off
    static const int64_t powers[] = {
        1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
        1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
        1000000000000000000,
    };
    // clang-format on

    assert(n >= 0 && n <= DECIMAL_POWER_MAX);
    if (n <= 18) return powers[n];
    return n <= 36 ? (__int128)powers[18] * powers[n - 18] : (__int128)powers[18] * powers[18] * powers[n - 36];
}

static u128 magnitude(__int128 v)
{
    return v < 0 ? 0 - (u128)v : (u128)v;
}

bool decimal_fits(__int128 v, int digits)
{
    return magnitude(v) < (u128)decimal_power(digits);
}

int decimal_digits(__int128 v)
{
    int digits = 0;

    while (digits < DECIMAL_POWER_MAX && !decimal_fits(v, digits)) digits++;
    return digits;
}

/* ---- 256 bits ---- */

/* In two's complement where it can be negative. */
struct wide {
    u128 high, low;
};

static struct wide wide_product(u128 a, u128 b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    u128 low = (u128)a0 * b0, mid = (u128)a1 * b0 + (uint64_t)(low >> 64), mid2 = (u128)a0 * b1 + (uint64_t)mid;

    return (struct wide){.high = (u128)a1 * b1 + (mid >> 64) + (mid2 >> 64), .low = mid2 << 64 | (uint64_t)low};
}

static struct wide wide_negative(struct wide v)
{
    return (struct wide){.high = ~v.high + (v.low == 0), .low = 0 - v.low};
}

static struct wide wide_sum(struct wide a, struct wide b)
{
    u128 low = a.low + b.low;

    return (struct wide){.high = a.high + b.high + (low < a.low), .low = low};
}

static struct wide wide_scaled(__int128 v, int up)
{
    struct wide product = wide_product(magnitude(v), (u128)decimal_power(up));

    return v < 0 ? wide_negative(product) : product;
}

/* The low 128 bits of the quotient; *fits says whether they are all of it. b < 2^127. */
static u128 wide_divide(struct wide a, u128 b, u128 *remainder, bool *fits)
{
    u128 rest = a.high % b, quotient = 0;

    *fits = a.high < b;
    if (a.high == 0) {
        quotient = a.low / b;
        *remainder = a.low - quotient * b;
        return quotient;
    }
    for (int bit = 127; bit >= 0; bit--) {
        rest = rest << 1 | (a.low >> bit & 1);
        quotient <<= 1;
        if (rest < b) continue;
        rest -= b;
        quotient |= 1;
    }
    *remainder = rest;
    return quotient;
}

/* ---- arithmetic ---- */

/* The result of magnitude and sign. */
static bool put(u128 v, bool negative, __int128 *out)
{
    if (v >= (u128)decimal_power(DECIMAL_POWER_MAX)) return false;
    *out = negative ? -(__int128)v : (__int128)v;
    return true;
}

/* a / b, both magnitudes, rounded. */
static bool put_quotient(struct wide a, u128 b, bool negative, __int128 *out)
{
    u128 rest, quotient;
    bool fits;

    if (b == 1) return a.high == 0 && put(a.low, negative, out);
    quotient = wide_divide(a, b, &rest, &fits);
    return fits && quotient != ~(u128)0 && put(quotient + (rest >= b - rest), negative, out);
}

bool decimal_sum(__int128 a, int up_a, __int128 b, int up_b, int down, __int128 *out)
{
    __int128 x, y, sum;
    struct wide wide;
    bool negative;

    if (!__builtin_mul_overflow(a, decimal_power(up_a), &x) && !__builtin_mul_overflow(b, decimal_power(up_b), &y) &&
        !__builtin_add_overflow(x, y, &sum)) {
        if (!down) return put(magnitude(sum), sum < 0, out);
        return put_quotient((struct wide){.low = magnitude(sum)}, (u128)decimal_power(down), sum < 0, out);
    }
    wide = wide_sum(wide_scaled(a, up_a), wide_scaled(b, up_b));
    negative = wide.high >> 127;
    return put_quotient(negative ? wide_negative(wide) : wide, (u128)decimal_power(down), negative, out);
}

bool decimal_rescale(__int128 v, int from, int to, __int128 *out)
{
    return to >= from ? decimal_sum(v, to - from, 0, 0, 0, out) : decimal_sum(v, 0, 0, 0, from - to, out);
}

bool decimal_product(__int128 a, __int128 b, int down, __int128 *out)
{
    struct wide product = wide_product(magnitude(a), magnitude(b));

    return put_quotient(product, (u128)decimal_power(down), (a < 0) != (b < 0), out);
}

bool decimal_quotient(__int128 a, int up, __int128 b, __int128 *out)
{
    struct wide dividend = wide_product(magnitude(a), (u128)decimal_power(up));

    return put_quotient(dividend, magnitude(b), (a < 0) != (b < 0), out);
}

__int128 decimal_remainder(__int128 a, int up_a, __int128 b, int up_b)
{
    struct wide dividend = wide_product(magnitude(a), (u128)decimal_power(up_a)),
                divisor = wide_product(magnitude(b), (u128)decimal_power(up_b));
    bool fits;
    u128 rest;

    assert(up_a == 0 || up_b == 0);
    if (divisor.high || divisor.low >> 127) return a; /* greater than a: up_a is 0 then */
    wide_divide(dividend, divisor.low, &rest, &fits);
    return a < 0 ? -(__int128)rest : (__int128)rest;
}

/* ---- as text ---- */

int decimal_print(__int128 v, int scale, char out[NUM_TEXT_MAX])
{
    char digits[NUM_TEXT_MAX], *at = out;
    int len = num_print_int128(v < 0 ? -v : v, digits), whole = len - scale;

    if (v < 0) *at++ = '-';
    if (whole <= 0) *at++ = '0';
    for (int i = 0; i < whole; i++) *at++ = digits[i];
    if (scale) *at++ = '.';
    for (int i = whole; i < 0; i++) *at++ = '0';
    for (int i = whole > 0 ? whole : 0; i < len; i++) *at++ = digits[i];
    return (int)(at - out);
}

/* A text being read: where, and the digits so far. */
struct reader {
    const char *at, *end;
    u128 value;   /* of the first 38 digits that count */
    int kept;     /* of them, without leading zeros */
    int64_t left; /* digits that have not been kept: value is to be multiplied by 10^left */
    int next;     /* the first of those; -1: there is none */
};

static bool is_digit(const struct reader *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static void keep_digit(struct reader *r, int digit)
{
    if (r->kept == DECIMAL_POWER_MAX) {
        if (r->next < 0) r->next = digit;
        r->left++;
        return;
    }
    r->value = r->value * 10 + (unsigned)digit;
    r->kept += r->kept || digit;
}

/* Returns how many there were. */
static int64_t read_digits(struct reader *r)
{
    const char *from = r->at;

    for (; is_digit(r); r->at++) keep_digit(r, *r->at - '0');
    return r->at - from;
}

static bool read_sign(struct reader *r)
{
    bool negative = r->at < r->end && *r->at == '-';

    if (negative || (r->at < r->end && *r->at == '+')) r->at++;
    return negative;
}

/* Adds what stands behind an E to *exponent; far beyond any that matters it stays where it is. */
static bool read_exponent(struct reader *r, int64_t *exponent)
{
    enum { FAR = 1000000 };
    int64_t value = 0;
    bool negative;

    if (r->at == r->end || (*r->at != 'e' && *r->at != 'E')) return true;
    r->at++;
    negative = read_sign(r);
    if (!is_digit(r)) return false;
    for (; is_digit(r); r->at++) value = value < FAR ? value * 10 + (*r->at - '0') : value;
    *exponent += negative ? -value : value;
    return true;
}

/* value * 10^power, rounded by the digits that were not kept when none of those that were is cut. */
static int scaled(const struct reader *r, int64_t power, bool negative, __int128 *out)
{
    __int128 v = (__int128)r->value;

    if (r->value == 0 || power < -DECIMAL_POWER_MAX) {
        *out = 0;
        return 0;
    }
    if (power > DECIMAL_POWER_MAX) return -2;
    if (power == 0 && r->next >= 5 && !put((u128)v + 1, false, &v)) return -2;
    if (!decimal_rescale(v, power < 0 ? (int)-power : 0, power < 0 ? 0 : (int)power, &v)) return -2;
    *out = negative ? -v : v;
    return 0;
}

int decimal_parse(const char *text, size_t len, int scale, __int128 *out)
{
    struct reader r = {.at = text, .end = text + len, .next = -1};
    bool negative = read_sign(&r);
    int64_t whole = read_digits(&r), behind = 0, exponent = 0;

    if (r.at < r.end && *r.at == '.') {
        r.at++;
        behind = read_digits(&r);
    }
    if (whole + behind == 0 || !read_exponent(&r, &exponent) || r.at != r.end) return -1;
    return scaled(&r, exponent - behind + r.left + scale, negative, out);
}

/* ---- doubles ---- */

double decimal_to_double(__int128 v, int scale)
{
    enum { EXACT_POWER_MAX = 22 }; /* powers of ten up to this one are exact doubles, so one division rounds once */
    const __int128 exact_max = (__int128)1 << 53;
    char text[NUM_TEXT_MAX];
    double out = 0;
    int len;

    if (scale == 0) return (double)v;
    if (v >= -exact_max && v <= exact_max && scale <= EXACT_POWER_MAX) return (double)v / (double)decimal_power(scale);
    len = decimal_print(v, scale, text);
    len = num_parse_double(text, (size_t)len, &out);
    assert(len == 0);
    return out;
}

bool decimal_from_float(float d, int scale, __int128 *out)
{
    char text[NUM_TEXT_MAX];

    if (!isfinite(d)) return false;
    return decimal_parse(text, (size_t)num_print_float(d, text), scale, out) == 0;
}

bool decimal_from_double(double d, int scale, __int128 *out)
{
    char text[NUM_TEXT_MAX];

    if (!isfinite(d)) return false;
    return decimal_parse(text, (size_t)num_print_double(d, text), scale, out) == 0;
}
