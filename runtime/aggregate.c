/* aggregate.c - see aggregate.h. Loops are per call and per type, over the rows of one partition. What is summed is
 * in aggregate_sum.c. */
#include "runtime/aggregate_sum.h"

#include <assert.h>
#include <math.h>
#include <string.h>

struct extreme {
    int64_t present;
    union {
        int64_t i;
        double d;
        uint64_t wide[2];
        struct {
            uint32_t len;
            char bytes[12]; /* all of it, or 4 bytes of prefix and a heap reference */
        } text;
    };
};

enum { INLINE_TEXT = 12 };

void agg_init(struct agg *a, const struct aggregate *call, bool insert_only)
{
    bool extreme = call->kind == AGG_MIN || call->kind == AGG_MAX;

    a->kind = call->kind;
    a->distinct = call->distinct && !extreme;
    a->phys = call->arg ? type_phys(call->arg->type) : PHYS_INT;
    a->scale = call->arg ? call->arg->type.scale : 0;
    a->result = call->result;
    a->ordered_set = a->distinct || (extreme && !insert_only);
    switch (call->kind) {
    case AGG_COUNT_ROWS:
    case AGG_COUNT: a->bytes = 8; break;
    case AGG_SUM:
    case AGG_AVG: a->bytes = agg_sum_bytes(a->phys); break;
    case AGG_MIN:
    case AGG_MAX: a->bytes = a->ordered_set ? 0 : 8 + (int)key_column_bytes(a->phys); break;
    }
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
    else
        agg_sum_add(a, home, state, value, weight);
}

static void set_add(const struct agg *a, struct agg_home *home, uint32_t id, uint8_t *state, union multiset_value value,
                    int64_t weight)
{
    int64_t before, after;

    multiset_add(home->set, id, value, weight, &before, &after);
    if (a->distinct && (before > 0) != (after > 0)) distinct_add(a, home, state, value, after > 0 ? 1 : -1);
}

static void set_update(const struct agg *a, struct agg_home *home, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];

        if (!column_is_null(arg, row))
            set_add(a, home, r->id[i], r->state[i] + a->offset, value_at(arg, row), agg_weight(r, row));
    }
}

static void count_rows(int offset, const struct agg_rows *r)
{
    for (int i = 0; i < r->count; i++) *(int64_t *)(r->state[i] + offset) += agg_weight(r, r->row[i]);
}

static void count_values(int offset, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        if (!column_is_null(arg, row)) *(int64_t *)(r->state[i] + offset) += agg_weight(r, row);
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

static __int128 extreme_wide(const struct extreme *e)
{
    return (__int128)((unsigned __int128)e->wide[1] << 64 | e->wide[0]);
}

static int compare_wide(__int128 a, __int128 b)
{
    return (a > b) - (a < b);
}

static void extreme_wides(int offset, int sign, const struct agg_rows *r, const struct column *arg)
{
    for (int i = 0; i < r->count; i++) {
        int row = r->row[i];
        __int128 v = arg->wides[row];
        struct extreme *e = (struct extreme *)(r->state[i] + offset);

        if (column_is_null(arg, row) || (e->present && sign * compare_wide(v, extreme_wide(e)) <= 0)) continue;
        e->wide[0] = (uint64_t)v;
        e->wide[1] = (uint64_t)(v >> 64);
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
    case PHYS_WIDE: extreme_wides(a->offset, sign, r, arg); break;
    }
}

static void plain_update(const struct agg *a, struct agg_home *home, const struct agg_rows *r, const struct column *arg)
{
    switch (a->kind) {
    case AGG_COUNT_ROWS: count_rows(a->offset, r); break;
    case AGG_COUNT: count_values(a->offset, r, arg); break;
    case AGG_SUM:
    case AGG_AVG: agg_sum_update(a, home, r, arg); break;
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

/* The text, which may lie in *held. */
static struct text extreme_text(const struct agg_home *home, const struct extreme *e, struct buf *held)
{
    if (e->text.len <= INLINE_TEXT) return text_of(e->text.bytes, e->text.len);
    heap_get(home->pages, get_u64(e->text.bytes + 4), held);
    return text_of(held->ptr, e->text.len);
}

static void read_text(const struct agg_home *home, const struct extreme *e, struct arena *arena, struct column *out,
                      int row)
{
    struct buf held = {0};
    struct text text = extreme_text(home, e, &held);

    out->texts[row] = text_of(arena_copy(arena, text.ptr, text.len), text.len);
    buf_free(&held);
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
    case PHYS_WIDE: out->wides[row] = extreme_wide(e); break;
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
    case AGG_AVG: agg_sum_read(a, home, state, out, row); break;
    case AGG_MIN:
    case AGG_MAX:
        if (a->ordered_set)
            read_set_end(a, home, id, arena, out, row);
        else
            read_extreme(a, home, (const struct extreme *)state, arena, out, row);
        break;
    }
}

/* ---- merging ---- */

/* Where the values of a part go. */
struct set_merge {
    const struct agg *agg;
    struct agg_home *home;
    uint32_t id;
    uint8_t *state;
    int sign;
};

static void merge_entry(void *arg, union multiset_value value, int64_t weight)
{
    const struct set_merge *m = arg;

    set_add(m->agg, m->home, m->id, m->state, value, m->sign * weight);
}

static void merge_extreme(const struct set_merge *m, const struct agg_home *home, const struct extreme *e)
{
    union multiset_value value = {0};
    struct buf text = {0};

    if (!e->present) return;
    switch (m->agg->phys) {
    case PHYS_BOOL:
    case PHYS_INT: value.i = e->i; break;
    case PHYS_DOUBLE: value.d = e->d; break;
    case PHYS_TEXT: value.t = extreme_text(home, e, &text); break;
    case PHYS_WIDE: value.wide = extreme_wide(e); break;
    }
    merge_entry((void *)m, value, 1);
    buf_free(&text);
}

void agg_merge(const struct agg *a, struct agg_home *home, uint8_t *value, uint32_t id, const struct agg_part *part,
               int sign)
{
    struct set_merge m = {a, home, id, value + a->offset, sign};
    const uint8_t *from = part->value + part->agg->offset;

    assert(a->kind == part->agg->kind);
    if (part->agg->ordered_set) {
        multiset_each(part->home->set, part->id, merge_entry, &m);
        return;
    }
    switch (a->kind) {
    case AGG_COUNT_ROWS:
    case AGG_COUNT: *(int64_t *)m.state += sign * *(const int64_t *)from; break;
    case AGG_SUM:
    case AGG_AVG: agg_sum_merge(a, home, m.state, part->home, from, sign); break;
    case AGG_MIN:
    case AGG_MAX: merge_extreme(&m, part->home, (const struct extreme *)from); break;
    }
}

void agg_drop(const struct agg *a, struct agg_home *home, const uint8_t *value, uint32_t id)
{
    const uint8_t *state = value + a->offset;

    if (a->ordered_set) multiset_drop(home->set, id);
    if (a->kind == AGG_SUM || a->kind == AGG_AVG) agg_sum_drop(a, home, state);
    if ((a->kind == AGG_MIN || a->kind == AGG_MAX) && !a->ordered_set && a->phys == PHYS_TEXT)
        drop_extreme_text(home, (const struct extreme *)state);
}
