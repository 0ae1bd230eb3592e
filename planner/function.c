/* function.c - see function.h. The list is functions.inc; overloads are found by trying each entry of the name. */
#include "planner/function.h"
#include "planner/function_id.h"
#include "planner/type_common.h"

#include <assert.h>
#include <string.h>

/* The words for types in the list; functions.inc says what the general ones and the rules mean. */
enum word {
    TYPE_ANY = TYPE_KINDS,
    TYPE_WHOLE,
    TYPE_FLOAT,
    TYPE_TEXT,
    SAME,
    DECIMAL_SUM,
    DECIMAL_PRODUCT,
    DECIMAL_QUOTIENT,
    DECIMAL_MODULO,
    DECIMAL_WHOLE,
    DECIMAL_ROUNDED,
    SPAN_UNION,
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

const char *function_alias(int i)
{
    return i < ALIASES ? aliases[i].name : NULL;
}

struct str function_resolve(struct str name)
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
    struct str real = function_resolve(name);

    for (int i = 0; i < FN_COUNT; i++) {
        if (has_name(&overloads[i], real)) return true;
    }
    return false;
}

/* ---- fitting arguments to an overload ---- */

static bool accepts_count(const struct overload *o, int n)
{
    return o->form == FORM_VARIADIC ? n >= o->count : n == o->count;
}

static int wanted(const struct overload *o, int i)
{
    return o->args[i < o->count ? i : o->count - 1];
}

/* The common type of all arguments written ANY. Returns -1 when there is none. */
static int common_type(const struct overload *o, const struct type *args, int n, int digits_max, struct type *out)
{
    *out = type_of(TYPE_NULL);
    for (int i = 0; i < n; i++) {
        if (wanted(o, i) == ANY && type_common(*out, args[i], digits_max, out)) return -1;
    }
    return 0;
}

/* The cost of calling this overload, or -1 when the arguments do not fit it. */
static int fit(const struct overload *o, const struct type *args, int n)
{
    struct type common;
    int cost = 0;

    if (!accepts_count(o, n) || common_type(o, args, n, DECIMAL_DIGITS_MAX, &common)) return -1;
    for (int i = 0; i < n; i++) {
        int want = wanted(o, i);
        int steps = type_widening(args[i].kind, want == ANY ? common.kind : (enum type_kind)want);
        if (steps < 0) return -1;
        cost += steps;
    }
    return cost;
}

/* What an argument becomes. Kernels of DECIMALs take whole numbers as they are. */
static struct type wanted_type(int want, struct type have, struct type common)
{
    if (want == ANY) return common;
    if (want == (int)have.kind || (want == TYPE_DECIMAL && type_is_whole(have.kind))) return have;
    return want == TYPE_DECIMAL ? type_decimal(1, 0) : type_of((enum type_kind)want);
}

/* The union of the qualifiers of all intervals among the arguments; a NULL has none. */
static struct type span_union(const struct type *args, const struct type *want, int n)
{
    struct type out = type_of(TYPE_NULL);

    for (int i = 0; i < n; i++) {
        if (type_is_interval(args[i].kind)) out = out.kind == TYPE_NULL ? args[i] : type_span_union(out, args[i]);
    }
    for (int i = 0; i < n && out.kind == TYPE_NULL; i++) {
        if (type_is_interval(want[i].kind)) out = want[i];
    }
    return out;
}

/* What the words for results mean. */
static struct type result_type(int word, const struct type *want, struct type common, int digits_max)
{
    switch (word) {
    case ANY: return common;
    case SAME: return want[0];
    case DECIMAL_SUM: return type_decimal_sum(want[0], want[1], digits_max);
    case DECIMAL_PRODUCT: return type_decimal_product(want[0], want[1], digits_max);
    case DECIMAL_QUOTIENT: return type_decimal_quotient(want[0], want[1], digits_max);
    case DECIMAL_MODULO: return type_decimal_modulo(want[0], want[1], digits_max);
    case DECIMAL_WHOLE: return type_decimal_whole(want[0]);
    case DECIMAL_ROUNDED: return type_decimal_rounded(want[0], digits_max);
    default: return type_of((enum type_kind)word);
    }
}

/* What is not shown (a comparison's operands) is not bounded by the dialect. */
static void fill_types(const struct overload *o, const struct type *args, int n, int digits_max, struct type *want,
                       struct type *result)
{
    struct type common;

    common_type(o, args, n, o->result == ANY ? digits_max : DECIMAL_DIGITS_MAX, &common);
    for (int i = 0; i < n; i++) want[i] = wanted_type(wanted(o, i), args[i], common);
    *result = o->result == SPAN_UNION ? span_union(args, want, n) : result_type(o->result, want, common, digits_max);
}

const struct function *function_find(struct str name, const struct type *args, int n, int digits_max,
                                     struct type *want, struct type *result)
{
    struct str real = function_resolve(name);
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
    if (!best) return NULL;
    fill_types(best, args, n, digits_max, want, result);
    return &best->function;
}

/* ---- casts ---- */

/* Whether every value of `from` is one of `to` as it lies. */
static bool is_same(struct type from, struct type to)
{
    if (type_is_whole(from.kind) && type_is_whole(to.kind)) return from.kind <= to.kind;
    if (from.kind == TYPE_REAL && to.kind == TYPE_DOUBLE) return true;
    if (from.kind != to.kind && !(from.kind == TYPE_CHAR && to.kind == TYPE_VARCHAR)) return false;
    if (from.kind == TYPE_DECIMAL)
        return from.scale == to.scale && from.precision <= to.precision && type_phys(from) == type_phys(to);
    if (to.kind == TYPE_CHAR) return from.length == to.length;
    if (type_phys(to) == PHYS_TEXT) return !to.length || (from.length && from.length <= to.length);
    return true;
}

/* Whether an implicit cast may lead there: by widening, which for a text is not to cut it. */
static bool is_implicit(struct type from, struct type to)
{
    if (from.kind == TYPE_CHAR && to.kind == TYPE_CHAR) return from.length <= to.length;
    return from.kind == to.kind ? from.kind == TYPE_DECIMAL : type_widening(from.kind, to.kind) >= 0;
}

/* Whether a word of a CAST's entry means the kind. */
static bool covers(int word, enum type_kind kind)
{
    switch (word) {
    case TYPE_WHOLE: return type_is_whole(kind);
    case TYPE_FLOAT: return kind == TYPE_REAL || kind == TYPE_DOUBLE;
    case TYPE_TEXT: return type_is_text(kind);
    default: return word == (int)kind;
    }
}

const struct function *function_cast(struct type from, struct type to, enum cast_how how)
{
    if (is_same(from, to)) return function_at(FN_CAST_SAME);
    if (how == CAST_IMPLICIT && !is_implicit(from, to)) return NULL;
    if (from.kind == TYPE_NULL) return function_at(FN_CAST_NULL);
    for (int i = 0; i < FN_COUNT; i++) {
        const struct overload *o = &overloads[i];
        if (o->form == FORM_CAST && covers(o->args[0], from.kind) && covers(o->result, to.kind)) return &o->function;
    }
    return NULL;
}
