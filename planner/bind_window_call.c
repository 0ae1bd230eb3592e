/* bind_window_call.c - TUMBLE, HOP and CUMULATE, as table functions in FROM and as calls in GROUP BY.
 *
 * A row has one tumbling window: TUMBLE is an expression of its event time like any other (bind_window.c). It may be in
 * several hopping or cumulative windows, or in none: so these stand in the source (`many`), and their bounds are pseudo
 * columns, which have a value only above the GROUP BY. */
#include "planner/binder.h"

/* ---- what they take ---- */

struct window_call {
    struct bound *time;
    struct bound *slide; /* of HOP; of CUMULATE the step */
    struct bound *size;
    struct bound *offset; /* NULL: none */
};

/* What the user should have written instead of a column that is no event time. */
static int not_event_time(struct binder *b, const struct source *source, const struct bound *time)
{
    bool column = source && time->kind == BOUND_COLUMN && time->column >= 0;
    const char *name = column ? source->plan->fields[time->column].name : NULL;

    return err_set(b->err, ERR_TYPE, time->at, "%s%s%s is not the event time: %s", name ? "\"" : "",
                   name ? name : "this", name ? "\"" : "",
                   bind_time_remedy(b, source ? source->plan : NULL, time->type.kind == TYPE_TIMESTAMP ? name : NULL));
}

/* *out: the time as steps; unqualified ROWTIME in a select list is the input row's here. */
static int event_time(struct binder *b, const struct source *source, const struct bound *time, struct steps *out)
{
    static const struct bound rowtime = {.kind = BOUND_ROWTIME, .type = {.kind = TYPE_TIMESTAMP}, .at = -1};

    if (time->kind == BOUND_COLUMN && time->column == PSEUDO_ROWTIME) time = source ? &rowtime : time;
    if (source && steps_of_leaf(source->plan, time, out)) return 0;
    return not_event_time(b, source, time);
}

static int check_span(struct binder *b, const struct bound *span, const char *what, bool positive)
{
    bool interval = span->type.kind == TYPE_INTERVAL_DAY || span->type.kind == TYPE_INTERVAL_MONTH;

    if (!interval || span->kind != BOUND_CONST || span->null)
        return err_set(b->err, ERR_TYPE, span->at, "a window's %s is an interval literal: INTERVAL '10' MINUTE", what);
    if (positive && span->i <= 0)
        return err_set(b->err, ERR_VALUE, span->at, "a window's %s must be greater than zero", what);
    return 0;
}

static int check_offset(struct binder *b, const struct bound *size, const struct bound *offset)
{
    if (!offset) return 0;
    if (check_span(b, offset, "offset", false)) return -1;
    if (offset->type.kind == size->type.kind && size->type.kind == TYPE_INTERVAL_DAY) return 0;
    return bind_later(b, offset->at, "offsets of calendar windows"), -1;
}

/* ---- TUMBLE ---- */

/* STEP(time - offset BY size) + offset */
static struct bound *tumble_start(struct binder *b, struct bound *time, struct bound *size, struct bound *offset)
{
    struct bound *start = time;

    if (offset && !(start = bind_function(b, time->at, "-", 2, (struct bound *[]){time, offset}))) return NULL;
    if (!(start = bind_function(b, time->at, "STEP", 2, (struct bound *[]){start, size})) || !offset) return start;
    return bind_function(b, time->at, "+", 2, (struct bound *[]){start, offset});
}

static struct bound *tumble(struct binder *b, const struct source *source, struct bound *time, struct bound *size,
                            struct bound *offset)
{
    struct bound *start;
    struct steps s;

    if (event_time(b, source, time, &s) || check_span(b, size, "size", true) || check_offset(b, size, offset))
        return NULL;
    if (!(start = tumble_start(b, time, size, offset))) return NULL;
    if (time->kind == BOUND_COLUMN && time->column >= 0 && !steps_of(source->plan, start, &s)) {
        return bind_refuse(
            b, ERR_TYPE, size->at,
            "windows of this size do not hold whole inner windows: write window_time instead of window_start");
    }
    return start;
}

static int tumble_columns(struct binder *b, struct source *source, struct bound *time, struct bound *size,
                          struct bound *offset)
{
    struct bound **w = source->window;

    if (!(w[0] = tumble(b, source, time, size, offset))) return -1;
    if (!(w[1] = bind_function(b, time->at, "+", 2, (struct bound *[]){w[0], size}))) return -1;
    return (w[2] = bind_moment_before(b, w[1], time->at)) ? 0 : -1;
}

/* ---- HOP and CUMULATE ---- */

enum { WINDOWS_OF_ROW_MAX = 10000 };

