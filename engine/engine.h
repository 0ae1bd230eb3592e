/* engine.h - the inside of an engine: for the files of this room only.
 *
 * What happens to a directory is a line of journal entries; the engine is what they make of it (design.md, section 1):
 *   ENTRY_DDL      -> ddl.c      an object comes or goes
 *   ENTRY_SOURCE   -> reading.c  what a source read in place looked like when it was opened
 *   ENTRY_RECORDS  -> epoch.c    rows for the next epochs
 *   ENTRY_CHUNK    -> intake.c   what an epoch wrote into a stream; valid by the epoch's own entry
 *   ENTRY_EPOCH    -> epoch.c    an epoch: run when it is cut, and again when a directory is opened (replay.c)
 * The live path and the replay are the same functions, with limits that come from the clock or from the entry. */
#ifndef WEIR_ENGINE_ENGINE_H
#define WEIR_ENGINE_ENGINE_H

#include "engine/session.h"
#include "log/log.h"
#include "runtime/flow.h"
#include "runtime/rowset.h"

#include <signal.h>

/* A source read in place, and how far a group has come in it. What a checkpoint keeps of it is `memory`. */
struct reading_memory {
    uint64_t offset; /* of the first byte not used */
    uint64_t size;   /* as journalled: nothing behind it is read */
    uint64_t opened; /* the ordinal in its rows' order keys: 0, or of the ENTRY_SOURCE that noticed its growth */
    usec arrival;    /* of its rows: the clock of its declaration */
};

struct reading {
    uint32_t stream;
    struct reading_memory memory;
    struct source *source;
};

/* Queries that share epochs, and where they stand: all of them, or one that is being built. */
struct group {
    uint32_t id; /* 0: the main group; else the query that is being built */
    struct flow *flow;
    uint64_t ordinal;      /* of the log: the first not used yet */
    struct intake *intake; /* epoch_run.c; NULL: not made yet */
    struct reading *reading;
    size_t reading_count, reading_capacity;
    struct select_query *query; /* NULL, or the SELECT STREAM whose epochs nobody keeps (select.c) */
};

/* What the engine knows of a stream or view besides its declaration. */
struct relation_state;
struct sharding;
struct system_table;
enum { SYSTEM_TABLES = 3 };
struct stream_state {
    uint32_t id;
    uint64_t appended; /* records from outside */
    uint64_t derived;  /* records from queries */
    usec last_arrival;
    usec retention;            /* USEC_MAX: for ever */
    struct sharding *sharding; /* sharding.h; NULL: it has one shard, 0 */
    struct relation_state *relation;
};

struct subscription {
    uint32_t object;
    change_handler handler;
    void *arg;
    struct rowset *changes; /* of the running epoch */
};

struct engine {
    struct engine_options options;
    struct disk *disk;
    bool owns_disk, in_memory;
    char *dir;
    struct file *lock;
    struct log *log;
    struct journal *journal; /* the log's */
    struct database *database;
    struct catalog *catalog;
    const struct object *errors;
    enum dialect dialect;
    struct rng rng; /* cuts; and the order of partitions */
    struct rng shuffle;

    struct group main;
    struct select_query *selects; /* SELECT STREAMs that are running */
    struct group *build;          /* NULL, or the query that is being built from history */
    uint64_t epoch;               /* the last one committed */
    uint64_t *aborted;            /* epochs that left chunks without a commit */
    size_t aborted_count, aborted_capacity;
    usec clock; /* of the last epoch */
    bool replaying;

    struct stream_state *state;
    size_t state_count, state_capacity;
    struct system_table *system_table[SYSTEM_TABLES];
    struct subscription *subscription;
    size_t subscription_count, subscription_capacity;

    /* The running epoch's output: one chunk per stream, in the order of their first rows. */
    struct chunk *chunk;
    size_t chunk_count, chunk_capacity;

    /* Checkpoints: see checkpoint.c. */
    uint64_t checkpoint_number, checkpoint_base;
    bool checkpoint_afresh;            /* the next one must be a base: a query has given up its state */
    struct log_place checkpoint_place; /* its place in the journal, or where one was looked for */
    uint64_t needed_from;              /* a restart reads the log from this ordinal on */
    uint32_t journal_file;             /* the files before it are segments */
    usec retain_at;                    /* when retention is looked at next */
    uint64_t work;                     /* bytes of input used since the last one */

    volatile sig_atomic_t interrupted;
    bool failed;
    struct err failure;
    struct engine_stats stats;
    struct progress progress;
};

/* engine.c */
struct stream_state *state_of(struct engine *e, uint32_t id); /* made when absent */
void engine_warn(struct engine *e, const char *format, ...) PRINTF_LIKE(2, 3);
/* The engine cannot go on: remembers *err and returns -1. */
int engine_fail(struct engine *e, const struct err *err);
char *engine_path(const struct engine *e, const char *name); /* DIR/name; free it */
struct flow *engine_flow(struct engine *e, struct flow *outer);

