/* test_reference_regex.c - patterns of SIMILAR TO, made at random as trees, against a matcher that knows nothing but
 * their definition: which positions of the text a part of the pattern can end at, given where it may begin. */
#include "tests/unit/build_bound.h"

#include "base/hash.h"
#include "base/regex.h"

enum { TEXT_MAX = 12, NODES_MAX = 64, FOREVER = 99 };

static const char *const letters[] = {"a", "b", "c", "ä", "+"};
enum { LETTERS = 5 };

enum node_kind { NODE_LETTER, NODE_ANY_ONE, NODE_ANY_TEXT, NODE_CLASS, NODE_SEQUENCE, NODE_CHOICE, NODE_REPEAT };

struct tree {
    enum node_kind kind;
    int letter;               /* LETTER */
    unsigned with, without;   /* CLASS: bits of letters */
    bool negated;             /* CLASS: [^with] */
    int least, most;          /* REPEAT */
    const struct tree *a, *b; /* b: SEQUENCE, CHOICE */
};

static struct rng rng;
static struct tree nodes[NODES_MAX];
static int node_count;

static struct tree *new_node(enum node_kind kind)
{
    struct tree *n = &nodes[node_count++];

    *n = (struct tree){.kind = kind};
    return n;
}

static const struct tree *random_leaf(void)
{
    struct tree *n = new_node((enum node_kind)rng_below(&rng, 4));

    n->letter = (int)rng_below(&rng, LETTERS);
    n->with = 1 + (unsigned)rng_below(&rng, (1 << LETTERS) - 1);
    n->negated = rng_below(&rng, 3) == 0;
    if (!n->negated && rng_below(&rng, 2)) n->without = (unsigned)rng_below(&rng, 1 << LETTERS);
    return n;
}

static const struct tree *random_tree(int depth)
{
    static const int bounds[][2] = {{0, FOREVER}, {1, FOREVER}, {0, 1}, {2, 2}, {1, 3}, {2, FOREVER}};
    uint64_t choice = rng_below(&rng, 5);
    struct tree *n;

    if (depth == 0 || choice < 2) return random_leaf();
    n = new_node(choice == 2 ? NODE_SEQUENCE : choice == 3 ? NODE_CHOICE : NODE_REPEAT);
    n->least = bounds[rng_below(&rng, 6)][0];
    n->a = random_tree(depth - 1);
    if (n->kind == NODE_REPEAT) {
        for (int i = 0; i < 6; i++) {
            if (bounds[i][0] == n->least) n->most = bounds[i][1];
        }
    } else {
        n->b = random_tree(depth - 1);
    }
    return n;
}

/* ---- as text ---- */

static void print_letter(int letter, struct buf *out)
{
    if (letter == 4) buf_putc(out, '!');
    buf_puts(out, letters[letter]);
}

static void print_letters(unsigned set, struct buf *out)
{
    for (int i = 0; i < LETTERS; i++) {
        if (set >> i & 1) print_letter(i, out);
    }
}

static void print_class(const struct tree *n, struct buf *out)
{
    buf_puts(out, n->negated ? "[^" : "[");
    print_letters(n->with, out);
    if (n->without) buf_putc(out, '^');
    print_letters(n->without, out);
    buf_putc(out, ']');
}

static void print_repeat(const struct tree *n, struct buf *out)
{
    if (n->most == FOREVER && n->least < 2)
        buf_putc(out, n->least ? '+' : '*');
    else if (n->most == FOREVER)
        buf_printf(out, "{%d,}", n->least);
    else if (n->least == 0)
        buf_putc(out, '?');
    else if (n->least == n->most)
        buf_printf(out, "{%d}", n->least);
    else
        buf_printf(out, "{%d,%d}", n->least, n->most);
}

static void print_tree(const struct tree *n, struct buf *out)
{
    switch (n->kind) {
    case NODE_LETTER: print_letter(n->letter, out); break;
    case NODE_ANY_ONE: buf_putc(out, '_'); break;
    case NODE_ANY_TEXT: buf_putc(out, '%'); break;
    case NODE_CLASS: print_class(n, out); break;
    case NODE_SEQUENCE:
    case NODE_CHOICE:
        buf_putc(out, '(');
        print_tree(n->a, out);
        if (n->kind == NODE_CHOICE) buf_putc(out, '|');
        print_tree(n->b, out);
        buf_putc(out, ')');
        break;
    case NODE_REPEAT:
        buf_putc(out, '(');
        print_tree(n->a, out);
        buf_putc(out, ')');
        print_repeat(n, out);
        break;
    }
}

/* ---- by definition ---- */

struct sample {
    int letter[TEXT_MAX], count;
};

