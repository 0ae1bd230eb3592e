/* print_tree.h - a syntax tree as text, for tests: every field of ast.h but the places, nothing derived. Nodes are
 * (word parts...); what was not written is left out. Two trees are the same if and only if their texts are.
 *
 *   columns and names as they are written, "quoted" ones in quotes; texts in '..'; whole numbers bare, other numbers
 *   (decimal 1.5), (double 1e2); (interval '1' day 3 second 3): unit, its digits, last unit, digits of the fraction.
 *
 * What does not fit into a line is broken: a part a line, indented by two blanks. */
#ifndef WEIR_TESTS_PRINT_TREE_H
#define WEIR_TESTS_PRINT_TREE_H

#include "tests/unit/print_tree_expr.h"

enum { TREE_LINE_BYTES = 116 };

static void tree_statement(struct buf *out, const struct statement *s);

/* ---- FROM ---- */

static void tree_table(struct buf *out, const struct table_ref *ref);

static void tree_join(struct buf *out, const struct table_ref *ref)
{
    static const char *const words[] = {
        [JOIN_INNER] = "join",     [JOIN_LEFT] = "left-join",   [JOIN_RIGHT] = "right-join",
        [JOIN_FULL] = "full-join", [JOIN_CROSS] = "cross-join", [JOIN_COMMA] = "comma",
    };

    tree_open(out, words[ref->join.kind]);
    tree_flag(out, ref->join.natural, "natural");
    tree_table(out, ref->join.left);
    tree_table(out, ref->join.right);
    tree_part(out, "on", ref->join.on);
    tree_idents(out, "using", &ref->join.using);
}

static void tree_source(struct buf *out, const struct table_ref *ref)
{
    switch (ref->kind) {
    case TABLE_NAMED:
        tree_open(out, "table");
        tree_name(out, &ref->name);
        break;
    case TABLE_SUBQUERY:
        tree_open(out, "subquery");
        tree_select(out, ref->select);
        break;
    case TABLE_FUNCTION:
        tree_open(out, "function");
        tree_expr(out, ref->call);
        break;
    case TABLE_UNNEST:
        tree_open(out, "unnest");
        tree_expr(out, ref->call);
        break;
    case TABLE_JOIN: tree_join(out, ref); break;
    }
}

static void tree_table(struct buf *out, const struct table_ref *ref)
{
    tree_source(out, ref);
    tree_flag(out, ref->final, "final");
    tree_flag(out, ref->lateral, "lateral");
    tree_flag(out, ref->ordinality, "ordinality");
    tree_part(out, "as-of", ref->as_of);
    tree_over(out, ref->over);
    if (ref->alias.text.ptr) {
        tree_open(out, "as");
        tree_ident(out, &ref->alias);
        tree_idents(out, "columns", &ref->columns);
        tree_close(out);
    }
    tree_close(out);
}

/* ---- queries ---- */

static void tree_items(struct buf *out, const struct select_items *items)
{
    tree_open(out, "items");
    for (int i = 0; i < items->count; i++) {
        const struct select_item *item = &items->items[i];
        if (item->alias.text.ptr) tree_open(out, "as");
        tree_expr(out, item->expr);
        tree_ident(out, &item->alias);
        if (item->alias.text.ptr) tree_close(out);
    }
    tree_close(out);
}

static void tree_groups(struct buf *out, const struct groups *groups)
{
    static const char *const words[] = {[GROUP_ROLLUP] = "rollup", [GROUP_CUBE] = "cube", [GROUP_SETS] = "sets"};

    if (!groups->count) return;
    tree_open(out, "group");
    for (int i = 0; i < groups->count; i++) {
        const struct group_by *group = &groups->items[i];
        if (group->kind == GROUP_EXPR)
            tree_exprs(out, &group->exprs);
        else
            tree_list(out, words[group->kind], &group->exprs);
    }
    tree_close(out);
}

static void tree_stagger(struct buf *out, const struct stagger *stagger)
{
    if (!stagger) return;
    tree_open(out, "stagger");
    tree_list(out, "partition", &stagger->keys);
    tree_part(out, "range", stagger->size);
    tree_close(out);
}

static void tree_windows(struct buf *out, const struct named_windows *windows)
{
    if (!windows->count) return;
    tree_open(out, "windows");
    for (int i = 0; i < windows->count; i++) {
        tree_open(out, "");
        tree_ident(out, &windows->items[i].name);
        tree_over(out, &windows->items[i].over);
        tree_close(out);
    }
    tree_close(out);
}

