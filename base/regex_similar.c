/* regex_similar.c - the patterns of SIMILAR TO as PCRE2's. See regex.h. */
#include "base/regex_syntax.h"

#include <string.h>

/* What may stand before | * + ? { and what not. */
enum before { BEFORE_NOTHING, BEFORE_PART, BEFORE_QUANTIFIER };

struct reader {
    struct str text, escape;
    size_t at;
    int depth; /* parentheses that are open */
    enum before before;
    struct buf *out;
    struct err *err;
};

static bool at_end(const struct reader *r)
{
    return r->at == r->text.len;
}

static char next(const struct reader *r)
{
    return at_end(r) ? 0 : r->text.ptr[r->at];
}

static bool at_escape(const struct reader *r)
{
    return r->escape.len && r->text.len - r->at >= r->escape.len &&
           memcmp(r->text.ptr + r->at, r->escape.ptr, r->escape.len) == 0;
}

static int refuse(const struct reader *r, const char *what)
{
    return err_set(r->err, ERR_VALUE, -1, "%s, at byte %d", what, (int)r->at);
}

/* Appends the next character, so that it means itself. */
static void put_character(struct reader *r)
{
    char c = next(r);

    if ((uint8_t)c < 0x80 && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && c > ' ')
        buf_putc(r->out, '\\');
    do buf_putc(r->out, r->text.ptr[r->at++]);
    while (!at_end(r) && ((uint8_t)next(r) & 0xc0) == 0x80);
}

/* The character behind the escape character. */
static int put_escaped(struct reader *r)
{
    r->at += r->escape.len;
    if (at_end(r)) return refuse(r, "there is nothing behind the escape character");
    put_character(r);
    return 0;
}

/* ---- [...] ---- */

/* [:ALPHA:] within a class. */
static int named_class(struct reader *r)
{
    static const char *const names[][2] = {{"ALPHA", "[:alpha:]"},     {"UPPER", "[:upper:]"}, {"LOWER", "[:lower:]"},
                                           {"DIGIT", "[:digit:]"},     {"ALNUM", "[:alnum:]"}, {"SPACE", "\\x20"},
                                           {"WHITESPACE", "[:space:]"}};
    const char *begin = r->text.ptr + r->at + 2, *end = memmem(begin, r->text.len - r->at - 2, ":]", 2);

    for (size_t i = 0; end && i < sizeof names / sizeof *names; i++) {
        if (!str_equal_nocase(str_of(begin, (size_t)(end - begin)), str_lit(names[i][0]))) continue;
        buf_puts(r->out, names[i][1]);
        r->at = (size_t)(end - r->text.ptr) + 2;
        return 0;
    }
    return refuse(r, "there is ALPHA, UPPER, LOWER, DIGIT, ALNUM, SPACE and WHITESPACE between [: and :]");
}

static int class_item(struct reader *r)
{
    if (at_escape(r)) return put_escaped(r);
    if (next(r) == '[' && r->at + 1 < r->text.len && r->text.ptr[r->at + 1] == ':') return named_class(r);
    put_character(r);
    return 0;
}

/* A character, a range or a named class. */
static int class_member(struct reader *r)
{
    if (class_item(r)) return -1;
    if (next(r) != '-' || r->at + 1 >= r->text.len || r->text.ptr[r->at + 1] == ']') return 0;
    buf_putc(r->out, r->text.ptr[r->at++]);
    return class_item(r);
}

/* The members up to ^ or ]; at least one. */
static int class_members(struct reader *r)
{
    size_t from = r->at;

    while (!at_end(r) && next(r) != '^' && next(r) != ']') {
        if (class_member(r)) return -1;
    }
    if (at_end(r)) return refuse(r, "a [ without its ]");
    return r->at == from ? refuse(r, "there is nothing in [ ]") : 0;
}

/* [a-e^c] is (?:(?![c])[a-e]): what is taken away stands last, but is looked at first. */
static int put_without(struct reader *r, struct str members)
{
    struct buf *out = r->out, without = {0};
    int bad;

    r->at++;
    r->out = &without;
    bad = class_members(r);
    r->out = out;
    if (!bad) buf_printf(out, "(?:(?![%.*s])[%.*s])", (int)without.len, without.ptr, (int)members.len, members.ptr);
    buf_free(&without);
    return bad;
}

static int class_with(struct reader *r, struct buf *members)
{
    struct buf *out = r->out;
    int bad;

    r->out = members;
    bad = class_members(r);
    r->out = out;
    if (bad) return -1;
    if (next(r) == '^') return put_without(r, str_of(members->ptr, members->len));
    buf_printf(out, "[%.*s]", (int)members->len, members->ptr);
    return 0;
}

