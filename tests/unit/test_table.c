/* test_table.c - packed keys and tables against a plain list of keys. */
#include "base/hash.h"
#include "runtime/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 5, ROWS = 64, KEYS_MAX = 4000, VALUE_BYTES = 24 };
static const enum phys types[COLUMNS] = {PHYS_INT, PHYS_TEXT, PHYS_DOUBLE, PHYS_BOOL, PHYS_WIDE};

/* A batch of random keys, and each key as one text that says which key it is. */
struct input {
    struct arena *scratch;
    struct column column[COLUMNS];
    const struct column *columns[COLUMNS];
    char *name[ROWS];
    uint8_t *keys;
    uint64_t hashes[ROWS];
};

static const char *const words[] = {
    "",
    "a",
    "ab",
    "twelve bytes",
    "thirteen byte",
    "thirteen bytf",
    "a text that is longer than any that has room in the key itself",
    "a text that is longer than any that has room in the key itself, and differs at its end",
};
static const double doubles[] = {0.0, -0.0, 1.5, -1.5, INFINITY, -INFINITY, 1e300};
enum { WORDS = sizeof words / sizeof *words, DOUBLES = sizeof doubles / sizeof *doubles };

static void random_row(struct input *in, int row, struct rng *rng)
{
    const char *word = words[rng_below(rng, WORDS)];
    /* A copy: keys must be equal by bytes, not by place. */
    char *copy = arena_copy(in->scratch, word, strlen(word));
    double d = rng_below(rng, 8) ? doubles[rng_below(rng, DOUBLES)] : rng_below(rng, 2) ? NAN : -NAN;

    in->column[0].ints[row] = (int64_t)rng_below(rng, 5) - 2;
    in->column[1].texts[row] = text_of(copy, strlen(copy));
    in->column[2].doubles[row] = d;
    in->column[3].bools[row] = (uint8_t)rng_below(rng, 2);
    in->column[4].wides[row] = (__int128)rng_below(rng, 2) << 64;
    for (int c = 0; c < COLUMNS; c++) {
        if (rng_below(rng, 6)) continue;
        bit_clear(in->column[c].valid, row);
        if (c == 0) in->column[0].ints[row] = 0;
        if (c == 1) in->column[1].texts[row] = (struct text){0};
        if (c == 2) in->column[2].doubles[row] = 0;
        if (c == 3) in->column[3].bools[row] = 0;
        if (c == 4) in->column[4].wides[row] = 0;
    }
}

static char *row_name(struct arena *scratch, const struct column *column, int row)
{
    const struct text *t = &column[1].texts[row];
    double d = column[2].doubles[row] + 0.0;

    return arena_printf(scratch, "%d%d%d%d%d|%d|%.*s|%g|%d|%d %d", column_is_null(&column[0], row),
                        column_is_null(&column[1], row), column_is_null(&column[2], row),
                        column_is_null(&column[3], row), column_is_null(&column[4], row), (int)column[0].ints[row],
                        (int)t->len, t->len ? t->ptr : "", isnan(d) ? (double)NAN : d, column[3].bools[row],
                        (int)(column[4].wides[row] >> 64), (int)column[4].wides[row]);
}

static void input_new(struct input *in)
{
    *in = (struct input){.scratch = arena_new()};
}

static void input_fill(struct input *in, const struct key_layout *layout, struct rng *rng)
{
    arena_reset(in->scratch);
    for (int c = 0; c < COLUMNS; c++) {
        column_new(in->scratch, types[c], NULLABLE, &in->column[c]);
        in->columns[c] = &in->column[c];
    }
    for (int row = 0; row < ROWS; row++) random_row(in, row, rng);
    for (int row = 0; row < ROWS; row++) in->name[row] = row_name(in->scratch, in->column, row);
    in->keys = arena_alloc(in->scratch, (size_t)ROWS * layout->bytes);
    key_pack(layout, in->columns, NULL, ROWS, in->keys, in->hashes);
}

static const uint8_t *key_at(const struct input *in, const struct key_layout *layout, int i)
{
    return in->keys + (size_t)i * layout->bytes;
}

/* What the table should hold: name and value by id; free ids as a stack. */
struct model {
    char *name[KEYS_MAX];
    uint64_t value[KEYS_MAX];
    uint32_t free[KEYS_MAX];
    uint32_t limit, free_count;
};

