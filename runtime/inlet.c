/* inlet.c - see inlet.h. */
#include "runtime/inlet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct inlet *inlet_new(const struct object *stream)
{
    struct inlet *in = mem_zalloc(sizeof *in);

    in->object = stream;
    in->memory.max_time = in->memory.watermark = USEC_MIN;
    in->used = mem_zalloc((size_t)stream->field_count * sizeof *in->used);
    in->column = mem_zalloc((size_t)stream->field_count * sizeof *in->column);
    if (stream->watermark_field >= 0) in->used[stream->watermark_field] = true;
    return in;
}

void inlet_free(struct inlet *in)
{
    if (!in) return;
    decoder_free(in->decoder);
    free(in->used);
    free(in->column);
    free(in);
}

/* Times of a stream without WATERMARK: arrival is event time and W. Of derived records: as they were written. */
static void take_times(struct inlet *in, const struct feed_rows *rows)
{
    for (int i = 0; i < in->count; i++) {
        in->rowtime[i] = rows->rowtime ? rows->rowtime[i] : in->arrival[i];
        in->w[i] = rows->w ? rows->w[i] : in->arrival[i];
        in->max_after[i] = in->arrival[i];
    }
}

/* Times of a stream with WATERMARK: R2. Rows that are bad or too far ahead move nothing. */
static void compute_times(struct inlet *in)
{
    const struct object *o = in->object;
    const int64_t *time = in->column[o->watermark_field].ints;
    usec max = in->memory.max_time;

    for (int i = in->next; i < in->count; i++) {
        in->w[i] = max == USEC_MIN ? USEC_MIN : max - o->watermark_bound;
        in->rowtime[i] = in->bad[i] ? 0 : time[i];
        if (!in->bad[i] && o->max_ahead != USEC_MAX && time[i] - o->max_ahead > in->arrival[i]) in->bad[i] = ROW_FUTURE;
        if (!in->bad[i] && time[i] > max) max = time[i];
        in->max_after[i] = max;
    }
}

/* What a query wrote that was built from history has keys from before its neighbours': it came after them all the same.
 */
static void take_order(struct inlet *in, const struct order *order)
{
    for (int i = 0; i < in->count; i++) {
        if (order_compare(order[i], in->last_order) > 0) in->last_order = order[i];
        in->order[i] = in->last_order;
    }
}

static int remake_decoder(struct inlet *in, struct err *err)
{
    const struct object *o = in->object;

    decoder_free(in->decoder);
    in->decoder = decoder_new(o->format, o->fields, o->field_count, in->used, o->watermark_field, err);
    if (!in->decoder) return -1;
    if (in->next == in->count) return 0;
    decoder_run(in->decoder, in->record, in->count, in->column, in->bad);
    if (o->watermark_field >= 0) compute_times(in);
    return 0;
}

int inlet_use(struct inlet *in, const bool *used, struct err *err)
{
    bool more = in->decoder == NULL;

    for (int i = 0; i < in->object->field_count; i++) {
        more |= used[i] && !in->used[i];
        in->used[i] |= used[i];
    }
    return more ? remake_decoder(in, err) : 0;
}

int inlet_fill(struct inlet *in, int max, struct err *err)
{
    struct feed_rows rows = {0};

    if (in->next < in->count || in->drained || !in->feed) return 0;
    if (in->feed->class->next(in->feed, max < BATCH_ROWS ? max : BATCH_ROWS, &rows, err) < 0) return -1;
    in->count = rows.count;
    in->next = in->ready = 0;
    in->drained = rows.count == 0;
    in->at_end = rows.end_of_input;
    if (!rows.count) return 0;
    memcpy(in->record, rows.record, (size_t)rows.count * sizeof *in->record);
    memcpy(in->position, rows.position, (size_t)rows.count * sizeof *in->position);
    memcpy(in->arrival, rows.arrival, (size_t)rows.count * sizeof *in->arrival);
    in->has_shard = rows.shard != NULL;
    in->has_key = rows.key != NULL;
    in->has_weight = rows.weight != NULL;
    in->has_order = rows.order != NULL;
    in->derived = rows.w != NULL;
    if (rows.shard) memcpy(in->shard, rows.shard, (size_t)rows.count * sizeof *in->shard);
    if (rows.key) memcpy(in->key, rows.key, (size_t)rows.count * sizeof *in->key);
    if (rows.weight) memcpy(in->weight, rows.weight, (size_t)rows.count * sizeof *in->weight);
    if (rows.order) take_order(in, rows.order);
    decoder_run(in->decoder, in->record, in->count, in->column, in->bad);
    if (in->object->watermark_field >= 0)
        compute_times(in);
    else
        take_times(in, &rows);
    return 0;
}

void inlet_explain(struct inlet *in, int row, struct buf *out)
{
    const struct object *o = in->object;
    char seen[TIME_TEXT_MAX], arrived[TIME_TEXT_MAX];

    if (in->bad[row] == ROW_FUTURE) {
        time_print(in->rowtime[row], seen);
        time_print(in->arrival[row], arrived);
        buf_printf(out, "its \"%s\" %s is more than max_ahead after its arrival %s", o->fields[o->watermark_field].name,
                   seen, arrived);
        return;
    }
    decoder_explain(in->decoder, &in->record[row], -1, out);
}

usec inlet_watermark_after(const struct inlet *in, int row)
{
    usec max = in->max_after[row];

    if (in->derived && in->object->watermark_field < 0) return in->memory.watermark;
    return max == USEC_MIN ? USEC_MIN : max - in->object->watermark_bound;
}

/* The rows held are those of the decoder's last run. */
static int64_t count_cuts(const struct inlet *in, int from, int to)
{
    const uint16_t *cuts = decoder_cuts(in->decoder);
    int64_t count = 0;

    for (int i = from; cuts && i < to; i++) count += cuts[i];
    return count;
}

void inlet_use_rows(struct inlet *in, int to)
{
    assert(to > in->next && to <= in->ready);
    in->memory.cuts += count_cuts(in, in->next, to);
    in->memory.rows += to - in->next;
    in->memory.max_time = in->max_after[to - 1];
    in->next = to;
}

void inlet_batch(struct inlet *in, int from, int to, uint16_t *sel, struct batch *out)
{
    int live = 0;

    for (int i = from; i < to; i++) {
        sel[live] = (uint16_t)i;
        live += in->bad[i] == ROW_OK;
    }
    *out = (struct batch){
        .rows = to,
        .live = live,
        .sel = live == to ? NULL : sel,
        .columns = in->object->field_count,
        .column = in->column,
        .weight = in->has_weight ? in->weight : NULL,
        .order = in->order,
        .w = in->w,
        .rowtime = in->rowtime,
        .arrival = in->arrival,
        .raw = in->record,
        .position = in->position,
        .key = in->has_key ? in->key : NULL,
        .shard = in->has_shard ? in->shard : NULL,
        .stream_name = in->object->name,
    };
}
