/* value.c - values as the text that results print (value_print of batch.h). */
#include "base/num.h"
#include "planner/interval.h"
#include "runtime/batch.h"

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
    case TYPE_DECIMAL: break;
    case TYPE_REAL:
    case TYPE_DOUBLE: buf_put(out, text, (size_t)num_print_double(column->doubles[row], text)); return;
    case TYPE_BINARY:
    case TYPE_CHAR:
    case TYPE_VARCHAR: buf_put(out, column->texts[row].ptr, column->texts[row].len); return;
    case TYPE_DATE: buf_put(out, text, (size_t)time_print_date(column->ints[row], text)); return;
    case TYPE_TIME: buf_put(out, text, (size_t)time_print_clock(column->ints[row], text)); return;
    case TYPE_TIMESTAMP_TZ: buf_put(out, text, (size_t)time_print_zoned(column->ints[row], text)); return;
    case TYPE_TIMESTAMP: buf_put(out, text, (size_t)time_print(column->ints[row], text)); return;
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: buf_put(out, text, (size_t)interval_print(type, column->ints[row], text)); return;
    }
}
