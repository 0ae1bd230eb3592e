/* split.h - cuts a text into statements at their semicolons.
 * Strings, quoted names and comments are respected, and so is the body of SQLite's CREATE TRIGGER, whose statements end
 * in semicolons of their own. Nothing is parsed: a wrong statement is cut out like a right one. */
#ifndef WEIR_PARSER_SPLIT_H
#define WEIR_PARSER_SPLIT_H

#include "base/mem.h"

/* A statement is [at, end): from its first lexeme to its last, without the semicolon and without blanks and comments
 * around it. Empty statements are left out; a comment without an end is a piece, if need be of its own, so that whoever
 * parses the pieces meets it. */
struct piece {
    int at, end;
    int next; /* behind the semicolon, or the end of the text */
};

/* How the text ends. In the interactive shell everything but SPLIT_DONE asks for another line. */
enum split_end {
    SPLIT_DONE,         /* behind a semicolon, or nothing but blanks and comments */
    SPLIT_OPEN,         /* in a statement without a semicolon; it is the last piece */
    SPLIT_OPEN_STRING,  /* in a text; the last piece ends there */
    SPLIT_OPEN_QUOTED,  /* in a quoted name */
    SPLIT_OPEN_COMMENT, /* in a comment; the last piece ends with it */
};

struct split {
    struct piece *pieces;
    int count;
    enum split_end end;
};

/* At most INT_MAX - 16 bytes. Free with split_free. */
struct split split_text(struct str text);
void split_free(struct split *split);

#endif
