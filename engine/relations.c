/* relations.c - what SQLite can read: every view, every stream's history, and the system tables (system_tables.c).
 *
 * A stream's history is read the way the engine reads it, through an inlet, from the journal or from the file in place:
 * so `_watermark` and the rows that are bad are the same. Its hidden columns follow those of its schema. */
#include "engine/engine.h"

#include "runtime/view.h"

#include <stdlib.h>
#include <string.h>

enum hidden {
    HIDDEN_OP,
    HIDDEN_SHARD,
    HIDDEN_SEQUENCE,
    HIDDEN_ARRIVAL,
    HIDDEN_KEY,
    HIDDEN_ROWTIME,
    HIDDEN_WATERMARK,
    HIDDEN_COUNT
};

static const struct field hidden_fields[HIDDEN_COUNT] = {
    {.name = "_op", .type = {.kind = TYPE_VARCHAR}},
    {.name = "SHARD_ID", .type = {.kind = TYPE_VARCHAR}},
    {.name = "SEQUENCE_NUMBER", .type = {.kind = TYPE_VARCHAR}},
    {.name = "APPROXIMATE_ARRIVAL_TIME", .type = {.kind = TYPE_TIMESTAMP}},
    {.name = "PARTITION_KEY", .type = {.kind = TYPE_VARCHAR}},
    {.name = "ROWTIME", .type = {.kind = TYPE_TIMESTAMP}},
    {.name = "_watermark", .type = {.kind = TYPE_TIMESTAMP}},
};

struct relation_state {
    struct relation relation; /* must be first */
    struct engine *engine;
    uint32_t object;
    struct field *fields;
};

void relation_state_free(struct relation_state *r)
{
    if (!r) return;
    free(r->fields);
    free(r);
}

/* ---- views ---- */

struct view_relation_cursor {
    struct relation_cursor cursor; /* must be first */
    struct view_cursor *view;
};

static int view_open(struct relation *relation, struct relation_cursor **out, struct err *err)
{
    struct relation_state *r = (struct relation_state *)relation;
    struct operator *end = flow_end_of(r->engine->main.flow, r->object);
    struct view_relation_cursor *c;

    if (!end) return err_set(err, ERR_NAME, -1, "view %s is not running", relation->name);
    c = mem_zalloc(sizeof *c);
    c->cursor.relation = relation;
    c->view = view_cursor_open(end);
    *out = &c->cursor;
    return 0;
}

static int view_next(struct relation_cursor *cursor, struct err *err)
{
    (void)err;
    return view_cursor_next(((struct view_relation_cursor *)cursor)->view);
}

static void view_value(struct relation_cursor *cursor, int column, struct relation_value *out)
{
    view_cursor_value(((struct view_relation_cursor *)cursor)->view, column, out);
}

static void view_close(struct relation_cursor *cursor)
{
    view_cursor_close(((struct view_relation_cursor *)cursor)->view);
    free(cursor);
}

static const struct relation_class view_class = {view_open, view_next, view_value, view_close};

/* ---- streams ---- */

struct stream_cursor {
    struct relation_cursor cursor; /* must be first */
    struct engine *engine;
    const struct object *object;
    struct inlet *inlet;
    struct intake *intake; /* of a stream in the log */
    struct source *source; /* of one read in place */
    struct place place;
    uint64_t end;
    int row; /* in the inlet's batch */
    struct buf number;
};

static void stream_close(struct relation_cursor *cursor)
{
    struct stream_cursor *c = (struct stream_cursor *)cursor;

    inlet_free(c->inlet);
    intake_free(c->intake);
    if (c->source) c->source->class->close(c->source);
    buf_free(&c->number);
    free(c);
}

static int open_file(struct stream_cursor *c, struct err *err)
{
    const struct reading *r = reading_of(&c->engine->main, c->object->id);

    if (reading_open(c->engine, c->object, &c->source, err)) return -1;
    if (r) {
        c->source->size = r->memory.size < c->source->found ? r->memory.size : c->source->found;
        c->source->arrival = r->memory.arrival;
    }
    c->inlet->feed = &c->source->feed;
    return c->source->class->range(c->source, 0, UINT64_MAX, err);
}

static int open_log(struct stream_cursor *c, struct err *err)
{
    c->place.ordinal = 1;
    c->intake = intake_new(c->engine);
    intake_want(c->intake, c->object->id, INTAKE_HISTORY);
    c->inlet->feed = intake_feed(c->intake, c->object->id);
    return journal_write(c->engine->journal, NULL, &c->end, err);
}

static int stream_open(struct relation *relation, struct relation_cursor **out, struct err *err)
{
    struct relation_state *r = (struct relation_state *)relation;
    struct stream_cursor *c = mem_zalloc(sizeof *c);
    bool *all;
    int failed;

    c->cursor.relation = relation;
    c->engine = r->engine;
    c->object = catalog_get(r->engine->catalog, r->object);
    c->inlet = inlet_new(c->object);
    all = mem_alloc((size_t)c->object->field_count * sizeof *all);
    memset(all, 1, (size_t)c->object->field_count * sizeof *all);
    failed = inlet_use(c->inlet, all, err);
    free(all);
    if (!failed) failed = c->object->source == SOURCE_FILE ? open_file(c, err) : open_log(c, err);
    if (failed) {
        stream_close(&c->cursor);
        return -1;
    }
    *out = &c->cursor;
    return 0;
}

