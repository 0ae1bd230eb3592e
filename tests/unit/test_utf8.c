/* test_utf8.c - base/utf8.h against a decoder written from the definition. */
#include "base/hash.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

/* The length of the character at p by decoding it and looking at the code point; 0 when it is not well-formed. */
static size_t slow_character(const unsigned char *p, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

    if (n == 0 || n > len) return 0;
    for (size_t i = 1; i < n; i++) {
        if (p[i] >> 6 != 2) return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

static size_t slow_prefix(const char *text, size_t len)
{
    size_t at = 0, n;

    while (at < len && (n = slow_character((const unsigned char *)text + at, len - at)) > 0) at += n;
    return at;
}

static void check_sequence(const char *bytes, size_t len)
{
    if (utf8_valid_prefix(bytes, len) == slow_prefix(bytes, len)) return;
    fail_msg("sequence %02x %02x %02x of %zu bytes", (unsigned char)bytes[0], (unsigned char)bytes[1],
             (unsigned char)bytes[2], len);
}

static void every_sequence_of_up_to_three_bytes_is_judged_as_by_decoding(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 1u << 24; v++) {
        char bytes[3] = {(char)(v >> 16), (char)(v >> 8), (char)v};
        check_sequence(bytes, 3);
        if (v < 1u << 16) check_sequence(bytes + 1, 2);
        if (v < 1u << 8) check_sequence(bytes + 2, 1);
    }
}

static void four_byte_sequences_at_the_borders_are_judged_as_by_decoding(void **state)
{
    static const unsigned char edge[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};

    (void)state;
    for (unsigned lead = 0xe0; lead < 0x100; lead++) {
        for (unsigned v = 0; v < 1000; v++) {
            char bytes[4] = {(char)lead, (char)edge[v / 100], (char)edge[v / 10 % 10], (char)edge[v % 10]};
            check_sequence(bytes, 4);
        }
    }
}

static void a_bad_byte_is_found_wherever_it_stands(void **state)
{
    char text[80];

    (void)state;
    for (size_t len = 1; len <= sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            memset(text, 'a', len);
            text[at] = (char)0xff;
            assert_int_equal(utf8_valid_prefix(text, len), at);
        }
        memset(text, 'a', len);
        assert_int_equal(utf8_valid_prefix(text, len), len);
    }
}

static void a_character_cut_by_the_end_is_not_valid(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid_prefix("a\xe2\x82\xac", 4), 4);
    assert_int_equal(utf8_valid_prefix("a\xe2\x82\xac", 3), 1);
    assert_int_equal(utf8_valid_prefix("", 0), 0);
}

/* Appends a random character, returns its length. */
static size_t put_random(struct rng *rng, char *out)
{
    static const char *const samples[] = {"a", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8c\x8a"};
    const char *sample = samples[rng_below(rng, 5)];

    memcpy(out, sample, strlen(sample));
    return strlen(sample);
}

static void characters_are_counted_and_found(void **state)
{
    struct rng rng = {1};
    size_t starts[40];
    char text[200];

    (void)state;
    for (int round = 0; round < 500; round++) {
        size_t count = rng_below(&rng, 40), len = 0;
        for (size_t i = 0; i < count; i++) {
            starts[i] = len;
            len += put_random(&rng, text + len);
        }
        assert_int_equal(utf8_valid_prefix(text, len), len);
        assert_int_equal(utf8_count(text, len), count);
        for (size_t i = 0; i < count; i++) assert_int_equal(utf8_offset(text, len, i), starts[i]);
        assert_int_equal(utf8_offset(text, len, count), len);
        assert_int_equal(utf8_offset(text, len, count + 7), len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_of_up_to_three_bytes_is_judged_as_by_decoding),
        cmocka_unit_test(four_byte_sequences_at_the_borders_are_judged_as_by_decoding),
        cmocka_unit_test(a_bad_byte_is_found_wherever_it_stands),
        cmocka_unit_test(a_character_cut_by_the_end_is_not_valid),
        cmocka_unit_test(characters_are_counted_and_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
