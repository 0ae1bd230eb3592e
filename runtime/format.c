/* format.c - the table of formats, and what is the same for all of them: see format.h.
 *
 * A line of RECORD_DATA_MAX bytes or more is cut at that length; what was cut off counts as the next line. The length
 * is what tells the decoders that a record was cut: one of RECORD_DATA_MAX bytes is bad even if it reads well. */
#include "base/utf8.h"
#include "planner/interval.h"
#include "runtime/format_class.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct format_class *const classes[] = {&format_json, &format_csv};
enum { CLASS_COUNT = sizeof classes / sizeof classes[0] };

static const struct format_class *class_find(const char *name)
{
    for (int i = 0; i < CLASS_COUNT; i++) {
        if (strcmp(classes[i]->name, name) == 0) return classes[i];
    }
    return NULL;
}

bool format_exists(const char *format)
{
    return class_find(format) != NULL;
}

const char *format_names(void)
{
    return "json, csv";
}

static const struct format_class *class_get(const char *name, struct err *err)
{
    const struct format_class *class = class_find(name);

    if (!class) err_set(err, ERR_NAME, -1, "unknown format \"%s\": there are %s", name, format_names());
    return class;
}

/* ---- decoding ---- */

static int targets_new(struct decoder *d, const bool *used, struct err *err)
{
    for (int i = 0; i < d->field_count; i++) {
        if (!used[i] && i != d->event_field) continue;
        d->target[i] = target_new(d->arena, &d->room, &d->fields[i], err);
        if (!d->target[i]) return -1;
    }
    return 0;
}

struct decoder *decoder_new(const char *format, const struct field *fields, int field_count, const bool *used,
                            int event_field, struct err *err)
{
    const struct format_class *class = class_get(format, err);
    struct arena *arena;
    struct decoder *d;

    assert(event_field >= -1 && event_field < field_count);
    if (!class) return NULL;
    arena = arena_new();
    d = arena_alloc(arena, class->decoder_bytes);
    d->class = class;
    d->arena = arena;
    d->fields = fields;
    d->field_count = field_count;
    d->event_field = event_field;
    d->room.texts = arena_new();
    d->target = arena_alloc(arena, (size_t)field_count * sizeof(struct target *));
    if (targets_new(d, used, err) == 0 && class->decoder_open(d, err) == 0) return d;
    decoder_free(d);
    return NULL;
}

void decoder_free(struct decoder *d)
{
    if (!d) return;
    arena_free(d->room.texts);
    arena_free(d->arena);
}

static void clear_row(struct decoder *d, int row)
{
    if (d->room.has_cuts) d->room.cuts[row] = 0;
    for (int i = 0; i < d->field_count; i++) {
        if (d->target[i]) target_clear_row(d->target[i], row);
    }
}

static enum row_error decode_row(struct decoder *d, const struct text *record, int row)
{
    if (record->len >= RECORD_DATA_MAX || !json_is_utf8(record->ptr, record->len) ||
        d->class->decode(d, record->ptr, record->len, row)) {
        clear_row(d, row);
        return ROW_BAD_RECORD;
    }
    if (d->event_field >= 0 && column_is_null(&d->target[d->event_field]->column, row)) {
        clear_row(d, row);
        return ROW_BAD_VALUE;
    }
    return ROW_OK;
}

/* Of good rows, a NULL that no error explains is one in a NOT NULL column. */
static void check_not_null(struct target *t, int n, const uint8_t *bad)
{
    for (int row = 0; row < n; row++) {
        if (bit_get(t->column.valid, row) || bad[row] || t->column.error[row]) continue;
        t->column.error[row] = ROW_NOT_NULL;
        t->failed = true;
    }
}

static bool all_valid(const uint64_t *valid, int n)
{
    for (int i = 0; i < n / 64; i++) {
        if (valid[i] != UINT64_MAX) return false;
    }
    return n % 64 == 0 || valid[n / 64] == (UINT64_C(1) << n % 64) - 1;
}

/* What a batch's reader sees: vectors of bits and errors only where there is something to see. */
static struct column finish(struct target *t, int n, const uint8_t *bad)
{
    struct column out = t->column;

    if (all_valid(out.valid, n)) {
        out.valid = NULL;
    } else if (t->field->not_null) {
        check_not_null(t, n, bad);
    }
    if (!t->failed) out.error = NULL;
    return out;
}

void decoder_run(struct decoder *d, const struct text *records, int n, struct column *column, uint8_t *bad)
{
    assert(n >= 0 && n <= BATCH_ROWS);
    arena_reset(d->room.texts);
    d->room.has_cuts = false;
    for (int i = 0; i < d->field_count; i++) {
        if (d->target[i]) target_clear(d->target[i], n);
    }
    for (int row = 0; row < n; row++) bad[row] = (uint8_t)decode_row(d, &records[row], row);
    for (int i = 0; i < d->field_count; i++) {
        if (d->target[i]) column[i] = finish(d->target[i], n, bad);
    }
}

