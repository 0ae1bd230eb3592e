/* cell.c - see cell.h. */
#include "shell/cell.h"

#include <utf8proc.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/utf8.h"

bool cell_is_null(const struct relation_value *value)
{
    return value->type.kind == TYPE_NULL || (type_is_text(value->type.kind) && !value->s.ptr);
}

bool cell_is_number(const struct relation_value *value)
{
    return type_is_numeric(value->type.kind);
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

static bool is_json_as_printed(const struct relation_value *value)
{
    bool finite = type_phys(value->type) != PHYS_DOUBLE || value->d - value->d == 0;

    return (cell_is_number(value) && finite) || value->type.kind == TYPE_BOOLEAN;
}

void cell_put_json(const struct relation_value *value, struct buf *out)
{
    if (cell_is_null(value)) {
        buf_puts(out, "null");
    } else if (type_is_text(value->type.kind)) {
        put_json_text(value->s, out);
    } else if (value->type.kind == TYPE_BINARY) {
        buf_putc(out, '"');
        base64_put(out, value->s.ptr, value->s.len);
        buf_putc(out, '"');
    } else if (is_json_as_printed(value)) {
        relation_value_print(value, out);
    } else {
        buf_putc(out, '"');
        if (value->millis && value->type.kind == TYPE_TIMESTAMP)
            value_print_millis(value->i, out);
        else
            relation_value_print(value, out);
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
    if (type_is_text(value->type.kind))
        cell_put_display_text(value->s, out);
    else
        relation_value_print(value, out);
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
