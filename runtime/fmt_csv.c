/* fmt_csv.c - comma-separated values by RFC 4180; columns by order.
 *
 * A field that begins with a quote ends at the next single one; "" inside stands for a quote; commas and line ends
 * inside belong to it. Elsewhere a quote is a byte like others. A field without quotes and without bytes is NULL, "" is
 * the empty text. Columns missing at the end are NULL; more of them than the stream has, anything between a closing
 * quote and the comma, a quote that is not closed, and a line end outside quotes make the record bad. */
#include "base/base64.h"
#include "runtime/format_class.h"

#include <string.h>

/* A walk over the fields of one record. */
struct row {
    const char *begin, *at, *end;
    const char *problem; /* after a -1; at is the place */
    bool more;           /* a field follows */
};

/* One field's text, still with its quotes doubled. */
struct csv_field {
    const char *ptr;
    size_t len;
    bool quoted, doubled;
};

static struct row row_of(const char *record, size_t len)
{
    /* A record that did not come from a file may bring its line end along. */
    len -= len && record[len - 1] == '\n';
    len -= len && record[len - 1] == '\r';
    return (struct row){.begin = record, .at = record, .end = record + len, .more = true};
}

static int row_fail(struct row *row, const char *at, const char *problem)
{
    row->at = at;
    row->problem = problem;
    return -1;
}

/* The quote that closes the field whose text begins at p, or NULL. */
static const char *closing_quote(const char *p, const char *end, bool *doubled)
{
    *doubled = false;
    for (;;) {
        const char *quote = memchr(p, '"', (size_t)(end - p));

        if (!quote) return NULL;
        if (quote + 1 == end || quote[1] != '"') return quote;
        *doubled = true;
        p = quote + 2;
    }
}

static int next_quoted(struct row *row, struct csv_field *out)
{
    const char *begin = row->at + 1, *close = closing_quote(begin, row->end, &out->doubled);

    if (!close) return row_fail(row, row->at, "the quote is not closed");
    if (close + 1 < row->end && close[1] != ',')
        return row_fail(row, close + 1, "expected ',' after the closing quote");
    out->ptr = begin;
    out->len = (size_t)(close - begin);
    out->quoted = true;
    row->more = close + 1 < row->end;
    row->at = close + 1 + row->more;
    return 0;
}

/* Reads the next field (there must be more). */
static int next_field(struct row *row, struct csv_field *out)
{
    const char *p = row->at;

    if (p < row->end && *p == '"') return next_quoted(row, out);
    while (p < row->end && *p != ',' && *p != '\n') p++;
    if (p < row->end && *p == '\n') return row_fail(row, p, "a line end outside quotes");
    *out = (struct csv_field){.ptr = row->at, .len = (size_t)(p - row->at)};
    row->more = p < row->end;
    row->at = p + row->more;
    return 0;
}

/* The field's text, with single quotes, in the arena if it had double ones. */
static struct str field_text(struct arena *arena, const struct csv_field *field)
{
    char *text;
    size_t len = 0;

    if (!field->doubled) return str_of(field->ptr, field->len);
    text = arena_alloc(arena, field->len + sizeof(uint64_t));
    for (size_t i = 0; i < field->len; i++) {
        text[len++] = field->ptr[i];
        i += field->ptr[i] == '"';
    }
    return str_of(text, len);
}

static bool is_null(const struct csv_field *field)
{
    return field->len == 0 && !field->quoted;
}

static int csv_decode(struct decoder *d, const char *record, size_t len, int row)
{
    struct row walk = row_of(record, len);
    struct csv_field field;

    for (int i = 0; walk.more; i++) {
        struct target *target = i < d->field_count ? d->target[i] : NULL;
        struct str text;
        enum misfit misfit;

        if (i == d->field_count || next_field(&walk, &field)) return -1;
        if (!target || is_null(&field)) continue;
        text = field_text(d->room.texts, &field);
        misfit = target_text(target, row, text.ptr, text.len);
        if (misfit) target_fail(target, row, misfit);
    }
    return 0;
}

static bool csv_explain_record(struct decoder *d, struct str record, struct buf *out)
{
    struct row walk = row_of(record.ptr, record.len);
    struct csv_field field;
    int count = 0;

    for (; walk.more; count++) {
        if (next_field(&walk, &field) == 0) continue;
        buf_printf(out, "not CSV at byte %zu: %s", (size_t)(walk.at - walk.begin), walk.problem);
        return true;
    }
    if (count <= d->field_count) return false;
    buf_printf(out, "%d fields, but the stream has %d columns", count, d->field_count);
    return true;
}

/* A text for a message: in quotes, whatever it holds. */
static struct str in_quotes(struct arena *arena, struct str text)
{
    char *copy = arena_alloc(arena, text.len + 2);

