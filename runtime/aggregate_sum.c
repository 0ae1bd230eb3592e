/* aggregate_sum.c - see aggregate_sum.h. Whole numbers and decimals of up to 18 digits are summed in 128 bits, longer
 * ones in 192, doubles exactly (base/sum.h): whatever is taken back is gone without a trace. What a sum is as a number
 * of its result's type is asked when it is read. */
#include "runtime/aggregate_sum.h"

#include "base/decimal.h"
#include "base/decimal_sum.h"
#include "base/sum.h"

#include <string.h>

struct int_sum {
    uint64_t low;
    int64_t high;
    int64_t count;
};

struct wide_sum {
    struct decimal_sum sum;
    int64_t count;
};

struct real_sum {
    struct sum sum;
    int64_t count;
};

enum { WIDE_SLOTS = PAGE_BYTES / sizeof(struct sum_wide) };

int agg_sum_bytes(enum phys phys)
{
    switch (phys) {
    case PHYS_DOUBLE: return sizeof(struct real_sum);
    case PHYS_WIDE: return sizeof(struct wide_sum);
    case PHYS_BOOL:
    case PHYS_TEXT:
    case PHYS_INT: break;
    }
    return sizeof(struct int_sum);
}

/* ---- adding ---- */

static __int128 int_total(const struct int_sum *s)
{
    return (__int128)(((unsigned __int128)(uint64_t)s->high << 64) | s->low);
}

static void int_add(struct int_sum *s, int64_t value, int64_t weight)
{
    __int128 total = int_total(s) + (__int128)value * weight;

    s->low = (uint64_t)total;
    s->high = (int64_t)(total >> 64);
    s->count += weight;
}

static void wide_add(struct wide_sum *s, __int128 value, int64_t weight)
{
    decimal_sum_add(&s->sum, value, weight);
    s->count += weight;
}

/* Sums of doubles over the full range: slots of pages of their own, with a free list whose head stands in the table's
 * root. */
static uint64_t sum_wide_new(struct pages *pages)
{
    uint64_t *head = (uint64_t *)((char *)pages_root(pages) + TABLE_ROOT_BYTES);
    uint64_t at = *head;

    if (at) {
        *head = get_u64(page_read(pages, at));
        memset(page_write(pages, at, sizeof(struct sum_wide)), 0, sizeof(struct sum_wide));
        return at;
    }
    at = (uint64_t)page_alloc(pages) << PAGE_BITS;
    for (uint64_t i = 1; i < WIDE_SLOTS; i++) {
        uint64_t next = i + 1 < WIDE_SLOTS ? at + (i + 1) * sizeof(struct sum_wide) : *head;
        put_u64(page_write(pages, at + i * sizeof(struct sum_wide), 8), next);
    }
    *(uint64_t *)((char *)pages_root(pages) + TABLE_ROOT_BYTES) = at + sizeof(struct sum_wide);
    return at;
}

static void sum_wide_free(struct pages *pages, uint64_t at)
{
    uint64_t *head = (uint64_t *)((char *)pages_root(pages) + TABLE_ROOT_BYTES);

    memset(page_write(pages, at, sizeof(struct sum_wide)), 0, sizeof(struct sum_wide));
    put_u64(page_write(pages, at, 8), *head);
    *head = at;
}

/* The sum's full range, from now on. */
static struct sum_wide *widened(struct agg_home *home, struct sum *s)
{
    uint64_t at = sum_wide_new(home->pages);
    struct sum_wide *wide = page_write(home->pages, at, sizeof *wide);

    sum_widen(s, wide);
    s->wide = at;
    return wide;
}

static struct sum_wide *wide_write(struct agg_home *home, struct sum *s)
{
    return s->state == 2 ? page_write(home->pages, s->wide, sizeof(struct sum_wide)) : widened(home, s);
}

static void real_add(struct agg_home *home, struct real_sum *s, double value, int64_t weight)
{
    s->count += weight;
    if (s->sum.state == 2 || sum_add(&s->sum, value, weight)) sum_wide_add(wide_write(home, &s->sum), value, weight);
}

static const struct sum_wide *wide_of(const struct agg_home *home, const struct sum *s)
{
    return s->state == 2 ? page_read(home->pages, s->wide) : NULL;
}

static void sum_ints(int offset, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (!column_is_null(arg, row))
            int_add((struct int_sum *)(r->state[i] + offset), arg->ints[row], agg_weight(r, row));
    }
}

static void sum_wides(int offset, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (!column_is_null(arg, row))
            wide_add((struct wide_sum *)(r->state[i] + offset), arg->wides[row], agg_weight(r, row));
    }
}

static void sum_reals(int offset, struct agg_home *home, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (column_is_null(arg, row)) continue;
        real_add(home, (struct real_sum *)(r->state[i] + offset), arg->doubles[row], agg_weight(r, row));
    }
}

void agg_sum_update(const struct agg *a, struct agg_home *home, const struct agg_rows *rows, const struct column *arg)
{
    switch (a->phys) {
    case PHYS_DOUBLE: sum_reals(a->offset, home, rows, arg); break;
    case PHYS_WIDE: sum_wides(a->offset, rows, arg); break;
    case PHYS_BOOL:
    case PHYS_TEXT:
    case PHYS_INT: sum_ints(a->offset, rows, arg); break;
    }
}

