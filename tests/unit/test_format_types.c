/* test_format_types.c - runtime/format: what is written of any type reads back the same; the old service's records. */
#include "base/decimal.h"
#include "base/hash.h"
#include "runtime/format.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

static const struct field every[] = {
    {.name = "bool", .type = {.kind = TYPE_BOOLEAN}},
    {.name = "tiny", .type = {.kind = TYPE_TINYINT}},
    {.name = "small", .type = {.kind = TYPE_SMALLINT}},
    {.name = "int", .type = {.kind = TYPE_INTEGER}},
    {.name = "big", .type = {.kind = TYPE_BIGINT}},
    {.name = "narrow", .type = {.kind = TYPE_DECIMAL, .precision = 18, .scale = 7}},
    {.name = "wide", .type = {.kind = TYPE_DECIMAL, .precision = 38, .scale = 20}},
    {.name = "real", .type = {.kind = TYPE_REAL}},
    {.name = "double", .type = {.kind = TYPE_DOUBLE}},
    {.name = "text", .type = {.kind = TYPE_VARCHAR}},
    {.name = "bytes", .type = {.kind = TYPE_BINARY}},
    {.name = "date", .type = {.kind = TYPE_DATE}},
    {.name = "time", .type = {.kind = TYPE_TIME}},
    {.name = "timestamp", .type = {.kind = TYPE_TIMESTAMP}},
    {.name = "zoned", .type = {.kind = TYPE_TIMESTAMP_TZ}},
    {.name = "days", .type = {.kind = TYPE_INTERVAL_DAY}},
    {.name = "months", .type = {.kind = TYPE_INTERVAL_MONTH}},
    {.name = "hours", .type = {.kind = TYPE_INTERVAL_DAY, .first = 1 + UNIT_HOUR, .last = 1 + UNIT_HOUR}},
    {.name = "minutes", .type = {.kind = TYPE_INTERVAL_DAY, .first = 1 + UNIT_DAY, .last = 1 + UNIT_MINUTE}},
    {.name = "years", .type = {.kind = TYPE_INTERVAL_MONTH, .first = 1 + UNIT_YEAR, .last = 1 + UNIT_YEAR}},
};
enum { FIELDS = COUNT(every), TEXT_MAX = 40 };

/* Between -most - 1 and most; often an end or near 0. */
static int64_t random_whole(struct rng *rng, int64_t most)
{
    switch (rng_below(rng, 4)) {
    case 0: return rng_below(rng, 2) ? most : -most - 1;
    case 1: return (int64_t)rng_below(rng, 5) - 2;
    default: return (int64_t)(rng_next(rng) >> 1) % most * (rng_below(rng, 2) ? 1 : -1);
    }
}

static __int128 random_decimal(struct rng *rng, int precision)
{
    __int128 bound = decimal_power(1 + (int)rng_below(rng, (uint64_t)precision));
    __int128 v = (__int128)((unsigned __int128)(rng_next(rng) >> 2) << 64 | rng_next(rng));

    return rng_below(rng, 4) ? v % bound * (rng_below(rng, 2) ? 1 : -1) : rng_below(rng, 2) ? bound - 1 : 1 - bound;
}

static double random_double(struct rng *rng)
{
    uint64_t bits = rng_next(rng);
    double v;

    if (rng_below(rng, 3) == 0) return (double)random_whole(rng, 1000) / 8;
    memcpy(&v, &bits, sizeof v);
    return v - v == 0 ? v : DBL_MIN / 3;
}

static double random_real(struct rng *rng)
{
    uint32_t bits = (uint32_t)rng_next(rng);
    float v;

    memcpy(&v, &bits, sizeof v);
    return v - v == 0 ? (double)v : (double)FLT_MAX;
}

static struct text random_text(struct rng *rng, struct arena *arena, bool ascii)
{
    size_t len = rng_below(rng, TEXT_MAX);
    char *bytes = arena_alloc(arena, TEXT_MAX);

    for (size_t i = 0; i < len; i++) bytes[i] = ascii ? " \",\n\r\\'X=a\t1"[rng_below(rng, 12)] : (char)rng_next(rng);
    return text_of(bytes, len);
}

static int64_t random_int(struct rng *rng, struct type type)
{
    switch (type.kind) {
    case TYPE_TINYINT: return random_whole(rng, INT8_MAX);
    case TYPE_SMALLINT: return random_whole(rng, INT16_MAX);
    case TYPE_INTEGER: return random_whole(rng, INT32_MAX);
    case TYPE_DECIMAL: return (int64_t)random_decimal(rng, type.precision);
    case TYPE_DATE:
        return time_floor(TIME_FIRST + (usec)rng_below(rng, (uint64_t)TIME_LAST - (uint64_t)TIME_FIRST), UNIT_DAY);
    case TYPE_TIME: return (int64_t)rng_below(rng, USEC_DAY);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_TZ: return TIME_FIRST + (usec)rng_below(rng, (uint64_t)TIME_LAST - (uint64_t)TIME_FIRST);
    case TYPE_INTERVAL_DAY: return random_whole(rng, 1000 * USEC_DAY) / 60000000 * (rng_below(rng, 2) ? 60000000 : 1);
    case TYPE_INTERVAL_MONTH: return random_whole(rng, 20000);
    default: return random_whole(rng, INT64_MAX);
    }
}

