/* test_printer.c - results as text: every format, widths, values. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shell/cell.h"
#include "shell/printer.h"
#include "shell/progress.h"

static struct relation_value null(void)
{
    return (struct relation_value){.type = type_of(TYPE_NULL)};
}

static struct relation_value whole(int64_t i)
{
    return (struct relation_value){.type = type_of(TYPE_BIGINT), .i = i};
}

static struct relation_value real(double d)
{
    return (struct relation_value){.type = type_of(TYPE_DOUBLE), .d = d};
}

static struct relation_value text(const char *s)
{
    return (struct relation_value){.type = type_of(TYPE_VARCHAR), .s = str_lit(s)};
}

enum { COLUMNS = 3 };
static const char *const names[COLUMNS] = {"n", "name", "share"};

/* What a format prints of two rows that hold most of what is difficult. */
static void prints(enum print_format format, const char *expected)
{
    struct relation_value rows[2][COLUMNS] = {{whole(1), text("a,\"b\"|\n"), null()},
                                              {whole(-20000), text("\xe6\x97\xa5\xe6\x9c\xac"), real(1.5)}};
    struct output out = {.fd = -1};
    struct printer *p = printer_new(format, &out, names, COLUMNS);

    assert_int_equal(printer_row(p, rows[0]), 0);
    assert_int_equal(printer_row(p, rows[1]), 0);
    assert_int_equal(printer_finish(p), 0);
    assert_string_equal(buf_text(&out.pending), expected);
    buf_free(&out.pending);
}

static void a_table_aligns_numbers_right_and_counts_wide_characters_twice(void **state)
{
    (void)state;
    prints(PRINT_PLAIN, "     n  name      share\n"
                        "------  --------  -----\n"
                        "     1  a,\"b\"|\\n\n"
                        "-20000  \xe6\x97\xa5\xe6\x9c\xac        1.5\n");
}

static void a_box_has_a_frame(void **state)
{
    (void)state;
    prints(PRINT_BOX, "┌────────┬──────────┬───────┐\n"
                      "│      n │ name     │ share │\n"
                      "├────────┼──────────┼───────┤\n"
                      "│      1 │ a,\"b\"|\\n │       │\n"
                      "│ -20000 │ \xe6\x97\xa5\xe6\x9c\xac     │   1.5 │\n"
                      "└────────┴──────────┴───────┘\n");
}

static void markdown_escapes_bars(void **state)
{
    (void)state;
    prints(PRINT_MARKDOWN, "|      n | name      | share |\n"
                           "| -----: | --------- | ----: |\n"
                           "|      1 | a,\"b\"\\|\\n |       |\n"
                           "| -20000 | \xe6\x97\xa5\xe6\x9c\xac      |   1.5 |\n");
}

static void csv_quotes_what_needs_it(void **state)
{
    (void)state;
    prints(PRINT_CSV, "n,name,share\n1,\"a,\"\"b\"\"|\n\",\n-20000,\xe6\x97\xa5\xe6\x9c\xac,1.5\n");
}

static void json_is_one_array(void **state)
{
    (void)state;
    prints(PRINT_JSON, "[{\"n\":1,\"name\":\"a,\\\"b\\\"|\\n\",\"share\":null},\n"
                       " {\"n\":-20000,\"name\":\"\xe6\x97\xa5\xe6\x9c\xac\",\"share\":1.5}]\n");
}

static void jsonl_is_an_object_a_line(void **state)
{
    (void)state;
    prints(PRINT_JSONL, "{\"n\":1,\"name\":\"a,\\\"b\\\"|\\n\",\"share\":null}\n"
                        "{\"n\":-20000,\"name\":\"\xe6\x97\xa5\xe6\x9c\xac\",\"share\":1.5}\n");
}

static void vertical_is_a_column_a_line(void **state)
{
    (void)state;
    prints(PRINT_VERTICAL, "    n: 1\n name: a,\"b\"|\\n\nshare:\n\n"
                           "    n: -20000\n name: \xe6\x97\xa5\xe6\x9c\xac\nshare: 1.5\n");
}

/* A result of one column and no rows. */
static void prints_empty(enum print_format format, const char *expected)
{
    struct output out = {.fd = -1};

    assert_int_equal(printer_finish(printer_new(format, &out, names, 1)), 0);
    assert_string_equal(buf_text(&out.pending), expected);
    buf_free(&out.pending);
}

static void an_empty_result_still_has_its_columns(void **state)
{
    (void)state;
    prints_empty(PRINT_PLAIN, "n\n-\n");
    prints_empty(PRINT_CSV, "n\n");
    prints_empty(PRINT_JSON, "[]\n");
    prints_empty(PRINT_JSONL, "");
}

static void csv_tells_an_empty_text_from_null(void **state)
{
    struct relation_value row[2] = {text(""), null()};
    struct output out = {.fd = -1};
    struct printer *p = printer_new(PRINT_CSV, &out, names, 2);

    (void)state;
    printer_row(p, row);
    printer_finish(p);
    assert_string_equal(buf_text(&out.pending), "n,name\n\"\",\n");
    buf_free(&out.pending);
}

static void widths_come_from_the_first_rows_and_nothing_is_cut(void **state)
{
    struct output out = {.fd = -1};
    struct printer *p = printer_new(PRINT_PLAIN, &out, names, 2);
    struct relation_value row[2] = {text("abc"), whole(7)};

    (void)state;
    for (int i = 0; i < 1000; i++) printer_row(p, row);
    assert_true(out.pending.len > 0); /* the sample is complete: rows come as they are */
    out.pending.len = 0;
    row[0] = text("abcdef");
    printer_row(p, row);
    row[0] = text("a");
    printer_row(p, row);
    printer_finish(p);
    assert_string_equal(buf_text(&out.pending), "abcdef     7\na       7\n");
    buf_free(&out.pending);
}

