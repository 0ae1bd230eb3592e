/* cell.h - one value as text: for a terminal, for JSON. As it is, a value is printed by relation_value_print. */
#ifndef WEIR_SHELL_CELL_H
#define WEIR_SHELL_CELL_H

#include "runtime/relation.h"

bool cell_is_null(const struct relation_value *value);
/* A number: stands at the right of its column. */
bool cell_is_number(const struct relation_value *value);

/* Appends a JSON value: numbers and booleans as such (NaN and infinities as strings), BINARY as base64, the rest as
 * strings (a TIMESTAMP of the old service's dialect with its milliseconds). */
void cell_put_json(const struct relation_value *value, struct buf *out);
/* The text for people: one line, safe for a terminal. Control characters become \n, \t, \r or \u001b; bytes that are no
 * UTF-8 become U+FFFD. */
void cell_put_display(const struct relation_value *value, struct buf *out);
/* The same for a bare text (a column's name). */
void cell_put_display_text(struct str text, struct buf *out);
/* The columns that a display text takes on a terminal: wide characters two, combining ones none. */
int cell_width(struct str display);

#endif
