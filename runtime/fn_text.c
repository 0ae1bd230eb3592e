/* fn_text.c - kernels over text. Results that are a part of an argument borrow its bytes; others append theirs to the
 * call's buffer. Positions and lengths count characters. */
#include "runtime/kernel.h"
#include "runtime/text.h"

#include <string.h>
#include <utf8proc.h>

static bool is_ascii(const struct text *t)
{
    uint64_t all = 0;
    uint32_t i = 0;

    for (; i + 8 <= t->len; i += 8) all |= get_u64(t->ptr + i);
    for (; i < t->len; i++) all |= (uint8_t)t->ptr[i];
    return !(all & UINT64_C(0x8080808080808080));
}

/* ---- making text ---- */

static size_t total_bytes(const struct kernel_call *c)
{
    size_t total = 0;

    for (int i = 0; i < c->count; i++) {
        for (int row = 0; row < c->rows; row++) total += c->args[i]->texts[row].len;
    }
    return total;
}

/* Room for all rows' bytes is made first, so nothing moves afterwards. */
void fn_concat(struct kernel_call *c)
{
    char *at = buf_reserve(&c->text, total_bytes(c) + 1);

    for (int row = 0; row < c->rows; row++) {
        const char *begin = at;
        for (int i = 0; i < c->count; i++) {
            const struct text *t = &c->args[i]->texts[row];
            if (t->len) memcpy(at, t->ptr, t->len);
            at += t->len;
        }
        c->out->texts[row] = text_of(begin, (size_t)(at - begin));
        if (at - begin > TEXT_BYTES_MAX) kernel_fail(c, row, ROW_TOO_LONG);
    }
}

/* A letter between `first` and `first` + 25 changes its case. */
static void append_ascii(struct buf *out, const struct text *t, char first)
{
    char *to = buf_reserve(out, t->len);

    for (uint32_t i = 0; i < t->len; i++) {
        to[i] = (char)(t->ptr[i] ^ ((uint8_t)(t->ptr[i] - first) < 26 ? 0x20 : 0));
    }
    out->len += t->len;
}

static void append_mapped(struct buf *out, const struct text *t, utf8proc_int32_t (*map)(utf8proc_int32_t))
{
    const uint8_t *p = (const uint8_t *)t->ptr, *end = p + t->len;

    while (p < end) {
        utf8proc_int32_t character;
        utf8proc_ssize_t used = utf8proc_iterate(p, end - p, &character);
        if (used <= 0) return; /* text is valid UTF-8 */
        out->len += (size_t)utf8proc_encode_char(map(character), (uint8_t *)buf_reserve(out, 4));
        p += used;
    }
}

static void change_case(struct kernel_call *c, char first, utf8proc_int32_t (*map)(utf8proc_int32_t))
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        size_t from = c->text.len;
        if (is_ascii(t)) {
            append_ascii(&c->text, t, first);
        } else {
            append_mapped(&c->text, t, map);
        }
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

/* One character stays one: no SS for the German sharp s, nor its rare capital. */
static utf8proc_int32_t upper_of(utf8proc_int32_t character)
{
    return character == 0xdf ? character : utf8proc_toupper(character);
}

void fn_upper(struct kernel_call *c)
{
    change_case(c, 'a', upper_of);
}

void fn_lower(struct kernel_call *c)
{
    change_case(c, 'A', utf8proc_tolower);
}

const char *text_find(const char *at, const char *end, const struct text *part)
{
    return part->len <= (size_t)(end - at) ? memmem(at, (size_t)(end - at), text_bytes(part), part->len) : NULL;
}

static void append_replaced(struct buf *out, const struct text *t, const struct text *old, const struct text *new)
{
    const char *at = text_bytes(t), *end = at + t->len, *hit;
    size_t limit = out->len + TEXT_BYTES_MAX;

    while (old->len && out->len <= limit && (hit = text_find(at, end, old))) {
        buf_put(out, at, (size_t)(hit - at));
        text_append(out, new);
        at = hit + old->len;
    }
    buf_put(out, at, (size_t)(end - at));
}

