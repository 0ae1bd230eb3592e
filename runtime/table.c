/* table.c - see table.h.
 *
 * Root (TABLE_ROOT_BYTES): struct root. Rows stand in row pages, rows_per_page in each, in the order of ids. The row
 * pages are listed in directory pages (1,024 numbers each), those in top pages (1,024 numbers each), those in the root.
 * A row is the packed key, in which long texts are heap references, then the value. A free row has bit 63 of its first
 * word set (no key has it: there are at most 63 columns); the low half of the word is the id + 1 of the next free row,
 * or 0; the rest is zeros.
 *
 * The index is an open-addressing table in memory with linear probing: slots of (low 32 bits of the hash) << 32 | id +
 * 1; 0 is an empty slot. The low bits of those 32 are the home of a slot, so it grows and closes gaps without a look at
 * the rows. */
#include "runtime/table.h"

#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    INLINE_MAX = 12,
    INDEX_MIN = 64,
    PER_DIRECTORY = PAGE_BYTES / 4,
    TOPS_MAX = 8,
    SPARSE_ROWS_MAX = 4096,
    AHEAD = 16,              /* rows whose memory is fetched ahead */
    AHEAD_FROM_SLOTS = 8192, /* smaller indexes stay in the nearest cache */
    RECIPROCAL_BITS = 56,
};
#define FREE_ROW (UINT64_C(1) << 63)

struct root {
    struct heap_head heap;
    uint32_t count, limit; /* live rows; ids given out so far */
    uint32_t free;         /* id + 1 of the first free row, or 0 */
    uint32_t row_bytes;    /* checked when a saved state is opened */
    uint32_t top[TOPS_MAX];
};
_Static_assert(sizeof(struct root) <= TABLE_ROOT_BYTES, "the root fits");

/* How keys are compared: as one value and its NULL bit, as words, or column by column because some are text. */
enum key_kind { KEY_WORD, KEY_WORDS, KEY_TEXTS };

/* Where rows are. */
struct rows {
    uint32_t *page; /* of each rows_per_page rows */
    uint32_t bytes, per_page;
    uint64_t reciprocal; /* of per_page, in units of 2^-56, rounded up: id / per_page without a division */
};
struct place {
    uint32_t page, at;
};

struct table {
    struct pages *pages;
    int root, value_bytes;
    struct key_layout layout;
    enum key_kind kind;
    struct rows rows;
    size_t row_page_count, row_page_capacity;

    uint64_t *index;
    uint32_t mask; /* slots - 1 */
};

/* --- the root --- */

static const struct root *root_read(const struct table *t)
{
    return page_read(t->pages, (uint64_t)t->root);
}

static struct root *root_write(struct table *t)
{
    return page_write(t->pages, (uint64_t)t->root, sizeof(struct root));
}

struct heap_head *table_heap(struct table *t)
{
    return page_write(t->pages, (uint64_t)t->root, sizeof(struct heap_head));
}

uint32_t table_count(const struct table *t)
{
    return root_read(t)->count;
}

uint32_t table_limit(const struct table *t)
{
    return root_read(t)->limit;
}

/* --- rows --- */

static inline struct place row_place(const struct rows *rows, uint32_t id)
{
    uint32_t n = (uint32_t)((unsigned __int128)rows->reciprocal * id >> RECIPROCAL_BITS);

    return (struct place){rows->page[n], (id - n * rows->per_page) * rows->bytes};
}

static uint64_t row_address(const struct table *t, uint32_t id)
{
    struct place place = row_place(&t->rows, id);

    return ((uint64_t)place.page << PAGE_BITS) + place.at;
}

static const uint8_t *row_read(const struct table *t, uint32_t id)
{
    return page_read(t->pages, row_address(t, id));
}

/* Writes number `value` into slot n of a page of numbers; makes the page first if *page is 0. */
static void number_put(struct pages *pages, uint32_t *page, uint32_t n, uint32_t value)
{
    if (!*page) *page = page_alloc(pages);
    put_u32(page_write(pages, ((uint64_t)*page << PAGE_BITS) + n * 4, 4), value);
}

static uint32_t number_get(const struct pages *pages, uint32_t page, uint32_t n)
{
    return get_u32(page_read(pages, ((uint64_t)page << PAGE_BITS) + n * 4));
}