static int64_t model_find(const struct model *m, const char *name)
{
    for (uint32_t id = 0; id < m->limit; id++) {
        if (m->name[id] && strcmp(m->name[id], name) == 0) return id;
    }
    return TABLE_NONE;
}

static uint32_t model_add(struct model *m, const char *name)
{
    uint32_t id = m->free_count ? m->free[--m->free_count] : m->limit++;

    assert_true(id < KEYS_MAX);
    m->name[id] = mem_strdup(name);
    m->value[id] = 0;
    return id;
}

static void model_remove(struct model *m, uint32_t id)
{
    free(m->name[id]);
    m->name[id] = NULL;
    m->free[m->free_count++] = id;
}

static void model_clear(struct model *m)
{
    for (uint32_t id = 0; id < m->limit; id++) free(m->name[id]);
    *m = (struct model){0};
}

static void upsert_and_compare(struct table *t, const struct key_layout *layout, struct model *m,
                               const struct input *in, struct rng *rng)
{
    uint32_t ids[ROWS];
    uint8_t fresh[ROWS];

    table_upsert(t, key_at(in, layout, 0), in->hashes, ROWS, ids, fresh);
    for (int i = 0; i < ROWS; i++) {
        int64_t id = model_find(m, in->name[i]);

        assert_int_equal(fresh[i], id == TABLE_NONE);
        if (id == TABLE_NONE) id = model_add(m, in->name[i]);
        assert_int_equal(ids[i], id);
        assert_int_equal(table_find(t, key_at(in, layout, i), in->hashes[i]), id);
        assert_int_equal(get_u64(table_value(t, ids[i])), m->value[id]);
        m->value[id] = rng_next(rng);
        put_u64(table_value_write(t, ids[i]), m->value[id]);
    }
}

static void remove_some(struct table *t, struct model *m, struct rng *rng)
{
    for (uint32_t n = (uint32_t)rng_below(rng, 60); n > 0 && m->limit; n--) {
        uint32_t id = (uint32_t)rng_below(rng, m->limit);

        assert_int_equal(table_is_live(t, id), m->name[id] != NULL);
        if (!m->name[id]) continue;
        table_remove(t, id);
        model_remove(m, id);
    }
}

static void unpack_row(const struct key_layout *layout, const struct pages *pages, const struct snapshot *s,
                       const uint8_t *key, struct arena *scratch, struct column *column)
{
    for (int c = 0; c < COLUMNS; c++) {
        column_new(scratch, types[c], NULLABLE, &column[c]);
        if (s) {
            key_unpack_snapshot(layout, s, key, c, scratch, &column[c], 0);
        } else {
            key_unpack(layout, pages, key, c, scratch, &column[c], 0);
        }
    }
}

static void assert_same(struct table *t, struct pages *pages, const struct key_layout *layout, const struct model *m)
{
    struct arena *scratch = arena_new();
    struct column column[COLUMNS];
    uint32_t live = 0;

    assert_int_equal(table_limit(t), m->limit);
    for (uint32_t id = 0; id < m->limit; id++) {
        assert_int_equal(table_is_live(t, id), m->name[id] != NULL);
        if (!m->name[id]) continue;
        live++;
        unpack_row(layout, pages, NULL, table_key(t, id), scratch, column);
        assert_string_equal(row_name(scratch, column, 0), m->name[id]);
        assert_int_equal(get_u64(table_value(t, id)), m->value[id]);
        arena_reset(scratch);
    }
    assert_int_equal(table_count(t), live);
    arena_free(scratch);
}

static void assert_snapshot_same(const struct snapshot *s, const struct key_layout *layout, const struct model *m)
{
    struct arena *scratch = arena_new();
    struct column column[COLUMNS];
    const uint8_t *key;
    const void *value;

    assert_int_equal(table_snapshot_limit(s, 64), m->limit);
    for (uint32_t id = 0; id < m->limit + 3; id++) {
        bool live = table_snapshot_row(s, 64, layout, VALUE_BYTES, id, &key, &value);

        assert_int_equal(live, id < m->limit && m->name[id]);
        if (!live) continue;
        unpack_row(layout, NULL, s, key, scratch, column);
        assert_string_equal(row_name(scratch, column, 0), m->name[id]);
        assert_int_equal(get_u64(value), m->value[id]);
        arena_reset(scratch);
    }
    arena_free(scratch);
}

