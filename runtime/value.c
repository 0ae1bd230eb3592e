/* value.c - values as the text that results print (value_print of batch.h). */
#include "base/decimal.h"
#include "planner/interval.h"
#include "runtime/batch.h"

static void print_decimal(const struct column *column, int row, int scale, struct buf *out)
{
    char text[NUM_TEXT_MAX];
    __int128 v = column->phys == PHYS_WIDE ? column->wides[row] : column->ints[row];

    buf_put(out, text, (size_t)decimal_print(v, scale, text));
}

void value_print(const struct column *column, int row, struct type type, struct buf *out)
{
    char text[INTERVAL_TEXT_MAX + NUM_TEXT_MAX + TIME_TEXT_MAX]; /* room for any */

    if (column_is_null(column, row)) return;
    switch (type.kind) {
    case TYPE_NULL: return;
    case TYPE_BOOLEAN: buf_puts(out, column->bools[row] ? "true" : "false"); return;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT: buf_put(out, text, (size_t)num_print_int(column->ints[row], text)); return;
    case TYPE_DECIMAL: print_decimal(column, row, type.scale, out); return;
    case TYPE_REAL: buf_put(out, text, (size_t)num_print_real((float)column->doubles[row], text)); return;
    case TYPE_DOUBLE: buf_put(out, text, (size_t)num_print_double(column->doubles[row], text)); return;
    case TYPE_BINARY:
    case TYPE_CHAR:
    case TYPE_VARCHAR: buf_put(out, column->texts[row].ptr, column->texts[row].len); return;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP_TZ:
    case TYPE_TIMESTAMP: buf_put(out, text, (size_t)time_print(column->ints[row], text)); return;
    case TYPE_INTERVAL_DAY: buf_put(out, text, (size_t)interval_day_print(column->ints[row], text)); return;
    case TYPE_INTERVAL_MONTH: buf_put(out, text, (size_t)interval_month_print(column->ints[row], text)); return;
    }
}
