/* vtab.c - see vtab.h.
 * A scan reads the whole relation, or less of it where comparisons with a column let the relation leave out rows;
 * SQLite checks them all the same. A plan's text names those comparisons: "COLUMN OPERATOR;" each, in numbers, in the
 * order of their values. A cursor pins its epoch when the
 * scan begins (xFilter) and lets go of it when it ends or begins anew. */
#include "sqlite/vtab.h"

#include "base/num.h"
#include "sqlite/collation.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A relation's name, declared as a module. SQLite owns it from then on (declared_free). */
struct declared {
    struct vtabs *vtabs;
    char name[];
};

struct vtabs {
    sqlite3 *sqlite;
    struct err *failure;
    relation_finder find; /* NULL: there are none */
    relation_lister list;
    void *arg;
    struct declared **declared; /* sorted by name, without regard to case */
    size_t count, capacity;
};

struct vtab {
    sqlite3_vtab sqlite; /* must be first */
    struct relation *relation;
    struct err *failure;
};

struct vtab_cursor {
    sqlite3_vtab_cursor sqlite;       /* must be first */
    struct relation_cursor *relation; /* NULL before the first scan, and after it has failed */
    sqlite3_int64 row;                /* from 0 */
    bool at_end;
};

enum { BOUNDS_MAX = 8 }; /* that one scan uses */

static struct vtab_cursor *cursor_of(sqlite3_vtab_cursor *sqlite)
{
    return (struct vtab_cursor *)sqlite;
}

/* The text of CREATE TABLE, from which SQLite learns the columns. */

/* Names whose affinity is the one the values have ("INTERVAL" would mean INTEGER, "TIMESTAMP" NUMERIC). */
static const char *declared_type(enum type_kind kind)
{
    switch (kind) {
    case TYPE_NULL: return "";
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_REAL:
    case TYPE_DOUBLE:
    case TYPE_VARCHAR: return type_kind_name(kind);
    case TYPE_BINARY: return "BLOB";
    case TYPE_DECIMAL: return "TEXT COLLATE " COLLATION_DECIMAL;
    case TYPE_CHAR:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP_TZ:
    case TYPE_TIMESTAMP:
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: return "TEXT";
    }
    return "";
}

/* How many columns before this one have its name. */
static int count_namesakes(const struct relation *r, int column)
{
    int count = 0;

    for (int i = 0; i < column; i++) count += sqlite3_stricmp(r->fields[i].name, r->fields[column].name) == 0;
    return count;
}

static void put_name(struct buf *out, const struct relation *r, int column)
{
    int namesakes = count_namesakes(r, column);

    buf_putc(out, '"');
    for (const char *name = r->fields[column].name; *name; name++) {
        if (*name == '"') buf_putc(out, '"');
        buf_putc(out, *name);
    }
    if (namesakes) buf_printf(out, ":%d", namesakes);
    buf_putc(out, '"');
}

static void put_column(struct buf *out, const struct relation *r, int column)
{
    if (column) buf_puts(out, ", ");
    put_name(out, r, column);
    buf_printf(out, " %s%s", declared_type(r->fields[column].type.kind), column >= r->visible ? " HIDDEN" : "");
}

static int declare_columns(sqlite3 *sqlite, const struct relation *r)
{
    struct buf text = {0};
    int rc;

    assert(r->field_count > 0);
    buf_puts(&text, "CREATE TABLE relation(");
    for (int i = 0; i < r->field_count; i++) put_column(&text, r, i);
    buf_puts(&text, ")");
    rc = sqlite3_declare_vtab(sqlite, buf_text(&text));
    buf_free(&text);
    return rc;
}

/* Values. */

