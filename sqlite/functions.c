/* functions.c - weir's scalar functions in SQLite's SELECTs: all that are called by name (planner/functions.inc), with
 * the same kernels. Where SQLite has a function of the same name, weir's meaning wins; README.md lists what differs.
 *
 * Values come as BIGINT, DOUBLE, VARCHAR, VARBINARY or NULL and go as vtab.h says. When no overload takes them so, a
 * whole number may also be an INTEGER or a BOOLEAN, and a text is what it looks like: a DATE, TIME, TIMESTAMP, DECIMAL
 * or INTERVAL, as results print them.
 *
 * A call is compiled once for the types of its arguments (struct shape). Which shape a call has is found by comparing
 * types; what a text looks like is asked only by functions that do not take text. */
#include "base/utf8.h"
#include "planner/bind_named.h"
#include "planner/function_doc.h"
#include "runtime/eval_row.h"
#include "sqlite/connection.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPES_MAX = 64, LOOKS_BYTES_MAX = 48 };

/* Calls with arguments of these types. */
struct shape {
    struct shape *next;
    int count;
    bool looked;              /* `like` counts: texts are read as what they look like */
    struct type *have;        /* as SQLite has them */
    struct type *like;        /* what texts look like; else as have */
    struct arena *memory;     /* of all below, and of this */
    const struct bound *call; /* NULL: no overload takes them; see err */
    struct eval *eval;
    struct column *columns;
    struct err err;
};

struct sql_function {
    const char *name;
    struct database *db;
    struct shape *shapes;
    int shape_count;
};

/* ---- which functions ---- */

/* SQLite's own stay: the first four evaluate only what they need; LENGTH is the same for texts and also of blobs; the
 * others belong to its syntax or tell about its values. */
static const char *const kept[] = {"COALESCE", "IFNULL", "NULLIF", "IIF", "LENGTH", "REGEXP", "TYPEOF"};

static bool is_kept(const char *name)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (sqlite3_stricmp(name, kept[i]) == 0) return true;
    return false;
}

/* The i-th name to be registered, NULL when it is none, with *more false behind the last. */
static const char *name_at(int i, bool *more)
{
    const struct function *f = i < function_count() ? function_at(i) : NULL;
    const char *name = f ? f->name : function_alias(i - function_count());

    *more = name != NULL;
    if (f && !function_named(f)) return NULL;
    return name && !is_kept(name) ? name : NULL;
}

bool functions_are_ours(const char *name)
{
    const char *ours;
    bool more = true;

    for (int i = 0; more; i++) {
        ours = name_at(i, &more);
        if (ours && sqlite3_stricmp(name, ours) == 0) return true;
    }
    return false;
}

/* ---- types of values ---- */

static struct type type_in_sqlite(sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: return type_of(TYPE_BIGINT);
    case SQLITE_FLOAT: return type_of(TYPE_DOUBLE);
    case SQLITE_TEXT: return type_of(TYPE_VARCHAR);
    case SQLITE_BLOB: return type_of(TYPE_BINARY);
    default: return type_of(TYPE_NULL);
    }
}

/* The text with each run of digits as one d: "2024-03-01 10:00:00" is "d-d-d d:d:d". */
static void outline(const char *text, int len, char *out)
{
    for (int i = 0; i < len; i++) {
        bool digit = isdigit((unsigned char)text[i]);
        if (!digit || i == 0 || !isdigit((unsigned char)text[i - 1])) *out++ = digit ? 'd' : text[i];
    }
    *out = '\0';
}

static struct type decimal_like(const char *text, int len)
{
    const char *point = memchr(text, '.', (size_t)len);
    int scale = point ? (int)(text + len - point) - 1 : 0, digits = 0;

    for (int i = 0; i < len; i++) digits += isdigit((unsigned char)text[i]) != 0;
    if (digits > DECIMAL_DIGITS_MAX) return type_of(TYPE_VARCHAR);
    return type_decimal(digits <= DECIMAL_DIGITS_NARROW ? DECIMAL_DIGITS_NARROW : DECIMAL_DIGITS_MAX, scale);
}

