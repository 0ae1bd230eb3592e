/* guard.c - what SQL text from outside may not do to weir's own database. SQLite asks guard_authorize about everything
 * a statement is going to do, while it is compiled; statements of the store are not asked about.
 * Refused are: changing tables named weir_..., tables and views that hide a relation, transactions (the store's), other
 * database files, and pragmas with a value (they could weaken the database's safety) but for those that only look. */
#include "sqlite/connection.h"

#include <assert.h>

static const char *const looking_pragma[] = {
    "table_info",  "table_xinfo",  "table_list",       "index_list",      "index_info",
    "index_xinfo", "foreign_keys", "foreign_key_list", "integrity_check", "quick_check",
};

static bool only_looks(const char *pragma)
{
    for (size_t i = 0; i < sizeof looking_pragma / sizeof *looking_pragma; i++)
        if (sqlite3_stricmp(pragma, looking_pragma[i]) == 0) return true;
    return false;
}

static int check_table(struct database *db, const char *table)
{
    if (!table || sqlite3_strnicmp(table, "weir_", 5) != 0) return SQLITE_OK;
    err_set(&db->failure, ERR_NAME, -1, "%s: names that begin with weir_ are weir's own, to be read only", table);
    return SQLITE_DENY;
}

/* A table of a relation's name would hide the relation. */
static int check_new_table(struct database *db, const char *table)
{
    if (!vtabs_find(db->vtabs, table)) return check_table(db, table);
    err_set(&db->failure, ERR_NAME, -1, "there is already a relation named %s", table);
    return SQLITE_DENY;
}

static int check_pragma(struct database *db, const char *pragma, const char *value)
{
    if (!value || only_looks(pragma)) return SQLITE_OK;
    err_set(&db->failure, ERR_UNSUPPORTED, -1, "not supported yet: PRAGMA %s with a value", pragma);
    return SQLITE_DENY;
}

static int refuse(struct database *db, const char *what)
{
    err_set(&db->failure, ERR_UNSUPPORTED, -1, "not supported yet: %s", what);
    return SQLITE_DENY;
}

int guard_authorize(void *arg, int action, const char *a, const char *b, const char *schema, const char *trigger)
{
    struct database *db = arg;

    (void)schema, (void)trigger;
    if (!db->running) {
        assert(action != SQLITE_FUNCTION || !functions_are_ours(b)); /* statements of ours mean SQLite's functions */
        return SQLITE_OK;
    }
    switch (action) {
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_DROP_TABLE: return check_table(db, a);
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_VIEW:
    case SQLITE_CREATE_TEMP_TABLE:
    case SQLITE_CREATE_TEMP_VIEW:
    case SQLITE_CREATE_VTABLE: return check_new_table(db, a);
    case SQLITE_ALTER_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_TEMP_TRIGGER:
    case SQLITE_DROP_INDEX: return check_table(db, b);
    case SQLITE_PRAGMA: return check_pragma(db, a, b);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return refuse(db, "transactions of several statements");
    case SQLITE_ATTACH: return refuse(db, "ATTACH and VACUUM"); /* VACUUM works through an attached file */
    case SQLITE_DETACH: return refuse(db, "DETACH");
    default: return SQLITE_OK; /* SQLite's codes, not ours: most are harmless */
    }
}
