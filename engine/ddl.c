/* ddl.c - objects come and go.
 * An ENTRY_DDL: i64 now, u32 dialect, u32 flags (1: built from history; 2: the main group had used up the journal
 * before it; 4, 8: ALTER PUMP has started or stopped it since), u32 length of the base directory, the base directory,
 * the statement's text. Applying it is deterministic: the same entry makes the same object with the same
 * number, live and when a directory is opened again. */
#include "engine/sharding.h"

#include "parser/unparse.h"
#include "runtime/view.h"

#include <stdlib.h>
#include <string.h>

enum { DDL_HEAD = 20, DDL_BUILD = 1, DDL_CAUGHT_UP = 2, DDL_RUN_SHIFT = 2, DDL_RUN_MASK = 3 };

void ddl_pack(const struct ddl *ddl, struct buf *out)
{
    char head[DDL_HEAD];
    size_t base = ddl->base_dir ? strlen(ddl->base_dir) : 0;

    put_u64(head, (uint64_t)ddl->now);
    put_u32(head + 8, (uint32_t)ddl->dialect);
    put_u32(head + 12, (ddl->build ? DDL_BUILD : 0u) | (ddl->caught_up ? DDL_CAUGHT_UP : 0u) |
                           (uint32_t)ddl->run << DDL_RUN_SHIFT);
    put_u32(head + 16, (uint32_t)base);
    buf_put(out, head, sizeof head);
    buf_put(out, ddl->base_dir, base);
    buf_put(out, ddl->sql.ptr, ddl->sql.len);
}

int ddl_unpack(struct str p, struct arena *arena, struct ddl *out, struct err *err)
{
    size_t base = p.len >= DDL_HEAD ? get_u32(p.ptr + 16) : 0;

    if (p.len < DDL_HEAD || p.len - DDL_HEAD < base)
        return err_set(err, ERR_DAMAGED, -1, "a journal entry of DDL is too short");
    *out = (struct ddl){
        .now = (usec)get_u64(p.ptr),
        .dialect = (enum dialect)get_u32(p.ptr + 8),
        .build = get_u32(p.ptr + 12) & DDL_BUILD,
        .caught_up = get_u32(p.ptr + 12) & DDL_CAUGHT_UP,
        .run = (enum ddl_run)(get_u32(p.ptr + 12) >> DDL_RUN_SHIFT & DDL_RUN_MASK),
        .base_dir = base ? arena_copy(arena, p.ptr + DDL_HEAD, base) : NULL,
    };
    p = str_of(p.ptr + DDL_HEAD + base, p.len - DDL_HEAD - base);
    out->sql = str_of(arena_copy(arena, p.ptr, p.len), p.len);
    return 0;
}

static void bind_warning(void *arg, int at, const char *message)
{
    (void)at;
    engine_warn(arg, "%s", message);
}

/* A relative path is relative to the query file. */
static void resolve_path(struct object *o, const char *base_dir)
{
    if (!o->path || o->path[0] == '/' || !base_dir) return;
    o->path = arena_printf(o->arena, "%s/%s", base_dir, o->path);
}

static struct bind_context bind_context_of(struct engine *e, const struct ddl *ddl)
{
    return (struct bind_context){
        .catalog = e->catalog,
        .dialect = ddl->dialect,
        .now = ddl->now,
        .max_ahead_default = e->options.no_max_ahead ? USEC_MAX : USEC_HOUR,
        .warn = e->replaying ? NULL : bind_warning,
        .warn_arg = e,
    };
}

/* The object a CREATE makes, resolved and checked; not in the catalogue. */
static struct object *bind_object(const struct bind_context *ctx, const struct ddl *ddl, const struct statement *s,
                                  struct err *err)
{
    struct object *o = bind_create(ctx, s, err);
    struct buf text = {0}, entry = {0};

