/* fn_binary.c - kernels over bytes, and the casts between CHAR, VARCHAR and BINARY. Positions and lengths of BINARY
 * count bytes. */
#include "runtime/text.h"

#include <string.h>

void fn_octet_length(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = c->args[0]->texts[row].len;
}

void fn_position_bytes(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *part = &c->args[0]->texts[row], *t = &c->args[1]->texts[row];
        const char *begin = text_bytes(t), *hit = text_find(begin, begin + t->len, part);
        c->out->ints[row] = hit ? hit - begin + 1 : 0;
    }
}

/* The offset of byte number i (from 1) in so many bytes. */
static size_t offset_of(int64_t i, uint32_t len)
{
    return i < 1 ? 0 : i - 1 > (int64_t)len ? len : (size_t)i - 1;
}

/* As SUBSTRING of text: bytes before the first are counted. */
void fn_substring_bytes(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        int64_t start = c->args[1]->ints[row], end = INT64_MAX;
        if (c->count > 2 && __builtin_add_overflow(start, c->args[2]->ints[row], &end)) end = INT64_MAX;
        if (c->count > 2 && c->args[2]->ints[row] < 0) kernel_fail(c, row, ROW_BAD_ARGUMENT);
        c->out->texts[row] = text_slice(t, offset_of(start, t->len), offset_of(end, t->len));
    }
}

/* ---- casts ---- */

/* BINARY(n): more bytes are too long. */
static void check_bytes(struct kernel_call *c)
{
    int32_t limit = c->type.length;

    for (int row = 0; limit && row < c->rows; row++) {
        if (c->out->texts[row].len > (uint32_t)limit) kernel_fail(c, row, ROW_TOO_LONG);
    }
}

void fn_cast_binary(struct kernel_call *c)
{
    memcpy(c->out->texts, c->args[0]->texts, (size_t)c->rows * sizeof(struct text));
    check_bytes(c);
}

/* The bytes must be UTF-8. */
void fn_cast_binary_text(struct kernel_call *c)
{
    int32_t limit = c->type.length;

    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        bool good = utf8_valid_prefix(text_bytes(t), t->len) == t->len;
        c->out->texts[row] = good ? *t : text_empty();
        if (!good) kernel_fail(c, row, ROW_BAD_CAST);
        if (limit && text_length(&c->out->texts[row]) > limit) kernel_fail(c, row, ROW_TOO_LONG);
    }
}

/* CHAR(n): blanks up to n characters; what is longer is cut, as the old service does. */
static void append_char(struct buf *out, const struct text *t, int32_t length)
{
    struct text kept = text_part(t, 0, length);
    int64_t missing = length - text_length(&kept);

    text_append(out, &kept);
    if (missing > 0) memset(buf_reserve(out, (size_t)missing), ' ', (size_t)missing), out->len += (size_t)missing;
}

void fn_cast_text_char(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        append_char(&c->text, &c->args[0]->texts[row], c->type.length);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}