static void remember_row_page(struct table *t, uint32_t page)
{
    t->rows.page = mem_grow(t->rows.page, &t->row_page_capacity, t->row_page_count + 1, sizeof *t->rows.page);
    t->rows.page[t->row_page_count++] = page;
}

/* A new page of rows, entered in the directory. */
static void row_page_add(struct table *t)
{
    uint32_t page = page_alloc(t->pages), n = (uint32_t)t->row_page_count;
    uint32_t directory_number = n / PER_DIRECTORY, top = directory_number / PER_DIRECTORY;
    uint32_t directory = 0;

    assert(top < TOPS_MAX);
    if (n % PER_DIRECTORY) {
        directory = number_get(t->pages, root_read(t)->top[top], directory_number % PER_DIRECTORY);
    }
    number_put(t->pages, &directory, n % PER_DIRECTORY, page);
    number_put(t->pages, &root_write(t)->top[top], directory_number % PER_DIRECTORY, directory);
    remember_row_page(t, page);
}

static void row_pages_load(struct table *t)
{
    const struct root *root = root_read(t);
    uint32_t count = (uint32_t)(((uint64_t)root->limit + t->rows.per_page - 1) / t->rows.per_page);

    for (uint32_t n = 0; n < count; n++) {
        uint32_t directory_number = n / PER_DIRECTORY;
        uint32_t top = root->top[directory_number / PER_DIRECTORY];
        uint32_t directory = number_get(t->pages, top, directory_number % PER_DIRECTORY);
        remember_row_page(t, number_get(t->pages, directory, n % PER_DIRECTORY));
    }
}

/* --- the index --- */

static uint64_t slot_of(uint32_t tag, uint32_t id)
{
    return (uint64_t)tag << 32 | (id + 1);
}

static void index_put(struct table *t, uint64_t slot)
{
    uint32_t at = (uint32_t)(slot >> 32) & t->mask;

    while (t->index[at]) at = (at + 1) & t->mask;
    t->index[at] = slot;
}

/* A quarter of a small index is taken at most, of a large one, which would not fit the caches, a half. */
static uint64_t slots_for(uint64_t rows)
{
    return rows <= SPARSE_ROWS_MAX ? 4 * rows : 2 * rows;
}

static void index_resize(struct table *t, uint64_t slots)
{
    uint64_t *old = t->index, old_slots = old ? (uint64_t)t->mask + 1 : 0;

    assert(slots <= UINT64_C(1) << 32);
    t->index = mem_zalloc(slots * sizeof *t->index);
    t->mask = (uint32_t)(slots - 1);
    for (uint64_t i = 0; i < old_slots; i++) {
        if (old[i]) index_put(t, old[i]);
    }
    free(old);
}

/* Room for `more` further rows. */
static void index_reserve(struct table *t, uint32_t more)
{
    uint64_t need = slots_for((uint64_t)root_read(t)->count + more);
    uint64_t slots = t->index ? (uint64_t)t->mask + 1 : INDEX_MIN;

    if (t->index && need <= slots) return;
    while (slots < need) slots *= 2;
    index_resize(t, slots);
}

static void index_load(struct table *t)
{
    uint32_t limit = root_read(t)->limit;

    index_reserve(t, 0);
    for (uint32_t id = 0; id < limit; id++) {
        if (!table_is_live(t, id)) continue;
        index_put(t, slot_of((uint32_t)key_hash(&t->layout, t->pages, row_read(t, id)), id));
    }
}

/* Takes the slot out and moves those behind it that would no longer be found. */
static void index_remove(struct table *t, uint64_t slot)
{
    uint32_t hole = (uint32_t)(slot >> 32) & t->mask;

    while (t->index[hole] != slot) {
        assert(t->index[hole]);
        hole = (hole + 1) & t->mask;
    }
    for (uint32_t at = (hole + 1) & t->mask; t->index[at]; at = (at + 1) & t->mask) {
        uint32_t home = (uint32_t)(t->index[at] >> 32) & t->mask;
        if (((at - home) & t->mask) < ((at - hole) & t->mask)) continue;
        t->index[hole] = t->index[at];
        hole = at;
    }
    t->index[hole] = 0;
}

/* --- keys --- */

