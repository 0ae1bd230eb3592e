/* test_base64.c - base/base64: the test vectors of RFC 4648, random bytes, what is refused. */
#include "base/base64.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void the_examples_of_the_rfc(void **state)
{
    static const char *const cases[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf text = {0};
        char bytes[16];

        base64_put(&text, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(buf_text(&text), cases[i][1]);
        assert_int_equal(base64_bytes(text.ptr, text.len, bytes), strlen(cases[i][0]));
        assert_memory_equal(bytes, cases[i][0], strlen(cases[i][0]));
        buf_free(&text);
    }
}

static void any_bytes_come_back(void **state)
{
    struct rng rng = {1};

    (void)state;
    for (int round = 0; round < 2000; round++) {
        char bytes[64], back[100];
        size_t len = rng_below(&rng, sizeof bytes);
        struct buf text = {0};

        for (size_t i = 0; i < len; i++) bytes[i] = (char)rng_next(&rng);
        base64_put(&text, bytes, len);
        assert_int_equal(base64_bytes(text.ptr, text.len, back), len);
        assert_memory_equal(back, bytes, len);
        text.len = 0;
        hex_put(&text, bytes, len);
        assert_int_equal(text.len, 2 * len);
        assert_int_equal(hex_bytes(text.ptr, text.len, back), len);
        assert_memory_equal(back, bytes, len);
        buf_free(&text);
    }
}

static void what_is_neither_is_refused(void **state)
{
    static const char *const wrong[] = {"A", "AB", "AAB", "A===", "AA=A", "A A=", "AAA-", "AAAAA", "===="};
    char bytes[16];

    (void)state;
    assert_int_equal(base64_bytes("AP8", 3, bytes), 2); /* '=' may be missing */
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(base64_bytes(wrong[i], strlen(wrong[i]), bytes), -1);
    assert_int_equal(hex_bytes("0", 1, bytes), -1);
    assert_int_equal(hex_bytes("0g", 2, bytes), -1);
    assert_int_equal(hex_bytes("aF", 2, bytes), 1);
    assert_int_equal((unsigned char)bytes[0], 0xaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(what_is_neither_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