static bool is_in_class(const struct tree *n, int letter)
{
    bool with = n->with >> letter & 1;

    return n->negated ? !with : with && !(n->without >> letter & 1);
}

static bool takes(const struct tree *n, int letter)
{
    return n->kind == NODE_ANY_ONE || (n->kind == NODE_LETTER && n->letter == letter) ||
           (n->kind == NODE_CLASS && is_in_class(n, letter));
}

static unsigned ends(const struct tree *n, const struct sample *s, unsigned begins);

static unsigned repeat_ends(const struct tree *n, const struct sample *s, unsigned begins)
{
    unsigned now = begins, all = n->least == 0 ? begins : 0;

    for (int i = 1; i <= n->most && i <= n->least + TEXT_MAX + 1 && now; i++) {
        now = ends(n->a, s, now);
        if (i >= n->least) all |= now;
    }
    return all;
}

/* The positions (as bits) at which a match can end that begins at one of these. */
static unsigned ends(const struct tree *n, const struct sample *s, unsigned begins)
{
    unsigned out = 0;

    switch (n->kind) {
    case NODE_SEQUENCE: return ends(n->b, s, ends(n->a, s, begins));
    case NODE_CHOICE: return ends(n->a, s, begins) | ends(n->b, s, begins);
    case NODE_REPEAT: return repeat_ends(n, s, begins);
    case NODE_ANY_TEXT:
        for (int i = 0; i <= s->count; i++) {
            if (begins & ((2u << i) - 1)) out |= 1u << i;
        }
        return out;
    case NODE_LETTER:
    case NODE_ANY_ONE:
    case NODE_CLASS: break;
    }
    for (int i = 0; i < s->count; i++) {
        if (begins >> i & 1 && takes(n, s->letter[i])) out |= 2u << i;
    }
    return out;
}

static struct sample random_sample(struct buf *text)
{
    struct sample s = {.count = (int)rng_below(&rng, TEXT_MAX)};

    text->len = 0;
    for (int i = 0; i < s.count; i++) {
        s.letter[i] = (int)rng_below(&rng, LETTERS);
        buf_puts(text, letters[s.letter[i]]);
    }
    buf_reserve(text, 1);
    return s;
}

/* Patterns with repetitions of repetitions may run into the limit: no answer, but no wrong one either. */
static void similar_to_is_its_definition(void **state)
{
    struct buf pattern = {0}, text = {0};
    int unanswered = 0;

    (void)state;
    rng.state = 7;
    for (int round = 0; round < 2000; round++) {
        const struct tree *tree = (node_count = 0, random_tree(4));
        struct regex *regex;
        struct err err;

        pattern.len = 0;
        print_tree(tree, &pattern);
        regex = regex_new(REGEX_SIMILAR, str_of(pattern.ptr, pattern.len), str_lit("!"), &err);
        if (!regex) fail_msg("%s: %s", buf_text(&pattern), err.text);
        for (int i = 0; i < 20; i++) {
            struct sample sample = random_sample(&text);
            bool fits = ends(tree, &sample, 1) >> sample.count & 1;
            int found = regex_match(regex, str_of(text.ptr, text.len), 0, REGEX_FIRST);
            unanswered += found < 0;
            if (found >= 0 && found != fits)
                fail_msg("'%s' SIMILAR TO '%s' is %d", buf_text(&text), buf_text(&pattern), fits);
        }
        regex_free(regex);
    }
    assert_in_range(unanswered, 0, 400); /* of 40,000 */
    buf_free(&pattern);
    buf_free(&text);
}

/* ---- what is no pattern ---- */

static const char *problem(enum regex_syntax syntax, const char *pattern)
{
    static struct err err;
    struct regex *regex = regex_new(syntax, str_lit(pattern), str_lit("#"), &err);

    if (!regex) return err.text;
    regex_free(regex);
    return NULL;
}

static void broken_patterns_say_what_is_wrong(void **state)
{
    static const char *const similar[] = {
        "(",    ")",   "a)",  "[", "[a",   "[]", "[a^", "[a^b^c]", "{1}", "a{",    "a{}",        "a{,1}", "a{1,2,3}",
        "a{x}", "a**", "a+?", "*", "(|+)", "]",  "}",   "#",       "a#",  "[b-a]", "[[:nope:]]", "a{2,1}"};
    static const char *const java[] = {"(",         "[a",     "a**b(",    "(*LIMIT_MATCH=1)a",
                                       "[a&&[b]]",  "[a[b]]", "\\u00g0",  "\\p{Nope}",
                                       "\\p{Lower", "\\C",    "(?<=a*)b", "\\0"};
    static const char *const part[] = {"a", "a#\"b", "#\"a#\"b)", "##\"a#\"b"};

    (void)state;
    for (size_t i = 0; i < sizeof similar / sizeof *similar; i++) {
        if (!problem(REGEX_SIMILAR, similar[i])) fail_msg("SIMILAR TO '%s'", similar[i]);
    }
    for (size_t i = 0; i < sizeof java / sizeof *java; i++) {
        if (!problem(REGEX_JAVA, java[i])) fail_msg("%s", java[i]);
    }
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if (!problem(REGEX_PART, part[i])) fail_msg("SIMILAR '%s'", part[i]);
    }
    assert_string_equal(problem(REGEX_SIMILAR, "a("), "a ( without its ), at byte 2");
}