static void result_text(sqlite3_context *context, const char *text, size_t len)
{
    sqlite3_result_text64(context, text ? text : "", len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* As results print it. */
static void result_printed(sqlite3_context *context, const struct relation_value *v)
{
    struct buf text = {0};

    relation_value_print(v, &text);
    result_text(context, text.ptr, text.len);
    buf_free(&text);
}

/* The double that a REAL's text reads as: SQLite, which has no REALs, prints it so, and finds it equal to that literal.
 */
static double real_as_double(double v)
{
    char text[NUM_TEXT_MAX];

    if (num_parse_double(text, (size_t)num_print_float((float)v, text), &v)) v = 0;
    return v;
}

void vtab_result(sqlite3_context *context, const struct relation_value *v)
{
    switch (v->type.kind) {
    case TYPE_NULL: sqlite3_result_null(context); break;
    case TYPE_BOOLEAN: sqlite3_result_int(context, v->i != 0); break;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT: sqlite3_result_int64(context, v->i); break;
    case TYPE_REAL: sqlite3_result_double(context, real_as_double(v->d)); break;
    case TYPE_DOUBLE: sqlite3_result_double(context, v->d); break;
    case TYPE_BINARY: sqlite3_result_blob64(context, v->s.ptr ? v->s.ptr : "", v->s.len, SQLITE_TRANSIENT); break;
    case TYPE_CHAR:
    case TYPE_VARCHAR: result_text(context, v->s.ptr, v->s.len); break;
    case TYPE_DECIMAL:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP_TZ:
    case TYPE_TIMESTAMP:
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: result_printed(context, v); break;
    }
}

/* The table. */

static int connect_relation(sqlite3 *sqlite, void *aux, int argc, const char *const *argv, sqlite3_vtab **out,
                            char **message)
{
    struct declared *declared = aux;
    struct relation *relation = vtabs_find(declared->vtabs, declared->name);
    struct vtab *vtab;
    int rc;

    (void)argc, (void)argv;
    if (!relation) {
        *message = sqlite3_mprintf("no such table: %s", declared->name);
        return SQLITE_ERROR;
    }
    rc = declare_columns(sqlite, relation);
    if (rc) return rc;
    vtab = mem_zalloc(sizeof *vtab);
    vtab->relation = relation;
    vtab->failure = declared->vtabs->failure;
    *out = &vtab->sqlite;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *sqlite)
{
    free(sqlite);
    return SQLITE_OK;
}

static int operator_of(unsigned char op, enum relation_op *out)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ: *out = RELATION_EQ; return 1;
    case SQLITE_INDEX_CONSTRAINT_LT: *out = RELATION_LT; return 1;
    case SQLITE_INDEX_CONSTRAINT_LE: *out = RELATION_LE; return 1;
    case SQLITE_INDEX_CONSTRAINT_GT: *out = RELATION_GT; return 1;
    case SQLITE_INDEX_CONSTRAINT_GE: *out = RELATION_GE; return 1;
    default: return 0; /* SQLite's numbers, not ours */
    }
}

/* The comparisons that the relation can use; their number. */
static int choose_bounds(const struct relation *r, sqlite3_index_info *info, struct buf *plan)
{
    int count = 0;

    for (int i = 0; r->class->narrows && i < info->nConstraint && count < BOUNDS_MAX; i++) {
        enum relation_op op;
        int column = info->aConstraint[i].iColumn;
        if (!info->aConstraint[i].usable || column < 0 || !operator_of(info->aConstraint[i].op, &op)) continue;
        if (!r->class->narrows(r, column, info->colUsed)) continue;
        info->aConstraintUsage[i].argvIndex = ++count;
        buf_printf(plan, "%d %d;", column, (int)op);
    }
    return count;
}

/* A scan. Its size is not known: a number that makes SQLite put indexed tables into the inner loop. */
static int best_index(sqlite3_vtab *sqlite, sqlite3_index_info *info)
{
    struct buf plan = {0};
    int bounds = choose_bounds(((struct vtab *)sqlite)->relation, info, &plan);

    if (bounds) info->idxStr = sqlite3_mprintf("%s", buf_text(&plan));
    info->needToFreeIdxStr = bounds > 0;
    info->estimatedRows = bounds ? 10000 : 100000;
    info->estimatedCost = bounds ? 20000 : 100000;
    buf_free(&plan);
    return SQLITE_OK;
}

/* The cursor. */

/* A failure's message is SQLite's from here on; its code waits in *failure for whoever ran the statement. */
static int fail(sqlite3_vtab *sqlite, const struct err *err)
{
    struct vtab *vtab = (struct vtab *)sqlite;

    *vtab->failure = *err;
    vtab->failure->at = -1; /* an offset in another statement's text */
    sqlite3_free(sqlite->zErrMsg);
    sqlite->zErrMsg = sqlite3_mprintf("%s", err->text);
    return SQLITE_ERROR;
}

static int open_cursor(sqlite3_vtab *sqlite, sqlite3_vtab_cursor **out)
{
    struct vtab_cursor *cursor = mem_zalloc(sizeof *cursor);

    (void)sqlite;
    *out = &cursor->sqlite;
    return SQLITE_OK;
}

static void end_scan(struct vtab_cursor *cursor)
{
    if (cursor->relation) cursor->relation->relation->class->close(cursor->relation);
    cursor->relation = NULL;
}

static int close_cursor(sqlite3_vtab_cursor *sqlite)
{
    end_scan(cursor_of(sqlite));
    free(sqlite);
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *sqlite)
{
    struct vtab_cursor *cursor = cursor_of(sqlite);
    struct err err;
    int more = cursor->relation->relation->class->next(cursor->relation, &err);

    cursor->row++;
    cursor->at_end = more <= 0;
    return more < 0 ? fail(sqlite->pVtab, &err) : SQLITE_OK;
}

