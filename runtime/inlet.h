/* inlet.h - rows from outside coming into a stream: fetched from a feed, decoded, given their event time and W (R2),
 * and held as one batch until they have been used. Knows nothing of queries. */
#ifndef WEIR_RUNTIME_INLET_H
#define WEIR_RUNTIME_INLET_H

#include "planner/catalog.h"
#include "runtime/format.h"

/* Where rows come from: implemented by engine/ (the journal) and connectors/ (files read in place). Arrays live until
 * the next call; arrays that are NULL do not apply. */
struct feed_rows {
    int count;
    const struct text *record;
    const uint64_t *position;  /* sequence number, or byte offset */
    const struct order *order; /* NULL: read in place; the merge gives it */
    const usec *arrival;
    const struct text *key;
    const uint32_t *shard;   /* NULL: all in shard 0 */
    const usec *rowtime, *w; /* of derived records read back from the log, else NULL */
    const int64_t *weight;
    bool end_of_input; /* with count 0: the source has no more at all, not only in this epoch */
};
struct feed;
struct feed_class {
    /* At most max rows; 0: no more in this epoch (of a file: at its end); -1: failure. */
    int (*next)(struct feed *f, int max, struct feed_rows *out, struct err *err);
};
struct feed {
    const struct feed_class *class;
};

/* What an inlet remembers: also what is saved. */
struct inlet_memory {
    usec max_time;  /* the greatest event time of rows used; USEC_MIN: none */
    usec watermark; /* handed on: max_time - bound, the clock, or the end of time */
    int64_t idle;   /* enum activity */
    int64_t ended;  /* nothing more will come (R10: --close, `end`) */
    int64_t rows;   /* used so far */
    int64_t cuts;   /* values of theirs, in columns that were read, that were cut to their columns' lengths */
};

struct inlet {
    const struct object *object;
    struct inlet_memory memory;
    struct feed *feed; /* NULL: none in this epoch */
    bool drained;      /* the feed said that there is no more in this epoch, */
    bool at_end;       /* and not at all */
    struct decoder *decoder;
    bool *used; /* per field: some query reads it */
    struct column *column;

    /* The batch held: rows [next, count) are still to be used; those below `ready` have their order. */
    int count, next, ready;
    struct text record[BATCH_ROWS];
    uint8_t bad[BATCH_ROWS]; /* enum row_error */
    usec rowtime[BATCH_ROWS], w[BATCH_ROWS], arrival[BATCH_ROWS];
    usec max_after[BATCH_ROWS]; /* memory.max_time once the row is used */
    struct order order[BATCH_ROWS];
    uint64_t position[BATCH_ROWS];
    struct text key[BATCH_ROWS];
    int64_t weight[BATCH_ROWS];
    uint32_t shard[BATCH_ROWS];
    bool has_shard, has_key, has_weight, has_order, derived;
    struct order last_order; /* the greatest given so far */
};

struct inlet *inlet_new(const struct object *stream);
void inlet_free(struct inlet *in);
/* More columns are needed: used[i] is ORed in. Rows held are decoded again. */
int inlet_use(struct inlet *in, const bool *used, struct err *err) MUST_CHECK;
/* If no row is held, fetches and decodes the next batch (at most max rows). */
int inlet_fill(struct inlet *in, int max, struct err *err) MUST_CHECK;
/* Says what is wrong with held row `row`. */
void inlet_explain(struct inlet *in, int row, struct buf *out);
/* The watermark once row `row` has been used. */
usec inlet_watermark_after(const struct inlet *in, int row);
/* Rows up to (not including) `to` have been used. */
void inlet_use_rows(struct inlet *in, int to);
/* Rows [from, to) as a batch, without those that are bad; sel has room for BATCH_ROWS. */
void inlet_batch(struct inlet *in, int from, int to, uint16_t *sel, struct batch *out);

#endif
