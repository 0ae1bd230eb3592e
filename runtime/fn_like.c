/* fn_like.c - the kernel of LIKE. A pattern is compiled to codes: a byte, any one character, any text. Patterns without
 * _ whose % stand at the ends only (equal, prefix, suffix, contains) become comparisons of bytes; the others are
 * matched with one point to go back to, the last % seen. A constant pattern is compiled once. */
#include "runtime/kernel.h"

#include "base/utf8.h"

#include <string.h>

enum { ANY_ONE = 256, ANY_TEXT = 257 };
enum like_kind { LIKE_EQUAL, LIKE_PREFIX, LIKE_SUFFIX, LIKE_CONTAINS, LIKE_GENERAL };

struct like {
    enum like_kind kind;
    bool broken;        /* nothing behind the escape character, or that is not one character */
    bool compiled;      /* for good: the pattern is constant */
    struct buf codes;   /* of uint16_t */
    struct buf literal; /* the bytes among the codes */
    uint32_t prefix;    /* the first bytes of the literal, as in struct text, */
    uint32_t mask;      /* and which of them there are */
};

static void free_like(void *state)
{
    struct like *like = state;

    buf_free(&like->codes);
    buf_free(&like->literal);
}

static struct like *like_state(struct kernel_call *c)
{
    if (!c->state) {
        c->state = arena_alloc(c->memory, sizeof(struct like));
        c->state_free = free_like;
    }
    return c->state;
}

/* ---- compiling ---- */

static int code_count(const struct like *like)
{
    return (int)(like->codes.len / sizeof(uint16_t));
}

static uint16_t code_at(const struct like *like, int i)
{
    uint16_t code;

    memcpy(&code, like->codes.ptr + (size_t)i * sizeof code, sizeof code);
    return code;
}

static void put_code(struct like *like, uint16_t code)
{
    buf_put(&like->codes, &code, sizeof code);
    if (code < ANY_ONE) buf_putc(&like->literal, (char)code);
}

/* Any text twice is any text. */
static void put_wildcard(struct like *like, uint16_t code)
{
    int n = code_count(like);

    if (code == ANY_TEXT && n && code_at(like, n - 1) == ANY_TEXT) return;
    put_code(like, code);
}

static bool at_escape(const char *at, const char *end, struct str escape)
{
    return escape.len && (size_t)(end - at) >= escape.len && memcmp(at, escape.ptr, escape.len) == 0;
}

static void put_codes(struct like *like, struct str pattern, struct str escape)
{
    const char *at = pattern.ptr, *end = at + pattern.len;

    while (at < end) {
        bool escaped = at_escape(at, end, escape);
        if (escaped) at += escape.len;
        if (at == end) {
            like->broken = true;
        } else if (!escaped && (*at == '%' || *at == '_')) {
            put_wildcard(like, *at == '%' ? ANY_TEXT : ANY_ONE);
            at++;
        } else {
            put_code(like, (uint8_t)*at++);
        }
    }
}

static void set_prefix(struct like *like)
{
    static const uint8_t there[] = {0xff, 0xff, 0xff, 0xff};
    size_t len = like->literal.len < 4 ? like->literal.len : 4;

    like->prefix = like->mask = 0;
    if (like->kind != LIKE_EQUAL && like->kind != LIKE_PREFIX) return;
    memcpy(&like->prefix, like->literal.ptr, len);
    memcpy(&like->mask, there, len);
}

static enum like_kind kind_of(const struct like *like)
{
    int n = code_count(like), wildcards = n - (int)like->literal.len;
    bool first = n && code_at(like, 0) == ANY_TEXT, last = n && code_at(like, n - 1) == ANY_TEXT;

    if (!wildcards) return LIKE_EQUAL;
    if (wildcards == 1 && last) return LIKE_PREFIX;
    if (wildcards == 1 && first) return LIKE_SUFFIX;
    return wildcards == 2 && first && last ? LIKE_CONTAINS : LIKE_GENERAL;
}

static struct str bytes_of(const struct text *t)
{
    return str_of(text_bytes(t), t->len);
}

