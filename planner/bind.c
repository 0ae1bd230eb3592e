/* bind.c - see bind.h. Statements: objects and their columns, what a pump writes where, rows of INSERT. */
#include "planner/bind.h"
#include "parser/unparse.h"
#include "planner/binder.h"
#include <stdlib.h>
#include <string.h>

/* ---- columns of a stream ---- */

int bind_check_new_name(struct binder *b, const struct ident *id, const struct field *fields, int count,
                        const char *name)
{
    if (!*name) return err_set(b->err, ERR_NAME, id->at, "a name cannot be empty");
    for (int i = 0; i < count; i++) {
        if (!strcmp(fields[i].name, name))
            return err_set(b->err, ERR_NAME, id->at, "%s \"%s\" is there twice",
                           b->object && b->object->kind == OBJECT_FUNCTION ? "parameter" : "column", name);
    }
    return 0;
}

static int check_format(struct binder *b, const struct column_def *c, const struct field *f)
{
    struct err why;

    if (!type_is_datetime(f->type.kind))
        return err_set(b->err, ERR_TYPE, c->format_at, "FORMAT is for dates and times, \"%s\" is %s", f->name,
                       type_kind_name(f->type.kind));
    if (time_format_new(b->arena, c->format, &why)) return 0;
    return err_set(b->err, ERR_VALUE, c->format_at, "%s", why.text);
}

static int check_path(struct binder *b, const struct column_def *c)
{
    if (c->path.len >= 2 && c->path.ptr[0] == '$' && (c->path.ptr[1] == '.' || c->path.ptr[1] == '[')) return 0;
    return err_set(b->err, ERR_VALUE, c->path_at, "a path begins with $: '$.properties.mag'");
}

static int add_column(struct binder *b, const struct column_def *c, struct object *o)
{
    struct field f = {.name = bind_new_name(b, &c->name),
                      .quoted = c->name.quoted,
                      .not_null = c->not_null,
                      .kinesis = b->ctx->dialect == DIALECT_KINESIS};

    if (bind_check_new_name(b, &c->name, o->fields, o->field_count, f.name) || bind_type(b, c->type, &f.type))
        return -1;
    if (f.type.kind == TYPE_INTERVAL_DAY || f.type.kind == TYPE_INTERVAL_MONTH)
        return err_set(b->err, ERR_TYPE, c->type->at, "INTERVAL is no type of a column");
    if (c->format.ptr && check_format(b, c, &f)) return -1;
    if (c->path.ptr && check_path(b, c)) return -1;
    f.format = c->format.ptr ? arena_copy(b->arena, c->format.ptr, c->format.len) : NULL;
    f.path = c->path.ptr ? arena_copy(b->arena, c->path.ptr, c->path.len) : NULL;
    o->fields[o->field_count++] = f;
    return 0;
}

static int find_column(struct binder *b, const struct ident *id, const struct object *o, int *out)
{
    struct source source = {.name = o->name, .fields = o->fields, .field_count = o->field_count};

    switch (bind_field(b, id, o->fields, o->field_count, out)) {
    case FOUND_ONE: return 0;
    case FOUND_ERROR: return -1;
    case FOUND_NONE: break;
    }
    return bind_unknown_column(b, id, &source);
}

/* ---- WATERMARK FOR c AS c [- INTERVAL ...] ---- */

static bool is_column(const struct expr *e, const struct ident *id)
{
    return e->kind == EXPR_COLUMN && e->name.count == 1 && str_equal_nocase(e->name.parts[0].text, id->text);
}

static int watermark_bound(struct binder *b, const struct create_stream *s, usec *out)
{
    const struct expr *e = s->watermark_expr;
    struct type type;

    *out = 0;
    if (is_column(e, &s->watermark)) return 0;
    if (e->kind != EXPR_BINARY_OP || e->binary.op != BINARY_SUBTRACT || !is_column(e->binary.left, &s->watermark) ||
        e->binary.right->kind != EXPR_INTERVAL) {
        return err_set(b->err, ERR_TYPE, e->at,
                       "a watermark is the column, or the column less an interval: %.*s - INTERVAL '5' SECOND",
                       (int)s->watermark.text.len, s->watermark.text.ptr);
    }
    if (bind_interval(b, e->binary.right, &type, out)) return -1;
    if (type.kind == TYPE_INTERVAL_DAY && *out >= 0) return 0;
    return err_set(b->err, ERR_VALUE, e->binary.right->at,
                   "a watermark's bound is a span of days, hours, minutes or seconds, zero or more");
}

