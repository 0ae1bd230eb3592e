/* test_multiset.c - ordered multisets against a plain list. */
#include "base/hash.h"
#include "runtime/multiset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GROUPS = 5, VALUES = 400 };

/* All values a test uses, in ascending order, and their weights in each group. */
struct model {
    union multiset_value value[VALUES];
    int64_t weight[GROUPS][VALUES];
};

static void int_values(struct model *m)
{
    for (int i = 0; i < VALUES; i++) m->value[i].i = (int64_t)(i - 200) * 1000;
    m->value[0].i = INT64_MIN;
    m->value[VALUES - 1].i = INT64_MAX;
}

/* Some differ in the upper half only, some in the lower. */
static void wide_values(struct model *m)
{
    for (int i = 0; i < VALUES; i++) m->value[i].wide = (i / 20 - 10) * ((__int128)1 << 64) + (i % 20 - 10);
}

static void double_values(struct model *m)
{
    for (int i = 0; i < VALUES; i++) m->value[i].d = (i - 200) * 0.5;
    m->value[0].d = -INFINITY;
    m->value[VALUES - 2].d = INFINITY;
    m->value[VALUES - 1].d = NAN;
}

static int text_order(const void *a, const void *b)
{
    return text_compare(&((const union multiset_value *)a)->t, &((const union multiset_value *)b)->t);
}

/* Short and long ones with common beginnings, with zero bytes at the end, up to longer than a page. */
static void text_values(struct model *m, struct arena *scratch)
{
    for (int i = 0; i < VALUES; i++) {
        int fill = i % 7 == 0 ? 5000 : i % 3 == 0 ? 30 : 1;
        char *p = arena_printf(scratch, "%c%0*d", 'a' + i % 3, fill, i);
        size_t zeros = i % 11 == 0 ? 1 : 0; /* the arena's terminator becomes part of the text */
        m->value[i].t = text_of(p, strlen(p) + zeros);
    }
    m->value[0].t = text_of("", 0);
    qsort(m->value, VALUES, sizeof *m->value, text_order);
}

static struct model *model_new(enum phys phys, struct arena *scratch)
{
    struct model *m = mem_zalloc(sizeof *m);

    if (phys == PHYS_INT) int_values(m);
    if (phys == PHYS_WIDE) wide_values(m);
    if (phys == PHYS_DOUBLE) double_values(m);
    if (phys == PHYS_TEXT) text_values(m, scratch);
    return m;
}

static bool same_value(enum phys phys, union multiset_value a, union multiset_value b)
{
    if (phys == PHYS_INT) return a.i == b.i;
    if (phys == PHYS_WIDE) return a.wide == b.wide;
    if (phys == PHYS_TEXT) return text_equal(&a.t, &b.t);
    return isnan(a.d) ? isnan(b.d) : a.d == b.d;
}

static void assert_ends(const struct multiset *set, enum phys phys, const struct model *m)
{
    uint64_t entries = 0;

    for (uint64_t g = 0; g < GROUPS; g++) {
        union multiset_value got;
        struct buf text = {0};
        int first = -1, last = -1;

        for (int i = 0; i < VALUES; i++) {
            entries += m->weight[g][i] != 0;
            if (m->weight[g][i] <= 0) continue;
            if (first < 0) first = i;
            last = i;
        }
        assert_int_equal(multiset_end(set, g, MULTISET_MIN, &got, &text), first >= 0);
        if (first >= 0) assert_true(same_value(phys, got, m->value[first]));
        assert_int_equal(multiset_end(set, g, MULTISET_MAX, &got, &text), last >= 0);
        if (last >= 0) assert_true(same_value(phys, got, m->value[last]));
        buf_free(&text);
    }
    assert_int_equal(multiset_entries(set), entries);
}

static void add(struct multiset *set, struct model *m, uint64_t group, int i, int64_t weight)
{
    int64_t before, after;

    multiset_add(set, group, m->value[i], weight, &before, &after);
    assert_int_equal(before, m->weight[group][i]);
    m->weight[group][i] += weight;
    assert_int_equal(after, m->weight[group][i]);
}

static void drop(struct multiset *set, struct model *m, uint64_t group)
{
    multiset_drop(set, group);
    memset(m->weight[group], 0, sizeof m->weight[group]);
}