    if (!o) return NULL;
    unparse(&text, s);
    o->sql = arena_copy(o->arena, text.ptr, text.len);
    buf_free(&text);
    resolve_path(o, ddl->base_dir);
    if (ddl->run != RUN_AS_SAID) o->stopped = ddl->run == RUN_STOPPED;
    ddl_pack(ddl, &entry);
    o->ddl = str_of(arena_copy(o->arena, entry.ptr, entry.len), entry.len);
    buf_free(&entry);
    return o;
}

/* What the new object takes the place of, or NULL. */
struct object *ddl_replaced(const struct catalog *c, const struct object *o)
{
    unsigned kinds = o->kind == OBJECT_PUMP ? 1u << OBJECT_PUMP : 1u << OBJECT_STREAM | 1u << OBJECT_VIEW;

    if (o->kind == OBJECT_FUNCTION) return catalog_overload(c, o);
    return catalog_find(c, str_lit(o->name), o->quoted, kinds, -1, NULL);
}

static struct str statement_name(const struct statement *s, bool *quoted)
{
    const struct ident *last = &s->name.parts[s->name.count - 1];

    *quoted = last->quoted;
    return last->text;
}

static unsigned kinds_of(const struct statement *s)
{
    switch (s->kind) {
    case STATEMENT_CREATE_PUMP: return 1u << OBJECT_PUMP;
    case STATEMENT_DROP:
        if (s->object == DDL_PUMP) return 1u << OBJECT_PUMP;
        if (s->object == DDL_FUNCTION) return 1u << OBJECT_FUNCTION;
        return s->object == DDL_VIEW ? 1u << OBJECT_VIEW : 1u << OBJECT_STREAM;
    default: return 1u << OBJECT_STREAM | 1u << OBJECT_VIEW;
    }
}

static struct object *existing(const struct catalog *c, const struct statement *s, struct err *err)
{
    bool quoted;
    struct str name = statement_name(s, &quoted);

    return catalog_find(c, name, quoted, kinds_of(s), s->name.at, err);
}

/* Whether the streams that a query reads have a past that its group has used. */
static bool plan_has_past(struct engine *e, const struct plan *p)
{
    if (p->kind == PLAN_SCAN) {
        const struct object *o = p->object;
        const struct stream_state *s = state_of(e, o->id);
        const struct reading *r = reading_of(&e->main, o->id);
        struct operator *view = o->kind == OBJECT_VIEW ? flow_end_of(e->main.flow, o->id) : NULL;

        if (r) return r->memory.offset > 0;
        if (view) return view_row_count(view) > 0;
        return s->appended || s->derived;
    }
    for (int i = 0; i < p->inputs; i++) {
        if (plan_has_past(e, p->input[i])) return true;
    }
    return false;
}

static int add_readings(struct engine *e, const struct plan *p, struct err *err)
{
    if (p->kind == PLAN_SCAN && p->object->kind == OBJECT_STREAM && p->object->source == SOURCE_FILE)
        return reading_add(e, &e->main, p->object, err);
    for (int i = 0; i < p->inputs; i++) {
        if (add_readings(e, p->input[i], err)) return -1;
    }
    return 0;
}

static int journal_ddl(struct engine *e, struct ddl *ddl, struct err *err)
{
    struct buf entry = {0};
    uint64_t ticket;
    int failed;

    if (journal_write(e->journal, NULL, &ddl->ordinal, err)) return -1;
    ddl_pack(ddl, &entry);
    failed = journal_put(e->journal, ENTRY_DDL, 1, str_of(entry.ptr, entry.len), &ticket, err) ||
             journal_sync(e->journal, ticket, err);
    buf_free(&entry);
    return failed ? -1 : 0;
}

/* A query whose building is broken off is no more; what it has written stays. */
static int give_up(struct engine *e, const struct object *o, struct err *err)
{
    struct buf sql = {0};
    struct ident name = {.text = str_lit(o->name), .quoted = true};
    struct ddl drop = {.now = journal_clock(e->journal), .dialect = e->dialect};
    int failed;

    buf_printf(&sql, "DROP %s ", o->kind == OBJECT_STREAM ? "STREAM" : o->kind == OBJECT_VIEW ? "VIEW" : "PUMP");
    unparse_ident(&sql, &name);
    drop.sql = str_of(sql.ptr, sql.len);
    epoch_skip(e);
    build_free(e->build);
    e->build = NULL;
    failed = journal_ddl(e, &drop, err);
    buf_free(&sql);
    return failed ? engine_fail(e, err) : 0;
}

