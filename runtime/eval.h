/* eval.h - expressions compiled to a flat list of calls of typed loops over vectors.
 * Common subexpressions are computed once. Kernels run over all physical rows 0 .. rows-1; what they make of rows that
 * are not live is never looked at, and never harmful. */
#ifndef WEIR_RUNTIME_EVAL_H
#define WEIR_RUNTIME_EVAL_H

#include "planner/expr.h"
#include "runtime/batch.h"

struct eval;

/* Compiles n expressions over batches of one shape. The expressions are borrowed and must outlive the eval. */
struct eval *eval_new(const struct bound *const *exprs, int n);
void eval_free(struct eval *e);
/* Computes all of them. out[i] borrows: vectors of the input or of the eval, valid until its next run. */
void eval_run(struct eval *e, const struct batch *in, struct column *out);

/* Evaluates an expression without columns (constant folding, INSERT ... VALUES). Returns ROW_OK and the value in row 0
 * of *out (which lives in the arena), or the error. */
enum row_error eval_constant(const struct bound *expr, usec arrival, struct arena *arena, struct column *out);
/* A message for a person about a value's error: what failed, on which value. Slow path. row is physical. */
void eval_explain(const struct bound *expr, const struct batch *in, int row, struct buf *out);

#endif
