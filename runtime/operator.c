/* operator.c - what the operators share: see operator.h. */
#include "runtime/operator.h"

#include <assert.h>

int emit(struct operator *op, const struct batch *out, struct err *err)
{
    assert(op->next && out->live <= out->rows && out->rows <= BATCH_ROWS);
    return op->next->class->push(op->next, op->next_side, out, err);
}

int operator_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    if (op->class->advance) return op->class->advance(op, side, tick, err);
    return emit_advance(op, tick, err);
}

int operator_idle(struct operator *op, int side, enum activity activity, const struct tick *tick, struct err *err)
{
    if (op->class->idle) return op->class->idle(op, side, activity, tick, err);
    return emit_idle(op, activity, tick, err);
}

int emit_advance(struct operator *op, const struct tick *tick, struct err *err)
{
    return op->next ? operator_advance(op->next, op->next_side, tick, err) : 0;
}

int emit_idle(struct operator *op, enum activity activity, const struct tick *tick, struct err *err)
{
    return op->next ? operator_idle(op->next, op->next_side, activity, tick, err) : 0;
}

void operator_free(struct operator *op)
{
    if (op) op->class->free(op);
}

/* The first column in which the row has an error, or -1. */
static int error_column(const struct column *columns, int n, int row)
{
    for (int c = 0; c < n; c++) {
        if (columns[c].error && columns[c].error[row]) return c;
    }
    return -1;
}

static void report_error(struct operator *op, const struct batch *in, const struct column *columns, int c, int row,
                         error_explainer explain, void *arg)
{
    struct buf message = {0};

    if (explain) explain(arg, c, in, row, &message);
    op->context->report(op->context->report_arg, op->context, in, row, (enum row_error)columns[c].error[row],
                        message.len ? buf_text(&message) : NULL, 0);
    buf_free(&message);
}

static bool has_errors(const struct column *columns, int n)
{
    for (int c = 0; c < n; c++) {
        if (columns[c].error) return true;
    }
    return false;
}

int drop_errors(struct operator *op, const struct batch *in, const struct column *columns, int n, uint16_t *sel,
                error_explainer explain, void *arg)
{
    int kept = 0;

    if (!has_errors(columns, n)) n = 0;
    for (int i = 0; i < in->live; i++) {
        int row = batch_row(in, i), c = error_column(columns, n, row);

        if (c < 0)
            sel[kept++] = (uint16_t)row;
        else if (batch_weight(in, row) > 0)
            report_error(op, in, columns, c, row, explain, arg);
    }
    return kept;
}
