/* binder.h - what the files of the binder share. Private to planner/bind*.c.
 *
 *   bind.c          statements: objects, their columns, pumps and their targets, INSERT
 *   bind_option.c   WITH (...): options of streams, spans of time as text
 *   bind_select.c   SELECT: the select list, UNION ALL, what is emitted
 *   bind_source.c   FROM: streams, views, subqueries, window functions of tables
 *   bind_group.c    GROUP BY, aggregates, expressions above an aggregate
 *   bind_over.c     f(...) OVER (...)
 *   bind_window.c   which expressions of event time are windows
 *   bind_window_call.c   TUMBLE, HOP, CUMULATE
 *   bind_emit.c     EMIT, ALLOW LATENESS: when a query's rows come, and whether they stay
 *   bind_name.c     names of columns
 *   bind_expr.c     expressions
 *   bind_call.c     calls of functions
 *   bind_routine.c  functions of the user: CREATE FUNCTION, and calls, which become its expression
 *   bind_cast.c     casts, what columns take, the type of a CASE
 *   bind_text.c     patterns, CHAR, the written forms of functions of text
 *   bind_json.c     the clauses of JSON_VALUE, JSON_QUERY, JSON_EXISTS
 *   bind_time.c     times and spans: qualifiers, units, zones
 *   bind_literal.c  literals
 *   bind_type.c     names of types
 *   bind_remedy.c   what to write instead of unknown names and of groups that never end; several errors
 *   bind_mismatch.c what to write instead of arguments and casts that do not fit
 *
 * Bound expressions are never changed once made: rewriting makes new nodes, so subtrees may be shared. Functions that
 * return a pointer return NULL on error, those that return int -1; binder->err is filled then. */
#ifndef WEIR_PLANNER_BINDER_H
#define WEIR_PLANNER_BINDER_H

#include "planner/bind.h"

struct binder {
    const struct bind_context *ctx;
    struct arena *arena; /* of the plan */
    struct err *err;
    struct object *object; /* that is made; NULL: none */
};

/* What a FROM clause offers. A stream's or view's columns join the fields of its SCAN as they are named. */
struct source {
    const char *name; /* what `name.column` calls it; NULL: nothing does */
    struct plan *plan;
    bool scan;                  /* plan is a SCAN that still grows; else fields are the plan's */
    const struct field *fields; /* what * yields, under their names here */
    int field_count;
    struct bound *window[3]; /* window_start, window_end, window_time of TUMBLE(TABLE ...): computed; or NULL */
    struct window many;      /* of HOP or CUMULATE, of which a row may be in several; or kind NONE */
};

/* ---- windows ---- */

/* A value that never goes back while event time goes on: (shown - base) * numerator / denominator, where `shown` is the
 * time itself (window.kind is NONE) or the visible start (right_closed: end) of its window. A TIMESTAMP may have been
 * moved by months on top. */
struct steps {
    const struct bound *time; /* ROWTIME, or a column that goes with it */
    struct window window;
    int64_t numerator, denominator;
    usec base;
    int months;
    int64_t truncated; /* 0, or the size of the last cut when it is finer than the window and not in step with it */
};

/* Columns that have no place in any input yet, as column numbers of BOUND_COLUMN; bind_lift replaces them. */
enum pseudo {
    PSEUDO_ROWTIME = -1, /* an unqualified ROWTIME in a select list: that of the row which is made */
    PSEUDO_WINDOW_START = -2,
    PSEUDO_WINDOW_END = -3,
    PSEUDO_WINDOW_TIME = -4,
    PSEUDO_AGGREGATE = -16,   /* and below: PSEUDO_AGGREGATE - i is aggregate i */
    PSEUDO_OVER = -(1 << 20), /* and below: see bind_over.c */
};

struct overs;

/* GROUP BY and the aggregates found in the rest of the query. */
struct grouping {
    const struct plan *input;
    bool grouped;         /* there is a GROUP BY, an aggregate or HAVING: known once the select list is bound */
    struct steps steps;   /* of the window; window.kind NONE: each instant is a window */
    struct window window; /* as the plan has it; kind NONE: none */
    bool unqualified;     /* GROUP BY says ROWTIME without a source: so the select list may name the key */
    struct bound **keys;
    int key_count;
    struct aggregate *aggregates;
    size_t aggregate_count, aggregate_capacity;
    struct bound *rowtime; /* `expr AS ROWTIME`, lifted; or NULL */
    const struct overs *overs;
};

/* The OVER calls of one SELECT: those of one PARTITION BY and order are computed together. */
struct over_set {
    struct bound **keys;
    int key_count;
    bool ordered;
    struct over_call *calls;
    size_t count, capacity;
};
struct overs {
    const struct named_windows *named; /* WINDOW w AS (...) */
    struct over_set *sets;
    size_t count, capacity;
};