static void random_upserts_and_removals_give_what_a_list_gives(void **state)
{
    struct model *m = mem_zalloc(sizeof *m);
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct rng rng = {1};
    struct input in;
    struct table *t;

    (void)state;
    input_new(&in);
    key_layout_init(&layout, types, COLUMNS);
    t = table_new(pages, 64, &layout, VALUE_BYTES);
    for (int round = 0; round < 400; round++) {
        input_fill(&in, &layout, &rng);
        upsert_and_compare(t, &layout, m, &in, &rng);
        if (rng_below(&rng, 2)) remove_some(t, m, &rng);
        if (round % 20 == 0) assert_same(t, pages, &layout, m);
    }
    while (m->limit > m->free_count) remove_some(t, m, &rng);
    assert_same(t, pages, &layout, m);
    model_clear(m);
    free(m);
    table_free(t);
    pages_free(pages);
    arena_free(in.scratch);
}

/* The copy is brought up to date by deltas, gets a table of its own, and must go on giving the same ids. */
static void a_restored_table_holds_the_same_and_goes_on_the_same(void **state)
{
    struct model *m = mem_zalloc(sizeof *m);
    struct pages *pages = pages_new(), *copy = pages_new();
    struct key_layout layout;
    struct buf delta = {0};
    struct rng rng = {2};
    struct input in;
    struct err err;
    struct table *t;

    (void)state;
    input_new(&in);
    key_layout_init(&layout, types, COLUMNS);
    t = table_new(pages, 64, &layout, VALUE_BYTES);
    for (int round = 0; round < 60; round++) {
        for (uint64_t n = rng_below(&rng, 5); n > 0; n--) {
            input_fill(&in, &layout, &rng);
            upsert_and_compare(t, &layout, m, &in, &rng);
            remove_some(t, m, &rng);
        }
        delta.len = 0;
        pages_delta(pages, PAGES_CHANGED, &delta);
        assert_int_equal(pages_apply(copy, str_of(delta.ptr, delta.len), &err), 0);
        table_free(t);
        struct pages *swap = pages;
        pages = copy;
        copy = swap;
        t = table_new(pages, 64, &layout, VALUE_BYTES);
        assert_same(t, pages, &layout, m);
    }
    model_clear(m);
    free(m);
    buf_free(&delta);
    table_free(t);
    pages_free(pages);
    pages_free(copy);
    arena_free(in.scratch);
}

static void a_snapshot_shows_the_rows_of_its_time(void **state)
{
    struct model *then = mem_zalloc(sizeof *then), *now = mem_zalloc(sizeof *now);
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct snapshot *s;
    struct rng rng = {3};
    struct input in;
    struct table *t;

    (void)state;
    input_new(&in);
    key_layout_init(&layout, types, COLUMNS);
    t = table_new(pages, 64, &layout, VALUE_BYTES);
    for (int round = 0; round < 10; round++) {
        input_fill(&in, &layout, &rng);
        upsert_and_compare(t, &layout, then, &in, &rng);
        remove_some(t, then, &rng);
    }
    s = snapshot_take(pages);
    *now = *then;
    for (uint32_t id = 0; id < then->limit; id++) now->name[id] = then->name[id] ? mem_strdup(then->name[id]) : NULL;
    for (int round = 0; round < 30; round++) {
        input_fill(&in, &layout, &rng);
        upsert_and_compare(t, &layout, now, &in, &rng);
        remove_some(t, now, &rng);
    }
    assert_snapshot_same(s, &layout, then);
    assert_same(t, pages, &layout, now);
    snapshot_release(s);
    model_clear(then);
    model_clear(now);
    free(then);
    free(now);
    table_free(t);
    pages_free(pages);
    arena_free(in.scratch);
}

/* --- many rows: more than one directory page, growth of the index, fetching ahead --- */

static void pack_ints(const struct key_layout *layout, const int64_t *v, int n, uint8_t *keys, uint64_t *hashes)
{
    struct column c = {.phys = PHYS_INT, .ints = (int64_t *)v};
    const struct column *columns[] = {&c};

    key_pack(layout, columns, NULL, n, keys, hashes);
}

