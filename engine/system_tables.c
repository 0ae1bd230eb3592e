/* system_tables.c - weir_streams and weir_queries: the catalogue and what runs, as tables.
 * A system table is a list of the catalogue's objects: which of them, which columns, and the value of each. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct system_kind {
    const char *name;
    const struct field *fields;
    int field_count;
    bool (*has)(const struct object *o);
    void (*value)(struct engine *e, const struct object *o, int column, struct relation_value *out);
};

struct system_table {
    struct relation relation; /* must be first */
    struct engine *engine;
    const struct system_kind *kind;
};

/* ---- their columns ---- */

#define QUERY_COLUMNS(X)                                                                                               \
    X(QUERY_NAME, "name", TYPE_VARCHAR)                                                                                \
    X(QUERY_KIND, "kind", TYPE_VARCHAR)                                                                                \
    X(QUERY_STATE, "state", TYPE_VARCHAR)                                                                              \
    X(QUERY_EMITS, "emits", TYPE_VARCHAR)                                                                              \
    X(QUERY_LATE, "late_rows", TYPE_BIGINT)                                                                            \
    X(QUERY_ERRORS, "error_rows", TYPE_BIGINT)                                                                         \
    X(QUERY_BYTES, "state_bytes", TYPE_BIGINT)                                                                         \
    X(QUERY_SQL, "sql", TYPE_VARCHAR)
#define STREAM_COLUMNS(X)                                                                                              \
    X(STREAM_NAME, "name", TYPE_VARCHAR)                                                                               \
    X(STREAM_KIND, "kind", TYPE_VARCHAR)                                                                               \
    X(STREAM_FORMAT, "format", TYPE_VARCHAR)                                                                           \
    X(STREAM_RECORDS, "records", TYPE_BIGINT)                                                                          \
    X(STREAM_WATERMARK, "watermark", TYPE_TIMESTAMP)                                                                   \
    X(STREAM_CUTS, "cut_values", TYPE_BIGINT)                                                                          \
    X(STREAM_SQL, "sql", TYPE_VARCHAR)

#define X(id, name, type) id,
enum query_column { QUERY_COLUMNS(X) QUERY_COLUMN_COUNT };
enum stream_column { STREAM_COLUMNS(X) STREAM_COLUMN_COUNT };
#undef X
#define X(id, column, kind_of) {.name = column, .type = {.kind = kind_of}},
static const struct field query_fields[] = {QUERY_COLUMNS(X)};
static const struct field stream_fields[] = {STREAM_COLUMNS(X)};
#undef X

/* ---- weir_queries ---- */

static bool is_query(const struct object *o)
{
    return o->plan != NULL;
}

static int64_t state_bytes(struct engine *e, uint32_t query)
{
    struct graph *g;
    struct pages *p;
    uint32_t id;
    size_t bytes = 0;

    for (int i = 0; (id = flow_query(e->main.flow, i, &g)) != 0; i++) {
        for (int n = 0; id == query && (p = graph_pages(g, n)) != NULL; n++) bytes += pages_bytes(p);
    }
    return (int64_t)bytes;
}

static const char *query_state(const struct engine *e, const struct object *o)
{
    if (o->stopped) return "stopped";
    return flow_has(e->main.flow, o->id) ? "running" : "building";
}

static void query_value(struct engine *e, const struct object *o, int column, struct relation_value *out)
{
    struct flow_counts counts = flow_counts(e->main.flow, o->id);

    switch ((enum query_column)column) {
    case QUERY_NAME: out->s = str_lit(o->name); break;
    case QUERY_KIND: out->s = str_lit(object_kind_name(o->kind)); break;
    case QUERY_STATE: out->s = str_lit(query_state(e, o)); break;
    case QUERY_EMITS: out->s = str_lit(emission_name(plan_emission(o->plan))); break;
    case QUERY_LATE: out->i = (int64_t)counts.late; break;
    case QUERY_ERRORS: out->i = (int64_t)counts.errors; break;
    case QUERY_BYTES: out->i = state_bytes(e, o->id); break;
    case QUERY_SQL: out->s = str_lit(o->sql); break;
    case QUERY_COLUMN_COUNT: break;
    }
}

/* ---- weir_streams ---- */

static bool is_stream(const struct object *o)
{
    return o->kind == OBJECT_STREAM;
}

