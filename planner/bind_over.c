/* bind_over.c - f(...) OVER (...): which rows it sees, and the nodes that compute it.
 *
 * Calls of one PARTITION BY and order form a set, each set becomes one PLAN_OVER. What a call stands for is not known
 * until all columns of the input are: until then it is the pseudo column PSEUDO_OVER - (set << 12 | call). */
#include "planner/binder.h"

enum { CALLS_BITS = 12, CALLS_MAX = 1 << CALLS_BITS, SETS_MAX = 64 };

/* ---- OVER (...), with what it takes from WINDOW w AS (...) ---- */

struct spec {
    const struct exprs *partition;
    const struct sorts *order;
    enum frame_unit unit;
    struct frame_bound start, finish;
};

static const struct over *named_window(struct scope *scope, const struct ident *name)
{
    const struct named_windows *named = scope->overs->named;

    for (int i = 0; i < named->count; i++) {
        const struct ident *have = &named->items[i].name;
        if (str_equal_nocase(have->text, name->text)) return &named->items[i].over;
    }
    return bind_refuse(scope->binder, ERR_NAME, name->at, "there is no WINDOW %.*s", (int)name->text.len,
                       name->text.ptr);
}

enum { NAMED_DEPTH = 16 };

/* What is written here adds to the window that it names. */
static int spec_of(struct scope *scope, const struct over *over, int depth, struct spec *out)
{
    const struct over *base = NULL;

    if (depth > NAMED_DEPTH) return err_set(scope->binder->err, ERR_NAME, over->at, "this window names itself");
    if (over->base.text.ptr) {
        if (!(base = named_window(scope, &over->base)) || spec_of(scope, base, depth + 1, out)) return -1;
    }
    if (over->partition.count) out->partition = &over->partition;
    if (over->order.count) out->order = &over->order;
    if (over->unit != FRAME_NONE) {
        out->unit = over->unit;
        out->start = over->start;
        out->finish = over->finish;
    }
    return 0;
}

/* ---- frames ---- */

static int rows_offset(struct binder *b, const struct expr *e, int64_t *out)
{
    struct bound *n = e->kind == EXPR_NUMBER ? bind_literal(b, e, false) : NULL;

    if (e->kind == EXPR_NUMBER && !n) return -1;
    *out = n ? n->i : 0;
    if (n && type_is_whole(n->type.kind)) return 0;
    return err_set(b->err, ERR_VALUE, e->at, "ROWS counts rows: write a whole number, 0 or more");
}

static int range_offset(struct binder *b, const struct expr *e, int64_t *out)
{
    struct type type;

    if (e->kind != EXPR_INTERVAL)
        return err_set(b->err, ERR_TYPE, e->at, "RANGE goes by time: write INTERVAL '1' HOUR PRECEDING");
    if (bind_interval(b, e, &type, out)) return -1;
    if (type.kind != TYPE_INTERVAL_DAY) return bind_later(b, e->at, "frames of months"), -1;
    if (*out >= 0) return 0;
    return err_set(b->err, ERR_VALUE, e->at, "a frame reaches back: its INTERVAL is not negative");
}

/* How far the bound reaches back. */
static int bind_bound(struct binder *b, const struct over *over, const struct frame_bound *bound, enum frame_kind kind,
                      int64_t *out)
{
    *out = 0;
    switch (bound->kind) {
    case FRAME_CURRENT_ROW:
    case FRAME_UNBOUNDED_PRECEDING: return 0;
    case FRAME_PRECEDING:
        if (kind == FRAME_COUNT_ROWS) return rows_offset(b, bound->offset, out);
        return range_offset(b, bound->offset, out);
    case FRAME_FOLLOWING:
    case FRAME_UNBOUNDED_FOLLOWING: return bind_later(b, over->at, "a frame that goes on behind the current row"), -1;
    }
    return -1;
}

