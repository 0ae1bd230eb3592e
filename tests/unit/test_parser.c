/* test_parser.c - the parser room: what is accepted, what wrong text is told, splitting, places, suggestions.
 * What is accepted, statement by statement, stands in test_corpus.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/diag.h"
#include "parser/filter.h"
#include "parser/lexer.h"
#include "parser/parse.h"
#include "parser/split.h"
#include "parser/suggest.h"
#include "parser/unparse.h"

/* ---- helpers ---- */

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct statement *parsed(const char *text)
{
    struct statement *statement;
    struct err err;

    if (parse_statement(arena, str_lit(text), NULL, &statement, &err)) fail_msg("%s\n%d: %s", text, err.at, err.text);
    assert_non_null(statement);
    return statement;
}

static struct err refused(struct str text)
{
    struct statement *statement;
    struct err err;

    if (!parse_statement(arena, text, NULL, &statement, &err)) fail_msg("accepted: %.200s", text.ptr);
    assert_null(statement);
    return err;
}

static struct expr *expression(const char *text)
{
    struct expr *e;
    struct err err;

    if (parse_expression(arena, str_lit(text), &e, &err)) fail_msg("%s\n%d: %s", text, err.at, err.text);
    return e;
}

/* The tree as text; lives in the arena. */
static const char *printed(const struct statement *statement)
{
    struct buf out = {0};
    const char *copy;

    unparse(&out, statement);
    copy = arena_copy(arena, out.ptr, out.len);
    buf_free(&out);
    return copy;
}

static const char *printed_expr(const struct expr *e)
{
    struct buf out = {0};
    const char *copy;

    unparse_expr(&out, e);
    copy = arena_copy(arena, out.ptr, out.len);
    buf_free(&out);
    return copy;
}

static void assert_text(struct str text, const char *expected)
{
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.ptr, expected, text.len);
}

/* `count` copies of a text in one, with something before and behind. */
static struct str repeated(const char *before, const char *text, int count, const char *behind)
{
    struct buf out = {0};
    struct str copy;

    buf_puts(&out, before);
    for (int i = 0; i < count; i++) buf_puts(&out, text);
    buf_puts(&out, behind);
    copy = str_of(arena_copy(arena, out.ptr, out.len), out.len);
    buf_free(&out);
    return copy;
}

/* ---- what is accepted ---- */

static void check_round_trip(const char *line)
{
    const char *once = printed(parsed(line)), *twice = printed(parsed(once));

    assert_string_equal(once, twice);
}

