/* The reader of `.test` files, rows as CSV, what is said when rows differ, and how tests are played. */
#include "shell/test_file.h"
#include "shell/test_play.h"
#include "shell/test_update.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct test_file parse(const char *text)
{
    struct test_file file;
    struct err err;

    if (test_file_parse(str_lit(text), &file, &err)) fail_msg("%s", err.text);
    return file;
}

/* The file is refused in this line, with this in the message. */
static void refused(const char *text, int line, const char *message)
{
    struct test_file file;
    struct err err = {0};

    assert_int_equal(test_file_parse(str_lit(text), &file, &err), -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_int_equal(test_file_line(str_lit(text), err.at), line);
    if (!strstr(err.text, message)) fail_msg("\"%s\" is not in \"%s\"", message, err.text);
    test_file_free(&file);
}

static void same(struct str s, const char *text)
{
    if (!str_equal(s, str_lit(text))) fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, s.ptr, text);
}

/* ---- files ---- */

static void a_file_is_a_list_of_tests_with_steps_in_order(void **state)
{
    struct test_file f = parse("-- a comment at the head\n\n"
                               "-- test one\n"
                               "-- sql\nCREATE STREAM t (v INTEGER);\n"
                               "-- input t\n1\n2\n\n"
                               "-- at 2026-01-01 00:00:10\n"
                               "-- end t\n"
                               "-- expect t\nv\n1\n2\n\n"
                               "-- expect t as changes\nv,_weight\n"
                               "-- query SELECT v FROM t\nv\n"
                               "-- test two words\n-- sql\nSELECT 1;");
    const struct test_step *s = f.tests[0].steps;

    (void)state;
    assert_int_equal(f.test_count, 2);
    assert_string_equal(f.tests[0].name, "one");
    assert_int_equal(f.tests[0].line, 3);
    assert_int_equal(f.tests[0].step_count, 7);
    for (int i = 0; i < 7; i++)
        assert_int_equal(s[i].kind,
                         ((int[]){STEP_SQL, STEP_INPUT, STEP_AT, STEP_END, STEP_EXPECT, STEP_CHANGES, STEP_QUERY})[i]);
    same(s[0].body, "CREATE STREAM t (v INTEGER);\n");
    assert_int_equal(s[1].line, 6);
    assert_string_equal(s[1].name, "t");
    assert_int_equal(s[1].record_count, 2);
    same(s[1].records[1].data, "2");
    assert_string_equal(s[3].name, "t");
    same(s[4].body, "v\n1\n2\n");
    assert_string_equal(s[6].name, "SELECT v FROM t");
    assert_string_equal(f.tests[1].name, "two words");
    same(f.tests[1].steps[0].body, "SELECT 1;");
    test_file_free(&f);
}

static void an_empty_file_has_no_tests(void **state)
{
    struct test_file f = parse("");

    (void)state;
    assert_int_equal(f.test_count, 0);
    test_file_free(&f);
}

static void lines_may_end_like_those_of_windows(void **state)
{
    struct test_file f = parse("-- test t\r\n-- input s\r\n1\r\n2\r\n-- end s\r\n");

    (void)state;
    assert_string_equal(f.tests[0].name, "t");
    same(f.tests[0].steps[0].records[1].data, "2");
    assert_string_equal(f.tests[0].steps[1].name, "s");
    test_file_free(&f);
}

static void records_have_times_with_a_blank_or_a_t(void **state)
{
    struct test_file f =
        parse("-- test t\n-- input s shard 3\n@2026-01-01 00:00:05 a b\n@2026-01-01T00:00:06 c\n@2026-01-02 d\ne\n");
    const struct test_step *s = &f.tests[0].steps[0];
    usec day = s->records[2].time - USEC_DAY;

    (void)state;
    assert_int_equal(s->shard, 3);
    assert_int_equal(s->record_count, 4);
    same(s->records[0].data, "a b");
    assert_true(s->records[0].time == day + 5 * USEC_SECOND);
    same(s->records[1].data, "c");
    assert_true(s->records[1].time == day + 6 * USEC_SECOND);
    same(s->records[2].data, "d");
    same(s->records[3].data, "e");
    assert_true(s->records[3].time == TEST_NO_TIME);
    test_file_free(&f);
}

