/* op_over.c - f(...) OVER (...): its input's rows, with one more column for each call.
 *
 * Not ordered: a row enters its partition, is computed and handed on at once. Ordered: rows wait in the frames' state
 * until the watermark has passed them, then go in the order of event time and order key; those of one event time all
 * enter before the first is computed. A row whose event time lies before its W is late (R3). */
#include "runtime/eval.h"
#include "runtime/frames.h"
#include "runtime/operator.h"

#include <stdlib.h>
#include <string.h>

struct over {
    struct operator op; /* must be first */
    const struct plan *plan;
    int expr_count; /* the keys, then the calls' arguments */
    const struct bound **exprs;
    struct eval *eval;
    struct frame_arguments *at;
    int kept_count; /* kept with a row: of an ordered node its input's columns; then the arguments */
    struct frames *frames;

    struct column *values;
    const struct column **key;
    struct column *kept;
    struct column *out; /* the input's columns, then the calls' */
    struct arena *memory, *texts;
    struct rowset *done;
    uint16_t sel[BATCH_ROWS];
    uint32_t partition[BATCH_ROWS];
    uint32_t *waiting; /* in state, too: found there when it is loaded */
    size_t waiting_count, waiting_capacity;
};

static void explain(void *arg, int column, const struct batch *b, int row, struct buf *out)
{
    const struct over *o = arg;

    eval_explain(o->exprs[column], b, row, out);
}

static struct row_head head_of(const struct batch *in, int row)
{
    return (struct row_head){.order = in->order[row],
                             .w = in->w[row],
                             .rowtime = in->rowtime[row],
                             .arrival = in->arrival[row],
                             .weight = 1};
}

/* Evaluates, and drops the rows that have an error or come late. Returns how many are left in o->sel. */
static int take_rows(struct over *o, const struct batch *in)
{
    struct batch rest = *in;
    int kept = 0;

    eval_run(o->eval, in, o->values);
    rest.live = drop_errors(&o->op, in, o->values, o->expr_count, o->sel, explain, o);
    rest.sel = o->sel;
    if (o->plan->ordered) rest.live = drop_errors(&o->op, &rest, in->column, in->columns, o->sel, NULL, NULL);
    for (int i = 0; i < rest.live; i++) {
        int row = o->sel[i];
        if (in->rowtime[row] >= in->w[row])
            o->sel[kept++] = (uint16_t)row;
        else
            o->op.context->report(o->op.context->report_arg, o->op.context, in, row, ROW_LATE, NULL, 0);
    }
    return kept;
}

static void arrange_kept(struct over *o, const struct batch *in)
{
    int n = o->plan->ordered ? in->columns : 0, arguments = o->expr_count - o->plan->key_count;

    memcpy(o->kept, in->column, (size_t)n * sizeof *o->kept);
    memcpy(o->kept + n, o->values + o->plan->key_count, (size_t)arguments * sizeof *o->kept);
}

static int hand_on(struct over *o, const struct batch *in, int live, struct err *err)
{
    struct batch out = *in;

    memcpy(o->out, in->column, (size_t)in->columns * sizeof *o->out);
    out.column = o->out;
    out.columns = o->plan->field_count;
    out.sel = o->sel;
    out.live = live;
    for (int i = 0; i < live; i++) {
        int row = o->sel[i];
        struct row_head head = head_of(in, row);
        uint32_t id = frames_add(o->frames, o->partition[i], &head, o->kept, row);
        frames_enter(o->frames, id);
        frames_compute(o->frames, id, o->texts, o->out + in->columns, row);
        frames_trim(o->frames, o->partition[i], in->w[row]);
    }
    return emit(&o->op, &out, err);
}

static void keep_waiting(struct over *o, uint32_t id)
{
    o->waiting = mem_grow(o->waiting, &o->waiting_capacity, o->waiting_count + 1, sizeof *o->waiting);
    o->waiting[o->waiting_count++] = id;
}

static int over_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct over *o = (struct over *)op;
    int live = take_rows(o, in);

    (void)side;
    if (!live) return 0;
    arena_reset(o->texts);
    arrange_kept(o, in);
    frames_partitions(o->frames, o->key, o->sel, live, o->partition);
    if (!o->plan->ordered) return hand_on(o, in, live, err);
    for (int i = 0; i < live; i++) {
        struct row_head head = head_of(in, o->sel[i]);
        keep_waiting(o, frames_add(o->frames, o->partition[i], &head, o->kept, o->sel[i]));
    }
    return 0;
}

