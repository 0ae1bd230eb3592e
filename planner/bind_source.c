/* bind_source.c - FROM: streams, views, subqueries, and window functions of tables, which add the window's columns. */
#include "planner/binder.h"

/* The columns of a view or stream, and room for the four of the system. */
static void scan_source(struct binder *b, const struct object *o, struct source *out)
{
    size_t room = (size_t)o->field_count + 4;

    out->plan = plan_new(b, PLAN_SCAN, NULL);
    out->plan->object = o;
    out->plan->fields = arena_alloc(b->arena, room * sizeof *out->plan->fields);
    out->plan->scan_column = arena_alloc(b->arena, room * sizeof *out->plan->scan_column);
    out->scan = true;
    out->name = o->name;
    out->fields = o->fields;
    out->field_count = o->field_count;
}

static int named_source(struct binder *b, const struct name *name, struct source *out)
{
    const struct object *o = bind_object(b, name, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW);

    if (!o) return -1;
    scan_source(b, o, out);
    return 0;
}

static int select_source(struct binder *b, const struct select *select, struct source *out)
{
    if (!(out->plan = bind_select(b, select))) return -1;
    out->fields = out->plan->fields;
    out->field_count = out->plan->field_count;
    return 0;
}

static int data_source(struct binder *b, const char *word, const struct expr *e, struct source *out)
{
    if (e->kind == EXPR_CURSOR) return select_source(b, e->select, out);
    if (e->kind != EXPR_TABLE)
        return err_set(b->err, ERR_SYNTAX, e->at, "%s reads TABLE stream or TABLE (SELECT ...)", word);
    if (e->table.partition.count) return bind_later(b, e->table.partition.items[0]->at, "PARTITION BY in a window"), -1;
    return named_source(b, &e->table.name, out);
}

static struct bound *descriptor(struct scope *scope, const char *word, const struct expr *e)
{
    struct expr column = {.kind = EXPR_COLUMN, .at = e->at, .end = e->end};

    if (e->kind != EXPR_DESCRIPTOR || e->columns.count != 1)
        return bind_refuse(scope->binder, ERR_SYNTAX, e->at, "%s takes the time's column as DESCRIPTOR(%.*s)", word,
                           e->kind == EXPR_COLUMN ? (int)e->name.parts[0].text.len : 4,
                           e->kind == EXPR_COLUMN ? e->name.parts[0].text.ptr : "time");
    column.name = (struct name){.parts = e->columns.items, .count = 1, .at = e->columns.items[0].at};
    column.at = e->columns.items[0].at;
    return bind_column(scope, &column);
}

static int window_source(struct binder *b, const struct window_word *word, const struct expr *e, struct source *out)
{
    const struct expr *args[BIND_WINDOW_ARGS + 1] = {0}; /* one more: there is no offset behind the last */
    struct scope scope = {.binder = b, .source = out, .clause = CLAUSE_WHERE};
    const char *name = bind_window_name(word);
    struct bound *time;

    if (e->call.zone) return bind_later(b, e->call.zone->at, "windows by TIME ZONE"), -1;
    if (bind_window_args(b, word, e, args) || data_source(b, name, args[0], out)) return -1;
    if (!(time = descriptor(&scope, name, args[1]))) return -1;
    return bind_window_columns(b, word, out, time, args + 2);
}

static int function_source(struct binder *b, const struct expr *e, struct source *out)
{
    static const char *const later[] = {"SESSION",   "RANDOM_CUT_FOREST",    "RANDOM_CUT_FOREST_WITH_EXPLANATION",
                                        "HOTSPOTS",  "TOP_K_ITEMS_TUMBLING", "COUNT_DISTINCT_ITEMS_TUMBLING",
                                        "GROUP_RANK"};
    static const char *const words[] = {"TUMBLE", "HOP", "SESSION", "CUMULATE"};
    const struct ident *id = &e->call.name.parts[e->call.name.count - 1];
    const struct window_word *word = bind_window_word(id);

    if (word) return window_source(b, word, e, out);
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        if (ident_is(id, later[i])) return bind_later(b, e->at, "%s", later[i]), -1;
    }
    return err_set(b->err, ERR_NAME, e->at, "unknown table function \"%.*s\"%s", (int)id->text.len, id->text.ptr,
                   bind_hint(b, id->text, words, 4));
}

/* AS t (a, b): other names for all the columns. */
static int rename_columns(struct binder *b, const struct idents *names, struct source *s)
{
    struct field *fields;

    if (!names->count) return 0;
    if (names->count != s->field_count) {
        return err_set(b->err, ERR_NAME, names->items[0].at, "the list has %d names for %d columns", names->count,
                       s->field_count);
    }
    fields = arena_alloc(b->arena, (size_t)s->field_count * sizeof *fields);
    for (int i = 0; i < s->field_count; i++) {
        fields[i] = s->fields[i];
        fields[i].name = bind_new_name(b, &names->items[i]);
        fields[i].quoted = names->items[i].quoted;
    }
    s->fields = fields;
    if (!s->scan) s->plan->fields = fields; /* the subquery's own, read by nobody else */
    return 0;
}

static int refuse_decorations(struct binder *b, const struct table_ref *ref)
{
    if (ref->over) return bind_later(b, ref->over->at, "OVER"), -1;
    if (ref->as_of) return bind_later(b, ref->as_of->at, "FOR SYSTEM_TIME AS OF"), -1;
    if (ref->final) return bind_later(b, ref->at, "FINAL"), -1;
    if (ref->lateral) return bind_later(b, ref->at, "LATERAL"), -1;
    return 0;
}

int bind_source(struct binder *b, const struct table_ref *ref, struct source *out)
{
    int failed = -1;

    if (refuse_decorations(b, ref)) return -1;
    switch (ref->kind) {
    case TABLE_NAMED: failed = named_source(b, &ref->name, out); break;
    case TABLE_SUBQUERY: failed = select_source(b, ref->select, out); break;
    case TABLE_FUNCTION: failed = function_source(b, ref->call, out); break;
    case TABLE_UNNEST: return bind_later(b, ref->at, "UNNEST"), -1;
    case TABLE_JOIN: return bind_later(b, ref->join.right->at, "joins"), -1;
    }
    if (failed) return -1;
    if (ref->alias.text.ptr) out->name = bind_new_name(b, &ref->alias);
    return rename_columns(b, &ref->columns, out);
}
