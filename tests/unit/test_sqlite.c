/* test_sqlite.c - relations as tables. */
#include "sqlite_helper.h"

/* Relations as tables. */

static void a_relation_is_read_like_a_table(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT * FROM flights", "origin|Delay\nFRA|5\nTXL|-3\nFRA|-\n");
    expect(f->db, "SELECT origin, count(*) AS n, sum(delay) FROM flights GROUP BY origin ORDER BY 1",
           "origin|n|sum(delay)\nFRA|2|5\nTXL|1|-3\n");
}

static void a_relation_without_rows_gives_its_names(void **state)
{
    struct fixture *f = *state;

    f->fakes[0].rows = 0;
    expect(f->db, "SELECT * FROM flights", "origin|Delay\n");
}

static void hidden_columns_are_read_by_name_only(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT shard, origin FROM flights WHERE shard = 1", "shard|origin\n1|TXL\n");
}

static void the_case_of_names_does_not_count(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT CODE FROM aIRPORTS LIMIT 1", "code\nFRA\n");
    expect(f->db, "SELECT ORIGIN FROM Flights LIMIT 1", "origin\nFRA\n");
}

static void names_that_need_quotes_work(void **state)
{
    static const struct field fields[] = {FIELD("a \"b\"", TYPE_BIGINT), FIELD("select", TYPE_BIGINT),
                                          FIELD("hidden", TYPE_BIGINT)};
    static const struct relation_value values[] = {INT(1), INT(2), INT(3)};
    struct fixture *f = *state;

    f->fakes[f->fake_count++] = fake_of("per \"hour\"; 'x'", fields, 3, 3, values, 1);
    expect(f->db, "SELECT * FROM \"per \"\"hour\"\"; 'x'\"", "a \"b\"|select|hidden\n1|2|3\n");
}

static void columns_of_one_name_are_told_apart(void **state)
{
    static const struct field fields[] = {FIELD("a", TYPE_BIGINT), FIELD("A", TYPE_BIGINT), FIELD("a", TYPE_BIGINT)};
    static const struct relation_value values[] = {INT(1), INT(2), INT(3)};
    struct fixture *f = *state;

    f->fakes[f->fake_count++] = fake_of("twins", fields, 3, 3, values, 1);
    expect(f->db, "SELECT *, a FROM twins", "a|A:1|a:2|a\n1|2|3|1\n");
}

static const struct field all_fields[] = {
    FIELD("b", TYPE_BOOLEAN),         FIELD("i", TYPE_INTEGER),
    FIELD("l", TYPE_BIGINT),          FIELD("d", TYPE_DOUBLE),
    FIELD("s", TYPE_VARCHAR),         FIELD("t", TYPE_TIMESTAMP),
    FIELD("span", TYPE_INTERVAL_DAY), FIELD("months", TYPE_INTERVAL_MONTH),
};
static const struct relation_value all_values[] = {
    OF(TYPE_BOOLEAN, 1),
    OF(TYPE_INTEGER, -7),
    INT(INT64_MAX),
    REAL(2.5),
    TEXT("x"),
    OF(TYPE_TIMESTAMP, INT64_C(978330000000000)),
    OF(TYPE_INTERVAL_DAY, USEC_DAY + 2 * USEC_HOUR + 3 * USEC_MINUTE + 4 * USEC_SECOND),
    OF(TYPE_INTERVAL_MONTH, 14),
    OF(TYPE_BOOLEAN, 0),
    OF(TYPE_INTEGER, 0),
    INT(INT64_MIN),
    REAL(NAN),
    TEXT(""),
    OF(TYPE_TIMESTAMP, INT64_C(978330000500000)),
    OF(TYPE_INTERVAL_DAY, -500000),
    OF(TYPE_INTERVAL_MONTH, -11),
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    REAL(INFINITY),
    NONE,
    OF(TYPE_TIMESTAMP, USEC_MIN),
    OF(TYPE_INTERVAL_DAY, INT64_MIN),
    OF(TYPE_INTERVAL_MONTH, 0),
    NONE,
    NONE,
    NONE,
    NONE,
    NONE,
    OF(TYPE_TIMESTAMP, USEC_MAX),
    OF(TYPE_INTERVAL_DAY, 0),
    NONE,
};

