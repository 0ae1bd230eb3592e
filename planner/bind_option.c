/* bind_option.c - WITH (...) of streams: which options there are, and what their values mean. */
#include "parser/suggest.h"
#include "planner/binder.h"
#include <stdlib.h>
#include <string.h>

enum { SHARDS_LIMIT = 1024 }; /* open ones of a stream */

/* What the options of one stream say. */
struct stream_options {
    struct object *object;
    int connector_at, path_at, log_at; /* -1: not said; log_at: an option of streams in the log */
};

/* ---- values ---- */

/* The value as text; at is where it stands. */
static const char *value_text(struct binder *b, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_TEXT: return arena_copy(b->arena, e->text.ptr, e->text.len);
    case EXPR_NUMBER: return arena_copy(b->arena, e->number.text.ptr, e->number.text.len);
    case EXPR_BOOLEAN: return e->boolean ? "true" : "false";
    case EXPR_COLUMN: return arena_copy(b->arena, e->name.parts[0].text.ptr, e->name.parts[0].text.len);
    default: return bind_refuse(b, ERR_VALUE, e->at, "an option's value is a text, a number, TRUE or FALSE");
    }
}

static const struct span_unit {
    const char *word;
    usec size;
} span_units[] = {
    {"us", 1},
    {"microsecond", 1},
    {"ms", USEC_MS},
    {"millisecond", USEC_MS},
    {"s", USEC_SECOND},
    {"sec", USEC_SECOND},
    {"second", USEC_SECOND},
    {"min", USEC_MINUTE},
    {"minute", USEC_MINUTE},
    {"h", USEC_HOUR},
    {"hour", USEC_HOUR},
    {"d", USEC_DAY},
    {"day", USEC_DAY},
    {"week", 7 * USEC_DAY},
};

static usec unit_usec(struct str word)
{
    for (size_t i = 0; i < sizeof span_units / sizeof *span_units; i++) {
        struct str known = str_lit(span_units[i].word);
        if (str_equal_nocase(word, known)) return span_units[i].size;
        if (word.len == known.len + 1 && (word.ptr[known.len] | 32) == 's' &&
            str_equal_nocase(str_of(word.ptr, known.len), known))
            return span_units[i].size;
    }
    return 0;
}

/* "5 seconds", "1 hour", "500ms". */
static int span_text(const char *text, usec *out)
{
    char *end;
    long long count = strtoll(text, &end, 10);
    usec unit;

    if (end == text || count < 0) return -1;
    while (*end == ' ') end++;
    unit = unit_usec(str_lit(end));
    return !unit || __builtin_mul_overflow((usec)count, unit, out) ? -1 : 0;
}

static int span_value(struct binder *b, const char *name, const struct expr *e, usec *out)
{
    struct type type;
    const char *text;

    if (e->kind == EXPR_INTERVAL) {
        if (bind_interval(b, e, &type, out)) return -1;
        if (type.kind == TYPE_INTERVAL_DAY && *out >= 0) return 0;
    } else if (!(text = value_text(b, e))) {
        return -1;
    } else if (!span_text(text, out)) {
        return 0;
    }
    return err_set(b->err, ERR_VALUE, e->at, "%s is a span of time: write '5 seconds'", name);
}

/* ---- the options ---- */

static const char *quoted_list(struct binder *b, const char *const *words, size_t count)
{
    const char *list = "";

    for (size_t i = 0; i < count; i++) list = arena_printf(b->arena, "%s%s'%s'", list, i ? ", " : "", words[i]);
    return list;
}

static int one_of(struct binder *b, const char *name, const struct expr *e, const char *const *words, size_t count,
                  const char **out)
{
    const char *text = value_text(b, e), *near;

    for (size_t i = 0; text && i < count; i++) {
        if (!str_equal_nocase(str_lit(text), str_lit(words[i]))) continue;
        *out = words[i];
        return 0;
    }
    if (!text) return -1;
    if ((near = suggest(str_lit(text), words, count)))
        return err_set(b->err, ERR_NAME, e->at, "unknown %s '%s': did you mean '%s'?", name, text, near);
    return err_set(b->err, ERR_NAME, e->at, "unknown %s '%s': there are %s", name, text, quoted_list(b, words, count));
}

