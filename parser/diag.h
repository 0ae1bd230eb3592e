/* diag.h - an error with its place, for people:
 *
 *     bids.sql:2:15: error: unknown column "prize": did you mean "price"?
 *     SELECT STREAM prize FROM t;
 *                   ^~~~~
 */
#ifndef WEIR_PARSER_DIAG_H
#define WEIR_PARSER_DIAG_H

#include "base/mem.h"

enum diag_level { DIAG_ERROR, DIAG_WARNING };

/* Appends the message, with lines ended by \n. `text` is the whole file; `begin` is the offset of the statement that
 * err->at counts from. err->at < 0: the message has no place, and only its first line is written. */
void diag_print(struct buf *out, enum diag_level level, const char *file, struct str text, int begin,
                const struct err *err);

/* Line and column, from 1, of a byte offset; columns count characters (a tab is one). */
struct text_place {
    int line, column;
};
struct text_place diag_place(struct str text, int at);

#endif
