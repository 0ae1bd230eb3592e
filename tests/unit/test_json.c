/* test_json.c - base/json: what is well-formed, what values are, against tables and against jansson. */
#include "base/hash.h"
#include "base/json.h"

#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A copy of a document with JSON_PADDING bytes behind it that would go on with it, if they were looked at. */
static struct buf padded(const char *text, size_t len)
{
    static const char traps[JSON_PADDING + 1] =
        "1}]}\"}]}e1,\"a\":1}}}}]]]]\"\"\\u1234 0123456789 true false null}}}}}";
    struct buf b = {0};

    buf_put(&b, text, len);
    buf_put(&b, traps, JSON_PADDING);
    b.len = len;
    return b;
}

/* Reads a whole document; the cursor shows where it failed. */
static int check(struct json *j, const struct buf *document, bool portable)
{
    json_begin(j, document->ptr, document->len);
    j->portable |= portable;
    json_peek(j);
    return json_skip(j) || json_end(j) ? -1 : 0;
}

static void good_documents_are_read_to_their_end(void **state)
{
    static const char *const documents[] = {
        "{}",
        "[]",
        " { } ",
        "[ ]",
        "\"\"",
        "0",
        "-0",
        "10",
        "-1.5e+10",
        "0.0",
        "1E5",
        "1e-5",
        "true",
        "false",
        "null",
        "{\"a\":1}",
        "{\"a\":1,\"b\":[1,2,{\"c\":null}],\"d\":{\"e\":\"f\"}}",
        "[[[]],{},[{}]]",
        "\t{\r\n\"a\" : [ 1 , 2 ] , \"b\" : \"x\" }\n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00\\u0000\"",
        "\"\x7f\xc3\xa4\"",
        "{\"a\":1,\"a\":2}",
        "\"0123456789012345678901234567890123456789 \\n 0123456789\"",
        "[123456789012345678901234567890, 0.1234567890123456789012345678901234567890]",
    };
    struct json j;

    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct buf b = padded(documents[i], strlen(documents[i]));
        assert_int_equal(check(&j, &b, false), 0);
        assert_int_equal(check(&j, &b, true), 0);
        buf_free(&b);
    }
}

static void bad_documents_are_refused_with_place_and_reason(void **state)
{
    static const struct {
        const char *text;
        size_t at;
        const char *problem;
    } cases[] = {
        {"", 0, "expected a value"},
        {"  ", 2, "expected a value"},
        {"{", 1, "expected a key or '}'"},
        {"[", 1, "expected a value"},
        {"{\"a\"", 4, "expected ':'"},
        {"{\"a\":", 5, "expected a value"},
        {"{\"a\":1", 6, "expected ',' or '}'"},
        {"{\"a\":1,", 7, "expected a key"},
        {"{\"a\":1,}", 7, "expected a key"},
        {"{\"a\":1 \"b\":2}", 7, "expected ',' or '}'"},
        {"{a:1}", 1, "expected a key or '}'"},
        {"{,}", 1, "expected a key or '}'"},
        {"[1,]", 3, "expected a value"},
        {"[,1]", 1, "expected a value"},
        {"[1 2]", 3, "expected ',' or ']'"},
        {"[1}", 2, "expected ',' or ']'"},
        {"{\"a\":1]", 6, "expected ',' or '}'"},
        {"{} x", 3, "expected the end"},
        {"{}{}", 2, "expected the end"},
        {"tru", 0, "expected a value"},
        {"truex", 4, "expected the end"},
        {"nul", 0, "expected a value"},
        {"'a'", 0, "expected a value"},
        {"NaN", 0, "expected a value"},
        {"+1", 0, "expected a value"},
        {".5", 0, "expected a value"},
        {"-", 1, "expected a digit"},
        {"-x", 1, "expected a digit"},
        {"1.", 2, "expected a digit"},
        {"1.e5", 2, "expected a digit"},
        {"01", 1, "a number with a leading zero"},
        {"-00", 2, "a number with a leading zero"},
        {"1e", 2, "expected an exponent"},
        {"1e+", 2, "expected an exponent"},
        {"0x10", 1, "expected the end"},
        {"\"", 1, "the string does not end"},
        {"\"abc", 4, "the string does not end"},
        {"\"01234567890123456789012345678901234567890123456789", 51, "the string does not end"},
        {"\"a\nb\"", 2, "a control character in a string"},
        {"\"0123456789012345678901234567890123456789\t\"", 41, "a control character in a string"},
        {"\"\\", 1, "a bad escape in a string"},
        {"\"\\\"", 3, "the string does not end"},
        {"\"\\x\"", 1, "a bad escape in a string"},
        {"\"\\u12\"", 1, "a bad escape in a string"},
        {"\"\\u12g4\"", 1, "a bad escape in a string"},
        {"\"\\ud800\"", 1, "a bad escape in a string"},
        {"\"\\ud800\\u0041\"", 1, "a bad escape in a string"},
        {"\"\\ud800\\ud800\"", 1, "a bad escape in a string"},
        {"\"\\udc00\"", 1, "a bad escape in a string"},
    };
    struct json j;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = padded(cases[i].text, strlen(cases[i].text));
        for (int portable = 0; portable < 2; portable++) {
            assert_int_equal(check(&j, &b, portable), -1);
            assert_string_equal(j.problem, cases[i].problem);
            assert_int_equal(j.at - j.begin, cases[i].at);
        }
        buf_free(&b);
    }
}