static void an_error_belongs_to_the_sql_behind_it(void **state)
{
    struct test_file f =
        parse("-- test t\n-- error 2:15: unknown: x\n-- sql\na\n-- error 12 of them\n-- sql\nb\n-- sql\nc\n");
    const struct test_step *s = f.tests[0].steps;

    (void)state;
    assert_int_equal(f.tests[0].step_count, 3);
    assert_int_equal(s[0].error.line, 2);
    assert_int_equal(s[0].error.column, 15);
    assert_string_equal(s[0].error.text, "unknown: x");
    assert_int_equal(s[1].error.line, 0);
    assert_string_equal(s[1].error.text, "12 of them");
    assert_null(s[2].error.text);
    test_file_free(&f);
}

static void bounds_leave_modes_out(void **state)
{
    struct test_file f =
        parse("-- test t\n-- bound 1 lane: why\n-- bound no restart: why\n-- test u\n-- bound no cuts: why\n");

    (void)state;
    assert_int_equal(f.tests[0].bounds, BOUND_ONE_LANE | BOUND_NO_RESTART);
    assert_int_equal(f.tests[1].bounds, BOUND_NO_CUTS);
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        assert_int_equal(test_mode_fits(f.tests[0].bounds, (enum test_mode)mode),
                         mode != MODE_LANES && mode != MODE_CRASH);
        assert_int_equal(test_mode_fits(f.tests[1].bounds, (enum test_mode)mode),
                         mode != MODE_ROWS && mode != MODE_CUTS);
    }
    test_file_free(&f);
}

static void comments_stand_where_no_body_is_and_in_statements(void **state)
{
    struct test_file f =
        parse("-- test t\n-- why this test\n-- sql\n-- a comment in SQL\nSELECT 1;\n-- end s\n-- more words\n");

    (void)state;
    assert_int_equal(f.tests[0].step_count, 2);
    same(f.tests[0].steps[0].body, "-- a comment in SQL\nSELECT 1;\n");
    test_file_free(&f);
}

static void malformed_files_are_refused_with_their_line(void **state)
{
    (void)state;
    refused("SELECT 1;\n", 1, "a file begins with -- test NAME");
    refused("\n-- sql\nSELECT 1;\n", 2, "a file begins with -- test NAME");
    refused("-- test\n", 1, "needs a name");
    refused("-- test t\n\n1,2\n", 3, "belongs to no directive");
    refused("-- test t\n-- sql SELECT 1;\n", 2, "below -- sql");
    refused("-- test t\n-- input\n", 2, "input into what");
    refused("-- test t\n-- input s shards 2\n", 2, "only a shard");
    refused("-- test t\n-- input s shard two\n", 2, "not \"two\"");
    refused("-- test t\n-- input s\n1\n@noon 2\n", 4, "no time");
    refused("-- test t\n-- at noon\n", 2, "no time");
    refused("-- test t\n-- end\n", 2, "-- end STREAM");
    refused("-- test t\n-- end s\nmore\n", 3, "belongs to no directive");
    refused("-- test t\n-- expect\n", 2, "expect what");
    refused("-- test t\n-- expect v in order\n", 2, "in order");
    refused("-- test t\n-- query\n", 2, "SELECT");
    refused("-- test t\n-- error\n", 2, "which error");
    refused("-- test t\n-- error x\n-- input s\n", 2, "before the -- sql");
    refused("-- test t\n-- error x\n", 2, "before the -- sql");
    refused("-- test t\n-- bound 2 lanes: why\n", 2, "not \"2 lanes\"");
    refused("-- test t\n-- bound no cuts\n", 2, "say why");
}

/* ---- rows ---- */

static struct test_rows rows_of(const char *csv)
{
    struct test_rows rows;
    struct err err;

    if (test_rows_parse(str_lit(csv), &rows, &err)) fail_msg("%s", err.text);
    return rows;
}

static void printed(struct test_rows *rows, const char *csv)
{
    struct buf out = {0};

    test_rows_print(rows, &out);
    assert_string_equal(buf_text(&out), csv);
    buf_free(&out);
    test_rows_free(rows);
}

static void csv_goes_in_and_out_with_null_apart_from_empty_text(void **state)
{
    const char *csv = "a,b,c\n1,,\"\"\n\"x, \"\"y\"\"\",\"two\nlines\",z\n,,\n";
    struct test_rows rows = rows_of(csv);

    (void)state;
    assert_int_equal(rows.columns, 3);
    assert_int_equal(rows.count, 3);
    assert_null(rows.cells[1].ptr);
    assert_non_null(rows.cells[2].ptr);
    same(rows.cells[3], "x, \"y\"");
    same(rows.cells[4], "two\nlines");
    printed(&rows, csv);
}

