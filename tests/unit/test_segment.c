/* test_segment.c - one segment: blocks of any bytes and lengths, their order, what their heads say. */
#include "base/hash.h"
#include "log/segment_read.h"
#include "log/segment_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_NUMBER = 3, STREAM = 12 };
static const struct log_range all = {0, UINT64_MAX, USEC_MIN, USEC_MAX, USEC_MIN, USEC_MAX};

struct made {
    struct disk *disk;
    struct log_dir dir;
    struct segment_head head;
    struct segment *segment;
    struct log_read_stats stats;
};

static void must(int failed, const struct err *err)
{
    if (failed) fail_msg("%s", err->text);
}

/* Writes what the writer has, and opens it. */
static void make(struct made *m, struct segment_writer *w)
{
    struct buf bytes;
    struct err err;

    m->disk = disk_sim(1);
    m->dir = (struct log_dir){m->disk, "log"};
    m->stats = (struct log_read_stats){0};
    segment_writer_finish(w, &bytes, &m->head);
    segment_writer_free(w);
    must(log_dir_make(&m->dir, &err), &err);
    must(log_dir_write(&m->dir, log_segment_file(FILE_NUMBER, STREAM), str_of(bytes.ptr, bytes.len), &err), &err);
    must(segment_open(&m->dir, &m->head, &m->segment, &err), &err);
    buf_free(&bytes);
}

static void unmake(struct made *m)
{
    segment_close(m->segment);
    disk_free(m->disk);
}

/* Bytes of a length that follow from a number: all the same, or of no pattern. */
static struct str bytes_of(uint64_t number, size_t len, struct buf *room)
{
    struct rng rng = {number};
    char *at;

    room->len = 0;
    at = buf_reserve(room, len + 8);
    for (size_t i = 0; i < len; i++) at[i] = (char)(number % 2 ? rng_next(&rng) : number);
    return str_of(at, len);
}

static size_t length_of(uint64_t number)
{
    static const size_t lengths[] = {0, 1, 127, 128, 300, 20000, 70000, 200000};

    return lengths[hash_u64(number) % 8];
}

static struct record record_of(uint64_t number, struct buf *room)
{
    return (struct record){.ordinal = number * 3,
                           .arrival = (usec)number / 2,
                           .key = str_lit(number % 5 ? "k" : ""),
                           .data = bytes_of(number, length_of(number), room)};
}

static void expect_shard(struct made *m, uint32_t begin, uint32_t end, uint32_t shard, uint64_t count)
{
    struct segment_cursor *c = segment_cursor_new(m->segment, begin, end, &all, false, &m->stats);
    struct buf room = {0};
    struct record r;
    struct err err;

    for (uint64_t number = 1; number <= count; number++) {
        struct record expected;
        if (number % 3 != shard) continue;
        expected = record_of(number, &room);
        assert_true(segment_cursor_bound(c) == expected.ordinal);
        assert_int_equal(segment_cursor_peek(c, &r, &err), 1);
        assert_true(r.ordinal == expected.ordinal && r.arrival == expected.arrival);
        assert_true(str_equal(r.key, expected.key) && str_equal(r.data, expected.data));
        must(segment_cursor_move(c, &err), &err);
    }
    assert_true(segment_cursor_bound(c) == UINT64_MAX);
    assert_int_equal(segment_cursor_peek(c, &r, &err), 0);
    segment_cursor_free(c);
    buf_free(&room);
}

static void records_of_any_bytes_and_length_come_back_shard_by_shard(void **state)
{
    struct segment_writer *w = segment_writer_new(FILE_NUMBER, STREAM, 77);
    struct buf room = {0};
    const struct block_head *index;
    uint32_t count, begin = 0;
    struct made m;

    (void)state;
    for (uint64_t number = 1; number <= 200; number++) {
        struct record r = record_of(number, &room);
        segment_writer_add(w, number % 3, &r, (struct record_time){.rowtime = USEC_MIN});
    }
    make(&m, w);
    index = segment_index(m.segment, &count);
    for (uint32_t shard = 0; shard < 3; shard++) {
        uint32_t end = begin;
        while (end < count && index[end].shard == shard) end++;
        expect_shard(&m, begin, end, shard, 200);
        begin = end;
    }
    assert_int_equal(begin, count);
    assert_int_equal(m.stats.blocks, count);
    assert_true(m.head.records == 200 && m.head.span.first == 3 && m.head.span.last == 600);
    buf_free(&room);
    unmake(&m);
}

