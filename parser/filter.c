/* filter.c - decides which words are keywords, and makes one token of a phrase (keywords.inc).
 * It sees the whole list of lexemes, so it may look ahead and back as far as it likes; what one token of look-ahead
 * cannot decide is decided here, and the grammar has no conflicts:
 *   - a word behind a dot is a name;
 *   - a word of class PAREN, LITERAL, START is a keyword only where it can be meant as one;
 *   - TO before a unit is the range of a qualifier (`DAY TO SECOND`) or the TO of FLOOR(x TO DAY);
 *   - FROM FIRST and FROM LAST are phrases only behind NTH_VALUE(...);
 *   - LEADING, TRAILING, BOTH are keywords only at the head of TRIM(...);
 *   - what JSON_VALUE(...) and its like say behind their arguments are phrases only there. */
#include "parser/filter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parser/literal.h"
#include "parser/report.h"

struct keyword {
    const char *word;
    int token;
    enum keyword_class class;
};

struct phrase {
    int token;
    const char *words;
};

static const struct keyword keywords[] = {
#define KEYWORD(word, class) {#word, TOKEN_##word, CLASS_##class},
#include "parser/keywords.inc"
};

static const struct phrase phrases[] = {
#define PHRASE(token, words) {TOKEN_##token, words},
#include "parser/keywords.inc"
};

static const struct {
    const char *word;
    enum time_unit unit;
} units[] = {
#define UNIT(word, unit) {#word, unit},
#include "parser/keywords.inc"
};

enum { KEYWORD_COUNT = sizeof keywords / sizeof *keywords };
enum { PHRASE_COUNT = sizeof phrases / sizeof *phrases };
enum { UNIT_COUNT = sizeof units / sizeof *units };

/* ---- words ---- */

static int compare_word(const void *key, const void *member)
{
    const struct str *word = key;
    const struct keyword *keyword = member;
    int order = strncasecmp(word->ptr, keyword->word, word->len);

    return order ? order : keyword->word[word->len] ? -1 : 0;
}

static const struct keyword *find_keyword(struct str word)
{
    return bsearch(&word, keywords, KEYWORD_COUNT, sizeof *keywords, compare_word);
}

enum keyword_class filter_class(struct str word)
{
    const struct keyword *keyword = find_keyword(word);

    return keyword ? keyword->class : CLASS_NONE;
}

static int find_singular(struct str word, enum time_unit *unit)
{
    for (int i = 0; i < UNIT_COUNT; i++) {
        if (!str_equal_nocase(word, str_lit(units[i].word))) continue;
        *unit = units[i].unit;
        return 0;
    }
    return -1;
}

int filter_find_unit(struct str word, enum time_unit *unit)
{
    if (!find_singular(word, unit)) return 0;
    if (word.len < 2 || (word.ptr[word.len - 1] | 32) != 's') return -1;
    return find_singular(str_of(word.ptr, word.len - 1), unit);
}

enum time_unit filter_unit(struct str word)
{
    enum time_unit unit = UNIT_YEAR;
    int failed = filter_find_unit(word, &unit);

    assert(!failed);
    return unit;
}

const char *filter_unit_name(enum time_unit unit)
{
    for (int i = 0; i < UNIT_COUNT; i++)
        if (units[i].unit == unit) return units[i].word;
    assert(!"a unit without a name");
    return NULL;
}

/* ---- looking around ---- */

static const struct token *token_at(const struct parse *parse, int i)
{
    static const struct token none = {LEX_END, 0, 0, 0};

    return i < 0 || i > parse->tokens.count ? &none : &parse->tokens.items[i];
}

static bool is_word(const struct parse *parse, int i, const char *word)
{
    return token_is_word(parse->text, token_at(parse, i), word);
}

static bool is_symbol(const struct parse *parse, int i, int symbol)
{
    return token_is_symbol(token_at(parse, i), symbol);
}

static struct str text_at(const struct parse *parse, int i)
{
    return token_text(parse->text, token_at(parse, i));
}

/* How many tokens from i on are the phrase's words; 0 unless all are there. */
static int phrase_length(const struct parse *parse, int i, const char *words)
{
    int count = 0;

    for (const char *word = words; *word; count++) {
        const struct token *token = token_at(parse, i + count);
        size_t len = strcspn(word, " ");
        if (token->kind != LEX_WORD || (size_t)(token->end - token->at) != len) return 0;
        if (strncasecmp(parse->text.ptr + token->at, word, len)) return 0;
        word += len + (word[len] == ' ');
    }
    return count;
}

