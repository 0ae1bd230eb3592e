/* aggregate.c - see aggregate.h. Loops are per call and per type, over the rows of one partition. */
#include "runtime/aggregate.h"

#include "base/sum.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct int_sum {
    uint64_t low;
    int64_t high;
    int64_t count;
};

struct real_sum {
    struct sum sum;
    int64_t count;
};

struct extreme {
    int64_t present;
    union {
        int64_t i;
        double d;
        struct {
            uint32_t len;
            char bytes[12]; /* all of it, or 4 bytes of prefix and a heap reference */
        } text;
    };
};

enum { INLINE_TEXT = 12, WIDE_SLOTS = PAGE_BYTES / sizeof(struct sum_wide) };

void agg_init(struct agg *a, const struct aggregate *call, bool insert_only)
{
    bool extreme = call->kind == AGG_MIN || call->kind == AGG_MAX;

    a->kind = call->kind;
    a->distinct = call->distinct && !extreme;
    a->phys = call->arg ? type_phys(call->arg->type) : PHYS_INT;
    a->result = call->result;
    a->ordered_set = a->distinct || (extreme && !insert_only);
    switch (call->kind) {
    case AGG_COUNT_ROWS:
    case AGG_COUNT: a->bytes = 8; break;
    case AGG_SUM:
    case AGG_AVG: a->bytes = a->phys == PHYS_DOUBLE ? sizeof(struct real_sum) : sizeof(struct int_sum); break;
    case AGG_MIN:
    case AGG_MAX: a->bytes = a->ordered_set ? 0 : a->phys == PHYS_TEXT ? 24 : 16; break;
    }
}

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

/* Wide sums: slots of pages of their own, with a free list whose head stands in the table's root. */
static uint64_t wide_new(struct pages *pages)
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

static void wide_free(struct pages *pages, uint64_t at)
{
    uint64_t *head = (uint64_t *)((char *)pages_root(pages) + TABLE_ROOT_BYTES);

    memset(page_write(pages, at, sizeof(struct sum_wide)), 0, sizeof(struct sum_wide));
    put_u64(page_write(pages, at, 8), *head);
    *head = at;
}

static void real_add(struct agg_home *home, struct real_sum *s, double value, int64_t weight)
{
    s->count += weight;
    if (s->sum.state != 2) {
        if (sum_add(&s->sum, value, weight) == 0) return;
        uint64_t at = wide_new(home->pages);
        sum_widen(&s->sum, page_write(home->pages, at, sizeof(struct sum_wide)));
        s->sum.wide = at;
    }
    sum_wide_add(page_write(home->pages, s->sum.wide, sizeof(struct sum_wide)), value, weight);
}

static const struct sum_wide *wide_of(const struct agg_home *home, const struct sum *s)
{
    return s->state == 2 ? page_read(home->pages, s->wide) : NULL;
}

static union multiset_value value_at(const struct column *c, int row)
{
    union multiset_value v = {0};

    switch (c->phys) {
    case PHYS_BOOL: v.i = c->bools[row]; break;
    case PHYS_INT: v.i = c->ints[row]; break;
    case PHYS_DOUBLE: v.d = c->doubles[row] == 0 ? 0 : c->doubles[row]; break;
    case PHYS_TEXT: v.t = c->texts[row]; break;
    case PHYS_WIDE: v.wide = c->wides[row]; break;
    }
    return v;
}

static int compare_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* NaN is the greatest and equals itself. */
static int compare_double(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int compare_extreme_text(const struct agg_home *home, const struct extreme *e, const struct text *t)
{
    if (e->text.len <= INLINE_TEXT) {
        struct text held = text_of(e->text.bytes, e->text.len);
        return text_compare(t, &held);
    }
    return -heap_compare(home->pages, get_u64(e->text.bytes + 4), t->ptr, t->len);
}

static void drop_extreme_text(struct agg_home *home, const struct extreme *e)
{
    if (e->present && e->text.len > INLINE_TEXT)
        heap_free(home->pages, table_heap(home->table), get_u64(e->text.bytes + 4));
}

static void set_extreme_text(struct agg_home *home, struct extreme *e, const struct text *t)
{
    drop_extreme_text(home, e);
    memset(e->text.bytes, 0, sizeof e->text.bytes);
    e->text.len = t->len;
    if (t->len <= INLINE_TEXT) {
        if (t->len) memcpy(e->text.bytes, t->ptr, t->len);
        return;
    }
    memcpy(e->text.bytes, t->prefix, 4);
    put_u64(e->text.bytes + 4, heap_put(home->pages, table_heap(home->table), t->ptr, t->len));
}

/* ---- how rows change groups: a loop for each kind and type ---- */

/* What DISTINCT counts or sums: a value appears (weight 1) or goes (-1). */
static void distinct_add(const struct agg *a, struct agg_home *home, uint8_t *state, union multiset_value value,
                         int64_t weight)
{
    if (a->kind == AGG_COUNT)
        *(int64_t *)state += weight;
    else if (a->phys == PHYS_DOUBLE)
        real_add(home, (struct real_sum *)state, value.d, weight);
    else
        int_add((struct int_sum *)state, value.i, weight);
}

static int64_t weight_of(const struct agg_rows *r, int row)
{
    return r->weight ? r->weight[row] : 1;
}

static void set_update(const struct agg *a, struct agg_home *home, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        union multiset_value value = value_at(arg, row);
        int64_t before, after;

        if (column_is_null(arg, row)) continue;
        multiset_add(home->set, r->id[i], value, weight_of(r, row), &before, &after);
        if (a->distinct && (before > 0) != (after > 0))
            distinct_add(a, home, r->state[i] + a->offset, value, after > 0 ? 1 : -1);
    }
}

