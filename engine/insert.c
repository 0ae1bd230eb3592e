/* insert.c - INSERT INTO a stream: rows of constants, or those of a query that SQLite answers once, become records.
 * A query's rows are gathered before the first is appended, so it may read the stream that it fills. */
#include "engine/engine.h"

#include "parser/unparse.h"
#include "runtime/eval.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows as records ---- */

/* One row of INSERT ... VALUES as a record. */
static int encode_insert(struct engine *e, const struct insert_rows *rows, int r, struct encoder *encoder,
                         struct arena *arena, struct str *out, struct err *err)
{
    const struct object *o = rows->stream;
    struct column *column = arena_alloc(arena, (size_t)o->field_count * sizeof *column);
    struct buf record = {0};

    for (int c = 0; c < o->field_count; c++) {
        enum row_error bad = eval_constant(rows->rows[r][c], journal_clock(e->journal), arena, &column[c]);
        if (bad != ROW_OK)
            return err_set(err, ERR_VALUE, rows->rows[r][c]->at, "%s in the value for %s", row_error_name(bad),
                           o->fields[c].name);
        if (o->fields[c].not_null && column_is_null(&column[c], 0))
            return err_set(err, ERR_VALUE, rows->rows[r][c]->at, "column \"%s\" is NOT NULL", o->fields[c].name);
    }
    encoder_row(encoder, column, 0, &record);
    *out = str_of(arena_copy(arena, record.ptr, record.len), record.len);
    buf_free(&record);
    return 0;
}

static int encode_rows(struct engine *e, const struct insert_rows *rows, struct arena *arena, struct str *records,
                       struct err *err)
{
    const struct object *o = rows->stream;
    struct encoder *encoder = encoder_new(o->format, o->fields, o->field_count, err);
    int failed = !encoder;

    for (int r = 0; !failed && r < rows->row_count; r++)
        failed = encode_insert(e, rows, r, encoder, arena, &records[r], err);
    encoder_free(encoder);
    return failed ? -1 : 0;
}

/* ---- INSERT ... SELECT ---- */

/* Names of columns behind an alias are not SQLite's: FROM (query) AS v (x) becomes WITH v (x) AS (query) ... FROM v. */
static void name_columns(struct select *select, struct table_ref *ref, struct arena *arena)
{
    struct ctes *with = &select->with;
    struct cte *all;

    if (ref->kind == TABLE_JOIN) {
        name_columns(select, ref->join.left, arena);
        name_columns(select, ref->join.right, arena);
    }
    if (ref->kind != TABLE_SUBQUERY || !ref->columns.count) return;
    all = arena_alloc(arena, ((size_t)with->count + 1) * sizeof *all);
    if (with->count) memcpy(all, with->items, (size_t)with->count * sizeof *all);
    all[with->count++] = (struct cte){.name = ref->alias, .columns = ref->columns, .select = ref->select};
    with->items = all;
    ref->kind = TABLE_NAMED;
    ref->name = (struct name){.parts = &all[with->count - 1].name, .count = 1};
    ref->alias = (struct ident){0};
    ref->columns = (struct idents){0};
}

/* The query as SQLite reads it: as it stands, if it can. */
static struct str query_text(const struct statement *s, struct str sql, struct arena *arena)
{
    struct select *select = s->insert.select;
    int ctes = select->with.count;
    struct buf text = {0};
    struct str out;

    if (select->kind == SELECT_PLAIN && select->plain.from) name_columns(select, select->plain.from, arena);
    if (select->with.count == ctes) return str_of(sql.ptr + select->at, sql.len - (size_t)select->at);
    unparse_select(&text, select);
    out = str_of(arena_copy(arena, text.ptr, text.len), text.len);
    buf_free(&text);
    return out;
}

/* The rows of the query while they come. */
struct gathering {
    struct bind_context ctx;
    const struct statement *statement;
    struct arena *arena;
    struct insert_rows rows;
    size_t capacity;
    const int *column; /* of the stream, for each of the query's */
    bool failed;
    struct err *err;
};

static struct bound *constant(struct gathering *g, const struct relation_value *v)
{
    struct bound *c = arena_alloc(g->arena, sizeof *c);

    *c = (struct bound){.kind = BOUND_CONST, .type = v->type, .at = g->statement->insert.select->at};
    c->null = v->type.kind == TYPE_NULL;
    c->i = v->i;
    c->d = v->d;
    if (type_phys(v->type) == PHYS_TEXT) c->s = str_of(arena_copy(g->arena, v->s.ptr, v->s.len), v->s.len);
    return c;
}

static int take_row(struct gathering *g, const struct rows *row)
{
    struct bound **values = arena_alloc(g->arena, (size_t)row->columns * sizeof *values);
    struct insert_rows *all = &g->rows;

    for (int i = 0; i < row->columns; i++) values[i] = constant(g, &row->value[i]);
    all->rows = mem_grow(all->rows, &g->capacity, (size_t)all->row_count + 1, sizeof *all->rows);
    all->rows[all->row_count] =
        bind_insert_values(&g->ctx, g->arena, all->stream, g->column, row->columns, values, g->err);
    return all->rows[all->row_count++] ? 0 : -1;
}

/* A rows_handler. */
static int gather(void *arg, const struct rows *row)
{
    struct gathering *g = arg;
    int failed;

    if (row->value)
        failed = take_row(g, row);
    else
        failed = bind_insert_columns(&g->ctx, g->arena, g->statement, g->rows.stream, row->columns, &g->column, g->err);
    g->failed |= failed != 0;
    return failed;
}

static int append_rows(struct engine *e, const struct insert_rows *rows, struct arena *arena, struct err *err)
{
    struct str *records = arena_alloc(arena, (size_t)rows->row_count * sizeof *records);

    if (encode_rows(e, rows, arena, records, err)) return -1;
    return engine_append(e, rows->stream->name, records, rows->row_count, err);
}

static int insert_query(struct engine *e, const struct statement *s, struct str sql, struct object *stream,
                        struct arena *arena, struct err *err)
{
    struct gathering g = {.ctx = session_context(e), .statement = s, .arena = arena, .rows.stream = stream};
    int failed, begin = s->insert.select->at;
    struct str text;
    struct err why;

    g.err = &why;
    if (engine_drain(e, NULL, NULL, err)) return -1;
    text = query_text(s, sql, arena);
    failed = database_run(e->database, text, gather, &g, err);
    if (failed) err->at = begin + (text.ptr == sql.ptr + begin && err->at >= 0 ? err->at : 0);
    if (g.failed) *err = why;
    failed = failed || g.failed || append_rows(e, &g.rows, arena, err);
    free(g.rows.rows);
    return failed ? -1 : 0;
}

int insert_execute(struct engine *e, const struct statement *s, struct str sql, struct arena *arena, struct err *err)
{
    struct bind_context ctx = session_context(e);
    struct insert_rows rows;

    if (bind_insert(&ctx, arena, s, &rows, err)) return -1;
    if (session_check_writable(rows.stream, s->at, err)) return -1;
    if (s->insert.select->kind != SELECT_VALUES) return insert_query(e, s, sql, rows.stream, arena, err);
    return append_rows(e, &rows, arena, err);
}
