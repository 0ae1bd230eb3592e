/* test_record.c - records in payloads. */
#include "log/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct journal_entry entry_of(enum entry_type type, uint32_t count, const struct buf *payload)
{
    return (struct journal_entry){
        .type = type, .count = count, .ordinal = 100, .arrival = 7, .payload = str_of(payload->ptr, payload->len)};
}

static void put_run(struct buf *out)
{
    struct err err;

    record_run_begin(out, 3, 9);
    assert_int_equal(record_run_add(out, str_lit("key"), str_lit("first"), &err), 0);
    assert_int_equal(record_run_add(out, str_lit(""), str_lit(""), &err), 0);
    assert_int_equal(record_run_add(out, str_lit("k"), str_of("a\0b", 3), &err), 0);
}

static void a_run_gives_back_its_records_with_ordinals(void **state)
{
    struct buf payload = {0};
    struct journal_entry entry;
    struct record_walk walk;
    struct record r;
    struct err err;

    (void)state;
    put_run(&payload);
    entry = entry_of(ENTRY_RECORDS, 3, &payload);
    assert_int_equal(record_walk_begin(&walk, &entry, &err), 0);
    assert_int_equal(walk.stream, 3);
    assert_int_equal(walk.shard, 9);
    assert_int_equal(walk.epoch, 0);
    assert_int_equal(record_next(&walk, &r, &err), 1);
    assert_true(str_equal(r.key, str_lit("key")) && str_equal(r.data, str_lit("first")));
    assert_int_equal(r.ordinal, 100);
    assert_int_equal(r.arrival, 7);
    assert_true(r.rowtime == USEC_MIN && r.w == USEC_MIN && r.weight == 1);
    assert_int_equal(order_compare(r.order, (struct order){100, 0}), 0);
    assert_int_equal(record_next(&walk, &r, &err), 1);
    assert_int_equal(r.key.len + r.data.len, 0);
    assert_int_equal(record_next(&walk, &r, &err), 1);
    assert_true(str_equal(r.data, str_of("a\0b", 3)));
    assert_int_equal(r.ordinal, 102);
    assert_int_equal(record_next(&walk, &r, &err), 0);
    assert_int_equal(record_next(&walk, &r, &err), 0);
    buf_free(&payload);
}

static void a_chunk_keeps_what_derived_records_have(void **state)
{
    struct record in = {.key = str_lit("k"),
                        .data = str_lit("data"),
                        .rowtime = -5,
                        .w = USEC_MIN,
                        .order = {UINT64_MAX, 1 << 16},
                        .weight = -2};
    struct buf payload = {0};
    struct journal_entry entry;
    struct record_walk walk;
    struct record r;
    struct err err;

    (void)state;
    record_chunk_begin(&payload, 1, 2, 1234567890123);
    assert_int_equal(record_chunk_add(&payload, &in, &err), 0);
    entry = entry_of(ENTRY_CHUNK, 1, &payload);
    assert_int_equal(record_walk_begin(&walk, &entry, &err), 0);
    assert_true(walk.epoch == 1234567890123 && walk.stream == 1 && walk.shard == 2);
    assert_int_equal(record_next(&walk, &r, &err), 1);
    assert_true(str_equal(r.key, in.key) && str_equal(r.data, in.data));
    assert_true(r.rowtime == -5 && r.w == USEC_MIN && r.weight == -2);
    assert_int_equal(order_compare(r.order, in.order), 0);
    assert_int_equal(r.ordinal, 100);
    assert_int_equal(record_next(&walk, &r, &err), 0);
    buf_free(&payload);
}

static void beginning_a_payload_forgets_the_one_before(void **state)
{
    struct buf payload = {0};

    (void)state;
    put_run(&payload);
    record_run_begin(&payload, 1, 1);
    assert_int_equal(payload.len, 8);
    record_chunk_begin(&payload, 1, 1, 1);
    assert_int_equal(payload.len, 16);
    buf_free(&payload);
}

/* n repetitions of a text; free it. */
static struct str repeated(const char *text, size_t n)
{
    struct buf out = {0};

    for (size_t i = 0; i < n; i++) buf_puts(&out, text);
    return str_of(out.ptr, out.len);
}

