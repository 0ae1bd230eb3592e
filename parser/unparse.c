/* unparse.c - statements as SQL (see unparse.h). */
#include "parser/unparse.h"

static void put_clause(struct buf *out, const char *word, const struct expr *e)
{
    if (!e) return;
    buf_puts(out, word);
    unparse_expr(out, e);
}

static void put_text(struct buf *out, const char *word, struct str text)
{
    if (!text.ptr) return;
    buf_puts(out, word);
    unparse_string(out, text);
}

static void put_named(struct buf *out, const char *words, const struct name *name)
{
    buf_puts(out, words);
    unparse_name(out, name);
}

static void put_columns(struct buf *out, const struct idents *columns)
{
    if (!columns->count) return;
    buf_puts(out, " (");
    unparse_idents(out, columns);
    buf_putc(out, ')');
}

static void put_option_list(struct buf *out, const struct options *options)
{
    for (int i = 0; i < options->count; i++) {
        const struct option_def *option = &options->items[i];
        bool is_text = option->key.count == 1 && option->key.parts[0].quoted;

        if (i) buf_puts(out, ", ");
        if (is_text)
            unparse_string(out, option->key.parts[0].text);
        else
            unparse_name(out, &option->key);
        put_clause(out, " = ", option->value);
    }
}

void unparse_options(struct buf *out, const struct options *options)
{
    if (!options->count) return;
    buf_puts(out, " WITH (");
    put_option_list(out, options);
    buf_putc(out, ')');
}

static const char *object_word(enum ddl_kind object)
{
    static const char *const words[] = {
        [DDL_STREAM] = "STREAM", [DDL_PUMP] = "PUMP",         [DDL_VIEW] = "VIEW",
        [DDL_TABLE] = "TABLE",   [DDL_FUNCTION] = "FUNCTION", [DDL_DASHBOARD] = "DASHBOARD",
    };

    return words[object];
}

/* CREATE [OR REPLACE] what [IF NOT EXISTS] name */
static void put_create(struct buf *out, const struct statement *s, const char *what)
{
    buf_printf(out, "CREATE %s%s%s ", s->replace ? "OR REPLACE " : "", what, s->if_not_exists ? " IF NOT EXISTS" : "");
    unparse_name(out, &s->name);
}

/* ---- CREATE STREAM ---- */

static void put_column(struct buf *out, const struct column_def *column)
{
    unparse_ident(out, &column->name);
    buf_putc(out, ' ');
    unparse_type(out, column->type);
    if (column->not_null) buf_puts(out, " NOT NULL");
    put_text(out, " FORMAT ", column->format);
    put_text(out, " FROM ", column->path);
}

static void put_stream_parts(struct buf *out, const struct create_stream *stream)
{
    const char *before = " (";

    for (int i = 0; i < stream->columns.count; i++, before = ", ") {
        buf_puts(out, before);
        put_column(out, &stream->columns.items[i]);
    }
    if (stream->watermark_expr) {
        buf_printf(out, "%sWATERMARK FOR ", before);
        unparse_ident(out, &stream->watermark);
        put_clause(out, " AS ", stream->watermark_expr);
        before = ", ";
    }
    if (stream->primary_key.count) {
        buf_printf(out, "%sPRIMARY KEY", before);
        put_columns(out, &stream->primary_key);
        buf_puts(out, " NOT ENFORCED");
    }
    buf_putc(out, ')');
}

static void put_as_select(struct buf *out, const struct select *select)
{
    buf_puts(out, " AS ");
    unparse_select(out, select);
}

static void put_create_stream(struct buf *out, const struct statement *s)
{
    put_create(out, s, "STREAM");
    if (!s->create_stream.select) put_stream_parts(out, &s->create_stream);
    put_text(out, " DESCRIPTION ", s->description);
    unparse_options(out, &s->options);
    if (s->create_stream.select) put_as_select(out, s->create_stream.select);
}

/* ---- the other CREATEs ---- */

