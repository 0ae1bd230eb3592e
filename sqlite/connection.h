/* connection.h - the database as the files of this room share it. */
#ifndef WEIR_SQLITE_CONNECTION_H
#define WEIR_SQLITE_CONNECTION_H

#include "sqlite/database.h"
#include "sqlite/vfs.h"
#include "sqlite/vtab.h"
#include <sqlite3.h>
#include <stdatomic.h>

struct database {
    sqlite3 *sqlite;
    struct vfs *vfs;
    struct vtabs *vtabs;
    struct err failure;      /* why a relation failed or the guard refused: the reason of SQLite's error; taken by
                              * database_fail */
    bool running;            /* in database_run: the guard is up, and interrupts count */
    atomic_bool interrupted; /* set by another thread or a signal handler */
};

/* Fills err with the connection's last error, said for the user (message.c); returns -1. sql: the user's text, to say
 * where in it, or no text ({NULL}) when the statement is ours. */
int database_fail(struct database *db, struct str sql, struct err *err);

/* Runs statements of ours that give no rows. */
int database_execute(struct database *db, const char *sql, struct err *err) MUST_CHECK;

/* The authorizer (guard.c); arg is the database. */
int guard_authorize(void *arg, int action, const char *a, const char *b, const char *schema, const char *trigger);

/* Registers weir's scalar functions (functions.c). */
int functions_register(struct database *db, struct err *err) MUST_CHECK;
/* Whether a function of that name is one of them. */
bool functions_are_ours(const char *name);

/* Makes the store's tables when they are not there, and checks them. */
int store_open(struct database *db, struct err *err) MUST_CHECK;

#endif
