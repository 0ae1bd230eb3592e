/* test_corpus.c - what the parser accepts, statement by statement: data/NAME.sql holds the statements of a dialect, and
 * data/NAME.tree the same with the tree of each, which was read and found right. The trees must stay as they are; what
 * is printed must give the same tree; what is cut, shortened, mixed up or no text at all must end in an error.
 *
 * Run from the root of the tree. After a change of a .sql file, or of the trees:
 *     build/tests/unit/test_corpus write && git diff tests/unit/data
 * and read what has changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "parser/lexer.h"
#include "parser/parse.h"
#include "parser/split.h"
#include "parser/unparse.h"
#include "tests/unit/print_tree.h"

enum { SOUP_STATEMENTS = 3000, SOUP_TOKENS_MAX = 40, NOISE_TEXTS = 3000, NOISE_BYTES_MAX = 80 };

static const struct corpus {
    const char *name;
    enum dialect dialect;
} corpora[] = {{"kinesis", DIALECT_KINESIS}, {"dialect", DIALECT_WEIR}, {"sketch", DIALECT_WEIR}};

enum { CORPUS_COUNT = sizeof corpora / sizeof *corpora };

static struct arena *arena; /* of the statement at hand */

/* ---- files ---- */

static struct buf read_data(const char *name, const char *suffix)
{
    char path[64];
    struct buf text = {0};
    char block[4096];
    size_t n;
    FILE *file;

    snprintf(path, sizeof path, "tests/unit/data/%s.%s", name, suffix);
    if (!(file = fopen(path, "rb"))) fail_msg("cannot open %s", path);
    while ((n = fread(block, 1, sizeof block, file)) > 0) buf_put(&text, block, n);
    fclose(file);
    return text;
}

/* ---- statements ---- */

static struct statement *parsed(struct str text, enum dialect dialect)
{
    struct parse_options options = {.dialect = dialect};
    struct statement *statement;
    struct err err;

    if (parse_statement(arena, text, &options, &statement, &err))
        fail_msg("%.*s\n%d: %s", (int)text.len, text.ptr, err.at, err.text);
    assert_non_null(statement);
    return statement;
}

typedef void visit_function(struct str statement, enum dialect dialect);

static void visit_corpus(const struct corpus *corpus, visit_function *visit)
{
    struct buf text = read_data(corpus->name, "sql");
    struct split split = split_text(str_of(text.ptr, text.len));

    for (int i = 0; i < split.count; i++) {
        const struct piece *piece = &split.pieces[i];
        arena = arena_new();
        visit(str_of(text.ptr + piece->at, (size_t)(piece->end - piece->at)), corpus->dialect);
        arena_free(arena);
    }
    split_free(&split);
    buf_free(&text);
}

static void each_statement(visit_function *visit)
{
    for (int i = 0; i < CORPUS_COUNT; i++) visit_corpus(&corpora[i], visit);
}

/* ---- trees ---- */

/* Where the comment begins that stands before a statement: behind the statement before it, or behind an empty line. */
static size_t comment_begin(const char *text, size_t from, size_t at)
{
    for (size_t i = at; i > from + 1; i--)
        if (text[i - 1] == '\n' && text[i - 2] == '\n') return i;
    while (from < at && text[from] == '\n') from++;
    return from;
}

/* The .tree file as it should be: comment, statement, tree, an empty line. */
static struct buf print_corpus(const struct corpus *corpus)
{
    struct buf text = read_data(corpus->name, "sql"), out = {0};
    struct split split = split_text(str_of(text.ptr, text.len));

    for (int i = 0; i < split.count; i++) {
        const struct piece *piece = &split.pieces[i];
        size_t begin = comment_begin(text.ptr, i ? (size_t)split.pieces[i - 1].next : 0, (size_t)piece->at);

        arena = arena_new();
        buf_put(&out, text.ptr + begin, (size_t)piece->end - begin);
        buf_puts(&out, "\n");
        print_tree(&out, parsed(str_of(text.ptr + piece->at, (size_t)(piece->end - piece->at)), corpus->dialect));
        buf_puts(&out, "\n");
        arena_free(arena);
    }
    split_free(&split);
    buf_free(&text);
    return out;
}

/* The first line that differs, of the three around it. */
static void assert_same_lines(const char *name, const char *is, const char *expected)
{
    int line = 1;
    size_t begin = 0;

    for (size_t i = 0; is[i] || expected[i]; i++) {
        if (is[i] != expected[i])
            fail_msg("%s.tree, line %d:\n%.*s\ninstead of\n%.*s", name, line, (int)strcspn(is + begin, "\n"),
                     is + begin, (int)strcspn(expected + begin, "\n"), expected + begin);
        if (is[i] != '\n') continue;
        line++;
        begin = i + 1;
    }
}

