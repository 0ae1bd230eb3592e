/* bind_text.c - what texts need of the binder: the written forms of SUBSTRING, OVERLAY, SIMILAR TO and ||, patterns
 * that are checked before any row comes, and comparisons of CHAR. */
#include "base/regex.h"
#include "base/utf8.h"
#include "planner/binder.h"
#include "planner/function_id.h"

#include <string.h>

static bool is_constant(const struct bound *e)
{
    return e->kind == BOUND_CONST && !e->null && type_is_text(e->type.kind);
}

/* ---- patterns ---- */

static bool has_pattern(const struct function *f, enum regex_syntax *syntax)
{
    *syntax = REGEX_JAVA;
    switch (f->id) {
    case FN_SIMILAR:
    case FN_SIMILAR_ESCAPE: *syntax = REGEX_SIMILAR; return true;
    case FN_SUBSTRING_SIMILAR: *syntax = REGEX_PART; return true;
    case FN_REGEX_REPLACE:
    case FN_REGEXP_REPLACE:
    case FN_REGEXP_LIKE:
    case FN_REGEXP_EXTRACT:
    case FN_REGEXP_EXTRACT_GROUP: return true;
    default: return false;
    }
}

/* The call's escape character; NULL when it has none. */
static const struct bound *escape_of(const struct bound *call)
{
    return call->function->id == FN_SIMILAR_ESCAPE || call->function->id == FN_SUBSTRING_SIMILAR ? call->args[2] : NULL;
}

int bind_check_pattern(struct binder *b, const struct bound *call)
{
    enum regex_syntax syntax;
    const struct bound *pattern, *escape;
    struct regex *regex;
    struct err err;

    if (!has_pattern(call->function, &syntax)) return 0;
    pattern = call->args[1];
    escape = escape_of(call);
    if (escape && is_constant(escape) && utf8_count(escape->s.ptr, escape->s.len) != 1)
        return err_set(b->err, ERR_VALUE, escape->at, "ESCAPE takes one character");
    if (!is_constant(pattern) || (escape && !is_constant(escape))) return 0;
    regex = regex_new(syntax, pattern->s, escape ? escape->s : str_of("", 0), &err);
    if (!regex) return err_set(b->err, ERR_VALUE, pattern->at, "this pattern is none: %s", err.text);
    regex_free(regex);
    return 0;
}

/* Nothing in it but what LIKE knows too. */
static bool is_simple(const struct bound *pattern)
{
    return is_constant(pattern) && strcspn(pattern->s.ptr, "|*+?{}()[]") == pattern->s.len;
}

struct bound *bind_similar(struct binder *b, int at, int count, struct bound *const *args)
{
    return bind_function(b, at, is_simple(args[1]) ? "like" : "similar to", count, args);
}

/* ---- CHAR ---- */

bool bind_is_comparison(const char *name)
{
    static const char *const names[] = {"=", "<>", "<", "<=", ">", ">=", "in", "is distinct from"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) return true;
    }
    return false;
}

int bind_strip_blanks(struct binder *b, int count, struct bound **args)
{
    bool padded = false;

    for (int i = 0; i < count; i++) padded = padded || args[i]->type.kind == TYPE_CHAR;
    for (int i = 0; padded && i < count; i++) {
        if (type_is_text(args[i]->type.kind) && !(args[i] = bind_function(b, args[i]->at, "RTRIM", 1, &args[i])))
            return -1;
    }
    return 0;
}

/* ---- the written forms ---- */

struct bound *bind_substring(struct binder *b, int at, enum call_form form, int count, struct bound *const *args)
{
    bool pattern = count > 1 && type_is_text(args[1]->type.kind);

    if (form == CALL_SIMILAR || (form == CALL_FROM && pattern && count == 3))
        return bind_function(b, at, "SUBSTRING_SIMILAR", count, args);
    if (form == CALL_FROM && pattern) return bind_function(b, at, "REGEXP_EXTRACT", count, args);
    if (form == CALL_FOR) {
        return bind_function(b, at, "SUBSTRING", 3,
                             (struct bound *[]){args[0], bound_int(b, TYPE_INTEGER, 1, at), args[1]});
    }
    /* With commas it is NULL past the end: kinesis-sql.md, 11.3. */
    if (form == CALL_PLAIN && count && args[0]->type.kind != TYPE_BINARY)
        return bind_function(b, at, "SUBSTRING_OR_NULL", count, args);
    return bind_function(b, at, "SUBSTRING", count, args);
}