    copy[0] = copy[text.len + 1] = '"';
    memcpy(copy + 1, text.ptr, text.len);
    return str_of(copy, text.len + 2);
}

static enum misfit csv_explain_value(struct decoder *d, struct str record, int field, struct target *probe,
                                     struct str *source)
{
    struct row walk = row_of(record.ptr, record.len);
    struct csv_field found = {0};
    struct str text;

    for (int i = 0; i <= field; i++) {
        if (!walk.more || next_field(&walk, &found)) return FITS;
    }
    if (is_null(&found)) return FITS;
    text = field_text(d->room.texts, &found);
    *source = in_quotes(d->room.texts, text);
    return target_text(probe, 0, text.ptr, text.len);
}

static int csv_decoder_open(struct decoder *d, struct err *err)
{
    for (int i = 0; i < d->field_count; i++) {
        const struct field *field = &d->fields[i];

        if (!field->path) continue;
        return err_set(err, ERR_VALUE, -1, "column \"%s\": FROM '%s': the columns of CSV are taken in order",
                       field->name, field->path);
    }
    return 0;
}

static const char *csv_line_end(const char *block, size_t len)
{
    const char *end = block + len, *p = block;
    const char *line_end = memchr(block, '\n', len);

    if (line_end && !memchr(block, '"', (size_t)(line_end - block))) return line_end;
    while (p < end && *p != '\n') {
        bool doubled;

        if (*p == '"') p = closing_quote(p + 1, end, &doubled);
        if (!p) return NULL;
        while (p < end && *p != ',' && *p != '\n') p++;
        if (p < end && *p == ',') p++;
    }
    return p < end ? p : NULL;
}

static bool csv_is_blank(const char *line, size_t len)
{
    (void)line;
    return len == 0;
}

/* ---- the encoder ---- */

static int csv_encoder_open(struct encoder *e, struct err *err)
{
    (void)e;
    (void)err;
    return 0;
}

static bool needs_quotes(const struct text *text)
{
    if (text->len == 0) return true; /* without them it would be NULL */
    for (uint32_t i = 0; i < text->len; i++) {
        if (strchr("\",\r\n", text->ptr[i]) && text->ptr[i]) return true;
    }
    return false;
}

static void put_text(const struct text *text, struct buf *out)
{
    if (!needs_quotes(text)) {
        buf_put(out, text->ptr, text->len);
        return;
    }
    buf_putc(out, '"');
    for (uint32_t i = 0; i < text->len; i++) {
        if (text->ptr[i] == '"') buf_putc(out, '"');
        buf_putc(out, text->ptr[i]);
    }
    buf_putc(out, '"');
}

/* A FORMAT may hold commas and quotes too. */
static void put_time(const struct encoder *e, int field, usec t, struct buf *out)
{
    struct buf plain = {0};
    struct text text;

    if (!e->format[field]) {
        encode_time(e, field, t, out);
        return;
    }
    encode_time(e, field, t, &plain);
    text = text_of(buf_text(&plain), plain.len);
    put_text(&text, out);
    buf_free(&plain);
}

/* Without bytes, it needs quotes like a text. */
static void put_binary(const struct text *bytes, struct buf *out)
{
    if (bytes->len == 0)
        put_text(bytes, out);
    else
        base64_put(out, bytes->ptr, bytes->len);
}

static void put_value(const struct encoder *e, int field, const struct column *column, int row, struct buf *out)
{
    struct type type = e->fields[field].type;

    if (type.kind == TYPE_BINARY)
        put_binary(&column->texts[row], out);
    else if (column->phys == PHYS_TEXT)
        put_text(&column->texts[row], out);
    else if (type_is_datetime(type.kind))
        put_time(e, field, column->ints[row], out);
    else if (type_is_interval(type.kind))
        encode_interval(type, column->ints[row], out);
    else
        value_print(column, row, type, out);
}

static void csv_encode(struct encoder *e, const struct column *column, int row, struct buf *out)
{
    for (int i = 0; i < e->field_count; i++) {
        if (i) buf_putc(out, ',');
        if (!column_is_null(&column[i], row)) put_value(e, i, &column[i], row, out);
    }
}

const struct format_class format_csv = {
    .name = "csv",
    .decoder_bytes = sizeof(struct decoder),
    .decoder_open = csv_decoder_open,
    .decode = csv_decode,
    .explain_record = csv_explain_record,
    .explain_value = csv_explain_value,
    .line_end = csv_line_end,
    .is_blank = csv_is_blank,
    .encoder_bytes = sizeof(struct encoder),
    .encoder_open = csv_encoder_open,
    .encode = csv_encode,
};
