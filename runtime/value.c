/* value.c - values as the text that results print (value_print of batch.h). */
#include "base/base64.h"
#include "base/decimal.h"
#include "planner/interval.h"
#include "runtime/batch.h"

#include <string.h>

/* Instants that are in no year from 1 to 9999 are watermarks that have not begun, or have ended. */
static int print_instant(usec t, char out[TIME_TEXT_MAX])
{
    const char *word = t < TIME_FIRST ? "-infinity" : "infinity";

    if (t >= TIME_FIRST && t <= TIME_LAST) return time_print(t, out);
    strcpy(out, word);
    return (int)strlen(word);
}

static void put_date(usec t, struct buf *out)
{
    char text[TIME_TEXT_MAX];
    bool real = t >= TIME_FIRST && t <= TIME_LAST;

    buf_put(out, text, (size_t)(real ? time_print_date(t, text) : print_instant(t, text)));
}

static void put_time_of_day(usec t, struct buf *out)
{
    char text[TIME_TEXT_MAX];

    buf_put(out, text, (size_t)time_print_clock(t, text));
}

static void put_timestamp(usec t, struct buf *out)
{
    char text[TIME_TEXT_MAX];

    buf_put(out, text, (size_t)print_instant(t, text));
}

void value_print_int(int64_t v, struct type type, struct buf *out)
{
    char text[INTERVAL_TEXT_MAX + NUM_TEXT_MAX]; /* room for any */

    switch (type.kind) {
    case TYPE_NULL:
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_REAL:
    case TYPE_DOUBLE:
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY: buf_put(out, text, (size_t)num_print_int(v, text)); return;
    case TYPE_DECIMAL: buf_put(out, text, (size_t)decimal_print(v, type.scale, text)); return;
    case TYPE_DATE: put_date(v, out); return;
    case TYPE_TIME: put_time_of_day(v, out); return;
    case TYPE_TIMESTAMP: put_timestamp(v, out); return;
    case TYPE_TIMESTAMP_TZ:
        put_timestamp(v, out);
        buf_puts(out, "+00:00");
        return;
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: buf_put(out, text, (size_t)interval_print(type, v, text)); return;
    }
}

void value_print_millis(usec t, struct buf *out)
{
    enum { WITHOUT = sizeof "yyyy-MM-dd HH:mm:ss" - 1, WITH_MILLIS = WITHOUT + 4 };
    size_t begin = out->len;

    put_timestamp(t, out);
    if (out->len - begin == WITHOUT) buf_putc(out, '.');
    while (out->len - begin > WITHOUT && out->len - begin < WITH_MILLIS) buf_putc(out, '0');
}

void value_print_double(double v, struct type type, struct buf *out)
{
    char *text = buf_reserve(out, NUM_TEXT_MAX);

    out->len += (size_t)(type.kind == TYPE_REAL ? num_print_float((float)v, text) : num_print_double(v, text));
}

void value_print_wide(__int128 v, struct type type, struct buf *out)
{
    out->len += (size_t)decimal_print(v, type.scale, buf_reserve(out, NUM_TEXT_MAX));
}

void value_print_text(struct str text, struct type type, struct buf *out)
{
    if (type.kind != TYPE_BINARY) {
        buf_put(out, text.ptr, text.len);
        return;
    }
    buf_puts(out, "X'");
    hex_put(out, text.ptr, text.len);
    buf_putc(out, '\'');
}

void value_print(const struct column *column, int row, struct type type, struct buf *out)
{
    const struct text *text;

    if (column_is_null(column, row) || type.kind == TYPE_NULL) return;
    switch (column->phys) {
    case PHYS_BOOL: buf_puts(out, column->bools[row] ? "true" : "false"); return;
    case PHYS_INT: value_print_int(column->ints[row], type, out); return;
    case PHYS_DOUBLE: value_print_double(column->doubles[row], type, out); return;
    case PHYS_WIDE: value_print_wide(column->wides[row], type, out); return;
    case PHYS_TEXT:
        text = &column->texts[row];
        value_print_text(str_of(text->ptr, text->len), type, out);
        return;
    }
}
