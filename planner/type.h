/* type.h - the types of SQL values. */
#ifndef WEIR_PLANNER_TYPE_H
#define WEIR_PLANNER_TYPE_H

#include "base/time.h"

enum type_kind {
    TYPE_NULL, /* of a bare NULL: fits everything */
    TYPE_BOOLEAN,
    /* Numbers, in the order in which they widen. The whole ones are held as 64 bits, checked when they are made. */
    TYPE_TINYINT,
    TYPE_SMALLINT,
    TYPE_INTEGER,
    TYPE_BIGINT,
    TYPE_DECIMAL, /* value * 10^scale as a whole number, below 10^precision */
    TYPE_REAL,    /* held as a DOUBLE that a float can hold */
    TYPE_DOUBLE,
    TYPE_CHAR,           /* padded with blanks to its length: the old service's; elsewhere CHAR(n) is VARCHAR(n) */
    TYPE_VARCHAR,        /* also TEXT, STRING */
    TYPE_BINARY,         /* bytes: BINARY(n), VARBINARY(n), BLOB */
    TYPE_DATE,           /* microseconds UTC of its midnight */
    TYPE_TIME,           /* microseconds since midnight */
    TYPE_TIMESTAMP,      /* microseconds UTC */
    TYPE_TIMESTAMP_TZ,   /* WITH TIME ZONE: microseconds UTC; printed with its offset, which is always +00:00 */
    TYPE_INTERVAL_DAY,   /* microseconds */
    TYPE_INTERVAL_MONTH, /* months */
};
enum { TYPE_KINDS = TYPE_INTERVAL_MONTH + 1 };

/* How a type lies in vectors and in state: what is held as a whole number is one, so kernels are few. A DECIMAL of up
 * to 18 digits is PHYS_INT, a longer one PHYS_WIDE. */
enum phys { PHYS_BOOL, PHYS_INT, PHYS_DOUBLE, PHYS_TEXT, PHYS_WIDE };

struct type {
    enum type_kind kind;
    int32_t length;           /* CHAR, VARCHAR: characters; BINARY: bytes; 0: no limit */
    uint8_t precision, scale; /* DECIMAL: digits in all, and behind the point */
    uint8_t first, last;      /* INTERVAL: its qualifier, as 1 + enum time_unit; 0: unsaid, the whole range */
};

enum {
    DECIMAL_DIGITS_MAX = 38,
    DECIMAL_DIGITS_NARROW = 18, /* held in 64 bits; and the old service's greatest precision */
};

static inline struct type type_of(enum type_kind kind)
{
    return (struct type){.kind = kind};
}
static inline struct type type_decimal(int precision, int scale)
{
    return (struct type){.kind = TYPE_DECIMAL, .precision = (uint8_t)precision, .scale = (uint8_t)scale};
}
/* INTERVAL first [TO last]. */
struct type type_interval(enum time_unit first, enum time_unit last);
/* The same type in all that it says. */
bool type_equal(struct type a, struct type b);
enum phys type_phys(struct type type);
bool type_is_numeric(enum type_kind kind); /* TINYINT .. DOUBLE */
bool type_is_whole(enum type_kind kind);   /* TINYINT .. BIGINT */
bool type_is_text(enum type_kind kind);    /* CHAR, VARCHAR */
bool type_is_interval(enum type_kind kind);
bool type_is_datetime(enum type_kind kind); /* DATE .. TIMESTAMP_TZ */
/* The DECIMAL that holds every value of a whole type: TINYINT is DECIMAL(3, 0), ... BIGINT DECIMAL(19, 0). */
struct type type_whole_decimal(enum type_kind kind);
/* "INTEGER", "VARCHAR(3)", "DECIMAL(10, 2)", "INTERVAL DAY TO HOUR": appended to out. */
void type_print(struct type type, struct buf *out);
const char *type_kind_name(enum type_kind kind);

#endif