static int set_watermark(struct binder *b, const struct create_stream *s, struct object *o)
{
    if (!s->watermark.text.ptr) return 0;
    if (find_column(b, &s->watermark, o, &o->watermark_field)) return -1;
    if (o->fields[o->watermark_field].type.kind != TYPE_TIMESTAMP) {
        return err_set(b->err, ERR_TYPE, s->watermark.at, "a watermark needs a TIMESTAMP, \"%s\" is %s",
                       o->fields[o->watermark_field].name, type_kind_name(o->fields[o->watermark_field].type.kind));
    }
    return watermark_bound(b, s, &o->watermark_bound);
}

/* ---- CREATE STREAM ---- */

static int declared_stream(struct binder *b, const struct statement *s, struct object *o)
{
    const struct create_stream *c = &s->create_stream;
    struct kept kept = {.count = 0};
    int column;

    o->fields = arena_alloc(b->arena, (size_t)c->columns.count * sizeof *o->fields);
    for (int i = 0; i < c->columns.count; i++) {
        if (add_column(b, &c->columns.items[i], o) && bind_keep(b, &kept)) break;
    }
    if (bind_kept(b, &kept)) return -1;
    if (set_watermark(b, c, o)) return -1;
    for (int i = 0; i < c->primary_key.count; i++) {
        if (find_column(b, &c->primary_key.items[i], o, &column)) return -1;
    }
    if (bind_stream_options(b, &s->options, o)) return -1;
    for (int i = 0; i < c->columns.count && !strcmp(o->format, "csv"); i++) {
        if (c->columns.items[i].path.ptr)
            return err_set(b->err, ERR_TYPE, c->columns.items[i].path_at,
                           "CSV has no paths: its columns come in order");
    }
    return 0;
}

/* Of output column i, when the select list has an item for each; else of the query. */
static int item_place(const struct select *select, int i)
{
    const struct select_items *items = &select->plain.items;

    if (select->kind != SELECT_PLAIN) return select->at;
    for (int k = 0; k < items->count; k++)
        if (items->items[k].expr->kind == EXPR_STAR || ident_is(&items->items[k].alias, "ROWTIME")) return select->at;
    return i < items->count ? items->items[i].expr->at : select->at;
}

/* A query's columns as those of an object. */
static int take_fields(struct binder *b, const struct select *select, struct object *o)
{
    const struct plan *plan = o->plan;

    o->fields = arena_alloc(b->arena, (size_t)plan->field_count * sizeof *o->fields);
    for (int i = 0; i < plan->field_count; i++) {
        for (int j = 0; j < i; j++) {
            if (strcmp(plan->fields[i].name, plan->fields[j].name)) continue;
            return err_set(b->err, ERR_NAME, item_place(select, i),
                           "column \"%s\" is there twice: give one another name with AS", plan->fields[i].name);
        }
        if (plan->fields[i].type.kind == TYPE_NULL)
            return err_set(b->err, ERR_TYPE, select->at, "column \"%s\" has no type: write CAST(NULL AS ...)",
                           plan->fields[i].name);
        o->fields[i] = plan->fields[i];
        o->fields[i].kinesis = b->ctx->dialect == DIALECT_KINESIS;
    }
    o->field_count = plan->field_count;
    return 0;
}

static void identity_targets(struct binder *b, struct object *o)
{
    o->target_field = arena_alloc(b->arena, (size_t)o->plan->field_count * sizeof *o->target_field);
    for (int i = 0; i < o->plan->field_count; i++) o->target_field[i] = i;
}

static int derived_stream(struct binder *b, const struct statement *s, struct object *o)
{
    const struct select *select = s->create_stream.select;

    if (!(o->plan = bind_select_root(b, select, EMIT_CLOSE)) || take_fields(b, select, o) ||
        bind_stream_options(b, &s->options, o))
        return -1;
    if (o->source != SOURCE_LOG)
        return err_set(b->err, ERR_TYPE, s->options.items[0].key.at,
                       "a stream that is made by a query has no connector");
    o->derived = true;
    o->changelog = !o->plan->insert_only;
    identity_targets(b, o);
    return 0;
}

static int create_stream(struct binder *b, const struct statement *s, struct object *o)
{
    return s->create_stream.select ? derived_stream(b, s, o) : declared_stream(b, s, o);
}

