/* format_class.h - private to the formats: what one format implements, and what their decoders share. */
#ifndef WEIR_RUNTIME_FORMAT_CLASS_H
#define WEIR_RUNTIME_FORMAT_CLASS_H

#include "base/json.h"
#include "base/utf8.h"
#include "runtime/format.h"

_Static_assert((int)FORMAT_PADDING >= (int)JSON_PADDING, "the JSON reader looks that far behind a record");

/* How a value fits the column it is for. */
enum misfit {
    FITS,
    MISFIT_TYPE,   /* is no such thing */
    MISFIT_RANGE,  /* a number, too large */
    MISFIT_LENGTH, /* a text, too long */
};

/* A field that is decoded, and the column that its values go to. */
struct target {
    enum type_kind kind; /* of the field */
    uint32_t limit;      /* VARCHAR(n): n characters; without one, more than there can be */
    const struct field *field;
    const struct time_format *format; /* of a TIMESTAMP with FORMAT; else NULL */
    struct column column;             /* with room for BATCH_ROWS; valid and error are always there */
    bool failed;                      /* some row of this run has an error */
    struct target *next_same;         /* another field from the same place, or NULL */
};

/* What the decoders of all formats begin with. */
struct decoder {
    const struct format_class *class;
    struct arena *arena; /* the decoder and all it points to */
    struct arena *texts; /* of this run: texts that do not stand in the records as they are */
    const struct field *fields;
    int field_count, event_field;
    struct target **target; /* by field; NULL: not used */
};

/* What the encoders of all formats begin with. */
struct encoder {
    const struct format_class *class;
    struct arena *arena;
    const struct field *fields;
    int field_count;
    struct time_format **format; /* by field, or NULL */
};

struct format_class {
    const char *name;

    /* The first bytes of the decoder are the struct above, already filled. */
    size_t decoder_bytes;
    int (*decoder_open)(struct decoder *d, struct err *err);
    /* Puts one record's values into row `row` of the targets, which is all NULL. -1: not well-formed. UTF-8 and the
     * record's length have been checked. */
    int (*decode)(struct decoder *d, const char *record, size_t len, int row);
    /* Says how a record is not well-formed, if so. */
    bool (*explain_record)(struct decoder *d, struct str record, struct buf *out);
    /* Finds the field's value in a well-formed record and puts it into row 0 of probe. *source is the value as it
     * stands there; left alone when there is none. */
    enum misfit (*explain_value)(struct decoder *d, struct str record, int field, struct target *probe,
                                 struct str *source);

    /* Where the line end ('\n') of the record at the block's begin is, or NULL when the block ends before it. */
    const char *(*line_end)(const char *block, size_t len);
    bool (*is_blank)(const char *line, size_t len);

    size_t encoder_bytes;
    int (*encoder_open)(struct encoder *e, struct err *err);
    void (*encode)(struct encoder *e, const struct column *column, int row, struct buf *out);
};

extern const struct format_class format_json, format_csv;

/* ---- format_target.c ---- */

struct target *target_new(struct arena *arena, const struct field *field, struct err *err);
/* All of its first n rows NULL and without errors. */
void target_clear(struct target *t, int n);
void target_clear_row(struct target *t, int row);
/* Each puts a value into a row, if it fits. target_text borrows the text (8 bytes behind it must be readable). */
enum misfit target_text(struct target *t, int row, const char *text, size_t len);
enum misfit target_number(struct target *t, int row, const struct json_number *number);
enum misfit target_bool(struct target *t, int row, bool value);
/* The same when it is known that the target is a VARCHAR, an INTEGER or BIGINT, a DOUBLE. */
static inline enum misfit target_varchar(struct target *t, int row, const char *text, size_t len);
static inline enum misfit target_int(struct target *t, int row, int64_t v);
static inline void target_double(struct target *t, int row, double v);
/* Marks a row's value as one that could not be made. */
void target_fail(struct target *t, int row, enum misfit misfit);
/* Says that a value, as it stands in the record, does not fit: column "delay": "abc" is not an INTEGER */
void target_explain(const struct target *t, enum misfit misfit, struct str source, struct buf *out);

/* ---- format.c ---- */

/* The text of a TIMESTAMP of a row, in the field's FORMAT if it has one. */
void encode_timestamp(const struct encoder *e, int field, usec t, struct buf *out);

static inline enum misfit target_int(struct target *t, int row, int64_t v)
{
    if (t->kind == TYPE_INTEGER && (int32_t)v != v) return MISFIT_RANGE;
    t->column.ints[row] = v;
    bit_set(t->column.valid, row);
    return FITS;
}

static inline void target_double(struct target *t, int row, double v)
{
    t->column.doubles[row] = v;
    bit_set(t->column.valid, row);
}

/* text_of, with its four bytes read at once. A text has at most as many characters as bytes. */
static inline enum misfit target_varchar(struct target *t, int row, const char *text, size_t len)
{
    struct text *out = &t->column.texts[row];

    if (len > t->limit && utf8_count(text, len) > t->limit) {
        if (!t->field->cut) return MISFIT_LENGTH;
        len = utf8_offset(text, len, t->limit);
    }
    out->len = (uint32_t)len;
    put_u32(out->prefix, get_u32(text) & (uint32_t)((UINT64_C(1) << 8 * (len < 4 ? len : 4)) - 1));
    out->ptr = text;
    bit_set(t->column.valid, row);
    return FITS;
}

#endif
