/* bind_remedy.c - what to write instead: of names that nothing has, of a GROUP BY whose groups are never complete; and
 * several errors of one statement. */
#include "planner/binder.h"

#include <string.h>

#include "parser/suggest.h"
#include "parser/unparse.h"
#include "planner/function.h"
#include "planner/function_id.h"

/* ---- several errors ---- */

bool bind_keep(struct binder *b, struct kept *kept)
{
    if (kept->count++ == 0)
        kept->first = *b->err;
    else
        b->ctx->more(b->ctx->more_arg, b->err);
    return !b->ctx->more;
}

int bind_kept(struct binder *b, const struct kept *kept)
{
    if (!kept->count) return 0;
    *b->err = kept->first;
    return -1;
}

/* ---- words of other systems ---- */

struct foreign_word {
    const char *word, *write;
};

static const char *foreign_remedy(struct str name, const struct foreign_word *words)
{
    for (; words->word; words++)
        if (str_equal_nocase(name, str_lit(words->word))) return words->write;
    return NULL;
}

const char *bind_type_remedy(struct str name)
{
    static const struct foreign_word words[] = {
        {"DATETIME", "TIMESTAMP"}, {"DATETIME2", "TIMESTAMP"}, {"TIMESTAMP_LTZ", "TIMESTAMP"},
        {"LONG", "BIGINT"},        {"INT8", "BIGINT"},         {"INT4", "INTEGER"},
        {"INT64", "BIGINT"},       {"INT32", "INTEGER"},       {"NUMBER", "DECIMAL"},
        {"FLOAT8", "DOUBLE"},      {"FLOAT64", "DOUBLE"},      {"NVARCHAR", "VARCHAR"},
        {"VARCHAR2", "VARCHAR"},   {"CLOB", "VARCHAR"},        {"JSONB", "JSON"},
        {"BYTES", "VARBINARY"},    {"BYTEA", "VARBINARY"},     {NULL, NULL},
    };

    return foreign_remedy(name, words);
}

static const char *function_remedy(struct str name)
{
    static const struct foreign_word words[] = {
        {"LEN", "CHAR_LENGTH"},
        {"UCASE", "UPPER"},
        {"LCASE", "LOWER"},
        {"ISNULL", "... IS NULL, or COALESCE"},
        {"COUNT_DISTINCT", "COUNT(DISTINCT ...)"},
        {"MEAN", "AVG"},
        {"GETDATE", "CURRENT_TIMESTAMP"},
        {"SYSDATE", "CURRENT_TIMESTAMP"},
        {"UTC_TIMESTAMP", "CURRENT_TIMESTAMP"},
        {"DATEDIFF", "the difference of two times, later - earlier"},
        {"DATE_DIFF", "the difference of two times, later - earlier"},
        {"DATEADD", "time + INTERVAL '1' DAY"},
        {"DATE_ADD", "time + INTERVAL '1' DAY"},
        {"DATE_SUB", "time - INTERVAL '1' DAY"},
        {"TIME_BUCKET", "TUMBLE(time, INTERVAL '1' MINUTE)"},
        {"STRFTIME", "TO_CHAR(time, 'yyyy-MM-dd')"},
        {"FORMAT_TIMESTAMP", "TO_CHAR(time, 'yyyy-MM-dd')"},
        {"TO_DATE", "TO_TIMESTAMP"},
        {"STR_TO_DATE", "TO_TIMESTAMP"},
        {"FROM_UNIXTIME", "TO_TIMESTAMP, of milliseconds"},
        {"GROUP_CONCAT", "LISTAGG"},
        {"CHARINDEX", "POSITION(part IN text)"},
        {"INSTR", "POSITION(part IN text)"},
        {NULL, NULL},
    };

    return foreign_remedy(name, words);
}

void *bind_unknown_function(struct binder *b, struct str name, int at)
{
    enum { MORE_MAX = 64 };
    const char *remedy = function_remedy(name), *more;
    const char **words = arena_alloc(b->arena, ((size_t)function_count() + MORE_MAX) * sizeof *words);
    size_t count = 0;

    if (remedy)
        return bind_refuse(b, ERR_NAME, at, "unknown function \"%.*s\": write %s", (int)name.len, name.ptr, remedy);
    for (int i = 0; i < function_count(); i++) words[count++] = function_at(i)->name;
    for (int i = 0; i < MORE_MAX / 2 && (more = function_alias(i)); i++) words[count++] = more;
    for (int i = 0; i < MORE_MAX / 2 && (more = bind_aggregate_name(i)); i++) words[count++] = more;
    return bind_refuse(b, ERR_NAME, at, "unknown function \"%.*s\"%s", (int)name.len, name.ptr,
                       bind_hint(b, name, words, count));
}

/* ---- event time ---- */

static const struct object *scanned(const struct plan *plan)
{
    while (plan->kind == PLAN_FILTER) plan = plan->input[0];
    return plan->kind == PLAN_SCAN ? plan->object : NULL;
}

