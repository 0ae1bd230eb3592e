/* kernels.c - nanoseconds a row of the commonly used kernels, and of a plain C loop that does the same to plain arrays.
 * Build: make build/libweir.a && cc -std=gnu11 -O2 -D_GNU_SOURCE -I. -o build/bench_kernels bench/kernels.c \
 *            build/libweir.a -lutf8proc -lm */
#include "base/hash.h"
#include "runtime/eval.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 3000, INTS = 0, MORE_INTS, DOUBLES, MORE_DOUBLES, TEXTS, TIMES, NULLED, DIGITS, COLUMNS };

static const enum type_kind column_types[COLUMNS] = {
    [INTS] = TYPE_INTEGER,  [MORE_INTS] = TYPE_INTEGER, [DOUBLES] = TYPE_DOUBLE, [MORE_DOUBLES] = TYPE_DOUBLE,
    [TEXTS] = TYPE_VARCHAR, [TIMES] = TYPE_TIMESTAMP,   [NULLED] = TYPE_INTEGER, [DIGITS] = TYPE_VARCHAR};

struct bench {
    struct arena *arena;
    struct column columns[COLUMNS];
    struct batch batch;
};

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void fill(struct bench *b)
{
    static const char *const cities[] = {"Berlin", "San Francisco", "Oslo", "Rio de Janeiro"};
    struct rng rng = {1};

    for (int k = 0; k < COLUMNS; k++) {
        b->columns[k].phys = type_phys(type_of(column_types[k]));
        b->columns[k].data = arena_alloc(b->arena, BATCH_ROWS * sizeof(struct text));
    }
    b->columns[NULLED].valid = arena_alloc(b->arena, BATCH_WORDS * sizeof(uint64_t));
    for (int i = 0; i < BATCH_ROWS; i++) {
        const char *city = cities[rng_below(&rng, 4)], *digits = arena_printf(b->arena, "%d", i * 37);
        b->columns[INTS].ints[i] = (int64_t)rng_below(&rng, 10000);
        b->columns[MORE_INTS].ints[i] = (int64_t)rng_below(&rng, 100) + 1;
        b->columns[DOUBLES].doubles[i] = (double)rng_below(&rng, 10000) / 100;
        b->columns[MORE_DOUBLES].doubles[i] = (double)rng_below(&rng, 100) + 1;
        b->columns[TEXTS].texts[i] = text_of(city, strlen(city));
        b->columns[DIGITS].texts[i] = text_of(digits, strlen(digits));
        b->columns[TIMES].ints[i] = (int64_t)rng_below(&rng, 1700000000) * USEC_SECOND;
        if (rng_below(&rng, 10)) bit_set(b->columns[NULLED].valid, i);
    }
    b->batch = (struct batch){.rows = BATCH_ROWS, .live = BATCH_ROWS, .columns = COLUMNS, .column = b->columns};
}

/* ---- expressions ---- */

static struct bound *node(struct bench *b, enum bound_kind kind, enum type_kind type)
{
    struct bound *n = arena_alloc(b->arena, sizeof *n);

    n->kind = kind;
    n->type.kind = type;
    return n;
}

static struct bound *column(struct bench *b, int k)
{
    struct bound *n = node(b, BOUND_COLUMN, column_types[k]);

    n->column = k;
    return n;
}

static struct bound *number(struct bench *b, enum type_kind type, int64_t i)
{
    struct bound *n = node(b, BOUND_CONST, type);

    n->i = i;
    n->d = (double)i;
    return n;
}

static struct bound *text(struct bench *b, const char *s)
{
    struct bound *n = node(b, BOUND_CONST, TYPE_VARCHAR);

    n->s = str_lit(s);
    return n;
}

/* A call of a function of up to three arguments of exactly its types; NULL arguments are none. */
static struct bound *call(struct bench *b, const char *name, struct bound *x, struct bound *y, struct bound *z)
{
    struct bound *args[] = {x, y, z}, *n = node(b, BOUND_CALL, TYPE_NULL);
    struct type types[3], want[3];

    while (n->count < 3 && args[n->count]) n->count++;
    for (int i = 0; i < n->count; i++) types[i] = args[i]->type;
    n->args = arena_alloc(b->arena, sizeof args);
    memcpy(n->args, args, sizeof args);
    n->function = function_find(str_lit(name), types, n->count, DECIMAL_DIGITS_MAX, want, &n->type);
    if (!n->function) {
        fprintf(stderr, "no overload of %s\n", name);
        exit(1);
    }
    return n;
}

