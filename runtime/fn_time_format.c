/* fn_time_format.c - kernels that print and parse instants by patterns. Each call keeps the patterns it has met,
 * compiled; when there are too many, it forgets them all. */
#include "runtime/fn_time.h"

enum { FORMATS_MAX = 32 };

struct formats {
    struct arena *arena; /* of the compiled patterns and their texts */
    int count;
    struct known_format {
        struct text pattern;
        struct time_format *format; /* NULL: the pattern is none */
    } known[FORMATS_MAX];
};

static void free_formats(void *state)
{
    arena_free(((struct formats *)state)->arena);
}

static struct formats *formats_of(struct kernel_call *c)
{
    struct formats *f = c->state;

    if (f) return f;
    f = arena_alloc(c->memory, sizeof *f);
    f->arena = arena_new();
    c->state = f;
    c->state_free = free_formats;
    return f;
}

static struct time_format *compile(struct formats *f, const struct text *pattern)
{
    struct known_format *k;
    struct err ignored;

    if (f->count == FORMATS_MAX) {
        arena_reset(f->arena);
        f->count = 0;
    }
    k = &f->known[f->count++];
    k->pattern = text_of(arena_copy(f->arena, text_bytes(pattern), pattern->len), pattern->len);
    k->format = time_format_new(f->arena, str_of(k->pattern.ptr, k->pattern.len), &ignored);
    return k->format;
}

/* NULL when the pattern is none. */
static struct time_format *format_of(struct formats *f, const struct text *pattern)
{
    for (int i = 0; i < f->count; i++) {
        if (text_equal(&f->known[i].pattern, pattern)) return f->known[i].format;
    }
    return compile(f, pattern);
}

static void parse_times(struct kernel_call *c, const struct column *texts, const struct column *patterns,
                        enum time_match match)
{
    struct formats *f = formats_of(c);

    for (int row = 0; row < c->rows; row++) {
        const struct time_format *format = format_of(f, &patterns->texts[row]);
        const struct text *t = &texts->texts[row];
        c->out->ints[row] = 0;
        if (!format) {
            kernel_fail(c, row, ROW_BAD_ARGUMENT);
        } else if (time_format_parse(format, text_bytes(t), t->len, match, &c->out->ints[row])) {
            kernel_fail(c, row, ROW_BAD_CAST);
        }
    }
}

static void print_times(struct kernel_call *c, const struct column *times, const struct column *patterns)
{
    struct formats *f = formats_of(c);

    for (int row = 0; row < c->rows; row++) {
        const struct time_format *format = format_of(f, &patterns->texts[row]);
        size_t from = c->text.len;
        if (format) {
            time_format_print(format, times->ints[row], &c->text);
        } else {
            kernel_fail(c, row, ROW_BAD_ARGUMENT);
        }
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

void fn_to_timestamp(struct kernel_call *c)
{
    parse_times(c, c->args[0], c->args[1], TIME_MATCH_ALL);
}

void fn_char_to_timestamp(struct kernel_call *c)
{
    parse_times(c, c->args[1], c->args[0], TIME_MATCH_PREFIX);
}

static void keep_dates(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = midnight_of(c->out->ints[row]);
}

void fn_to_date(struct kernel_call *c)
{
    fn_to_timestamp(c);
    keep_dates(c);
}

void fn_char_to_date(struct kernel_call *c)
{
    fn_char_to_timestamp(c);
    keep_dates(c);
}

void fn_char_to_time(struct kernel_call *c)
{
    fn_char_to_timestamp(c);
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = time_of_day(c->out->ints[row]);
}

void fn_to_char(struct kernel_call *c)
{
    print_times(c, c->args[0], c->args[1]);
}

/* The pattern comes first. The text of NULL is "null": so the old service's documentation has it. */
void fn_timestamp_to_char(struct kernel_call *c)
{
    const struct column *patterns = c->args[0], *times = c->args[1];

    kernel_combine_errors(c);
    for (int row = 0; row < c->rows; row++) {
        if (column_is_null(patterns, row)) kernel_null(c, row);
    }
    print_times(c, times, patterns);
    for (int row = 0; row < c->rows; row++) {
        if (column_is_null(times, row)) c->out->texts[row] = text_of("null", 4);
    }
}