static const struct phrase *find_phrase(const struct parse *parse, int i, int *length)
{
    char first = (char)(parse->text.ptr[token_at(parse, i)->at] & ~32);

    for (const struct phrase *phrase = phrases; phrase < phrases + PHRASE_COUNT; phrase++) {
        if (phrase->words[0] != first) continue;
        if ((*length = phrase_length(parse, i, phrase->words))) return phrase;
    }
    return NULL;
}

/* The token of the unit of a qualifier that ends before token i: `DAY` or `DAY (2)`; or -1. */
static int qualifier_before(const struct parse *parse, int i)
{
    enum time_unit unit;
    int word = is_symbol(parse, i - 1, ')') ? i - 4 : i - 1;
    const struct token *before = token_at(parse, word - 1);

    if (word != i - 1 && !is_symbol(parse, word + 1, '(')) return -1;
    if (token_at(parse, word)->kind != LEX_WORD || filter_find_unit(text_at(parse, word), &unit)) return -1;
    if (before->kind == LEX_STRING || token_is_symbol(before, ')') || is_word(parse, word - 1, "INTERVAL")) return word;
    return -1;
}

/* May a qualifier go from one unit to the other? */
static bool is_range(enum time_unit first, enum time_unit last)
{
    if (first == UNIT_YEAR) return last == UNIT_MONTH;
    return first >= UNIT_DAY && last <= UNIT_SECOND && first < last;
}

static int to_token(const struct parse *parse, int i, enum time_unit last)
{
    int word = qualifier_before(parse, i);

    if (word >= 0 && is_range(filter_unit(text_at(parse, word)), last)) return TOKEN_RANGE_TO;
    return TOKEN_TO_UNIT;
}

/* ---- JSON_VALUE(j, path RETURNING t NULL ON EMPTY ...) ---- */

/* Behind an argument of such a call, of which the parenthesis is the innermost one? */
static bool is_behind_json(const struct parse *parse, int i)
{
    static const char *const functions[] = {"JSON_VALUE", "JSON_QUERY", "JSON_EXISTS"};
    int open = parse->depth ? parse->opened[parse->depth - 1] : -1;

    if (open < 1 || i - 1 == open || is_symbol(parse, i - 1, ',')) return false;
    for (size_t k = 0; k < sizeof functions / sizeof *functions; k++)
        if (is_word(parse, open - 1, functions[k])) return true;
    return false;
}

/* ON EMPTY, ON ERROR at token i: 2 tokens, else 0. */
static int json_occasion(const struct parse *parse, int i, bool *on_error)
{
    if (!is_word(parse, i, "ON")) return 0;
    *on_error = is_word(parse, i + 1, "ERROR");
    return *on_error || is_word(parse, i + 1, "EMPTY") ? 2 : 0;
}

/* NULL ON EMPTY and its like at token i: how many tokens, or 0. */
static int json_answer(const struct parse *parse, int i, struct json_clauses *clause)
{
    static const struct {
        const char *words;
        enum json_answer answer;
    } answers[] = {
        {"NULL", JSON_NULL},
        {"ERROR", JSON_ERROR},
        {"TRUE", JSON_TRUE},
        {"FALSE", JSON_FALSE},
        {"UNKNOWN", JSON_UNKNOWN},
        {"EMPTY ARRAY", JSON_EMPTY_ARRAY},
        {"EMPTY OBJECT", JSON_EMPTY_OBJECT},
    };
    bool on_error;

    for (size_t k = 0; k < sizeof answers / sizeof *answers; k++) {
        int count = phrase_length(parse, i, answers[k].words);
        if (!count || !json_occasion(parse, i + count, &on_error)) continue;
        *clause = (struct json_clauses){0};
        *(on_error ? &clause->on_error : &clause->on_empty) = answers[k].answer;
        return count + 2;
    }
    return 0;
}

/* WITH [CONDITIONAL | UNCONDITIONAL] [ARRAY] WRAPPER, WITHOUT [ARRAY] WRAPPER: how many tokens, or 0. */
static int json_wrapper(const struct parse *parse, int i, enum json_wrapper *wrapper)
{
    int end = i + 1;

    if (is_word(parse, i, "WITHOUT")) {
        *wrapper = JSON_WRAPPER_WITHOUT;
    } else if (is_word(parse, i, "WITH")) {
        *wrapper = is_word(parse, end, "CONDITIONAL") ? JSON_WRAPPER_CONDITIONAL : JSON_WRAPPER_UNCONDITIONAL;
        if (is_word(parse, end, "CONDITIONAL") || is_word(parse, end, "UNCONDITIONAL")) end++;
    } else {
        return 0;
    }
    if (is_word(parse, end, "ARRAY")) end++;
    return is_word(parse, end, "WRAPPER") ? end + 1 - i : 0;
}

/* ---- tokens ---- */