static struct bound *cast(struct bench *b, struct bound *x, enum type_kind to)
{
    struct bound *n = node(b, BOUND_CALL, to);

    n->function = function_cast(x->type, n->type, CAST_EXPLICIT);
    n->count = 1;
    n->args = arena_alloc(b->arena, sizeof x);
    n->args[0] = x;
    return n;
}

/* ---- plain loops ---- */

typedef void plain_loop(const struct bench *b, void *out);

/* Characters from..from + count of a text. */
static inline struct text plain_part(const struct text *t, int from, int count)
{
    const char *at = t->ptr, *end = at + t->len, *begin;

    for (; at < end && from; from--) {
        do at++;
        while (at < end && (*at & 0xC0) == 0x80);
    }
    begin = at;
    for (; at < end && count; count--) {
        do at++;
        while (at < end && (*at & 0xC0) == 0x80);
    }
    return text_of(begin, (size_t)(at - begin));
}

#define PLAIN(name, type, expression)                                                                                  \
    __attribute__((noinline)) static void name(const struct bench *b, void *out)                                       \
    {                                                                                                                  \
        const int64_t *x = b->columns[INTS].ints, *y = b->columns[MORE_INTS].ints, *t = b->columns[TIMES].ints;        \
        const double *d = b->columns[DOUBLES].doubles, *e = b->columns[MORE_DOUBLES].doubles;                          \
        const struct text *s = b->columns[TEXTS].texts;                                                                \
        type *r = out;                                                                                                 \
        (void)x, (void)y, (void)t, (void)d, (void)e, (void)s;                                                          \
        for (int i = 0; i < BATCH_ROWS; i++) r[i] = (expression);                                                      \
    }

PLAIN(plain_add, int64_t, x[i] + y[i])
PLAIN(plain_multiply, int64_t, x[i] * y[i])
PLAIN(plain_divide, int64_t, x[i] / y[i])
PLAIN(plain_modulo, int64_t, x[i] % y[i])
PLAIN(plain_add_double, double, d[i] + e[i])
PLAIN(plain_divide_double, double, d[i] / e[i])
PLAIN(plain_less, uint8_t, x[i] < 5000)
PLAIN(plain_less_double, uint8_t, d[i] < e[i])
PLAIN(plain_and, uint8_t, (x[i] < 5000) & (d[i] < e[i]))
PLAIN(plain_text_equal, uint8_t, s[i].len == 4 && memcmp(s[i].ptr, "Oslo", 4) == 0)
PLAIN(plain_prefix, uint8_t, s[i].len >= 3 && memcmp(s[i].ptr, "San", 3) == 0)
PLAIN(plain_contains, uint8_t, memmem(s[i].ptr, s[i].len, "an", 2) != NULL)
PLAIN(plain_cast, double, x[i])
PLAIN(plain_hour, int64_t, t[i] - t[i] % USEC_HOUR)
PLAIN(plain_substring, struct text, plain_part(&s[i], 1, 3))
PLAIN(plain_case, int64_t, x[i] < 5000 ? x[i] : y[i])
PLAIN(plain_floor, int64_t, t[i] - t[i] % USEC_MINUTE)

/* ---- measuring ---- */

static double plain_ns(const struct bench *b, plain_loop *loop)
{
    void *out = arena_alloc(b->arena, BATCH_ROWS * sizeof(struct text));
    double begin = now_ns();

    for (int i = 0; i < ROUNDS; i++) loop(b, out);
    return (now_ns() - begin) / ROUNDS / BATCH_ROWS;
}

static double eval_ns(const struct bench *b, const struct bound *expr)
{
    struct eval *e = eval_new(&expr, 1);
    struct column out;
    double begin;

    eval_run(e, &b->batch, &out);
    begin = now_ns();
    for (int i = 0; i < ROUNDS; i++) eval_run(e, &b->batch, &out);
    begin = (now_ns() - begin) / ROUNDS / BATCH_ROWS;
    eval_free(e);
    return begin;
}

static void measure(const struct bench *b, const struct bound *expr, plain_loop *plain)
{
    double took = eval_ns(b, expr);
    struct buf text = {0};

    bound_print(expr, NULL, &text);
    printf("%-48s %7.2f", buf_text(&text), took);
    if (plain) {
        double ns = plain_ns(b, plain);
        printf(" %7.2f %6.2f", ns, took / ns);
    }
    putchar('\n');
    buf_free(&text);
}

