/* advice.c - see advice.h. One function for each kind of mistake; the first that knows an answer gives it. */
#include "parser/advice.h"

#include <string.h>

#include "parser/filter.h"

bool expected_has(const struct expected *expected, const char *name)
{
    for (int i = 0; i < expected->count; i++)
        if (!strcmp(expected->names[i], name)) return true;
    return false;
}

/* ---- looking at tokens ---- */

static const struct token *token_at(const struct parse *parse, int i)
{
    static const struct token none = {LEX_END, 0, 0, 0};

    return i < 0 || i > parse->tokens.count ? &none : &parse->tokens.items[i];
}

/* The place of the word at token i in a list that ends with NULL; -1: it is none of them. */
static int word_of(const struct parse *parse, int i, const char *const *words)
{
    for (int k = 0; words[k]; k++)
        if (token_is_word(parse->text, token_at(parse, i), words[k])) return k;
    return -1;
}

static bool is_word(const struct parse *parse, int i, const char *word)
{
    return token_is_word(parse->text, token_at(parse, i), word);
}

static bool is_symbol(const struct parse *parse, int i, int symbol)
{
    return token_is_symbol(token_at(parse, i), symbol);
}

static bool is_reserved(const struct parse *parse, int i)
{
    const struct token *token = token_at(parse, i);

    return token->kind == LEX_WORD && filter_class(token_text(parse->text, token)) == CLASS_RESERVED;
}

static bool is_text(const struct parse *parse, int i, const char *text)
{
    return str_equal(token_text(parse->text, token_at(parse, i)), str_lit(text));
}

/* ---- clauses ---- */

