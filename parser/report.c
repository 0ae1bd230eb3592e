/* report.c - messages about wrong text: what stands there, what was meant, what would have been right.
 * The grammar tells all tokens that could go on (exactly: its look-ahead is corrected). That list is cut to what a
 * person would say: "an expression" instead of its sixty beginnings, nothing at all instead of more than four
 * alternatives. A word that nearly is one of the expected keywords is taken for a typing error; so is the word before,
 * which the grammar may have swallowed as an alias: SELECT a FORM s. */
#include "parser/report.h"

#include <stdio.h>
#include <string.h>

#include "parser/filter.h"
#include "parser/suggest.h"

enum { SHOWN_MAX = 4, CANDIDATES_MAX = 256, SHOWN_BYTES_MAX = 40 };

void report_too_deep(struct parse *parse, int at)
{
    parse_fail(parse, ERR_LIMIT, at, "nested too deeply (more than %d levels)", PARSE_DEPTH_MAX);
}

void report_lexeme(struct parse *parse, const struct token *token)
{
    struct str text = token_text(parse->text, token);
    int shown = text.len < SHOWN_BYTES_MAX ? (int)text.len : SHOWN_BYTES_MAX;

    if (token->kind == LEX_OPEN_STRING)
        parse_fail(parse, ERR_SYNTAX, token->at, "this text has no end: the closing ' is missing");
    else if (token->kind == LEX_OPEN_QUOTED)
        parse_fail(parse, ERR_SYNTAX, token->at, "this name has no end: the closing %c is missing", text.ptr[0]);
    else if (token->kind == LEX_OPEN_COMMENT)
        parse_fail(parse, ERR_SYNTAX, token->at, "this comment has no end: the closing */ is missing");
    else if (token->kind == LEX_BAD_NUMBER)
        parse_fail(parse, ERR_SYNTAX, token->at, "\"%.*s\" is no number, and a name does not begin with a digit", shown,
                   text.ptr);
    else
        parse_fail(parse, ERR_SYNTAX, token->at, "unexpected character \"%.*s\"", shown, text.ptr);
}

/* ---- what was expected ---- */

struct expected {
    const char *names[CANDIDATES_MAX];
    int count;
};

static bool has(const struct expected *expected, const char *name)
{
    for (int i = 0; i < expected->count; i++)
        if (!strcmp(expected->names[i], name)) return true;
    return false;
}

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
    if (has(all, "DOUBLE PRECISION") && has(all, "ARRAY")) return "a type";
    if (has(all, "a number") && has(all, "a name") && !has(all, "'/'")) return "an expression";
    if (has(all, "LATERAL") && has(all, "a name")) return "a table";
    if (has(all, "SELECT") && has(all, "VALUES")) return has(all, "CREATE") ? "a statement" : "a query";
    if (has(all, "PUMP") && has(all, "DASHBOARD") && !has(all, "a name"))
        return "STREAM, PUMP, VIEW, TABLE, FUNCTION or DASHBOARD";
    if (has(all, "AND") && !has(all, "OR")) return "AND";
    if (has(all, "ON") && has(all, "USING")) return "ON or USING";
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
    if (has(all, "'*'") && has(all, "'/'")) return is_one_of(name, goes_on) || is_soft(name);
    return is_soft(name) && has(all, "a name");
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
    char words[CANDIDATES_MAX][16];
    const char *candidates[CANDIDATES_MAX] = {NULL}, *phrases[CANDIDATES_MAX], *nearest;
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

static bool is_word_of(const struct parse *parse, int i, const char *const *words)
{
    for (; i >= 0 && *words; words++)
        if (token_is_word(parse->text, &parse->tokens.items[i], *words)) return true;
    return false;
}

/* Advice by the word before the one that does not fit. */
static const char *advice_behind(const struct parse *parse, int i)
{
    static const char *const joins[] = {"LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", NULL};
    static const char *const interval[] = {"INTERVAL", NULL}, *const emit[] = {"EMIT", NULL};
    static const char *const windowed[] = {"WINDOWED", NULL};
    enum lexeme kind = parse->tokens.items[i].kind;

    if (is_word_of(parse, i - 1, joins)) return "expected JOIN";
    if (is_word_of(parse, i - 1, emit)) return "expected ON CLOSE, CHANGES or EVERY";
    if (is_word_of(parse, i - 1, windowed)) return "expected WINDOWED BY STAGGER (...)";
    if (is_word_of(parse, i - 1, interval) && kind >= LEX_INTEGER && kind <= LEX_DOUBLE)
        return "expected a number in quotes, as in INTERVAL '10' MINUTE";
    return NULL;
}

/* Mistakes that have a better answer than a list of tokens; NULL for none. */
static const char *advice(const struct parse *parse, int i, const struct expected *all)
{
    static const char *const to[] = {"TO", NULL}, *const from[] = {"FROM", NULL}, *const not [] = {"NOT", NULL};
    const struct token *token = &parse->tokens.items[i], *before = i ? token - 1 : token;

    if (token_is_symbol(before, ';')) return "one statement was expected";
    if (is_word_of(parse, i, to) && token[1].kind == LEX_WORD)
        return "behind TO stands a unit of time: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND";
    if (is_word_of(parse, i, from) && token_is_symbol(before, ',')) return "there is one comma too many before it";
    if (is_word_of(parse, i, not ) && has(all, "NOT IN")) return "expected BETWEEN, IN, LIKE or SIMILAR TO behind it";
    if (token->kind == LEX_WORD && filter_class(token_text(parse->text, token)) == CLASS_PAREN)
        return "a \"(\" must stand behind it";
    if (token_is_symbol(token, ')') && parse->closed < 0) return "there is no \"(\" to it";
    if (token->kind == LEX_END && parse->depth && has(all, "')'")) return "expected \")\"";
    return advice_behind(parse, i);
}

void report_unexpected(struct parse *parse, const char *const *names, int count)
{
    struct expected all = {.count = 0}, shown;
    struct buf text = {0};
    const char *word;
    int i = parse->delivered, at;

    for (int k = 0; k < count && k < CANDIDATES_MAX; k++) all.names[all.count++] = names[k];
    if ((word = meant(parse, i, &all))) {
        fail_meant(parse, i, word);
        return;
    }
    if ((word = meant(parse, i - 1, &all)) &&
        filter_class(token_text(parse->text, &parse->tokens.items[i - 1])) != CLASS_RESERVED) {
        fail_meant(parse, i - 1, word);
        return;
    }
    put_found(&text, parse, i);
    shown = without_noise(&all);
    if ((word = advice(parse, i, &all)))
        buf_printf(&text, ": %s", word);
    else
        put_expected(&text, &shown);
    at = parse->tokens.items[i].kind == LEX_END && i ? parse->tokens.items[i - 1].end : parse->tokens.items[i].at;
    parse_fail(parse, ERR_SYNTAX, at, "%s", buf_text(&text));
    buf_free(&text);
}