static void count_rows(int offset, const struct agg_rows *r)
{
    for (int i = 0; i < r->count; i++) *(int64_t *)(r->state[i] + offset) += weight_of(r, r->row[i]);
}

static void count_values(int offset, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (!column_is_null(arg, row)) *(int64_t *)(r->state[i] + offset) += weight_of(r, row);
    }
}

static void sum_ints(int offset, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (!column_is_null(arg, row))
            int_add((struct int_sum *)(r->state[i] + offset), arg->ints[row], weight_of(r, row));
    }
}

static void sum_reals(int offset, struct agg_home *home, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (column_is_null(arg, row)) continue;
        real_add(home, (struct real_sum *)(r->state[i] + offset), arg->doubles[row], weight_of(r, row));
    }
}

/* sign: 1 for the greatest value, -1 for the least. */
static void extreme_bools(int offset, int sign, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i], v = arg->bools[row];
        struct extreme *e = (struct extreme *)(r->state[i] + offset);

        if (column_is_null(arg, row) || (e->present && sign * (v - (int)e->i) <= 0)) continue;
        e->i = v;
        e->present = 1;
    }
}

static void extreme_ints(int offset, int sign, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        int64_t v = arg->ints[row];
        struct extreme *e = (struct extreme *)(r->state[i] + offset);

        if (column_is_null(arg, row) || (e->present && sign * compare_int(v, e->i) <= 0)) continue;
        e->i = v;
        e->present = 1;
    }
}

static void extreme_reals(int offset, int sign, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        double v = arg->doubles[row];
        struct extreme *e = (struct extreme *)(r->state[i] + offset);

        if (column_is_null(arg, row) || (e->present && sign * compare_double(v, e->d) <= 0)) continue;
        e->d = v == 0 ? 0 : v;
        e->present = 1;
    }
}

static void extreme_texts(int offset, int sign, struct agg_home *home, const struct agg_rows *r,
                          const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        const struct text *v = &arg->texts[row];
        struct extreme *e = (struct extreme *)(r->state[i] + offset);

        if (column_is_null(arg, row) || (e->present && sign * compare_extreme_text(home, e, v) <= 0)) continue;
        set_extreme_text(home, e, v);
        e->present = 1;
    }
}

static void extreme_update(const struct agg *a, struct agg_home *home, const struct agg_rows *r,
                           const struct column *arg)
{
    int sign = a->kind == AGG_MAX ? 1 : -1;

    switch (a->phys) {
    case PHYS_BOOL: extreme_bools(a->offset, sign, r, arg); break;
    case PHYS_INT: extreme_ints(a->offset, sign, r, arg); break;
    case PHYS_DOUBLE: extreme_reals(a->offset, sign, r, arg); break;
    case PHYS_TEXT: extreme_texts(a->offset, sign, home, r, arg); break;
    case PHYS_WIDE: break;
    }
}

static void plain_update(const struct agg *a, struct agg_home *home, const struct agg_rows *r, const struct column *arg)
{
    switch (a->kind) {
    case AGG_COUNT_ROWS: count_rows(a->offset, r); break;
    case AGG_COUNT: count_values(a->offset, r, arg); break;
    case AGG_SUM:
    case AGG_AVG:
        if (a->phys == PHYS_DOUBLE)
            sum_reals(a->offset, home, r, arg);
        else
            sum_ints(a->offset, r, arg);
        break;
    case AGG_MIN:
    case AGG_MAX: extreme_update(a, home, r, arg); break;
    }
}

void agg_update(const struct agg *a, struct agg_home *home, const struct agg_rows *rows, const struct column *arg)
{
    if (a->ordered_set)
        set_update(a, home, rows, arg);
    else
        plain_update(a, home, rows, arg);
}

