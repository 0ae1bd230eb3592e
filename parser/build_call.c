/* build_call.c - constructors of function calls (build.h).
 * A call is built in two steps, as it is read: its arguments in one of their forms, then what follows the parenthesis.
 */
#include "parser/build.h"

#include <string.h>

static void add_plain(struct parse *parse, struct args *args, struct expr *value)
{
    struct arg arg = {.value = value};

    if (value) LIST_ADD(parse, *args, arg);
}

struct call *build_form(struct parse *parse, enum call_form form, struct expr *a, struct expr *b, struct expr *c,
                        struct expr *d)
{
    struct call *call = arena_alloc(parse->arena, sizeof *call);

    call->form = form;
    add_plain(parse, &call->args, a);
    add_plain(parse, &call->args, b);
    add_plain(parse, &call->args, c);
    add_plain(parse, &call->args, d);
    return call;
}

/* The first DESCRIPTOR behind argument `from`, or -1. */
static int find_descriptor(const struct args *args, int from)
{
    for (int i = from; i < args->count; i++)
        if (args->items[i].value->kind == EXPR_DESCRIPTOR) return i;
    return -1;
}

/* SESSION(TABLE s PARTITION BY a, b, DESCRIPTOR(ts), ...): b was read as an argument, but is a key. */
static void move_keys(struct parse *parse, struct args *args, int table)
{
    int descriptor = find_descriptor(args, table + 1), keys = 0;

    for (int i = table + 1; i < descriptor && !args->items[i].name.text.ptr; i++, keys++)
        LIST_ADD(parse, args->items[table].value->table.partition, args->items[i].value);
    memmove(&args->items[table + 1], &args->items[table + 1 + keys],
            (size_t)(args->count - table - 1 - keys) * sizeof args->items[0]);
    args->count -= keys;
}

struct call *build_arguments(struct parse *parse, enum quantifier quantifier, struct args args, struct sorts order)
{
    struct call *call = build_form(parse, CALL_PLAIN, NULL, NULL, NULL, NULL);

    for (int i = 0; i < args.count; i++) {
        struct expr *value = args.items[i].value;
        if (value->kind != EXPR_TABLE || !value->table.partition.count) continue;
        move_keys(parse, &args, i);
        build_done(parse, value);
    }
    call->quantifier = quantifier;
    call->args = args;
    call->order = order;
    return call;
}

struct json_clauses build_json_default(struct expr *value, bool on_error)
{
    if (on_error) return (struct json_clauses){.on_error = JSON_DEFAULT, .error_value = value};
    return (struct json_clauses){.on_empty = JSON_DEFAULT, .empty_value = value};
}

struct json_clauses build_json_clauses(struct parse *parse, const struct json_clauses *before,
                                       const struct json_clauses *clause, struct span span)
{
    struct json_clauses all = *before;

    build_once(parse, all.returning, clause->returning, span, "RETURNING");
    build_once(parse, all.wrapper, clause->wrapper, span, "WRAPPER");
    build_once(parse, all.on_empty, clause->on_empty, span, "ON EMPTY");
    build_once(parse, all.on_error, clause->on_error, span, "ON ERROR");
    if (clause->returning) all.returning = clause->returning;
    if (clause->empty_value) all.empty_value = clause->empty_value;
    if (clause->error_value) all.error_value = clause->error_value;
    all.wrapper |= clause->wrapper;
    all.on_empty |= clause->on_empty;
    all.on_error |= clause->on_error;
    return all;
}

struct json_clauses *build_json(struct parse *parse, const struct json_clauses *json)
{
    struct json_clauses *copy = arena_alloc(parse->arena, sizeof *copy);

    *copy = *json;
    return copy;
}

/* The columns of DESCRIPTOR(a, b); count 0 when the arguments are something else. */
static struct idents descriptor_columns(struct parse *parse, const struct call *call)
{
    struct idents columns = {0};

    for (int i = 0; i < call->args.count; i++) {
        const struct expr *value = call->args.items[i].value;
        if (value->kind != EXPR_COLUMN || value->name.count != 1) return (struct idents){0};
        LIST_ADD(parse, columns, value->name.parts[0]);
    }
    return columns;
}

static bool is_descriptor(struct name name)
{
    return name.count == 1 && str_equal_nocase(name.parts[0].text, str_lit("DESCRIPTOR"));
}

struct expr *build_call(struct parse *parse, struct name name, const struct call *call, struct span span)
{
    struct expr *e = build_expr(parse, EXPR_CALL, span);

    if (is_descriptor(name)) {
        e->kind = EXPR_DESCRIPTOR;
        e->columns = descriptor_columns(parse, call);
        if (!e->columns.count) parse_fail(parse, ERR_SYNTAX, span.at, "DESCRIPTOR takes the name of a column");
        return e;
    }
    e->call = *call;
    e->call.name = name;
    return build_done(parse, e);
}

struct expr *build_call_word(struct parse *parse, const char *word, const struct call *call, struct span word_span,
                             struct span span)
{
    return build_call(parse, build_path(parse, (struct name){0}, build_ident(word, word_span)), call, span);
}

struct call *build_tail_parts(struct parse *parse, struct sorts within_group, struct expr *filter, int nth_from,
                              int nulls, struct over *over)
{
    struct call *tails;

    if (!within_group.count && !filter && !nth_from && !nulls && !over) return NULL;
    tails = arena_alloc(parse->arena, sizeof *tails);
    tails->within_group = within_group;
    tails->filter = filter;
    tails->nth_from = (enum nth_from)nth_from;
    tails->nulls = (enum nulls_treatment)nulls;
    tails->over = over;
    return tails;
}

struct expr *build_tails(struct parse *parse, struct expr *call, const struct call *tails, struct span span)
{
    if (!tails) return call;
    if (call->kind != EXPR_CALL) {
        parse_fail(parse, ERR_SYNTAX, span.at, "DESCRIPTOR is no function of rows");
        return call;
    }
    call->call.within_group = tails->within_group;
    call->call.filter = tails->filter;
    call->call.nth_from = tails->nth_from;
    call->call.nulls = tails->nulls;
    call->call.over = tails->over;
    call->end = span.end;
    return build_done(parse, call);
}

struct over *build_over(struct parse *parse, struct span span)
{
    struct over *over = arena_alloc(parse->arena, sizeof *over);

    over->at = span.at;
    over->end = span.end;
    return over;
}

struct frame build_frame(enum frame_unit unit, struct frame_bound bound)
{
    struct frame_bound current = {FRAME_CURRENT_ROW, NULL};
    bool follows = bound.kind == FRAME_FOLLOWING || bound.kind == FRAME_UNBOUNDED_FOLLOWING;

    return follows ? (struct frame){unit, current, bound} : (struct frame){unit, bound, current};
}
