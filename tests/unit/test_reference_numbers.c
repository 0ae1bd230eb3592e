/* test_reference_numbers.c - kernels of DECIMALs and casts between numbers on random batches, against slow references
 * that work on the numbers as text: digit by digit, with no scale and no width of their own. */
#include "base/decimal.h"
#include "tests/unit/build_bound.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 64 };

static struct rng rng;
static struct column columns[2];

/* ---- random columns ---- */

static struct type random_type(void)
{
    int precision = (int)rng_below(&rng, 38) + 1;

    switch (rng_below(&rng, 6)) {
    case 0: return type_of(TYPE_INTEGER);
    case 1: return type_of(TYPE_BIGINT);
    case 2: return type_decimal((int)rng_below(&rng, 18) + 1, 0);
    default: return type_decimal(precision, (int)rng_below(&rng, (uint64_t)precision + 1));
    }
}

static __int128 random_number(struct type type)
{
    int digits = type.kind == TYPE_INTEGER ? 9 : type.kind == TYPE_BIGINT ? 18 : type.precision;
    __int128 v = (__int128)(((unsigned __int128)rng_next(&rng) << 64 | rng_next(&rng)) >> 1);

    v %= decimal_power(rng_below(&rng, 2) ? digits : (int)rng_below(&rng, (uint64_t)digits + 1));
    return rng_below(&rng, 2) ? v : -v;
}

static struct bound *random_column(int k, struct type type)
{
    struct column *c = &columns[k];
    struct bound *b = column(k, type.kind);

    b->type = type;
    column_new(arena, type_phys(type), NOT_NULLABLE, c);
    for (int i = 0; i < ROWS; i++) {
        if (c->phys == PHYS_WIDE) {
            c->wides[i] = random_number(type);
        } else {
            c->ints[i] = (int64_t)random_number(type);
        }
    }
    return b;
}

static __int128 number_in(const struct column *c, int row)
{
    return c->phys == PHYS_WIDE ? c->wides[row] : c->ints[row];
}

/* ---- the reference: fractions of long numbers, the least digit first ---- */

enum { DIGITS = 240 };
struct digits {
    signed char at[DIGITS];
};

static struct digits digits_of(__int128 v, int up)
{
    struct digits d = {0};

    for (int i = up; v; i++, v /= 10) d.at[i] = (signed char)(v % 10 < 0 ? -(v % 10) : v % 10);
    return d;
}

static int order(const struct digits *a, const struct digits *b)
{
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (a->at[i] != b->at[i]) return a->at[i] - b->at[i];
    }
    return 0;
}

static void add(struct digits *a, const struct digits *b, int up, int sign)
{
    int carry = 0;

    for (int i = 0; i < DIGITS; i++) {
        int v = a->at[i] + (i >= up ? sign * b->at[i - up] : 0) + carry;
        carry = v < 0 ? -1 : v / 10;
        a->at[i] = (signed char)(v - carry * 10);
    }
}

/* a becomes the remainder. */
static struct digits divide(struct digits *a, const struct digits *b)
{
    struct digits out = {0};

    for (int i = DIGITS / 2; i >= 0; i--) {
        struct digits line = {0};
        add(&line, b, i, 1);
        for (; order(a, &line) >= 0; out.at[i]++) add(a, b, i, -1);
    }
    return out;
}

static struct digits divide_rounded(struct digits a, const struct digits *b)
{
    const struct digits one = {.at = {1}};
    struct digits out = divide(&a, b), twice = a;

    add(&twice, &a, 0, 1);
    if (order(&twice, b) >= 0) add(&out, &one, 0, 1);
    return out;
}

/* As value_of shows it; an overflow where it has more digits than the type. */
static const char *shown(struct digits d, bool negative, struct type type)
{
    char text[DIGITS + 4];
    int top = DIGITS - 1, n = 0;
    bool zero = true;

    for (int i = 0; i < DIGITS; i++) zero = zero && !d.at[i];
    for (int i = type.precision; i < DIGITS; i++) {
        if (d.at[i]) return "overflow";
    }
    while (top > type.scale && !d.at[top]) top--;
    if (negative && !zero) text[n++] = '-';
    for (int i = top; i >= 0; i--) {
        text[n++] = (char)('0' + d.at[i]);
        if (i == type.scale && i) text[n++] = '.';
    }
    return arena_copy(arena, text, (size_t)n);
}