/* session.c: what the session's SET statements say. */
struct bind_context session_context(struct engine *e);
/* What a SET statement says. */
int session_read_set(const struct statement *s, enum dialect *dialect, struct err *err) MUST_CHECK;
/* CREATE [OR REPLACE] VIEW, STREAM and PUMP, and SELECT STREAM, are weir's own: what is wrong with them must not become
 * a view or a column of SQLite. */
bool session_is_ours(struct str sql);

/* The stream takes rows from outside. */
int session_check_writable(const struct object *o, int at, struct err *err) MUST_CHECK;

/* insert.c: INSERT INTO a stream; sql is the statement's text. */
int insert_execute(struct engine *e, const struct statement *s, struct str sql, struct arena *arena,
                   struct err *err) MUST_CHECK;

/* select.c: SELECT STREAM. The handler gets its rows, from now on and after this call, until it returns other than 0.
 */
int select_begin(struct engine *e, const struct statement *s, rows_handler handler, void *arg,
                 struct err *err) MUST_CHECK;
/* An epoch of it ends. */
int select_finish(struct select_query *q, struct err *err) MUST_CHECK;
/* 1: one of them had something to do. One that fails ends with a warning. */
int selects_step(struct engine *e);
/* Their streams end, as by epoch_end. */
void selects_close_streams(struct engine *e, uint32_t stream);
void selects_end(struct engine *e);

/* explain.c: statements that answer with rows about the engine itself. show_query: SQL that answers instead, or NULL.
 */
int explain_execute(struct engine *e, const struct statement *s, struct arena *arena, rows_handler handler, void *arg,
                    struct err *err) MUST_CHECK;
int describe_execute(struct engine *e, const struct statement *s, rows_handler handler, void *arg,
                     struct err *err) MUST_CHECK;
const char *show_query(const struct statement *s);
int show_execute(struct engine *e, const struct statement *s, rows_handler handler, void *arg,
                 struct err *err) MUST_CHECK;

/* ddl.c: applies the statement of a DDL entry (live or replayed). */
struct ddl {
    usec now;
    enum dialect dialect;
    bool build;                                                 /* the query is built from history first */
    bool caught_up;                                             /* the main group had used up the journal before it */
    enum ddl_run { RUN_AS_SAID, RUN_STARTED, RUN_STOPPED } run; /* what ALTER PUMP has said since */
    const char *base_dir;
    struct str sql;
    uint64_t ordinal; /* of its entry, which does not say it */
};
void ddl_pack(const struct ddl *ddl, struct buf *out);
int ddl_unpack(struct str payload, struct arena *arena, struct ddl *out, struct err *err) MUST_CHECK;
int ddl_apply(struct engine *e, const struct ddl *ddl, struct err *err) MUST_CHECK;
/* The same for an object of a checkpoint, under its number. */
int ddl_restore(struct engine *e, struct str payload, uint32_t id, struct err *err) MUST_CHECK;
/* The query begins to run in the main group. */
int ddl_attach(struct engine *e, const struct object *o, struct err *err) MUST_CHECK;
/* A statement that changes the catalogue: checks, journals and applies it. */
int ddl_execute(struct engine *e, const struct statement *s, struct str sql, const char *base_dir,
                struct err *err) MUST_CHECK;

/* All that can be found wrong with a CREATE before anything happens, against the catalogue of ctx. 0 and *out: the new
 * object, the caller's; 1: the same object is there already (*out is NULL). */
int ddl_check_create(struct engine *e, const struct bind_context *ctx, const struct ddl *ddl, const struct statement *s,
                     struct object **out, struct err *err) MUST_CHECK;
/* What the new object takes the place of, or NULL. */
struct object *ddl_replaced(const struct catalog *c, const struct object *o);
/* The same for a DROP of a stream, view, pump or function. 0 and *out: what would go; 1: IF EXISTS and there is none.
 */
int ddl_check_drop(const struct catalog *c, const struct statement *s, struct object **out, struct err *err) MUST_CHECK;

/* Goes on with a query whose building was cut short. */
int ddl_continue_build(struct engine *e, struct err *err) MUST_CHECK;

/* alter.c: what is wrong with an ALTER. 0 and *out: the object; 1: it is as the statement wants it. */
int alter_check(const struct catalog *c, const struct statement *s, struct object **out, struct err *err) MUST_CHECK;
int alter_apply(struct engine *e, const struct statement *s, struct err *err) MUST_CHECK;

/* reading.c */
int reading_add(struct engine *e, struct group *g, const struct object *stream, struct err *err) MUST_CHECK;
/* Opens a stream's source, for this reader alone. */
int reading_open(struct engine *e, const struct object *stream, struct source **out, struct err *err) MUST_CHECK;
/* Tells the source what its memory says. */
void reading_set(struct reading *r);
void readings_close(struct group *g);
struct reading *reading_of(struct group *g, uint32_t stream);
/* Some query reads it and it is not read to its end. */
bool reading_is_due(const struct group *g, const struct reading *r);
bool reading_unfinished(const struct group *g);
void readings_rewind(struct group *g);
/* The stream is dropped. */
void reading_forget(struct group *g, uint32_t stream);
/* Files that have grown since they were last looked at: journals it, so that the rest is read. */
int readings_look(struct engine *e, struct err *err) MUST_CHECK;
int reading_apply_source(struct engine *e, struct str payload, uint64_t ordinal, struct err *err) MUST_CHECK;

