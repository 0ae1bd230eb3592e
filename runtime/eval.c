/* eval.c - see eval.h.
 *
 * Every distinct subexpression has one slot; slots stand in the order in which they are computed (arguments before
 * their call), so a run is one pass over the list. A slot is found by its function and its arguments' slots, which is
 * what makes common subexpressions one. Slots that depend on no row are computed when the eval is made. */
#include "runtime/eval.h"
#include "runtime/eval_row.h"
#include "runtime/kernel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct kernel kernels[] = {
#define FUNCTION(id, name, args, result, nulls, kernel, ...) {fn_##kernel, nulls},
#define VARIADIC                                             FUNCTION
#define CAST(id, from, to, kernel, ...)                      {fn_##kernel, STRICT},
#define ALIAS(...)
#include "planner/functions.inc"
#undef FUNCTION
#undef VARIADIC
#undef CAST
#undef ALIAS
};
static const struct kernel kernel_case = {fn_choose, OWN};

struct slot {
    struct column column;      /* what users of the slot see: borrowed from the batch, or `own` */
    struct column own;         /* the slot's own vectors; data is NULL until needed */
    const struct bound *bound; /* the first expression that was compiled to this slot */
    bool constant;             /* the same in all rows and runs: filled for good */
    const struct kernel *kernel;
    struct slot **args;
    struct kernel_call call;
};

struct eval {
    struct arena *memory;
    int capacity; /* rows that the vectors have room for */
    struct slot **slots;
    int count;
    size_t slot_capacity;
    struct slot **outputs;
    int output_count;
};

/* ---- compiling ---- */

static void own_vectors(struct eval *e, struct slot *s)
{
    enum phys phys = type_phys(s->bound->type);

    s->own.phys = phys;
    s->own.data = arena_alloc(e->memory, (size_t)e->capacity * phys_bytes(phys));
    s->own.valid = arena_alloc(e->memory, (size_t)kernel_words(e->capacity) * sizeof(uint64_t));
    s->column = s->own;
    s->column.valid = NULL;
}

static struct slot *add_slot(struct eval *e, const struct bound *b)
{
    struct slot *s = arena_alloc(e->memory, sizeof *s);

    s->bound = b;
    s->column.phys = type_phys(b->type);
    e->slots = mem_grow(e->slots, &e->slot_capacity, (size_t)e->count + 1, sizeof *e->slots);
    return e->slots[e->count++] = s;
}

/* Values under a NULL or an error become 0 or empty text. */
static void clear_value(struct column *c, int row)
{
    switch (c->phys) {
    case PHYS_BOOL: c->bools[row] = 0; break;
    case PHYS_INT: c->ints[row] = 0; break;
    case PHYS_DOUBLE: c->doubles[row] = 0; break;
    case PHYS_TEXT: c->texts[row] = text_empty(); break;
    case PHYS_WIDE: c->wides[row] = 0; break;
    }
}

static void clear_missing(struct column *c, int rows)
{
    for (int w = 0; c->valid && w < kernel_words(rows); w++) {
        for (uint64_t missing = ~c->valid[w]; missing; missing &= missing - 1) {
            int row = w * 64 + __builtin_ctzll(missing);
            if (row < rows) clear_value(c, row);
        }
    }
    for (int row = 0; c->error && row < rows; row++) {
        if (c->error[row]) clear_value(c, row);
    }
}

/* Repeats row 0 in all rows. */
static void broadcast(struct eval *e, struct slot *s)
{
    struct column *c = &s->column;
    size_t bytes = phys_bytes(c->phys);

    clear_missing(c, 1);
    for (int i = 1; i < e->capacity; i++) memcpy((char *)c->data + (size_t)i * bytes, c->data, bytes);
    if (column_is_null(c, 0)) {
        memset(s->own.valid, 0, (size_t)kernel_words(e->capacity) * sizeof(uint64_t));
        c->valid = s->own.valid;
    } else {
        c->valid = NULL;
    }
    if (c->error && c->error[0]) {
        uint8_t *all = arena_alloc(e->memory, (size_t)e->capacity);
        memset(all, c->error[0], (size_t)e->capacity);
        c->error = all;
    } else {
        c->error = NULL;
    }
}

