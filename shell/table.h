/* table.h - a result being printed: its columns' names, then row after row, in one of several formats.
 * Nothing is kept but the first rows of the aligned formats, from which the widths of the columns are taken. */
#ifndef WEIR_SHELL_TABLE_H
#define WEIR_SHELL_TABLE_H

#include "runtime/relation.h"
#include "shell/output.h"

/*   enumerator     name        class               what it prints */
#define TABLE_FORMATS(X)                                                                                               \
    X(TABLE_PLAIN, "table", table_plain_class, "aligned columns under a header and a rule")                            \
    X(TABLE_CSV, "csv", table_csv_class, "comma-separated values with a header; NULL is empty, an empty text is \"\"") \
    X(TABLE_JSON, "json", table_json_class, "one array of objects")                                                    \
    X(TABLE_JSONL, "jsonl", table_jsonl_class, "one object a line")                                                    \
    X(TABLE_BOX, "box", table_box_class, "aligned columns in a frame of lines")                                        \
    X(TABLE_MARKDOWN, "markdown", table_markdown_class, "a Markdown table")                                            \
    X(TABLE_VERTICAL, "vertical", table_vertical_class, "one column a line")

#define TABLE_FORMAT_ENUM(enumerator, name, class, sentence) enumerator,
enum table_format { TABLE_FORMATS(TABLE_FORMAT_ENUM) TABLE_FORMAT_COUNT };
#undef TABLE_FORMAT_ENUM

/* The formats' names by their enumerator, TABLE_FORMAT_COUNT of them; and what each prints. */
extern const char *const table_format_name[];
extern const char *const table_format_sentence[];

struct table;

/* Begins a result of `count` columns. The names are copied; `out` is borrowed. */
struct table *table_new(enum table_format format, struct output *out, const char *const *names, int count);
/* One row. 0, or -1 when the output has failed: stop then. */
int table_row(struct table *table, const struct relation_value *values);
/* Hands all rows so far to the output and writes them: for results that come slowly. */
int table_flush(struct table *table);
/* Ends the result and frees the table (NULL is fine). What is printed may still be pending in the output. */
int table_finish(struct table *table);

#endif