static int bind_frame(struct binder *b, const struct over *over, const struct spec *spec, struct frame *out)
{
    *out = (struct frame){.kind = spec->unit == FRAME_ROWS ? FRAME_COUNT_ROWS : FRAME_RANGE_TIME};
    out->unbounded = spec->unit == FRAME_NONE || spec->start.kind == FRAME_UNBOUNDED_PRECEDING;
    if (spec->unit == FRAME_NONE) return 0;
    if (spec->finish.kind == FRAME_UNBOUNDED_PRECEDING)
        return err_set(b->err, ERR_SYNTAX, over->at, "a frame cannot end with UNBOUNDED PRECEDING");
    if (bind_bound(b, over, &spec->start, out->kind, &out->start) ||
        bind_bound(b, over, &spec->finish, out->kind, &out->finish))
        return -1;
    if (out->unbounded || out->start >= out->finish) return 0;
    return err_set(b->err, ERR_VALUE, over->at, "this frame ends before it begins");
}

/* ---- sets ---- */

static bool is_event_time(const struct plan *input, const struct bound *e)
{
    struct steps s;

    return steps_of(input, e, &s) && s.window.kind == WINDOW_NONE && s.time->kind == BOUND_ROWTIME && !s.months &&
           s.numerator == 1 && s.denominator == 1 && s.base == 0;
}

static int bind_order(struct scope *scope, const struct spec *spec, bool *ordered)
{
    const struct sort *sort = spec->order && spec->order->count ? &spec->order->items[0] : NULL;
    struct binder *b = scope->binder;
    struct bound *e;

    *ordered = sort;
    if (!sort) return 0;
    if (spec->order->count > 1) return bind_later(b, spec->order->items[1].expr->at, "OVER by several orders"), -1;
    if (sort->direction == DIRECTION_DESC) return bind_later(b, sort->expr->at, "OVER in descending order"), -1;
    if (!(e = bind_expr(scope, sort->expr))) return -1;
    if (is_event_time(scope->source->plan, e)) return 0;
    return err_set(b->err, ERR_TYPE, sort->expr->at,
                   "OVER goes by event time: write ORDER BY ROWTIME, or the column of the WATERMARK");
}

static bool same_set(const struct over_set *a, const struct over_set *b)
{
    if (a->ordered != b->ordered || a->key_count != b->key_count) return false;
    for (int i = 0; i < a->key_count; i++) {
        if (!bound_equal(a->keys[i], b->keys[i])) return false;
    }
    return true;
}

static void *grown(struct arena *arena, const void *items, size_t count, size_t *capacity, size_t bytes)
{
    void *more;

    if (count < *capacity) return (void *)(uintptr_t)items;
    *capacity = *capacity ? 2 * *capacity : 4;
    more = arena_alloc(arena, *capacity * bytes);
    if (count) __builtin_memcpy(more, items, count * bytes);
    return more;
}

/* The number of the set, made when there is none like it; -1 with an error. */
static int find_set(struct scope *scope, const struct over *over, const struct over_set *wanted)
{
    struct overs *o = scope->overs;

    for (size_t i = 0; i < o->count; i++) {
        if (same_set(&o->sets[i], wanted)) return (int)i;
    }
    if (o->count == SETS_MAX)
        return err_set(scope->binder->err, ERR_LIMIT, over->at, "more than %d different OVER in a query", SETS_MAX);
    o->sets = grown(scope->binder->arena, o->sets, o->count, &o->capacity, sizeof *o->sets);
    o->sets[o->count] = *wanted;
    return (int)o->count++;
}

static int bind_set(struct scope *scope, const struct over *over, const struct spec *spec)
{
    struct over_set set = {0};
    int count = spec->partition ? spec->partition->count : 0;

    set.keys = arena_alloc(scope->binder->arena, (size_t)count * sizeof *set.keys + 1);
    for (; set.key_count < count; set.key_count++) {
        struct bound *key = bind_expr(scope, spec->partition->items[set.key_count]);
        if (!key) return -1;
        set.keys[set.key_count] = key;
    }
    if (bind_order(scope, spec, &set.ordered)) return -1;
    return find_set(scope, over, &set);
}

/* ---- functions ---- */

