/* log.h - the log of a data directory as a whole: the journal, and the segments that its closed files become.
 *
 *     DIR/journal/00000007.wal ...   the newest: the current file, and closed ones that were not compacted yet
 *     DIR/log/...                    everything before: per closed file a set of segments, one per stream (log_dir.h)
 *
 * The journal is the single commit point: what is appended goes through it (log_journal). Two passes work behind it,
 * each from one thread at a time, beside writers and readers:
 *     log_compact   a closed journal file becomes a set; then it is deleted
 *     log_retain    segments whose records are all too old, and that nobody needs, are deleted
 * Readers see one line of records and entries in the order of ordinals and never which file they come from.
 *
 * An ordinal is the only address. Of the journal's entries everything stays readable: records by stream and shard, all
 * others (DDL, epochs, sources) as entries of the control stream 0. Left out are the chunks of epochs that were broken
 * off; so ordinals have gaps.
 *
 * A pass that fails (the disk is full) leaves the log whole, and can be tried again. A reader belongs to one thread at
 * a time; everything else may be called by any thread, and so callbacks are called by whoever runs the pass or reads.
 */
#ifndef WEIR_LOG_LOG_H
#define WEIR_LOG_LOG_H

#include "log/segment_read.h"

struct log_options {
    struct disk *disk;
    const char *dir;          /* the data directory, which exists */
    usec (*clock)(void *arg); /* as journal_options.clock */
    void *clock_arg;
    uint64_t file_bytes_max;    /* of a journal file; 0: 64 MiB */
    struct journal_position at; /* of a checkpoint: journal files are verified from here on; {0, 0}: all of them. That
                                 * its file has become segments since is no matter. */
    uint64_t at_ordinal;        /* the ordinal with which the group there begins */
};

struct log;
/* Opens or makes the log; finishes what a crash has left of a pass. ERR_DAMAGED names file and offset. */
int log_open(const struct log_options *options, struct log **out, struct err *err) MUST_CHECK;
/* Readers must be closed before. log_close is a journal_close, log_abandon a journal_abandon. */
int log_close(struct log *log, struct err *err) MUST_CHECK;
void log_abandon(struct log *log);
struct journal *log_journal(struct log *log);

/* Where log_open may begin. */
struct log_place {
    struct journal_position at; /* {0, 0}: where the journal begins */
    uint64_t first;             /* the ordinal with which the group there begins */
};
/* Moves *place, or its beginning, on to the last group of the journal that begins at or before an ordinal. */
int log_find_place(struct log *log, uint64_t ordinal, struct log_place *place, struct err *err) MUST_CHECK;

/* ---- the passes ---- */

/* What has become of an epoch that has left chunks in the journal. */
enum epoch_fate {
    FATE_COMMITTED,
    FATE_ABORTED, /* it will never be committed, nor its number used again */
    FATE_RUNNING, /* not known yet */
};

struct log_compaction {
    enum epoch_fate (*fate)(void *arg, uint64_t epoch);
    /* Called once for each record, in the order of ordinals of its stream. */
    struct record_time (*time)(void *arg, uint32_t stream, const struct record *record);
    void *arg;
    usec close_before; /* the current file counts as closed, too, if it holds what arrived before this instant: else a
                        * quiet stream would be kept until the file is full. 0 or USEC_MIN: never. If beginning a file
                        * fails, that is final, as for every write of the journal. */
};
/* Turns the oldest closed journal file into a set and deletes it. 1: done; 0: there is none, or it holds chunks of an
 * epoch that is running; -1. Takes memory for the file's records, compressed. Call it until it says 0. */
int log_compact(struct log *log, const struct log_compaction *how, struct err *err) MUST_CHECK;

struct log_retention {
    /* Records of the stream that arrived before the instant may go. USEC_MIN: none; USEC_MAX: all (it was dropped). */
    usec (*keep_from)(void *arg, uint32_t stream);
    void *arg;
    uint64_t needed_from; /* what has this ordinal or a greater one stays: a checkpoint needs it */
};
/* Deletes what may go, whole segments at a time, of each stream the oldest first. Control segments go when all that is
 * as old has gone. *deleted (may be NULL): how many segments. */
int log_retain(struct log *log, const struct log_retention *how, uint64_t *deleted, struct err *err) MUST_CHECK;

