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

void relation_value_print(const struct relation_value *value, struct buf *out)
{
    if (value->type.kind == TYPE_NULL) return;
    switch (type_phys(value->type)) {
    case PHYS_BOOL: buf_puts(out, value->i ? "true" : "false"); return;
    case PHYS_INT: value_print_int(value->i, value->type, out); return;
    case PHYS_DOUBLE: value_print_double(value->d, value->type, out); return;
    case PHYS_WIDE: value_print_wide(value->wide, value->type, out); return;
    case PHYS_TEXT: value_print_text(value->s, value->type, out); return;
    }
}
