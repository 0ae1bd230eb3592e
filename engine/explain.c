/* explain.c - EXPLAIN, DESCRIBE and SHOW: what there is and how it works, as rows. */
#include "engine/engine.h"
#include "planner/function_doc.h"

#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

/* Rows of texts: first the names of the columns, then the rows, as rows_handler wants them. */
struct table {
    rows_handler handler;
    void *arg;
    int columns;
    const char *const *name;
};

enum { TABLE_COLUMNS_MAX = 6 };

static int table_begin(const struct table *t)
{
    const struct rows rows = {t->columns, t->name, NULL};

    return t->handler(t->arg, &rows);
}

/* NULL is NULL. */
static int table_row(const struct table *t, const char *const *texts)
{
    struct relation_value value[TABLE_COLUMNS_MAX];
    const struct rows rows = {t->columns, t->name, value};

    for (int i = 0; i < t->columns; i++) {
        value[i] = (struct relation_value){.type = type_of(texts[i] ? TYPE_VARCHAR : TYPE_NULL)};
        if (texts[i]) value[i].s = str_lit(texts[i]);
    }
    return t->handler(t->arg, &rows);
}

/* A text as a table of its lines. */
static void answer_lines(const char *name, const char *text, rows_handler handler, void *arg)
{
    const struct table t = {handler, arg, 1, &name};
    struct buf line = {0};
    int stopped = table_begin(&t);

    while (!stopped && *text) {
        size_t len = strcspn(text, "\n");
        line.len = 0;
        buf_put(&line, text, len);
        stopped = table_row(&t, (const char *const[]){buf_text(&line)});
        text += len + (text[len] == '\n');
    }
    buf_free(&line);
}

/* ---- EXPLAIN ---- */

static void print_count(uint64_t n, struct buf *out)
{
    if (n >= 1000) {
        print_count(n / 1000, out);
        buf_printf(out, ",%03d", (int)(n % 1000));
    } else {
        buf_printf(out, "%d", (int)n);
    }
}

static void print_load(const struct operator_load *load, struct buf *out)
{
    print_count(load->rows_in, out);
    buf_puts(out, " rows in, ");
    print_count(load->rows_out, out);
    buf_printf(out, " out, %.3f ms", (double)load->nanoseconds / 1e6);
    if (load->rows_in) buf_printf(out, " (%.0f ns a row)", (double)load->nanoseconds / (double)load->rows_in);
}

static uint64_t state_of_operator(struct operator *op)
{
    struct pages *p;
    uint64_t bytes = 0;

    for (int n = 0; op->class->pages && (p = op->class->pages(op, n)) != NULL; n++) bytes += pages_bytes(p);
    return bytes;
}

/* What the n-th operator of a graph has done. */
static void note_load(void *arg, int node, const char *prefix, struct buf *out)
{
    const struct graph *g = arg;
    uint64_t bytes = state_of_operator(g->op[node]);

    buf_printf(out, "%s  did: ", prefix);
    print_load(&g->op[node]->load, out);
    if (bytes) {
        buf_puts(out, "; ");
        print_count(bytes, out);
        buf_puts(out, " bytes of state");
    }
    buf_putc(out, '\n');
}

static struct graph *graph_of(struct engine *e, uint32_t query)
{
    struct graph *g;
    uint32_t id;

    for (int i = 0; (id = flow_query(e->main.flow, i, &g)) != 0; i++) {
        if (id == query) return g;
    }
    return NULL;
}

static const struct object *query_named(struct engine *e, const struct name *name, unsigned kinds, struct err *err)
{
    const struct ident *last = &name->parts[name->count - 1];
    const struct object *o = catalog_find(e->catalog, last->text, last->quoted, kinds, last->at, err);

    if (!o || o->plan) return o;
    err_set(err, ERR_NAME, last->at, "\"%s\" is no query: its rows come from outside", o->name);
    return NULL;
}

