/* reading.c - sources that are read in place: opened for a group of queries, looked at again when a directory is
 * opened. What they looked like is journalled (ENTRY_SOURCE: u32 stream, u64 size, i64 arrival): rows behind that size
 * do not exist until a later entry says so, which makes growth a point in the one order (R1). */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

enum { SOURCE_ENTRY_BYTES = 20 };

static const struct connector *connector_of(const struct engine *e, const char *name)
{
    for (int i = 0; e->options.connectors && e->options.connectors[i]; i++) {
        if (strcmp(e->options.connectors[i]->name, name) == 0) return e->options.connectors[i];
    }
    return NULL;
}

struct reading *reading_of(struct group *g, uint32_t stream)
{
    for (size_t i = 0; i < g->reading_count; i++) {
        if (g->reading[i].stream == stream) return &g->reading[i];
    }
    return NULL;
}

bool reading_is_due(const struct group *g, const struct reading *r)
{
    return r->memory.offset < r->memory.size && flow_inlet_of(g->flow, r->stream);
}

bool reading_unfinished(const struct group *g)
{
    for (size_t i = 0; i < g->reading_count; i++) {
        if (reading_is_due(g, &g->reading[i])) return true;
    }
    return false;
}

/* After a query went: who comes next reads a source that nobody reads any more from its beginning. */
void readings_rewind(struct group *g)
{
    for (size_t i = 0; i < g->reading_count; i++) {
        if (!flow_inlet_of(g->flow, g->reading[i].stream)) g->reading[i].memory.offset = 0;
    }
}

void reading_forget(struct group *g, uint32_t stream)
{
    struct reading *r = reading_of(g, stream);

    if (!r) return;
    r->source->class->close(r->source);
    *r = g->reading[--g->reading_count];
}

void readings_close(struct group *g)
{
    for (size_t i = 0; i < g->reading_count; i++) {
        if (g->reading[i].source) g->reading[i].source->class->close(g->reading[i].source);
    }
    free(g->reading);
    g->reading = NULL;
    g->reading_count = g->reading_capacity = 0;
}

int reading_open(struct engine *e, const struct object *stream, struct source **out, struct err *err)
{
    const struct connector *c = connector_of(e, "file");

    if (!c) return err_set(err, ERR_UNSUPPORTED, -1, "there is no connector \"file\" in this program");
    return c->open(e->disk, stream, out, err);
}

static int journal_source(struct engine *e, uint32_t stream, uint64_t size, usec arrival, struct err *err)
{
    char entry[SOURCE_ENTRY_BYTES];
    uint64_t ticket;

    put_u32(entry, stream);
    put_u64(entry + 4, size);
    put_u64(entry + 12, (uint64_t)arrival);
    if (journal_put(e->journal, ENTRY_SOURCE, 1, str_of(entry, sizeof entry), &ticket, err)) return -1;
    return journal_sync(e->journal, ticket, err);
}

/* The size and arrival that the main group knows, or new ones, journalled. In a replay the entry follows. */
static int first_memory(struct engine *e, struct group *g, const struct object *stream, struct source *source,
                        struct reading_memory *out, struct err *err)
{
    const struct reading *known = reading_of(&e->main, stream->id);

    if (g != &e->main && known) {
        *out = known->memory;
        out->offset = 0;
        return 0;
    }
    if (e->replaying) return 0;
    *out = (struct reading_memory){.size = source->found, .arrival = journal_clock(e->journal)};
    return journal_source(e, stream->id, out->size, out->arrival, err);
}

void reading_set(struct reading *r)
{
    r->source->size = r->memory.size < r->source->found ? r->memory.size : r->source->found;
    r->source->arrival = r->memory.arrival;
}

/* Stands for a source that is gone: fails when it is to be read, and only then. */
struct missing {
    struct source source; /* must be first */
    struct err why;
};

