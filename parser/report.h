/* report.h - what a wrong text is told, in words for people. Each of these fails the parse (parse_fail). */
#ifndef WEIR_PARSER_REPORT_H
#define WEIR_PARSER_REPORT_H

#include "parser/build.h"

/* The token delivered last does not fit; expected are the grammar's names of those that would. */
void report_unexpected(struct parse *parse, const char *const *expected, int count);
/* Something that is no lexeme. */
void report_lexeme(struct parse *parse, const struct token *token);
void report_too_deep(struct parse *parse, int at);

#endif
