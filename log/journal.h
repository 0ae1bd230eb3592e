/* journal.h - the single commit point of a data directory (design.md, sections 1 and 5).
 *
 * A journal is a sequence of files DIR/journal/00000001.wal, ...; a file is a header and groups; a group is a header
 * (length, CRC-32C seeded with file number and offset, arrival time, first ordinal, up to where the file was durable
 * when the group was written) and entries. An entry takes `count` consecutive ordinals: a run of records one each, any
 * other entry one.
 *
 * Writers put entries into the open group (journal_put). Whoever needs durability calls journal_sync with its ticket:
 * the first to come becomes the leader, closes and stamps the group, writes it, calls fdatasync once for all that is
 * written, and wakes the others. journal_write only stamps and writes (no sync), so that an epoch may read rows that
 * are not durable yet: its commit entry comes behind them in the same file. All functions may be called by any thread.
 *
 * A failed write or sync is final: every later call fails with the same error. */
#ifndef WEIR_LOG_JOURNAL_H
#define WEIR_LOG_JOURNAL_H

#include "base/disk.h"
#include "base/time.h"

enum entry_type {
    ENTRY_RECORDS = 1, /* payload: log/record.h; count = number of records */
    ENTRY_CHUNK,       /* derived records of an epoch, valid by its ENTRY_EPOCH; count = number of records */
    ENTRY_EPOCH,       /* payload: log/epoch.h; commits an epoch */
    ENTRY_DDL,         /* payload: engine's */
    ENTRY_SOURCE,      /* payload: engine's: what a source read in place looked like when it was opened */
    ENTRY_CLOSE,       /* the journal was closed cleanly here; no payload */
};

/* A place between two groups. file 0 means: the beginning. */
struct journal_position {
    uint32_t file;
    uint64_t offset;
};

struct journal_entry {
    enum entry_type type;
    uint32_t count;
    uint64_t ordinal; /* of its first */
    usec arrival;     /* of its group */
    struct str payload;
    struct journal_position group; /* where its group begins, and the next one */
    struct journal_position next;
};

struct journal_options {
    struct disk *disk;
    const char *dir;          /* DIR/journal; made when absent */
    usec (*clock)(void *arg); /* read once a group, when it closes; arrival = max(clock, last arrival) */
    void *clock_arg;
    uint64_t file_bytes_max;      /* a new file begins when the current one has reached this; 0: 64 MiB */
    struct journal_position from; /* verify groups from here on (a checkpoint's position); before it nothing is read */
    uint64_t from_ordinal;        /* the first ordinal at `from` (1 at the beginning) */
    usec from_arrival;            /* the last arrival before `from` (0 at the beginning) */
};

struct journal_stats {
    uint64_t groups_read; /* verified at open */
    uint64_t torn_bytes;  /* cut off at open: a torn tail */
    uint64_t groups_written, entries_written, syncs;
    bool closed_cleanly; /* the last thing found at open was ENTRY_CLOSE */
};

struct journal;

/* Opens or creates. Verifies every group from options->from on; cuts a torn tail (bad CRC iff no valid later group
 * claims durability beyond it); damage before that, or before an ENTRY_CLOSE, is ERR_DAMAGED naming file and offset. */
int journal_open(const struct journal_options *options, struct journal **out, struct err *err) MUST_CHECK;
/* Appends ENTRY_CLOSE, syncs, closes. journal_abandon closes without writing anything (after a failure, in tests). */
int journal_close(struct journal *j, struct err *err) MUST_CHECK;
void journal_abandon(struct journal *j);

/* Puts an entry into the open group; *ticket (may be NULL) is what journal_sync waits for. The payload is copied. Its
 * ordinal is known when the group is stamped: ask journal_write for it, or the cursor. */
int journal_put(struct journal *j, enum entry_type type, uint32_t count, struct str payload, uint64_t *ticket,
                struct err *err) MUST_CHECK;
/* Stamps and writes the open group, if it has entries; *end (may be NULL): the position behind it, *ordinal (may be
 * NULL): the next ordinal to be given. */
int journal_write(struct journal *j, struct journal_position *end, uint64_t *ordinal, struct err *err) MUST_CHECK;
/* Returns when everything up to the ticket is durable. UINT64_MAX: everything put so far. */
int journal_sync(struct journal *j, uint64_t ticket, struct err *err) MUST_CHECK;
/* Begins the next file, if the current one holds groups that arrived before the instant: what is closed can be
 * compacted and, in time, deleted, though nothing more comes. After journal_open it may go by the head of the file, and
 * begin the next one early. */
int journal_roll(struct journal *j, usec before, struct err *err) MUST_CHECK;
/* The arrival time that a group closed now would be stamped with: max(clock, last arrival). Also the epoch's clock. */
usec journal_clock(struct journal *j);
/* The position behind the last written group, and the next ordinal. */
struct journal_position journal_end(struct journal *j, uint64_t *next_ordinal);
/* The least ordinal whose group is not known durable yet. */
uint64_t journal_durable_ordinal(struct journal *j);
struct journal_stats journal_stats(struct journal *j);

/* Reads entries in order, from a position to the last written group (asking again later finds what came since). */
struct journal_cursor;
/* ordinal: the first ordinal at `from` (ignored if from is the beginning). */
int journal_cursor_open(struct journal *j, struct journal_position from, struct journal_cursor **out,
                        struct err *err) MUST_CHECK;
void journal_cursor_close(struct journal_cursor *c);
/* The same, but ends with the file it begins in: whoever goes on in the next one decides where that is (log.h). */
int journal_cursor_open_file(struct journal *j, struct journal_position from, struct journal_cursor **out,
                             struct err *err) MUST_CHECK;
/* 1: *entry is filled, its payload borrowed until the next call; 0: at the end for now; -1: failure. */
int journal_next(struct journal_cursor *c, struct journal_entry *entry, struct err *err) MUST_CHECK;

/* Moves *at, a group's place, on to the last group that begins at or before the ordinal, then past those that arrived
 * before `arrival`. Reads only heads; stays where it is when there is nothing behind. {0, 0}: the beginning. */
int journal_find(struct journal *j, uint64_t ordinal, usec arrival, struct journal_position *at,
                 struct err *err) MUST_CHECK;
/* The least number of a file that is there. */
uint32_t journal_first_file(struct journal *j);
/* Deletes the files below a number, which is at most that of the current one; who reads in them can go on. */
int journal_delete_before(struct journal *j, uint32_t number, struct err *err) MUST_CHECK;

#endif