static int deliver(struct parse *parse, SQL_LTYPE *span, int token, int count)
{
    *span = (struct span){token_at(parse, parse->next)->at, token_at(parse, parse->next + count - 1)->end};
    parse->delivered = parse->next;
    parse->next += count;
    return token;
}

static int deliver_word(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span, int token)
{
    deliver(parse, span, token, 1);
    value->ident =
        (struct ident){token_text(parse->text, token_at(parse, parse->delivered)), false, span->at, span->end};
    return token;
}

/* The tokens that begin with TO, FROM or a side of TRIM and depend on what was before; 0 for none. */
static int contextual(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span)
{
    static const char *const sides[] = {[TRIM_BOTH] = "BOTH", [TRIM_LEADING] = "LEADING", [TRIM_TRAILING] = "TRAILING"};
    int i = parse->next;

    if (is_word(parse, i, "TO") && token_at(parse, i + 1)->kind == LEX_WORD &&
        !filter_find_unit(text_at(parse, i + 1), &value->unit))
        return deliver(parse, span, to_token(parse, i, value->unit), 2);
    if (is_word(parse, i, "FROM") && parse->closed > 0 && is_word(parse, parse->closed - 1, "NTH_VALUE")) {
        if (is_word(parse, i + 1, "FIRST")) return deliver(parse, span, TOKEN_FROM_FIRST, 2);
        if (is_word(parse, i + 1, "LAST")) return deliver(parse, span, TOKEN_FROM_LAST, 2);
    }
    if (!is_symbol(parse, i - 1, '(') || !is_word(parse, i - 2, "TRIM")) return 0;
    for (int side = TRIM_BOTH; side <= TRIM_TRAILING; side++) {
        if (!is_word(parse, i, sides[side])) continue;
        value->side = (enum trim_side)side;
        return deliver(parse, span, TOKEN_TRIM_SIDE, 1);
    }
    return 0;
}

/* The phrases of JSON_VALUE and its like; 0 for none. */
static int read_json(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span)
{
    enum json_wrapper wrapper;
    bool on_error;
    int count, i = parse->next;

    if (!is_behind_json(parse, i)) return 0;
    if ((count = json_answer(parse, i, &value->json))) return deliver(parse, span, TOKEN_JSON_ON, count);
    if ((count = json_occasion(parse, i, &on_error))) {
        value->flag = on_error;
        return deliver(parse, span, TOKEN_JSON_DEFAULT_ON, count);
    }
    if (!(count = json_wrapper(parse, i, &wrapper))) return 0;
    value->flag = (int)wrapper;
    return deliver(parse, span, TOKEN_JSON_WRAPPER, count);
}

static bool is_unit_here(const struct parse *parse, int i)
{
    enum time_unit unit;

    if (!find_singular(text_at(parse, i), &unit)) return true;
    return token_at(parse, i - 1)->kind == LEX_STRING && !filter_find_unit(text_at(parse, i), &unit);
}

static bool is_keyword_here(const struct parse *parse, int i, enum keyword_class class)
{
    switch (class) {
    case CLASS_NONE: return false;
    case CLASS_RESERVED:
    case CLASS_ALIAS:
    case CLASS_NAME: return true;
    case CLASS_PAREN: return is_symbol(parse, i + 1, '(');
    case CLASS_LITERAL:
        return token_at(parse, i + 1)->kind == LEX_STRING || token_at(parse, i + 1)->kind == LEX_OPEN_STRING;
    case CLASS_JSON: return is_behind_json(parse, i);
    case CLASS_START: return i == 0 || (i == 1 && is_word(parse, 0, "EXPLAIN"));
    }
    return false;
}

/* SELECT stream, a FROM s: behind SELECT, STREAM is a column only if what follows can follow nothing else. */
static bool is_column_stream(const struct parse *parse, int i)
{
    const struct token *after = token_at(parse, i + 2);

    if (after->kind == LEX_SYMBOL) return strchr(".,);", after->symbol);
    return after->kind == LEX_END || is_word(parse, i + 2, "FROM") || is_word(parse, i + 2, "AS");
}

/* FROM a AS left JOIN b: behind AS, LEFT is a name. FROM s within GROUP BY k: so is WITHIN. */
static bool is_name_before(const struct parse *parse, int i, int token, int length)
{
    bool join = token == TOKEN_JOIN || token == TOKEN_LEFT_JOIN || token == TOKEN_RIGHT_JOIN ||
                token == TOKEN_FULL_JOIN || token == TOKEN_CROSS_JOIN;

    if (token == TOKEN_SELECT_STREAM) return is_column_stream(parse, i);
    if (token == TOKEN_WITHIN_GROUP) return !is_symbol(parse, i + length, '(');
    return join && is_word(parse, i - 1, "AS");
}

