/* store.c - the tables that the engine keeps in weir.db. See database.h. */
#include "sqlite/connection.h"

#include <assert.h>

static int fail(struct database *db, struct err *err)
{
    return database_fail(db, str_of(NULL, 0), err);
}

static int prepare(struct database *db, const char *sql, sqlite3_stmt **out, struct err *err)
{
    return sqlite3_prepare_v2(db->sqlite, sql, -1, out, NULL) ? fail(db, err) : 0;
}

/* Runs a bound statement that gives no rows, and frees it. */
static int finish(struct database *db, sqlite3_stmt *statement, struct err *err)
{
    sqlite3_step(statement);
    return sqlite3_finalize(statement) ? fail(db, err) : 0; /* says again what the step said */
}

static void bind_text(sqlite3_stmt *statement, int parameter, const char *text)
{
    sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC);
}

/* PRAGMA quick_check of one table: damage is found when the database is opened, not in the middle of a commit. */
static int check_table(struct database *db, const char *pragma, struct err *err)
{
    sqlite3_stmt *statement;
    const char *found;
    int result = 0;

    if (prepare(db, pragma, &statement, err)) return -1;
    if (sqlite3_step(statement) == SQLITE_ROW) {
        found = (const char *)sqlite3_column_text(statement, 0);
        if (sqlite3_stricmp(found, "ok") != 0)
            result = err_set(err, ERR_DAMAGED, -1, "%s is damaged: %s", vfs_path(db->vfs), found);
    }
    return sqlite3_finalize(statement) ? fail(db, err) : result;
}

int store_open(struct database *db, struct err *err)
{
    static const char tables[] =
        "CREATE TABLE IF NOT EXISTS main.weir_meta(key TEXT PRIMARY KEY, value BLOB);"
        "CREATE TABLE IF NOT EXISTS main.weir_catalog(id INTEGER PRIMARY KEY, kind TEXT, name TEXT, sql TEXT)";

    if (store_begin(db, err)) return -1;
    if (database_execute(db, tables, err)) return -1;
    if (store_commit(db, err)) return -1;
    if (check_table(db, "PRAGMA main.quick_check(weir_meta)", err)) return -1;
    return check_table(db, "PRAGMA main.quick_check(weir_catalog)", err);
}

int store_begin(struct database *db, struct err *err)
{
    assert(sqlite3_get_autocommit(db->sqlite));
    return database_execute(db, "BEGIN IMMEDIATE", err);
}

int store_commit(struct database *db, struct err *err)
{
    if (database_execute(db, "COMMIT", err) == 0) return 0;
    store_rollback(db);
    return -1;
}

void store_rollback(struct database *db)
{
    /* A failure here leaves the journal, and the next open rolls back. SQLite may have rolled back by itself. */
    if (!sqlite3_get_autocommit(db->sqlite)) sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

int store_put(struct database *db, const char *key, struct str value, struct err *err)
{
    sqlite3_stmt *statement;

    if (prepare(db, "INSERT OR REPLACE INTO main.weir_meta(key, value) VALUES (?1, ?2)", &statement, err)) return -1;
    bind_text(statement, 1, key);
    sqlite3_bind_blob64(statement, 2, value.ptr ? value.ptr : "", value.len, SQLITE_STATIC);
    return finish(db, statement, err);
}

int store_get(struct database *db, const char *key, struct buf *out, struct err *err)
{
    sqlite3_stmt *statement;
    int found;

    if (prepare(db, "SELECT value FROM main.weir_meta WHERE key = ?1", &statement, err)) return -1;
    bind_text(statement, 1, key);
    found = sqlite3_step(statement) == SQLITE_ROW;
    if (found) {
        const void *bytes = sqlite3_column_blob(statement, 0);
        buf_put(out, bytes, (size_t)sqlite3_column_bytes(statement, 0));
    }
    return sqlite3_finalize(statement) ? fail(db, err) : found;
}

int store_catalog_put(struct database *db, uint32_t id, const char *kind, const char *name, const char *sql,
                      struct err *err)
{
    sqlite3_stmt *statement;

    if (prepare(db, "INSERT OR REPLACE INTO main.weir_catalog(id, kind, name, sql) VALUES (?1, ?2, ?3, ?4)", &statement,
                err))
        return -1;
    sqlite3_bind_int64(statement, 1, id);
    bind_text(statement, 2, kind);
    bind_text(statement, 3, name);
    bind_text(statement, 4, sql);
    return finish(db, statement, err);
}

int store_catalog_delete(struct database *db, uint32_t id, struct err *err)
{
    sqlite3_stmt *statement;

    if (prepare(db, "DELETE FROM main.weir_catalog WHERE id = ?1", &statement, err)) return -1;
    sqlite3_bind_int64(statement, 1, id);
    return finish(db, statement, err);
}

static const char *column_text(sqlite3_stmt *statement, int column)
{
    return (const char *)sqlite3_column_text(statement, column);
}

int store_catalog_each(struct database *db, store_catalog_handler handler, void *arg, struct err *err)
{
    sqlite3_stmt *statement;

    if (prepare(db, "SELECT id, kind, name, sql FROM main.weir_catalog ORDER BY id", &statement, err)) return -1;
    while (sqlite3_step(statement) == SQLITE_ROW)
        if (handler(arg, (uint32_t)sqlite3_column_int64(statement, 0), column_text(statement, 1),
                    column_text(statement, 2), column_text(statement, 3)))
            break;
    return sqlite3_finalize(statement) ? fail(db, err) : 0;
}
