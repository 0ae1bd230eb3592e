/* bind_json.c - what JSON_VALUE, JSON_QUERY and JSON_EXISTS say behind their arguments (SQL:2016, 9.41 to 9.43).
 *
 * JSON_KIND tells what is at the path; a CASE over it answers for what is not there (ON EMPTY) and for what is no JSON
 * or of the wrong kind (ON ERROR); a value that cannot be cast to the type of RETURNING is of the wrong kind. The error
 * that ERROR asks for is JSON_REQUIRE's, or the cast's. */
#include "planner/binder.h"

/* What JSON_KIND returns: see fn_json.c. */
enum json_kind { KIND_SCALAR, KIND_NULL, KIND_EMPTY, KIND_MALFORMED, KIND_CONTAINER };

struct json_call {
    struct scope *scope;
    int at;
    struct bound *args[2]; /* document, path */
    struct bound *kind;
    const struct json_clauses *clauses;
    struct type type; /* of the result */
};

static struct bound *over(struct json_call *c, const char *name)
{
    return bind_function(c->scope->binder, c->at, name, 2, c->args);
}

/* The answer to one of the kinds, of the result's type. */
static struct bound *answer(struct json_call *c, enum json_answer answer, const struct expr *value)
{
    struct binder *b = c->scope->binder;
    struct bound *e = NULL;

    switch (answer) {
    case JSON_UNSAID:
    case JSON_UNKNOWN:
    case JSON_NULL:
        e = bound_new(b, BOUND_CONST, TYPE_NULL, c->at);
        e->null = true;
        break;
    case JSON_DEFAULT: e = bind_expr(c->scope, value); break;
    case JSON_ERROR: e = over(c, "JSON_REQUIRE"); break;
    case JSON_TRUE: return bound_int(b, TYPE_BOOLEAN, true, c->at);
    case JSON_FALSE: return bound_int(b, TYPE_BOOLEAN, false, c->at);
    case JSON_EMPTY_ARRAY: e = bound_text(b, "[]", c->at); break;
    case JSON_EMPTY_OBJECT: e = bound_text(b, "{}", c->at); break;
    }
    return e ? bind_cast(b, e, c->type, CAST_EXPLICIT, e->at) : NULL;
}

static struct bound *is_kind(struct json_call *c, enum json_kind kind)
{
    struct binder *b = c->scope->binder;

    return bind_function(b, c->at, "=", 2, (struct bound *[]){c->kind, bound_int(b, TYPE_INTEGER, kind, c->at)});
}

/* CASE WHEN empty THEN ... WHEN one of the errors THEN ... ELSE value END. */
static struct bound *choose(struct json_call *c, struct bound *bad, struct bound *value)
{
    const struct json_clauses *j = c->clauses;
    struct binder *b = c->scope->binder;
    struct bound **args = arena_alloc(b->arena, 5 * sizeof *args);

    if (!bad || !value) return NULL;
    args[0] = is_kind(c, KIND_EMPTY);
    args[1] = answer(c, j->on_empty, j->empty_value);
    args[2] = bad;
    args[3] = answer(c, j->on_error, j->error_value);
    args[4] = value;
    return args[0] && args[1] && args[3] ? bind_case(b, c->at, args, 5) : NULL;
}

static struct bound *either(struct json_call *c, enum json_kind a, enum json_kind b)
{
    struct bound *args[2] = {is_kind(c, a), is_kind(c, b)};

    return args[0] && args[1] ? bind_function(c->scope->binder, c->at, "or", 2, args) : NULL;
}

/* The value in the type of RETURNING; where it cannot be cast, the answer to an error. */
static struct bound *returned(struct json_call *c, struct bound *value)
{
    struct binder *b = c->scope->binder;
    struct bound *cast, *args[3];

    if (!c->clauses->returning || c->clauses->on_error == JSON_ERROR)
        return bind_cast(b, value, c->type, CAST_EXPLICIT, c->at);
    cast = bind_try_cast(b, value, c->type, c->at);
    if (!cast || c->clauses->on_error != JSON_DEFAULT) return cast;
    args[0] = bind_function(b, c->at, "is null", 1, &cast);
    args[1] = is_kind(c, KIND_SCALAR);
    if (!args[0] || !args[1] || !(args[0] = bind_function(b, c->at, "and", 2, args))) return NULL;
    args[1] = answer(c, JSON_DEFAULT, c->clauses->error_value);
    args[2] = cast;
    return args[1] ? bind_function(b, c->at, "IF", 3, args) : NULL;
}

