/* key.c - packed keys: the part of table.h that knows their columns.
 * Packing goes column by column, so that the switch over types is outside the loop over rows. */
#include "base/hash.h"
#include "runtime/table.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { INLINE_MAX = 12 };
static const uint64_t the_nan = UINT64_C(0x7ff8000000000000);

void key_layout_init(struct key_layout *layout, const enum phys *phys, int columns)
{
    size_t at = 8;

    assert(columns >= 0 && columns <= KEY_COLUMNS_MAX);
    *layout = (struct key_layout){.columns = columns};
    for (int i = 0; i < columns; i++) {
        layout->phys[i] = phys[i];
        layout->offset[i] = (uint16_t)at;
        at += key_column_bytes(phys[i]);
    }
    layout->bytes = (uint16_t)at;
}

static bool is_null(const uint8_t *key, int column)
{
    return get_u64(key) >> column & 1;
}

/* --- packing: each loop fills one column of all keys; `at` is that column's bytes in the first key --- */

static void pack_ints(const int64_t *v, const uint16_t *sel, int live, uint8_t *at, size_t stride)
{
    for (int i = 0; i < live; i++) put_u64(at + (size_t)i * stride, (uint64_t)v[sel ? sel[i] : i]);
}

static void pack_wides(const __int128 *v, const uint16_t *sel, int live, uint8_t *at, size_t stride)
{
    for (int i = 0; i < live; i++) memcpy(at + (size_t)i * stride, &v[sel ? sel[i] : i], sizeof *v);
}

static void pack_bools(const uint8_t *v, const uint16_t *sel, int live, uint8_t *at, size_t stride)
{
    for (int i = 0; i < live; i++) put_u64(at + (size_t)i * stride, v[sel ? sel[i] : i]);
}

static uint64_t double_word(double v)
{
    uint64_t bits;

    v += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &v, sizeof bits);
    return isnan(v) ? the_nan : bits;
}

static void pack_doubles(const double *v, const uint16_t *sel, int live, uint8_t *at, size_t stride)
{
    for (int i = 0; i < live; i++) put_u64(at + (size_t)i * stride, double_word(v[sel ? sel[i] : i]));
}

/* Bytes 4 to 11 of a text of at most 12, zero-padded, without a read outside of it. */
static uint64_t tail_of(const char *p, uint32_t len)
{
    if (len >= 8) return get_u64(p + len - 8) >> (12 - len) * 8;
    if (len > 4) return get_u32(p + len - 4) >> (8 - len) * 8;
    return 0;
}

static void pack_text(const struct text *t, uint8_t *at)
{
    put_u32(at, t->len);
    memcpy(at + 4, t->prefix, 4);
    put_u64(at + 8, t->len <= INLINE_MAX ? tail_of(t->ptr, t->len) : (uintptr_t)t->ptr);
}

static void pack_texts(const struct text *v, const uint16_t *sel, int live, uint8_t *at, size_t stride)
{
    for (int i = 0; i < live; i++) pack_text(&v[sel ? sel[i] : i], at + (size_t)i * stride);
}

static void pack_nulls(const struct key_layout *layout, int column, const uint64_t *valid, const uint16_t *sel,
                       int live, uint8_t *keys)
{
    size_t width = key_column_bytes(layout->phys[column]);

    for (int i = 0; i < live; i++, keys += layout->bytes) {
        if (bit_get(valid, sel ? sel[i] : i)) continue;
        put_u64(keys, get_u64(keys) | UINT64_C(1) << column);
        memset(keys + layout->offset[column], 0, width);
    }
}

static void pack_column(const struct key_layout *layout, int column, const struct column *c, const uint16_t *sel,
                        int live, uint8_t *keys)
{
    uint8_t *at = keys + layout->offset[column];

    assert(c->phys == layout->phys[column]);
    switch (c->phys) {
    case PHYS_BOOL: pack_bools(c->bools, sel, live, at, layout->bytes); break;
    case PHYS_INT: pack_ints(c->ints, sel, live, at, layout->bytes); break;
    case PHYS_DOUBLE: pack_doubles(c->doubles, sel, live, at, layout->bytes); break;
    case PHYS_TEXT: pack_texts(c->texts, sel, live, at, layout->bytes); break;
    case PHYS_WIDE: pack_wides(c->wides, sel, live, at, layout->bytes); break;
    }
    if (c->valid) pack_nulls(layout, column, c->valid, sel, live, keys);
}

/* --- hashing --- */

/* A text is hashed by its bytes wherever they are; `bytes` is read only for a long one. */
static inline uint64_t hash_text(uint64_t h, const uint8_t *at, const char *bytes)
{
    if (get_u32(at) <= INLINE_MAX) return hash_mix(hash_mix(h, get_u64(at)), get_u64(at + 8));
    return hash_mix(h, hash_bytes(bytes, get_u32(at)));
}

/* Any value but a text. */
static inline uint64_t hash_fixed(uint64_t h, enum phys phys, const uint8_t *at)
{
    h = hash_mix(h, get_u64(at));
    return phys == PHYS_WIDE ? hash_mix(h, get_u64(at + 8)) : h;
}

static uint64_t hash_packed(const struct key_layout *layout, const uint8_t *key)
{
    uint64_t h = get_u64(key);

    for (int i = 0; i < layout->columns; i++) {
        const uint8_t *at = key + layout->offset[i];
        if (layout->phys[i] == PHYS_TEXT) {
            const char *bytes;
            memcpy(&bytes, at + 8, sizeof bytes);
            h = hash_text(h, at, bytes);
        } else {
            h = hash_fixed(h, layout->phys[i], at);
        }
    }
    return h;
}

