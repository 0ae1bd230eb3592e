/* bind_name.c - names: which column, stream or moment an identifier means. */
#include "parser/suggest.h"
#include "planner/binder.h"
#include <ctype.h>
#include <string.h>

/* ---- identifiers ---- */

bool ident_is(const struct ident *id, const char *word)
{
    return str_equal_nocase(id->text, str_lit(word));
}

const char *bind_new_name(struct binder *b, const struct ident *id)
{
    char *name = arena_copy(b->arena, id->text.ptr, id->text.len);

    if (id->quoted || b->ctx->dialect != DIALECT_KINESIS) return name;
    for (char *c = name; *c; c++) *c = (char)toupper((unsigned char)*c);
    return name;
}

/* Case counts in the old service's dialect: an unquoted name is one in upper case. */
int bind_check_case(struct binder *b, const struct ident *id, const char *name)
{
    if (b->ctx->dialect != DIALECT_KINESIS) {
        if (id->quoted && !str_equal(id->text, str_lit(name))) {
            bind_warn(b, id->at, "\"%.*s\" is taken as \"%s\"", (int)id->text.len, id->text.ptr, name);
        }
        return 0;
    }
    if (!strcmp(bind_new_name(b, id), name)) return 0;
    if (id->quoted) {
        return err_set(b->err, ERR_NAME, id->at, "unknown name \"%.*s\": did you mean \"%s\"?", (int)id->text.len,
                       id->text.ptr, name);
    }
    return err_set(b->err, ERR_NAME, id->at, "\"%s\" exists only in quotes: write \"%s\"", name, name);
}

/* A pump where a stream should stand. */
static int refuse_pump(struct binder *b, const struct ident *id)
{
    const struct object *pump = catalog_find(b->ctx->catalog, id->text, id->quoted, 1u << OBJECT_PUMP, id->at, NULL),
                        *target = pump ? catalog_get(b->ctx->catalog, pump->target) : NULL;

    if (!target) return 0;
    return err_set(b->err, ERR_NAME, id->at, "\"%s\" is a pump: read the stream that it fills, \"%s\"", pump->name,
                   target->name);
}

/* There are no schemas: sales.emps is emps. */
struct object *bind_object(struct binder *b, const struct name *name, unsigned kinds)
{
    const struct ident *id = &name->parts[name->count - 1];
    struct object *o;

    if (!catalog_find(b->ctx->catalog, id->text, id->quoted, kinds, id->at, NULL) && refuse_pump(b, id)) return NULL;
    o = catalog_find(b->ctx->catalog, id->text, id->quoted, kinds, id->at, b->err);
    return o && (o->system || !bind_check_case(b, id, o->name)) ? o : NULL;
}

/* ---- columns of a list ---- */

/* How well a name fits what was written: not at all, but for case, exactly. */
static int name_fit(struct binder *b, const struct ident *id, const char *name)
{
    bool folded = !id->quoted && b->ctx->dialect == DIALECT_KINESIS;

    if (!str_equal_nocase(id->text, str_lit(name))) return 0;
    if (folded) return strcmp(bind_new_name(b, id), name) ? 1 : 2;
    return str_equal(id->text, str_lit(name)) ? 2 : 1;
}

static enum found ambiguous(struct binder *b, const struct ident *id, const char *first, const char *second)
{
    if (!strcmp(first, second)) {
        err_set(b->err, ERR_NAME, id->at, "ambiguous column \"%.*s\": there are two of that name", (int)id->text.len,
                id->text.ptr);
    } else {
        err_set(b->err, ERR_NAME, id->at,
                "ambiguous column \"%.*s\": \"%s\" and \"%s\" differ only in case: write the one meant in quotes",
                (int)id->text.len, id->text.ptr, first, second);
    }
    return FOUND_ERROR;
}

enum found bind_field(struct binder *b, const struct ident *id, const struct field *fields, int count, int *out)
{
    int best = 0, again = -1;

    for (int i = 0; i < count; i++) {
        int fit = name_fit(b, id, fields[i].name);
        if (fit && fit == best) again = i;
        if (fit <= best) continue;
        best = fit;
        *out = i;
        again = -1;
    }
    if (!best) return FOUND_NONE;
    if (again >= 0) return ambiguous(b, id, fields[*out].name, fields[again].name);
    return best == 1 && bind_check_case(b, id, fields[*out].name) ? FOUND_ERROR : FOUND_ONE;
}

/* ---- columns of a source ---- */

