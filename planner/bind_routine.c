/* bind_routine.c - functions of the user. CREATE FUNCTION keeps the expression as it was written; a call binds it with
 * the arguments, each bound once, in place of the parameters. So a plan holds no call, and a function can call only
 * those that were there before it. An argument goes to its parameter, and the expression to the result, as a value goes
 * to a column: within its family of types. */
#include "planner/binder.h"
#include "planner/type_common.h"

#include <string.h>

/* ---- what is called ---- */

enum { NARROWING = 100 }; /* more steps than any widening */

/* How far an argument's type is from the parameter's; -1: it does not fit. */
static int argument_steps(enum type_kind from, enum type_kind to)
{
    int steps = type_widening(from, to);

    if (steps >= 0) return steps;
    return bind_is_assignable(from, to) ? NARROWING : -1;
}

static int call_steps(const struct object *f, int count, struct bound *const *args)
{
    int sum = 0;

    if (f->field_count != count) return -1;
    for (int i = 0; i < count; i++) {
        int steps = argument_steps(args[i]->type.kind, f->fields[i].type.kind);
        if (steps < 0) return -1;
        sum += steps;
    }
    return sum;
}

static bool is_named(const struct object *o, const struct ident *id)
{
    return o->kind == OBJECT_FUNCTION && ident_is(id, o->name);
}

static void put_types(struct buf *out, int count, const struct field *fields, struct bound *const *args)
{
    buf_putc(out, '(');
    for (int i = 0; i < count; i++)
        buf_printf(out, "%s%s", i ? ", " : "", type_kind_name((fields ? fields[i].type : args[i]->type).kind));
    buf_putc(out, ')');
}

/* No function of the name takes these arguments. */
static void *refuse_arguments(struct binder *b, const struct expr *e, const struct ident *id, int count,
                              struct bound *const *args)
{
    struct buf text = {0};
    const struct object *o;
    const char *before = "";

    buf_puts(&text, bind_new_name(b, id));
    put_types(&text, count, NULL, args);
    buf_puts(&text, ": there is no such function: there is ");
    for (int i = 0; (o = catalog_at(b->ctx->catalog, i)) != NULL; i++) {
        if (!is_named(o, id)) continue;
        buf_printf(&text, "%s%s", before, o->name);
        put_types(&text, o->field_count, o->fields, NULL);
        before = ", ";
    }
    bind_refuse(b, ERR_TYPE, e->at, "%s", buf_text(&text));
    buf_free(&text);
    return NULL;
}

/* The function that is being made would be the one that is called. */
static bool is_itself(const struct binder *b, const struct ident *id, int count, struct bound *const *args, int least)
{
    int steps = b->object && is_named(b->object, id) ? call_steps(b->object, count, args) : -1;

    return steps >= 0 && (least < 0 || steps <= least);
}

/* The function with the fewest steps; two with as few: neither. */
static const struct object *choose(struct binder *b, const struct expr *e, const struct ident *id, int count,
                                   struct bound *const *args)
{
    const struct object *o, *best = NULL, *other = NULL;
    int least = -1;

    for (int i = 0; (o = catalog_at(b->ctx->catalog, i)) != NULL; i++) {
        int steps = is_named(o, id) ? call_steps(o, count, args) : -1;
        if (steps < 0 || (best && steps > least)) continue;
        other = best && steps == least ? best : NULL;
        best = o;
        least = steps;
    }
    if (is_itself(b, id, count, args, least))
        return bind_refuse(b, ERR_TYPE, e->at, "%s would call itself", b->object->name);
    if (!best) return refuse_arguments(b, e, id, count, args);
    if (other)
        return bind_refuse(b, ERR_TYPE, e->at, "two functions %s take these arguments equally well: cast them",
                           best->name);
    return bind_check_case(b, id, best->name) ? NULL : best;
}

/* ---- what it becomes ---- */

/* The value as the result of a call. */
static struct bound *as_result(struct binder *b, const struct object *f, struct bound *value, int at)
{
    struct field result = {.name = f->name, .type = f->returns};

