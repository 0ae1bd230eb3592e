/* fn_logic.c - kernels of three-valued logic, IS NULL and its like, and of what chooses between values: CASE, IF,
 * COALESCE. All of them see NULLs and errors themselves. Left to right: what is not looked at cannot fail. */
#include "runtime/kernel.h"

#include <string.h>

/* ---- AND, OR ---- */

/* One bit per byte of 0 or 1. */
static void pack_bools(const uint8_t *bools, uint64_t *bits, int rows)
{
    memset(bits, 0, (size_t)kernel_words(rows) * sizeof *bits);
    for (int i = 0; i + 8 <= rows; i += 8) {
        uint64_t eight = get_u64(bools + i) * UINT64_C(0x0102040810204080) >> 56;
        bits[i >> 6] |= eight << (i & 63);
    }
    for (int i = rows & ~7; i < rows; i++) bits[i >> 6] |= (uint64_t)bools[i] << (i & 63);
}

VECTORISED static void and_loop(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = a[i] & b[i];
}

VECTORISED static void or_loop(const uint8_t *restrict a, const uint8_t *restrict b, uint8_t *restrict out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = a[i] | b[i];
}

static uint64_t valid_word(const struct column *c, int w)
{
    return c->valid ? c->valid[w] : ~UINT64_C(0);
}

/* Valid where both are, or where one that is valid decides: false for AND (decisive 0), true for OR (all ones). */
static void logic_valid(struct kernel_call *c, uint64_t decisive)
{
    const struct column *a = c->args[0], *b = c->args[1];
    uint64_t a_bits[BATCH_WORDS], b_bits[BATCH_WORDS], *valid;

    if (!a->valid && !b->valid) return;
    valid = kernel_valid(c);
    pack_bools(a->bools, a_bits, c->rows);
    pack_bools(b->bools, b_bits, c->rows);
    for (int w = 0; w < kernel_words(c->rows); w++) {
        uint64_t av = valid_word(a, w), bv = valid_word(b, w);
        valid[w] = (av & bv) | (av & ~(a_bits[w] ^ decisive)) | (bv & ~(b_bits[w] ^ decisive));
    }
}

/* The left one's error; the right one's where the left one does not decide. */
static void logic_errors(struct kernel_call *c, uint8_t decisive)
{
    const struct column *a = c->args[0], *b = c->args[1];
    uint8_t *errors;

    if (!a->error && !b->error) return;
    errors = kernel_errors(c);
    for (int i = 0; i < c->rows; i++) {
        bool decided = a->bools[i] == decisive && !column_is_null(a, i);
        errors[i] = a->error ? a->error[i] : 0;
        if (!errors[i] && !decided && b->error) errors[i] = b->error[i];
    }
}

void fn_and(struct kernel_call *c)
{
    and_loop(c->args[0]->bools, c->args[1]->bools, c->out->bools, c->rows);
    logic_valid(c, 0);
    logic_errors(c, 0);
}

void fn_or(struct kernel_call *c)
{
    or_loop(c->args[0]->bools, c->args[1]->bools, c->out->bools, c->rows);
    logic_valid(c, ~UINT64_C(0));
    logic_errors(c, 1);
}

VECTORISED static void not_loop(const uint8_t *restrict a, uint8_t *restrict out, int rows)
{
    for (int i = 0; i < rows; i++) out[i] = a[i] ^ 1;
}

void fn_not(struct kernel_call *c)
{
    not_loop(c->args[0]->bools, c->out->bools, c->rows);
}

/* ---- IS ---- */

void fn_is_null(struct kernel_call *c)
{
    const struct column *a = c->args[0];

    c->out->error = a->error;
    if (!a->valid) {
        memset(c->out->bools, 0, (size_t)c->rows);
        return;
    }
    for (int i = 0; i < c->rows; i++) c->out->bools[i] = !bit_get(a->valid, i);
}

static void is_value(struct kernel_call *c, uint8_t value)
{
    const struct column *a = c->args[0];

    c->out->error = a->error;
    for (int i = 0; i < c->rows; i++) c->out->bools[i] = a->bools[i] == value && !column_is_null(a, i);
}

void fn_is_true(struct kernel_call *c)
{
    is_value(c, 1);
}

void fn_is_false(struct kernel_call *c)
{
    is_value(c, 0);
}

/* ---- choosing ---- */