/* intake.c: records of the log dealt out to streams' feeds. */
struct intake;
struct intake *intake_new(struct engine *e);
void intake_free(struct intake *in);
/* Which streams, and whether derived records are wanted (history) or only those from outside. */
enum intake_what { INTAKE_OUTSIDE, INTAKE_HISTORY };
void intake_want(struct intake *in, uint32_t stream, enum intake_what what);
/* Before the first read: no more than this is wanted. */
void intake_narrow(struct intake *in, const struct log_range *range, uint32_t shard);
/* A stream that is wanted; how many are. */
bool intake_wants(const struct intake *in, uint32_t stream);
size_t intake_streams(const struct intake *in);
/* Reads records from *ordinal on, up to `to`, which is written: at most max_rows and about max_bytes; *ordinal moves to
 * where it stopped. Earlier contents are forgotten. It goes on where it stopped last, or behind that. */
int intake_read(struct intake *in, uint64_t *ordinal, uint64_t to, uint64_t max_rows, uint64_t max_bytes,
                struct err *err) MUST_CHECK;
/* The i-th range of ordinals of a stream that was to be read and is gone; false: there are no more. */
bool intake_lost(const struct intake *in, size_t i, struct log_item *out);
uint64_t intake_rows(const struct intake *in);
uint64_t intake_bytes(const struct intake *in);
struct feed *intake_feed(struct intake *in, uint32_t stream);

/* epoch.c */
/* 1: an epoch was run and committed; 0: nothing to do. */
int epoch_step(struct engine *e, struct group *g, struct err *err) MUST_CHECK;
/* The streams end (their watermark goes to the end of time): an epoch of its own. stream 0: all. */
int epoch_end(struct engine *e, uint32_t stream, struct err *err) MUST_CHECK;

/* epoch_output.c */
int epoch_append(void *engine, const struct object *stream, const struct batch *rows, const struct text *record,
                 struct err *err);
/* The running epoch is broken off: what it has written is not valid, and its number not used again. */
void epoch_skip(struct engine *e);
/* Chunks of an epoch of this number are without a commit. */
void epoch_aborted(struct engine *e, uint64_t number);
enum epoch_fate epoch_fate(const struct engine *e, uint64_t number);

/* build.c: the query that is being built, by replay or live. */
int build_begin(struct engine *e, const struct object *o, struct group **out, struct err *err) MUST_CHECK;
/* The last epoch of a query being built, whose group then joins the main one. */
int epoch_join(struct engine *e, struct group *build, struct err *err) MUST_CHECK;
void build_free(struct group *g);

/* replay.c: runs a journalled epoch again. */
int epoch_replay(struct engine *e, struct str payload, struct err *err) MUST_CHECK;

/* checkpoint.c */
int checkpoint_take(struct engine *e, struct err *err) MUST_CHECK;
int checkpoint_maybe(struct engine *e, struct err *err) MUST_CHECK;
/* Brings the engine to its last checkpoint; *found 0 when there is none. scanned: entries before this ordinal are in
 * it. */
struct checkpoint_place {
    uint64_t ordinal; /* the main group's */
    struct log_place at;
    uint64_t scanned;
};
int checkpoint_load_place(struct engine *e, struct checkpoint_place *place, int *found, struct err *err) MUST_CHECK;
int checkpoint_load(struct engine *e, struct err *err) MUST_CHECK;
/* What weir.db says of the checkpoint and the catalogue is whole. Its files are those with numbers first to last; 0:
 * there is none. Only e's disk, dir and database are used. */
int checkpoint_verify(struct engine *e, uint64_t *first, uint64_t *last, struct err *err) MUST_CHECK;

/* upkeep.c: the log's passes, between epochs. */
/* Closed files of the journal become segments; what is too old goes. Seldom has something to do. */
int upkeep(struct engine *e, struct err *err) MUST_CHECK;

/* relations.c */
struct relation *relations_find(void *engine, const char *name);
void relations_list(void *engine, void (*each)(void *arg, const char *name), void *arg);
void relation_state_free(struct relation_state *r);
void relations_forget(struct engine *e, const struct object *o);

/* system_tables.c */
struct relation *system_table(struct engine *e, const char *name); /* NULL: no such */
void system_tables_list(void (*each)(void *arg, const char *name), void *arg);
void system_tables_free(struct engine *e);

/* subscribe.c */
void subscriptions_take(struct engine *e, const struct object *o, const struct batch *rows);
void subscriptions_deliver(struct engine *e);

#endif
