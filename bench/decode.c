/* decode.c - how fast records become columns: bench/decode [seconds a case].
 * Each case decodes the same 2,000 records again and again, in batches, and prints records and bytes per second. */
#include "base/hash.h"
#include "runtime/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RECORDS = 2000 };

struct load {
    const char *name, *format;
    void (*make)(struct rng *rng, int i, struct buf *out);
    const struct field *fields;
    int field_count, used_count; /* the first used_count of the fields are decoded */
};

static void make_flight(struct rng *rng, int i, struct buf *out)
{
    static const char *const airports[] = {"BNA", "MCI", "MDW", "STL", "OAK", "ONT", "BWI", "LAS", "LAX", "ABQ"};

    buf_printf(out,
               "{\"date\":\"2001/01/%02d %02d:%02d\",\"delay\":%d,\"distance\":%d,\"origin\":\"%s\","
               "\"destination\":\"%s\"}\n",
               1 + i / 300, i / 15 % 24, (int)rng_below(rng, 60), (int)rng_below(rng, 60) - 10,
               (int)rng_below(rng, 2000), airports[rng_below(rng, 10)], airports[rng_below(rng, 10)]);
}

static void make_trade(struct rng *rng, int i, struct buf *out)
{
    buf_printf(out,
               "{\"id\":%d,\"time\":\"2026-01-01T00:%02d:%02d.250Z\",\"symbol\":\"S%03d\",\"price\":%d.%02d,"
               "\"volume\":%d,\"side\":\"buy\",\"venue\":\"XNAS\",\"ok\":true}\n",
               1000000 + i, i / 60 % 60, i % 60, (int)rng_below(rng, 500), (int)rng_below(rng, 900) + 100,
               (int)rng_below(rng, 100), (int)rng_below(rng, 10000));
}

static void make_line(struct rng *rng, int i, struct buf *out)
{
    buf_printf(out, "2001/01/%02d %02d:%02d,%d,%d,BNA,MCI\n", 1 + i / 300, i / 15 % 24, (int)rng_below(rng, 60),
               (int)rng_below(rng, 60) - 10, (int)rng_below(rng, 2000));
}

#define FLIGHT_TIME "yyyy/MM/dd HH:mm"
static const struct field flight[] = {
    {.name = "date", .type = {.kind = TYPE_TIMESTAMP}, .format = FLIGHT_TIME},
    {.name = "delay", .type = {.kind = TYPE_INTEGER}},
    {.name = "origin", .type = {.kind = TYPE_VARCHAR, .length = 3}},
    {.name = "distance", .type = {.kind = TYPE_INTEGER}},
    {.name = "destination", .type = {.kind = TYPE_VARCHAR, .length = 3}},
};
static const struct field line[] = {
    {.name = "date", .type = {.kind = TYPE_TIMESTAMP}, .format = FLIGHT_TIME},
    {.name = "delay", .type = {.kind = TYPE_INTEGER}},
    {.name = "distance", .type = {.kind = TYPE_INTEGER}},
    {.name = "origin", .type = {.kind = TYPE_VARCHAR, .length = 3}},
    {.name = "destination", .type = {.kind = TYPE_VARCHAR, .length = 3}},
};
static const struct field trade[] = {
    {.name = "time", .type = {.kind = TYPE_TIMESTAMP}},
    {.name = "symbol", .type = {.kind = TYPE_VARCHAR}},
    {.name = "price", .type = {.kind = TYPE_DOUBLE}},
};

static const struct load loads[] = {
    {"flights, 3 of 5", "json", make_flight, flight, 5, 3},      {"flights, 5 of 5", "json", make_flight, flight, 5, 5},
    {"flights, no time", "json", make_flight, flight + 1, 4, 4}, {"trades, 3 of 8", "json", make_trade, trade, 3, 3},
    {"flights, 5 of 5", "csv", make_line, line, 5, 5},
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fatal(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static struct text records[RECORDS];
static uint64_t offsets[RECORDS];

static void measure(const struct load *load, double seconds)
{
    struct rng rng = {1};
    struct buf data = {0};
    struct column column[8];
    uint8_t bad[BATCH_ROWS];
    bool used[8] = {0};
    struct decoder *d;
    struct err err;
    double start = now(), spent;
    size_t consumed;
    long rounds = 0;

    for (int i = 0; i < RECORDS; i++) load->make(&rng, i, &data);
    buf_reserve(&data, FORMAT_PADDING);
    for (int i = 0; i < load->used_count; i++) used[i] = true;
    d = decoder_new(load->format, load->fields, load->field_count, used, -1, &err);
    if (!d) fatal(err.text);
    do {
        int n = format_split(load->format, data.ptr, data.len, SPLIT_LAST, records, offsets, RECORDS, &consumed);
        if (n != RECORDS) fatal("records are missing");
        decoder_run(d, records, n, column, bad);
        for (int i = 0; i < n; i++) {
            if (bad[i]) fatal("a bad record");
        }
        rounds++;
        spent = now() - start;
    } while (spent < seconds);
    printf("%-5s %-18s %4zu B  %6.2f M records/s  %5.0f MB/s\n", load->format, load->name, data.len / RECORDS,
           (double)rounds * RECORDS / spent * 1e-6, (double)rounds * (double)data.len / spent * 1e-6);
    decoder_free(d);
    buf_free(&data);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++) measure(&loads[i], argc > 1 ? atof(argv[1]) : 1);
    return 0;
}
