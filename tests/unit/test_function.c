/* test_function.c - the registry of functions, resolution of overloads, bound expressions as text. */
#include "planner/function_id.h"
#include "tests/unit/build_bound.h"

#define T(kind)    type_of(TYPE_##kind)
#define TYPES(...) (struct type[]){__VA_ARGS__}, (int)(sizeof(struct type[]){__VA_ARGS__} / sizeof(struct type))

static struct type want[FUNCTION_ARGS_MAX], result;

static int found(const char *name, const struct type *types, int n)
{
    const struct function *f = function_find(str_lit(name), types, n, DECIMAL_DIGITS_MAX, want, &result);

    return f ? f->id : -1;
}

static void every_entry_says_what_it_is(void **state)
{
    (void)state;
    for (int i = 0; i < function_count(); i++) {
        const struct function *f = function_at(i);
        assert_int_equal(f->id, i);
        assert_true(f->name[0] && f->signature[0] && f->doc[0] && f->example[0]);
        assert_non_null(f->answer);
        assert_ptr_not_equal(strchr(f->signature, '('), NULL);
    }
}

static void exact_types_are_found(void **state)
{
    (void)state;
    assert_int_equal(found("+", TYPES(T(INTEGER), T(INTEGER))), FN_ADD_INTEGER);
    assert_int_equal(result.kind, TYPE_INTEGER);
    assert_int_equal(found("+", TYPES(T(TIMESTAMP), T(INTERVAL_MONTH))), FN_ADD_TIME_MONTHS);
    assert_int_equal(found("-", TYPES(T(TIMESTAMP), T(TIMESTAMP))), FN_SUBTRACT_TIMES);
    assert_int_equal(found("-", TYPES(T(DOUBLE))), FN_NEGATE_DOUBLE);
    assert_int_equal(found("floor", TYPES(T(TIMESTAMP), T(VARCHAR))), FN_FLOOR_TIME);
}

static void the_narrowest_overload_is_found(void **state)
{
    (void)state;
    assert_int_equal(found("+", TYPES(T(INTEGER), T(BIGINT))), FN_ADD_BIGINT);
    assert_int_equal(want[0].kind, TYPE_BIGINT);
    assert_int_equal(found("*", TYPES(T(INTERVAL_DAY), T(INTEGER))), FN_MULTIPLY_SPAN);
    assert_int_equal(found("*", TYPES(T(BIGINT), T(DOUBLE))), FN_MULTIPLY_DOUBLE);
    assert_int_equal(found("sqrt", TYPES(T(INTEGER))), FN_SQRT);
    assert_int_equal(want[0].kind, TYPE_DOUBLE);
    assert_int_equal(found("abs", TYPES(T(BIGINT))), FN_ABS_BIGINT);
}

static void null_fits_everything(void **state)
{
    (void)state;
    assert_int_equal(found("+", TYPES(T(NULL), T(DOUBLE))), FN_ADD_DOUBLE);
    assert_int_equal(want[0].kind, TYPE_DOUBLE);
    assert_int_equal(found("coalesce", TYPES(T(NULL), T(VARCHAR))), FN_COALESCE);
    assert_int_equal(result.kind, TYPE_VARCHAR);
    assert_int_equal(want[0].kind, TYPE_VARCHAR);
    assert_int_equal(found("=", TYPES(T(NULL), T(NULL))), FN_EQUAL);
    assert_int_equal(result.kind, TYPE_BOOLEAN);
}

static void any_is_one_type(void **state)
{
    struct type short_text = {.kind = TYPE_VARCHAR, .length = 3}, long_text = {.kind = TYPE_VARCHAR, .length = 5};

    (void)state;
    assert_int_equal(found("greatest", TYPES(T(INTEGER), T(BIGINT), T(INTEGER))), FN_GREATEST);
    assert_int_equal(result.kind, TYPE_BIGINT);
    assert_int_equal(want[2].kind, TYPE_BIGINT);
    assert_int_equal(found("if", TYPES(T(BOOLEAN), short_text, long_text)), FN_IF);
    assert_int_equal(result.length, 5);
    assert_int_equal(found("if", TYPES(T(BOOLEAN), short_text, T(VARCHAR))), FN_IF);
    assert_int_equal(result.length, 0);
    assert_int_equal(found("=", TYPES(T(INTEGER), T(VARCHAR))), -1);
}

static void lengths_of_text_arguments_stay(void **state)
{
    struct type name = {.kind = TYPE_VARCHAR, .length = 3};

    (void)state;
    assert_int_equal(found("upper", TYPES(name)), FN_UPPER);
    assert_int_equal(want[0].length, 3);
    assert_int_equal(result.length, 0);
}

