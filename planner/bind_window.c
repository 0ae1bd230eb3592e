/* bind_window.c - which expressions of event time are windows.
 *
 * All forms of a tumbling window are one thing: a function of event time that only rises, and only at the multiples of
 * a size after an origin. steps_of finds out whether an expression is one, from the inside out:
 *
 *     ROWTIME                                        the time itself
 *     (.. - TIMESTAMP '1970-01-01 00:00:00') SECOND  moved, cut at every second
 *     .. / 10                                        scaled: worth a tenth, still cut at every second
 *     FLOOR(.. TO SECOND)                            a whole second of a tenth: cut at every tenth second
 *
 * A quotient is cut to the microsecond. Where that is not in step with the seconds (.. / 60), they stay as many
 * windows, but the value is no longer exact until a coarser cut, in step with both, makes it so.
 *
 * So every spelling of the same window compares equal, whatever it shows. */
#include "planner/binder.h"
#include "planner/function_id.h"
#include "planner/interval.h"
#include <stdlib.h>

/* ---- which columns are event time ---- */

enum time_role {
    ROLE_NONE,
    ROLE_ROWTIME, /* equals the row's ROWTIME */
    ROLE_WITH,    /* goes with it: an inner window's last moment, or the arrival */
    ROLE_START,   /* an inner window's start */
};

struct role {
    enum time_role kind;
    const struct window *inner; /* of ROLE_START */
};

enum { ROLE_DEPTH = 200 }; /* of plans and the plans of the streams they read; what lies deeper is an ordinary column */

static const struct role no_role = {ROLE_NONE, NULL};

static struct role column_role(const struct plan *plan, int column, int depth);

/* window_end - INTERVAL '0.000001' SECOND */
static bool is_window_time(const struct bound *e)
{
    const struct bound *span = e->kind == BOUND_CALL && e->function->id == FN_SUBTRACT_SPAN ? e->args[1] : NULL;

    return span && span->kind == BOUND_CONST && span->i == 1;
}

static struct role expr_role(const struct plan *input, const struct bound *e, int depth)
{
    if (e->kind == BOUND_ROWTIME) return (struct role){ROLE_ROWTIME, NULL};
    if (e->kind == BOUND_COLUMN) return column_role(input, e->column, depth);
    if (is_window_time(e) && expr_role(input, e->args[0], depth).kind == ROLE_ROWTIME)
        return (struct role){ROLE_WITH, NULL};
    return no_role;
}

static struct role scan_role(const struct plan *scan, int field, int depth)
{
    const struct object *o = scan->object;
    int column = scan->scan_column[field];

    if (column == SCAN_ARRIVAL && o->watermark_field < 0 && !o->derived) return (struct role){ROLE_WITH, NULL};
    if (column < 0) return no_role;
    if (o->kind == OBJECT_STREAM && column == o->watermark_field) return (struct role){ROLE_ROWTIME, NULL};
    return o->plan ? column_role(o->plan, column, depth) : no_role;
}

/* Rows with a new ROWTIME keep no other time that goes with it. */
static struct role project_role(const struct plan *plan, int column, int depth)
{
    if (!plan->rowtime) return expr_role(plan->input[0], plan->exprs[column], depth);
    return bound_equal(plan->exprs[column], plan->rowtime) ? (struct role){ROLE_ROWTIME, NULL} : no_role;
}

static struct role union_role(const struct plan *plan, int column, int depth)
{
    struct role first = column_role(plan->input[0], column, depth);

    for (int i = 1; i < plan->inputs; i++) {
        struct role next = column_role(plan->input[i], column, depth);
        if (next.kind != first.kind || (first.inner && !window_same(first.inner, next.inner))) return no_role;
    }
    return first;
}

static struct role aggregate_role(const struct plan *plan, int column)
{
    if (!window_is_timed(&plan->window) || column > 1) return no_role;
    if (column == 1) return (struct role){ROLE_ROWTIME, NULL};
    return plan->window.kind == WINDOW_TUMBLE ? (struct role){ROLE_START, &plan->window} : no_role;
}

static struct role column_role(const struct plan *plan, int column, int depth)
{
    if (depth >= ROLE_DEPTH) return no_role;
    switch (plan->kind) {
    case PLAN_SCAN: return scan_role(plan, column, depth + 1);
    case PLAN_FILTER: return column_role(plan->input[0], column, depth + 1);
    case PLAN_PROJECT: return project_role(plan, column, depth + 1);
    case PLAN_UNION: return union_role(plan, column, depth + 1);
    case PLAN_AGGREGATE: return aggregate_role(plan, column);
    case PLAN_OVER:
        return column < plan->input[0]->field_count ? column_role(plan->input[0], column, depth + 1) : no_role;
    }
    return no_role;
}

