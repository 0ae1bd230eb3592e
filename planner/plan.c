/* plan.c - see plan.h: plans as text. */
#include "planner/plan.h"

const char *aggregate_name(enum aggregate_kind kind)
{
    static const char *const names[] = {[AGG_COUNT_ROWS] = "COUNT", [AGG_COUNT] = "COUNT", [AGG_SUM] = "SUM",
                                        [AGG_AVG] = "AVG",          [AGG_MIN] = "MIN",     [AGG_MAX] = "MAX"};

    return names[kind];
}

bool plan_in_slices(const struct plan *p)
{
    return (p->window.kind == WINDOW_HOP || p->window.kind == WINDOW_CUMULATE) && p->emit == EMIT_CLOSE && !p->lateness;
}

/* ---- the nodes as text: one line each ---- */

enum { NAMES_MAX = 1024 };

/* Expressions name the columns of the node's input. */
struct names {
    const char *name[NAMES_MAX];
};

static const char *const *names_of(const struct plan *plan, struct names *out)
{
    if (plan->field_count > NAMES_MAX) return NULL;
    for (int i = 0; i < plan->field_count; i++) out->name[i] = plan->fields[i].name;
    return out->name;
}

static void print_list(struct bound *const *exprs, int count, const char *const *names, struct buf *out)
{
    for (int i = 0; i < count; i++) {
        if (i) buf_puts(out, ", ");
        bound_print(exprs[i], names, out);
    }
}

static void print_scan(const struct plan *plan, struct buf *out)
{
    buf_printf(out, "scan %s%s", plan->object->kind == OBJECT_VIEW ? "view " : "", plan->object->name);
    for (int i = 0; i < plan->field_count; i++) buf_printf(out, "%s%s", i ? ", " : ": ", plan->fields[i].name);
}

/* `x` for an unchanged column, `x + 1 AS y` for all else. */
static void print_projected(const struct bound *expr, const struct field *field, const char *const *names,
                            struct buf *out)
{
    size_t from = out->len;

    bound_print(expr, names, out);
    if (!str_equal(str_of(out->ptr + from, out->len - from), str_lit(field->name)))
        buf_printf(out, " AS %s", field->name);
}

static void print_project(const struct plan *plan, const char *const *names, struct buf *out)
{
    buf_puts(out, "project");
    for (int i = 0; i < plan->field_count; i++) {
        buf_puts(out, i ? ", " : " ");
        print_projected(plan->exprs[i], &plan->fields[i], names, out);
    }
    if (!plan->rowtime) return;
    buf_puts(out, "; rowtime ");
    bound_print(plan->rowtime, names, out);
}

/* A span in the greatest unit that divides it: 10 MINUTE. */
static void print_span(usec span, struct buf *out)
{
    static const enum time_unit units[] = {UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND, UNIT_MILLISECOND};

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        usec unit = time_unit_usec(units[i]);
        if (span % unit) continue;
        buf_printf(out, "%lld %s", (long long)(span / unit), time_unit_name(units[i]));
        return;
    }
    buf_printf(out, "%lld MICROSECOND", (long long)span);
}

/* The length of windows, and when they come. */
static void print_length(const struct window *w, struct buf *out)
{
    if (w->months) {
        buf_printf(out, " every %d MONTH", w->months);
        return;
    }
    if (w->kind == WINDOW_HOP) {
        buf_puts(out, ", ");
        print_span(w->size, out);
        buf_puts(out, " long,");
    }
    buf_puts(out, " every ");
    print_span(w->kind == WINDOW_HOP ? w->slide : w->size, out);
    if (w->kind != WINDOW_CUMULATE) return;
    buf_puts(out, " in steps of ");
    print_span(w->slide, out);
}

static void print_window(const struct window *w, const char *const *names, struct buf *out)
{
    char text[TIME_TEXT_MAX];
    usec origin = w->origin - w->right_closed; /* as the user sees it */

    buf_puts(out, w->kind == WINDOW_MONOTONIC ? "; window while "
                  : w->kind == WINDOW_TUMBLE  ? "; window of "
                                              : "; windows of ");
    bound_print(w->time, names, out);
    if (w->kind == WINDOW_MONOTONIC) return;
    print_length(w, out);
    if (w->right_closed) buf_puts(out, ", end included");
    if (!origin) return;
    buf_printf(out, " from %.*s", time_print(origin, text), text);
}

static void print_emit(const struct plan *plan, struct buf *out)
{
    switch (plan->emit) {
    case EMIT_CLOSE: buf_puts(out, "; emit on close"); break;
    case EMIT_CHANGES: buf_puts(out, "; emit changes"); break;
    case EMIT_EVERY:
        buf_puts(out, "; emit every ");
        print_span(plan->every, out);
        buf_puts(out, " and on close");
        break;
    }
    if (!plan->lateness) return;
    buf_puts(out, "; allow lateness ");
    print_span(plan->lateness, out);
}

