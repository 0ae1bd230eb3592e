/* num.h - numbers as text and back, and exact sums of doubles. */
#ifndef WEIR_BASE_NUM_H
#define WEIR_BASE_NUM_H

#include "base/mem.h"

enum { NUM_TEXT_MAX = 48 };

/* The shortest text that reads back as the same double; whole numbers below 1e16 print with ".0" ("3.0"), others as
 * %g would lay them out ("1e+300", "0.001"), with an exponent from 1e16 on and below 1e-4; "NaN", "Infinity",
 * "-Infinity". Returns the length (NUL-terminated). */
int num_print_double(double v, char out[NUM_TEXT_MAX]);
/* The same for the shortest text that reads back as the same float. */
int num_print_float(float v, char out[NUM_TEXT_MAX]);
int num_print_int(int64_t v, char out[NUM_TEXT_MAX]);
/* 128-bit, for sums. */
int num_print_int128(__int128 v, char out[NUM_TEXT_MAX]);

/* The whole text must be a number: optional sign, digits (no blanks). Returns 0; -1 when it is no integer; -2 when it
 * is one that does not fit 64 bits. */
int num_parse_int(const char *text, size_t len, int64_t *out);
/* Decimal or scientific notation, also NaN, Infinity, -Infinity (any case). Correctly rounded. 0 or -1. Overflow gives
 * an infinity. */
int num_parse_double(const char *text, size_t len, double *out);
/* The same for a float, rounded once. */
int num_parse_float(const char *text, size_t len, float *out);

#endif