static bool words_equal(const uint8_t *a, const uint8_t *b, uint32_t bytes)
{
    uint64_t difference = 0;

    for (uint32_t i = 0; i < bytes; i += 8) difference |= get_u64(a + i) ^ get_u64(b + i);
    return difference == 0;
}

static bool long_text_equal(const struct pages *pages, const uint8_t *stored, const uint8_t *packed)
{
    const char *bytes;

    memcpy(&bytes, packed + 8, sizeof bytes);
    return get_u64(stored) == get_u64(packed) && heap_equal(pages, get_u64(stored + 8), bytes, get_u32(packed));
}

static bool columns_equal(const struct table *t, const uint8_t *stored, const uint8_t *packed)
{
    if (get_u64(stored) != get_u64(packed)) return false;
    for (int i = 0; i < t->layout.columns; i++) {
        const uint8_t *a = stored + t->layout.offset[i], *b = packed + t->layout.offset[i];
        enum phys phys = t->layout.phys[i];

        if (phys == PHYS_TEXT && get_u32(b) > INLINE_MAX) {
            if (!long_text_equal(t->pages, a, b)) return false;
        } else if (!words_equal(a, b, (uint32_t)key_column_bytes(phys))) {
            return false;
        }
    }
    return true;
}

/* kind is t->kind, given apart so that a loop can have it as a constant. */
static inline bool key_equal(const struct table *t, enum key_kind kind, const uint8_t *stored, const uint8_t *packed)
{
    switch (kind) {
    case KEY_WORD: return words_equal(stored, packed, 16);
    case KEY_WORDS: return words_equal(stored, packed, t->layout.bytes);
    case KEY_TEXTS: return columns_equal(t, stored, packed);
    }
    return false;
}

/* Moves the long texts of a row's key into the heap. */
static void key_store_texts(struct table *t, uint64_t row)
{
    for (int i = 0; i < t->layout.columns; i++) {
        uint64_t at = row + t->layout.offset[i];
        const uint8_t *packed = page_read(t->pages, at);
        const char *bytes;

        if (t->layout.phys[i] != PHYS_TEXT || get_u32(packed) <= INLINE_MAX) continue;
        memcpy(&bytes, packed + 8, sizeof bytes);
        uint64_t ref = heap_put(t->pages, table_heap(t), bytes, get_u32(packed));
        put_u64(page_write(t->pages, at + 8, 8), ref);
    }
}

static void key_free_texts(struct table *t, uint64_t row)
{
    for (int i = 0; i < t->layout.columns; i++) {
        const uint8_t *stored = page_read(t->pages, row + t->layout.offset[i]);

        if (t->layout.phys[i] != PHYS_TEXT || get_u32(stored) <= INLINE_MAX) continue;
        heap_free(t->pages, table_heap(t), get_u64(stored + 8));
    }
}

/* --- the table --- */

static enum key_kind key_kind(const struct key_layout *layout)
{
    for (int i = 0; i < layout->columns; i++) {
        if (layout->phys[i] == PHYS_TEXT) return KEY_TEXTS;
    }
    return layout->bytes == 16 ? KEY_WORD : KEY_WORDS;
}

static void check_root(const struct table *t)
{
    const struct root *root = root_read(t);

    assert(root->row_bytes == 0 || root->row_bytes == t->rows.bytes);
    assert(root->count <= root->limit);
}

struct table *table_new(struct pages *pages, int root, const struct key_layout *layout, int value_bytes)
{
    struct table *t = mem_zalloc(sizeof *t);

    assert(root >= 0 && root + TABLE_ROOT_BYTES <= PAGES_ROOT_BYTES && root % 8 == 0);
    assert(value_bytes >= 0 && value_bytes % 8 == 0 && layout->bytes + value_bytes <= PAGE_BYTES);
    *t = (struct table){.pages = pages, .root = root, .value_bytes = value_bytes, .layout = *layout};
    t->rows.bytes = layout->bytes + (uint32_t)value_bytes;
    t->rows.per_page = PAGE_BYTES / t->rows.bytes;
    t->rows.reciprocal = (UINT64_C(1) << RECIPROCAL_BITS) / t->rows.per_page + 1;
    t->kind = key_kind(layout);
    check_root(t);
    row_pages_load(t);
    index_load(t);
    return t;
}