/* What a text looks like; VARCHAR when it looks like nothing else. */
static struct type look(const char *text, int len)
{
    static const struct {
        const char *outline;
        enum type_kind kind;
    } looks[] = {
        {"d", TYPE_DECIMAL},
        {"d.d", TYPE_DECIMAL},
        {"-d", TYPE_DECIMAL},
        {"-d.d", TYPE_DECIMAL},
        {"d-d-d", TYPE_DATE},
        {"d:d:d", TYPE_TIME},
        {"d:d:d.d", TYPE_TIME},
        {"d-d-d d:d:d", TYPE_TIMESTAMP},
        {"d-d-d d:d:d.d", TYPE_TIMESTAMP},
        {"d-d-dTd:d:d", TYPE_TIMESTAMP},
        {"d-d-dTd:d:d.d", TYPE_TIMESTAMP},
        {"d-d-dTd:d:dZ", TYPE_TIMESTAMP},
        {"d-d-dTd:d:d.dZ", TYPE_TIMESTAMP},
        {"d-d-d d:d:d+d:d", TYPE_TIMESTAMP_TZ},
        {"d-d-d d:d:d.d+d:d", TYPE_TIMESTAMP_TZ},
        {"+d d:d:d", TYPE_INTERVAL_DAY},
        {"-d d:d:d", TYPE_INTERVAL_DAY},
        {"+d d:d:d.d", TYPE_INTERVAL_DAY},
        {"-d d:d:d.d", TYPE_INTERVAL_DAY},
        {"+d-d", TYPE_INTERVAL_MONTH},
        {"-d-d", TYPE_INTERVAL_MONTH},
    };
    char of[LOOKS_BYTES_MAX + 1];

    if (len > LOOKS_BYTES_MAX) return type_of(TYPE_VARCHAR);
    outline(text, len, of);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        if (strcmp(of, looks[i].outline) != 0) continue;
        return looks[i].kind == TYPE_DECIMAL ? decimal_like(text, len) : type_of(looks[i].kind);
    }
    return type_of(TYPE_VARCHAR);
}

static struct type type_looked_like(sqlite3_value *value)
{
    struct type have = type_in_sqlite(value);

    if (have.kind != TYPE_VARCHAR) return have;
    return look((const char *)sqlite3_value_text(value), sqlite3_value_bytes(value));
}

/* ---- shapes ---- */

static void shape_free(struct shape *shape)
{
    if (!shape) return;
    eval_free(shape->eval);
    arena_free(shape->memory);
}

static void forget_shapes(struct sql_function *f)
{
    for (struct shape *shape = f->shapes, *next; shape; shape = next) {
        next = shape->next;
        shape_free(shape);
    }
    f->shapes = NULL;
    f->shape_count = 0;
}

static bool fits(const struct shape *shape, int count, sqlite3_value **values)
{
    if (shape->count != count) return false;
    for (int i = 0; i < count; i++) {
        if (type_in_sqlite(values[i]).kind != shape->have[i].kind) return false;
    }
    for (int i = 0; i < count && shape->looked; i++) {
        if (!type_equal(type_looked_like(values[i]), shape->like[i])) return false;
    }
    return true;
}

static const struct shape *find_shape(const struct sql_function *f, int count, sqlite3_value **values)
{
    const struct shape *shape = f->shapes;

    while (shape && !fits(shape, count, values)) shape = shape->next;
    return shape;
}

/* The n-th way to read an argument; false: there are no more. Way 0 is as it is. */
static bool reading(const struct shape *shape, int i, int n, struct type *out)
{
    static const enum type_kind whole[] = {TYPE_BIGINT, TYPE_INTEGER, TYPE_BOOLEAN};

    *out = n == 0 ? shape->have[i] : shape->like[i];
    if (shape->have[i].kind != TYPE_BIGINT) return n == 0 || (n == 1 && !type_equal(shape->have[i], shape->like[i]));
    if (n < 3) *out = type_of(whole[n]);
    return n < 3;
}

/* Counts up through the ways to read all arguments, the first fastest. False: that was the last. */
static bool next_reading(const struct shape *shape, int *ways, struct named_argument *args)
{
    for (int i = 0; i < shape->count; i++) {
        if (reading(shape, i, ++ways[i], &args[i].as)) return true;
        reading(shape, i, ways[i] = 0, &args[i].as);
    }
    return false;
}

/* Tries the ways to read the arguments until the function takes them. The error is the first one's. */
static void bind_shape(const struct sql_function *f, struct shape *shape)
{
    struct named_argument *args = arena_alloc(shape->memory, (size_t)shape->count * sizeof *args + 1);
    int *ways = arena_alloc(shape->memory, (size_t)shape->count * sizeof *ways + 1);
    struct err err;

    for (int i = 0; i < shape->count; i++) args[i] = (struct named_argument){shape->have[i], shape->have[i]};
    shape->call = bind_named(shape->memory, f->name, shape->count, args, &shape->err);
    while (!shape->call && next_reading(shape, ways, args)) {
        shape->looked = true;
        shape->call = bind_named(shape->memory, f->name, shape->count, args, &err);
    }
}

static struct column room_for(struct arena *memory, struct type type)
{
    struct column column = {.phys = type_phys(type)};

    column.data = arena_alloc(memory, sizeof(struct text));
    return column;
}

