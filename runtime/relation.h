/* relation.h - what can be read like a table: a view, a stream's history, a system table. Implemented by the engine,
 * read by sqlite/ as virtual tables. A cursor sees one committed epoch from open to close. */
#ifndef WEIR_RUNTIME_RELATION_H
#define WEIR_RUNTIME_RELATION_H

#include "planner/catalog.h"
#include "runtime/batch.h"

struct relation;
struct relation_cursor;

/* One value; text is borrowed until the cursor's next step. */
struct relation_value {
    struct type type; /* kind TYPE_NULL: NULL. By type_phys: */
    int64_t i;        /* BOOL, INT */
    double d;
    __int128 wide;
    struct str s;
    bool millis; /* a TIMESTAMP of the old service's dialect: JSON shows its milliseconds */
};

/* The value in a row of a column; an error reads as NULL. Text is borrowed from the column. */
void relation_value_at(const struct column *column, int row, struct type type, struct relation_value *out);

/* Appends the value as text, as value_print does. */
void relation_value_print(const struct relation_value *value, struct buf *out);

/* `column op value` holds for every row that is wanted. The value is as SQL has it, as text. */
struct relation_bound {
    int column;
    enum relation_op { RELATION_EQ, RELATION_LT, RELATION_LE, RELATION_GT, RELATION_GE } op;
    struct str value;
};

struct relation_class {
    int (*open)(struct relation *r, struct relation_cursor **out, struct err *err);
    /* 1: on a row; 0: behind the last; -1: failure. Called once before the first row. */
    int (*next)(struct relation_cursor *c, struct err *err);
    void (*value)(struct relation_cursor *c, int column, struct relation_value *out);
    void (*close)(struct relation_cursor *c);
    /* Both NULL: a scan always reads everything. Whether bounds on the column make it read less, if these columns are
     * used (bit i: column i; bit 63: it and those behind it). */
    bool (*narrows)(const struct relation *r, int column, uint64_t used);
    /* Between open and the first next: rows that break a bound may be left out, they need not be. */
    void (*narrow)(struct relation_cursor *c, const struct relation_bound *bounds, int count);
};

/* Implementations begin with this. Columns from `visible` on are hidden (not in *). */
struct relation {
    const struct relation_class *class;
    const char *name;
    const struct field *fields;
    int field_count, visible;
};
struct relation_cursor {
    struct relation *relation;
};

#endif