enum clause {
    CLAUSE_CONSTANT, /* VALUES: there are no columns */
    CLAUSE_WHERE,
    CLAUSE_GROUP,
    CLAUSE_ITEM,
    CLAUSE_HAVING,
    CLAUSE_ARGUMENT, /* of an aggregate */
    CLAUSE_FILTER,   /* of an aggregate */
    CLAUSE_OVER,     /* arguments and keys of f(...) OVER (...) */
};

/* What the parameters of a function are where its expression is bound. */
struct parameters {
    const struct object *function;
    struct bound *const *values; /* one for each of its fields */
};

/* What names mean where an expression stands. */
struct scope {
    struct binder *binder;
    struct source *source; /* NULL: none */
    enum clause clause;
    struct grouping *grouping;           /* NULL: there can be none */
    struct overs *overs;                 /* NULL: there can be none */
    const struct select *select;         /* the query it stands in; NULL: none */
    const struct parameters *parameters; /* NULL: it is not the expression of a function */
};

/* ---- bind.c ---- */
/* An identifier as a name of something new: folded to upper case in the old service's dialect. */
const char *bind_new_name(struct binder *b, const struct ident *id);
/* The name of one more column or parameter: not empty, and not among the fields. */
int bind_check_new_name(struct binder *b, const struct ident *id, const struct field *fields, int count,
                        const char *name);

/* ---- bind_select.c ---- */
/* A query inside another one; what it emits is not set yet. */
struct plan *bind_select(struct binder *b, const struct select *select);
/* The plan with its columns cast to the types of `to` (bind_assign), in its PROJECT or in one on top. */
struct plan *bind_recast(struct binder *b, struct plan *plan, const struct field *to);
struct plan *plan_new(struct binder *b, enum plan_kind kind, struct plan *input);

/* ---- bind_emit.c ---- */
/* A whole query. unsaid: how its outermost windows emit when the text does not say. */
struct plan *bind_select_root(struct binder *b, const struct select *select, enum emit unsaid);

/* ---- bind_source.c ---- */
int bind_source(struct binder *b, const struct table_ref *ref, struct source *out);
/* A query inside another one. */
/* ---- bind_group.c ---- */
int bind_groups(struct scope *scope, const struct select *select, struct grouping *out);
/* The aggregate as a pseudo column of scope->grouping. */
struct bound *bind_aggregate(struct scope *scope, const struct expr *call);
bool bind_is_aggregate(struct str name);
/* The i-th of their names, or NULL. */
const char *bind_aggregate_name(int i);
/* The AGGREGATE above the input. */
struct plan *bind_group_plan(struct binder *b, struct grouping *g, struct plan *input);
/* An expression over the input as one over the aggregate's output. */
struct bound *bind_lift(struct binder *b, struct grouping *g, struct bound *e);

/* The call of an aggregate without what follows it: argument, FILTER, type. `clause` is where its argument stands. */
int bind_aggregate_call(struct scope *scope, const struct expr *call, enum clause clause, struct aggregate *out);

/* ---- bind_over.c ---- */
/* f(...) OVER (...) as a pseudo column. */
struct bound *bind_over(struct scope *scope, const struct expr *call);
/* The nodes that compute them, on top of the input. */
struct plan *bind_over_plan(struct binder *b, const struct overs *overs, struct plan *input);
/* The column of such a pseudo column above those nodes; input_fields: of the plan below them. */
int bind_over_column(const struct overs *overs, int input_fields, int pseudo);

/* ---- bind_window.c ---- */
/* Whether e is such a value over the plan's rows. */
bool steps_of(const struct plan *plan, const struct bound *e, struct steps *out);
/* Whether e is the event time, or a column that goes with it. */
bool steps_of_leaf(const struct plan *plan, const struct bound *e, struct steps *out);
bool window_same(const struct window *a, const struct window *b);
/* The window of the steps, for a plan. */
struct window steps_window(struct binder *b, const struct steps *s);
/* The value at the rows of an aggregate with that window, whose columns 0 and 1 are its bounds. */
struct bound *steps_above(struct binder *b, const struct plan *input, const struct steps *s, const struct bound *e);
/* time - INTERVAL '0.000001' SECOND */
struct bound *bind_moment_before(struct binder *b, struct bound *time, int at);

/* ---- bind_window_call.c ---- */
/* TUMBLE, HOP or CUMULATE; NULL: the name is none of them. */
struct window_word;
const struct window_word *bind_window_word(const struct ident *name);
const char *bind_window_name(const struct window_word *word);
/* As a table function. Its arguments into their places: data, descriptor, one or two spans, the offset or NULL. */
enum { BIND_WINDOW_ARGS = 5 };
int bind_window_args(struct binder *b, const struct window_word *word, const struct expr *e, const struct expr **out);
/* Gives the source window_start, window_end and window_time; spans: the arguments behind the descriptor. */
int bind_window_columns(struct binder *b, const struct window_word *word, struct source *source, struct bound *time,
                        const struct expr *const *spans);
