/* bind_group.c - GROUP BY: which key is the window, which aggregates there are, and how what stands above them is
 * computed from the aggregate's output: window_start, window_end (or the value of MONOTONIC), keys, aggregates. */
#include "planner/binder.h"
#include <stdlib.h>

/* ---- what GROUP BY says ---- */

/* One expression of GROUP BY. */
struct key {
    struct bound *expr;
    int at;         /* in GROUP BY */
    bool monotonic; /* MONOTONIC(expr) */
    bool of_many;   /* computed from the bounds of the source's `many` windows */
    bool timed;     /* steps tells what it shows of the event time */
    struct steps steps;
};

/* How much a key wants to be the window. Of two cuts of the same rank one is too many; others are ordinary keys. */
enum rank { RANK_NONE, RANK_TIME, RANK_ROWTIME, RANK_CUT, RANK_CUT_ROWTIME };

static enum rank key_rank(const struct key *k)
{
    bool rowtime = k->timed && k->steps.time->kind == BOUND_ROWTIME;

    if (k->monotonic) return RANK_CUT_ROWTIME;
    if (!k->timed) return RANK_NONE;
    if (k->steps.window.kind == WINDOW_NONE) return rowtime ? RANK_ROWTIME : RANK_TIME;
    return rowtime ? RANK_CUT_ROWTIME : RANK_CUT;
}

/* GROUP BY 2, or by the alias of a select item: the item's expression. */
static const struct expr *written_key(struct scope *scope, const struct select *select, const struct expr *e)
{
    const struct select_items *items = &select->plain.items;
    const struct ident *id = e->kind == EXPR_COLUMN && e->name.count == 1 ? &e->name.parts[0] : NULL;
    int n;

    for (int i = 0; id && i < scope->source->field_count; i++) {
        if (ident_is(id, scope->source->fields[i].name)) return e;
    }
    for (int i = 0; id && i < items->count; i++) {
        if (items->items[i].alias.text.ptr && str_equal_nocase(items->items[i].alias.text, id->text) &&
            !ident_is(id, "ROWTIME"))
            return items->items[i].expr;
    }
    if (e->kind != EXPR_NUMBER || e->number.kind != NUMBER_INTEGER) return e;
    n = e->number.text.len > 4 ? 0 : atoi(arena_copy(scope->binder->arena, e->number.text.ptr, e->number.text.len));
    if (n >= 1 && n <= items->count && items->items[n - 1].expr->kind != EXPR_STAR) return items->items[n - 1].expr;
    return bind_refuse(scope->binder, ERR_NAME, e->at, "GROUP BY %.*s: the select list has %d column%s",
                       (int)e->number.text.len, e->number.text.ptr, items->count, items->count == 1 ? "" : "s");
}

static bool is_monotonic(const struct expr *e)
{
    return e->kind == EXPR_CALL && e->call.name.count == 1 && ident_is(&e->call.name.parts[0], "MONOTONIC") &&
           e->call.args.count == 1;
}

struct leaves {
    bool bounds, others;
};

static void see_leaf(struct bound *e, void *arg)
{
    struct leaves *seen = arg;

    if (e->kind == BOUND_CALL || e->kind == BOUND_CASE || e->kind == BOUND_CONST) return;
    *(bind_is_of_many(e) ? &seen->bounds : &seen->others) = true;
}

static int key_of_many(struct binder *b, struct key *key)
{
    struct leaves seen = {0};

    bound_walk(key->expr, see_leaf, &seen);
    key->of_many = seen.bounds;
    if (!seen.bounds || !seen.others) return 0;
    return bind_later(b, key->at, "a key of GROUP BY from both the window and the row"), -1;
}

static int bind_key(struct scope *scope, const struct select *select, const struct group_by *group, struct key *out)
{
    struct binder *b = scope->binder;
    const struct expr *e;

    if (group->kind == GROUP_ROLLUP) return bind_later(b, group->at, "ROLLUP"), -1;
    if (group->kind == GROUP_CUBE) return bind_later(b, group->at, "CUBE"), -1;
    if (group->kind == GROUP_SETS) return bind_later(b, group->at, "GROUPING SETS"), -1;
    if (!(e = written_key(scope, select, group->exprs.items[0])) || !(out->expr = bind_expr(scope, e))) return -1;
    out->at = group->at;
    if (key_of_many(b, out)) return -1;
    out->timed = steps_of(scope->source->plan, out->expr, &out->steps);
    out->monotonic = is_monotonic(e) && !out->timed;
    if (out->monotonic && type_phys(out->expr->type) != PHYS_INT) {
        return bind_later(b, e->at, "MONOTONIC of %s", type_kind_name(out->expr->type.kind)), -1;
    }
    return 0;
}

