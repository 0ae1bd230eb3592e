/* test_reference_text.c - functions of text on random texts, against plain ones over arrays of characters. */
#include "tests/unit/build_bound.h"

#include "base/base64.h"
#include "base/hash.h"

enum { ROUNDS = 3000, LENGTH_MAX = 9, ROOM = 400 };

/* A text, character by character. */
struct chars {
    const char *at[ROOM];
    int count;
};

static struct rng rng;

static struct chars random_chars(void)
{
    static const char *const letters[] = {"a", "a", "b", "B", " ", "-", "ä", "€", "1"};
    struct chars s = {.count = (int)rng_below(&rng, LENGTH_MAX + 1)};

    for (int i = 0; i < s.count; i++) s.at[i] = letters[rng_below(&rng, 9)];
    return s;
}

/* Few, so that texts often hold it. */
static struct chars random_short(void)
{
    struct chars s = random_chars();

    if (s.count > 2) s.count = (int)rng_below(&rng, 3);
    return s;
}

static struct bound *as_text(const struct chars *s)
{
    struct buf out = {0};
    struct bound *b;

    for (int i = 0; i < s->count; i++) buf_puts(&out, s->at[i]);
    b = text(arena_copy(arena, buf_text(&out), out.len));
    buf_free(&out);
    return b;
}

static void add(struct chars *out, const struct chars *s, int start, int end)
{
    for (int i = start < 0 ? 0 : start; i < end && i < s->count; i++) out->at[out->count++] = s->at[i];
}

static void check(const struct bound *call, const struct chars *expected)
{
    const char *want = arena_copy(arena, as_text(expected)->s.ptr, as_text(expected)->s.len), *got = value_of(call);
    struct buf shown = {0};

    if (strcmp(got, want) != 0) {
        bound_print(call, NULL, &shown);
        fail_msg("%s is '%s', not '%s'", buf_text(&shown), got, want);
    }
}

static int random_between(int low, int high)
{
    return low + (int)rng_below(&rng, (uint64_t)(high - low + 1));
}

static void overlay_replaces_characters(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), new = random_short(), out = {.count = 0};
        int from = random_between(-3, 12), count = random_between(0, 5);

        add(&out, &s, 0, from - 1);
        add(&out, &new, 0, new.count);
        add(&out, &s, from + count - 1, s.count);
        check(CALL("overlay", as_text(&s), as_text(&new), integer(from), integer(count)), &out);
    }
    CHECK(CALL("overlay", text("12345"), text("foo"), bigint(INT64_MAX), bigint(INT64_MAX)), "12345foo");
    CHECK(CALL("overlay", text("12345"), text("foo"), bigint(INT64_MIN), bigint(1)), "foo12345");
    CHECK(CALL("overlay", text("12345"), text("foo"), integer(2), integer(-1)), "bad argument");
}

static void padding_repeats_and_cuts(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), pad = random_short(), fill = {.count = 0}, left = {.count = 0},
                     right = {.count = 0};
        int length = random_between(-2, 30);

        for (int i = 0; pad.count && i < length - s.count; i++) fill.at[fill.count++] = pad.at[i % pad.count];
        add(&left, &fill, 0, fill.count);
        add(&left, &s, 0, length);
        add(&right, &s, 0, length);
        add(&right, &fill, 0, fill.count);
        check(CALL("lpad", as_text(&s), integer(length), as_text(&pad)), &left);
        check(CALL("rpad", as_text(&s), integer(length), as_text(&pad)), &right);
    }
    CHECK(CALL("rpad", text("x"), bigint(INT64_MAX)), "text too long");
    CHECK(CALL("lpad", text("x"), bigint(INT64_MIN)), "");
}

static void repeat_is_one_after_the_other(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), out = {.count = 0};
        int times = random_between(-1, 8);

        for (int i = 0; i < times; i++) add(&out, &s, 0, s.count);
        check(CALL("repeat", as_text(&s), integer(times)), &out);
    }
    CHECK(CALL("repeat", text(""), bigint(INT64_MAX)), "");
    CHECK(CALL("char_length", CALL("repeat", text("ab"), bigint(524288))), "1048576");
    CHECK(CALL("repeat", text("ab"), bigint(524289)), "text too long");
}