/* As a call in GROUP BY, or where GROUP BY's window is named again: the start of the window. */
struct bound *bind_window_call(struct scope *scope, const struct window_word *word, const struct expr *e);
/* A pseudo column of the source's `many` windows; and the error where none can stand. */
bool bind_is_of_many(const struct bound *e);
void *bind_refuse_many(struct scope *scope, int at);

/* ---- bind_name.c ---- */
struct bound *bind_column(struct scope *scope, const struct expr *e);
/* Column i of a source (of `fields`), or a system column. */
struct bound *bind_source_column(struct binder *b, struct source *source, int column, int at);
/* The column that the identifier names; -1: none is (err is untouched, *found false) or it is ambiguous. */
enum found { FOUND_NONE, FOUND_ONE, FOUND_ERROR };
enum found bind_field(struct binder *b, const struct ident *id, const struct field *fields, int count, int *out);
/* Fills the error: the query's source has another name. */
void *bind_unknown_source(struct scope *scope, const struct ident *of);
int bind_unknown_column(struct binder *b, const struct ident *id, const struct source *source);
/* A column of the source's table that a window function's own column of the same name hides. */
bool bind_is_window_column(const struct source *source, int column);
bool ident_is(const struct ident *id, const char *word);
/* Whether the identifier means the object of that name here: in the old service's dialect case counts. */
int bind_check_case(struct binder *b, const struct ident *id, const char *name);
/* The stream or view (kinds: see catalog_find) that the name means. */
struct object *bind_object(struct binder *b, const struct name *name, unsigned kinds);

/* ---- bind_expr.c ---- */
struct bound *bind_expr(struct scope *scope, const struct expr *e);
/* A BOOLEAN; `what` names the clause in the message. */
struct bound *bind_condition(struct scope *scope, const struct expr *e, const char *what);

/* ---- bind_call.c ---- */
struct bound *bind_call(struct scope *scope, const struct expr *e);
/* A call of a registered function or operator; arguments are cast to what it takes. */
struct bound *bind_function(struct binder *b, int at, const char *name, int count, struct bound *const *args);
/* weir has a function of that name, or will have one. */
bool bind_is_builtin(struct str name);

/* ---- bind_routine.c ---- */
int bind_create_function(struct binder *b, const struct statement *s, struct object *o);
/* A call of a function of the user. NULL without an error (*found false): there is none of that name. */
struct bound *bind_routine(struct scope *scope, const struct expr *e, bool *found);
/* The parameter that the identifier names. */
struct bound *bind_parameter(struct scope *scope, const struct ident *id, int at);

/* ---- bind_cast.c ---- */
struct bound *bind_cast(struct binder *b, struct bound *e, struct type to, enum cast_how how, int at);
/* Whether a text may be longer than the type it is to become. */
bool bind_may_cut(struct type from, struct type to);
/* CAST, with NULL for what cannot be cast. An error in e itself stays one. */
struct bound *bind_try_cast(struct binder *b, struct bound *e, struct type to, int at);
/* For columns of streams: numbers to numbers, texts to texts; what else differs is refused in the column's name. */
struct bound *bind_assign(struct binder *b, struct bound *e, const struct field *to);
/* Whether a column takes values of another type of its family. */
bool bind_is_assignable(enum type_kind from, enum type_kind to);
/* The greatest precision of a DECIMAL result in the dialect. */
int bind_digits_max(const struct binder *b);
/* type_common in the dialect. */
int bind_common(const struct binder *b, struct type a, struct type t, struct type *out);
struct bound *bind_case(struct binder *b, int at, struct bound **args, int count);

/* ---- bind_text.c ---- */
/* Refuses a constant pattern that is none. */
int bind_check_pattern(struct binder *b, const struct bound *call);
bool bind_is_comparison(const char *name);
/* When one of the arguments is a CHAR, the texts among them lose the blanks at their ends. */
int bind_strip_blanks(struct binder *b, int count, struct bound **args);
/* s SIMILAR TO p [ESCAPE e]: LIKE where that is the same. */
struct bound *bind_similar(struct binder *b, int at, int count, struct bound *const *args);
struct bound *bind_substring(struct binder *b, int at, enum call_form form, int count, struct bound *const *args);

/* ---- bind_period.c ---- */
struct bound *bind_period(struct scope *scope, const struct expr *e);

/* ---- bind_json.c ---- */
/* A call with clauses: RETURNING, WRAPPER, ON EMPTY, ON ERROR. */
struct bound *bind_json(struct scope *scope, const struct expr *e);

