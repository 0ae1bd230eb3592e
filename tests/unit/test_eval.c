/* test_eval.c - expressions over batches: NULLs and errors in vectors, sharing, borrowing, messages; and all kernels on
 * random batches against plain references and against themselves row by row. */
#include "base/decimal.h"
#include "tests/unit/build_bound.h"

#include "base/hash.h"
#include "planner/function_id.h"
#include "runtime/kernel.h"
#include <math.h>

/* ---- batches ---- */

enum { COLUMNS = 6 };

static struct batch batch;
static struct column columns[COLUMNS];
static usec times[BATCH_ROWS], watermarks[BATCH_ROWS];

static void new_batch(int rows)
{
    memset(columns, 0, sizeof columns);
    batch = (struct batch){.rows = rows, .live = rows, .columns = COLUMNS, .column = columns};
    batch.rowtime = batch.arrival = times;
    batch.w = watermarks;
}

static struct column new_column(enum phys phys)
{
    static const size_t bytes[] = {
        [PHYS_BOOL] = 1, [PHYS_INT] = 8, [PHYS_DOUBLE] = 8, [PHYS_TEXT] = sizeof(struct text), [PHYS_WIDE] = 16};

    return (struct column){.phys = phys, .data = arena_alloc(arena, BATCH_ROWS * bytes[phys])};
}

/* Column k as 0, step, 2 * step, ... */
static void ramp(int k, int64_t step)
{
    columns[k] = new_column(PHYS_INT);
    for (int i = 0; i < batch.rows; i++) columns[k].ints[i] = i * step;
}

/* Rows whose number is a multiple of n are NULL, and 0. */
static void make_nulls(int k, int n)
{
    columns[k].valid = arena_alloc(arena, BATCH_WORDS * sizeof(uint64_t));
    memset(columns[k].valid, 0xff, BATCH_WORDS * sizeof(uint64_t));
    for (int i = 0; i < batch.rows; i += n) {
        bit_clear(columns[k].valid, i);
        columns[k].ints[i] = 0;
    }
}

static void make_errors(int k, int n, enum row_error error)
{
    columns[k].error = arena_alloc(arena, BATCH_ROWS);
    for (int i = 0; i < batch.rows; i += n) columns[k].error[i] = (uint8_t)error;
}

static struct eval *eval_one(const struct bound *b, struct column *out)
{
    struct eval *e = eval_new(&b, 1);

    eval_run(e, &batch, out);
    return e;
}

static struct bound *int_column(int k)
{
    return column(k, TYPE_BIGINT);
}

/* ---- NULLs and errors ---- */

static void without_nulls_no_bitmap_is_made(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(1000);
    ramp(0, 3);
    ramp(1, 5);
    e = eval_one(CALL("+", int_column(0), int_column(1)), &out);
    assert_null(out.valid);
    assert_null(out.error);
    for (int i = 0; i < 1000; i++) assert_int_equal(out.ints[i], i * 8);
    eval_free(e);
}

static void nulls_of_arguments_are_nulls_of_results(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(1000);
    ramp(0, 3);
    ramp(1, 5);
    make_nulls(0, 3);
    make_nulls(1, 5);
    e = eval_one(CALL("+", int_column(0), int_column(1)), &out);
    for (int i = 0; i < 1000; i++) {
        bool null = i % 3 == 0 || i % 5 == 0;
        assert_int_equal(column_is_null(&out, i), null);
        assert_int_equal(out.ints[i], null ? 0 : i * 8);
    }
    eval_free(e);
}

static void a_bitmap_of_all_ones_is_dropped(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(70);
    ramp(0, 1);
    make_nulls(0, 69);
    bit_set(columns[0].valid, 0);
    bit_set(columns[0].valid, 69);
    columns[0].valid[1] &= 0x3f; /* bits behind the last row say nothing */
    e = eval_one(CALL("+", int_column(0), bigint(1)), &out);
    assert_null(out.valid);
    eval_free(e);
}

static void an_error_wins_over_null_and_the_first_one_over_others(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(100);
    ramp(0, 1);
    ramp(1, 1);
    make_nulls(0, 2);
    make_errors(0, 5, ROW_BAD_VALUE);
    make_errors(1, 3, ROW_BAD_CAST);
    e = eval_one(CALL("*", int_column(0), int_column(1)), &out);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(out.error[i], i % 5 == 0 ? ROW_BAD_VALUE : i % 3 == 0 ? ROW_BAD_CAST : ROW_OK);
        if (out.error[i]) assert_int_equal(out.ints[i], 0);
    }
    eval_free(e);
}

