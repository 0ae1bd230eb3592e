/* bind_mismatch.c - arguments that no function of the name takes, casts that there are not: what is wrong with them,
 * and what to write. */
#include "planner/binder.h"

#include <ctype.h>
#include <string.h>

#include "planner/function.h"
#include "planner/function_id.h"

/* ---- casts ---- */

const char *bind_cast_remedy(enum type_kind from, enum type_kind to)
{
    if (from == TYPE_TIMESTAMP && type_is_numeric(to)) return ": write UNIX_TIMESTAMP(...), milliseconds since 1970";
    if (type_is_whole(from) && to == TYPE_TIMESTAMP) return ": write TO_TIMESTAMP(...) of milliseconds since 1970";
    return "";
}

/* ---- operators ---- */

static bool is_operator(const char *name)
{
    static const char *const words[] = {"and", "or", "not", "in", "like", "is distinct from"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(name, words[i])) return true;
    return !isalpha((unsigned char)*name);
}

static bool is_comparison(const char *name)
{
    return strchr("=<>", *name) || !strcmp(name, "in") || !strcmp(name, "is distinct from");
}

static const char *type_text(struct binder *b, struct type type)
{
    struct buf text = {0};
    const char *out;

    type_print(type, &text);
    out = arena_copy(b->arena, buf_text(&text), text.len);
    buf_free(&text);
    return out;
}

/* A text compared with a time: the text as a TIMESTAMP, when it is a day or an instant. */
static const char *time_remedy(struct binder *b, const struct bound *text)
{
    usec t;

    if (text->kind != BOUND_CONST) return "write TO_TIMESTAMP(...) around the text";
    if (!time_parse(text->s.ptr, text->s.len, &t))
        return arena_printf(b->arena, "write TIMESTAMP '%.*s%s'", (int)text->s.len, text->s.ptr,
                            text->s.len == 10 ? " 00:00:00" : "");
    return "write TIMESTAMP 'yyyy-MM-dd HH:mm:ss'";
}

static const char *span_remedy(struct binder *b, const struct bound *number)
{
    if (number->kind == BOUND_CONST && type_is_whole(number->type.kind) && !number->null)
        return arena_printf(b->arena, "write INTERVAL '%lld' SECOND for a span of time", (long long)number->i);
    return "write a number of seconds times INTERVAL '1' SECOND";
}

/* Of two operands, the one of the kind; NULL: none is. */
static struct bound *one_of_kind(struct bound *const *args, enum type_kind kind)
{
    return args[0]->type.kind == kind ? args[0] : args[1]->type.kind == kind ? args[1] : NULL;
}

static const char *operator_remedy(struct binder *b, const char *name, struct bound *const *args)
{
    const struct bound *text = one_of_kind(args, TYPE_VARCHAR), *time = one_of_kind(args, TYPE_TIMESTAMP);
    const struct bound *number = type_is_numeric(args[0]->type.kind)   ? args[0]
                                 : type_is_numeric(args[1]->type.kind) ? args[1]
                                                                       : NULL;

    if (!strcmp(name, "and") || !strcmp(name, "or")) return "both sides must be BOOLEAN";
    if (text && time && is_comparison(name)) return time_remedy(b, text);
    if (text && number && is_comparison(name))
        return arena_printf(b->arena, "write CAST(... AS VARCHAR) around the %s", type_kind_name(number->type.kind));
    if (text && *name == '+') return "texts are joined with ||";
    if (time && number && (*name == '+' || *name == '-')) return span_remedy(b, number);
    if (!strcmp(name, "||")) return "both sides must be texts: write CAST(... AS VARCHAR)";
    return NULL;
}

static void *refuse_operator(struct binder *b, int at, const char *name, int count, struct bound *const *args)
{
    const char *remedy = count == 2 ? operator_remedy(b, name, args) : NULL;
    char *shown = arena_copy(b->arena, name, strlen(name));

    for (char *c = shown; *c; c++) *c = (char)toupper((unsigned char)*c);
    if (count == 1) return bind_refuse(b, ERR_TYPE, at, "%s %s is not defined", shown, type_text(b, args[0]->type));
    return bind_refuse(b, ERR_TYPE, at, "%s %s %s is not defined%s%s", type_text(b, args[0]->type), shown,
                       type_text(b, args[count - 1]->type), remedy ? ": " : "", remedy ? remedy : "");
}

/* ---- functions ---- */

/* The numbers of arguments that a function takes. */
struct arity {
    int least, most; /* most: INT_MAX for any number */
};

/* The arguments in a signature: FOO(A, B). */
static int count_args(const char *signature)
{
    int count = strchr(signature, ')') - strchr(signature, '(') > 1;

    for (const char *c = signature; *c; c++) count += *c == ',';
    return count;
}

static bool has_name(const struct function *f, struct str name)
{
    return str_equal_nocase(name, str_lit(f->name)) && strcmp(f->name, "CAST") != 0;
}

static struct arity arity_of(struct str name)
{
    struct arity arity = {INT32_MAX, 0};

    for (int i = 0; i < function_count(); i++) {
        const struct function *f = function_at(i);
        bool any = strstr(f->signature, "...");
        int count = count_args(f->signature) - any;
        if (!has_name(f, name)) continue;
        if (count < arity.least) arity.least = count;
        if (any) arity.most = INT32_MAX;
        if (count > arity.most) arity.most = count;
    }
    return arity;
}

/* The signatures, or as many as a message holds; those with another number of arguments last. */
static void put_signatures(struct buf *out, struct str name)
{
    enum { SHOWN_MAX = 4 };
    int count = 0;

    for (int i = 0; i < function_count(); i++) {
        if (!has_name(function_at(i), name) || count++ >= SHOWN_MAX) continue;
        buf_printf(out, "%s%s", count > 1 ? ", " : "", function_at(i)->signature);
    }
    if (count > SHOWN_MAX) buf_printf(out, " and %d more", count - SHOWN_MAX);
}

static void put_counts(struct buf *out, struct arity arity, int count)
{
    if (arity.most == INT32_MAX)
        buf_printf(out, "at least %d argument%s", arity.least, arity.least == 1 ? "" : "s");
    else if (arity.least == arity.most)
        buf_printf(out, "%d argument%s", arity.least, arity.least == 1 ? "" : "s");
    else
        buf_printf(out, "%d to %d arguments", arity.least, arity.most);
    buf_printf(out, ", not %d: ", count);
}

void *bind_refuse_call(struct binder *b, int at, const char *name, int count, struct bound *const *args)
{
    struct str real = function_resolve(str_lit(name));
    struct arity arity = arity_of(real);
    struct buf text = {0};

    if (!function_exists(real)) return bind_unknown_function(b, str_lit(name), at);
    if (is_operator(name) && count) return refuse_operator(b, at, name, count, args);
    if (count < arity.least || count > arity.most) {
        buf_printf(&text, "%s takes ", name);
        put_counts(&text, arity, count);
    } else {
        buf_printf(&text, "%s does not take (", name);
        for (int i = 0; i < count; i++) buf_printf(&text, "%s%s", i ? ", " : "", type_text(b, args[i]->type));
        buf_puts(&text, "): it takes ");
    }
    put_signatures(&text, real);
    bind_refuse(b, ERR_TYPE, at, "%s", buf_text(&text));
    buf_free(&text);
    return NULL;
}