static void a_zero_byte_is_no_blank_and_no_end(void **state)
{
    static const char documents[][4] = {{'{', '}', 0, ' '}, {0, '{', '}', ' '}, {'{', 0, '}', ' '}, {'"', 0, '"', ' '}};
    struct json j;

    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        struct buf b = padded(documents[i], sizeof documents[i]);
        assert_int_equal(check(&j, &b, false), -1);
        assert_int_equal(check(&j, &b, true), -1);
        buf_free(&b);
    }
}

static struct buf brackets(char open, char close, int depth)
{
    struct buf b = {0};

    for (int i = 0; i < depth; i++) {
        if (open == '{' && i) buf_puts(&b, "\"a\":");
        buf_putc(&b, open);
    }
    for (int i = 0; i < depth; i++) buf_putc(&b, close);
    buf_reserve(&b, JSON_PADDING);
    return b;
}

static void nesting_has_a_limit(void **state)
{
    struct json j;

    (void)state;
    for (int i = 0; i < 4; i++) {
        bool too_deep = i & 1, object = i & 2;
        struct buf b = brackets(object ? '{' : '[', object ? '}' : ']', JSON_DEPTH_MAX + too_deep);

        assert_int_equal(check(&j, &b, false), too_deep ? -1 : 0);
        if (too_deep) assert_string_equal(j.problem, "too many brackets inside one another");
        buf_free(&b);
    }
}

static void escapes_become_the_characters_they_stand_for(void **state)
{
    static const struct {
        const char *raw, *text;
        size_t len;
    } cases[] = {
        {"", "", 0},
        {"plain", "plain", 5},
        {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8},
        {"a\\u0041b", "aAb", 3},
        {"\\u00e4\\u20AC", "\xc3\xa4\xe2\x82\xac", 5},
        {"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!", 5},
        {"\\u0000", "\0", 1},
        {"\\uffff", "\xef\xbf\xbf", 3},
        {"\\udbff\\udfff", "\xf4\x8f\xbf\xbf", 4},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(json_unescape(cases[i].raw, strlen(cases[i].raw), out), cases[i].len);
        assert_memory_equal(out, cases[i].text, cases[i].len);
    }
}