static void errors_of_one_run_are_gone_in_the_next(void **state)
{
    const struct bound *b = CALL("/", bigint(100), int_column(0));
    struct eval *e = eval_new(&b, 1);
    struct column out;

    (void)state;
    new_batch(10);
    ramp(0, 1);
    eval_run(e, &batch, &out);
    assert_int_equal(out.error[0], ROW_DIVISION_BY_ZERO);
    assert_int_equal(out.error[1], ROW_OK);
    assert_int_equal(out.ints[7], 14);
    columns[0].ints[0] = 10;
    eval_run(e, &batch, &out);
    assert_null(out.error);
    assert_int_equal(out.ints[0], 10);
    make_nulls(0, 2);
    eval_run(e, &batch, &out);
    assert_null(out.error);
    assert_true(column_is_null(&out, 0));
    eval_free(e);
}

static void a_null_row_cannot_fail(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(10);
    ramp(0, 1);
    make_nulls(0, 1);
    e = eval_one(CALL("%", bigint(1), int_column(0)), &out);
    assert_null(out.error);
    assert_true(column_is_null(&out, 3));
    eval_free(e);
}

static void coalesce_takes_the_first_value_of_each_row(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(200);
    ramp(0, 1);
    ramp(1, 10);
    make_nulls(0, 2);
    make_nulls(1, 3);
    make_errors(1, 4, ROW_BAD_VALUE);
    e = eval_one(CALL("coalesce", int_column(0), int_column(1), bigint(-1)), &out);
    for (int i = 0; i < 200; i++) {
        int64_t second = i % 3 ? i * 10 : -1;
        assert_int_equal(out.error[i], i % 4 ? ROW_OK : ROW_BAD_VALUE);
        if (i % 4) assert_int_equal(out.ints[i], i % 2 ? i : second);
    }
    eval_free(e);
}

/* ---- sharing and borrowing ---- */

static void common_subexpressions_are_one_vector(void **state)
{
    struct bound *sum = CALL("+", int_column(0), bigint(1)), *same = CALL("+", int_column(0), bigint(1));
    const struct bound *both[] = {sum, same, CALL("*", same, same)};
    struct eval *e = eval_new(both, 3);
    struct column out[3];

    (void)state;
    new_batch(50);
    ramp(0, 2);
    eval_run(e, &batch, out);
    assert_ptr_equal(out[0].data, out[1].data);
    assert_int_equal(out[2].ints[3], 49);
    eval_free(e);
}

static void columns_and_times_are_borrowed(void **state)
{
    const struct bound *all[] = {int_column(2), node(BOUND_ROWTIME, TYPE_TIMESTAMP),
                                 node(BOUND_ARRIVAL, TYPE_TIMESTAMP), cast(column(2, TYPE_INTEGER), TYPE_BIGINT)};
    struct eval *e = eval_new(all, 4);
    struct column out[4];

    (void)state;
    new_batch(50);
    ramp(2, 2);
    make_errors(2, 7, ROW_BAD_VALUE);
    eval_run(e, &batch, out);
    assert_ptr_equal(out[0].ints, columns[2].ints);
    assert_ptr_equal(out[0].error, columns[2].error);
    assert_ptr_equal(out[1].ints, times);
    assert_ptr_equal(out[2].ints, times);
    assert_ptr_equal(out[3].ints, columns[2].ints);
    eval_free(e);
}

static void no_watermark_is_null(void **state)
{
    const struct bound *w = node(BOUND_WATERMARK, TYPE_TIMESTAMP);
    struct eval *e = eval_new(&w, 1);
    struct column out;

    (void)state;
    new_batch(100);
    for (int i = 0; i < 100; i++) watermarks[i] = i;
    eval_run(e, &batch, &out);
    assert_ptr_equal(out.ints, watermarks);
    assert_null(out.valid);
    watermarks[0] = watermarks[70] = USEC_MIN;
    eval_run(e, &batch, &out);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(column_is_null(&out, i), i == 0 || i == 70);
        assert_int_equal(out.ints[i], i == 70 ? 0 : i);
    }
    assert_true(watermarks[70] == USEC_MIN);
    eval_free(e);
}