static void compile(struct like *like, const struct kernel_call *c, int row)
{
    struct str escape = c->count == 3 ? bytes_of(&c->args[2]->texts[row]) : str_of("", 0);

    like->codes.len = like->literal.len = 0;
    like->broken = c->count == 3 && utf8_count(escape.ptr, escape.len) != 1;
    if (!like->broken) put_codes(like, bytes_of(&c->args[1]->texts[row]), escape);
    buf_reserve(&like->literal, 1); /* so that it has a pointer */
    like->kind = kind_of(like);
    set_prefix(like);
}

/* ---- matching ---- */

static const char *next_character(const char *at, const char *end)
{
    do at++;
    while (at < end && ((uint8_t)*at & 0xc0) == 0x80);
    return at;
}

static bool match_codes(const struct like *like, struct str text)
{
    const char *at = text.ptr, *end = at + text.len, *retry_at = NULL;
    int i = 0, n = code_count(like), retry = 0;

    for (;;) {
        uint16_t code = i < n ? code_at(like, i) : ANY_TEXT;
        if (i == n && at == end) return true;
        if (i < n && code == ANY_TEXT) {
            retry = ++i;
            retry_at = at;
        } else if (i < n && at < end && (code == ANY_ONE || code == (uint8_t)*at)) {
            at = code == ANY_ONE ? next_character(at, end) : at + 1;
            i++;
        } else {
            if (!retry_at || retry_at == end) return false;
            at = retry_at = next_character(retry_at, end);
            i = retry;
        }
    }
}

static bool matches(const struct like *like, const struct text *t)
{
    struct str text = bytes_of(t), literal = str_of(like->literal.ptr, like->literal.len);

    if ((get_u32(t->prefix) ^ like->prefix) & like->mask || text.len < literal.len) return false;
    switch (like->kind) {
    case LIKE_EQUAL: return text.len == literal.len && memcmp(text.ptr, literal.ptr, literal.len) == 0;
    case LIKE_PREFIX: return memcmp(text.ptr, literal.ptr, literal.len) == 0;
    case LIKE_SUFFIX: return memcmp(text.ptr + (text.len - literal.len), literal.ptr, literal.len) == 0;
    case LIKE_CONTAINS: return memmem(text.ptr, text.len, literal.ptr, literal.len) != NULL;
    case LIKE_GENERAL: return match_codes(like, text);
    }
    return false;
}

static void like_row(struct kernel_call *c, const struct like *like, int row)
{
    if (like->broken) kernel_fail(c, row, ROW_BAD_ARGUMENT);
    c->out->bools[row] = !like->broken && matches(like, &c->args[0]->texts[row]);
}

/* Whether a text begins with a literal of up to four bytes, or is one: no branch, no look at its other bytes. */
static void match_short(const struct text *texts, const struct like *like, uint8_t *out, int rows)
{
    uint32_t prefix = like->prefix, mask = like->mask, len = (uint32_t)like->literal.len;
    uint32_t most = like->kind == LIKE_EQUAL ? len : UINT32_MAX;

    for (int row = 0; row < rows; row++) {
        bool begins = ((get_u32(texts[row].prefix) ^ prefix) & mask) == 0;
        out[row] = begins & (texts[row].len >= len) & (texts[row].len <= most);
    }
}

static bool is_short(const struct like *like)
{
    return !like->broken && (like->kind == LIKE_EQUAL || like->kind == LIKE_PREFIX) && like->literal.len <= 4;
}

void fn_like(struct kernel_call *c)
{
    struct like *like = like_state(c);
    bool constant = kernel_is_constant(c, 1) && (c->count < 3 || kernel_is_constant(c, 2));

    if (constant && !like->compiled) {
        compile(like, c, 0);
        like->compiled = true;
    }
    if (constant && is_short(like)) {
        match_short(c->args[0]->texts, like, c->out->bools, c->rows);
        return;
    }
    for (int row = 0; row < c->rows; row++) {
        if (!constant) compile(like, c, row);
        like_row(c, like, row);
    }
}
