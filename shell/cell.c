/* cell.c - see cell.h. */
#include "shell/cell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/json.h"
#include "base/num.h"
#include "base/utf8.h"

bool cell_is_null(const struct relation_value *value)
{
    return value->type.kind == TYPE_NULL || (value->type.kind == TYPE_VARCHAR && !value->s.ptr);
}

bool cell_is_number(const struct relation_value *value)
{
    return type_is_numeric(value->type.kind);
}

static void put_int(int64_t v, struct buf *out)
{
    char text[NUM_TEXT_MAX];

    buf_put(out, text, (size_t)num_print_int(v, text));
}

static void put_double(double v, struct buf *out)
{
    char text[NUM_TEXT_MAX];

    buf_put(out, text, (size_t)num_print_double(v, text));
}

static void put_timestamp(usec t, struct buf *out)
{
    char text[TIME_TEXT_MAX];

    buf_put(out, text, (size_t)time_print(t, text));
}

static void put_days(usec span, struct buf *out)
{
    uint64_t u = span < 0 ? -(uint64_t)span : (uint64_t)span;
    uint64_t seconds = u / USEC_SECOND, micros = u % USEC_SECOND;

    buf_printf(out, "%s%" PRIu64 " %02d:%02d:%02d", span < 0 ? "-" : "", seconds / 86400, (int)(seconds / 3600 % 24),
               (int)(seconds / 60 % 60), (int)(seconds % 60));
    if (micros) buf_printf(out, ".%06d", (int)micros);
}

static void put_months(int64_t months, struct buf *out)
{
    uint64_t u = months < 0 ? -(uint64_t)months : (uint64_t)months;

    buf_printf(out, "%s%" PRIu64 "-%d", months < 0 ? "-" : "", u / 12, (int)(u % 12));
}

void cell_put(const struct relation_value *value, struct buf *out)
{
    switch (value->type.kind) {
    case TYPE_NULL: break;
    case TYPE_BOOLEAN: buf_puts(out, value->i ? "true" : "false"); break;
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT: put_int(value->i, out); break;
    case TYPE_DECIMAL: break;
    case TYPE_REAL:
    case TYPE_DOUBLE: put_double(value->d, out); break;
    case TYPE_BINARY:
    case TYPE_CHAR:
    case TYPE_VARCHAR: buf_put(out, value->s.ptr, value->s.len); break;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP_TZ:
    case TYPE_TIMESTAMP: put_timestamp(value->i, out); break;
    case TYPE_INTERVAL_DAY: put_days(value->i, out); break;
    case TYPE_INTERVAL_MONTH: put_months(value->i, out); break;
    }
}

/* Appends text with every byte that is no UTF-8 replaced. */
static void put_valid(struct str text, struct buf *out)
{
    while (text.len) {
        size_t good = utf8_valid_prefix(text.ptr, text.len);
        buf_put(out, text.ptr, good);
        if (good == text.len) return;
        buf_puts(out, "\xef\xbf\xbd");
        text = str_of(text.ptr + good + 1, text.len - good - 1);
    }
}

static void put_json_text(struct str text, struct buf *out)
{
    struct buf valid = {0};

    if (utf8_valid_prefix(text.ptr, text.len) == text.len) {
        json_put_string(out, text.ptr, text.len);
        return;
    }
    put_valid(text, &valid);
    json_put_string(out, valid.ptr, valid.len);
    buf_free(&valid);
}

void cell_put_json(const struct relation_value *value, struct buf *out)
{
    if (cell_is_null(value)) {
        buf_puts(out, "null");
    } else if (value->type.kind == TYPE_DOUBLE) {
        json_put_double(out, value->d);
    } else if (value->type.kind == TYPE_VARCHAR) {
        put_json_text(value->s, out);
    } else if (value->type.kind == TYPE_BOOLEAN || cell_is_number(value)) {
        cell_put(value, out);
    } else {
        buf_putc(out, '"');
        cell_put(value, out);
        buf_putc(out, '"');
    }
}

static void put_control(int32_t c, struct buf *out)
{
    if (c == '\n')
        buf_puts(out, "\\n");
    else if (c == '\t')
        buf_puts(out, "\\t");
    else if (c == '\r')
        buf_puts(out, "\\r");
    else
        buf_printf(out, "\\u%04x", (unsigned)c);
}

static bool is_plain_ascii(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || (unsigned char)text.ptr[i] >= 0x7f) return false;
    return true;
}

void cell_put_display_text(struct str text, struct buf *out)
{
    utf8proc_int32_t c;

    if (is_plain_ascii(text)) {
        buf_put(out, text.ptr, text.len);
        return;
    }
    for (size_t at = 0; at < text.len;) {
        utf8proc_ssize_t len =
            utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at, (utf8proc_ssize_t)(text.len - at), &c);
        if (len < 1) {
            buf_puts(out, "\xef\xbf\xbd");
            len = 1;
        } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
            put_control(c, out);
        } else {
            buf_put(out, text.ptr + at, (size_t)len);
        }
        at += (size_t)len;
    }
}

void cell_put_display(const struct relation_value *value, struct buf *out)
{
    if (value->type.kind == TYPE_VARCHAR)
        cell_put_display_text(value->s, out);
    else
        cell_put(value, out);
}

int cell_width(struct str display)
{
    utf8proc_int32_t c;
    int width = 0;

    if (is_plain_ascii(display)) return (int)display.len;
    for (size_t at = 0; at < display.len;) {
        utf8proc_ssize_t len =
            utf8proc_iterate((const utf8proc_uint8_t *)display.ptr + at, (utf8proc_ssize_t)(display.len - at), &c);
        if (len < 1) return width;
        width += utf8proc_charwidth(c);
        at += (size_t)len;
    }
    return width;
}