/* Entries grow and shrink in turns, so that nodes are split and joined; weights may be negative on the way. */
static void random_steps(struct multiset *set, enum phys phys, struct model *m, struct rng *rng, int steps)
{
    for (int k = 0; k < steps; k++) {
        uint64_t group = rng_below(rng, GROUPS);
        int i = (int)rng_below(rng, VALUES);
        bool shrink = k / 1500 % 2;

        if (shrink && rng_below(rng, 10)) {
            add(set, m, group, i, -m->weight[group][i]);
        } else {
            add(set, m, group, i, (int64_t)rng_below(rng, 4) - 1);
        }
        if (rng_below(rng, 1000) == 0) drop(set, m, group);
        if (k % 50 == 0) assert_ends(set, phys, m);
    }
}

static void drain(struct multiset *set, struct model *m)
{
    for (uint64_t g = 0; g < GROUPS; g++) {
        for (int i = 0; i < VALUES; i++) add(set, m, g, i, -m->weight[g][i]);
    }
}

/* The bytes in the free blocks of the texts, whose heap head is the first thing in the root. */
static size_t free_text_bytes(const struct pages *pages, int root)
{
    struct heap_head head;
    size_t bytes = 0;

    memcpy(&head, page_read(pages, (uint64_t)root), sizeof head);
    for (int class = 0; class < HEAP_CLASSES; class ++) {
        for (uint64_t at = head.free[class]; at; at = get_u64(page_read(pages, at))) bytes += (size_t)32 << class;
    }
    return bytes;
}

/* After each round all entries are taken back: nothing is left but page 0 and free blocks. */
static void check_random(enum phys phys, uint64_t seed)
{
    struct arena *scratch = arena_new();
    struct model *m = model_new(phys, scratch);
    struct pages *pages = pages_new();
    struct multiset *set = multiset_new(pages, 96, phys);
    struct rng rng = {seed};

    for (int round = 0; round < 3; round++) {
        random_steps(set, phys, m, &rng, 9000);
        drain(set, m);
        assert_int_equal(multiset_entries(set), 0);
        assert_int_equal(pages_bytes(pages), PAGE_BYTES + free_text_bytes(pages, 96));
    }
    multiset_free(set);
    pages_free(pages);
    free(m);
    arena_free(scratch);
}

static void integers_give_what_a_list_gives(void **state)
{
    (void)state;
    check_random(PHYS_INT, 1);
}

static void doubles_give_what_a_list_gives(void **state)
{
    (void)state;
    check_random(PHYS_DOUBLE, 2);
}

static void texts_give_what_a_list_gives(void **state)
{
    (void)state;
    check_random(PHYS_TEXT, 3);
}

static void wide_decimals_give_what_a_list_gives(void **state)
{
    (void)state;
    check_random(PHYS_WIDE, 4);
}

static void booleans_have_two_values(void **state)
{
    struct pages *pages = pages_new();
    struct multiset *set = multiset_new(pages, 0, PHYS_BOOL);
    union multiset_value got;

    (void)state;
    multiset_add(set, 1, (union multiset_value){.i = 1}, 1, NULL, NULL);
    multiset_add(set, 1, (union multiset_value){.i = 0}, 2, NULL, NULL);
    assert_true(multiset_end(set, 1, MULTISET_MIN, &got, NULL) && got.i == 0);
    assert_true(multiset_end(set, 1, MULTISET_MAX, &got, NULL) && got.i == 1);
    multiset_add(set, 1, (union multiset_value){.i = 0}, -2, NULL, NULL);
    assert_true(multiset_end(set, 1, MULTISET_MIN, &got, NULL) && got.i == 1);
    multiset_free(set);
    pages_free(pages);
}

static void minus_zero_is_zero_and_nans_are_one_value(void **state)
{
    struct pages *pages = pages_new();
    struct multiset *set = multiset_new(pages, 0, PHYS_DOUBLE);
    union multiset_value got;

    (void)state;
    multiset_add(set, 1, (union multiset_value){.d = -0.0}, 1, NULL, NULL);
    assert_true(multiset_end(set, 1, MULTISET_MIN, &got, NULL));
    assert_false(signbit(got.d));
    multiset_add(set, 1, (union multiset_value){.d = 0.0}, -1, NULL, NULL);
    multiset_add(set, 1, (union multiset_value){.d = -NAN}, 1, NULL, NULL);
    multiset_add(set, 1, (union multiset_value){.d = NAN}, -1, NULL, NULL);
    assert_int_equal(multiset_entries(set), 0);
    multiset_free(set);
    pages_free(pages);
}