static void variadic_functions_take_any_number(void **state)
{
    struct type many[40];

    (void)state;
    for (int i = 0; i < 40; i++) many[i] = T(INTEGER);
    assert_int_equal(found("in", many, 40), FN_IN);
    assert_int_equal(found("concat", TYPES(T(VARCHAR))), FN_CONCAT);
    assert_int_equal(found("coalesce", TYPES(T(DOUBLE))), FN_COALESCE);
    assert_int_equal(found("in", many, 1), -1);
}

static void other_names_are_found(void **state)
{
    (void)state;
    assert_int_equal(found("mod", TYPES(T(INTEGER), T(INTEGER))), FN_MODULO_INTEGER);
    assert_int_equal(found("nvl", TYPES(T(INTEGER), T(INTEGER))), FN_COALESCE);
    assert_int_equal(found("Ceiling", TYPES(T(DOUBLE))), FN_CEIL_DOUBLE);
    assert_true(function_exists(str_lit("length")));
    assert_true(function_exists(str_lit("uPPer")));
    assert_false(function_exists(str_lit("cast")));
    assert_false(function_exists(str_lit("uppr")));
}

static void what_fits_no_overload_is_not_found(void **state)
{
    (void)state;
    assert_int_equal(found("substing", TYPES(T(VARCHAR), T(BIGINT))), -1);
    assert_int_equal(found("sqrt", TYPES(T(VARCHAR))), -1);
    assert_int_equal(found("nvl", TYPES(T(INTEGER), T(VARCHAR))), -1);
    assert_int_equal(found("or", TYPES(T(BOOLEAN), T(INTEGER))), -1);
    assert_int_equal(found("sqrt", NULL, 0), -1);
}

static int cast_id(struct type from, struct type to, enum cast_how how)
{
    const struct function *f = function_cast(from, to, how);

    return f ? f->id : -1;
}

static void implicit_casts_only_widen(void **state)
{
    (void)state;
    assert_int_equal(cast_id(T(INTEGER), T(BIGINT), CAST_IMPLICIT), FN_CAST_SAME);
    assert_int_equal(cast_id(T(BIGINT), T(DOUBLE), CAST_IMPLICIT), FN_CAST_WHOLE_FLOAT);
    assert_int_equal(cast_id(T(NULL), T(TIMESTAMP), CAST_IMPLICIT), FN_CAST_NULL);
    assert_int_equal(cast_id(T(BIGINT), T(INTEGER), CAST_IMPLICIT), -1);
    assert_int_equal(cast_id(T(VARCHAR), T(INTEGER), CAST_IMPLICIT), -1);
    assert_int_equal(cast_id(T(INTEGER), T(VARCHAR), CAST_IMPLICIT), -1);
    assert_int_equal(cast_id(T(INTEGER), T(INTEGER), CAST_IMPLICIT), FN_CAST_SAME);
    assert_int_equal(cast_id(T(TIMESTAMP), T(BIGINT), CAST_EXPLICIT), -1);
}

static void text_is_cut_to_length_by_explicit_casts_only(void **state)
{
    struct type three = {.kind = TYPE_VARCHAR, .length = 3}, five = {.kind = TYPE_VARCHAR, .length = 5};

    (void)state;
    assert_int_equal(cast_id(three, five, CAST_IMPLICIT), FN_CAST_SAME);
    assert_int_equal(cast_id(five, three, CAST_IMPLICIT), -1);
    assert_int_equal(cast_id(five, three, CAST_EXPLICIT), FN_CAST_TEXT_TEXT);
    assert_int_equal(cast_id(T(VARCHAR), three, CAST_EXPLICIT), FN_CAST_TEXT_TEXT);
    assert_int_equal(cast_id(five, T(VARCHAR), CAST_IMPLICIT), FN_CAST_SAME);
}

/* ---- bound expressions ---- */

static const char *printed(const struct bound *b, const char *const *names)
{
    struct buf out = {0};
    const char *copy;

    bound_print(b, names, &out);
    copy = arena_copy(arena, out.ptr, out.len);
    buf_free(&out);
    return copy;
}

#define PRINTS(bound, expected) assert_string_equal(printed(bound, NULL), expected)