static int read_phrase(struct parse *parse, SQL_LTYPE *span)
{
    int length;
    const struct phrase *phrase = find_phrase(parse, parse->next, &length);

    if (!phrase || is_name_before(parse, parse->next, phrase->token, length)) return 0;
    return deliver(parse, span, phrase->token, length);
}

static int read_word(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span)
{
    const struct keyword *keyword;
    int token, i = parse->next;

    if (is_symbol(parse, i - 1, '.')) return deliver_word(parse, value, span, TOKEN_IDENT);
    if ((token = contextual(parse, value, span))) return token;
    if ((token = read_json(parse, value, span))) return token;
    if ((token = read_phrase(parse, span))) return token;
    if (is_unit_here(parse, i)) return deliver_word(parse, value, span, TOKEN_UNIT);
    keyword = find_keyword(text_at(parse, i));
    if (keyword && is_keyword_here(parse, i, keyword->class)) return deliver_word(parse, value, span, keyword->token);
    return deliver_word(parse, value, span, TOKEN_IDENT);
}

/* U&'...' takes UESCAPE 'c' with it. */
static int read_unicode(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span)
{
    int i = parse->next;
    bool escaped = is_word(parse, i + 1, "UESCAPE") && token_at(parse, i + 2)->kind == LEX_STRING;
    struct str escape = escaped ? text_at(parse, i + 2) : str_lit("'\\'");

    deliver(parse, span, TOKEN_STRING, escaped ? 3 : 1);
    value->text = literal_unicode(parse, token_at(parse, i), escape);
    return TOKEN_STRING;
}

static int read_number(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span, enum number_kind kind)
{
    deliver(parse, span, TOKEN_NUMBER, 1);
    value->number = (struct number){kind, text_at(parse, parse->delivered)};
    return TOKEN_NUMBER;
}

static void open_parenthesis(struct parse *parse)
{
    if (parse->depth == PARSE_DEPTH_MAX) {
        report_too_deep(parse, token_at(parse, parse->next)->at);
        return;
    }
    parse->opened[parse->depth++] = parse->next;
}

static int read_symbol(struct parse *parse, SQL_LTYPE *span)
{
    int symbol = token_at(parse, parse->next)->symbol;

    if (symbol == '(' || symbol == '[') open_parenthesis(parse);
    deliver(parse, span, symbol, 1);
    parse->closed = -1;
    if ((symbol == ')' || symbol == ']') && parse->depth > 0) parse->closed = parse->opened[--parse->depth];
    return symbol;
}

static int read_token(struct parse *parse, SQL_STYPE *value, SQL_LTYPE *span)
{
    const struct token *token = token_at(parse, parse->next);

    switch (token->kind) {
    case LEX_END: return deliver(parse, span, TOKEN_YYEOF, 1);
    case LEX_WORD: return read_word(parse, value, span);
    case LEX_QUOTED:
        deliver(parse, span, TOKEN_IDENT, 1);
        value->ident = (struct ident){literal_quoted(parse, token), true, span->at, span->end};
        return TOKEN_IDENT;
    case LEX_STRING: value->text = literal_quoted(parse, token); return deliver(parse, span, TOKEN_STRING, 1);
    case LEX_HEX_STRING: value->text = literal_hex(parse, token); return deliver(parse, span, TOKEN_HEX_STRING, 1);
    case LEX_UNICODE_STRING: return read_unicode(parse, value, span);
    case LEX_INTEGER: return read_number(parse, value, span, NUMBER_INTEGER);
    case LEX_DECIMAL: return read_number(parse, value, span, NUMBER_DECIMAL);
    case LEX_DOUBLE: return read_number(parse, value, span, NUMBER_DOUBLE);
    case LEX_SYMBOL: return read_symbol(parse, span);
    case LEX_OPEN_STRING:
    case LEX_OPEN_QUOTED:
    case LEX_OPEN_COMMENT:
    case LEX_BAD_NUMBER:
    case LEX_BAD_BYTE: report_lexeme(parse, token); return TOKEN_SQL_error;
    }
    return TOKEN_SQL_error;
}

int sql_lex(SQL_STYPE *value, SQL_LTYPE *span, struct parse *parse)
{
    int start = parse->start, token;
    bool after_close = parse->next > 0 && is_symbol(parse, parse->next - 1, ')');

    *span = (struct span){0, 0};
    parse->start = 0;
    if (start) return start;
    if (!after_close) parse->closed = -1;
    token = parse->failed ? TOKEN_SQL_error : read_token(parse, value, span);
    return parse->failed ? TOKEN_SQL_error : token;
}