static void constants_hold_in_every_row_of_every_run(void **state)
{
    struct bound *fails = CALL("/", integer(1), integer(0));
    const struct bound *all[] = {CALL("upper", text("abc")), fails, null_of(TYPE_DOUBLE)};
    struct eval *e = eval_new(all, 3);
    struct column out[3];

    (void)state;
    for (int rows = 1; rows <= BATCH_ROWS; rows += BATCH_ROWS - 1) {
        new_batch(rows);
        eval_run(e, &batch, out);
        for (int i = 0; i < rows; i++) {
            assert_string_equal(show_value(&out[0], i, TYPE_VARCHAR), "ABC");
            assert_int_equal(out[1].error[i], ROW_DIVISION_BY_ZERO);
            assert_true(column_is_null(&out[2], i));
        }
    }
    eval_free(e);
}

static void now_is_the_arrival_in_constants(void **state)
{
    struct bound *now = node(BOUND_ARRIVAL, TYPE_TIMESTAMP);
    struct column out;

    (void)state;
    assert_int_equal(eval_constant(CALL("+", now, span(5)), 100, arena, &out), ROW_OK);
    assert_int_equal(out.ints[0], 105);
}

static void many_patterns_of_one_call_are_all_served(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    new_batch(500);
    columns[0] = new_column(PHYS_TEXT);
    for (int i = 0; i < 500; i++) {
        const char *pattern = arena_printf(arena, "'%d:'yyyy", i % 100);
        columns[0].texts[i] = text_of(pattern, strlen(pattern));
    }
    e = eval_one(CALL("to_char", instant("2024-01-01 00:00:00"), column(0, TYPE_VARCHAR)), &out);
    for (int i = 0; i < 500; i++) {
        assert_string_equal(show_value(&out, i, TYPE_VARCHAR), arena_printf(arena, "%d:2024", i % 100));
    }
    eval_free(e);
}

/* ---- messages ---- */

static const char *explained(const struct bound *b, int row)
{
    struct buf out = {0};
    const char *copy;

    eval_explain(b, &batch, row, &out);
    copy = arena_copy(arena, buf_text(&out), out.len);
    buf_free(&out);
    return copy;
}

static void messages_name_what_failed_on_which_value(void **state)
{
    struct bound *x = int_column(0), *quotient = CALL("/", bigint(10), x);
    struct bound *s = column(1, TYPE_VARCHAR);

    (void)state;
    new_batch(70);
    ramp(0, 1);
    columns[1] = new_column(PHYS_TEXT);
    columns[1].texts[65] = text_of("it's", 4);
    make_errors(0, 69, ROW_OK);
    columns[0].error[2] = ROW_BAD_VALUE;
    assert_string_equal(explained(CALL("+", integer(1), quotient), 0), "division by zero: 10 / 0");
    assert_string_equal(explained(CALL("+", integer(1), quotient), 2), "bad value: $0");
    assert_string_equal(explained(CALL("+", integer(1), quotient), 5), "");
    assert_string_equal(explained(cast(s, TYPE_INTEGER), 65), "bad cast: CAST('it''s' AS INTEGER)");
    assert_string_equal(explained(varchar(s, 3), 65), "text too long: CAST('it''s' AS VARCHAR(3))");
}

static void messages_blame_the_branch_taken(void **state)
{
    struct bound *x = int_column(0), *one = CALL("/", bigint(1), x), *two = CALL("/", bigint(2), x);

    (void)state;
    new_batch(4);
    ramp(0, 1);
    assert_string_equal(explained(CASE(CALL("=", x, bigint(1)), one, two), 0), "division by zero: 2 / 0");
    assert_string_equal(explained(CASE(CALL("=", x, bigint(0)), one, two), 0), "division by zero: 1 / 0");
    assert_string_equal(explained(CASE(CALL("=", one, bigint(0)), two, x), 0), "division by zero: 1 / 0");
}

/* ---- random batches ---- */

static struct rng rng;

/* The type of random columns of a kind: DECIMALs lie in 64 or in 128 bits, as the test says. */
static bool long_decimals;

static struct type sample_type(enum type_kind kind)
{
    if (kind == TYPE_DECIMAL) return long_decimals ? type_decimal(30, 5) : type_decimal(12, 2);
    return type_of(kind);
}

