/* op_union.c - UNION ALL, and the meeting of several feeders of one stream.
 * Rows pass; the watermark is the least of the sides that are not idle (R9). A side that wakes gets a floor: the
 * watermark that the others have reached meanwhile; its rows are judged by max(W, floor) from then on. */
#include "runtime/operator.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Also what is saved. */
struct side {
    usec watermark; /* USEC_MIN: none yet */
    usec floor;     /* USEC_MIN: none */
    int64_t idle;   /* enum activity */
};

struct meeting {
    struct operator op; /* must be first */
    int count;
    struct side *side;
    usec watermark;     /* handed on so far */
    int64_t idle;       /* all sides are */
    usec w[BATCH_ROWS]; /* raised to a floor; valid during one push */
};

static int union_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct meeting *m = (struct meeting *)op;
    struct batch out = *in;
    usec floor = m->side[side].floor;

    assert(side < m->count);
    if (floor != USEC_MIN) {
        for (int i = 0; i < in->rows; i++) m->w[i] = in->w[i] > floor ? in->w[i] : floor;
        out.w = m->w;
    }
    return emit(op, &out, err);
}

/* The least watermark of the sides that count; USEC_MIN when all are idle (then it rests). */
static usec least(const struct meeting *m)
{
    usec min = USEC_MAX;
    bool any = false;

    for (int i = 0; i < m->count; i++) {
        const struct side *s = &m->side[i];
        if (s->idle == IDLE && s->watermark != USEC_MAX) continue;
        any = true;
        if (s->watermark < min) min = s->watermark;
    }
    return any ? min : USEC_MIN;
}

static int pass_watermark(struct meeting *m, const struct tick *tick, struct err *err)
{
    struct tick out = *tick;

    out.watermark = least(m);
    if (out.watermark <= m->watermark) return 0;
    m->watermark = out.watermark;
    return emit_advance(&m->op, &out, err);
}

static int union_advance(struct operator *op, int side, const struct tick *tick, struct err *err)
{
    struct meeting *m = (struct meeting *)op;

    if (tick->watermark > m->side[side].watermark) m->side[side].watermark = tick->watermark;
    return pass_watermark(m, tick, err);
}

static bool all_idle(const struct meeting *m)
{
    for (int i = 0; i < m->count; i++) {
        if (m->side[i].idle == ACTIVE) return false;
    }
    return true;
}

static int union_idle(struct operator *op, int side, enum activity activity, const struct tick *tick, struct err *err)
{
    struct meeting *m = (struct meeting *)op;

    if (m->side[side].idle == IDLE && activity == ACTIVE && m->watermark > m->side[side].watermark)
        m->side[side].floor = m->watermark;
    m->side[side].idle = activity;
    if (pass_watermark(m, tick, err)) return -1;
    if (m->idle == all_idle(m)) return 0;
    m->idle = all_idle(m);
    return emit_idle(op, m->idle ? IDLE : ACTIVE, tick, err);
}

static void union_save(struct operator *op, struct buf *out)
{
    const struct meeting *m = (struct meeting *)op;

    buf_put(out, &m->watermark, sizeof m->watermark);
    buf_put(out, &m->idle, sizeof m->idle);
    buf_put(out, m->side, (size_t)m->count * sizeof *m->side);
}

static int union_load(struct operator *op, struct str saved, struct err *err)
{
    struct meeting *m = (struct meeting *)op;
    size_t sides = (size_t)m->count * sizeof *m->side;

    if (saved.len != 16 + sides) return err_set(err, ERR_DAMAGED, -1, "the state of a union has the wrong size");
    memcpy(&m->watermark, saved.ptr, 8);
    memcpy(&m->idle, saved.ptr + 8, 8);
    memcpy(m->side, saved.ptr + 16, sides);
    return 0;
}

static void union_free(struct operator *op)
{
    struct meeting *m = (struct meeting *)op;

    free(m->side);
    free(m);
}

static const struct operator_class union_class = {
    .name = "union",
    .push = union_push,
    .advance = union_advance,
    .idle = union_idle,
    .save = union_save,
    .load = union_load,
    .free = union_free,
};

struct operator *op_union_new(int sides)
{
    struct meeting *m = mem_zalloc(sizeof *m);

    m->op.class = &union_class;
    m->count = sides;
    m->side = mem_zalloc((size_t)sides * sizeof *m->side);
    m->watermark = USEC_MIN;
    for (int i = 0; i < sides; i++) m->side[i] = (struct side){USEC_MIN, USEC_MIN, ACTIVE};
    return &m->op;
}
