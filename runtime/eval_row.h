/* eval_row.h - expressions over one row. */
#ifndef WEIR_RUNTIME_EVAL_ROW_H
#define WEIR_RUNTIME_EVAL_ROW_H

#include "runtime/eval.h"

/* As eval_new, for batches of one row only: its vectors have room for no more. */
struct eval *eval_new_row(const struct bound *const *exprs, int n);
/* Compiles (slow: for messages) and evaluates over a batch of one row. ROW_OK and the value in row 0 of *out (which
 * lives in the arena), or its error. */
enum row_error eval_row(const struct bound *expr, const struct batch *one, struct arena *arena, struct column *out);

#endif