static int set_format(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    static const char *const formats[] = {"json", "csv"};

    return one_of(b, name, e, formats, 2, &s->object->format);
}

static int set_connector(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    static const char *const connectors[] = {"file", "stdin"};
    const char *connector = NULL;

    if (one_of(b, name, e, connectors, 2, &connector)) return -1;
    s->object->source = connector == connectors[0] ? SOURCE_FILE : SOURCE_STDIN;
    s->connector_at = e->at;
    return 0;
}

static int set_path(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    s->path_at = e->at;
    s->object->path = value_text(b, e);
    if (!s->object->path) return -1;
    return *s->object->path ? 0 : err_set(b->err, ERR_VALUE, e->at, "%s is empty", name);
}

static int set_max_ahead(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    if (e->kind == EXPR_TEXT && str_equal_nocase(e->text, str_lit("off"))) {
        s->object->max_ahead = USEC_MAX;
        return 0;
    }
    return span_value(b, name, e, &s->object->max_ahead);
}

static int set_idle_timeout(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    return span_value(b, name, e, &s->object->idle_timeout);
}

static int set_shards(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    const char *text = e->kind == EXPR_NUMBER ? value_text(b, e) : NULL;
    char *end = NULL;
    long count = text ? strtol(text, &end, 10) : 0;

    if (!text || *end || count < 1 || count > SHARDS_LIMIT)
        return err_set(b->err, ERR_VALUE, e->at, "%s is a number from 1 to %d", name, SHARDS_LIMIT);
    s->log_at = e->at;
    s->object->shards = (int)count;
    return 0;
}

static int set_retention(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    s->log_at = e->at;
    if (e->kind == EXPR_TEXT && str_equal_nocase(e->text, str_lit("off"))) {
        s->object->retention = USEC_MAX;
        return 0;
    }
    if (span_value(b, name, e, &s->object->retention)) return -1;
    return s->object->retention >= USEC_SECOND
               ? 0
               : err_set(b->err, ERR_VALUE, e->at, "%s is a second at least, or 'off'", name);
}

static int set_partition_by(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    const char *text = value_text(b, e);
    struct object *o = s->object;

    if (!text) return -1;
    s->log_at = e->at;
    for (int i = 0; i < o->field_count; i++) {
        if (str_equal_nocase(str_lit(text), str_lit(o->fields[i].name))) o->partition_field = i;
    }
    return o->partition_field >= 0 ? 0 : err_set(b->err, ERR_NAME, e->at, "%s: unknown column \"%s\"", name, text);
}

static int refuse_option(struct binder *b, const char *name, const struct expr *e, struct stream_options *s)
{
    (void)s;
    return bind_later(b, e->at, "the option %s", name), -1;
}

static const struct option_rule {
    const char *name;
    int (*set)(struct binder *b, const char *name, const struct expr *value, struct stream_options *s);
} rules[] = {
    {"format", set_format},       {"connector", set_connector},       {"path", set_path},
    {"max_ahead", set_max_ahead}, {"idle_timeout", set_idle_timeout}, {"shards", set_shards},
    {"retention", set_retention}, {"partition_by", set_partition_by}, {"follow", refuse_option},
};
enum { RULES = sizeof rules / sizeof *rules };

static const struct option_rule *find_rule(struct binder *b, const struct name *key)
{
    const struct ident *id = &key->parts[key->count - 1];
    const char *names[RULES];

    for (int i = 0; i < RULES; i++) {
        if (key->count == 1 && ident_is(id, rules[i].name)) return &rules[i];
        names[i] = rules[i].name;
    }
    return bind_refuse(b, ERR_NAME, key->at, "unknown option \"%.*s\"%s", (int)id->text.len, id->text.ptr,
                       bind_hint(b, id->text, names, RULES));
}