static struct bound *sample_column(int k, enum type_kind kind)
{
    struct bound *b = column(k, kind);

    b->type = sample_type(kind);
    return b;
}

/* Small ones, too, so that some products and quotients fit. */
static __int128 random_decimal(void)
{
    __int128 limit = decimal_power((int)rng_below(&rng, (uint64_t)sample_type(TYPE_DECIMAL).precision + 1));

    return (__int128)(((unsigned __int128)rng_next(&rng) << 64) | rng_next(&rng)) % limit;
}

static int64_t random_int(enum type_kind kind)
{
    static const int64_t edges[] = {0, 1, -1, 2, -7, 3, 10, INT32_MAX, INT32_MIN, 60000000, 3600000000};
    static const int64_t wide_edges[] = {INT64_MAX, INT64_MIN, INT64_C(1) << 40, TIME_FIRST, TIME_LAST, -1, 0};
    uint64_t choice = rng_below(&rng, 4);

    if (kind == TYPE_TIMESTAMP || kind == TYPE_TIMESTAMP_TZ)
        return TIME_FIRST + (int64_t)rng_below(&rng, (uint64_t)(TIME_LAST - TIME_FIRST));
    if (kind == TYPE_DATE) return TIME_FIRST + (int64_t)rng_below(&rng, 3652059) * USEC_DAY;
    if (kind == TYPE_TIME) return (int64_t)rng_below(&rng, USEC_DAY);
    if (kind == TYPE_DECIMAL) return (int64_t)random_decimal();
    if (kind == TYPE_TINYINT) return (int8_t)rng_next(&rng);
    if (kind == TYPE_SMALLINT) return (int16_t)rng_next(&rng);
    if (kind == TYPE_INTEGER)
        return choice ? (int32_t)(rng_next(&rng) >> rng_below(&rng, 60)) : edges[rng_below(&rng, 9)];
    if (kind == TYPE_INTERVAL_MONTH) return (int64_t)rng_below(&rng, 400) - 200;
    if (choice == 0) return edges[rng_below(&rng, 11)];
    if (choice == 1) return wide_edges[rng_below(&rng, 7)];
    return (int64_t)rng_next(&rng) >> rng_below(&rng, 60);
}

static double random_double(void)
{
    static const double edges[] = {0, -0.0, 1, -1, 2.5, NAN, INFINITY, -INFINITY, 1e300, 0.1};

    if (rng_below(&rng, 3) == 0) return edges[rng_below(&rng, 10)];
    return ((double)rng_below(&rng, 2000) - 1000) / 8;
}

/* Few and short ones, so that texts are often equal, and parts or patterns of each other. */
static struct text random_text(void)
{
    static const char *const words[] = {"a",  "b", "ab", "%",   "_",    "ä", "€",    "A",    " ",
                                        "12", "!", "-3", "day", "HOUR", "",  "yyyy", "true", "2024-01-02 03:04:05"};
    struct buf out = {0};
    struct text t;

    for (uint64_t n = rng_below(&rng, 4); n; n--) buf_puts(&out, words[rng_below(&rng, 18)]);
    t = out.len ? text_of(arena_copy(arena, out.ptr, out.len), out.len) : text_empty();
    buf_free(&out);
    return t;
}

static void random_column(int k, enum type_kind kind)
{
    struct column *c = &columns[k];
    bool nulls = rng_below(&rng, 2), errors = rng_below(&rng, 3) == 0;

    *c = new_column(type_phys(sample_type(kind)));
    if (nulls) c->valid = arena_alloc(arena, BATCH_WORDS * sizeof(uint64_t));
    if (errors) c->error = arena_alloc(arena, BATCH_ROWS);
    for (int i = 0; i < batch.rows; i++) {
        bool value = !nulls || rng_below(&rng, 4);
        if (nulls && value) bit_set(c->valid, i);
        if (errors && rng_below(&rng, 10) == 0) c->error[i] = ROW_BAD_VALUE;
        value = value && !(errors && c->error[i]);
        switch (c->phys) {
        case PHYS_BOOL: c->bools[i] = value && rng_below(&rng, 2); break;
        case PHYS_INT: c->ints[i] = value ? random_int(kind) : 0; break;
        case PHYS_DOUBLE:
            c->doubles[i] = value ? random_double() : 0;
            if (kind == TYPE_REAL) c->doubles[i] = (double)(float)c->doubles[i];
            break;
        case PHYS_TEXT: c->texts[i] = value ? random_text() : text_empty(); break;
        case PHYS_WIDE: c->wides[i] = value ? random_decimal() : 0; break;
        }
    }
}

