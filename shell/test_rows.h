/* test_rows.h - rows of text under a header: read from CSV, printed as CSV, put in order, compared.
 * A cell whose ptr is NULL is NULL: in CSV a field without quotes and without bytes; "" is the empty text. */
#ifndef WEIR_SHELL_TEST_ROWS_H
#define WEIR_SHELL_TEST_ROWS_H

#include "base/mem.h"

struct test_rows {
    struct arena *arena; /* owns the cells' bytes; made by the first row */
    struct str *names;   /* the header */
    int columns;         /* 0: no header yet */
    struct str *cells;   /* row by row */
    size_t capacity;
    int count;
};

void test_rows_free(struct test_rows *rows);
/* Sets the header of rows that have none; the names are copied. */
void test_rows_header(struct test_rows *rows, const struct str *names, int columns);
/* Adds a row of as many cells as there are columns; their bytes are copied. */
void test_rows_add(struct test_rows *rows, const struct str *cells);
/* The number of a column, without regard to case; -1 when there is none. */
int test_rows_column(const struct test_rows *rows, struct str name);

/* Reads CSV (RFC 4180) whose first record is the header. An empty text gives no columns. err->at is an offset in csv.
 */
int test_rows_parse(struct str csv, struct test_rows *out, struct err *err) MUST_CHECK;
/* The header and the rows as CSV. */
void test_rows_print(const struct test_rows *rows, struct buf *out);

/* Orders the rows: cell by cell, by bytes, NULL first. */
void test_rows_sort(struct test_rows *rows);
/* Adds up a column of whole numbers over rows that are equal in all others; rows that come to 0 go. Sorts. */
void test_rows_sum(struct test_rows *rows, int column);

/* True when header and rows are the same in the same order. Else appends what differs, a row a line: "-" behind it an
 * expected row that did not come, "+" one that came unexpectedly, and rows around them. */
bool test_rows_same(const struct test_rows *expected, const struct test_rows *got, struct buf *difference);

#endif
