/* eval_row.h - expressions over one row, for messages: slow. */
#ifndef WEIR_RUNTIME_EVAL_ROW_H
#define WEIR_RUNTIME_EVAL_ROW_H

#include "runtime/eval.h"

/* Evaluates over a batch of one row. ROW_OK and the value in row 0 of *out (which lives in the arena), or its error. */
enum row_error eval_row(const struct bound *expr, const struct batch *one, struct arena *arena, struct column *out);

#endif