static void csv_that_is_malformed_is_refused_at_its_place(void **state)
{
    struct test_rows rows;
    struct err err;

    (void)state;
    assert_int_equal(test_rows_parse(str_lit("a,b\n1,2,3\n"), &rows, &err), -1);
    assert_int_equal(err.at, 4);
    assert_string_equal(err.text, "a row of 3 columns under a header of 2");
    test_rows_free(&rows);
    assert_int_equal(test_rows_parse(str_lit("a\n\"x\n"), &rows, &err), -1);
    assert_int_equal(err.at, 2);
    test_rows_free(&rows);
    assert_int_equal(test_rows_parse(str_lit("a\n\"x\"y\n"), &rows, &err), -1);
    assert_int_equal(err.at, 5);
    test_rows_free(&rows);
}

static void rows_are_sorted_with_null_first(void **state)
{
    struct test_rows rows = rows_of("a,b\nb,1\n,2\na,\na,0\n\"\",3\n");

    (void)state;
    test_rows_sort(&rows);
    printed(&rows, "a,b\n,2\n\"\",3\na,\na,0\nb,1\n");
}

static void weights_of_equal_rows_are_added_up(void **state)
{
    struct test_rows rows = rows_of("k,_weight,v\na,1,1\nb,1,2\na,-1,1\na,1,3\nb,1,2\n");

    (void)state;
    test_rows_sum(&rows, 1);
    printed(&rows, "k,_weight,v\na,1,3\nb,2,2\n");
}

/* Compares; the difference must be this. */
static void differ(const char *expected, const char *got, const char *difference)
{
    struct test_rows a = rows_of(expected), b = rows_of(got);
    struct buf out = {0};

    assert_int_equal(test_rows_same(&a, &b, &out), *difference == '\0');
    assert_string_equal(buf_text(&out), difference);
    buf_free(&out);
    test_rows_free(&a);
    test_rows_free(&b);
}

static void differences_show_what_is_missing_and_what_is_too_much(void **state)
{
    (void)state;
    differ("a\n1\n2\n", "a\n1\n2\n", "");
    differ("a\n1\n2\n3\n", "a\n1\n4\n3\n", "    a\n    1\n  - 2\n  + 4\n    3\n");
    differ("a\n", "a\n1\n", "    a\n  + 1\n");
    differ("a\n1\n", "a\n", "    a\n  - 1\n");
    differ("a\n1\n", "b\n1\n", "  - a\n  + b\n");
    differ("a\n1\n", "a,b\n1,2\n", "  - a\n  + a,b\n");
    differ("a,b\n,x\n", "a,b\n\"\",x\n", "    a,b\n  - ,x\n  + \"\",x\n");
}

static void differences_leave_out_equal_rows_far_from_unequal_ones(void **state)
{
    (void)state;
    differ("a\n1\n2\n3\n4\n5\n6\n7\n8\n9\n", "a\n1\n2\n3\n4\n5\n6\n7\n8\n", "    a\n    ...\n    7\n    8\n  - 9\n");
    differ("a\n0\n1\n2\n3\n4\n", "a\n1\n2\n3\n4\n", "    a\n  - 0\n    1\n    2\n");
}

/* ---- playing ---- */

#define STREAM_AND_VIEW                                                                                                \
    "-- test t\n-- sql\nCREATE STREAM s (v INTEGER) WITH (format = 'csv');\n"                                          \
    "CREATE VIEW total AS SELECT SUM(v) AS total FROM s;\n"

static struct test_script script_of(const char *text)
{
    return (struct test_script){.path = "x.test", .dir = ".", .text = str_lit(text), .file = parse(text)};
}

/* NULL: the test holds in this mode; else it fails with this in the message. */
static void plays(const char *text, enum test_mode mode, const char *message)
{
    struct test_script script = script_of(text);
    struct test_how how = {.mode = mode, .seed = 1};
    struct buf failure = {0};
    bool holds = test_play(&script, &script.file.tests[0], &how, &failure);

    if (holds != !message || (message && !strstr(buf_text(&failure), message)))
        fail_msg("in mode %s: %s", test_mode_name(mode), holds ? "it holds" : buf_text(&failure));
    buf_free(&failure);
    test_file_free(&script.file);
}

static void right_expectations_hold_and_wrong_ones_fail_in_every_mode(void **state)
{
    static const char right[] = STREAM_AND_VIEW "-- input s\n1\n2\n-- expect total\ntotal\n3\n-- expect s\nv\n1\n2\n";
    static const char wrong[] = STREAM_AND_VIEW "-- input s\n1\n2\n-- expect total\ntotal\n4\n";
    static const char order[] = STREAM_AND_VIEW "-- input s\n1\n2\n-- expect s\nv\n2\n1\n";

    (void)state;
    for (int mode = 0; mode < MODE_COUNT; mode++) {
        plays(right, (enum test_mode)mode, NULL);
        plays(wrong, (enum test_mode)mode, "x.test:8: expect total: expected (-), got (+)\n    total\n  - 4\n  + 3\n");
        plays(order, (enum test_mode)mode, "x.test:8: expect s:");
    }
}

