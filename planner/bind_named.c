/* bind_named.c - see bind_named.h. */
#include "planner/bind_named.h"
#include "planner/binder.h"

static struct bound *bind_argument(struct binder *b, int column, const struct named_argument *arg)
{
    struct bound *value = bound_new(b, arg->have.kind == TYPE_NULL ? BOUND_CONST : BOUND_COLUMN, arg->have.kind, -1);

    value->type = arg->have;
    value->null = arg->have.kind == TYPE_NULL;
    value->column = column;
    return type_equal(arg->have, arg->as) ? value : bind_cast(b, value, arg->as, CAST_EXPLICIT, -1);
}

/* SUBSTRING(text, from) with commas is NULL past the end, see bind_call.c. */
static const char *plain_name(const char *name, int count, const struct named_argument *args)
{
    bool substring = str_equal_nocase(str_lit(name), str_lit("SUBSTRING"));

    return substring && count > 1 && args[0].as.kind != TYPE_BINARY ? "SUBSTRING_OR_NULL" : name;
}

struct bound *bind_named(struct arena *arena, const char *name, int count, const struct named_argument *args,
                         struct err *err)
{
    const struct bind_context ctx = {.dialect = DIALECT_WEIR};
    struct binder b = {.ctx = &ctx, .arena = arena, .err = err};
    struct bound *values[FUNCTION_ARGS_MAX];

    if (count > FUNCTION_ARGS_MAX)
        return bind_refuse(&b, ERR_LIMIT, -1, "%s has more than %d arguments", name, FUNCTION_ARGS_MAX);
    for (int i = 0; i < count; i++) {
        if (!(values[i] = bind_argument(&b, i, &args[i]))) return NULL;
    }
    return bind_function(&b, -1, plain_name(name, count, args), count, values);
}
