/* function.h - the registry of scalar functions and operators: what exists, for which types, in which words.
 * planner/functions.inc is the one list; runtime/ hangs a kernel on each entry by the same list, docs/functions.md and
 * .help are printed from it, and every example in it is run as a test. */
#ifndef WEIR_PLANNER_FUNCTION_H
#define WEIR_PLANNER_FUNCTION_H

#include "base/err.h"
#include "planner/type.h"

enum { FUNCTION_ARGS_MAX = 64 };

/* One overload. Operators are functions named by their sign: "+", "=", "||", "and", "not", "is null", "like". */
struct function {
    int id; /* index in the list: the kernel's number */
    const char *name;
    const char *signature; /* "ABS(BIGINT)": for docs and messages */
    const char *doc;       /* one sentence */
    const char *example;   /* an SQL expression, */
    const char *answer;    /* what it prints */
};

/* Finds the overload of `name` (without regard to case) that fits the argument types with the fewest steps of widening
 * (type_widening; character literals are not numbers). digits_max: the greatest precision of a DECIMAL result
 * (type_common.h). Fills want[0..n-1] with the types the arguments must be cast to and *result. NULL when
 * no overload fits: what to say then is the binder's business. */
const struct function *function_find(struct str name, const struct type *args, int n, int digits_max,
                                     struct type *want, struct type *result);
/* The function that casts, or NULL when there is no such cast; FN_CAST_SAME where the value stays as it lies. Implicit
 * casts are widening: they cannot fail, but for a BIGINT with more digits than the dialect's DECIMAL. Explicit ones are
 * CAST's. */
enum cast_how { CAST_IMPLICIT, CAST_EXPLICIT };
const struct function *function_cast(struct type from, struct type to, enum cast_how how);
/* True when there is a function of that name at all (also aggregates are not in here). */
bool function_exists(struct str name);
int function_count(void);
/* The name of the list that another name stands for, or the name itself; the i-th of the other names, or NULL. */
struct str function_resolve(struct str name);
const char *function_alias(int i);
const struct function *function_at(int id);

#endif
