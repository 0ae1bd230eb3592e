/* bind_cast.c - one type where another is wanted: implicit and written casts, what a column takes, the branches of
 * CASE. A constant number is cast here, by the functions that the kernels use; so it costs nothing in a row. */
#include "base/decimal.h"
#include "planner/binder.h"
#include "planner/function_id.h"
#include "planner/type_common.h"

int bind_digits_max(const struct binder *b)
{
    return b->ctx->dialect == DIALECT_KINESIS ? DECIMAL_DIGITS_NARROW : DECIMAL_DIGITS_MAX;
}

int bind_common(const struct binder *b, struct type a, struct type t, struct type *out)
{
    return type_common(a, t, bind_digits_max(b), out);
}

/* ---- constants ---- */

static __int128 decimal_of(const struct bound *e)
{
    return type_phys(e->type) == PHYS_WIDE ? e->wide : e->i;
}

static double double_of(const struct bound *e)
{
    return e->type.kind >= TYPE_REAL ? e->d : decimal_to_double(decimal_of(e), e->type.scale);
}

/* A constant number as one of a type that it widens to; NULL when it does not fit. */
static struct bound *widened_number(struct binder *b, const struct bound *e, struct type to)
{
    struct bound *out = bound_new(b, BOUND_CONST, to.kind, e->at);
    __int128 v;

    if (type_is_whole(to.kind)) return bound_int(b, to.kind, e->i, e->at);
    if (to.kind == TYPE_DECIMAL) {
        bool fits = decimal_rescale(decimal_of(e), e->type.scale, to.scale, &v) && decimal_fits(v, to.precision);
        return fits ? bound_decimal(b, to, v, e->at) : NULL;
    }
    out->d = to.kind == TYPE_REAL ? (double)(float)double_of(e) : double_of(e);
    return out;
}

static struct bound *null_of(struct binder *b, struct type type, int at)
{
    struct bound *null = bound_new(b, BOUND_CONST, type.kind, at);

    null->type = type;
    null->null = true;
    return null;
}

/* The constant in the other type, or NULL when that is for the kernel. */
static struct bound *cast_const(struct binder *b, const struct bound *e, struct type to)
{
    if (e->kind != BOUND_CONST) return NULL;
    if (e->null) return null_of(b, to, e->at);
    if (!type_is_numeric(e->type.kind) || type_widening(e->type.kind, to.kind) < 0) return NULL;
    return widened_number(b, e, to);
}

/* ---- casts ---- */

static struct bound *cast_call(struct binder *b, struct bound *e, const struct function *f, struct type to, int at)
{
    struct bound *call = bound_new(b, BOUND_CALL, to.kind, at);

    call->type = to;
    call->function = f;
    call->count = 1;
    call->args = arena_alloc(b->arena, sizeof *call->args);
    call->args[0] = e;
    return call;
}

/* Whether the value may go on under its own type: a written cast of a number or an interval says its type. */
static bool stays(struct type from, struct type to, const struct function *f, enum cast_how how)
{
    if (type_equal(from, to)) return true;
    if (from.kind != to.kind || !f || f->id != FN_CAST_SAME) return false;
    return how == CAST_IMPLICIT || type_phys(to) == PHYS_TEXT;
}

/* CHAR becomes other types through VARCHAR, and they become it through a VARCHAR of its length. */
static struct bound *cast_char(struct binder *b, struct bound *e, struct type to, int at)
{
    struct type between = {.kind = TYPE_VARCHAR, .length = to.kind == TYPE_CHAR ? to.length : 0};
    struct bound *text = bind_cast(b, e, between, CAST_EXPLICIT, at);

    return text ? bind_cast(b, text, to, CAST_EXPLICIT, at) : NULL;
}

static bool is_through_text(enum type_kind from, enum type_kind to)
{
    if (from == TYPE_NULL || from == TYPE_BINARY || to == TYPE_BINARY) return false;
    return (from == TYPE_CHAR && !type_is_text(to)) || (to == TYPE_CHAR && !type_is_text(from));
}

bool bind_may_cut(struct type from, struct type to)
{
    bool texts = type_is_text(from.kind) && type_is_text(to.kind);

    return texts && to.length && (!from.length || from.length > to.length);
}

/* The old service cuts text that is too long for its type. */
static struct bound *cut_text(struct binder *b, struct bound *e, struct type to)
{
    struct bound *length = bound_int(b, TYPE_BIGINT, to.length, e->at), *cut;

