/* kernel.h - what a kernel is: one typed loop (or a few) that computes a function for all physical rows of a batch.
 * The list of kernels is planner/functions.inc; they live in fn_*.c and are called by eval.c only.
 *
 * A kernel writes out's values for rows 0 .. rows-1. Validity and errors of a STRICT function's result have been made
 * from its arguments before it runs; it only adds to them by kernel_null and kernel_fail. An OWN function starts with
 * all valid, no errors, and reads those of its arguments itself. Values under a NULL or an error may be anything of the
 * type on the way (texts are readable); eval.c makes them 0 or empty at the end. */
#ifndef WEIR_RUNTIME_KERNEL_H
#define WEIR_RUNTIME_KERNEL_H

#include "planner/expr.h"
#include "runtime/batch.h"

struct kernel_call {
    int rows;
    int count;
    const struct column *const *args;
    const struct type *types; /* of the arguments */
    uint64_t constant;        /* bit i: argument i has the same value in every row, in every run */
    struct type type;         /* of the result */
    struct column *out;       /* values: room for all rows. valid and error: NULL, an argument's, or this call's own */

    struct buf text; /* for the bytes of text results: emptied before each run */
    void *state;     /* what a kernel keeps from run to run, e.g. a compiled pattern; first NULL */
    void (*state_free)(void *state);
    struct arena *memory; /* lives as long as the eval */
    uint64_t *valid_room; /* BATCH_WORDS */
    uint8_t *error_room;  /* BATCH_ROWS; NULL until there was an error */
};

enum nulls { STRICT, OWN };
struct kernel {
    void (*run)(struct kernel_call *c);
    enum nulls nulls;
};

#define FUNCTION(id, name, args, result, nulls, kernel, ...) void fn_##kernel(struct kernel_call *c);
#define VARIADIC                                             FUNCTION
#define CAST(id, from, to, kernel, ...)                      void fn_##kernel(struct kernel_call *c);
#define ALIAS(...)
#include "planner/functions.inc"
#undef FUNCTION
#undef VARIADIC
#undef CAST
#undef ALIAS

/* out's validity bits or errors, owned by the call and so writable: a copy of what out had, else all valid, no error.
 */
uint64_t *kernel_valid(struct kernel_call *c);
uint8_t *kernel_errors(struct kernel_call *c);
/* The value of the row cannot be made. Nothing happens when it is NULL or has an error already. */
void kernel_fail(struct kernel_call *c, int row, enum row_error error);
void kernel_null(struct kernel_call *c, int row);
/* Fails every row. */
void kernel_fail_all(struct kernel_call *c, enum row_error error);
/* Makes validity and errors of the result of a STRICT function: NULL when an argument is, the first argument's error.
 */
void kernel_combine(struct kernel_call *c);
/* Errors alone, for OWN functions that look at all their arguments in every row. */
void kernel_combine_errors(struct kernel_call *c);

/* The values of out become the argument's; not its NULLs and errors. */
void kernel_copy_values(struct kernel_call *c, const struct column *from);

static inline bool kernel_is_constant(const struct kernel_call *c, int arg)
{
    return c->constant >> arg & 1;
}
static inline int kernel_words(int rows)
{
    return (rows + 63) / 64;
}

/* The bytes of a text; never NULL. */
static inline const char *text_bytes(const struct text *t)
{
    return t->len ? t->ptr : "";
}
static inline struct text text_empty(void)
{
    return (struct text){.ptr = ""};
}

/* Makes a text result of what has been appended to c->text since it was `from` bytes long; ROW_TOO_LONG when that is
 * more than TEXT_BYTES_MAX. Other texts may move until kernel_text_finish, which is called once, after all rows. */
enum { TEXT_BYTES_MAX = RECORD_DATA_MAX };
void kernel_text_put(struct kernel_call *c, int row, size_t from);
void kernel_text_finish(struct kernel_call *c);

/* A loop compiled twice, for AVX2 and for any processor, chosen when the program starts; and vectorised. */
#if defined(__GNUC__) && !defined(__clang__)
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VECTORISED __attribute__((optimize("O3"), target_clones("avx2", "default")))
#else
#define VECTORISED __attribute__((optimize("O3")))
#endif
#else
#define VECTORISED
#endif

#endif
