/* filter.h - the token filter: what stands between the lexemes and the grammar. */
#ifndef WEIR_PARSER_FILTER_H
#define WEIR_PARSER_FILTER_H

#include "parser/build.h"
#include "parser/grammar.tab.h"

/* The grammar's next token, with its value and its place. Text that is no token fails the parse. */
int sql_lex(SQL_STYPE *value, SQL_LTYPE *span, struct parse *parse);

/* A unit of time by its name, also in the plural: 0, or -1 when the word is none. */
int filter_find_unit(struct str word, enum time_unit *unit);
/* Of a word that is a unit. */
enum time_unit filter_unit(struct str word);
/* A unit's name as keywords.inc has it. */
const char *filter_unit_name(enum time_unit unit);

/* What the grammar makes of a word. */
enum keyword_class {
    CLASS_NONE, /* no keyword */
    CLASS_RESERVED,
    CLASS_ALIAS,
    CLASS_NAME,
    CLASS_PAREN,
    CLASS_LITERAL,
    CLASS_JSON,
    CLASS_START,
};
enum keyword_class filter_class(struct str word);

#endif