static void every_statement_has_the_tree_that_was_reviewed(void **state)
{
    (void)state;
    for (int i = 0; i < CORPUS_COUNT; i++) {
        struct buf is = print_corpus(&corpora[i]), expected = read_data(corpora[i].name, "tree");
        assert_same_lines(corpora[i].name, buf_text(&is), buf_text(&expected));
        buf_free(&is);
        buf_free(&expected);
    }
}

static int write_trees(void)
{
    for (int i = 0; i < CORPUS_COUNT; i++) {
        struct buf out = print_corpus(&corpora[i]);
        char path[64];
        FILE *file;

        snprintf(path, sizeof path, "tests/unit/data/%s.tree", corpora[i].name);
        if (!(file = fopen(path, "wb")) || fwrite(out.ptr, 1, out.len, file) != out.len || fclose(file)) return 1;
        buf_free(&out);
    }
    return 0;
}

/* ---- printed and parsed again ---- */

static const char *tree_of(const struct statement *statement)
{
    struct buf out = {0};
    const char *copy;

    print_tree(&out, statement);
    copy = arena_copy(arena, out.ptr, out.len);
    buf_free(&out);
    return copy;
}

static void check_round_trip(struct str text, enum dialect dialect)
{
    struct statement *once = parsed(text, dialect), *twice;
    struct buf printed = {0}, again = {0};

    unparse(&printed, once);
    twice = parsed(str_of(printed.ptr, printed.len), dialect);
    assert_string_equal(tree_of(once), tree_of(twice));
    unparse(&again, twice);
    assert_string_equal(buf_text(&printed), buf_text(&again));
    buf_free(&printed);
    buf_free(&again);
}

static void every_statement_prints_as_text_that_gives_the_same_tree(void **state)
{
    (void)state;
    each_statement(check_round_trip);
}

/* ---- places ---- */

/* Every node lies within its statement and contains its children. */
static void check_places(struct expr *e, int at, int end)
{
    struct expr **child;

    if (e->at < at || e->end > end || e->at >= e->end) fail_msg("[%d, %d) in [%d, %d)", e->at, e->end, at, end);
    for (int i = 0; (child = expr_child(e, i)); i++)
        if (e->kind != EXPR_TABLE) check_places(*child, e->at, e->end);
}

static void check_item_places(struct str text, enum dialect dialect)
{
    const struct statement *s = parsed(text, dialect);

    if (s->kind != STATEMENT_QUERY || s->select->kind != SELECT_PLAIN) return;
    for (int i = 0; i < s->select->plain.items.count; i++)
        check_places(s->select->plain.items.items[i].expr, s->at, s->end);
}

static void every_expression_contains_its_children(void **state)
{
    (void)state;
    each_statement(check_item_places);
}

/* ---- what is no statement any more ---- */

/* Refused with a place in the text and a message; or accepted, and then it survives the round trip. The text is given
 * to the parser in memory of its own, so that reading past its end is found by the sanitizer. */
static void check_any(struct str text, enum dialect dialect)
{
    struct parse_options options = {.dialect = dialect};
    char *copy = malloc(text.len ? text.len : 1);
    struct statement *statement;
    struct err err;

    memcpy(copy, text.ptr, text.len);
    arena_reset(arena);
    if (parse_statement(arena, str_of(copy, text.len), &options, &statement, &err)) {
        assert_in_range(err.at, 0, text.len);
        assert_true(err.text[0] != 0);
    } else if (statement) {
        check_round_trip(str_of(copy, text.len), dialect);
    }
    free(copy);
}

static void check_each_prefix(struct str text, enum dialect dialect)
{
    for (size_t len = 0; len < text.len; len++) check_any(str_of(text.ptr, len), dialect);
}

static void a_statement_cut_anywhere_is_refused_at_a_place_within_it(void **state)
{
    (void)state;
    each_statement(check_each_prefix);
}

static void check_without_each_token(struct str text, enum dialect dialect)
{
    struct tokens tokens = tokens_read(text);

    for (int i = 0; i < tokens.count; i++) {
        char *shorter = malloc(text.len);
        memcpy(shorter, text.ptr, text.len);
        memset(shorter + tokens.items[i].at, ' ', (size_t)(tokens.items[i].end - tokens.items[i].at));
        check_any(str_of(shorter, text.len), dialect);
        free(shorter);
    }
    tokens_free(&tokens);
}

