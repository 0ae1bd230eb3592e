/* test_log_shards.c - a stream whose shards are split and merged while it is written: read whole and shard by shard,
 * out of segments and the journal. */
#include "log/shard.h"
#include "tests/unit/log_helper.h"

enum { STREAM = 1, GROUPS = 250, SHARDS_KNOWN = 1000 };

static struct str random_key(struct rng *rng, char key[32])
{
    return str_of(key, (size_t)snprintf(key, 32, "user-%u", (unsigned)rng_below(rng, 5000)));
}

static void put_by_key(struct world *w, const struct shards *s)
{
    uint64_t count = 1 + rng_below(&w->rng, 6);
    struct err err;
    char key[32];

    for (uint64_t i = 0; i < count; i++)
        must(put_run(w, STREAM, shards_find(s, shard_hash(random_key(&w->rng, key))), 1, &err), &err);
    must(write_group(w, &err), &err);
}

/* As of the next ordinal. */
static void split_or_merge(struct world *w, struct shards *s)
{
    uint32_t id = shards_find(s, (hash_key)rng_next(&w->rng) << 64);
    hash_key first = shards_get(s, id)->first, last = shards_get(s, id)->last;
    struct err err;

    if (rng_below(&w->rng, 2) && last - first > 1000)
        must(shards_split(s, id, first + (last - first) / 2, w->next_ordinal, w->clock, &err), &err);
    else if (last != HASH_KEY_MAX)
        must(shards_merge(s, id, shards_find(s, last + 1), w->next_ordinal, w->clock, &err), &err);
}

/* All records of a shard, alone; they lie where the shard lived. */
static uint64_t expect_shard(struct world *w, const struct shard *shard)
{
    struct log_want want = {STREAM, shard->id, LOG_ALL_RECORDS};
    struct log_reader_options o = reading(w, &want, 1);
    uint64_t count = 0;

    for (size_t i = 0; i < w->count; i++) {
        const struct known *k = &w->known[i];
        if (k->stream != STREAM || k->shard != shard->id) continue;
        assert_true(k->ordinal >= shard->from && k->ordinal < shard->to);
        count++;
    }
    expect_all_read(w, &o);
    return count;
}

/* In the whole stream nothing of a parent comes behind something of its child. */
static void expect_parents_first(struct world *w, const struct shards *s)
{
    struct log_want want = {STREAM, LOG_ALL_SHARDS, LOG_ALL_RECORDS};
    struct log_reader_options o = reading(w, &want, 1);
    struct log_reader *r = reader_open(w, &o);
    bool seen[SHARDS_KNOWN] = {false}, closed[SHARDS_KNOWN] = {false};
    struct log_item item;
    struct err err;

    while (log_next(r, UINT64_MAX, &item, &err) > 0) {
        const struct shard *shard = shards_get(s, item.shard);
        assert_false(closed[item.shard]);
        if (!seen[item.shard] && shard->parent != SHARD_NONE) closed[shard->parent] = true;
        if (!seen[item.shard] && shard->adjacent != SHARD_NONE) closed[shard->adjacent] = true;
        seen[item.shard] = true;
    }
    log_reader_close(r);
}

static void shards_are_read_alone_and_parents_before_children(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct world *w = world_new(seed, 6000);
        struct shards *s = shards_new(1 + (uint32_t)seed % 4, 1, w->clock);
        uint64_t records = 0, known = 0;
        world_open(w);
        for (int i = 0; i < GROUPS; i++) {
            put_by_key(w, s);
            if (rng_below(&w->rng, 12) == 0) split_or_merge(w, s);
            if (rng_below(&w->rng, 20) == 0) must_compact(w);
        }
        assert_true(shards_count(s) > 8 && shards_count(s) < SHARDS_KNOWN && log_stats(w->log).sets > 3);
        for (uint32_t i = 0; i < shards_count(s); i++) records += expect_shard(w, shards_get(s, i));
        for (size_t i = 0; i < w->count; i++) known += w->known[i].stream == STREAM;
        assert_int_equal(records, known);
        expect_parents_first(w, s);
        shards_free(s);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shards_are_read_alone_and_parents_before_children)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