/* ---- ordered rows go ---- */

static int compare_waiting(const void *a, const void *b, void *arg)
{
    const struct over *o = arg;
    struct row_head x = frames_head(o->frames, *(const uint32_t *)a), y = frames_head(o->frames, *(const uint32_t *)b);

    if (x.rowtime != y.rowtime) return x.rowtime < y.rowtime ? -1 : 1;
    return order_compare(x.order, y.order);
}

/* Moves the rows before the watermark to the front, in order; returns how many they are. */
static size_t sort_released(struct over *o, usec watermark)
{
    size_t count = 0;

    for (size_t i = 0; i < o->waiting_count; i++) {
        uint32_t id = o->waiting[i];
        if (frames_head(o->frames, id).rowtime >= watermark) continue;
        o->waiting[i] = o->waiting[count];
        o->waiting[count++] = id;
    }
    qsort_r(o->waiting, count, sizeof *o->waiting, compare_waiting, o);
    return count;
}

static void finish_row(struct over *o, uint32_t id, const struct tick *tick)
{
    struct row_head head = frames_head(o->frames, id);
    int inputs = o->plan->input[0]->field_count, row;
    struct column *out;

    head.w = tick->w < head.rowtime ? tick->w : head.rowtime;
    head.order = tick->cause;
    head.arrival = tick->arrival;
    out = rowset_add(o->done, &head, &row);
    for (int c = 0; c < inputs; c++) frames_value(o->frames, id, c, rowset_arena(o->done), &out[c], row);
    frames_compute(o->frames, id, rowset_arena(o->done), out + inputs, row);
}

/* Rows of one event time. */
static void finish_peers(struct over *o, const uint32_t *id, size_t count, const struct tick *tick)
{
    usec time = frames_head(o->frames, id[0]).rowtime;

    for (size_t i = 0; i < count; i++) frames_enter(o->frames, id[i]);
    for (size_t i = 0; i < count; i++) finish_row(o, id[i], tick);
    for (size_t i = 0; i < count; i++) frames_trim(o->frames, frames_partition(o->frames, id[i]), time);
}

static void finish_released(struct over *o, size_t count, const struct tick *tick)
{
    for (size_t from = 0, to; from < count; from = to) {
        usec time = frames_head(o->frames, o->waiting[from]).rowtime;
        for (to = from + 1; to < count && frames_head(o->frames, o->waiting[to]).rowtime == time; to++) {
        }
        finish_peers(o, o->waiting + from, to - from, tick);
    }
    o->waiting_count -= count;
    memmove(o->waiting, o->waiting + count, o->waiting_count * sizeof *o->waiting);
}

static int over_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    struct over *o = (struct over *)op;
    size_t count = o->waiting_count ? sort_released(o, tick->watermark) : 0;
    struct batch b;
    int failed = 0;

    (void)side;
    if (count) finish_released(o, count, tick);
    for (int first = 0, n; !failed && (n = rowset_batch(o->done, first, &b)) > 0; first += n)
        failed = emit(op, &b, err);
    rowset_clear(o->done);
    return failed ? failed : emit_advance(op, tick, err);
}

static usec over_next_close(const struct operator *op, usec watermark)
{
    if (!((const struct over *)op)->plan->ordered) return USEC_MAX;
    return watermark < USEC_MAX ? watermark + 1 : USEC_MAX;
}

/* ---- state ---- */

static struct pages *over_pages(struct operator *op, int n)
{
    return frames_pages(((struct over *)op)->frames, n);
}

static void over_save(struct operator *op, struct buf *out)
{
    (void)op;
    (void)out;
}

static int over_load(struct operator *op, struct str saved, struct err *err)
{
    struct over *o = (struct over *)op;

    if (saved.len) return err_set(err, ERR_DAMAGED, -1, "the state of OVER has the wrong size");
    frames_reload(o->frames);
    o->waiting_count = 0;
    for (uint32_t id = 0; id < frames_limit(o->frames); id++) {
        if (frames_waits(o->frames, id)) keep_waiting(o, id);
    }
    return 0;
}