static void half_a_million_keys_get_ids_in_order_of_appearance(void **state)
{
    enum { MANY = 500000, PER_CALL = 1000 };
    static int64_t v[PER_CALL];
    static uint8_t keys[PER_CALL * 16], fresh[PER_CALL];
    static uint64_t hashes[PER_CALL];
    static uint32_t ids[PER_CALL];
    const enum phys type = PHYS_INT;
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct table *t;

    (void)state;
    key_layout_init(&layout, &type, 1);
    t = table_new(pages, 0, &layout, 16);
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t start = 0; start < MANY; start += PER_CALL) {
            for (int i = 0; i < PER_CALL; i++) v[i] = (start + i) * 1000003;
            pack_ints(&layout, v, PER_CALL, keys, hashes);
            table_upsert(t, keys, hashes, PER_CALL, ids, fresh);
            for (int i = 0; i < PER_CALL; i++) assert_true(ids[i] == start + i && fresh[i] == (pass == 0));
        }
        table_free(t);
        t = table_new(pages, 0, &layout, 16);
    }
    assert_int_equal(table_count(t), MANY);
    table_free(t);
    pages_free(pages);
}

static void the_last_freed_id_is_used_first_and_its_value_is_zero(void **state)
{
    static const int64_t v[] = {10, 20, 30, 40, 50};
    const enum phys type = PHYS_INT;
    struct pages *pages = pages_new();
    struct key_layout layout;
    uint8_t keys[5 * 16], fresh[5];
    uint64_t hashes[5];
    uint32_t ids[5];
    struct table *t;

    (void)state;
    key_layout_init(&layout, &type, 1);
    t = table_new(pages, 0, &layout, 8);
    pack_ints(&layout, v, 5, keys, hashes);
    table_upsert(t, keys, hashes, 3, ids, fresh);
    for (int i = 0; i < 3; i++) put_u64(table_value_write(t, ids[i]), 99);
    table_remove(t, 0);
    table_remove(t, 2);
    table_upsert(t, keys + 3 * 16, hashes + 3, 2, ids, fresh);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 0);
    assert_int_equal(get_u64(table_value(t, 2)), 0);
    assert_int_equal(table_find(t, keys, hashes[0]), TABLE_NONE);
    table_free(t);
    pages_free(pages);
}

static void a_key_without_columns_is_one_row(void **state)
{
    struct pages *pages = pages_new();
    struct key_layout layout;
    uint8_t keys[3 * 8], fresh[3];
    uint64_t hashes[3];
    uint32_t ids[3];
    struct table *t;

    (void)state;
    key_layout_init(&layout, NULL, 0);
    t = table_new(pages, 0, &layout, PAGE_BYTES - 8); /* and a row fills a page */
    key_pack(&layout, NULL, NULL, 3, keys, hashes);
    table_upsert(t, keys, hashes, 3, ids, fresh);
    assert_int_equal(table_count(t), 1);
    assert_true(fresh[0] && !fresh[1] && ids[2] == 0);
    table_free(t);
    pages_free(pages);
}

static void removed_rows_give_their_texts_back(void **state)
{
    const enum phys type = PHYS_TEXT;
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct arena *scratch = arena_new();
    struct column c;
    const struct column *columns[] = {&c};
    char long_text[10000];
    uint8_t key[24], fresh;
    size_t bytes = 0;
    uint64_t hash;
    uint32_t id;
    struct table *t;

    (void)state;
    key_layout_init(&layout, &type, 1);
    t = table_new(pages, 0, &layout, 8);
    column_new(scratch, PHYS_TEXT, NOT_NULLABLE, &c);
    for (int i = 0; i < 200; i++) {
        memset(long_text, 'a' + i % 20, sizeof long_text);
        c.texts[0] = text_of(long_text, sizeof long_text);
        key_pack(&layout, columns, NULL, 1, key, &hash);
        table_upsert(t, key, &hash, 1, &id, &fresh);
        assert_true(fresh);
        assert_int_equal(table_find(t, key, hash), id);
        table_remove(t, id);
        if (i == 0) bytes = pages_bytes(pages);
    }
    assert_int_equal(pages_bytes(pages), bytes);
    table_free(t);
    pages_free(pages);
    arena_free(scratch);
}