    if (!bind_is_assignable(value->type.kind, f->returns.kind))
        return bind_refuse(b, ERR_TYPE, value->at, "%s returns %s, this is %s: write CAST(... AS %s)", f->name,
                           type_kind_name(f->returns.kind), type_kind_name(value->type.kind),
                           type_kind_name(f->returns.kind));
    value = bind_assign(b, value, &result);
    return value && !type_equal(value->type, f->returns) ? bind_cast(b, value, f->returns, CAST_EXPLICIT, at) : value;
}

/* RETURNS NULL ON NULL INPUT: CASE WHEN an argument is NULL THEN NULL ELSE the value. */
static struct bound *null_on_null(struct binder *b, const struct object *f, struct bound *const *args,
                                  struct bound *value, int at)
{
    struct bound *any = NULL, **branches = arena_alloc(b->arena, 3 * sizeof *branches);

    for (int i = 0; i < f->field_count; i++) {
        struct bound *test = bind_function(b, at, "is null", 1, &args[i]);
        if (test && any) test = bind_function(b, at, "or", 2, (struct bound *[]){any, test});
        if (!(any = test)) return NULL;
    }
    if (!any) return value;
    branches[0] = any;
    branches[1] = bound_new(b, BOUND_CONST, f->returns.kind, at);
    branches[1]->type = f->returns;
    branches[1]->null = true;
    branches[2] = value;
    return bind_case(b, at, branches, 3);
}

/* The function's expression over these values. */
static struct bound *expand(struct binder *b, const struct object *f, const struct expr *body,
                            struct bound *const *values, int at)
{
    struct parameters parameters = {f, values};
    struct scope scope = {.binder = b, .clause = CLAUSE_CONSTANT, .parameters = &parameters};
    struct bound *value = bind_expr(&scope, body);

    if (value) value = as_result(b, f, value, at);
    if (value && f->null_on_null) value = null_on_null(b, f, values, value, at);
    return value && bind_check_size(b, value) ? NULL : value;
}

/* An error in the expression is shown where the call stands. */
static struct bound *expand_call(struct binder *b, const struct object *f, struct bound *const *args, int at)
{
    struct bind_context inside = *b->ctx;
    struct binder inner = {&inside, b->arena, b->err, b->object};
    struct bound *value;

    inside.dialect = f->kinesis ? DIALECT_KINESIS : DIALECT_WEIR;
    inside.warn = NULL;
    inside.more = NULL;
    if ((value = expand(&inner, f, f->body, args, at))) return value;
    return bind_refuse(b, b->err->code, at, "in the function %s: %s", f->name,
                       arena_copy(b->arena, b->err->text, strlen(b->err->text)));
}

static void note_call(struct object *o, uint32_t id)
{
    uint32_t *calls = arena_alloc(o->arena, ((size_t)o->call_count + 1) * sizeof *calls);

    if (o->call_count) memcpy(calls, o->calls, (size_t)o->call_count * sizeof *calls);
    calls[o->call_count++] = id;
    o->calls = calls;
}

static int bind_arguments(struct scope *scope, const struct expr *e, struct bound **out)
{
    const struct args *args = &e->call.args;

    if (args->count > FUNCTION_ARGS_MAX)
        return err_set(scope->binder->err, ERR_LIMIT, e->at, "more than %d arguments", FUNCTION_ARGS_MAX);
    for (int i = 0; i < args->count; i++) {
        if (!(out[i] = bind_expr(scope, args->items[i].value))) return -1;
    }
    return 0;
}

static bool is_routine(const struct binder *b, const struct ident *id)
{
    const struct object *o;

    if (b->object && is_named(b->object, id)) return true;
    for (int i = 0; (o = catalog_at(b->ctx->catalog, i)) != NULL; i++) {
        if (is_named(o, id)) return true;
    }
    return false;
}

