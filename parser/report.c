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

/* What a person would not name among the alternatives. */
static bool is_noise(const struct expected *all, const char *name)
{
    static const char *const starts[] = {"a name",   "a number", "a text",    "a hexadecimal text",
                                         "'('",      "'-'",      "'+'",       "NOT",
                                         "NULL",     "TRUE",     "FALSE",     "CASE",
                                         "CAST",     "TRY_CAST", "ARRAY",     "ROW",
                                         "INTERVAL", "DATE",     "TIME",      "EXISTS",
                                         "POSITION", "TRIM",     "TIMESTAMP", NULL};
    static const char *const goes_on[] = {"'+'",
                                          "'-'",
                                          "'*'",
                                          "'/'",
                                          "'%'",
                                          "'='",
                                          "'<'",
                                          "'>'",
                                          "<>",
                                          "<=",
                                          ">=",
                                          "||",
                                          "->",
                                          "->>",
                                          "::",
                                          "'['",
                                          "'('",
                                          "'.'",
                                          "AND",
                                          "OR",
                                          "IS",
                                          "IN",
                                          "LIKE",
                                          "BETWEEN",
                                          "BETWEEN SYMMETRIC",
                                          "NOT BETWEEN",
                                          "NOT BETWEEN SYMMETRIC",
                                          "NOT IN",
                                          "NOT LIKE",
                                          "SIMILAR TO",
                                          "NOT SIMILAR TO",
                                          "IS DISTINCT FROM",
                                          "IS NOT DISTINCT FROM",
                                          "AT TIME ZONE",
                                          "COLLATE",
                                          "OVERLAPS",
                                          "CONTAINS",
                                          "EQUALS",
                                          "PRECEDES",
                                          "SUCCEEDS",
                                          "LEADS",
                                          "LAGS",
                                          "STRICTLY",
                                          "IMMEDIATELY",
                                          "FILTER",
                                          "OVER",
                                          "WITHIN GROUP",
                                          "IGNORE NULLS",
                                          "RESPECT NULLS",
                                          "=>",
                                          "a unit of time",
                                          NULL};
    bool is_start = has(all, "a number") && has(all, "a name"), is_end = has(all, "'*'") && has(all, "'/'");

    if (!strcmp(name, "';'")) return true;
    if (is_end) return is_one_of(name, goes_on) || is_soft(name) || !strcmp(name, "a name");
    if (is_start) return is_one_of(name, starts) || is_soft(name);
    return is_soft(name) && has(all, "a name");
}

static struct expected without_noise(const struct expected *all)
{
    struct expected kept = {.count = 0};

    if (has(all, "a number") && has(all, "a name") && !has(all, "'/'")) kept.names[kept.count++] = "an expression";
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
    size_t count = 0;

    if (i < 0 || parse->tokens.items[i].kind != LEX_WORD) return NULL;
    for (int k = 0; k < all->count; k++) {
        if (all->names[k][0] < 'A' || all->names[k][0] > 'Z') continue;
        snprintf(words[count], sizeof words[count], "%.*s", (int)strcspn(all->names[k], " "), all->names[k]);
        candidates[count] = words[count];
        phrases[count++] = all->names[k];
    }
    nearest = suggest(token_text(parse->text, &parse->tokens.items[i]), candidates, count);
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

/* Mistakes that have a better answer than a list of tokens; NULL for none. */
static const char *advice(const struct parse *parse, int i)
{
    const struct token *items = parse->tokens.items;

    if (i > 0 && token_is_word(parse->text, &items[i - 1], "INTERVAL") && items[i].kind >= LEX_INTEGER &&
        items[i].kind <= LEX_DOUBLE)
        return "expected a number in quotes, as in INTERVAL '10' MINUTE";
    if (token_is_word(parse->text, &items[i], "TO") && items[i + 1].kind == LEX_WORD)
        return "behind TO stands a unit of time: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND";
    if (i > 0 && token_is_symbol(&items[i - 1], ',') && token_is_word(parse->text, &items[i], "FROM"))
        return "there is one comma too many before it";
    if (i > 0 && token_is_symbol(&items[i - 1], ';')) return "one statement was expected";
    return NULL;
}

void report_unexpected(struct parse *parse, int at, const char *const *names, int count)
{
    struct expected all = {.count = 0}, shown;
    struct buf text = {0};
    const char *word;
    int i = parse->delivered;

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
    if ((word = advice(parse, i)))
        buf_printf(&text, ": %s", word);
    else
        put_expected(&text, &shown);
    parse_fail(parse, ERR_SYNTAX, at, "%s", buf_text(&text));
    buf_free(&text);
}
