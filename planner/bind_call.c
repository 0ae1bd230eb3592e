/* bind_call.c - calls: the written forms of functions become plain calls, arguments are cast to what the function
 * takes. */
#include "planner/binder.h"
#include "planner/function_id.h"

#include <assert.h>

/* ---- plain calls ---- */

/* ROUND(x, 2) has two digits behind the point; how many, is known where they are a constant. */
static void fix_scale(struct bound *call)
{
    const struct bound *digits = call->count == 2 ? call->args[1] : NULL;
    int scale = call->type.scale, kept;

    if (call->function->id != FN_ROUND_DECIMAL_TO && call->function->id != FN_TRUNC_DECIMAL_TO) return;
    if (digits->kind != BOUND_CONST || digits->null || digits->i >= scale) return;
    kept = digits->i > 0 ? (int)digits->i : 0;
    call->type = type_decimal(call->type.precision - scale + kept, kept);
}

struct bound *bind_function(struct binder *b, int at, const char *name, int count, struct bound *const *args)
{
    struct type have[FUNCTION_ARGS_MAX], want[FUNCTION_ARGS_MAX];
    struct bound *call = bound_new(b, BOUND_CALL, TYPE_NULL, at);

    if (count > FUNCTION_ARGS_MAX)
        return bind_refuse(b, ERR_LIMIT, at, "%s has more than %d arguments", name, FUNCTION_ARGS_MAX);
    call->count = count;
    call->args = arena_alloc(b->arena, (size_t)count * sizeof *call->args + 1);
    for (int i = 0; i < count; i++) call->args[i] = args[i];
    if (bind_is_comparison(name) && bind_strip_blanks(b, count, call->args)) return NULL;
    for (int i = 0; i < count; i++) have[i] = call->args[i]->type;
    call->function = function_find(str_lit(name), have, count, bind_digits_max(b), want, &call->type);
    if (!call->function) {
        struct bound *plain = bind_without_zone(b, at, name, count, args);
        return plain ? plain : bind_refuse_call(b, at, name, count, args);
    }
    for (int i = 0; i < count; i++) {
        if (!(call->args[i] = bind_cast(b, call->args[i], want[i], CAST_IMPLICIT, at))) return NULL;
    }
    fix_scale(call);
    return bind_check_pattern(b, call) ? NULL : call;
}

/* ---- the written forms ---- */

static bool call_is(const struct expr *e, const char *name)
{
    return e->call.name.count == 1 && ident_is(&e->call.name.parts[0], name);
}

static struct bound *argument(struct scope *scope, const struct expr *e, int i)
{
    return bind_expr(scope, e->call.args.items[i].value);
}

static int arguments(struct scope *scope, const struct expr *e, struct bound **out)
{
    if (e->call.args.count > FUNCTION_ARGS_MAX) {
        return err_set(scope->binder->err, ERR_LIMIT, e->at, "more than %d arguments", FUNCTION_ARGS_MAX);
    }
    for (int i = 0; i < e->call.args.count; i++) {
        if (!(out[i] = argument(scope, e, i))) return -1;
    }
    return 0;
}

static const char *call_name(struct binder *b, const struct expr *e)
{
    return bind_new_name(b, &e->call.name.parts[e->call.name.count - 1]);
}

static struct bound *plain(struct scope *scope, const struct expr *e, const char *name)
{
    struct bound *args[FUNCTION_ARGS_MAX];

    if (arguments(scope, e, args)) return NULL;
    return bind_function(scope->binder, e->at, name, e->call.args.count, args);
}

/* FLOOR(x TO unit), CEIL(x TO unit). */
static struct bound *to_unit(struct scope *scope, const struct expr *e)
{
    struct bound *args[2] = {argument(scope, e, 0)};

    if (!args[0]) return NULL;
    args[1] = bound_text(scope->binder, time_unit_name(e->call.unit), e->at);
    return bind_function(scope->binder, e->at, call_name(scope->binder, e), 2, args);
}

/* TRIM([side] [c] FROM s): the text comes last, the registered functions take it first. */
static struct bound *trim(struct scope *scope, const struct expr *e)
{
    const char *name = e->call.side == TRIM_LEADING ? "LTRIM" : e->call.side == TRIM_TRAILING ? "RTRIM" : "TRIM";
    struct bound *args[2];
    int count = e->call.args.count;

    for (int i = 0; i < count; i++) {
        if (!(args[count - 1 - i] = argument(scope, e, i))) return NULL;
    }
    return bind_function(scope->binder, e->at, name, count, args);
}

static bool is_substring(const struct expr *e)
{
    return call_is(e, "SUBSTRING");
}

static struct bound *substring(struct scope *scope, const struct expr *e)
{
    struct bound *args[FUNCTION_ARGS_MAX];

    if (arguments(scope, e, args)) return NULL;
    return bind_substring(scope->binder, e->at, e->call.form, e->call.args.count, args);
}

static struct bound *formed(struct scope *scope, const struct expr *e)
{
    struct binder *b = scope->binder;
    const char *name = call_name(b, e);