static void read_int_sum(const struct agg *a, const struct int_sum *s, struct column *out, int row)
{
    __int128 total = int_total(s);

    if (s->count == 0) {
        bit_clear(out->valid, row);
        return;
    }
    if (a->kind == AGG_AVG && a->result.kind == TYPE_DOUBLE) {
        out->doubles[row] = sum_mean_int128(total, s->count);
        return;
    }
    if (a->kind == AGG_AVG) total /= s->count;
    if (total > INT64_MAX || total < INT64_MIN)
        out->error[row] = ROW_OVERFLOW;
    else
        out->ints[row] = (int64_t)total;
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

static void read_text(const struct agg_home *home, const struct extreme *e, struct arena *arena, struct column *out,
                      int row)
{
    struct buf text = {0};
    const char *bytes = e->text.bytes;

    if (e->text.len > INLINE_TEXT) {
        heap_get(home->pages, get_u64(e->text.bytes + 4), &text);
        bytes = text.ptr;
    }
    out->texts[row] = text_of(arena_copy(arena, bytes, e->text.len), e->text.len);
    buf_free(&text);
}

static void read_extreme(const struct agg *a, const struct agg_home *home, const struct extreme *e, struct arena *arena,
                         struct column *out, int row)
{
    if (!e->present) {
        bit_clear(out->valid, row);
        return;
    }
    switch (a->phys) {
    case PHYS_BOOL: out->bools[row] = e->i != 0; break;
    case PHYS_INT: out->ints[row] = e->i; break;
    case PHYS_DOUBLE: out->doubles[row] = e->d; break;
    case PHYS_TEXT: read_text(home, e, arena, out, row); break;
    case PHYS_WIDE: break;
    }
}

static void read_set_end(const struct agg *a, const struct agg_home *home, uint32_t id, struct arena *arena,
                         struct column *out, int row)
{
    union multiset_value v;
    struct buf text = {0};
    enum multiset_end end = a->kind == AGG_MIN ? MULTISET_MIN : MULTISET_MAX;

    if (!multiset_end(home->set, id, end, &v, &text)) {
        bit_clear(out->valid, row);
        return;
    }
    switch (a->phys) {
    case PHYS_BOOL: out->bools[row] = v.i != 0; break;
    case PHYS_INT: out->ints[row] = v.i; break;
    case PHYS_DOUBLE: out->doubles[row] = v.d; break;
    case PHYS_TEXT: out->texts[row] = text_of(arena_copy(arena, text.ptr, text.len), text.len); break;
    case PHYS_WIDE: out->wides[row] = v.wide; break;
    }
    buf_free(&text);
}

/* NULL's value is zero (batch.h). */
static void clear_value(struct column *out, int row)
{
    switch (out->phys) {
    case PHYS_BOOL: out->bools[row] = 0; break;
    case PHYS_INT: out->ints[row] = 0; break;
    case PHYS_DOUBLE: out->doubles[row] = 0; break;
    case PHYS_TEXT: out->texts[row] = (struct text){.ptr = ""}; break;
    case PHYS_WIDE: out->wides[row] = 0; break;
    }
}

void agg_read(const struct agg *a, const struct agg_home *home, const uint8_t *value, uint32_t id, struct arena *arena,
              struct column *out, int row)
{
    const uint8_t *state = value + a->offset;

    clear_value(out, row);
    switch (a->kind) {
    case AGG_COUNT_ROWS:
    case AGG_COUNT: out->ints[row] = *(const int64_t *)state; break;
    case AGG_SUM:
    case AGG_AVG:
        if (a->phys == PHYS_DOUBLE)
            read_real_sum(a, home, (const struct real_sum *)state, out, row);
        else
            read_int_sum(a, (const struct int_sum *)state, out, row);
        break;
    case AGG_MIN:
    case AGG_MAX:
        if (a->ordered_set)
            read_set_end(a, home, id, arena, out, row);
        else
            read_extreme(a, home, (const struct extreme *)state, arena, out, row);
        break;
    }
}

void agg_drop(const struct agg *a, struct agg_home *home, const uint8_t *value, uint32_t id)
{
    const uint8_t *state = value + a->offset;

    if (a->ordered_set) multiset_drop(home->set, id);
    if ((a->kind == AGG_SUM || a->kind == AGG_AVG) && a->phys == PHYS_DOUBLE) {
        const struct sum *s = &((const struct real_sum *)state)->sum;
        if (s->state == 2) wide_free(home->pages, s->wide);
    }
    if ((a->kind == AGG_MIN || a->kind == AGG_MAX) && !a->ordered_set && a->phys == PHYS_TEXT)
        drop_extreme_text(home, (const struct extreme *)state);
}
