/* test_format.c - runtime/format: records to columns and back, and what is said of those that are wrong. */
#include "base/hash.h"
#include "base/num.h"
#include "runtime/format.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define T_INT                                                                                                          \
    {                                                                                                                  \
        .kind = TYPE_INTEGER                                                                                           \
    }
#define T_BIG                                                                                                          \
    {                                                                                                                  \
        .kind = TYPE_BIGINT                                                                                            \
    }
#define T_DOUBLE                                                                                                       \
    {                                                                                                                  \
        .kind = TYPE_DOUBLE                                                                                            \
    }
#define T_BOOL                                                                                                         \
    {                                                                                                                  \
        .kind = TYPE_BOOLEAN                                                                                           \
    }
#define T_TIME                                                                                                         \
    {                                                                                                                  \
        .kind = TYPE_TIMESTAMP                                                                                         \
    }
#define T_TEXT                                                                                                         \
    {                                                                                                                  \
        .kind = TYPE_VARCHAR                                                                                           \
    }
#define T_CHARS(n)                                                                                                     \
    {                                                                                                                  \
        .kind = TYPE_VARCHAR, .length = n                                                                              \
    }
#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

enum { FIELDS_MAX = 32 };

/* Records with padding behind each, as a run of the decoder gets them. */
struct run {
    struct decoder *decoder;
    const struct field *fields;
    int field_count;
    struct buf bytes;
    struct text record[BATCH_ROWS];
    size_t offset[BATCH_ROWS];
    int count;
    struct column column[FIELDS_MAX];
    uint8_t bad[BATCH_ROWS];
};

static struct run *run_new(const char *format, const struct field *fields, int count, int event_field)
{
    struct run *run = mem_zalloc(sizeof *run);
    bool used[FIELDS_MAX];
    struct err err;

    memset(used, true, sizeof used);
    run->fields = fields;
    run->field_count = count;
    run->decoder = decoder_new(format, fields, count, used, event_field, &err);
    assert_non_null(run->decoder);
    return run;
}

static void run_free(struct run *run)
{
    decoder_free(run->decoder);
    buf_free(&run->bytes);
    free(run);
}

static void run_add(struct run *run, const char *record, size_t len)
{
    run->offset[run->count] = run->bytes.len;
    buf_put(&run->bytes, record, len);
    run->record[run->count++].len = (uint32_t)len;
}

/* Decodes what was added; the records follow one another without a gap. */
static void run_decode(struct run *run)
{
    memset(buf_reserve(&run->bytes, FORMAT_PADDING), '}', FORMAT_PADDING);
    for (int i = 0; i < run->count; i++) run->record[i] = text_of(run->bytes.ptr + run->offset[i], run->record[i].len);
    decoder_run(run->decoder, run->record, run->count, run->column, run->bad);
}

static void run_restart(struct run *run)
{
    run->bytes.len = 0;
    run->count = 0;
}

static const char *error_name(uint8_t error)
{
    static const char *const names[] = {"ok",
#define X(code, name) name,
                                        ROW_ERRORS(X)
#undef X
    };

    assert_in_range(error, 0, COUNT(names) - 1);
    return names[error];
}

/* A value as the tests write it: NULL, !error, or its text. */
static void show(const struct column *c, const struct field *field, int row, struct buf *out)
{
    char time[TIME_TEXT_MAX], number[NUM_TEXT_MAX];

    if (c->error && c->error[row]) {
        assert_true(column_is_null(c, row));
        buf_printf(out, "!%s", error_name(c->error[row]));
        return;
    }
    if (column_is_null(c, row)) {
        buf_puts(out, "NULL");
        return;
    }
    switch (c->phys) {
    case PHYS_BOOL: buf_puts(out, c->bools[row] ? "true" : "false"); break;
    case PHYS_DOUBLE: buf_printf(out, "%.17g", c->doubles[row]); break;
    case PHYS_TEXT: buf_put(out, c->texts[row].ptr, c->texts[row].len); break;
    case PHYS_WIDE: buf_put(out, number, (size_t)num_print_int128(c->wides[row], number)); break;
    case PHYS_INT:
        if (field->type.kind == TYPE_TIMESTAMP)
            buf_put(out, time, (size_t)time_print(c->ints[row], time));
        else
            buf_printf(out, "%lld", (long long)c->ints[row]);
        break;
    }
}

/* A row as the tests write it: its values with '|' between, or !error of the record. */
static void show_row(const struct run *run, int row, struct buf *out)
{
    out->len = 0;
    if (run->bad[row]) {
        buf_printf(out, "!%s", error_name(run->bad[row]));
        for (int i = 0; i < run->field_count; i++) {
            assert_true(column_is_null(&run->column[i], row));
            assert_true(!run->column[i].error || !run->column[i].error[row]);
        }
        return;
    }
    for (int i = 0; i < run->field_count; i++) {
        if (i) buf_putc(out, '|');
        show(&run->column[i], &run->fields[i], row, out);
    }
}

/* Pairs of a record and what becomes of it: decoded together, and each alone. */
struct pair {
    const char *record, *row;
};

static void check_pairs(const char *format, const struct field *fields, int field_count, int event_field,
                        const struct pair *pairs, int count)
{
    struct run *together = run_new(format, fields, field_count, event_field);
    struct run *alone = run_new(format, fields, field_count, event_field);
    struct buf shown = {0};

    for (int i = 0; i < count; i++) run_add(together, pairs[i].record, strlen(pairs[i].record));
    for (int round = 0; round < 2; round++) {
        run_decode(together);
        for (int i = 0; i < count; i++) {
            show_row(together, i, &shown);
            assert_string_equal(buf_text(&shown), pairs[i].row);
        }
    }
    for (int i = 0; i < count; i++) {
        run_restart(alone);
        run_add(alone, pairs[i].record, strlen(pairs[i].record));
        run_decode(alone);
        show_row(alone, 0, &shown);
        assert_string_equal(buf_text(&shown), pairs[i].row);
    }
    buf_free(&shown);
    run_free(together);
    run_free(alone);
}