static void redundant_writing_does_not_change_the_printed_text(void **state)
{
    static const char *const pairs[][2] = {
        {"select  ((a)) -- x\n from S t ;", "SELECT a FROM S AS t"},
        {"SELECT a != b, c::INTEGER", "SELECT a <> b, CAST(c AS INTEGER)"},
        {"SELECT (a * b) + c, a * (b + c)", "SELECT a * b + c, a * (b + c)"},
        {"SELECT NOT (a = b), (NOT a) = b", "SELECT NOT a = b, (NOT a) = b"},
        {"SELECT (a AND b) OR c, a AND (b OR c)", "SELECT a AND b OR c, a AND (b OR c)"},
        {"SELECT a - (b - c), (a - b) - c", "SELECT a - (b - c), a - b - c"},
        {"SELECT INTERVAL '10 minutes'", "SELECT INTERVAL '10' MINUTE"},
        {"SELECT INTERVAL '10' MINUTES", "SELECT INTERVAL '10' MINUTE"},
        {"SELECT a FROM s LEFT OUTER JOIN t ON x", "SELECT a FROM s LEFT JOIN t ON x"},
        {"SELECT SUM(x) OVER (ROWS 1 PRECEDING)", "SELECT SUM(x) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"},
        {"SELECT 1 UNION DISTINCT SELECT 2", "SELECT 1 UNION SELECT 2"},
        {"SELECT U&'\\00e4'", "SELECT '\xc3\xa4'"},
        {"SHOW streams", "SHOW STREAMS"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(printed(parsed(pairs[i][0])), pairs[i][1]);
}

static void operators_bind_as_documented(void **state)
{
    const struct expr *e = expression("a OR b AND NOT c = d + e * f");

    (void)state;
    assert_int_equal(e->binary.op, BINARY_OR);
    e = e->binary.right;
    assert_int_equal(e->binary.op, BINARY_AND);
    e = e->binary.right;
    assert_int_equal(e->unary.op, UNARY_NOT);
    e = e->unary.operand;
    assert_int_equal(e->binary.op, BINARY_EQ);
    e = e->binary.right;
    assert_int_equal(e->binary.op, BINARY_ADD);
    assert_int_equal(e->binary.right->binary.op, BINARY_MULTIPLY);
}

static void an_expression_knows_its_place_and_its_operators_place(void **state)
{
    const struct expr *e = expression("  aa + (bb - cc) SECOND");

    (void)state;
    assert_int_equal(e->at, 2);
    assert_int_equal(e->end, 23);
    assert_int_equal(e->binary.op_at, 5);
    assert_int_equal(e->binary.right->kind, EXPR_QUALIFIED);
    assert_int_equal(e->binary.right->at, 7);
    assert_int_equal(e->depth, 4);
}

static void an_interval_has_its_qualifier(void **state)
{
    const struct expr *e = expression("INTERVAL -'59:59.999' MINUTE(4) TO SECOND(3)");

    (void)state;
    assert_true(e->interval.negative);
    assert_text(e->interval.text, "59:59.999");
    assert_int_equal(e->interval.qualifier.first, UNIT_MINUTE);
    assert_int_equal(e->interval.qualifier.last, UNIT_SECOND);
    assert_int_equal(e->interval.qualifier.precision, 4);
    assert_int_equal(e->interval.qualifier.fraction, 3);
}

static void to_belongs_to_the_qualifier_only_where_it_makes_a_range(void **state)
{
    const struct expr *e = expression("FLOOR((a - b) SECOND TO SECOND)");

    (void)state;
    assert_int_equal(e->call.form, CALL_TO);
    assert_int_equal(e->call.unit, UNIT_SECOND);
    assert_int_equal(e->call.args.items[0].value->qualified.qualifier.last, UNIT_SECOND);
    e = expression("FLOOR((a - b) DAY TO HOUR)");
    assert_int_equal(e->call.form, CALL_PLAIN);
    assert_int_equal(e->call.args.items[0].value->qualified.qualifier.last, UNIT_HOUR);
    e = expression("FLOOR(day TO HOUR)");
    assert_int_equal(e->call.form, CALL_TO);
    assert_int_equal(e->call.args.items[0].value->kind, EXPR_COLUMN);
}

static void literals_lose_their_quotes_and_escapes(void **state)
{
    (void)state;
    assert_text(expression("'it''s'")->text, "it's");
    assert_text(expression("U&'!0041!!!+01F600' UESCAPE '!'")->text, "A!\xf0\x9f\x98\x80");
    assert_int_equal(expression("X'00fF'")->text.len, 2);
    assert_memory_equal(expression("X'00fF'")->text.ptr, "\0\xff", 2);
}

static void names_keep_their_writing_and_know_their_quotes(void **state)
{
    const struct name *name = &expression("Alias.\"a \"\"b\"\"\".sElect")->name;

    (void)state;
    assert_int_equal(name->count, 3);
    assert_text(name->parts[0].text, "Alias");
    assert_false(name->parts[0].quoted);
    assert_text(name->parts[1].text, "a \"b\"");
    assert_true(name->parts[1].quoted);
    assert_text(name->parts[2].text, "sElect");
    assert_int_equal(name->parts[2].at, 16);
}

static void keys_of_a_session_move_out_of_the_arguments(void **state)
{
    const struct statement *s =
        parsed("SELECT 1 FROM SESSION(TABLE s PARTITION BY a, b, DESCRIPTOR(ts), INTERVAL '1' DAY)");
    const struct args *args = &s->select->plain.from->call->call.args;

    (void)state;
    assert_int_equal(args->count, 3);
    assert_int_equal(args->items[0].value->table.partition.count, 2);
    assert_int_equal(args->items[1].value->kind, EXPR_DESCRIPTOR);
    assert_text(args->items[1].value->columns.items[0].text, "ts");
    assert_int_equal(args->items[2].value->kind, EXPR_INTERVAL);
}

static void an_argument_may_be_named(void **state)
{
    const struct expr *e = expression("HOP(DATA => TABLE s, SIZE => INTERVAL '1' HOUR)");

    (void)state;
    assert_text(e->call.args.items[1].name.text, "SIZE");
    assert_int_equal(e->call.args.items[0].value->kind, EXPR_TABLE);
}

static void from_first_belongs_to_nth_value_only(void **state)
{
    (void)state;
    assert_int_equal(expression("NTH_VALUE(f(x), 2) FROM FIRST OVER w")->call.nth_from, NTH_FROM_FIRST);
    assert_text(parsed("SELECT COUNT(x) FROM first")->select->plain.from->name.parts[0].text, "first");
}

static void a_comma_binds_looser_than_a_join(void **state)
{
    const struct table_ref *from = parsed("SELECT 1 FROM a, b JOIN c ON x")->select->plain.from;

    (void)state;
    assert_int_equal(from->join.kind, JOIN_COMMA);
    assert_int_equal(from->join.left->kind, TABLE_NAMED);
    assert_int_equal(from->join.right->join.kind, JOIN_INNER);
}

static void intersect_binds_tighter_than_union(void **state)
{
    const struct select *select = parsed("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3")->select;

    (void)state;
    assert_int_equal(select->kind, SELECT_UNION);
    assert_int_equal(select->set.right->kind, SELECT_INTERSECT);
}

static void a_stream_has_its_parts(void **state)
{
    const struct statement *s = parsed("CREATE STREAM s (a DECIMAL(10, 2) NOT NULL FORMAT 'x' FROM '$.a', "
                                       "WATERMARK FOR a AS a - 1, PRIMARY KEY (a)) DESCRIPTION 'd' WITH (k.l = 1)");
    const struct column_def *column = &s->create_stream.columns.items[0];

    (void)state;
    assert_int_equal(column->type->length, 10);
    assert_int_equal(column->type->scale, 2);
    assert_true(column->not_null);
    assert_text(column->format, "x");
    assert_text(column->path, "$.a");
    assert_text(s->create_stream.watermark.text, "a");
    assert_int_equal(s->create_stream.primary_key.count, 1);
    assert_text(s->description, "d");
    assert_int_equal(s->options.items[0].key.count, 2);
}

static void statements_of_sqlite_are_handed_through_as_they_are(void **state)
{
    const struct statement *s = parsed(" CREATE TABLE IF NOT EXISTS a.\"t\" (x DEFAULT ?) ; -- end");

    (void)state;
    assert_int_equal(s->kind, STATEMENT_SQLITE);
    assert_int_equal(s->sqlite.kind, SQLITE_CREATE_TABLE);
    assert_text(s->sqlite.text, "CREATE TABLE IF NOT EXISTS a.\"t\" (x DEFAULT ?)");
    assert_text(s->name.parts[1].text, "t");
    assert_int_equal(parsed("DELETE FROM t")->sqlite.kind, SQLITE_DELETE);
    assert_int_equal(parsed("PRAGMA x")->sqlite.kind, SQLITE_OTHER);
}

static void a_text_without_a_statement_gives_none(void **state)
{
    static const char *const texts[] = {"", "  \n", "-- x", "/* x */", ";", "\xef\xbb\xbf"};
    struct statement *statement;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(parse_statement(arena, str_lit(texts[i]), NULL, &statement, &err), 0);
        assert_null(statement);
    }
}

static void the_old_dialect_lets_an_open_comment_end_the_text(void **state)
{
    int open_comment = 0;
    struct parse_options options = {DIALECT_KINESIS, &open_comment};
    struct statement *statement;
    struct err err;

    (void)state;
    assert_int_equal(parse_statement(arena, str_lit("SELECT 1 /* end"), &options, &statement, &err), 0);
    assert_int_equal(open_comment, 9);
    assert_string_equal(printed(statement), "SELECT 1");
    assert_int_equal(parse_statement(arena, str_lit("/* end"), &options, &statement, &err), 0);
    assert_int_equal(open_comment, 0);
    assert_null(statement);
    assert_int_equal(parse_statement(arena, str_lit("SELECT 1 /* end */"), &options, &statement, &err), 0);
    assert_int_equal(open_comment, -1);
    assert_int_equal(refused(str_lit("SELECT 1 /* end")).at, 9);
    assert_int_equal(refused(str_lit("/* end")).at, 0);
}

static void two_slashes_are_a_comment_only_behind_a_blank(void **state)
{
    (void)state;
    assert_string_equal(printed(parsed("// head\nSELECT a // x\n, 'http://y'")), "SELECT a, 'http://y'");
    assert_int_equal(refused(str_lit("SELECT a//b")).at, 9);
}

/* ---- children ---- */

static void children_come_in_the_order_of_the_text(void **state)
{
    struct expr *e = expression("f(a, b ORDER BY c) WITHIN GROUP (ORDER BY d) FILTER (WHERE e) "
                                "OVER (PARTITION BY f ORDER BY g ROWS BETWEEN h PRECEDING AND i FOLLOWING)");
    struct expr **child;
    char names[16] = "";

    (void)state;
    for (int i = 0; (child = expr_child(e, i)); i++) strncat(names, printed_expr(*child), 1);
    assert_string_equal(names, "abcdefghi");
    e = expression("CASE a WHEN b THEN c WHEN d THEN e ELSE f END");
    names[0] = 0;
    for (int i = 0; (child = expr_child(e, i)); i++) strncat(names, printed_expr(*child), 1);
    assert_string_equal(names, "abcdef");
}

static void a_child_can_be_replaced(void **state)
{
    struct expr *e = expression("a BETWEEN b AND c");

    (void)state;
    *expr_child(e, 2) = expression("x + 1");
    assert_string_equal(printed_expr(e), "a BETWEEN b AND x + 1");
    assert_null(expr_child(e, 3));
}

static void selects_are_no_children(void **state)
{
    struct expr *e = expression("a IN (SELECT b FROM s)");

    (void)state;
    assert_non_null(expr_child(e, 0));
    assert_null(expr_child(e, 1));
    assert_non_null(expr_select(e));
    assert_null(expr_select(expression("a")));
}

/* ---- keywords ---- */

static void check_accepts(bool expected, const char *format, const char *word)
{
    char text[128];
    struct statement *statement;
    struct err err;

    snprintf(text, sizeof text, format, word);
    if (expected == (parse_statement(arena, str_lit(text), NULL, &statement, &err) == 0)) return;
    fail_msg("%s: %s", text, expected ? err.text : "accepted");
}

static void a_keyword_is_a_name_exactly_where_its_class_says(void **state)
{
    static const struct {
        const char *word;
        enum keyword_class class;
    } keywords[] = {
#define KEYWORD(word, class) {#word, CLASS_##class},
#include "parser/keywords.inc"
    };

    (void)state;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        const char *word = keywords[i].word;
        bool reserved = keywords[i].class == CLASS_RESERVED, bare = !reserved && keywords[i].class != CLASS_NAME;
        check_accepts(!reserved, "SELECT a FROM %s", word);
        check_accepts(bare, "SELECT a %s FROM s", word);
        check_accepts(true, "SELECT a AS %s FROM s", word);
        check_accepts(true, "SELECT s.%s FROM s", word);
        if (i) assert_true(strcmp(keywords[i - 1].word, word) < 0);
    }
}

