/* expr.h - bound expressions: names are column numbers, operators and casts are calls of registered functions, every
 * node has a type. Made by bind.c, compiled by runtime/eval.c. Nodes live in the arena of their plan. */
#ifndef WEIR_PLANNER_EXPR_H
#define WEIR_PLANNER_EXPR_H

#include "base/time.h"
#include "planner/function.h"

enum bound_kind {
    BOUND_CONST,
    BOUND_COLUMN,    /* of the input batch */
    BOUND_ROWTIME,   /* batch.rowtime: never NULL */
    BOUND_ARRIVAL,   /* batch.arrival: NOW(), CURRENT_ROW_TIMESTAMP */
    BOUND_WATERMARK, /* batch.w: the hidden column _watermark; NULL while there is none */
    BOUND_CALL,      /* args have exactly the types the function wants */
    BOUND_CASE,      /* args: when, then, when, then, ..., else; an error in a branch not taken is none */
};

struct bound {
    enum bound_kind kind;
    struct type type;
    int at; /* in the statement's text */
    int column;
    const struct function *function;
    int count;
    struct bound **args;
    bool null;     /* BOUND_CONST: NULL; else by type_phys: */
    int64_t i;     /* BOOL (0, 1), INT */
    double d;      /* DOUBLE */
    __int128 wide; /* WIDE */
    struct str s;  /* TEXT */
};

/* The same computation (positions aside). */
bool bound_equal(const struct bound *a, const struct bound *b);
/* Calls visit on the node and all below, parents first. */
void bound_walk(struct bound *b, void (*visit)(struct bound *, void *arg), void *arg);
/* A deep copy in the arena. */
struct bound *bound_copy(struct arena *arena, const struct bound *b);
/* For EXPLAIN and error messages; column names from `names` (NULL: $0, $1, ...). */
void bound_print(const struct bound *b, const char *const *names, struct buf *out);

#endif