static void every_type_has_its_form(void **state)
{
    struct fixture *f = *state;

    f->fakes[f->fake_count++] = fake_of("all_types", all_fields, 8, 8, all_values, 5);
    expect(f->db, "SELECT * FROM all_types",
           "b|i|l|d|s|t|span|months\n"
           "1|-7|9223372036854775807|2.5|x|2001-01-01 06:20:00|+1 02:03:04|+1-02\n"
           "0|0|-9223372036854775808|-||2001-01-01 06:20:00.5|-0 00:00:00.5|-0-11\n"
           "-|-|-|-|-|-|-|-\n"
           "-|-|-|inf|-|-infinity|-106751991 04:00:54.775808|+0-00\n"
           "-|-|-|-|-|infinity|+0 00:00:00|-\n");
}

static void instants_compare_as_text_whatever_the_other_side_looks_like(void **state)
{
    struct fixture *f = *state;

    f->fakes[f->fake_count++] = fake_of("all_types", all_fields, 8, 8, all_values, 5);
    expect(f->db, "SELECT t FROM all_types WHERE t > '2001' AND t < '2002' ORDER BY t",
           "t\n2001-01-01 06:20:00\n2001-01-01 06:20:00.5\n");
    expect(f->db, "SELECT min(t), max(t) FROM all_types", "min(t)|max(t)\n-infinity|infinity\n");
    expect(f->db, "SELECT i FROM all_types WHERE l = '9223372036854775807' AND b = TRUE", "i\n-7\n");
}

static void two_relations_are_joined(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT city, delay FROM flights JOIN airports ON code = origin ORDER BY 1, 2",
           "city|Delay\nBerlin|-3\nFrankfurt|-\nFrankfurt|5\n");
    expect(f->db, "SELECT count(*) FROM flights a, flights b WHERE a.rowid < b.rowid", "count(*)\n3\n");
}

static void a_relation_is_joined_with_a_table(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "CREATE TABLE country(airport TEXT PRIMARY KEY, name TEXT)", "");
    expect(f->db, "INSERT INTO country VALUES ('FRA', 'Germany')", "");
    expect(f->db, "SELECT DISTINCT name FROM flights JOIN country ON airport = origin", "name\nGermany\n");
    expect(f->db, "DELETE FROM country WHERE airport IN (SELECT origin FROM flights) RETURNING name",
           "name\nGermany\n");
}

static void a_rescan_opens_the_relation_anew(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT (SELECT count(*) FROM flights WHERE origin = a.code) FROM airports AS a",
           "(SELECT count(*) FROM flights WHERE origin = a.code)\n2\n1\n");
    assert_int_equal(f->fakes[0].opened, 2);
    assert_int_equal(f->fakes[0].closed, 2);
}

static void a_failure_in_the_middle_of_a_scan_is_handed_on_whole(void **state)
{
    struct fixture *f = *state;

    f->fakes[0].fail_at = 2;
    expect_error(f->db, "SELECT * FROM flights", ERR_DISK, -1, "cannot read log/0001: it's 100% gone");
    expect_error(f->db, "SELECT count(*) FROM airports, flights", ERR_DISK, -1, "cannot read log/0001: it's 100% gone");
    f->fakes[0].fail_at = -1;
    expect_error(f->db, "SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)", ERR_VALUE, -1,
                 "integer overflow");
    expect(f->db, "SELECT count(*) FROM flights", "count(*)\n3\n");
}

static void a_relation_that_cannot_be_opened_says_why(void **state)
{
    struct fixture *f = *state;

    f->fakes[0].fail_open = true;
    expect_error(f->db, "SELECT * FROM flights", ERR_LIMIT, -1, "too many readers of flights");
    f->fakes[0].fail_open = false;
    expect(f->db, "SELECT count(*) FROM flights", "count(*)\n3\n");
}

static void the_handler_can_stop(void **state)
{
    struct fixture *f = *state;
    struct printer p = {.lines_max = 2};
    struct err err;

    assert_int_equal(database_run(f->db, str_lit("SELECT * FROM flights"), print_row, &p, &err), 0);
    assert_string_equal(buf_text(&p.text), "origin|Delay\nFRA|5\n");
    assert_int_equal(f->fakes[0].stepped, 1);
    assert_int_equal(f->fakes[0].closed, 1);
    buf_free(&p.text);
}

