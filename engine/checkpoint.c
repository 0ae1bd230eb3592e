/* checkpoint.c - the state of everything as of an epoch, so that a restart need not begin at the beginning.
 *
 * DIR/state/N.ckpt holds the flow's bytes ("flow") and, per query, what changed in its pages since the checkpoint
 * before
 * ("ID/n"); a base holds all of it. weir.db, last, says which is the newest and where the journal goes on: key
 * "checkpoint" (struct saved below, then per source read in place: u32 stream, u32 0 and its memory; then aborted
 * epochs), the catalogue, and each object's DDL under "ddl.ID". Nothing is read back that weir.db does not name. */
#include "engine/sharding.h"

#include "base/hash.h"
#include "runtime/checkpoint_file.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAVED_VERSION = 3, DELTAS_MAX = 8 };
#define WORK_BYTES_DEFAULT UINT64_C(536870912) /* about 5 s of input */

struct saved {
    uint32_t version, readings, streams, aborted;
    uint64_t number, base; /* this checkpoint and the base that its deltas begin with */
    uint64_t epoch;
    int64_t clock;
    uint32_t at_file, next_id;             /* next_id: of the next object */
    uint64_t at_offset, at_first, ordinal; /* its place in the journal; of the main group */
    uint64_t scanned;                      /* entries of the log before this ordinal are in it */
    uint32_t objects;                      /* rows of the catalogue */
    uint32_t crc;                          /* CRC-32C of the whole value, with 0 here */
};
_Static_assert(sizeof(struct saved) == 96, "written to disk");

struct saved_reading {
    uint32_t stream, pad;
    struct reading_memory memory;
};

struct saved_stream {
    uint32_t id, pad;
    uint64_t appended, derived;
    int64_t last_arrival, retention;
};

/* A restart reads the log from here on. */
static uint64_t needed_from(const struct saved *saved)
{
    return saved->ordinal < saved->scanned ? saved->ordinal : saved->scanned;
}

static void section_name(char out[48], uint32_t query, int n)
{
    snprintf(out, 48, "%u/%d", (unsigned)query, n);
}

static int write_pages(struct engine *e, struct checkpoint_writer *w, enum pages_what what, struct err *err)
{
    struct graph *g;
    uint32_t id;

    for (int i = 0; (id = flow_query(e->main.flow, i, &g)) != 0; i++) {
        struct pages *p;
        for (int n = 0; (p = graph_pages(g, n)) != NULL; n++) {
            struct buf delta = {0};
            char name[48];
            int failed;

            section_name(name, id, n);
            pages_delta(p, what, &delta);
            failed = delta.len && checkpoint_write(w, str_lit(name), str_of(delta.ptr, delta.len), err);
            buf_free(&delta);
            if (failed) return -1;
        }
    }
    return 0;
}

static int write_flow(struct engine *e, struct checkpoint_writer *w, struct err *err)
{
    struct buf bytes = {0};
    int failed;

    flow_save(e->main.flow, &bytes);
    failed = checkpoint_write(w, str_lit("flow"), str_of(bytes.ptr, bytes.len), err);
    buf_free(&bytes);
    return failed;
}

static int write_file(struct engine *e, uint64_t number, uint64_t previous, struct err *err)
{
    struct checkpoint_writer *w = checkpoint_writer_open(e->disk, e->dir, number, previous, err);

    if (!w) return -1;
    if (write_flow(e, w, err) || write_pages(e, w, previous ? PAGES_CHANGED : PAGES_ALL, err)) {
        checkpoint_writer_abandon(w);
        return -1;
    }
    return checkpoint_writer_close(w, err);
}

static uint32_t count_objects(const struct engine *e)
{
    const struct object *o;
    uint32_t n = 0;

    for (int i = 0; (o = catalog_at(e->catalog, i)) != NULL; i++) n += !o->system;
    return n;
}

static void pack_saved(struct engine *e, const struct saved *saved, struct buf *out)
{
    buf_put(out, saved, sizeof *saved);
    for (size_t i = 0; i < e->main.reading_count; i++) {
        struct saved_reading r = {e->main.reading[i].stream, 0, e->main.reading[i].memory};
        buf_put(out, &r, sizeof r);
    }
    for (size_t i = 0; i < e->state_count; i++) {
        const struct stream_state *state = &e->state[i];
        struct saved_stream s = {state->id, 0, state->appended, state->derived, state->last_arrival, state->retention};
        buf_put(out, &s, sizeof s);
    }
    buf_put(out, e->aborted, e->aborted_count * sizeof *e->aborted);
    put_u32(out->ptr + offsetof(struct saved, crc), crc32c(0, out->ptr, out->len));
}

