/* parse.c - one statement: lexed, sorted into weir's and SQLite's, parsed. */
#include "parser/parse.h"

#include <string.h>

#include "base/utf8.h"
#include "parser/build.h"
#include "parser/foreign.h"
#include "parser/grammar.tab.h"

/* Refuses bytes that are no text before anything looks at them. */
static int check_text(struct str text, struct err *err)
{
    size_t valid;
    const char *nul;

    if (text.len > PARSE_TEXT_MAX)
        return err_set(err, ERR_LIMIT, 0, "a statement of more than %d bytes", PARSE_TEXT_MAX);
    if (!text.len) return 0;
    if ((nul = memchr(text.ptr, 0, text.len)))
        return err_set(err, ERR_SYNTAX, (int)(nul - text.ptr), "a NUL byte in the text");
    valid = utf8_valid_prefix(text.ptr, text.len);
    if (valid < text.len) return err_set(err, ERR_SYNTAX, (int)valid, "this is not valid UTF-8");
    return 0;
}

/* An unterminated comment ends the text in the old service's dialect. Returns its place, or -1. */
static int drop_open_comment(struct parse *parse, enum dialect dialect)
{
    struct tokens *tokens = &parse->tokens;
    struct token *last = tokens->count ? &tokens->items[tokens->count - 1] : NULL;
    int at;

    if (dialect != DIALECT_KINESIS || !last || last->kind != LEX_OPEN_COMMENT) return -1;
    at = last->at;
    *last = tokens->items[tokens->count--];
    return at;
}

static void parse_open(struct parse *parse, struct arena *arena, struct str text, struct err *err)
{
    *parse = (struct parse){.arena = arena, .closed = -1, .err = err};
    parse->text = str_of(arena_copy(arena, text.len ? text.ptr : "", text.len), text.len);
    parse->tokens = tokens_read(parse->text);
}

static int run_grammar(struct parse *parse, int start)
{
    parse->start = start;
    return sql_parse(parse) || parse->failed ? -1 : 0;
}

/* Chooses who reads it: nobody (an empty text), SQLite, the grammar. */
static int parse_any(struct parse *parse)
{
    struct statement *foreign = foreign_statement(parse);

    if (parse->failed) return -1;
    if (!foreign) return run_grammar(parse, TOKEN_WHOLE_STATEMENT);
    parse->statement = foreign;
    return 0;
}

int parse_statement(struct arena *arena, struct str text, const struct parse_options *options, struct statement **out,
                    struct err *err)
{
    struct parse *parse;
    int open_comment, result;

    *out = NULL;
    if (options && options->open_comment) *options->open_comment = -1;
    if (check_text(text, err)) return -1;
    parse = arena_alloc(arena, sizeof *parse);
    parse_open(parse, arena, text, err);
    open_comment = drop_open_comment(parse, options ? options->dialect : DIALECT_WEIR);
    result = parse_any(parse);
    tokens_free(&parse->tokens);
    if (result) return -1;
    if (options && options->open_comment) *options->open_comment = open_comment;
    *out = parse->statement;
    return 0;
}

int parse_expression(struct arena *arena, struct str text, struct expr **out, struct err *err)
{
    struct parse *parse;
    int result;

    *out = NULL;
    if (check_text(text, err)) return -1;
    parse = arena_alloc(arena, sizeof *parse);
    parse_open(parse, arena, text, err);
    result = run_grammar(parse, TOKEN_WHOLE_EXPRESSION);
    tokens_free(&parse->tokens);
    if (result) return -1;
    *out = parse->expr;
    return 0;
}