static void put_insert(struct buf *out, const struct insert *insert)
{
    put_named(out, insert->expedited ? "INSERT EXPEDITED INTO " : "INSERT INTO ", &insert->target);
    put_columns(out, &insert->columns);
    buf_putc(out, ' ');
    unparse_select(out, insert->select);
}

static void put_create_pump(struct buf *out, const struct statement *s)
{
    put_create(out, s, "PUMP");
    if (s->pump.stopped) buf_puts(out, " STOPPED");
    put_text(out, " DESCRIPTION ", s->description);
    unparse_options(out, &s->options);
    buf_puts(out, " AS ");
    put_insert(out, &s->pump.insert);
}

static void put_create_view(struct buf *out, const struct statement *s)
{
    put_create(out, s, s->view.materialized ? "MATERIALIZED VIEW" : "VIEW");
    put_columns(out, &s->view.columns);
    put_text(out, " DESCRIPTION ", s->description);
    unparse_options(out, &s->options);
    put_as_select(out, s->view.select);
}

static void put_create_table(struct buf *out, const struct statement *s)
{
    put_create(out, s, "TABLE");
    put_text(out, " FROM ", s->file.path);
    unparse_options(out, &s->options);
}

static void put_attributes(struct buf *out, const struct function_attributes *attributes)
{
    static const char *const determinism[] = {
        [DETERMINISM_UNSAID] = "", [DETERMINISM_YES] = " DETERMINISTIC", [DETERMINISM_NO] = " NOT DETERMINISTIC"};
    static const char *const null_input[] = {
        [NULL_INPUT_UNSAID] = "",
        [NULL_INPUT_CALLED] = " CALLED ON NULL INPUT",
        [NULL_INPUT_RETURNS_NULL] = " RETURNS NULL ON NULL INPUT",
    };

    if (attributes->language_sql) buf_puts(out, " LANGUAGE SQL");
    if (attributes->specific.count) put_named(out, " SPECIFIC ", &attributes->specific);
    buf_puts(out, determinism[attributes->deterministic]);
    if (attributes->access & ACCESS_CONTAINS) buf_puts(out, " CONTAINS SQL");
    if (attributes->access & ACCESS_READS) buf_puts(out, " READS SQL DATA");
    if (attributes->access & ACCESS_MODIFIES) buf_puts(out, " MODIFIES SQL DATA");
    buf_puts(out, null_input[attributes->null_input]);
}

static void put_create_function(struct buf *out, const struct statement *s)
{
    const struct params *params = &s->function.params;

    put_create(out, s, "FUNCTION");
    buf_putc(out, '(');
    for (int i = 0; i < params->count; i++) {
        if (i) buf_puts(out, ", ");
        unparse_ident(out, &params->items[i].name);
        buf_putc(out, ' ');
        unparse_type(out, params->items[i].type);
    }
    buf_puts(out, ") RETURNS ");
    unparse_type(out, s->function.returns);
    put_attributes(out, &s->function.attributes);
    put_clause(out, " RETURN ", s->function.body);
}

static void put_panel(struct buf *out, const struct panel *panel)
{
    static const char *const words[] = {
        [PANEL_LINE] = "LINE",   [PANEL_AREA] = "AREA",       [PANEL_BAR] = "BAR", [PANEL_NUMBER] = "NUMBER",
        [PANEL_TABLE] = "TABLE", [PANEL_HEATMAP] = "HEATMAP", [PANEL_MAP] = "MAP",
    };

    unparse_string(out, panel->title);
    buf_printf(out, " %s (", words[panel->kind]);
    put_option_list(out, &panel->fields);
    put_named(out, ") FROM ", &panel->source);
    put_clause(out, " WHERE ", panel->where);
    put_clause(out, " LAST ", panel->last);
}

static void put_create_dashboard(struct buf *out, const struct statement *s)
{
    put_create(out, s, "DASHBOARD");
    for (int i = 0; i < s->panels.count; i++) {
        buf_puts(out, i ? ", " : " AS (");
        put_panel(out, &s->panels.items[i]);
    }
    buf_putc(out, ')');
}

/* ---- what is no CREATE ---- */

