/* op_filter.c - keeps the rows whose predicate is true.
 * Copies no value: the output borrows the input's columns and only narrows the selection. NULL is not true, so it goes
 * like false. A predicate that could not be computed sends the row to error_stream. Stateless: time and checkpoints
 * pass through. */
#include "runtime/eval.h"
#include "runtime/operator.h"

#include <assert.h>
#include <stdlib.h>

struct filter {
    struct operator op; /* must be first */
    const struct bound *expr;
    struct eval *predicate;
    uint16_t sound[BATCH_ROWS]; /* rows without an error; valid during one push */
    uint16_t sel[BATCH_ROWS];
};

/* Branch-free: always writes the next slot, moves on only past a keeper. */
static int select_true(const uint8_t *value, const uint64_t *valid, const uint16_t *sel, int live, uint16_t *kept)
{
    int n = 0;

    for (int i = 0; i < live; i++) {
        int row = sel ? sel[i] : i;
        kept[n] = (uint16_t)row;
        n += value[row] & (!valid || bit_get(valid, row));
    }
    return n;
}

static void explain(void *arg, int column, const struct batch *b, int row, struct buf *out)
{
    const struct filter *f = arg;

    (void)column;
    eval_explain(f->expr, b, row, out);
}

static int filter_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct filter *f = (struct filter *)op;
    struct batch out = *in;
    struct column truth;

    assert(side == 0);
    eval_run(f->predicate, in, &truth);
    if (truth.error) {
        out.live = drop_errors(op, in, &truth, 1, f->sound, explain, f);
        out.sel = f->sound;
    }
    out.live = select_true(truth.bools, truth.valid, out.sel, out.live, f->sel);
    out.sel = f->sel;
    return out.live ? emit(op, &out, err) : 0;
}

static void filter_free(struct operator *op)
{
    struct filter *f = (struct filter *)op;

    eval_free(f->predicate);
    free(f);
}

static const struct operator_class filter_class = {.name = "filter", .push = filter_push, .free = filter_free};

struct operator *op_filter_new(const struct plan *plan)
{
    struct filter *f = mem_zalloc(sizeof *f);

    f->op.class = &filter_class;
    f->expr = plan->predicate;
    f->predicate = eval_new(&f->expr, 1);
    return &f->op;
}