static void a_handler_that_stops_at_the_names_sees_no_row(void **state)
{
    struct fixture *f = *state;
    struct printer p = {.lines_max = 1};
    struct err err;

    assert_int_equal(database_run(f->db, str_lit("SELECT * FROM flights"), print_row, &p, &err), 0);
    assert_string_equal(buf_text(&p.text), "origin|Delay\n");
    buf_free(&p.text);
}

static void a_forgotten_relation_is_gone_and_comes_back_with_other_columns(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT * FROM flights LIMIT 1", "origin|Delay\nFRA|5\n");
    database_forget(f->db, "FLIGHTS");
    f->fakes[0] = fake_of("flights", airport_fields, 2, 1, airport_values, 2);
    expect(f->db, "SELECT * FROM flights", "code\nFRA\nTXL\n");
    database_forget(f->db, "flights");
    f->fakes[0].relation.name = "starts";
    expect_error(f->db, "SELECT * FROM flights", ERR_NAME, -1, "no such table: flights");
    expect(f->db, "SELECT * FROM starts", "code\nFRA\nTXL\n");
    database_forget(f->db, "never_there");
}

static void a_relation_is_looked_up_when_it_is_named(void **state)
{
    struct fixture *f = *state;

    expect(f->db, "SELECT count(*) FROM flights", "count(*)\n3\n");
    assert_int_equal(f->found, 1);
}

static void other_relations_replace_all_before(void **state)
{
    struct fixture *f = *state;
    struct fixture other = {.fake_count = 1};

    expect(f->db, "SELECT count(*) FROM flights", "count(*)\n3\n");
    other.fakes[0] = fake_of("stocks", airport_fields, 2, 2, airport_values, 2);
    database_relations(f->db, find, list, &other);
    expect_error(f->db, "SELECT * FROM flights", ERR_NAME, -1, "no such table: flights");
    expect(f->db, "SELECT count(*) FROM stocks", "count(*)\n2\n");
    assert_int_equal(other.fakes[0].closed, 1);
}

static void relations_cannot_be_written_or_dropped(void **state)
{
    struct fixture *f = *state;

    expect_error(f->db, "INSERT INTO flights VALUES ('X', 1)", ERR_NAME, -1, "table flights may not be modified");
    expect_error(f->db, "DROP TABLE flights", ERR_NAME, -1, "table flights may not be dropped");
}

static void a_thousand_relations_are_found_by_name(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 1000; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%d", (i * 7919) % 1000);
        f->fakes[0].relation.name = name;
        expect(f->db, "SELECT 1", "1\n1\n"); /* declares this one too */
        if (i % 3) database_forget(f->db, name);
    }
    f->fakes[0].relation.name = "r0";
    expect(f->db, "SELECT count(*) FROM r0", "count(*)\n3\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a_relation_is_read_like_a_table),
        WITH_FIXTURE(a_relation_without_rows_gives_its_names),
        WITH_FIXTURE(hidden_columns_are_read_by_name_only),
        WITH_FIXTURE(the_case_of_names_does_not_count),
        WITH_FIXTURE(names_that_need_quotes_work),
        WITH_FIXTURE(columns_of_one_name_are_told_apart),
        WITH_FIXTURE(every_type_has_its_form),
        WITH_FIXTURE(instants_compare_as_text_whatever_the_other_side_looks_like),
        WITH_FIXTURE(two_relations_are_joined),
        WITH_FIXTURE(a_relation_is_joined_with_a_table),
        WITH_FIXTURE(a_rescan_opens_the_relation_anew),
        WITH_FIXTURE(a_failure_in_the_middle_of_a_scan_is_handed_on_whole),
        WITH_FIXTURE(a_relation_that_cannot_be_opened_says_why),
        WITH_FIXTURE(the_handler_can_stop),
        WITH_FIXTURE(a_handler_that_stops_at_the_names_sees_no_row),
        WITH_FIXTURE(a_forgotten_relation_is_gone_and_comes_back_with_other_columns),
        WITH_FIXTURE(a_relation_is_looked_up_when_it_is_named),
        WITH_FIXTURE(other_relations_replace_all_before),
        WITH_FIXTURE(relations_cannot_be_written_or_dropped),
        WITH_FIXTURE(a_thousand_relations_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