static void put_alter(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {
        [ALTER_START] = " START", [ALTER_STOP] = " STOP", [ALTER_RESUME] = " RESUME", [ALTER_SET] = " SET ("};

    buf_printf(out, "ALTER %s ", object_word(s->alter.object));
    unparse_name(out, &s->name);
    buf_puts(out, words[s->alter.action]);
    if (s->alter.action != ALTER_SET) return;
    put_option_list(out, &s->options);
    buf_putc(out, ')');
}

static void put_show(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {
        [SHOW_STREAMS] = "STREAMS",       [SHOW_SHARDS] = "SHARDS",         [SHOW_PUMPS] = "PUMPS",
        [SHOW_VIEWS] = "VIEWS",           [SHOW_TABLES] = "TABLES",         [SHOW_FUNCTIONS] = "FUNCTIONS",
        [SHOW_CONNECTORS] = "CONNECTORS", [SHOW_DASHBOARDS] = "DASHBOARDS",
    };

    buf_printf(out, "SHOW %s", words[s->show.what]);
    if (s->show.of.count) put_named(out, " FROM ", &s->show.of);
}

static void put_explain(struct buf *out, const struct statement *s)
{
    switch (s->explain.kind) {
    case EXPLAIN_STATEMENT:
        buf_puts(out, "EXPLAIN ");
        unparse(out, s->explain.statement);
        break;
    case EXPLAIN_OBJECT: buf_printf(out, "EXPLAIN %s ", object_word(s->explain.object)); break;
    case EXPLAIN_ANALYZE: buf_puts(out, "EXPLAIN ANALYZE "); break;
    case EXPLAIN_STATE: buf_puts(out, "EXPLAIN STATE "); break;
    case EXPLAIN_WHY_NOT_EMITTED: buf_puts(out, "EXPLAIN WHY NOT EMITTED "); break;
    case EXPLAIN_ROW: buf_puts(out, "EXPLAIN ROW "); break;
    }
    unparse_name(out, &s->name);
    put_clause(out, " WHERE ", s->explain.where);
}

static void put_copy(struct buf *out, const struct statement *s)
{
    put_named(out, "COPY ", &s->name);
    put_text(out, " FROM ", s->file.path);
    unparse_options(out, &s->options);
}

static void put_drop(struct buf *out, const struct statement *s)
{
    buf_printf(out, "DROP %s %s", object_word(s->object), s->if_exists ? "IF EXISTS " : "");
    unparse_name(out, &s->name);
}

void unparse(struct buf *out, const struct statement *s)
{
    switch (s->kind) {
    case STATEMENT_QUERY: unparse_select(out, s->select); break;
    case STATEMENT_CREATE_STREAM: put_create_stream(out, s); break;
    case STATEMENT_CREATE_PUMP: put_create_pump(out, s); break;
    case STATEMENT_CREATE_VIEW: put_create_view(out, s); break;
    case STATEMENT_CREATE_TABLE: put_create_table(out, s); break;
    case STATEMENT_CREATE_FUNCTION: put_create_function(out, s); break;
    case STATEMENT_CREATE_DASHBOARD: put_create_dashboard(out, s); break;
    case STATEMENT_INSERT: put_insert(out, &s->insert); break;
    case STATEMENT_COPY: put_copy(out, s); break;
    case STATEMENT_SET:
        put_named(out, "SET ", &s->name);
        put_clause(out, " = ", s->set.value);
        break;
    case STATEMENT_ALTER: put_alter(out, s); break;
    case STATEMENT_DROP: put_drop(out, s); break;
    case STATEMENT_SHOW: put_show(out, s); break;
    case STATEMENT_DESCRIBE: put_named(out, "DESCRIBE ", &s->name); break;
    case STATEMENT_EXPLAIN: put_explain(out, s); break;
    case STATEMENT_VERIFY: put_named(out, "VERIFY VIEW ", &s->name); break;
    case STATEMENT_DIFF:
        put_named(out, "DIFF VIEW ", &s->name);
        put_named(out, ", ", &s->other);
        break;
    case STATEMENT_SQLITE: buf_put(out, s->sqlite.text.ptr, s->sqlite.text.len); break;
    }
}