static bool same_window(const struct key *a, const struct key *b)
{
    if (a->monotonic || b->monotonic) return a->monotonic && b->monotonic && bound_equal(a->expr, b->expr);
    return a->timed && b->timed && bound_equal(a->steps.time, b->steps.time) &&
           window_same(&a->steps.window, &b->steps.window);
}

static void print_key(const struct plan *input, const struct bound *e, struct buf *out)
{
    const char **names = mem_alloc(((size_t)input->field_count + 1) * sizeof *names);

    for (int i = 0; i < input->field_count; i++) names[i] = input->fields[i].name;
    bound_print(e, names, out);
    free(names);
}

static int two_windows(struct binder *b, const struct plan *input, const struct key *one, const struct key *other)
{
    struct buf text = {0};

    print_key(input, one->expr, &text);
    buf_puts(&text, " and ");
    print_key(input, other->expr, &text);
    err_set(b->err, ERR_TYPE, other->at,
            "two windows over the event time: %s: keep one, or group by a column of its own", buf_text(&text));
    buf_free(&text);
    return -1;
}

/* *out: the key that is the window, or NULL. */
static int choose_window(struct binder *b, const struct plan *input, const struct key *keys, int count,
                         const struct key **out)
{
    *out = NULL;
    for (int i = 0; i < count; i++) {
        if (key_rank(&keys[i]) > (*out ? key_rank(*out) : RANK_NONE)) *out = &keys[i];
    }
    for (int i = 0; i < count && *out; i++) {
        if (key_rank(&keys[i]) < RANK_CUT || key_rank(&keys[i]) < key_rank(*out)) continue;
        if (!same_window(*out, &keys[i])) return two_windows(b, input, *out, &keys[i]);
    }
    return 0;
}

static struct window window_of(struct binder *b, const struct key *k)
{
    if (k->monotonic) return (struct window){.kind = WINDOW_MONOTONIC, .time = k->expr};
    return steps_window(b, &k->steps);
}

/* Whether the window alone tells its value: then it is no key. */
static bool is_told(const struct plan *input, const struct key *window, const struct bound *e)
{
    struct key k = {.expr = (struct bound *)e, .monotonic = window->monotonic};

    k.timed = !k.monotonic && steps_of(input, e, &k.steps);
    if (same_window(window, &k) || e->kind == BOUND_CONST) return true;
    if (!e->count) return false;
    for (int i = 0; i < e->count; i++) {
        if (!is_told(input, window, e->args[i])) return false;
    }
    return true;
}

/* HOP or CUMULATE: what else there is of event time are keys like others. */
static int group_by_many(struct scope *scope, const struct select *select, const struct key *keys, int count,
                         struct grouping *out)
{
    bool named = false;

    for (int i = 0; i < count; i++) {
        named |= keys[i].of_many;
        if (keys[i].monotonic) return bind_later(scope->binder, keys[i].at, "MONOTONIC beside other windows"), -1;
        if (!keys[i].of_many) out->keys[out->key_count++] = keys[i].expr;
    }
    if (!named) return bind_later(scope->binder, select->at, "windows without GROUP BY window_start, window_end"), -1;
    out->window = scope->source->many;
    return 0;
}

static int group_by_one(struct scope *scope, const struct key *keys, int count, struct grouping *out)
{
    const struct key *window;

    if (choose_window(scope->binder, out->input, keys, count, &window)) return -1;
    if (window) {
        out->window = window_of(scope->binder, window);
        out->steps = window->steps;
    }
    for (int i = 0; i < count; i++) {
        if (window && is_told(out->input, window, keys[i].expr)) continue;
        out->keys[out->key_count++] = keys[i].expr;
    }
    return 0;
}