static const struct over_word {
    const char *word;
    enum over_kind kind;
    int least, most; /* arguments */
} over_words[] = {
    {"FIRST_VALUE", OVER_FIRST, 1, 1}, {"LAST_VALUE", OVER_LAST, 1, 1}, {"NTH_VALUE", OVER_NTH, 2, 2},
    {"LAG", OVER_LAG, 1, 3},           {"LEAD", OVER_LEAD, 1, 3},
};

static const struct over_word *over_word(struct str name)
{
    for (size_t i = 0; i < sizeof over_words / sizeof *over_words; i++) {
        if (str_equal_nocase(name, str_lit(over_words[i].word))) return &over_words[i];
    }
    return NULL;
}

/* The number of rows of LAG, LEAD and NTH_VALUE. */
static int bind_count(struct scope *scope, const struct over_word *word, const struct expr *e, int64_t *out)
{
    struct bound *n = bind_expr(scope, e);
    int least = word->kind == OVER_NTH;

    if (!n) return -1;
    *out = n->i;
    if (n->kind == BOUND_CONST && type_is_whole(n->type.kind) && !n->null && n->i >= least) return 0;
    return err_set(scope->binder->err, ERR_VALUE, e->at, "%s counts rows: write a whole number, %d or more", word->word,
                   least);
}

static int bind_value_call(struct scope *scope, const struct expr *e, const struct over_word *word,
                           struct over_call *out)
{
    const struct args *args = &e->call.args;
    struct binder *b = scope->binder;

    out->kind = word->kind;
    if (e->call.form != CALL_PLAIN || args->count < word->least || args->count > word->most) {
        return err_set(b->err, ERR_TYPE, e->at, "%s takes %s", word->word,
                       word->most == 1 ? "one expression"
                       : word->most == 2
                           ? "an expression and a number of rows"
                           : "an expression, a number of rows and what stands for rows that are not there");
    }
    if (e->call.filter) return err_set(b->err, ERR_SYNTAX, e->call.filter->at, "FILTER belongs to an aggregate");
    if (!(out->aggregate.arg = bind_expr(scope, args->items[0].value))) return -1;
    out->aggregate.result = out->aggregate.arg->type;
    if (out->aggregate.result.kind == TYPE_NULL)
        return err_set(b->err, ERR_TYPE, args->items[0].value->at, "%s needs a type, this is NULL", word->word);
    out->n = 1;
    if (args->count > 1 && bind_count(scope, word, args->items[1].value, &out->n)) return -1;
    if (args->count > 2) {
        struct bound *otherwise = bind_expr(scope, args->items[2].value);
        if (!otherwise) return -1;
        out->otherwise = bind_cast(b, otherwise, out->aggregate.result, CAST_IMPLICIT, otherwise->at);
        if (!out->otherwise) return -1;
    }
    out->ignore_nulls = e->call.nulls == NULLS_IGNORE;
    out->from_last = e->call.nth_from == NTH_FROM_LAST;
    return 0;
}

static int bind_over_call(struct scope *scope, const struct expr *e, struct over_call *out)
{
    struct str name = e->call.name.parts[0].text;
    const struct over_word *word = over_word(name);

    if (word) return bind_value_call(scope, e, word, out);
    out->kind = OVER_AGGREGATE;
    if (bind_is_aggregate(name)) return bind_aggregate_call(scope, e, CLAUSE_OVER, &out->aggregate);
    bind_later(scope->binder, e->at, "%.*s OVER", (int)name.len, name.ptr);
    return -1;
}

/* What sees all rows so far may sum them up, or look a fixed number back; anything else would have to keep them all. */
static int refuse_growing(struct binder *b, const struct expr *e, const struct over_call *c)
{
    bool sums = c->kind == OVER_AGGREGATE && !c->frame.finish, looks_back = c->kind == OVER_LAG && !c->ignore_nulls;

    if (!c->frame.unbounded || sums || looks_back || c->kind == OVER_LEAD) return 0;
    return err_set(b->err, ERR_TYPE, e->at,
                   "this would keep every row that ever came: give its window a beginning, as in "
                   "RANGE INTERVAL '1' HOUR PRECEDING or ROWS 100 PRECEDING");
}

