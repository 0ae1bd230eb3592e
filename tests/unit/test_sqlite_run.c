/* test_sqlite_run.c - statements, their messages, and what they may not do. */
#include "sqlite_helper.h"

/* Statements. */

static void exactly_one_statement_is_run(void **state)
{
    struct fixture *f = *state;

    expect(f->db, " -- first\n;SELECT 1 AS a; /* no ; more */ ;\n-- end", "a\n1\n");
    expect(f->db, "SELECT 1 AS a /* open", "a\n1\n");
    expect_error(f->db, "SELECT 1; SELECT 2", ERR_SYNTAX, 10,
                 "one statement at a time: there is more behind the first");
    expect_error(f->db, "SELECT 1;/*/ */x", ERR_SYNTAX, 15, "one statement at a time: there is more behind the first");
    expect_error(f->db, "", ERR_SYNTAX, 0, "there is no statement");
    expect_error(f->db, " ; -- nothing", ERR_SYNTAX, 0, "there is no statement");
}

static void text_need_not_be_terminated_and_nul_ends_nothing(void **state)
{
    struct fixture *f = *state;
    struct printer p = {0};
    struct err err;

    assert_int_equal(database_run(f->db, str_of("SELECT 12 34", 9), print_row, &p, &err), 0);
    assert_string_equal(buf_text(&p.text), "12\n12\n");
    buf_free(&p.text);
    assert_int_equal(database_run(f->db, str_of("SELECT 1\0; DROP", 15), print_row, &p, &err), -1);
    assert_int_equal(err.at, 8);
}

static void values_are_of_five_kinds(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT NULL AS n, 1 AS i, 0.5 AS d, 'a' AS t, x'4142' AS b, x'' AS e, '' AS z",
           "n|i|d|t|b|e|z\n-|1|0.5|a|X'4142'|X''|\n");
}

static int ignore_row(void *arg, const struct rows *rows)
{
    int *calls = arg;

    ++*calls;
    assert_true(!rows->value || rows->value->s.ptr); /* empty is not NULL */
    return 0;
}

static void empty_text_is_not_null(void **state)
{
    struct fixture *f = *state;
    int calls = 0;
    struct err err;

    assert_int_equal(database_run(f->db, str_lit("SELECT x''"), ignore_row, &calls, &err), 0);
    assert_int_equal(calls, 2);
    assert_int_equal(database_run(f->db, str_lit("SELECT 1"), NULL, NULL, &err), 0);
}

static int run_inside(void *arg, const struct rows *rows)
{
    struct fixture *f = arg;

    if (rows->value) expect(f->db, "SELECT count(*) FROM airports", "count(*)\n2\n");
    return 0;
}

static void a_handler_may_run_statements(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_int_equal(database_run(f->db, str_lit("SELECT * FROM flights"), run_inside, f, &err), 0);
    assert_int_equal(f->fakes[1].opened, 3);
}

static int interrupt(void *arg, const struct rows *rows)
{
    (void)rows;
    database_interrupt(arg);
    return 0;
}

static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";

static void an_interrupt_stops_what_runs(void **state)
{
    struct fixture *f = *state;
    struct err err;

    assert_int_equal(database_run(f->db, str_lit(endless), interrupt, f->db, &err), -1);
    assert_int_equal(err.code, ERR_INTERRUPTED);
    assert_string_equal(err.text, "interrupted");
    expect(f->db, "SELECT 1", "1\n1\n");
}

static void an_interrupt_of_nothing_has_no_effect(void **state)
{
    struct fixture *f = *state;
    struct entries all = {0};
    struct err err;

    database_interrupt(f->db);
    assert_int_equal(store_begin(f->db, &err), 0);
    for (uint32_t i = 1; i <= 1000; i++) assert_int_equal(store_catalog_put(f->db, i, "", "", "", &err), 0);
    assert_int_equal(store_commit(f->db, &err), 0);
    assert_int_equal(store_catalog_each(f->db, add_entry, &all, &err), 0);
    assert_int_equal(all.count, 1000);
    buf_free(&all.text);
    expect(f->db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) SELECT max(i) FROM n",
           "max(i)\n9999\n");
}

