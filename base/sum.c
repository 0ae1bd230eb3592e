/* sum.c - see sum.h.
 *
 * Every finite double is m * 2^e with |m| < 2^53 and e >= -1074, so a sum is an integer times a power of two:
 *
 *   struct sum       128 bits, unit 2^anchor. The first value lies LOW_ROOM bits above the unit, which leaves 42 bits
 *                    above it for the sum to grow; a value with bits below the unit lowers the anchor while there is
 * room. struct sum_wide  36 limbs of 64 bits, unit 2^-1074: bit 0 is the least subnormal, the greatest double ends at
 * bit 2098, and 205 bits remain for counts.
 *
 * Reading takes the magnitude, its highest 64 bits and whether anything is below them, and rounds once. A mean divides
 * the magnitude, with 128 zero bits behind it, by long division: the quotient has at least 65 bits, and its remainder
 * joins what is below. */
#include "base/sum.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef unsigned __int128 u128;

enum { EMPTY, FIXED, WIDE }; /* sum.state */
enum {
    UNIT_MIN = -1074, /* exponent of the least subnormal, and of the unit of sum_wide */
    LOW_ROOM = 32,
    LIMBS = 36,
    LIMBS_MEAN = LIMBS + 2,
};
_Static_assert(sizeof(struct sum_wide) == LIMBS * 8 + 24, "written to disk");

/* x = m * 2^exponent, x finite. */
struct parts {
    int64_t m;
    int exponent;
};

static inline struct parts take_apart(double x)
{
    uint64_t bits;
    int biased;
    int64_t m;

    memcpy(&bits, &x, sizeof bits);
    biased = (int)(bits >> 52 & 0x7ff);
    m = (int64_t)((bits & ((UINT64_C(1) << 52) - 1)) | (uint64_t)(biased != 0) << 52);
    return (struct parts){bits >> 63 ? -m : m, (biased ? biased : 1) - 1075};
}

static inline __int128 fixed(const struct sum *sum)
{
    return (__int128)((u128)sum->high << 64 | sum->low);
}

static inline void set_fixed(struct sum *sum, __int128 v)
{
    sum->low = (uint64_t)v;
    sum->high = (uint64_t)((u128)v >> 64);
}

/* Multiplies *v by 2^shift (shift >= 0); false when it does not fit. */
static bool shift_up(__int128 *v, int shift)
{
    __int128 up;

    if (*v == 0) return true;
    if (shift > 126) return false;
    up = (__int128)((u128)*v << shift);
    if (up >> shift != *v) return false;
    *v = up;
    return true;
}

/* Divides *v by 2^shift (shift >= 0) if that is exact. */
static bool shift_down(__int128 *v, int shift)
{
    if (*v == 0) return true;
    if (shift > 126 || ((u128)*v & (((u128)1 << shift) - 1))) return false;
    *v >>= shift;
    return true;
}

/* Adds term * 2^exponent to a sum in state FIXED: 0, or 1 when it does not fit and nothing was changed. */
static int add_term(struct sum *sum, __int128 term, int exponent)
{
    __int128 total = fixed(sum);
    int shift = exponent - sum->anchor, anchor = sum->anchor;

    if (shift >= 0) {
        if (!shift_up(&term, shift)) return 1;
    } else if (!shift_down(&term, -shift)) {
        if (!shift_up(&total, -shift)) return 1;
        anchor = exponent;
    }
    if (__builtin_add_overflow(total, term, &total)) return 1;
    set_fixed(sum, total);
    sum->anchor = anchor;
    return 0;
}

static void begin(struct sum *sum, int exponent)
{
    sum->state = FIXED;
    sum->anchor = exponent - LOW_ROOM < UNIT_MIN ? UNIT_MIN : exponent - LOW_ROOM;
}

/* The usual case is one multiplication of 64 by 64 bits and one addition of 128: the shift goes into the weight. */
int sum_add(struct sum *sum, double x, int64_t weight)
{
    struct parts p;
    __int128 total;
    int64_t scale;
    int shift;

    assert(weight < INT64_C(1) << 31 && weight > -(INT64_C(1) << 31) && sum->state != WIDE);
    if (!isfinite(x)) return 1;
    p = take_apart(x);
    if (p.m == 0) return 0;
    if (sum->state == EMPTY) begin(sum, p.exponent);
    shift = p.exponent - sum->anchor;
    if (shift < 0 || shift > 62) return add_term(sum, (__int128)p.m * weight, p.exponent);
    scale = (int64_t)((uint64_t)weight << shift);
    if (scale >> shift != weight) return add_term(sum, (__int128)p.m * weight, p.exponent);
    if (__builtin_add_overflow(fixed(sum), (__int128)p.m * scale, &total)) return 1;
    set_fixed(sum, total);
    return 0;
}