void agg_sum_add(const struct agg *a, struct agg_home *home, uint8_t *state, union multiset_value value, int64_t weight)
{
    switch (a->phys) {
    case PHYS_DOUBLE: real_add(home, (struct real_sum *)state, value.d, weight); break;
    case PHYS_WIDE: wide_add((struct wide_sum *)state, value.wide, weight); break;
    case PHYS_BOOL:
    case PHYS_TEXT:
    case PHYS_INT: int_add((struct int_sum *)state, value.i, weight); break;
    }
}

/* ---- merging ---- */

static void int_merge(struct int_sum *s, const struct int_sum *other, int sign)
{
    __int128 total = int_total(s) + sign * int_total(other);

    s->low = (uint64_t)total;
    s->high = (int64_t)(total >> 64);
    s->count += sign * other->count;
}

static void wide_merge(struct wide_sum *s, const struct wide_sum *other, int sign)
{
    decimal_sum_merge(&s->sum, &other->sum, sign);
    s->count += sign * other->count;
}

static void real_merge(struct agg_home *home, struct real_sum *s, const struct agg_home *other_home,
                       const struct real_sum *other, int sign)
{
    bool fixed = s->sum.state != 2 && other->sum.state != 2;

    s->count += sign * other->count;
    if (fixed && sum_merge(&s->sum, &other->sum, sign) == 0) return;
    sum_wide_merge(wide_write(home, &s->sum), &other->sum, wide_of(other_home, &other->sum), sign);
}

void agg_sum_merge(const struct agg *a, struct agg_home *home, uint8_t *state, const struct agg_home *other_home,
                   const uint8_t *other, int sign)
{
    switch (a->phys) {
    case PHYS_DOUBLE:
        real_merge(home, (struct real_sum *)state, other_home, (const struct real_sum *)other, sign);
        break;
    case PHYS_WIDE: wide_merge((struct wide_sum *)state, (const struct wide_sum *)other, sign); break;
    case PHYS_BOOL:
    case PHYS_TEXT:
    case PHYS_INT: int_merge((struct int_sum *)state, (const struct int_sum *)other, sign); break;
    }
}

/* ---- reading ---- */

static void put_whole(__int128 v, struct column *out, int row)
{
    if (v > INT64_MAX || v < INT64_MIN)
        out->error[row] = ROW_OVERFLOW;
    else
        out->ints[row] = (int64_t)v;
}

/* A sum of decimals, or their mean, which has more digits behind the point in our dialect and is cut in the old
 * service's: there it is as long as the argument (bind_group.c). */
static void read_decimal_sum(const struct agg *a, const struct decimal_sum *sum, int64_t count, struct column *out,
                             int row)
{
    int more = a->result.scale - a->scale;
    bool narrow = out->phys == PHYS_INT;
    __int128 v = 0;
    int failed = a->kind == AGG_SUM || count < 0
                     ? decimal_sum_value(sum, &v)
                     : decimal_sum_mean(sum, count, more, narrow ? DECIMAL_CUT : DECIMAL_ROUND, &v);

    if (failed || !decimal_fits(v, a->result.precision))
        out->error[row] = ROW_OVERFLOW;
    else if (narrow)
        out->ints[row] = (int64_t)v;
    else
        out->wides[row] = v;
}

static void read_int_sum(const struct agg *a, const struct int_sum *s, struct column *out, int row)
{
    __int128 total = int_total(s);
    struct decimal_sum sum = decimal_sum_of(total);

    if (s->count == 0)
        bit_clear(out->valid, row);
    else if (a->result.kind == TYPE_DECIMAL)
        read_decimal_sum(a, &sum, s->count, out, row);
    else if (a->result.kind == TYPE_DOUBLE)
        out->doubles[row] = sum_mean_int128(total, s->count);
    else
        put_whole(a->kind == AGG_AVG ? total / s->count : total, out, row);
}

static void read_wide_sum(const struct agg *a, const struct wide_sum *s, struct column *out, int row)
{
    if (s->count == 0)
        bit_clear(out->valid, row);
    else
        read_decimal_sum(a, &s->sum, s->count, out, row);
}

static void read_real_sum(const struct agg *a, const struct agg_home *home, const struct real_sum *s,
                          struct column *out, int row)
{
    const struct sum_wide *wide = wide_of(home, &s->sum);

    if (s->count == 0)
        bit_clear(out->valid, row);
    else if (a->kind == AGG_AVG && s->count > 0)
        out->doubles[row] = sum_mean(&s->sum, wide, s->count);
    else
        out->doubles[row] = sum_value(&s->sum, wide);
}

void agg_sum_read(const struct agg *a, const struct agg_home *home, const uint8_t *state, struct column *out, int row)
{
    switch (a->phys) {
    case PHYS_DOUBLE: read_real_sum(a, home, (const struct real_sum *)state, out, row); break;
    case PHYS_WIDE: read_wide_sum(a, (const struct wide_sum *)state, out, row); break;
    case PHYS_BOOL:
    case PHYS_TEXT:
    case PHYS_INT: read_int_sum(a, (const struct int_sum *)state, out, row); break;
    }
}

void agg_sum_drop(const struct agg *a, struct agg_home *home, const uint8_t *state)
{
    const struct sum *s = &((const struct real_sum *)state)->sum;

    if (a->phys == PHYS_DOUBLE && s->state == 2) sum_wide_free(home->pages, s->wide);
}