static const struct system_column {
    const char *name;
    enum scan_column column;
    enum type_kind type;
} system_columns[] = {
    {"SHARD_ID", SCAN_SHARD_ID, TYPE_VARCHAR},
    {"SEQUENCE_NUMBER", SCAN_SEQUENCE_NUMBER, TYPE_VARCHAR},
    {"PARTITION_KEY", SCAN_PARTITION_KEY, TYPE_VARCHAR},
    {"APPROXIMATE_ARRIVAL_TIME", SCAN_ARRIVAL, TYPE_TIMESTAMP},
};
enum { SYSTEM_COLUMNS = sizeof system_columns / sizeof *system_columns };

static struct field scan_field(const struct source *source, int column)
{
    if (column >= 0) return source->fields[column];
    for (int i = 0; i < SYSTEM_COLUMNS; i++) {
        if ((int)system_columns[i].column != column) continue;
        return (struct field){
            .name = system_columns[i].name, .type = type_of(system_columns[i].type), .not_null = true};
    }
    return (struct field){0};
}

/* The place of a stream's column among the fields of its SCAN, which has room for all. */
static int scan_place(struct source *source, int column)
{
    struct plan *scan = source->plan;

    for (int i = 0; i < scan->field_count; i++) {
        if (scan->scan_column[i] == column) return i;
    }
    scan->fields[scan->field_count] = scan_field(source, column);
    scan->scan_column[scan->field_count] = column;
    return scan->field_count++;
}

struct bound *bind_source_column(struct binder *b, struct source *source, int column, int at)
{
    int place = source->scan ? scan_place(source, column) : column;

    return bound_input_column(b, source->scan ? &source->plan->fields[place] : &source->fields[column], place, at);
}

static const char *const window_names[] = {"window_start", "window_end", "window_time"};

/* 0, 1, 2; -1: it is none of them. */
static int window_name(const struct ident *id)
{
    for (int i = 0; i < 3; i++) {
        if (ident_is(id, window_names[i])) return i;
    }
    return -1;
}

/* Of a window function: before the columns of its table. */
static struct bound *table_window(const struct source *source, const struct ident *id)
{
    int i = window_name(id);

    return i < 0 ? NULL : source->window[i];
}

/* Of the window in GROUP BY: when there is no such column. */
static struct bound *group_window(struct scope *scope, const struct ident *id, int at)
{
    bool above = scope->clause == CLAUSE_ITEM || scope->clause == CLAUSE_HAVING;
    int i = window_name(id);
    struct bound *column;

    if (i < 0 || !above || !window_is_timed(&scope->grouping->window)) return NULL;
    column = bound_new(scope->binder, BOUND_COLUMN, TYPE_TIMESTAMP, at);
    column->column = PSEUDO_WINDOW_START - i;
    return column;
}

bool bind_is_window_column(const struct source *source, int column)
{
    struct ident id = {.text = str_lit(source->fields[column].name)};

    return table_window(source, &id);
}

static struct bound *system_column(struct scope *scope, const struct ident *id, int at)
{
    struct source *source = scope->source;
    bool stream = source->scan && source->plan->object->kind == OBJECT_STREAM;

    if (ident_is(id, "_watermark")) return bound_new(scope->binder, BOUND_WATERMARK, TYPE_TIMESTAMP, at);
    for (int i = 0; i < SYSTEM_COLUMNS && stream; i++) {
        if (ident_is(id, system_columns[i].name))
            return bind_source_column(scope->binder, source, system_columns[i].column, at);
    }
    return NULL;
}

/* The clock, as names without parentheses. */
static struct bound *moment(struct scope *scope, const struct ident *id, int at)
{
    struct binder *b = scope->binder;
    usec today = time_floor(b->ctx->now, UNIT_DAY);

    if (id->quoted) return NULL;
    if (ident_is(id, "CURRENT_ROW_TIMESTAMP")) return bound_new(b, BOUND_ARRIVAL, TYPE_TIMESTAMP, at);
    if (ident_is(id, "CURRENT_TIMESTAMP") || ident_is(id, "LOCALTIMESTAMP"))
        return bound_int(b, TYPE_TIMESTAMP, b->ctx->now, at);
    if (ident_is(id, "CURRENT_DATE")) return bound_int(b, TYPE_DATE, today, at);
    if (ident_is(id, "CURRENT_TIME") || ident_is(id, "LOCALTIME"))
        return bound_int(b, TYPE_TIME, b->ctx->now - today, at);
    return NULL;
}

const char *bind_hint(struct binder *b, struct str word, const char *const *words, size_t count)
{
    const char *near = suggest(word, words, count);

    return near ? arena_printf(b->arena, ": did you mean \"%s\"?", near) : "";
}

