/* report.c - messages about wrong text: what stands there, what was meant, what would have been right.
 * The grammar tells all tokens that could go on (exactly: its look-ahead is corrected). That list is cut to what a
 * person would say: "an expression" instead of its sixty beginnings, nothing at all instead of more than four
 * alternatives. A word that nearly is one of the expected keywords is taken for a typing error; so is the word before,
 * which the grammar may have swallowed as an alias: SELECT a FORM s. */
#include "parser/report.h"

#include <stdio.h>
#include <string.h>

#include "parser/advice.h"
#include "parser/filter.h"
#include "parser/suggest.h"

enum { SHOWN_MAX = 4, SHOWN_BYTES_MAX = 40 };

void report_too_deep(struct parse *parse, int at)
{
    parse_fail(parse, ERR_LIMIT, at, "nested too deeply (more than %d levels)", PARSE_DEPTH_MAX);
}

void report_lexeme(struct parse *parse, const struct token *token)
{
    struct str text = token_text(parse->text, token);
    int shown = text.len < SHOWN_BYTES_MAX ? (int)text.len : SHOWN_BYTES_MAX;

    if (token->kind == LEX_OPEN_STRING)
        parse_fail(parse, ERR_SYNTAX, token->at, "this text has no end: the closing ' is missing%s",
                   advice_is_apostrophe(parse, token) ? " (a ' inside a text is written '')" : "");
    else if (token->kind == LEX_OPEN_QUOTED)
        parse_fail(parse, ERR_SYNTAX, token->at, "this name has no end: the closing %c is missing", text.ptr[0]);
    else if (token->kind == LEX_OPEN_COMMENT)
        parse_fail(parse, ERR_SYNTAX, token->at, "this comment has no end: the closing */ is missing");
    else if (token->kind == LEX_BAD_NUMBER)
        parse_fail(parse, ERR_SYNTAX, token->at, "\"%.*s\" is no number, and a name does not begin with a digit", shown,
                   text.ptr);
    else
        parse_fail(parse, ERR_SYNTAX, token->at, "unexpected character \"%.*s\"%s%s", shown, text.ptr,
                   advice_byte(text.ptr[0]) ? ": " : "", advice_byte(text.ptr[0]) ? advice_byte(text.ptr[0]) : "");
}

/* ---- what was expected ---- */

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(name, *list)) return true;
    return false;
}

/* May the keyword stand for a name, so that "a name" says it too? */
static bool is_soft(const char *name)
{
    enum keyword_class class = filter_class(str_lit(name));

    return class == CLASS_ALIAS || class == CLASS_NAME || !strcmp(name, "a unit of time");
}

/* Sets of tokens that have one word among people; told by two tokens that occur together nowhere else. */
static const char *summary(const struct expected *all)
{
    if (expected_has(all, "DOUBLE PRECISION") && expected_has(all, "ARRAY")) return "a type";
    if (expected_has(all, "a number") && expected_has(all, "a name") && !expected_has(all, "'/'"))
        return "an expression";
    if (expected_has(all, "LATERAL") && expected_has(all, "a name") && expected_has(all, "'('")) return "a table";
    if (expected_has(all, "SELECT") && expected_has(all, "VALUES"))
        return expected_has(all, "CREATE") ? "a statement" : "a query";
    if (expected_has(all, "PUMP") && expected_has(all, "DASHBOARD") && !expected_has(all, "a name"))
        return "STREAM, PUMP, VIEW, TABLE, FUNCTION or DASHBOARD";
    if (expected_has(all, "AND") && !expected_has(all, "OR")) return "AND";
    if (expected_has(all, "ON") && expected_has(all, "USING")) return "ON or USING";
    return NULL;
}

/* clang-format off */
/* What makes an expression longer. */
static const char *const goes_on[] = {
    "'+'", "'-'", "'*'", "'/'", "'%'", "'='", "'<'", "'>'", "'['", "'('", "<>", "<=", ">=", "||", "->", "->>", "::",
    "=>", "a name", "AND", "OR", "IS", "IN", "LIKE", "BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN",
    "NOT BETWEEN SYMMETRIC", "NOT IN", "NOT LIKE", "SIMILAR TO", "NOT SIMILAR TO", "IS DISTINCT FROM",
    "IS NOT DISTINCT FROM", "AT TIME ZONE", "FILTER", "OVER", "WITHIN GROUP", "IGNORE NULLS", "RESPECT NULLS",
    "FROM FIRST", "FROM LAST", "RETURNING", "DEFAULT", "NULL ON EMPTY", "WITH WRAPPER", NULL,
};
/* clang-format on */