/* ---- the call as a column ---- */

static int refuse_clause(struct scope *scope, const struct expr *e)
{
    struct err *err = scope->binder->err;

    if (scope->clause == CLAUSE_WHERE)
        return err_set(err, ERR_SYNTAX, e->at, "OVER cannot stand in WHERE: compute it in a subquery");
    if (scope->clause == CLAUSE_OVER)
        return err_set(err, ERR_SYNTAX, e->at, "OVER cannot stand inside OVER: compute it in a subquery");
    if (scope->clause != CLAUSE_ITEM || !scope->overs)
        return err_set(err, ERR_SYNTAX, e->at, "OVER can only stand in a select list");
    return 0;
}

struct bound *bind_over(struct scope *scope, const struct expr *e)
{
    struct scope inner = *scope;
    struct over_call call = {0};
    struct over_set *set;
    struct spec spec = {0};
    struct bound *column;
    int number;

    if (refuse_clause(scope, e) || spec_of(scope, e->call.over, 0, &spec)) return NULL;
    inner.clause = CLAUSE_OVER;
    if (bind_frame(scope->binder, e->call.over, &spec, &call.frame)) return NULL;
    if (bind_over_call(over_word(e->call.name.parts[0].text) ? &inner : scope, e, &call)) return NULL;
    if (refuse_growing(scope->binder, e, &call)) return NULL;
    if ((number = bind_set(&inner, e->call.over, &spec)) < 0) return NULL;
    set = &scope->overs->sets[number];
    if (set->count == CALLS_MAX)
        return bind_refuse(scope->binder, ERR_LIMIT, e->at, "more than %d calls over one window", CALLS_MAX);
    set->calls = grown(scope->binder->arena, set->calls, set->count, &set->capacity, sizeof *set->calls);
    set->calls[set->count] = call;
    column = bound_new(scope->binder, BOUND_COLUMN, call.aggregate.result.kind, e->at);
    column->type = call.aggregate.result;
    column->column = PSEUDO_OVER - (number << CALLS_BITS | (int)set->count++);
    return column;
}

int bind_over_column(const struct overs *overs, int input_fields, int pseudo)
{
    int number = (PSEUDO_OVER - pseudo) >> CALLS_BITS, column = input_fields;

    for (int i = 0; i < number; i++) column += (int)overs->sets[i].count;
    return column + ((PSEUDO_OVER - pseudo) & (CALLS_MAX - 1));
}

/* ---- the nodes ---- */

static const char *call_name(const struct over_call *c)
{
    static const char *const names[] = {
        [OVER_FIRST] = "FIRST_VALUE", [OVER_LAST] = "LAST_VALUE", [OVER_NTH] = "NTH_VALUE",
        [OVER_LAG] = "LAG",           [OVER_LEAD] = "LEAD",       [OVER_AGGREGATE] = "OVER"};

    return names[c->kind];
}

static struct plan *over_node(struct binder *b, const struct over_set *set, struct plan *input)
{
    struct plan *p = plan_new(b, PLAN_OVER, input);

    p->keys = set->keys;
    p->key_count = set->key_count;
    p->ordered = set->ordered;
    p->calls = set->calls;
    p->call_count = (int)set->count;
    p->field_count = input->field_count + p->call_count;
    p->fields = arena_alloc(b->arena, (size_t)p->field_count * sizeof *p->fields);
    for (int i = 0; i < input->field_count; i++) p->fields[i] = input->fields[i];
    for (int i = 0; i < p->call_count; i++) {
        struct field *f = &p->fields[input->field_count + i];
        f->name = arena_printf(b->arena, "%s$%d", call_name(&p->calls[i]), input->field_count + i);
        f->type = p->calls[i].aggregate.result;
    }
    return p;
}

struct plan *bind_over_plan(struct binder *b, const struct overs *overs, struct plan *input)
{
    for (size_t i = 0; i < overs->count; i++) input = over_node(b, &overs->sets[i], input);
    return input;
}