/* ---- CREATE VIEW ---- */

static int name_columns(struct binder *b, const struct idents *names, struct plan *plan)
{
    struct field *fields = arena_alloc(b->arena, (size_t)plan->field_count * sizeof *fields);

    if (!names->count) return 0;
    if (names->count != plan->field_count)
        return err_set(b->err, ERR_NAME, names->items[0].at, "the list has %d names for %d columns", names->count,
                       plan->field_count);
    for (int i = 0; i < names->count; i++) {
        fields[i] = plan->fields[i];
        fields[i].name = bind_new_name(b, &names->items[i]);
        fields[i].quoted = names->items[i].quoted;
    }
    plan->fields = fields;
    return 0;
}

static int create_view(struct binder *b, const struct statement *s, struct object *o)
{
    if (bind_refuse_options(b, &s->options, "a view")) return -1;
    if (!(o->plan = bind_select_root(b, s->view.select, EMIT_CHANGES)) || name_columns(b, &s->view.columns, o->plan))
        return -1;
    if (take_fields(b, s->view.select, o)) return -1;
    identity_targets(b, o);
    return 0;
}

/* ---- CREATE PUMP ---- */

/* The stream that rows may be written into. */
static struct object *insert_target(struct binder *b, const struct name *name)
{
    struct object *o = bind_object(b, name, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW);

    if (!o) return NULL;
    if (o->kind == OBJECT_VIEW)
        return bind_refuse(b, ERR_TYPE, name->at, "\"%s\" is a view: rows are written into streams", o->name);
    if (o->system) return bind_refuse(b, ERR_NAME, name->at, "\"%s\" is written by weir alone", o->name);
    if (o->plan) return bind_refuse(b, ERR_TYPE, name->at, "\"%s\" is made by its own query", o->name);
    if (o->source != SOURCE_LOG)
        return bind_refuse(b, ERR_TYPE, name->at, "\"%s\" is read from a connector: nothing can be written into it",
                           o->name);
    return o;
}

/* target: all its columns were to be filled; NULL: those that the statement names. */
static void *wrong_count(struct binder *b, const struct object *target, int count, int expected, int at)
{
    struct buf names = {0};

    if (!target)
        return bind_refuse(b, ERR_TYPE, at, "%d value%s for %d column%s", count, count == 1 ? "" : "s", expected,
                           expected == 1 ? "" : "s");
    for (int i = 0; i < expected; i++) buf_printf(&names, "%s%s", i ? ", " : "", target->fields[i].name);
    bind_refuse(b, ERR_TYPE, at, "%d value%s for the %d column%s of \"%s\": %s", count, count == 1 ? "" : "s", expected,
                expected == 1 ? "" : "s", target->name, buf_text(&names));
    buf_free(&names);
    return NULL;
}

/* For each of `count` values the target's column: those named, else the first ones in order. */
static int *insert_columns(struct binder *b, const struct insert *insert, const struct object *target, int count,
                           int at)
{
    const struct idents *names = &insert->columns;
    int expected = names->count ? names->count : target->field_count;
    int *out = arena_alloc(b->arena, ((size_t)expected + 1) * sizeof *out);

    if (count != expected) return wrong_count(b, names->count ? NULL : target, count, expected, at);
    for (int i = 0; i < count; i++) {
        out[i] = i;
        if (names->count && find_column(b, &names->items[i], target, &out[i])) return NULL;
        for (int j = 0; j < i; j++) {
            if (out[j] == out[i])
                return bind_refuse(b, ERR_NAME, names->items[i].at, "column \"%s\" is there twice",
                                   target->fields[out[i]].name);
        }
    }
    for (int i = 0; i < target->field_count; i++) {
        bool given = false;
        for (int j = 0; j < count; j++) given |= out[j] == i;
        if (!given && target->fields[i].not_null)
            return bind_refuse(b, ERR_TYPE, insert->target.at, "column \"%s\" is NOT NULL and gets no value",
                               target->fields[i].name);
    }
    return out;
}

/* A walk from a query back to all that its rows come from. */
struct origins {
    const struct catalog *catalog;
    uint32_t wanted;
    bool *seen;  /* by id: each object is looked at once, however many ways lead to it */
    bool direct; /* only what the query itself reads */
};

static bool plan_comes_from(struct origins *origins, const struct plan *plan);

