/* cell.h - one value as text: plain, for a terminal, for JSON. */
#ifndef WEIR_SHELL_CELL_H
#define WEIR_SHELL_CELL_H

#include "runtime/relation.h"

bool cell_is_null(const struct relation_value *value);
/* A number: stands at the right of its column. */
bool cell_is_number(const struct relation_value *value);

/* Appends the text of the value; nothing for NULL. An INTERVAL is `days hh:mm:ss[.ffffff]` or `years-months`. */
void cell_put(const struct relation_value *value, struct buf *out);
/* Appends a JSON value: numbers and booleans as such (NaN and infinities as strings), the rest as strings. */
void cell_put_json(const struct relation_value *value, struct buf *out);
/* The text for people: one line, safe for a terminal. Control characters become \n, \t, \r or \u001b; bytes that are no
 * UTF-8 become U+FFFD. */
void cell_put_display(const struct relation_value *value, struct buf *out);
/* The same for a bare text (a column's name). */
void cell_put_display_text(struct str text, struct buf *out);
/* The columns that a display text takes on a terminal: wide characters two, combining ones none. */
int cell_width(struct str display);

#endif
