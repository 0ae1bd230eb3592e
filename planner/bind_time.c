/* bind_time.c - expressions of times and spans that are more than a call: their types, and forms with units. */
#include "base/zone.h"
#include "planner/binder.h"
#include "planner/function_id.h"
#include "planner/interval.h"

/* ---- types of results ---- */

/* A qualifier finer than DAY, or none. */
static bool has_clock(struct type span)
{
    int last = span.last - 1;

    return span.kind == TYPE_INTERVAL_DAY && (!span.last || (last != UNIT_DAY && last != UNIT_WEEK));
}

int bind_date_moves(struct binder *b, struct bound *args[2])
{
    for (int i = 0; i < 2; i++) {
        if (args[i]->type.kind != TYPE_DATE || !has_clock(args[1 - i]->type)) continue;
        if (!(args[i] = bind_cast(b, args[i], type_of(TYPE_TIMESTAMP), CAST_IMPLICIT, args[i]->at))) return -1;
    }
    return 0;
}

struct bound *bind_without_zone(struct binder *b, int at, const char *name, int count, struct bound *const *args)
{
    struct bound *plain[FUNCTION_ARGS_MAX], *call;
    bool zoned = false;

    for (int i = 0; i < count; i++) {
        plain[i] = args[i];
        if (args[i]->type.kind != TYPE_TIMESTAMP_TZ) continue;
        zoned = true;
        if (!(plain[i] = bind_cast(b, args[i], type_of(TYPE_TIMESTAMP), CAST_EXPLICIT, at))) return NULL;
    }
    if (!zoned) return NULL;
    if ((call = bind_function(b, at, name, count, plain))) *b->err = (struct err){0};
    return call;
}

/* ---- units as words ---- */

/* The word in upper case as a text, or NULL. */
static struct bound *unit_word(struct binder *b, const struct expr *e)
{
    const struct ident *word = e->kind == EXPR_COLUMN && e->name.count == 1 ? &e->name.parts[0] : NULL;
    char *text;

    if (!word) return NULL;
    text = arena_copy(b->arena, word->text.ptr, word->text.len);
    for (char *c = text; *c; c++) *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
    return bound_text(b, text, e->at);
}

/* SECOND of the old service has a fraction: a DECIMAL(5, 3). */
static struct bound *extract_seconds(struct binder *b, struct bound *from, int at)
{
    struct bound *seconds = bind_function(b, at, "extract_seconds", 1, &from);

    if (seconds) seconds->type = type_decimal(5, 3);
    return seconds;
}

struct bound *bind_extract(struct scope *scope, const struct expr *e)
{
    const struct args *written = &e->call.args;
    struct bound *args[2] = {unit_word(scope->binder, written->items[0].value)};

    if (!args[0] || written->count != 2)
        return bind_refuse(scope->binder, ERR_SYNTAX, e->at, "EXTRACT is written EXTRACT(unit FROM time)");
    if (!(args[1] = bind_expr(scope, written->items[1].value))) return NULL;
    if (scope->binder->ctx->dialect == DIALECT_KINESIS && str_equal(args[0]->s, str_lit("SECOND")))
        return extract_seconds(scope->binder, args[1], e->at);
    return bind_function(scope->binder, e->at, "EXTRACT", 2, args);
}

struct bound *bind_unit_call(struct scope *scope, const struct expr *e, const char *name)
{
    const struct args *written = &e->call.args;
    struct bound *args[3] = {NULL};

    if (written->count != 3 || !(args[0] = unit_word(scope->binder, written->items[0].value)))
        return bind_refuse(scope->binder, ERR_SYNTAX, e->at, "%s begins with a unit: %s(MINUTE, ...)", name, name);
    for (int i = 1; i < 3; i++) {
        if (!(args[i] = bind_expr(scope, written->items[i].value))) return NULL;
    }
    return bind_function(scope->binder, e->at, name, 3, args);
}

/* ---- zones ---- */

