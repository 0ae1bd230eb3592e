/* json.c - reads JSON: see json.h. */
#include "base/json.h"
#include "base/num.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

static int fail(struct json *j, const char *at, const char *problem)
{
    j->at = at < j->end ? at : j->end;
    j->problem = problem;
    return -1;
}

/* ---- strings ---- */

/* The high bit of each byte of v that is less than n (n <= 128). Bytes above a true one may be wrong, so only the
 * lowest counts. */
static uint64_t less_than(uint64_t v, uint64_t n)
{
    return (v - JSON_BYTES(n)) & ~v & JSON_BYTES(0x80);
}

/* The first byte that ends the plain part of a string: a quote, a backslash or a control character; or end. */
static const char *plain_end_portable(const char *p, const char *end)
{
    for (; p < end; p += 8) {
        uint64_t v = get_u64(p);
        uint64_t hits = less_than(v, 0x20) | less_than(v ^ JSON_BYTES('"'), 1) | less_than(v ^ JSON_BYTES('\\'), 1);

        if (!hits) continue;
        p += __builtin_ctzll(hits) / 8;
        break;
    }
    return p < end ? p : end;
}

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2"))) static const char *plain_end_avx2(const char *p, const char *end)
{
    const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\'), control = _mm256_set1_epi8(0x1f);

    for (; p < end; p += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)p);
        __m256i quotes = _mm256_or_si256(_mm256_cmpeq_epi8(v, quote), _mm256_cmpeq_epi8(v, backslash));
        __m256i controls = _mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v);
        unsigned hits = (unsigned)_mm256_movemask_epi8(_mm256_or_si256(quotes, controls));

        if (!hits) continue;
        p += __builtin_ctz(hits);
        break;
    }
    return p < end ? p : end;
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}
#else
#define plain_end_avx2 plain_end_portable
static bool has_avx2(void)
{
    return false;
}
#endif

void json_begin(struct json *j, const char *text, size_t len)
{
    *j = (struct json){.begin = text, .at = text, .end = text + len, .portable = !has_avx2()};
}

char json_peek_slowly(struct json *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t')) j->at++;
    return j->at < j->end ? *j->at : '\0';
}

/* Looks at whole words, so a byte behind the end may send it the long way, which is exact. */
bool json_is_utf8(const char *text, size_t len)
{
    uint64_t all = 0;

    for (size_t i = 0; i < len; i += 32)
        all |= get_u64(text + i) | get_u64(text + i + 8) | get_u64(text + i + 16) | get_u64(text + i + 24);
    return !(all & JSON_BYTES(0x80)) || utf8_valid_prefix(text, len) == len;
}

/* The value of four hexadecimal digits, or -1. */
static int32_t hex4(const char *p)
{
    int32_t v = 0;

    for (int i = 0; i < 4; i++) {
        char c = p[i], letter = (char)(c | 0x20);

        if (c >= '0' && c <= '9')
            v = v * 16 + (c - '0');
        else if (letter >= 'a' && letter <= 'f')
            v = v * 16 + (letter - 'a' + 10);
        else
            return -1;
    }
    return v;
}

/* The unit of the \uXXXX at p, or -1. */
static int32_t escaped_unit(const char *p, const char *end)
{
    return end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2) : -1;
}

static bool is_high_surrogate(int32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_surrogate(int32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Behind the escape at p, or NULL when it is none. */
static const char *escape_end(const char *p, const char *end)
{
    int32_t unit;

    if (end - p < 2) return NULL;
    if (p[1] != 'u') return p[1] && strchr("\"\\/bfnrt", p[1]) ? p + 2 : NULL;
    unit = escaped_unit(p, end);
    if (unit < 0 || is_low_surrogate(unit)) return NULL;
    if (!is_high_surrogate(unit)) return p + 6;
    return is_low_surrogate(escaped_unit(p + 6, end)) ? p + 12 : NULL;
}

int json_read_string(struct json *j, struct json_text *out)
{
    const char *begin = j->at + 1, *p = begin;
    bool escaped = false;

    for (;;) {
        const char *next;

        p = j->portable ? plain_end_portable(p, j->end) : plain_end_avx2(p, j->end);
        if (p == j->end) return fail(j, p, "the string does not end");
        if (*p == '"') break;
        if (*p != '\\') return fail(j, p, "a control character in a string");
        next = escape_end(p, j->end);
        if (!next) return fail(j, p, "a bad escape in a string");
        p = next;
        escaped = true;
    }
    *out = (struct json_text){begin, (size_t)(p - begin), escaped};
    j->at = p + 1;
    return 0;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
        return out;
    }
    if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (c & 0x3f));
    return out;
}

/* The byte that a backslash and this letter stand for. */
static char unescaped_byte(char letter)
{
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
    }
}

