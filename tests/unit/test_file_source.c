/* test_file_source.c - files read in place, on a simulated disk. */
#include "base/hash.h"
#include "connectors/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LONG_LINE = 900000 }; /* longer than a block */

static void put_line(struct buf *text, size_t len)
{
    memset(buf_reserve(text, len), 'x', len);
    text->len += len;
    buf_putc(text, '\n');
}

static struct disk *disk_with(const struct buf *text)
{
    struct disk *disk = disk_sim(1);
    struct file *file;
    struct err err;

    assert_int_equal(disk_open(disk, "lines", DISK_CREATE, &file, &err), 0);
    assert_int_equal(disk_write(file, text->ptr, text->len, 0, &err), 0);
    disk_close(file);
    return disk;
}

static struct source *open_lines(struct disk *disk)
{
    struct object stream = {.path = "lines", .format = "json"};
    struct source *source;
    struct err err;

    assert_int_equal(file_connector.open(disk, &stream, &source, &err), 0);
    return source;
}

/* Reads to the end of the range: each record must begin where the one before it ended, and be all 'x'. */
static int read_lines(struct source *source, uint64_t from, uint64_t to)
{
    uint64_t at = from;
    struct feed_rows rows;
    struct err err;
    int count = 0;

    assert_int_equal(source->class->range(source, from, to, &err), 0);
    while (source->feed.class->next(&source->feed, BATCH_ROWS, &rows, &err) > 0) {
        for (int i = 0; i < rows.count; i++, count++) {
            assert_int_equal(rows.position[i], at);
            assert_null(memchr(rows.record[i].ptr, '\n', rows.record[i].len));
            at += rows.record[i].len + 1;
        }
    }
    return count;
}

static void assert_checksum(struct source *source, uint64_t to, const char *bytes, size_t len)
{
    struct err err;
    uint32_t crc;

    assert_int_equal(source->class->checksum(source, to, &crc, &err), 0);
    assert_int_equal(crc, crc32c(0, bytes, len));
}

static void a_record_longer_than_a_block_comes_whole_between_short_ones(void **state)
{
    struct buf text = {0};
    struct disk *disk;
    struct source *source;

    (void)state;
    for (int i = 0; i < 3000; i++) put_line(&text, 131);
    put_line(&text, LONG_LINE);
    for (int i = 0; i < 3000; i++) put_line(&text, 131);
    disk = disk_with(&text);
    source = open_lines(disk);
    assert_int_equal(read_lines(source, 0, text.len), 6001);
    assert_checksum(source, text.len, text.ptr, text.len);
    source->class->close(source);
    disk_free(disk);
    buf_free(&text);
}

static void a_range_gives_the_records_that_begin_in_it(void **state)
{
    struct buf text = {0};
    struct disk *disk;
    struct source *source;

    (void)state;
    for (int i = 0; i < 5000; i++) put_line(&text, 99);
    disk = disk_with(&text);
    source = open_lines(disk);
    assert_int_equal(read_lines(source, 0, 310050), 3101);
    assert_checksum(source, 310100, text.ptr, 310100);
    assert_int_equal(read_lines(source, 310100, text.len), 1899);
    assert_checksum(source, text.len, text.ptr + 310100, text.len - 310100);
    assert_int_equal(read_lines(source, 100, 300), 2);
    source->class->close(source);
    disk_free(disk);
    buf_free(&text);
}

static void an_empty_file_has_no_records(void **state)
{
    struct buf text = {0};
    struct disk *disk = disk_with(&text);
    struct source *source = open_lines(disk);

    (void)state;
    assert_int_equal(read_lines(source, 0, 0), 0);
    source->class->close(source);
    disk_free(disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_longer_than_a_block_comes_whole_between_short_ones),
        cmocka_unit_test(a_range_gives_the_records_that_begin_in_it),
        cmocka_unit_test(an_empty_file_has_no_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
