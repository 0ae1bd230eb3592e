/* lexer.h - a text as a list of lexemes: blanks and comments gone, nothing decoded, no keyword known.
 * The splitter and the token filter read this list. Lexing cannot fail: what is no lexeme becomes one that says so. */
#ifndef WEIR_PARSER_LEXER_H
#define WEIR_PARSER_LEXER_H

#include "base/mem.h"

enum lexeme {
    LEX_END,            /* stands once, behind the last */
    LEX_WORD,           /* an unquoted name or keyword */
    LEX_QUOTED,         /* "name" or `name` */
    LEX_STRING,         /* 'text' */
    LEX_UNICODE_STRING, /* U&'text' */
    LEX_HEX_STRING,     /* X'00ff' */
    LEX_INTEGER,
    LEX_DECIMAL,
    LEX_DOUBLE,
    LEX_SYMBOL, /* one or more bytes of punctuation: `symbol` */
    /* what is wrong; at the place where it begins */
    LEX_OPEN_STRING,
    LEX_OPEN_QUOTED,
    LEX_OPEN_COMMENT, /* only ever the last before LEX_END */
    LEX_BAD_NUMBER,   /* 12abc */
    LEX_BAD_BYTE,
};

struct token {
    enum lexeme kind;
    int symbol;  /* LEX_SYMBOL: the byte itself, or a TOKEN_ of grammar.tab.h for longer ones */
    int at, end; /* byte offsets in the text */
};

/* A list ends with a LEX_END whose at is the length of the text. */
struct tokens {
    struct token *items;
    int count; /* without the LEX_END */
};

/* Lexes a whole text (at most INT_MAX - 16 bytes). Free with tokens_free. */
struct tokens tokens_read(struct str text);
void tokens_free(struct tokens *tokens);

/* The unquoted word `word`, in any case? */
bool token_is_word(struct str text, const struct token *token, const char *word);
bool token_is_symbol(const struct token *token, int symbol);
static inline struct str token_text(struct str text, const struct token *token)
{
    return str_of(text.ptr + token->at, (size_t)(token->end - token->at));
}

#endif