void table_free(struct table *t)
{
    if (!t) return;
    free(t->index);
    free(t->rows.page);
    free(t);
}

/* The id of a free row, taken from the free rows or after the last; its bytes are to be written. */
static uint32_t id_take(struct table *t)
{
    struct root *root = root_write(t);
    uint32_t id;

    root->count++;
    root->row_bytes = t->rows.bytes;
    if (root->free) {
        id = root->free - 1;
        root->free = (uint32_t)get_u64(row_read(t, id));
        return id;
    }
    assert(root->limit < UINT32_MAX - 1);
    id = root->limit++;
    if (id == t->row_page_count * t->rows.per_page) row_page_add(t);
    return id;
}

static uint32_t row_make(struct table *t, const uint8_t *key)
{
    uint32_t id = id_take(t);
    uint64_t row = row_address(t, id);

    memcpy(page_write(t->pages, row, t->layout.bytes), key, t->layout.bytes);
    if (t->kind == KEY_TEXTS) key_store_texts(t, row);
    return id;
}

/* The slot of the key, or the empty one where it belongs. */
static uint32_t slot_find(const struct table *t, const uint8_t *key, uint32_t tag)
{
    for (uint32_t at = tag & t->mask;; at = (at + 1) & t->mask) {
        uint64_t slot = t->index[at];
        if (!slot) return at;
        if (slot >> 32 == tag && key_equal(t, t->kind, row_read(t, (uint32_t)slot - 1), key)) return at;
    }
}

static uint32_t upsert(struct table *t, const uint8_t *key, uint64_t hash, uint8_t *fresh)
{
    uint32_t at = slot_find(t, key, (uint32_t)hash);

    *fresh = !t->index[at];
    if (*fresh) t->index[at] = slot_of((uint32_t)hash, row_make(t, key));
    return (uint32_t)t->index[at] - 1;
}

/* Asks for the memory that the keys will need: their slots, then the rows these name. */
static void fetch_ahead(const struct table *t, const uint64_t *hashes, int n)
{
    const char *const *frames = pages_frames(t->pages);

    for (int i = 0; i < n; i++) __builtin_prefetch(&t->index[(uint32_t)hashes[i] & t->mask]);
    for (int i = 0; i < n; i++) {
        uint64_t slot = t->index[(uint32_t)hashes[i] & t->mask];
        struct place place;

        if (!slot) continue;
        place = row_place(&t->rows, (uint32_t)slot - 1);
        __builtin_prefetch(frames[place.page] + place.at);
    }
}

/* The hot loop: finds the rows of keys that are known, stops at the first new key and returns how many there were
 * before it. Nothing is written but ids and fresh, so all it needs stays in registers. */
static inline __attribute__((always_inline)) int find_run(const struct table *t, enum key_kind kind,
                                                          const uint8_t *keys, const uint64_t *hashes, int n,
                                                          uint32_t *ids, uint8_t *fresh)
{
    const struct rows rows = t->rows;
    const char *const *frames = pages_frames(t->pages);
    const uint64_t *index = t->index;
    uint32_t mask = t->mask, key_bytes = kind == KEY_WORD ? 16 : t->layout.bytes;

    for (int i = 0; i < n; i++, keys += key_bytes) {
        for (uint32_t tag = (uint32_t)hashes[i], at = tag & mask;; at = (at + 1) & mask) {
            struct place place;

            if (!index[at]) return i;
            if (index[at] >> 32 != tag) continue;
            ids[i] = (uint32_t)index[at] - 1;
            place = row_place(&rows, ids[i]);
            if (key_equal(t, kind, (const uint8_t *)frames[place.page] + place.at, keys)) break;
        }
        fresh[i] = 0;
    }
    return n;
}

static int find_known(const struct table *t, const uint8_t *keys, const uint64_t *hashes, int n, uint32_t *ids,
                      uint8_t *fresh)
{
    switch (t->kind) {
    case KEY_WORD: return find_run(t, KEY_WORD, keys, hashes, n, ids, fresh);
    case KEY_WORDS: return find_run(t, KEY_WORDS, keys, hashes, n, ids, fresh);
    case KEY_TEXTS: return find_run(t, KEY_TEXTS, keys, hashes, n, ids, fresh);
    }
    return 0;
}