/* `up` more digits than the result has; the surplus is rounded away. */
static const char *rounded(struct digits d, bool negative, int surplus, struct type type)
{
    struct digits unit = digits_of(1, surplus);

    return shown(divide_rounded(d, &unit), negative, type);
}

static const char *expected_sum(__int128 a, int scale_a, __int128 b, int scale_b, struct type type)
{
    enum { UP = 80 };
    struct digits x = digits_of(a, UP - scale_a), y = digits_of(b, UP - scale_b);
    bool more = order(&x, &y) >= 0, same = (a < 0) == (b < 0);

    if (more) {
        add(&x, &y, 0, same ? 1 : -1);
        return rounded(x, a < 0, UP - type.scale, type);
    }
    add(&y, &x, 0, same ? 1 : -1);
    return rounded(y, b < 0, UP - type.scale, type);
}

static const char *expected_product(__int128 a, __int128 b, int scale, struct type type)
{
    struct digits x = digits_of(a, 0), y = digits_of(b, 0), product = {0};

    for (int i = 0; i < 40; i++) {
        for (int times = 0; times < y.at[i]; times++) add(&product, &x, i, 1);
    }
    return rounded(product, (a < 0) != (b < 0), scale - type.scale, type);
}

static const char *expected_quotient(__int128 a, int scale_a, __int128 b, int scale_b, struct type type)
{
    struct digits x = digits_of(a, 80 + scale_b - scale_a + type.scale), y = digits_of(b, 80);

    if (!b) return "division by zero";
    return shown(divide_rounded(x, &y), (a < 0) != (b < 0), type);
}

static const char *expected_remainder(__int128 a, int scale_a, __int128 b, int scale_b, struct type type)
{
    enum { UP = 40 };
    struct digits x = digits_of(a, UP - scale_a), y = digits_of(b, UP - scale_b);

    if (!b) return "division by zero";
    divide(&x, &y);
    return rounded(x, a < 0, UP - type.scale, type);
}

static const char *expected(const char *op, __int128 a, int scale_a, __int128 b, int scale_b, struct type type)
{
    switch (*op) {
    case '+': return expected_sum(a, scale_a, b, scale_b, type);
    case '-': return expected_sum(a, scale_a, -b, scale_b, type);
    case '*': return expected_product(a, b, scale_a + scale_b, type);
    case '/': return expected_quotient(a, scale_a, b, scale_b, type);
    default: return expected_remainder(a, scale_a, b, scale_b, type);
    }
}

/* ---- running ---- */

static struct eval *run(const struct bound *b, struct column *out)
{
    struct batch batch = {.rows = ROWS, .live = ROWS, .columns = 2, .column = columns};
    struct eval *e = eval_new(&b, 1);

    eval_run(e, &batch, out);
    return e;
}

static void check_row(const char *what, int row, const char *got, const char *want)
{
    char a[NUM_TEXT_MAX], b[NUM_TEXT_MAX];

    if (strcmp(got, want) == 0) return;
    num_print_int128(number_in(&columns[0], row), a);
    num_print_int128(number_in(&columns[1], row), b);
    fail_msg("%s of %s and %s: %s, not %s", what, a, b, got, want);
}

static void check_operator(const char *op)
{
    struct type a = random_type(), b = random_type();
    struct bound *call;
    struct column out;
    struct eval *e;

    if (a.kind != TYPE_DECIMAL && b.kind != TYPE_DECIMAL) return;
    call = CALL(op, random_column(0, a), random_column(1, b));
    e = run(call, &out);
    for (int i = 0; i < ROWS; i++) {
        __int128 x = number_in(&columns[0], i), y = number_in(&columns[1], i);
        check_row(op, i, show_typed(&out, i, call->type), expected(op, x, a.scale, y, b.scale, call->type));
    }
    eval_free(e);
}

/* Each round in an arena of its own. */
static void rounds(int count, void (*check)(const char *), const char *arg)
{
    struct arena *whole = arena;

    for (int i = 0; i < count; i++) {
        arena = arena_new();
        check(arg);
        arena_free(arena);
    }
    arena = whole;
}

static void arithmetic_on_decimals_is_that_on_paper(void **state)
{
    (void)state;
    rng.state = 11;
    rounds(60, check_operator, "+");
    rounds(60, check_operator, "-");
    rounds(20, check_operator, "*");
    rounds(20, check_operator, "/");
    rounds(20, check_operator, "%");
}

