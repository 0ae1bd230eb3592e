/* printer_class.h - the inside of struct printer: for the files of the formats only. */
#ifndef WEIR_SHELL_PRINTER_CLASS_H
#define WEIR_SHELL_PRINTER_CLASS_H

#include "shell/printer.h"

/* A format: each call appends to the output's pending bytes. Any but `row` may be NULL. */
struct printer_class {
    size_t size; /* of the struct that begins with struct printer; 0: struct printer itself */
    void (*begin)(struct printer *p);
    void (*row)(struct printer *p, const struct relation_value *values);
    void (*flush)(struct printer *p); /* what is held back */
    void (*end)(struct printer *p);
    void (*free)(struct printer *p);
};

struct printer {
    const struct printer_class *class;
    struct output *out;
    char **name; /* of the columns */
    int columns;
    uint64_t rows; /* so far */
};

extern const struct printer_class printer_plain_class, printer_box_class,
    printer_markdown_class; /* printer_aligned.c */
extern const struct printer_class printer_csv_class, printer_json_class, printer_jsonl_class, printer_vertical_class;

#endif