static void compile_const(struct eval *e, struct slot *s)
{
    const struct bound *b = s->bound;

    own_vectors(e, s);
    s->constant = true;
    switch (s->own.phys) {
    case PHYS_BOOL: s->own.bools[0] = !b->null && b->i; break;
    case PHYS_INT: s->own.ints[0] = b->null ? 0 : b->i; break;
    case PHYS_DOUBLE: s->own.doubles[0] = b->null ? 0 : b->d; break;
    case PHYS_TEXT: s->own.texts[0] = b->null || !b->s.len ? text_empty() : text_of(b->s.ptr, b->s.len); break;
    case PHYS_WIDE: s->own.wides[0] = b->null ? 0 : b->wide; break;
    }
    if (b->null) s->column.valid = s->own.valid;
    broadcast(e, s);
}

static struct slot *find_leaf(const struct eval *e, const struct bound *b)
{
    for (int i = 0; i < e->count; i++) {
        if (bound_equal(e->slots[i]->bound, b)) return e->slots[i];
    }
    return NULL;
}

static struct slot *compile_leaf(struct eval *e, const struct bound *b)
{
    struct slot *s = find_leaf(e, b);

    if (s) return s;
    s = add_slot(e, b);
    if (b->kind == BOUND_CONST) compile_const(e, s);
    return s;
}

/* The types, too: a cast may change nothing but them. */
static bool same_types(const struct bound *a, const struct bound *b)
{
    for (int i = 0; i < a->count; i++) {
        if (!type_equal(a->args[i]->type, b->args[i]->type)) return false;
    }
    return type_equal(a->type, b->type);
}

static struct slot *find_call(const struct eval *e, const struct bound *b, struct slot *const *args)
{
    for (int i = 0; i < e->count; i++) {
        struct slot *s = e->slots[i];
        if (s->bound->kind != b->kind || s->bound->function != b->function || s->bound->count != b->count) continue;
        if (memcmp(s->args, args, (size_t)b->count * sizeof *args) == 0 && same_types(s->bound, b)) return s;
    }
    return NULL;
}

static const struct kernel *kernel_of(const struct bound *b)
{
    return b->kind == BOUND_CASE ? &kernel_case : &kernels[b->function->id];
}

static void run_call(struct slot *s, int rows);

/* A call whose arguments are all constant is computed here, once. */
static void finish_call(struct eval *e, struct slot *s)
{
    s->constant = true;
    for (int i = 0; i < s->bound->count; i++) s->constant = s->constant && s->args[i]->constant;
    if (!s->constant) return;
    run_call(s, 1);
    broadcast(e, s);
}

static void connect(struct eval *e, struct slot *s, struct slot **args)
{
    const struct column **columns = arena_alloc(e->memory, (size_t)s->bound->count * sizeof *columns + 1);
    struct type *types = arena_alloc(e->memory, (size_t)s->bound->count * sizeof *types + 1);

    s->args = args;
    s->kernel = kernel_of(s->bound);
    for (int i = 0; i < s->bound->count; i++) {
        columns[i] = &args[i]->column;
        types[i] = s->bound->args[i]->type;
        if (i < 64 && args[i]->constant) s->call.constant |= UINT64_C(1) << i;
    }
    s->call.count = s->bound->count;
    s->call.args = columns;
    s->call.types = types;
    s->call.type = s->bound->type;
    s->call.out = &s->column;
    s->call.memory = e->memory;
    s->call.valid_room = s->own.valid;
}

static struct slot *compile(struct eval *e, const struct bound *b)
{
    struct slot **args, *s;

    if (b->kind != BOUND_CALL && b->kind != BOUND_CASE) return compile_leaf(e, b);
    args = arena_alloc(e->memory, (size_t)b->count * sizeof *args + 1);
    for (int i = 0; i < b->count; i++) args[i] = compile(e, b->args[i]);
    if (kernel_of(b)->run == fn_same) return args[0];
    s = find_call(e, b, args);
    if (s) return s;
    s = add_slot(e, b);
    own_vectors(e, s);
    connect(e, s, args);
    finish_call(e, s);
    return s;
}

/* An eval for batches of up to `capacity` rows. */
static struct eval *eval_make(const struct bound *const *exprs, int n, int capacity)
{
    struct eval *e = mem_zalloc(sizeof *e);

    e->memory = arena_new();
    e->capacity = capacity;
    e->outputs = arena_alloc(e->memory, (size_t)n * sizeof *e->outputs + 1);
    e->output_count = n;
    for (int i = 0; i < n; i++) e->outputs[i] = compile(e, exprs[i]);
    return e;
}

