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

/* What the targets of one decoder share: of one run. */
struct room {
    struct arena *texts; /* texts that do not stand in the records as they are */
    bool has_cuts;
    uint16_t cuts[BATCH_ROWS]; /* by row: how many of its texts were cut; valid if has_cuts */
};

/* A field that is decoded, and the column that its values go to. */
struct target {
    enum type_kind kind; /* of the field */
    uint32_t limit;      /* CHAR, VARCHAR, BINARY(n): n; without one, more than there can be */
    int64_t least, most; /* of a whole number */
    __int128 bound;      /* DECIMAL(p, s): 10^p; its digits make less than that */
    const struct field *field;
    const struct time_format *format; /* of a time with FORMAT; else NULL */
    struct column column;             /* with room for BATCH_ROWS; valid and error are always there */
    bool failed;                      /* some row of this run has an error */
    struct room *room;
    struct target *next_same; /* another field from the same place, or NULL */
};

/* What the decoders of all formats begin with. */
struct decoder {
    const struct format_class *class;
    struct arena *arena; /* the decoder and all it points to */
    const struct field *fields;
    int field_count, event_field;
    struct target **target; /* by field; NULL: not used */
    struct room room;
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

struct target *target_new(struct arena *arena, struct room *room, const struct field *field, struct err *err);
/* All of its first n rows NULL and without errors. */
void target_clear(struct target *t, int n);
void target_clear_row(struct target *t, int row);
/* Each puts a value into a row, if it fits. target_text borrows the text (8 bytes behind it must be readable). */
enum misfit target_text(struct target *t, int row, const char *text, size_t len);
enum misfit target_number(struct target *t, int row, const struct json_number *number);
enum misfit target_bool(struct target *t, int row, bool value);
/* The same when it is known that the target is a VARCHAR, a whole number, a DOUBLE. */
static inline enum misfit target_varchar(struct target *t, int row, const char *text, size_t len);
static inline enum misfit target_int(struct target *t, int row, int64_t v);
static inline void target_double(struct target *t, int row, double v);
/* A text of the row was cut to its column's length. */
void target_count_cut(struct target *t, int row);
/* Marks a row's value as one that could not be made. */
void target_fail(struct target *t, int row, enum misfit misfit);
/* Says that a value, as it stands in the record, does not fit: column "delay": "abc" is not an INTEGER */
void target_explain(const struct target *t, enum misfit misfit, struct str source, struct buf *out);

/* ---- format_read.c: texts as values, whatever the format ---- */

/* A number's digits, exactly; more of them behind the point than `scale` are rounded, half away from zero. `bound` is
 * 10^precision. Sign, digits, point and exponent; no blanks. */
enum misfit read_decimal(const char *text, size_t len, int scale, __int128 bound, __int128 *out);
/* A time of the kind (TYPE_DATE .. TYPE_TIMESTAMP_TZ), in the format (NULL: ISO 8601). A DATE takes a timestamp too, if
 * it is midnight, or with `cut` whatever time of day it has. TIME is HH:mm[:ss[.f]], or that part of a timestamp. */
enum read_time { READ_WHOLE_TIME, READ_CUT_TIME };
enum misfit read_time(enum type_kind kind, const struct time_format *format, enum read_time how, const char *text,
                      size_t len, usec *out);
/* By the type's qualifier, or in full. */
enum misfit read_interval(struct type type, const char *text, size_t len, int64_t *out);
/* X'hex' or base64; the bytes go to the arena. */
enum misfit read_binary(struct arena *arena, const char *text, size_t len, struct text *out);

/* ---- format.c ---- */

/* The text of an interval, by its qualifier if that tells it all, else in full: it is read again. */
void encode_interval(struct type type, int64_t v, struct buf *out);
/* The text of a DATE, TIME or TIMESTAMP of a row, in the field's FORMAT if it has one. */
void encode_time(const struct encoder *e, int field, usec t, struct buf *out);

static inline enum misfit target_int(struct target *t, int row, int64_t v)
{
    if (v < t->least || v > t->most) return MISFIT_RANGE;
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
        if (!t->field->kinesis) return MISFIT_LENGTH;
        len = utf8_offset(text, len, t->limit);
        target_count_cut(t, row);
    }
    out->len = (uint32_t)len;
    put_u32(out->prefix, get_u32(text) & (uint32_t)((UINT64_C(1) << 8 * (len < 4 ? len : 4)) - 1));
    out->ptr = text;
    bit_set(t->column.valid, row);
    return FITS;
}

#endif
