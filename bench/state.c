/* state.c - how fast state is: upserts at 1,000, 10,000 and 1,000,000 keys; a snapshot of 1 GiB of pages; the first
 * write to a frozen page; entries of a multiset. Times are the best of several runs. */
#include "base/hash.h"
#include "runtime/multiset.h"
#include "runtime/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALL = BATCH_ROWS, ROUNDS = 5 };

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

struct keys {
    uint8_t *bytes;
    uint64_t *hashes;
    int count; /* a multiple of CALL */
};

/* Random keys out of `distinct` ones. Returns the time of packing, ns a key. */
static double make_keys(struct keys *keys, const struct key_layout *layout, int distinct, int count)
{
    static int64_t v[CALL];
    struct column c = {.phys = PHYS_INT, .ints = v};
    const struct column *columns[] = {&c};
    struct rng rng = {1};
    double ns = 0;

    *keys = (struct keys){mem_alloc((size_t)count * layout->bytes), mem_alloc((size_t)count * 8), count};
    for (int start = 0; start < count; start += CALL) {
        for (int i = 0; i < CALL; i++) v[i] = (int64_t)rng_below(&rng, (uint64_t)distinct) * 7919;
        ns -= now_ns();
        key_pack(layout, columns, NULL, CALL, keys->bytes + (size_t)start * layout->bytes, keys->hashes + start);
        ns += now_ns();
    }
    return ns / count;
}

static double upsert_all(struct table *t, const struct key_layout *layout, const struct keys *keys)
{
    static uint32_t ids[CALL];
    static uint8_t fresh[CALL];
    double start = now_ns();

    for (int i = 0; i < keys->count; i += CALL) {
        table_upsert(t, keys->bytes + (size_t)i * layout->bytes, keys->hashes + i, CALL, ids, fresh);
    }
    return (now_ns() - start) / keys->count;
}

static void bench_upsert(int distinct)
{
    const enum phys type = PHYS_INT;
    struct pages *pages = pages_new();
    struct key_layout layout;
    struct keys keys;
    double pack, first, best = 1e9;
    struct table *t;

    key_layout_init(&layout, &type, 1);
    t = table_new(pages, 0, &layout, 32);
    pack = make_keys(&keys, &layout, distinct, 2048 * CALL);
    first = upsert_all(t, &layout, &keys);
    for (int i = 0; i < ROUNDS; i++) {
        double ns = upsert_all(t, &layout, &keys);
        best = ns < best ? ns : best;
    }
    printf("%8d keys: pack and hash %.1f ns, upsert %.1f ns a row (%.1f while the table fills)\n", distinct, pack, best,
           first);
    table_free(t);
    pages_free(pages);
    free(keys.bytes);
    free(keys.hashes);
}

static void bench_snapshot(uint32_t count)
{
    struct pages *pages = pages_new();
    double take = 1e18, copy, start;
    struct snapshot *s = NULL;

    for (uint32_t i = 0; i < count; i++) put_u32(page_write(pages, (uint64_t)page_alloc(pages) << PAGE_BITS, 4), i);
    for (int i = 0; i < ROUNDS; i++) {
        snapshot_release(s);
        start = now_ns();
        s = snapshot_take(pages);
        take = now_ns() - start < take ? now_ns() - start : take;
    }
    start = now_ns();
    for (uint32_t i = 1; i <= 10000; i++) page_write(pages, (uint64_t)i << PAGE_BITS, 8);
    copy = (now_ns() - start) / 10000;
    start = now_ns();
    snapshot_release(s);
    printf("%8u pages: snapshot %.0f us, first write to a frozen page %.0f ns, release with 10,000 copies %.0f us\n",
           count, take / 1e3, copy, (now_ns() - start) / 1e3);
    pages_free(pages);
}

static void bench_multiset(int count)
{
    struct pages *pages = pages_new();
    struct multiset *m = multiset_new(pages, 0, PHYS_INT);
    struct rng rng = {1};
    double start = now_ns(), added;

    for (int i = 0; i < count; i++) {
        multiset_add(m, (uint64_t)i % 100, (union multiset_value){.i = (int64_t)rng_next(&rng)}, 1, NULL, NULL);
    }
    added = now_ns();
    rng.state = 1;
    for (int i = 0; i < count; i++) {
        multiset_add(m, (uint64_t)i % 100, (union multiset_value){.i = (int64_t)rng_next(&rng)}, -1, NULL, NULL);
    }
    printf("%8d entries: add %.0f ns, take back %.0f ns\n", count, (added - start) / count, (now_ns() - added) / count);
    multiset_free(m);
    pages_free(pages);
}

int main(void)
{
    bench_upsert(1000);
    bench_upsert(10000);
    bench_upsert(1000000);
    bench_snapshot(262144);
    bench_multiset(200000);
    return 0;
}
