/* parse.h - one statement of SQL into its syntax tree. */
#ifndef WEIR_PARSER_PARSE_H
#define WEIR_PARSER_PARSE_H

#include "parser/ast.h"

/* weir's own SQL, or that of an application of the old service (SET dialect = 'kinesis'). For the parser they differ in
 * one thing: an unterminated comment is an error, or ends the text (parse_options.open_comment). */
enum dialect { DIALECT_WEIR, DIALECT_KINESIS };

struct parse_options {
    enum dialect dialect;
    int *open_comment; /* out: the place of the unterminated comment that ended the text, or -1; may be NULL */
};

enum {
    PARSE_DEPTH_MAX = 1000,            /* levels of nesting, of parentheses and of the tree */
    PARSE_TEXT_MAX = 64 * 1024 * 1024, /* bytes of one statement */
};

/* Parses one statement, with or without a final `;`. The tree lives in the arena and refers to its own copies, not to
 * `text`. options may be NULL (weir's dialect). Returns 0, or -1 with err (ERR_SYNTAX, ERR_LIMIT),
 * err->at being a byte offset in text. A text without any statement (blanks, comments) gives *out = NULL and 0. */
MUST_CHECK int parse_statement(struct arena *arena, struct str text, const struct parse_options *options,
                               struct statement **out, struct err *err);

/* Parses one expression that is the whole text. */
MUST_CHECK int parse_expression(struct arena *arena, struct str text, struct expr **out, struct err *err);

#endif