static void check_cast(const char *unused)
{
    struct type from = random_type(), to = random_type();
    struct bound *call;
    struct column out;
    struct eval *e;

    (void)unused;
    if (to.kind != TYPE_DECIMAL) return;
    random_column(1, from);
    call = cast_how(random_column(0, from), to, CAST_EXPLICIT);
    e = run(call, &out);
    for (int i = 0; i < ROWS; i++) {
        __int128 x = number_in(&columns[0], i);
        check_row("cast", i, show_typed(&out, i, to), expected_sum(x, from.scale, 0, 0, to));
    }
    eval_free(e);
}

static void casts_to_decimals_round_as_on_paper(void **state)
{
    (void)state;
    rng.state = 12;
    rounds(150, check_cast, NULL);
}

/* Both as texts of digits with 40 behind the point. */
static int order_of(__int128 a, int scale_a, __int128 b, int scale_b)
{
    struct digits x = digits_of(a, 40 - scale_a), y = digits_of(b, 40 - scale_b);

    if ((a < 0) != (b < 0)) return a < 0 ? -1 : 1;
    return a < 0 ? order(&y, &x) : order(&x, &y);
}

static void check_comparison(const char *op)
{
    struct type a = type_decimal((int)rng_below(&rng, 18) + 1, 0), b = type_decimal((int)rng_below(&rng, 18) + 1, 0);
    struct column out;
    struct eval *e;

    a.scale = (uint8_t)rng_below(&rng, (uint64_t)a.precision + 1);
    b.scale = (uint8_t)rng_below(&rng, (uint64_t)b.precision + 1);
    e = run(CALL(op, random_column(0, a), random_column(1, b)), &out);
    for (int i = 0; i < ROWS; i++) {
        int o = order_of(number_in(&columns[0], i), a.scale, number_in(&columns[1], i), b.scale);
        bool want = *op == '=' ? o == 0 : o < 0;
        check_row(op, i, show_value(&out, i, TYPE_BOOLEAN), want ? "true" : "false");
    }
    eval_free(e);
}

static void decimals_of_any_scale_compare_by_value(void **state)
{
    (void)state;
    rng.state = 13;
    rounds(60, check_comparison, "=");
    rounds(60, check_comparison, "<");
}

/* ---- ranges ---- */

static void whole_numbers_are_checked_when_they_are_made(void **state)
{
    static const struct {
        enum type_kind kind;
        int64_t low, high;
    } ranges[] = {{TYPE_TINYINT, INT8_MIN, INT8_MAX},
                  {TYPE_SMALLINT, INT16_MIN, INT16_MAX},
                  {TYPE_INTEGER, INT32_MIN, INT32_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        int64_t low = ranges[i].low, high = ranges[i].high;
        char text[NUM_TEXT_MAX];

        num_print_int(high, text);
        CHECK(cast(bigint(high), ranges[i].kind), text);
        CHECK(cast(bigint(high + 1), ranges[i].kind), "overflow");
        CHECK(cast(number((double)high + 0.4), ranges[i].kind), text);
        CHECK(cast(number((double)high + 0.5), ranges[i].kind), "overflow");
        num_print_int(low, text);
        CHECK(cast(bigint(low), ranges[i].kind), text);
        CHECK(cast(bigint(low - 1), ranges[i].kind), "overflow");
        CHECK(cast(number((double)low - 0.4), ranges[i].kind), text);
        CHECK(cast(number((double)low - 0.5), ranges[i].kind), "overflow");
    }
    CHECK(cast(number(0x1p63), TYPE_BIGINT), "overflow");
    CHECK(cast(number(-0x1p63), TYPE_BIGINT), "-9223372036854775808");
    CHECK(cast(number(0.0 / 0.0), TYPE_BIGINT), "overflow");
    CHECK(cast(number(1e300), TYPE_REAL), "overflow");
    CHECK(cast(text("99999999999"), TYPE_INTEGER), "overflow");
    CHECK(cast(text("12.5"), TYPE_INTEGER), "bad cast");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_on_decimals_is_that_on_paper),
        cmocka_unit_test(casts_to_decimals_round_as_on_paper),
        cmocka_unit_test(decimals_of_any_scale_compare_by_value),
        cmocka_unit_test(whole_numbers_are_checked_when_they_are_made),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
