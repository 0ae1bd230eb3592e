/* type_common.h - what type results have: the common type of several values, DECIMAL results, unions of qualifiers.
 *
 * digits_max is the greatest precision of a DECIMAL that is made here: DECIMAL_DIGITS_NARROW in the old service's
 * dialect, else DECIMAL_DIGITS_MAX; a longer operand raises it to DECIMAL_DIGITS_MAX. */
#ifndef WEIR_PLANNER_TYPE_COMMON_H
#define WEIR_PLANNER_TYPE_COMMON_H

#include "planner/type.h"

/* How many steps of widening lead from a kind to another; -1: none do. NULL is any kind.
 * TINYINT - SMALLINT - INTEGER - BIGINT - DECIMAL - REAL - DOUBLE; CHAR - VARCHAR; DATE - TIMESTAMP - TIMESTAMP_TZ. */
int type_widening(enum type_kind from, enum type_kind to);

/* The narrowest type that both widen to; out may be one of them. REAL and another number are DOUBLE; DECIMALs keep the
 * whole digits of both and the greater scale, as far as digits_max goes; texts have the greater length, intervals all
 * units of both. Returns -1 when there is none. */
int type_common(struct type a, struct type b, int digits_max, struct type *out);

/* Results of arithmetic on DECIMALs and whole numbers (kinesis-sql.md, section 3). With p and s of both and w = p - s:
 *   sum        s = max(s1, s2), w = max(w1, w2) + 1
 *   product    s = s1 + s2, w = p1 + p2 - s
 *   quotient   s = max(6, s1 + p2 + 1), w = w1 + s2
 *   modulo     s = max(s1, s2), w = min(w1, w2)
 * Where w + s is more than digits_max, the scale gives way, down to the first operand's (of sums and products also the
 * second's, up to 9, but not in the old service's dialect), then the whole digits. */
struct type type_decimal_sum(struct type a, struct type b, int digits_max);
struct type type_decimal_product(struct type a, struct type b, int digits_max);
struct type type_decimal_quotient(struct type a, struct type b, int digits_max);
struct type type_decimal_modulo(struct type a, struct type b, int digits_max);
/* A DECIMAL rounded to whole numbers: one more digit when it has a fraction. */
struct type type_decimal_whole(struct type a);
/* A DECIMAL rounded to some of its digits: one more whole one, where there is room. */
struct type type_decimal_rounded(struct type a, int digits_max);
/* An interval from the greater first unit to the lesser last one; unsaid where one of them is. */
struct type type_span_union(struct type a, struct type b);

/* VARCHAR(0) holds every length. */
int32_t type_longer(int32_t a, int32_t b);

#endif
