/* bind.h - from statements to objects and plans: names, types, windows. Decides from text and catalogue alone. */
#ifndef WEIR_PLANNER_BIND_H
#define WEIR_PLANNER_BIND_H

#include "parser/parse.h" /* the tree, and enum dialect */
#include "planner/plan.h"

/* What a session's SET statements say. */
struct bind_context {
    const struct catalog *catalog;
    enum dialect dialect;
    usec now;               /* CURRENT_TIMESTAMP: the start of the query, journalled with its DDL (R8) */
    usec max_ahead_default; /* USEC_MAX: off */
    void (*warn)(void *arg, int at, const char *message); /* may be NULL */
    void *warn_arg;
    /* Errors of a statement besides the one that is returned, in other parts of it that do not depend on each other.
     * NULL: nobody wants them, and binding ends at the first. */
    void (*more)(void *arg, const struct err *err);
    void *more_arg;
};

/* CREATE STREAM | STREAM AS | VIEW | PUMP | FUNCTION: a new object, complete but for its id, not yet in the catalogue.
 * For a pump, its target has been checked (columns, types; casts are put into the plan) and target_field filled. NULL
 * on error. Does not look whether the name is taken: the engine does, which also knows OR REPLACE and resuming. */
struct object *bind_create(const struct bind_context *ctx, const struct statement *s, struct err *err);

/* A continuous query on its own (SELECT STREAM in the shell, EXPLAIN). The plan lives in the arena. */
struct plan *bind_query(const struct bind_context *ctx, struct arena *arena, const struct select *select,
                        struct err *err);

/* INSERT INTO stream [(columns)] VALUES ...: the rows as constants, one per column of the stream (in its order; absent
 * columns are NULL), cast to the columns' types. Of INSERT ... SELECT only the stream, and no rows. */
struct insert_rows {
    struct object *stream;
    int row_count;
    struct bound ***rows; /* rows[r][column] */
};
int bind_insert(const struct bind_context *ctx, struct arena *arena, const struct statement *s, struct insert_rows *out,
                struct err *err) MUST_CHECK;

/* ALTER STREAM s SET (...): what is to change of a stream. */
struct stream_change {
    int shards;     /* 0: as they are */
    usec retention; /* USEC_MIN: as it is; USEC_MAX: for ever */
};
int bind_alter_stream(const struct bind_context *ctx, struct arena *arena, const struct statement *s,
                      struct stream_change *out, struct err *err) MUST_CHECK;
/* INSERT INTO stream [(columns)] SELECT ..., whose query somebody else answers. For each of its `count` columns the
 * stream's; and one of its rows, given as constants of the kinds NULL, BIGINT, DOUBLE, VARCHAR and BINARY, as a row of
 * insert_rows; NULL on error. */
int bind_insert_columns(const struct bind_context *ctx, struct arena *arena, const struct statement *s,
                        const struct object *stream, int count, const int **out, struct err *err) MUST_CHECK;
struct bound **bind_insert_values(const struct bind_context *ctx, struct arena *arena, const struct object *stream,
                                  const int *column, int count, struct bound *const *values, struct err *err);

#endif