static void expressions_print_as_sql(void **state)
{
    struct bound *a = column(0, TYPE_INTEGER), *s = column(1, TYPE_VARCHAR), *t = column(2, TYPE_TIMESTAMP);

    (void)state;
    PRINTS(CALL("+", a, CALL("*", a, integer(2))), "$0 + ($0 * 2)");
    PRINTS(CALL("or", CALL("=", a, integer(1)), CALL("is null", s)), "($0 = 1) OR ($1 IS NULL)");
    PRINTS(CALL("not", CALL("like", s, text("it's%"))), "NOT ($1 LIKE 'it''s%')");
    PRINTS(CALL("like", s, text("a!%"), text("!")), "$1 LIKE 'a!%' ESCAPE '!'");
    PRINTS(CALL("in", a, integer(1), integer(2)), "$0 IN (1, 2)");
    PRINTS(CALL("-", a), "-$0");
    PRINTS(CALL("is distinct from", a, null_of(TYPE_INTEGER)), "$0 IS DISTINCT FROM NULL");
    PRINTS(cast_how(s, (struct type){.kind = TYPE_VARCHAR, .length = 2}, CAST_EXPLICIT), "CAST($1 AS VARCHAR(2))");
    PRINTS(CALL("extract", text("HOUR"), t), "EXTRACT(HOUR FROM $2)");
    PRINTS(CALL("floor", t, text("MONTH")), "FLOOR($2 TO MONTH)");
    PRINTS(CALL("upper", s), "UPPER($1)");
    PRINTS(CASE(boolean(true), integer(1), a), "CASE WHEN TRUE THEN 1 ELSE $0 END");
    PRINTS(node(BOUND_ROWTIME, TYPE_TIMESTAMP), "ROWTIME");
}

static void literals_print_as_sql(void **state)
{
    (void)state;
    PRINTS(instant("2024-03-01 10:00:00.5"), "TIMESTAMP '2024-03-01 10:00:00.5'");
    PRINTS(span(-90 * USEC_SECOND), "INTERVAL '-0 00:01:30' DAY TO SECOND");
    PRINTS(months(14), "INTERVAL '+1-02' YEAR TO MONTH");
    PRINTS(number(0.1), "0.1");
    PRINTS(null_of(TYPE_VARCHAR), "NULL");
}

static void names_of_columns_are_printed(void **state)
{
    static const char *const names[] = {"delay", "origin"};

    (void)state;
    assert_string_equal(printed(CALL("||", column(1, TYPE_VARCHAR), text("!")), names), "origin || '!'");
}

static void equal_is_the_same_computation(void **state)
{
    struct bound *a = CALL("+", column(0, TYPE_INTEGER), integer(1)),
                 *b = CALL("+", column(0, TYPE_INTEGER), integer(1));

    (void)state;
    b->at = 12;
    assert_true(bound_equal(a, b));
    assert_false(bound_equal(a, CALL("+", column(0, TYPE_INTEGER), integer(2))));
    assert_false(bound_equal(a, CALL("-", column(0, TYPE_INTEGER), integer(1))));
    assert_false(bound_equal(column(0, TYPE_INTEGER), column(1, TYPE_INTEGER)));
    assert_false(bound_equal(null_of(TYPE_INTEGER), integer(0)));
    assert_true(bound_equal(null_of(TYPE_INTEGER), null_of(TYPE_INTEGER)));
    assert_false(bound_equal(integer(1), bigint(1)));
    assert_false(bound_equal(number(0.0), number(-0.0)));
}

static void count_nodes(struct bound *b, void *arg)
{
    (void)b;
    ++*(int *)arg;
}

static void copies_are_deep(void **state)
{
    struct bound *a = CALL("||", column(1, TYPE_VARCHAR), text("tail")), *b = bound_copy(arena, a);
    int n = 0;

    (void)state;
    assert_true(bound_equal(a, b));
    assert_ptr_not_equal(a->args[1], b->args[1]);
    assert_ptr_not_equal(a->args[1]->s.ptr, b->args[1]->s.ptr);
    bound_walk(b, count_nodes, &n);
    assert_int_equal(n, 3);
}

/* ---- intervals as text ---- */

static struct type qualifier(enum time_unit first, enum time_unit last)
{
    return type_interval(first, last);
}

static const char *interval_text(struct type type, int64_t v)
{
    static char out[INTERVAL_TEXT_MAX];

    int len = interval_print(type, v, out);

    assert_int_equal(len, strlen(out));
    return out;
}

