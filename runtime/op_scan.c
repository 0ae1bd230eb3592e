/* op_scan.c - the beginning of a query: picks the columns it reads from a stream's or a view's batch, and makes the
 * system columns that it asks for. Copies nothing but those. Stateless. */
#include "base/num.h"
#include "log/shard.h"
#include "runtime/operator.h"

#include <stdlib.h>
#include <string.h>

struct scan {
    struct operator op; /* must be first */
    const struct plan *plan;
    struct column *column;
    struct text *made;   /* system columns of type text: BATCH_ROWS each */
    struct arena *arena; /* their bytes; valid during one push */
};

static struct text made_text(struct scan *s, enum scan_column which, const struct batch *in, int row)
{
    char number[NUM_TEXT_MAX], shard[SHARD_ID_TEXT];
    int len;

    switch (which) {
    case SCAN_SHARD_ID:
        shard_id_print(in->shard ? in->shard[row] : 0, shard);
        return text_of(arena_copy(s->arena, shard, sizeof shard - 1), sizeof shard - 1);
    case SCAN_PARTITION_KEY: return in->key ? in->key[row] : text_of("", 0);
    case SCAN_SEQUENCE_NUMBER:
        len = num_print_int(in->position ? (int64_t)in->position[row] : 0, number);
        return text_of(arena_copy(s->arena, number, (size_t)len), (size_t)len);
    case SCAN_ARRIVAL: break;
    }
    return text_of("", 0);
}

static struct column system_column(struct scan *s, int field, const struct batch *in)
{
    enum scan_column which = (enum scan_column)s->plan->scan_column[field];
    struct text *texts = s->made + (size_t)field * BATCH_ROWS;

    if (which == SCAN_ARRIVAL) return (struct column){.phys = PHYS_INT, .ints = (int64_t *)(uintptr_t)in->arrival};
    for (int i = 0; i < in->rows; i++) texts[i] = (struct text){.ptr = ""};
    for (int i = 0; i < in->live; i++) texts[batch_row(in, i)] = made_text(s, which, in, batch_row(in, i));
    return (struct column){.phys = PHYS_TEXT, .texts = texts};
}

static int scan_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct scan *s = (struct scan *)op;
    struct batch out = *in;

    (void)side;
    if (s->arena) arena_reset(s->arena);
    for (int i = 0; i < s->plan->field_count; i++) {
        int from = s->plan->scan_column[i];
        s->column[i] = from >= 0 ? in->column[from] : system_column(s, i, in);
    }
    out.columns = s->plan->field_count;
    out.column = s->column;
    return emit(op, &out, err);
}

static void scan_free(struct operator *op)
{
    struct scan *s = (struct scan *)op;

    arena_free(s->arena);
    free(s->made);
    free(s->column);
    free(s);
}

static const struct operator_class scan_class = {.name = "scan", .push = scan_push, .free = scan_free};

struct operator *op_scan_new(const struct plan *plan)
{
    struct scan *s = mem_zalloc(sizeof *s);
    bool makes = false;

    s->op.class = &scan_class;
    s->plan = plan;
    s->column = mem_zalloc((size_t)plan->field_count * sizeof *s->column);
    for (int i = 0; i < plan->field_count; i++) makes |= plan->scan_column[i] < 0;
    if (makes) {
        s->made = mem_zalloc((size_t)plan->field_count * BATCH_ROWS * sizeof *s->made);
        s->arena = arena_new();
    }
    return &s->op;
}
