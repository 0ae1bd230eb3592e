/* value.c - values as the text that results print (value_print of batch.h).
 * Intervals print with their sign, days and time of day, or years and months: "+4 04:30:00.5", "-1-06". */
#include "base/num.h"
#include "runtime/batch.h"

#include <inttypes.h>
#include <stdlib.h>

static void print_interval_day(int64_t span, struct buf *out)
{
    uint64_t n = span < 0 ? -(uint64_t)span : (uint64_t)span;
    uint64_t seconds = n / (uint64_t)USEC_SECOND, micros = n % (uint64_t)USEC_SECOND;

    buf_printf(out, "%c%" PRIu64 " %02d:%02d:%02d", span < 0 ? '-' : '+', seconds / 86400, (int)(seconds / 3600 % 24),
               (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (!micros) return;
    buf_printf(out, ".%06d", (int)micros);
    while (out->ptr[out->len - 1] == '0') out->len--;
}

static void print_interval_month(int64_t months, struct buf *out)
{
    uint64_t n = months < 0 ? -(uint64_t)months : (uint64_t)months;

    buf_printf(out, "%c%" PRIu64 "-%02d", months < 0 ? '-' : '+', n / 12, (int)(n % 12));
}

void value_print(const struct column *column, int row, struct type type, struct buf *out)
{
    char text[NUM_TEXT_MAX + TIME_TEXT_MAX]; /* room for either */

    if (column_is_null(column, row)) return;
    switch (type.kind) {
    case TYPE_NULL: return;
    case TYPE_BOOLEAN: buf_puts(out, column->bools[row] ? "true" : "false"); return;
    case TYPE_INTEGER:
    case TYPE_BIGINT: buf_put(out, text, (size_t)num_print_int(column->ints[row], text)); return;
    case TYPE_DOUBLE: buf_put(out, text, (size_t)num_print_double(column->doubles[row], text)); return;
    case TYPE_VARCHAR: buf_put(out, column->texts[row].ptr, column->texts[row].len); return;
    case TYPE_TIMESTAMP: buf_put(out, text, (size_t)time_print(column->ints[row], text)); return;
    case TYPE_INTERVAL_DAY: print_interval_day(column->ints[row], out); return;
    case TYPE_INTERVAL_MONTH: print_interval_month(column->ints[row], out); return;
    }
}
