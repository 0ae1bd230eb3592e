/* rowset.h - rows set aside: a growing copy of rows with their order, times and weights, in blocks of BATCH_ROWS.
 * What operators hold until the end of a segment or an epoch stands here. Owns everything it holds. */
#ifndef WEIR_RUNTIME_ROWSET_H
#define WEIR_RUNTIME_ROWSET_H

#include "planner/catalog.h"
#include "runtime/batch.h"

struct rowset;

struct rowset *rowset_new(const enum phys *phys, int columns);
/* For rows with these fields. */
struct rowset *rowset_for(const struct field *fields, int count);
void rowset_free(struct rowset *rs);
void rowset_clear(struct rowset *rs); /* keeps memory for the next rows */
int rowset_count(const struct rowset *rs);

/* Copies the live rows of a batch (its first `columns` columns). */
void rowset_add_batch(struct rowset *rs, const struct batch *in);

/* One row to be filled by the caller: the columns of its block, and its row number there. Texts must be copied to
 * rowset_arena. Times, order and weight are set here. */
struct row_head {
    struct order order;
    usec w, rowtime, arrival;
    int64_t weight;
};
struct column *rowset_add(struct rowset *rs, const struct row_head *head, int *row);
/* Takes back the row added last. */
void rowset_drop_last(struct rowset *rs);
struct arena *rowset_arena(struct rowset *rs);

/* The columns of row i's block, and its number in the block. */
struct column *rowset_at(struct rowset *rs, int i, int *row);
struct row_head rowset_head(const struct rowset *rs, int i);

/* Stable, by order key; does nothing when rows are in order already. Or by the caller's comparison of row numbers,
 * which is asked only where the values of a column do not decide (value_order.h); rank_column -1: always. */
void rowset_sort(struct rowset *rs);
typedef int (*rowset_compare)(void *arg, int a, int b);
void rowset_sort_by(struct rowset *rs, int rank_column, rowset_compare compare, void *arg);

/* The rows from number `first` of the (sorted) sequence on, at most BATCH_ROWS: fills *out and returns how many. The
 * batch borrows from the rowset until its next call. */
int rowset_batch(struct rowset *rs, int first, struct batch *out);

#endif