const uint16_t *decoder_cuts(const struct decoder *d)
{
    return d->room.has_cuts ? d->room.cuts : NULL;
}

/* Says how the bytes are no record, whatever is in its fields. */
static bool explain_bytes(struct decoder *d, struct str record, struct buf *out)
{
    size_t valid;

    if (record.len >= RECORD_DATA_MAX) {
        buf_printf(out, "a record of %d bytes or more", RECORD_DATA_MAX);
        return true;
    }
    valid = utf8_valid_prefix(record.ptr, record.len);
    if (valid < record.len) {
        buf_printf(out, "invalid UTF-8 at byte %zu", valid);
        return true;
    }
    return d->class->explain_record(d, record, out);
}

static void explain_missing(const struct decoder *d, int field, struct buf *out)
{
    const char *name = d->fields[field].name;

    if (field == d->event_field)
        buf_printf(out, "no value for the event time \"%s\"", name);
    else if (d->fields[field].not_null)
        buf_printf(out, "column \"%s\": no value for a NOT NULL column", name);
    else
        buf_printf(out, "column \"%s\": no value", name);
}

void decoder_explain(struct decoder *d, const struct text *record, int field, struct buf *out)
{
    struct str bytes = str_of(record->ptr, record->len), source = {0};
    struct room *room;
    struct target *probe;
    enum misfit misfit;
    struct err err;

    if (explain_bytes(d, bytes, out)) return;
    if (field < 0) field = d->event_field;
    if (field < 0) {
        buf_puts(out, "the record is good");
        return;
    }
    room = mem_zalloc(sizeof *room);
    room->texts = arena_new();
    probe = target_new(room->texts, room, &d->fields[field], &err);
    misfit = probe ? d->class->explain_value(d, bytes, field, probe, &source) : FITS;
    if (source.ptr)
        target_explain(probe, misfit, source, out);
    else
        explain_missing(d, field, out);
    arena_free(room->texts);
    free(room);
}

/* ---- splitting ---- */

/* The bytes of the record at the block's begin (without its line end) and of its line, or false when the block ends
 * before the line does. */
static bool next_line(const struct format_class *class, const char *block, size_t len, enum split_tail end,
                      size_t *record_len, size_t *line_len)
{
    size_t seen = len < RECORD_DATA_MAX ? len : RECORD_DATA_MAX;
    const char *line_end = class->line_end(block, seen);

    if (line_end) {
        *record_len = (size_t)(line_end - block);
        *line_len = *record_len + 1;
        *record_len -= *record_len && line_end[-1] == '\r';
        return true;
    }
    *record_len = *line_len = seen;
    return seen == RECORD_DATA_MAX || (end == SPLIT_LAST && seen);
}

int format_split(const char *format, const char *block, size_t len, enum split_tail end, struct text *records,
                 uint64_t *offsets, int max, size_t *used)
{
    const struct format_class *class = class_find(format);
    size_t at = 0, record_len, line_len;
    int count = 0;

    assert(class);
    while (count < max && next_line(class, block + at, len - at, end, &record_len, &line_len)) {
        if (!class->is_blank(block + at, record_len)) {
            records[count] = text_of(block + at, record_len);
            offsets[count++] = at;
        }
        at += line_len;
    }
    *used = at;
    return count;
}

/* ---- encoding ---- */

static int formats_new(struct encoder *e, struct err *err)
{
    e->format = arena_alloc(e->arena, (size_t)e->field_count * sizeof *e->format);
    for (int i = 0; i < e->field_count; i++) {
        const struct field *field = &e->fields[i];

        if (!field->format || !type_is_datetime(field->type.kind)) continue;
        e->format[i] = time_format_new(e->arena, str_lit(field->format), err);
        if (!e->format[i]) return -1;
    }
    return 0;
}

struct encoder *encoder_new(const char *format, const struct field *fields, int field_count, struct err *err)
{
    const struct format_class *class = class_get(format, err);
    struct arena *arena;
    struct encoder *e;

    if (!class) return NULL;
    arena = arena_new();
    e = arena_alloc(arena, class->encoder_bytes);
    *e = (struct encoder){class, arena, fields, field_count, NULL};
    if (formats_new(e, err) == 0 && class->encoder_open(e, err) == 0) return e;
    encoder_free(e);
    return NULL;
}

void encoder_free(struct encoder *e)
{
    if (e) arena_free(e->arena);
}

void encoder_row(struct encoder *e, const struct column *column, int row, struct buf *out)
{
    e->class->encode(e, column, row, out);
}

void encode_time(const struct encoder *e, int field, usec t, struct buf *out)
{
    if (e->format[field])
        time_format_print(e->format[field], t, out);
    else
        value_print_int(t, e->fields[field].type, out);
}

void encode_interval(struct type type, int64_t v, struct buf *out)
{
    value_print_int(v, v % interval_unit(type) ? type_of(type.kind) : type, out);
}