struct bound *bind_routine(struct scope *scope, const struct expr *e, bool *found)
{
    struct binder *b = scope->binder;
    const struct ident *id = &e->call.name.parts[e->call.name.count - 1];
    struct bound *args[FUNCTION_ARGS_MAX];
    const struct object *f;

    *found = is_routine(b, id);
    if (!*found) return NULL;
    if (e->call.form != CALL_PLAIN)
        return bind_refuse(b, ERR_SYNTAX, e->at, "%s is not written like this", bind_new_name(b, id));
    if (bind_arguments(scope, e, args)) return NULL;
    if (!(f = choose(b, e, id, e->call.args.count, args))) return NULL;
    for (int i = 0; i < f->field_count; i++) {
        if (!(args[i] = bind_assign(b, args[i], &f->fields[i]))) return NULL;
    }
    if (b->object) note_call(b->object, f->id);
    return expand_call(b, f, args, e->at);
}

struct bound *bind_parameter(struct scope *scope, const struct ident *id, int at)
{
    struct binder *b = scope->binder;
    const struct object *f = scope->parameters->function;
    const char **names = arena_alloc(b->arena, ((size_t)f->field_count + 1) * sizeof *names);
    int i;

    switch (bind_field(b, id, f->fields, f->field_count, &i)) {
    case FOUND_ONE: return scope->parameters->values[i];
    case FOUND_ERROR: return NULL;
    case FOUND_NONE: break;
    }
    for (i = 0; i < f->field_count; i++) names[i] = f->fields[i].name;
    return bind_refuse(b, ERR_NAME, at, "%s has no parameter \"%.*s\"%s", f->name, (int)id->text.len, id->text.ptr,
                       bind_hint(b, id->text, names, (size_t)f->field_count));
}

/* ---- CREATE FUNCTION ---- */

static int take_parameters(struct binder *b, const struct params *params, struct object *o)
{
    if (params->count > FUNCTION_ARGS_MAX)
        return err_set(b->err, ERR_LIMIT, params->items[0].name.at, "more than %d parameters", FUNCTION_ARGS_MAX);
    o->fields = arena_alloc(b->arena, ((size_t)params->count + 1) * sizeof *o->fields);
    for (int i = 0; i < params->count; i++) {
        const struct param *p = &params->items[i];
        struct field f = {.name = bind_new_name(b, &p->name), .quoted = p->name.quoted};
        if (bind_check_new_name(b, &p->name, o->fields, o->field_count, f.name) || bind_type(b, p->type, &f.type))
            return -1;
        o->fields[o->field_count++] = f;
    }
    return 0;
}

/* The expression must be right for values of the parameters' types. */
static int check_body(struct binder *b, const struct expr *body, const struct object *o)
{
    struct bound *values[FUNCTION_ARGS_MAX];

    for (int i = 0; i < o->field_count; i++) values[i] = bound_input_column(b, &o->fields[i], i, -1);
    return expand(b, o, body, values, body->at) ? 0 : -1;
}

/* The expression in the object's own arena. */
static int keep_body(struct binder *b, struct object *o)
{
    struct parse_options options = {.dialect = b->ctx->dialect};
    struct statement *own;

    if (parse_statement(b->arena, str_lit(o->sql), &options, &own, b->err)) return -1;
    o->body = own->function.body;
    return 0;
}

int bind_create_function(struct binder *b, const struct statement *s, struct object *o)
{
    const struct ident *name = &s->name.parts[s->name.count - 1];

    if (bind_is_builtin(name->text))
        return err_set(b->err, ERR_NAME, name->at, "%s is a function of weir: choose another name", o->name);
    o->kinesis = b->ctx->dialect == DIALECT_KINESIS;
    o->null_on_null = s->function.attributes.null_input == NULL_INPUT_RETURNS_NULL;
    if (take_parameters(b, &s->function.params, o) || bind_type(b, s->function.returns, &o->returns)) return -1;
    return check_body(b, s->function.body, o) ? -1 : keep_body(b, o);
}