/* The event time of the rows of a plan, as a query names it. */
static const char *time_name(const struct plan *plan)
{
    const struct object *o = scanned(plan);

    return o && o->watermark_field >= 0 ? o->fields[o->watermark_field].name : "ROWTIME";
}

const char *bind_time_remedy(struct binder *b, const struct plan *plan, const char *column)
{
    const struct object *o = plan ? scanned(plan) : NULL;

    if (o && o->watermark_field >= 0) return arena_printf(b->arena, "write \"%s\"", time_name(plan));
    if (!o || o->kind != OBJECT_STREAM || o->plan || !column) return "write ROWTIME";
    return arena_printf(b->arena, "write ROWTIME, or declare WATERMARK FOR %s in CREATE STREAM %s", column, o->name);
}

/* ---- names of columns ---- */

static bool is_curly(struct str text)
{
    return text.len > 3 && !memcmp(text.ptr, "\xe2\x80", 2) && (unsigned char)text.ptr[2] >= 0x98 &&
           (unsigned char)text.ptr[2] <= 0x9e;
}

static bool is_alias(const struct scope *scope, const struct ident *id)
{
    const struct select_items *items = scope->select ? &scope->select->plain.items : NULL;

    for (int i = 0; items && i < items->count; i++)
        if (items->items[i].alias.text.ptr && str_equal_nocase(items->items[i].alias.text, id->text)) return true;
    return false;
}

static const char *alias_remedy(const struct scope *scope, const struct ident *id)
{
    if (!is_alias(scope, id)) return NULL;
    switch (scope->clause) {
    case CLAUSE_WHERE: return "WHERE comes before the select list that names it: repeat its expression";
    case CLAUSE_HAVING: return "HAVING comes before the select list that names it: repeat its expression";
    case CLAUSE_ITEM: return "it is named in the same select list: repeat its expression, or compute it in a subquery";
    case CLAUSE_CONSTANT:
    case CLAUSE_GROUP:
    case CLAUSE_ARGUMENT:
    case CLAUSE_OVER:
    case CLAUSE_FILTER: return NULL;
    }
    return NULL;
}

static const char *window_remedy(const struct scope *scope, const struct ident *id)
{
    struct arena *arena = scope->binder->arena;
    const struct plan *plan = scope->source->plan;

    if (!ident_is(id, "window_start") && !ident_is(id, "window_end") && !ident_is(id, "window_time")) return NULL;
    if (scope->clause != CLAUSE_GROUP)
        return arena_printf(arena, "this query has no window: add TUMBLE(%s, INTERVAL '1' MINUTE) to GROUP BY",
                            time_name(plan));
    return arena_printf(arena, "TUMBLE has it: FROM TUMBLE(TABLE %s, DESCRIPTOR(%s), INTERVAL '1' MINUTE)",
                        scope->source->name ? scope->source->name : "(...)", time_name(plan));
}

/* The unit of time of that name, or NULL. */
static const char *unit_named(struct str name)
{
    for (enum time_unit unit = UNIT_YEAR; unit <= UNIT_MICROSECOND; unit++)
        if (str_equal_nocase(name, str_lit(time_unit_name(unit)))) return time_unit_name(unit);
    return NULL;
}

/* What is no misspelt column but another mistake; NULL: nothing is known. */
static const char *column_remedy(const struct scope *scope, const struct ident *id)
{
    struct arena *arena = scope->binder->arena;
    const char *remedy, *unit = unit_named(id->text);

    if (is_curly(id->text)) return "quotes are straight: 'text' and \"name\"";
    if ((remedy = alias_remedy(scope, id)) || (remedy = window_remedy(scope, id))) return remedy;
    if (id->quoted || !unit) return NULL;
    return arena_printf(arena, "a unit of time stands behind TO: FLOOR(... TO %s)", unit);
}

/* At most a handful of names, for people who cannot guess them. */
static const char *list_columns(struct binder *b, const struct source *source)
{
    enum { LISTED_MAX = 8 };
    struct buf text = {0};
    const char *list;

    for (int i = 0; i < source->field_count && i < LISTED_MAX; i++)
        buf_printf(&text, "%s%s", i ? ", " : "", source->fields[i].name);
    if (source->field_count > LISTED_MAX) buf_printf(&text, " and %d more", source->field_count - LISTED_MAX);
    list = arena_copy(b->arena, buf_text(&text), text.len);
    buf_free(&text);
    return source->name ? arena_printf(b->arena, "\"%s\" has %s", source->name, list)
                        : arena_printf(b->arena, "the columns are %s", list);
}

int bind_refuse_column(struct binder *b, const struct ident *id, const struct source *source, const char *near)
{
    const char *reason =
        near         ? near
        : id->quoted ? arena_printf(b->arena, ": if it is a text, write '%.*s'", (int)id->text.len, id->text.ptr)
        : source->field_count ? arena_printf(b->arena, ": %s", list_columns(b, source))
                              : "";

    return err_set(b->err, ERR_NAME, id->at, "unknown column \"%.*s\"%s", (int)id->text.len, id->text.ptr, reason);
}