static int build_to_end(struct engine *e, struct err *err)
{
    int did;

    while ((did = epoch_step(e, e->build, err)) > 0) {
        if (e->interrupted) return err_set(err, ERR_INTERRUPTED, -1, "interrupted");
    }
    return did;
}

static int build_live(struct engine *e, struct err *err)
{
    struct err second;

    if (build_to_end(e, err)) {
        bool disk = err->code == ERR_DISK || err->code == ERR_DAMAGED;
        if (disk || give_up(e, catalog_get(e->catalog, e->build->id), &second)) engine_fail(e, err);
        return -1;
    }
    if (epoch_join(e, e->build, err)) return engine_fail(e, err);
    build_free(e->build);
    e->build = NULL;
    return 0;
}

int ddl_attach(struct engine *e, const struct object *o, struct err *err)
{
    if (flow_add(e->main.flow, e->catalog, o, err)) return -1;
    return add_readings(e, o->plan, err);
}

static int attach(struct engine *e, const struct object *o, bool build, struct err *err)
{
    if (!o->plan || o->stopped) return 0;
    if (build) {
        if (build_begin(e, o, &e->build, err)) return -1;
        return e->replaying ? 0 : build_live(e, err);
    }
    return ddl_attach(e, o, err);
}

static void remove_object(struct engine *e, struct object *o)
{
    if (e->build && e->build->id == o->id) {
        build_free(e->build);
        e->build = NULL;
    }
    selects_end(e);
    flow_remove(e->main.flow, o->id);
    readings_rewind(&e->main);
    reading_forget(&e->main, o->id);
    relations_forget(e, o);
    sharding_free(state_of(e, o->id)->sharding);
    state_of(e, o->id)->sharding = NULL;
    catalog_remove(e->catalog, o->id);
}

static int apply_create_function(struct engine *e, const struct ddl *ddl, const struct statement *s, struct err *err)
{
    struct bind_context ctx = bind_context_of(e, ddl);
    struct object *o = bind_object(&ctx, ddl, s, err), *old = o ? ddl_replaced(e->catalog, o) : NULL;

    if (!o) return -1;
    if (old) remove_object(e, old);
    catalog_add(e->catalog, o, 0);
    return 0;
}

static int apply_create(struct engine *e, const struct ddl *ddl, const struct statement *s, struct err *err)
{
    struct bind_context ctx = bind_context_of(e, ddl);
    struct object *o, *old = existing(e->catalog, s, NULL);

    if (old && s->replace) remove_object(e, old);
    o = bind_object(&ctx, ddl, s, err);
    if (!o) return -1;
    catalog_add(e->catalog, o, 0);
    state_of(e, o->id)->last_arrival = ddl->now;
    state_of(e, o->id)->retention = o->retention;
    sharding_begin(e, o, ddl->ordinal, ddl->now);
    if (attach(e, o, ddl->build, err) == 0) return 0;
    if (!flow_has(e->main.flow, o->id) && !e->build) remove_object(e, o);
    return -1;
}

/* DROP FUNCTION drops all functions of the name. */
static int apply_drop(struct engine *e, const struct statement *s, struct err *err)
{
    struct object *o = existing(e->catalog, s, err);

    if (!o) return -1;
    do {
        remove_object(e, o);
    } while (s->object == DDL_FUNCTION && (o = existing(e->catalog, s, NULL)) != NULL);
    return 0;
}

/* Goes on with a query whose building was cut short. */
int ddl_continue_build(struct engine *e, struct err *err)
{
    uint32_t id = e->build ? e->build->id : 0;

    if (!id || build_live(e, err) == 0) return 0;
    if (e->failed) return -1;
    engine_warn(e, "%s was dropped: %s", catalog_get(e->catalog, id)->name, err->text);
    remove_object(e, catalog_get(e->catalog, id));
    return 0;
}