/* A zone that is written out must be one. */
static int check_zone(struct binder *b, const struct bound *zone)
{
    struct arena *scratch;
    struct err why;
    bool known;

    if (zone->kind != BOUND_CONST || zone->null || zone->type.kind != TYPE_VARCHAR) return 0;
    scratch = arena_new();
    known = zone_load(scratch, zone->s, &why);
    arena_free(scratch);
    return known ? 0 : err_set(b->err, ERR_VALUE, zone->at, "%s", why.text);
}

struct bound *bind_at_zone(struct scope *scope, const struct expr *e)
{
    struct bound *args[2];

    if (!(args[0] = bind_expr(scope, e->at_zone.operand)) || !(args[1] = bind_expr(scope, e->at_zone.zone)))
        return NULL;
    if (check_zone(scope->binder, args[1])) return NULL;
    return bind_function(scope->binder, e->at, "at time zone", 2, args);
}

/* ---- (a - b) MINUTE ---- */

/* A difference of two times in months: the complete ones. */
static struct bound *months_between(struct binder *b, const struct bound *difference, int at)
{
    bool times = difference->kind == BOUND_CALL && difference->count == 2 &&
                 type_is_datetime(difference->args[0]->type.kind) && type_is_datetime(difference->args[1]->type.kind);

    if (!times) return bind_refuse(b, ERR_TYPE, at, "days are no months: only (time - time) can be counted in months");
    return bind_function(b, at, "months_between", 2, difference->args);
}

struct bound *bind_qualified(struct scope *scope, const struct expr *e)
{
    const struct qualifier *q = &e->qualified.qualifier;
    struct type type = type_interval(q->first, q->last);
    struct bound *span = bind_expr(scope, e->qualified.operand), *cut;
    int64_t unit = interval_unit(type);

    if (span && type.kind == TYPE_INTERVAL_MONTH && span->type.kind == TYPE_INTERVAL_DAY)
        span = months_between(scope->binder, span, e->at);
    if (!span) return NULL;
    if (q->last == UNIT_SECOND && q->fraction > 0) unit = q->fraction > 3 ? 1 : USEC_MS;
    cut = bind_function(scope->binder, e->at, "interval_truncate", 2,
                        (struct bound *[]){span, bound_int(scope->binder, TYPE_BIGINT, unit, e->at)});
    if (cut) cut->type = type;
    return cut;
}

/* ---- CAST ---- */

static struct bound *span_to_number(struct binder *b, struct bound *span, struct type to, int at)
{
    struct bound *count;

    if (!interval_is_single(span->type)) {
        return bind_refuse(b, ERR_TYPE, at, "only an interval of one unit is a number: write (...) SECOND, or EXTRACT");
    }
    count = bind_cast(b, span, type_of(TYPE_BIGINT), CAST_EXPLICIT, at);
    return count ? bind_cast(b, count, to, CAST_EXPLICIT, at) : NULL;
}

/* The day is that on which the query began, as CURRENT_DATE. */
static struct bound *time_to_instant(struct binder *b, struct bound *time, struct type to, int at)
{
    struct bound *args[2] = {bind_cast(b, time, type_of(TYPE_TIMESTAMP), CAST_EXPLICIT, at),
                             bound_int(b, TYPE_INTERVAL_DAY, time_floor(b->ctx->now, UNIT_DAY), at)};
    struct bound *sum = args[0] ? bind_function(b, at, "+", 2, args) : NULL;

    return sum ? bind_cast(b, sum, to, CAST_EXPLICIT, at) : NULL;
}

struct bound *bind_explicit_cast(struct binder *b, struct bound *value, struct type to, int at)
{
    enum type_kind from = value->type.kind;

    if (type_is_interval(from) && type_is_numeric(to.kind)) return span_to_number(b, value, to, at);
    if (from == TYPE_TIME && (to.kind == TYPE_TIMESTAMP || to.kind == TYPE_TIMESTAMP_TZ))
        return time_to_instant(b, value, to, at);
    if (from == to.kind && type_is_interval(from) && !type_equal(value->type, to)) {
        value = bind_function(b, at, "interval_truncate", 2,
                              (struct bound *[]){value, bound_int(b, TYPE_BIGINT, interval_unit(to), at)});
        if (value) value->type = to;
        return value;
    }
    return bind_cast(b, value, to, CAST_EXPLICIT, at);
}
