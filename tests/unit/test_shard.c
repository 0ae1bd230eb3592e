/* test_shard.c - hash keys, and the shards of a stream through random splits and merges. */
#include "base/hash.h"
#include "log/shard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect_key(const char *partition_key, const char *decimal)
{
    char text[HASH_KEY_TEXT];

    hash_key_print(shard_hash(str_lit(partition_key)), text);
    assert_string_equal(text, decimal);
}

/* MD5 of RFC 1321's test suite, as 128-bit big-endian numbers. */
static void a_hash_key_is_the_md5_of_the_partition_key(void **state)
{
    (void)state;
    expect_key("", "281949768489412648962353822266799178366");
    expect_key("a", "16955237001963240173058271559858726497");
    expect_key("abc", "191415658344158766168031473277922803570");
}

static void expect_parse(const char *text, bool valid)
{
    char again[HASH_KEY_TEXT];
    hash_key key;
    struct err err;

    assert_int_equal(hash_key_parse(str_lit(text), &key, &err), valid ? 0 : -1);
    if (!valid) return;
    hash_key_print(key, again);
    assert_string_equal(again, text);
}

static void hash_keys_are_read_back_from_their_text(void **state)
{
    static const char *const good[] = {
        "0", "1", "9", "10", "18446744073709551616", "340282366920938463463374607431768211455"};
    static const char *const bad[] = {"",
                                      "00",
                                      "01",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "x",
                                      "1x",
                                      "340282366920938463463374607431768211456",
                                      "999999999999999999999999999999999999999",
                                      "3402823669209384634633746074317682114550"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) expect_parse(good[i], true);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_parse(bad[i], false);
}

static void shard_ids_are_read_back_from_their_text(void **state)
{
    static const char *const bad[] = {"",
                                      "shardId-",
                                      "shardId-00000000001",
                                      "shardId-0000000000001",
                                      "shardid-000000000001",
                                      "shardId-00000000000x",
                                      "shardId-999999999999"};
    char text[SHARD_ID_TEXT];
    struct err err;
    uint32_t id;

    (void)state;
    shard_id_print(42, text);
    assert_string_equal(text, "shardId-000000000042");
    assert_int_equal(shard_id_parse(str_lit(text), &id, &err), 0);
    assert_int_equal(id, 42);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(shard_id_parse(str_lit(bad[i]), &id, &err), -1);
}

static void must_hold(const struct shards *s)
{
    struct err err;

    if (shards_check(s, &err)) fail_msg("%s", err.text);
}

/* As Amazon Kinesis cuts it: steps of floor(2^128 / n), the last takes the rest. */
static void n_shards_cut_the_hash_space_evenly(void **state)
{
    static const uint32_t counts[] = {1, 2, 3, 4, 7, 16, 1000, SHARDS_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint32_t n = counts[i];
        struct shards *s = shards_new(n, 1, 0);
        hash_key step = (HASH_KEY_MAX - n + 1) / n + 1; /* floor(2^128 / n) */
        must_hold(s);
        assert_int_equal(shards_count(s), n);
        for (uint32_t k = 1; k < n && n < 2000; k++) {
            assert_true(shards_get(s, k)->first == step * k);
            assert_int_equal(shards_find(s, step * k), k);
            assert_int_equal(shards_find(s, step * k - 1), k - 1);
        }
        assert_true(shards_get(s, n - 1)->last == HASH_KEY_MAX);
        shards_free(s);
    }
}

static void a_split_closes_the_parent_and_opens_two_children(void **state)
{
    struct shards *s = shards_new(2, 1, 100);
    hash_key half = (hash_key)1 << 127, at = half + 1000;
    const struct shard *parent, *low, *high;
    struct err err;

    (void)state;
    assert_int_equal(shards_split(s, 1, at, 50, 200, &err), 0);
    parent = shards_get(s, 1);
    low = shards_get(s, 2);
    high = shards_get(s, 3);
    assert_true(parent->to == 50 && parent->closed == 200);
    assert_true(low->first == half && low->last == at - 1 && high->first == at && high->last == HASH_KEY_MAX);
    assert_true(low->parent == 1 && low->adjacent == SHARD_NONE && low->from == 50 && low->to == SHARD_OPEN);
    assert_int_equal(shards_find(s, at - 1), 2);
    assert_int_equal(shards_find(s, at), 3);
    assert_int_equal(shards_find(s, 0), 0);
    must_hold(s);
    shards_free(s);
}