static const struct field typed[] = {
    {.name = "i", .type = T_INT},  {.name = "b", .type = T_BIG},  {.name = "d", .type = T_DOUBLE},
    {.name = "o", .type = T_BOOL}, {.name = "s", .type = T_TEXT}, {.name = "t", .type = T_TIME},
};

static void json_values_become_values_of_their_columns(void **state)
{
    static const struct pair pairs[] = {
        {"{\"i\":1,\"b\":2,\"d\":3.5,\"o\":true,\"s\":\"x\",\"t\":\"2026-01-02 03:04:05.5\"}",
         "1|2|3.5|true|x|2026-01-02 03:04:05.5"},
        {"{}", "NULL|NULL|NULL|NULL|NULL|NULL"},
        {"{\"i\":null,\"b\":null,\"d\":null,\"o\":null,\"s\":null,\"t\":null}", "NULL|NULL|NULL|NULL|NULL|NULL"},
        {" {\t\"b\" : -2 , \"i\" :\n-1, \"x\":[1,{\"i\":5}] } \r", "-1|-2|NULL|NULL|NULL|NULL"},
        {"{\"i\":1,\"i\":2}", "1|NULL|NULL|NULL|NULL|NULL"},
        {"{\"i\":null,\"i\":2}", "NULL|NULL|NULL|NULL|NULL|NULL"},
        {"{\"I\":1}", "NULL|NULL|NULL|NULL|NULL|NULL"},
        {"{\"\\u0069\":1}", "1|NULL|NULL|NULL|NULL|NULL"},
        {"{\"i\":1.0,\"b\":1e3,\"d\":7}", "1|1000|7|NULL|NULL|NULL"},
        {"{\"i\":\"12\",\"b\":\"-9000000000\",\"d\":\"1.25e1\",\"o\":\"TRUE\"}", "12|-9000000000|12.5|true|NULL|NULL"},
        {"{\"i\":\"1.0\",\"b\":\"1e3\",\"d\":\"NaN\"}", "1|1000|nan|NULL|NULL|NULL"},
        {"{\"i\":2147483647,\"b\":9223372036854775807}", "2147483647|9223372036854775807|NULL|NULL|NULL|NULL"},
        {"{\"i\":-2147483648,\"b\":-9223372036854775808}", "-2147483648|-9223372036854775808|NULL|NULL|NULL|NULL"},
        {"{\"i\":2147483648,\"b\":9223372036854775808,\"d\":1e999}", "!bad value|!bad value|!bad value|NULL|NULL|NULL"},
        {"{\"i\":1.5,\"b\":true,\"d\":\"x\",\"o\":1,\"t\":5}",
         "!bad value|!bad value|!bad value|!bad value|NULL|!bad value"},
        {"{\"i\":[1],\"b\":{},\"d\":\"\",\"o\":\"yes\",\"t\":\"2026-13-01\"}",
         "!bad value|!bad value|!bad value|!bad value|NULL|!bad value"},
        {"{\"s\":12.50}", "NULL|NULL|NULL|NULL|12.50|NULL"},
        {"{\"s\":false}", "NULL|NULL|NULL|NULL|false|NULL"},
        {"{\"s\":{\"a\" : [1]}}", "NULL|NULL|NULL|NULL|{\"a\" : [1]}|NULL"},
        {"{\"s\":[ ]}", "NULL|NULL|NULL|NULL|[ ]|NULL"},
        {"{\"s\":\"\"}", "NULL|NULL|NULL|NULL||NULL"},
        {"{\"s\":\"\\u00e4\\n\\\"\"}", "NULL|NULL|NULL|NULL|\xc3\xa4\n\"|NULL"},
        {"{\"s\":\"a string of more than thirty-two bytes, \xc3\xa4\"}",
         "NULL|NULL|NULL|NULL|a string of more than thirty-two bytes, \xc3\xa4|NULL"},
        {"{\"d\":0.1}", "NULL|NULL|0.10000000000000001|NULL|NULL|NULL"},
        {"{\"d\":-0}", "NULL|NULL|-0|NULL|NULL|NULL"},
        {"{\"d\":12345678901234567890.5}", "NULL|NULL|1.2345678901234567e+19|NULL|NULL|NULL"},
        {"{\"o\":false}", "NULL|NULL|NULL|false|NULL|NULL"},
        {"{\"t\":\"2026-01-02T03:04:05Z\"}", "NULL|NULL|NULL|NULL|NULL|2026-01-02 03:04:05"},
    };

    (void)state;
    check_pairs("json", typed, COUNT(typed), -1, pairs, COUNT(pairs));
}

static void json_that_is_not_well_formed_is_a_bad_record(void **state)
{
    static const struct pair pairs[] = {
        {"{\"i\":1}", "1|NULL|NULL|NULL|NULL|NULL"},
        {"", "!bad record"},
        {" ", "!bad record"},
        {"1", "!bad record"},
        {"[]", "!bad record"},
        {"{\"i\":1", "!bad record"},
        {"{\"i\":", "!bad record"},
        {"{\"i\"", "!bad record"},
        {"{\"i", "!bad record"},
        {"{", "!bad record"},
        {"{\"i\":1}{", "!bad record"},
        {"{\"i\":1} x", "!bad record"},
        {"{\"i\":1,\"x\":tru}", "!bad record"},
        {"{\"i\":1,\"x\":\"\xff\"}", "!bad record"},
        {"{\"i\":1,\"s\":\"\\x\"}", "!bad record"},
        {"{\"i\":1,\"x\":{\"y\":[1,2}}", "!bad record"},
        {"{\"i\":01}", "!bad record"},
        {"{\"i\":1,}", "!bad record"},
        {"{\"i\":1 \"s\":2}", "!bad record"},
        {"{\"i\":1}", "1|NULL|NULL|NULL|NULL|NULL"},
    };

    (void)state;
    check_pairs("json", typed, COUNT(typed), -1, pairs, COUNT(pairs));
}