/* The column's value in a row as a constant. */
static struct bound *cell(int k, enum type_kind kind, int row)
{
    const struct column *c = &columns[k];
    struct bound *b = column_is_null(c, row) ? null_of(kind) : node(BOUND_CONST, kind);

    b->type = sample_type(kind);
    switch (c->phys) {
    case PHYS_BOOL: b->i = c->bools[row]; break;
    case PHYS_INT: b->i = c->ints[row]; break;
    case PHYS_DOUBLE: b->d = c->doubles[row]; break;
    case PHYS_TEXT: b->s = str_of(c->texts[row].ptr, c->texts[row].len); break;
    case PHYS_WIDE: b->wide = c->wides[row]; break;
    }
    return b;
}

/* The argument types of a function's signature, `any` for ANY; an ellipsis is one more argument. */
static int signature_types(const struct function *f, enum type_kind any, enum type_kind *types)
{
    static const struct {
        const char *name;
        enum type_kind kind;
    } words[] = {{"BOOLEAN", TYPE_BOOLEAN},
                 {"INTEGER", TYPE_INTEGER},
                 {"BIGINT", TYPE_BIGINT},
                 {"DECIMAL", TYPE_DECIMAL},
                 {"DOUBLE", TYPE_DOUBLE},
                 {"VARCHAR", TYPE_VARCHAR},
                 {"BINARY", TYPE_BINARY},
                 {"DATE", TYPE_DATE},
                 {"TIME", TYPE_TIME},
                 {"TIMESTAMP", TYPE_TIMESTAMP},
                 {"TIMESTAMP_TZ", TYPE_TIMESTAMP_TZ},
                 {"INTERVAL_DAY", TYPE_INTERVAL_DAY},
                 {"INTERVAL_MONTH", TYPE_INTERVAL_MONTH}};
    const char *at = strchr(f->signature, '(') + 1;
    int n = 0;

    while (*at) {
        size_t len = strcspn(at, ",) ");
        if (len == 3 && memcmp(at, "ANY", 3) == 0) types[n++] = any;
        if (len == 3 && memcmp(at, "...", 3) == 0) types[n] = types[n - 1], n++;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (strlen(words[i].name) == len && memcmp(at, words[i].name, len) == 0) types[n++] = words[i].kind;
        }
        at += len;
        at += strspn(at, ",) ");
    }
    return n;
}

/* What a strict function gives where an argument is NULL or has an error; NULL: by_the_rule says nothing. */
static const char *by_the_rule(int row, int n)
{
    bool null = false;

    for (int k = 0; k < n; k++) {
        if (columns[k].error && columns[k].error[row]) return row_error_name((enum row_error)columns[k].error[row]);
        null = null || column_is_null(&columns[k], row);
    }
    return null ? "NULL" : NULL;
}

static bool has_error(int row, int n)
{
    for (int k = 0; k < n; k++) {
        if (columns[k].error && columns[k].error[row]) return true;
    }
    return false;
}

static bool is_own(const struct function *f)
{
    static const int own[] = {
        FN_DISTINCT,          FN_IN,           FN_NULLIF,       FN_AND,      FN_OR,       FN_IS_NULL,
        FN_IS_TRUE,           FN_IS_FALSE,     FN_COALESCE,     FN_IF,       FN_TRY_CAST, FN_TYPEOF,
        FN_TIMESTAMP_TO_CHAR, FN_DATE_TO_CHAR, FN_TIME_TO_CHAR, FN_CONCAT_WS};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (own[i] == f->id) return true;
    }
    return false;
}

