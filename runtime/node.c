/* node.c - see node.h. */
#include "runtime/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node *flow_node_of(const struct flow *f, uint32_t id)
{
    for (size_t i = 0; i < f->node_count; i++) {
        if (f->node[i]->object->id == id) return f->node[i];
    }
    return NULL;
}

struct node *node_new(struct flow *f, const struct object *o)
{
    struct node *n = mem_zalloc(sizeof *n);

    n->object = o;
    n->memory = (struct node_memory){USEC_MIN, USEC_MIN, ACTIVE};
    n->last_feeder = -1;
    n->arena = arena_new();
    n->rows = rowset_for(o->fields, o->field_count);
    n->merged = rowset_for(o->fields, o->field_count);
    f->node = mem_grow(f->node, &f->node_capacity, f->node_count + 1, sizeof *f->node);
    f->node[f->node_count++] = n;
    return n;
}

void node_free(struct node *n)
{
    inlet_free(n->inlet);
    rowset_free(n->rows);
    rowset_free(n->merged);
    encoder_free(n->encoder);
    arena_free(n->arena);
    buf_free(&n->text);
    free(n->feeder);
    free(n->raw);
    free(n->closer);
    free(n);
}

/* Columns that a pump's column list leaves out. */
static struct column null_column(struct arena *arena, enum phys phys)
{
    struct column c;

    column_new(arena, phys, NULLABLE, &c);
    memset(c.valid, 0, BATCH_WORDS * sizeof *c.valid);
    for (int i = 0; phys == PHYS_TEXT && i < BATCH_ROWS; i++) c.texts[i].ptr = "";
    return c;
}

/* A NULL that a NOT NULL column got. */
static int drop_nulls(struct flow *f, struct query *q, const struct node *n, const struct batch *b, uint16_t *sel)
{
    int kept = 0;

    for (int i = 0; i < b->live; i++) {
        int row = batch_row(b, i), bad = -1;
        char message[160];

        for (int c = 0; c < n->object->field_count && bad < 0; c++) {
            if (n->object->fields[c].not_null && column_is_null(&b->column[c], row)) bad = c;
        }
        if (bad < 0) {
            sel[kept++] = (uint16_t)row;
            continue;
        }
        snprintf(message, sizeof message, "column \"%.100s\" is NOT NULL", n->object->fields[bad].name);
        errors_report(f, &q->context, b, row, ROW_NOT_NULL, message, 0);
    }
    return kept;
}

/* The feeder's rows become rows of the stream: its columns, and the query's rank in their order keys. */
static void take_feeder(struct flow *f, struct node *n, struct query *q)
{
    struct rowset *from = op_collect_rows(q->graph->end);
    struct arena *scratch;
    struct column *column;
    struct order order[BATCH_ROWS];
    struct batch b;
    uint16_t sel[BATCH_ROWS];

    if (!rowset_count(from)) return;
    scratch = arena_new();
    column = arena_alloc(scratch, (size_t)n->object->field_count * sizeof *column);
    for (int c = 0; c < n->object->field_count; c++)
        column[c] = null_column(scratch, type_phys(n->object->fields[c].type));
    for (int first = 0, count; (count = rowset_batch(from, first, &b)) > 0; first += count) {
        for (int i = 0; i < q->object->plan->field_count; i++) column[q->object->target_field[i]] = b.column[i];
        for (int i = 0; i < b.rows; i++) {
            order[i] = b.order[i];
            order[i].place = (order[i].place & ~UINT64_C(0xffff)) | q->context.rank;
        }
        b.column = column;
        b.columns = n->object->field_count;
        b.order = order;
        b.live = drop_nulls(f, q, n, &b, sel);
        b.sel = sel;
        rowset_add_batch(n->merged, &b);
    }
    rowset_clear(from);
    arena_free(scratch);
}

/* R2 for a derived stream that declares a WATERMARK: the greatest time of earlier rows, less the bound. */
static void own_times(struct node *n, struct batch *b, usec *w)
{
    const struct object *o = n->object;
    const struct column *time = &b->column[o->watermark_field];
    usec max = n->memory.max_time;

    for (int i = 0; i < b->live; i++) {
        int row = batch_row(b, i);
        w[row] = max == USEC_MIN ? USEC_MIN : max - o->watermark_bound;
        if (!column_is_null(time, row) && time->ints[row] > max) max = time->ints[row];
    }
    n->memory.max_time = max;
    b->w = w;
    b->rowtime = time->ints;
}

/* Each row's text, in the node's arena. */
static void encode_rows(struct node *n, const struct batch *b, struct text *record)
{
    size_t at[BATCH_ROWS + 1];
    const char *text;

    n->text.len = 0;
    for (int i = 0; i < b->live; i++) {
        at[i] = n->text.len;
        encoder_row(n->encoder, b->column, batch_row(b, i), &n->text);
    }
    at[b->live] = n->text.len;
    text = arena_copy(n->arena, n->text.ptr, n->text.len);
    for (int i = 0; i < b->live; i++) record[i] = text_of(text + at[i], at[i + 1] - at[i]);
}