static void whole_numbers_become_integers_however_written(void **state)
{
    static const struct {
        const char *text;
        int result;
        int64_t value;
    } cases[] = {
        {"0", 0, 0},
        {"-0", 0, 0},
        {"7", 0, 7},
        {"-12345678", 0, -12345678},
        {"1.0", 0, 1},
        {"1e3", 0, 1000},
        {"1.50e1", 0, 15},
        {"1200e-2", 0, 12},
        {"0e999999999", 0, 0},
        {"0.000", 0, 0},
        {"9223372036854775807", 0, INT64_MAX},
        {"-9223372036854775808", 0, INT64_MIN},
        {"9223372036854775807.000", 0, INT64_MAX},
        {"922337203685477580700000e-5", 0, INT64_MAX},
        {"0.00000000000000000000000001e26", 0, 1},
        {"1.5", -1, 0},
        {"-0.1", -1, 0},
        {"1e-1", -1, 0},
        {"1e-999999999999", -1, 0},
        {"123456789012345678901234567890.5", -1, 0},
        {"9223372036854775808", -2, 0},
        {"-9223372036854775809", -2, 0},
        {"18446744073709551616", -2, 0},
        {"1e19", -2, 0},
        {"1e999999999999", -2, 0},
        {"123456789012345678901234567890", -2, 0},
    };
    struct json j;
    struct json_number n;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = padded(cases[i].text, strlen(cases[i].text));
        int64_t v = 0;

        json_begin(&j, b.ptr, b.len);
        assert_int_equal(json_read_number(&j, &n), 0);
        assert_int_equal(json_number_int(&n, &v), cases[i].result);
        assert_int_equal(v, cases[i].value);
        buf_free(&b);
    }
}

static void the_fast_lane_gives_up_or_agrees(void **state)
{
    static const struct {
        const char *text;
        bool fits;
        int64_t value;
    } cases[] = {
        {"0,", true, 0},
        {"-7}", true, -7},
        {"1234567,", true, 1234567},
        {"-1234567]", true, -1234567},
        {"12345678,", false, 0},
        {"01,", false, 0},
        {"-,", false, 0},
        {"1.0,", false, 0},
        {"1e3,", false, 0},
        {"1E3,", false, 0},
        {"x", false, 0},
        {"12", false, 0},
        {"-0,", true, 0},
        {"1\xff\xff", true, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = padded(cases[i].text, strlen(cases[i].text));
        int64_t v = 0;
        const char *behind = json_short_int(b.ptr, b.ptr + b.len, &v);

        assert_int_equal(behind != NULL, cases[i].fits);
        if (behind) assert_int_equal(v, cases[i].value);
        buf_free(&b);
    }
}

static void short_decimals_are_rounded_once(void **state)
{
    struct rng rng = {3};
    char text[64];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        int behind = (int)rng_below(&rng, 9);
        int len = snprintf(text, sizeof text, "%s%d.%0*d}", i & 1 ? "-" : "", (int)rng_below(&rng, 20000000), behind,
                           (int)rng_below(&rng, 1u << rng_below(&rng, 30)));
        double v, expected = strtod(text, NULL);
        const char *end = json_short_double(text, text + len, &v);

        if (!end) continue;
        assert_ptr_equal(end, text + len - 1);
        assert_memory_equal(&v, &expected, sizeof v);
    }
}

