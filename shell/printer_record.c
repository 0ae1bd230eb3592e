/* printer_record.c - the formats that print a row as soon as it comes: csv, json, jsonl, vertical. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "shell/cell.h"
#include "shell/printer_class.h"

/* ---- csv: RFC 4180, but lines end with \n alone ---- */

static bool csv_needs_quotes(const char *text, size_t len)
{
    if (len == 0) return true; /* an empty text is not NULL */
    for (size_t i = 0; i < len; i++)
        if (text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r') return true;
    return false;
}

static void csv_put_text(const char *text, size_t len, struct buf *out)
{
    if (!csv_needs_quotes(text, len)) {
        buf_put(out, text, len);
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"') buf_putc(out, '"');
        buf_putc(out, text[i]);
    }
    buf_putc(out, '"');
}

static void csv_begin(struct printer *p)
{
    struct buf *out = &p->out->pending;

    for (int i = 0; i < p->columns; i++) {
        if (i) buf_putc(out, ',');
        csv_put_text(p->name[i], strlen(p->name[i]), out);
    }
    buf_putc(out, '\n');
}

static void csv_row(struct printer *p, const struct relation_value *values)
{
    struct buf *out = &p->out->pending;

    for (int i = 0; i < p->columns; i++) {
        if (i) buf_putc(out, ',');
        if (!cell_is_null(&values[i]) && type_is_text(values[i].type.kind))
            csv_put_text(values[i].s.ptr, values[i].s.len, out);
        else
            relation_value_print(&values[i], out);
    }
    buf_putc(out, '\n');
}

const struct printer_class printer_csv_class = {.begin = csv_begin, .row = csv_row};

/* ---- json, jsonl ---- */

static void put_object(struct printer *p, const struct relation_value *values)
{
    struct buf *out = &p->out->pending;

    buf_putc(out, '{');
    for (int i = 0; i < p->columns; i++) {
        if (i) buf_putc(out, ',');
        json_put_string(out, p->name[i], strlen(p->name[i]));
        buf_putc(out, ':');
        cell_put_json(&values[i], out);
    }
    buf_putc(out, '}');
}

static void array_begin(struct printer *p)
{
    buf_putc(&p->out->pending, '[');
}

static void array_row(struct printer *p, const struct relation_value *values)
{
    if (p->rows) buf_puts(&p->out->pending, ",\n ");
    put_object(p, values);
}

static void array_end(struct printer *p)
{
    buf_puts(&p->out->pending, "]\n");
}

const struct printer_class printer_json_class = {.begin = array_begin, .row = array_row, .end = array_end};

static void jsonl_row(struct printer *p, const struct relation_value *values)
{
    put_object(p, values);
    buf_putc(&p->out->pending, '\n');
}

const struct printer_class printer_jsonl_class = {.row = jsonl_row};

/* ---- vertical: names at the right of their column, rows parted by a blank line ---- */

static int widest_name(const struct printer *p)
{
    int widest = 0;

    for (int i = 0; i < p->columns; i++) {
        int width = cell_width(str_lit(p->name[i]));
        if (width > widest) widest = width;
    }
    return widest;
}

static void vertical_row(struct printer *p, const struct relation_value *values)
{
    struct buf *out = &p->out->pending;
    int widest = widest_name(p);

    if (p->rows) buf_putc(out, '\n');
    for (int i = 0; i < p->columns; i++) {
        buf_printf(out, "%*s", widest - cell_width(str_lit(p->name[i])), "");
        cell_put_display_text(str_lit(p->name[i]), out);
        buf_puts(out, cell_is_null(&values[i]) ? ":" : ": ");
        cell_put_display(&values[i], out);
        buf_putc(out, '\n');
    }
}

const struct printer_class printer_vertical_class = {.row = vertical_row};