static void upsert_some(struct table *t, const uint8_t *keys, const uint64_t *hashes, int n, uint32_t *ids,
                        uint8_t *fresh)
{
    size_t stride = t->layout.bytes;

    for (int i = 0; i < n; i++) {
        i += find_known(t, keys + (size_t)i * stride, hashes + i, n - i, ids + i, fresh + i);
        if (i < n) ids[i] = upsert(t, keys + (size_t)i * stride, hashes[i], &fresh[i]);
    }
}

void table_upsert(struct table *t, const uint8_t *keys, const uint64_t *hashes, int n, uint32_t *ids, uint8_t *fresh)
{
    for (int start = 0; start < n; start += AHEAD) {
        int some = n - start < AHEAD ? n - start : AHEAD;

        index_reserve(t, AHEAD);
        if (t->mask >= AHEAD_FROM_SLOTS) fetch_ahead(t, hashes + start, some);
        upsert_some(t, keys + (size_t)start * t->layout.bytes, hashes + start, some, ids + start, fresh + start);
    }
}

int64_t table_find(const struct table *t, const uint8_t *key, uint64_t hash)
{
    uint64_t slot = t->index[slot_find(t, key, (uint32_t)hash)];

    return slot ? (int64_t)(uint32_t)slot - 1 : TABLE_NONE;
}

void table_remove(struct table *t, uint32_t id)
{
    uint64_t row = row_address(t, id);
    uint8_t *bytes;
    struct root *root;

    assert(table_is_live(t, id));
    index_remove(t, slot_of((uint32_t)key_hash(&t->layout, t->pages, row_read(t, id)), id));
    if (t->kind == KEY_TEXTS) key_free_texts(t, row);
    root = root_write(t);
    bytes = page_write(t->pages, row, t->rows.bytes);
    memset(bytes, 0, t->rows.bytes);
    put_u64(bytes, FREE_ROW | root->free);
    root->free = id + 1;
    root->count--;
}

const uint8_t *table_key(const struct table *t, uint32_t id)
{
    return row_read(t, id);
}

const void *table_value(const struct table *t, uint32_t id)
{
    return row_read(t, id) + t->layout.bytes;
}

void *table_value_write(struct table *t, uint32_t id)
{
    return page_write(t->pages, row_address(t, id) + t->layout.bytes, (size_t)t->value_bytes);
}

bool table_is_live(const struct table *t, uint32_t id)
{
    return id < table_limit(t) && !(get_u64(row_read(t, id)) & FREE_ROW);
}

/* --- snapshots --- */

static const struct root *snapshot_table_root(const struct snapshot *s, int root)
{
    return snapshot_read(s, (uint64_t)root);
}

uint32_t table_snapshot_limit(const struct snapshot *s, int root)
{
    return snapshot_table_root(s, root)->limit;
}

static uint32_t snapshot_number(const struct snapshot *s, uint32_t page, uint32_t n)
{
    return get_u32(snapshot_read(s, ((uint64_t)page << PAGE_BITS) + n * 4));
}

static const uint8_t *snapshot_row(const struct snapshot *s, const struct root *root, uint32_t id, uint32_t row_bytes)
{
    uint32_t rows_per_page = PAGE_BYTES / row_bytes, n = id / rows_per_page, directory_number = n / PER_DIRECTORY;
    uint32_t top = root->top[directory_number / PER_DIRECTORY];
    uint32_t directory = snapshot_number(s, top, directory_number % PER_DIRECTORY);
    uint64_t page = snapshot_number(s, directory, n % PER_DIRECTORY);

    return snapshot_read(s, (page << PAGE_BITS) + id % rows_per_page * row_bytes);
}

bool table_snapshot_row(const struct snapshot *s, int root, const struct key_layout *layout, int value_bytes,
                        uint32_t id, const uint8_t **key, const void **value)
{
    const struct root *r = snapshot_table_root(s, root);
    const uint8_t *row;

    if (id >= r->limit) return false;
    row = snapshot_row(s, r, id, layout->bytes + (uint32_t)value_bytes);
    if (get_u64(row) & FREE_ROW) return false;
    *key = row;
    *value = row + layout->bytes;
    return true;
}
