/* test_function_doc.c - the registry as people read it. */
#include "planner/function_doc.h"
#include "planner/function_id.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *signature(int id)
{
    static char text[256];
    struct buf out = {0};

    function_signature(function_at(id), &out);
    assert_true(out.len < sizeof text);
    strcpy(text, buf_text(&out));
    buf_free(&out);
    return text;
}

static void calls_are_written_as_in_sql(void **state)
{
    (void)state;
    assert_string_equal(signature(FN_ADD_TIME_SPAN), "TIMESTAMP + INTERVAL -> TIMESTAMP");
    assert_string_equal(signature(FN_NEGATE_BIGINT), "-BIGINT -> BIGINT");
    assert_string_equal(signature(FN_LIKE_ESCAPE), "VARCHAR LIKE VARCHAR ESCAPE VARCHAR -> BOOLEAN");
    assert_string_equal(signature(FN_EXTRACT_TIME), "EXTRACT(unit FROM TIMESTAMP) -> BIGINT");
    assert_string_equal(signature(FN_IN), "any IN (any, ...) -> BOOLEAN");
    assert_string_equal(signature(FN_CONCAT), "CONCAT(VARCHAR, ...) -> VARCHAR");
    assert_string_equal(signature(FN_ABS_SPAN), "ABS(INTERVAL) -> INTERVAL");
    assert_string_equal(signature(FN_CAST_WHOLE_DECIMAL), "CAST(whole number AS DECIMAL)");
}

/* Words of the list that mean nothing in SQL. */
static bool is_sql(const char *text)
{
    static const char *const words[] = {"INTERVAL_", "_TZ", "ANY", "WHOLE", "FLOAT", "SAME", "DECIMAL_", "SPAN"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(text, words[i])) return false;
    return !strchr(text, '$');
}

static void nothing_is_shown_as_the_list_has_it(void **state)
{
    (void)state;
    for (int id = 0; id < function_count(); id++) {
        const struct function *f = function_at(id);
        if (function_internal(f)) continue;
        if (!is_sql(signature(id))) fail_msg("%s: %s", f->signature, signature(id));
        /* a name in small letters is an operator's: syntax.inc says how it is written */
        if (islower((unsigned char)*f->name) && strstr(signature(id), f->name)) fail_msg("%s has no SYNTAX", f->name);
        assert_non_null(function_subject_of(f));
    }
}

static void internal_functions_are_not_named(void **state)
{
    (void)state;
    assert_true(function_internal(function_at(FN_SUBSTRING_OR_NULL)));
    assert_false(function_named(function_at(FN_SUBSTRING_OR_NULL)));
    assert_null(function_named_like(str_lit("SUBSTRING_OR_NULL"), 0));
    assert_true(function_named(function_at(FN_SUBSTRING)));
    assert_false(function_named(function_at(FN_LIKE)));
    assert_false(function_named(function_at(FN_CAST_NULL)));
}

static void functions_are_found_by_all_their_names(void **state)
{
    struct buf others = {0};

    (void)state;
    assert_ptr_equal(function_named_like(str_lit("length"), 0), function_at(FN_CHAR_LENGTH));
    assert_null(function_named_like(str_lit("length"), 1));
    assert_null(function_named_like(str_lit("lengthy"), 0));
    function_other_names(function_at(FN_CHAR_LENGTH), &others);
    assert_string_equal(buf_text(&others), "also CHARACTER_LENGTH, LENGTH");
    buf_free(&others);
    assert_string_equal(function_nearest(str_lit("lenght")), "LENGTH");
    assert_null(function_nearest(str_lit("nonsense")));
}

static void what_is_said_twice_is_said_once(void **state)
{
    (void)state;
    assert_ptr_equal(function_said_by(function_at(FN_ADD_BIGINT)), function_at(FN_ADD_INTEGER));
    assert_ptr_equal(function_said_by(function_at(FN_ADD_DOUBLE)), function_at(FN_ADD_DOUBLE));
    assert_ptr_equal(function_first(function_at(FN_ADD_DOUBLE)), function_at(FN_ADD_INTEGER));
    /* FLOOR of numbers and FLOOR of times stand under two subjects */
    assert_ptr_equal(function_first(function_at(FN_FLOOR_SPAN)), function_at(FN_FLOOR_TIME));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_written_as_in_sql),      cmocka_unit_test(nothing_is_shown_as_the_list_has_it),
        cmocka_unit_test(internal_functions_are_not_named), cmocka_unit_test(functions_are_found_by_all_their_names),
        cmocka_unit_test(what_is_said_twice_is_said_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
