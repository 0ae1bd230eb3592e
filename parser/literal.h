/* literal.h - the values of literals: quotes removed, escapes decoded. */
#ifndef WEIR_PARSER_LITERAL_H
#define WEIR_PARSER_LITERAL_H

#include "parser/build.h"

/* 'text', "name" and `name`: a doubled quote inside is one. A slice of the statement's text where nothing is doubled.
 */
struct str literal_quoted(struct parse *parse, const struct token *token);
/* X'00ff': bytes. An odd number of digits, or another character, fails the parse. */
struct str literal_hex(struct parse *parse, const struct token *token);
/* U&'\0041': `escape` is the quoted escape character. \XXXX, \+XXXXXX, and the escape doubled. */
struct str literal_unicode(struct parse *parse, const struct token *token, struct str escape);

#endif