static void print_end(const struct object *o, struct graph *g, struct buf *out)
{
    struct operator *end = g ? g->op[g->count - 1] : NULL;

    if (o->kind == OBJECT_VIEW)
        buf_printf(out, "view %s", o->name);
    else
        buf_printf(out, "%s %s", o->kind == OBJECT_PUMP ? "pump" : "stream", o->name);
    if (end) {
        buf_puts(out, ": ");
        print_count(end->load.rows_in, out);
        buf_printf(out, " rows came, %.3f ms", (double)end->load.nanoseconds / 1e6);
    }
    buf_putc(out, '\n');
}

static int explain_object(struct engine *e, const struct statement *s, struct buf *out, struct err *err)
{
    static const unsigned kinds[] = {
        [DDL_STREAM] = 1u << OBJECT_STREAM, [DDL_PUMP] = 1u << OBJECT_PUMP, [DDL_VIEW] = 1u << OBJECT_VIEW};
    bool analyze = s->explain.kind == EXPLAIN_ANALYZE;
    unsigned any = 1u << OBJECT_VIEW | 1u << OBJECT_STREAM;
    unsigned wanted = analyze || s->explain.object > DDL_VIEW ? any : kinds[s->explain.object];
    const struct object *o = query_named(e, &s->name, wanted, err);
    struct err no_pump;
    struct graph *g;

    if (!o && analyze) o = query_named(e, &s->name, 1u << OBJECT_PUMP, &no_pump);
    if (!o) return -1;
    g = analyze ? graph_of(e, o->id) : NULL;
    print_end(o, g, out);
    plan_explain(o->plan, g ? note_load : NULL, g, out);
    return 0;
}

static int explain_select(struct engine *e, const struct select *select, struct arena *arena, struct buf *out,
                          struct err *err)
{
    struct bind_context ctx = session_context(e);
    struct plan *plan = bind_query(&ctx, arena, select, err);

    if (plan) plan_explain(plan, NULL, NULL, out);
    return plan ? 0 : -1;
}

static int explain_create(struct engine *e, const struct statement *s, struct buf *out, struct err *err)
{
    struct bind_context ctx = session_context(e);
    struct object *o = bind_create(&ctx, s, err);
    int failed = 0;

    if (!o) return -1;
    if (o->plan)
        plan_explain(o->plan, NULL, NULL, out);
    else
        failed = err_set(err, ERR_UNSUPPORTED, s->at, "this statement makes no query: there is nothing to explain");
    object_free(o);
    return failed;
}

static int explain_text(struct engine *e, const struct statement *s, struct arena *arena, struct buf *out,
                        struct err *err)
{
    const struct statement *inner = s->explain.statement;

    switch (s->explain.kind) {
    case EXPLAIN_STATEMENT:
        if (inner->kind == STATEMENT_QUERY) return explain_select(e, inner->select, arena, out, err);
        return explain_create(e, inner, out, err);
    case EXPLAIN_OBJECT:
    case EXPLAIN_ANALYZE: return explain_object(e, s, out, err);
    case EXPLAIN_STATE: return err_set(err, ERR_UNSUPPORTED, s->at, "not supported yet: EXPLAIN STATE");
    case EXPLAIN_WHY_NOT_EMITTED:
        return err_set(err, ERR_UNSUPPORTED, s->at, "not supported yet: EXPLAIN WHY NOT EMITTED");
    case EXPLAIN_ROW: return err_set(err, ERR_UNSUPPORTED, s->at, "not supported yet: EXPLAIN ROW");
    }
    return -1;
}

int explain_execute(struct engine *e, const struct statement *s, struct arena *arena, rows_handler handler, void *arg,
                    struct err *err)
{
    struct buf text = {0};
    int failed = explain_text(e, s, arena, &text, err);

    if (!failed) answer_lines("plan", buf_text(&text), handler, arg);
    buf_free(&text);
    return failed;
}

/* ---- DESCRIBE ---- */

static const char *notes_of(const struct object *o, int column, struct buf *out)
{
    const struct field *f = &o->fields[column];

    out->len = 0;
    if (f->not_null) buf_puts(out, "NOT NULL ");
    if (f->path) buf_printf(out, "FROM '%s' ", f->path);
    if (f->format) buf_printf(out, "FORMAT '%s' ", f->format);
    if (o->kind == OBJECT_STREAM && !o->plan && column == o->watermark_field) buf_puts(out, "event time ");
    if (!out->len) return NULL;
    out->len--;
    return buf_text(out);
}

