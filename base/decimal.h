/* decimal.h - exact decimal numbers: a whole number and a scale; value = v / 10^scale. Up to 38 digits. */
#ifndef WEIR_BASE_DECIMAL_H
#define WEIR_BASE_DECIMAL_H

#include "base/num.h"

/* v with the point `scale` digits from the right: decimal_print(-1234, 2) is "-12.34". Returns the length. */
int decimal_print(__int128 v, int scale, char out[NUM_TEXT_MAX]);

#endif