/* ---- bind_literal.c ---- */
struct bound *bind_literal(struct binder *b, const struct expr *e, bool negative);
int bind_interval(struct binder *b, const struct expr *e, struct type *type, int64_t *value);

/* ---- bind_time.c ---- */
/* Of an operator's two operands: a DATE that meets a span with hours or less becomes a TIMESTAMP. */
int bind_date_moves(struct binder *b, struct bound *args[2]);
/* A call that nothing takes, tried again with each TIMESTAMP WITH TIME ZONE as the TIMESTAMP that it is
 * in UTC. NULL when there is none of them or nothing takes that either. */
struct bound *bind_without_zone(struct binder *b, int at, const char *name, int count, struct bound *const *args);
/* EXTRACT(unit FROM x); TIMESTAMPADD(unit, n, t), TIMESTAMPDIFF(unit, a, b): the unit is a word, not a column. */
struct bound *bind_extract(struct scope *scope, const struct expr *e);
struct bound *bind_unit_call(struct scope *scope, const struct expr *e, const char *name);
/* x AT TIME ZONE z: what the zone's clocks show at the instant, as a TIMESTAMP. */
struct bound *bind_at_zone(struct scope *scope, const struct expr *e);
/* (a - b) MINUTE: cut to the unit, toward zero; (a - b) MONTH: the complete months between two times. */
struct bound *bind_qualified(struct scope *scope, const struct expr *e);
/* CAST as it is written: bind_cast, and casts that need the clock or a qualifier. */
struct bound *bind_explicit_cast(struct binder *b, struct bound *value, struct type to, int at);

/* ---- bind_type.c ---- */
int bind_type(struct binder *b, const struct type_name *name, struct type *out);

/* ---- bind_option.c ---- */
int bind_stream_options(struct binder *b, const struct options *options, struct object *o);
int bind_refuse_options(struct binder *b, const struct options *options, const char *of);

/* ---- bind_remedy.c ---- */
/* Errors of parts of a statement that do not depend on each other: the first is returned in the end, the others go to
 * ctx->more. */
struct kept {
    struct err first;
    int count;
};
/* Keeps the error in b->err. True: nobody wants more, so stop. */
bool bind_keep(struct binder *b, struct kept *kept);
/* 0, or -1 with the first error. */
int bind_kept(struct binder *b, const struct kept *kept);
/* Fills the error for a name that stands where a column may stand and is none, with what was probably meant. */
int bind_unknown_name(struct scope *scope, const struct ident *id);
/* The same, with what is nearly the same name (bind_hint's text; NULL: nothing is) or the names there are. */
int bind_refuse_column(struct binder *b, const struct ident *id, const struct source *source, const char *near);
void *bind_unknown_function(struct binder *b, struct str name, int at);
/* weir's word for another system's type, or NULL. */
const char *bind_type_remedy(struct str name);
/* What to write for a column that is no event time of the plan's rows (NULL: an expression). */
const char *bind_time_remedy(struct binder *b, const struct plan *plan, const char *column);
/* A query must not take rows back: fills the error (-1) if it does because its GROUP BY has no window; else 0. */
int bind_refuse_groups(struct binder *b, const struct select *select, const struct plan *plan);

/* ---- bind_mismatch.c ---- */
/* Fills the error for a call that function_find did not find: there is no such function, or not of these arguments. */
void *bind_refuse_call(struct binder *b, int at, const char *name, int count, struct bound *const *args);
/* ": write ..." instead of a cast that there is not, or "". */
const char *bind_cast_remedy(enum type_kind from, enum type_kind to);

/* ---- nodes ---- */
struct bound *bound_new(struct binder *b, enum bound_kind kind, enum type_kind type, int at);
struct bound *bound_int(struct binder *b, enum type_kind type, int64_t value, int at);
/* value: as it lies, without its point. */
struct bound *bound_decimal(struct binder *b, struct type type, __int128 value, int at);
/* Fills the error when e is more than a plan should hold (operands that are used twice multiply). */
int bind_check_size(struct binder *b, const struct bound *e);
struct bound *bound_text(struct binder *b, const char *text, int at);
struct bound *bound_input_column(struct binder *b, const struct field *field, int column, int at);

/* ": did you mean "x"?" for the nearest of the words, or "". */
const char *bind_hint(struct binder *b, struct str word, const char *const *words, size_t count);
/* Fills the error and returns NULL. */
void *bind_refuse(struct binder *b, enum err_code code, int at, const char *format, ...) PRINTF_LIKE(4, 5);
/* "not supported yet: WHAT" */
void *bind_later(struct binder *b, int at, const char *format, ...) PRINTF_LIKE(3, 4);
void bind_warn(struct binder *b, int at, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