static void paths_lead_into_objects_and_arrays(void **state)
{
    static const struct field fields[] = {
        {.name = "mag", .type = T_DOUBLE, .path = "$.properties.mag"},
        {.name = "time", .type = T_TIME, .path = "$.properties['time']", .format = "epoch_ms"},
        {.name = "x", .type = T_DOUBLE, .path = "$.geometry.coordinates[0]"},
        {.name = "z", .type = T_DOUBLE, .path = "$[\"geometry\"].coordinates[2]"},
        {.name = "id", .type = T_TEXT},
        {.name = "again", .type = T_CHARS(2), .path = "$.id"},
        {.name = "geometry", .type = T_TEXT},
        {.name = "deep", .type = T_INT, .path = "$['a b'][1][0].c"},
    };
    static const struct pair pairs[] = {
        {"{\"properties\":{\"mag\":2.5,\"time\":1517365101235},\"geometry\":{\"coordinates\":[-1.5,2,3]},\"id\":"
         "\"ak\"}",
         "2.5|2018-01-31 02:18:21.235|-1.5|3|ak|ak|{\"coordinates\":[-1.5,2,3]}|NULL"},
        {"{\"id\":\"abc\",\"geometry\":{\"coordinates\":[1]},\"properties\":{\"x\":0,\"time\":\"5\",\"mag\":null}}",
         "NULL|1970-01-01 00:00:00.005|1|NULL|abc|!text too long|{\"coordinates\":[1]}|NULL"},
        {"{\"properties\":5,\"geometry\":[],\"id\":{}}", "NULL|NULL|NULL|NULL|{}|{}|[]|NULL"},
        {"{\"properties\":{\"mag\":1},\"properties\":{\"mag\":2,\"time\":1}}", "1|NULL|NULL|NULL|NULL|NULL|NULL|NULL"},
        {"{\"a b\":[{},[{\"d\":1,\"c\":7},8]]}", "NULL|NULL|NULL|NULL|NULL|NULL|NULL|7"},
        {"{\"a b\":[{},[]],\"geometry\":{\"coordinates\":{\"0\":1}}}",
         "NULL|NULL|NULL|NULL|NULL|NULL|{\"coordinates\":{\"0\":1}}|NULL"},
        {"{\"geometry\":{\"coordinates\":[1,]}}", "!bad record"},
        {"{\"geometry\":{\"coordinates\":[1,2", "!bad record"},
        {"{\"geometry\":", "!bad record"},
        {"{\"properties\":{\"mag\":", "!bad record"},
    };

    (void)state;
    check_pairs("json", fields, COUNT(fields), -1, pairs, COUNT(pairs));
}

static void a_dollar_is_the_whole_record(void **state)
{
    static const struct field fields[] = {{.name = "all", .type = T_TEXT, .path = "$"}, {.name = "a", .type = T_INT}};
    static const struct pair pairs[] = {
        {" {\"a\": 1} ", "{\"a\": 1}|1"},
        {"{}", "{}|NULL"},
        {"{\"a\": 1", "!bad record"},
    };

    (void)state;
    check_pairs("json", fields, COUNT(fields), -1, pairs, COUNT(pairs));
}

static void not_null_and_lengths_are_checked(void **state)
{
    static const struct field fields[] = {
        {.name = "n", .type = T_INT, .not_null = true},
        {.name = "s", .type = T_CHARS(3), .not_null = true},
    };
    static const struct pair pairs[] = {
        {"{\"n\":1,\"s\":\"abc\"}", "1|abc"},
        {"{\"n\":1,\"s\":\"\xc3\xa4\xc3\xb6\xe2\x82\xac\"}", "1|\xc3\xa4\xc3\xb6\xe2\x82\xac"},
        {"{\"n\":1,\"s\":\"abcd\"}", "1|!text too long"},
        {"{\"n\":1,\"s\":1234}", "1|!text too long"},
        {"{\"n\":null}", "!null in a NOT NULL column|!null in a NOT NULL column"},
        {"{\"n\":\"x\",\"s\":\"\"}", "!bad value|"},
        {"{", "!bad record"},
    };

    (void)state;
    check_pairs("json", fields, COUNT(fields), -1, pairs, COUNT(pairs));
}

static void a_record_without_a_readable_event_time_is_bad(void **state)
{
    static const struct field fields[] = {
        {.name = "a", .type = T_INT},
        {.name = "t", .type = T_TIME, .format = "yyyy/MM/dd HH:mm"},
    };
    static const struct pair pairs[] = {
        {"{\"a\":1,\"t\":\"2001/01/02 03:04\"}", "1|2001-01-02 03:04:00"},
        {"{\"a\":2,\"t\":\"2001/13/02 03:04\"}", "!bad value"},
        {"{\"a\":3,\"t\":null}", "!bad value"},
        {"{\"a\":4}", "!bad value"},
        {"{\"a\":\"x\",\"t\":17}", "!bad value"},
        {"{\"a\":5,\"t\":\"2001/01/02 03:04\"}", "5|2001-01-02 03:04:00"},
    };

    (void)state;
    check_pairs("json", fields, COUNT(fields), 1, pairs, COUNT(pairs));
}