static void tree_plain(struct buf *out, const struct select *select)
{
    static const char *const quantifiers[] = {
        [QUANTIFIER_NONE] = "", [QUANTIFIER_ALL] = "all", [QUANTIFIER_DISTINCT] = "distinct"};

    tree_open(out, "select");
    tree_flag(out, select->plain.stream, "stream");
    tree_word(out, quantifiers[select->plain.quantifier]);
    tree_items(out, &select->plain.items);
    if (select->plain.from) {
        tree_open(out, "from");
        tree_table(out, select->plain.from);
        tree_close(out);
    }
    tree_part(out, "where", select->plain.where);
    tree_groups(out, &select->plain.groups);
    tree_stagger(out, select->plain.stagger);
    tree_part(out, "having", select->plain.having);
    tree_windows(out, &select->plain.windows);
}

static void tree_values(struct buf *out, const struct value_rows *rows)
{
    tree_open(out, "values");
    for (int i = 0; i < rows->count; i++) tree_list(out, "row", &rows->items[i].values);
}

static void tree_set(struct buf *out, const char *word, const struct select *select)
{
    tree_open(out, word);
    tree_flag(out, select->set.quantifier == QUANTIFIER_ALL, "all");
    tree_flag(out, select->set.quantifier == QUANTIFIER_DISTINCT, "distinct");
    tree_select(out, select->set.left);
    tree_select(out, select->set.right);
}

static void tree_ctes(struct buf *out, const struct ctes *ctes)
{
    if (!ctes->count) return;
    tree_open(out, ctes->recursive ? "with-recursive" : "with");
    for (int i = 0; i < ctes->count; i++) {
        tree_open(out, "");
        tree_ident(out, &ctes->items[i].name);
        tree_idents(out, "columns", &ctes->items[i].columns);
        tree_select(out, ctes->items[i].select);
        tree_close(out);
    }
    tree_close(out);
}

static void tree_emission(struct buf *out, const struct select *select)
{
    tree_part(out, "lateness", select->lateness);
    switch (select->emit) {
    case EMIT_CLAUSE_UNSAID: break;
    case EMIT_CLAUSE_ON_CLOSE: tree_word(out, "emit-on-close"); break;
    case EMIT_CLAUSE_CHANGES: tree_word(out, "emit-changes"); break;
    case EMIT_CLAUSE_EVERY: tree_part(out, "emit-every", select->emit_every); break;
    }
    tree_options(out, "options", &select->options);
}

static void tree_select(struct buf *out, const struct select *select)
{
    switch (select->kind) {
    case SELECT_PLAIN: tree_plain(out, select); break;
    case SELECT_VALUES: tree_values(out, &select->values); break;
    case SELECT_UNION: tree_set(out, "union", select); break;
    case SELECT_EXCEPT: tree_set(out, "except", select); break;
    case SELECT_INTERSECT: tree_set(out, "intersect", select); break;
    }
    tree_ctes(out, &select->with);
    tree_sorts(out, "order", &select->order);
    tree_part(out, "limit", select->limit);
    tree_part(out, "offset", select->offset);
    tree_emission(out, select);
    tree_close(out);
}

/* ---- statements ---- */

static void tree_column(struct buf *out, const struct column_def *column)
{
    tree_open(out, "column");
    tree_ident(out, &column->name);
    tree_type(out, column->type);
    tree_flag(out, column->not_null, "not-null");
    tree_text_part(out, "format", column->format);
    tree_text_part(out, "path", column->path);
    tree_close(out);
}

static void tree_stream(struct buf *out, const struct create_stream *stream)
{
    for (int i = 0; i < stream->columns.count; i++) tree_column(out, &stream->columns.items[i]);
    if (stream->watermark_expr) {
        tree_open(out, "watermark");
        tree_ident(out, &stream->watermark);
        tree_expr(out, stream->watermark_expr);
        tree_close(out);
    }
    tree_idents(out, "primary-key", &stream->primary_key);
    if (stream->select) tree_select(out, stream->select);
}

static void tree_insert(struct buf *out, const struct insert *insert)
{
    tree_open(out, "into");
    tree_name(out, &insert->target);
    tree_idents(out, "columns", &insert->columns);
    tree_flag(out, insert->expedited, "expedited");
    tree_select(out, insert->select);
    tree_close(out);
}

