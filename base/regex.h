/* regex.h - regular expressions, in Java's words and in those of SQL's SIMILAR TO: translated to PCRE2's, compiled to
 * machine code, and matched under limits, so that no pattern runs away with the processor. Texts are UTF-8. */
#ifndef WEIR_BASE_REGEX_H
#define WEIR_BASE_REGEX_H

#include "base/mem.h"

/* What a pattern is written in.
 *
 * REGEX_JAVA finds a part of the text. Differs from java.util.regex: no classes within classes and no && in them, no
 * blocks (\p{InGreek}), look-behind of fixed lengths only, (?i) knows all of Unicode and \b only ASCII; a line ends
 * with \n, \r or both. What Java does not know and PCRE2 does is taken, but for verbs: (*...).
 *
 * REGEX_SIMILAR is the whole text (SQL:2016, 8.6): % any text, _ any character, | * + ? {n} {m,} {m,n} ( ), and
 * [abc] [a-z] [^abc] [a-z^aeiou] (the first without the second) [[:ALPHA:]]. A character behind the escape character
 * is itself; without one there is none.
 *
 * REGEX_PART is SUBSTRING SIMILAR's: three of the latter with escape-quote between them; group 1 is the middle one. The
 * outer ones take as little as they can. */
enum regex_syntax { REGEX_JAVA, REGEX_SIMILAR, REGEX_PART };

struct regex;
/* NULL and *err (err.at is -1; the text says what is wrong and where in the pattern). The escape is one character or
 * empty; REGEX_JAVA ignores it. */
struct regex *regex_new(enum regex_syntax syntax, struct str pattern, struct str escape, struct err *err);
void regex_free(struct regex *r);

/* Finds the first match that begins at byte `from` or later. 1: found; 0: there is none; -1: the limits were reached,
 * or the text is no UTF-8. Of a text that was just matched, REGEX_AGAIN saves a check. */
enum regex_text { REGEX_FIRST, REGEX_AGAIN };
int regex_match(struct regex *r, struct str text, size_t from, enum regex_text again);

/* Of the last match: the bytes [start, end) of a group (0: all); start is -1 when the group took no part. */
struct regex_span {
    int64_t start, end;
};
struct regex_span regex_span(const struct regex *r, int group);
/* How many groups there are; the number of a named one, or -1. */
int regex_group_count(const struct regex *r);
int regex_group_named(const struct regex *r, struct str name);

#endif