/* Writes the character of the escape at p, which is a good one. */
static char *put_escape(char *out, const char *p)
{
    int32_t unit;

    if (p[1] != 'u') {
        *out++ = unescaped_byte(p[1]);
        return out;
    }
    unit = hex4(p + 2);
    if (!is_high_surrogate(unit)) return put_utf8(out, (uint32_t)unit);
    return put_utf8(out, 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(hex4(p + 8) - 0xdc00));
}

size_t json_unescape(const char *raw, size_t len, char *out)
{
    const char *p = raw, *end = raw + len;
    char *to = out;

    while (p < end) {
        const char *slash = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((slash ? slash : end) - p);

        memcpy(to, p, plain);
        to += plain;
        if (!slash) break;
        to = put_escape(to, slash);
        p = escape_end(slash, end);
        assert(p);
    }
    return (size_t)(to - out);
}

/* ---- numbers and literals ---- */

/* Appends the digits at p to the mantissa, 8 at a time: without a branch on how many there are. */
static inline const char *read_digits(const char *p, const char *end, uint64_t *mantissa)
{
    static const uint32_t power_of_ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    size_t count;

    do {
        uint64_t v = get_u64(p) ^ JSON_BYTES('0');
        uint64_t others = (v | (v + JSON_BYTES(6))) & JSON_BYTES(0xf0); /* not 0 to 9; only the lowest counts */
        size_t left = (size_t)(end - p);

        count = others ? (size_t)__builtin_ctzll(others) / 8 : 8;
        if (count > left) count = left;
        if (count == 0) break;
        *mantissa = *mantissa * power_of_ten[count] + json_eight_digits(v << (64 - 8 * count));
        p += count;
    } while (count == 8);
    return p;
}

enum { EXPONENT_MAX = 100000000 }; /* larger ones are taken as this: it decides nothing */

/* Reads what follows the e; NULL when there is no digit. */
static const char *read_exponent(const char *p, const char *end, int *exponent)
{
    bool negative = p < end && *p == '-';
    const char *digits;
    int v = 0;

    if (p < end && (*p == '-' || *p == '+')) p++;
    for (digits = p; p < end && *p >= '0' && *p <= '9'; p++) {
        if (v < EXPONENT_MAX) v = v * 10 + (*p - '0');
    }
    *exponent += negative ? -v : v;
    return p > digits ? p : NULL;
}

/* The part of a number behind its whole digits. */
static int read_fraction(struct json *j, const char *p, struct json_number *out)
{
    const char *end = j->end, *digits;

    if (*p == '.') {
        digits = ++p;
        p = read_digits(p, end, &out->mantissa);
        if (p == digits) return fail(j, p, "expected a digit");
        out->digits += (int)(p - digits);
        out->exponent = -(int)(p - digits);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        const char *behind = read_exponent(p + 1, end, &out->exponent);
        if (!behind) return fail(j, p + 1, "expected an exponent");
        p = behind;
    }
    out->plain = false;
    out->text.len = (size_t)(p - out->text.ptr);
    j->at = p;
    return 0;
}

int json_read_number(struct json *j, struct json_number *out)
{
    const char *begin = j->at, *end = j->end, *digits = begin + (begin < end && *begin == '-'), *p;
    uint64_t mantissa = 0;

    p = read_digits(digits, end, &mantissa);
    if (p == digits) return fail(j, p, p == begin ? "expected a value" : "expected a digit");
    if (*digits == '0' && p - digits > 1) return fail(j, digits + 1, "a number with a leading zero");
    *out = (struct json_number){{begin, (size_t)(p - begin)}, mantissa, 0, (int)(p - digits), digits > begin, true};
    if (p < end && (*p == '.' || *p == 'e' || *p == 'E')) return read_fraction(j, p, out);
    j->at = p;
    return 0;
}

int json_read_literal(struct json *j)
{
    static const char words[3][6] = {"true", "false", "null"};
    size_t rest = (size_t)(j->end - j->at);

    for (int i = 0; i < 3; i++) {
        size_t len = strlen(words[i]);
        if (rest < len || memcmp(j->at, words[i], len) != 0) continue;
        j->at += len;
        return 0;
    }
    return fail(j, j->at, "expected a value");
}

/* Takes ten times v plus digit; false when it leaves 64 bits. */
static bool append_digit(uint64_t *v, unsigned digit)
{
    return !__builtin_mul_overflow(*v, 10, v) && !__builtin_add_overflow(*v, digit, v);
}

/* The number as magnitude * 10^*exponent without trailing zeros in the magnitude. Returns false when the magnitude does
 * not fit 64 bits. */
