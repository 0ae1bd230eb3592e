/* function.c - see function.h. The list is functions.inc; overloads are found by trying each entry of the name. */
#include "planner/function.h"
#include "planner/function_id.h"

#include <assert.h>
#include <string.h>

/* The words for types in the list. ANY: one type, the same for all arguments written so. */
enum {
    TYPE_ANY = 32,
    ANY = TYPE_ANY,
    BOOLEAN = TYPE_BOOLEAN,
    TINYINT = TYPE_TINYINT,
    SMALLINT = TYPE_SMALLINT,
    INTEGER = TYPE_INTEGER,
    BIGINT = TYPE_BIGINT,
    DECIMAL = TYPE_DECIMAL,
    REAL = TYPE_REAL,
    DOUBLE = TYPE_DOUBLE,
    CHAR = TYPE_CHAR,
    VARCHAR = TYPE_VARCHAR,
    BINARY = TYPE_BINARY,
    DATE = TYPE_DATE,
    TIME = TYPE_TIME,
    TIMESTAMP = TYPE_TIMESTAMP,
    TIMESTAMP_TZ = TYPE_TIMESTAMP_TZ,
    INTERVAL_DAY = TYPE_INTERVAL_DAY,
    INTERVAL_MONTH = TYPE_INTERVAL_MONTH,
};

enum { FUNCTION_WRITTEN_MAX = 5 }; /* arguments of one entry of the list */

enum form { FORM_FIXED, FORM_VARIADIC, FORM_CAST };

struct overload {
    struct function function;
    enum form form;
    int count; /* of args; of a variadic one: the last stands for any number */
    uint8_t args[FUNCTION_WRITTEN_MAX];
    uint8_t result;
};

#define UNPACK(...)                                                                                                    \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define COUNT(...) (int)sizeof((uint8_t[]){__VA_ARGS__})
#define WORDS(...) #__VA_ARGS__