/* A hundred thousand entries are a tree of three levels; a sliding window lets them go in order of age. */
static void a_large_set_slides_and_drains_to_no_pages(void **state)
{
    enum { MANY = 100000, WINDOW = 30000 };
    struct pages *pages = pages_new();
    struct multiset *set = multiset_new(pages, 0, PHYS_INT);
    union multiset_value got;
    size_t most = 0;

    (void)state;
    for (int64_t i = 0; i < MANY; i++) {
        multiset_add(set, 7, (union multiset_value){.i = i}, 1, NULL, NULL);
        if (i < WINDOW) continue;
        multiset_add(set, 7, (union multiset_value){.i = i - WINDOW}, -1, NULL, NULL);
        assert_true(multiset_end(set, 7, MULTISET_MIN, &got, NULL) && got.i == i - WINDOW + 1);
        assert_true(multiset_end(set, 7, MULTISET_MAX, &got, NULL) && got.i == i);
        if (pages_bytes(pages) > most) most = pages_bytes(pages);
    }
    assert_true(most < WINDOW * 32 * 11 / 10); /* ascending values fill their nodes */
    multiset_drop(set, 6);
    assert_int_equal(multiset_entries(set), WINDOW);
    multiset_drop(set, 7);
    assert_int_equal(multiset_entries(set), 0);
    assert_int_equal(pages_bytes(pages), PAGE_BYTES);
    multiset_free(set);
    pages_free(pages);
}

static void random_removals_leave_no_empty_nodes_behind(void **state)
{
    enum { MANY = 50000 };
    struct pages *pages = pages_new();
    struct multiset *set = multiset_new(pages, 0, PHYS_INT);
    struct rng rng = {6};

    (void)state;
    for (int64_t i = 0; i < MANY; i++) multiset_add(set, i % 3, (union multiset_value){.i = i}, 1, NULL, NULL);
    for (int64_t i = 0; i < MANY; i++) {
        if (rng_below(&rng, 50)) multiset_add(set, i % 3, (union multiset_value){.i = i}, -1, NULL, NULL);
    }
    assert_true(multiset_entries(set) < MANY / 40);
    assert_true(pages_bytes(pages) / PAGE_BYTES < multiset_entries(set) / 25);
    multiset_free(set);
    pages_free(pages);
}

static void a_restored_set_goes_on_with_the_same_pages(void **state)
{
    struct arena *scratch = arena_new();
    struct model *m = model_new(PHYS_TEXT, scratch);
    struct pages *pages = pages_new(), *copy = pages_new();
    struct multiset *set = multiset_new(pages, 0, PHYS_TEXT), *other;
    struct buf first = {0}, second = {0};
    struct rng rng = {5}, again;
    struct err err;

    (void)state;
    random_steps(set, PHYS_TEXT, m, &rng, 4000);
    pages_delta(pages, PAGES_CHANGED, &first);
    assert_int_equal(pages_apply(copy, str_of(first.ptr, first.len), &err), 0);
    other = multiset_new(copy, 0, PHYS_TEXT);
    assert_ends(other, PHYS_TEXT, m);
    struct model *m2 = memcpy(mem_alloc(sizeof *m), m, sizeof *m);
    again = rng;
    random_steps(set, PHYS_TEXT, m, &rng, 4000);
    random_steps(other, PHYS_TEXT, m2, &again, 4000);
    first.len = 0;
    pages_delta(pages, PAGES_CHANGED, &first);
    pages_delta(copy, PAGES_CHANGED, &second);
    assert_true(str_equal(str_of(first.ptr, first.len), str_of(second.ptr, second.len)));
    buf_free(&first);
    buf_free(&second);
    multiset_free(set);
    multiset_free(other);
    pages_free(pages);
    pages_free(copy);
    free(m);
    free(m2);
    arena_free(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_give_what_a_list_gives),
        cmocka_unit_test(doubles_give_what_a_list_gives),
        cmocka_unit_test(texts_give_what_a_list_gives),
        cmocka_unit_test(wide_decimals_give_what_a_list_gives),
        cmocka_unit_test(booleans_have_two_values),
        cmocka_unit_test(minus_zero_is_zero_and_nans_are_one_value),
        cmocka_unit_test(a_large_set_slides_and_drains_to_no_pages),
        cmocka_unit_test(random_removals_leave_no_empty_nodes_behind),
        cmocka_unit_test(a_restored_set_goes_on_with_the_same_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