/* Messages. */

static void a_misspelt_table_gets_a_suggestion(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "CREATE TABLE passengers(name TEXT)", "");
    expect_error(f->db, "SELECT * FROM fligths", ERR_NAME, -1, "no such table: fligths: did you mean \"flights\"?");
    expect_error(f->db, "SELECT * FROM main.AIRPORT", ERR_NAME, -1,
                 "no such table: main.AIRPORT: did you mean \"Airports\"?");
    expect_error(f->db, "SELECT * FROM pasengers", ERR_NAME, -1,
                 "no such table: pasengers: did you mean \"passengers\"?");
    expect_error(f->db, "SELECT * FROM zebra", ERR_NAME, -1, "no such table: zebra");
    expect_error(f->db, "SELECT * FROM q", ERR_NAME, -1, "no such table: q");
}

static void a_misspelt_column_gets_a_suggestion_from_what_is_named(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "CREATE TABLE passengers(name TEXT)", "");
    expect_error(f->db, "SELECT dely FROM flights", ERR_NAME, 7, "no such column: dely: did you mean \"Delay\"?");
    expect_error(f->db, "SELECT f.orign FROM Flights AS f", ERR_NAME, 7,
                 "no such column: f.orign: did you mean \"origin\"?");
    expect_error(f->db, "SELECT dely FROM airports", ERR_NAME, 7, "no such column: dely");
    expect_error(f->db, "SELECT nam FROM passengers", ERR_NAME, 7, "no such column: nam: did you mean \"name\"?");
}

static void a_column_in_double_quotes_is_never_a_string(void **state)
{
    struct fixture *f = *state;

    expect_error(f->db, "SELECT \"dely\" FROM flights", ERR_NAME, 7, "no such column: dely: did you mean \"Delay\"?");
}

static void messages_have_a_code_and_a_place(void **state)
{
    struct fixture *f = *state;

    expect_error(f->db, "SELECT 1 +", ERR_SYNTAX, -1, "incomplete input");
    expect_error(f->db, "SELECT FROM", ERR_SYNTAX, 7, "near \"FROM\": syntax error");
    expect_error(f->db, "SELECT hex(1, 2)", ERR_TYPE, 7, "wrong number of arguments to function hex()");
    expect_error(f->db, "SELECT 1 UNION SELECT 1, 2", ERR_SYNTAX, -1,
                 "SELECTs to the left and right of UNION do not have the same number of result columns");
    expect_error(f->db, "CREATE TABLE t(a, a)", ERR_NAME, -1, "duplicate column name: a");
}

static void a_broken_constraint_is_a_matter_of_values(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "CREATE TABLE t(a INTEGER PRIMARY KEY)", "");
    expect(f->db, "INSERT INTO t VALUES (1)", "");
    expect_error(f->db, "INSERT INTO t VALUES (1)", ERR_VALUE, -1, "UNIQUE constraint failed: t.a");
}

/* The guard. */

static void the_tables_of_weir_can_only_be_read(void **state)
{
    static const char *const changes[] = {
        "INSERT INTO weir_meta VALUES ('a', 'b')",
        "UPDATE weir_meta SET value = 'b'",
        "DELETE FROM weir_catalog",
        "DROP TABLE weir_meta",
        "ALTER TABLE weir_meta ADD COLUMN c",
        "CREATE INDEX i ON weir_meta(value)",
        "CREATE TRIGGER t AFTER INSERT ON weir_meta BEGIN SELECT 1; END",
        "CREATE TEMP TRIGGER t AFTER INSERT ON weir_meta BEGIN SELECT 1; END",
    };
    struct fixture *f = *state;
    struct err err = {0};

    expect(f->db, "SELECT count(*) FROM weir_meta", "count(*)\n0\n");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_int_equal(database_run(f->db, str_lit(changes[i]), NULL, NULL, &err), -1);
        assert_non_null(strstr(err.text, "names that begin with weir_ are weir's own, to be read only"));
        assert_int_equal(err.code, ERR_NAME);
    }
    expect_error(f->db, "CREATE TABLE WEIR_x(a)", ERR_NAME, -1,
                 "WEIR_x: names that begin with weir_ are weir's own, to be read only");
}

