/* type.c - see type.h. */
#include "planner/type.h"

enum phys type_phys(enum type_kind kind)
{
    switch (kind) {
    case TYPE_BOOLEAN: return PHYS_BOOL;
    case TYPE_DOUBLE: return PHYS_DOUBLE;
    case TYPE_VARCHAR: return PHYS_TEXT;
    case TYPE_NULL:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_TIMESTAMP:
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: return PHYS_INT;
    }
    return PHYS_INT;
}

bool type_is_numeric(enum type_kind kind)
{
    return kind == TYPE_INTEGER || kind == TYPE_BIGINT || kind == TYPE_DOUBLE;
}

const char *type_kind_name(enum type_kind kind)
{
    static const char *const names[] = {
        [TYPE_NULL] = "NULL",
        [TYPE_BOOLEAN] = "BOOLEAN",
        [TYPE_INTEGER] = "INTEGER",
        [TYPE_BIGINT] = "BIGINT",
        [TYPE_DOUBLE] = "DOUBLE",
        [TYPE_VARCHAR] = "VARCHAR",
        [TYPE_TIMESTAMP] = "TIMESTAMP",
        [TYPE_INTERVAL_DAY] = "INTERVAL DAY TO SECOND",
        [TYPE_INTERVAL_MONTH] = "INTERVAL YEAR TO MONTH",
    };

    return names[kind];
}

void type_print(struct type type, struct buf *out)
{
    buf_puts(out, type_kind_name(type.kind));
    if (type.kind == TYPE_VARCHAR && type.length) buf_printf(out, "(%d)", (int)type.length);
}
