/* json.h - JSON as bytes: a reader that checks what it passes over, and a writer. Knows no columns.
 *
 * The reader is a cursor that moves from value to value on demand; it allocates nothing and copies nothing. All it has
 * passed is well-formed by RFC 8259 (control characters, escapes with their surrogate pairs, the grammar of numbers),
 * except that it takes bytes over 0x7f inside strings as they are: whether a document is UTF-8 is asked once, of all
 * its bytes (json_is_utf8). Duplicate keys are all shown. Never accepts a byte at or behind the document's end, but may
 * look at up to JSON_PADDING bytes there. */
#ifndef WEIR_BASE_JSON_H
#define WEIR_BASE_JSON_H

#include "base/mem.h"

enum { JSON_PADDING = 64, JSON_DEPTH_MAX = 512 };

struct json {
    const char *begin, *at, *end;
    const char *problem; /* after a -1: what is wrong at `at`: "expected ',' or '}'" */
    int depth;           /* objects and arrays that are open */
    bool portable;       /* may be set after json_begin: then no vectors are used; the results are the same */
};

/* A string's bytes between its quotes, as written. */
struct json_text {
    const char *ptr;
    size_t len;
    bool escaped; /* holds escapes: json_unescape makes the text */
};

/* (-1)^negative * mantissa * 10^exponent, exactly, if digits <= 19; else only the text has it all. */
struct json_number {
    struct str text;
    uint64_t mantissa;
    int exponent;
    int digits; /* all of them, leading zeros too */
    bool negative;
    bool plain; /* has no point and no exponent */
};

void json_begin(struct json *j, const char *text, size_t len);
bool json_is_utf8(const char *text, size_t len);

char json_peek_slowly(struct json *j);
/* Skips blanks; the byte that follows, or 0 at the end (a 0 byte is no JSON either). */
static inline char json_peek(struct json *j)
{
    bool slow = j->at >= j->end || *j->at <= ' ';

    return slow ? json_peek_slowly(j) : *j->at;
}

/* The fast lane, for a hot loop that keeps the cursor in a register. They give up (NULL) on all but the usual: then
 * call the slow twin, which is exact about everything. Else they return the byte behind the value. */

/* A string of at most 32 bytes without escapes, at its quote. */
static inline const char *json_short_string(const char *p, const char *end, size_t *len);
/* An integer of at most 7 digits. */
static inline const char *json_short_int(const char *p, const char *end, int64_t *out);
/* A number of at most 7 digits before and behind the point. (All of them are an exact double, and so is the power of
 * ten that divides them: it rounds once.) */
static inline const char *json_short_double(const char *p, const char *end, double *out);

/* Any number that json_short_double takes, without its value; true, false or null. */
static inline const char *json_skip_short_number(const char *p, const char *end);
static inline const char *json_skip_short_literal(const char *p, const char *end);

/* Each reads one value that begins at the cursor (no blanks before it) and leaves the cursor behind it. 0, or -1 with
 * problem set and the cursor at the place. */
int json_skip(struct json *j);                                 /* any value */
int json_read_string(struct json *j, struct json_text *out);   /* at a quote */
int json_read_number(struct json *j, struct json_number *out); /* at a digit or '-' (else it is a problem) */
int json_read_literal(struct json *j);                         /* true, false or null */

/* Steps into the object or array at the cursor. */
int json_enter(struct json *j);
/* Moves on to member or element number `position` (count from 0; each value must have been read). 1: the cursor is at
 * its value; 0: there is none, the cursor is behind the closing bracket; -1. */
int json_next_member(struct json *j, int position, struct json_text *key);
int json_next_element(struct json *j, int position);
/* 0 if only blanks follow. */
int json_end(struct json *j);

/* Writes the text of a string that json_read_string has read; out has room for len bytes. Returns the text's length. */
size_t json_unescape(const char *raw, size_t len, char *out);
/* 0; -1: not whole (1.0 and 1e3 are); -2: does not fit 64 bits. */
int json_number_int(const struct json_number *n, int64_t *out);
/* Correctly rounded; an infinity when it is too large. */
double json_number_double(const struct json_number *n);

/* Appends a string in quotes, with escapes for quotes, backslashes and control characters. */
void json_put_string(struct buf *out, const char *text, size_t len);
/* Appends a number; NaN and the infinities, which JSON does not have, as strings. */
void json_put_double(struct buf *out, double v);

/* ---- the fast lane's code ---- */

#define JSON_BYTES(b) (UINT64_C(0x0101010101010101) * (b))

#ifdef __SSE2__
#include <emmintrin.h>

