/* operator.c - what the operators share: see operator.h. */
#include "runtime/operator.h"

#include <assert.h>
#include <time.h>

static uint64_t nanoseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* From now on `to` works (NULL: nobody); returns who did. */
static struct operator *pass_work(struct query_context *context, struct operator *to)
{
    struct operator *from = context->working;
    uint64_t now = nanoseconds();

    if (from) from->load.nanoseconds += now - context->since;
    context->working = to;
    context->since = now;
    return from;
}

int operator_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct operator *before = pass_work(op->context, op);
    int failed;

    op->load.rows_in += (uint64_t)in->live;
    op->load.batches++;
    failed = op->class->push(op, side, in, err);
    pass_work(op->context, before);
    return failed;
}

int emit(struct operator *op, const struct batch *out, struct err *err)
{
    assert(op->next && out->live <= out->rows && out->rows <= BATCH_ROWS);
    op->load.rows_out += (uint64_t)out->live;
    return operator_push(op->next, op->next_side, out, err);
}

int operator_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    struct operator *before;
    int failed;

    if (!op->class->advance) return emit_advance(op, tick, err);
    before = pass_work(op->context, op);
    failed = op->class->advance(op, side, tick, err);
    pass_work(op->context, before);
    return failed;
}

int operator_finish_epoch(struct operator *op, struct err *err)
{
    struct operator *before;
    int failed;

    if (!op->class->finish_epoch) return 0;
    before = pass_work(op->context, op);
    failed = op->class->finish_epoch(op, err);
    pass_work(op->context, before);
    return failed;
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
