/* database.c - opens the connection and runs statements. See database.h.
 *
 * The journal is truncated, not deleted, at a commit (one sync less of the directory); locking_mode=EXCLUSIVE keeps the
 * lock and the cache from open to close; temporary tables and sorters stay in memory. Text in double quotes is a name,
 * never a string. */
#include "sqlite/connection.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_BYTES_MAX = 1000000000, INTERRUPT_STEPS = 1000 /* of SQLite's machine, between two looks at the flag */ };

/* Opening and closing. */

static int check_interrupt(void *arg)
{
    struct database *db = arg;

    return db->running && atomic_load(&db->interrupted);
}

static int connect(struct database *db, const char *path, struct err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

    if (sqlite3_open_v2(path ? VFS_DATABASE : ":memory:", &db->sqlite, flags, vfs_name(db->vfs)))
        return database_fail(db, str_of(NULL, 0), err);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_set_authorizer(db->sqlite, guard_authorize, db);
    sqlite3_progress_handler(db->sqlite, INTERRUPT_STEPS, check_interrupt, db);
    db->vtabs = vtabs_new(db->sqlite, &db->failure);
    if (functions_register(db, err)) return -1;
    return database_execute(db,
                            "PRAGMA locking_mode=EXCLUSIVE;"
                            "PRAGMA temp_store=MEMORY;"
                            "PRAGMA cell_size_check=ON;"
                            "PRAGMA journal_mode=TRUNCATE;"
                            "PRAGMA synchronous=FULL",
                            err);
}

int database_open(struct disk *disk, const char *path, struct database **out, struct err *err)
{
    struct database *db = mem_zalloc(sizeof *db);

    db->vfs = vfs_new(path ? disk : NULL, path);
    if (connect(db, path, err) || store_open(db, err)) {
        database_close(db);
        return -1;
    }
    *out = db;
    return 0;
}

void database_close(struct database *db)
{
    int rc;

    if (!db) return;
    rc = sqlite3_close(db->sqlite);
    assert(rc == SQLITE_OK); /* every statement has been finalized */
    (void)rc;
    vtabs_free(db->vtabs);
    vfs_free(db->vfs);
    free(db);
}

int database_execute(struct database *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) ? database_fail(db, str_of(NULL, 0), err) : 0;
}

void database_relations(struct database *db, relation_finder find, relation_lister list, void *arg)
{
    vtabs_source(db->vtabs, find, list, arg);
}

void database_forget(struct database *db, const char *name)
{
    vtabs_forget(db->vtabs, name);
}

int database_check(struct database *db, struct err *err)
{
    sqlite3_stmt *stmt;
    const char *says;
    int rc = sqlite3_prepare_v2(db->sqlite, "PRAGMA integrity_check(1)", -1, &stmt, NULL);

    if (rc) return database_fail(db, str_of(NULL, 0), err);
    rc = sqlite3_step(stmt);
    says = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    if (says && strcmp(says, "ok") != 0)
        err_set(err, ERR_DAMAGED, -1, "weir.db is damaged: %s", says);
    else if (!says)
        database_fail(db, str_of(NULL, 0), err);
    rc = says && strcmp(says, "ok") == 0 ? 0 : -1;
    sqlite3_finalize(stmt);
    return rc;
}

void database_interrupt(struct database *db)
{
    atomic_store(&db->interrupted, true);
}

/* Compiling one statement. */

static size_t skip_line(struct str sql, size_t at)
{
    while (at < sql.len && sql.ptr[at] != '\n') at++;
    return at;
}

static size_t skip_comment(struct str sql, size_t at)
{
    for (at += 3; at < sql.len; at++) /* the least comment is 4 bytes long */
        if (sql.ptr[at] == '/' && sql.ptr[at - 1] == '*') return at + 1;
    return sql.len;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ';';
}

/* Where something other than blanks, comments and semicolons begins, or the text's length. */
static size_t skip_blanks(struct str sql, size_t at)
{
    while (at < sql.len) {
        char c = sql.ptr[at], next = at + 1 < sql.len ? sql.ptr[at + 1] : '\0';
        if (is_blank(c))
            at++;
        else if (c == '-' && next == '-')
            at = skip_line(sql, at);
        else if (c == '/' && next == '*')
            at = skip_comment(sql, at);
        else
            break;
    }
    return at;
}