static void only_used_columns_and_the_event_time_are_filled(void **state)
{
    static const char record[] = "{\"i\":1,\"b\":2,\"t\":\"2026-01-01\"}";
    const bool used[COUNT(typed)] = {false, true};
    struct column column[COUNT(typed)] = {0};
    struct buf bytes = {0};
    struct err err;
    uint8_t bad;
    struct decoder *d = decoder_new("json", typed, COUNT(typed), used, 5, &err);
    struct text text;

    (void)state;
    buf_puts(&bytes, record);
    buf_reserve(&bytes, FORMAT_PADDING);
    text = text_of(bytes.ptr, bytes.len);
    decoder_run(d, &text, 1, column, &bad);
    assert_int_equal(bad, ROW_OK);
    assert_null(column[0].data);
    assert_int_equal(column[1].ints[0], 2);
    assert_null(column[1].valid); /* all valid */
    assert_null(column[1].error);
    assert_int_equal(column[5].ints[0], INT64_C(1767225600) * USEC_SECOND);
    decoder_free(d);
    buf_free(&bytes);
}

static void the_order_of_keys_may_change_at_any_record(void **state)
{
    static const struct field fields[] = {
        {.name = "alpha", .type = T_INT},
        {.name = "a key of more than thirty-two bytes in all", .type = T_INT},
        {.name = "a key of so many bytes that nobody remembers it, not even in the longest of nights", .type = T_INT},
        {.name = "", .type = T_INT},
    };
    struct run *run = run_new("json", fields, COUNT(fields), -1);
    struct rng rng = {7};

    (void)state;
    for (int i = 0; i < BATCH_ROWS; i++) {
        int order[COUNT(fields)] = {0, 1, 2, 3}, other = (int)rng_below(&rng, COUNT(fields));
        struct buf record = {0};

        if (rng_below(&rng, 4) == 0) {
            order[0] = other;
            order[other] = 0;
        }
        for (int k = 0; k < COUNT(fields); k++)
            buf_printf(&record, "%s\"%s\":%s%d", k ? "," : "{", fields[order[k]].name, i % 3 ? "" : " ",
                       i * 10 + order[k]);
        buf_putc(&record, '}');
        run_add(run, record.ptr, record.len);
        buf_free(&record);
    }
    run_decode(run);
    for (int i = 0; i < BATCH_ROWS; i++) {
        for (int k = 0; k < COUNT(fields); k++) assert_int_equal(run->column[k].ints[i], i * 10 + k);
    }
    run_free(run);
}

static void columns_that_json_cannot_fill_are_refused(void **state)
{
    static const struct {
        const char *path, *format, *message;
    } cases[] = {
        {"a", NULL, "column \"c\": FROM 'a': a path begins with $"},
        {"$.", NULL, "column \"c\": FROM '$.': steps of a path are .name, ['name'] and [number]"},
        {"$.a.", NULL, "column \"c\": FROM '$.a.': steps of a path are .name, ['name'] and [number]"},
        {"$a", NULL, "column \"c\": FROM '$a': steps of a path are .name, ['name'] and [number]"},
        {"$.a[", NULL, "column \"c\": FROM '$.a[': steps of a path are .name, ['name'] and [number]"},
        {"$.a[-1]", NULL, "column \"c\": FROM '$.a[-1]': steps of a path are .name, ['name'] and [number]"},
        {"$.a[*]", NULL, "column \"c\": FROM '$.a[*]': steps of a path are .name, ['name'] and [number]"},
        {"$.a[99999999]", NULL, "column \"c\": FROM '$.a[99999999]': steps of a path are .name, ['name'] and [number]"},
        {"$['a", NULL, "column \"c\": FROM '$['a': steps of a path are .name, ['name'] and [number]"},
        {"$[0]", NULL, "column \"c\": FROM '$[0]': a record is an object, not an array"},
    };
    const bool used = true;
    struct err err;

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct field field = {.name = "c", .type = T_INT, .path = cases[i].path};
        assert_null(decoder_new("json", &field, 1, &used, -1, &err));
        assert_string_equal(err.text, cases[i].message);
    }
    assert_null(decoder_new("xml", typed, 1, &used, -1, &err));
    assert_string_equal(err.text, "unknown format \"xml\": there are json, csv");
    {
        struct field field = {.name = "c", .type = T_TIME, .format = "yyyy QQ"};
        assert_null(decoder_new("json", &field, 1, &used, -1, &err));
        assert_int_equal(strncmp(err.text, "column \"c\": FORMAT 'yyyy QQ': ", 30), 0);
    }
    {
        struct field field = {.name = "c", .type = T_INT, .path = "$.c"};
        assert_null(decoder_new("csv", &field, 1, &used, -1, &err));
        assert_string_equal(err.text, "column \"c\": FROM '$.c': the columns of CSV are taken in order");
    }
}

