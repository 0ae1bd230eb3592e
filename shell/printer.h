/* printer.h - a result being printed: its columns' names, then row after row, in one of several formats.
 * Nothing is kept but the first rows of the aligned formats, from which the widths of the columns are taken. */
#ifndef WEIR_SHELL_PRINTER_H
#define WEIR_SHELL_PRINTER_H

#include "runtime/relation.h"
#include "shell/output.h"

/*   enumerator     name        class               what it prints */
#define PRINT_FORMATS(X)                                                                                               \
    X(PRINT_PLAIN, "table", printer_plain_class, "aligned columns under a header and a rule")                          \
    X(PRINT_CSV, "csv", printer_csv_class,                                                                             \
      "comma-separated values with a header; NULL is empty, an empty text is \"\"")                                    \
    X(PRINT_JSON, "json", printer_json_class, "one array of objects")                                                  \
    X(PRINT_JSONL, "jsonl", printer_jsonl_class, "one object a line")                                                  \
    X(PRINT_BOX, "box", printer_box_class, "aligned columns in a frame of lines")                                      \
    X(PRINT_MARKDOWN, "markdown", printer_markdown_class, "a Markdown table")                                          \
    X(PRINT_VERTICAL, "vertical", printer_vertical_class, "one column a line")

#define PRINT_FORMAT_ENUM(enumerator, name, class, sentence) enumerator,
enum print_format { PRINT_FORMATS(PRINT_FORMAT_ENUM) PRINT_FORMAT_COUNT };
#undef PRINT_FORMAT_ENUM

/* The formats' names by their enumerator, PRINT_FORMAT_COUNT of them; and what each prints. */
extern const char *const print_format_name[];
extern const char *const print_format_sentence[];

struct printer;

/* Begins a result of `count` columns. The names are copied; `out` is borrowed. */
struct printer *printer_new(enum print_format format, struct output *out, const char *const *names, int count);
/* One row. 0, or -1 when the output has failed: stop then. */
int printer_row(struct printer *printer, const struct relation_value *values);
/* Hands all rows so far to the output and writes them: for results that come slowly. */
int printer_flush(struct printer *printer);
/* Ends the result and frees the printer (NULL is fine). What is printed may still be pending in the output. */
int printer_finish(struct printer *printer);

#endif