static void print_aggregate(const struct plan *plan, const char *const *names, struct buf *out)
{
    int first = plan->field_count - plan->aggregate_count;

    buf_puts(out, "aggregate");
    for (int i = 0; i < plan->aggregate_count; i++)
        buf_printf(out, "%s%s", i ? ", " : " ", plan->fields[first + i].name);
    if (plan->key_count) buf_puts(out, plan->aggregate_count ? "; by " : " by ");
    print_list(plan->keys, plan->key_count, names, out);
    if (plan->window.kind == WINDOW_NONE) return;
    print_window(&plan->window, names, out);
    print_emit(plan, out);
}

static void print_frame(const struct frame *f, struct buf *out)
{
    buf_puts(out, f->kind == FRAME_COUNT_ROWS ? " ROWS " : " RANGE ");
    if (f->unbounded)
        buf_puts(out, "UNBOUNDED");
    else if (f->kind == FRAME_COUNT_ROWS)
        buf_printf(out, "%lld", (long long)f->start);
    else
        print_span(f->start, out);
    buf_puts(out, " PRECEDING");
    if (!f->finish) return;
    buf_puts(out, " TO ");
    if (f->kind == FRAME_COUNT_ROWS)
        buf_printf(out, "%lld", (long long)f->finish);
    else
        print_span(f->finish, out);
    buf_puts(out, " PRECEDING");
}

static void print_call(const struct over_call *c, const char *const *names, struct buf *out)
{
    static const char *const words[] = {
        [OVER_FIRST] = "FIRST_VALUE", [OVER_LAST] = "LAST_VALUE", [OVER_NTH] = "NTH_VALUE",
        [OVER_LAG] = "LAG",           [OVER_LEAD] = "LEAD",       [OVER_AGGREGATE] = ""};

    buf_puts(out, c->kind == OVER_AGGREGATE ? aggregate_name(c->aggregate.kind) : words[c->kind]);
    buf_puts(out, c->aggregate.distinct ? "(DISTINCT " : "(");
    if (c->aggregate.arg)
        bound_print(c->aggregate.arg, names, out);
    else
        buf_putc(out, '*');
    if (c->kind == OVER_NTH || c->kind == OVER_LAG || c->kind == OVER_LEAD) buf_printf(out, ", %lld", (long long)c->n);
    if (c->otherwise) {
        buf_puts(out, ", ");
        bound_print(c->otherwise, names, out);
    }
    buf_putc(out, ')');
    if (c->from_last) buf_puts(out, " FROM LAST");
    if (c->ignore_nulls) buf_puts(out, " IGNORE NULLS");
    if (c->aggregate.filter) {
        buf_puts(out, " FILTER (WHERE ");
        bound_print(c->aggregate.filter, names, out);
        buf_putc(out, ')');
    }
    if (c->kind != OVER_LAG && c->kind != OVER_LEAD) print_frame(&c->frame, out);
}

static void print_over(const struct plan *plan, const char *const *names, struct buf *out)
{
    buf_puts(out, "over");
    for (int i = 0; i < plan->call_count; i++) {
        buf_puts(out, i ? ", " : " ");
        print_call(&plan->calls[i], names, out);
    }
    if (plan->key_count) buf_puts(out, "; by ");
    print_list(plan->keys, plan->key_count, names, out);
    buf_puts(out, plan->ordered ? "; in order of event time" : "; as rows come");
}

void plan_print_node(const struct plan *plan, struct buf *out)
{
    struct names names;
    const char *const *input = plan->inputs ? names_of(plan->input[0], &names) : NULL;

    switch (plan->kind) {
    case PLAN_SCAN: print_scan(plan, out); break;
    case PLAN_FILTER:
        buf_puts(out, "filter ");
        bound_print(plan->predicate, input, out);
        break;
    case PLAN_PROJECT: print_project(plan, input, out); break;
    case PLAN_UNION: buf_puts(out, "union all"); break;
    case PLAN_AGGREGATE: print_aggregate(plan, input, out); break;
    case PLAN_OVER: print_over(plan, input, out); break;
    }
}

static void print_tree(const struct plan *plan, int depth, struct buf *out)
{
    for (int i = 0; i < depth; i++) buf_puts(out, "  ");
    plan_print_node(plan, out);
    buf_putc(out, '\n');
    for (int i = 0; i < plan->inputs; i++) print_tree(plan->input[i], depth + 1, out);
}

void plan_print(const struct plan *plan, struct buf *out)
{
    print_tree(plan, 0, out);
}