static void tree_function(struct buf *out, const struct create_function *function)
{
    static const char *const determinism[] = {
        [DETERMINISM_UNSAID] = "", [DETERMINISM_YES] = "deterministic", [DETERMINISM_NO] = "not-deterministic"};
    static const char *const null_input[] = {
        [NULL_INPUT_UNSAID] = "", [NULL_INPUT_CALLED] = "called-on-null", [NULL_INPUT_RETURNS_NULL] = "null-on-null"};
    const struct function_attributes *attributes = &function->attributes;

    for (int i = 0; i < function->params.count; i++) {
        tree_open(out, "param");
        tree_ident(out, &function->params.items[i].name);
        tree_type(out, function->params.items[i].type);
        tree_close(out);
    }
    tree_open(out, "returns");
    tree_type(out, function->returns);
    tree_close(out);
    tree_flag(out, attributes->language_sql, "language-sql");
    tree_word(out, determinism[attributes->deterministic]);
    tree_flag(out, attributes->access & ACCESS_CONTAINS, "contains-sql");
    tree_flag(out, attributes->access & ACCESS_READS, "reads-sql");
    tree_flag(out, attributes->access & ACCESS_MODIFIES, "modifies-sql");
    tree_word(out, null_input[attributes->null_input]);
    if (attributes->specific.count) tree_named_part(out, "specific", NULL, &attributes->specific);
    tree_part(out, "return", function->body);
}

static void tree_panel(struct buf *out, const struct panel *panel)
{
    static const char *const words[] = {
        [PANEL_LINE] = "line",   [PANEL_AREA] = "area",       [PANEL_BAR] = "bar", [PANEL_NUMBER] = "number",
        [PANEL_TABLE] = "table", [PANEL_HEATMAP] = "heatmap", [PANEL_MAP] = "map",
    };

    tree_open(out, words[panel->kind]);
    tree_text(out, panel->title);
    tree_options(out, "fields", &panel->fields);
    tree_named_part(out, "from", NULL, &panel->source);
    tree_part(out, "where", panel->where);
    tree_part(out, "last", panel->last);
    tree_close(out);
}

static const char *tree_object(enum ddl_kind object)
{
    static const char *const words[] = {
        [DDL_STREAM] = "stream", [DDL_PUMP] = "pump",         [DDL_VIEW] = "view",
        [DDL_TABLE] = "table",   [DDL_FUNCTION] = "function", [DDL_DASHBOARD] = "dashboard",
    };

    return words[object];
}

static void tree_explain(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {
        [EXPLAIN_STATEMENT] = "statement", [EXPLAIN_OBJECT] = "object",       [EXPLAIN_ANALYZE] = "analyze",
        [EXPLAIN_STATE] = "state",         [EXPLAIN_WHY_NOT_EMITTED] = "why", [EXPLAIN_ROW] = "row",
    };

    tree_word(out, words[s->explain.kind]);
    if (s->explain.kind == EXPLAIN_OBJECT) tree_word(out, tree_object(s->explain.object));
    if (s->explain.statement) tree_statement(out, s->explain.statement);
    tree_part(out, "where", s->explain.where);
}

static void tree_sqlite(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {[SQLITE_CREATE_TABLE] = "create-table",
                                        [SQLITE_UPDATE] = "update",
                                        [SQLITE_DELETE] = "delete",
                                        [SQLITE_OTHER] = "other"};

    tree_word(out, words[s->sqlite.kind]);
    tree_text(out, s->sqlite.text);
}

/* What only this kind of statement has. */
static void tree_body(struct buf *out, const struct statement *s)
{
    static const char *const actions[] = {
        [ALTER_START] = "start", [ALTER_STOP] = "stop", [ALTER_RESUME] = "resume", [ALTER_SET] = "set"};
    static const char *const shown[] = {
        [SHOW_STREAMS] = "streams",       [SHOW_SHARDS] = "shards",        [SHOW_PUMPS] = "pumps",
        [SHOW_VIEWS] = "views",           [SHOW_TABLES] = "tables",        [SHOW_FUNCTIONS] = "functions",
        [SHOW_CONNECTORS] = "connectors", [SHOW_DASHBOARDS] = "dashboards"};

    switch (s->kind) {
    case STATEMENT_QUERY: tree_select(out, s->select); break;
    case STATEMENT_CREATE_STREAM: tree_stream(out, &s->create_stream); break;
    case STATEMENT_CREATE_PUMP:
        tree_flag(out, s->pump.stopped, "stopped");
        tree_insert(out, &s->pump.insert);
        break;
    case STATEMENT_CREATE_VIEW:
        tree_flag(out, s->view.materialized, "materialized");
        tree_idents(out, "columns", &s->view.columns);
        tree_select(out, s->view.select);
        break;
    case STATEMENT_CREATE_TABLE:
    case STATEMENT_COPY: tree_text_part(out, "file", s->file.path); break;
    case STATEMENT_CREATE_FUNCTION: tree_function(out, &s->function); break;
    case STATEMENT_CREATE_DASHBOARD:
        for (int i = 0; i < s->panels.count; i++) tree_panel(out, &s->panels.items[i]);
        break;
    case STATEMENT_INSERT: tree_insert(out, &s->insert); break;
    case STATEMENT_SET: tree_expr(out, s->set.value); break;
    case STATEMENT_ALTER:
        tree_word(out, tree_object(s->alter.object));
        tree_word(out, actions[s->alter.action]);
        break;
    case STATEMENT_DROP: tree_word(out, tree_object(s->object)); break;
    case STATEMENT_SHOW:
        tree_word(out, shown[s->show.what]);
        tree_name(out, &s->show.of);
        break;
    case STATEMENT_EXPLAIN: tree_explain(out, s); break;
    case STATEMENT_DIFF: tree_name(out, &s->other); break;
    case STATEMENT_SQLITE: tree_sqlite(out, s); break;
    case STATEMENT_DESCRIBE:
    case STATEMENT_VERIFY: break;
    }
}

