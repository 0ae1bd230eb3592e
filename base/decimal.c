/* decimal.c - see decimal.h. */
#include "base/decimal.h"

#include <string.h>

int decimal_print(__int128 v, int scale, char out[NUM_TEXT_MAX])
{
    char digits[NUM_TEXT_MAX], *at = out;
    int len = num_print_int128(v < 0 ? -v : v, digits), whole = len - scale;

    if (v < 0) *at++ = '-';
    if (whole <= 0) *at++ = '0';
    for (int i = 0; i < whole; i++) *at++ = digits[i];
    if (scale) *at++ = '.';
    for (int i = whole; i < 0; i++) *at++ = '0';
    for (int i = whole > 0 ? whole : 0; i < len; i++) *at++ = digits[i];
    return (int)(at - out);
}