static void a_unit_is_a_name_and_an_alias(void **state)
{
    (void)state;
#define UNIT(word, unit)                                                                                               \
    check_accepts(true, "SELECT %s FROM s", #word);                                                                    \
    check_accepts(true, "SELECT a %s FROM s", #word);                                                                  \
    check_accepts(true, "SELECT %s(a) FROM s", #word);
#include "parser/keywords.inc"
}

/* ---- what is wrong ---- */

static const struct {
    const char *text;
    int at;
    const char *message;
} wrong[] = {
#include "tests/unit/data/wrong.inc"
};

static void wrong_statements_are_told_what_is_wrong_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err = refused(str_lit(wrong[i].text));
        if (err.at == wrong[i].at && !strcmp(err.text, wrong[i].message)) continue;
        fail_msg("%s\nis told       %d: %s\ninstead of    %d: %s", wrong[i].text, err.at, err.text, wrong[i].at,
                 wrong[i].message);
    }
}

/* ---- hard inputs ---- */

static void what_is_nested_too_deeply_is_refused(void **state)
{
    static const char *const texts[][2] = {
        {"(", "1"},
        {"NOT ", "a"},
        {"- ", "1"},
        {"CASE WHEN ", "a"},
        {"f(", "1"},
        {"(SELECT ", "1"},
        {"a[", "1"},
        {"ARRAY[", "1"},
        {"a + ", "1"},
        {"a AND ", "b"},
        {"CAST(", "a"},
        {"x IN (SELECT ", "1"},
        {"1 UNION SELECT ", "1"},
        {"EXISTS (SELECT ", "1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = refused(repeated("SELECT ", texts[i][0], 70000, texts[i][1]));
        assert_string_equal(err.text, "nested too deeply (more than 1000 levels)");
        assert_int_equal(err.code, ERR_LIMIT);
        arena_reset(arena);
    }
}

static void what_grows_to_the_right_too_deeply_is_refused(void **state)
{
    static const char *const texts[][3] = {
        {"SELECT (a)", ".b", ""},        {"SELECT a", "[1]", ""},
        {"SELECT a", "::INTEGER", ""},   {"SELECT a", " AT TIME ZONE 'UTC'", ""},
        {"SELECT a", " + b", " FROM s"}, {"SELECT a FROM s", " JOIN t ON x", ""},
        {"SELECT a FROM s", ", t", ""},  {"SELECT a", " IS NULL", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = refused(repeated(texts[i][0], texts[i][1], 5000, texts[i][2]));
        assert_string_equal(err.text, "nested too deeply (more than 1000 levels)");
        assert_int_equal(err.code, ERR_LIMIT);
        arena_reset(arena);
    }
}

static void five_thousand_levels_that_are_closed_again_are_refused(void **state)
{
    static const char *const texts[][3] = {
        {"(", "1", ")"},  {"CASE WHEN a THEN ", "1", " END"}, {"(SELECT ", "1", ")"},
        {"f(", "1", ")"}, {"CAST(", "1", " AS INTEGER)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct str open = repeated("SELECT ", texts[i][0], 5000, texts[i][1]);
        assert_int_equal(refused(repeated(open.ptr, texts[i][2], 5000, "")).code, ERR_LIMIT);
        arena_reset(arena);
    }
}

static void five_thousand_parentheses_are_too_many(void **state)
{
    struct str text = repeated("SELECT ", "(", 5000, "1");

    (void)state;
    assert_int_equal(refused(text).at, 7 + PARSE_DEPTH_MAX);
}

static void nine_hundred_levels_are_fine(void **state)
{
    struct buf text = {0};

    (void)state;
    buf_puts(&text, "SELECT ");
    for (int i = 0; i < 900; i++) buf_puts(&text, "f(1 + ");
    buf_puts(&text, "1");
    for (int i = 0; i < 900; i++) buf_puts(&text, ")");
    assert_int_equal(refused(str_of(text.ptr, text.len)).code, ERR_LIMIT);
    text.len = 0;
    buf_puts(&text, "SELECT ");
    for (int i = 0; i < 900; i++) buf_puts(&text, "f(");
    buf_puts(&text, "1");
    for (int i = 0; i < 900; i++) buf_puts(&text, ")");
    check_round_trip(buf_text(&text));
    buf_free(&text);
}

static void long_statements_are_fine(void **state)
{
    (void)state;
    parsed(repeated("SELECT a IN (1", ", 1", 350000, ")").ptr);
    parsed(repeated("SELECT f(1", ", 1", 350000, ")").ptr);
    parsed(repeated("INSERT INTO s VALUES (1, 'x')", ", (1, 'x')", 100000, "").ptr);
    parsed(repeated("SELECT '", "x''", 350000, "'").ptr);
    parsed(repeated("SELECT 1 /*", "****", 250000, "*/").ptr);
    parsed(repeated("SELECT 1 --", "- x", 350000, "").ptr);
    parsed(repeated("SELECT 1 ", " \n\t ", 250000, "").ptr);
    parsed(repeated("SELECT ", "1234567890", 100000, "").ptr);
    parsed(repeated("CREATE STREAM s (a INTEGER", ", b VARCHAR(3) NOT NULL", 50000, ")").ptr);
    parsed(repeated("WITH a AS (SELECT 1)", ", b AS (SELECT 2)", 60000, " SELECT 3").ptr);
    parsed(repeated("SELECT CASE", " WHEN a THEN b", 70000, " END").ptr);
}

static void a_name_may_be_a_million_bytes_long(void **state)
{
    const struct expr *item;

    (void)state;
    item = parsed(repeated("SELECT ", "abcdefghij", 100000, " FROM s").ptr)->select->plain.items.items[0].expr;
    assert_int_equal(item->name.parts[0].text.len, 1000000);
    item = parsed(repeated("SELECT \"", "\"\"bcdefgh", 100000, "\" FROM s").ptr)->select->plain.items.items[0].expr;
    assert_int_equal(item->name.parts[0].text.len, 800000);
}

/* What is unexpected is shown in part only. */
static void a_message_stays_short_however_long_the_text(void **state)
{
    static const char *const texts[][2] = {
        {"SELECT a b ", ""},          {"SELECT 1", ""}, {"SELECT '", ""}, {"SELECT \"", ""},
        {"SELECT a FROM s ", " t u"}, {"", ""},         {"SELECT /*", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = refused(repeated(texts[i][0], "abcdefghij", 100000, texts[i][1]));
        assert_in_range(strlen(err.text), 1, 120);
        arena_reset(arena);
    }
}

static void tokens_that_touch_are_told_apart_or_refused(void **state)
{
    static const struct {
        const char *text;
        int at;
    } texts[] = {
        {"SELECT 1x", 7},         {"SELECT 12abc", 7},    {"SELECT 1.5e", 7},  {"SELECT 1e+", 7},
        {"SELECT 0x1F", 7},       {"SELECT 1_000", 7},    {"SELECT 'a''b", 7}, {"SELECT \"a\"\"b", 7},
        {"SELECT 'a'b'", 11},     {"SELECT 'a' 'b'", 11}, {"SELECT a.1", 8},   {"SELECT 1.2.3", 10},
        {"SELECT X'0", 7},        {"SELECT U&'a", 7},     {"SELECT /* a", 7},  {"SELECT a /* b */ /* c", 17},
        {"SELECT DATE'2001", 11},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err err = refused(str_lit(texts[i].text));
        if (err.at != texts[i].at) fail_msg("%s is refused at %d: %s", texts[i].text, err.at, err.text);
    }
    assert_string_equal(printed(parsed("SELECT a+-1,b||'c'AS\"d\",DATE'2001-01-01'e,f*g FROM s")),
                        "SELECT a + -1, b || 'c' AS \"d\", DATE '2001-01-01' AS e, f * g FROM s");
}

static void bytes_that_are_no_text_are_refused_at_their_place(void **state)
{
    struct err err = refused(str_of("SELECT \0a", 9));

    (void)state;
    assert_int_equal(err.at, 7);
    assert_string_equal(err.text, "a NUL byte in the text");
    assert_int_equal(refused(str_of("\0", 1)).at, 0);
    assert_int_equal(refused(str_of("SELECT 'a\0b'", 12)).at, 9);
    assert_int_equal(refused(str_of("SELECT 1\0", 9)).at, 8);
    assert_int_equal(refused(str_lit("SELECT \xc3")).at, 7);
    assert_int_equal(refused(str_lit("SELECT a\xed\xa0\x80")).at, 8);
    assert_int_equal(refused(str_lit("SELECT \xc0\xaf -- overlong")).at, 7);
    err = refused(str_lit("SELECT 'a\xff'"));
    assert_int_equal(err.at, 9);
    assert_string_equal(err.text, "this is not valid UTF-8");
}

/* ---- the splitter ---- */

static void check_split(const char *text, enum split_end end, const char *const *pieces)
{
    struct split split = split_text(str_lit(text));
    int i;

    assert_int_equal(split.end, end);
    for (i = 0; pieces[i]; i++) {
        assert_true(i < split.count);
        assert_text(str_of(text + split.pieces[i].at, (size_t)(split.pieces[i].end - split.pieces[i].at)), pieces[i]);
    }
    assert_int_equal(split.count, i);
    split_free(&split);
}

static void a_text_is_cut_at_semicolons_outside_of_strings_and_comments(void **state)
{
    (void)state;
    check_split(" a ; -- x;\n b ';' \";\" /*;*/ c;", SPLIT_DONE, (const char *[]){"a", "b ';' \";\" /*;*/ c", NULL});
    check_split(";; ;", SPLIT_DONE, (const char *[]){NULL});
    check_split("", SPLIT_DONE, (const char *[]){NULL});
    check_split("a // b;\n;c;", SPLIT_DONE, (const char *[]){"a", "c", NULL});
    check_split("'it''s; x'; b;", SPLIT_DONE, (const char *[]){"'it''s; x'", "b", NULL});
}

static void an_unfinished_text_says_in_what_it_ends(void **state)
{
    (void)state;
    check_split("a; b", SPLIT_OPEN, (const char *[]){"a", "b", NULL});
    check_split("a; -- b", SPLIT_DONE, (const char *[]){"a", NULL});
    check_split("a 'b;", SPLIT_OPEN_STRING, (const char *[]){"a 'b;", NULL});
    check_split("a \"b;", SPLIT_OPEN_QUOTED, (const char *[]){"a \"b;", NULL});
    check_split("a; /* b;", SPLIT_OPEN_COMMENT, (const char *[]){"a", "/* b;", NULL});
    check_split("a /* b;", SPLIT_OPEN_COMMENT, (const char *[]){"a /* b;", NULL});
}

static void a_trigger_is_one_statement(void **state)
{
    (void)state;
    check_split(
        "CREATE TRIGGER t AFTER INSERT ON x BEGIN UPDATE y SET a = CASE WHEN b THEN 1 END; DELETE FROM z; END; a;",
        SPLIT_DONE,
        (const char *[]){"CREATE TRIGGER t AFTER INSERT ON x BEGIN UPDATE y SET a = CASE WHEN b THEN 1 END; "
                         "DELETE FROM z; END",
                         "a", NULL});
    check_split("create temp trigger t BEGIN SELECT 1;", SPLIT_OPEN,
                (const char *[]){"create temp trigger t BEGIN SELECT 1;", NULL});
    check_split("BEGIN; COMMIT; END;", SPLIT_DONE, (const char *[]){"BEGIN", "COMMIT", "END", NULL});
}

static void a_piece_knows_where_the_next_begins(void **state)
{
    struct split split = split_text(str_lit("a ; b"));

    (void)state;
    assert_int_equal(split.pieces[0].next, 3);
    assert_int_equal(split.pieces[1].next, 5);
    split_free(&split);
}

/* ---- diagnostics ---- */

static void check_diag(const char *text, int begin, int at, const char *expected)
{
    struct buf out = {0};
    struct err err;

    err_set(&err, ERR_SYNTAX, at, "no");
    diag_print(&out, DIAG_ERROR, "f.sql", str_lit(text), begin, &err);
    assert_string_equal(buf_text(&out), expected);
    buf_free(&out);
}

static void a_message_shows_its_line_with_a_caret_under_the_token(void **state)
{
    (void)state;
    check_diag("SELECT prize\nFROM t", 0, 7, "f.sql:1:8: error: no\nSELECT prize\n       ^~~~~\n");
    check_diag("a;\nSELECT\n  prize FROM t", 3, 9, "f.sql:3:3: error: no\n  prize FROM t\n  ^~~~~\n");
    check_diag("a = b", 0, 2, "f.sql:1:3: error: no\na = b\n  ^\n");
}

static void a_tab_before_the_token_stays_a_tab(void **state)
{
    (void)state;
    check_diag("\tx\ty", 0, 3, "f.sql:1:4: error: no\n\tx\ty\n\t \t^\n");
}

static void columns_count_characters_and_carets_count_cells(void **state)
{
    (void)state;
    check_diag("'\xc3\xa4\xc3\xb6' x", 0, 7, "f.sql:1:6: error: no\n'\xc3\xa4\xc3\xb6' x\n     ^\n");
    check_diag("'\xe6\xbc\xa2' x", 0, 6, "f.sql:1:5: error: no\n'\xe6\xbc\xa2' x\n     ^\n");
    check_diag("'a\xcc\x88' x", 0, 6, "f.sql:1:6: error: no\n'a\xcc\x88' x\n    ^\n");
}

static void the_end_of_the_text_has_a_place(void **state)
{
    (void)state;
    check_diag("SELECT", 0, 6, "f.sql:1:7: error: no\nSELECT\n      ^\n");
    check_diag("", 0, 0, "f.sql:1:1: error: no\n\n^\n");
    check_diag("a\n", 0, 2, "f.sql:2:1: error: no\n\n^\n");
    check_diag("a\r\nb", 0, 1, "f.sql:1:2: error: no\na\n ^\n");
}

static void bytes_that_are_no_text_are_shown_as_question_marks(void **state)
{
    (void)state;
    check_diag("a\xff\x01 b", 0, 4, "f.sql:1:5: error: no\na?? b\n    ^\n");
}

static void a_message_without_a_place_is_one_line(void **state)
{
    (void)state;
    check_diag("SELECT 1", 0, -1, "f.sql: error: no\n");
}

static void of_a_long_line_the_part_around_the_token_is_shown(void **state)
{
    struct str text = repeated("", "0123456789", 100, "");
    struct buf out = {0};
    struct err err;

    (void)state;
    err_set(&err, ERR_SYNTAX, 500, "no");
    diag_print(&out, DIAG_WARNING, "f", text, 0, &err);
    assert_non_null(strstr(buf_text(&out), "f:1:501: warning: no\n...0123"));
    assert_true(out.len < 400);
    out.len = 0;
    diag_print(&out, DIAG_ERROR, "f", repeated("", "\x8b", 1000, ""), 0, &err);
    assert_non_null(strstr(buf_text(&out), "f:1:501: error: no\n...???"));
    buf_free(&out);
}

/* ---- suggestions ---- */

static void the_nearest_word_is_suggested(void **state)
{
    static const char *const words[] = {"price", "ticker", "volume"};

    (void)state;
    assert_string_equal(suggest(str_lit("prize"), words, 3), "price");
    assert_string_equal(suggest(str_lit("TICKRE"), words, 3), "ticker");
    assert_string_equal(suggest(str_lit("volum"), words, 3), "volume");
    assert_null(suggest(str_lit("quantity"), words, 3));
    assert_null(suggest(str_lit("pr"), words, 3));
    assert_null(suggest(str_lit("x"), words, 0));
}

static void a_swap_of_neighbours_is_one_edit(void **state)
{
    (void)state;
    assert_int_equal(suggest_distance(str_lit("FORM"), str_lit("FROM"), 3), 1);
    assert_int_equal(suggest_distance(str_lit("kitten"), str_lit("sitting"), 3), 3);
    assert_int_equal(suggest_distance(str_lit("kitten"), str_lit("sitting"), 2), 3);
    assert_int_equal(suggest_distance(str_lit("Abc"), str_lit("aBC"), 3), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(redundant_writing_does_not_change_the_printed_text),
        TEST(operators_bind_as_documented),
        TEST(an_expression_knows_its_place_and_its_operators_place),
        TEST(an_interval_has_its_qualifier),
        TEST(to_belongs_to_the_qualifier_only_where_it_makes_a_range),
        TEST(literals_lose_their_quotes_and_escapes),
        TEST(names_keep_their_writing_and_know_their_quotes),
        TEST(keys_of_a_session_move_out_of_the_arguments),
        TEST(an_argument_may_be_named),
        TEST(from_first_belongs_to_nth_value_only),
        TEST(a_comma_binds_looser_than_a_join),
        TEST(intersect_binds_tighter_than_union),
        TEST(a_stream_has_its_parts),
        TEST(statements_of_sqlite_are_handed_through_as_they_are),
        TEST(a_text_without_a_statement_gives_none),
        TEST(the_old_dialect_lets_an_open_comment_end_the_text),
        TEST(two_slashes_are_a_comment_only_behind_a_blank),
        TEST(children_come_in_the_order_of_the_text),
        TEST(a_child_can_be_replaced),
        TEST(selects_are_no_children),
        TEST(a_keyword_is_a_name_exactly_where_its_class_says),
        TEST(a_unit_is_a_name_and_an_alias),
        TEST(wrong_statements_are_told_what_is_wrong_and_where),
        TEST(what_is_nested_too_deeply_is_refused),
        TEST(what_grows_to_the_right_too_deeply_is_refused),
        TEST(five_thousand_levels_that_are_closed_again_are_refused),
        TEST(five_thousand_parentheses_are_too_many),
        TEST(nine_hundred_levels_are_fine),
        TEST(long_statements_are_fine),
        TEST(a_name_may_be_a_million_bytes_long),
        TEST(a_message_stays_short_however_long_the_text),
        TEST(tokens_that_touch_are_told_apart_or_refused),
        TEST(bytes_that_are_no_text_are_refused_at_their_place),
        TEST(a_text_is_cut_at_semicolons_outside_of_strings_and_comments),
        TEST(an_unfinished_text_says_in_what_it_ends),
        TEST(a_trigger_is_one_statement),
        TEST(a_piece_knows_where_the_next_begins),
        TEST(a_message_shows_its_line_with_a_caret_under_the_token),
        TEST(a_tab_before_the_token_stays_a_tab),
        TEST(columns_count_characters_and_carets_count_cells),
        TEST(the_end_of_the_text_has_a_place),
        TEST(bytes_that_are_no_text_are_shown_as_question_marks),
        TEST(a_message_without_a_place_is_one_line),
        TEST(of_a_long_line_the_part_around_the_token_is_shown),
        TEST(the_nearest_word_is_suggested),
        TEST(a_swap_of_neighbours_is_one_edit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
