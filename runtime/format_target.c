/* format_target.c - values as records have them (texts, numbers, true and false) into typed columns.
 *
 * The same for all formats; what the texts of a type mean stands in format_read.c. A text that reads as a number, a
 * boolean or a timestamp is one where the column wants it; a number into VARCHAR is its text, which the formats see to
 * (they know the source). */
#include "base/decimal.h"
#include "runtime/format_class.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static int format_new(struct target *t, struct arena *arena, struct err *err)
{
    const struct field *field = t->field;
    struct err why;

    if (!field->format || !type_is_datetime(field->type.kind)) return 0;
    t->format = time_format_new(arena, str_lit(field->format), &why);
    if (t->format) return 0;
    return err_set(err, ERR_VALUE, -1, "column \"%s\": FORMAT '%s': %s", field->name, field->format, why.text);
}

/* What the values of the type are between. */
static void set_bounds(struct target *t, struct type type)
{
    static const int bytes[] = {[TYPE_TINYINT] = 1, [TYPE_SMALLINT] = 2, [TYPE_INTEGER] = 4, [TYPE_BIGINT] = 8};

    t->limit = type.length ? (uint32_t)type.length : UINT32_MAX;
    if (type_is_whole(type.kind)) {
        t->most = INT64_MAX >> (64 - 8 * bytes[type.kind]);
        t->least = -t->most - 1;
    }
    t->bound = decimal_power(type.precision);
}

struct target *target_new(struct arena *arena, struct room *room, const struct field *field, struct err *err)
{
    struct target *t = arena_alloc(arena, sizeof *t);
    enum phys phys = type_phys(field->type);

    t->field = field;
    t->kind = field->type.kind;
    t->room = room;
    set_bounds(t, field->type);
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

/* Marks a row's value as one that is there, if it is. */
static enum misfit put(struct target *t, int row, enum misfit misfit)
{
    if (misfit == FITS) bit_set(t->column.valid, row);
    return misfit;
}

static enum misfit put_time(struct target *t, int row, const char *text, size_t len)
{
    enum read_time how = t->field->kinesis ? READ_CUT_TIME : READ_WHOLE_TIME;

    return put(t, row, read_time(t->kind, t->format, how, text, len, &t->column.ints[row]));
}

static enum misfit put_interval(struct target *t, int row, const char *text, size_t len)
{
    return put(t, row, read_interval(t->field->type, text, len, &t->column.ints[row]));
}

static enum misfit put_decimal(struct target *t, int row, const char *text, size_t len)
{
    __int128 v = 0;
    enum misfit misfit = read_decimal(text, len, t->field->type.scale, t->bound, &v);

    if (t->column.phys == PHYS_WIDE)
        t->column.wides[row] = v;
    else
        t->column.ints[row] = (int64_t)v;
    return put(t, row, misfit);
}

static enum misfit put_binary(struct target *t, int row, const char *text, size_t len)
{
    struct text bytes = {.ptr = ""};
    enum misfit misfit = read_binary(t->room->texts, text, len, &bytes);

    if (misfit == FITS && bytes.len > t->limit) return MISFIT_LENGTH;
    t->column.texts[row] = bytes;
    return put(t, row, misfit);
}

/* A text shorter than CHAR(n) gets blanks behind it. */
static enum misfit put_char(struct target *t, int row, const char *text, size_t len)
{
    size_t count = utf8_count(text, len);
    char *padded;

    if (count >= t->limit) return target_varchar(t, row, text, len);
    padded = arena_alloc(t->room->texts, len + t->limit - count + sizeof(uint64_t));
    memcpy(padded, text, len);
    memset(padded + len, ' ', t->limit - count);
    return target_varchar(t, row, padded, len + t->limit - count);
}

static enum misfit put_real(struct target *t, int row, const char *text, size_t len)
{
    float v;

    if (num_parse_float(text, len, &v)) return MISFIT_TYPE;
    if (is_overflow((double)v, text, len)) return MISFIT_RANGE;
    target_double(t, row, (double)v);
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
    if (t->field->kinesis || str_equal_nocase(word, str_lit("false"))) return target_bool(t, row, false);
    return MISFIT_TYPE;
}

enum misfit target_text(struct target *t, int row, const char *text, size_t len)
{
    switch (t->kind) {
    case TYPE_NULL: break;
    case TYPE_BOOLEAN: return put_text_as_bool(t, row, text, len);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT: return put_text_as_int(t, row, text, len);
    case TYPE_DECIMAL: return put_decimal(t, row, text, len);
    case TYPE_REAL: return put_real(t, row, text, len);
    case TYPE_DOUBLE: return put_text_as_double(t, row, text, len);
    case TYPE_CHAR: return put_char(t, row, text, len);
    case TYPE_VARCHAR: return target_varchar(t, row, text, len);
    case TYPE_BINARY: return put_binary(t, row, text, len);
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_TZ: return put_time(t, row, text, len);
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: return put_interval(t, row, text, len);
    }
    return MISFIT_TYPE;
}

static bool is_zero(const struct json_number *number)
{
    return number->digits <= 19 ? number->mantissa == 0 : json_number_double(number) == 0;
}

enum misfit target_number(struct target *t, int row, const struct json_number *number)
{
    struct str text = number->text;

    switch (t->kind) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT: return put_number_int(t, row, number);
    case TYPE_DOUBLE: return put_number_double(t, row, number);
    case TYPE_DECIMAL:
    case TYPE_REAL:
    case TYPE_CHAR:
    case TYPE_VARCHAR: return target_text(t, row, text.ptr, text.len);
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_TZ:
        if (!t->format || !time_format_is_epoch(t->format)) return MISFIT_TYPE;
        return put_time(t, row, text.ptr, text.len);
    case TYPE_BOOLEAN: return t->field->kinesis ? target_bool(t, row, !is_zero(number)) : MISFIT_TYPE;
    case TYPE_NULL:
    case TYPE_BINARY:
    case TYPE_INTERVAL_DAY:
    case TYPE_INTERVAL_MONTH: break;
    }
    return MISFIT_TYPE;
}

enum misfit target_bool(struct target *t, int row, bool value)
{
    if (t->field->kinesis && type_is_numeric(t->kind)) return target_text(t, row, value ? "1" : "0", 1);
    if (t->kind != TYPE_BOOLEAN) return MISFIT_TYPE;
    t->column.bools[row] = value;
    bit_set(t->column.valid, row);
    return FITS;
}

void target_count_cut(struct target *t, int row)
{
    struct room *room = t->room;

    if (!room->has_cuts) memset(room->cuts, 0, sizeof room->cuts);
    room->has_cuts = true;
    room->cuts[row]++;
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
    const char *name = type_kind_name(t->kind);

    if (t->format) {
        buf_printf(out, " does not match FORMAT '%s'", t->field->format);
        return;
    }
    buf_printf(out, " is not %s %s", strchr("AEIOU", name[0]) ? "an" : "a", name);
}

static void explain_limit(const struct target *t, const char *relation, struct buf *out)
{
    buf_puts(out, relation);
    type_print(t->field->type, out);
}

void target_explain(const struct target *t, enum misfit misfit, struct str source, struct buf *out)
{
    buf_printf(out, "column \"%s\": ", t->field->name);
    put_source(source, out);
    switch (misfit) {
    case FITS: buf_puts(out, " is good"); break;
    case MISFIT_TYPE: explain_type(t, out); break;
    case MISFIT_RANGE: explain_limit(t, " is out of range for ", out); break;
    case MISFIT_LENGTH: explain_limit(t, " is longer than ", out); break;
    }
}