/* Over a batch, and row by row with constants for arguments: the same. */
static void check_function(const struct function *f, enum type_kind any)
{
    enum type_kind types[8];
    int n = signature_types(f, any, types);
    struct bound *args[8], *b;
    struct column out;
    struct eval *e;

    assert_true(n > 0 || strstr(f->signature, "()"));
    for (int k = 0; k < n; k++) {
        random_column(k, types[k]);
        args[k] = sample_column(k, types[k]);
    }
    b = bind_call(f->name, args, n);
    assert_int_equal(b->function->id, f->id);
    e = eval_one(b, &out);
    for (int row = 0; row < batch.rows; row++) {
        const char *rule = is_own(f) ? NULL : by_the_rule(row, n), *got = show_typed(&out, row, b->type);
        if (rule) assert_string_equal(got, rule);
        if (rule || has_error(row, n)) continue;
        for (int k = 0; k < n; k++) args[k] = cell(k, types[k], row);
        if (strcmp(got, value_of(bind_call(f->name, args, n))))
            fail_msg("%s differs in row %d: %s", f->signature, row, got);
    }
    eval_free(e);
}

static void batches_and_single_rows_agree_for_every_function(void **state)
{
    static const enum type_kind any[] = {TYPE_INTEGER, TYPE_DECIMAL, TYPE_VARCHAR, TYPE_BOOLEAN};

    (void)state;
    rng.state = 1;
    for (int i = 0; i < function_count(); i++) {
        struct arena *whole = arena;
        bool generic = strstr(function_at(i)->signature, "ANY") != NULL,
             is_cast = strcmp(function_at(i)->name, "CAST") == 0;
        for (int round = 0; round < 4 && !is_cast; round++) {
            arena = arena_new();
            new_batch(round == 3 ? 1 : 150);
            long_decimals = round % 2;
            check_function(function_at(i), generic ? any[round] : TYPE_INTEGER);
            arena_free(arena);
        }
        arena = whole;
    }
}

static void check_cast(enum type_kind from, enum type_kind to)
{
    struct column out;
    struct eval *e;

    new_batch(150);
    random_column(0, from);
    e = eval_one(cast_how(sample_column(0, from), sample_type(to), CAST_EXPLICIT), &out);
    for (int row = 0; row < batch.rows; row++) {
        const char *rule = by_the_rule(row, 1), *got = show_typed(&out, row, sample_type(to));
        if (!rule) rule = value_of(cast_how(cell(0, from, row), sample_type(to), CAST_EXPLICIT));
        assert_string_equal(got, rule);
    }
    eval_free(e);
}

static void batches_and_single_rows_agree_for_every_cast(void **state)
{
    (void)state;
    rng.state = 7;
    for (enum type_kind from = TYPE_BOOLEAN; from <= TYPE_INTERVAL_MONTH; from++) {
        for (enum type_kind to = TYPE_BOOLEAN; to <= TYPE_INTERVAL_MONTH; to++) {
            if (!function_cast(type_of(from), type_of(to), CAST_EXPLICIT)) continue;
            for (int round = 0; round < 4; round++) {
                long_decimals = round % 2;
                check_cast(from, to);
            }
        }
    }
}

/* ---- plain references ---- */

/* What an operator over 64-bit integers gives, in 128 bits. */
static enum row_error reference(const char *op, __int128 x, __int128 y, bool wide, int64_t *out)
{
    __int128 r = 0, min = wide ? INT64_MIN : INT32_MIN, max = wide ? INT64_MAX : INT32_MAX;

    if ((*op == '/' || *op == '%') && y == 0) return ROW_DIVISION_BY_ZERO;
    switch (*op) {
    case '+': r = x + y; break;
    case '-': r = x - y; break;
    case '*': r = x * y; break;
    case '/': r = x / y; break;
    case '%': r = x % y; break;
    }
    if (r < min || r > max) return ROW_OVERFLOW;
    *out = (int64_t)r;
    return ROW_OK;
}

static void check_arithmetic(const char *op, enum type_kind kind)
{
    struct column out;
    struct eval *e;

    new_batch(BATCH_ROWS - 3);
    random_column(0, kind);
    random_column(1, kind);
    e = eval_one(CALL(op, column(0, kind), column(1, kind)), &out);
    for (int row = 0; row < batch.rows; row++) {
        int64_t want = 0;
        enum row_error error = ROW_OK;
        if (has_error(row, 2)) {
            error = ROW_BAD_VALUE;
        } else if (column_is_null(&columns[0], row) || column_is_null(&columns[1], row)) {
            assert_true(column_is_null(&out, row));
        } else {
            error = reference(op, columns[0].ints[row], columns[1].ints[row], kind == TYPE_BIGINT, &want);
            assert_false(column_is_null(&out, row));
        }
        assert_int_equal(out.error ? out.error[row] : ROW_OK, error);
        assert_int_equal(out.ints[row], want);
    }
    eval_free(e);
}