static const struct shape *make_shape(struct sql_function *f, int count, sqlite3_value **values)
{
    struct arena *memory = arena_new();
    struct shape *shape = arena_alloc(memory, sizeof *shape);

    if (f->shape_count == SHAPES_MAX) forget_shapes(f);
    shape->memory = memory;
    shape->count = count;
    shape->have = arena_alloc(memory, (size_t)count * sizeof *shape->have + 1);
    shape->like = arena_alloc(memory, (size_t)count * sizeof *shape->like + 1);
    shape->columns = arena_alloc(memory, (size_t)count * sizeof *shape->columns + 1);
    for (int i = 0; i < count; i++) {
        shape->have[i] = type_in_sqlite(values[i]);
        shape->like[i] = type_looked_like(values[i]);
        shape->columns[i] = room_for(memory, shape->have[i]);
    }
    bind_shape(f, shape);
    if (shape->call) shape->eval = eval_new_row(&shape->call, 1);
    shape->next = f->shapes;
    f->shapes = shape;
    f->shape_count++;
    return shape;
}

/* ---- calls ---- */

static struct text text_value(const void *bytes, int len)
{
    return len ? text_of(bytes, (size_t)len) : (struct text){.ptr = ""};
}

/* Kernels read nothing but UTF-8, which SQLite does not check. */
static bool is_sound(const struct type *type, const struct column *column)
{
    const struct text *t = column->texts;

    return type->kind != TYPE_VARCHAR || utf8_valid_prefix(t->len ? t->ptr : "", t->len) == t->len;
}

static void take_value(struct column *column, sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: column->ints[0] = sqlite3_value_int64(value); break;
    case SQLITE_FLOAT: column->doubles[0] = sqlite3_value_double(value); break;
    case SQLITE_TEXT: column->texts[0] = text_value(sqlite3_value_text(value), sqlite3_value_bytes(value)); break;
    case SQLITE_BLOB: column->texts[0] = text_value(sqlite3_value_blob(value), sqlite3_value_bytes(value)); break;
    default: break;
    }
}

/* The message is SQLite's from here on; the code waits for whoever ran the statement. */
static void fail(sqlite3_context *context, struct database *db, const struct err *err)
{
    db->failure = *err;
    db->failure.at = -1;
    sqlite3_result_error(context, err->text, -1);
}

static void fail_row(sqlite3_context *context, struct database *db, const struct shape *shape, const struct batch *one)
{
    struct buf text = {0};
    struct err err;

    eval_explain(shape->call, one, 0, &text);
    err_set(&err, ERR_VALUE, -1, "%s", buf_text(&text));
    buf_free(&text);
    fail(context, db, &err);
}

static void fail_text(sqlite3_context *context, struct database *db)
{
    struct err err;

    err_set(&err, ERR_VALUE, -1, "a text that is not UTF-8");
    fail(context, db, &err);
}

static void run_shape(sqlite3_context *context, struct database *db, const struct shape *shape, sqlite3_value **values)
{
    usec none = USEC_MIN, arrival = 0;
    struct batch one = {.rows = 1, .live = 1, .w = &none, .rowtime = &arrival, .arrival = &arrival};
    struct relation_value result;
    struct column out;

    for (int i = 0; i < shape->count; i++) {
        take_value(&shape->columns[i], values[i]);
        if (is_sound(&shape->have[i], &shape->columns[i])) continue;
        fail_text(context, db);
        return;
    }
    one.columns = shape->count;
    one.column = shape->columns;
    eval_run(shape->eval, &one, &out);
    if (out.error && out.error[0]) {
        fail_row(context, db, shape, &one);
        return;
    }
    relation_value_at(&out, 0, shape->call->type, &result);
    vtab_result(context, &result);
}

static void call(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct sql_function *f = sqlite3_user_data(context);
    const struct shape *shape = find_shape(f, count, values);

    if (!shape) shape = make_shape(f, count, values);
    if (shape->call)
        run_shape(context, f->db, shape, values);
    else
        fail(context, f->db, &shape->err);
}

/* ---- registering ---- */

static void function_free(void *arg)
{
    forget_shapes(arg);
    free(arg);
}

static int register_function(struct database *db, const char *name)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    struct sql_function *f = mem_zalloc(sizeof *f);

    f->name = name;
    f->db = db;
    return sqlite3_create_function_v2(db->sqlite, name, -1, flags, f, call, NULL, NULL, function_free);
}

int functions_register(struct database *db, struct err *err)
{
    const char *name, *last = "";
    bool more = true;

    for (int i = 0; more; i++) {
        name = name_at(i, &more);
        if (!name || strcmp(name, last) == 0) continue; /* another overload */
        last = name;
        if (register_function(db, name)) return database_fail(db, str_of(NULL, 0), err);
    }
    return 0;
}
