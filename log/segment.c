/* segment.c - seals and tests the heads of segments and blocks. The format is at the head of segment.h. */
#include "log/segment.h"
#include "base/hash.h"

#include <string.h>

static const char segment_magic[8] = {'w', 'e', 'i', 'r', '-', 's', 'e', 'g'};
static const char block_magic[4] = {'W', 'B', 'L', 'K'};

static uint32_t segment_crc(const struct segment_head *head)
{
    return crc32c(0, head, offsetof(struct segment_head, crc));
}

void segment_head_seal(struct segment_head *head)
{
    memcpy(head->magic, segment_magic, sizeof head->magic);
    head->version = SEGMENT_VERSION;
    head->crc = segment_crc(head);
}

bool segment_head_valid(const struct segment_head *head)
{
    return memcmp(head->magic, segment_magic, sizeof head->magic) == 0 && head->crc == segment_crc(head);
}

static uint32_t block_crc(const struct block_head *head, uint32_t file, uint32_t stream, uint64_t offset)
{
    size_t begin = offsetof(struct block_head, shard);
    char place[16];

    put_u32(place, file);
    put_u32(place + 4, stream);
    put_u64(place + 8, offset);
    return crc32c(crc32c(0, place, sizeof place), (const char *)head + begin, sizeof *head - begin);
}

void block_head_seal(struct block_head *head, uint32_t file, uint32_t stream, uint64_t offset)
{
    memcpy(head->magic, block_magic, sizeof head->magic);
    head->crc = block_crc(head, file, stream, offset);
}

bool block_head_valid(const struct block_head *head, uint32_t file, uint32_t stream, uint64_t offset)
{
    return memcmp(head->magic, block_magic, sizeof head->magic) == 0 &&
           head->crc == block_crc(head, file, stream, offset);
}