/* Bit i: byte i of 32 is the same at a and at b. */
static inline uint32_t json_same_bytes(const char *a, const char *b)
{
    __m128i low = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a), _mm_loadu_si128((const __m128i *)b));
    __m128i high = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)a + 1), _mm_loadu_si128((const __m128i *)b + 1));

    return (uint32_t)_mm_movemask_epi8(low) | (uint32_t)_mm_movemask_epi8(high) << 16;
}

/* How many of the 16 bytes at p are plain: no quote, backslash or control character. */
static inline unsigned json_plain_bytes(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)p);
    __m128i quotes = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);

    return (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(_mm_or_si128(quotes, controls)) | 1u << 16);
}
#else
static inline uint32_t json_same_bytes(const char *a, const char *b)
{
    uint32_t same = 0;

    for (int i = 0; i < 32; i++) same |= (uint32_t)(a[i] == b[i]) << i;
    return same;
}

static inline unsigned json_plain_bytes(const char *p)
{
    unsigned n = 0;

    while (n < 16 && (unsigned char)p[n] >= 0x20 && p[n] != '"' && p[n] != '\\') n++;
    return n;
}
#endif

static inline const char *json_short_string(const char *p, const char *end, size_t *len)
{
    unsigned plain = json_plain_bytes(p + 1);
    const char *close;

    if (plain == 16) plain += json_plain_bytes(p + 17);
    close = p + 1 + plain;
    *len = plain;
    return close < end && *close == '"' ? close + 1 : NULL;
}

/* The value of 8 bytes 0 to 9, the first in the lowest byte. */
static inline uint64_t json_eight_digits(uint64_t v)
{
    v = (v * 10 + (v >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    v = (v * 100 + (v >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (v * 10000 + (v >> 32)) & UINT32_MAX;
}

/* The 8 bytes at p less '0' each, and eight times the number of digits they begin with (1 to 7); 0 when there are none
 * or more. */
static inline unsigned json_digit_bits(const char *p, uint64_t *values)
{
    uint64_t v = get_u64(p) ^ JSON_BYTES('0');
    uint64_t others = (v | (v + JSON_BYTES(6))) & JSON_BYTES(0xf0); /* not 0 to 9; only the lowest counts */

    *values = v;
    return others ? (unsigned)__builtin_ctzll(others) & ~7u : 0;
}

/* The number of digits at p (1 to 7) and their value; 0 when there are none or more. */
static inline unsigned json_short_digits(const char *p, uint64_t *value)
{
    unsigned bits = json_digit_bits(p, value);

    *value = bits ? json_eight_digits(*value << (64 - bits)) : 0;
    return bits / 8;
}

/* Whether a number may end before p, or goes on. */
static inline bool json_number_goes_on(const char *p, const char *end)
{
    return p >= end || *p == '.' || (*p | 0x20) == 'e';
}

static inline const char *json_short_int(const char *p, const char *end, int64_t *out)
{
    bool negative = *p == '-';
    const char *digits = p + negative;
    uint64_t v;
    unsigned count = json_short_digits(digits, &v);

    if (count == 0 || (count > 1 && *digits == '0') || json_number_goes_on(digits + count, end)) return NULL;
    *out = negative ? -(int64_t)v : (int64_t)v;
    return digits + count;
}

static inline const char *json_short_double(const char *p, const char *end, double *out)
{
    static const double power_of_ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
    bool negative = *p == '-';
    const char *digits = p + negative;
    uint64_t v, fraction = 0;
    unsigned count = json_short_digits(digits, &v), behind = 0;

    if (count == 0 || (count > 1 && *digits == '0')) return NULL;
    digits += count;
    if (digits < end && *digits == '.') {
        behind = json_short_digits(digits + 1, &fraction);
        if (behind == 0) return NULL;
        digits += 1 + behind;
    }
    if (json_number_goes_on(digits, end)) return NULL;
    *out = ((double)v * power_of_ten[behind] + (double)fraction) / power_of_ten[behind];
    if (negative) *out = -*out;
    return digits;
}

static inline const char *json_skip_short_number(const char *p, const char *end)
{
    const char *digits = p + (*p == '-');
    uint64_t v;
    unsigned count = json_digit_bits(digits, &v) / 8;

    if (count == 0 || (count > 1 && *digits == '0')) return NULL;
    digits += count;
    if (digits < end && *digits == '.') {
        count = json_digit_bits(digits + 1, &v) / 8;
        if (count == 0) return NULL;
        digits += 1 + count;
    }
    return json_number_goes_on(digits, end) ? NULL : digits;
}

static inline const char *json_skip_short_literal(const char *p, const char *end)
{
    uint32_t word = get_u32(p);

    if (word == get_u32("true") || word == get_u32("null")) return p + 4 < end ? p + 4 : NULL;
    return word == get_u32("fals") && p + 5 < end && p[4] == 'e' ? p + 5 : NULL;
}

#endif