int sum_merge(struct sum *a, const struct sum *b, int sign)
{
    __int128 term = fixed(b);

    assert(a->state != WIDE && b->state != WIDE);
    if (b->state == EMPTY) return 0;
    if (sign < 0 && __builtin_sub_overflow((__int128)0, term, &term)) return 1;
    if (a->state == FIXED) return add_term(a, term, b->anchor);
    set_fixed(a, term);
    a->anchor = b->anchor;
    a->state = FIXED;
    return 0;
}

/* limb[at..] += v, with carry to the end. */
static void add_carry(uint64_t limb[LIMBS], int at, uint64_t v)
{
    for (bool carry = v != 0; carry && at < LIMBS; at++, v = 1) carry = __builtin_add_overflow(limb[at], v, &limb[at]);
}

static void sub_borrow(uint64_t limb[LIMBS], int at, uint64_t v)
{
    for (bool borrow = v != 0; borrow && at < LIMBS; at++, v = 1) {
        borrow = __builtin_sub_overflow(limb[at], v, &limb[at]);
    }
}

/* Adds size * 2^exponent, or takes it away. Size and shift together take up to three limbs. */
static void wide_add_size(struct sum_wide *wide, u128 size, bool negative, int exponent)
{
    int bit = exponent - UNIT_MIN, at = bit / 64, shift = bit % 64;
    uint64_t low = (uint64_t)(size << shift);
    uint64_t middle = (uint64_t)(size << shift >> 64);
    uint64_t high = shift ? (uint64_t)(size >> (128 - shift)) : 0;

    assert(bit >= 0 && at + 2 < LIMBS);
    if (negative) {
        sub_borrow(wide->limb, at, low);
        sub_borrow(wide->limb, at + 1, middle);
        sub_borrow(wide->limb, at + 2, high);
        return;
    }
    add_carry(wide->limb, at, low);
    add_carry(wide->limb, at + 1, middle);
    add_carry(wide->limb, at + 2, high);
}

static u128 size_of(__int128 term)
{
    return term < 0 ? 0 - (u128)term : (u128)term;
}

static void wide_add_term(struct sum_wide *wide, __int128 term, int exponent)
{
    wide_add_size(wide, size_of(term), term < 0, exponent);
}

void sum_widen(struct sum *sum, struct sum_wide *wide)
{
    assert(sum->state != WIDE);
    if (sum->state == FIXED) wide_add_term(wide, fixed(sum), sum->anchor);
    set_fixed(sum, 0);
    sum->anchor = 0;
    sum->state = WIDE;
}

void sum_wide_add(struct sum_wide *wide, double x, int64_t weight)
{
    struct parts p;

    if (isnan(x)) {
        wide->nan += weight;
    } else if (isinf(x)) {
        *(x > 0 ? &wide->infinity : &wide->minus_infinity) += weight;
    } else {
        p = take_apart(x);
        wide_add_term(wide, (__int128)p.m * weight, p.exponent);
    }
}

static void wide_add_wide(struct sum_wide *a, const struct sum_wide *b, int sign)
{
    uint64_t flip = sign < 0 ? UINT64_MAX : 0, carry = sign < 0; /* -x is ~x + 1 */

    for (int i = 0; i < LIMBS; i++) {
        u128 s = (u128)a->limb[i] + (b->limb[i] ^ flip) + carry;
        a->limb[i] = (uint64_t)s;
        carry = (uint64_t)(s >> 64);
    }
    a->nan += sign * b->nan;
    a->infinity += sign * b->infinity;
    a->minus_infinity += sign * b->minus_infinity;
}

void sum_wide_merge(struct sum_wide *a, const struct sum *b, const struct sum_wide *b_wide, int sign)
{
    __int128 term = fixed(b);

    if (b->state == FIXED) wide_add_size(a, size_of(term), (term < 0) != (sign < 0), b->anchor);
    if (b->state == WIDE) wide_add_wide(a, b_wide, sign);
}

/* A magnitude: limb[0..count) times 2^exponent, with a sign. The two lowest limbs are zero and leave room for a mean's
 * quotient. */