static void java_patterns_are_translated(void **state)
{
    (void)state;
    CHECK(CALL("regexp_extract", text("xÄbc-"), text("\\p{IsUppercase}\\p{Lower}[\\p{Alpha}]")), "Äbc");
    CHECK(CALL("regexp_like", text("Ab"), text("^\\P{Lower}[^\\P{Lower}]$")), "true");
    CHECK(CALL("regexp_like", text("a€"), text("\\u20ac\\z")), "true");
    CHECK(CALL("regexp_like", text("\t"), text("\\011")), "true");
    CHECK(CALL("regexp_like", text("a.b["), text("\\Q.b[\\E")), "true");
    CHECK(CALL("regexp_like", text("a]"), text("[]]$")), "true");
    CHECK(CALL("regexp_like", text("a\nb"), text("a.b")), "false");
    CHECK(CALL("regexp_like", text("a\nb"), text("(?s)a.b")), "true");
    CHECK(CALL("regexp_like", text("a\r\n"), text("a$")), "true");
    CHECK(CALL("regexp_extract", text("aaa"), text("a{2}+")), "aa");
}

static void runaway_patterns_end(void **state)
{
    static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(a*)*b", "(x+x+)+y"};
    char many[4000];

    (void)state;
    memset(many, 'a', sizeof many);
    memset(many + 2000, 'x', 1998);
    many[1999] = many[3998] = '!';
    many[3999] = 0;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const char *answer = value_of(CALL("regexp_like", text(many), text(patterns[i])));
        if (strcmp(answer, "limit exceeded") && strcmp(answer, "false")) fail_msg("%s: %s", patterns[i], answer);
    }
    CHECK(CALL("regexp_like", text(many), text("^(a+)+$")), "limit exceeded");
}

static void text_that_is_no_utf8_does_not_match(void **state)
{
    struct err err;
    struct regex *regex = regex_new(REGEX_JAVA, str_lit("a"), str_lit(""), &err);

    (void)state;
    assert_int_equal(regex_match(regex, str_lit("a\xff"), 0, REGEX_FIRST), -1);
    assert_int_equal(regex_match(regex, str_lit("xa"), 0, REGEX_FIRST), 1);
    assert_int_equal(regex_span(regex, 0).start, 1);
    assert_int_equal(regex_match(regex, str_of(NULL, 0), 0, REGEX_FIRST), 0);
    regex_free(regex);
}

/* More patterns than a call keeps compiled. */
static void many_patterns_take_turns(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct column columns[2] = {{.phys = PHYS_TEXT}, {.phys = PHYS_TEXT}}, out;
        struct batch batch = {.rows = 200, .live = 200, .columns = 2, .column = columns};
        const struct bound *call = CALL("similar to", column(0, TYPE_VARCHAR), column(1, TYPE_VARCHAR));
        struct eval *eval = eval_new(&call, 1);

        columns[0].texts = arena_alloc(arena, BATCH_ROWS * sizeof(struct text));
        columns[1].texts = arena_alloc(arena, BATCH_ROWS * sizeof(struct text));
        for (int row = 0; row < 200; row++) {
            char *number = arena_printf(arena, "%d", row),
                 *pattern = arena_printf(arena, "(%d|x)", row * 7 % (20 * i + 20));
            columns[0].texts[row] = text_of(number, strlen(number));
            columns[1].texts[row] = text_of(pattern, strlen(pattern));
        }
        eval_run(eval, &batch, &out);
        for (int row = 0; row < 200; row++) assert_int_equal(out.bools[row], row == row * 7 % (20 * i + 20));
        eval_free(eval);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(similar_to_is_its_definition),        cmocka_unit_test(broken_patterns_say_what_is_wrong),
        cmocka_unit_test(java_patterns_are_translated),        cmocka_unit_test(runaway_patterns_end),
        cmocka_unit_test(text_that_is_no_utf8_does_not_match), cmocka_unit_test(many_patterns_take_turns),
    };

    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
