/* hash.h - hashing and checksums. None of them is seeded by anything but its arguments (design.md, section 1). */
#ifndef WEIR_BASE_HASH_H
#define WEIR_BASE_HASH_H

#include "base/mem.h"

/* XXH3 of bytes. */
uint64_t hash_bytes(const void *bytes, size_t len);
/* CRC-32C (Castagnoli) continued from `crc` (0 to begin). SSE4.2 and PCLMUL where they are, else a table. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);
/* The same by the table alone: what processors without the instruction run. */
uint32_t crc32c_portable(uint32_t crc, const void *bytes, size_t len);

/* Integers: multiply and xor-shift. */
static inline uint64_t hash_u64(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    return hash_u64(a * UINT64_C(0x9e3779b97f4a7c15) + b);
}

/* A seeded generator for tests, random cuts and the simulated disk (splitmix64). */
struct rng {
    uint64_t state;
};
static inline uint64_t rng_next(struct rng *rng)
{
    uint64_t z = (rng->state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
/* Uniform in [0, n), n > 0. */
static inline uint64_t rng_below(struct rng *rng, uint64_t n)
{
    return (uint64_t)(((unsigned __int128)rng_next(rng) * n) >> 64);
}
/* The numbers 0 .. n-1 in a random order. */
static inline void rng_order(struct rng *rng, int *order, int n)
{
    for (int i = 0; i < n; i++) order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int other = (int)rng_below(rng, (uint64_t)i + 1), swap = order[i];
        order[i] = order[other];
        order[other] = swap;
    }
}

#endif