uint64_t key_hash(const struct key_layout *layout, const struct pages *pages, const uint8_t *stored)
{
    struct buf scratch = {0};
    uint64_t h = get_u64(stored);

    for (int i = 0; i < layout->columns; i++) {
        const uint8_t *at = stored + layout->offset[i];
        if (layout->phys[i] != PHYS_TEXT) {
            h = hash_fixed(h, layout->phys[i], at);
        } else if (get_u32(at) <= INLINE_MAX) {
            h = hash_text(h, at, NULL);
        } else {
            h = hash_text(h, at, heap_view(pages, get_u64(at + 8), &scratch).ptr);
        }
    }
    buf_free(&scratch);
    return h;
}

void key_pack(const struct key_layout *layout, const struct column *const *columns, const uint16_t *sel, int live,
              uint8_t *out, uint64_t *hashes)
{
    for (int i = 0; i < live; i++) put_u64(out + (size_t)i * layout->bytes, 0);
    for (int c = 0; c < layout->columns; c++) pack_column(layout, c, columns[c], sel, live, out);
    for (int i = 0; i < live; i++) hashes[i] = hash_packed(layout, out + (size_t)i * layout->bytes);
}

/* --- unpacking --- */

/* The bytes of a stored text: in the key, in the pages or, put together, in scratch. One of pages and snapshot is NULL.
 */
static struct str stored_text(const uint8_t *at, const struct pages *pages, const struct snapshot *snapshot,
                              struct buf *scratch)
{
    if (get_u32(at) <= INLINE_MAX) return str_of((const char *)at + 4, get_u32(at));
    if (snapshot) return heap_view_snapshot(snapshot, get_u64(at + 8), scratch);
    return heap_view(pages, get_u64(at + 8), scratch);
}

static struct text copy_text(struct arena *arena, const uint8_t *at, const struct pages *pages,
                             const struct snapshot *snapshot)
{
    struct buf scratch = {0};
    struct str s = stored_text(at, pages, snapshot, &scratch);
    struct text t = text_of(arena_copy(arena, s.ptr, s.len), s.len);

    buf_free(&scratch);
    return t;
}

static void unpack(const struct key_layout *layout, const struct pages *pages, const struct snapshot *snapshot,
                   const uint8_t *stored, int column, struct arena *arena, struct column *out, int row)
{
    const uint8_t *at = stored + layout->offset[column];

    assert(column < layout->columns && out->phys == layout->phys[column]);
    assert(out->valid || !is_null(stored, column));
    if (out->valid && is_null(stored, column)) bit_clear(out->valid, row);
    if (out->valid && !is_null(stored, column)) bit_set(out->valid, row);
    switch (out->phys) {
    case PHYS_BOOL: out->bools[row] = *at; break;
    case PHYS_INT: memcpy(&out->ints[row], at, 8); break;
    case PHYS_DOUBLE: memcpy(&out->doubles[row], at, 8); break;
    case PHYS_TEXT: out->texts[row] = copy_text(arena, at, pages, snapshot); break;
    case PHYS_WIDE: memcpy(&out->wides[row], at, sizeof *out->wides); break;
    }
}

void key_unpack(const struct key_layout *layout, const struct pages *pages, const uint8_t *stored, int column,
                struct arena *arena, struct column *out, int row)
{
    unpack(layout, pages, NULL, stored, column, arena, out, row);
}

void key_unpack_snapshot(const struct key_layout *layout, const struct snapshot *snapshot, const uint8_t *stored,
                         int column, struct arena *arena, struct column *out, int row)
{
    unpack(layout, NULL, snapshot, stored, column, arena, out, row);
}

/* --- comparing --- */

static int compare_ints(const uint8_t *a, const uint8_t *b)
{
    int64_t x = (int64_t)get_u64(a), y = (int64_t)get_u64(b);

    return (x > y) - (x < y);
}

static int compare_wides(const uint8_t *a, const uint8_t *b)
{
    __int128 x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The one NaN is after everything, and equal to itself. */
static int compare_doubles(const uint8_t *a, const uint8_t *b)
{
    double x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

static int compare_texts(const struct pages *pages, const uint8_t *a, const uint8_t *b)
{
    struct buf scratch_a = {0}, scratch_b = {0};
    int c = memcmp(a + 4, b + 4, 4); /* zero-padded: a difference here decides */

    if (!c) {
        struct str x = stored_text(a, pages, NULL, &scratch_a), y = stored_text(b, pages, NULL, &scratch_b);
        struct text s = {.len = (uint32_t)x.len, .ptr = x.ptr}, t = {.len = (uint32_t)y.len, .ptr = y.ptr};
        c = text_compare(&s, &t);
    }
    buf_free(&scratch_a);
    buf_free(&scratch_b);
    return c;
}

static int compare_column(enum phys phys, const struct pages *pages, const uint8_t *a, const uint8_t *b)
{
    switch (phys) {
    case PHYS_BOOL:
    case PHYS_INT: return compare_ints(a, b);
    case PHYS_DOUBLE: return compare_doubles(a, b);
    case PHYS_TEXT: return compare_texts(pages, a, b);
    case PHYS_WIDE: return compare_wides(a, b);
    }
    return 0;
}

int key_compare(const struct key_layout *layout, const struct pages *pages, const uint8_t *a, const uint8_t *b)
{
    for (int i = 0; i < layout->columns; i++) {
        int null_a = is_null(a, i), null_b = is_null(b, i);
        size_t at = layout->offset[i];
        int c = null_a || null_b ? null_b - null_a : compare_column(layout->phys[i], pages, a + at, b + at);

        if (c) return c;
    }
    return 0;
}
