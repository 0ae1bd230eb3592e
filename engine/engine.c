/* engine.c - an engine is opened, brought to where its directory's journal ends, and closed.
 *
 * Opening: lock -> weir.db -> the last checkpoint (checkpoint.c) -> journal verified from there -> its DDL, sources and
 * epochs applied again (recover) -> a query that was being built is built to its end -> files that have grown are
 * noticed. In memory: the same on a temporary directory without fsync and without checkpoints, removed at the end. */
#include "engine/sharding.h"

#include "runtime/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ERRORS_ID = 1 };

static usec system_clock(void *arg)
{
    struct timespec now;

    (void)arg;
    clock_gettime(CLOCK_REALTIME, &now);
    return (usec)now.tv_sec * USEC_SECOND + now.tv_nsec / 1000;
}

void engine_warn(struct engine *e, const char *format, ...)
{
    char text[512];
    va_list args;

    if (!e->options.warn) return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    e->options.warn(e->options.warn_arg, text);
}

int engine_fail(struct engine *e, const struct err *err)
{
    if (!e->failed) e->failure = *err;
    e->failed = true;
    return -1;
}

char *engine_path(const struct engine *e, const char *name)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%s", e->dir, name);
    return (char *)(uintptr_t)buf_text(&path);
}

struct stream_state *state_of(struct engine *e, uint32_t id)
{
    for (size_t i = 0; i < e->state_count; i++) {
        if (e->state[i].id == id) return &e->state[i];
    }
    e->state = mem_grow(e->state, &e->state_capacity, e->state_count + 1, sizeof *e->state);
    e->state[e->state_count] = (struct stream_state){.id = id, .retention = USEC_MAX};
    return &e->state[e->state_count++];
}

struct flow *engine_flow(struct engine *e, struct flow *outer)
{
    struct flow_options options = {
        .append = epoch_append,
        .append_arg = e,
        .shuffle = e->options.lanes > 1 ? &e->shuffle : NULL,
        .error_stream = e->errors,
        .outer = outer,
    };

    return flow_new(&options);
}

/* The name of a new directory is made durable before anything is put into it. */
static int sync_parent(struct engine *e, struct err *err)
{
    char *parent = mem_strdup(e->dir), *slash = strrchr(parent, '/');
    int failed;

    if (slash) slash[slash == parent ? 1 : 0] = '\0';
    failed = disk_name(e->disk, DISK_SYNC_DIR, slash ? parent : ".", NULL, err);
    free(parent);
    return failed;
}

static int make_given_dir(struct engine *e, struct err *err)
{
    size_t len = strlen(e->options.dir);
    char *journal;
    int present;

    e->dir = mem_strdup(e->options.dir);
    while (len > 1 && e->dir[len - 1] == '/') e->dir[--len] = '\0';
    if (disk_name(e->disk, DISK_MKDIR, e->dir, NULL, err)) return -1;
    journal = engine_path(e, "journal");
    present = disk_name(e->disk, DISK_EXISTS, journal, NULL, err);
    free(journal);
    return present == 0 ? sync_parent(e, err) : present < 0 ? -1 : 0;
}

static int make_dir(struct engine *e, struct err *err)
{
    char template[] = "/tmp/weir-XXXXXX";

    if (e->options.dir) return make_given_dir(e, err);
    if (!mkdtemp(template)) return err_set(err, ERR_DISK, -1, "cannot make a temporary directory in /tmp");
    e->dir = mem_strdup(template);
    return 0;
}

static int take_lock(struct engine *e, struct err *err)
{
    char *path = engine_path(e, "weir.lock");
    int failed = disk_open(e->disk, path, DISK_CREATE, &e->lock, err);

    free(path);
    if (failed || disk_lock(e->lock, err) == 0) return failed;
    if (err->code == ERR_OWNED) err_set(err, ERR_OWNED, -1, "\"%s\" is in use by another weir process", e->dir);
    return -1;
}

static int open_database(struct engine *e, struct err *err)
{
    char *path = e->in_memory ? NULL : engine_path(e, "weir.db");
    int failed = database_open(e->disk, path, &e->database, err);

    free(path);
    if (!failed) database_relations(e->database, relations_find, relations_list, e);
    return failed;
}

