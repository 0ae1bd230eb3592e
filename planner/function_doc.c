/* function_doc.c - see function_doc.h. The list is read once more, with its types as words. */
#include "planner/function_doc.h"
#include "parser/suggest.h"
#include "planner/function_id.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    enum { ENTRY_SUBJECT, ENTRY_FUNCTION, ENTRY_VARIADIC, ENTRY_CAST, ENTRY_SYNTAX, ENTRY_INTERNAL, ENTRY_ALIAS } kind;
    int number;       /* of a function: its id; of a syntax: the arguments */
    const char *name; /* of a subject: its title */
    const char *args; /* "(INTEGER, INTEGER)"; of a cast: the type it is from; of a syntax: its text; of an alias: of
                       * what */
    const char *result;
};

static const struct entry entries[] = {
#define SUBJECT(title)                        {ENTRY_SUBJECT, 0, title, NULL, NULL},
#define FUNCTION(id, name, args, result, ...) {ENTRY_FUNCTION, FN_##id, name, #args, #result},
#define VARIADIC(id, name, args, result, ...) {ENTRY_VARIADIC, FN_##id, name, #args, #result},
#define CAST(id, from, to, ...)               {ENTRY_CAST, FN_##id, "CAST", #from, #to},
#define SYNTAX(name, count, text)             {ENTRY_SYNTAX, count, name, text, NULL},
#define INTERNAL(name)                        {ENTRY_INTERNAL, 0, name, NULL, NULL},
#define ALIAS(name, of)                       {ENTRY_ALIAS, 0, name, of, NULL},
#include "planner/functions.inc"
#undef FUNCTION
#undef VARIADIC
#undef CAST
#undef ALIAS
};
enum { ENTRIES = sizeof entries / sizeof *entries };

static bool is_function(const struct entry *e)
{
    return e->kind == ENTRY_FUNCTION || e->kind == ENTRY_VARIADIC || e->kind == ENTRY_CAST;
}

static const struct entry *entry_of(const struct function *f)
{
    for (int i = 0; i < ENTRIES; i++) {
        if (is_function(&entries[i]) && entries[i].number == f->id) return &entries[i];
    }
    return NULL;
}

/* ---- subjects ---- */

const char *function_subject(int i)
{
    for (int k = 0; k < ENTRIES; k++) {
        if (entries[k].kind == ENTRY_SUBJECT && i-- == 0) return entries[k].name;
    }
    return NULL;
}

const char *function_subject_of(const struct function *f)
{
    const struct entry *e = entry_of(f);

    while (e->kind != ENTRY_SUBJECT) e--;
    return e->name;
}

/* ---- names ---- */

bool function_internal(const struct function *f)
{
    for (int i = 0; i < ENTRIES; i++) {
        if (entries[i].kind == ENTRY_INTERNAL && strcmp(entries[i].name, f->name) == 0) return true;
    }
    return false;
}

bool function_named(const struct function *f)
{
    return isupper((unsigned char)*f->name) && entry_of(f)->kind != ENTRY_CAST && !function_internal(f);
}

void function_title(const struct function *f, struct buf *out)
{
    for (const char *c = f->name; *c; c++) buf_putc(out, (char)toupper((unsigned char)*c));
}

void function_other_names(const struct function *f, struct buf *out)
{
    const char *separator = "also ";

    for (int i = 0; i < ENTRIES; i++) {
        if (entries[i].kind != ENTRY_ALIAS || strcmp(entries[i].args, f->name) != 0) continue;
        buf_printf(out, "%s%s", separator, entries[i].name);
        separator = ", ";
    }
}

const struct function *function_named_like(struct str name, int i)
{
    struct str real = function_resolve(name);

    for (int id = 0; id < FN_COUNT; id++) {
        const struct function *f = function_at(id);
        if (str_equal_nocase(real, str_lit(f->name)) && !function_internal(f) && i-- == 0) return f;
    }
    return NULL;
}

const char *function_nearest(struct str name)
{
    const char *names[ENTRIES];
    size_t count = 0;

    for (int i = 0; i < ENTRIES; i++) {
        bool alias = entries[i].kind == ENTRY_ALIAS;
        if (alias || (is_function(&entries[i]) && !function_internal(function_at(entries[i].number))))
            names[count++] = entries[i].name;
    }
    return suggest(name, names, count);
}

static bool share_heading(const struct function *a, const struct function *b)
{
    return strcmp(a->name, b->name) == 0 && function_subject_of(a) == function_subject_of(b);
}