static void csv_fields_become_values_in_order(void **state)
{
    static const struct pair pairs[] = {
        {"1,2,3.5,true,x,2026-01-02 03:04:05", "1|2|3.5|true|x|2026-01-02 03:04:05"},
        {",,,,,", "NULL|NULL|NULL|NULL|NULL|NULL"},
        {"", "NULL|NULL|NULL|NULL|NULL|NULL"},
        {"1", "1|NULL|NULL|NULL|NULL|NULL"},
        {"1\n", "1|NULL|NULL|NULL|NULL|NULL"},
        {"1,2\r\n", "1|2|NULL|NULL|NULL|NULL"},
        {"1.0,1e3,7,FALSE,\"\",", "1|1000|7|false||NULL"},
        {"\"1\",\"2\",,,\"a,b\n\"\"c\"\"\",\"2026-01-02\"", "1|2|NULL|NULL|a,b\n\"c\"|2026-01-02 00:00:00"},
        {",,,,\"\"\"\"", "NULL|NULL|NULL|NULL|\"|NULL"},
        {",,,,5\" pipe", "NULL|NULL|NULL|NULL|5\" pipe|NULL"},
        {",,,,null", "NULL|NULL|NULL|NULL|null|NULL"},
        {"x,1.5,y,2,,z", "!bad value|!bad value|!bad value|!bad value|NULL|!bad value"},
        {"\"\",2147483648,1e999,,,", "!bad value|2147483648|!bad value|NULL|NULL|NULL"},
        {"2147483648", "!bad value|NULL|NULL|NULL|NULL|NULL"},
        {"1,2,3,true,x,2026-01-01,", "!bad record"},
        {"1,2,3,true,x,2026-01-01,7", "!bad record"},
        {"\"1\"x,2", "!bad record"},
        {"\"1", "!bad record"},
        {"1,\"2\"\"", "!bad record"},
        {"1\n2", "!bad record"},
        {"1,2,,,\xff", "!bad record"},
        {"1,2,,,\xc3\xa4", "1|2|NULL|NULL|\xc3\xa4|NULL"},
    };

    (void)state;
    check_pairs("csv", typed, COUNT(typed), -1, pairs, COUNT(pairs));
}

static const struct field flights[] = {
    {.name = "date", .type = T_TIME, .format = "yyyy/MM/dd HH:mm"},
    {.name = "delay", .type = T_INT},
    {.name = "size", .type = T_BIG},
    {.name = "origin", .type = T_CHARS(3), .not_null = true},
    {.name = "price", .type = T_DOUBLE},
    {.name = "late", .type = T_BOOL},
    {.name = "until", .type = T_TIME},
};

static void messages_say_what_is_wrong(void **state)
{
    static const struct {
        const char *format, *record;
        int field;
        const char *message;
    } cases[] = {
        {"json", "{\"delay\":\"abc\"}", 1, "column \"delay\": \"abc\" is not an INTEGER"},
        {"json", "{\"delay\":3000000000}", 1, "column \"delay\": 3000000000 is out of range for INTEGER"},
        {"json", "{\"delay\":\"3000000000\"}", 1, "column \"delay\": \"3000000000\" is out of range for INTEGER"},
        {"json", "{\"delay\":1.5}", 1, "column \"delay\": 1.5 is not an INTEGER"},
        {"json", "{\"delay\": true }", 1, "column \"delay\": true is not an INTEGER"},
        {"json", "{\"size\":{\"a\": 1}}", 2, "column \"size\": {\"a\": 1} is not a BIGINT"},
        {"json", "{\"size\":1e30}", 2, "column \"size\": 1e30 is out of range for BIGINT"},
        {"json", "{\"price\":1e400}", 4, "column \"price\": 1e400 is out of range for DOUBLE"},
        {"json", "{\"price\":\"\"}", 4, "column \"price\": \"\" is not a DOUBLE"},
        {"json", "{\"late\":0}", 5, "column \"late\": 0 is not a BOOLEAN"},
        {"json", "{\"until\":\"soon\"}", 6, "column \"until\": \"soon\" is not a TIMESTAMP"},
        {"json", "{\"until\":17}", 6, "column \"until\": 17 is not a TIMESTAMP"},
        {"json", "{\"origin\":\"ABCD\"}", 3, "column \"origin\": \"ABCD\" is longer than VARCHAR(3)"},
        {"json", "{\"x\":1}", 3, "column \"origin\": no value for a NOT NULL column"},
        {"json", "{\"origin\":null}", 3, "column \"origin\": no value for a NOT NULL column"},
        {"json", "{\"date\":\"2001/13/01\"}", -1,
         "column \"date\": \"2001/13/01\" does not match FORMAT 'yyyy/MM/dd HH:mm'"},
        {"json", "{\"date\":null}", -1, "no value for the event time \"date\""},
        {"json", "{}", -1, "no value for the event time \"date\""},
        {"json", "{\"d\\u0061te\":5}", -1, "column \"date\": 5 does not match FORMAT 'yyyy/MM/dd HH:mm'"},
        {"json", "{\"delay\":\"x\",\"a\":1 1}", 1, "not JSON at byte 19: expected ',' or '}'"},
        {"json", "{\"delay\":\"abc\" 1}", -1, "not JSON at byte 15: expected ',' or '}'"},
        {"json", "", -1, "not JSON at byte 0: expected '{'"},
        {"json", " [1]", -1, "not JSON at byte 1: expected '{'"},
        {"json", "{} {}", -1, "not JSON at byte 3: expected the end"},
        {"json", "{\"a\":\"\x01\"}", -1, "not JSON at byte 6: a control character in a string"},
        {"json", "{\"a\xff\":1}", -1, "invalid UTF-8 at byte 3"},
        {"csv", ",abc", 1, "column \"delay\": \"abc\" is not an INTEGER"},
        {"csv", ",\"a\"\"c\"", 1, "column \"delay\": \"a\"c\" is not an INTEGER"},
        {"csv", ",3000000000", 1, "column \"delay\": \"3000000000\" is out of range for INTEGER"},
        {"csv", ",,,ABCD", 3, "column \"origin\": \"ABCD\" is longer than VARCHAR(3)"},
        {"csv", "x", -1, "column \"date\": \"x\" does not match FORMAT 'yyyy/MM/dd HH:mm'"},
        {"csv", "", -1, "no value for the event time \"date\""},
        {"csv", "2001/01/01 00:00,1", 3, "column \"origin\": no value for a NOT NULL column"},
        {"csv", "a,\"b", -1, "not CSV at byte 2: the quote is not closed"},
        {"csv", "a,\"b\"c,d", -1, "not CSV at byte 5: expected ',' after the closing quote"},
        {"csv", "a\nb", -1, "not CSV at byte 1: a line end outside quotes"},
        {"csv", "1,2,3,4,5,6,7,8", -1, "8 fields, but the stream has 7 columns"},
        {"csv", "a\xff", -1, "invalid UTF-8 at byte 1"},
        {"csv", "2001/01/01 00:00", -1, "column \"date\": \"2001/01/01 00:00\" is good"},
    };
    struct buf out = {0};

    (void)state;
    for (int i = 0; i < COUNT(cases); i++) {
        struct run *run = run_new(cases[i].format, flights, COUNT(flights), 0);

        run_add(run, cases[i].record, strlen(cases[i].record));
        run_decode(run);
        out.len = 0;
        decoder_explain(run->decoder, &run->record[0], cases[i].field, &out);
        assert_string_equal(buf_text(&out), cases[i].message);
        run_free(run);
    }
    buf_free(&out);
}

