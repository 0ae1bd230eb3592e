/* state.c - how fast state is: upserts at 1,000, 10,000 and 1,000,000 keys; a snapshot of 1 GiB of pages; the first
 * write to a frozen page; entries of a multiset. Times are the best of several runs. */
#include "base/hash.h"
#include "runtime/multiset.h"
#include "runtime/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALL = BATCH_ROWS, ROUNDS = 10, COPIES = 1000 };

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

/* Random keys out of `distinct` ones. Returns the best time of packing a call's keys, ns a key. */
static double make_keys(struct keys *keys, const struct key_layout *layout, int distinct, int count)
{
    static int64_t v[CALL];
    struct column c = {.phys = PHYS_INT, .ints = v};
    const struct column *columns[] = {&c};
    struct rng rng = {1};
    double best = 1e9;

    *keys = (struct keys){mem_zalloc((size_t)count * layout->bytes), mem_zalloc((size_t)count * 8), count};
    for (int start = 0; start < count; start += CALL) {
        double from, ns;

        for (int i = 0; i < CALL; i++) v[i] = (int64_t)rng_below(&rng, (uint64_t)distinct) * 7919;
        from = now_ns();
        key_pack(layout, columns, NULL, CALL, keys->bytes + (size_t)start * layout->bytes, keys->hashes + start);
        ns = (now_ns() - from) / CALL;
        best = ns < best ? ns : best;
    }
    return best;
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
    pack = make_keys(&keys, &layout, distinct, distinct < 100000 ? 8 * CALL : 1024 * CALL);
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
    double take = 1e18, copy = 1e18, release = 1e18;
    struct pages *pages = pages_new();

    for (uint32_t i = 0; i < count; i++) put_u32(page_write(pages, (uint64_t)page_alloc(pages) << PAGE_BITS, 4), i);
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ns(), taken, copied, released;
        struct snapshot *s = snapshot_take(pages);

        taken = now_ns();
        for (uint32_t i = 1; i <= COPIES; i++) page_write(pages, (uint64_t)i << PAGE_BITS, 8);
        copied = now_ns();
        snapshot_release(s);
        released = now_ns();
        take = taken - start < take ? taken - start : take;
        copy = copied - taken < copy ? copied - taken : copy;
        release = released - copied < release ? released - copied : release;
    }
    printf("%8u pages: snapshot %.0f us, first write to a frozen page %.0f ns, release with %d copies %.0f us\n", count,
           take / 1e3, copy / COPIES, COPIES, release / 1e3);
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