static void tree_statement(struct buf *out, const struct statement *s)
{
    static const char *const words[] = {
        [STATEMENT_QUERY] = "query",
        [STATEMENT_CREATE_STREAM] = "create-stream",
        [STATEMENT_CREATE_PUMP] = "create-pump",
        [STATEMENT_CREATE_VIEW] = "create-view",
        [STATEMENT_CREATE_TABLE] = "create-table",
        [STATEMENT_CREATE_FUNCTION] = "create-function",
        [STATEMENT_CREATE_DASHBOARD] = "create-dashboard",
        [STATEMENT_INSERT] = "insert",
        [STATEMENT_COPY] = "copy",
        [STATEMENT_SET] = "set",
        [STATEMENT_ALTER] = "alter",
        [STATEMENT_DROP] = "drop",
        [STATEMENT_SHOW] = "show",
        [STATEMENT_DESCRIBE] = "describe",
        [STATEMENT_EXPLAIN] = "explain",
        [STATEMENT_VERIFY] = "verify",
        [STATEMENT_DIFF] = "diff",
        [STATEMENT_SQLITE] = "sqlite",
    };

    tree_open(out, words[s->kind]);
    tree_name(out, &s->name);
    tree_flag(out, s->replace, "replace");
    tree_flag(out, s->if_exists, "if-exists");
    tree_flag(out, s->if_not_exists, "if-not-exists");
    tree_text_part(out, "description", s->description);
    tree_options(out, "options", &s->options);
    tree_body(out, s);
    tree_close(out);
}

/* ---- lines ---- */

/* Behind the part that begins at text[at]: a node with its parentheses, or an atom. */
static size_t tree_part_end(const char *text, size_t at)
{
    int depth = 0;
    char quote = 0;

    for (; text[at]; at++) {
        if (quote) {
            if (text[at] == quote) quote = 0;
        } else if (text[at] == '\'' || text[at] == '"') {
            quote = text[at];
        } else if (text[at] == '(') {
            depth++;
        } else if (text[at] == ')') {
            if (--depth < 0) return at;
            if (!depth) return at + 1;
        } else if (text[at] == ' ' && !depth) {
            return at;
        }
    }
    return at;
}

/* The node text[at, end), whose first line is indented already. A word of the node and atoms behind it stay there. */
static void tree_lines(struct buf *out, const char *text, size_t at, size_t end, int indent)
{
    size_t next = at + 1;
    bool broken = false;

    if ((size_t)indent + end - at <= TREE_LINE_BYTES || text[at] != '(') {
        buf_put(out, text + at, end - at);
        return;
    }
    buf_putc(out, '(');
    while (next < end - 1) {
        size_t part_end = tree_part_end(text, next);
        broken |= text[next] == '(';
        if (broken && next > at + 1)
            buf_printf(out, "\n%*s", indent + 2, "");
        else if (next > at + 1)
            buf_putc(out, ' ');
        tree_lines(out, text, next, part_end, indent + 2);
        next = part_end + (text[part_end] == ' ');
    }
    buf_putc(out, ')');
}

/* The statement's tree, broken into lines, with a newline at its end. */
static void print_tree(struct buf *out, const struct statement *s)
{
    struct buf flat = {0};

    tree_statement(&flat, s);
    tree_lines(out, buf_text(&flat), 0, flat.len, 0);
    buf_putc(out, '\n');
    buf_free(&flat);
}

#endif
