/* test_sqlite_functions.c - weir's functions in SQLite's SELECTs. */
#include "planner/function_doc.h"
#include "tests/unit/sqlite_helper.h"

/* One value as text: NULL is "", numbers as weir prints them. */
static int keep_value(void *arg, const struct rows *rows)
{
    struct buf *out = arg;

    out->len = 0;
    if (rows->value) relation_value_print(&rows->value[0], out);
    return 0;
}

/* What the expression comes to in a SELECT; the error's text where it fails. */
static const char *select_value(struct database *db, const char *expression)
{
    static char text[512];
    struct buf sql = {0}, out = {0};
    struct err err;

    buf_printf(&sql, "SELECT %s", expression);
    if (database_run(db, str_of(sql.ptr, sql.len), keep_value, &out, &err)) {
        out.len = 0;
        buf_puts(&out, err.text);
    }
    snprintf(text, sizeof text, "%s", buf_text(&out));
    buf_free(&sql);
    buf_free(&out);
    return text;
}

struct expected {
    const char *expression, *answer;
};

static void check_all(void **state, const struct expected *expected, size_t count)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < count; i++) {
        const char *got = select_value(f->db, expected[i].expression);
        if (strcmp(got, expected[i].answer) != 0)
            fail_msg("%s is %s, not %s", expected[i].expression, got, expected[i].answer);
    }
}
#define CHECK_ALL(state, expected) check_all(state, expected, sizeof(expected) / sizeof *(expected))

/* ---- the examples of the registry ---- */

/* Whether SQLite can read the example: NAME(...), and nothing that only weir's grammar has. */
static bool is_plain(const struct function *f)
{
    static const char *const forms[] = {" FROM ", " IN ",   " BY ", " TO ",    "INTERVAL", "CAST(",
                                        "LEFT(",  "RIGHT(", "X'",   "PLACING", " ZONE",    "DATE_ADD"};

    if (!function_named(f) || strncmp(f->example, f->name, strlen(f->name)) != 0) return false;
    if (f->example[strlen(f->name)] != '(') return false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strstr(f->example, forms[i])) return false;
    return true;
}

/* Functions that stay SQLite's, and those whose unit is a word. */
static bool is_left_out(const struct function *f)
{
    return strcmp(f->name, "TYPEOF") == 0 || strncmp(f->name, "TIMESTAMPADD", 9) == 0;
}

/* TIMESTAMP '...' is the text alone. */
static void without_type_words(const char *example, char *out)
{
    static const char *const words[] = {"TIMESTAMP '", "DATE '", "TIME '"};

    while (*example) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (strncmp(example, words[i], strlen(words[i])) == 0) example += strlen(words[i]) - 1;
        *out++ = *example++;
    }
    *out = '\0';
}

/* BOOLEANs are 1 and 0 in SQLite, and a number with a point is a DOUBLE, which prints its own way. */
static bool same_answer(const char *got, const char *answer)
{
    char *end_got, *end_answer;
    double a = strtod(got, &end_got), b = strtod(answer, &end_answer);

    if (strcmp(got, answer) == 0) return true;
    if (strcmp(answer, "true") == 0) return strcmp(got, "1") == 0;
    if (strcmp(answer, "false") == 0) return strcmp(got, "0") == 0;
    return *got && *answer && !*end_got && !*end_answer && a == b;
}

static void examples_give_the_same_answer_in_sqlite(void **state)
{
    struct fixture *fixture = *state;
    char expression[512];
    int compared = 0, wrong = 0;

    for (int id = 0; id < function_count(); id++) {
        const struct function *f = function_at(id);
        const char *got;
        if (!is_plain(f) || is_left_out(f)) continue;
        without_type_words(f->example, expression);
        got = select_value(fixture->db, expression);
        compared++;
        if (same_answer(got, f->answer)) continue;
        print_message("%s is %s, not %s\n", expression, got, f->answer);
        wrong++;
    }
    assert_int_equal(wrong, 0);
    assert_true(compared > 60);
}

/* ---- values ---- */

static void whole_numbers_are_what_the_function_takes(void **state)
{
    static const struct expected expected[] = {
        {"ROUND(1250, -2)", "1300"}, /* (BIGINT, INTEGER) */
        {"ABS(-9223372036854775807)", "9223372036854775807"},
        {"IF(1 < 2, 'yes', 'no')", "yes"}, /* SQLite's 1 is TRUE */
        {"IF(0, 'yes', 'no')", "no"},
        {"SQRT(9)", "3.0"}, /* DOUBLE */
        {"TO_TIMESTAMP(1500)", "1970-01-01 00:00:01.5"},
        {"ROUND(12, 5000000000)", "overflow: CAST(5000000000 AS INTEGER)"},
    };

    CHECK_ALL(state, expected);
}

static void texts_are_what_they_look_like_where_no_text_is_taken(void **state)
{
    static const struct expected expected[] = {
        {"YEAR('2024-03-09 13:48:23')", "2024"},
        {"HOUR('2024-03-09T13:48:23.5Z')", "13"},
        {"FLOOR('2024-03-09 13:48:23', 'HOUR')", "2024-03-09 13:00:00"},
        {"STEP('2024-03-01 13:48:23', '+0 00:00:10')", "2024-03-01 13:48:20"},
        {"STEP('2024-03-01 13:48:23', '+1-00')", "2024-01-01 00:00:00"},
        {"TSDIFF('2024-03-01 00:00:00', '2024-03-01 00:00:02')", "2000"},
        {"ABS('-0 00:05:00')", "+0 00:05:00"},
        {"ABS('-1.50')", "1.50"},
        {"ROUND('12345678901234567890.5')", "12345678901234567891"},
        {"MOD('7.5', 2)", "1.5"},
        {"UPPER('2024-03-09')", "2024-03-09"},
        {"LENGTH('1.50')", "4"},
        {"YEAR('2024-13-09 00:00:00')", "bad cast: CAST('2024-13-09 00:00:00' AS TIMESTAMP)"},
    };

    CHECK_ALL(state, expected);
}

