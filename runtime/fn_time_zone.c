/* fn_time_zone.c - kernels that ask the clocks of a time zone. Each call keeps the zones it has met; when there are too
 * many, it forgets them all. A name that is no zone is a bad argument. */
#include "base/zone.h"
#include "runtime/fn_time.h"

enum { ZONES_MAX = 64 };

struct zones {
    struct arena *arena; /* of the zones and their names */
    int count;
    struct known_zone {
        struct text name;
        const struct zone *zone; /* NULL: there is none of that name */
        struct zone_span span;   /* the one asked for last: neighbours mostly lie in the same */
    } known[ZONES_MAX];
};

static void free_zones(void *state)
{
    arena_free(((struct zones *)state)->arena);
}

static struct zones *zones_of(struct kernel_call *c)
{
    struct zones *z = c->state;

    if (z) return z;
    z = arena_alloc(c->memory, sizeof *z);
    z->arena = arena_new();
    c->state = z;
    c->state_free = free_zones;
    return z;
}

static struct known_zone *load(struct zones *z, const struct text *name)
{
    struct known_zone *k;
    struct err ignored;

    if (z->count == ZONES_MAX) {
        arena_reset(z->arena);
        z->count = 0;
    }
    k = &z->known[z->count++];
    k->name = text_of(arena_copy(z->arena, text_bytes(name), name->len), name->len);
    k->zone = zone_load(z->arena, str_of(k->name.ptr, k->name.len), &ignored);
    k->span = (struct zone_span){USEC_MAX, USEC_MIN, 0}; /* holds nothing */
    return k;
}

/* The zone that a row names. */
static struct known_zone *zone_of(struct zones *z, const struct text *name)
{
    for (int i = 0; i < z->count; i++) {
        if (text_equal(&z->known[i].name, name)) return &z->known[i];
    }
    return load(z, name);
}

static usec local_of(struct known_zone *k, usec t)
{
    if (t < k->span.start || t >= k->span.end) k->span = zone_at(k->zone, t);
    return t + k->span.east;
}

static usec instant_of(struct known_zone *k, usec local)
{
    return zone_instant(k->zone, local);
}

static void each_in_zone(struct kernel_call *c, usec (*compute)(struct known_zone *, usec))
{
    const struct text *names = c->args[1]->texts;
    struct zones *z = zones_of(c);
    bool constant = kernel_is_constant(c, 1);
    struct known_zone *k = NULL;

    for (int row = 0; row < c->rows; row++) {
        if (row == 0 || !constant) k = zone_of(z, &names[row]);
        if (!k->zone) kernel_fail(c, row, ROW_BAD_ARGUMENT);
        put_time(c, row, k->zone ? compute(k, c->args[0]->ints[row]) : 0);
    }
}

void fn_at_time_zone(struct kernel_call *c)
{
    each_in_zone(c, local_of);
}

void fn_to_utc_timestamp(struct kernel_call *c)
{
    each_in_zone(c, instant_of);
}