/* ROWTIME under whatever name, or a column that goes with it. An inner window's start stands for all of that window:
 * it is cut as the inner windows are, and lies early in them, so no finer window may be made of it. */
bool steps_of_leaf(const struct plan *plan, const struct bound *e, struct steps *out)
{
    static const struct bound rowtime = {.kind = BOUND_ROWTIME, .type = {.kind = TYPE_TIMESTAMP}, .at = -1};
    struct role role = no_role;

    if (e->kind == BOUND_ROWTIME) role.kind = ROLE_ROWTIME;
    if (e->kind == BOUND_COLUMN && e->column >= 0 && e->type.kind == TYPE_TIMESTAMP)
        role = column_role(plan, e->column, 0);
    if (role.kind == ROLE_NONE) return false;
    *out = (struct steps){.time = role.kind == ROLE_ROWTIME ? &rowtime : e, .numerator = 1, .denominator = 1};
    if (role.kind != ROLE_START) return true;
    out->window = *role.inner;
    out->window.time = NULL;
    out->window.right_closed = false;
    out->window.origin -= role.inner->right_closed;
    return true;
}

/* The expression that a subquery's column stands for, and in *plan what that reads; NULL: e is none. */
static const struct bound *column_definition(const struct plan **plan, const struct bound *e)
{
    const struct plan *p = *plan;

    if (e->kind != BOUND_COLUMN || e->column < 0) return NULL;
    while (p->kind == PLAN_FILTER) p = p->input[0];
    if (p->kind != PLAN_PROJECT || p->rowtime) return NULL;
    *plan = p->input[0];
    return p->exprs[e->column];
}

/* ---- what operators do to steps ---- */

/* a * b / c when that is whole and fits. */
static bool times_over(int64_t a, int64_t b, int64_t c, int64_t *out)
{
    __int128 product = (__int128)a * b;

    if (product % c || product / c != (int64_t)(product / c)) return false;
    *out = (int64_t)(product / c);
    return true;
}

static int64_t modulo(int64_t a, int64_t b)
{
    return a % b < 0 ? a % b + b : a % b;
}

