/* log.c - the log: appending, turning journal files into segments, reading them back. 256 MB of JSON lines of about 130
 * bytes in two streams of four shards, files of 64 MiB, in a temporary directory without fsync. Megabytes of the
 * records' data, a second of the processor; one run, over files that lie in the page cache. */
#include "log/log.h"
#include "base/hash.h"
#include "bench/measure.h"
#include "log/journal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORDS = 2000000, RUN_RECORDS = 500, SHARDS = 4 };

static _Noreturn void fatal(const struct err *err)
{
    fprintf(stderr, "log: %s\n", err->text);
    exit(1);
}

static usec tick(void *arg)
{
    return ++*(usec *)arg;
}

static struct record_time no_time(void *arg, uint32_t stream, const struct record *record)
{
    (void)arg;
    (void)stream;
    return (struct record_time){record->arrival, true};
}

static size_t line(struct rng *rng, uint32_t i, char *out, size_t room)
{
    return (size_t)snprintf(out, room,
                            "{\"ts\":\"2024-01-01T00:%02u:%02u.%03uZ\",\"key\":\"k%u\",\"price\":%u.%02u,\"qty\":%u,"
                            "\"venue\":\"XNAS\",\"side\":\"%s\",\"id\":%u}",
                            i / 60000 % 60, i / 1000 % 60, i % 1000, (unsigned)rng_below(rng, 1000),
                            (unsigned)rng_below(rng, 900) + 100, (unsigned)rng_below(rng, 100),
                            (unsigned)rng_below(rng, 1000), rng_below(rng, 2) ? "buy" : "sell", i);
}

/* Returns the bytes of data. */
static uint64_t append(struct log *log)
{
    struct buf payload = {0};
    struct rng rng = {1};
    uint64_t bytes = 0;
    struct err err;
    char text[256];

    for (uint32_t i = 0; i < RECORDS; i += RUN_RECORDS) {
        record_run_begin(&payload, 1 + i / RUN_RECORDS % 2, i / RUN_RECORDS / 2 % SHARDS);
        for (uint32_t k = 0; k < RUN_RECORDS; k++) {
            size_t len = line(&rng, i + k, text, sizeof text);
            if (record_run_add(&payload, str_lit("key"), str_of(text, len), &err)) fatal(&err);
            bytes += len;
        }
        if (journal_put(log_journal(log), ENTRY_RECORDS, RUN_RECORDS, str_of(payload.ptr, payload.len), NULL, &err) ||
            journal_write(log_journal(log), NULL, NULL, &err))
            fatal(&err);
    }
    buf_free(&payload);
    return bytes;
}

static void compact(struct log *log)
{
    struct log_compaction how = {NULL, no_time, NULL, 0};
    struct err err;
    int got;

    while ((got = log_compact(log, &how, &err)) > 0)
        ;
    if (got < 0) fatal(&err);
}

/* Reads one stream, or one shard of it. Returns the bytes of data. */
static uint64_t scan(struct log *log, uint32_t shard, uint64_t to)
{
    struct log_want want = {1, shard, LOG_ALL_RECORDS};
    struct log_reader_options o = {.want = &want, .want_count = 1, .range = log_range_all()};
    struct log_reader *r;
    struct log_item item;
    struct err err;
    uint64_t bytes = 0;
    int got;

    if (log_reader_open(log, &o, &r, &err)) fatal(&err);
    while ((got = log_next(r, to, &item, &err)) > 0) bytes += item.record.data.len;
    if (got < 0) fatal(&err);
    log_reader_close(r);
    return bytes;
}

static void print_rate(const char *name, uint64_t bytes, struct spent start)
{
    table_row_alone(name, (double)bytes / 1e6 / spent_since(start).cpu, "MB/s");
}

static void measure(struct log *log)
{
    struct spent start = spent_now();
    uint64_t bytes = append(log), in_segments, end;

    print_rate("append", bytes, start);
    start = spent_now();
    print_rate("read a stream, journal", scan(log, LOG_ALL_SHARDS, UINT64_MAX), start);
    start = spent_now();
    compact(log);
    end = log_stats(log).ordinal;
    in_segments = bytes * end / RECORDS;
    print_rate("compact", in_segments, start);
    start = spent_now();
    print_rate("read a stream, segments", scan(log, LOG_ALL_SHARDS, end), start);
    start = spent_now();
    print_rate("read a shard, segments", scan(log, 0, end), start);
    table_row_alone("data / segments", (double)in_segments / (double)log_stats(log).segment_bytes, "times");
}

static void remove_all(struct disk *disk, const char *dir, const char *name)
{
    struct buf names = {0};
    struct err ignored;
    char path[512];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (disk_list(disk, path, &names, &ignored) == 0) {
        for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
            char file[1024];
            snprintf(file, sizeof file, "%s/%s", path, names.ptr + at);
            disk_name(disk, DISK_DELETE, file, NULL, &ignored);
        }
    }
    buf_free(&names);
    rmdir(path);
}

int main(void)
{
    char dir[] = "/tmp/weir-bench-XXXXXX";
    struct disk *disk = disk_real(DISK_NO_SYNC);
    usec now = 0;
    struct log_options options = {.disk = disk, .dir = dir, .clock = tick, .clock_arg = &now};
    struct log *log;
    struct err err;

    if (!mkdtemp(dir)) return 1;
    if (log_open(&options, &log, &err)) fatal(&err);
    measure(log);
    log_abandon(log);
    remove_all(disk, dir, "journal");
    remove_all(disk, dir, "log");
    rmdir(dir);
    disk_free(disk);
    return 0;
}
