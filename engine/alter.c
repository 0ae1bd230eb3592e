/* alter.c - ALTER PUMP p START | STOP, and RESUME.
 *
 * A pump that stops gives up its state: windows that were open are never closed. One that starts sees the rows that
 * arrive from then on (of a source read in place: those that no query has read yet). Both take place behind all that
 * was put in before, so it does not matter where epochs were cut: the main group uses that up first, and a replay skips
 * it (struct ddl, caught_up). What the pump's own statement said of STOPPED is overruled in its entry (struct ddl,
 * run), by which it is made again from a checkpoint. */
#include "engine/engine.h"

static const char *word_of(enum ddl_kind kind)
{
    return kind == DDL_PUMP ? "pump" : kind == DDL_VIEW ? "view" : "stream";
}

static unsigned kinds_of(enum ddl_kind kind)
{
    return 1u << (kind == DDL_PUMP ? OBJECT_PUMP : kind == DDL_VIEW ? OBJECT_VIEW : OBJECT_STREAM);
}

static struct object *altered(const struct catalog *c, const struct statement *s, struct err *err)
{
    const struct ident *name = &s->name.parts[s->name.count - 1];

    return catalog_find(c, name->text, name->quoted, kinds_of(s->alter.object), name->at, err);
}

static int check_form(const struct statement *s, struct err *err)
{
    enum ddl_kind kind = s->alter.object;

    if (s->alter.action == ALTER_SET) return err_set(err, ERR_UNSUPPORTED, s->at, "not supported yet: ALTER ... SET");
    if (kind != DDL_PUMP && kind != DDL_VIEW && kind != DDL_STREAM)
        return err_set(err, ERR_SYNTAX, s->at, "only pumps, views and streams run: this cannot be altered so");
    if (kind != DDL_PUMP && s->alter.action != ALTER_RESUME)
        return err_set(err, ERR_SYNTAX, s->at, "only a pump is started and stopped: drop the %s instead",
                       word_of(kind));
    return 0;
}

int alter_check(const struct catalog *c, const struct statement *s, struct object **out, struct err *err)
{
    struct object *o;

    if (check_form(s, err) || !(o = altered(c, s, err))) return -1;
    *out = o;
    if (!o->plan)
        return err_set(err, ERR_NAME, s->name.at, "%s is not made by a query: there is nothing to resume", o->name);
    if (s->alter.action == ALTER_RESUME && !o->stopped)
        return err_set(err, ERR_NAME, s->name.at, "%s is running: there is nothing to resume", o->name);
    return o->stopped == (s->alter.action == ALTER_STOP);
}

/* The object's entry says from now on whether it runs. */
static int note_run(struct object *o, struct err *err)
{
    struct buf entry = {0};
    struct ddl ddl;

    if (ddl_unpack(o->ddl, o->arena, &ddl, err)) return -1;
    ddl.run = o->stopped ? RUN_STOPPED : RUN_STARTED;
    ddl_pack(&ddl, &entry);
    o->ddl = str_of(arena_copy(o->arena, entry.ptr, entry.len), entry.len);
    buf_free(&entry);
    return 0;
}

int alter_apply(struct engine *e, const struct statement *s, struct err *err)
{
    struct object *o = altered(e->catalog, s, err);

    if (!o) return -1;
    o->stopped = s->alter.action == ALTER_STOP;
    if (note_run(o, err)) return -1;
    if (!o->stopped) return ddl_attach(e, o, err);
    flow_remove(e->main.flow, o->id);
    e->checkpoint_afresh = true;
    return 0;
}