static int forget_object(void *arg, uint32_t id, const char *kind, const char *name, const char *sql)
{
    struct buf *gone = arg;

    (void)kind;
    (void)name;
    (void)sql;
    buf_put(gone, &id, sizeof id);
    return 0;
}

static uint32_t ddl_crc(uint32_t id, struct str ddl)
{
    return crc32c(crc32c(0, &id, sizeof id), ddl.ptr, ddl.len);
}

static int save_ddl(struct engine *e, const struct object *o, struct err *err)
{
    struct buf value = {0};
    char key[32], crc[4];
    int failed;

    put_u32(crc, ddl_crc(o->id, o->ddl));
    buf_put(&value, o->ddl.ptr, o->ddl.len);
    buf_put(&value, crc, sizeof crc);
    snprintf(key, sizeof key, "ddl.%u", (unsigned)o->id);
    failed = store_put(e->database, key, str_of(value.ptr, value.len), err);
    buf_free(&value);
    return failed;
}

/* The catalogue as it is now: what is no more there goes, what is new comes. */
static int save_catalog(struct engine *e, struct err *err)
{
    struct buf ids = {0};
    const struct object *o;
    int failed = store_catalog_each(e->database, forget_object, &ids, err);

    for (size_t at = 0; !failed && at < ids.len; at += 4) {
        if (!catalog_get(e->catalog, get_u32(ids.ptr + at)))
            failed = store_catalog_delete(e->database, get_u32(ids.ptr + at), err);
    }
    buf_free(&ids);
    for (int i = 0; !failed && (o = catalog_at(e->catalog, i)) != NULL; i++) {
        if (o->system) continue;
        failed = store_catalog_put(e->database, o->id, object_kind_name(o->kind), o->name, o->sql, err) ||
                 save_ddl(e, o, err) || sharding_save(e, o->id, err);
    }
    return failed ? -1 : 0;
}

static int save_all(struct engine *e, const struct saved *saved, struct err *err)
{
    struct buf bytes = {0};
    int failed = store_begin(e->database, err);

    if (failed) return -1;
    pack_saved(e, saved, &bytes);
    failed = save_catalog(e, err) || store_put(e->database, "checkpoint", str_of(bytes.ptr, bytes.len), err);
    buf_free(&bytes);
    if (failed) {
        store_rollback(e->database);
        return -1;
    }
    return store_commit(e->database, err);
}

/* Files that the newest checkpoint, a base, does not need any more. One that cannot be deleted only takes room. */
static void delete_old(struct engine *e, uint64_t first, uint64_t before)
{
    struct err ignored;

    for (uint64_t n = first; n && n < before; n++) {
        if (checkpoint_delete(e->disk, e->dir, n, &ignored)) engine_warn(e, "%s", ignored.text);
    }
}

/* Where a restart finds the first ordinal that it reads. */
static int save_place(struct engine *e, struct saved *saved, struct err *err)
{
    if (log_find_place(e->log, needed_from(saved), &e->checkpoint_place, err)) return -1;
    saved->at_file = e->checkpoint_place.at.file;
    saved->at_offset = e->checkpoint_place.at.offset;
    saved->at_first = e->checkpoint_place.first;
    return 0;
}

int checkpoint_take(struct engine *e, struct err *err)
{
    uint64_t number = e->checkpoint_number + 1, ordinal;
    bool base = !e->checkpoint_base || e->checkpoint_afresh || number - e->checkpoint_base > DELTAS_MAX;
    struct saved saved = {
        .version = SAVED_VERSION,
        .number = number,
        .base = base ? number : e->checkpoint_base,
        .epoch = e->epoch,
        .clock = e->clock,
        .readings = (uint32_t)e->main.reading_count,
        .streams = (uint32_t)e->state_count,
        .aborted = (uint32_t)e->aborted_count,
        .objects = count_objects(e),
        .next_id = catalog_next_id(e->catalog),
        .ordinal = e->main.ordinal,
    };

    if (e->build) return 0; /* half a query is not kept: the next checkpoint will have it */
    if (journal_write(e->journal, NULL, &ordinal, err) || journal_sync(e->journal, UINT64_MAX, err)) return -1;
    saved.scanned = ordinal;
    if (save_place(e, &saved, err)) return -1;
    if (write_file(e, number, base ? 0 : e->checkpoint_number, err) || save_all(e, &saved, err)) return -1;
    e->checkpoint_number = number;
    if (base) delete_old(e, e->checkpoint_base, number);
    e->checkpoint_base = saved.base;
    e->needed_from = needed_from(&saved);
    e->checkpoint_afresh = false;
    e->work = 0;
    e->stats.checkpoints++;
    return 0;
}

