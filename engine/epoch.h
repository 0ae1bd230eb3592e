/* epoch.h - an epoch, for the files that cut, run, write and replay it. */
#ifndef WEIR_ENGINE_EPOCH_H
#define WEIR_ENGINE_EPOCH_H

#include "engine/engine.h"

enum epoch_kind { EPOCH_ROWS, EPOCH_END, EPOCH_JOIN };

/* A part of a source read in place: bytes [from, to), and their CRC-32C. */
struct range {
    uint32_t stream, crc;
    uint64_t from, to;
};

struct epoch {
    uint64_t number;
    uint32_t group; /* 0 main, else the query being built */
    enum epoch_kind kind;
    usec clock;        /* USEC_MIN: no tick */
    uint64_t from, to; /* ordinals of the journal */
    uint64_t hash;     /* over what it wrote */
    uint32_t stream;   /* EPOCH_END: which has ended; 0: all */
    struct range *range;
    size_t range_count, range_capacity;
    uint32_t *idle; /* streams that became idle at its end */
    size_t idle_count, idle_capacity;
};

/* epoch_entry.c */
struct epoch epoch_new(struct engine *e, const struct group *g, enum epoch_kind kind);
void epoch_free(struct epoch *ep);
void epoch_pack(const struct epoch *ep, struct buf *out);
/* *ep must be freed when this succeeds. ERR_DAMAGED when the entry has the wrong size. */
int epoch_unpack(struct str payload, struct epoch *ep, struct err *err) MUST_CHECK;

/* epoch_run.c */
/* Rows of sources read in place: at most max of them, or as the entry of a replayed epoch says (NULL: live). Notes in
 * *ep what was read. */
int epoch_run_in_place(struct engine *e, struct group *g, struct epoch *ep, const struct epoch *replayed, uint64_t max,
                       struct err *err) MUST_CHECK;
/* The records that were read into the intake, then the clock, then the streams that become idle. */
int epoch_run_journal(struct engine *e, struct group *g, struct epoch *ep, struct intake *in,
                      struct err *err) MUST_CHECK;
int epoch_run_end(struct engine *e, struct group *g, const struct epoch *ep, struct err *err) MUST_CHECK;
/* The group's intake, for the streams that it reads from the log. */
struct intake *epoch_intake(struct engine *e, struct group *g);
/* The ordinal in the order keys of rows read in place next; 0: of none, or of the declaration. */
uint64_t epoch_opened_at(const struct group *g);
int epoch_finish(struct engine *e, struct group *g, struct epoch *ep, struct err *err) MUST_CHECK;

/* epoch_output.c */
/* Makes the epoch and its output durable and visible; in a replay only moves the engine on. */
int epoch_commit(struct engine *e, struct epoch *ep, struct err *err) MUST_CHECK;
/* Over what the running epoch has written: the records of each stream in their order. In which order the streams got
 * theirs depends on how many rows were held at a time, and is no result. */
uint64_t epoch_output_hash(const struct engine *e);
/* Forgets what the running epoch has written. */
void epoch_output_clear(struct engine *e);

/* build.c */
/* An inlet of a group that begins with history: where its rows come from, and what was before them. */
int build_begin_inlet(struct engine *e, struct group *g, struct inlet *in, struct err *err) MUST_CHECK;
/* Time comes as far as it has come for the others (by the epoch of the join, whose `to` is the place of the main
 * group): what rows alone do not say. */
int build_catch_up(struct engine *e, struct group *g, const struct epoch *ep, struct err *err) MUST_CHECK;
/* The query, with its state and its readings, goes over to the main group. */
int build_move(struct engine *e, struct group *g, struct err *err) MUST_CHECK;

#endif