static int missing_range(struct source *s, uint64_t from, uint64_t to, struct err *err)
{
    (void)from;
    (void)to;
    *err = ((struct missing *)s)->why;
    return -1;
}

static int missing_checksum(struct source *s, uint64_t to, uint32_t *crc, struct err *err)
{
    (void)s;
    (void)to;
    (void)err;
    *crc = 0;
    return 0;
}

static uint64_t missing_offset(const struct source *s)
{
    return s->size;
}

static void missing_close(struct source *s)
{
    free(s);
}

static struct source *missing_new(const struct err *why)
{
    static const struct source_class class = {missing_range, missing_checksum, missing_offset, missing_close};
    struct missing *m = mem_zalloc(sizeof *m);

    m->source.class = &class;
    m->source.missing = true;
    m->source.found = UINT64_MAX;
    m->why = *why;
    return &m->source;
}

/* A directory opens though a file that it has read is gone: what was made of it is there. */
static int open_or_miss(struct engine *e, const struct object *stream, struct source **out, struct err *err)
{
    struct err why;

    if (reading_open(e, stream, out, &why) == 0) return 0;
    if (!e->replaying || why.code != ERR_INPUT) {
        *err = why;
        return -1;
    }
    engine_warn(e, "%s: nothing more is read from it", why.text);
    *out = missing_new(&why);
    return 0;
}

int reading_add(struct engine *e, struct group *g, const struct object *stream, struct err *err)
{
    struct reading r = {.stream = stream->id};

    if (reading_of(g, stream->id)) return 0;
    if (open_or_miss(e, stream, &r.source, err)) return -1;
    if (first_memory(e, g, stream, r.source, &r.memory, err)) {
        r.source->class->close(r.source);
        return -1;
    }
    reading_set(&r);
    g->reading = mem_grow(g->reading, &g->reading_capacity, g->reading_count + 1, sizeof *g->reading);
    g->reading[g->reading_count++] = r;
    e->progress.bytes_total += r.memory.size;
    return 0;
}

int reading_apply_source(struct engine *e, struct str payload, uint64_t ordinal, struct err *err)
{
    struct reading *r;

    if (payload.len != SOURCE_ENTRY_BYTES)
        return err_set(err, ERR_DAMAGED, -1, "a source's journal entry has the wrong size");
    r = reading_of(&e->main, get_u32(payload.ptr));
    if (!r && e->build) r = reading_of(e->build, get_u32(payload.ptr));
    if (!r) return 0;
    if (r->memory.size) r->memory.opened = ordinal;
    r->memory.size = get_u64(payload.ptr + 4);
    r->memory.arrival = (usec)get_u64(payload.ptr + 12);
    reading_set(r);
    return 0;
}

/* The source has grown, or was declared just before a crash: what it looks like now is journalled. */
static int look(struct engine *e, struct reading *r, struct err *err)
{
    const struct object *o = catalog_get(e->catalog, r->stream);
    uint64_t size = r->source->found, ordinal;

    if (r->source->missing) return 0;
    if (size < r->memory.size)
        return err_set(err, ERR_INPUT, -1, "\"%s\" is shorter than it was (%llu bytes, not %llu)", o->path,
                       (unsigned long long)size, (unsigned long long)r->memory.size);
    if (size == r->memory.size) return 0;
    journal_end(e->journal, &ordinal);
    if (r->memory.size) r->memory.opened = ordinal;
    r->memory.size = size;
    r->memory.arrival = journal_clock(e->journal);
    reading_set(r);
    return journal_source(e, r->stream, size, r->memory.arrival, err);
}

int readings_look(struct engine *e, struct err *err)
{
    for (size_t i = 0; i < e->main.reading_count; i++) {
        if (look(e, &e->main.reading[i], err)) return -1;
    }
    for (size_t i = 0; e->build && i < e->build->reading_count; i++) {
        struct reading *r = &e->build->reading[i];
        if (!reading_of(&e->main, r->stream) && look(e, r, err)) return -1;
    }
    return 0;
}