static int open_log(struct engine *e, const struct checkpoint_place *place, struct err *err)
{
    struct log_options options = {
        .disk = e->disk,
        .dir = e->dir,
        .clock = e->options.clock,
        .clock_arg = e->options.clock_arg,
        .file_bytes_max = e->options.file_bytes_max,
        .at = place->at.at,
        .at_ordinal = place->at.first,
    };

    if (log_open(&options, &e->log, err)) return -1;
    e->journal = log_journal(e->log);
    e->stats.torn_bytes = journal_stats(e->journal).torn_bytes;
    if (e->stats.torn_bytes)
        engine_warn(e, "the journal ended in %llu bytes of an unfinished write: cut off",
                    (unsigned long long)e->stats.torn_bytes);
    return 0;
}

static void add_errors_object(struct engine *e)
{
    struct object *o = errors_object();

    catalog_add(e->catalog, o, ERRORS_ID);
    e->errors = o;
}

/* When a query was built, started or stopped, the main group had used up the journal; that it went by entries without a
 * row for it no epoch says. */
static int apply_ddl(struct engine *e, const struct record *entry, struct err *err)
{
    struct arena *arena = arena_new();
    struct ddl ddl;
    int failed = ddl_unpack(entry->data, arena, &ddl, err);

    ddl.ordinal = entry->ordinal;
    if (!failed && (ddl.build || ddl.caught_up) && e->main.ordinal < entry->ordinal) e->main.ordinal = entry->ordinal;
    if (!failed && ddl_apply(e, &ddl, err)) failed = err->code == ERR_NAME ? 0 : -1; /* it failed then, too */
    arena_free(arena);
    return failed;
}

static int apply_entry(struct engine *e, enum entry_type type, const struct record *entry, struct err *err)
{
    switch (type) {
    case ENTRY_EPOCH: return epoch_replay(e, entry->data, err);
    case ENTRY_DDL: return apply_ddl(e, entry, err);
    case ENTRY_SOURCE: return reading_apply_source(e, entry->data, entry->ordinal, err);
    case ENTRY_RECORDS:
    case ENTRY_CHUNK:
    case ENTRY_CLOSE: return 0;
    }
    return 0;
}

/* *last_chunk: the last epoch that has written anything, committed or not. */
static int apply_item(struct engine *e, const struct log_item *item, uint64_t *last_chunk, struct err *err)
{
    if (item->kind == LOG_ENTRY) return apply_entry(e, item->type, &item->record, err);
    if (!item->record.derived) {
        state_of(e, item->stream)->appended++;
        sharding_count(e, item->stream, item->shard, 1);
    }
    if (item->epoch > *last_chunk) *last_chunk = item->epoch;
    return 0;
}

/* What an entry makes the engine do may take long, and read the log itself. */
static int apply_all(struct engine *e, struct log_reader *r, uint64_t *last_chunk, struct err *err)
{
    struct log_item item;
    int got;

    while ((got = log_next(r, UINT64_MAX, &item, err)) > 0) {
        if (apply_item(e, &item, last_chunk, err)) return -1;
    }
    return got;
}

/* Everything in the log from the checkpoint on, once more. */
static int recover(struct engine *e, const struct checkpoint_place *place, struct err *err)
{
    struct log_reader_options options = {.range = log_range_all(), .hint = place->at.at};
    struct log_reader *r;
    uint64_t last_chunk = 0;
    int failed;

    options.range.from = place->scanned;
    if (log_reader_open(e->log, &options, &r, err)) return -1;
    e->replaying = true;
    failed = apply_all(e, r, &last_chunk, err);
    e->replaying = false;
    log_reader_close(r);
    for (uint64_t n = e->epoch + 1; n <= last_chunk; n++) epoch_aborted(e, n);
    if (last_chunk > e->epoch) e->epoch = last_chunk;
    return failed;
}

static int open_all(struct engine *e, struct err *err)
{
    struct checkpoint_place place = {.ordinal = 1, .scanned = 1};
    int found = 0;

    if (make_dir(e, err)) return -1;
    if (!e->in_memory && take_lock(e, err)) return -1;
    if (open_database(e, err)) return -1;
    add_errors_object(e);
    if (!e->in_memory && checkpoint_load_place(e, &place, &found, err)) return -1;
    if (open_log(e, &place, err)) return -1;
    e->main.ordinal = place.ordinal;
    e->checkpoint_place = place.at;
    e->main.flow = engine_flow(e, NULL);
    if (found && checkpoint_load(e, err)) return -1;
    if (recover(e, &place, err) || readings_look(e, err)) return -1;
    return ddl_continue_build(e, err);
}

