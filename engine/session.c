/* session.c - statements in, rows out; records in; epochs until there is nothing left to do. */
#include "engine/sharding.h"

#include "parser/split.h"
#include "parser/unparse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int check_alive(struct engine *e, struct err *err)
{
    if (!e->failed) return 0;
    *err = e->failure;
    return -1;
}

/* What failed leaves the directory as it was durable last: nothing may go on from what is in memory. */
static int after(struct engine *e, int result, struct err *err)
{
    if (result < 0 && (err->code == ERR_DISK || err->code == ERR_DAMAGED)) engine_fail(e, err);
    return result;
}

int engine_step(struct engine *e, struct err *err)
{
    int did;

    if (check_alive(e, err)) return -1;
    did = epoch_step(e, &e->main, err);
    if (did < 0) return engine_fail(e, err); /* half an epoch is in the operators */
    if ((did > 0 && checkpoint_maybe(e, err)) || upkeep(e, err)) return after(e, -1, err);
    return selects_step(e) || did;
}

int engine_drain(struct engine *e, progress_handler progress, void *arg, struct err *err)
{
    int did;

    while ((did = engine_step(e, err)) > 0) {
        if (progress) progress(arg, &e->progress);
        if (e->interrupted) {
            e->interrupted = 0;
            return err_set(err, ERR_INTERRUPTED, -1, "interrupted");
        }
    }
    if (did == 0) did = after(e, journal_sync(e->journal, UINT64_MAX, err), err);
    return did;
}

int engine_end(struct engine *e, const char *stream, struct err *err)
{
    const struct object *o = NULL;

    if (engine_drain(e, NULL, NULL, err)) return -1;
    if (stream) o = catalog_find(e->catalog, str_lit(stream), false, 1u << OBJECT_STREAM, -1, err);
    if (stream && !o) return -1;
    if (epoch_end(e, o ? o->id : 0, err)) return engine_fail(e, err);
    selects_close_streams(e, o ? o->id : 0);
    return 0;
}

/* ---- records in ---- */

int session_check_writable(const struct object *o, int at, struct err *err)
{
    if (o->kind != OBJECT_STREAM) return err_set(err, ERR_NAME, at, "%s is not a stream", o->name);
    if (o->system) return err_set(err, ERR_NAME, at, "%s is the system's own stream", o->name);
    if (o->plan) return err_set(err, ERR_NAME, at, "%s gets its rows from its own query", o->name);
    if (o->source == SOURCE_FILE) return err_set(err, ERR_NAME, at, "%s is read from a file", o->name);
    return 0;
}

/* Records on their way into the journal: neighbours of the same shard share an entry. */
struct run {
    struct engine *engine;
    const struct object *object;
    int64_t into; /* the shard that was asked for, or -1 */
    struct buf payload;
    uint32_t shard, count;
};

enum { RUN_BYTES = 8 * 1024 * 1024 };

static int run_put(struct run *r, struct err *err)
{
    struct engine *e = r->engine;

    if (!r->count) return 0;
    if (journal_put(e->journal, ENTRY_RECORDS, r->count, str_of(r->payload.ptr, r->payload.len), NULL, err)) return -1;
    sharding_count(e, r->object->id, r->shard, r->count);
    state_of(e, r->object->id)->appended += r->count;
    r->count = 0;
    return 0;
}

static int run_add(struct run *r, struct str data, struct err *err)
{
    struct str key = {0};
    uint32_t shard;

    if (data.len > RECORD_DATA_MAX) data.len = RECORD_DATA_MAX;
    shard = sharding_choose(r->engine, r->object, data, &key);
    if (r->into >= 0) shard = (uint32_t)r->into;
    if (r->count && (shard != r->shard || r->payload.len + data.len > RUN_BYTES) && run_put(r, err)) return -1;
    if (!r->count) record_run_begin(&r->payload, r->object->id, shard);
    r->shard = shard;
    r->count++;
    return record_run_add(&r->payload, key, data, err);
}

/* The shard takes records. */
static int check_shard(struct engine *e, const struct object *o, int64_t into, struct err *err)
{
    const struct shards *s = sharding_shards(e, o->id);

    if (into < 0 || (!s && into == 0)) return 0;
    if (s && into < shards_count(s) && shards_get(s, (uint32_t)into)->to == SHARD_OPEN) return 0;
    return err_set(err, ERR_VALUE, -1, "%s has no open shard %lld", o->name, (long long)into);
}

static int put_records(struct engine *e, const char *stream, int64_t into, const struct str *records, int n,
                       struct err *err)
{
    struct run run = {.engine = e, .into = into};
    int failed = 0;