/* ---- what there is ---- */

/* The least ordinal from which on everything of the stream is still there (its "trim horizon"). */
uint64_t log_horizon(struct log *log, uint32_t stream);

/* A place at or before an ordinal where the greatest event time of the stream is known (R2): who wants watermarks from
 * `ordinal` on reads the stream's records from here on, and begins with this event time. */
struct log_floor {
    uint64_t ordinal;
    usec event_time; /* of the records before it; USEC_MIN: none */
};
int log_floor(struct log *log, uint32_t stream, uint64_t ordinal, struct log_floor *out, struct err *err) MUST_CHECK;

struct log_stats {
    uint64_t sets, segments, segment_bytes; /* in DIR/log */
    uint64_t journal_files;
    uint64_t ordinal; /* from here on the log is the journal */
};
struct log_stats log_stats(struct log *log);

/* ---- reading ---- */

enum log_origin { LOG_ALL_RECORDS, LOG_OUTSIDE_RECORDS /* not those that queries derived */ };
#define LOG_ALL_SHARDS UINT32_MAX
struct log_want {
    uint32_t stream;
    uint32_t shard; /* or LOG_ALL_SHARDS */
    enum log_origin origin;
};

struct log_reader_options {
    const struct log_want *want; /* NULL: every record and every entry; copied */
    size_t want_count;
    bool control;           /* entries that are not records, too (those that are gone are not reported) */
    struct log_range range; /* log_range_all, narrowed. from 0: the earliest there is, without LOG_LOST */
    /* Chunks in the journal: those of an aborted epoch are passed over, at those of a running one the reader waits.
     * NULL: they are handed out as they are, with their epoch. */
    enum epoch_fate (*fate)(void *arg, uint64_t epoch);
    void *fate_arg;
    struct journal_position hint; /* a group in the journal at or before range.from; {0, 0}: none */
};
static inline struct log_range log_range_all(void)
{
    return (struct log_range){0, UINT64_MAX, USEC_MIN, USEC_MAX, USEC_MIN, USEC_MAX};
}

enum log_kind {
    LOG_RECORD,
    LOG_ENTRY, /* of the journal, not of records: record has its ordinal and arrival, its data is the payload */
    LOG_LOST,  /* records of the stream that the reader had still to come to were deleted by retention */
};
struct log_item {
    enum log_kind kind;
    enum entry_type type;        /* LOG_RECORD: ENTRY_RECORDS or, if it is derived, ENTRY_CHUNK */
    uint32_t stream, shard;      /* LOG_RECORD; LOG_LOST: the stream */
    uint64_t epoch;              /* of a derived record that stands in the journal, else 0 */
    struct record record;        /* slices are borrowed until the next call */
    uint64_t lost_from, lost_to; /* LOG_LOST: ordinals, half-open; it stands in the order by its first */
};

struct log_reader;
int log_reader_open(struct log *log, const struct log_reader_options *options, struct log_reader **out,
                    struct err *err) MUST_CHECK;
void log_reader_close(struct log_reader *r);
/* The next item with an ordinal below `to`: 1; 0: there is none now (asking again later finds what came since; what
 * lies behind `to` is not lost); -1: failure, and from then on always. The reader sees what is written, durable or not:
 * to = journal_durable_ordinal keeps to what is. */
int log_next(struct log_reader *r, uint64_t to, struct log_item *item, struct err *err) MUST_CHECK;
/* Every item with a lesser ordinal was handed out: a reader that begins here goes on where this one stopped. Behind a
 * LOG_LOST it stays where it was until the next item. */
uint64_t log_reader_position(const struct log_reader *r);
struct log_read_stats log_reader_stats(const struct log_reader *r);

/* ---- weir check ---- */

struct log_finding {
    bool damaged;     /* else only worth saying: a torn tail, files that an unfinished pass has left */
    const char *text; /* names the file and the offset */
};
/* Reads every byte of the log of a directory that nobody has open, changes nothing, and calls `found` for everything
 * that is not as it should be; goes on behind damage. *damages: how many. -1 only when the disk fails. */
int log_check(struct disk *disk, const char *dir, void (*found)(void *arg, const struct log_finding *finding),
              void *arg, uint64_t *damages, struct err *err) MUST_CHECK;

#endif