static int class(struct reader *r)
{
    struct buf members = {0};
    int bad;

    r->at++;
    if (next(r) == '^') {
        r->at++;
        buf_puts(r->out, "[^");
        bad = class_members(r);
        buf_putc(r->out, ']');
    } else {
        bad = class_with(r, &members);
    }
    buf_free(&members);
    if (bad) return -1;
    if (next(r) != ']') return refuse(r, "a second ^ in [ ]");
    r->at++;
    return 0;
}

/* ---- the rest ---- */

/* {n}, {m,}, {m,n} */
static int count(struct reader *r)
{
    size_t from = r->at;
    int commas = 0;

    for (r->at++; (next(r) >= '0' && next(r) <= '9') || (next(r) == ',' && r->at > from + 1 && !commas); r->at++)
        commas += next(r) == ',';
    if (next(r) != '}' || r->at == from + 1) return refuse(r, "{ } takes one number, or two with a comma between them");
    r->at++;
    buf_put(r->out, r->text.ptr + from, r->at - from);
    return 0;
}

static int quantifier(struct reader *r)
{
    if (r->before == BEFORE_NOTHING) return refuse(r, "there is nothing that could be repeated");
    if (r->before == BEFORE_QUANTIFIER) return refuse(r, "repeated twice: write parentheses");
    r->before = BEFORE_QUANTIFIER;
    if (next(r) == '{') return count(r);
    buf_putc(r->out, r->text.ptr[r->at++]);
    return 0;
}

static int parenthesis(struct reader *r)
{
    bool opens = next(r) == '(';

    if (!opens && r->depth == 0) return refuse(r, "a ) without its (");
    r->depth += opens ? 1 : -1;
    r->before = opens ? BEFORE_NOTHING : BEFORE_PART;
    buf_puts(r->out, opens ? "(?:" : ")");
    r->at++;
    return 0;
}

static int element(struct reader *r)
{
    enum before before = r->before;
    char c = next(r);

    r->before = BEFORE_PART;
    if (at_escape(r)) return put_escaped(r);
    switch (c) {
    case '[': return class(r);
    case '(':
    case ')': return parenthesis(r);
    case '*':
    case '+':
    case '?':
    case '{': r->before = before; return quantifier(r);
    case '|': r->before = BEFORE_NOTHING; break;
    case '%':
        buf_puts(r->out, "(?:.*)");
        r->at++;
        return 0;
    case '_': c = '.'; break;
    case ']':
    case '}': return refuse(r, "a ] or } without its beginning");
    default: put_character(r); return 0;
    }
    buf_putc(r->out, c);
    r->at++;
    return 0;
}

static int put_elements(struct reader *r)
{
    while (!at_end(r)) {
        if (element(r)) return -1;
    }
    return r->depth ? refuse(r, "a ( without its )") : 0;
}

int regex_from_similar(struct str pattern, struct str escape, struct buf *out, struct err *err)
{
    struct reader r = {.text = pattern, .escape = escape, .out = out, .err = err};

    buf_puts(out, "\\A(?:");
    if (put_elements(&r)) return -1;
    buf_puts(out, ")\\z");
    return 0;
}

/* ---- SUBSTRING SIMILAR ---- */

/* Where the next escape-quote begins, or the end of the text. */
static size_t find_separator(const struct reader *r, size_t at)
{
    for (; at + r->escape.len < r->text.len; at++) {
        if (memcmp(r->text.ptr + at, r->escape.ptr, r->escape.len) != 0) continue;
        if (r->text.ptr[at + r->escape.len] == '"') return at;
        at += r->escape.len; /* an escaped character: it may be the escape character itself */
    }
    return r->text.len;
}

int regex_from_part(struct str pattern, struct str escape, struct buf *out, struct err *err)
{
    static const char *const begins[] = {"\\A(?U:", ")((?:", "))(?U:"};
    struct reader r = {.text = pattern, .escape = escape, .out = out, .err = err};
    size_t cut[4], separator = escape.len + 1;

    if (!escape.len) return refuse(&r, "the escape character must not be empty");
    cut[0] = 0;
    cut[1] = find_separator(&r, 0);
    cut[2] = cut[1] < pattern.len ? find_separator(&r, cut[1] + separator) : pattern.len;
    if (cut[2] == pattern.len) return refuse(&r, "the escape character and \" must stand before and behind the part");
    for (int i = 0; i < 3; i++) {
        size_t from = i ? cut[i] + separator : 0, to = i < 2 ? cut[i + 1] : pattern.len;
        buf_puts(out, begins[i]);
        r = (struct reader){.text = str_of(pattern.ptr + from, to - from), .escape = escape, .out = out, .err = err};
        if (put_elements(&r)) return -1;
    }
    buf_puts(out, ")\\z");
    return 0;
}
