/* message.c - SQLite's errors as struct err: who failed, said in our words, with a suggestion for a name nearly right.
 */
#include "sqlite/connection.h"

#include "parser/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Suggestions. */

/* What might have been meant. */
struct candidates {
    struct arena *statement;
    const char **name;
    size_t count, capacity;
};

static void add_candidate(void *arg, const char *name)
{
    struct candidates *c = arg;

    c->name = mem_grow(c->name, &c->capacity, c->count + 1, sizeof *c->name);
    c->name[c->count++] = arena_copy(c->statement, name, strlen(name));
}

/* Names from a query of ours; sql is its parameter. */
static void add_queried(struct database *db, const char *query, struct str sql, struct candidates *c)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(db->sqlite, query, -1, &statement, NULL)) return;
    sqlite3_bind_text64(statement, 1, sql.ptr, sql.len, SQLITE_STATIC, SQLITE_UTF8);
    while (sqlite3_step(statement) == SQLITE_ROW) add_candidate(c, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
}

static void add_tables(struct database *db, struct candidates *c)
{
    vtabs_each(db->vtabs, add_candidate, c);
    add_queried(db, "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')", (struct str){NULL, 0}, c);
}

struct column_search {
    struct database *db;
    struct str sql;
    struct candidates *candidates;
};

static bool mentions(struct str sql, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i + len <= sql.len; i++)
        if (sqlite3_strnicmp(sql.ptr + i, name, (int)len) == 0) return true;
    return false;
}

static void add_fields(void *arg, const char *name)
{
    struct column_search *search = arg;
    struct relation *r = mentions(search->sql, name) ? vtabs_find(search->db->vtabs, name) : NULL;

    for (int i = 0; r && i < r->field_count; i++) add_candidate(search->candidates, r->fields[i].name);
}

/* The columns of whatever the statement mentions. */
static void add_columns(struct database *db, struct str sql, struct candidates *c)
{
    struct column_search search = {db, sql, c};

    vtabs_each(db->vtabs, add_fields, &search);
    add_queried(db,
                "SELECT c.name FROM main.sqlite_schema AS t, pragma_table_info(t.name) AS c"
                " WHERE t.type IN ('table', 'view') AND ?1 LIKE '%' || t.name || '%'",
                sql, c);
}

/* Behind "no such table: " comes the name, perhaps with its schema or table before it. */
static const char *name_behind(const char *text, const char *prefix)
{
    const char *dot;

    if (strncmp(text, prefix, strlen(prefix)) != 0) return NULL;
    dot = strrchr(text, '.');
    return dot ? dot + 1 : text + strlen(prefix);
}

static void suggest_name(struct database *db, struct str sql, struct err *err)
{
    const char *table = name_behind(err->text, "no such table: ");
    const char *column = name_behind(err->text, "no such column: ");
    struct candidates c = {.statement = arena_new()};
    size_t used = strlen(err->text);
    const char *found = NULL;

    if (table) add_tables(db, &c);
    if (column) add_columns(db, sql, &c);
    if (c.count) found = suggest(str_lit(table ? table : column), c.name, c.count);
    if (found) snprintf(err->text + used, sizeof err->text - used, ": did you mean \"%s\"?", found);
    free(c.name);
    arena_free(c.statement);
}

/* Errors. */

static enum err_code message_code(const char *text)
{
    static const struct {
        const char *part;
        enum err_code code;
    } known[] = {
        {"syntax error", ERR_SYNTAX},
        {"incomplete input", ERR_SYNTAX},
        {"unrecognized token", ERR_SYNTAX},
        {"no such ", ERR_NAME},
        {"ambiguous column name", ERR_NAME},
        {"duplicate column name", ERR_NAME},
        {"already exists", ERR_NAME},
        {"already another", ERR_NAME},
        {"may not be", ERR_NAME},
        {"wrong number of arguments", ERR_TYPE},
        {"misuse of", ERR_TYPE},
        {"datatype mismatch", ERR_TYPE},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(text, known[i].part)) return known[i].code;
    return ERR_VALUE;
}

static int fail_disk(struct database *db, struct err *err)
{
    const struct err *reason = vfs_failure(db->vfs);

    if (reason->code)
        *err = *reason;
    else
        err_set(err, ERR_DISK, -1, "%s: %s", vfs_path(db->vfs), sqlite3_errmsg(db->sqlite));
    return -1;
}

static int fail_statement(struct database *db, struct str sql, struct err *err)
{
    const char *text = sqlite3_errmsg(db->sqlite);
    int at = sql.ptr ? sqlite3_error_offset(db->sqlite) : -1;

    err_set(err, message_code(text), at, "%s", text);
    if (err->code == ERR_NAME && sql.ptr) suggest_name(db, sql, err); /* nobody mends a statement of the store */
    return -1;
}

/* A failure that a relation or the guard has left is the reason of this error. */
static int fail_known(struct database *db, struct err *err)
{
    *err = db->failure;
    db->failure.code = ERR_NONE;
    return -1;
}

int database_fail(struct database *db, struct str sql, struct err *err)
{
    const char *text = sqlite3_errmsg(db->sqlite);
    const char *path = vfs_path(db->vfs);

    if (db->failure.code) return fail_known(db, err);
    switch (sqlite3_errcode(db->sqlite) & 0xff) {
    case SQLITE_INTERRUPT: return err_set(err, ERR_INTERRUPTED, -1, "interrupted");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return err_set(err, ERR_DAMAGED, -1, "%s is damaged: %s", path, text);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL: return fail_disk(db, err);
    case SQLITE_BUSY:
        return vfs_failure(db->vfs)->code == ERR_OWNED ? fail_disk(db, err) : fail_statement(db, sql, err);
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return err_set(err, ERR_LIMIT, -1, "%s", text);
    default: return fail_statement(db, sql, err);
    }
}
