/* suggest.h - "did you mean": the nearest of several words. */
#ifndef WEIR_PARSER_SUGGEST_H
#define WEIR_PARSER_SUGGEST_H

#include "base/mem.h"

/* The candidate nearest to the word by edits (insert, delete, replace a letter, swap two neighbours), without regard to
 * ASCII case; the first of equals. NULL when none is within a third of the word's length (at least one edit for words
 * of three letters, none for shorter ones). An equal candidate counts as nearest. */
const char *suggest(struct str word, const char *const *candidates, size_t count);

/* The number of edits between two words, or `limit` + 1 when it is more than limit. Words longer than 64 bytes are
 * never near. */
int suggest_distance(struct str a, struct str b, int limit);

#endif