struct magnitude {
    uint64_t limb[LIMBS_MEAN];
    int count, exponent;
    bool negative, below; /* below: the exact value is a little greater than the limbs */
};

static void magnitude_of_int128(struct magnitude *m, __int128 v, int exponent)
{
    u128 size = v < 0 ? 0 - (u128)v : (u128)v;

    *m = (struct magnitude){.count = 4, .exponent = exponent - 128, .negative = v < 0};
    m->limb[2] = (uint64_t)size;
    m->limb[3] = (uint64_t)(size >> 64);
}

static void magnitude_of_wide(struct magnitude *m, const struct sum_wide *wide)
{
    bool carry = wide->limb[LIMBS - 1] >> 63;
    uint64_t flip = carry ? UINT64_MAX : 0;

    *m = (struct magnitude){.count = LIMBS_MEAN, .exponent = UNIT_MIN - 128, .negative = carry};
    for (int i = 0; i < LIMBS; i++) carry = __builtin_add_overflow(wide->limb[i] ^ flip, carry, &m->limb[i + 2]);
}

static void magnitude_of(struct magnitude *m, const struct sum *sum, const struct sum_wide *wide)
{
    if (sum->state == WIDE) {
        magnitude_of_wide(m, wide);
    } else {
        magnitude_of_int128(m, fixed(sum), sum->anchor);
    }
}

/* Long division by a limb. */
static void divide(struct magnitude *m, uint64_t divisor)
{
    uint64_t rest = 0;

    for (int i = m->count - 1; i >= 0; i--) {
        u128 part = (u128)rest << 64 | m->limb[i];
        m->limb[i] = (uint64_t)(part / divisor);
        rest = (uint64_t)(part % divisor);
    }
    m->below = rest != 0;
}

/* The double nearest to (top + something less than one if below) * 2^exponent; top has its highest bit set. */
static double round_top(uint64_t top, bool below, int exponent)
{
    int drop = exponent + 11 >= UNIT_MIN ? 11 : UNIT_MIN - exponent;
    uint64_t kept, rest, half;

    if (drop > 64) return 0;
    kept = drop == 64 ? 0 : top >> drop;
    rest = top << (64 - drop);
    half = UINT64_C(1) << 63;
    if (rest > half || (rest == half && (below || (kept & 1)))) kept++;
    return ldexp((double)kept, exponent + drop);
}

static double round_magnitude(const struct magnitude *m)
{
    int high = m->count - 1, lead;
    uint64_t top, next;
    bool below = m->below;
    double size;

    while (high >= 0 && m->limb[high] == 0) high--;
    if (high < 0) return 0;
    lead = __builtin_clzll(m->limb[high]);
    next = high > 0 ? m->limb[high - 1] : 0;
    top = (uint64_t)(((u128)m->limb[high] << 64 | next) << lead >> 64);
    below |= (next << lead) != 0;
    for (int i = 0; i < high - 1; i++) below |= m->limb[i] != 0;
    size = round_top(top, below, m->exponent + 64 * high - lead);
    return m->negative ? -size : size;
}

/* Whether what is not finite decides the value. Counts below zero are of values taken back before they came. */
static bool not_finite(const struct sum_wide *wide, double *out)
{
    bool up = wide->infinity > 0 || wide->minus_infinity < 0;
    bool down = wide->infinity < 0 || wide->minus_infinity > 0;

    if (wide->nan == 0 && !up && !down) return false;
    if (wide->nan != 0 || (up && down)) {
        *out = NAN;
    } else {
        *out = up ? INFINITY : -INFINITY;
    }
    return true;
}

double sum_value(const struct sum *sum, const struct sum_wide *wide)
{
    struct magnitude m;
    double special;

    assert((sum->state == WIDE) == (wide != NULL));
    if (wide && not_finite(wide, &special)) return special;
    magnitude_of(&m, sum, wide);
    return round_magnitude(&m);
}

double sum_mean(const struct sum *sum, const struct sum_wide *wide, int64_t count)
{
    struct magnitude m;
    double special;

    assert((sum->state == WIDE) == (wide != NULL) && count > 0);
    if (wide && not_finite(wide, &special)) return special;
    magnitude_of(&m, sum, wide);
    divide(&m, (uint64_t)count);
    return round_magnitude(&m);
}

double sum_mean_int128(__int128 total, int64_t count)
{
    struct magnitude m;

    assert(count > 0);
    magnitude_of_int128(&m, total, 0);
    divide(&m, (uint64_t)count);
    return round_magnitude(&m);
}