int checkpoint_maybe(struct engine *e, struct err *err)
{
    uint64_t limit = e->options.checkpoint_bytes ? e->options.checkpoint_bytes : WORK_BYTES_DEFAULT;

    if (e->in_memory || e->work < limit) return 0;
    return checkpoint_take(e, err);
}

/* ---- loading ---- */

/* Without a checkpoint there is no catalogue either. */
static int check_empty(struct engine *e, struct err *err)
{
    struct buf ids = {0};
    int failed = store_catalog_each(e->database, forget_object, &ids, err);

    if (!failed && ids.len) failed = err_set(err, ERR_DAMAGED, -1, "weir.db has a catalogue but no checkpoint");
    buf_free(&ids);
    return failed;
}

static int read_saved(struct engine *e, struct buf *bytes, struct saved *saved, struct err *err)
{
    int found = store_get(e->database, "checkpoint", bytes, err);

    if (found < 0 || (!found && check_empty(e, err))) return -1;
    if (!found) return 0;
    if (bytes->len < sizeof *saved) return err_set(err, ERR_DAMAGED, -1, "the checkpoint in weir.db is too short");
    memcpy(saved, bytes->ptr, sizeof *saved);
    put_u32(bytes->ptr + offsetof(struct saved, crc), 0);
    if (crc32c(0, bytes->ptr, bytes->len) != saved->crc)
        return err_set(err, ERR_DAMAGED, -1, "the checkpoint in weir.db has a wrong checksum");
    if (saved->version != SAVED_VERSION)
        return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: a checkpoint of version %u",
                       (unsigned)saved->version);
    if (bytes->len != sizeof *saved + saved->readings * sizeof(struct saved_reading) +
                          saved->streams * sizeof(struct saved_stream) + saved->aborted * sizeof(uint64_t))
        return err_set(err, ERR_DAMAGED, -1, "the checkpoint in weir.db has the wrong size");
    return 1;
}

int checkpoint_load_place(struct engine *e, struct checkpoint_place *place, int *found, struct err *err)
{
    struct buf bytes = {0};
    struct saved saved;
    int got = read_saved(e, &bytes, &saved, err);

    buf_free(&bytes);
    *found = got > 0;
    if (got <= 0) return got;
    *place = (struct checkpoint_place){
        .ordinal = saved.ordinal, .at = {{saved.at_file, saved.at_offset}, saved.at_first}, .scanned = saved.scanned};
    return 0;
}

struct loading {
    struct engine *engine;
    struct err *err;
    uint32_t objects;
};

static int load_ddl(struct engine *e, uint32_t id, struct buf *out, struct err *err)
{
    char key[32];
    int found;

    snprintf(key, sizeof key, "ddl.%u", (unsigned)id);
    found = store_get(e->database, key, out, err);
    if (found < 0) return -1;
    if (!found || out->len < 4 || ddl_crc(id, str_of(out->ptr, out->len - 4)) != get_u32(out->ptr + out->len - 4))
        return err_set(err, ERR_DAMAGED, -1, "the declaration of object %u in weir.db is missing or damaged",
                       (unsigned)id);
    out->len -= 4;
    return 0;
}

static int load_object(void *arg, uint32_t id, const char *kind, const char *name, const char *sql)
{
    struct loading *l = arg;
    struct buf ddl = {0};
    int failed;

    (void)kind;
    (void)name;
    (void)sql;
    failed = load_ddl(l->engine, id, &ddl, l->err) || ddl_restore(l->engine, str_of(ddl.ptr, ddl.len), id, l->err);
    buf_free(&ddl);
    l->objects++;
    return failed;
}

static int load_objects(struct engine *e, uint32_t objects, struct err *err)
{
    struct loading l = {e, err, 0};

    err->code = ERR_NONE;
    if (store_catalog_each(e->database, load_object, &l, err)) return -1;
    if (err->code != ERR_NONE) return -1;
    if (l.objects != objects) return err_set(err, ERR_DAMAGED, -1, "the catalogue in weir.db is not whole");
    return 0;
}

static int apply_pages(struct engine *e, struct checkpoint_reader *r, struct err *err)
{
    struct buf bytes = {0};
    struct graph *g;
    struct pages *p;
    uint32_t id;
    int failed = 0;

    for (int i = 0; !failed && (id = flow_query(e->main.flow, i, &g)) != 0; i++) {
        for (int n = 0; !failed && (p = graph_pages(g, n)) != NULL; n++) {
            char name[48];
            int got;

            section_name(name, id, n);
            bytes.len = 0;
            got = checkpoint_read(r, str_lit(name), &bytes, err);
            failed = got < 0 || (got && pages_apply(p, str_of(bytes.ptr, bytes.len), err));
        }
    }
    buf_free(&bytes);
    return failed ? -1 : 0;
}

