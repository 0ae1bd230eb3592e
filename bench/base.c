/* base.c - nanoseconds a call of what base does once for every row.
 * Build: cc -std=gnu11 -O2 -D_GNU_SOURCE -I. -o build/bench_base bench/base.c build/libweir.a -lm */
#include "base/hash.h"
#include "base/num.h"
#include "base/sum.h"
#include "base/time.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 256, ROUNDS = 8000, TEXT_MAX = 64 };

struct inputs {
    double prices[INPUTS], any[INPUTS];
    char price_texts[INPUTS][TEXT_MAX], any_texts[INPUTS][TEXT_MAX];
    char iso[INPUTS][TEXT_MAX], slashes[INPUTS][TEXT_MAX], words[INPUTS][TEXT_MAX];
    size_t price_lens[INPUTS], any_lens[INPUTS];
    struct time_format *slash_format, *word_format;
};

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void format_into(char *out, struct arena *arena, const char *pattern, usec t)
{
    struct err err;
    struct buf text = {0};

    time_format_print(time_format_new(arena, str_lit(pattern), &err), t, &text);
    strcpy(out, buf_text(&text));
    buf_free(&text);
}

static void make_inputs(struct inputs *in, struct arena *arena)
{
    struct rng rng = {1};
    struct err err;

    in->slash_format = time_format_new(arena, str_lit("yyyy/MM/dd HH:mm"), &err);
    in->word_format = time_format_new(arena, str_lit("dd/MMM/yyyy:HH:mm:ss Z"), &err);
    for (int i = 0; i < INPUTS; i++) {
        usec t = (usec)rng_below(&rng, 1500000000) * USEC_SECOND;
        in->prices[i] = (double)rng_below(&rng, 1000000) / 100;
        in->any[i] = (double)rng_next(&rng) / 0x1p50;
        in->price_lens[i] = (size_t)num_print_double(in->prices[i], in->price_texts[i]);
        in->any_lens[i] = (size_t)num_print_double(in->any[i], in->any_texts[i]);
        time_print(t, in->iso[i]);
        format_into(in->slashes[i], arena, "yyyy/MM/dd HH:mm", t);
        format_into(in->words[i], arena, "dd/MMM/yyyy:HH:mm:ss Z", t);
    }
}

/* Each returns something that depends on every result, so that none is optimised away. */
static int64_t run_sum_add(const struct inputs *in)
{
    struct sum sum = {0};

    for (int i = 0; i < INPUTS; i++) sum_add(&sum, in->prices[i], 1);
    return (int64_t)sum_value(&sum, NULL);
}

static int64_t run_sum_wide_add(const struct inputs *in)
{
    static const struct sum_wide zero;
    struct sum_wide wide = zero;

    for (int i = 0; i < INPUTS; i++) sum_wide_add(&wide, in->prices[i], 1);
    return (int64_t)wide.limb[16];
}

static int64_t run_sum_value(const struct inputs *in)
{
    struct sum sum = {0};
    double total = 0;

    for (int i = 0; i < INPUTS; i++) {
        sum_add(&sum, in->prices[i], 1);
        total += sum_value(&sum, NULL);
    }
    return (int64_t)total;
}

static int64_t run_sum_mean(const struct inputs *in)
{
    struct sum sum = {0};
    double total = 0;

    for (int i = 0; i < INPUTS; i++) {
        sum_add(&sum, in->prices[i], 1);
        total += sum_mean(&sum, NULL, i + 1);
    }
    return (int64_t)total;
}

static int64_t run_time_parse(const struct inputs *in)
{
    usec t, total = 0;

    for (int i = 0; i < INPUTS; i++) total += time_parse(in->iso[i], 19, &t) ? 0 : t;
    return total;
}

static int64_t run_format_parse(const struct inputs *in)
{
    usec t, total = 0;

    for (int i = 0; i < INPUTS; i++) {
        total += time_format_parse(in->slash_format, in->slashes[i], 16, TIME_MATCH_PREFIX, &t) ? 0 : t;
    }
    return total;
}

static int64_t run_format_parse_words(const struct inputs *in)
{
    usec t, total = 0;

    for (int i = 0; i < INPUTS; i++) {
        total += time_format_parse(in->word_format, in->words[i], 26, TIME_MATCH_ALL, &t) ? 0 : t;
    }
    return total;
}

static int64_t run_time_print(const struct inputs *in)
{
    char text[TIME_TEXT_MAX];
    int64_t total = 0;

    for (int i = 0; i < INPUTS; i++) total += time_print((usec)(in->any[i] * 1e11), text);
    return total;
}

static int64_t run_parse_double(const struct inputs *in)
{
    double v, total = 0;

    for (int i = 0; i < INPUTS; i++) total += num_parse_double(in->price_texts[i], in->price_lens[i], &v) ? 0 : v;
    return (int64_t)total;
}

static int64_t run_parse_double_long(const struct inputs *in)
{
    double v, total = 0;

    for (int i = 0; i < INPUTS; i++) total += num_parse_double(in->any_texts[i], in->any_lens[i], &v) ? 0 : v;
    return (int64_t)total;
}

static int64_t run_print_double(const struct inputs *in)
{
    char text[NUM_TEXT_MAX];
    int64_t total = 0;

    for (int i = 0; i < INPUTS; i++) total += num_print_double(in->prices[i], text);
    return total;
}

static int64_t run_print_double_long(const struct inputs *in)
{
    char text[NUM_TEXT_MAX];
    int64_t total = 0;

    for (int i = 0; i < INPUTS; i++) total += num_print_double(in->any[i], text);
    return total;
}

static int64_t run_utf8(const struct inputs *in)
{
    int64_t total = 0;

    for (int i = 0; i < INPUTS; i++) total += (int64_t)utf8_valid_prefix(in->words[i], 26);
    return total;
}

static void measure(const char *name, int64_t (*run)(const struct inputs *), const struct inputs *in, int rounds)
{
    double start = now_ns();
    int64_t check = 0;

    for (int i = 0; i < rounds; i++) check += run(in);
    printf("%-44s %8.1f ns   (check %016llx)\n", name, (now_ns() - start) / ((double)rounds * INPUTS),
           (unsigned long long)check);
}

int main(void)
{
    static struct inputs in;
    struct arena *arena = arena_new();

    make_inputs(&in, arena);
    measure("sum_add, prices", run_sum_add, &in, ROUNDS);
    measure("sum_wide_add, prices", run_sum_wide_add, &in, ROUNDS);
    measure("sum_add + sum_value", run_sum_value, &in, ROUNDS / 10);
    measure("sum_add + sum_mean", run_sum_mean, &in, ROUNDS / 10);
    measure("time_parse, yyyy-MM-dd HH:mm:ss", run_time_parse, &in, ROUNDS);
    measure("time_format_parse, yyyy/MM/dd HH:mm", run_format_parse, &in, ROUNDS);
    measure("time_format_parse, dd/MMM/yyyy:HH:mm:ss Z", run_format_parse_words, &in, ROUNDS / 10);
    measure("time_print", run_time_print, &in, ROUNDS / 10);
    measure("num_parse_double, 1234.56", run_parse_double, &in, ROUNDS);
    measure("num_parse_double, 17 digits", run_parse_double_long, &in, ROUNDS / 10);
    measure("num_print_double, 1234.56", run_print_double, &in, ROUNDS / 10);
    measure("num_print_double, 17 digits", run_print_double_long, &in, ROUNDS / 100);
    measure("utf8_valid_prefix, 26 bytes of ASCII", run_utf8, &in, ROUNDS);
    arena_free(arena);
    return 0;
}
