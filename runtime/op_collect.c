/* op_collect.c - the end of a query that feeds a stream: sets its rows aside until the segment ends, when the owner
 * takes them in order, appends them to the stream's log and hands them to the stream's readers. Holds nothing between
 * segments but how far time has come. */
#include "runtime/operator.h"
#include "runtime/rowset.h"

#include <stdlib.h>
#include <string.h>

/* Also what is saved. */
struct progress {
    usec watermark;
    int64_t activity;
};

struct collect {
    struct operator op; /* must be first */
    struct rowset *rows;
    struct progress at;
};

static int collect_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    (void)side;
    (void)err;
    rowset_add_batch(((struct collect *)op)->rows, in);
    return 0;
}

static int collect_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    (void)side;
    (void)err;
    ((struct collect *)op)->at.watermark = tick->watermark;
    return 0;
}

static int collect_idle(struct operator *op, int side, enum activity activity, const struct tick *tick, struct err *err)
{
    (void)side;
    (void)tick;
    (void)err;
    ((struct collect *)op)->at.activity = activity;
    return 0;
}

static void collect_save(struct operator *op, struct buf *out)
{
    buf_put(out, &((struct collect *)op)->at, sizeof(struct progress));
}

static int collect_load(struct operator *op, struct str saved, struct err *err)
{
    if (saved.len != sizeof(struct progress))
        return err_set(err, ERR_DAMAGED, -1, "the state of a query's end has the wrong size");
    memcpy(&((struct collect *)op)->at, saved.ptr, saved.len);
    return 0;
}

static void collect_free(struct operator *op)
{
    rowset_free(((struct collect *)op)->rows);
    free(op);
}

static const struct operator_class collect_class = {
    .name = "collect",
    .push = collect_push,
    .advance = collect_advance,
    .idle = collect_idle,
    .save = collect_save,
    .load = collect_load,
    .free = collect_free,
};

struct operator *op_collect_new(const struct plan *plan)
{
    struct collect *c = mem_zalloc(sizeof *c);

    c->op.class = &collect_class;
    c->rows = rowset_for(plan->fields, plan->field_count);
    c->at.watermark = USEC_MIN;
    return &c->op;
}

struct rowset *op_collect_rows(struct operator *collect)
{
    return ((struct collect *)collect)->rows;
}

usec op_collect_watermark(const struct operator *collect)
{
    return ((const struct collect *)collect)->at.watermark;
}

enum activity op_collect_activity(const struct operator *collect)
{
    return (enum activity)((const struct collect *)collect)->at.activity;
}
