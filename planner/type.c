/* type.c - see type.h. */
#include "planner/type.h"

struct type type_interval(enum time_unit first, enum time_unit last)
{
    bool months = first == UNIT_YEAR || first == UNIT_QUARTER || first == UNIT_MONTH;

    return (struct type){.kind = months ? TYPE_INTERVAL_MONTH : TYPE_INTERVAL_DAY,
                         .first = (uint8_t)(1 + first),
                         .last = (uint8_t)(1 + last)};
}

bool type_equal(struct type a, struct type b)
{
    return a.kind == b.kind && a.length == b.length && a.precision == b.precision && a.scale == b.scale &&
           a.first == b.first && a.last == b.last;
}

enum phys type_phys(struct type type)
{
    switch (type.kind) {
    case TYPE_BOOLEAN: return PHYS_BOOL;
    case TYPE_REAL:
    case TYPE_DOUBLE: return PHYS_DOUBLE;
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY: return PHYS_TEXT;
    case TYPE_DECIMAL: return type.precision > DECIMAL_DIGITS_NARROW ? PHYS_WIDE : PHYS_INT;
    case TYPE_NULL:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_TZ:
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: return PHYS_INT;
    }
    return PHYS_INT;
}

bool type_is_numeric(enum type_kind kind)
{
    return kind >= TYPE_TINYINT && kind <= TYPE_DOUBLE;
}

bool type_is_whole(enum type_kind kind)
{
    return kind >= TYPE_TINYINT && kind <= TYPE_BIGINT;
}

bool type_is_text(enum type_kind kind)
{
    return kind == TYPE_CHAR || kind == TYPE_VARCHAR;
}

bool type_is_interval(enum type_kind kind)
{
    return kind == TYPE_INTERVAL_DAY || kind == TYPE_INTERVAL_MONTH;
}

bool type_is_datetime(enum type_kind kind)
{
    return kind >= TYPE_DATE && kind <= TYPE_TIMESTAMP_TZ;
}

struct type type_whole_decimal(enum type_kind kind)
{
    static const int digits[] = {[TYPE_TINYINT] = 3, [TYPE_SMALLINT] = 5, [TYPE_INTEGER] = 10, [TYPE_BIGINT] = 19};

    return type_decimal(digits[kind], 0);
}

const char *type_kind_name(enum type_kind kind)
{
    static const char *const names[] = {
        [TYPE_NULL] = "NULL",
        [TYPE_BOOLEAN] = "BOOLEAN",
        [TYPE_TINYINT] = "TINYINT",
        [TYPE_SMALLINT] = "SMALLINT",
        [TYPE_INTEGER] = "INTEGER",
        [TYPE_BIGINT] = "BIGINT",
        [TYPE_DECIMAL] = "DECIMAL",
        [TYPE_REAL] = "REAL",
        [TYPE_DOUBLE] = "DOUBLE",
        [TYPE_CHAR] = "CHAR",
        [TYPE_VARCHAR] = "VARCHAR",
        [TYPE_BINARY] = "VARBINARY",
        [TYPE_DATE] = "DATE",
        [TYPE_TIME] = "TIME",
        [TYPE_TIMESTAMP] = "TIMESTAMP",
        [TYPE_TIMESTAMP_TZ] = "TIMESTAMP WITH TIME ZONE",
        [TYPE_INTERVAL_DAY] = "INTERVAL DAY TO SECOND",
        [TYPE_INTERVAL_MONTH] = "INTERVAL YEAR TO MONTH",
    };

    return names[kind];
}

static void print_qualifier(struct type type, struct buf *out)
{
    buf_printf(out, "INTERVAL %s", time_unit_name((enum time_unit)(type.first - 1)));
    if (type.last != type.first) buf_printf(out, " TO %s", time_unit_name((enum time_unit)(type.last - 1)));
}

void type_print(struct type type, struct buf *out)
{
    if (type_is_interval(type.kind) && type.first) {
        print_qualifier(type, out);
        return;
    }
    buf_puts(out, type_kind_name(type.kind));
    if (type.length) buf_printf(out, "(%d)", (int)type.length);
    if (type.kind == TYPE_DECIMAL) buf_printf(out, "(%d, %d)", type.precision, type.scale);
}
