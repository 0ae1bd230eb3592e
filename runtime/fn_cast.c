/* fn_cast.c - kernels of CAST. What a type cannot hold is an overflow, what is not of its form a bad cast; text that is
 * longer than VARCHAR(n) allows is too long. Blanks around text that is cast to another type are skipped. */
#include "runtime/kernel.h"

#include "base/num.h"
#include "base/utf8.h"

#include <math.h>
#include <string.h>

/* The result is NULL in all rows, as its argument is. */
void fn_cast_null(struct kernel_call *c)
{
    (void)c;
}

/* ---- numbers ---- */

VECTORISED static void ints_to_doubles(const int64_t *restrict a, double *restrict out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = (double)a[i];
}

void fn_cast_int_double(struct kernel_call *c)
{
    ints_to_doubles(c->args[0]->ints, c->out->doubles, c->rows);
}

static void put_integer(struct kernel_call *c, int row, int64_t v)
{
    c->out->ints[row] = v;
    if (v != (int32_t)v) kernel_fail(c, row, ROW_OVERFLOW);
}

void fn_cast_bigint_integer(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) put_integer(c, row, c->args[0]->ints[row]);
}

/* Rounded, a half away from zero, into [low, high); NaN is not in there. */
static void cast_double(struct kernel_call *c, double low, double high)
{
    for (int row = 0; row < c->rows; row++) {
        double v = round(c->args[0]->doubles[row]);
        c->out->ints[row] = 0;
        if (v >= low && v < high) {
            c->out->ints[row] = (int64_t)v;
        } else {
            kernel_fail(c, row, ROW_OVERFLOW);
        }
    }
}

void fn_cast_double_integer(struct kernel_call *c)
{
    cast_double(c, -0x1p31, 0x1p31);
}

void fn_cast_double_bigint(struct kernel_call *c)
{
    cast_double(c, -0x1p63, 0x1p63);
}

void fn_cast_boolean_int(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = c->args[0]->bools[row];
}

void fn_cast_int_boolean(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->bools[row] = c->args[0]->ints[row] != 0;
}

/* ---- from text ---- */

static struct str without_blanks(const struct text *t)
{
    struct str s = str_of(text_bytes(t), t->len);

    while (s.len && s.ptr[0] == ' ') s = str_of(s.ptr + 1, s.len - 1);
    while (s.len && s.ptr[s.len - 1] == ' ') s.len--;
    return s;
}

/* Returns what the row's text is as an integer; 0 and an error when it is none. */
static int64_t parse_int(struct kernel_call *c, int row)
{
    struct str s = without_blanks(&c->args[0]->texts[row]);
    int64_t v = 0;

    switch (num_parse_int(s.ptr, s.len, &v)) {
    case 0: return v;
    case -2: kernel_fail(c, row, ROW_OVERFLOW); return 0;
    default: kernel_fail(c, row, ROW_BAD_CAST); return 0;
    }
}

void fn_cast_text_bigint(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = parse_int(c, row);
}

void fn_cast_text_integer(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) put_integer(c, row, parse_int(c, row));
}

void fn_cast_text_double(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        struct str s = without_blanks(&c->args[0]->texts[row]);
        c->out->doubles[row] = 0;
        if (num_parse_double(s.ptr, s.len, &c->out->doubles[row])) kernel_fail(c, row, ROW_BAD_CAST);
    }
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
        struct str s = without_blanks(&c->args[0]->texts[row]);
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

static void check_lengths(struct kernel_call *c)
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
    check_lengths(c);
}

/* Where every type's text finds room. */
enum { VALUE_TEXT_MAX = 64 };
_Static_assert((int)NUM_TEXT_MAX <= (int)VALUE_TEXT_MAX, "room for all");

#define PRINT_KERNEL(name, print, vector)                                                                              \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        for (int row = 0; row < c->rows; row++) {                                                                      \
            size_t from = c->text.len;                                                                                 \
            c->text.len += (size_t)print(c->args[0]->vector[row], buf_reserve(&c->text, VALUE_TEXT_MAX));              \
            kernel_text_put(c, row, from);                                                                             \
        }                                                                                                              \
        kernel_text_finish(c);                                                                                         \
        check_lengths(c);                                                                                              \
    }

static int print_boolean(bool v, char *out)
{
    memcpy(out, v ? "true" : "false", 5);
    return v ? 4 : 5;
}

PRINT_KERNEL(cast_int_text, num_print_int, ints)
PRINT_KERNEL(cast_double_text, num_print_double, doubles)
PRINT_KERNEL(cast_boolean_text, print_boolean, bools)