static void null_goes_through(void **state)
{
    static const struct expected expected[] = {
        {"UPPER(NULL)", ""},       {"YEAR(NULL)", ""},    {"ROUND(NULL, NULL)", ""},
        {"CONCAT('a', NULL)", ""}, {"NVL(NULL, 5)", "5"},
    };

    CHECK_ALL(state, expected);
}

/* Types change from row to row; every call finds what was compiled for its own. */
static void rows_may_mix_types(void **state)
{
    static const struct expected expected[] = {
        {"group_concat(ABS(column1)) FROM (VALUES (-1), (-1.5), ('-2.50'), (NULL), (-3), ('-0 00:00:01'))",
         "1,1.5,2.50,3,+0 00:00:01"},
        {"group_concat(UPPER(column1) || LENGTH(column1)) FROM (VALUES ('a'), ('bc'), (NULL), ('ä'))", "A1,BC2,Ä1"},
    };

    CHECK_ALL(state, expected);
}

/* More digits behind the point than compiled calls are kept. */
static void compiled_calls_are_thrown_away_when_there_are_many(void **state)
{
    static const struct expected expected[] = {
        {"COUNT(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
         "SELECT * FROM n WHERE ABS('-1.' || substr('0000000000000000000000000000000001', 1, 1 + i % 30)) NOT LIKE "
         "'1.%')",
         "0"},
    };

    CHECK_ALL(state, expected);
}

/* ---- errors ---- */

static void check_error(struct database *db, const char *sql, enum err_code code, const char *text)
{
    struct err err;

    assert_int_equal(database_run(db, str_lit(sql), NULL, NULL, &err), -1);
    assert_string_equal(err.text, text);
    assert_int_equal(err.code, code);
}

static void a_rows_error_fails_the_statement_with_its_message(void **state)
{
    struct fixture *f = *state;

    check_error(f->db, "SELECT MOD(\"Delay\", 0) FROM flights", ERR_VALUE, "division by zero: 5 % 0");
    check_error(f->db, "SELECT LN(0)", ERR_VALUE, "bad argument: LN(0.0)");
    check_error(f->db, "SELECT UPPER(CAST(x'ff' AS TEXT))", ERR_VALUE, "a text that is not UTF-8");
    assert_string_equal(select_value(f->db, "MOD(7, 4)"), "3"); /* and the next one runs */
}

static void arguments_it_does_not_take_are_an_error_of_types(void **state)
{
    struct fixture *f = *state;

    check_error(f->db, "SELECT YEAR('x')", ERR_TYPE, "YEAR does not take (VARCHAR): it takes YEAR(TIMESTAMP)");
    check_error(f->db, "SELECT LOWER('a', 'b')", ERR_TYPE, "LOWER takes 1 argument, not 2: LOWER(VARCHAR)");
}

static void internal_functions_are_not_there(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_int_equal(database_run(f->db, str_lit("SELECT SUBSTRING_OR_NULL('a', 1)"), NULL, NULL, &err), -1);
    assert_int_equal(err.code, ERR_NAME);
}

/* ---- what differs from plain SQLite ---- */

static void weirs_meaning_wins(void **state)
{
    static const struct expected expected[] = {
        {"LOG(2.718281828459045)", "1.0"}, /* SQLite: the logarithm to the base of 10 */
        {"UPPER('ä')", "Ä"},               /* SQLite: ASCII alone */
        {"LN(1)", "0.0"},
        {"SUBSTR('123456789', -1, 4)", "12"}, /* SQLite: counted from the end */
        {"SUBSTRING('abc', 5)", ""},          /* SQLite: '' */
        {"ROUND(3)", "3"},                    /* SQLite: 3.0 */
        {"MOD(7, 3)", "1"},                   /* SQLite: 1.0 */
        {"FLOOR(-3.5)", "-4.0"},
    };

    CHECK_ALL(state, expected);
}

static void what_sqlite_needs_stays_its_own(void **state)
{
    static const struct expected expected[] = {
        {"COALESCE(1, MOD(1, 0))", "1"}, /* evaluates only what it needs */
        {"IFNULL(1, MOD(1, 0))", "1"},
        {"IIF(1, 2, MOD(1, 0))", "2"},
        {"NULLIF(1, 1)", ""},
        {"TYPEOF(1.5)", "real"},
        {"LENGTH(x'0001')", "2"}, /* weir's takes no blobs */
        {"'ABC' LIKE 'a%'", "1"},
        {"'abc' GLOB 'a*'", "1"},
        {"DATE('2024-03-09 13:48:23')", "2024-03-09"},
        {"TIME('2024-03-09 13:48:23')", "13:48:23"},
        {"MAX(1, 2)", "2"},
        {"REPLACE('a-b', '-', '+')", "a+b"},
    };

    CHECK_ALL(state, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(examples_give_the_same_answer_in_sqlite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(whole_numbers_are_what_the_function_takes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_what_they_look_like_where_no_text_is_taken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(null_goes_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_may_mix_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(compiled_calls_are_thrown_away_when_there_are_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rows_error_fails_the_statement_with_its_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(arguments_it_does_not_take_are_an_error_of_types, set_up, tear_down),
        cmocka_unit_test_setup_teardown(internal_functions_are_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(weirs_meaning_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_sqlite_needs_stays_its_own, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
