/* foreign.h - statements that weir's grammar does not read: SQLite's own, and those of the old service's parent product
 * that weir has no use for. Told by their first words alone. */
#ifndef WEIR_PARSER_FOREIGN_H
#define WEIR_PARSER_FOREIGN_H

#include "parser/build.h"

/* A STATEMENT_SQLITE when the text is SQLite's; NULL when the grammar is to read it. Fails the parse when it is
 * something that weir will never do. */
struct statement *foreign_statement(struct parse *parse);

/* Is it a CREATE TRIGGER, whose body holds semicolons of its own? For the splitter; `first` is the statement's first
 * token. */
bool foreign_is_trigger(struct str text, const struct token *first);

#endif
