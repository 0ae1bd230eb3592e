/* time_text.h - what the two readers of timestamps (time.c: ISO 8601, time_format.c: patterns) share. Not for others.
 */
#ifndef WEIR_BASE_TIME_TEXT_H
#define WEIR_BASE_TIME_TEXT_H

#include "base/time.h"

/* A place in a text being read. */
struct time_cursor {
    const char *p, *end;
};

/* The value of a decimal digit, else something above 9. */
static inline unsigned time_digit(char c)
{
    return (unsigned)(unsigned char)c - '0';
}

/* Consumes `byte` if it is next. */
static inline bool time_skip(struct time_cursor *c, char byte)
{
    if (c->p == c->end || *c->p != byte) return false;
    c->p++;
    return true;
}

/* Exactly two digits; -1, consuming nothing, when there are none. */
static inline int time_two_digits(struct time_cursor *c)
{
    unsigned a, b;

    if (c->end - c->p < 2) return -1;
    a = time_digit(c->p[0]);
    b = time_digit(c->p[1]);
    if (a > 9 || b > 9) return -1;
    c->p += 2;
    return (int)(a * 10 + b);
}

/* x is 8 bytes of text XOR the same shape with '0' for every digit: whether it has digits there (`keep` is 0xf0) and
 * the shape's own bytes elsewhere (`keep` is 0xff). Then byte i of x is the value of digit i. */
static inline bool time_shape_fits(uint64_t x, uint64_t keep)
{
    return !((x & keep) | ((x + UINT64_C(0x0606060606060606)) & UINT64_C(0xf0f0f0f0f0f0f0f0)));
}

/* The longest ISO 8601 timestamp at the cursor (see time_parse). 0, or -1 when there is none. */
int time_read_iso(struct time_cursor *c, usec *out);
/* +hh:mm, +hhmm, +hh (or with '-'), below 24:00: microseconds east of UTC. 0, or -1 when there is none. */
int time_read_offset(struct time_cursor *c, usec *east);
/* The instant of a civil time `east` of UTC. 0, or -1 when it does not fit or leaves the years 1 to 9999. */
int time_resolve(const struct civil *c, usec east, usec *out);

#endif