static void a_merge_closes_two_neighbours_and_opens_one_child(void **state)
{
    struct shards *s = shards_new(3, 1, 100);
    const struct shard *child;
    struct err err;

    (void)state;
    assert_int_equal(shards_merge(s, 2, 1, 50, 200, &err), 0);
    child = shards_get(s, 3);
    assert_true(child->parent == 2 && child->adjacent == 1);
    assert_true(child->first == shards_get(s, 1)->first && child->last == HASH_KEY_MAX);
    assert_int_equal(shards_find(s, HASH_KEY_MAX), 3);
    assert_ptr_equal(shards_open_at(s, 1), child);
    assert_null(shards_open_at(s, 2));
    must_hold(s);
    shards_free(s);
}

static void what_cannot_be_split_or_merged_is_refused(void **state)
{
    struct shards *s = shards_new(4, 1, 0);
    hash_key first = shards_get(s, 1)->first, last = shards_get(s, 1)->last;
    struct err err;

    (void)state;
    assert_int_equal(shards_split(s, 9, first + 5, 2, 0, &err), -1);
    assert_int_equal(shards_split(s, 1, first, 2, 0, &err), -1);
    assert_int_equal(shards_split(s, 1, first + 1, 2, 0, &err), -1);
    assert_int_equal(shards_split(s, 1, last, 2, 0, &err), -1);
    assert_int_equal(shards_split(s, 1, last + 1, 2, 0, &err), -1);
    assert_int_equal(shards_merge(s, 1, 1, 2, 0, &err), -1);
    assert_int_equal(shards_merge(s, 0, 2, 2, 0, &err), -1);
    assert_int_equal(shards_merge(s, 0, 3, 2, 0, &err), -1);
    assert_int_equal(shards_count(s), 4);
    assert_int_equal(shards_split(s, 1, first + 2, 2, 0, &err), 0);
    assert_int_equal(shards_split(s, 1, first + 2, 3, 0, &err), -1);
    assert_string_equal(err.text, "shard shardId-000000000001 is closed");
    must_hold(s);
    shards_free(s);
}

/* The shard that has the key among all that are open, by looking at each. */
static uint32_t find_slowly(const struct shards *s, hash_key key)
{
    uint32_t found = SHARD_NONE;

    for (uint32_t i = 0; i < shards_count(s); i++) {
        const struct shard *shard = shards_get(s, i);
        if (shard->to != SHARD_OPEN || key < shard->first || key > shard->last) continue;
        assert_int_equal(found, SHARD_NONE);
        found = i;
    }
    return found;
}

static hash_key random_key(struct rng *rng)
{
    return (hash_key)rng_next(rng) << 64 | rng_next(rng);
}

static void change_somehow(struct shards *s, struct rng *rng, uint64_t ordinal)
{
    uint32_t id = shards_find(s, random_key(rng));
    struct err err;

    if (rng_below(rng, 2)) {
        assert_int_equal(shards_split(s, id, shards_get(s, id)->first + 2 + random_key(rng) % 1000, ordinal, 0, &err),
                         0);
        return;
    }
    if (shards_get(s, id)->last == HASH_KEY_MAX) return;
    assert_int_equal(shards_merge(s, id, shards_find(s, shards_get(s, id)->last + 1), ordinal, 0, &err), 0);
}

static struct shards *again(const struct shards *s)
{
    struct buf bytes = {0};
    struct shards *copy;
    struct err err;

    buf_puts(&bytes, "before");
    shards_pack(s, &bytes);
    if (shards_unpack(str_of(bytes.ptr + 6, bytes.len - 6), &copy, &err)) fail_msg("%s", err.text);
    buf_free(&bytes);
    return copy;
}