static const struct overload overloads[] = {
#define FUNCTION(id, name, args, result, nulls, kernel, doc, example, answer)                                          \
    {{FN_##id, name, name "(" WORDS args ")", doc, example, answer}, FORM_FIXED, COUNT args, UNPACK args, result},
#define VARIADIC(id, name, args, result, nulls, kernel, doc, example, answer)                                          \
    {{FN_##id, name, name "(" WORDS args ", ...)", doc, example, answer},                                              \
     FORM_VARIADIC,                                                                                                    \
     COUNT args,                                                                                                       \
     UNPACK args,                                                                                                      \
     result},
#define CAST(id, from, to, kernel, doc, example, answer)                                                               \
    {{FN_##id, "CAST", "CAST(" #from " AS " #to ")", doc, example, answer}, FORM_CAST, 1, {TYPE_##from}, TYPE_##to},
#define ALIAS(name, of)
#include "planner/functions.inc"
#undef FUNCTION
#undef VARIADIC
#undef CAST
#undef ALIAS
};
_Static_assert(sizeof overloads / sizeof overloads[0] == FN_COUNT, "function_id.h and this list are one");

static const struct alias {
    const char *name, *of;
} aliases[] = {
#define FUNCTION(...)
#define VARIADIC(...)
#define CAST(...)
#define ALIAS(name, of) {name, of},
#include "planner/functions.inc"
#undef FUNCTION
#undef VARIADIC
#undef CAST
#undef ALIAS
};
enum { ALIASES = sizeof aliases / sizeof aliases[0] };

int function_count(void)
{
    return FN_COUNT;
}

const struct function *function_at(int id)
{
    assert(id >= 0 && id < FN_COUNT);
    return &overloads[id].function;
}

static struct str resolve_alias(struct str name)
{
    for (int i = 0; i < ALIASES; i++) {
        if (str_equal_nocase(name, str_lit(aliases[i].name))) return str_lit(aliases[i].of);
    }
    return name;
}

static bool has_name(const struct overload *o, struct str name)
{
    return o->form != FORM_CAST && str_equal_nocase(name, str_lit(o->function.name));
}

bool function_exists(struct str name)
{
    struct str real = resolve_alias(name);

    for (int i = 0; i < FN_COUNT; i++) {
        if (has_name(&overloads[i], real)) return true;
    }
    return false;
}

/* ---- fitting arguments to an overload ---- */

/* How many steps of widening lead from a type to another; -1: none do. NULL is any type. */
static int widening(enum type_kind from, enum type_kind to)
{
    if (from == to || from == TYPE_NULL) return 0;
    if (from > to) return -1;
    if (from == TYPE_TIME || to == TYPE_TIME || to == TYPE_BINARY) return -1;
    if (type_is_numeric(from) && type_is_numeric(to)) return (int)to - (int)from;
    if (type_is_text(from) && type_is_text(to)) return (int)to - (int)from;
    if (type_is_datetime(from) && type_is_datetime(to)) return (int)to - (int)from;
    return -1;
}

static bool accepts_count(const struct overload *o, int n)
{
    return o->form == FORM_VARIADIC ? n >= o->count : n == o->count;
}

static int wanted(const struct overload *o, int i)
{
    return o->args[i < o->count ? i : o->count - 1];
}

/* VARCHAR(0) holds every length. */
static int32_t longer(int32_t a, int32_t b)
{
    if (!a || !b) return 0;
    return a > b ? a : b;
}

/* The narrowest type that all arguments written ANY widen to. Returns -1 when there is none. */
static int common_type(const struct overload *o, const struct type *args, int n, struct type *out)
{
    *out = (struct type){.kind = TYPE_NULL};
    for (int i = 0; i < n; i++) {
        if (wanted(o, i) != ANY || args[i].kind == TYPE_NULL) continue;
        if (out->kind == TYPE_NULL) {
            *out = args[i];
        } else if (widening(args[i].kind, out->kind) >= 0) {
            out->length = longer(out->length, args[i].length);
        } else if (widening(out->kind, args[i].kind) >= 0) {
            *out = args[i];
        } else {
            return -1;
        }
    }
    return 0;
}

/* The cost of calling this overload, or -1 when the arguments do not fit it. */
static int fit(const struct overload *o, const struct type *args, int n)
{
    struct type common;
    int cost = 0;

    if (!accepts_count(o, n) || common_type(o, args, n, &common)) return -1;
    for (int i = 0; i < n; i++) {
        int want = wanted(o, i);
        int steps = widening(args[i].kind, want == ANY ? common.kind : (enum type_kind)want);
        if (steps < 0) return -1;
        cost += steps;
    }
    return cost;
}

static void fill_types(const struct overload *o, const struct type *args, int n, struct type *want, struct type *result)
{
    struct type common;

    common_type(o, args, n, &common);
    for (int i = 0; i < n; i++) {
        int kind = wanted(o, i);
        want[i] = kind == ANY ? common : (struct type){.kind = (enum type_kind)kind};
        if (want[i].kind == args[i].kind) want[i].length = args[i].length;
    }
    *result = o->result == ANY ? common : (struct type){.kind = (enum type_kind)o->result};
}

/* ---- messages ---- */

enum { NAME_MAX_BYTES = 32 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;

    return m < c ? m : c;
}

/* Levenshtein's distance, without regard to case. */
static int distance(struct str a, const char *b)
{
    int row[NAME_MAX_BYTES + 1], n = (int)strlen(b);

    assert(n <= NAME_MAX_BYTES);
    for (int j = 0; j <= n; j++) row[j] = j;
    for (int i = 1; i <= (int)a.len; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= n; j++) {
            int substituted = diagonal + (lower(a.ptr[i - 1]) != lower(b[j - 1]));
            diagonal = row[j];
            row[j] = min3(substituted, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[n];
}

static void consider(struct str name, const char *candidate, int *best, const char **nearest)
{
    int d = distance(name, candidate);

    if (d < *best) {
        *best = d;
        *nearest = candidate;
    }
}

/* The registered name nearest to a mistyped one, or NULL when none is near. */
static const char *suggestion(struct str name)
{
    int best = name.len < 5 ? 2 : 3; /* nearer than that */
    const char *nearest = NULL;

    if (name.len > NAME_MAX_BYTES) return NULL;
    for (int i = 0; i < FN_COUNT; i++) {
        if (overloads[i].form != FORM_CAST) consider(name, overloads[i].function.name, &best, &nearest);
    }
    for (int i = 0; i < ALIASES; i++) consider(name, aliases[i].name, &best, &nearest);
    return nearest;
}

static void unknown_name(struct str name, int at, struct err *err)
{
    const char *nearest = suggestion(name);

    if (nearest) {
        err_set(err, ERR_NAME, at, "there is no function %.*s; did you mean %s?", (int)name.len, name.ptr, nearest);
    } else {
        err_set(err, ERR_NAME, at, "there is no function %.*s", (int)name.len, name.ptr);
    }
}

static void wrong_arguments(struct str name, struct str real, const struct type *args, int n, int at, struct err *err)
{
    struct buf text = {0};
    const char *separator = "";

    buf_printf(&text, "%.*s does not take (", (int)name.len, name.ptr);
    for (int i = 0; i < n; i++) {
        if (i) buf_puts(&text, ", ");
        type_print(args[i], &text);
    }
    buf_puts(&text, "); there is ");
    for (int i = 0; i < FN_COUNT; i++) {
        if (!has_name(&overloads[i], real)) continue;
        buf_puts(&text, separator);
        buf_puts(&text, overloads[i].function.signature);
        separator = ", ";
    }
    err_set(err, ERR_TYPE, at, "%s", buf_text(&text));
    buf_free(&text);
}

const struct function *function_find(struct str name, const struct type *args, int n, int at, struct type *want,
                                     struct type *result, struct err *err)
{
    struct str real = resolve_alias(name);
    const struct overload *best = NULL;
    int best_cost = 0;

    assert(n <= FUNCTION_ARGS_MAX);
    for (int i = 0; i < FN_COUNT; i++) {
        const struct overload *o = &overloads[i];
        int cost = has_name(o, real) ? fit(o, args, n) : -1;
        if (cost < 0 || (best && cost >= best_cost)) continue;
        best = o;
        best_cost = cost;
    }
    if (best) {
        fill_types(best, args, n, want, result);
        return &best->function;
    }
    if (function_exists(real)) {
        wrong_arguments(name, real, args, n, at, err);
    } else {
        unknown_name(name, at, err);
    }
    return NULL;
}

/* ---- casts ---- */

/* A text that is as long as `from` allows is one of `to`, as it is. */
static bool length_fits(struct type from, struct type to)
{
    if (to.kind == TYPE_CHAR) return from.length == to.length;
    return to.length == 0 || (from.length && from.length <= to.length);
}

/* CHAR(3) widens to CHAR(5). */
static bool widens_by_length(struct type from, struct type to)
{
    return from.kind == TYPE_CHAR && from.length < to.length;
}

const struct function *function_cast(struct type from, struct type to, enum cast_how how)
{
    if (from.kind == to.kind && length_fits(from, to)) return function_at(FN_CAST_SAME);
    if (how == CAST_IMPLICIT && (from.kind == to.kind ? !widens_by_length(from, to) : widening(from.kind, to.kind) < 0))
        return NULL;
    if (from.kind == TYPE_NULL) return function_at(FN_CAST_NULL);
    for (int i = 0; i < FN_COUNT; i++) {
        const struct overload *o = &overloads[i];
        if (o->form == FORM_CAST && o->args[0] == from.kind && o->result == to.kind) return &o->function;
    }
    return NULL;
}