void fn_replace(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        append_replaced(&c->text, &c->args[0]->texts[row], &c->args[1]->texts[row], &c->args[2]->texts[row]);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

static bool begins_character(char byte)
{
    return ((uint8_t)byte & 0xc0) != 0x80;
}

static void append_reversed(struct buf *out, const struct text *t)
{
    const char *begin = text_bytes(t), *end = begin + t->len;

    for (const char *at = end; at > begin;) {
        const char *next = at;
        do at--;
        while (at > begin && !begins_character(*at));
        buf_put(out, at, (size_t)(next - at));
    }
}

void fn_reverse(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        append_reversed(&c->text, &c->args[0]->texts[row]);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

/* ---- parts ---- */

/* Whether the first n bytes are characters of one byte each; looked at for short n only. */
static bool is_plain(const char *p, size_t n)
{
    enum { LOOKED_AT_MAX = 64 };
    uint64_t high = 0;
    size_t i = 0;

    if (n > LOOKED_AT_MAX) return false;
    for (; i + 8 <= n; i += 8) high |= get_u64(p + i);
    for (; i < n; i++) high |= (uint8_t)p[i];
    return !(high & UINT64_C(0x8080808080808080));
}

struct text text_part(const struct text *t, int64_t start, int64_t end)
{
    const char *p = text_bytes(t);
    size_t from, len, reach = end < t->len ? (size_t)(end < 0 ? 0 : end) : t->len;

    if (start < 0) start = 0;
    if (start >= end || start >= t->len) return text_empty();
    if (is_plain(p, reach)) return text_of(p + start, reach - (size_t)start);
    from = utf8_offset(p, t->len, (size_t)start);
    len = end - start >= t->len ? t->len - from : utf8_offset(p + from, t->len - from, (size_t)(end - start));
    return len ? text_of(p + from, len) : text_empty();
}

/* The end of `count` characters from `start` on; without a count, the end of all. */
static int64_t end_of(const struct kernel_call *c, int row, int64_t start)
{
    int64_t end;

    if (c->count < 3 || __builtin_add_overflow(start, c->args[2]->ints[row], &end)) return INT64_MAX;
    return end;
}

/* Characters before the first are counted: from -1 for 4 are the first two. */
static void substring(struct kernel_call *c, int row)
{
    int64_t start = c->args[1]->ints[row], end = end_of(c, row, start);

    if (end < start) kernel_fail(c, row, ROW_BAD_ARGUMENT);
    if (start < 1) start = 1;
    c->out->texts[row] = text_part(&c->args[0]->texts[row], start - 1, end < 1 ? 0 : end - 1);
}

void fn_substring(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) substring(c, row);
}

void fn_substring_or_null(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        int64_t start = c->args[1]->ints[row];
        substring(c, row);
        if (!c->out->texts[row].len && start > 1 && start > text_length(t)) kernel_null(c, row);
    }
}

void fn_left(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        c->out->texts[row] = text_part(&c->args[0]->texts[row], 0, c->args[1]->ints[row]);
    }
}

void fn_right(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        int64_t count = text_length(t), wanted = c->args[1]->ints[row];
        int64_t start = wanted < 0 ? count : count - wanted;
        c->out->texts[row] = text_part(t, start < 0 ? 0 : start, count);
    }
}

/* Which ends a TRIM works on. */
enum { AT_BEGIN = 1, AT_END = 2 };

static struct text trimmed(const struct text *t, struct str character, int ends)
{
    const char *begin = text_bytes(t), *end = begin + t->len;

    while (ends & AT_BEGIN && (size_t)(end - begin) >= character.len &&
           memcmp(begin, character.ptr, character.len) == 0) {
        begin += character.len;
    }
    while (ends & AT_END && (size_t)(end - begin) >= character.len &&
           memcmp(end - character.len, character.ptr, character.len) == 0) {
        end -= character.len;
    }
    return end > begin ? text_of(begin, (size_t)(end - begin)) : text_empty();
}

static void trim(struct kernel_call *c, int ends)
{
    for (int row = 0; row < c->rows; row++) {
        struct str character = str_of(" ", 1);
        if (c->count == 2) character = str_of(text_bytes(&c->args[1]->texts[row]), c->args[1]->texts[row].len);
        if (utf8_count(character.ptr, character.len) == 1) {
            c->out->texts[row] = trimmed(&c->args[0]->texts[row], character, ends);
        } else {
            c->out->texts[row] = text_empty();
            kernel_fail(c, row, ROW_BAD_ARGUMENT);
        }
    }
}

void fn_trim(struct kernel_call *c)
{
    trim(c, AT_BEGIN | AT_END);
}

void fn_ltrim(struct kernel_call *c)
{
    trim(c, AT_BEGIN);
}

void fn_rtrim(struct kernel_call *c)
{
    trim(c, AT_END);
}

/* ---- measuring and finding ---- */

void fn_char_length(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        c->out->ints[row] = text_length(t);
    }
}

void fn_position(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *part = &c->args[0]->texts[row], *t = &c->args[1]->texts[row];
        const char *begin = text_bytes(t), *hit = text_find(begin, begin + t->len, part);
        c->out->ints[row] = hit ? (int64_t)utf8_count(begin, (size_t)(hit - begin)) + 1 : 0;
    }
}

void fn_starts_with(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row], *part = &c->args[1]->texts[row];
        c->out->bools[row] = part->len <= t->len && memcmp(text_bytes(t), text_bytes(part), part->len) == 0;
    }
}

void fn_ends_with(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row], *part = &c->args[1]->texts[row];
        c->out->bools[row] =
            part->len <= t->len && memcmp(text_bytes(t) + (t->len - part->len), text_bytes(part), part->len) == 0;
    }
}

void fn_contains(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        const char *begin = text_bytes(t);
        c->out->bools[row] = text_find(begin, begin + t->len, &c->args[1]->texts[row]) != NULL;
    }
}