int bind_groups(struct scope *scope, const struct select *select, struct grouping *out)
{
    const struct groups *groups = &select->plain.groups;
    size_t room = (size_t)groups->count;
    struct key *keys = arena_alloc(scope->binder->arena, room * sizeof *keys);

    out->input = scope->source->plan;
    for (int i = 0; i < groups->count; i++) {
        if (bind_key(scope, select, &groups->items[i], &keys[i])) return -1;
    }
    out->keys = arena_alloc(scope->binder->arena, room * sizeof *out->keys);
    if (scope->source->many.kind == WINDOW_NONE) return group_by_one(scope, keys, groups->count, out);
    return group_by_many(scope, select, keys, groups->count, out);
}

/* ---- aggregates ---- */

static const struct aggregate_word {
    const char *word;
    int kind;     /* enum aggregate_kind; -1: not supported yet */
    bool boolean; /* of BOOLEANs only */
} aggregate_words[] = {
#define AGGREGATE(name, kind, boolean, ...) {#name, kind, boolean},
#define PLANNED(name)                       {#name, -1, false},
#include "planner/aggregates.inc"
#undef AGGREGATE
#undef PLANNED
};

static const struct aggregate_word *aggregate_word(struct str name)
{
    for (size_t i = 0; i < sizeof aggregate_words / sizeof *aggregate_words; i++) {
        if (str_equal_nocase(name, str_lit(aggregate_words[i].word))) return &aggregate_words[i];
    }
    return NULL;
}

const char *bind_aggregate_name(int i)
{
    return i < (int)(sizeof aggregate_words / sizeof *aggregate_words) ? aggregate_words[i].word : NULL;
}

bool bind_is_aggregate(struct str name)
{
    return aggregate_word(name);
}

static int refuse_place(struct scope *scope, const struct expr *e, const char *word)
{
    struct err *err = scope->binder->err;

    switch (scope->clause) {
    case CLAUSE_ITEM:
    case CLAUSE_HAVING: return 0;
    case CLAUSE_WHERE: return err_set(err, ERR_SYNTAX, e->at, "%s cannot stand in WHERE: write HAVING", word);
    case CLAUSE_GROUP:
        return err_set(err, ERR_SYNTAX, e->at,
                       "%s cannot stand in GROUP BY: group by the columns it is to be computed for", word);
    case CLAUSE_FILTER: return err_set(err, ERR_SYNTAX, e->at, "%s cannot stand in FILTER", word);
    case CLAUSE_ARGUMENT:
        return err_set(err, ERR_SYNTAX, e->at, "%s cannot stand inside an aggregate: compute it in a subquery", word);
    case CLAUSE_OVER:
        return err_set(err, ERR_SYNTAX, e->at, "%s cannot stand inside OVER: compute it in a subquery", word);
    case CLAUSE_CONSTANT: return err_set(err, ERR_SYNTAX, e->at, "%s has no rows here", word);
    }
    return -1;
}

static int refuse_parts(struct binder *b, const struct expr *e, const struct aggregate_word *word)
{
    const struct call *c = &e->call;

    if (word->kind < 0) return bind_later(b, e->at, "%s", word->word), -1;
    if (c->order.count || c->within_group.count) return bind_later(b, e->at, "ORDER BY inside an aggregate"), -1;
    if (c->args.count > 1 && word->kind == AGG_COUNT) return bind_later(b, e->at, "COUNT of several expressions"), -1;
    if (c->form == CALL_STAR && word->kind != AGG_COUNT)
        return err_set(b->err, ERR_SYNTAX, e->at, "only COUNT takes *");
    if (c->form != CALL_STAR && !(c->form == CALL_PLAIN && c->args.count == 1))
        return err_set(b->err, ERR_SYNTAX, e->at, "%s takes one expression%s", word->word,
                       word->kind == AGG_COUNT ? ", or *: COUNT(*)" : "");
    return 0;
}