static void long_values_are_cut_in_messages(void **state)
{
    struct run *run = run_new("json", flights, COUNT(flights), -1);
    struct buf record = {0}, out = {0};

    (void)state;
    buf_puts(&record, "{\"delay\":\"");
    for (int i = 0; i < 100; i++) buf_puts(&record, "\xc3\xa4");
    buf_puts(&record, "\"}");
    run_add(run, record.ptr, record.len);
    run_decode(run);
    decoder_explain(run->decoder, &run->record[0], 1, &out);
    assert_non_null(strstr(buf_text(&out), "\xc3\xa4... is not an INTEGER"));
    assert_in_range(out.len, 90, 130);
    buf_free(&record);
    buf_free(&out);
    run_free(run);
}

/* What a block splits into, as [offset:record] one after the other, then the bytes used. */
static void check_split(const char *format, const char *block, enum split_tail end, int max, const char *expected)
{
    struct text records[16];
    uint64_t offsets[16];
    struct buf shown = {0};
    size_t used;
    int n = format_split(format, block, strlen(block), end, records, offsets, max, &used);

    for (int i = 0; i < n; i++) buf_printf(&shown, "[%d:%.*s]", (int)offsets[i], (int)records[i].len, records[i].ptr);
    buf_printf(&shown, "%zu", used);
    assert_string_equal(buf_text(&shown), expected);
    buf_free(&shown);
}

static void blocks_are_split_into_records(void **state)
{
    static const struct {
        const char *format, *block;
        enum split_tail end;
        int max;
        const char *expected;
    } cases[] = {
        {"json", "", SPLIT_LAST, 16, "0"},
        {"json", "{}\n[]\r\n{", SPLIT_MORE, 16, "[0:{}][3:[]]7"},
        {"json", "{}\n[]\r\n{", SPLIT_LAST, 16, "[0:{}][3:[]][7:{]8"},
        {"json", "a\nb\nc\n", SPLIT_MORE, 2, "[0:a][2:b]4"},
        {"json", "\n \t\r\n\r\na\n\n", SPLIT_MORE, 16, "[7:a]10"},
        {"json", "a\n  ", SPLIT_MORE, 16, "[0:a]2"},
        {"json", "a\n  ", SPLIT_LAST, 16, "[0:a]4"},
        {"json", "a\r\r\n", SPLIT_MORE, 16, "[0:a\r]4"},
        {"csv", "a,b\nc\n", SPLIT_MORE, 16, "[0:a,b][4:c]6"},
        {"csv", "\n\r\n \n,\n", SPLIT_MORE, 16, "[3: ][5:,]7"},
        {"csv", "\"a\nb\",\"c\"\"\n\"\nd\n", SPLIT_MORE, 16, "[0:\"a\nb\",\"c\"\"\n\"][13:d]15"},
        {"csv", "5\" pipe\nb\n", SPLIT_MORE, 16, "[0:5\" pipe][8:b]10"},
        {"csv", "\"a\"b\"\nc\n", SPLIT_MORE, 16, "[0:\"a\"b\"][6:c]8"},
        {"csv", "a,\"b\nc\n", SPLIT_MORE, 16, "0"},
        {"csv", "a,\"b\nc\n", SPLIT_LAST, 16, "[0:a,\"b\nc\n]7"},
        {"csv", "a,\"b\"", SPLIT_MORE, 16, "0"},
        {"csv", "a,\"b\"", SPLIT_LAST, 16, "[0:a,\"b\"]5"},
    };

    (void)state;
    for (int i = 0; i < COUNT(cases); i++)
        check_split(cases[i].format, cases[i].block, cases[i].end, cases[i].max, cases[i].expected);
}

static void splitting_does_not_depend_on_where_blocks_end(void **state)
{
    static const char input[] = "a,\"x\ny\"\r\n\n\"\"\"\",b\nc\"d\ne\r\n\"f\",\"g\n\"\n";
    struct text records[16];
    uint64_t offsets[16];
    size_t used, whole = sizeof input - 1;
    int expected = format_split("csv", input, whole, SPLIT_LAST, records, offsets, 16, &used);

    (void)state;
    assert_int_equal(expected, 5);
    for (size_t cut = 0; cut <= whole; cut++) {
        int n = format_split("csv", input, cut, SPLIT_MORE, records, offsets, 16, &used);
        assert_true(used <= cut);
        n += format_split("csv", input + used, whole - used, SPLIT_LAST, records + n, offsets + n, 16 - n, &used);
        assert_int_equal(n, expected);
    }
}