static bool trim_zeros(const struct json_number *n, uint64_t *magnitude, int64_t *exponent)
{
    const char *p = n->text.ptr + n->negative;
    int zeros = 0;
    bool fits = true;

    *magnitude = 0;
    for (int left = n->digits; left; p++) {
        if (*p == '.') continue;
        left--;
        if (*p == '0') {
            zeros++;
            continue;
        }
        for (; zeros && *magnitude && fits; zeros--) fits = append_digit(magnitude, 0);
        zeros = 0;
        fits = fits && append_digit(magnitude, (unsigned)(*p - '0'));
    }
    *exponent = (int64_t)n->exponent + zeros;
    return fits;
}

int json_number_int(const struct json_number *n, int64_t *out)
{
    uint64_t v = n->mantissa, limit = (uint64_t)INT64_MAX + n->negative;
    int64_t exponent = 0;
    bool fits = true;

    if (!n->plain || n->digits > 18) fits = trim_zeros(n, &v, &exponent);
    if (fits && v == 0) exponent = 0;
    if (exponent < 0) return -1;
    for (; fits && exponent; exponent--) fits = append_digit(&v, 0);
    if (!fits || v > limit) return -2;
    *out = (int64_t)(n->negative ? 0 - v : v);
    return 0;
}

/* A mantissa up to 2^53 and a power of ten up to 10^22 are exact doubles, so one operation rounds once. */
double json_number_double(const struct json_number *n)
{
    static const double power_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    double v;

    if (n->digits <= 19 && n->mantissa <= UINT64_C(1) << 53 && n->exponent >= -22 && n->exponent <= 22) {
        v = (double)n->mantissa;
        v = n->exponent < 0 ? v / power_of_ten[-n->exponent] : v * power_of_ten[n->exponent];
        return n->negative ? -v : v;
    }
    if (num_parse_double(n->text.ptr, n->text.len, &v)) assert(!"a number of JSON is one of ours");
    return v;
}

/* ---- objects and arrays ---- */

static int skip_scalar(struct json *j)
{
    struct json_text text;
    struct json_number number;

    switch (j->at < j->end ? *j->at : '\0') {
    case '"': return json_read_string(j, &text);
    case 't':
    case 'f':
    case 'n': return json_read_literal(j);
    default: return json_read_number(j, &number);
    }
}

int json_enter(struct json *j)
{
    if (j->depth == JSON_DEPTH_MAX) return fail(j, j->at, "too many brackets inside one another");
    j->depth++;
    j->at++;
    return 0;
}

static int leave(struct json *j)
{
    j->depth--;
    j->at++;
    return 0;
}

int json_next_member(struct json *j, int position, struct json_text *key)
{
    char c = json_peek(j);

    if (c == '}') return leave(j);
    if (position) {
        if (c != ',') return fail(j, j->at, "expected ',' or '}'");
        j->at++;
        c = json_peek(j);
    }
    if (c != '"') return fail(j, j->at, position ? "expected a key" : "expected a key or '}'");
    if (json_read_string(j, key)) return -1;
    if (json_peek(j) != ':') return fail(j, j->at, "expected ':'");
    j->at++;
    json_peek(j);
    return 1;
}

int json_next_element(struct json *j, int position)
{
    char c = json_peek(j);

    if (c == ']') return leave(j);
    if (position) {
        if (c != ',') return fail(j, j->at, "expected ',' or ']'");
        j->at++;
        json_peek(j);
    }
    return 1;
}

static bool at_bracket(const struct json *j)
{
    return j->at < j->end && (*j->at == '{' || *j->at == '[');
}

/* Notes which bracket opens and steps in. */
static int enter_noting(struct json *j, uint64_t *is_object)
{
    uint64_t bit = UINT64_C(1) << (j->depth & 63), *word = &is_object[j->depth >> 6 & (JSON_DEPTH_MAX / 64 - 1)];

    *word = *j->at == '{' ? *word | bit : *word & ~bit;
    return json_enter(j);
}

static int skip_nested(struct json *j)
{
    uint64_t is_object[JSON_DEPTH_MAX / 64] = {0};
    int outside = j->depth, position = 0;
    struct json_text key;

    if (enter_noting(j, is_object)) return -1;
    while (j->depth > outside) {
        int level = j->depth - 1;
        bool object = is_object[level >> 6] >> (level & 63) & 1;
        int more = object ? json_next_member(j, position, &key) : json_next_element(j, position);

        if (more < 0) return -1;
        position = 1;
        if (!more) continue;
        if (!at_bracket(j)) {
            if (skip_scalar(j)) return -1;
            continue;
        }
        if (enter_noting(j, is_object)) return -1;
        position = 0;
    }
    return 0;
}

int json_skip(struct json *j)
{
    return at_bracket(j) ? skip_nested(j) : skip_scalar(j);
}

int json_end(struct json *j)
{
    json_peek(j);
    return j->at == j->end ? 0 : fail(j, j->at, "expected the end");
}