static int check_slide(struct binder *b, const struct window_call *c, enum window_kind kind)
{
    const char *what = kind == WINDOW_HOP ? "slide" : "step";

    if (check_span(b, c->slide, what, true) || check_span(b, c->size, "size", true)) return -1;
    if (c->slide->type.kind != c->size->type.kind)
        return err_set(b->err, ERR_TYPE, c->size->at, "a window's %s and size must both be of days and shorter units",
                       what);
    if (c->size->type.kind == TYPE_INTERVAL_MONTH)
        return bind_later(b, c->size->at, "%s windows of months", kind == WINDOW_HOP ? "hopping" : "cumulative"), -1;
    if (kind == WINDOW_CUMULATE && c->size->i % c->slide->i)
        return err_set(b->err, ERR_VALUE, c->size->at, "the size must be a multiple of the step");
    if (c->size->i / c->slide->i > WINDOWS_OF_ROW_MAX)
        return err_set(b->err, ERR_LIMIT, c->size->at, "each row would be in %lld windows: at most %d are possible",
                       (long long)(c->size->i / c->slide->i), WINDOWS_OF_ROW_MAX);
    return check_offset(b, c->size, c->offset);
}

static int64_t modulo(int64_t a, int64_t b)
{
    return a % b < 0 ? a % b + b : a % b;
}

static int make_window(struct binder *b, const struct source *source, enum window_kind kind,
                       const struct window_call *c, struct window *out)
{
    struct steps s;

    if (event_time(b, source, c->time, &s) || check_slide(b, c, kind)) return -1;
    if (s.window.kind != WINDOW_NONE)
        return err_set(b->err, ERR_TYPE, c->time->at,
                       "window_start is not when its window counts: write window_time instead");
    *out = (struct window){.kind = kind, .size = c->size->i, .slide = c->slide->i};
    out->time = bound_copy(b->arena, s.time);
    if (c->offset) out->origin = modulo(c->offset->i, kind == WINDOW_HOP ? out->slide : out->size);
    return 0;
}

static bool same_windows(const struct window *a, const struct window *b)
{
    return window_same(a, b) && bound_equal(a->time, b->time);
}

static struct bound *bound_of_many(struct binder *b, int which, int at)
{
    struct bound *column = bound_new(b, BOUND_COLUMN, TYPE_TIMESTAMP, at);

    column->column = PSEUDO_WINDOW_START - which;
    return column;
}

/* Each window ends where the next one starts: they tumble. */
static bool tumbles(const struct window_call *c)
{
    return c->slide->kind == BOUND_CONST && c->size->kind == BOUND_CONST && c->slide->i == c->size->i &&
           c->slide->type.kind == c->size->type.kind;
}

static bool may_name_windows(const struct scope *scope)
{
    return scope->clause == CLAUSE_GROUP || scope->clause == CLAUSE_ITEM || scope->clause == CLAUSE_HAVING;
}

/* HOP or CUMULATE as a call: in GROUP BY it makes the windows, above it names them again. */
static struct bound *many(struct scope *scope, enum window_kind kind, const struct window_call *c, int at)
{
    struct source *source = scope->source;
    struct window w;

    if (make_window(scope->binder, source, kind, c, &w)) return NULL;
    if (!may_name_windows(scope)) return bind_refuse_many(scope, at);
    if (scope->clause != CLAUSE_GROUP && source->many.kind == WINDOW_NONE)
        return bind_refuse(scope->binder, ERR_TYPE, at, "these windows are not in GROUP BY");
    if (source->many.kind != WINDOW_NONE && !same_windows(&source->many, &w))
        return bind_refuse(scope->binder, ERR_TYPE, at, "two windows over the event time: keep one");
    source->many = w;
    return bound_of_many(scope->binder, 0, at);
}

bool bind_is_of_many(const struct bound *e)
{
    return e->kind == BOUND_COLUMN && e->column <= PSEUDO_WINDOW_START && e->column >= PSEUDO_WINDOW_TIME;
}

void *bind_refuse_many(struct scope *scope, int at)
{
    return bind_refuse(scope->binder, ERR_TYPE, at,
                       "a row is in several of these windows: they can stand in GROUP BY, and above it in the select "
                       "list and in HAVING");
}

/* ---- as they are written ---- */