    switch (e->call.form) {
    case CALL_PLAIN:
        if (call_is(e, "TIMESTAMPADD") || call_is(e, "TIMESTAMPDIFF")) return bind_unit_call(scope, e, name);
        return is_substring(e) ? substring(scope, e) : plain(scope, e, name);
    case CALL_STAR:
        if (!function_exists(str_lit(name))) return bind_unknown_function(b, str_lit(name), e->at);
        return bind_refuse(b, ERR_SYNTAX, e->at, "only COUNT takes *");
    case CALL_BY:
        if (!call_is(e, "STEP")) break;
        return plain(scope, e, "STEP");
    case CALL_TO:
        if (!call_is(e, "FLOOR") && !call_is(e, "CEIL") && !call_is(e, "CEILING")) break;
        return to_unit(scope, e);
    case CALL_FROM:
        if (call_is(e, "EXTRACT")) return bind_extract(scope, e);
        if (!is_substring(e)) break;
        return substring(scope, e);
    case CALL_FOR:
    case CALL_SIMILAR:
        if (!is_substring(e)) break;
        return substring(scope, e);
    case CALL_IN: return plain(scope, e, "POSITION");
    case CALL_TRIM: return trim(scope, e);
    case CALL_PLACING:
        if (!call_is(e, "OVERLAY")) break;
        return plain(scope, e, name);
    }
    return bind_refuse(b, ERR_SYNTAX, e->at, "%s is not written like this", name);
}

/* ---- all calls ---- */

/* Functions of the dialect that weir will have. */
static bool is_planned(struct str name)
{
    static const char *const names[] = {
        "SESSION", "ROW_NUMBER", "RANK",        "DENSE_RANK",      "LAG",
        "LEAD",    "NTH_VALUE",  "CARDINALITY", "REGEX_LOG_PARSE", "GROUPING",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equal_nocase(name, str_lit(names[i]))) return !function_exists(name);
    }
    return false;
}

bool bind_is_builtin(struct str name)
{
    static const char *const forms[] = {
        "TUMBLE",    "HOP", "CUMULATE",    "TUMBLE_START", "TUMBLE_END",           "TUMBLE_ROWTIME",
        "MONOTONIC", "NOW", "FIRST_VALUE", "LAST_VALUE",   "CURRENT_ROW_TIMESTAMP"};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (str_equal_nocase(name, str_lit(forms[i]))) return true;
    }
    return function_exists(name) || bind_is_aggregate(name) || is_planned(name);
}

static const struct window_word *window_word(const struct expr *e)
{
    return e->call.name.count == 1 ? bind_window_word(&e->call.name.parts[0]) : NULL;
}

/* What the tree holds of a call and no function takes (yet). */
static int refuse_unused(struct binder *b, const struct expr *e)
{
    const struct call *c = &e->call;

    if (c->nth_from) return bind_later(b, e->at, c->nth_from == NTH_FROM_LAST ? "FROM LAST" : "FROM FIRST"), -1;
    if (c->nulls) return bind_later(b, e->at, c->nulls == NULLS_IGNORE ? "IGNORE NULLS" : "RESPECT NULLS"), -1;
    if (c->zone && !window_word(e)) return bind_later(b, c->zone->at, "TIME ZONE in %s", call_name(b, e)), -1;
    for (int i = 0; i < c->args.count; i++) {
        if (!c->args.items[i].name.text.ptr) continue;
        return err_set(b->err, ERR_SYNTAX, c->args.items[i].name.at, "only table functions take named arguments");
    }
    return 0;
}

/* What only aggregates and OVER may have. */
static int check_plain(struct binder *b, const struct expr *e)
{
    const struct call *c = &e->call;

    if (c->name.count > 1) return bind_later(b, e->at, "names of schemas"), -1;
    if (c->quantifier == QUANTIFIER_DISTINCT)
        return err_set(b->err, ERR_SYNTAX, e->at, "DISTINCT belongs into an aggregate");
    if (c->quantifier == QUANTIFIER_ALL) return err_set(b->err, ERR_SYNTAX, e->at, "ALL belongs into an aggregate");
    if (c->order.count) return err_set(b->err, ERR_SYNTAX, e->at, "ORDER BY belongs into an aggregate");
    if (c->within_group.count) return err_set(b->err, ERR_SYNTAX, e->at, "WITHIN GROUP belongs to an aggregate");
    if (c->filter) return err_set(b->err, ERR_SYNTAX, c->filter->at, "FILTER belongs to an aggregate");
    return 0;
}

/* window_start is a column; the old functions of that name say so. */
static const char *window_function(const struct expr *e)
{
    static const struct {
        const char *name, *column;
    } old[] = {{"TUMBLE_START", "window_start"}, {"HOP_START", "window_start"},  {"TUMBLE_END", "window_end"},
               {"HOP_END", "window_end"},        {"HOP_ROWTIME", "window_time"}, {"TUMBLE_ROWTIME", "window_time"}};

    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        if (call_is(e, old[i].name)) return old[i].column;
    }
    return NULL;
}

struct bound *bind_call(struct scope *scope, const struct expr *e)
{
    struct binder *b = scope->binder;
    const char *column = window_function(e);
    struct bound *routine;
    bool is_routine;

    if (e->call.over) return bind_over(scope, e);
    if (refuse_unused(b, e)) return NULL;
    if (e->call.name.count == 1 && bind_is_aggregate(e->call.name.parts[0].text)) return bind_aggregate(scope, e);
    if (is_planned(e->call.name.parts[e->call.name.count - 1].text)) return bind_later(b, e->at, "%s", call_name(b, e));
    if (check_plain(b, e)) return NULL;
    if (column) return bind_refuse(b, ERR_NAME, e->at, "%s is not here: write the column %s", call_name(b, e), column);
    if (e->call.json) return bind_json(scope, e);
    if (window_word(e)) return bind_window_call(scope, window_word(e), e);
    if (call_is(e, "MONOTONIC") && e->call.args.count == 1) return argument(scope, e, 0);
    if ((call_is(e, "NOW") || call_is(e, "CURRENT_ROW_TIMESTAMP")) && !e->call.args.count &&
        (scope->source || scope->parameters)) {
        return bound_new(b, BOUND_ARRIVAL, TYPE_TIMESTAMP, e->at);
    }
    routine = bind_routine(scope, e, &is_routine);
    return is_routine ? routine : formed(scope, e);
}