enum { HISTORY_BYTES = 1024 * 1024 };

/* The next batch of rows. 0: no more. */
static int refill(struct stream_cursor *c, struct err *err)
{
    for (;;) {
        c->inlet->drained = false;
        if (inlet_fill(c->inlet, BATCH_ROWS, err)) return -1;
        if (c->inlet->next < c->inlet->count) return 1;
        if (!c->intake || c->place.ordinal >= c->end) return 0;
        if (intake_read(c->intake, &c->place, c->end, UINT64_MAX, HISTORY_BYTES, err)) return -1;
    }
}

static int stream_next(struct relation_cursor *cursor, struct err *err)
{
    struct stream_cursor *c = (struct stream_cursor *)cursor;
    struct inlet *in = c->inlet;

    for (;;) {
        if (in->next == in->count) {
            int got = refill(c, err);
            if (got <= 0) return got;
            in->ready = in->count;
        }
        c->row = in->next;
        inlet_use_rows(in, in->next + 1);
        if (in->bad[c->row] == ROW_OK) return 1;
    }
}

static void set_time(struct relation_value *out, usec t)
{
    *out = (struct relation_value){.type = type_of(t == USEC_MIN ? TYPE_NULL : TYPE_TIMESTAMP), .i = t};
}

static void set_text(struct relation_value *out, struct str s)
{
    *out = (struct relation_value){.type = type_of(TYPE_VARCHAR), .s = s};
}

static void hidden_value(struct stream_cursor *c, enum hidden which, struct relation_value *out)
{
    const struct inlet *in = c->inlet;

    switch (which) {
    case HIDDEN_OP: set_text(out, in->has_weight && in->weight[c->row] < 0 ? str_lit("-U") : str_lit("+U")); break;
    case HIDDEN_SHARD: set_text(out, str_lit("shardId-000000000000")); break;
    case HIDDEN_SEQUENCE:
        c->number.len = 0;
        buf_printf(&c->number, "%llu", (unsigned long long)in->position[c->row]);
        set_text(out, str_of(c->number.ptr, c->number.len));
        break;
    case HIDDEN_ARRIVAL: set_time(out, in->arrival[c->row]); break;
    case HIDDEN_KEY: set_text(out, in->has_key ? str_of(in->key[c->row].ptr, in->key[c->row].len) : str_lit("")); break;
    case HIDDEN_ROWTIME: set_time(out, in->rowtime[c->row]); break;
    case HIDDEN_WATERMARK: set_time(out, in->w[c->row]); break;
    case HIDDEN_COUNT: break;
    }
}

static void stream_value(struct relation_cursor *cursor, int column, struct relation_value *out)
{
    struct stream_cursor *c = (struct stream_cursor *)cursor;

    if (column < c->object->field_count)
        relation_value_at(&c->inlet->column[column], c->row, c->object->fields[column].type, out);
    else
        hidden_value(c, (enum hidden)(column - c->object->field_count), out);
}

static const struct relation_class stream_class = {stream_open, stream_next, stream_value, stream_close};

/* ---- finding them ---- */

static struct relation_state *new_stream_relation(const struct object *o)
{
    struct relation_state *r = mem_zalloc(sizeof *r);
    int n = o->field_count;

    r->fields = mem_alloc((size_t)(n + HIDDEN_COUNT) * sizeof *r->fields);
    if (n) memcpy(r->fields, o->fields, (size_t)n * sizeof *r->fields);
    memcpy(r->fields + n, hidden_fields, sizeof hidden_fields);
    r->relation = (struct relation){&stream_class, o->name, r->fields, n + HIDDEN_COUNT, n};
    return r;
}

static struct relation_state *new_view_relation(const struct object *o)
{
    struct relation_state *r = mem_zalloc(sizeof *r);

    r->relation = (struct relation){&view_class, o->name, o->fields, o->field_count, o->field_count};
    return r;
}

struct relation *relations_find(void *engine, const char *name)
{
    struct engine *e = engine;
    const struct object *o;
    struct stream_state *s;
    struct relation *system = system_table(e, name);

    if (system) return system;
    o = catalog_find(e->catalog, str_lit(name), false, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW, -1, NULL);
    if (!o) return NULL;
    s = state_of(e, o->id);
    if (!s->relation) {
        s->relation = o->kind == OBJECT_VIEW ? new_view_relation(o) : new_stream_relation(o);
        s->relation->engine = e;
        s->relation->object = o->id;
    }
    return &s->relation->relation;
}

void relations_list(void *engine, void (*each)(void *arg, const char *name), void *arg)
{
    struct engine *e = engine;
    const struct object *o;

    system_tables_list(each, arg);
    for (int i = 0; (o = catalog_at(e->catalog, i)) != NULL; i++) {
        if (o->kind == OBJECT_STREAM || o->kind == OBJECT_VIEW) each(arg, o->name);
    }
}

void relations_forget(struct engine *e, const struct object *o)
{
    struct stream_state *s = state_of(e, o->id);

    if (!s->relation) return; /* a pump, a function, or never read */
    database_forget(e->database, o->name);
    relation_state_free(s->relation);
    s->relation = NULL;
}