static void intervals_print_by_their_qualifier(void **state)
{
    const int64_t v = 2 * USEC_DAY + 6 * USEC_MINUTE + 11 * USEC_SECOND;

    (void)state;
    assert_string_equal(interval_text(type_of(TYPE_INTERVAL_DAY), v), "+2 00:06:11");
    assert_string_equal(interval_text(qualifier(UNIT_DAY, UNIT_SECOND), v), "+2 00:06:11");
    assert_string_equal(interval_text(qualifier(UNIT_DAY, UNIT_HOUR), v), "+2 00");
    assert_string_equal(interval_text(qualifier(UNIT_HOUR, UNIT_MINUTE), v), "+48:06");
    assert_string_equal(interval_text(qualifier(UNIT_MINUTE, UNIT_SECOND), v % USEC_DAY), "+6:11");
    assert_string_equal(interval_text(qualifier(UNIT_MINUTE, UNIT_MINUTE), v % USEC_DAY), "+6");
    assert_string_equal(interval_text(qualifier(UNIT_SECOND, UNIT_SECOND), 1500000), "+1.5");
    assert_string_equal(interval_text(qualifier(UNIT_MINUTE, UNIT_SECOND), 60000001), "+1:00.000001");
    assert_string_equal(interval_text(qualifier(UNIT_WEEK, UNIT_WEEK), 15 * USEC_DAY), "+2");
    assert_string_equal(interval_text(qualifier(UNIT_DAY, UNIT_DAY), -366 * USEC_DAY), "-366");
    assert_string_equal(interval_text(qualifier(UNIT_DAY, UNIT_DAY), -1), "+0");
    assert_string_equal(interval_text(qualifier(UNIT_YEAR, UNIT_MONTH), -14), "-1-02");
    assert_string_equal(interval_text(qualifier(UNIT_YEAR, UNIT_YEAR), 14), "+1");
    assert_string_equal(interval_text(qualifier(UNIT_QUARTER, UNIT_QUARTER), 14), "+4");
    assert_string_equal(interval_text(type_of(TYPE_INTERVAL_DAY), INT64_MIN), "-106751991 04:00:54.775808");
    assert_string_equal(interval_text(qualifier(UNIT_SECOND, UNIT_SECOND), INT64_MIN), "-9223372036854.775808");
}

static void intervals_read_back(void **state)
{
    static const int64_t spans[] = {0, 1, -1, 999999, USEC_DAY, -USEC_DAY - 1, 366 * USEC_DAY + 371 * USEC_SECOND};
    int64_t back;

    (void)state;
    for (int first = UNIT_DAY; first <= UNIT_SECOND; first++) {
        struct type type = qualifier((enum time_unit)first, UNIT_SECOND);
        for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
            const char *out = interval_text(type, spans[i]);
            assert_int_equal(interval_parse(type, out, strlen(out), &back), 0);
            assert_int_equal(back, spans[i]);
        }
    }
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        const char *out = interval_text(type_of(TYPE_INTERVAL_MONTH), spans[i] % 1000);
        assert_int_equal(interval_parse(type_of(TYPE_INTERVAL_MONTH), out, strlen(out), &back), 0);
        assert_int_equal(back, spans[i] % 1000);
    }
}

static void what_is_no_interval_is_refused(void **state)
{
    static const char *const bad[] = {"",       "1",      "1 2",   "1:60", "1 24:00",
                                      "1:2:3.", "1:2:3x", "- 1:2", "a",    "99999999999 1:2"};
    static const char *const bad_months[] = {"", "1", "1-", "1-12", "-", "1-2 "};
    struct type day = qualifier(UNIT_DAY, UNIT_DAY);
    int64_t v;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(interval_parse(type_of(TYPE_INTERVAL_DAY), bad[i], strlen(bad[i]), &v), -1);
    }
    for (size_t i = 0; i < sizeof bad_months / sizeof *bad_months; i++) {
        assert_int_equal(interval_parse(type_of(TYPE_INTERVAL_MONTH), bad_months[i], strlen(bad_months[i]), &v), -1);
    }
    assert_int_equal(interval_parse(type_of(TYPE_INTERVAL_DAY), "90:30", 5, &v), 0);
    assert_int_equal(v, 90 * USEC_HOUR + 30 * USEC_MINUTE);
    assert_int_equal(interval_parse(day, "9999999999", 10, &v), -1); /* beyond 64 bits */
    assert_int_equal(interval_parse(day, "106751991", 9, &v), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_entry_says_what_it_is),
        cmocka_unit_test(exact_types_are_found),
        cmocka_unit_test(the_narrowest_overload_is_found),
        cmocka_unit_test(null_fits_everything),
        cmocka_unit_test(any_is_one_type),
        cmocka_unit_test(lengths_of_text_arguments_stay),
        cmocka_unit_test(variadic_functions_take_any_number),
        cmocka_unit_test(other_names_are_found),
        cmocka_unit_test(what_fits_no_overload_is_not_found),
        cmocka_unit_test(implicit_casts_only_widen),
        cmocka_unit_test(text_is_cut_to_length_by_explicit_casts_only),
        cmocka_unit_test(expressions_print_as_sql),
        cmocka_unit_test(literals_print_as_sql),
        cmocka_unit_test(names_of_columns_are_printed),
        cmocka_unit_test(equal_is_the_same_computation),
        cmocka_unit_test(copies_are_deep),
        cmocka_unit_test(intervals_print_by_their_qualifier),
        cmocka_unit_test(intervals_read_back),
        cmocka_unit_test(what_is_no_interval_is_refused),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
