/* log_reader.h - the inside of a reader: for log_reader.c, log_reader_set.c and log_reader_journal.c only.
 *
 *     next ordinal in a set      -> enter_set: cursors over its segments in a heap, merged -> leave_set, at its end
 *     next ordinal in no set yet -> enter_journal: a cursor over one file -> its end: where does the next ordinal lie?
 *
 * One item is held ready, so that `to` can stop in front of it; its bytes stay where they are until the next is asked
 * for. */
#ifndef WEIR_LOG_LOG_READER_H
#define WEIR_LOG_LOG_READER_H

#include "log/log_state.h"

/* Of the journal's entry that the reader is at. */
enum entry_state {
    ENTRY_DONE,
    ENTRY_NEW,    /* nothing was done with it yet */
    ENTRY_HELD,   /* a chunk of a running epoch */
    ENTRY_WALKED, /* its records are handed out */
};

struct wanted {
    struct log_want want; /* must be first */
    uint64_t heard;       /* what is gone before this ordinal was reported, or need not be */
};

struct log_reader {
    struct log *log;
    struct wanted *want; /* sorted by (stream, shard) */
    size_t want_count;
    bool all, control;
    struct log_range range; /* from: of the set or file that it is in */
    enum epoch_fate (*fate)(void *arg, uint64_t epoch);
    void *fate_arg;
    struct journal_position hint; /* where to look in the journal, if it is behind the sets */
    struct log_read_stats stats;

    uint64_t next;      /* everything before it was handed out or is not wanted */
    bool finished;      /* nothing behind it is in the range */
    struct err failure; /* code ERR_NONE: none; else final: what it had in hand may be half of it */
    struct log_item ready;
    bool has_ready;

    struct set *set; /* NULL: not in a set */
    struct segment **segment;
    size_t segment_count, segment_capacity;
    struct segment_cursor **heap; /* the least bound first */
    size_t heap_count, heap_capacity;

    struct journal_cursor *cursor; /* NULL: not in the journal */
    uint32_t file;                 /* its file */
    struct journal_entry entry;
    enum entry_state entry_state;
    struct record_walk walk;
};

/* log_reader.c: what is wanted of a shard, or NULL (also when it wants everything: r->all); whether anything is of a
 * stream. */
const struct log_want *reader_want(const struct log_reader *r, uint32_t stream, uint32_t shard);
bool reader_wants_stream(const struct log_reader *r, uint32_t stream);

/* log_reader_set.c. The first with the log's mutex held, the others without. */
int reader_enter_set(struct log_reader *r, struct set *set, struct err *err) MUST_CHECK;
void reader_leave_set(struct log_reader *r);
/* 1: an item is ready; 0: none below `to`, or the set is at its end and left; -1. */
int reader_next_in_set(struct log_reader *r, uint64_t to, struct err *err) MUST_CHECK;

/* log_reader_journal.c. The first with the log's mutex held: the file cannot go before it is open. */
int reader_enter_journal(struct log_reader *r, struct err *err) MUST_CHECK;
void reader_leave_journal(struct log_reader *r);
/* 1: an item is ready, perhaps not below `to`; 0: none for now, or the file is at its end and left; -1. */
int reader_next_in_journal(struct log_reader *r, uint64_t to, struct err *err) MUST_CHECK;

#endif
