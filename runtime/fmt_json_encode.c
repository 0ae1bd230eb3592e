/* fmt_json_encode.c - rows as JSON objects.
 *
 * All but the values is the same in every row: so it is made once, as the pieces between them. Columns whose FROM paths
 * share an object are written into one, at the place of the first of them. */
#include "base/base64.h"
#include "runtime/fmt_json.h"

#include <string.h>

/* A member of the object to write: the value of a field, or an object with members of its own. */
struct member {
    struct str key;
    int field; /* -1: an object */
    struct member *first, *last, *next;
};

static struct member *append(struct arena *arena, struct member *parent, struct str key, int field)
{
    struct member *m = arena_alloc(arena, sizeof *m);

    m->key = key;
    m->field = field;
    if (parent->last)
        parent->last->next = m;
    else
        parent->first = m;
    parent->last = m;
    return m;
}

static struct member *object_in(struct arena *arena, struct member *parent, struct str key)
{
    for (struct member *m = parent->first; m; m = m->next) {
        if (m->field < 0 && str_equal(m->key, key)) return m;
    }
    return append(arena, parent, key, -1);
}

static int add_field(struct json_encoder *e, struct member *root, int field, struct err *err)
{
    const struct field *f = &e->base.fields[field];
    struct member *object = root;
    struct path path;

    if (path_of(f, &path, err)) return -1;
    for (int i = 0; i < path.count; i++) {
        if (!path.step[i].key.ptr) path.count = 0;
    }
    if (!path.count) {
        return err_set(err, ERR_VALUE, -1, "column \"%s\": FROM '%s' can be read, not written", f->name, f->path);
    }
    for (int i = 0; i < path.count - 1; i++) object = object_in(e->base.arena, object, path.step[i].key);
    append(e->base.arena, object, path.step[path.count - 1].key, field);
    return 0;
}

static struct str take(struct arena *arena, struct buf *text)
{
    struct str copy = {arena_copy(arena, text->ptr, text->len), text->len};

    text->len = 0;
    return copy;
}

/* Appends the object's text to *text; at each value on the way, what there is of it becomes a piece. */
static void make_pieces(struct json_encoder *e, const struct member *object, struct buf *text, int *count)
{
    buf_putc(text, '{');
    for (const struct member *m = object->first; m; m = m->next) {
        if (m != object->first) buf_putc(text, ',');
        json_put_string(text, m->key.ptr, m->key.len);
        buf_putc(text, ':');
        if (m->field < 0)
            make_pieces(e, m, text, count);
        else
            e->piece[(*count)++] = (struct piece){take(e->base.arena, text), m->field};
    }
    buf_putc(text, '}');
}

int json_encoder_open(struct encoder *base, struct err *err)
{
    struct json_encoder *e = (struct json_encoder *)base;
    struct member root = {.field = -1};
    struct buf text = {0};
    int count = 0;

    for (int i = 0; i < base->field_count; i++) {
        if (add_field(e, &root, i, err)) return -1;
    }
    e->piece = arena_alloc(base->arena, (size_t)base->field_count * sizeof *e->piece);
    make_pieces(e, &root, &text, &count);
    e->end = take(base->arena, &text);
    buf_free(&text);
    return 0;
}

/* The text of a FORMAT may hold quotes. */
static void put_formatted(const struct encoder *e, int field, usec t, struct buf *out)
{
    struct buf text = {0};

    encode_time(e, field, t, &text);
    json_put_string(out, text.ptr, text.len);
    buf_free(&text);
}

/* Numbers of an epoch format stay numbers. */
static void put_time(const struct encoder *e, int field, usec t, struct buf *out)
{
    const struct time_format *format = e->format[field];
    const struct field *f = &e->fields[field];

    if (format && time_format_is_epoch(format)) {
        encode_time(e, field, t, out);
    } else if (format) {
        put_formatted(e, field, t, out);
    } else {
        buf_putc(out, '"');
        if (f->kinesis && f->type.kind == TYPE_TIMESTAMP)
            value_print_millis(t, out);
        else
            encode_time(e, field, t, out);
        buf_putc(out, '"');
    }
}

static void put_int(const struct encoder *e, int field, int64_t v, struct buf *out)
{
    struct type type = e->fields[field].type;

    if (type_is_datetime(type.kind)) {
        put_time(e, field, v, out);
        return;
    }
    if (!type_is_interval(type.kind)) {
        value_print_int(v, type, out);
        return;
    }
    buf_putc(out, '"');
    encode_interval(type, v, out);
    buf_putc(out, '"');
}

/* NaN and the infinities, which JSON does not have, as strings. */
static void put_double(struct type type, double v, struct buf *out)
{
    bool finite = v - v == 0;

    if (!finite) buf_putc(out, '"');
    value_print_double(v, type, out);
    if (!finite) buf_putc(out, '"');
}

static void put_text(struct type type, const struct text *text, struct buf *out)
{
    if (type.kind != TYPE_BINARY) {
        json_put_string(out, text->ptr, text->len);
        return;
    }
    buf_putc(out, '"');
    base64_put(out, text->ptr, text->len);
    buf_putc(out, '"');
}

static void put_value(const struct encoder *e, int field, const struct column *column, int row, struct buf *out)
{
    struct type type = e->fields[field].type;

    switch (column->phys) {
    case PHYS_BOOL: buf_puts(out, column->bools[row] ? "true" : "false"); break;
    case PHYS_INT: put_int(e, field, column->ints[row], out); break;
    case PHYS_DOUBLE: put_double(type, column->doubles[row], out); break;
    case PHYS_TEXT: put_text(type, &column->texts[row], out); break;
    case PHYS_WIDE: value_print_wide(column->wides[row], type, out); break;
    }
}

void json_encode(struct encoder *base, const struct column *column, int row, struct buf *out)
{
    const struct json_encoder *e = (const struct json_encoder *)base;

    for (int i = 0; i < base->field_count; i++) {
        const struct piece *p = &e->piece[i];

        buf_put(out, p->before.ptr, p->before.len);
        if (column_is_null(&column[p->field], row))
            buf_puts(out, "null");
        else
            put_value(base, p->field, &column[p->field], row, out);
    }
    buf_put(out, e->end.ptr, e->end.len);
}
