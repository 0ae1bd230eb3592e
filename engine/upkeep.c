/* upkeep.c - the log's passes, between epochs: closed files of the journal become segments, segments that are too old
 * are deleted.
 *
 * A pass needs two things that only the engine knows: what has become of an epoch, and a record's event time, which
 * stands in its columns. Each stream of the file has an inlet of its own for that, which reads that one column. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

/* The event times of a stream's records, one at a time. */
struct timer {
    struct feed feed; /* must be first */
    uint32_t stream;
    struct inlet *inlet; /* NULL: the stream is dropped */
    struct buf data;
    struct text record;
    struct order order;
    uint64_t position;
    usec arrival;
    bool given;
};

struct pass {
    struct engine *engine;
    struct timer **timer;
    size_t count, capacity;
};

static int timer_next(struct feed *feed, int max, struct feed_rows *out, struct err *err)
{
    struct timer *t = (struct timer *)feed;

    (void)max;
    (void)err;
    *out = (struct feed_rows){
        .count = !t->given, .record = &t->record, .position = &t->position, .order = &t->order, .arrival = &t->arrival};
    t->given = true;
    return out->count;
}

static struct timer *timer_new(struct engine *e, uint32_t stream)
{
    static const struct feed_class class = {timer_next};
    const struct object *o = catalog_get(e->catalog, stream);
    struct timer *t = mem_zalloc(sizeof *t);
    struct err ignored;
    bool *none;

    t->feed.class = &class;
    t->stream = stream;
    if (!o || o->watermark_field < 0) return t;
    t->inlet = inlet_new(o);
    t->inlet->feed = &t->feed;
    none = mem_zalloc((size_t)o->field_count * sizeof *none);
    if (inlet_use(t->inlet, none, &ignored)) { /* it cannot be decoded, then: no record has a time */
        inlet_free(t->inlet);
        t->inlet = NULL;
    }
    free(none);
    return t;
}

static void timer_free(struct timer *t)
{
    inlet_free(t->inlet);
    buf_free(&t->data);
    free(t);
}

static struct timer *timer_of(struct pass *p, uint32_t stream)
{
    for (size_t i = 0; i < p->count; i++) {
        if (p->timer[i]->stream == stream) return p->timer[i];
    }
    p->timer = mem_grow(p->timer, &p->capacity, p->count + 1, sizeof(struct timer *));
    return p->timer[p->count++] = timer_new(p->engine, stream);
}

/* Of a stream with a WATERMARK: what its column says. */
static struct record_time timer_read(struct timer *t, const struct record *r)
{
    static const char padding[FORMAT_PADDING] = {0};
    struct inlet *in = t->inlet;
    struct err ignored;
    enum row_error bad;

    t->data.len = 0;
    buf_put(&t->data, r->data.ptr, r->data.len);
    buf_put(&t->data, padding, sizeof padding);
    t->record = text_of(t->data.ptr, r->data.len);
    t->order = r->order;
    t->position = r->ordinal;
    t->arrival = r->arrival;
    t->given = in->drained = false;
    if (inlet_fill(in, 1, &ignored) || in->count != 1) return (struct record_time){.rowtime = USEC_MIN};
    bad = (enum row_error)in->bad[0];
    in->ready = 1;
    inlet_use_rows(in, 1);
    return (struct record_time){.rowtime = bad == ROW_OK ? in->rowtime[0] : USEC_MIN, .moves = bad == ROW_OK};
}

static struct record_time time_of(void *arg, uint32_t stream, const struct record *r)
{
    struct timer *t = timer_of(arg, stream);

    if (t->inlet) return timer_read(t, r);
    if (r->derived) return (struct record_time){.rowtime = r->rowtime};
    return (struct record_time){.rowtime = r->arrival, .moves = true};
}

static enum epoch_fate fate_of(void *arg, uint64_t epoch)
{
    return epoch_fate(((struct pass *)arg)->engine, epoch);
}

static int compact_all(struct engine *e, usec close_before, struct err *err)
{
    struct pass pass = {.engine = e};
    struct log_compaction how = {.fate = fate_of, .time = time_of, .arg = &pass, .close_before = close_before};
    int did;

    while ((did = log_compact(e->log, &how, err)) > 0) e->stats.compacted++;
    for (size_t i = 0; i < pass.count; i++) timer_free(pass.timer[i]);
    free(pass.timer);
    e->journal_file = journal_end(e->journal, NULL).file;
    return did;
}

/* ---- retention ---- */

enum { PASSES = 8 }; /* in the time of the shortest retention: a record stays at most about 2/PASSES of it longer */

/* The shortest retention of a stream that is there; USEC_MAX: none has one. */
static usec shortest_retention(const struct engine *e)
{
    usec least = USEC_MAX;

    for (size_t i = 0; i < e->state_count; i++) {
        if (e->state[i].retention < least && catalog_get(e->catalog, e->state[i].id)) least = e->state[i].retention;
    }
    return least;
}

static usec keep_from(void *arg, uint32_t stream)
{
    struct engine *e = arg;
    usec retention;

    if (!catalog_get(e->catalog, stream)) return USEC_MAX;
    retention = state_of(e, stream)->retention;
    return retention == USEC_MAX ? USEC_MIN : journal_clock(e->journal) - retention;
}

/* A restart runs again what came after the last checkpoint, and a query that was built since then read all there was:
 * so a checkpoint comes first. */
static int retain(struct engine *e, struct err *err)
{
    struct log_retention how = {.keep_from = keep_from, .arg = e, .needed_from = e->main.ordinal};
    uint64_t deleted;

    if (!e->in_memory && checkpoint_take(e, err)) return -1;
    if (!e->in_memory) how.needed_from = e->needed_from;
    if (log_retain(e->log, &how, &deleted, err)) return -1;
    e->stats.retained += deleted;
    return 0;
}

static int retain_in_time(struct engine *e, struct err *err)
{
    usec retention = shortest_retention(e), now = journal_clock(e->journal);

    if (retention == USEC_MAX || now < e->retain_at) return 0;
    e->retain_at = now + retention / PASSES;
    return compact_all(e, now - retention / PASSES, err) || retain(e, err) ? -1 : 0;
}

/* In memory the log is gone at the end anyway: only when files are small (tests) it is worth the work. */
static bool is_worth_it(const struct engine *e)
{
    return !e->in_memory || e->options.file_bytes_max;
}

int upkeep(struct engine *e, struct err *err)
{
    if (e->build) return 0;
    if (journal_end(e->journal, NULL).file != e->journal_file && is_worth_it(e) && compact_all(e, USEC_MIN, err))
        return -1;
    return retain_in_time(e, err);
}