static const char *stream_kind(const struct object *o)
{
    if (o->system) return "system";
    if (o->plan) return "derived";
    if (o->source == SOURCE_FILE) return "file";
    return o->source == SOURCE_STDIN ? "stdin" : "log";
}

/* Records in the log; of a file read in place those that queries have used. */
static int64_t stream_records(struct engine *e, const struct object *o)
{
    const struct inlet *in = flow_inlet_of(e->main.flow, o->id);
    const struct stream_state *s = state_of(e, o->id);

    if (o->source == SOURCE_FILE) return in ? in->memory.rows : 0;
    return (int64_t)(s->appended + s->derived);
}

/* Texts in its records that were longer than their columns (the old service's dialect cuts them), in columns that
 * queries read. */
static int64_t stream_cuts(struct engine *e, const struct object *o)
{
    const struct inlet *in = flow_inlet_of(e->main.flow, o->id);

    return in ? in->memory.cuts : 0;
}

static void stream_value(struct engine *e, const struct object *o, int column, struct relation_value *out)
{
    switch ((enum stream_column)column) {
    case STREAM_NAME: out->s = str_lit(o->name); break;
    case STREAM_KIND: out->s = str_lit(stream_kind(o)); break;
    case STREAM_FORMAT: out->s = str_lit(o->format); break;
    case STREAM_RECORDS: out->i = stream_records(e, o); break;
    case STREAM_WATERMARK:
        out->i = flow_watermark(e->main.flow, o->id);
        if (out->i == USEC_MIN) out->type = type_of(TYPE_NULL);
        break;
    case STREAM_CUTS: out->i = stream_cuts(e, o); break;
    case STREAM_SQL: out->s = str_lit(o->sql); break;
    case STREAM_COLUMN_COUNT: break;
    }
}

/* ---- both ---- */

static const struct system_kind system_kinds[SYSTEM_TABLES] = {
    {"weir_queries", query_fields, QUERY_COLUMN_COUNT, is_query, query_value},
    {"weir_streams", stream_fields, STREAM_COLUMN_COUNT, is_stream, stream_value},
};

struct system_cursor {
    struct relation_cursor cursor; /* must be first */
    struct engine *engine;
    const struct system_kind *kind;
    const struct object *object;
    int next;
};

static int system_open(struct relation *relation, struct relation_cursor **out, struct err *err)
{
    const struct system_table *t = (const struct system_table *)relation;
    struct system_cursor *c = mem_zalloc(sizeof *c);

    (void)err;
    c->cursor.relation = relation;
    c->engine = t->engine;
    c->kind = t->kind;
    *out = &c->cursor;
    return 0;
}

static int system_next(struct relation_cursor *cursor, struct err *err)
{
    struct system_cursor *c = (struct system_cursor *)cursor;

    (void)err;
    while ((c->object = catalog_at(c->engine->catalog, c->next)) != NULL) {
        c->next++;
        if (c->kind->has(c->object)) return 1;
    }
    return 0;
}

static void system_value(struct relation_cursor *cursor, int column, struct relation_value *out)
{
    struct system_cursor *c = (struct system_cursor *)cursor;

    *out = (struct relation_value){.type = c->kind->fields[column].type};
    c->kind->value(c->engine, c->object, column, out);
}

static void system_close(struct relation_cursor *cursor)
{
    free(cursor);
}

struct relation *system_table(struct engine *e, const char *name)
{
    static const struct relation_class class = {system_open, system_next, system_value, system_close};

    for (int i = 0; i < SYSTEM_TABLES; i++) {
        const struct system_kind *k = &system_kinds[i];
        if (strcasecmp(name, k->name) != 0) continue;
        if (!e->system_table[i]) {
            e->system_table[i] = mem_zalloc(sizeof(struct system_table));
            *e->system_table[i] =
                (struct system_table){{&class, k->name, k->fields, k->field_count, k->field_count}, e, k};
        }
        return &e->system_table[i]->relation;
    }
    return NULL;
}

void system_tables_list(void (*each)(void *arg, const char *name), void *arg)
{
    for (int i = 0; i < SYSTEM_TABLES; i++) each(arg, system_kinds[i].name);
}

void system_tables_free(struct engine *e)
{
    for (int i = 0; i < SYSTEM_TABLES; i++) free(e->system_table[i]);
}
