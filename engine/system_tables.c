/* system_tables.c - weir_streams, weir_shards and weir_queries: the catalogue and what runs, as tables.
 * A system table is a list of the catalogue's objects: which of them, how many rows for each, which columns, and the
 * value of each. */
#include "engine/sharding.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Text of a value that is made, until the next of its column. */
struct system_text {
    char bytes[HASH_KEY_TEXT];
};

struct system_kind {
    const char *name;
    const struct field *fields;
    int field_count;
    bool (*has)(const struct object *o);
    bool (*has_row)(struct engine *e, const struct object *o, uint32_t row, bool *end); /* NULL: one row each */
    void (*value)(struct engine *e, const struct object *o, uint32_t row, int column, struct system_text *text,
                  struct relation_value *out);
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
#define SHARD_COLUMNS(X)                                                                                               \
    X(SHARD_STREAM, "stream", TYPE_VARCHAR)                                                                            \
    X(SHARD_NAME, "shard_id", TYPE_VARCHAR)                                                                            \
    X(SHARD_STATE, "state", TYPE_VARCHAR)                                                                              \
    X(SHARD_PARENT, "parent", TYPE_VARCHAR)                                                                            \
    X(SHARD_ADJACENT, "adjacent_parent", TYPE_VARCHAR)                                                                 \
    X(SHARD_FIRST, "first_hash_key", TYPE_VARCHAR)                                                                     \
    X(SHARD_LAST, "last_hash_key", TYPE_VARCHAR)                                                                       \
    X(SHARD_FROM, "first_sequence_number", TYPE_BIGINT)                                                                \
    X(SHARD_TO, "end_sequence_number", TYPE_BIGINT)                                                                    \
    X(SHARD_RECORDS, "records", TYPE_BIGINT)

#define X(id, name, type) id,
enum query_column { QUERY_COLUMNS(X) QUERY_COLUMN_COUNT };
enum stream_column { STREAM_COLUMNS(X) STREAM_COLUMN_COUNT };
enum shard_column { SHARD_COLUMNS(X) SHARD_COLUMN_COUNT };
#undef X
#define X(id, column, kind_of) {.name = column, .type = {.kind = kind_of}},
static const struct field query_fields[] = {QUERY_COLUMNS(X)};
static const struct field stream_fields[] = {STREAM_COLUMNS(X)};
static const struct field shard_fields[] = {SHARD_COLUMNS(X)};
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

static void query_value(struct engine *e, const struct object *o, uint32_t row, int column, struct system_text *text,
                        struct relation_value *out)
{
    struct flow_counts counts = flow_counts(e->main.flow, o->id);

    (void)row;
    (void)text;
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

/* Texts that were longer than the stream's columns (the old service's dialect cuts them): in its records, in columns
 * that queries read, and in what queries wrote into it. */
static int64_t stream_cuts(struct engine *e, const struct object *o)
{
    const struct inlet *in = flow_inlet_of(e->main.flow, o->id);
    int64_t cuts = in ? in->memory.cuts : 0;
    struct graph *g;
    uint32_t id;

    for (int i = 0; (id = flow_query(e->main.flow, i, &g)) != 0; i++) {
        const struct object *query = catalog_get(e->catalog, id);
        for (int n = 0; query && query->target == o->id && n < g->count; n++) cuts += op_project_cuts(g->op[n]);
    }
    return cuts;
}

static void stream_value(struct engine *e, const struct object *o, uint32_t row, int column, struct system_text *text,
                         struct relation_value *out)
{
    (void)row;
    (void)text;
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

/* ---- weir_shards ---- */

/* Closed ones whose records are all gone are not worth showing. */
static bool has_shard(struct engine *e, const struct object *o, uint32_t row, bool *end)
{
    const struct shards *s = sharding_shards(e, o->id);

    *end = !s || row >= shards_count(s);
    return !*end && shards_get(s, row)->to > log_horizon(e->log, o->id);
}

static void set_parent(uint32_t parent, struct system_text *text, struct relation_value *out)
{
    if (parent == SHARD_NONE) {
        out->type = type_of(TYPE_NULL);
        return;
    }
    shard_id_print(parent, text->bytes);
    out->s = str_lit(text->bytes);
}

static void set_key(hash_key key, struct system_text *text, struct relation_value *out)
{
    hash_key_print(key, text->bytes);
    out->s = str_lit(text->bytes);
}

static void shard_value(struct engine *e, const struct object *o, uint32_t row, int column, struct system_text *text,
                        struct relation_value *out)
{
    const struct shard *s = shards_get(sharding_shards(e, o->id), row);

    switch ((enum shard_column)column) {
    case SHARD_STREAM: out->s = str_lit(o->name); break;
    case SHARD_NAME: set_parent(row, text, out); break;
    case SHARD_STATE: out->s = str_lit(s->to == SHARD_OPEN ? "open" : "closed"); break;
    case SHARD_PARENT: set_parent(s->parent, text, out); break;
    case SHARD_ADJACENT: set_parent(s->adjacent, text, out); break;
    case SHARD_FIRST: set_key(s->first, text, out); break;
    case SHARD_LAST: set_key(s->last, text, out); break;
    case SHARD_FROM: out->i = (int64_t)s->from; break;
    case SHARD_TO:
        out->i = (int64_t)s->to;
        if (s->to == SHARD_OPEN) out->type = type_of(TYPE_NULL);
        break;
    case SHARD_RECORDS: out->i = (int64_t)sharding_records(e, o->id, row); break;
    case SHARD_COLUMN_COUNT: break;
    }
}

/* ---- all ---- */

static const struct system_kind system_kinds[SYSTEM_TABLES] = {
    {"weir_queries", query_fields, QUERY_COLUMN_COUNT, is_query, NULL, query_value},
    {"weir_streams", stream_fields, STREAM_COLUMN_COUNT, is_stream, NULL, stream_value},
    {"weir_shards", shard_fields, SHARD_COLUMN_COUNT, is_stream, has_shard, shard_value},
};

struct system_cursor {
    struct relation_cursor cursor; /* must be first */
    struct engine *engine;
    const struct system_kind *kind;
    const struct object *object;
    int next;
    uint32_t row, next_row;
    struct system_text text[SHARD_COLUMN_COUNT];
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

/* The next row of the object. */
static bool next_row(struct system_cursor *c)
{
    bool end = c->next_row > 0;

    c->row = c->next_row++;
    if (!c->kind->has_row) return !end;
    while (!c->kind->has_row(c->engine, c->object, c->row, &end)) {
        if (end) return false;
        c->row = c->next_row++;
    }
    return true;
}

static int system_next(struct relation_cursor *cursor, struct err *err)
{
    struct system_cursor *c = (struct system_cursor *)cursor;

    (void)err;
    while ((c->object = catalog_at(c->engine->catalog, c->next)) != NULL) {
        if (c->kind->has(c->object) && next_row(c)) return 1;
        c->next++;
        c->next_row = 0;
    }
    return 0;
}

static void system_value(struct relation_cursor *cursor, int column, struct relation_value *out)
{
    struct system_cursor *c = (struct system_cursor *)cursor;

    *out = (struct relation_value){.type = c->kind->fields[column].type};
    c->kind->value(c->engine, c->object, c->row, column,
                   &c->text[column < SHARD_COLUMN_COUNT ? column : SHARD_COLUMN_COUNT - 1], out);
}

static void system_close(struct relation_cursor *cursor)
{
    free(cursor);
}

struct relation *system_table(struct engine *e, const char *name)
{
    static const struct relation_class class = {
        .open = system_open, .next = system_next, .value = system_value, .close = system_close};

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
