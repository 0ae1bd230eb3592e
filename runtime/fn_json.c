/* fn_json.c - kernels over JSON in texts: JSON_VALUE, JSON_QUERY, JSON_EXISTS, -> and ->>.
 *
 * A document is checked as a whole before anything is taken from it; of duplicate keys the first counts. A path is $
 * and steps down ($.a.b[0]['x y']), lax or strict before it changes nothing; there is no [*]. A path that is none is a
 * bad argument. A document that is none: NULL for JSON_VALUE and JSON_QUERY, false for JSON_EXISTS (the standard's ON
 * ERROR), for -> and ->> an error of the row. */
#include "runtime/fmt_json.h"
#include "runtime/text.h"

#include "base/json.h"

#include <string.h>

struct json_state {
    struct buf room;      /* the document, with the reader's padding behind it */
    struct buf key;       /* of a member, without escapes */
    struct buf path_text; /* what path borrows from */
    struct path path;
    bool path_good;
    bool path_kept; /* for good: it is constant */
};

static void free_state(void *state)
{
    struct json_state *s = state;

    buf_free(&s->room);
    buf_free(&s->key);
    buf_free(&s->path_text);
}

static struct json_state *state_of(struct kernel_call *c)
{
    if (!c->state) {
        c->state = arena_alloc(c->memory, sizeof(struct json_state));
        c->state_free = free_state;
    }
    return c->state;
}

/* ---- where ---- */

static struct str without_mode(struct str path)
{
    if (path.len > 4 && memcmp(path.ptr, "lax ", 4) == 0) return str_of(path.ptr + 4, path.len - 4);
    if (path.len > 7 && memcmp(path.ptr, "strict ", 7) == 0) return str_of(path.ptr + 7, path.len - 7);
    return path;
}

/* A path; a 0 byte would end it too soon. */
static bool read_path(struct json_state *s, const struct text *t)
{
    struct str path = without_mode(str_of(text_bytes(t), t->len));

    s->path_text.len = 0;
    buf_put(&s->path_text, path.ptr, path.len);
    return !memchr(path.ptr, 0, path.len) && !path_read(buf_text(&s->path_text), &s->path);
}

/* What stands behind -> : a path, the key of a member, or the number of an element. */
static bool read_step(struct json_state *s, const struct column *column, int row)
{
    const struct text *key = &column->texts[row];

    if (column->phys == PHYS_TEXT && key->len && key->ptr[0] == '$') return read_path(s, key);
    s->path.count = 1;
    if (column->phys == PHYS_TEXT)
        s->path.step[0] = (struct step){.key = str_of(text_bytes(key), key->len)};
    else
        s->path.step[0] = (struct step){.index = (int)column->ints[row]};
    return column->phys == PHYS_TEXT || column->ints[row] == (int)column->ints[row];
}

enum where { WHERE_PATH, WHERE_STEP };

/* False and an error of the row when argument 1 names no place. */
static bool locate(struct kernel_call *c, struct json_state *s, int row, enum where where)
{
    bool constant = kernel_is_constant(c, 1);

    if (!s->path_kept || !constant) {
        s->path_good = where == WHERE_PATH ? read_path(s, &c->args[1]->texts[row]) : read_step(s, c->args[1], row);
        s->path_kept = constant;
    }
    if (!s->path_good) kernel_fail(c, row, ROW_BAD_ARGUMENT);
    return s->path_good;
}

/* ---- what ---- */

enum outcome { FOUND, MISSING, MALFORMED };

/* A value's bytes in the document. */
struct json_part {
    size_t start, end;
};

/* Puts the cursor before the document's value. */
static void rewind_document(struct json_state *s, struct json *j)
{
    json_begin(j, s->room.ptr, s->room.len);
    json_peek(j);
}

static bool open_document(struct json_state *s, const struct text *document, struct json *j)
{
    s->room.len = 0;
    memset(buf_reserve(&s->room, document->len + JSON_PADDING) + document->len, 0, JSON_PADDING);
    buf_put(&s->room, text_bytes(document), document->len);
    rewind_document(s, j);
    if (json_skip(j) || json_end(j)) return false;
    rewind_document(s, j);
    return true;
}

static bool is_key(struct json_state *s, const struct json_text *found, struct str wanted)
{
    struct str key = str_of(found->ptr, found->len);

    if (found->escaped) {
        key.ptr = buf_reserve(&s->key, found->len);
        key.len = json_unescape(found->ptr, found->len, (char *)key.ptr);
    }
    return key.len == wanted.len && (!key.len || memcmp(key.ptr, wanted.ptr, key.len) == 0);
}

/* The document is known to be well-formed: nothing fails from here on. */
static bool enter_member(struct json_state *s, struct json *j, struct str wanted)
{
    struct json_text key;

    if (json_peek(j) != '{' || json_enter(j)) return false;
    for (int i = 0; json_next_member(j, i, &key) == 1; i++) {
        if (is_key(s, &key, wanted)) return true;
        if (json_skip(j)) return false;
    }
    return false;
}

static int count_elements(struct json j)
{
    int count = 0;

    if (json_enter(&j)) return 0;
    while (json_next_element(&j, count) == 1 && !json_skip(&j)) count++;
    return count;
}