static int parse(const struct ddl *ddl, struct arena *arena, struct statement **out, struct err *err)
{
    struct parse_options options = {.dialect = ddl->dialect};

    if (parse_statement(arena, ddl->sql, &options, out, err)) return -1;
    return *out ? 0 : err_set(err, ERR_DAMAGED, -1, "a journal entry of DDL without a statement");
}

/* ALTER STREAM s SET (...) */
static bool sets_stream(const struct statement *s)
{
    return s->alter.object == DDL_STREAM && s->alter.action == ALTER_SET;
}

static int apply_set(struct engine *e, const struct ddl *ddl, struct arena *arena, const struct statement *s,
                     struct err *err)
{
    struct bind_context ctx = bind_context_of(e, ddl);
    const struct object *o = existing(e->catalog, s, err);
    struct stream_change change;

    if (!o || bind_alter_stream(&ctx, arena, s, &change, err)) return -1;
    if (change.retention != USEC_MIN) state_of(e, o->id)->retention = change.retention;
    return change.shards ? sharding_alter(e, o->id, change.shards, ddl->ordinal, ddl->now, err) : 0;
}

static int apply(struct engine *e, const struct ddl *ddl, struct arena *arena, const struct statement *s,
                 struct err *err)
{
    switch (s->kind) {
    case STATEMENT_DROP: return apply_drop(e, s, err);
    case STATEMENT_ALTER: return sets_stream(s) ? apply_set(e, ddl, arena, s, err) : alter_apply(e, s, err);
    case STATEMENT_CREATE_FUNCTION: return apply_create_function(e, ddl, s, err);
    default: return apply_create(e, ddl, s, err);
    }
}

int ddl_apply(struct engine *e, const struct ddl *ddl, struct err *err)
{
    struct arena *arena = arena_new();
    struct statement *s;
    int failed = parse(ddl, arena, &s, err);

    if (!failed) failed = apply(e, ddl, arena, s, err);
    arena_free(arena);
    return failed;
}

static int restore(struct engine *e, const struct ddl *ddl, struct arena *arena, uint32_t id, struct err *err)
{
    struct bind_context ctx = bind_context_of(e, ddl);
    struct statement *s;
    struct object *o;

    if (parse(ddl, arena, &s, err)) return -1;
    o = bind_object(&ctx, ddl, s, err);
    if (!o) return -1;
    catalog_add(e->catalog, o, id);
    if (sharding_load(e, o, err)) return -1;
    return attach(e, o, false, err);
}

int ddl_restore(struct engine *e, struct str payload, uint32_t id, struct err *err)
{
    struct arena *arena = arena_new();
    struct ddl ddl;
    int failed = ddl_unpack(payload, arena, &ddl, err) || restore(e, &ddl, arena, id, err);

    arena_free(arena);
    return failed ? -1 : 0;
}

static int check_source(struct engine *e, const struct object *stream, int at, struct err *err)
{
    struct file *file;

    if (stream->source != SOURCE_FILE) return 0;
    if (disk_open(e->disk, stream->path, DISK_READ, &file, err)) {
        err->code = ERR_INPUT;
        err->at = at;
        return -1;
    }
    disk_close(file);
    return 0;
}

/* A file is looked at when the stream is declared, and again when a query is that reads it: once the query is
 * journalled there is no way back. */
static int check_sources(struct engine *e, const struct plan *p, int at, struct err *err)
{
    if (p->kind == PLAN_SCAN && p->object->kind == OBJECT_STREAM) return check_source(e, p->object, at, err);
    for (int i = 0; i < p->inputs; i++) {
        if (check_sources(e, p->input[i], at, err)) return -1;
    }
    return 0;
}

