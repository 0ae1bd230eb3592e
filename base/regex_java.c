/* regex_java.c - Java's patterns as PCRE2's: the same but for \uhhhh, \0nnn, the names of properties, and classes
 * within classes, which are refused. See regex.h. */
#include "base/regex_syntax.h"

#include <string.h>

struct reader {
    struct str text;
    size_t at;
    bool in_class;
    struct buf *out;
    struct err *err;
};

static char byte_at(const struct reader *r, size_t i)
{
    return i < r->text.len ? r->text.ptr[i] : 0;
}

/* Copies the next so many bytes. */
static void copy(struct reader *r, size_t len)
{
    if (len > r->text.len - r->at) len = r->text.len - r->at;
    buf_put(r->out, r->text.ptr + r->at, len);
    r->at += len;
}

static int refuse(const struct reader *r, const char *what)
{
    return err_set(r->err, ERR_UNSUPPORTED, -1, "%s, at byte %d", what, (int)r->at);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* \uhhhh */
static int code_point(struct reader *r)
{
    for (size_t i = 2; i < 6; i++) {
        if (!is_hex(byte_at(r, r->at + i))) return refuse(r, "\\u takes four hexadecimal digits");
    }
    buf_printf(r->out, "\\x{%.4s}", r->text.ptr + r->at + 2);
    r->at += 6;
    return 0;
}

/* \0n, \0nn, \0mnn up to \0377 */
static int octal(struct reader *r)
{
    size_t digits = 0, most = byte_at(r, r->at + 2) <= '3' ? 3 : 2;

    while (digits < most && byte_at(r, r->at + 2 + digits) >= '0' && byte_at(r, r->at + 2 + digits) <= '7') digits++;
    if (!digits) return refuse(r, "\\0 takes octal digits");
    buf_printf(r->out, "\\o{%.*s}", (int)digits, r->text.ptr + r->at + 2);
    r->at += 2 + digits;
    return 0;
}

/* The POSIX class that Java's property of ASCII is, or NULL. */
static const char *ascii_class(struct str name)
{
    static const char *const names[][2] = {
        {"Lower", "lower"}, {"Upper", "upper"},   {"ASCII", "ascii"}, {"Alpha", "alpha"}, {"Digit", "digit"},
        {"Alnum", "alnum"}, {"Punct", "punct"},   {"Graph", "graph"}, {"Print", "print"}, {"Blank", "blank"},
        {"Cntrl", "cntrl"}, {"XDigit", "xdigit"}, {"Space", "space"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equal(name, str_lit(names[i][0]))) return names[i][1];
    }
    return NULL;
}

/* \p{Name}, \P{Name}; \pL is PCRE2's too. */
static int property(struct reader *r)
{
    const char *begin = r->text.ptr + r->at + 3, *end = memchr(begin, '}', r->text.len - r->at - 3), *class;
    struct str name;
    bool not = byte_at(r, r->at + 1) == 'P';

    if (!end) return refuse(r, "a property without its }");
    name = str_of(begin, (size_t)(end - begin));
    r->at += 4 + name.len;
    if ((class = ascii_class(name))) {
        buf_printf(r->out, r->in_class ? "[:%s%s:]" : "[[:%s%s:]]", not ? "^" : "", class);
        return 0;
    }
    if (name.len > 2 && memcmp(name.ptr, "Is", 2) == 0) name = str_of(name.ptr + 2, name.len - 2);
    buf_printf(r->out, "\\%c{%.*s}", not ? 'P' : 'p', (int)name.len, name.ptr);
    return 0;
}

/* \Q...\E; or to the end. */
static void quoted(struct reader *r)
{
    const char *begin = r->text.ptr + r->at, *close = memmem(begin, r->text.len - r->at, "\\E", 2);

    copy(r, close ? (size_t)(close - begin) + 2 : r->text.len - r->at);
}

static int escaped(struct reader *r)
{
    switch (byte_at(r, r->at + 1)) {
    case 'u': return code_point(r);
    case '0': return octal(r);
    case 'Q': quoted(r); return 0;
    case 'p':
    case 'P':
        if (byte_at(r, r->at + 2) == '{') return property(r);
        break;
    default: break;
    }
    copy(r, 2);
    return 0;
}

static int in_class(struct reader *r)
{
    char c = byte_at(r, r->at);

    if (c == '[') return refuse(r, "a class within a class is not supported: write it as one");
    if (c == '&' && byte_at(r, r->at + 1) == '&') return refuse(r, "&& in a class is not supported: use (?!...)");
    r->in_class = c != ']';
    copy(r, 1);
    return 0;
}

static int outside(struct reader *r)
{
    char c = byte_at(r, r->at);

    if (c == '(' && byte_at(r, r->at + 1) == '*') return refuse(r, "there is nothing before *");
    copy(r, 1);
    if (c != '[') return 0;
    r->in_class = true;
    if (byte_at(r, r->at) == '^') copy(r, 1);
    if (byte_at(r, r->at) == ']') copy(r, 1); /* the first of a class is one of its characters */
    return 0;
}

int regex_from_java(struct str pattern, struct buf *out, struct err *err)
{
    struct reader r = {.text = pattern, .out = out, .err = err};

    while (r.at < pattern.len) {
        char c = pattern.ptr[r.at];
        if (c == '\\' ? escaped(&r) : r.in_class ? in_class(&r) : outside(&r)) return -1;
    }
    return 0;
}
