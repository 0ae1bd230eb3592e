/* fn_text_build.c - kernels that make a text of others: OVERLAY, padding, repetition, CONCAT_WS, INITCAP, TRANSLATE.
 * What they add to a text of their own accord (blanks, repetitions) is bounded by FILLED_BYTES_MAX a row. */
#include "runtime/text.h"

#include <string.h>
#include <utf8proc.h>

enum { FILLED_BYTES_MAX = 1024 * 1024 };

static const struct text *text_at(const struct kernel_call *c, int arg, int row)
{
    return &c->args[arg]->texts[row];
}

/* Appends the row's text by `append` and makes it the result. */
static void build_each(struct kernel_call *c, void (*append)(struct kernel_call *c, int row))
{
    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        append(c, row);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

/* ---- OVERLAY ---- */

/* i moved by so much; as far as 64 bits go. */
static int64_t moved(int64_t i, int64_t by)
{
    int64_t sum;

    if (!__builtin_add_overflow(i, by, &sum)) return sum;
    return by < 0 ? INT64_MIN : INT64_MAX;
}

static void append_overlay(struct kernel_call *c, int row)
{
    const struct text *t = text_at(c, 0, row), *new = text_at(c, 1, row);
    int64_t from = c->args[2]->ints[row], count = c->count > 3 ? c->args[3]->ints[row] : text_length(new);
    struct text head = text_part(t, 0, moved(from, -1)), tail = text_part(t, moved(moved(from, count), -1), INT64_MAX);

    if (count < 0) kernel_fail(c, row, ROW_BAD_ARGUMENT);
    text_append(&c->text, &head);
    text_append(&c->text, new);
    text_append(&c->text, &tail);
}

void fn_overlay(struct kernel_call *c)
{
    build_each(c, append_overlay);
}

/* ---- repetition and padding ---- */

/* Appends the text so many times; what is beyond FILLED_BYTES_MAX is too long. */
static void append_times(struct kernel_call *c, int row, const struct text *t, int64_t times)
{
    if (!t->len || times <= 0) return;
    if (times > FILLED_BYTES_MAX / t->len) {
        kernel_fail(c, row, ROW_TOO_LONG);
        return;
    }
    for (int64_t i = 0; i < times; i++) text_append(&c->text, t);
}

static void append_repeated(struct kernel_call *c, int row)
{
    append_times(c, row, text_at(c, 0, row), c->args[1]->ints[row]);
}

void fn_repeat(struct kernel_call *c)
{
    build_each(c, append_repeated);
}

/* `missing` characters of padding, from its beginning again and again. */
static void append_padding(struct kernel_call *c, int row, int64_t missing)
{
    static const char blank[] = " ";
    struct text pad = c->count > 2 ? *text_at(c, 2, row) : text_of(blank, 1), rest;
    int64_t length = text_length(&pad);

    if (missing <= 0 || !length) return;
    rest = text_part(&pad, 0, missing % length);
    append_times(c, row, &pad, missing / length);
    text_append(&c->text, &rest);
}

static void append_padded_left(struct kernel_call *c, int row)
{
    const struct text *t = text_at(c, 0, row);
    int64_t length = c->args[1]->ints[row];
    struct text kept = text_part(t, 0, length);

    append_padding(c, row, length < 0 ? 0 : length - text_length(t));
    text_append(&c->text, &kept);
}

static void append_padded_right(struct kernel_call *c, int row)
{
    const struct text *t = text_at(c, 0, row);
    int64_t length = c->args[1]->ints[row];
    struct text kept = text_part(t, 0, length);

    text_append(&c->text, &kept);
    append_padding(c, row, length < 0 ? 0 : length - text_length(t));
}

void fn_lpad(struct kernel_call *c)
{
    build_each(c, append_padded_left);
}

void fn_rpad(struct kernel_call *c)
{
    build_each(c, append_padded_right);
}

/* ---- joining ---- */

/* The first argument stands between the others that are not NULL. */
static void append_joined(struct kernel_call *c, int row)
{
    bool first = true;

    if (column_is_null(c->args[0], row)) kernel_null(c, row);
    for (int i = 1; i < c->count; i++) {
        if (column_is_null(c->args[i], row)) continue;
        if (!first) text_append(&c->text, text_at(c, 0, row));
        text_append(&c->text, text_at(c, i, row));
        first = false;
    }
}

void fn_concat_ws(struct kernel_call *c)
{
    kernel_combine_errors(c);
    build_each(c, append_joined);
}

/* ---- characters ---- */

/* The character at *p, which is moved behind it. */
static int32_t take_character(const char **p, const char *end)
{
    utf8proc_int32_t character = 0;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)*p, end - *p, &character);

    *p += used > 0 ? used : 1; /* text is valid UTF-8 */
    return used > 0 ? character : 0xfffd;
}

static void put_character(struct buf *out, int32_t character)
{
    out->len += (size_t)utf8proc_encode_char(character, (utf8proc_uint8_t *)buf_reserve(out, 4));
}

/* Letters and digits make words. */
static bool is_of_word(int32_t character)
{
    utf8proc_category_t category = utf8proc_category(character);

    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

static void append_initcap(struct kernel_call *c, int row)
{
    const char *p = text_bytes(text_at(c, 0, row)), *end = p + text_at(c, 0, row)->len;
    bool within = false;

    while (p < end) {
        int32_t character = take_character(&p, end);
        put_character(&c->text, within ? utf8proc_tolower(character) : utf8proc_totitle(character));
        within = is_of_word(character);
    }
}

void fn_initcap(struct kernel_call *c)
{
    build_each(c, append_initcap);
}

/* The number of the character in the text, or -1. */
static int64_t place_of(int32_t character, const struct text *t)
{
    const char *p = text_bytes(t), *end = p + t->len;

    for (int64_t i = 0; p < end; i++) {
        if (take_character(&p, end) == character) return i;
    }
    return -1;
}

static void append_translated(struct kernel_call *c, int row)
{
    const char *p = text_bytes(text_at(c, 0, row)), *end = p + text_at(c, 0, row)->len;

    while (p < end) {
        int32_t character = take_character(&p, end);
        int64_t place = place_of(character, text_at(c, 1, row));
        struct text new = place < 0 ? text_empty() : text_part(text_at(c, 2, row), place, place + 1);
        if (place < 0)
            put_character(&c->text, character);
        else
            text_append(&c->text, &new);
    }
}

void fn_translate(struct kernel_call *c)
{
    build_each(c, append_translated);
}

static void append_chr(struct kernel_call *c, int row)
{
    int64_t character = c->args[0]->ints[row];

    if (character > 0 && character <= 0x10ffff && utf8proc_codepoint_valid((utf8proc_int32_t)character))
        put_character(&c->text, (int32_t)character);
    else
        kernel_fail(c, row, ROW_BAD_ARGUMENT);
}

void fn_chr(struct kernel_call *c)
{
    build_each(c, append_chr);
}

void fn_ascii(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const char *p = text_bytes(text_at(c, 0, row)), *end = p + text_at(c, 0, row)->len;
        c->out->ints[row] = p < end ? take_character(&p, end) : 0;
    }
}