int bind_unknown_name(struct scope *scope, const struct ident *id)
{
    const char *remedy = column_remedy(scope, id);

    if (!remedy) return bind_unknown_column(scope->binder, id, scope->source);
    return err_set(scope->binder->err, ERR_NAME, id->at, "unknown column \"%.*s\": %s", (int)id->text.len, id->text.ptr,
                   remedy);
}

/* ---- groups that are never complete ---- */

/* Which times an expression mentions. */
struct mention {
    const struct plan *plan;
    bool event_time;
    const struct bound *other; /* a TIMESTAMP that is none */
};

static void look_for_time(struct bound *e, void *arg)
{
    struct mention *m = arg;
    struct steps steps;

    if (e->count || e->type.kind != TYPE_TIMESTAMP || e->kind == BOUND_CONST) return;
    if (steps_of(m->plan, e, &steps))
        m->event_time = true;
    else if (e->kind == BOUND_COLUMN && e->column >= 0)
        m->other = e;
}

/* The unit of EXTRACT(unit FROM time) and of HOUR(time). */
static const char *field_unit(const struct bound *e)
{
    if (e->kind != BOUND_CALL) return NULL;
    if (!strcmp(e->function->name, "EXTRACT") && e->args[0]->kind == BOUND_CONST) return unit_named(e->args[0]->s);
    return unit_named(str_lit(e->function->name));
}

/* The event time of a SELECT, in the old service's dialect with its source. */
static const char *time_text(struct binder *b, const struct select *select, const struct plan *plan)
{
    const struct table_ref *from = select->plain.from;
    struct ident name = from->alias.text.ptr ? from->alias : (struct ident){0};
    struct buf text = {0};
    const char *out;

    if (b->ctx->dialect != DIALECT_KINESIS) return time_name(plan);
    if (!name.text.ptr && from->kind == TABLE_NAMED) name = from->name.parts[from->name.count - 1];
    if (!name.text.ptr) return "ROWTIME";
    unparse_ident(&text, &name);
    out = arena_printf(b->arena, "%s.ROWTIME", buf_text(&text));
    buf_free(&text);
    return out;
}

static const char *window_text(struct binder *b, const char *time)
{
    return arena_printf(b->arena,
                        b->ctx->dialect == DIALECT_KINESIS ? "STEP(%s BY INTERVAL '1' MINUTE)"
                                                           : "TUMBLE(%s, INTERVAL '1' MINUTE)",
                        time);
}

static const char *print_bound(struct binder *b, const struct plan *input, const struct bound *e)
{
    const char **names = arena_alloc(b->arena, ((size_t)input->field_count + 1) * sizeof *names);
    struct buf text = {0};
    const char *out;

    for (int i = 0; i < input->field_count; i++) names[i] = input->fields[i].name;
    bound_print(e, names, &text);
    out = arena_copy(b->arena, buf_text(&text), text.len);
    buf_free(&text);
    return out;
}

/* The key was meant to be the window but is not: says why. False: it has nothing to do with time. */
static bool refuse_key(struct binder *b, const struct plan *input, struct bound *key, const char *time)
{
    struct mention m = {.plan = input};
    const char *unit = field_unit(key), *column;

    bound_walk(key, look_for_time, &m);
    if (m.event_time) {
        err_set(b->err, ERR_TYPE, key->at, "%s is not monotonic, so no group is ever complete: write %s",
                print_bound(b, input, key),
                unit ? arena_printf(b->arena, "FLOOR(%s TO %s)", time, unit) : window_text(b, time));
        return true;
    }
    if (!m.other) return false;
    column = input->fields[m.other->column].name;
    err_set(b->err, ERR_TYPE, key->at, "\"%s\" is not the event time, so no group is ever complete: %s", column,
            bind_time_remedy(b, input, column));
    return true;
}

int bind_refuse_groups(struct binder *b, const struct select *select, const struct plan *plan)
{
    const char *time;

    while (plan->kind == PLAN_PROJECT || plan->kind == PLAN_FILTER) plan = plan->input[0];
    if (select->kind != SELECT_PLAIN || plan->kind != PLAN_AGGREGATE || plan->window.kind != WINDOW_NONE) return 0;
    time = time_text(b, select, plan->input[0]);
    for (int i = 0; i < plan->key_count; i++)
        if (refuse_key(b, plan->input[0], plan->keys[i], time)) return -1;
    if (plan->key_count)
        return err_set(b->err, ERR_TYPE, plan->keys[0]->at,
                       "no expression of GROUP BY is monotonic, so no group is ever complete: add %s",
                       window_text(b, time));
    return err_set(b->err, ERR_TYPE, select->plain.items.items[0].expr->at,
                   "an aggregate without GROUP BY is never complete: add GROUP BY %s", window_text(b, time));
}
