/* measure.h - what the benchmarks share: clocks, and the rows of the table that bench/run prints.
 * Figures are of the best run: what disturbs a run only makes it slower. */
#ifndef WEIR_BENCH_MEASURE_H
#define WEIR_BENCH_MEASURE_H

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS = 3 };

/* Seconds that something took: by the clock, and of the processor (all threads, user and system). */
struct spent {
    double wall, cpu;
};

static inline double seconds_of(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static inline struct spent spent_now(void)
{
    struct timespec t;
    struct rusage usage;

    clock_gettime(CLOCK_MONOTONIC, &t);
    getrusage(RUSAGE_SELF, &usage);
    return (struct spent){(double)t.tv_sec + (double)t.tv_nsec * 1e-9,
                          seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime)};
}

static inline struct spent spent_since(struct spent start)
{
    struct spent now = spent_now();

    return (struct spent){now.wall - start.wall, now.cpu - start.cpu};
}

/* The lesser of each, where {0} is no run yet. */
static inline void spent_best(struct spent *best, struct spent run)
{
    if (best->wall == 0 || run.wall < best->wall) best->wall = run.wall;
    if (best->cpu == 0 || run.cpu < best->cpu) best->cpu = run.cpu;
}

static inline void table_row(const char *name, double figure, const char *unit, double peer, const char *peer_name,
                             double ratio)
{
    printf("%-32s %9.2f %-12s %9.2f  %-16s %6.1fx\n", name, figure, unit, peer, peer_name, ratio);
    fflush(stdout);
}

static inline void table_row_alone(const char *name, double figure, const char *unit)
{
    printf("%-32s %9.2f %-12s\n", name, figure, unit);
    fflush(stdout);
}

#endif