static void a_key_is_measured_in_characters(void **state)
{
    struct str fits = repeated("\xe2\x82\xac", RECORD_KEY_MAX), longer = repeated("a", RECORD_KEY_MAX + 1);
    struct str no_characters = repeated("\x80", 4 * RECORD_KEY_MAX + 1);
    struct buf payload = {0};
    struct err err;

    (void)state;
    record_run_begin(&payload, 1, 1);
    assert_int_equal(record_run_add(&payload, fits, str_lit(""), &err), 0);
    assert_int_equal(record_run_add(&payload, longer, str_lit(""), &err), -1);
    assert_int_equal(err.code, ERR_LIMIT);
    assert_int_equal(record_run_add(&payload, no_characters, str_lit(""), &err), -1);
    free((char *)fits.ptr);
    free((char *)longer.ptr);
    free((char *)no_characters.ptr);
    buf_free(&payload);
}

static void data_beyond_the_limit_is_refused_and_leaves_the_payload_alone(void **state)
{
    char *data = mem_zalloc(RECORD_DATA_MAX + 1);
    struct record record = {.key = str_lit(""), .data = str_of(data, RECORD_DATA_MAX + 1)};
    struct buf payload = {0};
    struct err err;

    (void)state;
    record_run_begin(&payload, 1, 1);
    assert_int_equal(record_run_add(&payload, str_lit(""), str_of(data, RECORD_DATA_MAX + 1), &err), -1);
    assert_int_equal(err.code, ERR_LIMIT);
    assert_int_equal(record_chunk_add(&payload, &record, &err), -1);
    assert_int_equal(payload.len, 8);
    assert_int_equal(record_run_add(&payload, str_lit(""), str_of(data, RECORD_DATA_MAX), &err), 0);
    buf_free(&payload);
    free(data);
}

/* Walks to the end or to the first error; returns the last answer. The payload is moved to an allocation of exactly its
 * length, so that a read beyond it is seen. */
static int walk_all(enum entry_type type, uint32_t count, const char *bytes, size_t len)
{
    char *exact = mem_alloc(len);
    struct journal_entry entry = {.type = type, .count = count, .payload = str_of(exact, len)};
    struct record_walk walk;
    struct record r;
    struct err err;
    int rc;

    if (len) memcpy(exact, bytes, len);
    rc = record_walk_begin(&walk, &entry, &err);
    if (!rc) {
        do rc = record_next(&walk, &r, &err);
        while (rc > 0);
    }
    if (rc < 0) assert_int_equal(err.code, ERR_DAMAGED);
    free(exact);
    return rc;
}

static void a_payload_cut_anywhere_is_damaged(void **state)
{
    struct record record = {.key = str_lit("key"), .data = str_lit("data")};
    struct buf run = {0}, chunk = {0};
    struct err err;

    (void)state;
    put_run(&run);
    record_chunk_begin(&chunk, 1, 2, 3);
    assert_int_equal(record_chunk_add(&chunk, &record, &err), 0);
    for (size_t len = 0; len < run.len; len++) assert_int_equal(walk_all(ENTRY_RECORDS, 3, run.ptr, len), -1);
    for (size_t len = 0; len < chunk.len; len++) assert_int_equal(walk_all(ENTRY_CHUNK, 1, chunk.ptr, len), -1);
    assert_int_equal(walk_all(ENTRY_RECORDS, 3, run.ptr, run.len), 0);
    assert_int_equal(walk_all(ENTRY_CHUNK, 1, chunk.ptr, chunk.len), 0);
    buf_free(&run);
    buf_free(&chunk);
}

static void a_count_that_does_not_match_is_damaged(void **state)
{
    struct buf run = {0};

    (void)state;
    put_run(&run);
    assert_int_equal(walk_all(ENTRY_RECORDS, 2, run.ptr, run.len), -1);
    assert_int_equal(walk_all(ENTRY_RECORDS, 4, run.ptr, run.len), -1);
    put_u32(run.ptr + 8, UINT32_MAX);
    put_u32(run.ptr + 12, UINT32_MAX);
    assert_int_equal(walk_all(ENTRY_RECORDS, 3, run.ptr, run.len), -1);
    buf_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_gives_back_its_records_with_ordinals),
        cmocka_unit_test(a_chunk_keeps_what_derived_records_have),
        cmocka_unit_test(beginning_a_payload_forgets_the_one_before),
        cmocka_unit_test(a_key_is_measured_in_characters),
        cmocka_unit_test(data_beyond_the_limit_is_refused_and_leaves_the_payload_alone),
        cmocka_unit_test(a_payload_cut_anywhere_is_damaged),
        cmocka_unit_test(a_count_that_does_not_match_is_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
