/* type.h - the types of SQL values. */
#ifndef WEIR_PLANNER_TYPE_H
#define WEIR_PLANNER_TYPE_H

#include "base/mem.h"

enum type_kind {
    TYPE_NULL, /* of a bare NULL: fits everything */
    TYPE_BOOLEAN,
    TYPE_INTEGER, /* 32 bits; held as 64, checked when it is made */
    TYPE_BIGINT,
    TYPE_DOUBLE,
    TYPE_VARCHAR,
    TYPE_TIMESTAMP,      /* microseconds UTC */
    TYPE_INTERVAL_DAY,   /* microseconds */
    TYPE_INTERVAL_MONTH, /* months */
};

/* How a type lies in vectors and in state: INTEGER, BIGINT, TIMESTAMP and both intervals are one, so kernels are few.
 */
enum phys { PHYS_BOOL, PHYS_INT, PHYS_DOUBLE, PHYS_TEXT };

struct type {
    enum type_kind kind;
    int32_t length; /* VARCHAR(n): n characters; 0: no limit */
};

enum phys type_phys(enum type_kind kind);
bool type_is_numeric(enum type_kind kind);
/* "INTEGER", "VARCHAR(3)": appended to out. */
void type_print(struct type type, struct buf *out);
const char *type_kind_name(enum type_kind kind);

#endif
