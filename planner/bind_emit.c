/* bind_emit.c - EMIT and ALLOW LATENESS: when the rows of a query come, and whether they stay. */
#include "planner/binder.h"

static bool has_aggregate(const struct plan *p)
{
    if (p->kind == PLAN_AGGREGATE) return true;
    for (int i = 0; i < p->inputs; i++) {
        if (has_aggregate(p->input[i])) return true;
    }
    return false;
}

/* A view's windows take their rows back while they are open. */
static bool scan_is_insert_only(const struct object *o)
{
    if (o->kind == OBJECT_STREAM) return !o->changelog;
    return o->plan->insert_only && !has_aggregate(o->plan);
}

/* What a query asks of its outermost windows. */
struct request {
    enum emit emit;
    usec every, lateness;
};

static void set_aggregate(struct plan *p, const struct request *asked)
{
    bool windowed = p->window.kind != WINDOW_NONE;

    p->emit = windowed ? asked->emit : EMIT_CLOSE;
    p->every = p->emit == EMIT_EVERY ? asked->every : 0;
    p->lateness = window_is_timed(&p->window) ? asked->lateness : 0;
    p->insert_only = windowed && p->emit == EMIT_CLOSE && !p->lateness;
}

/* Sets how windows emit - the outermost ones as asked, those below an aggregate once - and with it what can be taken
 * back. */
static void set_emit(struct plan *p, const struct request *asked)
{
    static const struct request once = {.emit = EMIT_CLOSE};
    bool inputs_insert_only = true;

    for (int i = 0; i < p->inputs; i++) {
        set_emit(p->input[i], p->kind == PLAN_AGGREGATE ? &once : asked);
        inputs_insert_only &= p->input[i]->insert_only;
    }
    if (p->kind == PLAN_SCAN)
        p->insert_only = scan_is_insert_only(p->object);
    else if (p->kind == PLAN_AGGREGATE)
        set_aggregate(p, asked);
    else
        p->insert_only = inputs_insert_only;
}

/* OVER sees rows that stay. */
static int check_over(struct binder *b, const struct plan *p, int at)
{
    if (p->kind == PLAN_OVER && !p->input[0]->insert_only) {
        return err_set(b->err, ERR_UNSUPPORTED, at,
                       "not supported yet: OVER rows that are taken back (its input is a changelog: see EXPLAIN)");
    }
    for (int i = 0; i < p->inputs; i++) {
        if (check_over(b, p->input[i], at)) return -1;
    }
    return 0;
}

/* Whether all outermost aggregates have windows in event time, and there are some. */
static bool all_timed(const struct plan *p)
{
    if (p->kind == PLAN_AGGREGATE) return window_is_timed(&p->window);
    for (int i = 0; i < p->inputs; i++) {
        if (!all_timed(p->input[i])) return false;
    }
    return p->inputs > 0;
}

/* An interval literal of days and shorter units. */
static int bind_span(struct binder *b, const struct expr *e, const char *clause, int64_t least, usec *out)
{
    struct scope constant = {.binder = b, .clause = CLAUSE_CONSTANT};
    const struct bound *span;

    if (!e) return 0;
    if (!(span = bind_expr(&constant, e))) return -1;
    if (span->kind != BOUND_CONST || span->null || span->type.kind != TYPE_INTERVAL_DAY)
        return err_set(b->err, ERR_TYPE, e->at, "%s takes an interval of days and shorter units: INTERVAL '5' SECOND",
                       clause);
    if (span->i < least)
        return err_set(b->err, ERR_VALUE, e->at, "the interval of %s must %s", clause,
                       least ? "be greater than zero" : "not be negative");
    *out = span->i;
    return 0;
}

static int bind_request(struct binder *b, const struct select *select, enum emit unsaid, struct request *out)
{
    *out = (struct request){.emit = unsaid};
    switch (select->emit) {
    case EMIT_CLAUSE_UNSAID: break;
    case EMIT_CLAUSE_ON_CLOSE: out->emit = EMIT_CLOSE; break;
    case EMIT_CLAUSE_CHANGES: out->emit = EMIT_CHANGES; break;
    case EMIT_CLAUSE_EVERY: out->emit = EMIT_EVERY; break;
    }
    if (bind_span(b, select->emit_every, "EMIT EVERY", 1, &out->every)) return -1;
    return bind_span(b, select->lateness, "ALLOW LATENESS", 0, &out->lateness);
}

static int check_request(struct binder *b, const struct select *select, const struct plan *plan,
                         const struct request *asked)
{
    if (select->emit == EMIT_CLAUSE_EVERY && !all_timed(plan))
        return err_set(b->err, ERR_TYPE, select->emit_every->at, "EMIT EVERY needs a window over event time");
    if (select->lateness && !all_timed(plan))
        return err_set(b->err, ERR_TYPE, select->lateness->at,
                       "ALLOW LATENESS needs a window over event time: nothing else is late here");
    if (select->emit != EMIT_CLAUSE_ON_CLOSE || plan->insert_only || asked->lateness) return 0;
    if (bind_refuse_groups(b, select, plan)) return -1;
    return err_set(b->err, ERR_TYPE, select->at,
                   "EMIT ON CLOSE needs a window: this query takes rows back as long as it runs");
}

struct plan *bind_select_root(struct binder *b, const struct select *select, enum emit unsaid)
{
    struct request asked;
    struct plan *plan;

    if (bind_request(b, select, unsaid, &asked) || bind_refuse_options(b, &select->options, "a query")) return NULL;
    if (!(plan = bind_select(b, select))) return NULL;
    set_emit(plan, &asked);
    if (check_over(b, plan, select->at) || check_request(b, select, plan, &asked)) return NULL;
    return plan;
}
