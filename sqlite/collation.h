/* collation.h - the order of DECIMALs in SQLite, where they are texts with all their digits.
 *
 * A column declared TEXT COLLATE weir_decimal is compared with its likes, with texts and with literals ('1.5', 1.5: the
 * literal becomes a text) by value, exactly; so are its ORDER BY, GROUP BY, DISTINCT, MIN and MAX. Arithmetic on it is
 * SQLite's, on doubles; compared with a column of numbers it is a double too. */
#ifndef WEIR_SQLITE_COLLATION_H
#define WEIR_SQLITE_COLLATION_H

#include <sqlite3.h>

#define COLLATION_DECIMAL "weir_decimal"

void collation_register(sqlite3 *sqlite);
/* Negative, 0, positive. A text that is no number comes after all numbers, in the order of its bytes. */
int collation_compare(const char *a, int a_len, const char *b, int b_len);

#endif
