/* fmt_json.c - JSON objects, one a record.
 *
 * Decoding goes once over a record. The places that columns come from (FROM '$.a.b[0]') are a tree: a node for each
 * object or array that has a wanted member, which is searched only when the record has that object or array. Values
 * that nobody wants are checked and skipped.
 *
 * Records of one stream mostly have the same keys in the same order. So a node remembers, for each position, the bytes
 * that stood between the values of the last record: comma, blanks, key, colon. When they stand there again, they need
 * neither be checked nor looked up; else the key is read, looked up, and remembered in its turn. */
#include "runtime/fmt_json.h"

#include <assert.h>
#include <string.h>

enum { GUESS_BYTES = 64, GUESS_HEAD = 32, GUESSES_MAX = 256 };
_Static_assert((int)GUESS_HEAD == 32, "json_same_bytes compares as many");
_Static_assert((int)GUESS_HEAD <= (int)FORMAT_PADDING, "the head is compared without a look at the record's end");

struct node;

/* A wanted member of an object or an element of an array. */
struct member {
    struct step step;
    struct target *target; /* the columns that take the value, linked by next_same; or NULL */
    struct node *below;    /* wanted members of the value; or NULL */
    uint64_t seen;         /* number of the last record that had it: of duplicate keys the first counts */
};

/* What stood before the value at one position. */
struct guess {
    char bytes[GUESS_BYTES];
    int len;               /* 0: nothing to compare with */
    uint32_t head;         /* bit i: byte i of the first GUESS_HEAD counts */
    struct member *member; /* whose key it is; NULL: an unwanted one */
};

struct node {
    struct member **member; /* ordered by step_compare: elements by index, then keys */
    int member_count;
    struct guess *guess; /* room for GUESSES_MAX, allocated in doublings */
    size_t guess_count, guess_capacity;
};

struct json_decoder {
    struct decoder base; /* must be first */
    struct node root;
    struct target *whole; /* columns FROM '$' */
    struct json json;     /* the cursor in this record */
    uint64_t record;      /* counts records from 1 */
    int row;
};

/* ---- the tree of wanted places ---- */

