/* test_pages.c - pages against a plain array of bytes; snapshots; deltas; readers in other threads. */
#include "base/hash.h"
#include "runtime/pages.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MODEL_PAGES = 300 };

/* What a space should hold. */
struct model {
    bool live[MODEL_PAGES];
    char bytes[MODEL_PAGES][PAGE_BYTES];
};

static uint64_t address_of(uint32_t page, uint32_t at)
{
    return ((uint64_t)page << PAGE_BITS) + at;
}

static void assert_same(const struct pages *pages, const struct model *model)
{
    size_t live = 0;

    for (uint32_t i = 0; i < MODEL_PAGES; i++) live += model->live[i];
    assert_int_equal(pages_bytes(pages), live * PAGE_BYTES);
    for (uint32_t i = 0; i < MODEL_PAGES; i++) {
        if (model->live[i]) assert_memory_equal(page_read(pages, address_of(i, 0)), model->bytes[i], PAGE_BYTES);
    }
}

static void random_write(struct pages *pages, struct model *model, struct rng *rng)
{
    uint32_t page = (uint32_t)rng_below(rng, MODEL_PAGES), at = (uint32_t)rng_below(rng, PAGE_BYTES);
    size_t len = 1 + rng_below(rng, rng_below(rng, 8) ? 100 : PAGE_BYTES);

    if (!model->live[page]) return;
    if (at + len > PAGE_BYTES) len = PAGE_BYTES - at;
    for (size_t i = 0; i < len; i++) model->bytes[page][at + i] = (char)rng_next(rng);
    memcpy(page_write(pages, address_of(page, at), len), model->bytes[page] + at, len);
}

static void random_alloc(struct pages *pages, struct model *model)
{
    uint32_t lowest = 1, page;

    while (lowest < MODEL_PAGES && model->live[lowest]) lowest++;
    if (lowest == MODEL_PAGES) return;
    page = page_alloc(pages);
    assert_int_equal(page, lowest);
    model->live[page] = true;
    memset(model->bytes[page], 0, PAGE_BYTES);
}

static void random_release(struct pages *pages, struct model *model, struct rng *rng)
{
    uint32_t page = 1 + (uint32_t)rng_below(rng, MODEL_PAGES - 1);

    if (!model->live[page]) return;
    page_release(pages, page);
    model->live[page] = false;
}

static void random_step(struct pages *pages, struct model *model, struct rng *rng)
{
    uint64_t what = rng_below(rng, 20);

    if (what < 3) {
        random_alloc(pages, model);
    } else if (what < 5) {
        random_release(pages, model, rng);
    } else {
        random_write(pages, model, rng);
    }
}

static struct model *model_new(void)
{
    struct model *model = mem_zalloc(sizeof *model);

    model->live[0] = true;
    return model;
}

static void a_new_page_is_zeroed_and_is_not_page_0(void **state)
{
    static const char zeros[PAGE_BYTES];
    struct pages *pages = pages_new();
    uint32_t page = page_alloc(pages);

    (void)state;
    assert_int_not_equal(page, 0);
    memset(page_write(pages, address_of(page, 0), PAGE_BYTES), 7, PAGE_BYTES);
    page_release(pages, page);
    assert_memory_equal(page_read(pages, address_of(page, 0)), zeros, PAGE_BYTES);
    assert_int_equal(page_alloc(pages), page);
    assert_memory_equal(page_read(pages, address_of(page, 0)), zeros, PAGE_BYTES);
    *(char *)page_write(pages, address_of(page, 9), 1) = 1;
    assert_int_equal(((const char *)page_read(pages, address_of(page, 0)))[8], 0);
    pages_free(pages);
}

static void the_root_is_256_bytes_of_state(void **state)
{
    struct pages *pages = pages_new();
    struct snapshot *s;

    (void)state;
    memset(pages_root(pages), 5, PAGES_ROOT_BYTES);
    s = snapshot_take(pages);
    memset(pages_root(pages), 6, PAGES_ROOT_BYTES);
    assert_int_equal(((const char *)snapshot_root(s))[255], 5);
    assert_int_equal(((const char *)pages_root_read(pages))[255], 6);
    snapshot_release(s);
    pages_free(pages);
}

