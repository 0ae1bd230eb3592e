/* relation.c - see relation.h. */
#include "runtime/relation.h"

void relation_value_at(const struct column *column, int row, struct type type, struct relation_value *out)
{
    *out = (struct relation_value){.type = type};
    if (column_is_null(column, row) || (column->error && column->error[row])) {
        out->type = type_of(TYPE_NULL);
        return;
    }
    switch (column->phys) {
    case PHYS_BOOL: out->i = column->bools[row]; break;
    case PHYS_INT: out->i = column->ints[row]; break;
    case PHYS_DOUBLE: out->d = column->doubles[row]; break;
    case PHYS_TEXT: out->s = str_of(column->texts[row].ptr, column->texts[row].len); break;
    case PHYS_WIDE: out->wide = column->wides[row]; break;
    }
}
