/* table_class.h - the inside of struct table: for the files of the formats only. */
#ifndef WEIR_SHELL_TABLE_CLASS_H
#define WEIR_SHELL_TABLE_CLASS_H

#include "shell/table.h"

/* A format: each call appends to the output's pending bytes. Any but `row` may be NULL. */
struct table_class {
    size_t size; /* of the struct that begins with struct table; 0: struct table itself */
    void (*begin)(struct table *t);
    void (*row)(struct table *t, const struct relation_value *values);
    void (*flush)(struct table *t); /* what is held back */
    void (*end)(struct table *t);
    void (*free)(struct table *t);
};

struct table {
    const struct table_class *class;
    struct output *out;
    char **name; /* of the columns */
    int columns;
    uint64_t rows; /* so far */
};

extern const struct table_class table_plain_class, table_box_class, table_markdown_class; /* table_aligned.c */
extern const struct table_class table_csv_class, table_json_class, table_jsonl_class, table_vertical_class;

#endif
