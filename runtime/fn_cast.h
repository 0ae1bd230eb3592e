/* fn_cast.h - what the files of casts share. Private to runtime/fn_cast*.c. */
#ifndef WEIR_RUNTIME_FN_CAST_H
#define WEIR_RUNTIME_FN_CAST_H

#include "runtime/kernel.h"

/* The row's text in argument 0 without blanks around it. */
struct str cast_text(const struct kernel_call *c, int row);
/* Results that are longer than VARCHAR(n), the call's type or its second argument, are errors of their rows. */
void cast_check_lengths(struct kernel_call *c);

/* Prints each value of argument 0's vector, by a function that returns a length of at most CAST_TEXT_MAX. */
enum { CAST_TEXT_MAX = 64 };
#define PRINT_VECTOR(name, print, vector)                                                                              \
    void name(struct kernel_call *c)                                                                                   \
    {                                                                                                                  \
        for (int row = 0; row < c->rows; row++) {                                                                      \
            size_t from = c->text.len;                                                                                 \
            c->text.len += (size_t)print(c->args[0]->vector[row], buf_reserve(&c->text, CAST_TEXT_MAX));               \
            kernel_text_put(c, row, from);                                                                             \
        }                                                                                                              \
        kernel_text_finish(c);                                                                                         \
        cast_check_lengths(c);                                                                                         \
    }
#define PRINT_KERNEL(name, print, vector) PRINT_VECTOR(fn_##name, print, vector)

#endif