/* Below 0: from the end. */
static bool enter_element(struct json *j, int index)
{
    if (json_peek(j) != '[') return false;
    if (index < 0) index += count_elements(*j);
    if (index < 0 || json_enter(j)) return false;
    for (int i = 0; json_next_element(j, i) == 1; i++) {
        if (i == index) return true;
        if (json_skip(j)) return false;
    }
    return false;
}

static enum outcome find(struct json_state *s, const struct text *document, struct json_part *out)
{
    struct json j;

    if (!open_document(s, document, &j)) return MALFORMED;
    for (int i = 0; i < s->path.count; i++) {
        const struct step *step = &s->path.step[i];
        if (step->key.ptr ? !enter_member(s, &j, step->key) : !enter_element(&j, step->index)) return MISSING;
    }
    json_peek(&j);
    out->start = (size_t)(j.at - j.begin);
    if (json_skip(&j)) return MALFORMED;
    out->end = (size_t)(j.at - j.begin);
    return FOUND;
}

/* ---- the functions ---- */

void fn_json_exists(struct kernel_call *c)
{
    struct json_state *s = state_of(c);
    struct json_part part;

    for (int row = 0; row < c->rows; row++) {
        c->out->bools[row] = !column_is_null(c->out, row) && locate(c, s, row, WHERE_PATH) &&
                             find(s, &c->args[0]->texts[row], &part) == FOUND;
    }
}

static bool is_container(const struct text *document, struct json_part part)
{
    return document->ptr[part.start] == '{' || document->ptr[part.start] == '[';
}

/* The numbers that planner/bind_json.c knows. */
static int kind_of(enum outcome outcome, const struct text *document, struct json_part part)
{
    if (outcome != FOUND) return outcome == MISSING ? 2 : 3;
    return is_container(document, part) ? 4 : document->ptr[part.start] == 'n';
}

void fn_json_kind(struct kernel_call *c)
{
    struct json_state *s = state_of(c);
    struct json_part part;

    for (int row = 0; row < c->rows; row++) {
        const struct text *document = &c->args[0]->texts[row];
        c->out->ints[row] = 0;
        if (column_is_null(c->out, row) || !locate(c, s, row, WHERE_PATH)) continue;
        c->out->ints[row] = kind_of(find(s, document, &part), document, part);
    }
}

/* Borrows the argument's bytes. */
void fn_json_query(struct kernel_call *c)
{
    struct json_state *s = state_of(c);
    struct json_part part;

    for (int row = 0; row < c->rows; row++) {
        const struct text *document = &c->args[0]->texts[row];
        c->out->texts[row] = text_empty();
        if (column_is_null(c->out, row) || !locate(c, s, row, WHERE_PATH)) continue;
        if (find(s, document, &part) == FOUND && is_container(document, part))
            c->out->texts[row] = text_slice(document, part.start, part.end);
        else
            kernel_null(c, row);
    }
}

/* -> : the value as it is written. */
void fn_json_get(struct kernel_call *c)
{
    struct json_state *s = state_of(c);
    struct json_part part;

    for (int row = 0; row < c->rows; row++) {
        const struct text *document = &c->args[0]->texts[row];
        c->out->texts[row] = text_empty();
        if (column_is_null(c->out, row) || !locate(c, s, row, WHERE_STEP)) continue;
        switch (find(s, document, &part)) {
        case FOUND: c->out->texts[row] = text_slice(document, part.start, part.end); break;
        case MISSING: kernel_null(c, row); break;
        case MALFORMED: kernel_fail(c, row, ROW_BAD_VALUE); break;
        }
    }
}

/* Appends the value as text, a string without its quotes and escapes. False for null. */
static bool append_value(struct buf *out, const struct text *document, struct json_part part)
{
    const char *value = document->ptr + part.start;
    size_t len = part.end - part.start;

    if (value[0] == 'n') return false;
    if (value[0] == '"')
        out->len += json_unescape(value + 1, len - 2, buf_reserve(out, len));
    else
        buf_put(out, value, len);
    return true;
}

/* The row's value as text. */
static void value_row(struct kernel_call *c, struct json_state *s, int row, enum where where)
{
    const struct text *document = &c->args[0]->texts[row];
    struct json_part part;
    enum outcome outcome;

    if (column_is_null(c->out, row) || !locate(c, s, row, where)) return;
    outcome = find(s, document, &part);
    if (outcome == MALFORMED && where == WHERE_STEP) {
        kernel_fail(c, row, ROW_BAD_VALUE);
    } else if (outcome != FOUND || (where == WHERE_PATH && is_container(document, part)) ||
               !append_value(&c->text, document, part)) {
        kernel_null(c, row);
    }
}

static void value_each(struct kernel_call *c, enum where where)
{
    struct json_state *s = state_of(c);

    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        value_row(c, s, row, where);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

void fn_json_value(struct kernel_call *c)
{
    value_each(c, WHERE_PATH);
}

void fn_json_get_text(struct kernel_call *c)
{
    value_each(c, WHERE_STEP);
}

void fn_json_require(struct kernel_call *c)
{
    uint64_t given[BATCH_WORDS];

    memset(given, 0xff, sizeof given);
    if (c->out->valid) memcpy(given, c->out->valid, (size_t)kernel_words(c->rows) * sizeof *given);
    value_each(c, WHERE_PATH);
    for (int row = 0; row < c->rows; row++) {
        if (!bit_get(given, row) || !column_is_null(c->out, row)) continue;
        bit_set(kernel_valid(c), row);
        kernel_fail(c, row, ROW_BAD_VALUE);
    }
}