static void measure_numbers(struct bench *b)
{
    struct bound *x = column(b, INTS), *y = column(b, MORE_INTS), *d = column(b, DOUBLES), *e = column(b, MORE_DOUBLES);
    struct bound *less = call(b, "<", x, number(b, TYPE_INTEGER, 5000), NULL), *less_double = call(b, "<", d, e, NULL);

    measure(b, call(b, "+", x, y, NULL), plain_add);
    measure(b, call(b, "+", column(b, NULLED), y, NULL), plain_add);
    measure(b, call(b, "*", x, y, NULL), plain_multiply);
    measure(b, call(b, "/", x, y, NULL), plain_divide);
    measure(b, call(b, "%", x, y, NULL), plain_modulo);
    measure(b, call(b, "+", cast(b, x, TYPE_BIGINT), cast(b, y, TYPE_BIGINT), NULL), plain_add);
    measure(b, call(b, "*", cast(b, x, TYPE_BIGINT), cast(b, y, TYPE_BIGINT), NULL), plain_multiply);
    measure(b, call(b, "+", d, e, NULL), plain_add_double);
    measure(b, call(b, "/", d, e, NULL), plain_divide_double);
    measure(b, less, plain_less);
    measure(b, less_double, plain_less_double);
    measure(b, call(b, "and", less, less_double, NULL), plain_and);
    measure(b, call(b, "IF", less, x, y), plain_case);
    measure(b, cast(b, x, TYPE_DOUBLE), plain_cast);
    measure(b, call(b, "ROUND", d, NULL, NULL), NULL);
}

static void measure_texts(struct bench *b)
{
    struct bound *s = column(b, TEXTS);

    measure(b, call(b, "=", s, text(b, "Oslo"), NULL), plain_text_equal);
    measure(b, call(b, "<", s, text(b, "Oslo"), NULL), NULL);
    measure(b, call(b, "like", s, text(b, "San%"), NULL), plain_prefix);
    measure(b, call(b, "like", s, text(b, "%an%"), NULL), plain_contains);
    measure(b, call(b, "like", s, text(b, "%a_e%"), NULL), NULL);
    measure(b, call(b, "in", s, text(b, "Oslo"), text(b, "Berlin")), NULL);
    measure(b, call(b, "UPPER", s, NULL, NULL), NULL);
    measure(b, call(b, "||", s, text(b, "!"), NULL), NULL);
    measure(b, call(b, "SUBSTRING", s, number(b, TYPE_BIGINT, 2), number(b, TYPE_BIGINT, 3)), plain_substring);
    measure(b, call(b, "CHAR_LENGTH", s, NULL, NULL), NULL);
    measure(b, cast(b, column(b, DIGITS), TYPE_INTEGER), NULL);
    measure(b, cast(b, column(b, INTS), TYPE_VARCHAR), NULL);
    measure(b, cast(b, column(b, DOUBLES), TYPE_VARCHAR), NULL);
}

static void measure_times(struct bench *b)
{
    struct bound *t = column(b, TIMES);

    measure(b, call(b, "+", t, number(b, TYPE_INTERVAL_DAY, USEC_HOUR), NULL), NULL);
    measure(b, call(b, "FLOOR", t, text(b, "HOUR"), NULL), plain_hour);
    measure(b, call(b, "FLOOR", t, text(b, "MINUTE"), NULL), plain_floor);
    measure(b, call(b, "STEP", t, number(b, TYPE_INTERVAL_DAY, USEC_MINUTE), NULL), plain_floor);
    measure(b, call(b, "EXTRACT", text(b, "HOUR"), t, NULL), NULL);
    measure(b, call(b, "EXTRACT", text(b, "MONTH"), t, NULL), NULL);
    measure(b, call(b, "TO_CHAR", t, text(b, "yyyy-MM-dd HH:mm"), NULL), NULL);
    measure(b, cast(b, t, TYPE_VARCHAR), NULL);
}

int main(void)
{
    struct bench b = {.arena = arena_new()};

    fill(&b);
    printf("%-48s %7s %7s %6s\n", "ns a row", "kernel", "plain", "ratio");
    measure_numbers(&b);
    measure_texts(&b);
    measure_times(&b);
    arena_free(b.arena);
    return 0;
}
