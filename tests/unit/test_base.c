/* test_base.c - base/mem.h, base/err.h, base/hash.h. */
#include "base/hash.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static void an_error_holds_code_position_and_text(void **state)
{
    struct err err = {0};

    (void)state;
    assert_int_equal(err_set(&err, ERR_TYPE, 12, "no '%s' of %d", "sum", 3), -1);
    assert_int_equal(err.code, ERR_TYPE);
    assert_int_equal(err.at, 12);
    assert_string_equal(err.text, "no 'sum' of 3");
}

static void a_long_error_text_is_cut(void **state)
{
    char word[1000];
    struct err err;

    (void)state;
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    err_set(&err, ERR_NAME, -1, "%s", word);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void a_growing_array_keeps_its_elements(void **state)
{
    size_t capacity = 0;
    int *array = NULL;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        array = mem_grow(array, &capacity, (size_t)i + 1, sizeof *array);
        assert_true(capacity > (size_t)i);
        array[i] = i;
    }
    for (int i = 0; i < 1000; i++) assert_int_equal(array[i], i);
    free(array);
}

static void slices_compare_by_bytes_and_without_case(void **state)
{
    (void)state;
    assert_true(str_equal(str_lit("abc"), str_of("abcd", 3)));
    assert_false(str_equal(str_lit("abc"), str_lit("abd")));
    assert_false(str_equal(str_lit("abc"), str_lit("ab")));
    assert_true(str_equal(str_of(NULL, 0), str_lit("")));
    assert_true(str_equal_nocase(str_lit("SeLect"), str_lit("sELECT")));
    assert_false(str_equal_nocase(str_lit("select"), str_lit("selec")));
    assert_false(str_equal(str_lit("a"), str_lit("A")));
}

static void arena_memory_is_zero_aligned_and_apart(void **state)
{
    struct arena *scratch = arena_new();

    (void)state;
    for (int round = 0; round < 3; round++) {
        char *last = NULL;
        for (size_t size = 1; size < 3000; size += 7) {
            char *p = arena_alloc(scratch, size);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < size; i++) assert_int_equal(p[i], 0);
            memset(p, 0xee, size);
            assert_ptr_not_equal(p, last);
            last = p;
        }
        arena_reset(scratch);
    }
    arena_free(scratch);
}

static void an_arena_takes_requests_larger_than_a_block(void **state)
{
    struct arena *scratch = arena_new();
    char *small = arena_copy(scratch, "before", 6), *large = arena_alloc(scratch, 1 << 20);

    (void)state;
    memset(large, 1, 1 << 20);
    assert_string_equal(small, "before");
    assert_string_equal(arena_printf(scratch, "%d-%s", 7, "x"), "7-x");
    assert_string_equal(arena_copy(scratch, NULL, 0), "");
    arena_free(scratch);
    arena_free(NULL);
}

static void a_buffer_grows_and_ends_in_nul_on_demand(void **state)
{
    struct buf buf = {0};

    (void)state;
    assert_string_equal(buf_text(&buf), "");
    buf_puts(&buf, "one");
    buf_putc(&buf, ' ');
    buf_put(&buf, "two!", 3);
    buf_printf(&buf, " %d", 3);
    assert_string_equal(buf_text(&buf), "one two 3");
    assert_int_equal(buf.len, 9);
    for (int i = 0; i < 10000; i++) buf_putc(&buf, 'x');
    assert_int_equal(buf.len, 10009);
    buf_free(&buf);
    assert_null(buf.ptr);
    assert_int_equal(buf.len, 0);
}

static void crc32c_has_the_check_value(void **state)
{
    (void)state;
    assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
    assert_int_equal(crc32c(0, "", 0), 0);
}

/* Bit by bit, from the polynomial. */
static uint32_t crc_by_definition(const unsigned char *p, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
    }
    return ~crc;
}

static void both_ways_to_crc32c_agree_with_the_definition(void **state)
{
    struct rng rng = {4};
    unsigned char bytes[300];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)rng_next(&rng);
    for (size_t len = 0; len < sizeof bytes; len++) {
        assert_int_equal(crc32c(0, bytes, len), crc_by_definition(bytes, len));
        assert_int_equal(crc32c_portable(0, bytes, len), crc_by_definition(bytes, len));
    }
}

/* Long ones are taken in three lanes. */
static void crc32c_of_many_bytes_agrees_with_the_definition(void **state)
{
    static const size_t lens[] = {1535, 1536, 1537, 3072, 5000};
    struct rng rng = {5};
    unsigned char bytes[5000];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)rng_next(&rng);
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        assert_int_equal(crc32c(0, bytes, lens[i]), crc_by_definition(bytes, lens[i]));
    }
    assert_int_equal(crc32c(crc32c(0, bytes, 100), bytes + 100, 4900), crc_by_definition(bytes, 5000));
}

static void crc32c_continues_where_it_stopped(void **state)
{
    const char text[] = "the quick brown fox jumps over the lazy dog";

    (void)state;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        assert_int_equal(crc32c(crc32c(0, text, cut), text + cut, sizeof text - cut), crc32c(0, text, sizeof text));
    }
}

static void hashes_are_the_same_in_every_run(void **state)
{
    (void)state;
    assert_true(hash_bytes("", 0) == UINT64_C(0x2d06800538d394c2)); /* XXH3's published value for no bytes */
    assert_true(hash_bytes("ab", 2) != hash_bytes("ba", 2));
    assert_true(hash_bytes("abc", 2) == hash_bytes("abd", 2));
    assert_true(hash_mix(1, 2) != hash_mix(2, 1));
    assert_true(hash_u64(1) != hash_u64(2));
}

static void the_generator_repeats_by_seed_and_stays_below(void **state)
{
    struct rng a = {42}, b = {42}, published = {1234567};
    bool seen[7] = {0};

    (void)state;
    assert_true(rng_next(&published) == UINT64_C(6457827717110365317)); /* splitmix64, first output of this seed */
    for (int i = 0; i < 1000; i++) {
        uint64_t v = rng_below(&a, 7);
        assert_true(v < 7 && v == rng_below(&b, 7));
        seen[v] = true;
    }
    for (int i = 0; i < 7; i++) assert_true(seen[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_holds_code_position_and_text),
        cmocka_unit_test(a_long_error_text_is_cut),
        cmocka_unit_test(a_growing_array_keeps_its_elements),
        cmocka_unit_test(slices_compare_by_bytes_and_without_case),
        cmocka_unit_test(arena_memory_is_zero_aligned_and_apart),
        cmocka_unit_test(an_arena_takes_requests_larger_than_a_block),
        cmocka_unit_test(a_buffer_grows_and_ends_in_nul_on_demand),
        cmocka_unit_test(crc32c_has_the_check_value),
        cmocka_unit_test(both_ways_to_crc32c_agree_with_the_definition),
        cmocka_unit_test(crc32c_of_many_bytes_agrees_with_the_definition),
        cmocka_unit_test(crc32c_continues_where_it_stopped),
        cmocka_unit_test(hashes_are_the_same_in_every_run),
        cmocka_unit_test(the_generator_repeats_by_seed_and_stays_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