int bind_unknown_column(struct binder *b, const struct ident *id, const struct source *source)
{
    const char **words = arena_alloc(b->arena, ((size_t)source->field_count + 4 + SYSTEM_COLUMNS) * sizeof *words);
    const char *near;
    size_t count = 0;

    for (int i = 0; i < source->field_count; i++) words[count++] = source->fields[i].name;
    for (int i = 0; i < 3 && source->window[i]; i++) words[count++] = window_names[i];
    for (int i = 0; i < SYSTEM_COLUMNS && source->scan; i++) words[count++] = system_columns[i].name;
    words[count++] = "ROWTIME";
    near = bind_hint(b, id->text, words, count);
    return bind_refuse_column(b, id, source, *near ? near : NULL);
}

/* ROWTIME without a source: in a select list that of the row which is made, elsewhere the input's. */
static struct bound *unqualified_rowtime(struct scope *scope, int at)
{
    struct bound *column;

    if (scope->clause == CLAUSE_GROUP) scope->grouping->unqualified = true;
    if (scope->clause != CLAUSE_ITEM && scope->clause != CLAUSE_HAVING)
        return bound_new(scope->binder, BOUND_ROWTIME, TYPE_TIMESTAMP, at);
    column = bound_new(scope->binder, BOUND_COLUMN, TYPE_TIMESTAMP, at);
    column->column = PSEUDO_ROWTIME;
    return column;
}

/* Where windows of which a row may be in several have names. */
static bool names_windows(enum clause clause)
{
    return clause == CLAUSE_GROUP || clause == CLAUSE_ITEM || clause == CLAUSE_HAVING;
}

/* A column of the source under any of its names; NULL and *found when there is none. */
static struct bound *source_name(struct scope *scope, const struct ident *id, int at, enum found *found)
{
    struct source *source = scope->source;
    struct bound *e = table_window(source, id);
    int i;

    *found = FOUND_ONE;
    if (e && bind_is_of_many(e) && !names_windows(scope->clause)) return bind_refuse_many(scope, at);
    if (e) return e;
    *found = bind_field(scope->binder, id, source->fields, source->field_count, &i);
    if (*found == FOUND_ONE) return bind_source_column(scope->binder, source, i, at);
    if (*found == FOUND_ERROR) return NULL;
    if ((e = group_window(scope, id, at)) || (e = system_column(scope, id, at))) *found = FOUND_ONE;
    return e;
}

static struct bound *unqualified(struct scope *scope, const struct ident *id, int at)
{
    enum found found = FOUND_NONE;
    struct bound *e = NULL;

    if (scope->parameters) return (e = moment(scope, id, at)) ? e : bind_parameter(scope, id, at);
    if (scope->source && ident_is(id, "ROWTIME")) return unqualified_rowtime(scope, at);
    if (scope->source) e = source_name(scope, id, at, &found);
    if (found != FOUND_NONE) return e;
    if ((e = moment(scope, id, at))) return e;
    if (scope->source) return bind_unknown_name(scope, id), NULL;
    return bind_refuse(scope->binder, ERR_NAME, at,
                       "there are no columns here: \"%.*s\": if it is a text, write '%.*s'", (int)id->text.len,
                       id->text.ptr, (int)id->text.len, id->text.ptr);
}

void *bind_unknown_source(struct scope *scope, const struct ident *of)
{
    const char *name = scope->source ? scope->source->name : NULL;

    if (!name)
        return bind_refuse(scope->binder, ERR_NAME, of->at, "unknown source \"%.*s\"", (int)of->text.len, of->text.ptr);
    return bind_refuse(scope->binder, ERR_NAME, of->at, "unknown source \"%.*s\": this query calls it \"%s\"",
                       (int)of->text.len, of->text.ptr, name);
}

/* name.column: the input row's. */
static struct bound *qualified(struct scope *scope, const struct ident *of, const struct ident *id, int at)
{
    struct source *source = scope->source;
    enum found found;
    struct bound *e;

    if (!source || !source->name || !ident_is(of, source->name)) return bind_unknown_source(scope, of);
    if (bind_check_case(scope->binder, of, source->name)) return NULL;
    if (ident_is(id, "ROWTIME")) return bound_new(scope->binder, BOUND_ROWTIME, TYPE_TIMESTAMP, at);
    e = source_name(scope, id, at, &found);
    if (found == FOUND_NONE) bind_unknown_column(scope->binder, id, source);
    return e;
}

struct bound *bind_column(struct scope *scope, const struct expr *e)
{
    const struct name *name = &e->name;

    if (name->count == 1) return unqualified(scope, &name->parts[0], e->at);
    if (name->count == 2) return qualified(scope, &name->parts[0], &name->parts[1], e->at);
    return bind_later(scope->binder, e->at, "fields of records");
}