static void a_table_cannot_hide_a_relation(void **state)
{
    static const char *const creations[] = {
        "CREATE TABLE Flights(a)",
        "CREATE VIEW Flights AS SELECT 1",
        "CREATE TEMP TABLE Flights AS SELECT 1",
        "CREATE TEMP VIEW Flights AS SELECT 1",
        "CREATE VIRTUAL TABLE Flights USING fts5(a)",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof creations / sizeof *creations; i++)
        expect_error(f->db, creations[i], ERR_NAME, -1, "there is already a relation named Flights");
}

static void the_safety_of_the_database_cannot_be_weakened(void **state)
{
    struct fixture *f = *state;

    expect_error(f->db, "PRAGMA journal_mode=OFF", ERR_UNSUPPORTED, -1,
                 "not supported yet: PRAGMA journal_mode with a value");
    expect_error(f->db, "PRAGMA temp_store(1)", ERR_UNSUPPORTED, -1,
                 "not supported yet: PRAGMA temp_store with a value");
    expect_error(f->db, "BEGIN", ERR_UNSUPPORTED, -1, "not supported yet: transactions of several statements");
    expect_error(f->db, "SAVEPOINT a", ERR_UNSUPPORTED, -1, "not supported yet: transactions of several statements");
    expect_error(f->db, "ATTACH 'file:/tmp/x?vfs=unix' AS x", ERR_UNSUPPORTED, -1,
                 "not supported yet: ATTACH and VACUUM");
    expect_error(f->db, "ATTACH 'a' || 'b' AS x", ERR_UNSUPPORTED, -1, "not supported yet: ATTACH and VACUUM");
    expect_error(f->db, "VACUUM", ERR_UNSUPPORTED, -1, "not supported yet: ATTACH and VACUUM");
    expect_error(f->db, "VACUUM INTO 'file:/tmp/x?vfs=unix'", ERR_UNSUPPORTED, -1,
                 "not supported yet: ATTACH and VACUUM");
}

static void pragmas_that_look_are_allowed(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT name, type, hidden FROM pragma_table_xinfo('flights')",
           "name|type|hidden\norigin|VARCHAR|0\nDelay|BIGINT|0\nshard|BIGINT|1\n");
    expect(f->db, "PRAGMA integrity_check", "integrity_check\nok\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(exactly_one_statement_is_run),
        WITH_FIXTURE(text_need_not_be_terminated_and_nul_ends_nothing),
        WITH_FIXTURE(values_are_of_five_kinds),
        WITH_FIXTURE(empty_text_is_not_null),
        WITH_FIXTURE(a_handler_may_run_statements),
        WITH_FIXTURE(an_interrupt_stops_what_runs),
        WITH_FIXTURE(an_interrupt_of_nothing_has_no_effect),
        WITH_FIXTURE(a_misspelt_table_gets_a_suggestion),
        WITH_FIXTURE(a_misspelt_column_gets_a_suggestion_from_what_is_named),
        WITH_FIXTURE(a_column_in_double_quotes_is_never_a_string),
        WITH_FIXTURE(messages_have_a_code_and_a_place),
        WITH_FIXTURE(a_broken_constraint_is_a_matter_of_values),
        WITH_FIXTURE(the_tables_of_weir_can_only_be_read),
        WITH_FIXTURE(a_table_cannot_hide_a_relation),
        WITH_FIXTURE(the_safety_of_the_database_cannot_be_weakened),
        WITH_FIXTURE(pragmas_that_look_are_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