/* clang-format off */
static const char *const clauses[] = {"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "EMIT", NULL};
static const char *const clause_names[] = {"FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "EMIT"};
/* clang-format on */

/* SELECT ... GROUP BY ... WHERE: the first clause of the same SELECT that should come later. */
static const char *about_order(struct parse *parse, int i)
{
    int clause = word_of(parse, i, clauses), depth = 0, first = -1;

    if (clause < 0) return NULL;
    for (int k = i - 1; k >= 0 && depth >= 0 && !(depth == 0 && is_word(parse, k, "SELECT")); k--) {
        int other = depth ? -1 : word_of(parse, k, clauses);
        depth += is_symbol(parse, k, ')') - is_symbol(parse, k, '(');
        if (other > clause) first = other;
        if (other == clause) return NULL;
    }
    return first < 0 ? NULL : arena_printf(parse->arena, "it stands before %s", clause_names[first]);
}

static const char *about_stream(struct parse *parse, int i)
{
    return is_word(parse, i, "STREAM") && is_word(parse, 0, "SELECT") ? "it stands directly behind SELECT" : NULL;
}

/* CREATE STREAM: its columns, then WITH (...). */
static const char *about_options(struct parse *parse, int i, const struct expected *all)
{
    bool behind_list = is_symbol(parse, i - 1, ')') && is_word(parse, 0, "CREATE");

    if (is_word(parse, 0, "CREATE") && is_word(parse, i, "WITH") && parse->depth && expected_has(all, "','"))
        return "it stands behind the \")\"";
    if (!behind_list) return NULL;
    if (is_symbol(parse, i, '(') && expected_has(all, "AS") && !expected_has(all, "WITH"))
        return "the columns stand before WITH";
    return is_word(parse, i, "FORMAT") && expected_has(all, "WITH") ? "options stand in WITH (...)" : NULL;
}

static const char *about_top(struct parse *parse, int i)
{
    const struct token *token = token_at(parse, i);

    if (token->kind != LEX_INTEGER || !is_word(parse, i - 1, "TOP")) return NULL;
    return arena_printf(parse->arena, "write LIMIT %.*s at the end", token->end - token->at,
                        parse->text.ptr + token->at);
}

/* ---- statements ---- */

static const char *about_semicolon(struct parse *parse, int i, const struct expected *all)
{
    static const char *const heads[] = {"CREATE",  "INSERT", "DROP", "SELECT", "ALTER",  "SET",    "SHOW",
                                        "EXPLAIN", "COPY",   "WITH", "UPDATE", "DELETE", "VALUES", NULL};

    if (is_symbol(parse, i - 1, ';')) return "one statement was expected";
    if (word_of(parse, i, heads) < 0 || !expected_has(all, "the end")) return NULL;
    return "is a \";\" missing before it?";
}

/* ---- commas ---- */

static bool ends_operand(const struct parse *parse, int i)
{
    enum lexeme kind = token_at(parse, i)->kind;

    return kind == LEX_QUOTED || (kind >= LEX_INTEGER && kind <= LEX_DOUBLE) || kind == LEX_STRING ||
           is_symbol(parse, i, ')') || (kind == LEX_WORD && !is_reserved(parse, i));
}

static bool begins_item(const struct parse *parse, int i)
{
    enum lexeme kind = token_at(parse, i)->kind;

    return kind == LEX_QUOTED || (kind >= LEX_INTEGER && kind <= LEX_DOUBLE) ||
           (kind == LEX_WORD && filter_class(token_text(parse->text, token_at(parse, i))) == CLASS_NONE);
}

static const char *about_comma(struct parse *parse, int i, const struct expected *all)
{
    bool closes = is_symbol(parse, i, ')') || is_symbol(parse, i, ',') || word_of(parse, i, clauses) >= 0;

    if (is_symbol(parse, i - 1, ',') && closes) return "there is one comma too many before it";
    if (expected_has(all, "','") && ends_operand(parse, i - 1) && begins_item(parse, i))
        return "is a \",\" missing before it?";
    return NULL;
}

/* ---- quotes and names ---- */

static const char *about_string(struct parse *parse, int i, const struct expected *all)
{
    const struct token *token = token_at(parse, i);

    if (token->kind != LEX_STRING || !expected_has(all, "a name")) return NULL;
    return arena_printf(parse->arena, "a name stands in double quotes or in none: \"%.*s\"", token->end - token->at - 2,
                        parse->text.ptr + token->at + 1);
}

/* A keyword where something gets a name, or where it stands like one: SELECT group FROM. */
static const char *about_reserved(struct parse *parse, int i, const struct expected *all)
{
    const struct token *token = token_at(parse, i);
    bool naming = !expected_has(all, "a number") && !expected_has(all, "'*'") && !expected_has(all, "'('");
    bool alone = is_symbol(parse, i + 1, ',') || is_symbol(parse, i + 1, ')') || is_word(parse, i + 1, "FROM");

    if (!is_reserved(parse, i) || !expected_has(all, "a name")) return NULL;
    if (!naming && !(alone && expected_has(all, "a number"))) return NULL;
    return arena_printf(parse->arena, "it is a reserved word; as a name it needs quotes: \"%.*s\"",
                        token->end - token->at, parse->text.ptr + token->at);
}

/* ---- operators ---- */

/* Operators as other languages write them. */
static const char *about_operator(struct parse *parse, int i)
{
    bool joined = token_at(parse, i - 1)->end == token_at(parse, i)->at;

    if (is_text(parse, i, "=>")) return "write >=";
    if (!joined || !is_text(parse, i - 1, "=")) return NULL;
    return is_text(parse, i, "=") ? "equality is written with one =" : is_text(parse, i, "<") ? "write <=" : NULL;
}

const char *advice_byte(char byte)
{
    return byte == '#' ? "a comment begins with --" : byte == '&' ? "write AND" : byte == '!' ? "write NOT" : NULL;
}

bool advice_is_apostrophe(const struct parse *parse, const struct token *open)
{
    int i = (int)(open - parse->tokens.items);

    return token_at(parse, i - 1)->kind == LEX_WORD && token_at(parse, i - 1)->end == open->at &&
           token_at(parse, i - 2)->kind == LEX_STRING && token_at(parse, i - 2)->end == token_at(parse, i - 1)->at;
}

/* ---- by the word before ---- */

static const char *about_word_before(struct parse *parse, int i)
{
    static const char *const joins[] = {"LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", NULL};
    enum lexeme kind = token_at(parse, i)->kind;

    if (word_of(parse, i - 1, joins) >= 0) return "expected JOIN";
    if (is_word(parse, i - 1, "EMIT")) return "expected ON CLOSE, CHANGES or EVERY";
    if (is_word(parse, i - 1, "WINDOWED")) return "expected WINDOWED BY STAGGER (...)";
    if (is_word(parse, i - 1, "INTERVAL") && kind >= LEX_INTEGER && kind <= LEX_DOUBLE)
        return "expected a number in quotes, as in INTERVAL '10' MINUTE";
    return NULL;
}

static const char *about_parentheses(struct parse *parse, int i, const struct expected *all)
{
    const struct token *token = token_at(parse, i);

    if (token->kind == LEX_WORD && filter_class(token_text(parse->text, token)) == CLASS_PAREN)
        return "a \"(\" must stand behind it";
    if (is_symbol(parse, i, ')') && parse->closed < 0) return "there is no \"(\" to it";
    return token->kind == LEX_END && parse->depth && expected_has(all, "')'") ? "expected \")\"" : NULL;
}

static const char *about_phrases(struct parse *parse, int i, const struct expected *all)
{
    if (is_word(parse, i, "TO") && token_at(parse, i + 1)->kind == LEX_WORD)
        return "behind TO stands a unit of time: YEAR, MONTH, DAY, HOUR, MINUTE or SECOND";
    if (is_word(parse, i, "NOT") && expected_has(all, "NOT IN"))
        return "expected BETWEEN, IN, LIKE or SIMILAR TO behind it";
    return NULL;
}

const char *advice(struct parse *parse, int i, const struct expected *all)
{
    const char *text;

    if ((text = about_semicolon(parse, i, all)) || (text = about_phrases(parse, i, all)) ||
        (text = about_operator(parse, i)) || (text = about_top(parse, i)) || (text = about_word_before(parse, i)) ||
        (text = about_comma(parse, i, all)) || (text = about_order(parse, i)) || (text = about_stream(parse, i)) ||
        (text = about_options(parse, i, all)) || (text = about_string(parse, i, all)) ||
        (text = about_parentheses(parse, i, all)))
        return text;
    return about_reserved(parse, i, all);
}

/* ---- phrases ---- */

/* How many words of the phrase stand at token i; *rest: those that do not. */
static int words_there(const struct parse *parse, int i, const char *phrase, const char **rest)
{
    int count = 0;
    char word[24];

    for (*rest = phrase; **rest; count++) {
        size_t len = strcspn(*rest, " ");
        if (len >= sizeof word) return 0;
        memcpy(word, *rest, len);
        word[len] = '\0';
        if (!is_word(parse, i + count, word)) return count;
        *rest += len + ((*rest)[len] == ' ');
    }
    return count;
}

bool advice_phrase(struct parse *parse, int i, const struct expected *all, struct broken_phrase *out)
{
    int longest = 0;

    out->count = 0;
    for (int k = 0; k < all->count; k++) {
        const char *rest;
        int there = strchr(all->names[k], ' ') ? words_there(parse, i, all->names[k], &rest) : 0;
        if (!there || !*rest || there < longest) continue;
        if (there > longest) out->count = 0;
        longest = there;
        if (out->count < 8)
            out->words[out->count++] = arena_printf(parse->arena, "%.*s", (int)strcspn(rest, " "), rest);
    }
    out->token = i + longest;
    return out->count > 0;
}