static void a_statement_without_one_of_its_tokens_is_refused_or_round_trips(void **state)
{
    (void)state;
    each_statement(check_without_each_token);
}

static void check_each_token_twice(struct str text, enum dialect dialect)
{
    struct tokens tokens = tokens_read(text);
    struct buf longer = {0};

    for (int i = 0; i < tokens.count; i++) {
        size_t end = (size_t)tokens.items[i].end;
        longer.len = 0;
        buf_put(&longer, text.ptr, end);
        buf_putc(&longer, ' ');
        buf_put(&longer, text.ptr + tokens.items[i].at, text.len - (size_t)tokens.items[i].at);
        check_any(str_of(longer.ptr, longer.len), dialect);
    }
    buf_free(&longer);
    tokens_free(&tokens);
}

static void a_statement_with_one_token_twice_is_refused_or_round_trips(void **state)
{
    (void)state;
    each_statement(check_each_token_twice);
}

/* ---- no statement at all ---- */

/* Tokens drawn from the corpus, behind a head that makes the grammar look at them. */
static void make_soup(struct buf *out, struct str text, const struct tokens *tokens, struct rng *rng)
{
    static const char *const heads[] = {"", "SELECT ", "SELECT a FROM ", "SELECT a FROM s WHERE ", "CREATE STREAM s ("};
    uint64_t count = rng_below(rng, SOUP_TOKENS_MAX);

    out->len = 0;
    buf_puts(out, heads[rng_below(rng, sizeof heads / sizeof *heads)]);
    for (uint64_t i = 0; i < count; i++) {
        const struct token *token = &tokens->items[rng_below(rng, (uint64_t)tokens->count)];
        buf_put(out, text.ptr + token->at, (size_t)(token->end - token->at));
        buf_putc(out, ' ');
    }
}

static void a_soup_of_tokens_is_refused_or_round_trips(void **state)
{
    struct rng rng = {1};
    struct buf soup = {0};

    (void)state;
    arena = arena_new();
    for (int i = 0; i < CORPUS_COUNT; i++) {
        struct buf text = read_data(corpora[i].name, "sql");
        struct tokens tokens = tokens_read(str_of(text.ptr, text.len));
        for (int k = 0; k < SOUP_STATEMENTS; k++) {
            make_soup(&soup, str_of(text.ptr, text.len), &tokens, &rng);
            check_any(str_of(soup.ptr, soup.len), corpora[i].dialect);
        }
        tokens_free(&tokens);
        buf_free(&text);
    }
    buf_free(&soup);
    arena_free(arena);
}

/* Any bytes, the printable ones, those that the lexer treats apart. */
static char draw_byte(struct rng *rng, uint64_t kind)
{
    static const char marks[] = "'\"`-/*()[]<>=.,;:|&!xXuU0123eE+ \n";

    if (kind == 0) return (char)rng_below(rng, 256);
    if (kind == 1) return (char)(' ' + rng_below(rng, 95));
    return marks[rng_below(rng, sizeof marks - 1)];
}

static void random_bytes_are_refused_or_round_trip(void **state)
{
    struct rng rng = {2};
    char text[NOISE_BYTES_MAX];

    (void)state;
    arena = arena_new();
    for (int i = 0; i < NOISE_TEXTS; i++) {
        uint64_t len = rng_below(&rng, NOISE_BYTES_MAX), kind = rng_below(&rng, 3);
        for (uint64_t k = 0; k < len; k++) text[k] = draw_byte(&rng, kind);
        check_any(str_of(text, len), DIALECT_WEIR);
        check_any(str_of(text, len), DIALECT_KINESIS);
    }
    arena_free(arena);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_has_the_tree_that_was_reviewed),
        cmocka_unit_test(every_statement_prints_as_text_that_gives_the_same_tree),
        cmocka_unit_test(every_expression_contains_its_children),
        cmocka_unit_test(a_statement_cut_anywhere_is_refused_at_a_place_within_it),
        cmocka_unit_test(a_statement_without_one_of_its_tokens_is_refused_or_round_trips),
        cmocka_unit_test(a_statement_with_one_token_twice_is_refused_or_round_trips),
        cmocka_unit_test(a_soup_of_tokens_is_refused_or_round_trips),
        cmocka_unit_test(random_bytes_are_refused_or_round_trip),
    };

    if (argc == 2 && !strcmp(argv[1], "write")) return write_trees();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