static void random_steps_give_what_a_plain_array_gives(void **state)
{
    struct pages *pages = pages_new();
    struct model *model = model_new();
    struct rng rng = {1};

    (void)state;
    for (int i = 0; i < 30000; i++) {
        random_step(pages, model, &rng);
        if (i % 1000 == 0) assert_same(pages, model);
    }
    assert_same(pages, model);
    free(model);
    pages_free(pages);
}

static void assert_snapshot_same(const struct snapshot *s, const struct model *model)
{
    for (uint32_t i = 0; i < MODEL_PAGES; i++) {
        if (model->live[i]) assert_memory_equal(snapshot_read(s, address_of(i, 0)), model->bytes[i], PAGE_BYTES);
    }
}

/* Several snapshots are held at a time, taken and released in random order. */
static void snapshots_keep_what_they_saw(void **state)
{
    enum { HELD = 6 };
    struct snapshot *held[HELD] = {0};
    struct model *seen[HELD] = {0}, *model = model_new();
    struct pages *pages = pages_new();
    struct rng rng = {2};

    (void)state;
    for (int i = 0; i < 4000; i++) {
        int n = (int)rng_below(&rng, HELD);

        for (int k = 0; k < 10; k++) random_step(pages, model, &rng);
        if (rng_below(&rng, 4)) continue;
        if (held[n]) {
            assert_snapshot_same(held[n], seen[n]);
            snapshot_release(held[n]);
            held[n] = NULL;
            free(seen[n]);
            continue;
        }
        held[n] = snapshot_take(pages);
        seen[n] = memcpy(mem_alloc(sizeof *model), model, sizeof *model);
    }
    assert_same(pages, model);
    for (int n = 0; n < HELD; n++) {
        if (!held[n]) continue;
        assert_snapshot_same(held[n], seen[n]);
        snapshot_release(held[n]);
        free(seen[n]);
    }
    free(model);
    pages_free(pages);
}

static void a_frozen_page_is_copied_once_and_a_private_one_never(void **state)
{
    struct pages *pages = pages_new();
    uint64_t a = address_of(page_alloc(pages), 0);
    char *first = page_write(pages, a, 1), *second;
    struct snapshot *s;

    (void)state;
    assert_ptr_equal(page_write(pages, a, 1), first);
    s = snapshot_take(pages);
    second = page_write(pages, a, 1);
    assert_ptr_not_equal(second, first);
    assert_ptr_equal(page_write(pages, a, 1), second);
    snapshot_release(s);
    assert_ptr_equal(page_write(pages, a, 1), second);
    /* Once nobody holds a snapshot, nothing is frozen. */
    snapshot_release(snapshot_take(pages));
    assert_ptr_equal(page_write(pages, a, 1), second);
    pages_free(pages);
}

/* Ten thousand rounds of snapshot, copy, release must live on a few frames: the test would need 2.5 GB otherwise. */
static void memory_of_released_snapshots_is_used_again(void **state)
{
    struct pages *pages = pages_new();
    struct snapshot *old = NULL;
    char *low = NULL, *high = NULL;

    (void)state;
    for (int i = 0; i < 64; i++) page_alloc(pages);
    for (int round = 0; round < 10000; round++) {
        struct snapshot *s = snapshot_take(pages);
        for (uint32_t i = 1; i <= 64; i++) {
            char *p = page_write(pages, address_of(i, 0), 8);
            low = !low || p < low ? p : low;
            high = !high || p > high ? p : high;
        }
        snapshot_release(old);
        old = s;
    }
    snapshot_release(old);
    assert_true(high - low < 64 << 20);
    pages_free(pages);
}

static void apply(struct pages *to, const struct buf *delta)
{
    struct err err;

    assert_int_equal(pages_apply(to, str_of(delta->ptr, delta->len), &err), 0);
}