/* What is compared with NULL is true for no row: that is SQLite's affair. */
static void narrow(struct relation_cursor *c, const char *plan, int argc, sqlite3_value **argv)
{
    struct relation_bound bound[BOUNDS_MAX];
    int count = 0;

    for (int i = 0; plan && i < argc; i++) {
        char *end;
        int column = (int)strtol(plan, &end, 10), op = (int)strtol(end, &end, 10);
        const char *text = (const char *)sqlite3_value_text(argv[i]);
        plan = end + 1;
        if (text) bound[count++] = (struct relation_bound){column, (enum relation_op)op, str_lit(text)};
    }
    if (count) c->relation->class->narrow(c, bound, count);
}

static int begin_scan(sqlite3_vtab_cursor *sqlite, int plan, const char *text, int argc, sqlite3_value **argv)
{
    struct vtab_cursor *cursor = cursor_of(sqlite);
    struct relation *relation = ((struct vtab *)sqlite->pVtab)->relation;
    struct err err;

    (void)plan;
    end_scan(cursor);
    cursor->row = -1;
    cursor->at_end = true;
    if (relation->class->open(relation, &cursor->relation, &err)) {
        cursor->relation = NULL;
        return fail(sqlite->pVtab, &err);
    }
    cursor->relation->relation = relation;
    narrow(cursor->relation, text, argc, argv);
    return next_row(sqlite);
}

static int at_end(sqlite3_vtab_cursor *sqlite)
{
    return cursor_of(sqlite)->at_end;
}

static int column_value(sqlite3_vtab_cursor *sqlite, sqlite3_context *context, int column)
{
    struct relation_cursor *cursor = cursor_of(sqlite)->relation;
    struct relation_value value = {.type = type_of(TYPE_NULL)};

    cursor->relation->class->value(cursor, column, &value);
    vtab_result(context, &value);
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *sqlite, sqlite3_int64 *out)
{
    *out = cursor_of(sqlite)->row;
    return SQLITE_OK;
}

static const sqlite3_module relation_module = {
    .xConnect = connect_relation, /* no xCreate: the table is there by its name alone */
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = begin_scan,
    .xNext = next_row,
    .xEof = at_end,
    .xColumn = column_value,
    .xRowid = row_id,
};

/* The set of declared names. */

struct vtabs *vtabs_new(sqlite3 *sqlite, struct err *failure)
{
    struct vtabs *vtabs = mem_zalloc(sizeof *vtabs);

    vtabs->sqlite = sqlite;
    vtabs->failure = failure;
    collation_register(sqlite);
    return vtabs;
}

void vtabs_free(struct vtabs *vtabs)
{
    if (!vtabs) return;
    free(vtabs->declared);
    free(vtabs);
}

void vtabs_source(struct vtabs *vtabs, relation_finder find, relation_lister list, void *arg)
{
    while (vtabs->count) vtabs_forget(vtabs, vtabs->declared[vtabs->count - 1]->name);
    vtabs->find = find;
    vtabs->list = list;
    vtabs->arg = arg;
}

/* Where the name is, or would be. */
static size_t find_place(const struct vtabs *vtabs, const char *name)
{
    size_t low = 0, high = vtabs->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sqlite3_stricmp(vtabs->declared[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct vtabs *vtabs, size_t place, const char *name)
{
    return place < vtabs->count && sqlite3_stricmp(vtabs->declared[place]->name, name) == 0;
}

static void declare_name(void *arg, const char *name)
{
    struct vtabs *vtabs = arg;
    size_t place = find_place(vtabs, name), bytes = strlen(name) + 1;
    struct declared *declared;

    if (is_at(vtabs, place, name)) return;
    declared = mem_alloc(sizeof *declared + bytes);
    declared->vtabs = vtabs;
    memcpy(declared->name, name, bytes);
    vtabs->declared = mem_grow(vtabs->declared, &vtabs->capacity, vtabs->count + 1, sizeof *vtabs->declared);
    memmove(vtabs->declared + place + 1, vtabs->declared + place, (vtabs->count - place) * sizeof *vtabs->declared);
    vtabs->declared[place] = declared;
    vtabs->count++;
    sqlite3_create_module_v2(vtabs->sqlite, declared->name, &relation_module, declared, free);
}

void vtabs_declare(struct vtabs *vtabs)
{
    vtabs_each(vtabs, declare_name, vtabs);
}

void vtabs_forget(struct vtabs *vtabs, const char *name)
{
    size_t place = find_place(vtabs, name);

    if (!is_at(vtabs, place, name)) return;
    vtabs->count--;
    memmove(vtabs->declared + place, vtabs->declared + place + 1, (vtabs->count - place) * sizeof *vtabs->declared);
    sqlite3_create_module_v2(vtabs->sqlite, name, NULL, NULL, NULL); /* frees the struct declared */
}

void vtabs_each(struct vtabs *vtabs, void (*each)(void *arg, const char *name), void *arg)
{
    if (vtabs->list) vtabs->list(vtabs->arg, each, arg);
}

struct relation *vtabs_find(struct vtabs *vtabs, const char *name)
{
    return vtabs->find ? vtabs->find(vtabs->arg, name) : NULL;
}