const struct function *function_first(const struct function *f)
{
    int id = 0;

    while (!share_heading(function_at(id), f)) id++;
    return function_at(id);
}

const struct function *function_said_by(const struct function *f)
{
    int id = 0;

    while (!share_heading(function_at(id), f) || strcmp(function_at(id)->doc, f->doc) != 0) id++;
    return function_at(id);
}

/* ---- signatures ---- */

/* The list's word for a type as SQL's; what SAME means is the first argument's. */
static const char *type_word(struct str word)
{
    static const struct {
        const char *word, *shown;
    } words[] = {
        {"ANY", "any"},
        {"WHOLE", "whole number"},
        {"FLOAT", "DOUBLE"},
        {"TEXT", "VARCHAR"},
        {"BINARY", "VARBINARY"},
        {"INTERVAL_DAY", "INTERVAL"},
        {"INTERVAL_MONTH", "INTERVAL"},
        {"SPAN_UNION", "INTERVAL"},
        {"TIMESTAMP_TZ", "TIMESTAMP WITH TIME ZONE"},
        {"DECIMAL_SUM", "DECIMAL"},
        {"DECIMAL_PRODUCT", "DECIMAL"},
        {"DECIMAL_QUOTIENT", "DECIMAL"},
        {"DECIMAL_MODULO", "DECIMAL"},
        {"DECIMAL_WHOLE", "DECIMAL"},
        {"DECIMAL_ROUNDED", "DECIMAL"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equal(word, str_lit(words[i].word))) return words[i].shown;
    }
    return NULL;
}

static void put_type(struct str word, struct buf *out)
{
    const char *shown = type_word(word);

    if (shown)
        buf_puts(out, shown);
    else
        buf_printf(out, "%.*s", (int)word.len, word.ptr);
}

/* The i-th word in "(A, B)", from 0; empty behind the last. */
static struct str word_at(const char *args, int i)
{
    const char *at = args + (*args == '(');

    for (; i > 0; i--) {
        at += strcspn(at, ",");
        if (*at == ',') at += 2;
    }
    return str_of(at, strcspn(at, ",)"));
}

static int word_count(const char *args)
{
    int n = 0;

    while (word_at(args, n).len) n++;
    return n;
}

static const char *syntax_of(const struct entry *e, int count)
{
    for (int i = 0; i < ENTRIES; i++) {
        const struct entry *s = &entries[i];
        if (s->kind != ENTRY_SYNTAX || strcmp(s->name, e->name) != 0) continue;
        if (s->number == 0 || s->number == count) return s->args;
    }
    return NULL;
}

static void put_syntax(const char *syntax, const char *args, struct buf *out)
{
    for (const char *c = syntax; *c; c++) {
        if (*c != '$') {
            buf_putc(out, *c);
            continue;
        }
        put_type(word_at(args, *++c - '1'), out);
    }
}

static void put_call(const struct entry *e, int count, struct buf *out)
{
    buf_printf(out, "%s(", e->name);
    for (int i = 0; i < count; i++) {
        if (i) buf_puts(out, ", ");
        put_type(word_at(e->args, i), out);
    }
    buf_puts(out, e->kind == ENTRY_VARIADIC ? ", ...)" : ")");
}

static void put_cast(const struct entry *e, struct buf *out)
{
    buf_puts(out, "CAST(");
    put_type(str_lit(e->args), out);
    buf_puts(out, " AS ");
    put_type(str_lit(e->result), out);
    buf_putc(out, ')');
}

void function_signature(const struct function *f, struct buf *out)
{
    const struct entry *e = entry_of(f);
    int count = word_count(e->args);
    const char *syntax = syntax_of(e, count);

    if (e->kind == ENTRY_CAST) {
        put_cast(e, out);
        return;
    }
    if (syntax)
        put_syntax(syntax, e->args, out);
    else
        put_call(e, count, out);
    buf_puts(out, " -> ");
    put_type(strcmp(e->result, "SAME") == 0 ? word_at(e->args, 0) : str_lit(e->result), out);
}

/* ---- aggregates ---- */

static const struct aggregate_doc aggregates[] = {
#define AGGREGATE(name, kind, boolean, calls, doc, example, answer) {#name, calls, doc, example, answer},
#define PLANNED(name)
#include "planner/aggregates.inc"
#undef AGGREGATE
#undef PLANNED
};

const struct aggregate_doc *aggregate_doc(int i)
{
    return i < (int)(sizeof aggregates / sizeof *aggregates) ? &aggregates[i] : NULL;
}
