/* table_record.c - the formats that print a row as soon as it comes: csv, json, jsonl, vertical. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "shell/cell.h"
#include "shell/table_class.h"

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

static void csv_begin(struct table *t)
{
    struct buf *out = &t->out->pending;

    for (int i = 0; i < t->columns; i++) {
        if (i) buf_putc(out, ',');
        csv_put_text(t->name[i], strlen(t->name[i]), out);
    }
    buf_putc(out, '\n');
}

static void csv_row(struct table *t, const struct relation_value *values)
{
    struct buf *out = &t->out->pending;

    for (int i = 0; i < t->columns; i++) {
        if (i) buf_putc(out, ',');
        if (!cell_is_null(&values[i]) && values[i].kind == TYPE_VARCHAR)
            csv_put_text(values[i].s.ptr, values[i].s.len, out);
        else
            cell_put(&values[i], out);
    }
    buf_putc(out, '\n');
}

const struct table_class table_csv_class = {.begin = csv_begin, .row = csv_row};

/* ---- json, jsonl ---- */

static void put_object(struct table *t, const struct relation_value *values)
{
    struct buf *out = &t->out->pending;

    buf_putc(out, '{');
    for (int i = 0; i < t->columns; i++) {
        if (i) buf_putc(out, ',');
        json_put_string(out, t->name[i], strlen(t->name[i]));
        buf_putc(out, ':');
        cell_put_json(&values[i], out);
    }
    buf_putc(out, '}');
}

static void json_table_begin(struct table *t)
{
    buf_putc(&t->out->pending, '[');
}

static void json_table_row(struct table *t, const struct relation_value *values)
{
    if (t->rows) buf_puts(&t->out->pending, ",\n ");
    put_object(t, values);
}

static void json_table_end(struct table *t)
{
    buf_puts(&t->out->pending, "]\n");
}

const struct table_class table_json_class = {.begin = json_table_begin, .row = json_table_row, .end = json_table_end};

static void jsonl_row(struct table *t, const struct relation_value *values)
{
    put_object(t, values);
    buf_putc(&t->out->pending, '\n');
}

const struct table_class table_jsonl_class = {.row = jsonl_row};

/* ---- vertical: names at the right of their column, rows parted by a blank line ---- */

static int widest_name(const struct table *t)
{
    int widest = 0;

    for (int i = 0; i < t->columns; i++) {
        int width = cell_width(str_lit(t->name[i]));
        if (width > widest) widest = width;
    }
    return widest;
}

static void vertical_row(struct table *t, const struct relation_value *values)
{
    struct buf *out = &t->out->pending;
    int widest = widest_name(t);

    if (t->rows) buf_putc(out, '\n');
    for (int i = 0; i < t->columns; i++) {
        buf_printf(out, "%*s", widest - cell_width(str_lit(t->name[i])), "");
        cell_put_display_text(str_lit(t->name[i]), out);
        buf_puts(out, cell_is_null(&values[i]) ? ":" : ": ");
        cell_put_display(&values[i], out);
        buf_putc(out, '\n');
    }
}

const struct table_class table_vertical_class = {.row = vertical_row};
