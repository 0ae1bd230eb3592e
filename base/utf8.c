/* utf8.c - see utf8.h. Well-formed sequences are those of table 3-7 of the Unicode standard. */
#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static bool is_ascii_16(const char *p)
{
    return !((get_u64(p) | get_u64(p + 8)) & HIGH_BITS);
}

/* The number of ASCII bytes at the start of p. The last step overlaps the one before it. */
static size_t skip_ascii(const char *p, size_t len)
{
    size_t i = 0;

    while (i + 16 <= len && is_ascii_16(p + i)) i += 16;
    if (i + 16 > len && len >= 16 && is_ascii_16(p + len - 16)) return len;
    while (i < len && !(p[i] & 0x80)) i++;
    return i;
}

static bool is_tail(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* The least and greatest second byte after a lead byte: rules out overlong forms, surrogates, beyond U+10FFFF. */
static bool second_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xe0: return second >= 0xa0 && second <= 0xbf;
    case 0xed: return second >= 0x80 && second <= 0x9f;
    case 0xf0: return second >= 0x90 && second <= 0xbf;
    case 0xf4: return second >= 0x80 && second <= 0x8f;
    default: return is_tail(second);
    }
}

/* The length of a character that begins with this byte; 0 when none does. */
static size_t length_by_lead(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return 2;
    if (lead < 0xf0) return 3;
    return lead < 0xf5 ? 4 : 0;
}

/* The length of the well-formed character at p (len > 0), or 0. */
static size_t valid_character(const unsigned char *p, size_t len)
{
    size_t n = length_by_lead(p[0]);

    if (n < 2) return n;
    if (n > len || !second_fits(p[0], p[1])) return 0;
    for (size_t i = 2; i < n; i++) {
        if (!is_tail(p[i])) return 0;
    }
    return n;
}

size_t utf8_valid_prefix(const char *text, size_t len)
{
    size_t at = 0;

    for (;;) {
        size_t n;

        at += skip_ascii(text + at, len - at);
        if (at == len) return len;
        n = valid_character((const unsigned char *)text + at, len - at);
        if (!n) return at;
        at += n;
    }
}

/* How many of 8 bytes begin a character: those that are not 10xxxxxx. */
static size_t count_leads(uint64_t word)
{
    uint64_t tails = word & HIGH_BITS & ~(word << 1);

    return 8 - (size_t)__builtin_popcountll(tails);
}

size_t utf8_count(const char *text, size_t len)
{
    size_t count = 0, i = 0;

    for (; i + 8 <= len; i += 8) count += count_leads(get_u64(text + i));
    for (; i < len; i++) count += !is_tail((unsigned char)text[i]);
    return count;
}

size_t utf8_offset(const char *text, size_t len, size_t n)
{
    size_t i = 0;

    for (; i + 8 <= len; i += 8) {
        uint64_t eight = get_u64(text + i);
        size_t leads = count_leads(eight);
        if (leads > n && !(eight & UINT64_C(0x8080808080808080))) return i + n;
        if (leads > n) break;
        n -= leads;
    }
    for (; i < len; i++) {
        if (is_tail((unsigned char)text[i])) continue;
        if (n-- == 0) return i;
    }
    return len;
}
