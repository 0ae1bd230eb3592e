/* database.h - a SQLite connection with weir's relations in it as virtual tables, and DIR/weir.db behind it.
 * The only room that knows SQLite is sqlite/; nothing of it shows here. */
#ifndef WEIR_SQLITE_DATABASE_H
#define WEIR_SQLITE_DATABASE_H

#include "base/disk.h"
#include "runtime/relation.h"

struct database;

/* Opens path (DIR/weir.db) through the disk's ten functions (a VFS made from them), creating it when absent. path NULL:
 * an in-memory database (disk is not used). ERR_DAMAGED when the file is no sound database. */
int database_open(struct disk *disk, const char *path, struct database **out, struct err *err) MUST_CHECK;
void database_close(struct database *db);

/* Finds the relation of that name (SQLite's rules: ASCII case does not count), or NULL. Asked when SQLite meets a table
 * name; the relation must live until the database is closed or database_forget is called for its name. */
typedef struct relation *(*relation_finder)(void *arg, const char *name);
/* relation_names: calls each(arg2, name) for all there are, so that they can be declared before a statement runs. */
typedef void (*relation_lister)(void *arg, void (*each)(void *arg2, const char *name), void *arg2);
void database_relations(struct database *db, relation_finder find, relation_lister list, void *arg);
/* The relation is about to be freed or changed: drop its virtual table. */
void database_forget(struct database *db, const char *name);

/* Running SQL text (one statement) as SQLite understands it. */
struct rows {
    int columns;
    const char *const *name;            /* column names */
    const struct relation_value *value; /* of the current row: kinds NULL, BIGINT, DOUBLE, VARCHAR, BINARY only (a
                                         * TIMESTAMP has been turned into ISO text, BOOLEAN into 0/1) */
};
/* Called with value == NULL once before the first row (also when there are none), then for every row. A result other
 * than 0 stops the statement. */
typedef int (*rows_handler)(void *arg, const struct rows *rows);
/* err->at is the offset of the token SQLite complains about when it says so, else -1. "no such table"/"no such column"
 * messages get a suggestion by edit distance. */
int database_run(struct database *db, struct str sql, rows_handler handler, void *arg, struct err *err) MUST_CHECK;
/* Whether SQLite's grammar takes the text (names need not exist). Runs nothing. */
bool database_parses(struct database *db, struct str sql);
/* SQLite's integrity_check. ERR_DAMAGED with the first thing that it finds. */
int database_check(struct database *db, struct err *err) MUST_CHECK;
/* From a signal handler or another thread: stops what runs (ERR_INTERRUPTED). */
void database_interrupt(struct database *db);

/* The store: what the engine keeps in weir.db. Tables weir_meta(key TEXT PRIMARY KEY, value BLOB) and
 * weir_catalog(id INTEGER PRIMARY KEY, kind TEXT, name TEXT, sql TEXT). All changes between begin and commit become
 * durable together. */
int store_begin(struct database *db, struct err *err) MUST_CHECK;
int store_commit(struct database *db, struct err *err) MUST_CHECK;
void store_rollback(struct database *db);
int store_put(struct database *db, const char *key, struct str value, struct err *err) MUST_CHECK;
/* 1: value appended to out; 0: no such key. */
int store_get(struct database *db, const char *key, struct buf *out, struct err *err) MUST_CHECK;
int store_catalog_put(struct database *db, uint32_t id, const char *kind, const char *name, const char *sql,
                      struct err *err) MUST_CHECK;
int store_catalog_delete(struct database *db, uint32_t id, struct err *err) MUST_CHECK;
/* In order of id; the strings live during the call. A result other than 0 stops. */
typedef int (*store_catalog_handler)(void *arg, uint32_t id, const char *kind, const char *name, const char *sql);
int store_catalog_each(struct database *db, store_catalog_handler handler, void *arg, struct err *err) MUST_CHECK;

#endif