struct eval *eval_new(const struct bound *const *exprs, int n)
{
    return eval_make(exprs, n, BATCH_ROWS);
}

struct eval *eval_new_row(const struct bound *const *exprs, int n)
{
    return eval_make(exprs, n, 1);
}

void eval_free(struct eval *e)
{
    if (!e) return;
    for (int i = 0; i < e->count; i++) {
        struct kernel_call *c = &e->slots[i]->call;
        buf_free(&c->text);
        if (c->state_free) c->state_free(c->state);
    }
    free(e->slots);
    arena_free(e->memory);
    free(e);
}

/* ---- running ---- */

static void run_call(struct slot *s, int rows)
{
    struct kernel_call *c = &s->call;

    s->column = s->own;
    s->column.valid = NULL;
    c->rows = rows;
    c->text.len = 0;
    if (s->kernel->nulls == STRICT) kernel_combine(c);
    s->kernel->run(c);
}

/* The vector is the batch's own where every row has a watermark. */
static void run_watermark(struct eval *e, struct slot *s, const struct batch *in)
{
    bool some = false;

    for (int row = 0; row < in->rows; row++) some |= in->w[row] == USEC_MIN;
    s->column = (struct column){.phys = PHYS_INT, .ints = (int64_t *)in->w};
    if (!some) return;
    if (!s->own.data) own_vectors(e, s);
    memset(s->own.valid, 0xff, (size_t)kernel_words(in->rows) * sizeof(uint64_t));
    for (int row = 0; row < in->rows; row++) {
        s->own.ints[row] = in->w[row] == USEC_MIN ? 0 : in->w[row];
        if (in->w[row] == USEC_MIN) bit_clear(s->own.valid, row);
    }
    s->column = s->own;
}

static void run_slot(struct eval *e, struct slot *s, const struct batch *in)
{
    switch (s->bound->kind) {
    case BOUND_CONST: break;
    case BOUND_COLUMN:
        assert(s->bound->column < in->columns);
        s->column = in->column[s->bound->column];
        break;
    case BOUND_ROWTIME: s->column.ints = (int64_t *)in->rowtime; break;
    case BOUND_ARRIVAL: s->column.ints = (int64_t *)in->arrival; break;
    case BOUND_WATERMARK: run_watermark(e, s, in); break;
    case BOUND_CALL:
    case BOUND_CASE: run_call(s, in->rows); break;
    }
}

void eval_run(struct eval *e, const struct batch *in, struct column *out)
{
    assert(in->rows <= e->capacity);
    for (int i = 0; i < e->count; i++) {
        if (!e->slots[i]->constant) run_slot(e, e->slots[i], in);
    }
    for (int i = 0; i < e->output_count; i++) {
        struct slot *s = e->outputs[i];
        if (s->kernel && !s->constant) clear_missing(&s->column, in->rows);
        out[i] = s->column;
    }
}

/* ---- one value ---- */

/* Copies row 0 of a column into the arena. */
static void keep_value(struct arena *arena, const struct column *from, struct column *out)
{
    size_t bytes = phys_bytes(from->phys);

    *out = (struct column){.phys = from->phys, .data = arena_alloc(arena, bytes)};
    memcpy(out->data, from->data, bytes);
    if (column_is_null(from, 0)) out->valid = arena_alloc(arena, sizeof(uint64_t));
    if (out->phys == PHYS_TEXT) {
        struct text *t = out->texts;
        t->ptr = arena_copy(arena, text_bytes(t), t->len);
    }
}

enum row_error eval_row(const struct bound *expr, const struct batch *one, struct arena *arena, struct column *out)
{
    struct eval *e = eval_new_row(&expr, 1);
    struct column value;
    enum row_error error;

    eval_run(e, one, &value);
    error = value.error ? (enum row_error)value.error[0] : ROW_OK;
    if (!error) keep_value(arena, &value, out);
    eval_free(e);
    return error;
}

enum row_error eval_constant(const struct bound *expr, usec arrival, struct arena *arena, struct column *out)
{
    usec none = USEC_MIN;
    struct batch one = {.rows = 1, .live = 1, .w = &none, .rowtime = &arrival, .arrival = &arrival};

    return eval_row(expr, &one, arena, out);
}