/* What a person would not name among the alternatives: behind an expression, what would make it longer; a keyword that
 * may stand there as a name only. */
static bool is_noise(const struct expected *all, const char *name)
{
    if (!strcmp(name, "';'") || !strcmp(name, "'.'")) return true;
    if (expected_has(all, "'*'") && expected_has(all, "'/'")) return is_one_of(name, goes_on) || is_soft(name);
    return is_soft(name) && expected_has(all, "a name");
}

static struct expected without_noise(const struct expected *all)
{
    struct expected kept = {.count = 0};

    if ((kept.names[0] = summary(all))) {
        kept.count = 1;
        return kept;
    }
    for (int i = 0; i < all->count; i++)
        if (!is_noise(all, all->names[i])) kept.names[kept.count++] = all->names[i];
    return kept;
}

/* '(' is shown as "(". */
static void put_name(struct buf *out, const char *name)
{
    if (name[0] == '\'')
        buf_printf(out, "\"%c\"", name[1]);
    else if (strpbrk(name, "=<>|:-"))
        buf_printf(out, "\"%s\"", name);
    else
        buf_puts(out, name);
}

static void put_expected(struct buf *out, const struct expected *shown)
{
    if (!shown->count || shown->count > SHOWN_MAX) return;
    buf_puts(out, ": expected ");
    for (int i = 0; i < shown->count; i++) {
        if (i) buf_puts(out, i + 1 < shown->count ? ", " : " or ");
        put_name(out, shown->names[i]);
    }
}

/* ---- typing errors ---- */

/* The expected keyword or phrase whose first word is nearly what stands at token i; or NULL. */
static const char *meant(const struct parse *parse, int i, const struct expected *all)
{
    char words[EXPECTED_MAX][16];
    const char *candidates[EXPECTED_MAX] = {NULL}, *phrases[EXPECTED_MAX], *nearest;
    struct str found;
    size_t count = 0;

    if (i < 0 || parse->tokens.items[i].kind != LEX_WORD) return NULL;
    found = token_text(parse->text, &parse->tokens.items[i]);
    for (int k = 0; k < all->count; k++) {
        if (all->names[k][0] < 'A' || all->names[k][0] > 'Z') continue;
        snprintf(words[count], sizeof words[count], "%.*s", (int)strcspn(all->names[k], " "), all->names[k]);
        candidates[count] = words[count];
        phrases[count++] = all->names[k];
    }
    nearest = suggest(found, candidates, count);
    if (nearest && str_equal_nocase(found, str_lit(nearest))) return NULL;
    for (size_t k = 0; k < count; k++)
        if (nearest == candidates[k]) return phrases[k];
    return NULL;
}

static int fail_meant(struct parse *parse, int i, const char *keyword)
{
    const struct token *token = &parse->tokens.items[i];
    struct str text = token_text(parse->text, token);

    parse_fail(parse, ERR_SYNTAX, token->at, "unexpected \"%.*s\": did you mean %s?", (int)text.len, text.ptr, keyword);
    return 0;
}

/* ---- the message ---- */

/* Of the end: behind the last token. */
static int place_of(const struct parse *parse, int i)
{
    return parse->tokens.items[i].kind == LEX_END && i ? parse->tokens.items[i - 1].end : parse->tokens.items[i].at;
}

/* The first words of what stands at token i. */
static void put_found(struct buf *out, const struct parse *parse, int i)
{
    const struct token *token = &parse->tokens.items[i];
    struct str text = token_text(parse->text, token);
    size_t shown = text.len;

    if (token->kind == LEX_END) {
        buf_puts(out, "unexpected end of the statement");
        return;
    }
    if (shown > SHOWN_BYTES_MAX)
        for (shown = SHOWN_BYTES_MAX; (text.ptr[shown] & 0xc0) == 0x80;) shown--;
    if (token->kind == LEX_STRING || token->kind == LEX_QUOTED)
        buf_printf(out, "unexpected %.*s%s", (int)shown, text.ptr, shown < text.len ? "..." : "");
    else
        buf_printf(out, "unexpected \"%.*s\"%s", (int)shown, text.ptr, shown < text.len ? "..." : "");
}