/* A row whose record would be too long for the log goes to error_stream instead. */
static void drop_too_long(struct flow *f, struct batch *b, struct text *record, uint16_t *sel)
{
    int kept = 0;

    for (int i = 0; i < b->live; i++) {
        int row = batch_row(b, i);

        if (record[i].len > RECORD_DATA_MAX) {
            errors_report(f, NULL, b, row, ROW_TOO_LONG, "the row's record is longer than 10 MiB", 0);
            continue;
        }
        sel[kept] = (uint16_t)row;
        record[kept++] = record[i];
    }
    b->live = kept;
    b->sel = sel;
}

static int take_batch(struct flow *f, struct node *n, struct batch *b, struct err *err)
{
    usec w[BATCH_ROWS];
    uint16_t sel[BATCH_ROWS];
    size_t first = (size_t)rowset_count(n->rows);

    if (n->object->watermark_field >= 0) own_times(n, b, w);
    if (!n->encoder) n->encoder = encoder_new(n->object->format, n->object->fields, n->object->field_count, err);
    if (!n->encoder) return -1;
    n->raw = mem_grow(n->raw, &n->raw_capacity, first + (size_t)b->live, sizeof *n->raw);
    encode_rows(n, b, n->raw + first);
    drop_too_long(f, b, n->raw + first, sel);
    if (!b->live) return 0;
    rowset_add_batch(n->rows, b);
    b->stream_name = n->object->name;
    return f->options.append(f->options.append_arg, n->object, b, n->raw + first, err);
}

/* The least watermark of the feeders that are not idle, and whether all are. */
static void take_watermark(struct node *n)
{
    usec min = USEC_MAX, before = n->memory.watermark;
    bool any = false;

    for (int i = 0; i < n->feeder_count; i++) {
        const struct operator *end = n->feeder[i]->graph->end;
        usec w = op_collect_watermark(end);
        if (op_collect_activity(end) == IDLE && w != USEC_MAX) continue;
        any = true;
        if (w < min) min = w;
    }
    n->idle_changed = n->memory.idle != (any ? ACTIVE : IDLE);
    n->memory.idle = any ? ACTIVE : IDLE;
    if (n->object->watermark_field >= 0 && min != USEC_MAX)
        min = n->memory.max_time == USEC_MIN ? USEC_MIN : n->memory.max_time - n->object->watermark_bound;
    if (any && min > before) n->memory.watermark = min;
    n->ticked = n->memory.watermark > before;
}

/* The cause of the derived stream's progress is that of a feeder's input which moved last. */
static void take_tick(struct node *n)
{
    for (int i = 0; i < n->feeder_count; i++) {
        struct query *q = n->feeder[i];
        for (int s = 0; s < q->graph->scan_count; s++) {
            const struct tick *t = &q->input[s]->tick;
            if (order_compare(t->cause, n->tick.cause) >= 0) n->tick = *t;
        }
    }
    n->tick.watermark = n->memory.watermark;
}

/* A flow's own node, or that of the flow around it. */
struct home {
    struct flow *flow;
    struct node *node;
};

static struct home home_of(struct flow *f, struct node *n)
{
    struct flow *outer = f->options.outer;
    struct node *there = outer ? flow_node_of(outer, n->object->id) : NULL;

    return there ? (struct home){outer, there} : (struct home){f, n};
}

int node_gather(struct flow *f, struct node *n, struct err *err)
{
    struct home home = home_of(f, n);
    struct batch b;

    for (int i = 0; i < n->feeder_count; i++) take_feeder(f, n, n->feeder[i]);
    rowset_sort(n->merged);
    for (int first = 0, count; (count = rowset_batch(n->merged, first, &b)) > 0; first += count) {
        if (take_batch(home.flow, home.node, &b, err)) return -1;
    }
    rowset_clear(n->merged);
    if (n == f->errors) return 0; /* its time is arrival: the clock moves it */
    take_watermark(n);
    take_tick(n);
    return 0;
}

int node_push(struct node *n, struct operator *scan, struct err *err)
{
    struct batch b;

    if (n->to > n->from && n->batch.live && operator_push(scan, 0, &n->batch, err)) return -1;
    for (int first = 0, count; (count = rowset_batch(n->rows, first, &b)) > 0; first += count) {
        if (n->object->kind == OBJECT_STREAM) b.raw = n->raw + first;
        b.stream_name = n->object->name;
        if (operator_push(scan, 0, &b, err)) return -1;
    }
    return 0;
}