    if (check_alive(e, err)) return -1;
    run.object = catalog_find(e->catalog, str_lit(stream), false, 1u << OBJECT_STREAM, -1, err);
    if (!run.object || session_check_writable(run.object, -1, err) || check_shard(e, run.object, into, err)) return -1;
    for (int i = 0; !failed && i < n; i++) failed = run_add(&run, records[i], err);
    if (!failed) failed = run_put(&run, err);
    buf_free(&run.payload);
    return after(e, failed, err);
}

int engine_put(struct engine *e, const char *stream, const struct str *records, int n, struct err *err)
{
    return put_records(e, stream, -1, records, n, err);
}

int engine_append_to(struct engine *e, const char *stream, uint32_t shard, const struct str *records, int n,
                     struct err *err)
{
    if (put_records(e, stream, shard, records, n, err)) return -1;
    return after(e, journal_sync(e->journal, UINT64_MAX, err), err);
}

int engine_append(struct engine *e, const char *stream, const struct str *records, int n, struct err *err)
{
    if (engine_put(e, stream, records, n, err)) return -1;
    return after(e, journal_sync(e->journal, UINT64_MAX, err), err);
}

uint64_t engine_appended(struct engine *e, const char *stream)
{
    const struct object *o = catalog_find(e->catalog, str_lit(stream), false, 1u << OBJECT_STREAM, -1, NULL);

    return o ? state_of(e, o->id)->appended : 0;
}

struct bind_context session_context(struct engine *e)
{
    return (struct bind_context){.catalog = e->catalog,
                                 .dialect = e->dialect,
                                 .now = journal_clock(e->journal),
                                 .max_ahead_default = e->options.no_max_ahead ? USEC_MAX : USEC_HOUR};
}

/* ---- statements ---- */

int session_read_set(const struct statement *s, enum dialect *dialect, struct err *err)
{
    struct str name = s->name.parts[0].text, value = {0};
    const struct expr *v = s->set.value;

    if (!str_equal_nocase(name, str_lit("dialect")))
        return err_set(err, ERR_UNSUPPORTED, s->name.at, "not supported yet: SET %.*s", (int)name.len, name.ptr);
    if (v->kind == EXPR_TEXT) value = v->text;
    if (str_equal_nocase(value, str_lit("kinesis")))
        *dialect = DIALECT_KINESIS;
    else if (str_equal_nocase(value, str_lit("weir")))
        *dialect = DIALECT_WEIR;
    else
        return err_set(err, ERR_VALUE, v->at, "dialect is 'weir' or 'kinesis'");
    return 0;
}

static int unsupported(const struct statement *s, const char *what, struct err *err)
{
    return err_set(err, ERR_UNSUPPORTED, s->at, "not supported yet: %s", what);
}

/* A SELECT sees everything that was put in before it. */
static int run_sqlite(struct engine *e, struct str sql, rows_handler handler, void *arg, enum answer *answer,
                      struct err *err)
{
    *answer = ANSWER_ROWS;
    if (engine_drain(e, NULL, NULL, err)) return -1;
    return database_run(e->database, sql, handler, arg, err);
}

/* What a query has done is asked once it has done all there is. */
static int explain(struct engine *e, const struct statement *s, struct arena *arena, rows_handler handler, void *arg,
                   enum answer *answer, struct err *err)
{
    *answer = ANSWER_ROWS;
    if (s->explain.kind == EXPLAIN_ANALYZE && engine_drain(e, NULL, NULL, err)) return -1;
    return explain_execute(e, s, arena, handler, arg, err);
}

static int show_shards(struct engine *e, const struct statement *s, rows_handler handler, void *arg,
                       enum answer *answer, struct err *err)
{
    struct buf sql = {0};
    const struct ident *last = s->show.of.count ? &s->show.of.parts[s->show.of.count - 1] : NULL;
    const struct object *o = NULL;
    int failed;

    if (last && !(o = catalog_find(e->catalog, last->text, last->quoted, 1u << OBJECT_STREAM, last->at, err)))
        return -1;
    buf_puts(&sql, "SELECT * FROM weir_shards");
    if (o) buf_puts(&sql, " WHERE stream = ");
    if (o) unparse_string(&sql, str_lit(o->name));
    failed = run_sqlite(e, str_of(sql.ptr, sql.len), handler, arg, answer, err);
    buf_free(&sql);
    return failed;
}