    if (!bind_may_cut(e->type, to)) return e;
    if (!(cut = bind_function(b, e->at, "LEFT", 2, (struct bound *[]){e, length}))) return NULL;
    cut->type.length = to.length;
    return cut;
}

struct bound *bind_cast(struct binder *b, struct bound *e, struct type to, enum cast_how how, int at)
{
    const struct function *f;
    struct bound *constant;

    if (how == CAST_EXPLICIT && is_through_text(e->type.kind, to.kind)) return cast_char(b, e, to, at);
    if (how == CAST_EXPLICIT && b->ctx->dialect == DIALECT_KINESIS && type_is_text(e->type.kind) &&
        to.kind == TYPE_VARCHAR && !(e = cut_text(b, e, to)))
        return NULL;
    f = function_cast(e->type, to, how);
    if (stays(e->type, to, f, how)) return e;
    if (!f) {
        return bind_refuse(b, ERR_TYPE, at, "%s cannot be cast to %s%s", type_kind_name(e->type.kind),
                           type_kind_name(to.kind), bind_cast_remedy(e->type.kind, to.kind));
    }
    constant = cast_const(b, e, to);
    return constant ? constant : cast_call(b, e, f, to, at);
}

struct bound *bind_try_cast(struct binder *b, struct bound *e, struct type to, int at)
{
    struct bound *cast = bind_explicit_cast(b, e, to, at), *call;

    if (!cast || cast->kind != BOUND_CALL || cast == e) return cast;
    call = cast_call(b, cast, function_at(FN_TRY_CAST), to, at);
    call->count = 2;
    call->args = arena_alloc(b->arena, 2 * sizeof *call->args);
    call->args[0] = cast;
    call->args[1] = e;
    return call;
}

/* ---- columns ---- */

/* A text literal for a column of times is one of them. */
static struct bound *text_time(struct binder *b, const struct bound *e)
{
    usec t;

    if (!time_parse(e->s.ptr, e->s.len, &t)) return bound_int(b, TYPE_TIMESTAMP, t, e->at);
    return bind_refuse(b, ERR_VALUE, e->at, "'%.*s' is no TIMESTAMP", (int)e->s.len, e->s.ptr);
}

bool bind_is_assignable(enum type_kind from, enum type_kind to)
{
    if (type_is_numeric(from) && type_is_numeric(to)) return true;
    if (type_is_text(from) && type_is_text(to)) return true;
    return type_widening(from, to) >= 0;
}

struct bound *bind_assign(struct binder *b, struct bound *e, const struct field *to)
{
    enum type_kind from = e->type.kind, kind = to->type.kind;

    if (bind_is_assignable(from, kind)) return bind_cast(b, e, to->type, CAST_EXPLICIT, e->at);
    if (e->kind == BOUND_CONST && from == TYPE_VARCHAR && kind == TYPE_TIMESTAMP) return text_time(b, e);
    if (*bind_cast_remedy(from, kind)) {
        return bind_refuse(b, ERR_TYPE, e->at, "column \"%s\" is %s, this is %s%s", to->name, type_kind_name(kind),
                           type_kind_name(from), bind_cast_remedy(from, kind));
    }
    return bind_refuse(b, ERR_TYPE, e->at, "column \"%s\" is %s, this is %s: write CAST(... AS %s)", to->name,
                       type_kind_name(kind), type_kind_name(from), type_kind_name(kind));
}

/* ---- CASE ---- */

/* The type without its length, if it can be without. */
static struct type unlimited(struct type type)
{
    if (type.kind != TYPE_CHAR) type.length = 0;
    return type;
}

/* All the thens and the else get one type. */
struct bound *bind_case(struct binder *b, int at, struct bound **args, int count)
{
    struct bound *c = bound_new(b, BOUND_CASE, TYPE_NULL, at);

    for (int i = 1; i < count; i += i + 2 < count ? 2 : 1) {
        if (!bind_common(b, c->type, args[i]->type, &c->type)) continue;
        return bind_refuse(b, ERR_TYPE, args[i]->at, "CASE yields %s and %s: cast one to the type of the other",
                           type_kind_name(c->type.kind), type_kind_name(args[i]->type.kind));
    }
    for (int i = 1; i < count; i += i + 2 < count ? 2 : 1) {
        if (!(args[i] = bind_cast(b, args[i], unlimited(c->type), CAST_IMPLICIT, args[i]->at))) return NULL;
    }
    c->args = args;
    c->count = count;
    return c;
}
