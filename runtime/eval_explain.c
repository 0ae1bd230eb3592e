/* eval_explain.c - what failed, on which value: finds the innermost call that has the error while its arguments have
 * none, and prints it with its arguments' values: "division by zero: 10 / 0". Evaluates subexpressions one by one. */
#include "runtime/eval_row.h"

#include <string.h>

struct explain {
    struct arena *scratch;
    struct batch one;
};

static struct column row_of(struct arena *scratch, const struct column *c, int row)
{
    struct column one = *c;

    if (!c->data) return one; /* not read by this query */
    switch (c->phys) {
    case PHYS_BOOL: one.bools += row; break;
    case PHYS_INT: one.ints += row; break;
    case PHYS_DOUBLE: one.doubles += row; break;
    case PHYS_TEXT: one.texts += row; break;
    case PHYS_WIDE: one.wides += row; break;
    }
    one.valid = column_is_null(c, row) ? arena_alloc(scratch, sizeof(uint64_t)) : NULL;
    if (c->error) one.error += row;
    return one;
}

static void one_row(struct explain *x, const struct batch *in, int row)
{
    struct column *columns = arena_alloc(x->scratch, (size_t)in->columns * sizeof *columns + 1);

    for (int i = 0; i < in->columns; i++) columns[i] = row_of(x->scratch, &in->column[i], row);
    x->one = (struct batch){.rows = 1, .live = 1, .columns = in->columns, .column = columns};
    x->one.w = in->w ? in->w + row : NULL;
    x->one.rowtime = in->rowtime ? in->rowtime + row : NULL;
    x->one.arrival = in->arrival ? in->arrival + row : NULL;
}

/* Makes the expression a constant; returns its error. */
static enum row_error constant_of(struct explain *x, const struct bound *b, struct bound *out)
{
    struct column value;
    enum row_error error = eval_row(b, &x->one, x->scratch, &value);

    *out = (struct bound){.kind = BOUND_CONST, .type = b->type, .null = error != ROW_OK};
    if (error || column_is_null(&value, 0)) {
        out->null = true;
        return error;
    }
    switch (value.phys) {
    case PHYS_BOOL: out->i = value.bools[0]; break;
    case PHYS_INT: out->i = value.ints[0]; break;
    case PHYS_DOUBLE: out->d = value.doubles[0]; break;
    case PHYS_TEXT: out->s = str_of(value.texts[0].ptr, value.texts[0].len); break;
    case PHYS_WIDE: out->wide = value.wides[0]; break;
    }
    return ROW_OK;
}

/* The part of a CASE that a row comes to: a condition that fails, or the branch taken. */
static const struct bound *case_part(struct explain *x, const struct bound *b)
{
    for (int i = 0; i + 1 < b->count; i += 2) {
        struct bound when;
        if (constant_of(x, b->args[i], &when)) return b->args[i];
        if (!when.null && when.i) return b->args[i + 1];
    }
    return b->args[b->count - 1];
}

/* The argument that a node has its error from, or NULL when it is its own. */
static const struct bound *blamed_argument(struct explain *x, const struct bound *b, enum row_error error)
{
    struct bound value;

    if (b->kind == BOUND_CASE) return case_part(x, b);
    for (int i = 0; i < b->count; i++) {
        if (constant_of(x, b->args[i], &value) == error) return b->args[i];
    }
    return NULL;
}

static const struct bound *culprit(struct explain *x, const struct bound *b, enum row_error error)
{
    const struct bound *below;

    while ((below = blamed_argument(x, b, error))) b = below;
    return b;
}

/* A copy of the node with constants for arguments. */
static const struct bound *with_values(struct explain *x, const struct bound *b)
{
    struct bound *shown = arena_alloc(x->scratch, sizeof *shown);

    *shown = *b;
    shown->args = arena_alloc(x->scratch, (size_t)b->count * sizeof *shown->args + 1);
    for (int i = 0; i < b->count; i++) {
        shown->args[i] = arena_alloc(x->scratch, sizeof *shown->args[i]);
        constant_of(x, b->args[i], shown->args[i]);
    }
    return shown;
}

void eval_explain(const struct bound *expr, const struct batch *in, int row, struct buf *out)
{
    struct explain x = {.scratch = arena_new()};
    struct bound value;
    enum row_error error;

    one_row(&x, in, row);
    error = constant_of(&x, expr, &value);
    if (error) {
        buf_printf(out, "%s: ", row_error_name(error));
        bound_print(with_values(&x, culprit(&x, expr, error)), NULL, out);
    }
    arena_free(x.scratch);
}
