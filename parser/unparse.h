/* unparse.h - a syntax tree as SQL again.
 * Parsing the result gives the same tree (up to places), so two statements mean the same to the parser if and only if
 * their texts are equal here: comments, blanks, redundant parentheses and spellings of operators are gone. Names stay
 * as written. One line, no semicolon. */
#ifndef WEIR_PARSER_UNPARSE_H
#define WEIR_PARSER_UNPARSE_H

#include "parser/ast.h"

void unparse(struct buf *out, const struct statement *statement);
void unparse_select(struct buf *out, const struct select *select);
void unparse_expr(struct buf *out, const struct expr *e);
/* Where only a value can stand (grammar.y): in parentheses if e is a comparison, AND, OR, NOT, IS. */
void unparse_value(struct buf *out, const struct expr *e);
void unparse_call(struct buf *out, const struct call *call);
void unparse_type(struct buf *out, const struct type_name *type);
void unparse_ident(struct buf *out, const struct ident *ident);
void unparse_name(struct buf *out, const struct name *name);
/* 'it''s' */
void unparse_string(struct buf *out, struct str text);
void unparse_qualifier(struct buf *out, const struct qualifier *qualifier);
/* a, b, c */
void unparse_exprs(struct buf *out, const struct exprs *exprs);
void unparse_idents(struct buf *out, const struct idents *idents);
/* ORDER BY a, b DESC; nothing for an empty list */
void unparse_order(struct buf *out, const struct sorts *sorts);
/* OVER's window: a name, or (...) */
void unparse_over(struct buf *out, const struct over *over);
/* WITH (a = 1, b = 'x'), with a blank before it; nothing for an empty list */
void unparse_options(struct buf *out, const struct options *options);

#endif