static int execute(struct engine *e, const struct statement *s, struct str sql, const char *base_dir,
                   struct arena *arena, rows_handler handler, void *arg, enum answer *answer, struct err *err)
{
    switch (s->kind) {
    case STATEMENT_CREATE_STREAM:
    case STATEMENT_CREATE_PUMP:
    case STATEMENT_CREATE_VIEW:
    case STATEMENT_ALTER:
    case STATEMENT_CREATE_FUNCTION: return ddl_execute(e, s, sql, base_dir, err);
    case STATEMENT_DROP:
        if (s->object == DDL_TABLE) return run_sqlite(e, sql, handler, arg, answer, err);
        if (s->object == DDL_DASHBOARD) return unsupported(s, "DROP of this kind", err);
        return ddl_execute(e, s, sql, base_dir, err);
    case STATEMENT_QUERY:
        if (s->select->kind == SELECT_PLAIN && s->select->plain.stream) {
            *answer = ANSWER_STREAM;
            return select_begin(e, s, handler, arg, err);
        }
        return run_sqlite(e, sql, handler, arg, answer, err);
    case STATEMENT_INSERT:
        if (catalog_find(e->catalog, s->insert.target.parts[s->insert.target.count - 1].text, false,
                         1u << OBJECT_STREAM | 1u << OBJECT_VIEW, -1, NULL))
            return insert_execute(e, s, sql, arena, err);
        return run_sqlite(e, sql, handler, arg, answer, err);
    case STATEMENT_SET: return session_read_set(s, &e->dialect, err);
    case STATEMENT_SQLITE: return run_sqlite(e, sql, handler, arg, answer, err);
    case STATEMENT_CREATE_TABLE: return unsupported(s, "CREATE TABLE ... FROM a file", err);
    case STATEMENT_CREATE_DASHBOARD: return unsupported(s, "CREATE DASHBOARD", err);
    case STATEMENT_COPY: return unsupported(s, "COPY", err);
    case STATEMENT_SHOW:
        if (s->show.what == SHOW_SHARDS) return show_shards(e, s, handler, arg, answer, err);
        if (show_query(s)) return run_sqlite(e, str_lit(show_query(s)), handler, arg, answer, err);
        *answer = ANSWER_ROWS;
        return show_execute(e, s, handler, arg, err);
    case STATEMENT_DESCRIBE: *answer = ANSWER_ROWS; return describe_execute(e, s, handler, arg, err);
    case STATEMENT_EXPLAIN: return explain(e, s, arena, handler, arg, answer, err);
    case STATEMENT_VERIFY: return unsupported(s, "VERIFY VIEW", err);
    case STATEMENT_DIFF: return unsupported(s, "DIFF VIEW", err);
    }
    return unsupported(s, "this statement", err);
}

bool session_is_ours(struct str sql)
{
    static const char *const ours[] = {"VIEW", "MATERIALIZED", "STREAM", "PUMP", "FUNCTION"};
    char word[4][16] = {{0}};
    char *text = mem_zalloc(sql.len + 1);
    int words, at = 1;
    bool found = false;

    memcpy(text, sql.ptr, sql.len);
    words = sscanf(text, "%15s %15s %15s %15s", word[0], word[1], word[2], word[3]);
    free(text);
    if (words > 2 && strcasecmp(word[0], "SELECT") == 0 && strcasecmp(word[1], "STREAM") == 0)
        return strcasecmp(word[2], "FROM") != 0; /* unless it is a column */
    if (words < 2 || strcasecmp(word[0], "CREATE") != 0) return false;
    if (strcasecmp(word[1], "OR") == 0 && strcasecmp(word[2], "REPLACE") == 0) at = 3;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) found |= strcasecmp(word[at], ours[i]) == 0;
    return found;
}

/* SQLite lets a comment end with the text; weir does not, but for the applications of the old service. */
static bool is_open(struct str sql)
{
    struct split split = split_text(sql);
    bool open = split.end == SPLIT_OPEN_COMMENT;

    split_free(&split);
    return open;
}

/* What weir's parser refuses but SQLite may know goes to SQLite; if that refuses it, too, weir's own message is better.
 */
static int try_sqlite(struct engine *e, struct str sql, rows_handler handler, void *arg, enum answer *answer,
                      struct err *err)
{
    struct err sqlite_says;

    if (err->code != ERR_SYNTAX || session_is_ours(sql) || is_open(sql)) return -1;
    if (run_sqlite(e, sql, handler, arg, answer, &sqlite_says) == 0) return 0;
    if (sqlite_says.code != ERR_SYNTAX) *err = sqlite_says;
    return -1;
}

int engine_execute(struct engine *e, struct str sql, const char *base_dir, rows_handler handler, void *arg,
                   enum answer *answer, struct err *err)
{
    int open_comment;
    struct parse_options options = {e->dialect, &open_comment};
    struct arena *arena;
    struct statement *s = NULL;
    int result;

    *answer = ANSWER_DONE;
    err->at = -1;
    if (check_alive(e, err)) return -1;
    e->interrupted = 0;
    arena = arena_new();
    if (parse_statement(arena, sql, &options, &s, err))
        result = try_sqlite(e, sql, handler, arg, answer, err);
    else
        result = s ? execute(e, s, sql, base_dir, arena, handler, arg, answer, err) : 0;
    if (!result && open_comment >= 0) engine_warn(e, "a comment has no end: it ends the file");
    arena_free(arena);
    return after(e, result, err);
}