static bool object_comes_from(struct origins *origins, const struct object *o)
{
    const struct object *feeder;

    if (o->id == origins->wanted) return true;
    if (origins->direct || origins->seen[o->id]) return false;
    origins->seen[o->id] = true;
    if (o->plan && plan_comes_from(origins, o->plan)) return true;
    for (int i = 0; (feeder = catalog_at(origins->catalog, i)); i++) {
        if (feeder->kind == OBJECT_PUMP && feeder->target == o->id && plan_comes_from(origins, feeder->plan))
            return true;
    }
    return false;
}

static bool plan_comes_from(struct origins *origins, const struct plan *plan)
{
    if (plan->kind == PLAN_SCAN) return object_comes_from(origins, plan->object);
    for (int i = 0; i < plan->inputs; i++) {
        if (plan_comes_from(origins, plan->input[i])) return true;
    }
    return false;
}

/* Whether the plan, not in the catalogue yet, reads rows that come, through whatever queries, out of `from`. */
static bool plan_reads(struct binder *b, const struct plan *plan, uint32_t from)
{
    const struct catalog *c = b->ctx->catalog;
    struct origins origins = {c, from, mem_zalloc(catalog_next_id(c) * sizeof(bool)), !catalog_reader(c, from)};
    bool reads = plan_comes_from(&origins, plan);

    free(origins.seen);
    return reads;
}

/* The plan, cast to the columns that it fills. */
static struct plan *fit_plan(struct binder *b, const struct object *pump, const struct object *target)
{
    struct field *to = arena_alloc(b->arena, (size_t)pump->plan->field_count * sizeof *to);

    for (int i = 0; i < pump->plan->field_count; i++) to[i] = target->fields[pump->target_field[i]];
    return bind_recast(b, pump->plan, to);
}

static int create_pump(struct binder *b, const struct statement *s, struct object *o)
{
    const struct insert *insert = &s->pump.insert;
    const struct object *target = insert_target(b, &insert->target);

    if (!target || bind_refuse_options(b, &s->options, "a pump")) return -1;
    if (!(o->plan = bind_select_root(b, insert->select, EMIT_CLOSE))) return -1;
    if (plan_reads(b, o->plan, target->id))
        return err_set(b->err, ERR_TYPE, insert->target.at, "a circle: \"%s\" would be made from itself", target->name);
    if (!o->plan->insert_only) {
        if (bind_refuse_groups(b, insert->select, o->plan)) return -1;
        return bind_later(
                   b, insert->select->at,
                   "a pump whose query takes rows back (add a window to GROUP BY, or CREATE STREAM ... AS SELECT)"),
               -1;
    }
    if (!(o->target_field = insert_columns(b, insert, target, o->plan->field_count, insert->select->at))) return -1;
    if (!(o->plan = fit_plan(b, o, target))) return -1;
    o->target = target->id;
    o->stopped = s->pump.stopped;
    return 0;
}

/* ---- CREATE ... ---- */

static int create(struct binder *b, const struct statement *s, struct object *o)
{
    const struct ident *name = &s->name.parts[s->name.count - 1];

    o->name = bind_new_name(b, name);
    o->quoted = name->quoted;
    if (o->kind != OBJECT_PUMP && o->kind != OBJECT_FUNCTION && ident_is(name, "error_stream"))
        return err_set(b->err, ERR_NAME, name->at, "\"error_stream\" is weir's own: choose another name");
    switch (o->kind) {
    case OBJECT_STREAM: return create_stream(b, s, o);
    case OBJECT_VIEW: return create_view(b, s, o);
    case OBJECT_PUMP: return create_pump(b, s, o);
    case OBJECT_FUNCTION: return bind_create_function(b, s, o);
    }
    return -1;
}

struct object *bind_create(const struct bind_context *ctx, const struct statement *s, struct err *err)
{
    enum object_kind kind = s->kind == STATEMENT_CREATE_STREAM     ? OBJECT_STREAM
                            : s->kind == STATEMENT_CREATE_VIEW     ? OBJECT_VIEW
                            : s->kind == STATEMENT_CREATE_FUNCTION ? OBJECT_FUNCTION
                                                                   : OBJECT_PUMP;
    struct object *o = object_new(kind);
    struct binder b = {ctx, o->arena, err, o};
    struct buf sql = {0};

    unparse(&sql, s);
    o->sql = arena_copy(o->arena, buf_text(&sql), sql.len);
    buf_free(&sql);
    if (!create(&b, s, o)) return o;
    object_free(o);
    return NULL;
}