static void a_line_that_is_too_long_is_cut_and_bad(void **state)
{
    static const struct field fields[] = {{.name = "s", .type = T_TEXT}};
    size_t len = RECORD_DATA_MAX + 100, used;
    char *block = mem_alloc(len + FORMAT_PADDING);
    struct text records[4];
    uint64_t offsets[4];

    (void)state;
    memset(block, 'x', len);
    block[len - 1] = '\n';
    assert_int_equal(format_split("csv", block, len, SPLIT_MORE, records, offsets, 4, &used), 2);
    assert_int_equal(records[0].len, RECORD_DATA_MAX);
    assert_int_equal(offsets[1], RECORD_DATA_MAX);
    assert_int_equal(records[1].len, 99);
    assert_int_equal(used, len);
    assert_int_equal(format_split("csv", block, RECORD_DATA_MAX - 1, SPLIT_MORE, records, offsets, 4, &used), 0);

    for (int short_by = 0; short_by < 2; short_by++) {
        struct run *run = run_new("csv", fields, 1, -1);
        struct buf out = {0};

        records[0].len = (uint32_t)(RECORD_DATA_MAX - short_by);
        decoder_run(run->decoder, records, 1, run->column, run->bad);
        assert_int_equal(run->bad[0], short_by ? ROW_OK : ROW_BAD_RECORD);
        decoder_explain(run->decoder, &records[0], -1, &out);
        assert_string_equal(buf_text(&out), short_by ? "the record is good" : "a record of 10485760 bytes or more");
        buf_free(&out);
        run_free(run);
    }
    free(block);
}

/* Rows of all types, decoded from JSON, to be written again. */
static const struct field written[] = {
    {.name = "i", .type = T_INT},
    {.name = "d", .type = T_DOUBLE},
    {.name = "x", .type = T_TEXT, .path = "$.in.x"},
    {.name = "o", .type = T_BOOL},
    {.name = "y", .type = T_TIME, .path = "$.in.y", .format = "yyyy/MM/dd"},
    {.name = "t", .type = T_TIME},
    {.name = "e", .type = T_TIME, .path = "$.in['e \"']", .format = "epoch_ms"},
};

static const char *const written_rows[][3] = {
    /* JSON in, JSON out, CSV out */
    {"{}", "{\"i\":null,\"d\":null,\"in\":{\"x\":null,\"y\":null,\"e \\\"\":null},\"o\":null,\"t\":null}", ",,,,,,"},
    {"{\"i\":-7,\"d\":2.5,\"in\":{\"x\":\"a,\\\"b\\n\",\"y\":\"2026/01/02\",\"e \\\"\":1500},\"o\":true,"
     "\"t\":\"2026-01-02T03:04:05.250\"}",
     "{\"i\":-7,\"d\":2.5,\"in\":{\"x\":\"a,\\\"b\\n\",\"y\":\"2026/01/02\",\"e \\\"\":1500},\"o\":true,"
     "\"t\":\"2026-01-02 03:04:05.25\"}",
     "-7,2.5,\"a,\"\"b\n\",true,2026/01/02,2026-01-02 03:04:05.25,1500"},
    {"{\"d\":\"NaN\",\"in\":{\"x\":\"\"},\"o\":false}",
     "{\"i\":null,\"d\":\"NaN\",\"in\":{\"x\":\"\",\"y\":null,\"e \\\"\":null},\"o\":false,\"t\":null}",
     ",NaN,\"\",false,,,"},
    {"{\"d\":\"-Infinity\",\"in\":{\"x\":\"\xc3\xa4\\u0001\"}}",
     "{\"i\":null,\"d\":\"-Infinity\",\"in\":{\"x\":\"\xc3\xa4\\u0001\",\"y\":null,\"e \\\"\":null},\"o\":null,"
     "\"t\":null}",
     ",-Infinity,\xc3\xa4\x01,,,,"},
};

static void check_written(const char *format, int expected)
{
    struct run *run = run_new("json", written, COUNT(written), -1);
    struct encoder *e;
    struct buf out = {0};
    struct err err;

    e = encoder_new(format, written, COUNT(written), &err);
    assert_non_null(e);
    for (int i = 0; i < COUNT(written_rows); i++) run_add(run, written_rows[i][0], strlen(written_rows[i][0]));
    run_decode(run);
    for (int i = 0; i < COUNT(written_rows); i++) {
        out.len = 0;
        encoder_row(e, run->column, i, &out);
        assert_string_equal(buf_text(&out), written_rows[i][expected]);
    }
    encoder_free(e);
    buf_free(&out);
    run_free(run);
}

static void rows_are_written_as_json(void **state)
{
    (void)state;
    check_written("json", 1);
}

static void rows_are_written_as_csv(void **state)
{
    (void)state;
    check_written("csv", 2);
}

static void places_that_cannot_be_written_are_refused(void **state)
{
    static const char *const paths[][2] = {
        {"$", "column \"c\": FROM '$' can be read, not written"},
        {"$.a[0]", "column \"c\": FROM '$.a[0]' can be read, not written"},
    };
    struct err err;

    (void)state;
    for (int i = 0; i < COUNT(paths); i++) {
        struct field field = {.name = "c", .type = T_INT, .path = paths[i][0]};
        assert_null(encoder_new("json", &field, 1, &err));
        assert_string_equal(err.text, paths[i][1]);
    }
}

/* ---- against jansson ---- */

static const struct field fuzzed[] = {
    {.name = "id", .type = T_BIG},
    {.name = "name", .type = T_TEXT},
    {.name = "x", .type = T_DOUBLE, .path = "$.at.x"},
    {.name = "second", .type = T_BIG, .path = "$.list[1]"},
    {.name = "deep", .type = T_TEXT, .path = "$.at.list[0].name"},
};