/* Where the step is among the node's members or should be put. */
static int member_place(const struct node *node, const struct step *step)
{
    int low = 0, high = node->member_count;

    while (low < high) {
        int middle = (low + high) / 2;
        if (step_compare(&node->member[middle]->step, step) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct member *member_find(const struct node *node, const struct step *step)
{
    int i = member_place(node, step);

    return i < node->member_count && step_compare(&node->member[i]->step, step) == 0 ? node->member[i] : NULL;
}

static struct member *member_add(struct arena *arena, struct node *node, const struct step *step)
{
    int i = member_place(node, step);
    size_t behind = (size_t)(node->member_count - i) * sizeof(struct member *);
    struct member **array = arena_alloc(arena, (size_t)(node->member_count + 1) * sizeof *array);
    struct member *m = arena_alloc(arena, sizeof *m);

    m->step = *step;
    if (node->member_count) memcpy(array, node->member, (size_t)i * sizeof *array);
    if (behind) memcpy(array + i + 1, node->member + i, behind);
    array[i] = m;
    node->member = array;
    node->member_count++;
    return m;
}

/* The list of targets of the place that the path leads to; makes the nodes on the way. */
static struct target **place_of(struct json_decoder *d, const struct path *path)
{
    struct arena *arena = d->base.arena;
    struct node *node = &d->root;
    struct member *m = NULL;

    for (int i = 0; i < path->count; i++) {
        if (m && !m->below) m->below = arena_alloc(arena, sizeof *m->below);
        if (m) node = m->below;
        m = member_find(node, &path->step[i]);
        if (!m) m = member_add(arena, node, &path->step[i]);
    }
    return m ? &m->target : &d->whole;
}

static int json_decoder_open(struct decoder *base, struct err *err)
{
    struct json_decoder *d = (struct json_decoder *)base;

    for (int i = 0; i < base->field_count; i++) {
        struct target **list;
        struct path path;

        if (path_of(&base->fields[i], &path, err)) return -1;
        if (!base->target[i]) continue;
        list = place_of(d, &path);
        base->target[i]->next_same = *list;
        *list = base->target[i];
    }
    return 0;
}

/* ---- guesses ---- */

/* Whether the bytes at p are those of the guess and a value follows. Reads GUESS_HEAD bytes there. */
static inline bool guess_holds(const struct guess *g, const char *p, const char *end)
{
    if (g->head & ~json_same_bytes(p, g->bytes)) return false;
    if (g->len == 0 || g->len >= end - p) return false;
    return g->len <= GUESS_HEAD || memcmp(p + GUESS_HEAD, g->bytes + GUESS_HEAD, (size_t)g->len - GUESS_HEAD) == 0;
}

static struct guess *guess_slot(struct arena *arena, struct node *node, int position)
{
    if (position >= GUESSES_MAX) return NULL;
    if ((size_t)position >= node->guess_capacity) {
        size_t capacity = node->guess_capacity ? 2 * node->guess_capacity : 8;
        struct guess *bigger = arena_alloc(arena, capacity * sizeof *bigger);

        if (node->guess_count) memcpy(bigger, node->guess, node->guess_count * sizeof *bigger);
        node->guess = bigger;
        node->guess_capacity = capacity;
    }
    if ((size_t)position >= node->guess_count) node->guess_count = (size_t)position + 1;
    return &node->guess[position];
}

static void learn(struct arena *arena, struct node *node, int position, struct str between, struct member *member)
{
    struct guess *g = guess_slot(arena, node, position);

    if (!g) return;
    memset(g, 0, sizeof *g);
    if (between.len > GUESS_BYTES) return;
    memcpy(g->bytes, between.ptr, between.len);
    g->len = (int)between.len;
    g->head = between.len < GUESS_HEAD ? (UINT32_C(1) << between.len) - 1 : UINT32_MAX;
    g->member = member;
}

/* ---- values ---- */

enum { MALFORMED = -1 }; /* beside the values of enum misfit */

static int put_string(struct json_decoder *d, struct target *t, int row)
{
    struct json_text text;

    if (json_read_string(&d->json, &text)) return MALFORMED;
    if (text.escaped) {
        char *plain = arena_alloc(d->base.room.texts, text.len + sizeof(uint64_t));
        text.len = json_unescape(text.ptr, text.len, plain);
        text.ptr = plain;
    }
    return target_text(t, row, text.ptr, text.len);
}

static int put_number(struct json_decoder *d, struct target *t, int row)
{
    struct json_number number;

    return json_read_number(&d->json, &number) ? MALFORMED : (int)target_number(t, row, &number);
}

/* A value that only CHAR and VARCHAR take, as its source, which began at `begin`. */
static int put_source(struct json_decoder *d, struct target *t, int row, const char *begin)
{
    if (!type_is_text(t->kind)) return MISFIT_TYPE;
    return target_text(t, row, begin, (size_t)(d->json.at - begin));
}

static int put_literal(struct json_decoder *d, struct target *t, int row)
{
    const char *begin = d->json.at;

    if (json_read_literal(&d->json)) return MALFORMED;
    if (*begin == 'n') return FITS;
    if (type_is_text(t->kind)) return put_source(d, t, row, begin);
    return target_bool(t, row, *begin == 't');
}

static int put_nested(struct json_decoder *d, struct target *t, int row)
{
    const char *begin = d->json.at;

    return json_skip(&d->json) ? MALFORMED : put_source(d, t, row, begin);
}

/* Reads the value at the cursor into a row of the target. Returns MALFORMED or an enum misfit. */
static int put_value(struct json_decoder *d, struct target *t, int row)
{
    switch (json_peek(&d->json)) {
    case '"': return put_string(d, t, row);
    case 't':
    case 'f':
    case 'n': return put_literal(d, t, row);
    case '{':
    case '[': return put_nested(d, t, row);
    default: return put_number(d, t, row);
    }
}

/* ---- the hot loop ----
 *
 * Each function takes the cursor and returns it moved, or NULL: the record is not well-formed. */

/* Any value for all the columns of one place. */
static const char *decode_any(struct json_decoder *d, struct target *t, const char *p)
{
    for (; t; t = t->next_same) {
        int misfit;

        d->json.at = p;
        misfit = put_value(d, t, d->row);
        if (misfit == MALFORMED) return NULL;
        if (misfit) target_fail(t, d->row, (enum misfit)misfit);
    }
    return d->json.at;
}

/* A short value that fits its column's type, into row d->row; NULL when it is another. */
static inline const char *decode_short(const struct json_decoder *d, struct target *t, const char *p,
                                       enum misfit *misfit)
{
    const char *end = d->json.end, *behind = NULL;
    int64_t number;
    double real;
    size_t len;

    if (*p == '"') {
        behind = json_short_string(p++, end, &len);
        if (behind && t->kind == TYPE_VARCHAR)
            *misfit = target_varchar(t, d->row, p, len);
        else if (behind)
            *misfit = target_text(t, d->row, p, len);
    } else if (t->kind >= TYPE_TINYINT && t->kind <= TYPE_BIGINT) {
        behind = json_short_int(p, end, &number);
        if (behind) *misfit = target_int(t, d->row, number);
    } else if (t->kind == TYPE_DOUBLE) {
        behind = json_short_double(p, end, &real);
        if (behind) target_double(t, d->row, real);
    }
    return behind;
}

/* Like decode_any, by the fast lane where it leads to the end. */
static inline const char *decode_targets(struct json_decoder *d, struct target *t, const char *p)
{
    enum misfit misfit = FITS;
    const char *behind = t->next_same ? NULL : decode_short(d, t, p, &misfit);

    if (!behind) return decode_any(d, t, p);
    if (misfit) target_fail(t, d->row, misfit);
    return behind;
}

/* Over a short value of any kind but those in brackets; NULL when it is another. */
static inline const char *skip_short(const char *p, const char *end)
{
    size_t len;

    if (*p == '"') return json_short_string(p, end, &len);
    if (*p >= 'a') return json_skip_short_literal(p, end);
    return json_skip_short_number(p, end);
}

static inline const char *skip(struct json_decoder *d, const char *p)
{
    const char *behind = skip_short(p, d->json.end);

    if (behind) return behind;
    d->json.at = p;
    return json_skip(&d->json) ? NULL : d->json.at;
}

static const char *decode_object(struct json_decoder *d, struct node *node, const char *p);
static const char *decode_array(struct json_decoder *d, struct node *node, const char *p);

/* The value of a wanted member. The depth of the recursion is that of the tree. */
static const char *decode_member(struct json_decoder *d, struct member *m, const char *p)
{
    const char *behind = NULL;

    if (m->seen == d->record) return skip(d, p);
    m->seen = d->record;
    if (m->target) behind = decode_targets(d, m->target, p);
    if (!m->below || (m->target && !behind)) return behind;
    if (*p == '{') return decode_object(d, m->below, p);
    if (*p == '[') return decode_array(d, m->below, p);
    return behind ? behind : skip(d, p);
}

static struct member *member_of_key(struct json_decoder *d, const struct node *node, struct json_text key)
{
    struct step step = {.key = {key.ptr, key.len}};

    if (key.escaped) {
        char *plain = arena_alloc(d->base.room.texts, key.len + 1);
        step.key = str_of(plain, json_unescape(key.ptr, key.len, plain));
    }
    return member_find(node, &step);
}

/* What json_next_member returns, and the member; learns what stood before its value. */
static int look_up(struct json_decoder *d, struct node *node, int position, const char *p, struct member **member)
{
    struct json *j = &d->json;
    struct json_text key;
    int more;

    j->at = p;
    more = json_next_member(j, position, &key);
    if (more <= 0) return more;
    *member = member_of_key(d, node, key);
    learn(d->base.arena, node, position, str_of(p, (size_t)(j->at - p)), *member);
    return 1;
}

static const char *decode_object(struct json_decoder *d, struct node *node, const char *p)
{
    d->json.at = p;
    if (json_enter(&d->json)) return NULL;
    p++;
    for (int position = 0; p; position++) {
        const struct guess *g = (size_t)position < node->guess_count ? &node->guess[position] : NULL;
        struct member *member;

        if (g && guess_holds(g, p, d->json.end) && p[g->len] > ' ') {
            p += g->len;
            member = g->member;
        } else {
            int more = look_up(d, node, position, p, &member);
            if (more <= 0) return more ? NULL : d->json.at;
            p = d->json.at;
        }
        p = member ? decode_member(d, member, p) : skip(d, p);
    }
    return NULL;
}

static const char *decode_array(struct json_decoder *d, struct node *node, const char *p)
{
    int more, next = 0;

    d->json.at = p;
    if (json_enter(&d->json)) return NULL;
    for (int i = 0; (more = json_next_element(&d->json, i)) > 0; i++) {
        struct member *m = next < node->member_count ? node->member[next] : NULL;
        bool wanted = m && !m->step.key.ptr && m->step.index == i;

        p = wanted ? decode_member(d, m, d->json.at) : skip(d, d->json.at);
        if (!p) return NULL;
        d->json.at = p;
        next += wanted;
    }
    return more ? NULL : d->json.at;
}

static int decode_record(struct json_decoder *d)
{
    const char *p;

    if (json_peek(&d->json) != '{') return -1;
    p = d->json.at;
    if (d->whole && !decode_any(d, d->whole, p)) return -1;
    p = decode_object(d, &d->root, p);
    if (!p) return -1;
    d->json.at = p;
    return json_end(&d->json);
}

static int json_decode(struct decoder *base, const char *record, size_t len, int row)
{
    struct json_decoder *d = (struct json_decoder *)base;

    json_begin(&d->json, record, len);
    d->record++;
    d->row = row;
    return decode_record(d);
}

/* ---- messages ---- */

static bool json_explain_record(struct decoder *d, struct str record, struct buf *out)
{
    struct json j;

    (void)d;
    json_begin(&j, record.ptr, record.len);
    if (json_peek(&j) != '{')
        j.problem = "expected '{'";
    else if (json_skip(&j) == 0 && json_end(&j) == 0)
        return false;
    buf_printf(out, "not JSON at byte %zu: %s", (size_t)(j.at - j.begin), j.problem);
    return true;
}

/* Whether the step just read is the one wanted. */
static bool is_step(struct arena *arena, struct json_text key, const struct step *step)
{
    char *plain = arena_alloc(arena, key.len + 1);

    return step->key.ptr && str_equal(step->key, str_of(plain, json_unescape(key.ptr, key.len, plain)));
}

/* Moves the cursor from a value to the member or element of it that the step names. */
static bool go_down(struct json_decoder *d, const struct step *step)
{
    struct json *j = &d->json;
    bool object = json_peek(j) == '{';
    struct json_text key;

    if (!object && json_peek(j) != '[') return false;
    if (json_enter(j)) return false;
    for (int i = 0; (object ? json_next_member(j, i, &key) : json_next_element(j, i)) > 0; i++) {
        if (object ? is_step(d->base.room.texts, key, step) : !step->key.ptr && step->index == i) return true;
        if (json_skip(j)) return false;
    }
    return false;
}

static enum misfit json_explain_value(struct decoder *base, struct str record, int field, struct target *probe,
                                      struct str *source)
{
    struct json_decoder *d = (struct json_decoder *)base;
    struct json *j = &d->json;
    struct path path;
    int misfit;
    struct err err;
    const char *begin;

    if (path_of(&base->fields[field], &path, &err)) return FITS;
    json_begin(j, record.ptr, record.len);
    for (int i = 0; i < path.count; i++) {
        if (!go_down(d, &path.step[i])) return FITS;
    }
    if (json_peek(j) == 'n') return FITS;
    begin = j->at;
    misfit = put_value(d, probe, 0);
    assert(misfit != MALFORMED);
    *source = str_of(begin, (size_t)(j->at - begin));
    return (enum misfit)misfit;
}

/* ---- lines ---- */

static const char *json_line_end(const char *block, size_t len)
{
    return len ? memchr(block, '\n', len) : NULL;
}

static bool json_is_blank(const char *line, size_t len)
{
    size_t i = 0;

    while (i < len && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r')) i++;
    return i == len;
}

const struct format_class format_json = {
    .name = "json",
    .decoder_bytes = sizeof(struct json_decoder),
    .decoder_open = json_decoder_open,
    .decode = json_decode,
    .explain_record = json_explain_record,
    .explain_value = json_explain_value,
    .line_end = json_line_end,
    .is_blank = json_is_blank,
    .encoder_bytes = sizeof(struct json_encoder),
    .encoder_open = json_encoder_open,
    .encode = json_encode,
};