static bool begins_at(const struct chars *s, int at, const struct chars *part)
{
    if (!part->count || at + part->count > s->count) return false;
    for (int i = 0; i < part->count; i++) {
        if (s->at[at + i] != part->at[i]) return false;
    }
    return true;
}

static int split(const struct chars *s, const struct chars *separator, struct chars *parts)
{
    int count = 0;

    parts[0].count = 0;
    for (int i = 0; i < s->count;) {
        if (begins_at(s, i, separator)) {
            parts[++count].count = 0;
            i += separator->count;
        } else {
            parts[count].at[parts[count].count++] = s->at[i++];
        }
    }
    return count + 1;
}

static void splitting_takes_what_is_between(void **state)
{
    static struct chars parts[LENGTH_MAX + 2], nothing;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), separator = random_short();
        int count = split(&s, &separator, parts), n = random_between(-4, 4), from_end = n < 0 ? count + n : n - 1;
        struct bound *index = CALL("split_index", as_text(&s), as_text(&separator), integer(n));

        if (n < 0 || n >= count)
            CHECK(index, "NULL");
        else
            check(index, &parts[n]);
        if (n == 0) continue;
        check(CALL("split_part", as_text(&s), as_text(&separator), integer(n)),
              from_end >= 0 && from_end < count ? &parts[from_end] : &nothing);
    }
    CHECK(CALL("split_part", text("a"), text(","), integer(0)), "bad argument");
    CHECK(CALL("split_part", text("a"), text(","), bigint(INT64_MIN)), "");
}

static void translate_is_character_by_character(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), from = random_chars(), to = random_chars(), out = {.count = 0};

        for (int i = 0; i < s.count; i++) {
            int place = 0;
            while (place < from.count && from.at[place] != s.at[i]) place++;
            if (place == from.count)
                add(&out, &s, i, i + 1);
            else
                add(&out, &to, place, place + 1);
        }
        check(CALL("translate", as_text(&s), as_text(&from), as_text(&to)), &out);
    }
}

static void initcap_begins_words(void **state)
{
    static const char *const pairs[][2] = {{"a", "A"}, {"b", "B"}, {"ä", "Ä"}, {"1", "1"}};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), out = {.count = 0};
        bool within = false;

        for (int i = 0; i < s.count; i++) {
            const char *letter = s.at[i];
            bool word = false;
            for (int k = 0; k < 4; k++) {
                if (strcmp(letter, pairs[k][0]) && strcmp(letter, pairs[k][1])) continue;
                letter = pairs[k][!within];
                word = true;
                break;
            }
            out.at[out.count++] = letter;
            within = word;
        }
        check(CALL("initcap", as_text(&s)), &out);
    }
}

/* The pattern a finds characters; a* also what is empty before all others, and the end. */
static void regex_replace_counts_from_a_character_on(void **state)
{
    struct chars mark = {.at = {"#"}, .count = 1};

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars s = random_chars(), once = {.count = 0}, star = {.count = 0};
        int start = random_between(1, 5), occurrence = random_between(0, 3), seen = 0, i = start - 1;

        if (s.count < start && (s.count || start > 1)) continue;
        for (int k = 0; k < s.count; k++) {
            bool hit = k >= start - 1 && strcmp(s.at[k], "a") == 0, replaced;
            seen += hit;
            replaced = hit && (!occurrence || seen == occurrence);
            once.at[once.count++] = replaced ? "#" : s.at[k];
        }
        check(CALL("regex_replace", as_text(&s), text("a"), text("#"), integer(start), integer(occurrence)), &once);
        add(&star, &s, 0, i);
        while (i <= s.count) {
            int from = i;
            while (i < s.count && strcmp(s.at[i], "a") == 0) i++;
            add(&star, &mark, 0, 1);
            if (i == from) add(&star, &s, i, i + 1), i++;
        }
        check(CALL("regex_replace", as_text(&s), text("a*"), text("#"), integer(start), integer(0)), &star);
    }
}