static void free_all(struct engine *e)
{
    for (size_t i = 0; i < e->state_count; i++) {
        relation_state_free(e->state[i].relation);
        sharding_free(e->state[i].sharding);
    }
    system_tables_free(e);
    for (size_t i = 0; i < e->subscription_count; i++) rowset_free(e->subscription[i].changes);
    readings_close(&e->main);
    flow_free(e->main.flow);
    catalog_free(e->catalog);
    disk_close(e->lock);
    if (e->owns_disk) disk_free(e->disk);
    free(e->subscription);
    free(e->state);
    free(e->chunk);
    free(e->aborted);
    free(e->dir);
    free(e);
}

static void remove_folder(struct engine *e, const char *name)
{
    char *folder = engine_path(e, name);
    struct buf names = {0};
    struct err ignored;

    if (disk_list(e->disk, folder, &names, &ignored) == 0) {
        for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
            struct buf path = {0};
            buf_printf(&path, "%s/%s", folder, names.ptr + at);
            disk_name(e->disk, DISK_DELETE, buf_text(&path), NULL, &ignored);
            buf_free(&path);
        }
    }
    rmdir(folder);
    free(folder);
    buf_free(&names);
}

/* The temporary directory holds the log and nothing else. */
static void remove_temporary(struct engine *e)
{
    remove_folder(e, "journal");
    remove_folder(e, "log");
    rmdir(e->dir);
}

/* Whoever reads in the log is done before it is closed. */
static void close_readers(struct engine *e)
{
    selects_end(e);
    intake_free(e->main.intake);
    e->main.intake = NULL;
    build_free(e->build);
    e->build = NULL;
}

int engine_open(const struct engine_options *options, struct engine **out, struct err *err)
{
    struct engine *e = mem_zalloc(sizeof *e);

    e->options = *options;
    if (!e->options.clock) e->options.clock = system_clock;
    e->in_memory = options->dir == NULL;
    e->disk = options->disk;
    e->owns_disk = !options->disk;
    if (e->owns_disk) e->disk = disk_real(e->in_memory ? DISK_NO_SYNC : DISK_SYNC);
    e->catalog = catalog_new();
    e->dialect = options->dialect;
    e->rng.state = options->seed;
    e->shuffle.state = options->seed + 1;
    e->clock = USEC_MIN;
    if (open_all(e, err) == 0) {
        *out = e;
        return 0;
    }
    engine_abandon(e);
    return -1;
}

void engine_abandon(struct engine *e)
{
    close_readers(e);
    database_close(e->database);
    log_abandon(e->log);
    if (e->in_memory && e->dir) remove_temporary(e);
    free_all(e);
}

int engine_close(struct engine *e, struct err *err)
{
    int failed = 0;

    if (e->failed) {
        *err = e->failure;
        engine_abandon(e);
        return -1;
    }
    if (!e->in_memory) failed = checkpoint_take(e, err);
    close_readers(e);
    database_close(e->database);
    if (!failed)
        failed = log_close(e->log, err);
    else
        log_abandon(e->log);
    if (e->in_memory) remove_temporary(e);
    free_all(e);
    return failed;
}

void engine_interrupt(struct engine *e)
{
    e->interrupted = 1;
    database_interrupt(e->database);
}

struct engine_stats engine_stats(const struct engine *e)
{
    struct engine_stats s = e->stats;
    struct graph *ignored;
    uint32_t id;

    s.syncs = journal_stats(e->journal).syncs;
    s.error_rows = flow_counts(e->main.flow, 0).errors;
    for (int i = 0; (id = flow_query(e->main.flow, i, &ignored)) != 0; i++) {
        s.error_rows += flow_counts(e->main.flow, id).errors;
        s.late_rows += flow_counts(e->main.flow, id).late;
    }
    return s;
}

const struct object *engine_object(const struct engine *e, const char *name)
{
    return catalog_find(e->catalog, str_lit(name), false, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW, -1, NULL);
}
