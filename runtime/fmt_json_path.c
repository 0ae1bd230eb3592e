/* fmt_json_path.c - FROM '$.a.b[0]': see fmt_json.h. */
#include "runtime/fmt_json.h"

#include <string.h>

int step_compare(const struct step *a, const struct step *b)
{
    if (!a->key.ptr || !b->key.ptr) {
        if (a->key.ptr || b->key.ptr) return a->key.ptr ? 1 : -1;
        return (a->index > b->index) - (a->index < b->index);
    }
    if (a->key.len != b->key.len) return a->key.len < b->key.len ? -1 : 1;
    return a->key.len ? memcmp(a->key.ptr, b->key.ptr, a->key.len) : 0;
}

/* Each of these reads what stands at p into *step and returns the byte behind it, or NULL when it is something else. */

/* A name behind a dot. */
static const char *read_name(const char *p, struct step *step)
{
    size_t len = strcspn(p, ".[]'\" ");

    *step = (struct step){.key = {p, len}};
    return len ? p + len : NULL;
}

/* 'name' or "name", and the bracket behind it. */
static const char *read_quoted(const char *p, struct step *step)
{
    const char *close = strchr(p + 1, *p);

    if (!close || close[1] != ']') return NULL;
    *step = (struct step){.key = {p + 1, (size_t)(close - p - 1)}};
    return close + 2;
}

/* 17] */
static const char *read_index(const char *p, struct step *step)
{
    enum { INDEX_MAX = 1000000 };
    const char *digits = p;
    int v = 0;

    for (; *p >= '0' && *p <= '9' && v <= INDEX_MAX; p++) v = v * 10 + (*p - '0');
    if (p == digits || *p != ']' || v > INDEX_MAX) return NULL;
    *step = (struct step){.index = v};
    return p + 1;
}

static const char *read_step(const char *p, struct step *step)
{
    if (*p == '.') return read_name(p + 1, step);
    if (*p != '[') return NULL;
    return p[1] == '\'' || p[1] == '"' ? read_quoted(p + 1, step) : read_index(p + 1, step);
}

const char *path_read(const char *text, struct path *out)
{
    const char *p = text;

    out->count = 0;
    if (*p != '$') return "a path begins with $";
    for (p++; *p;) {
        if (out->count == PATH_STEPS_MAX) return "too many steps";
        p = read_step(p, &out->step[out->count++]);
        if (!p) return "steps of a path are .name, ['name'] and [number]";
    }
    return NULL;
}

static int bad_path(const struct field *field, const char *why, struct err *err)
{
    return err_set(err, ERR_VALUE, -1, "column \"%s\": FROM '%s': %s", field->name, field->path, why);
}

int path_of(const struct field *field, struct path *out, struct err *err)
{
    const char *why;

    *out = (struct path){.count = 0};
    if (!field->path) {
        out->step[out->count++] = (struct step){.key = str_lit(field->name)};
        return 0;
    }
    if ((why = path_read(field->path, out))) return bad_path(field, why, err);
    if (out->count && !out->step[0].key.ptr) return bad_path(field, "a record is an object, not an array", err);
    return 0;
}
