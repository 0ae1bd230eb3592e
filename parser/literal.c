/* literal.c - see literal.h. */
#include "parser/literal.h"

#include <ctype.h>
#include <string.h>

/* The bytes between the quotes of [at, end), each doubled quote made one. */
static struct str unquote(struct parse *parse, int at, int end)
{
    const char *text = parse->text.ptr + at + 1;
    size_t len = (size_t)(end - at) - 2, n = 0;
    char quote = text[-1], *copy;

    if (!memchr(text, quote, len)) return str_of(text, len);
    copy = arena_copy(parse->arena, text, len);
    for (size_t i = 0; i < len; i++) {
        copy[n++] = text[i];
        if (text[i] == quote) i++;
    }
    return str_of(copy, n);
}

struct str literal_quoted(struct parse *parse, const struct token *token)
{
    return unquote(parse, token->at, token->end);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

struct str literal_hex(struct parse *parse, const struct token *token)
{
    struct str digits = unquote(parse, token->at + 1, token->end);
    char *bytes = arena_alloc(parse->arena, digits.len / 2 + 1);

    for (size_t i = 0; i < digits.len; i += 2) {
        int high = hex_digit(digits.ptr[i]), low = i + 1 < digits.len ? hex_digit(digits.ptr[i + 1]) : -1;
        if (high < 0 || low < 0) {
            parse_fail(parse, ERR_SYNTAX, token->at, "X'..' takes pairs of hexadecimal digits");
            break;
        }
        bytes[i / 2] = (char)(16 * high + low);
    }
    return str_of(bytes, digits.len / 2);
}

/* Appends a code point as UTF-8; returns the number of bytes, 0 when it is none. */
static size_t put_utf8(char *to, uint32_t c)
{
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
    if (c < 0x80) return to[0] = (char)c, 1;
    if (c < 0x800) return to[0] = (char)(0xc0 | c >> 6), to[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000) {
        to[0] = (char)(0xe0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 63));
        to[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    to[0] = (char)(0xf0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 63));
    to[2] = (char)(0x80 | (c >> 6 & 63));
    to[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* The code point written with `digits` hexadecimal digits, or 0. */
static uint32_t read_hex(struct str text, size_t at, size_t digits)
{
    uint32_t c = 0;

    if (at + digits > text.len) return 0;
    for (size_t i = at; i < at + digits; i++) {
        int digit = hex_digit(text.ptr[i]);
        if (digit < 0) return 0;
        c = 16 * c + (uint32_t)digit;
    }
    return c;
}

/* Decodes the escape at text[at]; returns the bytes read, 0 when it is malformed. */
static size_t unescape(struct str text, size_t at, char escape, char *to, size_t *n)
{
    bool wide = at + 1 < text.len && text.ptr[at + 1] == '+';
    size_t put;

    if (at + 1 < text.len && text.ptr[at + 1] == escape) return to[(*n)++] = escape, 2;
    put = wide ? put_utf8(to + *n, read_hex(text, at + 2, 6)) : put_utf8(to + *n, read_hex(text, at + 1, 4));
    *n += put;
    return put ? (wide ? 8 : 5) : 0;
}

struct str literal_unicode(struct parse *parse, const struct token *token, struct str escape)
{
    struct str text = unquote(parse, token->at + 2, token->end);
    char *decoded = arena_alloc(parse->arena, text.len + 1);
    size_t n = 0, step;

    if (escape.len != 3) {
        parse_fail(parse, ERR_SYNTAX, token->at, "UESCAPE takes one character");
        return text;
    }
    for (size_t i = 0; i < text.len; i += step) {
        step = 1;
        if (text.ptr[i] != escape.ptr[1]) {
            decoded[n++] = text.ptr[i];
        } else if (!(step = unescape(text, i, escape.ptr[1], decoded, &n))) {
            parse_fail(parse, ERR_SYNTAX, token->at + 3 + (int)i,
                       "a malformed escape: expected four hexadecimal digits");
            break;
        }
    }
    return str_of(decoded, n);
}