static int set_option(struct binder *b, const struct option_def *written, struct stream_options *s)
{
    const struct option_rule *rule = find_rule(b, &written->key);
    struct object *o = s->object;
    const char *text;

    if (!rule) return -1;
    if (object_option(o, rule->name))
        return err_set(b->err, ERR_NAME, written->key.at, "the option %s is there twice", rule->name);
    if (rule->set(b, rule->name, written->value, s)) return -1;
    text = written->value->kind == EXPR_INTERVAL
               ? arena_copy(b->arena, written->value->interval.text.ptr, written->value->interval.text.len)
               : value_text(b, written->value);
    if (!text) return -1;
    o->options[o->option_count++] = (struct option){rule->name, text, written->value->at};
    return 0;
}

/* What fits together. */
static int check_options(struct binder *b, const struct stream_options *s)
{
    struct object *o = s->object;

    if (o->source == SOURCE_FILE && s->path_at < 0)
        return err_set(b->err, ERR_VALUE, s->connector_at, "connector = 'file' needs a path");
    if (o->source != SOURCE_FILE && s->path_at >= 0)
        return err_set(b->err, ERR_VALUE, s->path_at, "path needs connector = 'file'");
    if (o->source == SOURCE_FILE && s->log_at >= 0)
        return bind_later(b, s->log_at, "a file that is copied into the log (shards, partition_by, retention)"), -1;
    if (o->source == SOURCE_FILE && o->watermark_field < 0) {
        return err_set(b->err, ERR_TYPE, s->connector_at,
                       "reading in place requires a WATERMARK: add WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, ts "
                       "being the column of the event time");
    }
    return 0;
}

int bind_stream_options(struct binder *b, const struct options *options, struct object *o)
{
    struct stream_options s = {.object = o, .connector_at = -1, .path_at = -1, .log_at = -1};
    bool guarded = o->watermark_field >= 0;

    o->format = "json";
    o->max_ahead = guarded ? b->ctx->max_ahead_default : USEC_MAX;
    o->idle_timeout = 5 * USEC_SECOND;
    o->shards = 1;
    o->partition_field = -1;
    o->retention = USEC_MAX;
    o->options = arena_alloc(b->arena, (size_t)options->count * sizeof *o->options);
    for (int i = 0; i < options->count; i++) {
        if (set_option(b, &options->items[i], &s)) return -1;
    }
    if (o->source == SOURCE_FILE && !object_option(o, "max_ahead")) o->max_ahead = USEC_MAX; /* a file has no clock */
    return check_options(b, &s);
}

/* ---- ALTER STREAM ---- */

static int alter_option(struct binder *b, const struct option_def *written, struct stream_options *s)
{
    const struct option_rule *rule = find_rule(b, &written->key);

    if (!rule) return -1;
    if (rule->set != set_shards && rule->set != set_retention)
        return err_set(b->err, ERR_NAME, written->key.at,
                       "ALTER STREAM changes shards and retention; %s is for CREATE OR REPLACE STREAM", rule->name);
    return rule->set(b, rule->name, written->value, s);
}

int bind_alter_stream(const struct bind_context *ctx, struct arena *arena, const struct statement *s,
                      struct stream_change *out, struct err *err)
{
    struct object change = {.retention = USEC_MIN};
    struct stream_options options = {.object = &change, .connector_at = -1, .path_at = -1, .log_at = -1};
    struct binder b = {.ctx = ctx, .arena = arena, .err = err};

    for (int i = 0; i < s->options.count; i++) {
        if (alter_option(&b, &s->options.items[i], &options)) return -1;
    }
    *out = (struct stream_change){change.shards, change.retention};
    return 0;
}

int bind_refuse_options(struct binder *b, const struct options *options, const char *of)
{
    const struct ident *id;

    if (!options->count) return 0;
    id = &options->items[0].key.parts[0];
    return bind_later(b, options->items[0].key.at, "the option %.*s of %s", (int)id->text.len, id->text.ptr, of), -1;
}