/* What the aggregate takes. */
static int check_argument(struct binder *b, const struct aggregate *a, const struct aggregate_word *word)
{
    enum type_kind kind = a->arg ? a->arg->type.kind : TYPE_NULL;

    if ((a->kind == AGG_SUM || a->kind == AGG_AVG) && !type_is_numeric(kind)) {
        return err_set(b->err, ERR_TYPE, a->arg->at, "%s needs numbers, this is %s", word->word, type_kind_name(kind));
    }
    if (word->boolean && kind != TYPE_BOOLEAN) {
        return err_set(b->err, ERR_TYPE, a->arg->at, "%s needs BOOLEAN, this is %s", word->word, type_kind_name(kind));
    }
    if ((a->kind == AGG_MIN || a->kind == AGG_MAX) && kind == TYPE_NULL)
        return err_set(b->err, ERR_TYPE, a->arg->at, "%s needs a type, this is NULL", word->word);
    return 0;
}

/* Room for the sum of any number of values; the old service's numbers end at 18 digits. */
static struct type sum_type(const struct binder *b, struct type arg)
{
    int digits = b->ctx->dialect == DIALECT_KINESIS ? DECIMAL_DIGITS_NARROW : DECIMAL_DIGITS_MAX;

    if (arg.kind == TYPE_DECIMAL) return type_decimal(arg.precision > digits ? arg.precision : digits, arg.scale);
    return type_of(type_is_whole(arg.kind) ? TYPE_BIGINT : TYPE_DOUBLE);
}

/* The mean of whole numbers is a DOUBLE, that of decimals has at least 9 digits behind the point; the old service's is
 * of the argument's kind, and cut towards zero. */
static struct type mean_type(const struct binder *b, struct type arg)
{
    enum { MEAN_SCALE_MIN = 9 };

    if (b->ctx->dialect == DIALECT_KINESIS) return type_is_whole(arg.kind) ? arg : sum_type(b, arg);
    if (arg.kind == TYPE_DECIMAL)
        return type_decimal(DECIMAL_DIGITS_MAX, arg.scale > MEAN_SCALE_MIN ? arg.scale : MEAN_SCALE_MIN);
    return type_of(TYPE_DOUBLE);
}

static int result_type(struct binder *b, struct aggregate *a, const struct aggregate_word *word)
{
    if (check_argument(b, a, word)) return -1;
    switch (a->kind) {
    case AGG_COUNT_ROWS:
    case AGG_COUNT: a->result = type_of(TYPE_BIGINT); break;
    case AGG_SUM: a->result = sum_type(b, a->arg->type); break;
    case AGG_AVG: a->result = mean_type(b, a->arg->type); break;
    case AGG_MIN:
    case AGG_MAX: a->result = a->arg->type; break;
    }
    return 0;
}

static bool same_or_none(const struct bound *a, const struct bound *b)
{
    return a && b ? bound_equal(a, b) : a == b;
}

/* The number of the aggregate; one that is there already is shared. */
static int collect(struct grouping *g, struct binder *b, const struct aggregate *a)
{
    struct aggregate *grown;

    for (size_t i = 0; i < g->aggregate_count; i++) {
        const struct aggregate *known = &g->aggregates[i];
        if (known->kind == a->kind && known->distinct == a->distinct && same_or_none(known->arg, a->arg) &&
            same_or_none(known->filter, a->filter))
            return (int)i;
    }
    if (g->aggregate_count == g->aggregate_capacity) {
        g->aggregate_capacity = g->aggregate_capacity ? 2 * g->aggregate_capacity : 8;
        grown = arena_alloc(b->arena, g->aggregate_capacity * sizeof *grown);
        for (size_t i = 0; i < g->aggregate_count; i++) grown[i] = g->aggregates[i];
        g->aggregates = grown;
    }
    g->aggregates[g->aggregate_count] = *a;
    return (int)g->aggregate_count++;
}

int bind_aggregate_call(struct scope *scope, const struct expr *e, enum clause clause, struct aggregate *a)
{
    const struct aggregate_word *word = aggregate_word(e->call.name.parts[0].text);
    struct scope inner = *scope;

    *a = (struct aggregate){.distinct = e->call.quantifier == QUANTIFIER_DISTINCT};
    if (refuse_place(scope, e, word->word) || refuse_parts(scope->binder, e, word)) return -1;
    a->kind = e->call.form == CALL_STAR ? AGG_COUNT_ROWS : (enum aggregate_kind)word->kind;
    inner.clause = clause;
    if (e->call.args.count && !(a->arg = bind_expr(&inner, e->call.args.items[0].value))) return -1;
    inner.clause = CLAUSE_FILTER;
    if (e->call.filter && !(a->filter = bind_condition(&inner, e->call.filter, "FILTER"))) return -1;
    if (result_type(scope->binder, a, word)) return -1;
    if (a->kind == AGG_COUNT && !a->distinct && a->arg->kind == BOUND_CONST && !a->arg->null) {
        a->kind = AGG_COUNT_ROWS;
        a->arg = NULL;
    }
    if (a->kind == AGG_MIN || a->kind == AGG_MAX) a->distinct = false;
    return 0;
}

