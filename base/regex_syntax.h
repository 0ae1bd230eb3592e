/* regex_syntax.h - patterns of other languages as PCRE2's; private to base/regex.c. */
#ifndef WEIR_BASE_REGEX_SYNTAX_H
#define WEIR_BASE_REGEX_SYNTAX_H

#include "base/regex.h"

/* Each appends to out; -1 and *err when the pattern has what cannot be said (or is no pattern: what PCRE2 will find
 * itself is left to it). */
int regex_from_java(struct str pattern, struct buf *out, struct err *err) MUST_CHECK;
int regex_from_similar(struct str pattern, struct str escape, struct buf *out, struct err *err) MUST_CHECK;
int regex_from_part(struct str pattern, struct str escape, struct buf *out, struct err *err) MUST_CHECK;

#endif