#define TAKE(name, type)                                                                                               \
    VECTORISED static void name(const uint8_t *restrict taken, const type *value, const type *below, type *out,        \
                                int rows)                                                                              \
    {                                                                                                                  \
        for (int i = 0; i < rows; i++) out[i] = taken[i] ? value[i] : below[i];                                        \
    }

TAKE(take_bools, uint8_t)
TAKE(take_ints, int64_t)
TAKE(take_doubles, double)
TAKE(take_wides, __int128)
TAKE(take_texts, struct text)

static void take_values(const uint8_t *taken, const struct column *value, const struct column *below,
                        struct column *out, int rows)
{
    switch (out->phys) {
    case PHYS_BOOL: take_bools(taken, value->bools, below->bools, out->bools, rows); break;
    case PHYS_INT: take_ints(taken, value->ints, below->ints, out->ints, rows); break;
    case PHYS_DOUBLE: take_doubles(taken, value->doubles, below->doubles, out->doubles, rows); break;
    case PHYS_TEXT: take_texts(taken, value->texts, below->texts, out->texts, rows); break;
    case PHYS_WIDE: take_wides(taken, value->wides, below->wides, out->wides, rows); break;
    }
}

/* out becomes value where taken, else what lies below: its values, NULLs and errors. below may be out. */
static void take(struct kernel_call *c, const uint8_t *taken, const struct column *value, const struct column *below)
{
    struct column *out = c->out;

    take_values(taken, value, below, out, c->rows);
    out->valid = below->valid;
    out->error = below->error;
    if (value->valid || out->valid) {
        uint64_t bits[BATCH_WORDS], *valid = kernel_valid(c);
        pack_bools(taken, bits, c->rows);
        for (int w = 0; w < kernel_words(c->rows); w++) {
            valid[w] = (bits[w] & valid_word(value, w)) | (~bits[w] & valid[w]);
        }
    }
    if (value->error || out->error) {
        uint8_t *errors = kernel_errors(c);
        for (int i = 0; i < c->rows; i++) {
            if (taken[i]) errors[i] = value->error ? value->error[i] : 0;
        }
    }
}

/* NULLs and errors are borrowed until another branch is laid over them. */
static void take_all(struct kernel_call *c, const struct column *value)
{
    kernel_copy_values(c, value);
    c->out->valid = value->valid;
    c->out->error = value->error;
}

/* The condition's own bytes where it is never NULL, else in room. */
static const uint8_t *truth_of(const struct column *when, uint8_t *room, int rows)
{
    if (!when->valid) return when->bools;
    for (int i = 0; i < rows; i++) room[i] = when->bools[i] && bit_get(when->valid, i);
    return room;
}

/* A condition that fails is the row's error, whatever the branches behind it hold. */
static void take_errors(struct kernel_call *c, const struct column *when)
{
    if (!when->error) return;
    for (int i = 0; i < c->rows; i++) {
        if (when->error[i]) kernel_errors(c)[i] = when->error[i];
    }
}

/* When, then, when, then, ..., else: from the last branch to the first, each laid over what comes behind it. */
void fn_choose(struct kernel_call *c)
{
    const struct column *below = c->args[c->count - 1];
    uint8_t room[BATCH_ROWS];

    if (c->count == 1) take_all(c, below);
    for (int i = c->count - 3; i >= 0; i -= 2) {
        take(c, truth_of(c->args[i], room, c->rows), c->args[i + 1], below);
        take_errors(c, c->args[i]);
        below = c->out;
    }
}

/* Laid over from the last to the first, too: where an argument has a value (or an error), it is the result. */
void fn_coalesce(struct kernel_call *c)
{
    const struct column *below = c->args[c->count - 1];
    uint8_t there[BATCH_ROWS];

    if (c->count == 1) take_all(c, below);
    for (int k = c->count - 2; k >= 0; k--) {
        const struct column *a = c->args[k];
        for (int i = 0; i < c->rows; i++) there[i] = !column_is_null(a, i) || (a->error && a->error[i]);
        take(c, there, a, below);
        below = c->out;
    }
}

/* An error that the second argument does not have becomes a NULL. */
void fn_try_cast(struct kernel_call *c)
{
    const uint8_t *error = c->args[0]->error, *before = c->args[1]->error;

    kernel_copy_values(c, c->args[0]);
    c->out->valid = c->args[0]->valid;
    c->out->error = c->args[1]->error;
    for (int i = 0; error && i < c->rows; i++) {
        if (error[i] && !(before && before[i])) kernel_null(c, i);
    }
}