static void random_value(struct rng *rng, struct arena *arena, struct type type, struct column *c, int row)
{
    switch (c->phys) {
    case PHYS_BOOL: c->bools[row] = (uint8_t)rng_below(rng, 2); break;
    case PHYS_INT: c->ints[row] = random_int(rng, type); break;
    case PHYS_DOUBLE: c->doubles[row] = type.kind == TYPE_REAL ? random_real(rng) : random_double(rng); break;
    case PHYS_WIDE: c->wides[row] = random_decimal(rng, type.precision); break;
    case PHYS_TEXT: c->texts[row] = random_text(rng, arena, type.kind != TYPE_BINARY); break;
    }
}

static bool same_value(const struct column *a, const struct column *b, int row)
{
    if (column_is_null(a, row) || column_is_null(b, row)) return column_is_null(a, row) && column_is_null(b, row);
    switch (a->phys) {
    case PHYS_BOOL: return a->bools[row] == b->bools[row];
    case PHYS_INT: return a->ints[row] == b->ints[row];
    case PHYS_DOUBLE: return memcmp(&a->doubles[row], &b->doubles[row], sizeof(double)) == 0;
    case PHYS_WIDE: return a->wides[row] == b->wides[row];
    case PHYS_TEXT: return text_equal(&a->texts[row], &b->texts[row]);
    }
    return false;
}

/* Rows of a format, one behind the other, and where each begins. */
struct records {
    struct buf bytes;
    size_t begin[BATCH_ROWS + 1];
    struct text record[BATCH_ROWS];
};

static void encode(const char *format, const struct field *fields, int count, const struct column *column, int rows,
                   struct records *out)
{
    struct err err;
    struct encoder *e = encoder_new(format, fields, count, &err);

    assert_non_null(e);
    out->bytes.len = 0;
    for (int i = 0; i < rows; i++) {
        out->begin[i] = out->bytes.len;
        encoder_row(e, column, i, &out->bytes);
    }
    out->begin[rows] = out->bytes.len;
    memset(buf_reserve(&out->bytes, FORMAT_PADDING), '}', FORMAT_PADDING);
    for (int i = 0; i < rows; i++)
        out->record[i] = text_of(out->bytes.ptr + out->begin[i], out->begin[i + 1] - out->begin[i]);
    encoder_free(e);
}

static void assert_reads_back(const char *format, const struct column *column, struct records *records)
{
    bool used[FIELDS];
    struct column got[FIELDS];
    uint8_t bad[BATCH_ROWS];
    struct err err;
    struct decoder *d;

    memset(used, true, sizeof used);
    encode(format, every, FIELDS, column, BATCH_ROWS, records);
    d = decoder_new(format, every, FIELDS, used, -1, &err);
    assert_non_null(d);
    decoder_run(d, records->record, BATCH_ROWS, got, bad);
    for (int row = 0; row < BATCH_ROWS; row++) {
        bool same = bad[row] == ROW_OK;
        for (int c = 0; c < FIELDS; c++) same &= same_value(&column[c], &got[c], row);
        if (!same) fail_msg("%.*s", (int)records->record[row].len, records->record[row].ptr);
    }
    decoder_free(d);
}

static void any_value_reads_back_as_it_was_written(void **state)
{
    struct arena *arena = arena_new();
    struct records records = {0};
    struct column column[FIELDS];
    struct rng rng = {17};

    (void)state;
    for (int round = 0; round < 10; round++) {
        for (int c = 0; c < FIELDS; c++) {
            column_new(arena, type_phys(every[c].type), NULLABLE, &column[c]);
            for (int row = 0; row < BATCH_ROWS; row++) {
                random_value(&rng, arena, every[c].type, &column[c], row);
                if (rng_below(&rng, 10) == 0) bit_clear(column[c].valid, row);
            }
        }
        assert_reads_back("json", column, &records);
        assert_reads_back("csv", column, &records);
    }
    buf_free(&records.bytes);
    arena_free(arena);
}

static void assert_written(const char *format, const struct field *field, int64_t value, const char *expected)
{
    struct column column = {.phys = PHYS_INT, .ints = &value};
    struct records records = {0};

    encode(format, field, 1, &column, 1, &records);
    assert_int_equal(records.record[0].len, strlen(expected));
    assert_memory_equal(records.record[0].ptr, expected, strlen(expected));
    buf_free(&records.bytes);
}

