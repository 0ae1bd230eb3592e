/* build_statement.c - constructors of statements (build.h). */
#include "parser/build.h"

#include <assert.h>

#include "parser/suggest.h"

struct statement *build_statement(struct parse *parse, enum statement_kind kind, struct name name, struct span span)
{
    struct statement *statement = arena_alloc(parse->arena, sizeof *statement);

    statement->kind = kind;
    statement->name = name;
    statement->at = span.at;
    statement->end = span.end;
    return statement;
}

struct statement *build_create(struct parse *parse, enum statement_kind kind, struct name name, bool replace,
                               bool if_not_exists, struct str description, struct options options, struct span span)
{
    struct statement *statement = build_statement(parse, kind, name, span);

    statement->replace = replace;
    statement->if_not_exists = if_not_exists;
    statement->description = description;
    statement->options = options;
    if (replace && if_not_exists)
        parse_fail(parse, ERR_SYNTAX, span.at, "OR REPLACE and IF NOT EXISTS exclude each other");
    return statement;
}

struct create_stream *build_stream_part(struct parse *parse, struct span span)
{
    struct create_stream *part = arena_alloc(parse->arena, sizeof *part);

    part->watermark.at = span.at;
    return part;
}

struct create_stream *build_stream_parts(struct parse *parse, struct create_stream *stream,
                                         const struct create_stream *part)
{
    if (part->watermark_expr) {
        if (stream->watermark_expr)
            parse_fail(parse, ERR_SYNTAX, part->watermark.at, "a stream has one WATERMARK only");
        stream->watermark = part->watermark;
        stream->watermark_expr = part->watermark_expr;
    }
    if (part->primary_key.count) {
        if (stream->primary_key.count)
            parse_fail(parse, ERR_SYNTAX, part->primary_key.items[0].at, "a stream has one PRIMARY KEY only");
        stream->primary_key = part->primary_key;
    }
    for (int i = 0; i < part->columns.count; i++) LIST_ADD(parse, stream->columns, part->columns.items[i]);
    return stream;
}

struct function_attributes build_attributes(struct parse *parse, const struct function_attributes *before,
                                            const struct function_attributes *attribute, struct span span)
{
    struct function_attributes all = *before;

    build_once(parse, all.language_sql, attribute->language_sql, span, "LANGUAGE SQL");
    build_once(parse, all.deterministic, attribute->deterministic, span, "DETERMINISTIC");
    build_once(parse, all.access & attribute->access, attribute->access, span, "the access to SQL data");
    build_once(parse, all.null_input, attribute->null_input, span, "ON NULL INPUT");
    build_once(parse, all.specific.count, attribute->specific.count, span, "SPECIFIC");
    all.language_sql |= attribute->language_sql;
    all.deterministic |= attribute->deterministic;
    all.access |= attribute->access;
    all.null_input |= attribute->null_input;
    if (attribute->specific.count) all.specific = attribute->specific;
    return all;
}

struct insert *build_insert(struct parse *parse, struct name target, struct idents columns, struct select *select,
                            struct span span)
{
    struct insert *insert = arena_alloc(parse->arena, sizeof *insert);

    *insert = (struct insert){false, target, columns, select, span.at, span.end};
    return insert;
}

struct statement *build_explain(struct parse *parse, struct statement *explained, struct span span)
{
    struct statement *statement = build_statement(parse, STATEMENT_EXPLAIN, (struct name){0}, span);

    statement->explain.kind = EXPLAIN_STATEMENT;
    statement->explain.statement = explained;
    return statement;
}

struct statement *build_explain_name(struct parse *parse, enum explain_kind kind, struct name name, struct span span)
{
    struct statement *statement = build_statement(parse, STATEMENT_EXPLAIN, name, span);

    statement->explain.kind = kind;
    return statement;
}

/* ---- words with one meaning ---- */

/* The place of the word in the list; an unknown one fails and is 0. */
static int find_word(struct parse *parse, struct ident word, const char *const *words, size_t count)
{
    const char *near;

    for (size_t i = 0; i < count; i++)
        if (str_equal_nocase(word.text, str_lit(words[i]))) return (int)i;
    if ((near = suggest(word.text, words, count))) {
        parse_fail(parse, ERR_SYNTAX, word.at, "unexpected \"%.*s\": did you mean %s?", (int)word.text.len,
                   word.text.ptr, near);
        return 0;
    }
    struct buf list = {0};
    for (size_t i = 0; i < count; i++) buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
    parse_fail(parse, ERR_SYNTAX, word.at, "unexpected \"%.*s\": expected %s", (int)word.text.len, word.text.ptr,
               buf_text(&list));
    buf_free(&list);
    return 0;
}

#define FIND_WORD(parse, word, words) find_word(parse, word, words, sizeof(words) / sizeof *(words))

/* OFFSET 1 ROW: elsewhere ROW is a keyword only before a parenthesis. */
void build_row_word(struct parse *parse, struct ident word)
{
    static const char *const words[] = {"ROW"};

    FIND_WORD(parse, word, words);
}

enum alter_kind build_alter_action(struct parse *parse, struct ident word)
{
    static const char *const words[] = {"START", "STOP", "RESUME"};

    static_assert(ALTER_START == 0 && ALTER_STOP == 1 && ALTER_RESUME == 2, "in the order of the words");
    return (enum alter_kind)FIND_WORD(parse, word, words);
}

enum show_kind build_show_what(struct parse *parse, struct ident word)
{
    static const char *const words[] = {"STREAMS", "SHARDS",    "PUMPS",      "VIEWS",
                                        "TABLES",  "FUNCTIONS", "CONNECTORS", "DASHBOARDS"};

    static_assert(SHOW_STREAMS == 0 && SHOW_DASHBOARDS == 7, "in the order of the words");
    return (enum show_kind)FIND_WORD(parse, word, words);
}

enum panel_kind build_panel_kind(struct parse *parse, struct ident word)
{
    static const char *const words[] = {"LINE", "AREA", "BAR", "NUMBER", "TABLE", "HEATMAP", "MAP"};

    static_assert(PANEL_LINE == 0 && PANEL_MAP == 6, "in the order of the words");
    return (enum panel_kind)FIND_WORD(parse, word, words);
}

enum explain_kind build_explain_kind(struct parse *parse, struct ident word)
{
    static const char *const words[] = {"ANALYZE", "STATE", "ROW"};
    static const enum explain_kind kinds[] = {EXPLAIN_ANALYZE, EXPLAIN_STATE, EXPLAIN_ROW};

    return kinds[FIND_WORD(parse, word, words)];
}