static void integer_arithmetic_is_that_of_128_bits_within_range(void **state)
{
    static const char *const operators[] = {"+", "-", "*", "/", "%"};

    (void)state;
    rng.state = 2;
    for (int round = 0; round < 10; round++) {
        check_arithmetic(operators[round % 5], TYPE_INTEGER);
        check_arithmetic(operators[round % 5], TYPE_BIGINT);
    }
}

/* -1, 0, 1 by the plainest means. */
static int order_of(const struct column *a, const struct column *b, int row)
{
    double x, y;

    switch (a->phys) {
    case PHYS_BOOL: return a->bools[row] - b->bools[row];
    case PHYS_INT: return (a->ints[row] > b->ints[row]) - (a->ints[row] < b->ints[row]);
    case PHYS_TEXT: {
        const char *s = show_value(a, row, TYPE_VARCHAR), *t = show_value(b, row, TYPE_VARCHAR);
        return strcmp(s, t);
    }
    case PHYS_WIDE: return (a->wides[row] > b->wides[row]) - (a->wides[row] < b->wides[row]);
    case PHYS_DOUBLE: break;
    }
    x = a->doubles[row];
    y = b->doubles[row];
    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

static bool holds(const char *op, int order)
{
    if (strcmp(op, "=") == 0) return order == 0;
    if (strcmp(op, "<>") == 0) return order != 0;
    if (strcmp(op, "<") == 0) return order < 0;
    if (strcmp(op, "<=") == 0) return order <= 0;
    if (strcmp(op, ">") == 0) return order > 0;
    return order >= 0;
}

static void check_comparison(const char *op, enum type_kind kind)
{
    struct column out, plain_a, plain_b;
    struct eval *e;

    new_batch(500);
    random_column(0, kind);
    random_column(1, kind);
    plain_a = columns[0];
    plain_b = columns[1];
    plain_a.valid = plain_b.valid = NULL;
    plain_a.error = plain_b.error = NULL;
    e = eval_one(CALL(op, column(0, kind), column(1, kind)), &out);
    for (int row = 0; row < batch.rows; row++) {
        bool null = column_is_null(&columns[0], row) || column_is_null(&columns[1], row);
        if (has_error(row, 2)) continue;
        assert_int_equal(column_is_null(&out, row), null);
        if (!null) assert_int_equal(out.bools[row], holds(op, order_of(&plain_a, &plain_b, row)));
    }
    eval_free(e);
}

static void comparisons_follow_the_order_of_their_type(void **state)
{
    static const char *const operators[] = {"=", "<>", "<", "<=", ">", ">="};
    static const enum type_kind kinds[] = {TYPE_BOOLEAN, TYPE_BIGINT, TYPE_DOUBLE, TYPE_VARCHAR};

    (void)state;
    rng.state = 3;
    for (int op = 0; op < 6; op++) {
        for (int kind = 0; kind < 4; kind++) check_comparison(operators[op], kinds[kind]);
    }
}

static const char *skip_character(const char *s)
{
    do s++;
    while (((unsigned char)*s & 0xc0) == 0x80);
    return s;
}

/* LIKE by its definition, exponential. */
static bool plain_like(const char *s, const char *pattern)
{
    if (!*pattern) return !*s;
    if (*pattern == '%') return plain_like(s, pattern + 1) || (*s && plain_like(skip_character(s), pattern));
    if (*pattern == '_') return *s && plain_like(skip_character(s), pattern + 1);
    return *s == *pattern && plain_like(s + 1, pattern + 1);
}

static void like_is_its_definition(void **state)
{
    struct column out, constant_out;
    struct eval *e;

    (void)state;
    rng.state = 4;
    new_batch(BATCH_ROWS);
    for (int k = 0; k < 2; k++) {
        do random_column(k, TYPE_VARCHAR);
        while (columns[k].error || columns[k].valid);
    }
    e = eval_one(CALL("like", column(0, TYPE_VARCHAR), column(1, TYPE_VARCHAR)), &out);
    for (int row = 0; row < batch.rows; row++) {
        const char *s = show_value(&columns[0], row, TYPE_VARCHAR), *p = show_value(&columns[1], row, TYPE_VARCHAR);
        if (out.bools[row] != plain_like(s, p)) fail_msg("'%s' LIKE '%s'", s, p);
    }
    for (int row = 0; row < 40; row++) {
        const char *p = show_value(&columns[1], row, TYPE_VARCHAR);
        struct eval *one = eval_one(CALL("like", column(0, TYPE_VARCHAR), text(p)), &constant_out);
        for (int i = 0; i < batch.rows; i++) {
            assert_int_equal(constant_out.bools[i], plain_like(show_value(&columns[0], i, TYPE_VARCHAR), p));
        }
        eval_free(one);
    }
    eval_free(e);
}

/* SUBSTRING by taking the characters one by one. */
static const char *plain_substring(const char *s, int64_t start, int64_t count)
{
    struct buf out = {0};
    const char *copy;

    for (int64_t i = 1; *s; i++) {
        const char *next = skip_character(s);
        if (i >= start && i < start + count) buf_put(&out, s, (size_t)(next - s));
        s = next;
    }
    copy = arena_copy(arena, out.ptr, out.len);
    buf_free(&out);
    return copy;
}

static void substring_takes_characters(void **state)
{
    (void)state;
    rng.state = 5;
    for (int i = 0; i < 2000; i++) {
        struct text t = random_text();
        const char *s = arena_copy(arena, t.ptr, t.len);
        int64_t start = (int64_t)rng_below(&rng, 12) - 4, count = (int64_t)rng_below(&rng, 8);
        CHECK(CALL("substring", text(s), bigint(start), bigint(count)), plain_substring(s, start, count));
    }
}

/* Three-valued logic and CASE over random vectors, against one row's worth of ifs. */
static void choosing_is_row_by_row(void **state)
{
    struct column out;
    struct eval *e;

    (void)state;
    rng.state = 6;
    for (int round = 0; round < 20; round++) {
        new_batch(777);
        random_column(0, TYPE_BOOLEAN);
        random_column(1, TYPE_BIGINT);
        random_column(2, TYPE_BOOLEAN);
        random_column(3, TYPE_BIGINT);
        random_column(4, TYPE_BIGINT);
        e = eval_one(
            CASE(column(0, TYPE_BOOLEAN), int_column(1), column(2, TYPE_BOOLEAN), int_column(3), int_column(4)), &out);
        for (int row = 0; row < batch.rows; row++) {
            int k = 4;
            for (int when = 2; when >= 0; when -= 2) {
                if (columns[when].bools[row]) k = when + 1;
                if (columns[when].error && columns[when].error[row]) k = when;
            }
            assert_string_equal(show_value(&out, row, TYPE_BIGINT), show_value(&columns[k], row, TYPE_BIGINT));
        }
        eval_free(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_nulls_no_bitmap_is_made),
        cmocka_unit_test(nulls_of_arguments_are_nulls_of_results),
        cmocka_unit_test(a_bitmap_of_all_ones_is_dropped),
        cmocka_unit_test(an_error_wins_over_null_and_the_first_one_over_others),
        cmocka_unit_test(errors_of_one_run_are_gone_in_the_next),
        cmocka_unit_test(a_null_row_cannot_fail),
        cmocka_unit_test(coalesce_takes_the_first_value_of_each_row),
        cmocka_unit_test(common_subexpressions_are_one_vector),
        cmocka_unit_test(columns_and_times_are_borrowed),
        cmocka_unit_test(no_watermark_is_null),
        cmocka_unit_test(constants_hold_in_every_row_of_every_run),
        cmocka_unit_test(now_is_the_arrival_in_constants),
        cmocka_unit_test(many_patterns_of_one_call_are_all_served),
        cmocka_unit_test(messages_name_what_failed_on_which_value),
        cmocka_unit_test(messages_blame_the_branch_taken),
        cmocka_unit_test(batches_and_single_rows_agree_for_every_function),
        cmocka_unit_test(batches_and_single_rows_agree_for_every_cast),
        cmocka_unit_test(integer_arithmetic_is_that_of_128_bits_within_range),
        cmocka_unit_test(comparisons_follow_the_order_of_their_type),
        cmocka_unit_test(like_is_its_definition),
        cmocka_unit_test(substring_takes_characters),
        cmocka_unit_test(choosing_is_row_by_row),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
