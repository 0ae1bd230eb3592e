/* hash.c - see hash.h. CRC-32C: reflected polynomial 0x82f63b78, a table of half bytes as the portable path. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash_bytes(const void *bytes, size_t len)
{
    return XXH3_64bits(bytes, len);
}

static const uint32_t nibble[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c_portable(uint32_t crc, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    crc = ~crc;
    for (size_t i = 0; i < len; i++) {
        crc ^= p[i];
        crc = (crc >> 4) ^ nibble[crc & 15];
        crc = (crc >> 4) ^ nibble[crc & 15];
    }
    return ~crc;
}

#ifdef __x86_64__
#include <nmmintrin.h>
#include <wmmintrin.h>

/* The instruction takes three steps but one can begin at every step, so three lanes of bytes are gone through at once.
 * Their sums become one by moving the first over the two lanes behind it and the second over one. To move a sum over n
 * bytes is to multiply it by x^8n modulo the polynomial: by x^(8n - 33), because the instruction, which reduces the
 * product, multiplies by x^32 and reflection by x. */
enum { LANE_BYTES = 512 };
#define OVER_ONE_LANE  UINT32_C(0xdd7e3b0c)
#define OVER_TWO_LANES UINT32_C(0x170076fa)

__attribute__((target("sse4.2,pclmul"))) static uint64_t move_over(uint64_t sum, uint32_t factor)
{
    return (uint64_t)_mm_cvtsi128_si64(
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)sum), _mm_cvtsi64_si128(factor), 0));
}

__attribute__((target("sse4.2,pclmul"))) static uint64_t crc_lanes(uint64_t a, const uint8_t *p)
{
    uint64_t b = 0, c = 0;

    for (const uint8_t *end = p + LANE_BYTES; p < end; p += 8) {
        a = _mm_crc32_u64(a, get_u64(p));
        b = _mm_crc32_u64(b, get_u64(p + LANE_BYTES));
        c = _mm_crc32_u64(c, get_u64(p + 2 * LANE_BYTES));
    }
    return c ^ _mm_crc32_u64(0, move_over(a, OVER_TWO_LANES) ^ move_over(b, OVER_ONE_LANE));
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t crc_sse(uint32_t crc, const uint8_t *p, size_t len)
{
    uint64_t c = crc;

    for (; len >= 3 * LANE_BYTES; p += 3 * LANE_BYTES, len -= 3 * LANE_BYTES) c = crc_lanes(c, p);
    for (; len >= 8; p += 8, len -= 8) c = _mm_crc32_u64(c, get_u64(p));
    for (; len > 0; p++, len--) c = _mm_crc32_u8((uint32_t)c, *p);
    return (uint32_t)c;
}

uint32_t crc32c(uint32_t crc, const void *bytes, size_t len)
{
    bool able = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");

    return able ? ~crc_sse(~crc, bytes, len) : crc32c_portable(crc, bytes, len);
}
#else
uint32_t crc32c(uint32_t crc, const void *bytes, size_t len)
{
    return crc32c_portable(crc, bytes, len);
}
#endif
