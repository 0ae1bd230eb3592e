/* session.h - the engine as its users see it: open a directory, give it SQL text, get rows.
 * One engine per directory; one thread uses it at a time (a signal handler may call engine_interrupt). */
#ifndef WEIR_ENGINE_SESSION_H
#define WEIR_ENGINE_SESSION_H

#include "parser/diag.h"
#include "planner/bind.h"
#include "runtime/source.h"
#include "sqlite/database.h"

struct engine;

/* Where epochs are cut, besides at barriers: results do not depend on it (R7). */
enum cut { CUT_NORMAL, CUT_EVERY_ROW, CUT_RANDOM };

struct engine_options {
    const char *dir;          /* NULL: in memory (a temporary directory, removed at close, no fsync) */
    struct disk *disk;        /* NULL: the real one */
    usec (*clock)(void *arg); /* NULL: the system's */
    void *clock_arg;
    const struct connector *const *connectors; /* sources read in place, by name; ends with NULL; may be NULL */
    enum dialect dialect;
    enum cut cut;
    uint64_t seed;             /* of CUT_RANDOM, and of the order of partitions and morsels below */
    int lanes;                 /* until there are threads: > 1 runs partitions and morsels in seeded random order */
    bool no_max_ahead;         /* tests: max_ahead is off unless a stream sets it */
    uint64_t file_bytes_max;   /* of a journal file; 0: the default */
    uint64_t checkpoint_bytes; /* a checkpoint after this much journal; 0: the default */
    void (*warn)(void *arg, const char *text); /* warnings and notices for stderr; may be NULL */
    void *warn_arg;
};

int engine_open(const struct engine_options *options, struct engine **out, struct err *err) MUST_CHECK;
/* Finishes: checkpoint, CLOSE, removes a temporary directory. engine_abandon: as if killed. */
int engine_close(struct engine *e, struct err *err) MUST_CHECK;
void engine_abandon(struct engine *e);
void engine_interrupt(struct engine *e);

/* What a statement answered. kind tells which handler calls came. */
enum answer { ANSWER_DONE, ANSWER_ROWS, ANSWER_STREAM };

/* Executes one statement (without its `;`). base_dir: what relative paths in it are relative to. Rows of a SELECT go to
 * the handler. err->at is an offset in sql. A plain SELECT first runs epochs until all bounded sources and all that was
 * inserted so far are read. */
int engine_execute(struct engine *e, struct str sql, const char *base_dir, rows_handler handler, void *arg,
                   enum answer *answer, struct err *err) MUST_CHECK;

/* Looks at statements without executing any: what the binder says to them, against the objects there are and those that
 * the statements before would make. A statement that names an object whose own statement is wrong is not looked at: the
 * reason is known already. Statements for SQLite are only parsed. The engine must not change between check_begin and
 * check_end. */
struct check;
struct check *check_begin(struct engine *e);
void check_end(struct check *check);
/* Called with each finding, in order of the statements; at is an offset in the text. */
typedef void (*finding_handler)(void *arg, enum diag_level level, const struct err *finding);
struct check_counts {
    int statements, errors;
    int skipped; /* statements that were not looked at */
};
/* Adds to *counts. */
void check_script(struct check *check, struct str text, const char *base_dir, finding_handler handler, void *arg,
                  struct check_counts *counts);

/* Runs at most one epoch. 1: there was something to do; 0: nothing; -1: failure. */
int engine_step(struct engine *e, struct err *err) MUST_CHECK;
/* Epochs until nothing is left to do (a barrier). progress may be NULL: called now and then. */
struct progress {
    uint64_t bytes_done, bytes_total; /* of the bounded sources */
    uint64_t records;
    uint64_t epochs;
};
typedef void (*progress_handler)(void *arg, const struct progress *p);
int engine_drain(struct engine *e, progress_handler progress, void *arg, struct err *err) MUST_CHECK;
/* The end of input (R10): all bounded sources have been read; the watermark goes to the end of time, all windows close.
 * Drains first. stream NULL: every stream; else only this one has ended (it is idle from now on). */
int engine_end(struct engine *e, const char *stream, struct err *err) MUST_CHECK;

/* Appends records (in the stream's format) to a stream's log. engine_put: they become durable together with what the
 * next epoch makes of them, by one fdatasync (or at the end of engine_drain). engine_append returns when they are
 * durable. */
int engine_put(struct engine *e, const char *stream, const struct str *records, int n, struct err *err) MUST_CHECK;
int engine_append(struct engine *e, const char *stream, const struct str *records, int n, struct err *err) MUST_CHECK;
/* The same as engine_append, into an open shard of the writer's choice. */
int engine_append_to(struct engine *e, const char *stream, uint32_t shard, const struct str *records, int n,
                     struct err *err) MUST_CHECK;
/* How many records were ever appended to it from outside (for tests that resume after a crash). 0 if unknown. */
uint64_t engine_appended(struct engine *e, const char *stream);

/* Calls back with every change of a view or stream that becomes durable from now on: format as engine decides per
 * relation columns; weight +1/-1. Used by `--emit`, SELECT STREAM and tests (`as changes`). */
typedef void (*change_handler)(void *arg, const struct field *fields, int field_count,
                               const struct relation_value *values, int64_t weight);
int engine_subscribe(struct engine *e, const char *name, change_handler handler, void *arg, struct err *err) MUST_CHECK;

struct engine_stats {
    uint64_t epochs, records, late_rows, error_rows;
    uint64_t records_replayed; /* read again since the last checkpoint, at open */
    uint64_t checkpoints;
    uint64_t compacted; /* journal files that became segments */
    uint64_t blocks;    /* of segments that were read, by readers that are done */
    uint64_t retained;  /* segments that were deleted because they were old */
    uint64_t torn_bytes;
    uint64_t syncs; /* of the journal, since it was opened */
};
struct engine_stats engine_stats(const struct engine *e);
/* The fields of a stream or view by name (test runner: types of columns), or NULL. */
const struct object *engine_object(const struct engine *e, const char *name);

#endif
