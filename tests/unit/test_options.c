/* test_options.c - command lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "shell/options.h"

enum { DATA, ONCE };
static const struct option_spec specs[] = {{"--data", "DIR", "the directory"}, {"--once", NULL, "only once"}};
static const struct command command = {.name = "run",
                                       .arguments = "FILE...",
                                       .sentence = "Runs files.",
                                       .options = specs,
                                       .option_count = 2,
                                       .operands_min = 1,
                                       .operands_max = 2};

/* Parses the words behind "run"; ends with NULL. */
static int parse(const char *const *words, struct arguments *out, struct err *err)
{
    static char *argv[16];
    int argc = 0;

    argv[argc++] = "run";
    while (*words) argv[argc++] = (char *)*words++;
    argv[argc] = NULL;
    return options_parse(&command, argc, argv, out, err);
}

#define PARSE(out, err, ...) parse((const char *const[]){__VA_ARGS__, NULL}, out, err)

static void fails(const char *text, const char *const *words)
{
    struct arguments a;
    struct err err = {0};

    assert_int_equal(parse(words, &a, &err), -1);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.text, text);
}

#define FAILS(text, ...) fails(text, (const char *const[]){__VA_ARGS__, NULL})

static void options_and_operands_may_be_mixed(void **state)
{
    struct arguments a;
    struct err err;

    (void)state;
    assert_int_equal(PARSE(&a, &err, "a.sql", "--data", "d", "b.sql", "--once"), 0);
    assert_string_equal(a.value[DATA], "d");
    assert_string_equal(a.value[ONCE], "");
    assert_int_equal(a.operand_count, 2);
    assert_string_equal(a.operands[0], "a.sql");
    assert_string_equal(a.operands[1], "b.sql");
}

static void a_value_may_follow_an_equals_sign_and_the_last_counts(void **state)
{
    struct arguments a;
    struct err err;

    (void)state;
    assert_int_equal(PARSE(&a, &err, "--data=x", "--data=a=b", "f"), 0);
    assert_string_equal(a.value[DATA], "a=b");
    assert_null(a.value[ONCE]);
}

static void two_dashes_end_the_options_and_one_dash_is_an_operand(void **state)
{
    struct arguments a;
    struct err err;

    (void)state;
    assert_int_equal(PARSE(&a, &err, "-", "--", "--once"), 0);
    assert_string_equal(a.operands[0], "-");
    assert_string_equal(a.operands[1], "--once");
    assert_null(a.value[ONCE]);
}

static void help_goes_before_everything_else(void **state)
{
    struct arguments a;
    struct err err;

    (void)state;
    assert_int_equal(PARSE(&a, &err, "--help", "--nonsense"), 0);
    assert_true(a.help);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    FAILS("unknown option --onec: did you mean --once?", "--onec", "f");
    FAILS("unknown option -x", "-x", "f");
    FAILS("--data needs a value: --data DIR", "f", "--data");
    FAILS("--once takes no value", "--once=1", "f");
    FAILS("weir run needs FILE...", "--once");
    FAILS("too many arguments: what is 'c' for?", "a", "b", "c");
}

static void numbers_have_a_range(void **state)
{
    struct err err;
    int n = 0;

    (void)state;
    assert_int_equal(options_number("--lanes", "8", 1, 16, &n, &err), 0);
    assert_int_equal(n, 8);
    assert_int_equal(options_number("--lanes", "17", 1, 16, &n, &err), -1);
    assert_string_equal(err.text, "--lanes takes a number from 1 to 16, not '17'");
    assert_int_equal(options_number("--lanes", "8x", 1, 16, &n, &err), -1);
    assert_int_equal(options_number("--lanes", "", 1, 16, &n, &err), -1);
}

static void choices_are_listed(void **state)
{
    static const char *const words[] = {"table", "csv", "json"};
    struct err err;
    int choice;

    (void)state;
    assert_int_equal(options_choice("--format", "json", words, 3, &choice, &err), 0);
    assert_int_equal(choice, 2);
    assert_int_equal(options_choice("--format", "xml", words, 3, &choice, &err), -1);
    assert_string_equal(err.text, "--format is table, csv or json, not 'xml'");
}

static void help_is_printed_from_the_table(void **state)
{
    struct buf out = {0};

    (void)state;
    options_help(&command, &out);
    assert_string_equal(buf_text(&out), "weir run FILE...\n"
                                        "Runs files.\n"
                                        "\n"
                                        "Options:\n"
                                        "  --data DIR            the directory\n"
                                        "  --once                only once\n"
                                        "  --help                print this and exit\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_may_be_mixed),
        cmocka_unit_test(a_value_may_follow_an_equals_sign_and_the_last_counts),
        cmocka_unit_test(two_dashes_end_the_options_and_one_dash_is_an_operand),
        cmocka_unit_test(help_goes_before_everything_else),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(numbers_have_a_range),
        cmocka_unit_test(choices_are_listed),
        cmocka_unit_test(help_is_printed_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