static void random_splits_and_merges_keep_the_hash_space_covered(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct rng rng = {seed};
        struct shards *s = shards_new(1 + (uint32_t)rng_below(&rng, 5), 1, 0);
        for (uint64_t step = 1; step <= 60; step++) {
            struct shards *copy;
            change_somehow(s, &rng, 1 + step * 10);
            must_hold(s);
            copy = again(s);
            for (int i = 0; i < 20; i++) {
                hash_key key = random_key(&rng) >> rng_below(&rng, 128);
                assert_int_equal(shards_find(s, key), find_slowly(s, key));
                assert_int_equal(shards_find(copy, key), shards_find(s, key));
            }
            shards_free(copy);
        }
        shards_free(s);
    }
}

static void each_flipped_byte_of_packed_shards_is_found(void **state)
{
    struct shards *s = shards_new(3, 1, 0), *out;
    struct buf bytes = {0};
    struct err err;

    (void)state;
    assert_int_equal(shards_merge(s, 0, 1, 5, 7, &err), 0);
    assert_int_equal(shards_split(s, 2, HASH_KEY_MAX - 5, 6, 8, &err), 0);
    shards_pack(s, &bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.ptr[i] ^= 0x10;
        assert_int_equal(shards_unpack(str_of(bytes.ptr, bytes.len), &out, &err), -1);
        assert_int_equal(err.code, ERR_DAMAGED);
        bytes.ptr[i] ^= 0x10;
        assert_int_equal(shards_unpack(str_of(bytes.ptr, i), &out, &err), -1);
    }
    buf_free(&bytes);
    shards_free(s);
}

/* Fields changed behind a right checksum: the invariant finds them. */
static void shards_that_do_not_cover_are_found(void **state)
{
    enum { HEAD = 8, SHARD = 80 };
    static const struct {
        size_t at;
        uint64_t value;
    } change[] = {
        {HEAD + 8, 1},              /* the first one begins at 1 */
        {HEAD + 2 * SHARD + 24, 7}, /* the last one ends early */
        {HEAD + SHARD + 48, 10},    /* one is closed without children */
        {HEAD + 3 * SHARD + 40, 4}, /* a child begins before its parents' end */
        {HEAD + 3 * SHARD + 8, 5},  /* a child begins behind where they do */
        {HEAD + 3 * SHARD, 2},      /* another parent */
    };
    struct shards *s = shards_new(3, 1, 0), *out;
    struct buf bytes = {0};
    struct err err;

    (void)state;
    assert_int_equal(shards_merge(s, 0, 1, 5, 7, &err), 0);
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        bytes.len = 0;
        shards_pack(s, &bytes);
        put_u64(bytes.ptr + change[i].at, change[i].value);
        put_u32(bytes.ptr + bytes.len - 4, crc32c(0, bytes.ptr, bytes.len - 4));
        assert_int_equal(shards_unpack(str_of(bytes.ptr, bytes.len), &out, &err), -1);
        assert_int_equal(err.code, ERR_DAMAGED);
        assert_non_null(strstr(err.text, "shard"));
    }
    buf_free(&bytes);
    shards_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_key_is_the_md5_of_the_partition_key),
        cmocka_unit_test(hash_keys_are_read_back_from_their_text),
        cmocka_unit_test(shard_ids_are_read_back_from_their_text),
        cmocka_unit_test(n_shards_cut_the_hash_space_evenly),
        cmocka_unit_test(a_split_closes_the_parent_and_opens_two_children),
        cmocka_unit_test(a_merge_closes_two_neighbours_and_opens_one_child),
        cmocka_unit_test(what_cannot_be_split_or_merged_is_refused),
        cmocka_unit_test(random_splits_and_merges_keep_the_hash_space_covered),
        cmocka_unit_test(each_flipped_byte_of_packed_shards_is_found),
        cmocka_unit_test(shards_that_do_not_cover_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
