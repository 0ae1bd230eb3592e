/* bind_named.h - calls of functions by name from outside SQL text: by SQLite, which has values and no expressions. */
#ifndef WEIR_PLANNER_BIND_NAMED_H
#define WEIR_PLANNER_BIND_NAMED_H

#include "planner/bind.h"

/* An argument: column i of the input, of type `have`, read as `as` by CAST when that differs. TYPE_NULL: a NULL. */
struct named_argument {
    struct type have, as;
};

/* The call NAME(...) in weir's own dialect, as it would be bound in a query; it lives in the arena. NULL and *err:
 * the name has no overload that takes these arguments. */
struct bound *bind_named(struct arena *arena, const char *name, int count, const struct named_argument *args,
                         struct err *err);

#endif
