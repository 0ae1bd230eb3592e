/* heap.c - see heap.h.
 *
 * A text lies in one block of a size class, or in a chain of whole pages of which the last may be a smaller block:
 *
 *     u32 len   bytes of text from here to the end of the text
 *     u32 0
 *     u64 next  only in a block whose text goes on: the address of the block that holds the rest
 *     the bytes, at most BLOCK_MAX; FULL_MAX in a block that has a next one
 *
 * The class of a block follows from len. Blocks of a whole page are pages of their own; smaller ones are cut from
 * pages, and a free one holds the address of the next free one of its class in its first 8 bytes, zeros elsewhere. */
#include "runtime/heap.h"

#include <assert.h>
#include <string.h>

enum {
    CLASS_MIN_BYTES = 32,
    CLASS_PAGE = HEAP_CLASSES - 1,
    HEAD_BYTES = 8,
    CHAIN_HEAD_BYTES = 16,
    BLOCK_MAX = PAGE_BYTES - HEAD_BYTES,
    FULL_MAX = PAGE_BYTES - CHAIN_HEAD_BYTES,
};
_Static_assert(CLASS_MIN_BYTES << CLASS_PAGE == PAGE_BYTES, "the largest class is a page");

/* What one block holds of a text. */
struct piece {
    const char *bytes;
    size_t len;
    uint64_t next; /* 0: this is the last */
};

static struct piece piece_at(const char *block)
{
    uint32_t len = get_u32(block);

    if (len <= BLOCK_MAX) return (struct piece){block + HEAD_BYTES, len, 0};
    return (struct piece){block + CHAIN_HEAD_BYTES, FULL_MAX, get_u64(block + HEAD_BYTES)};
}

static int class_of(size_t len)
{
    int class = 0;

    while ((size_t)CLASS_MIN_BYTES << class < len + HEAD_BYTES) class ++;
    return class;
}

/* Cuts a new page into free blocks, the lowest first in the list. */
static void class_refill(struct pages *pages, struct heap_head *head, int class)
{
    uint64_t start = (uint64_t)page_alloc(pages) << PAGE_BITS;
    uint32_t bytes = CLASS_MIN_BYTES << class;
    char *page = page_write(pages, start, PAGE_BYTES);

    for (uint32_t at = 0; at + bytes < PAGE_BYTES; at += bytes) put_u64(page + at, start + at + bytes);
    put_u64(page + PAGE_BYTES - bytes, head->free[class]);
    head->free[class] = start;
}

static uint64_t block_take(struct pages *pages, struct heap_head *head, int class)
{
    uint64_t block;

    if (class == CLASS_PAGE) return (uint64_t)page_alloc(pages) << PAGE_BITS;
    if (!head->free[class]) class_refill(pages, head, class);
    block = head->free[class];
    head->free[class] = get_u64(page_read(pages, block));
    return block;
}

static void block_give(struct pages *pages, struct heap_head *head, uint64_t block, int class)
{
    size_t bytes = (size_t)CLASS_MIN_BYTES << class;
    char *at;

    if (class == CLASS_PAGE) {
        page_release(pages, (uint32_t)(block >> PAGE_BITS));
        return;
    }
    at = page_write(pages, block, bytes);
    memset(at, 0, bytes);
    put_u64(at, head->free[class]);
    head->free[class] = block;
}

/* A block for the last piece of a text, len <= BLOCK_MAX. */
static uint64_t put_last(struct pages *pages, struct heap_head *head, const char *bytes, size_t len)
{
    uint64_t block = block_take(pages, head, class_of(len));
    char *at = page_write(pages, block, HEAD_BYTES + len);

    put_u64(at, len);
    memcpy(at + HEAD_BYTES, bytes, len);
    return block;
}

static uint64_t put_full(struct pages *pages, const char *bytes, size_t len, uint64_t next)
{
    uint64_t block = (uint64_t)page_alloc(pages) << PAGE_BITS;
    char *at = page_write(pages, block, PAGE_BYTES);

    put_u64(at, len);
    put_u64(at + HEAD_BYTES, next);
    memcpy(at + CHAIN_HEAD_BYTES, bytes, FULL_MAX);
    return block;
}

/* From the end, so that each block knows its next when it is written. */
uint64_t heap_put(struct pages *pages, struct heap_head *head, const char *bytes, size_t len)
{
    size_t at = len <= BLOCK_MAX ? 0 : (len - BLOCK_MAX + FULL_MAX - 1) / FULL_MAX * FULL_MAX;
    uint64_t block;

    assert(len <= UINT32_MAX);
    if (!len) return 0;
    block = put_last(pages, head, bytes + at, len - at);
    while (at > 0) {
        at -= FULL_MAX;
        block = put_full(pages, bytes + at, len - at, block);
    }
    return block;
}

void heap_free(struct pages *pages, struct heap_head *head, uint64_t ref)
{
    while (ref) {
        const char *block = page_read(pages, ref);
        struct piece piece = piece_at(block);

        block_give(pages, head, ref, piece.next ? CLASS_PAGE : class_of(piece.len));
        ref = piece.next;
    }
}

size_t heap_len(const struct pages *pages, uint64_t ref)
{
    return ref ? get_u32(page_read(pages, ref)) : 0;
}

bool heap_equal(const struct pages *pages, uint64_t ref, const char *bytes, size_t len)
{
    return heap_len(pages, ref) == len && heap_compare(pages, ref, bytes, len) == 0;
}

int heap_compare(const struct pages *pages, uint64_t ref, const char *bytes, size_t len)
{
    while (ref) {
        struct piece piece = piece_at(page_read(pages, ref));
        size_t min = piece.len < len ? piece.len : len;
        int c = min ? memcmp(piece.bytes, bytes, min) : 0;

        if (c) return c;
        if (piece.len > len) return 1;
        bytes += min;
        len -= min;
        ref = piece.next;
    }
    return len ? -1 : 0;
}

void heap_get(const struct pages *pages, uint64_t ref, struct buf *out)
{
    while (ref) {
        struct piece piece = piece_at(page_read(pages, ref));
        buf_put(out, piece.bytes, piece.len);
        ref = piece.next;
    }
}

void heap_get_snapshot(const struct snapshot *snapshot, uint64_t ref, struct buf *out)
{
    while (ref) {
        struct piece piece = piece_at(snapshot_read(snapshot, ref));
        buf_put(out, piece.bytes, piece.len);
        ref = piece.next;
    }
}

struct str heap_view(const struct pages *pages, uint64_t ref, struct buf *scratch)
{
    struct piece piece = ref ? piece_at(page_read(pages, ref)) : (struct piece){.bytes = ""};

    if (!piece.next) return str_of(piece.bytes, piece.len);
    scratch->len = 0;
    heap_get(pages, ref, scratch);
    return str_of(scratch->ptr, scratch->len);
}

struct str heap_view_snapshot(const struct snapshot *snapshot, uint64_t ref, struct buf *scratch)
{
    struct piece piece = ref ? piece_at(snapshot_read(snapshot, ref)) : (struct piece){.bytes = ""};

    if (!piece.next) return str_of(piece.bytes, piece.len);
    scratch->len = 0;
    heap_get_snapshot(snapshot, ref, scratch);
    return str_of(scratch->ptr, scratch->len);
}