/* The object may go: nobody reads it, writes to it or calls it. */
static int check_unused(const struct catalog *c, const struct object *o, int at, struct err *err)
{
    const struct object *reader = catalog_reader(c, o->id), *caller = catalog_caller(c, o->id);

    if (caller) return err_set(err, ERR_NAME, at, "%s is used by %s: drop that first", o->name, caller->name);
    if (reader) return err_set(err, ERR_NAME, at, "%s is read by %s: drop that first", o->name, reader->name);
    for (int i = 0; (reader = catalog_at(c, i)) != NULL; i++) {
        if (reader != o && reader->kind == OBJECT_PUMP && reader->target == o->id)
            return err_set(err, ERR_NAME, at, "%s is written by the pump %s: drop that first", o->name, reader->name);
    }
    return 0;
}

/* The others use up what there is before a query is built beside them, so that what it reads as history, and what it
 * reads beside them later, does not depend on where their epochs were cut; and before one goes or stops, so that it has
 * seen what was put in before. */
static int catch_up(struct engine *e, struct ddl *ddl, struct err *err)
{
    int did;

    ddl->caught_up = true;
    while ((did = epoch_step(e, &e->main, err)) > 0) {
        if (e->interrupted) return err_set(err, ERR_INTERRUPTED, -1, "interrupted");
    }
    return did < 0 ? engine_fail(e, err) : 0;
}

/* 1: the same object stands there already (resuming a query file); 0: the name is free, or is to be replaced. */
static int check_name(const struct catalog *c, const struct statement *s, const struct object *o, struct err *err)
{
    struct object *old = ddl_replaced(c, o);

    if (!old) return 0;
    if (old->kind == o->kind && strcmp(old->sql, o->sql) == 0) return 1;
    if (s->if_not_exists) return 1;
    if (old->system) return err_set(err, ERR_NAME, s->name.at, "%s is the system's own stream", old->name);
    if (!s->replace)
        return err_set(err, ERR_NAME, s->name.at,
                       "there is another %s \"%s\" already: use OR REPLACE, or drop it first",
                       object_kind_name(old->kind), old->name);
    return check_unused(c, old, s->name.at, err);
}

int ddl_check_create(struct engine *e, const struct bind_context *ctx, const struct ddl *ddl, const struct statement *s,
                     struct object **out, struct err *err)
{
    struct object *o = *out = bind_object(ctx, ddl, s, err);
    int same;

    if (!o) return -1;
    same = check_name(ctx->catalog, s, o, err);
    if (same == 0) same = check_source(e, o, s->name.at, err);
    if (same == 0 && o->plan) same = check_sources(e, o->plan, s->name.at, err);
    if (same == 0 && o->plan) same = graph_check(o->plan, o->kind == OBJECT_VIEW ? GRAPH_VIEW : GRAPH_COLLECT, err);
    if (same == 0) return 0;
    object_free(o);
    *out = NULL;
    return same;
}

/* The name is that of an object of another kind. */
static int refuse_kind(const struct catalog *c, const struct statement *s, struct err *err)
{
    static const char *const upper[] = {
        [OBJECT_STREAM] = "STREAM", [OBJECT_VIEW] = "VIEW", [OBJECT_PUMP] = "PUMP", [OBJECT_FUNCTION] = "FUNCTION"};
    bool quoted;
    struct str name = statement_name(s, &quoted);
    const struct object *o = catalog_find(c, name, quoted, ~0u, -1, NULL);

    if (!o) return 0;
    return err_set(err, ERR_NAME, s->name.at, "\"%s\" is a %s: write DROP %s", o->name, object_kind_name(o->kind),
                   upper[o->kind]);
}

/* All functions of the name go. */
static int check_functions_unused(const struct catalog *c, const struct object *first, int at, struct err *err)
{
    const struct object *o;

    for (int i = 0; (o = catalog_at(c, i)) != NULL; i++) {
        if (o->kind != OBJECT_FUNCTION || !str_equal_nocase(str_lit(o->name), str_lit(first->name))) continue;
        if (check_unused(c, o, at, err)) return -1;
    }
    return 0;
}

int ddl_check_drop(const struct catalog *c, const struct statement *s, struct object **out, struct err *err)
{
    struct object *o = *out = existing(c, s, err);

    if (!o && refuse_kind(c, s, err)) return -1;
    if (!o) return s->if_exists ? 1 : -1;
    if (o->system) return err_set(err, ERR_NAME, s->name.at, "%s is the system's own stream", o->name);
    if (s->object == DDL_FUNCTION) return check_functions_unused(c, o, s->name.at, err);
    return check_unused(c, o, s->name.at, err);
}