struct bound *bind_aggregate(struct scope *scope, const struct expr *e)
{
    struct aggregate a;
    struct bound *column;

    if (bind_aggregate_call(scope, e, CLAUSE_ARGUMENT, &a)) return NULL;
    column = bound_new(scope->binder, BOUND_COLUMN, a.result.kind, e->at);
    column->type = a.result;
    column->column = PSEUDO_AGGREGATE - collect(scope->grouping, scope->binder, &a);
    return column;
}

/* ---- above the aggregate ---- */

static int window_columns(const struct grouping *g)
{
    return window_is_timed(&g->window) ? 2 : g->window.kind == WINDOW_MONOTONIC ? 1 : 0;
}

static struct bound *output_column(struct binder *b, const struct bound *e, int column)
{
    struct bound *n = bound_new(b, BOUND_COLUMN, e->type.kind, e->at);

    n->type = e->type;
    n->column = column;
    return n;
}

static struct bound *lift_pseudo(struct binder *b, struct grouping *g, struct bound *e)
{
    struct bound *end;

    if (e->column <= PSEUDO_OVER)
        return output_column(b, e, bind_over_column(g->overs, g->input->field_count, e->column));
    switch (e->column) {
    case PSEUDO_ROWTIME: return g->rowtime ? g->rowtime : bound_new(b, BOUND_ROWTIME, TYPE_TIMESTAMP, e->at);
    case PSEUDO_WINDOW_START: return output_column(b, e, 0);
    case PSEUDO_WINDOW_END: return output_column(b, e, 1);
    case PSEUDO_WINDOW_TIME:
        end = output_column(b, e, 1);
        if (g->window.right_closed) return end;
        return bind_function(b, e->at, "-", 2, (struct bound *[]){end, bound_int(b, TYPE_INTERVAL_DAY, 1, e->at)});
    default: return output_column(b, e, window_columns(g) + g->key_count + PSEUDO_AGGREGATE - e->column);
    }
}

/* The window's or a key's column, when e is one; else NULL. */
static struct bound *lift_key(struct binder *b, struct grouping *g, const struct bound *e)
{
    struct steps s;

    if (g->window.kind == WINDOW_MONOTONIC && bound_equal(e, g->window.time)) return output_column(b, e, 0);
    if (g->window.kind == WINDOW_TUMBLE && steps_of(g->input, e, &s) && bound_equal(s.time, g->steps.time) &&
        window_same(&s.window, &g->steps.window)) {
        return steps_above(b, g->input, &s, e);
    }
    for (int i = 0; i < g->key_count; i++) {
        if (bound_equal(e, g->keys[i])) return output_column(b, e, window_columns(g) + i);
    }
    return NULL;
}

/* With ROWTIME of the input where a select list says ROWTIME alone. */
static struct bound *with_input_rowtime(struct binder *b, struct bound *e)
{
    struct bound *copy;

    if (e->kind == BOUND_COLUMN && e->column == PSEUDO_ROWTIME)
        return bound_new(b, BOUND_ROWTIME, TYPE_TIMESTAMP, e->at);
    if (!e->count) return e;
    copy = arena_alloc(b->arena, sizeof *copy);
    *copy = *e;
    copy->args = arena_alloc(b->arena, (size_t)e->count * sizeof *copy->args);
    for (int i = 0; i < e->count; i++) copy->args[i] = with_input_rowtime(b, e->args[i]);
    return copy;
}

static struct bound *not_grouped(struct binder *b, const struct grouping *g, const struct bound *e)
{
    const char *name = e->kind == BOUND_COLUMN    ? g->input->fields[e->column].name
                       : e->kind == BOUND_ROWTIME ? "ROWTIME"
                                                  : "_watermark";
    struct steps steps;

