/* vtab.h - relations as SQLite tables: for every relation an eponymous virtual table (a module of the relation's name,
 * so that nothing is written to any schema, and any name will do).
 *
 * Values as SQLite gets them:
 *   BOOLEAN                 0 or 1
 *   INTEGER, BIGINT         INTEGER
 *   DOUBLE                  REAL; NaN, which SQLite does not know, is NULL
 *   VARCHAR                 TEXT
 *   TIMESTAMP               TEXT, '2001-01-01 06:20:00' with a fraction only when there is one; an instant beyond the
 *                           years 1 to 9999 is '-infinity' or 'infinity'. Sorts by bytes as it does in time
 *   INTERVAL DAY TO SECOND  TEXT, '+1 02:03:04' or '-0 00:00:00.5': sign, days, time of day
 *   INTERVAL YEAR TO MONTH  TEXT, '+1-02': sign, years, months
 * Declared types give the same affinities. A second column of the same name is called name:1 and so on. */
#ifndef WEIR_SQLITE_VTAB_H
#define WEIR_SQLITE_VTAB_H

#include "runtime/relation.h"
#include "sqlite/database.h"
#include <sqlite3.h>

struct vtabs;

/* failure: where the reason goes when a relation fails, with its code and whole message; borrowed. */
struct vtabs *vtabs_new(sqlite3 *sqlite, struct err *failure);
/* After the connection was closed. NULL is fine. */
void vtabs_free(struct vtabs *vtabs);
void vtabs_source(struct vtabs *vtabs, relation_finder find, relation_lister list, void *arg);
/* Makes a table of every relation there is; to be called before a statement is prepared. */
void vtabs_declare(struct vtabs *vtabs);
void vtabs_forget(struct vtabs *vtabs, const char *name);
/* What vtabs_source was given, for suggestions; these do nothing, or find nothing, before it was called. */
void vtabs_each(struct vtabs *vtabs, void (*each)(void *arg, const char *name), void *arg);
struct relation *vtabs_find(struct vtabs *vtabs, const char *name);

/* A function's or cursor's result, as said above. */
void vtab_result(sqlite3_context *context, const struct relation_value *value);

#endif
