/* fmt_json.h - private to the JSON format and the functions of JSON (fn_json.c): places in a record, and the encoder
 * (fmt_json_encode.c). */
#ifndef WEIR_RUNTIME_FMT_JSON_H
#define WEIR_RUNTIME_FMT_JSON_H

#include "runtime/format_class.h"

enum { PATH_STEPS_MAX = 32 };

/* From an object to a member of it, or from an array to an element. */
struct step {
    struct str key; /* ptr NULL: an element */
    int index;
};

/* Where in a record a column is: '$' and steps down. No steps: the whole record. */
struct path {
    struct step step[PATH_STEPS_MAX];
    int count;
};

/* Elements by index, then keys by length and bytes: negative, 0, positive. */
int step_compare(const struct step *a, const struct step *b);
/* The place that text names, as $.key, $['key'], $["key"], $.list[0] in any mixture. Borrows from it. Returns what is
 * wrong with it, or NULL. */
const char *path_read(const char *text, struct path *out);
/* The field's place: its path or the key of its own name. Borrows from the field. */
int path_of(const struct field *field, struct path *out, struct err *err) MUST_CHECK;

/* The bytes before a field's value, and which field. */
struct piece {
    struct str before;
    int field;
};

struct json_encoder {
    struct encoder base; /* must be first */
    struct piece *piece; /* field_count of them */
    struct str end;      /* the bytes behind the last value */
};

int json_encoder_open(struct encoder *e, struct err *err) MUST_CHECK;
void json_encode(struct encoder *e, const struct column *column, int row, struct buf *out);

#endif