/* A phrase that breaks off, as INSERT INOT. Returns whether that was told. */
static bool fail_phrase(struct parse *parse, int i, const struct expected *all)
{
    struct broken_phrase broken;
    struct expected shown = {.count = 0};
    struct buf text = {0};
    const char *near;

    if (!advice_phrase(parse, i, all, &broken) || parse->tokens.items[broken.token].kind != LEX_WORD) return false;
    near = suggest(token_text(parse->text, &parse->tokens.items[broken.token]), broken.words, (size_t)broken.count);
    if (near) {
        fail_meant(parse, broken.token, near);
        return true;
    }
    while (shown.count < broken.count) shown.names[shown.count] = broken.words[shown.count], shown.count++;
    put_found(&text, parse, broken.token);
    put_expected(&text, &shown);
    parse_fail(parse, ERR_SYNTAX, place_of(parse, broken.token), "%s", buf_text(&text));
    buf_free(&text);
    return true;
}

/* Keywords that could have been meant where the grammar does not expect them any more. */
static const char *meant_before(struct parse *parse, int *i)
{
    static const char *const watermark[] = {"WATERMARK"}, *const after[] = {"FOR"}, *const stagger[] = {"STAGGER"};
    const struct token *token = &parse->tokens.items[*i];

    if (*i < 1) return NULL;
    if (token_is_word(parse->text, token, "FOR") && suggest(token_text(parse->text, token - 1), watermark, 1)) {
        --*i;
        return watermark[0];
    }
    if (*i > 1 && token_is_word(parse->text, token - 2, "WATERMARK") &&
        suggest(token_text(parse->text, token - 1), after, 1)) {
        --*i;
        return after[0];
    }
    if (token_is_word(parse->text, token - 1, "WATERMARK")) return suggest(token_text(parse->text, token), after, 1);
    if (token_is_word(parse->text, token - 1, "WINDOWED") && token[1].kind == LEX_WORD &&
        suggest(token_text(parse->text, &token[1]), stagger, 1) && !token_is_word(parse->text, &token[1], stagger[0])) {
        ++*i;
        return stagger[0];
    }
    return NULL;
}

/* A typing error in a keyword at token i or the one before. Returns whether that was told. */
static bool fail_typing(struct parse *parse, int i, const struct expected *all)
{
    const char *word;
    int at = i;

    if ((word = meant_before(parse, &at))) return fail_meant(parse, at, word), true;
    if ((word = meant(parse, i, all))) return fail_meant(parse, i, word), true;
    word = meant(parse, i - 1, all);
    if (!word || filter_class(token_text(parse->text, &parse->tokens.items[i - 1])) == CLASS_RESERVED) return false;
    return fail_meant(parse, i - 1, word), true;
}

/* SQLite's statements may stand where a statement begins. */
static void add_foreign(struct expected *all)
{
    static const char *const words[] = {"UPDATE", "DELETE FROM", "BEGIN", "COMMIT", "ROLLBACK", "VACUUM", "PRAGMA"};

    if (!expected_has(all, "CREATE") || !expected_has(all, "SELECT")) return;
    for (size_t k = 0; k < sizeof words / sizeof *words && all->count < EXPECTED_MAX; k++)
        all->names[all->count++] = words[k];
}

void report_unexpected(struct parse *parse, const char *const *names, int count)
{
    struct expected all = {.count = 0}, shown;
    struct buf text = {0};
    const char *word;
    int i = parse->delivered;

    for (int k = 0; k < count && k < EXPECTED_MAX; k++) all.names[all.count++] = names[k];
    if (i == 0) add_foreign(&all);
    if (fail_phrase(parse, i, &all) || fail_typing(parse, i, &all)) return;
    put_found(&text, parse, i);
    shown = without_noise(&all);
    if ((word = advice(parse, i, &all)))
        buf_printf(&text, ": %s", word);
    else
        put_expected(&text, &shown);
    parse_fail(parse, ERR_SYNTAX, place_of(parse, i), "%s", buf_text(&text));
    buf_free(&text);
}