static const struct window_word {
    const char *word;
    enum window_kind kind;
    const char *args[BIND_WINDOW_ARGS]; /* as a table function; the last one may be left out */
    const char *takes, *form;           /* the arguments, said and shown */
} window_words[] = {
    {"TUMBLE",
     WINDOW_TUMBLE,
     {"DATA", "TIMECOL", "SIZE", "OFFSET"},
     "a time and the window's size",
     "INTERVAL '10' MINUTE"},
    {"HOP",
     WINDOW_HOP,
     {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"},
     "a time, the windows' slide and their size",
     "INTERVAL '1' MINUTE, INTERVAL '10' MINUTE"},
    {"CUMULATE",
     WINDOW_CUMULATE,
     {"DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"},
     "a time, the windows' step and their greatest size",
     "INTERVAL '1' HOUR, INTERVAL '1' DAY"},
};

const char *bind_window_name(const struct window_word *word)
{
    return word->word;
}

const struct window_word *bind_window_word(const struct ident *name)
{
    for (size_t i = 0; i < sizeof window_words / sizeof *window_words; i++) {
        if (ident_is(name, window_words[i].word)) return &window_words[i];
    }
    return NULL;
}

static int arg_count(const struct window_word *word)
{
    return word->args[BIND_WINDOW_ARGS - 1] ? BIND_WINDOW_ARGS : BIND_WINDOW_ARGS - 1;
}

static int unknown_arg(struct binder *b, const struct window_word *word, const struct ident *name)
{
    struct buf text = {0};

    for (int i = 0; i < arg_count(word); i++) buf_printf(&text, "%s%s", i ? ", " : "", word->args[i]);
    err_set(b->err, ERR_NAME, name->at, "%s has no argument \"%.*s\": it has %s", word->word, (int)name->text.len,
            name->text.ptr, buf_text(&text));
    buf_free(&text);
    return -1;
}

int bind_window_args(struct binder *b, const struct window_word *word, const struct expr *e, const struct expr **out)
{
    int count = arg_count(word);

    for (int i = 0; i < e->call.args.count; i++) {
        const struct arg *arg = &e->call.args.items[i];
        bool named = arg->name.text.ptr;
        int place = named ? 0 : i;
        while (named && place < count && !ident_is(&arg->name, word->args[place])) place++;
        if (place >= count && named) return unknown_arg(b, word, &arg->name);
        if (place >= count || out[place])
            return err_set(b->err, ERR_SYNTAX, arg->value->at, "%s has an argument too many", word->word);
        out[place] = arg->value;
    }
    for (int i = 0; i < count - 1; i++) {
        if (out[i]) continue;
        return err_set(b->err, ERR_SYNTAX, e->at, "%s is written %s(TABLE stream, DESCRIPTOR(time), %s)", word->word,
                       word->word, word->form);
    }
    return 0;
}

/* The arguments behind the data; constant: the scope of the spans. */
static int call_args(struct scope *constant, const struct window_word *word, const struct expr *const *spans,
                     struct window_call *out)
{
    int n = 0;

    if (word->kind != WINDOW_TUMBLE && !(out->slide = bind_expr(constant, spans[n++]))) return -1;
    if (!(out->size = bind_expr(constant, spans[n++]))) return -1;
    return spans[n] && !(out->offset = bind_expr(constant, spans[n])) ? -1 : 0;
}

int bind_window_columns(struct binder *b, const struct window_word *word, struct source *source, struct bound *time,
                        const struct expr *const *spans)
{
    struct scope constant = {.binder = b, .clause = CLAUSE_CONSTANT};
    struct window_call c = {.time = time};

    if (call_args(&constant, word, spans, &c)) return -1;
    if (word->kind == WINDOW_TUMBLE || tumbles(&c)) return tumble_columns(b, source, time, c.size, c.offset);
    if (make_window(b, source, word->kind, &c, &source->many)) return -1;
    for (int i = 0; i < 3; i++) source->window[i] = bound_of_many(b, i, time->at);
    return 0;
}

struct bound *bind_window_call(struct scope *scope, const struct window_word *word, const struct expr *e)
{
    const struct expr *spans[BIND_WINDOW_ARGS] = {0};
    struct window_call c = {0};
    int count = e->call.args.count, most = arg_count(word) - 1;

    if (e->call.zone) return bind_later(scope->binder, e->call.zone->at, "windows by TIME ZONE");
    if (count < most - 1 || count > most)
        return bind_refuse(scope->binder, ERR_TYPE, e->at, "%s takes %s: %s(ts, %s)", word->word, word->takes,
                           word->word, word->form);
    if (!(c.time = bind_expr(scope, e->call.args.items[0].value))) return NULL;
    for (int i = 1; i < count; i++) spans[i - 1] = e->call.args.items[i].value;
    if (call_args(scope, word, spans, &c)) return NULL;
    if (word->kind == WINDOW_TUMBLE || tumbles(&c))
        return tumble(scope->binder, scope->source, c.time, c.size, c.offset);
    return many(scope, word->kind, &c, e->at);
}
