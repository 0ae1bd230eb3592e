/* fn_regex.c - kernels of regular expressions: SIMILAR TO, SUBSTRING by a pattern, REGEXP_*. Each call keeps the
 * patterns it has met, compiled; when there are too many, it forgets them all. A pattern that is none is a bad
 * argument; a match that takes too many steps (base/regex.h) exceeds a limit: errors of the row both. */
#include "runtime/kernel.h"
#include "runtime/text.h"

#include "base/regex.h"

#include <stdlib.h>
#include <string.h>

enum { REGEXES_MAX = 32 };

struct regexes {
    enum regex_syntax syntax;
    int count;
    struct known_regex {
        char *bytes; /* of the pattern and, behind it, the escape character */
        struct text pattern, escape;
        struct regex *regex; /* NULL: the pattern is none */
    } known[REGEXES_MAX];
};

/* ---- compiled patterns ---- */

static void forget(struct regexes *all)
{
    for (int i = 0; i < all->count; i++) {
        regex_free(all->known[i].regex);
        free(all->known[i].bytes);
    }
    all->count = 0;
}

static void free_regexes(void *state)
{
    forget(state);
}

static struct regexes *regexes_of(struct kernel_call *c, enum regex_syntax syntax)
{
    struct regexes *all = c->state;

    if (all) return all;
    all = arena_alloc(c->memory, sizeof *all);
    all->syntax = syntax;
    c->state = all;
    c->state_free = free_regexes;
    return all;
}

static struct str bytes_of(const struct text *t)
{
    return str_of(text_bytes(t), t->len);
}

static struct regex *compile(struct regexes *all, const struct text *pattern, const struct text *escape)
{
    struct known_regex *k;
    struct err ignored;

    if (all->count == REGEXES_MAX) forget(all);
    k = &all->known[all->count++];
    k->bytes = mem_alloc(pattern->len + escape->len + 1);
    memcpy(k->bytes, text_bytes(pattern), pattern->len);
    memcpy(k->bytes + pattern->len, text_bytes(escape), escape->len);
    k->pattern = text_of(k->bytes, pattern->len);
    k->escape = text_of(k->bytes + pattern->len, escape->len);
    k->regex = escape->len && text_length(escape) != 1
                   ? NULL
                   : regex_new(all->syntax, bytes_of(&k->pattern), bytes_of(&k->escape), &ignored);
    return k->regex;
}

/* The pattern in argument 1, the escape character in argument `escape` (0: there is none); NULL and an error of the row
 * when it is none. */
static struct regex *regex_in(struct kernel_call *c, struct regexes *all, int row, int escape_arg)
{
    const struct text *pattern = &c->args[1]->texts[row], none = text_empty();
    const struct text *escape = escape_arg ? &c->args[escape_arg]->texts[row] : &none;
    struct regex *regex = NULL;
    int i = 0;

    if (column_is_null(c->out, row)) return NULL;
    while (i < all->count &&
           (!text_equal(&all->known[i].pattern, pattern) || !text_equal(&all->known[i].escape, escape))) {
        i++;
    }
    regex = i < all->count ? all->known[i].regex : compile(all, pattern, escape);
    if (!regex || (escape_arg && !escape->len)) kernel_fail(c, row, ROW_BAD_ARGUMENT);
    return regex;
}

/* regex_match, with an error of the row when it cannot be answered. */
static bool matches(struct kernel_call *c, int row, struct regex *regex, size_t from, enum regex_text again)
{
    int found = regex_match(regex, bytes_of(&c->args[0]->texts[row]), from, again);

    if (found < 0) kernel_fail(c, row, ROW_LIMIT);
    return found > 0;
}

/* ---- does it match ---- */

static void test_each(struct kernel_call *c, enum regex_syntax syntax, int escape_arg)
{
    struct regexes *all = regexes_of(c, syntax);

    for (int row = 0; row < c->rows; row++) {
        struct regex *regex = regex_in(c, all, row, escape_arg);
        c->out->bools[row] = regex && matches(c, row, regex, 0, REGEX_FIRST);
    }
}

void fn_similar(struct kernel_call *c)
{
    test_each(c, REGEX_SIMILAR, c->count > 2 ? 2 : 0);
}

void fn_regexp_like(struct kernel_call *c)
{
    test_each(c, REGEX_JAVA, 0);
}

/* ---- parts: they borrow the argument's bytes ---- */

/* A group of the row's text, or NULL. */
static void extract(struct kernel_call *c, int row, struct regex *regex, int64_t group)
{
    struct regex_span span;

    c->out->texts[row] = text_empty();
    if (!regex) return;
    if (group < 0 || group > regex_group_count(regex)) {
        kernel_fail(c, row, ROW_BAD_ARGUMENT);
    } else if (!matches(c, row, regex, 0, REGEX_FIRST)) {
        if (!c->out->error || !c->out->error[row]) kernel_null(c, row);
    } else if ((span = regex_span(regex, (int)group)).start < 0) {
        kernel_null(c, row);
    } else if (span.end > span.start) {
        c->out->texts[row] = text_of(c->args[0]->texts[row].ptr + span.start, (size_t)(span.end - span.start));
    }
}

void fn_regexp_extract(struct kernel_call *c)
{
    struct regexes *all = regexes_of(c, REGEX_JAVA);

    for (int row = 0; row < c->rows; row++) {
        extract(c, row, regex_in(c, all, row, 0), c->count > 2 ? c->args[2]->ints[row] : 0);
    }
}