static void short_decimals_are_those_of_the_grammar(void **state)
{
    static const struct {
        const char *text;
        bool fits;
    } cases[] = {
        {"0.5,", true},         {"-0,", true},          {"7}", true},      {"1234567.1234567]", true},
        {"12345678.1,", false}, {"1.12345678,", false}, {"1.,", false},    {".5,", false},
        {"00.5,", false},       {"1.5e3,", false},      {"1.5.5,", false}, {"1e3,", false},
        {"-,", false},          {"-.5,", false},        {"0.5", false},    {"0.", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = padded(cases[i].text, strlen(cases[i].text));
        double v;

        assert_int_equal(json_short_double(b.ptr, b.ptr + b.len, &v) != NULL, cases[i].fits);
        buf_free(&b);
    }
}

static void short_strings_end_inside_their_document(void **state)
{
    (void)state;
    for (size_t plain = 0; plain < 40; plain++) {
        char text[128] = "\"";
        size_t len;
        const char *behind;

        memset(text + 1, 'x', plain);
        text[plain + 1] = '"';
        behind = json_short_string(text, text + plain + 2, &len);
        if (plain <= 32)
            assert_ptr_equal(behind, text + plain + 2);
        else
            assert_null(behind);
        assert_null(json_short_string(text, text + plain + 1, &len));
        text[plain] = '\\';
        if (plain) assert_null(json_short_string(text, text + plain + 2, &len));
    }
}

static void texts_are_written_with_escapes(void **state)
{
    struct buf out = {0};

    (void)state;
    json_put_string(&out, "a\"b\\c\n\r\t\b\f\v\x01\x1f\x7f\xc3\xa4/", 17);
    assert_string_equal(buf_text(&out), "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u000b\\u0001\\u001f\x7f\xc3\xa4/\"");
    buf_free(&out);
}

static void doubles_that_json_lacks_are_written_as_strings(void **state)
{
    struct buf out = {0};

    (void)state;
    json_put_double(&out, 1.5);
    json_put_double(&out, NAN);
    json_put_double(&out, INFINITY);
    json_put_double(&out, -INFINITY);
    assert_string_equal(buf_text(&out), "1.5\"NaN\"\"Infinity\"\"-Infinity\"");
    buf_free(&out);
}

/* ---- against jansson ---- */

static void random_string(struct rng *rng, struct buf *out)
{
    static const char *const parts[] = {"a",
                                        "Z9",
                                        " ",
                                        "\\n",
                                        "\\\"",
                                        "\\\\",
                                        "\xc3\xa4",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "\\u00e4",
                                        "\\u20ac",
                                        "\\ud83d\\ude00",
                                        "/",
                                        "0123456789abcdef"};
    uint64_t count = rng_below(rng, 6);

    buf_putc(out, '"');
    for (uint64_t i = 0; i < count; i++) buf_puts(out, parts[rng_below(rng, sizeof parts / sizeof *parts)]);
    buf_putc(out, '"');
}

static void random_number(struct rng *rng, struct buf *out)
{
    if (rng_below(rng, 2)) buf_putc(out, '-');
    buf_printf(out, "%llu", (unsigned long long)rng_below(rng, UINT64_C(1) << rng_below(rng, 60)));
    if (rng_below(rng, 3) == 0) buf_printf(out, ".%0*d", 1 + (int)rng_below(rng, 20), (int)rng_below(rng, 1000));
    if (rng_below(rng, 4) == 0) buf_printf(out, "e%d", (int)rng_below(rng, 60) - 30);
}

static void random_blank(struct rng *rng, struct buf *out)
{
    static const char blanks[] = " \t\r\n";

    while (rng_below(rng, 8) == 0) buf_putc(out, blanks[rng_below(rng, 4)]);
}

static void random_value(struct rng *rng, int depth, struct buf *out)
{
    static const char *const words[] = {"true", "false", "null"};
    uint64_t kind = rng_below(rng, depth > 3 ? 5 : 9);
    bool object = kind > 6;

    if (kind < 2) return random_string(rng, out);
    if (kind < 4) return random_number(rng, out);
    if (kind == 4) return buf_puts(out, words[rng_below(rng, 3)]);
    buf_putc(out, object ? '{' : '[');
    for (uint64_t i = 0, count = rng_below(rng, 4); i < count; i++) {
        if (i) buf_putc(out, ',');
        random_blank(rng, out);
        if (object) {
            random_string(rng, out);
            buf_putc(out, ':');
        }
        random_value(rng, depth + 1, out);
        random_blank(rng, out);
    }
    buf_putc(out, object ? '}' : ']');
}

/* Changes, takes out, doubles or inserts a byte. */
static void mutate(struct rng *rng, struct buf *b)
{
    static const char bytes[] = "{}[]\",:\\0123456789.eE+-truefalsn \n\t\x01\x80\xc3\xe2\xf0\xff/u";
    size_t at = b->len ? rng_below(rng, b->len) : 0;
    char byte = bytes[rng_below(rng, sizeof bytes - 1)];

    if (b->len == 0) return;
    switch (rng_below(rng, 4)) {
    case 0: b->ptr[at] = byte; break;
    case 1: memmove(b->ptr + at, b->ptr + at + 1, --b->len - at); break;
    case 2: b->len = at; break;
    default:
        buf_reserve(b, 1);
        memmove(b->ptr + at + 1, b->ptr + at, b->len++ - at);
        b->ptr[at] = byte;
    }
}

static void compare_values(struct json *j, const json_t *expected);

static void compare_string(struct json_text text, const char *expected, size_t len)
{
    char *plain = mem_alloc(text.len + 1);

    assert_int_equal(json_unescape(text.ptr, text.len, plain), len);
    assert_memory_equal(plain, expected, len);
    assert_true(text.escaped || len == text.len);
    free(plain);
}

static void compare_number(struct json *j, const json_t *expected)
{
    struct json_number n;

    assert_int_equal(json_read_number(j, &n), 0);
    assert_true(json_number_double(&n) == json_real_value(expected));
    assert_int_equal(signbit(json_number_double(&n)) != 0, signbit(json_real_value(expected)) != 0);
}

static void compare_nested(struct json *j, const json_t *expected)
{
    bool object = json_is_object(expected);
    struct json_text key;
    size_t count = 0;

    assert_int_equal(json_enter(j), 0);
    while ((object ? json_next_member(j, (int)count, &key) : json_next_element(j, (int)count)) == 1) {
        const json_t *inner = object ? NULL : json_array_get(expected, count);

        if (object) {
            char *plain = mem_alloc(key.len + 1);
            plain[json_unescape(key.ptr, key.len, plain)] = '\0';
            inner = json_object_get(expected, plain);
            free(plain);
        }
        compare_values(j, inner);
        count++;
    }
    assert_int_equal(count, object ? json_object_size(expected) : json_array_size(expected));
}

static void compare_values(struct json *j, const json_t *expected)
{
    struct json_text text;
    const char *begin = j->at;

    assert_non_null(expected);
    switch (json_typeof(expected)) {
    case JSON_STRING:
        assert_int_equal(json_read_string(j, &text), 0);
        compare_string(text, json_string_value(expected), json_string_length(expected));
        break;
    case JSON_INTEGER:
    case JSON_REAL: compare_number(j, expected); break;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        assert_int_equal(json_read_literal(j), 0);
        assert_int_equal(*begin, json_is_true(expected) ? 't' : json_is_false(expected) ? 'f' : 'n');
        break;
    case JSON_OBJECT:
    case JSON_ARRAY: compare_nested(j, expected); break;
    }
}

/* What jansson says beyond RFC 8259: doubles that overflow, zero bytes in keys. */
static bool is_own_limit(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);

    return code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
}

