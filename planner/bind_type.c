/* bind_type.c - names of types as types. */
#include "planner/binder.h"

#include <string.h>

/* What may stand in parentheses behind a type's word. */
enum type_form {
    FORM_BARE,
    FORM_LENGTH,  /* (n), optional: no limit */
    FORM_PADDED,  /* (n), optional: 1 */
    FORM_DECIMAL, /* (p [, s]) */
    FORM_FRACTION /* (digits): accepted, times are kept to the microsecond */
};

static const struct type_word {
    const char *word;
    enum type_kind kind;
    enum type_form form;
} type_words[] = {
    {"TINYINT", TYPE_TINYINT, FORM_BARE},
    {"SMALLINT", TYPE_SMALLINT, FORM_BARE},
    {"INTEGER", TYPE_INTEGER, FORM_BARE},
    {"INT", TYPE_INTEGER, FORM_BARE},
    {"BIGINT", TYPE_BIGINT, FORM_BARE},
    {"DECIMAL", TYPE_DECIMAL, FORM_DECIMAL},
    {"DEC", TYPE_DECIMAL, FORM_DECIMAL},
    {"NUMERIC", TYPE_DECIMAL, FORM_DECIMAL},
    {"REAL", TYPE_REAL, FORM_BARE},
    {"FLOAT", TYPE_DOUBLE, FORM_BARE},
    {"DOUBLE", TYPE_DOUBLE, FORM_BARE},
    {"BOOLEAN", TYPE_BOOLEAN, FORM_BARE},
    {"BOOL", TYPE_BOOLEAN, FORM_BARE},
    {"CHAR", TYPE_CHAR, FORM_PADDED},
    {"CHARACTER", TYPE_CHAR, FORM_PADDED},
    {"VARCHAR", TYPE_VARCHAR, FORM_LENGTH},
    {"TEXT", TYPE_VARCHAR, FORM_BARE},
    {"STRING", TYPE_VARCHAR, FORM_BARE},
    {"JSON", TYPE_VARCHAR, FORM_BARE}, /* a value of JSON is its text */
    {"BINARY", TYPE_BINARY, FORM_PADDED},
    {"VARBINARY", TYPE_BINARY, FORM_LENGTH},
    {"BYTES", TYPE_BINARY, FORM_BARE},
    {"BLOB", TYPE_BINARY, FORM_BARE},
    {"DATE", TYPE_DATE, FORM_BARE},
    {"TIME", TYPE_TIME, FORM_FRACTION},
    {"TIMESTAMP", TYPE_TIMESTAMP, FORM_FRACTION},
};
enum { TYPE_WORDS = sizeof type_words / sizeof *type_words };

static int unknown_type(struct binder *b, const struct ident *name)
{
    const char *words[TYPE_WORDS], *remedy = bind_type_remedy(name->text);

    for (int i = 0; i < TYPE_WORDS; i++) words[i] = type_words[i].word;
    return err_set(b->err, ERR_NAME, name->at, "unknown type \"%.*s\"%s%s", (int)name->text.len, name->text.ptr,
                   remedy ? ": write " : "", remedy ? remedy : bind_hint(b, name->text, words, TYPE_WORDS));
}

/* DECIMAL, DECIMAL(p), DECIMAL(p, s). */
static int decimal_type(struct binder *b, const struct type_name *name, struct type *out)
{
    bool bare = name->length < 0, kinesis = b->ctx->dialect == DIALECT_KINESIS;
    int precision = !bare ? name->length : kinesis ? DECIMAL_DIGITS_NARROW : DECIMAL_DIGITS_MAX;
    int scale = name->scale >= 0 ? name->scale : bare && !kinesis ? 9 : 0;

    if (precision < 1 || precision > DECIMAL_DIGITS_MAX) {
        return err_set(b->err, ERR_VALUE, name->at, "DECIMAL has 1 to %d digits, not %d", DECIMAL_DIGITS_MAX,
                       precision);
    }
    if (scale > precision) {
        return err_set(b->err, ERR_VALUE, name->at, "DECIMAL(%d, %d) has more digits behind the point than in all",
                       precision, scale);
    }
    *out = type_decimal(precision, scale);
    return 0;
}

/* Outside the old service's dialect CHAR(n) is VARCHAR(n). */
static void padded_type(struct binder *b, const struct type_name *name, struct type *out)
{
    out->length = name->length < 0 ? 1 : name->length;
    if (out->kind == TYPE_CHAR && b->ctx->dialect != DIALECT_KINESIS) out->kind = TYPE_VARCHAR;
}

static int plain_type(struct binder *b, const struct type_name *name, const struct type_word *word, struct type *out)
{
    out->kind = word->kind;
    if (name->length >= 0 && word->form == FORM_BARE) {
        return err_set(b->err, ERR_SYNTAX, name->at, "%s takes no length", word->word);
    }
    if (name->scale >= 0 && word->form != FORM_DECIMAL) {
        return err_set(b->err, ERR_SYNTAX, name->at, "%s takes one number", word->word);
    }
    if (name->with_time_zone) {
        if (word->kind != TYPE_TIMESTAMP) return bind_later(b, name->at, "%s WITH TIME ZONE", word->word), -1;
        out->kind = TYPE_TIMESTAMP_TZ;
    }
    if (name->length == 0 && word->form != FORM_FRACTION && word->form != FORM_DECIMAL) {
        return err_set(b->err, ERR_VALUE, name->at, "%s(0) holds no %s", word->word,
                       word->kind == TYPE_BINARY ? "bytes" : "text");
    }
    if (word->form == FORM_DECIMAL) return decimal_type(b, name, out);
    if (word->form == FORM_LENGTH) out->length = name->length > 0 ? name->length : 0;
    if (word->form == FORM_PADDED) padded_type(b, name, out);
    return 0;
}

int bind_type(struct binder *b, const struct type_name *name, struct type *out)
{
    *out = type_of(TYPE_NULL);
    switch (name->kind) {
    case TYPE_PLAIN:
        for (int i = 0; i < TYPE_WORDS; i++) {
            if (str_equal_nocase(name->name.text, str_lit(type_words[i].word)))
                return plain_type(b, name, &type_words[i], out);
        }
        return unknown_type(b, &name->name);
    case TYPE_ARRAY: return bind_later(b, name->at, "ARRAY"), -1;
    case TYPE_ROW: return bind_later(b, name->at, "ROW"), -1;
    case TYPE_INTERVAL: *out = type_interval(name->qualifier.first, name->qualifier.last); return 0;
    }
    return -1;
}