static int execute_create(struct engine *e, struct ddl *ddl, const struct statement *s, struct err *err)
{
    struct bind_context ctx = bind_context_of(e, ddl);
    struct object *o, *old;
    int same = ddl_check_create(e, &ctx, ddl, s, &o, err);

    if (same) return same > 0 ? 0 : -1;
    old = ddl_replaced(e->catalog, o);
    ddl->build = o->plan && !o->stopped && plan_has_past(e, o->plan);
    if (ddl->build || (old && old->plan)) same = catch_up(e, ddl, err);
    object_free(o);
    if (same) return -1;
    if (journal_ddl(e, ddl, err)) return engine_fail(e, err);
    return ddl_apply(e, ddl, err);
}

/* 1: it is so already. */
static int check_set(struct engine *e, const struct ddl *ddl, struct arena *arena, const struct statement *s,
                     struct err *err)
{
    struct bind_context ctx = bind_context_of(e, ddl);
    const struct object *o = existing(e->catalog, s, err);
    struct stream_change change;

    if (!o || bind_alter_stream(&ctx, arena, s, &change, err)) return -1;
    if (o->system) return err_set(err, ERR_NAME, s->name.at, "%s is the system's own stream", o->name);
    if (!sharding_shards(e, o->id))
        return err_set(err, ERR_NAME, s->name.at, "%s is read from a file: it has no shards and no retention", o->name);
    if (shards_count(sharding_shards(e, o->id)) + 2 * (uint32_t)change.shards > SHARDS_MAX)
        return err_set(err, ERR_LIMIT, s->name.at, "%s has had too many shards", o->name);
    return (!change.shards || change.shards == sharding_open_count(e, o->id)) &&
           (change.retention == USEC_MIN || change.retention == state_of(e, o->id)->retention);
}

/* What is too old by now goes at once. */
static int execute_set(struct engine *e, struct ddl *ddl, const struct statement *s, struct err *err)
{
    struct arena *arena = arena_new();
    int same = check_set(e, ddl, arena, s, err);

    arena_free(arena);
    if (same < 0) return -1;
    if (!same && journal_ddl(e, ddl, err)) return engine_fail(e, err);
    if (!same && ddl_apply(e, ddl, err)) return -1;
    return engine_drain(e, NULL, NULL, err);
}

static int execute_alter(struct engine *e, struct ddl *ddl, const struct statement *s, struct err *err)
{
    struct object *o;
    int done;

    if (sets_stream(s)) return execute_set(e, ddl, s, err);
    done = alter_check(e->catalog, s, &o, err);
    if (done) return done > 0 ? 0 : -1;
    if (check_sources(e, o->plan, s->name.at, err) || catch_up(e, ddl, err)) return -1;
    if (journal_ddl(e, ddl, err)) return engine_fail(e, err);
    return ddl_apply(e, ddl, err);
}

static int execute_drop(struct engine *e, struct ddl *ddl, const struct statement *s, struct err *err)
{
    struct object *o;
    int absent = ddl_check_drop(e->catalog, s, &o, err);

    if (absent) return absent > 0 ? 0 : -1;
    if (o->plan && catch_up(e, ddl, err)) return -1;
    if (journal_ddl(e, ddl, err)) return engine_fail(e, err);
    return ddl_apply(e, ddl, err);
}

int ddl_execute(struct engine *e, const struct statement *s, struct str sql, const char *base_dir, struct err *err)
{
    struct ddl ddl = {.now = journal_clock(e->journal), .dialect = e->dialect, .base_dir = base_dir, .sql = sql};

    switch (s->kind) {
    case STATEMENT_DROP: return execute_drop(e, &ddl, s, err);
    case STATEMENT_ALTER: return execute_alter(e, &ddl, s, err);
    default: return execute_create(e, &ddl, s, err);
    }
}
