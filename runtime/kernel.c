/* kernel.c - validity and errors of results; see kernel.h. */
#include "runtime/kernel.h"

#include <string.h>

uint64_t *kernel_valid(struct kernel_call *c)
{
    struct column *out = c->out;

    if (out->valid == c->valid_room) return out->valid;
    if (out->valid) {
        memcpy(c->valid_room, out->valid, (size_t)kernel_words(c->rows) * sizeof(uint64_t));
    } else {
        memset(c->valid_room, 0xff, (size_t)kernel_words(c->rows) * sizeof(uint64_t));
    }
    return out->valid = c->valid_room;
}

uint8_t *kernel_errors(struct kernel_call *c)
{
    struct column *out = c->out;

    if (out->error && out->error == c->error_room) return out->error;
    if (!c->error_room) c->error_room = arena_alloc(c->memory, BATCH_ROWS);
    if (out->error) {
        memcpy(c->error_room, out->error, (size_t)c->rows);
    } else {
        memset(c->error_room, 0, (size_t)c->rows);
    }
    return out->error = c->error_room;
}

void kernel_fail(struct kernel_call *c, int row, enum row_error error)
{
    uint8_t *errors;

    if (column_is_null(c->out, row)) return;
    errors = kernel_errors(c);
    if (!errors[row]) errors[row] = (uint8_t)error;
}

void kernel_fail_all(struct kernel_call *c, enum row_error error)
{
    for (int row = 0; row < c->rows; row++) kernel_fail(c, row, error);
}

void kernel_null(struct kernel_call *c, int row)
{
    bit_clear(kernel_valid(c), row);
}

static bool all_valid(const uint64_t *valid, int rows)
{
    int words = rows / 64;
    uint64_t all = ~UINT64_C(0);

    for (int i = 0; i < words; i++) all &= valid[i];
    if (rows % 64) all &= valid[words] | ~UINT64_C(0) << rows % 64;
    return all == ~UINT64_C(0);
}

static void combine_valid(struct kernel_call *c)
{
    for (int i = 0; i < c->count; i++) {
        const uint64_t *valid = c->args[i]->valid;
        uint64_t *both;
        if (!valid || valid == c->out->valid) continue;
        if (!c->out->valid) {
            c->out->valid = c->args[i]->valid;
            continue;
        }
        both = kernel_valid(c);
        for (int w = 0; w < kernel_words(c->rows); w++) both[w] &= valid[w];
    }
    if (c->out->valid && all_valid(c->out->valid, c->rows)) c->out->valid = NULL;
}

void kernel_combine_errors(struct kernel_call *c)
{
    for (int i = 0; i < c->count; i++) {
        const uint8_t *error = c->args[i]->error;
        uint8_t *all;
        if (!error || error == c->out->error) continue;
        if (!c->out->error) {
            c->out->error = c->args[i]->error;
            continue;
        }
        all = kernel_errors(c);
        for (int row = 0; row < c->rows; row++) all[row] = all[row] ? all[row] : error[row];
    }
}

void kernel_combine(struct kernel_call *c)
{
    combine_valid(c);
    kernel_combine_errors(c);
}

void kernel_copy_values(struct kernel_call *c, const struct column *from)
{
    static const size_t bytes[] = {[PHYS_BOOL] = 1,
                                   [PHYS_INT] = 8,
                                   [PHYS_DOUBLE] = 8,
                                   [PHYS_TEXT] = sizeof(struct text),
                                   [PHYS_WIDE] = sizeof(__int128)};

    memcpy(c->out->data, from->data, (size_t)c->rows * bytes[c->out->phys]);
}

/* Until finish, ptr holds the offset in c->text. */
void kernel_text_put(struct kernel_call *c, int row, size_t from)
{
    size_t len = c->text.len - from;

    if (len > TEXT_BYTES_MAX) {
        kernel_fail(c, row, ROW_TOO_LONG);
        c->text.len = from;
        len = 0;
    }
    c->out->texts[row] = (struct text){.len = (uint32_t)len, .ptr = (const char *)(uintptr_t)from};
}

void kernel_text_finish(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        struct text *t = &c->out->texts[row];
        *t = t->len ? text_of(c->text.ptr + (uintptr_t)t->ptr, t->len) : text_empty();
    }
}
