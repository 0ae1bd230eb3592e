/* subscribe.c - readers in this process that follow a stream or a view: they get each epoch's changes once it is
 * durable. */
#include "engine/engine.h"

#include "runtime/view.h"

#include <stdlib.h>

int engine_subscribe(struct engine *e, const char *name, change_handler handler, void *arg, struct err *err)
{
    const struct object *o =
        catalog_find(e->catalog, str_lit(name), false, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW, -1, err);
    struct subscription s;

    if (!o) return -1;
    if (o->kind == OBJECT_STREAM && o->source == SOURCE_FILE)
        return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: following a file that is read in place (%s)",
                       o->name);
    s = (struct subscription){o->id, handler, arg, rowset_for(o->fields, o->field_count)};
    if (o->kind == OBJECT_VIEW) {
        view_rows(flow_end_of(e->main.flow, o->id), s.changes);
        view_watch(flow_end_of(e->main.flow, o->id), s.changes);
    }
    e->subscription = mem_grow(e->subscription, &e->subscription_capacity, e->subscription_count + 1, sizeof s);
    e->subscription[e->subscription_count++] = s;
    return 0;
}

void subscriptions_take(struct engine *e, const struct object *o, const struct batch *rows)
{
    for (size_t i = 0; i < e->subscription_count; i++) {
        if (e->subscription[i].object == o->id) rowset_add_batch(e->subscription[i].changes, rows);
    }
}

static void deliver(const struct subscription *s, const struct object *o)
{
    struct relation_value *values = mem_alloc((size_t)o->field_count * sizeof *values);
    struct batch b;

    for (int first = 0, n; (n = rowset_batch(s->changes, first, &b)) > 0; first += n) {
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < o->field_count; c++) {
                relation_value_at(&b.column[c], i, o->fields[c].type, &values[c]);
                values[c].millis = o->fields[c].kinesis;
            }
            s->handler(s->arg, o->fields, o->field_count, values, b.weight[i]);
        }
    }
    rowset_clear(s->changes);
    free(values);
}

void subscriptions_deliver(struct engine *e)
{
    for (size_t i = 0; i < e->subscription_count; i++) {
        const struct object *o = catalog_get(e->catalog, e->subscription[i].object);
        if (o) deliver(&e->subscription[i], o);
    }
}
