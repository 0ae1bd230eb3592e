/* utf8.h - UTF-8: validity, characters. */
#ifndef WEIR_BASE_UTF8_H
#define WEIR_BASE_UTF8_H

#include "base/mem.h"

/* The offset of the first byte that is not well-formed UTF-8 (no overlong forms, no surrogates), or len. Vectorised for
 * ASCII. */
size_t utf8_valid_prefix(const char *text, size_t len);
/* The number of characters (code points); text is valid. */
size_t utf8_count(const char *text, size_t len);
/* The byte offset of character number n (from 0), or len when there are fewer. */
size_t utf8_offset(const char *text, size_t len, size_t n);

#endif