int describe_execute(struct engine *e, const struct statement *s, rows_handler handler, void *arg, struct err *err)
{
    static const char *const names[] = {"column", "type", "notes"};
    const struct table t = {handler, arg, 3, names};
    const struct ident *last = &s->name.parts[s->name.count - 1];
    const struct object *o =
        catalog_find(e->catalog, last->text, last->quoted, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW, last->at, err);
    struct buf type = {0}, notes = {0};
    int stopped;

    if (!o) return -1;
    stopped = table_begin(&t);
    for (int i = 0; i < o->field_count && !stopped; i++) {
        type.len = 0;
        type_print(o->fields[i].type, &type);
        stopped = table_row(&t, (const char *const[]){o->fields[i].name, buf_text(&type), notes_of(o, i, &notes)});
    }
    buf_free(&type);
    buf_free(&notes);
    return 0;
}

/* ---- SHOW ---- */

static int show_function(const struct table *t, const struct function *f)
{
    struct buf signature = {0};
    int stopped;

    function_signature(f, &signature);
    stopped = table_row(t, (const char *const[]){buf_text(&signature), f->doc, f->example, f->answer});
    buf_free(&signature);
    return stopped;
}

/* twice(n INTEGER) INTEGER */
static const char *signature_of(const struct object *o, struct buf *out)
{
    out->len = 0;
    buf_printf(out, "%s(", o->name);
    for (int i = 0; i < o->field_count; i++) {
        buf_printf(out, "%s%s ", i ? ", " : "", o->fields[i].name);
        type_print(o->fields[i].type, out);
    }
    buf_puts(out, ") ");
    type_print(o->returns, out);
    return buf_text(out);
}

static void show_own_functions(const struct catalog *c, const struct table *t)
{
    const struct object *o;
    struct buf signature = {0};
    int stopped = 0;

    for (int i = 0; !stopped && (o = catalog_at(c, i)) != NULL; i++) {
        if (o->kind == OBJECT_FUNCTION)
            stopped = table_row(t, (const char *const[]){signature_of(o, &signature), o->sql, NULL, NULL});
    }
    buf_free(&signature);
}

/* Those of the user come last. */
static void show_functions(struct engine *e, rows_handler handler, void *arg)
{
    static const char *const names[] = {"function", "what", "example", "answer"};
    const struct table t = {handler, arg, 4, names};
    int stopped = table_begin(&t);

    for (int i = 0; i < function_count() && !stopped; i++) {
        if (!function_internal(function_at(i))) stopped = show_function(&t, function_at(i));
    }
    if (!stopped) show_own_functions(e->catalog, &t);
}

static void show_connectors(struct engine *e, rows_handler handler, void *arg)
{
    static const char *const names[] = {"connector", "what"};
    const struct table t = {handler, arg, 2, names};
    int stopped = table_begin(&t) || table_row(&t, (const char *const[]){"stdin", "standard input, through the log"});

    for (int i = 0; !stopped && e->options.connectors && e->options.connectors[i]; i++) {
        stopped = table_row(&t, (const char *const[]){e->options.connectors[i]->name, "read in place, once"});
    }
}

const char *show_query(const struct statement *s)
{
    switch (s->show.what) {
    case SHOW_STREAMS: return "SELECT name, kind, format, records, watermark FROM weir_streams";
    case SHOW_PUMPS: return "SELECT name, state, emits, late_rows, error_rows FROM weir_queries WHERE kind = 'pump'";
    case SHOW_VIEWS: return "SELECT name, state, emits, late_rows, error_rows FROM weir_queries WHERE kind = 'view'";
    case SHOW_TABLES:
        return "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
               "AND name NOT LIKE 'weir!_%' ESCAPE '!'";
    default: return NULL;
    }
}

int show_execute(struct engine *e, const struct statement *s, rows_handler handler, void *arg, struct err *err)
{
    switch (s->show.what) {
    case SHOW_FUNCTIONS: show_functions(e, handler, arg); return 0;
    case SHOW_CONNECTORS: show_connectors(e, handler, arg); return 0;
    default: return err_set(err, ERR_UNSUPPORTED, s->at, "not supported yet: SHOW of this kind");
    }
}