static void concat_ws_joins_what_is_there(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct chars between = random_short(), parts[3], out = {.count = 0};
        struct bound *args[4] = {as_text(&between)};
        bool first = true;

        for (int i = 0; i < 3; i++) {
            parts[i] = random_chars();
            args[1 + i] = rng_below(&rng, 3) ? as_text(&parts[i]) : null_of(TYPE_VARCHAR);
            if (args[1 + i]->null) continue;
            if (!first) add(&out, &between, 0, between.count);
            add(&out, &parts[i], 0, parts[i].count);
            first = false;
        }
        check(bind_call("concat_ws", args, 4), &out);
    }
    CHECK(CALL("concat_ws", null_of(TYPE_VARCHAR), text("a")), "NULL");
}

/* Six bits a letter, from the first bit on. */
static void base64_is_six_bits_a_letter(void **state)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char bytes[20], back[32], expected[32] = {0};
        int count = (int)rng_below(&rng, 20), n = 0;
        struct buf out = {0};

        for (int i = 0; i < count; i++) bytes[i] = (char)rng_next(&rng);
        for (int bit = 0; bit < 8 * count; bit += 6) {
            int value = 0;
            for (int k = bit; k < bit + 6; k++)
                value = 2 * value + (k < 8 * count ? (uint8_t)bytes[k / 8] >> (7 - k % 8) & 1 : 0);
            expected[n++] = letters[value];
        }
        while (n % 4) expected[n++] = '=';
        base64_put(&out, bytes, (size_t)count);
        assert_string_equal(buf_text(&out), expected);
        assert_int_equal(base64_bytes(out.ptr, out.len, back), count);
        assert_memory_equal(back, bytes, (size_t)count);
        buf_free(&out);
    }
}

static void bytes_are_counted_as_bytes(void **state)
{
    struct bound *bytes = node(BOUND_CONST, TYPE_BINARY), *part = node(BOUND_CONST, TYPE_BINARY);

    (void)state;
    bytes->s = str_of("a\0\xff"
                      "b",
                      4);
    part->s = str_of("\xff", 1);
    CHECK(CALL("octet_length", bytes), "4");
    CHECK(CALL("position", part, bytes), "3");
    CHECK(CALL("octet_length", CALL("substring", bytes, integer(-1), integer(4))), "2");
    CHECK(CALL("octet_length", CALL("substring", bytes, bigint(INT64_MAX))), "0");
    CHECK(CALL("octet_length", CALL("substring", bytes, bigint(INT64_MIN), bigint(INT64_MAX))), "0");
    CHECK(CALL("substring", bytes, integer(1), integer(-1)), "bad argument");
    CHECK(CALL("to_base64", bytes), "YQD/Yg==");
    CHECK(CALL("sha1", bytes), "8daee4d871375d90dd5478e172300f0efae56fad");
    CHECK(cast(bytes, TYPE_VARCHAR), "bad cast");
}

static int begin(void **state)
{
    rng.state = 11;
    return make_arena(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlay_replaces_characters),
        cmocka_unit_test(padding_repeats_and_cuts),
        cmocka_unit_test(repeat_is_one_after_the_other),
        cmocka_unit_test(splitting_takes_what_is_between),
        cmocka_unit_test(translate_is_character_by_character),
        cmocka_unit_test(initcap_begins_words),
        cmocka_unit_test(regex_replace_counts_from_a_character_on),
        cmocka_unit_test(concat_ws_joins_what_is_there),
        cmocka_unit_test(base64_is_six_bits_a_letter),
        cmocka_unit_test(bytes_are_counted_as_bytes),
    };

    return cmocka_run_group_tests(tests, begin, drop_arena);
}
