/* test_catalog.c - the catalogue: numbers, names, readers. */
#include "planner/plan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const unsigned streams = 1u << OBJECT_STREAM, pumps = 1u << OBJECT_PUMP;

static struct object *add(struct catalog *c, enum object_kind kind, const char *name)
{
    struct object *o = object_new(kind);

    o->name = arena_copy(o->arena, name, str_lit(name).len);
    catalog_add(c, o, 0);
    return o;
}

/* A query that reads `from` through a filter. */
static void reads(struct object *o, const struct object *from)
{
    struct plan *filter = arena_alloc(o->arena, sizeof *filter), *scan = arena_alloc(o->arena, sizeof *scan);

    scan->kind = PLAN_SCAN;
    scan->object = from;
    filter->kind = PLAN_FILTER;
    filter->inputs = 1;
    filter->input = arena_alloc(o->arena, sizeof *filter->input);
    filter->input[0] = scan;
    o->plan = filter;
}

static void numbers_are_never_given_twice(void **state)
{
    struct catalog *c = catalog_new();
    struct object *o = object_new(OBJECT_STREAM);

    (void)state;
    assert_int_equal(add(c, OBJECT_STREAM, "a")->id, 1);
    o->name = "b";
    catalog_add(c, o, 7);
    catalog_remove(c, 7);
    assert_int_equal(add(c, OBJECT_STREAM, "c")->id, 8);
    assert_null(catalog_get(c, 7));
    assert_string_equal(catalog_get(c, 8)->name, "c");
    catalog_free(c);
}

static void objects_stand_in_order_of_creation(void **state)
{
    struct catalog *c = catalog_new();

    (void)state;
    add(c, OBJECT_STREAM, "z");
    add(c, OBJECT_VIEW, "a");
    add(c, OBJECT_STREAM, "m");
    catalog_remove(c, 1);
    assert_string_equal(catalog_at(c, 0)->name, "a");
    assert_string_equal(catalog_at(c, 1)->name, "m");
    assert_null(catalog_at(c, 2));
    assert_null(catalog_at(c, -1));
    catalog_free(c);
}

static void names_match_without_regard_to_case(void **state)
{
    struct catalog *c = catalog_new();
    struct object *o = add(c, OBJECT_STREAM, "Flights");

    (void)state;
    assert_ptr_equal(catalog_find(c, str_lit("fLIGHTS"), false, streams, 0, NULL), o);
    assert_ptr_equal(catalog_find(c, str_lit("flights"), true, streams, 0, NULL), o);
    assert_null(catalog_find(c, str_lit("Flight"), false, streams, 0, NULL));
    catalog_free(c);
}

static void of_names_that_differ_in_case_the_exact_one_is_meant(void **state)
{
    struct catalog *c = catalog_new();
    struct object *upper = add(c, OBJECT_STREAM, "A"), *lower = add(c, OBJECT_STREAM, "a");

    (void)state;
    assert_ptr_equal(catalog_find(c, str_lit("A"), false, streams, 0, NULL), upper);
    assert_ptr_equal(catalog_find(c, str_lit("a"), true, streams, 0, NULL), lower);
    catalog_free(c);
}

static void a_name_between_two_cases_needs_quotes(void **state)
{
    struct catalog *c = catalog_new();
    struct err err = {0};

    (void)state;
    add(c, OBJECT_STREAM, "Ab");
    add(c, OBJECT_STREAM, "aB");
    assert_null(catalog_find(c, str_lit("AB"), false, streams, 5, &err));
    assert_int_equal(err.code, ERR_NAME);
    assert_int_equal(err.at, 5);
    assert_string_equal(err.text, "\"Ab\" and \"aB\" differ only in case: write the one meant in quotes");
    catalog_free(c);
}

static void pumps_have_names_of_their_own(void **state)
{
    struct catalog *c = catalog_new();
    struct object *stream = add(c, OBJECT_STREAM, "x"), *pump = add(c, OBJECT_PUMP, "x");

    (void)state;
    assert_ptr_equal(catalog_find(c, str_lit("x"), false, streams, 0, NULL), stream);
    assert_ptr_equal(catalog_find(c, str_lit("x"), false, pumps, 0, NULL), pump);
    catalog_free(c);
}

static void an_unknown_name_gets_a_suggestion_of_its_kind(void **state)
{
    struct catalog *c = catalog_new();
    struct err err = {0};

    (void)state;
    add(c, OBJECT_STREAM, "flights");
    add(c, OBJECT_PUMP, "fligths");
    assert_null(catalog_find(c, str_lit("fligths"), false, streams, 3, &err));
    assert_string_equal(err.text, "unknown stream \"fligths\": did you mean \"flights\"?");
    assert_int_equal(err.at, 3);
    assert_null(catalog_find(c, str_lit("other"), false, pumps, 3, &err));
    assert_string_equal(err.text, "unknown pump \"other\"");
    catalog_free(c);
}

static void a_reader_is_found_through_its_plan(void **state)
{
    struct catalog *c = catalog_new();
    struct object *source = add(c, OBJECT_STREAM, "source"), *view = add(c, OBJECT_VIEW, "view");

    (void)state;
    assert_null(catalog_reader(c, source->id));
    reads(view, source);
    assert_ptr_equal(catalog_reader(c, source->id), view);
    assert_null(catalog_reader(c, view->id));
    catalog_free(c);
}

static void a_stream_with_a_query_is_its_own_target(void **state)
{
    struct catalog *c = catalog_new();
    struct object *source = add(c, OBJECT_STREAM, "source"), *derived = object_new(OBJECT_STREAM);

    (void)state;
    derived->name = "derived";
    reads(derived, source);
    catalog_add(c, derived, 0);
    assert_int_equal(derived->target, derived->id);
    catalog_free(c);
}

static void options_are_found_by_name(void **state)
{
    struct option options[] = {{"format", "csv", 0}, {"path", "x", 9}};
    struct object o = {.options = options, .option_count = 2};

    (void)state;
    assert_string_equal(object_option(&o, "path"), "x");
    assert_null(object_option(&o, "shards"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_never_given_twice),
        cmocka_unit_test(objects_stand_in_order_of_creation),
        cmocka_unit_test(names_match_without_regard_to_case),
        cmocka_unit_test(of_names_that_differ_in_case_the_exact_one_is_meant),
        cmocka_unit_test(a_name_between_two_cases_needs_quotes),
        cmocka_unit_test(pumps_have_names_of_their_own),
        cmocka_unit_test(an_unknown_name_gets_a_suggestion_of_its_kind),
        cmocka_unit_test(a_reader_is_found_through_its_plan),
        cmocka_unit_test(a_stream_with_a_query_is_its_own_target),
        cmocka_unit_test(options_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