/* --- keys --- */

static void a_selection_packs_the_same_as_all_rows(void **state)
{
    static const uint16_t sel[] = {1, 5, 6, 63};
    struct key_layout layout;
    struct rng rng = {7};
    struct input in;
    uint64_t hashes[4];
    uint8_t *keys;

    (void)state;
    input_new(&in);
    key_layout_init(&layout, types, COLUMNS);
    input_fill(&in, &layout, &rng);
    keys = arena_alloc(in.scratch, 4 * (size_t)layout.bytes);
    key_pack(&layout, in.columns, sel, 4, keys, hashes);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(hashes[i], in.hashes[sel[i]]);
        assert_memory_equal(keys + (size_t)i * layout.bytes, key_at(&in, &layout, sel[i]), layout.bytes);
    }
    arena_free(in.scratch);
}

static void a_stored_key_has_the_hash_it_was_packed_with(void **state)
{
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct rng rng = {8};
    struct input in;
    uint32_t ids[ROWS];
    uint8_t fresh[ROWS];
    struct table *t;

    (void)state;
    input_new(&in);
    key_layout_init(&layout, types, COLUMNS);
    t = table_new(pages, 0, &layout, 8);
    input_fill(&in, &layout, &rng);
    table_upsert(t, in.keys, in.hashes, ROWS, ids, fresh);
    for (int i = 0; i < ROWS; i++) assert_int_equal(key_hash(&layout, pages, table_key(t, ids[i])), in.hashes[i]);
    table_free(t);
    pages_free(pages);
    arena_free(in.scratch);
}

static int compare_doubles(double a, double b)
{
    if (isnan(a) || isnan(b)) return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

/* The order as the contract says it, from the columns. */
static int expected_order(const struct input *in, int a, int b)
{
    for (int c = 0; c < COLUMNS; c++) {
        const struct column *column = &in->column[c];
        int order = column_is_null(column, b) - column_is_null(column, a);

        if (order == 0 && !column_is_null(column, a)) {
            switch (c) {
            case 0: order = (column->ints[a] > column->ints[b]) - (column->ints[a] < column->ints[b]); break;
            case 1: order = text_compare(&column->texts[a], &column->texts[b]); break;
            case 2: order = compare_doubles(column->doubles[a], column->doubles[b]); break;
            case 3: order = column->bools[a] - column->bools[b]; break;
            default: order = (column->wides[a] > column->wides[b]) - (column->wides[a] < column->wides[b]);
            }
        }
        if (order) return order > 0 ? 1 : -1;
    }
    return 0;
}

static void stored_keys_compare_in_type_order_null_first(void **state)
{
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct rng rng = {9};
    struct input in;
    uint32_t ids[ROWS];
    uint8_t fresh[ROWS];
    struct table *t;

    (void)state;
    input_new(&in);
    key_layout_init(&layout, types, COLUMNS);
    t = table_new(pages, 0, &layout, 8);
    for (int round = 0; round < 10; round++) {
        input_fill(&in, &layout, &rng);
        table_upsert(t, in.keys, in.hashes, ROWS, ids, fresh);
        for (int a = 0; a < ROWS; a++) {
            for (int b = 0; b < ROWS; b++) {
                int c = key_compare(&layout, pages, table_key(t, ids[a]), table_key(t, ids[b]));
                assert_int_equal((c > 0) - (c < 0), expected_order(&in, a, b));
            }
        }
    }
    table_free(t);
    pages_free(pages);
    arena_free(in.scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_upserts_and_removals_give_what_a_list_gives),
        cmocka_unit_test(a_restored_table_holds_the_same_and_goes_on_the_same),
        cmocka_unit_test(a_snapshot_shows_the_rows_of_its_time),
        cmocka_unit_test(half_a_million_keys_get_ids_in_order_of_appearance),
        cmocka_unit_test(the_last_freed_id_is_used_first_and_its_value_is_zero),
        cmocka_unit_test(a_key_without_columns_is_one_row),
        cmocka_unit_test(removed_rows_give_their_texts_back),
        cmocka_unit_test(a_selection_packs_the_same_as_all_rows),
        cmocka_unit_test(a_stored_key_has_the_hash_it_was_packed_with),
        cmocka_unit_test(stored_keys_compare_in_type_order_null_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
