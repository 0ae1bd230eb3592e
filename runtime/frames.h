/* frames.h - the state behind f(...) OVER (...): rows by partition, and what frames from the beginning have summed up.
 *
 * A row is added (it may wait), entered (frames see it from then on), computed, and trimmed away when no frame reaches
 * it any more. Frames from UNBOUNDED PRECEDING to the row itself are sums of all that came and keep no rows; all others
 * are read anew from the rows kept, so a row costs as much as its frame is long. All state stands in pages. */
#ifndef WEIR_RUNTIME_FRAMES_H
#define WEIR_RUNTIME_FRAMES_H

#include "runtime/aggregate.h"
#include "runtime/rowset.h"

struct frames;

/* Where the arguments of a call stand among the columns given to frames_add; -1: it has none. */
struct frame_arguments {
    int arg, filter, otherwise;
};

/* `columns`: the types of the columns given to frames_add. The plan is borrowed. */
struct frames *frames_new(const struct plan *plan, const struct frame_arguments *arguments, const enum phys *columns,
                          int column_count);
void frames_free(struct frames *f);
/* Whether keys, rows and states of this shape find room. */
bool frames_fit(const struct plan *plan, const enum phys *columns, int column_count);

/* The partitions of a batch's rows, made where they are new. */
void frames_partitions(struct frames *f, const struct column *const *key, const uint16_t *sel, int live, uint32_t *ids);
/* Keeps a row of the columns; returns its id. */
uint32_t frames_add(struct frames *f, uint32_t partition, const struct row_head *head, const struct column *columns,
                    int row);
/* The row becomes the last one of its partition. */
void frames_enter(struct frames *f, uint32_t id);
/* Computes all calls for an entered row, into row `to` of out[call], which have validity and error vectors. Texts go to
 * the arena. Rows are computed in the order in which they entered. */
void frames_compute(struct frames *f, uint32_t id, struct arena *arena, struct column *out, int to);
/* No row of the partition at an event time before `safe` will enter any more: lets go of what no frame reaches. */
void frames_trim(struct frames *f, uint32_t partition, usec safe);

/* What was given to frames_add. */
struct row_head frames_head(const struct frames *f, uint32_t id);
uint32_t frames_partition(const struct frames *f, uint32_t id);
void frames_value(const struct frames *f, uint32_t id, int column, struct arena *arena, struct column *out, int row);

/* Ids are below the limit; whether the row of one is kept and has not entered yet. */
uint32_t frames_limit(const struct frames *f);
bool frames_waits(const struct frames *f, uint32_t id);

/* The n-th of all pages, or NULL behind the last. After they have been filled from a checkpoint: frames_reload. */
struct pages *frames_pages(struct frames *f, int n);
void frames_reload(struct frames *f);

#endif
