/* fn_text_split.c - kernels that take one part of a text between separators. Results borrow the argument's bytes. An
 * empty separator separates nothing. */
#include "runtime/text.h"

/* The text between two separators: from `at` to the next one, or to the end of all (then *next is NULL). */
static struct text part_from(const char *at, const char *end, const struct text *separator, const char **next)
{
    const char *hit = separator->len ? text_find(at, end, separator) : NULL;
    const char *stop = hit ? hit : end;

    *next = hit ? hit + separator->len : NULL;
    return stop > at ? text_of(at, (size_t)(stop - at)) : text_empty();
}

/* Part number n (from 0) in *out; false when there are fewer. */
static bool part_at(const struct text *t, const struct text *separator, int64_t n, struct text *out)
{
    const char *at = text_bytes(t), *end = at + t->len;

    if (n < 0) return false;
    do *out = part_from(at, end, separator, &at);
    while (n-- > 0 && at);
    return n < 0;
}

static int64_t part_count(const struct text *t, const struct text *separator)
{
    const char *at = text_bytes(t), *end = at + t->len;
    int64_t count = 0;

    for (; at; count++) part_from(at, end, separator, &at);
    return count;
}

void fn_split_index(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        if (part_at(&c->args[0]->texts[row], &c->args[1]->texts[row], c->args[2]->ints[row], &c->out->texts[row]))
            continue;
        c->out->texts[row] = text_empty();
        kernel_null(c, row);
    }
}

void fn_split_part(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row], *separator = &c->args[1]->texts[row];
        int64_t n = c->args[2]->ints[row];
        if (n == 0) kernel_fail(c, row, ROW_BAD_ARGUMENT);
        if (!part_at(t, separator, n > 0 ? n - 1 : part_count(t, separator) + n, &c->out->texts[row]))
            c->out->texts[row] = text_empty();
    }
}
