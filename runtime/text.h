/* text.h - texts as sequences of characters, for the kernels over them. Characters are counted from 0. */
#ifndef WEIR_RUNTIME_TEXT_H
#define WEIR_RUNTIME_TEXT_H

#include "runtime/kernel.h"

#include "base/utf8.h"

static inline int64_t text_length(const struct text *t)
{
    return (int64_t)utf8_count(text_bytes(t), t->len);
}
/* Bytes start to end (half-open) of a text; borrows. */
static inline struct text text_slice(const struct text *t, size_t start, size_t end)
{
    return end > start ? text_of(t->ptr + start, end - start) : text_empty();
}
/* Characters start to end (half-open; neither below 0 nor beyond the end matters); borrows. */
struct text text_part(const struct text *t, int64_t start, int64_t end);
/* Where the part first occurs in [at, end), or NULL. An empty one occurs at once. */
const char *text_find(const char *at, const char *end, const struct text *part);
static inline void text_append(struct buf *out, const struct text *t)
{
    if (t->len) buf_put(out, t->ptr, t->len);
}

#endif