/* After each delta the second space has the same bytes, and from then on the same steps give the same pages. */
static void deltas_bring_another_space_to_the_same_state(void **state)
{
    struct pages *pages = pages_new(), *copy = pages_new();
    struct model *model = model_new();
    struct rng rng = {3};
    struct buf delta = {0};

    (void)state;
    for (int i = 0; i < 300; i++) {
        int steps = (int)rng_below(&rng, 200);

        for (int k = 0; k < steps; k++) random_step(pages, model, &rng);
        delta.len = 0;
        pages_delta(pages, rng_below(&rng, 10) ? PAGES_CHANGED : PAGES_ALL, &delta);
        apply(copy, &delta);
        assert_same(copy, model);
        delta.len = 0;
        pages_delta(copy, PAGES_CHANGED, &delta);
        assert_int_equal(delta.len, 8); /* the copy is clean */
        if (rng_below(&rng, 5) == 0) {
            struct pages *swap = pages;
            pages = copy;
            copy = swap;
        }
    }
    buf_free(&delta);
    free(model);
    pages_free(pages);
    pages_free(copy);
}

/* Also when most pages were freed, so that page numbers are far apart. */
static void a_whole_delta_makes_an_empty_space_the_same(void **state)
{
    struct pages *pages = pages_new(), *copy = pages_new();
    struct model *model = model_new();
    struct buf delta = {0};
    struct rng rng = {6};

    (void)state;
    for (uint32_t page = 1; page < MODEL_PAGES; page++) model->live[page_alloc(pages)] = true;
    for (uint32_t page = 1; page < MODEL_PAGES; page++) {
        if (page % 50 == 49) continue;
        page_release(pages, page);
        model->live[page] = false;
    }
    for (int i = 0; i < 1000; i++) random_write(pages, model, &rng);
    pages_delta(pages, PAGES_ALL, &delta);
    apply(copy, &delta);
    assert_same(copy, model);
    assert_int_equal(page_alloc(copy), page_alloc(pages));
    pages_free(copy);
    buf_free(&delta);
    free(model);
    pages_free(pages);
}

static void a_delta_holds_only_touched_grains(void **state)
{
    struct pages *pages = pages_new();
    uint32_t page = page_alloc(pages);
    struct buf delta = {0};

    (void)state;
    memset(page_write(pages, address_of(page, 0), PAGE_BYTES), 1, PAGE_BYTES);
    pages_delta(pages, PAGES_CHANGED, &delta);
    delta.len = 0;
    pages_delta(pages, PAGES_CHANGED, &delta);
    assert_int_equal(delta.len, 8);
    memset(page_write(pages, address_of(page, 63), 2), 2, 2);
    delta.len = 0;
    pages_delta(pages, PAGES_CHANGED, &delta);
    assert_int_equal(delta.len, 8 + 16 + 2 * PAGE_GRAIN);
    delta.len = 0;
    pages_delta(pages, PAGES_ALL, &delta);
    assert_true(delta.len > PAGE_BYTES);
    buf_free(&delta);
    pages_free(pages);
}

/* Cut anywhere or with a byte changed, a delta is refused or applied, but never read beyond its end (ASan looks). */
static void damaged_deltas_are_refused_without_harm(void **state)
{
    struct pages *pages = pages_new();
    struct buf delta = {0};
    struct rng rng = {4};
    struct err err;

    (void)state;
    for (int i = 0; i < 5; i++) *(char *)page_write(pages, address_of(page_alloc(pages), 100), 1) = 1;
    page_release(pages, 3);
    pages_delta(pages, PAGES_CHANGED, &delta);
    for (size_t len = 0; len < delta.len; len++) {
        struct pages *to = pages_new();
        char *cut = memcpy(mem_alloc(len), delta.ptr, len);

        assert_int_equal(pages_apply(to, str_of(cut, len), &err), -1);
        assert_int_equal(err.code, ERR_DAMAGED);
        free(cut);
        pages_free(to);
    }
    for (int i = 0; i < 2000; i++) {
        struct pages *to = pages_new();
        char *bad = memcpy(mem_alloc(delta.len), delta.ptr, delta.len);

        bad[rng_below(&rng, delta.len)] ^= (char)(1 << rng_below(&rng, 5));
        if (pages_apply(to, str_of(bad, delta.len), &err)) assert_int_equal(err.code, ERR_DAMAGED);
        free(bad);
        pages_free(to);
    }
    buf_free(&delta);
    pages_free(pages);
}