static void a_flush_shows_what_was_held_back(void **state)
{
    struct output out = {.fd = -1};
    struct printer *p = printer_new(PRINT_PLAIN, &out, names, 1);
    struct relation_value row = whole(5);

    (void)state;
    printer_row(p, &row);
    assert_int_equal(out.pending.len, 0);
    printer_flush(p);
    assert_string_equal(buf_text(&out.pending), "n\n-\n5\n");
    printer_finish(p);
    buf_free(&out.pending);
}

static void an_output_that_fails_stops_the_result(void **state)
{
    struct output out = {.fd = open("/dev/full", O_WRONLY)};
    struct printer *p = printer_new(PRINT_CSV, &out, names, 1);
    struct relation_value row = text("some text, again and again");
    struct err err;
    int i = 0;

    (void)state;
    while (i < 100000 && printer_row(p, &row) == 0) i++;
    assert_in_range(i, 1, 5000);
    printer_finish(p);
    assert_int_equal(output_close(&out, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_string_equal(err.text, "cannot write the results: No space left on device");
    close(out.fd);
}

static void shows(struct relation_value value, const char *plain, const char *display, const char *json)
{
    struct buf out = {0};

    relation_value_print(&value, &out);
    assert_string_equal(buf_text(&out), plain);
    out.len = 0;
    cell_put_display(&value, &out);
    assert_string_equal(buf_text(&out), display);
    out.len = 0;
    cell_put_json(&value, &out);
    assert_string_equal(buf_text(&out), json);
    buf_free(&out);
}

static void values_have_their_texts(void **state)
{
    struct relation_value yes = {.type = type_of(TYPE_BOOLEAN), .i = 1};
    struct relation_value time = {.type = type_of(TYPE_TIMESTAMP), .i = USEC_SECOND + 500000};
    struct relation_value days = {.type = type_of(TYPE_INTERVAL_DAY), .i = -(USEC_DAY + 90 * USEC_SECOND + 1)};
    struct relation_value months = {.type = type_of(TYPE_INTERVAL_MONTH), .i = 14};

    (void)state;
    shows(yes, "true", "true", "true");
    shows(time, "1970-01-01 00:00:01.5", "1970-01-01 00:00:01.5", "\"1970-01-01 00:00:01.5\"");
    shows(days, "-1 00:01:30.000001", "-1 00:01:30.000001", "\"-1 00:01:30.000001\"");
    shows(months, "+1-02", "+1-02", "\"+1-02\"");
    shows(real(3), "3.0", "3.0", "3.0");
    shows(real(NAN), "NaN", "NaN", "\"NaN\"");
    shows(whole(INT64_MIN), "-9223372036854775808", "-9223372036854775808", "-9223372036854775808");
    shows(null(), "", "", "null");
}

static void a_terminal_gets_no_control_characters(void **state)
{
    (void)state;
    shows(text("\x1b[31m\x7f\t"), "\x1b[31m\x7f\t", "\\u001b[31m\\u007f\\t", "\"\\u001b[31m\x7f\\t\"");
    shows(text("\xc2\x9b"), "\xc2\x9b", "\\u009b", "\"\xc2\x9b\"");
    shows(text("a\xff"), "a\xff", "a\xef\xbf\xbd", "\"a\xef\xbf\xbd\"");
}

static void combining_characters_take_no_column(void **state)
{
    (void)state;
    assert_int_equal(cell_width(str_lit("e\xcc\x81")), 1);
    assert_int_equal(cell_width(str_lit("\xe6\x97\xa5")), 2);
    assert_int_equal(cell_width(str_lit("abc")), 3);
}

static void progress_is_a_bar_a_count_and_what_is_left(void **state)
{
    struct progress half = {.bytes_done = 500, .bytes_total = 1000, .records = 20000};
    struct progress unbounded = {.records = 1};
    struct buf out = {0};

    (void)state;
    progress_line(&half, 10 * USEC_SECOND, &out);
    assert_string_equal(buf_text(&out), "[###############...............]  50%  20,000 records, 2,000/s, 0:10 left");
    out.len = 0;
    progress_line(&unbounded, USEC_SECOND, &out);
    assert_string_equal(buf_text(&out), "1 record, 1/s");
    out.len = 0;
    progress_sum_up(1234567, 12, 310000, &out);
    assert_string_equal(buf_text(&out), "1,234,567 records in 0.31 s (3,982,474/s), 12 epochs\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_aligns_numbers_right_and_counts_wide_characters_twice),
        cmocka_unit_test(a_box_has_a_frame),
        cmocka_unit_test(markdown_escapes_bars),
        cmocka_unit_test(csv_quotes_what_needs_it),
        cmocka_unit_test(json_is_one_array),
        cmocka_unit_test(jsonl_is_an_object_a_line),
        cmocka_unit_test(vertical_is_a_column_a_line),
        cmocka_unit_test(an_empty_result_still_has_its_columns),
        cmocka_unit_test(csv_tells_an_empty_text_from_null),
        cmocka_unit_test(widths_come_from_the_first_rows_and_nothing_is_cut),
        cmocka_unit_test(a_flush_shows_what_was_held_back),
        cmocka_unit_test(an_output_that_fails_stops_the_result),
        cmocka_unit_test(values_have_their_texts),
        cmocka_unit_test(a_terminal_gets_no_control_characters),
        cmocka_unit_test(combining_characters_take_no_column),
        cmocka_unit_test(progress_is_a_bar_a_count_and_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
