/* generate.c - the input of bench/group_by: generate RECORDS KEYS > FILE.
 * JSON lines of 132 bytes with 8 fields, the same bytes for the same arguments. Ten records a millisecond; each is up
 * to half a second older than its place says, so that event time is out of order. */
#include "base/hash.h"
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 132, JITTER_MS = 500, RECORDS_PER_MS = 10 };
#define FIRST_TIME INT64_C(1735689600000000) /* 2025-01-01 00:00:00 UTC */

static usec time_of(struct rng *rng, int64_t i)
{
    return FIRST_TIME + (i / RECORDS_PER_MS + JITTER_MS - (int64_t)rng_below(rng, JITTER_MS)) * 1000;
}

static int put_time(usec t, char *out)
{
    int64_t ms = t / 1000 % 86400000;

    return sprintf(out, "2025-01-01T%02d:%02d:%02d.%03dZ", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                   (int)(ms / 1000 % 60), (int)(ms % 1000));
}

static void put_line(struct rng *rng, int64_t i, uint64_t keys, char *line)
{
    static const char *const sites[] = {"north", "south", "east", "west"};
    char time[32];
    int len;

    put_time(time_of(rng, i), time);
    len = sprintf(line,
                  "{\"ts\":\"%s\",\"device\":\"dev-%07d\",\"value\":%d.%02d,\"seq\":%lld,\"site\":\"%s\",\"ok\":%s,"
                  "\"rank\":%d,\"n\":\"",
                  time, (int)rng_below(rng, keys), (int)rng_below(rng, 1000), (int)rng_below(rng, 100), (long long)i,
                  sites[rng_below(rng, 4)], rng_below(rng, 9) ? "true" : "false", (int)rng_below(rng, 1000));
    memset(line + len, '.', (size_t)(LINE_BYTES - 3 - len));
    memcpy(line + LINE_BYTES - 3, "\"}\n", 3);
}

int main(int argc, char **argv)
{
    struct rng rng = {1};
    char line[2 * LINE_BYTES];
    int64_t records = argc == 3 ? atoll(argv[1]) : 0;
    int64_t keys = argc == 3 ? atoll(argv[2]) : 0;

    if (records < 1 || records > 800000000 || keys < 1 || keys > 10000000) {
        fprintf(stderr, "usage: generate RECORDS KEYS > FILE\n");
        return 2;
    }
    for (int64_t i = 0; i < records; i++) {
        put_line(&rng, i, (uint64_t)keys, line);
        if (fwrite(line, LINE_BYTES, 1, stdout) != 1) return 1;
    }
    return fflush(stdout) ? 1 : 0;
}