/* --- readers in other threads: each page of a snapshot must hold one and the same number throughout --- */

enum { SHARED_PAGES = 40, ROUNDS = 2000, QUEUE = 4 };
struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t change;
    struct snapshot *slot[QUEUE];
    int count;
    bool done;
};

static struct snapshot *queue_take(struct queue *q)
{
    struct snapshot *s = NULL;

    pthread_mutex_lock(&q->mutex);
    while (!q->count && !q->done) pthread_cond_wait(&q->change, &q->mutex);
    if (q->count) s = q->slot[--q->count];
    pthread_cond_broadcast(&q->change);
    pthread_mutex_unlock(&q->mutex);
    return s;
}

static void queue_put(struct queue *q, struct snapshot *s)
{
    pthread_mutex_lock(&q->mutex);
    while (q->count == QUEUE) pthread_cond_wait(&q->change, &q->mutex);
    if (s) {
        q->slot[q->count++] = s;
    } else {
        q->done = true;
    }
    pthread_cond_broadcast(&q->change);
    pthread_mutex_unlock(&q->mutex);
}

/* Returns the number of pages that held something else than the root said. */
static void *read_snapshots(void *argument)
{
    struct snapshot *s;
    size_t wrong = 0;

    while ((s = queue_take(argument))) {
        uint64_t expected = get_u64(snapshot_root(s));
        for (uint32_t page = 1; page <= SHARED_PAGES; page++) {
            for (uint32_t at = 0; at < PAGE_BYTES; at += 512) {
                wrong += get_u64(snapshot_read(s, address_of(page, at))) != expected;
            }
        }
        snapshot_release(s);
    }
    return (void *)wrong;
}

static void other_threads_read_and_release_while_the_owner_writes(void **state)
{
    struct queue q = {.mutex = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};
    struct pages *pages = pages_new();
    pthread_t reader[2];

    (void)state;
    for (uint32_t i = 0; i < SHARED_PAGES; i++) page_alloc(pages);
    for (int i = 0; i < 2; i++) assert_int_equal(pthread_create(&reader[i], NULL, read_snapshots, &q), 0);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        put_u64(pages_root(pages), round);
        for (uint32_t page = 1; page <= SHARED_PAGES; page++) {
            for (uint32_t at = 0; at < PAGE_BYTES; at += 512) {
                put_u64(page_write(pages, address_of(page, at), 8), round);
            }
        }
        queue_put(&q, snapshot_take(pages));
    }
    for (int i = 0; i < 2; i++) queue_put(&q, NULL);
    for (int i = 0; i < 2; i++) {
        void *wrong;
        pthread_join(reader[i], &wrong);
        assert_null(wrong);
    }
    pages_free(pages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_page_is_zeroed_and_is_not_page_0),
        cmocka_unit_test(the_root_is_256_bytes_of_state),
        cmocka_unit_test(random_steps_give_what_a_plain_array_gives),
        cmocka_unit_test(snapshots_keep_what_they_saw),
        cmocka_unit_test(a_frozen_page_is_copied_once_and_a_private_one_never),
        cmocka_unit_test(memory_of_released_snapshots_is_used_again),
        cmocka_unit_test(deltas_bring_another_space_to_the_same_state),
        cmocka_unit_test(a_whole_delta_makes_an_empty_space_the_same),
        cmocka_unit_test(a_delta_holds_only_touched_grains),
        cmocka_unit_test(damaged_deltas_are_refused_without_harm),
        cmocka_unit_test(other_threads_read_and_release_while_the_owner_writes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