static void changes_are_added_up_in_every_mode(void **state)
{
    static const char text[] = STREAM_AND_VIEW "-- input s\n1\n2\n-- expect total as changes\ntotal,_weight\n3,1\n"
                                               "-- input s\n4\n-- expect total as changes\n_weight,total\n1,7\n";

    (void)state;
    for (int mode = 0; mode < MODE_COUNT; mode++) plays(text, (enum test_mode)mode, NULL);
    plays(STREAM_AND_VIEW "-- expect total as changes\ntotal\n3\n", MODE_PLAIN, "needs a column _weight");
}

static void an_error_must_come_where_it_is_said_to(void **state)
{
    (void)state;
    plays("-- test t\n-- error nothing of the kind\n-- sql\nCREATE STREAM s (v INTEGR);\n", MODE_PLAIN,
          "expected the error");
    plays("-- test t\n-- error INTEGR\n-- sql\nCREATE STREAM s (v INTEGR);\n", MODE_CRASH, NULL);
    plays("-- test t\n-- error 1:20: INTEGR\n-- sql\nCREATE STREAM s (v INTEGR);\n", MODE_CRASH, NULL);
    plays("-- test t\n-- error 1:21: INTEGR\n-- sql\nCREATE STREAM s (v INTEGR);\n", MODE_PLAIN, "got it at 1:20");
    plays("-- test t\n-- error x\n-- sql\nCREATE STREAM s (v INTEGER);\n", MODE_PLAIN, "nothing failed");
    plays("-- test t\n-- sql\n\nCREATE STREAM s (v INTEGR);\n", MODE_PLAIN, "x.test:4: statement: unknown type");
}

static void the_clock_never_goes_back(void **state)
{
    (void)state;
    plays("-- test t\n-- at 2026-01-01 00:00:02\n-- at 2026-01-01 00:00:01\n", MODE_PLAIN,
          "x.test:3: the clock is at 2026-01-01 00:00:02");
}

static void an_update_rewrites_what_does_not_hold_and_nothing_else(void **state)
{
    struct test_script script = script_of(STREAM_AND_VIEW "-- input s\n1\n2\n"
                                                          "-- expect s\nv\n1\n2\n\n"
                                                          "-- expect total\ntotal\n9\n\n"
                                                          "-- query SELECT 1 AS one\none\n1\n"
                                                          "-- expect total\n");
    struct buf out = {0};

    (void)state;
    assert_int_equal(test_update(&script, 1, &out), 2);
    assert_string_equal(buf_text(&out), STREAM_AND_VIEW "-- input s\n1\n2\n"
                                                        "-- expect s\nv\n1\n2\n\n"
                                                        "-- expect total\ntotal\n3\n\n"
                                                        "-- query SELECT 1 AS one\none\n1\n"
                                                        "-- expect total\ntotal\n3\n");
    buf_free(&out);
    test_file_free(&script.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_a_list_of_tests_with_steps_in_order),
        cmocka_unit_test(an_empty_file_has_no_tests),
        cmocka_unit_test(lines_may_end_like_those_of_windows),
        cmocka_unit_test(records_have_times_with_a_blank_or_a_t),
        cmocka_unit_test(an_error_belongs_to_the_sql_behind_it),
        cmocka_unit_test(bounds_leave_modes_out),
        cmocka_unit_test(comments_stand_where_no_body_is_and_in_statements),
        cmocka_unit_test(malformed_files_are_refused_with_their_line),
        cmocka_unit_test(csv_goes_in_and_out_with_null_apart_from_empty_text),
        cmocka_unit_test(csv_that_is_malformed_is_refused_at_its_place),
        cmocka_unit_test(rows_are_sorted_with_null_first),
        cmocka_unit_test(weights_of_equal_rows_are_added_up),
        cmocka_unit_test(differences_show_what_is_missing_and_what_is_too_much),
        cmocka_unit_test(differences_leave_out_equal_rows_far_from_unequal_ones),
        cmocka_unit_test(right_expectations_hold_and_wrong_ones_fail_in_every_mode),
        cmocka_unit_test(changes_are_added_up_in_every_mode),
        cmocka_unit_test(an_error_must_come_where_it_is_said_to),
        cmocka_unit_test(the_clock_never_goes_back),
        cmocka_unit_test(an_update_rewrites_what_does_not_hold_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