static void the_old_services_timestamps_have_three_fractional_digits_in_json(void **state)
{
    static const struct field ours = {.name = "t", .type = {.kind = TYPE_TIMESTAMP}};
    static const struct field old = {.name = "t", .type = {.kind = TYPE_TIMESTAMP}, .kinesis = true};
    static const struct field old_time = {.name = "t", .type = {.kind = TYPE_TIME}, .kinesis = true};

    (void)state;
    assert_written("json", &ours, USEC_SECOND, "{\"t\":\"1970-01-01 00:00:01\"}");
    assert_written("json", &old, USEC_SECOND, "{\"t\":\"1970-01-01 00:00:01.000\"}");
    assert_written("json", &old, USEC_SECOND + 20000, "{\"t\":\"1970-01-01 00:00:01.020\"}");
    assert_written("json", &old, USEC_SECOND + 20001, "{\"t\":\"1970-01-01 00:00:01.020001\"}");
    assert_written("json", &old_time, USEC_SECOND, "{\"t\":\"00:00:01\"}");
    assert_written("csv", &old, USEC_SECOND, "1970-01-01 00:00:01");
}

static void each_type_is_written_as_the_contract_says(void **state)
{
    static const struct {
        struct type type;
        int64_t value;
        const char *text;
    } cases[] = {
        {{.kind = TYPE_TINYINT}, -128, "{\"t\":-128}"},
        {{.kind = TYPE_DECIMAL, .precision = 18, .scale = 3}, -5, "{\"t\":-0.005}"},
        {{.kind = TYPE_DECIMAL, .precision = 5, .scale = 0}, 120, "{\"t\":120}"},
        {{.kind = TYPE_DATE}, 0, "{\"t\":\"1970-01-01\"}"},
        {{.kind = TYPE_TIME}, USEC_DAY - 1, "{\"t\":\"23:59:59.999999\"}"},
        {{.kind = TYPE_TIMESTAMP_TZ}, 500000, "{\"t\":\"1970-01-01 00:00:00.5+00:00\"}"},
        {{.kind = TYPE_INTERVAL_DAY}, USEC_DAY, "{\"t\":\"+1 00:00:00\"}"},
        {{.kind = TYPE_INTERVAL_MONTH}, -14, "{\"t\":\"-1-02\"}"},
        {{.kind = TYPE_INTERVAL_DAY, .first = 1 + UNIT_HOUR, .last = 1 + UNIT_HOUR}, USEC_HOUR, "{\"t\":\"+1\"}"},
        {{.kind = TYPE_INTERVAL_DAY, .first = 1 + UNIT_HOUR, .last = 1 + UNIT_HOUR},
         USEC_HOUR / 4,
         "{\"t\":\"+0 00:15:00\"}"},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct field field = {.name = "t", .type = cases[i].type};
        assert_written("json", &field, cases[i].value, cases[i].text);
    }
}

static void texts_that_are_cut_are_counted_by_row(void **state)
{
    static const struct field fields[] = {
        {.name = "a", .type = {.kind = TYPE_VARCHAR, .length = 3}, .kinesis = true},
        {.name = "b", .type = {.kind = TYPE_CHAR, .length = 2}, .kinesis = true},
    };
    static const bool used[] = {true, true};
    static const char *const lines[] = {"{\"a\":\"abcd\",\"b\":\"xyz\"}", "{\"a\":\"abc\",\"b\":\"x\"}",
                                        "{\"a\":\"abcd\",", "{\"a\":12345}"};
    static const int cuts[] = {2, 0, 0, 1};
    struct arena *arena = arena_new();
    struct text record[COUNT(lines)];
    struct column got[2];
    uint8_t bad[COUNT(lines)];
    struct err err;
    struct decoder *d = decoder_new("json", fields, 2, used, -1, &err);

    (void)state;
    for (int i = 0; i < COUNT(lines); i++) {
        char *padded = arena_alloc(arena, strlen(lines[i]) + FORMAT_PADDING);
        record[i] = text_of(strcpy(padded, lines[i]), strlen(lines[i]));
    }
    decoder_run(d, record, COUNT(lines), got, bad);
    assert_non_null(decoder_cuts(d));
    for (int i = 0; i < COUNT(lines); i++) assert_int_equal(decoder_cuts(d)[i], cuts[i]);
    assert_memory_equal(got[1].texts[1].ptr, "x ", 2);
    decoder_run(d, record + 1, 1, got, bad);
    assert_null(decoder_cuts(d));
    decoder_free(d);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_value_reads_back_as_it_was_written),
        cmocka_unit_test(the_old_services_timestamps_have_three_fractional_digits_in_json),
        cmocka_unit_test(each_type_is_written_as_the_contract_says),
        cmocka_unit_test(texts_that_are_cut_are_counted_by_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