static void the_longest_record_makes_a_block_of_its_own(void **state)
{
    struct segment_writer *w = segment_writer_new(FILE_NUMBER, STREAM, USEC_MIN);
    struct record r = {.ordinal = 1, .key = str_lit("k")}, got;
    struct segment_cursor *c;
    struct buf room = {0};
    struct made m;
    struct err err;

    (void)state;
    r.data = bytes_of(1, RECORD_DATA_MAX, &room);
    segment_writer_add(w, 0, &r, (struct record_time){.rowtime = USEC_MIN});
    make(&m, w);
    c = segment_cursor_new(m.segment, 0, 1, &all, false, &m.stats);
    assert_int_equal(segment_cursor_peek(c, &got, &err), 1);
    assert_true(str_equal(got.data, r.data));
    segment_cursor_free(c);
    buf_free(&room);
    unmake(&m);
}

/* R2: before each block the greatest event time of the whole stream, not only of its shard. */
static void block_heads_hold_the_streams_event_time_before_them(void **state)
{
    struct segment_writer *w = segment_writer_new(FILE_NUMBER, STREAM, 5);
    usec greatest[400] = {5};
    struct buf room = {0};
    const struct block_head *index;
    struct made m;
    uint32_t count;

    (void)state;
    for (uint64_t number = 1; number < 400; number++) {
        struct record r = {.ordinal = number, .arrival = 1, .key = str_lit(""), .data = bytes_of(2, 5000, &room)};
        struct record_time t = {(usec)(hash_u64(number) % 1000 + number), number % 7 != 0};
        segment_writer_add(w, number % 4, &r, t);
        greatest[number] = t.moves && t.rowtime > greatest[number - 1] ? t.rowtime : greatest[number - 1];
    }
    make(&m, w);
    index = segment_index(m.segment, &count);
    assert_true(count > 20);
    for (uint32_t i = 0; i < count; i++) {
        usec least = USEC_MAX, most = USEC_MIN;
        assert_true(index[i].event_before == greatest[index[i].span.first - 1]);
        for (uint64_t n = index[i].span.first; n <= index[i].span.last; n += 4) {
            usec t = (usec)(hash_u64(n) % 1000 + n);
            least = t < least ? t : least;
            most = t > most ? t : most;
        }
        assert_true(index[i].rowtime_min == least && index[i].rowtime_max == most);
    }
    assert_true(m.head.event_before == 5 && m.head.event_after == greatest[399]);
    buf_free(&room);
    unmake(&m);
}

static void names_are_told_apart(void **state)
{
    static const char *const other[] = {"",
                                        "x",
                                        "00000003",
                                        "00000003.seg",
                                        "0000003.set",
                                        "00000003.set2",
                                        "00000003-0000012.seg",
                                        "00000003-00000012.set",
                                        "00000003-00000012.segx"};
    struct log_file f = log_name_parse("00000003-00000012.seg");

    (void)state;
    assert_true(f.kind == LOG_NAME_SEGMENT && f.file == 3 && f.stream == 12);
    f = log_name_parse("12345678.set");
    assert_true(f.kind == LOG_NAME_SET && f.file == 12345678);
    assert_int_equal(log_name_parse("horizon").kind, LOG_NAME_HORIZON);
    assert_int_equal(log_name_parse("horizon.tmp").kind, LOG_NAME_TEMPORARY);
    assert_int_equal(log_name_parse("00000003-00000012.seg.tmp").kind, LOG_NAME_TEMPORARY);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_int_equal(log_name_parse(other[i]).kind, LOG_NAME_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_any_bytes_and_length_come_back_shard_by_shard),
        cmocka_unit_test(the_longest_record_makes_a_block_of_its_own),
        cmocka_unit_test(block_heads_hold_the_streams_event_time_before_them),
        cmocka_unit_test(names_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
