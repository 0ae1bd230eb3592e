/* test_update.c - new rows for expectations; see the header. */
#include "shell/test_update.h"

#include <stdlib.h>

struct update {
    const struct test_script *script;
    struct buf *out;
    size_t copied; /* of the old text */
    int count;
};

/* Expectations come in the order in which they stand in the file. */
static void rewrite(void *arg, const struct test_step *step, const struct test_rows *got)
{
    struct update *u = arg;
    const struct str *text = &u->script->text;
    size_t start = (size_t)(step->body.ptr - text->ptr);

    buf_put(u->out, text->ptr + u->copied, start - u->copied);
    if (start && text->ptr[start - 1] != '\n') buf_putc(u->out, '\n');
    test_rows_print(got, u->out);
    u->copied = start + step->body.len;
    u->count++;
}

int test_update(const struct test_script *script, uint64_t seed, struct buf *out)
{
    struct update u = {.script = script, .out = out};
    struct test_how how = {MODE_PLAIN, seed, rewrite, &u};

    for (int i = 0; i < script->file.test_count; i++) {
        struct buf ignored = {0}; /* other failures are told when the file is run again */
        test_play(script, &script->file.tests[i], &how, &ignored);
        buf_free(&ignored);
    }
    buf_put(out, script->text.ptr + u.copied, script->text.len - u.copied);
    return u.count;
}
