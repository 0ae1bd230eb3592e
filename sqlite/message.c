/* message.c - SQLite's errors as struct err: who failed, said in our words, with a suggestion for a name nearly right.
 */
#include "sqlite/connection.h"

#include <stdio.h>
#include <string.h>

/* Suggestions. */

enum { NAME_BYTES_MAX = 64 }; /* longer names get no suggestion */

struct suggestion {
    const char *wanted;
    size_t distance; /* of best; a name must be nearer to be taken */
    char best[NAME_BYTES_MAX + 1];
};

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

/* Levenshtein's distance without regard to case, of names of at most NAME_BYTES_MAX bytes: one row of the matrix. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NAME_BYTES_MAX + 1], columns = strlen(b);

    for (size_t j = 0; j <= columns; j++) row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (lower(a[i - 1]) != lower(b[j - 1])));
            diagonal = above;
        }
    }
    return row[columns];
}

static void consider(void *arg, const char *name)
{
    struct suggestion *s = arg;
    size_t distance;

    if (strlen(name) > NAME_BYTES_MAX) return;
    distance = edit_distance(s->wanted, name);
    if (distance >= s->distance) return;
    s->distance = distance;
    strcpy(s->best, name);
}

/* Names from a query of ours; sql is its parameter. */
static void consider_query(struct database *db, const char *query, struct str sql, struct suggestion *s)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(db->sqlite, query, -1, &statement, NULL)) return;
    sqlite3_bind_text64(statement, 1, sql.ptr, sql.len, SQLITE_STATIC, SQLITE_UTF8);
    while (sqlite3_step(statement) == SQLITE_ROW) consider(s, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
}

static void consider_tables(struct database *db, struct suggestion *s)
{
    vtabs_each(db->vtabs, consider, s);
    consider_query(db, "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')", (struct str){NULL, 0}, s);
}

struct column_search {
    struct database *db;
    struct str sql;
    struct suggestion *suggestion;
};

static bool mentions(struct str sql, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i + len <= sql.len; i++)
        if (sqlite3_strnicmp(sql.ptr + i, name, (int)len) == 0) return true;
    return false;
}

static void consider_fields(void *arg, const char *name)
{
    struct column_search *search = arg;
    struct relation *r = mentions(search->sql, name) ? vtabs_find(search->db->vtabs, name) : NULL;

    for (int i = 0; r && i < r->field_count; i++) consider(search->suggestion, r->fields[i].name);
}

/* The columns of whatever the statement mentions. */
static void consider_columns(struct database *db, struct str sql, struct suggestion *s)
{
    struct column_search search = {db, sql, s};

    vtabs_each(db->vtabs, consider_fields, &search);
    consider_query(db,
                   "SELECT c.name FROM main.sqlite_schema AS t, pragma_table_info(t.name) AS c"
                   " WHERE t.type IN ('table', 'view') AND instr(lower(?1), lower(t.name)) > 0",
                   sql, s);
}

/* Behind "no such table: " comes the name, perhaps with its schema or table before it. */
static const char *name_behind(const char *text, const char *prefix)
{
    const char *dot;

    if (strncmp(text, prefix, strlen(prefix)) != 0) return NULL;
    dot = strrchr(text, '.');
    return dot ? dot + 1 : text + strlen(prefix);
}

static void suggest(struct database *db, struct str sql, struct err *err)
{
    const char *table = name_behind(err->text, "no such table: ");
    const char *column = name_behind(err->text, "no such column: ");
    struct suggestion s = {.wanted = table ? table : column};
    size_t len = s.wanted ? strlen(s.wanted) : 0, used = strlen(err->text);

    if (len == 0 || len > NAME_BYTES_MAX) return;
    s.distance = len / 3 + 2; /* one letter in three may be wrong, and one more */
    if (s.distance > len) s.distance = len;
    if (table)
        consider_tables(db, &s);
    else
        consider_columns(db, sql, &s);
    if (*s.best) snprintf(err->text + used, sizeof err->text - used, ": did you mean \"%s\"?", s.best);
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
    if (err->code == ERR_NAME) suggest(db, sql, err);
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
