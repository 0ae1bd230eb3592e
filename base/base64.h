/* base64.h - bytes as base64 (RFC 4648, section 4) and as hexadecimal digits, and back. */
#ifndef WEIR_BASE_BASE64_H
#define WEIR_BASE_BASE64_H

#include "base/mem.h"

/* Appends the text, with '=' at its end. */
void base64_put(struct buf *out, const char *bytes, size_t len);
/* Writes the bytes that a text stands for; out has room for len / 4 * 3 + 3. Without blanks; the '=' at the end may be
 * missing. Returns how many, or -1 when it is no base64. */
int64_t base64_bytes(const char *text, size_t len, char *out);

/* Appends two upper-case digits for each byte. */
void hex_put(struct buf *out, const char *bytes, size_t len);
/* The bytes of pairs of digits in either case; out has room for len / 2. Returns how many, or -1. */
int64_t hex_bytes(const char *text, size_t len, char *out);

#endif