static void over_free(struct operator *op)
{
    struct over *o = (struct over *)op;

    frames_free(o->frames);
    eval_free(o->eval);
    rowset_free(o->done);
    arena_free(o->memory);
    arena_free(o->texts);
    free(o->waiting);
    free(o);
}

static const struct operator_class over_class = {
    .name = "over",
    .push = over_push,
    .advance = over_advance,
    .next_close = over_next_close,
    .pages = over_pages,
    .save = over_save,
    .load = over_load,
    .free = over_free,
};

/* ---- making ---- */

static int add_expression(struct over *o, const struct bound *e, int lead)
{
    if (!e) return -1;
    o->exprs[o->expr_count++] = e;
    return lead + o->expr_count - 1 - o->plan->key_count;
}

/* The keys, then what the calls read, and where that will stand among the kept columns. */
static void list_expressions(struct over *o)
{
    const struct plan *p = o->plan;
    int most = p->key_count + 3 * p->call_count, lead = p->ordered ? p->input[0]->field_count : 0;

    o->exprs = arena_alloc(o->memory, (size_t)(most + 1) * sizeof *o->exprs);
    o->at = arena_alloc(o->memory, (size_t)p->call_count * sizeof *o->at);
    for (int i = 0; i < p->key_count; i++) o->exprs[o->expr_count++] = p->keys[i];
    for (int i = 0; i < p->call_count; i++) {
        const struct over_call *c = &p->calls[i];
        o->at[i].arg = add_expression(o, c->aggregate.arg, lead);
        o->at[i].filter = add_expression(o, c->aggregate.filter, lead);
        o->at[i].otherwise = add_expression(o, c->otherwise, lead);
    }
    o->kept_count = lead + o->expr_count - p->key_count;
}

/* The types of what is kept with a row. */
static enum phys *kept_types(const struct over *o)
{
    enum phys *phys = arena_alloc(o->memory, (size_t)(o->kept_count + 1) * sizeof *phys);
    int lead = o->plan->ordered ? o->plan->input[0]->field_count : 0;

    for (int i = 0; i < lead; i++) phys[i] = type_phys(o->plan->input[0]->fields[i].type);
    for (int i = lead; i < o->kept_count; i++) phys[i] = type_phys(o->exprs[o->plan->key_count + i - lead]->type);
    return phys;
}

int op_over_check(const struct plan *plan, struct err *err)
{
    struct over o = {.plan = plan, .memory = arena_new()};
    bool fits;

    list_expressions(&o);
    fits = frames_fit(plan, kept_types(&o), o.kept_count);
    arena_free(o.memory);
    for (int i = 0; i < plan->call_count; i++) {
        const struct over_call *c = &plan->calls[i];
        if (c->kind == OVER_LEAD) return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: LEAD");
    }
    return fits ? 0 : err_set(err, ERR_LIMIT, -1, "OVER: a row and its calls have no room for so many columns");
}

static void make_columns(struct over *o)
{
    const struct plan *p = o->plan;
    int inputs = p->input[0]->field_count;

    o->values = arena_alloc(o->memory, (size_t)(o->expr_count + 1) * sizeof *o->values);
    o->key = arena_alloc(o->memory, (size_t)(p->key_count + 1) * sizeof *o->key);
    for (int i = 0; i < p->key_count; i++) o->key[i] = &o->values[i];
    o->kept = arena_alloc(o->memory, (size_t)(o->kept_count + 1) * sizeof *o->kept);
    o->out = arena_alloc(o->memory, (size_t)p->field_count * sizeof *o->out);
    for (int i = inputs; i < p->field_count; i++) {
        column_new(o->memory, type_phys(p->fields[i].type), NULLABLE, &o->out[i]);
        o->out[i].error = arena_alloc(o->memory, BATCH_ROWS);
    }
}

struct operator *op_over_new(const struct plan *plan)
{
    struct over *o = mem_zalloc(sizeof *o);

    o->op.class = &over_class;
    o->plan = plan;
    o->memory = arena_new();
    o->texts = arena_new();
    list_expressions(o);
    o->eval = eval_new(o->exprs, o->expr_count);
    o->frames = frames_new(plan, o->at, kept_types(o), o->kept_count);
    o->done = rowset_for(plan->fields, plan->field_count);
    make_columns(o);
    return &o->op;
}