/* SELECT STREAM; of set operations the first operand says it. */
static bool is_stream(const struct select *s)
{
    while (s->kind == SELECT_UNION || s->kind == SELECT_EXCEPT || s->kind == SELECT_INTERSECT) s = s->set.left;
    return s->kind == SELECT_PLAIN && s->plain.stream;
}

struct plan *bind_query(const struct bind_context *ctx, struct arena *arena, const struct select *select,
                        struct err *err)
{
    struct binder b = {ctx, arena, err, NULL};

    return bind_select_root(&b, select, is_stream(select) ? EMIT_CLOSE : EMIT_CHANGES);
}

/* ---- INSERT INTO stream VALUES ---- */

static struct bound *missing_value(struct binder *b, const struct field *field)
{
    struct bound *null = bound_new(b, BOUND_CONST, field->type.kind, -1);

    null->type = field->type;
    null->null = true;
    return null;
}

static struct bound **insert_row(struct binder *b, const struct insert *insert, const struct value_row *row,
                                 const struct object *target)
{
    struct scope scope = {.binder = b, .clause = CLAUSE_CONSTANT};
    struct bound **out = arena_alloc(b->arena, (size_t)target->field_count * sizeof *out), *value;
    const int *column = insert_columns(b, insert, target, row->values.count, row->at);
    struct kept kept = {.count = 0};

    if (!column) return NULL;
    for (int i = 0; i < target->field_count; i++) out[i] = missing_value(b, &target->fields[i]);
    for (int i = 0; i < row->values.count; i++) {
        value = bind_expr(&scope, row->values.items[i]);
        if (value) value = out[column[i]] = bind_assign(b, value, &target->fields[column[i]]);
        if (!value && bind_keep(b, &kept)) break;
    }
    return bind_kept(b, &kept) ? NULL : out;
}

int bind_insert(const struct bind_context *ctx, struct arena *arena, const struct statement *s, struct insert_rows *out,
                struct err *err)
{
    struct binder b = {ctx, arena, err, NULL};
    const struct select *values = s->insert.select;

    *out = (struct insert_rows){.stream = insert_target(&b, &s->insert.target)};
    if (!out->stream) return -1;
    if (is_stream(values))
        return err_set(err, ERR_TYPE, values->at,
                       "SELECT STREAM never ends: write CREATE PUMP ... AS INSERT INTO, or leave STREAM away");
    if (values->kind != SELECT_VALUES) return 0;
    out->row_count = values->values.count;
    out->rows = arena_alloc(arena, (size_t)out->row_count * sizeof *out->rows);
    for (int i = 0; i < out->row_count; i++) {
        if (!(out->rows[i] = insert_row(&b, &s->insert, &values->values.items[i], out->stream))) return -1;
    }
    return 0;
}

/* ---- INSERT INTO stream SELECT ---- */

int bind_insert_columns(const struct bind_context *ctx, struct arena *arena, const struct statement *s,
                        const struct object *stream, int count, const int **out, struct err *err)
{
    struct binder b = {ctx, arena, err, NULL};

    *out = insert_columns(&b, &s->insert, stream, count, s->insert.select->at);
    return *out ? 0 : -1;
}

/* What SQLite has for a value: it has no BOOLEAN, no times and no DECIMAL. */
static struct bound *sqlite_value(struct binder *b, struct bound *value, const struct field *to)
{
    if (value->type.kind == TYPE_BIGINT && to->type.kind == TYPE_BOOLEAN)
        return bound_int(b, TYPE_BOOLEAN, value->i != 0, value->at);
    if (value->type.kind == TYPE_VARCHAR && !type_is_text(to->type.kind))
        return bind_cast(b, value, to->type, CAST_EXPLICIT, value->at);
    return bind_assign(b, value, to);
}

struct bound **bind_insert_values(const struct bind_context *ctx, struct arena *arena, const struct object *stream,
                                  const int *column, int count, struct bound *const *values, struct err *err)
{
    struct binder b = {ctx, arena, err, NULL};
    struct bound **out = arena_alloc(arena, (size_t)stream->field_count * sizeof *out);

    for (int i = 0; i < stream->field_count; i++) out[i] = missing_value(&b, &stream->fields[i]);
    for (int i = 0; i < count; i++) {
        if (!(out[column[i]] = sqlite_value(&b, values[i], &stream->fields[column[i]]))) return NULL;
    }
    return out;
}
