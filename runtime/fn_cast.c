/* fn_cast.c - kernels of CAST between what is neither number nor time, and what all casts share. What a type cannot
 * hold is an overflow, what is not of its form a bad cast; text that is longer than VARCHAR(n) allows is too long.
 * Blanks around text that is cast to another type are skipped. */
#include "runtime/fn_cast.h"

#include "base/utf8.h"

#include <string.h>

/* The result is NULL in all rows, as its argument is. */
void fn_cast_null(struct kernel_call *c)
{
    (void)c;
}

/* ---- from text ---- */

struct str cast_text(const struct kernel_call *c, int row)
{
    const struct text *t = &c->args[0]->texts[row];
    struct str s = str_of(text_bytes(t), t->len);

    while (s.len && s.ptr[0] == ' ') s = str_of(s.ptr + 1, s.len - 1);
    while (s.len && s.ptr[s.len - 1] == ' ') s.len--;
    return s;
}

static bool is_one_of(struct str s, const char *const *words)
{
    for (; *words; words++) {
        if (str_equal_nocase(s, str_lit(*words))) return true;
    }
    return false;
}

void fn_cast_text_boolean(struct kernel_call *c)
{
    static const char *const yes[] = {"true", "t", "yes", "y", "on", "1", NULL};
    static const char *const no[] = {"false", "f", "no", "n", "off", "0", NULL};

    for (int row = 0; row < c->rows; row++) {
        struct str s = cast_text(c, row);
        c->out->bools[row] = is_one_of(s, yes);
        if (!c->out->bools[row] && !is_one_of(s, no)) kernel_fail(c, row, ROW_BAD_CAST);
    }
}

/* ---- to text ---- */

/* The n of VARCHAR(n): the second argument where there is one, else the result type's; 0: no limit. */
static int64_t length_limit(const struct kernel_call *c)
{
    return c->count > 1 ? c->args[1]->ints[0] : c->type.length;
}

void cast_check_lengths(struct kernel_call *c)
{
    int64_t limit = length_limit(c);

    for (int row = 0; limit && row < c->rows; row++) {
        const struct text *t = &c->out->texts[row];
        if ((int64_t)t->len > limit && (int64_t)utf8_count(t->ptr, t->len) > limit) kernel_fail(c, row, ROW_TOO_LONG);
    }
}

void fn_cast_text_text(struct kernel_call *c)
{
    memcpy(c->out->texts, c->args[0]->texts, (size_t)c->rows * sizeof(struct text));
    cast_check_lengths(c);
}

static int print_boolean(bool v, char *out)
{
    memcpy(out, v ? "true" : "false", 5);
    return v ? 4 : 5;
}

PRINT_KERNEL(cast_boolean_text, print_boolean, bools)

/* ---- TYPEOF ---- */

void fn_typeof(struct kernel_call *c)
{
    c->out->error = c->args[0]->error;
    type_print(c->types[0], &c->text);
    for (int row = 0; row < c->rows; row++) c->out->texts[row] = text_of(c->text.ptr, c->text.len);
}
