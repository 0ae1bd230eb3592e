/* build_bound.h - bound expressions made by hand for tests: binds calls as the planner would, prints values. */
#ifndef WEIR_TESTS_BUILD_BOUND_H
#define WEIR_TESTS_BUILD_BOUND_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "planner/interval.h"
#include "runtime/eval.h"

#include <cmocka.h>
#include <string.h>

static struct arena *arena;

static inline int make_arena(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static inline int drop_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static inline struct bound *node(enum bound_kind kind, enum type_kind type)
{
    struct bound *b = arena_alloc(arena, sizeof *b);

    b->kind = kind;
    b->type.kind = type;
    return b;
}

static inline struct bound *constant(enum type_kind type, int64_t i)
{
    struct bound *b = node(BOUND_CONST, type);

    b->i = i;
    return b;
}

static inline struct bound *null_of(enum type_kind type)
{
    struct bound *b = node(BOUND_CONST, type);

    b->null = true;
    return b;
}

static inline struct bound *integer(int64_t i)
{
    return constant(TYPE_INTEGER, i);
}

static inline struct bound *bigint(int64_t i)
{
    return constant(TYPE_BIGINT, i);
}

static inline struct bound *boolean(bool v)
{
    return constant(TYPE_BOOLEAN, v);
}

static inline struct bound *number(double d)
{
    struct bound *b = node(BOUND_CONST, TYPE_DOUBLE);

    b->d = d;
    return b;
}

static inline struct bound *text(const char *s)
{
    struct bound *b = node(BOUND_CONST, TYPE_VARCHAR);

    b->s = str_of(s, strlen(s));
    return b;
}

static inline struct bound *instant(const char *s)
{
    struct bound *b = node(BOUND_CONST, TYPE_TIMESTAMP);

    assert_int_equal(time_parse(s, strlen(s), &b->i), 0);
    return b;
}

static inline struct bound *span(int64_t usecs)
{
    return constant(TYPE_INTERVAL_DAY, usecs);
}

static inline struct bound *months(int64_t n)
{
    return constant(TYPE_INTERVAL_MONTH, n);
}

static inline struct bound *column(int number, enum type_kind type)
{
    struct bound *b = node(BOUND_COLUMN, type);

    b->column = number;
    return b;
}

static inline struct bound *call_of(const struct function *f, struct type type, struct bound *const *args, int n)
{
    struct bound *b = node(BOUND_CALL, type.kind);

    b->type = type;
    b->function = f;
    b->count = n;
    b->args = arena_alloc(arena, (size_t)n * sizeof *b->args);
    memcpy(b->args, args, (size_t)n * sizeof *args);
    return b;
}

static inline struct bound *cast_how(struct bound *from, struct type to, enum cast_how how)
{
    const struct function *f = function_cast(from->type, to, how);

    assert_non_null(f);
    return call_of(f, to, &from, 1);
}

static inline struct bound *cast(struct bound *from, enum type_kind to)
{
    return cast_how(from, type_of(to), CAST_EXPLICIT);
}

static inline struct bound *varchar(struct bound *from, int32_t length)
{
    return cast_how(from, (struct type){.kind = TYPE_VARCHAR, .length = length}, CAST_EXPLICIT);
}

static inline struct bound *bind_call(const char *name, struct bound *const *args, int n)
{
    struct type types[FUNCTION_ARGS_MAX], want[FUNCTION_ARGS_MAX], result;
    struct bound *cast_args[FUNCTION_ARGS_MAX];
    const struct function *f;

    for (int i = 0; i < n; i++) types[i] = args[i]->type;
    f = function_find(str_lit(name), types, n, DECIMAL_DIGITS_MAX, want, &result);
    if (!f) fail_msg("no overload of %s", name);
    for (int i = 0; i < n; i++) {
        bool same = type_equal(want[i], types[i]);
        cast_args[i] = same ? args[i] : cast_how(args[i], want[i], CAST_IMPLICIT);
    }
    return call_of(f, result, cast_args, n);
}
#define ARGS(...)                                                                                                      \
    (struct bound *const[]){__VA_ARGS__}, (int)(sizeof(struct bound *[]){__VA_ARGS__} / sizeof(struct bound *))
#define CALL(name, ...) bind_call(name, ARGS(__VA_ARGS__))

static inline struct bound *case_of_args(struct bound *const *args, int n)
{
    struct bound *b = call_of(NULL, args[1]->type, args, n);

    b->kind = BOUND_CASE;
    return b;
}
#define CASE(...) case_of_args(ARGS(__VA_ARGS__))

/* A value as a result file would hold it; "NULL" for NULL, the error's name for an error. */
static inline const char *show_typed(const struct column *c, int row, struct type type)
{
    struct buf text = {0};
    const char *out;

    if (c->error && c->error[row]) return row_error_name((enum row_error)c->error[row]);
    if (column_is_null(c, row)) return "NULL";
    value_print(c, row, type, &text);
    out = arena_copy(arena, buf_text(&text), text.len);
    buf_free(&text);
    return out;
}

static inline const char *show_value(const struct column *c, int row, enum type_kind type)
{
    return show_typed(c, row, type_of(type));
}

static inline const char *value_of(const struct bound *b)
{
    struct column value;
    enum row_error error = eval_constant(b, 0, arena, &value);

    return error ? row_error_name(error) : show_typed(&value, 0, b->type);
}

#define CHECK(bound, expected) assert_string_equal(value_of(bound), expected)

#endif
