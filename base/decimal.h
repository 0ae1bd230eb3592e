/* decimal.h - exact decimal numbers: a whole number v and a scale stand for v / 10^scale.
 *
 * |v| < 10^38 always, of arguments and results. What is rounded goes to the nearest, a half away from zero.
 * The functions that return bool return false when the result has more than 38 digits; *out is then untouched. */
#ifndef WEIR_BASE_DECIMAL_H
#define WEIR_BASE_DECIMAL_H

#include "base/num.h"

enum { DECIMAL_POWER_MAX = 38 };

/* 10^n, 0 <= n <= 38. */
__int128 decimal_power(int n);
/* Whether v has at most so many digits (0 .. 38). */
bool decimal_fits(__int128 v, int digits);
/* How many digits v has; 0 has none. */
int decimal_digits(__int128 v);

/* v at another scale. from - to is between -38 and 38. */
bool decimal_rescale(__int128 v, int from, int to, __int128 *out);
/* (a * 10^up_a + b * 10^up_b) / 10^down; all powers 0 .. 38. */
bool decimal_sum(__int128 a, int up_a, __int128 b, int up_b, int down, __int128 *out);
/* a * b / 10^down. */
bool decimal_product(__int128 a, __int128 b, int down, __int128 *out);
/* a * 10^up / b; b is not 0. */
bool decimal_quotient(__int128 a, int up, __int128 b, __int128 *out);
/* The remainder of a * 10^up_a by b * 10^up_b, with a's sign; one of the powers is 0, b is not. */
__int128 decimal_remainder(__int128 a, int up_a, __int128 b, int up_b);

/* v with the point `scale` digits from the right: decimal_print(-1234, 2) is "-12.34". Returns the length. */
int decimal_print(__int128 v, int scale, char out[NUM_TEXT_MAX]);
/* Reads digits with an optional sign, point and exponent ("-12.5", ".5", "5.", "1.25e3"), the whole text. Digits beyond
 * `scale` are rounded. Returns 0; -1 when it is no number; -2 when it has more than 38 digits. */
int decimal_parse(const char *text, size_t len, int scale, __int128 *out);

/* The nearest double. */
double decimal_to_double(__int128 v, int scale);
/* The shortest decimal text that reads back as d, rounded. False for NaN and infinities, too. */
bool decimal_from_double(double d, int scale, __int128 *out);
bool decimal_from_float(float d, int scale, __int128 *out);

#endif
