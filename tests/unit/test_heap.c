/* test_heap.c - texts of all lengths against plain copies. */
#include "base/hash.h"
#include "runtime/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXTS = 200, LONGEST = 20000 };

struct kept {
    uint64_t ref;
    struct buf text;
};

static struct heap_head *head_of(struct pages *pages)
{
    return pages_root(pages);
}

static void random_text(struct buf *out, struct rng *rng)
{
    size_t len = rng_below(rng, rng_below(rng, 4) ? 200 : LONGEST);

    out->len = 0;
    for (size_t i = 0; i < len; i++) buf_putc(out, (char)('a' + rng_below(rng, 3)));
}

static void assert_holds(const struct pages *pages, const struct kept *k)
{
    struct buf got = {0}, scratch = {0};
    struct str view = heap_view(pages, k->ref, &scratch);

    heap_get(pages, k->ref, &got);
    assert_int_equal(heap_len(pages, k->ref), k->text.len);
    assert_int_equal(got.len, k->text.len);
    if (got.len) assert_memory_equal(got.ptr, k->text.ptr, got.len);
    assert_true(str_equal(view, str_of(k->text.ptr, k->text.len)));
    assert_true(heap_equal(pages, k->ref, k->text.ptr, k->text.len));
    buf_free(&got);
    buf_free(&scratch);
}

static void the_empty_text_is_reference_0(void **state)
{
    struct pages *pages = pages_new();

    (void)state;
    assert_int_equal(heap_put(pages, head_of(pages), "", 0), 0);
    assert_int_equal(heap_len(pages, 0), 0);
    assert_int_equal(heap_compare(pages, 0, "", 0), 0);
    assert_true(heap_compare(pages, 0, "a", 1) < 0);
    heap_free(pages, head_of(pages), 0);
    pages_free(pages);
}

static void every_length_around_a_block_and_a_page_comes_back(void **state)
{
    static const size_t edges[] = {1, 24, 25, 56, 57, 2040, 2041, 4080, 4088, 4089, 8160, 8168, 8169, 12248, 12249};
    struct pages *pages = pages_new();
    struct rng rng = {1};

    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct kept k = {0};
        for (size_t n = 0; n < edges[i]; n++) buf_putc(&k.text, (char)rng_next(&rng));
        k.ref = heap_put(pages, head_of(pages), k.text.ptr, k.text.len);
        assert_holds(pages, &k);
        heap_free(pages, head_of(pages), k.ref);
        buf_free(&k.text);
    }
    pages_free(pages);
}

static void random_texts_come_back_from_pages_and_snapshots(void **state)
{
    struct pages *pages = pages_new();
    struct kept kept[TEXTS] = {0};
    struct rng rng = {2};

    (void)state;
    for (int i = 0; i < 5000; i++) {
        struct kept *k = &kept[rng_below(&rng, TEXTS)];

        assert_holds(pages, k);
        heap_free(pages, head_of(pages), k->ref);
        random_text(&k->text, &rng);
        k->ref = heap_put(pages, head_of(pages), k->text.ptr, k->text.len);
    }
    struct snapshot *s = snapshot_take(pages);
    for (int i = 0; i < TEXTS; i++) heap_free(pages, head_of(pages), kept[i].ref);
    for (int i = 0; i < TEXTS; i++) {
        struct buf got = {0}, scratch = {0};
        heap_get_snapshot(s, kept[i].ref, &got);
        assert_true(str_equal(str_of(got.ptr, got.len), str_of(kept[i].text.ptr, kept[i].text.len)));
        assert_true(str_equal(heap_view_snapshot(s, kept[i].ref, &scratch), str_of(got.ptr, got.len)));
        buf_free(&got);
        buf_free(&scratch);
        buf_free(&kept[i].text);
    }
    snapshot_release(s);
    pages_free(pages);
}

static int sign(int c)
{
    return (c > 0) - (c < 0);
}

static void compare_is_by_bytes_and_shorter_first(void **state)
{
    struct pages *pages = pages_new();
    struct buf a = {0}, b = {0};
    struct rng rng = {3};

    (void)state;
    for (int i = 0; i < 2000; i++) {
        random_text(&a, &rng);
        random_text(&b, &rng);
        if (rng_below(&rng, 2)) {
            /* A common beginning, then perhaps a difference. */
            size_t len = a.len < b.len ? a.len : b.len;
            if (len) memcpy(b.ptr, a.ptr, len - rng_below(&rng, 2));
        }
        size_t min = a.len < b.len ? a.len : b.len;
        int expected = min ? memcmp(a.ptr, b.ptr, min) : 0;
        if (!expected) expected = (a.len > b.len) - (a.len < b.len);
        uint64_t ref = heap_put(pages, head_of(pages), a.ptr, a.len);
        assert_int_equal(sign(heap_compare(pages, ref, b.ptr, b.len)), sign(expected));
        assert_int_equal(heap_equal(pages, ref, b.ptr, b.len), expected == 0);
        heap_free(pages, head_of(pages), ref);
    }
    buf_free(&a);
    buf_free(&b);
    pages_free(pages);
}

static void freed_blocks_are_used_again_and_long_texts_give_their_pages_back(void **state)
{
    struct pages *pages = pages_new();
    char text[LONGEST] = {1};
    size_t bytes;

    (void)state;
    heap_free(pages, head_of(pages), heap_put(pages, head_of(pages), text, 100));
    bytes = pages_bytes(pages);
    for (int i = 0; i < 1000; i++) {
        uint64_t small = heap_put(pages, head_of(pages), text, 100);
        uint64_t large = heap_put(pages, head_of(pages), text, sizeof text);
        heap_free(pages, head_of(pages), small);
        heap_free(pages, head_of(pages), large);
    }
    assert_true(pages_bytes(pages) <= bytes + PAGE_BYTES); /* the end of the long text has a class of its own */
    pages_free(pages);
}

static void a_restored_heap_gives_out_the_same_references(void **state)
{
    struct pages *pages = pages_new(), *copy = pages_new();
    uint64_t refs[TEXTS] = {0};
    struct buf delta = {0}, text = {0};
    struct rng rng = {5};
    struct err err;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        int n = (int)rng_below(&rng, TEXTS);
        heap_free(pages, head_of(pages), refs[n]);
        random_text(&text, &rng);
        refs[n] = heap_put(pages, head_of(pages), text.ptr, text.len);
    }
    pages_delta(pages, PAGES_CHANGED, &delta);
    assert_int_equal(pages_apply(copy, str_of(delta.ptr, delta.len), &err), 0);
    for (int i = 0; i < 3000; i++) {
        int n = (int)rng_below(&rng, TEXTS);
        heap_free(pages, head_of(pages), refs[n]);
        heap_free(copy, head_of(copy), refs[n]);
        random_text(&text, &rng);
        refs[n] = heap_put(pages, head_of(pages), text.ptr, text.len);
        assert_int_equal(heap_put(copy, head_of(copy), text.ptr, text.len), refs[n]);
    }
    buf_free(&delta);
    buf_free(&text);
    pages_free(pages);
    pages_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_text_is_reference_0),
        cmocka_unit_test(every_length_around_a_block_and_a_page_comes_back),
        cmocka_unit_test(random_texts_come_back_from_pages_and_snapshots),
        cmocka_unit_test(compare_is_by_bytes_and_shorter_first),
        cmocka_unit_test(freed_blocks_are_used_again_and_long_texts_give_their_pages_back),
        cmocka_unit_test(a_restored_heap_gives_out_the_same_references),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