static struct bound *json_value(struct json_call *c)
{
    struct bound *value = over(c, "JSON_VALUE");

    return value ? choose(c, either(c, KIND_MALFORMED, KIND_CONTAINER), returned(c, value)) : NULL;
}

/* '[' || value || ']' */
static struct bound *wrapped(struct json_call *c)
{
    struct binder *b = c->scope->binder;
    struct bound *parts[3] = {bound_text(b, "[", c->at), over(c, "->"), bound_text(b, "]", c->at)};

    return parts[1] ? bind_function(b, c->at, "CONCAT", 3, parts) : NULL;
}

static struct bound *json_query(struct json_call *c)
{
    struct binder *b = c->scope->binder;
    struct bound *value = over(c, "JSON_QUERY"), *malformed = is_kind(c, KIND_MALFORMED), *container, *scalar;

    if (!value || !malformed) return NULL;
    switch (c->clauses->wrapper) {
    case JSON_WRAPPER_UNSAID:
    case JSON_WRAPPER_WITHOUT:
        if (!(scalar = either(c, KIND_SCALAR, KIND_NULL))) return NULL;
        return choose(c, bind_function(b, c->at, "or", 2, (struct bound *[]){malformed, scalar}), value);
    case JSON_WRAPPER_CONDITIONAL:
        if (!(container = is_kind(c, KIND_CONTAINER)) || !(scalar = wrapped(c))) return NULL;
        return choose(c, malformed, bind_function(b, c->at, "IF", 3, (struct bound *[]){container, value, scalar}));
    case JSON_WRAPPER_UNCONDITIONAL: return choose(c, malformed, wrapped(c));
    }
    return NULL;
}

static struct bound *json_exists(struct json_call *c)
{
    struct binder *b = c->scope->binder;
    struct bound *args[3] = {is_kind(c, KIND_MALFORMED), NULL, over(c, "JSON_EXISTS")};

    c->type = type_of(TYPE_BOOLEAN);
    args[1] = answer(c, c->clauses->on_error, NULL);
    return args[0] && args[1] && args[2] ? bind_function(b, c->at, "IF", 3, args) : NULL;
}

static bool is_truth(enum json_answer answer)
{
    return answer == JSON_TRUE || answer == JSON_FALSE || answer == JSON_UNKNOWN;
}

/* Which clause the function does not have; NULL: none of these. */
static const char *misplaced(const struct ident *name, const struct json_clauses *j)
{
    bool value = ident_is(name, "JSON_VALUE"), query = ident_is(name, "JSON_QUERY"), exists = !value && !query;

    if (j->returning && !value) return "RETURNING";
    if (j->wrapper && !query) return "WRAPPER";
    if (j->on_empty && exists) return "ON EMPTY";
    if (exists && j->on_error && j->on_error != JSON_ERROR && !is_truth(j->on_error)) return "such ON ERROR";
    if (!exists && (is_truth(j->on_empty) || is_truth(j->on_error))) return "TRUE, FALSE or UNKNOWN";
    if (!query && (j->on_empty >= JSON_EMPTY_ARRAY || j->on_error >= JSON_EMPTY_ARRAY)) return "EMPTY ARRAY or OBJECT";
    return NULL;
}

struct bound *bind_json(struct scope *scope, const struct expr *e)
{
    const struct ident *name = &e->call.name.parts[e->call.name.count - 1];
    struct json_call c = {.scope = scope, .at = e->at, .clauses = e->call.json, .type = {.kind = TYPE_VARCHAR}};
    const char *wrong = misplaced(name, c.clauses);

    if (wrong)
        return bind_refuse(scope->binder, ERR_SYNTAX, e->at, "%.*s takes no %s", (int)name->text.len, name->text.ptr,
                           wrong);
    if (e->call.args.count != 2) return bind_refuse(scope->binder, ERR_TYPE, e->at, "it takes a document and a path");
    if (c.clauses->returning && bind_type(scope->binder, c.clauses->returning, &c.type)) return NULL;
    for (int i = 0; i < 2; i++) {
        if (!(c.args[i] = bind_expr(scope, e->call.args.items[i].value))) return NULL;
    }
    if (!(c.kind = over(&c, "JSON_KIND"))) return NULL;
    return ident_is(name, "JSON_VALUE")   ? json_value(&c)
           : ident_is(name, "JSON_QUERY") ? json_query(&c)
                                          : json_exists(&c);
}
