/* format_target.c - values as records have them (texts, numbers, true and false) into typed columns.
 *
 * The same for all formats. A text that reads as a number, a boolean or a timestamp is one where the column wants it;
 * a number into VARCHAR is its text, which the formats see to (they know the source). */
#include "base/num.h"
#include "runtime/format_class.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static int format_new(struct target *t, struct arena *arena, struct err *err)
{
    const struct field *field = t->field;
    struct err why;

    if (!field->format || field->type.kind != TYPE_TIMESTAMP) return 0;
    t->format = time_format_new(arena, str_lit(field->format), &why);
    if (t->format) return 0;
    return err_set(err, ERR_VALUE, -1, "column \"%s\": FORMAT '%s': %s", field->name, field->format, why.text);
}

struct target *target_new(struct arena *arena, const struct field *field, struct err *err)
{
    struct target *t = arena_alloc(arena, sizeof *t);
    enum phys phys = type_phys(field->type);

    t->field = field;
    t->kind = field->type.kind;
    t->limit = field->type.length ? (uint32_t)field->type.length : UINT32_MAX;
    if (format_new(t, arena, err)) return NULL;
    t->column.phys = phys;
    t->column.data = arena_alloc(arena, phys_bytes(phys) * BATCH_ROWS);
    t->column.valid = arena_alloc(arena, BATCH_WORDS * sizeof(uint64_t));
    t->column.error = arena_alloc(arena, BATCH_ROWS);
    return t;
}

void target_clear(struct target *t, int n)
{
    memset(t->column.data, 0, (size_t)n * phys_bytes(t->column.phys));
    memset(t->column.valid, 0, BATCH_WORDS * sizeof(uint64_t));
    if (t->failed) memset(t->column.error, 0, BATCH_ROWS);
    t->failed = false;
}

void target_clear_row(struct target *t, int row)
{
    size_t bytes = phys_bytes(t->column.phys);

    memset((char *)t->column.data + (size_t)row * bytes, 0, bytes);
    bit_clear(t->column.valid, row);
    t->column.error[row] = ROW_OK;
}

/* Whether an infinity was made of a number: one that is written as such ends in a letter. */
static bool is_overflow(double v, const char *text, size_t len)
{
    return isinf(v) && text[len - 1] >= '0' && text[len - 1] <= '9';
}

static enum misfit put_timestamp(struct target *t, int row, const char *text, size_t len)
{
    usec *out = &t->column.ints[row];

    if (t->format ? time_format_parse(t->format, text, len, TIME_MATCH_ALL, out) : time_parse(text, len, out)) {
        *out = 0;
        return MISFIT_TYPE;
    }
    bit_set(t->column.valid, row);
    return FITS;
}

static enum misfit put_number_int(struct target *t, int row, const struct json_number *number)
{
    int64_t v;

    switch (json_number_int(number, &v)) {
    case 0: return target_int(t, row, v);
    case -1: return MISFIT_TYPE;
    default: return MISFIT_RANGE;
    }
}

static enum misfit put_number_double(struct target *t, int row, const struct json_number *number)
{
    double v = json_number_double(number);

    if (isinf(v)) return MISFIT_RANGE;
    target_double(t, row, v);
    return FITS;
}

static enum misfit put_text_as_int(struct target *t, int row, const char *text, size_t len)
{
    struct json j;
    struct json_number number;
    int64_t v;

    switch (num_parse_int(text, len, &v)) {
    case 0: return target_int(t, row, v);
    case -2: return MISFIT_RANGE;
    }
    json_begin(&j, text, len);
    if (json_read_number(&j, &number) || j.at != j.end) return MISFIT_TYPE;
    return put_number_int(t, row, &number);
}

static enum misfit put_text_as_double(struct target *t, int row, const char *text, size_t len)
{
    double v;

    if (num_parse_double(text, len, &v)) return MISFIT_TYPE;
    if (is_overflow(v, text, len)) return MISFIT_RANGE;
    target_double(t, row, v);
    return FITS;
}

static enum misfit put_text_as_bool(struct target *t, int row, const char *text, size_t len)
{
    struct str word = str_of(text, len);

    if (str_equal_nocase(word, str_lit("true"))) return target_bool(t, row, true);
    if (str_equal_nocase(word, str_lit("false"))) return target_bool(t, row, false);
    return MISFIT_TYPE;
}

enum misfit target_text(struct target *t, int row, const char *text, size_t len)
{
    switch (t->kind) {
    case TYPE_CHAR:
    case TYPE_VARCHAR: return target_varchar(t, row, text, len);
    case TYPE_TIMESTAMP: return put_timestamp(t, row, text, len);
    case TYPE_INTEGER:
    case TYPE_BIGINT: return put_text_as_int(t, row, text, len);
    case TYPE_DOUBLE: return put_text_as_double(t, row, text, len);
    case TYPE_BOOLEAN: return put_text_as_bool(t, row, text, len);
    default: break;
    }
    return MISFIT_TYPE;
}

enum misfit target_number(struct target *t, int row, const struct json_number *number)
{
    switch (t->kind) {
    case TYPE_INTEGER:
    case TYPE_BIGINT: return put_number_int(t, row, number);
    case TYPE_DOUBLE: return put_number_double(t, row, number);
    case TYPE_VARCHAR: return target_varchar(t, row, number->text.ptr, number->text.len);
    case TYPE_TIMESTAMP:
        if (!t->format || !time_format_is_epoch(t->format)) return MISFIT_TYPE;
        return put_timestamp(t, row, number->text.ptr, number->text.len);
    default: break;
    }
    return MISFIT_TYPE;
}

enum misfit target_bool(struct target *t, int row, bool value)
{
    if (t->kind != TYPE_BOOLEAN) return MISFIT_TYPE;
    t->column.bools[row] = value;
    bit_set(t->column.valid, row);
    return FITS;
}

void target_fail(struct target *t, int row, enum misfit misfit)
{
    assert(misfit != FITS);
    t->column.error[row] = misfit == MISFIT_LENGTH ? ROW_TOO_LONG : ROW_BAD_VALUE;
    t->failed = true;
}

/* A long value is shown by its first bytes. */
static void put_source(struct str source, struct buf *out)
{
    enum { SHOWN_MAX = 80 };
    size_t len = source.len;

    if (len > SHOWN_MAX) {
        for (len = SHOWN_MAX; (source.ptr[len] & 0xc0) == 0x80; len--) {
        }
    }
    buf_put(out, source.ptr, len);
    if (len < source.len) buf_puts(out, "...");
}

static void explain_type(const struct target *t, struct buf *out)
{
    const char *name = type_kind_name(t->field->type.kind);

    if (t->format) {
        buf_printf(out, " does not match FORMAT '%s'", t->field->format);
        return;
    }
    buf_printf(out, " is not %s %s", strchr("AEIOU", name[0]) ? "an" : "a", name);
}

void target_explain(const struct target *t, enum misfit misfit, struct str source, struct buf *out)
{
    buf_printf(out, "column \"%s\": ", t->field->name);
    put_source(source, out);
    switch (misfit) {
    case FITS: buf_puts(out, " is good"); break;
    case MISFIT_TYPE: explain_type(t, out); break;
    case MISFIT_RANGE: buf_printf(out, " is out of range for %s", type_kind_name(t->field->type.kind)); break;
    case MISFIT_LENGTH: buf_printf(out, " is longer than VARCHAR(%d)", (int)t->field->type.length); break;
    }
}