/* value + by */
static bool moved(struct steps *s, int64_t by)
{
    int64_t back;

    return times_over(by, s->denominator, s->numerator, &back) && !__builtin_sub_overflow(s->base, back, &s->base);
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* value * by / over */
static bool scaled(struct steps *s, int64_t by, int64_t over)
{
    int64_t divisor;

    if (by <= 0 || over <= 0 || s->months || s->truncated) return false;
    if (__builtin_mul_overflow(s->numerator, by, &s->numerator)) return false;
    if (__builtin_mul_overflow(s->denominator, over, &s->denominator)) return false;
    divisor = common_divisor(s->numerator, s->denominator);
    s->numerator /= divisor;
    s->denominator /= divisor;
    return true;
}

/* The value cut down to phase + a multiple of unit. */
static bool cut(struct steps *s, int64_t unit, int64_t phase)
{
    struct window *w = &s->window;
    int64_t size, origin;

    if (unit <= 0 || s->months || w->months || w->right_closed) return false;
    if (!times_over(unit, s->denominator, s->numerator, &size) ||
        !times_over(phase, s->denominator, s->numerator, &origin))
        return false;
    origin = modulo(origin + s->base % size, size);
    if (s->truncated && size % s->truncated) return false;
    s->truncated = 0;
    if (w->kind == WINDOW_TUMBLE && w->size % size == 0 && modulo(w->origin, size) == origin)
        return true; /* cuts nothing more */
    if (w->kind == WINDOW_TUMBLE && (size % w->size || modulo(origin, w->size) != w->origin)) return false;
    *w = (struct window){.kind = WINDOW_TUMBLE, .size = size, .origin = origin};
    return true;
}

/* value / over, cut to the microsecond. */
static bool divided(struct steps *s, int64_t over)
{
    struct window *w = &s->window;
    int64_t size;

    if (!scaled(s, 1, over)) return false;
    if (cut(s, 1, 0)) return true;
    if (w->kind != WINDOW_TUMBLE || w->months || w->right_closed || !times_over(1, s->denominator, s->numerator, &size))
        return false;
    s->truncated = size;
    return size <= w->size;
}

/* The value cut up to a multiple of unit: windows that hold their end. */
static bool cut_up(struct steps *s, int64_t unit)
{
    int64_t size;

    if (unit <= 0 || s->months || s->window.kind != WINDOW_NONE) return false;
    if (!times_over(unit, s->denominator, s->numerator, &size)) return false;
    s->window =
        (struct window){.kind = WINDOW_TUMBLE, .size = size, .origin = modulo(s->base, size) + 1, .right_closed = true};
    return true;
}

/* Days are made of whole windows. */
static bool cuts_days(const struct window *w)
{
    return USEC_DAY % w->size == 0 && w->origin == 0;
}

/* The calendar: only of a time as it is. */
static bool cut_months(struct steps *s, int months, bool up)
{
    struct window *w = &s->window;

    if (months <= 0 || s->base || s->numerator != 1 || s->denominator != 1 || s->months) return false;
    if (w->kind != WINDOW_NONE && (up || w->right_closed)) return false;
    if (w->kind != WINDOW_NONE && (w->months ? months % w->months != 0 : !cuts_days(w))) return false;
    *w = (struct window){.kind = WINDOW_TUMBLE, .months = months, .origin = up, .right_closed = up};
    return true;
}

static bool moved_months(struct steps *s, int64_t months)
{
    if (s->base || s->months || s->numerator != 1 || s->denominator != 1 || months != (int)months) return false;
    s->months = (int)months;
    return true;
}

/* FLOOR and CEIL TO unit. */
static bool cut_unit(struct steps *s, struct str name, bool up)
{
    enum { WEEK_BEGIN = 4 }; /* 1970-01-05 was a Monday */
    enum time_unit unit = UNIT_YEAR;

    while (unit <= UNIT_MICROSECOND && !str_equal_nocase(name, str_lit(time_unit_name(unit)))) unit++;
    switch (unit) {
    case UNIT_YEAR: return cut_months(s, 12, up);
    case UNIT_QUARTER: return cut_months(s, 3, up);
    case UNIT_MONTH: return cut_months(s, 1, up);
    case UNIT_WEEK: return !up && cut(s, 7 * USEC_DAY, WEEK_BEGIN * USEC_DAY);
    case UNIT_DAY:
    case UNIT_HOUR:
    case UNIT_MINUTE:
    case UNIT_SECOND:
    case UNIT_MILLISECOND:
    case UNIT_MICROSECOND: return up ? cut_up(s, time_unit_usec(unit)) : cut(s, time_unit_usec(unit), 0);
    }
    return false;
}

/* One call, whose only argument that is no constant is s. */
static bool apply(struct steps *s, const struct bound *call, const struct bound *constant, bool constant_first)
{
    int64_t n = constant ? constant->i : 0;

    if (constant && constant->null) return false;
    switch (call->function->id) {
    case FN_ADD_ZONED_SPAN:
    case FN_ADD_SPAN_ZONED:
    case FN_ADD_TIME_SPAN:
    case FN_ADD_SPAN_TIME:
    case FN_ADD_SPANS:
    case FN_ADD_INTEGER:
    case FN_ADD_BIGINT: return moved(s, n);
    case FN_SUBTRACT_ZONED:
    case FN_SUBTRACT_ZONED_SPAN:
    case FN_SUBTRACT_TIMES:
    case FN_SUBTRACT_SPAN:
    case FN_SUBTRACT_SPANS:
    case FN_SUBTRACT_INTEGER:
    case FN_SUBTRACT_BIGINT: return !constant_first && n != INT64_MIN && moved(s, -n);
    case FN_ADD_TIME_MONTHS:
    case FN_ADD_MONTHS_TIME: return moved_months(s, n);
    case FN_MULTIPLY_SPAN:
    case FN_MULTIPLY_BY_SPAN:
    case FN_MULTIPLY_INTEGER:
    case FN_MULTIPLY_BIGINT: return scaled(s, n, 1);
    case FN_DIVIDE_SPAN:
    case FN_DIVIDE_INTEGER:
    case FN_DIVIDE_BIGINT: return !constant_first && divided(s, n);
    case FN_TRUNCATE_SPAN:
    case FN_STEP_TIME:
    case FN_STEP_ZONED:
    case FN_STEP_INTEGER:
    case FN_STEP_BIGINT: return !constant_first && cut(s, n, 0);
    case FN_CAST_SPAN_BIGINT: n = interval_unit(call->args[0]->type); return scaled(s, 1, n) && cut(s, 1, 0);
    case FN_ADD_DATE_DAYS:
    case FN_ADD_DAYS_DATE: return moved(s, n - n % USEC_DAY);
    case FN_SUBTRACT_DATE_DAYS: return !constant_first && moved(s, n % USEC_DAY - n);
    case FN_DATE_BIN: return constant_first && cut(s, n, 0);
    case FN_STEP_DATE_MONTHS:
    case FN_STEP_TIME_MONTHS: return !constant_first && n == (int)n && cut_months(s, (int)n, false);
    case FN_FLOOR_DATE:
    case FN_FLOOR_ZONED:
    case FN_FLOOR_TIME:
    case FN_FLOOR_SPAN: return !constant_first && cut_unit(s, constant->s, false);
    case FN_DATE_TRUNC: return constant_first && cut_unit(s, constant->s, false);
    case FN_CEIL_ZONED:
    case FN_CEIL_TIME:
    case FN_CEIL_SPAN: return !constant_first && cut_unit(s, constant->s, true);
    case FN_UNIX_TIMESTAMP: return scaled(s, 1, USEC_MS) && cut(s, 1, 0);
    case FN_TO_TIMESTAMP_MS: return scaled(s, USEC_MS, 1);
    case FN_CAST_TIMESTAMP_DATE:
    case FN_CAST_ZONED_DATE: return cut(s, USEC_DAY, 0);
    case FN_CAST_DATE_TIMESTAMP:
    case FN_CAST_DATE_ZONED:
    case FN_CAST_TIMESTAMP_ZONED:
    case FN_CAST_ZONED_TIMESTAMP:
    case FN_CAST_SAME: return true;
    default: return false;
    }
}

/* A column is a window when its definition is one of ROWTIME, which rows keep through the subquery. */
static bool leaf_steps(const struct plan *plan, const struct bound *e, struct steps *out)
{
    if (steps_of_leaf(plan, e, out)) return true;
    e = column_definition(&plan, e);
    return e && steps_of(plan, e, out) && out->time->kind == BOUND_ROWTIME;
}

bool steps_of(const struct plan *plan, const struct bound *e, struct steps *out)
{
    bool first = e->kind == BOUND_CALL && e->count == 2 && e->args[0]->kind == BOUND_CONST;
    const struct bound *constant;

    if (e->kind != BOUND_CALL) return leaf_steps(plan, e, out);
    if (e->count < 1 || e->count > 2) return false;
    constant = e->count == 2 ? e->args[first ? 0 : 1] : NULL;
    if (constant && constant->kind != BOUND_CONST) return false;
    return steps_of(plan, e->args[first ? 1 : 0], out) && apply(out, e, constant, first);
}

/* ---- windows of plans ---- */

bool window_same(const struct window *a, const struct window *b)
{
    return a->kind == b->kind && a->size == b->size && a->slide == b->slide && a->months == b->months &&
           a->origin == b->origin && a->right_closed == b->right_closed;
}

struct window steps_window(struct binder *b, const struct steps *s)
{
    struct window w = s->window;

    if (w.kind == WINDOW_NONE)
        w = (struct window){.kind = WINDOW_TUMBLE, .size = 1, .origin = 1, .right_closed = true}; /* (t - 1, t] */
    w.time = bound_copy(b->arena, s->time);
    return w;
}

static struct bound *bounds_column(struct binder *b, int column, int at)
{
    struct bound *n = bound_new(b, BOUND_COLUMN, TYPE_TIMESTAMP, at);

    n->column = column;
    return n;
}

struct bound *bind_moment_before(struct binder *b, struct bound *time, int at)
{
    return bind_function(b, at, "-", 2, (struct bound *[]){time, bound_int(b, TYPE_INTERVAL_DAY, 1, at)});
}

/* A copy of e in which the event time is the moment. */
static struct bound *at_moment(struct binder *b, const struct plan *input, const struct bound *e, struct bound *moment)
{
    const struct bound *definition;
    struct bound *copy;
    struct steps leaf;

    if (e->kind != BOUND_CALL && steps_of_leaf(input, e, &leaf)) return moment;
    if ((definition = column_definition(&input, e))) return at_moment(b, input, definition, moment);
    copy = arena_alloc(b->arena, sizeof *copy);
    *copy = *e;
    if (e->count) copy->args = arena_alloc(b->arena, (size_t)e->count * sizeof *copy->args);
    for (int i = 0; i < e->count; i++) copy->args[i] = at_moment(b, input, e->args[i], moment);
    return copy;
}

struct bound *steps_above(struct binder *b, const struct plan *input, const struct steps *s, const struct bound *e)
{
    bool to_end = s->window.right_closed || s->window.kind == WINDOW_NONE;
    bool whole = s->numerator == 1 && s->denominator == 1 && e->type.kind == TYPE_TIMESTAMP;
    usec offset = -s->base; /* of the value from what the window shows */
    struct bound *end = bounds_column(b, 1, e->at);

    if (whole && !s->months && !offset) return to_end ? end : bounds_column(b, 0, e->at);
    if (whole && !to_end && s->months == s->window.months) {
        if (offset == s->window.size) return end;
        if (offset == s->window.size - 1) return bind_moment_before(b, end, e->at);
    }
    return at_moment(b, input, e, to_end ? end : bind_moment_before(b, end, e->at));
}
