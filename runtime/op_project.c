/* op_project.c - computes the columns of its output; `expr AS ROWTIME` also gives the rows a new event time.
 * A row of which a column could not be computed goes to error_stream, and so does one whose new event time goes back
 * where the plan says that it must not: the latest one is all the state there is. */
#include "runtime/eval.h"
#include "runtime/operator.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct project {
    struct operator op; /* must be first */
    int count;          /* expressions: the fields, then perhaps ROWTIME */
    const struct bound **exprs;
    bool retimes;
    bool ascending; /* a new event time before `latest` is an error */
    struct project_memory {
        usec latest;  /* the greatest one so far */
        int64_t cuts; /* texts that were cut */
    } memory;
    int cut_count; /* conditions of the plan, and their values */
    struct eval *cut_eval;
    struct column *cut;
    struct eval *eval;
    struct column *column;
    uint16_t sel[BATCH_ROWS];
};

static void explain(void *arg, int column, const struct batch *b, int row, struct buf *out)
{
    const struct project *p = arg;

    eval_explain(p->exprs[column], b, row, out);
}

static bool any_error(const struct column *columns, int n)
{
    for (int i = 0; i < n; i++) {
        if (columns[i].error) return true;
    }
    return false;
}

static void count_cuts(struct project *p, const struct batch *in, const struct batch *out)
{
    if (!p->cut_count || !out->live) return;
    eval_run(p->cut_eval, in, p->cut);
    for (int c = 0; c < p->cut_count; c++) {
        for (int i = 0; i < out->live; i++) {
            int row = batch_row(out, i);
            p->memory.cuts += p->cut[c].bools[row] && !column_is_null(&p->cut[c], row);
        }
    }
}

/* A row whose new ROWTIME is NULL has no place in time. */
static int drop_untimed(struct project *p, const struct batch *in, const struct batch *out, uint16_t *sel)
{
    const struct column *time = &p->column[p->count - 1];
    int kept = 0;

    for (int i = 0; i < out->live; i++) {
        int row = batch_row(out, i);

        if (!column_is_null(time, row))
            sel[kept++] = (uint16_t)row;
        else if (batch_weight(in, row) > 0)
            p->op.context->report(p->op.context->report_arg, p->op.context, in, row, ROW_BAD_VALUE, "ROWTIME is NULL",
                                  0);
    }
    return kept;
}

/* Drops the rows whose new event time lies before one that came before. */
static int drop_out_of_order(struct project *p, const struct batch *in, const struct batch *out, uint16_t *sel)
{
    const int64_t *time = p->column[p->count - 1].ints;
    int kept = 0;

    for (int i = 0; i < out->live; i++) {
        int row = batch_row(out, i);

        if (time[row] < p->memory.latest) {
            p->op.context->report(p->op.context->report_arg, p->op.context, in, row, ROW_OUT_OF_ORDER,
                                  "its ROWTIME lies before that of a row before it", 0);
            continue;
        }
        p->memory.latest = time[row];
        sel[kept++] = (uint16_t)row;
    }
    return kept;
}

static int project_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct project *p = (struct project *)op;
    struct batch out = *in;

    assert(side == 0);
    eval_run(p->eval, in, p->column);
    out.column = p->column;
    out.columns = p->count - p->retimes;
    if (any_error(p->column, p->count)) {
        out.live = drop_errors(op, in, p->column, p->count, p->sel, explain, p);
        out.sel = p->sel;
    }
    if (p->retimes) {
        if (p->column[p->count - 1].valid) {
            out.live = drop_untimed(p, in, &out, p->sel);
            out.sel = p->sel;
        }
        if (p->ascending) {
            out.live = drop_out_of_order(p, in, &out, p->sel);
            out.sel = p->sel;
        }
        out.rowtime = p->column[p->count - 1].ints;
    }
    count_cuts(p, in, &out);
    return out.live ? emit(op, &out, err) : 0;
}

static bool remembers(const struct project *p)
{
    return p->ascending || p->cut_count;
}

static void project_save(struct operator *op, struct buf *out)
{
    const struct project *p = (const struct project *)op;

    if (remembers(p)) buf_put(out, &p->memory, sizeof p->memory);
}

static int project_load(struct operator *op, struct str saved, struct err *err)
{
    struct project *p = (struct project *)op;

    if (!remembers(p)) return 0;
    if (saved.len != sizeof p->memory) return err_set(err, ERR_DAMAGED, -1, "the saved state of a projection is wrong");
    memcpy(&p->memory, saved.ptr, sizeof p->memory);
    return 0;
}

static void project_free(struct operator *op)
{
    struct project *p = (struct project *)op;

    eval_free(p->eval);
    eval_free(p->cut_eval);
    free(p->cut);
    free(p->exprs);
    free(p->column);
    free(p);
}

static const struct operator_class project_class = {
    .name = "project", .push = project_push, .save = project_save, .load = project_load, .free = project_free};

struct operator *op_project_new(const struct plan *plan)
{
    struct project *p = mem_zalloc(sizeof *p);

    p->op.class = &project_class;
    p->retimes = plan->rowtime != NULL;
    p->ascending = plan->ascending;
    p->memory.latest = USEC_MIN;
    p->count = plan->field_count + p->retimes;
    p->exprs = mem_alloc((size_t)p->count * sizeof *p->exprs);
    memcpy(p->exprs, plan->exprs, (size_t)plan->field_count * sizeof *p->exprs);
    if (p->retimes) p->exprs[p->count - 1] = plan->rowtime;
    p->column = mem_zalloc((size_t)p->count * sizeof *p->column);
    p->eval = eval_new(p->exprs, p->count);
    p->cut_count = plan->cut_count;
    if (!p->cut_count) return &p->op;
    p->cut = mem_zalloc((size_t)p->cut_count * sizeof *p->cut);
    p->cut_eval = eval_new((const struct bound *const *)plan->cuts, p->cut_count);
    return &p->op;
}

int64_t op_project_cuts(const struct operator *op)
{
    return op->class == &project_class ? ((const struct project *)op)->memory.cuts : 0;
}