void fn_substring_similar(struct kernel_call *c)
{
    struct regexes *all = regexes_of(c, REGEX_PART);

    for (int row = 0; row < c->rows; row++) extract(c, row, regex_in(c, all, row, 2), 1);
}

/* ---- replacing ---- */

/* In a replacement: $1 and ${name} are groups, a character behind a backslash is itself. */
struct replacement {
    const char *at, *end;
    const struct regex *regex;
    struct str text;      /* in which was found */
    bool backslash_group; /* \1 is a group too, as in Postgres */
    struct buf *out;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool put_group(struct replacement *r, int group)
{
    struct regex_span span;

    if (group < 0 || group > regex_group_count(r->regex)) return false;
    span = regex_span(r->regex, group);
    if (span.start >= 0) buf_put(r->out, r->text.ptr + span.start, (size_t)(span.end - span.start));
    return true;
}

/* The digits at r->at: as many as there are groups of that number. */
static int group_number(struct replacement *r)
{
    int group = *r->at++ - '0';

    while (r->at < r->end && is_digit(*r->at) && group * 10 + (*r->at - '0') <= regex_group_count(r->regex))
        group = group * 10 + (*r->at++ - '0');
    return group;
}

/* Behind ${ */
static int group_name(struct replacement *r)
{
    const char *begin = r->at, *close = memchr(begin, '}', (size_t)(r->end - begin));

    if (!close) return -1;
    r->at = close + 1;
    return regex_group_named(r->regex, str_of(begin, (size_t)(close - begin)));
}

static bool put_dollar(struct replacement *r)
{
    if (r->at == r->end) return false;
    if (*r->at == '{') return r->at++, put_group(r, group_name(r));
    return is_digit(*r->at) && put_group(r, group_number(r));
}

static bool put_backslash(struct replacement *r)
{
    if (r->at == r->end) return false;
    if (r->backslash_group && is_digit(*r->at)) return put_group(r, group_number(r));
    buf_putc(r->out, *r->at++);
    return true;
}

/* False when the replacement is none. */
static bool put_replacement(struct replacement r)
{
    bool good = true;

    while (good && r.at < r.end) {
        char c = *r.at++;
        if (c == '$')
            good = put_dollar(&r);
        else if (c == '\\')
            good = put_backslash(&r);
        else
            buf_putc(r.out, c);
    }
    return good;
}

/* Which matches are replaced: from which byte on, and the how-manieth (0: all of them); and how the replacement is
 * written. */
struct which {
    size_t from;
    int64_t occurrence;
    bool backslash_group;
};

/* After an empty match the next one begins a character later. */
static size_t behind(struct str text, struct regex_span match)
{
    if (match.end > match.start || (size_t)match.end == text.len) return (size_t)match.end + (match.end == match.start);
    return (size_t)match.end + utf8_offset(text.ptr + match.end, text.len - (size_t)match.end, 1);
}

static void replace(struct kernel_call *c, int row, struct regex *regex, struct which which)
{
    const struct text *with = &c->args[2]->texts[row];
    struct replacement r = {
        text_bytes(with), text_bytes(with) + with->len, regex, bytes_of(&c->args[0]->texts[row]), which.backslash_group,
        &c->text};
    size_t copied = 0, limit = c->text.len + TEXT_BYTES_MAX;
    enum regex_text again = REGEX_FIRST;

    for (int64_t seen = 1; which.from <= r.text.len && c->text.len <= limit; seen++) {
        struct regex_span match;
        if (!matches(c, row, regex, which.from, again)) break;
        match = regex_span(regex, 0);
        again = REGEX_AGAIN;
        which.from = behind(r.text, match);
        if (which.occurrence && seen != which.occurrence) continue;
        buf_put(&c->text, r.text.ptr + copied, (size_t)match.start - copied);
        copied = (size_t)match.end;
        if (!put_replacement(r)) {
            kernel_fail(c, row, ROW_BAD_ARGUMENT);
            break;
        }
        if (which.occurrence) break;
    }
    buf_put(&c->text, r.text.ptr + copied, r.text.len - copied);
}

void fn_regexp_replace(struct kernel_call *c)
{
    struct regexes *all = regexes_of(c, REGEX_JAVA);

    for (int row = 0; row < c->rows; row++) {
        struct regex *regex = regex_in(c, all, row, 0);
        size_t from = c->text.len;
        if (regex) replace(c, row, regex, (struct which){.backslash_group = true});
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

/* The old service's: from a character on, the how-manieth match. */
static void regex_replace(struct kernel_call *c, int row, struct regex *regex)
{
    struct str text = bytes_of(&c->args[0]->texts[row]);
    int64_t start = c->args[3]->ints[row], occurrence = c->args[4]->ints[row];

    if (start < 1 || occurrence < 0) {
        kernel_fail(c, row, ROW_BAD_ARGUMENT);
    } else if (start > 1 && (start > (int64_t)text.len || start > (int64_t)utf8_count(text.ptr, text.len))) {
        buf_put(&c->text, text.ptr, text.len);
    } else {
        struct which which = {utf8_offset(text.ptr, text.len, (size_t)start - 1), occurrence, false};
        replace(c, row, regex, which);
    }
}

void fn_regex_replace(struct kernel_call *c)
{
    struct regexes *all = regexes_of(c, REGEX_JAVA);

    for (int row = 0; row < c->rows; row++) {
        struct regex *regex = regex_in(c, all, row, 0);
        size_t from = c->text.len;
        if (regex) regex_replace(c, row, regex);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}
