/* advice.h - what to write instead of what does not fit. Private to parser/report.c. */
#ifndef WEIR_PARSER_ADVICE_H
#define WEIR_PARSER_ADVICE_H

#include "parser/build.h"

enum { EXPECTED_MAX = 256 };

/* The grammar's names of the tokens that could stand at a place. */
struct expected {
    const char *names[EXPECTED_MAX];
    int count;
};
bool expected_has(const struct expected *expected, const char *name);

/* A better answer than a list of tokens, for the token i that does not fit; NULL for none. The text lives in the
 * parse's arena or for ever. */
const char *advice(struct parse *parse, int i, const struct expected *all);
/* For a byte that begins no lexeme. NULL: none. */
const char *advice_byte(char byte);
/* A ' in front of the unfinished text that begins at token i seems to have ended another one: 'it's'. */
bool advice_is_apostrophe(const struct parse *parse, const struct token *open);

/* A word that was to be one word of a phrase, as in INSERT INOT: its token and the phrase's words that could stand
 * there. False: there is none. */
struct broken_phrase {
    int token;
    const char *words[8];
    int count;
};
bool advice_phrase(struct parse *parse, int i, const struct expected *all, struct broken_phrase *out);

#endif