static int apply_flow(struct engine *e, struct checkpoint_reader *r, struct err *err)
{
    struct buf bytes = {0};
    int got = checkpoint_read(r, str_lit("flow"), &bytes, err);

    if (got == 0) got = err_set(err, ERR_DAMAGED, -1, "a checkpoint without its section \"flow\"");
    if (got > 0) got = flow_load(e->main.flow, str_of(bytes.ptr, bytes.len), err);
    buf_free(&bytes);
    return got < 0 ? -1 : 0;
}

static int apply_file(struct engine *e, uint64_t number, uint64_t last, struct err *err)
{
    struct checkpoint_reader *r = checkpoint_reader_open(e->disk, e->dir, number, err);
    int failed = !r || apply_pages(e, r, err) || (number == last && apply_flow(e, r, err));

    checkpoint_reader_close(r);
    return failed ? -1 : 0;
}

/* Also of a source that no query reads at the moment: who comes next takes it as it was journalled. */
static int load_reading(struct engine *e, const struct saved_reading *s, struct err *err)
{
    const struct object *o = catalog_get(e->catalog, s->stream);
    struct reading *r;

    if (!o) return err_set(err, ERR_DAMAGED, -1, "the checkpoint in weir.db names an unknown source");
    if (reading_add(e, &e->main, o, err)) return -1;
    r = reading_of(&e->main, s->stream);
    r->memory = s->memory;
    reading_set(r);
    e->progress.bytes_total += s->memory.size - s->memory.offset;
    return 0;
}

static int load_memories(struct engine *e, const struct saved *saved, const char *at, struct err *err)
{
    for (uint32_t i = 0; i < saved->readings; i++, at += sizeof(struct saved_reading)) {
        struct saved_reading s;
        memcpy(&s, at, sizeof s);
        if (load_reading(e, &s, err)) return -1;
    }
    for (uint32_t i = 0; i < saved->streams; i++, at += sizeof(struct saved_stream)) {
        struct saved_stream s;
        struct stream_state *state;
        memcpy(&s, at, sizeof s);
        state = state_of(e, s.id);
        state->appended = s.appended;
        state->derived = s.derived;
        state->last_arrival = s.last_arrival;
        state->retention = s.retention;
    }
    for (uint32_t i = 0; i < saved->aborted; i++, at += sizeof(uint64_t)) epoch_aborted(e, get_u64(at));
    return 0;
}

int checkpoint_load(struct engine *e, struct err *err)
{
    struct buf bytes = {0};
    struct saved saved;
    int failed = read_saved(e, &bytes, &saved, err) <= 0;

    if (!failed) {
        e->replaying = true;
        failed = load_objects(e, saved.objects, err) || load_memories(e, &saved, bytes.ptr + sizeof saved, err);
        e->replaying = false;
    }
    if (!failed) {
        catalog_reserve(e->catalog, saved.next_id);
        e->epoch = saved.epoch;
        e->clock = saved.clock;
        e->checkpoint_number = saved.number;
        e->checkpoint_base = saved.base;
        e->needed_from = needed_from(&saved);
    }
    for (uint64_t n = saved.base; !failed && n <= saved.number; n++) failed = apply_file(e, n, saved.number, err);
    buf_free(&bytes);
    return failed ? -1 : 0;
}

static int verify_object(void *arg, uint32_t id, const char *kind, const char *name, const char *sql)
{
    struct loading *l = arg;
    struct buf ddl = {0};
    int failed = load_ddl(l->engine, id, &ddl, l->err);

    (void)name;
    (void)sql;
    if (!failed && strcmp(kind, "stream") == 0) failed = sharding_verify(l->engine, id, l->err);
    buf_free(&ddl);
    l->objects++;
    return failed;
}

int checkpoint_verify(struct engine *e, uint64_t *first, uint64_t *last, struct err *err)
{
    struct loading l = {e, err, 0};
    struct buf bytes = {0};
    struct saved saved = {0};
    int found = read_saved(e, &bytes, &saved, err);

    buf_free(&bytes);
    *first = saved.base;
    *last = saved.number;
    if (found <= 0) return found;
    err->code = ERR_NONE;
    if (store_catalog_each(e->database, verify_object, &l, err) || err->code != ERR_NONE) return -1;
    if (l.objects == saved.objects) return 0;
    return err_set(err, ERR_DAMAGED, -1, "the catalogue in weir.db is not whole");
}