static bool has_duplicates(const struct buf *b)
{
    json_t *value = json_loadb(
        b->ptr, b->len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);

    json_decref(value);
    return !value;
}

static int compare_with_jansson(const struct buf *b)
{
    struct json vector, portable;
    json_error_t error;
    json_t *expected = json_loadb(b->ptr, b->len, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    int result = check(&vector, b, false);

    assert_int_equal(check(&portable, b, true), result);
    assert_ptr_equal(portable.at, vector.at);
    assert_ptr_equal(portable.problem, vector.problem);
    if (!json_is_utf8(b->ptr, b->len)) result = -1;
    if (expected || !is_own_limit(&error)) {
        if ((result == 0) != (expected != NULL)) print_error("%.*s\n%s\n", (int)b->len, b->ptr, error.text);
        assert_int_equal(result == 0, expected != NULL);
    }
    if (expected && !has_duplicates(b)) {
        json_begin(&vector, b->ptr, b->len);
        json_peek(&vector);
        compare_values(&vector, expected);
    }
    json_decref(expected);
    return result;
}

static void random_documents_are_read_as_jansson_reads_them(void **state)
{
    struct rng rng = {20260101};
    int good = 0, count = 250000;

    (void)state;
    for (int i = 0; i < count; i++) {
        struct buf document = {0}, b;

        random_value(&rng, 0, &document);
        for (uint64_t n = rng_below(&rng, 3); n; n--) mutate(&rng, &document);
        b = padded(document.ptr, document.len);
        good += compare_with_jansson(&b) == 0;
        buf_free(&document);
        buf_free(&b);
    }
    assert_in_range(good, count / 3, count - count / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_documents_are_read_to_their_end),
        cmocka_unit_test(bad_documents_are_refused_with_place_and_reason),
        cmocka_unit_test(a_zero_byte_is_no_blank_and_no_end),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(escapes_become_the_characters_they_stand_for),
        cmocka_unit_test(whole_numbers_become_integers_however_written),
        cmocka_unit_test(the_fast_lane_gives_up_or_agrees),
        cmocka_unit_test(short_decimals_are_rounded_once),
        cmocka_unit_test(short_decimals_are_those_of_the_grammar),
        cmocka_unit_test(short_strings_end_inside_their_document),
        cmocka_unit_test(texts_are_written_with_escapes),
        cmocka_unit_test(doubles_that_json_lacks_are_written_as_strings),
        cmocka_unit_test(random_documents_are_read_as_jansson_reads_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