    if (window_is_timed(&g->window) && steps_of(g->input, e, &steps))
        return bind_refuse(b, ERR_TYPE, e->at,
                           "\"%s\" differs within a window: write window_start or window_end, or MAX(%s)", name, name);
    return bind_refuse(b, ERR_TYPE, e->at,
                       "\"%s\" is neither in GROUP BY nor inside an aggregate: add it to GROUP BY, or write MAX(%s)",
                       name, name);
}

static struct bound *lift_parts(struct binder *b, struct grouping *g, struct bound *e)
{
    struct bound *copy = arena_alloc(b->arena, sizeof *copy);

    *copy = *e;
    copy->args = arena_alloc(b->arena, (size_t)e->count * sizeof *copy->args);
    for (int i = 0; i < e->count; i++) {
        if (!(copy->args[i] = bind_lift(b, g, e->args[i]))) return NULL;
    }
    return copy;
}

struct bound *bind_lift(struct binder *b, struct grouping *g, struct bound *e)
{
    struct bound *key;

    if (e->kind == BOUND_COLUMN && e->column < 0) return lift_pseudo(b, g, e);
    if (g->grouped && (key = lift_key(b, g, g->unqualified && e->count ? with_input_rowtime(b, e) : e))) return key;
    if (e->count) return lift_parts(b, g, e);
    if (!g->grouped || e->kind == BOUND_CONST || e->kind == BOUND_ARRIVAL || e->kind == BOUND_CALL) return e;
    return not_grouped(b, g, e);
}

/* ---- the plan's node ---- */

static void print_aggregate(const struct plan *input, const struct aggregate *a, struct buf *out)
{
    buf_printf(out, "%s(%s", aggregate_name(a->kind), a->distinct ? "DISTINCT " : "");
    if (a->arg)
        print_key(input, a->arg, out);
    else
        buf_putc(out, '*');
    buf_putc(out, ')');
    if (!a->filter) return;
    buf_puts(out, " FILTER (WHERE ");
    print_key(input, a->filter, out);
    buf_putc(out, ')');
}

static const char *taken_text(struct binder *b, struct buf *text)
{
    const char *copy = arena_copy(b->arena, text->ptr ? text->ptr : "", text->len);

    buf_free(text);
    return copy;
}

static struct field key_field(struct binder *b, const struct plan *input, const struct bound *e)
{
    struct buf text = {0};

    if (e->kind == BOUND_COLUMN) return input->fields[e->column];
    print_key(input, e, &text);
    return (struct field){.name = taken_text(b, &text), .type = e->type};
}

static struct field aggregate_field(struct binder *b, const struct plan *input, const struct aggregate *a)
{
    struct buf text = {0};

    print_aggregate(input, a, &text);
    return (struct field){.name = taken_text(b, &text), .type = a->result};
}

static void window_fields(struct binder *b, const struct grouping *g, struct field *out)
{
    if (g->window.kind == WINDOW_MONOTONIC) out[0] = key_field(b, g->input, g->window.time);
    if (!window_is_timed(&g->window)) return;
    out[0] = (struct field){.name = "window_start", .type = {.kind = TYPE_TIMESTAMP}, .not_null = true};
    out[1] = (struct field){.name = "window_end", .type = {.kind = TYPE_TIMESTAMP}, .not_null = true};
}

struct plan *bind_group_plan(struct binder *b, struct grouping *g, struct plan *input)
{
    struct plan *p = plan_new(b, PLAN_AGGREGATE, input);
    int first = window_columns(g);

    p->window = g->window;
    p->key_count = g->key_count;
    p->keys = g->keys;
    p->aggregate_count = (int)g->aggregate_count;
    p->aggregates = g->aggregates;
    p->field_count = first + p->key_count + p->aggregate_count;
    p->fields = arena_alloc(b->arena, (size_t)p->field_count * sizeof *p->fields);
    window_fields(b, g, p->fields);
    for (int i = 0; i < p->key_count; i++) p->fields[first + i] = key_field(b, g->input, p->keys[i]);
    for (int i = 0; i < p->aggregate_count; i++)
        p->fields[first + p->key_count + i] = aggregate_field(b, g->input, &p->aggregates[i]);
    return p;
}
