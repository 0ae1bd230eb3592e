/* relations.c - what SQLite can read: every view, every stream's history (relations_range.c: or a part of it), and the
 * system tables (system_tables.c).
 *
 * A stream's history is read the way the engine reads it, through an inlet, from the journal or from the file in place:
 * so `_watermark` and the rows that are bad are the same. Its hidden columns follow those of its schema. */
#include "engine/sharding.h"

#include "engine/relations_range.h"
#include "runtime/view.h"

#include <stdlib.h>
#include <string.h>

static const struct field hidden_fields[HIDDEN_COUNT] = {
    {.name = "_op", .type = {.kind = TYPE_VARCHAR}},
    {.name = "SHARD_ID", .type = {.kind = TYPE_VARCHAR}},
    {.name = "SEQUENCE_NUMBER", .type = {.kind = TYPE_BIGINT}}, /* compared as a number */
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

static const struct relation_class view_class = {
    .open = view_open, .next = view_next, .value = view_value, .close = view_close};

/* ---- streams ---- */

struct stream_cursor {
    struct relation_cursor cursor; /* must be first */
    struct engine *engine;
    const struct object *object;
    struct inlet *inlet;
    struct intake *intake; /* of a stream in the log */
    struct source *source; /* of one read in place */
    uint64_t ordinal, end; /* of the log: the first not read yet; where it ends */
    int row;               /* in the inlet's batch */
    char shard[SHARD_ID_TEXT];
};

static void stream_close(struct relation_cursor *cursor)
{
    struct stream_cursor *c = (struct stream_cursor *)cursor;

    inlet_free(c->inlet);
    intake_free(c->intake);
    if (c->source) c->source->class->close(c->source);
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
    struct log_floor floor;

    c->ordinal = log_horizon(c->engine->log, c->object->id);
    if (log_floor(c->engine->log, c->object->id, c->ordinal, &floor, err)) return -1;
    c->inlet->memory.max_time = floor.event_time;
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
        if (!c->intake || c->ordinal >= c->end) return 0;
        if (intake_read(c->intake, &c->ordinal, c->end, UINT64_MAX, HISTORY_BYTES, err)) return -1;
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
    case HIDDEN_SHARD:
        shard_id_print(in->has_shard ? in->shard[c->row] : 0, c->shard);
        set_text(out, str_lit(c->shard));
        break;
    case HIDDEN_SEQUENCE:
        *out = (struct relation_value){.type = hidden_fields[which].type, .i = (int64_t)in->position[c->row]};
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

/* A watermark is a matter of all rows before. */
static bool stream_narrows(const struct relation *relation, int column, uint64_t used)
{
    int watermark = relation->visible + HIDDEN_WATERMARK;

    if (used >> (watermark < 63 ? watermark : 63) & 1) return false;
    return column >= relation->visible && range_uses((enum hidden)(column - relation->visible));
}

static void stream_narrow(struct relation_cursor *cursor, const struct relation_bound *bounds, int count)
{
    struct stream_cursor *c = (struct stream_cursor *)cursor;
    struct log_range range = log_range_all();
    uint32_t shard = LOG_ALL_SHARDS;

    if (!c->intake) return;
    for (int i = 0; i < count; i++) {
        struct relation_bound b = bounds[i];
        range_narrow(&range, &shard, (enum hidden)(b.column - cursor->relation->visible), &b);
    }
    intake_narrow(c->intake, &range, shard);
}

static const struct relation_class stream_class = {.open = stream_open,
                                                   .next = stream_next,
                                                   .value = stream_value,
                                                   .close = stream_close,
                                                   .narrows = stream_narrows,
                                                   .narrow = stream_narrow};

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