static void fuzzed_record(struct rng *rng, struct buf *out)
{
    static const char *const shapes[] = {
        "{\"id\":%d,\"name\":\"n%d\",\"at\":{\"x\":%d.5,\"list\":[{\"name\":\"q\"}]},\"list\":[1,2,3]}",
        "{\"id\":%d,\"other\":\"n%d\",\"name\":\"\\u00e4 %d\",\"list\":[\"a\",\"5\"]}",
        "{\"name\":\"n%d\",\"at\":{\"list\":[],\"x\":%d},\"id\":%d}",
        "{ \"id\" : %d , \"at\" : { \"x\" : -%de-3 , \"y\" : null } , \"list\" : [ %d ] }",
        "{\"at\":[%d],\"list\":{\"a\":%d},\"id\":null,\"name\":\"a much longer text than thirty-two bytes %d\"}",
    };
    static const char bytes[] = "{}[]\",:\\09.eE+-tnfu \x01\x80\xc3";
    static const char *shape;

    shape = shapes[rng_below(rng, rng_below(rng, 2) ? 1 : COUNT(shapes))];
    out->len = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    buf_printf(out, shape, (int)rng_below(rng, 1u << rng_below(rng, 30)), (int)rng_below(rng, 1000),
               (int)rng_below(rng, 1000));
#pragma GCC diagnostic pop
    switch (rng_below(rng, 6)) {
    case 0: out->ptr[rng_below(rng, out->len)] = bytes[rng_below(rng, sizeof bytes - 1)]; break;
    case 1: out->len = rng_below(rng, out->len); break;
    case 2: out->ptr[rng_below(rng, out->len)] = out->ptr[rng_below(rng, out->len)]; break;
    default: break;
    }
}

static void compare_int(const struct column *c, int row, const json_t *expected)
{
    double real = json_real_value(expected);

    if (!json_is_real(expected) || real < -1e15 || real > 1e15 || real != (double)(int64_t)real) return;
    assert_false(column_is_null(c, row));
    assert_true((double)c->ints[row] == real);
}

static void compare_text(const struct column *c, int row, const json_t *expected)
{
    if (!expected || json_is_null(expected)) assert_true(column_is_null(c, row));
    if (!json_is_string(expected)) return;
    assert_false(column_is_null(c, row));
    assert_int_equal(c->texts[row].len, json_string_length(expected));
    assert_memory_equal(c->texts[row].ptr, json_string_value(expected), c->texts[row].len);
}

static void compare_double(const struct column *c, int row, const json_t *expected)
{
    if (!expected || json_is_null(expected)) assert_true(column_is_null(c, row));
    if (!json_is_real(expected)) return;
    assert_false(column_is_null(c, row));
    assert_true(c->doubles[row] == json_real_value(expected));
}

static void compare_row(const struct run *run, int row)
{
    enum { STRICT = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL };
    const struct text *record = &run->record[row];
    json_error_t error;
    json_t *expected = json_loadb(record->ptr, record->len, STRICT, &error), *at;

    if (!expected && json_error_code(&error) == json_error_numeric_overflow) return;
    if ((run->bad[row] == ROW_OK) != json_is_object(expected)) print_error("%.*s\n", (int)record->len, record->ptr);
    assert_int_equal(run->bad[row] == ROW_OK, json_is_object(expected));
    json_decref(expected);
    expected = json_loadb(record->ptr, record->len, STRICT | JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(expected)) {
        json_decref(expected);
        return;
    }
    at = json_object_get(expected, "at");
    compare_int(&run->column[0], row, json_object_get(expected, "id"));
    compare_text(&run->column[1], row, json_object_get(expected, "name"));
    compare_double(&run->column[2], row, json_object_get(at, "x"));
    compare_int(&run->column[3], row, json_array_get(json_object_get(expected, "list"), 1));
    compare_text(&run->column[4], row, json_object_get(json_array_get(json_object_get(at, "list"), 0), "name"));
    json_decref(expected);
}

static void random_records_are_decoded_as_jansson_reads_them(void **state)
{
    struct run *run = run_new("json", fuzzed, COUNT(fuzzed), -1);
    struct rng rng = {4711};
    struct buf record = {0};

    (void)state;
    for (int round = 0; round < 100; round++) {
        run_restart(run);
        for (int i = 0; i < BATCH_ROWS; i++) {
            fuzzed_record(&rng, &record);
            run_add(run, record.ptr, record.len);
        }
        run_decode(run);
        for (int i = 0; i < BATCH_ROWS; i++) compare_row(run, i);
    }
    buf_free(&record);
    run_free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_values_become_values_of_their_columns),
        cmocka_unit_test(json_that_is_not_well_formed_is_a_bad_record),
        cmocka_unit_test(paths_lead_into_objects_and_arrays),
        cmocka_unit_test(a_dollar_is_the_whole_record),
        cmocka_unit_test(not_null_and_lengths_are_checked),
        cmocka_unit_test(a_record_without_a_readable_event_time_is_bad),
        cmocka_unit_test(only_used_columns_and_the_event_time_are_filled),
        cmocka_unit_test(the_order_of_keys_may_change_at_any_record),
        cmocka_unit_test(columns_that_json_cannot_fill_are_refused),
        cmocka_unit_test(csv_fields_become_values_in_order),
        cmocka_unit_test(messages_say_what_is_wrong),
        cmocka_unit_test(long_values_are_cut_in_messages),
        cmocka_unit_test(blocks_are_split_into_records),
        cmocka_unit_test(splitting_does_not_depend_on_where_blocks_end),
        cmocka_unit_test(a_line_that_is_too_long_is_cut_and_bad),
        cmocka_unit_test(rows_are_written_as_json),
        cmocka_unit_test(rows_are_written_as_csv),
        cmocka_unit_test(places_that_cannot_be_written_are_refused),
        cmocka_unit_test(random_records_are_decoded_as_jansson_reads_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