static int prepare(struct database *db, struct str sql, sqlite3_stmt **out, struct err *err)
{
    const char *rest;
    size_t more;

    if (sql.len > SQL_BYTES_MAX) return err_set(err, ERR_LIMIT, -1, "a statement of more than %d bytes", SQL_BYTES_MAX);
    if (skip_blanks(sql, 0) == sql.len) return err_set(err, ERR_SYNTAX, 0, "there is no statement");
    if (sqlite3_prepare_v2(db->sqlite, sql.ptr, (int)sql.len, out, &rest)) {
        database_fail(db, sql, err);
        if (err->code == ERR_VALUE) err->code = ERR_SYNTAX; /* no value has been seen yet */
        return -1;
    }
    more = skip_blanks(sql, (size_t)(rest - sql.ptr));
    if (*out && more == sql.len) return 0;
    sqlite3_finalize(*out);
    return err_set(err, ERR_SYNTAX, (int)more, "one statement at a time: there is more behind the first");
}

bool database_parses(struct database *db, struct str sql)
{
    sqlite3_stmt *statement = NULL;
    struct err err = {0};

    if (sql.len > SQL_BYTES_MAX) return false;
    if (sqlite3_prepare_v2(db->sqlite, sql.ptr, (int)sql.len, &statement, NULL)) database_fail(db, sql, &err);
    sqlite3_finalize(statement);
    db->failure.code = ERR_NONE;
    return err.code != ERR_SYNTAX;
}

/* Running it. */

struct run {
    sqlite3_stmt *statement;
    rows_handler handler;
    void *arg;
    int columns;
    const char **name;
    struct relation_value *value;
};

/* Once, before the first row. Only now are the columns certain: the first step may have compiled the text anew. */
static int hand_names(struct run *run)
{
    struct rows rows;

    run->columns = sqlite3_column_count(run->statement);
    if (run->columns == 0) return 0;
    run->name = mem_alloc((size_t)run->columns * sizeof *run->name);
    run->value = mem_alloc((size_t)run->columns * sizeof *run->value);
    for (int i = 0; i < run->columns; i++) run->name[i] = sqlite3_column_name(run->statement, i);
    rows = (struct rows){run->columns, run->name, NULL};
    return run->handler ? run->handler(run->arg, &rows) : 0;
}

static struct relation_value text_value(enum type_kind kind, const void *text, int len)
{
    return (struct relation_value){.type = type_of(kind), .s = str_of(text ? text : "", (size_t)len)};
}

static struct relation_value column_value(sqlite3_stmt *s, int i)
{
    const void *text;

    switch (sqlite3_column_type(s, i)) {
    case SQLITE_INTEGER: return (struct relation_value){.type = type_of(TYPE_BIGINT), .i = sqlite3_column_int64(s, i)};
    case SQLITE_FLOAT: return (struct relation_value){.type = type_of(TYPE_DOUBLE), .d = sqlite3_column_double(s, i)};
    case SQLITE_TEXT:
        text = sqlite3_column_text(s, i);
        return text_value(TYPE_VARCHAR, text, sqlite3_column_bytes(s, i));
    case SQLITE_BLOB:
        text = sqlite3_column_blob(s, i);
        return text_value(TYPE_BINARY, text, sqlite3_column_bytes(s, i));
    default: return (struct relation_value){.type = type_of(TYPE_NULL)};
    }
}

static int hand_row(struct run *run)
{
    struct rows rows = {run->columns, run->name, run->value};

    for (int i = 0; i < run->columns; i++) run->value[i] = column_value(run->statement, i);
    return run->handler ? run->handler(run->arg, &rows) : 0;
}

/* Until the end, a failure (which sqlite3_finalize reports again), or the handler's wish. */
static void step_all(struct run *run)
{
    int rc = sqlite3_step(run->statement);

    if ((rc != SQLITE_ROW && rc != SQLITE_DONE) || hand_names(run)) return;
    while (rc == SQLITE_ROW && hand_row(run) == 0) rc = sqlite3_step(run->statement);
}

static int run_statement(struct database *db, struct str sql, struct run *run, struct err *err)
{
    int rc;

    if (prepare(db, sql, &run->statement, err)) return -1;
    step_all(run);
    rc = sqlite3_finalize(run->statement);
    free(run->name);
    free(run->value);
    return rc ? database_fail(db, sql, err) : 0;
}

int database_run(struct database *db, struct str sql, rows_handler handler, void *arg, struct err *err)
{
    struct run run = {.handler = handler, .arg = arg};
    bool was_running = db->running; /* a handler may run a statement itself */
    int result;

    if (!was_running) atomic_store(&db->interrupted, false);
    db->failure.code = ERR_NONE;
    vtabs_declare(db->vtabs);
    db->running = true;
    result = run_statement(db, sql, &run, err);
    db->running = was_running;
    return result;
}
