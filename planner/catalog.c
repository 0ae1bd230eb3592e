/* catalog.c - see catalog.h. A list in order of creation: a directory holds tens of objects, not thousands. */
#include "planner/catalog.h"
#include "parser/suggest.h"
#include "planner/plan.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct catalog {
    struct object **objects; /* in order of creation */
    size_t count, capacity;
    uint32_t last_id;  /* the greatest ever given */
    uint32_t borrowed; /* objects up to this id belong to the catalogue below */
};

struct catalog *catalog_new(void)
{
    return mem_zalloc(sizeof(struct catalog));
}

struct catalog *catalog_overlay(const struct catalog *base)
{
    struct catalog *c = catalog_new();

    c->objects = mem_grow(NULL, &c->capacity, base->count + 1, sizeof *c->objects);
    for (size_t i = 0; i < base->count; i++) c->objects[c->count++] = base->objects[i];
    c->last_id = c->borrowed = base->last_id;
    return c;
}

/* The object belongs to this catalogue, not to the one below. */
static bool is_owned(const struct catalog *c, const struct object *o)
{
    return o->id > c->borrowed;
}

void catalog_free(struct catalog *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->count; i++) {
        if (is_owned(c, c->objects[i])) object_free(c->objects[i]);
    }
    free(c->objects);
    free(c);
}

const char *object_kind_name(enum object_kind kind)
{
    switch (kind) {
    case OBJECT_STREAM: return "stream";
    case OBJECT_VIEW: return "view";
    case OBJECT_PUMP: return "pump";
    case OBJECT_FUNCTION: return "function";
    }
    return NULL;
}

struct object *object_new(enum object_kind kind)
{
    struct arena *arena = arena_new();
    struct object *o = arena_alloc(arena, sizeof *o);

    o->kind = kind;
    o->arena = arena;
    o->watermark_field = -1;
    o->max_ahead = o->retention = USEC_MAX;
    o->partition_field = -1;
    o->shards = 1;
    return o;
}

void object_free(struct object *o)
{
    if (o) arena_free(o->arena);
}

void catalog_add(struct catalog *c, struct object *o, uint32_t id)
{
    assert(!id || !catalog_get(c, id));
    o->id = id ? id : c->last_id + 1;
    if (o->id > c->last_id) c->last_id = o->id;
    if (o->kind == OBJECT_STREAM && o->plan) o->target = o->id;
    c->objects = mem_grow(c->objects, &c->capacity, c->count + 1, sizeof *c->objects);
    c->objects[c->count++] = o;
}

uint32_t catalog_next_id(const struct catalog *c)
{
    return c->last_id + 1;
}

void catalog_reserve(struct catalog *c, uint32_t next)
{
    if (next > c->last_id + 1) c->last_id = next - 1;
}

void catalog_remove(struct catalog *c, uint32_t id)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->objects[i]->id != id) continue;
        if (is_owned(c, c->objects[i])) object_free(c->objects[i]);
        memmove(&c->objects[i], &c->objects[i + 1], (--c->count - i) * sizeof *c->objects);
        return;
    }
}

struct object *catalog_get(const struct catalog *c, uint32_t id)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->objects[i]->id == id) return c->objects[i];
    }
    return NULL;
}

struct object *catalog_at(const struct catalog *c, int i)
{
    return i >= 0 && (size_t)i < c->count ? c->objects[i] : NULL;
}

/* ---- by name ---- */

static void unknown_object(const struct catalog *c, struct str name, unsigned kinds, int at, struct err *err)
{
    const char *what = "stream";
    const char **names = mem_alloc((c->count + 1) * sizeof *names), *near;
    size_t count = 0;

    for (enum object_kind k = OBJECT_VIEW; k <= OBJECT_FUNCTION; k++) {
        if (kinds == 1u << k) what = object_kind_name(k);
    }
    for (size_t i = 0; i < c->count; i++) {
        if (kinds & 1u << c->objects[i]->kind) names[count++] = c->objects[i]->name;
    }
    near = suggest(name, names, count);
    err_set(err, ERR_NAME, at, "unknown %s \"%.*s\"%s%s%s", what, (int)name.len, name.ptr,
            near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    free(names);
}

struct object *catalog_find(const struct catalog *c, struct str name, bool quoted, unsigned kinds, int at,
                            struct err *err)
{
    struct object *alike = NULL, *other = NULL;

    for (size_t i = 0; i < c->count; i++) {
        struct object *o = c->objects[i];
        if (!(kinds & 1u << o->kind) || !str_equal_nocase(name, str_lit(o->name))) continue;
        if (str_equal(name, str_lit(o->name))) return o;
        if (alike && strcmp(alike->name, o->name))
            other = o;
        else if (alike)
            continue;
        else
            alike = o;
    }
    if (other && !quoted) {
        if (err)
            err_set(err, ERR_NAME, at, "\"%s\" and \"%s\" differ only in case: write the one meant in quotes",
                    alike->name, other->name);
        return NULL;
    }
    if (!alike && err) unknown_object(c, name, kinds, at, err);
    return alike;
}

static bool same_parameters(const struct object *a, const struct object *b)
{
    if (a->field_count != b->field_count) return false;
    for (int i = 0; i < a->field_count; i++) {
        if (a->fields[i].type.kind != b->fields[i].type.kind) return false;
    }
    return true;
}

struct object *catalog_overload(const struct catalog *c, const struct object *function)
{
    for (size_t i = 0; i < c->count; i++) {
        struct object *o = c->objects[i];
        if (o->kind != OBJECT_FUNCTION || !str_equal_nocase(str_lit(o->name), str_lit(function->name))) continue;
        if (same_parameters(o, function)) return o;
    }
    return NULL;
}

/* ---- who reads whom ---- */

static bool plan_scans(const struct plan *plan, uint32_t id)
{
    if (plan->kind == PLAN_SCAN) return plan->object->id == id;
    for (int i = 0; i < plan->inputs; i++) {
        if (plan_scans(plan->input[i], id)) return true;
    }
    return false;
}

const struct object *catalog_reader(const struct catalog *c, uint32_t id)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct object *o = c->objects[i];
        if (o->plan && plan_scans(o->plan, id)) return o;
    }
    return NULL;
}

const struct object *catalog_caller(const struct catalog *c, uint32_t id)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct object *o = c->objects[i];
        for (int k = 0; k < o->call_count; k++) {
            if (o->calls[k] == id) return o;
        }
    }
    return NULL;
}

const char *object_option(const struct object *o, const char *name)
{
    for (int i = 0; i < o->option_count; i++) {
        if (!strcmp(o->options[i].name, name)) return o->options[i].value;
    }
    return NULL;
}
