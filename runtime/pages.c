/* pages.c - see pages.h.
 *
 * A page's bytes lie in a frame: 4 KiB out of a chunk. table[page] is its frame; a page that is free or was never
 * written has the one constant frame of zeros, so that an unused page costs no memory and reads as zeros.
 *
 * Who may write a frame is decided by versions. Each snapshot takes the next version; a frame is born at the version
 * that the next snapshot will have. A page may be written in place iff it was born after the newest snapshot that is
 * still held (born >= frozen_below). Pages with the frame of zeros count as born at 0: never writable in place.
 *
 * A frame that was copied or freed while snapshots hold it is retired: it is in the snapshots from its birth to the
 * newest, and it waits in the list of the newest of them. When a snapshot is released, its retired frames go on to the
 * next older snapshot if that one holds them, else back to the free frames.
 *
 * Threads: the mutex guards the list of snapshots, their retired frames and the free frames. frozen_below is read by
 * the owner without it: the acquire pairs with the store by the thread that released the newest snapshot, whose reads
 * are over by then.
 *
 * A delta (numbers little-endian):
 *     u32 what (0 changed, 1 all: pages not named are free), u32 number of entries, then entries by ascending page:
 *     u32 page, u32 kind (0 changed, 1 made: zeroed before, 2 freed), u64 mask of grains, 64 bytes for each set bit */
#include "runtime/pages.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CHUNK_PAGES = 64, PAGES_MAX = 1 << 28, TABLE_MIN = 64, DELTA_HEAD_BYTES = 8, ENTRY_HEAD_BYTES = 16 };
enum entry_kind { ENTRY_CHANGED, ENTRY_MADE, ENTRY_FREED };

static const _Alignas(PAGE_BYTES) char zeros[PAGE_BYTES];

struct page {
    uint64_t touched; /* grains written since the last delta */
    uint32_t born;    /* version of its frame; 0: the frame of zeros */
    uint32_t moved;   /* 1: allocated or released since the last delta */
};

struct retired {
    char *frame;
    uint32_t born;
};

struct snapshot {
    struct pages *pages;
    struct snapshot *older, *newer;
    uint32_t version, count;
    char **table;
    struct retired *retired;
    size_t retired_count, retired_capacity;
};

struct pages {
    char **table;
    struct page *page;
    uint64_t *live;    /* bit set: page is allocated */
    uint32_t capacity; /* of the three arrays, in pages; a multiple of 64 */
    uint32_t live_count;
    uint32_t free_word; /* no page in a word of `live` below this is free */
    uint32_t version;   /* of the next snapshot */
    _Atomic uint32_t frozen_below;

    pthread_mutex_t mutex;
    struct snapshot *newest;
    char **free_frames;
    size_t free_count, free_capacity;
    char **chunks;
    size_t chunk_count, chunk_capacity;
};

/* --- frames: with the mutex held --- */

static void chunk_add(struct pages *pages)
{
    char *chunk = mmap(NULL, CHUNK_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (chunk == MAP_FAILED) {
        perror("weir: out of memory for state");
        abort();
    }
    pages->chunks = mem_grow(pages->chunks, &pages->chunk_capacity, pages->chunk_count + 1, sizeof *pages->chunks);
    pages->chunks[pages->chunk_count++] = chunk;
    /* Every frame can be free at once: the release of a snapshot never has to allocate. */
    pages->free_frames = mem_grow(pages->free_frames, &pages->free_capacity, pages->chunk_count * CHUNK_PAGES,
                                  sizeof *pages->free_frames);
    for (int i = CHUNK_PAGES - 1; i >= 0; i--) pages->free_frames[pages->free_count++] = chunk + i * PAGE_BYTES;
}

static char *frame_take(struct pages *pages)
{
    if (!pages->free_count) chunk_add(pages);
    return pages->free_frames[--pages->free_count];
}

static void frame_give(struct pages *pages, char *frame)
{
    pages->free_frames[pages->free_count++] = frame;
}

static void retire(struct snapshot *s, char *frame, uint32_t born)
{
    s->retired = mem_grow(s->retired, &s->retired_capacity, s->retired_count + 1, sizeof *s->retired);
    s->retired[s->retired_count++] = (struct retired){frame, born};
}

/* To the newest snapshot that holds the frame, or to the free frames. */
static void frame_drop(struct pages *pages, struct snapshot *newest, char *frame, uint32_t born)
{
    if (born == 0) return;
    if (newest && born <= newest->version) {
        retire(newest, frame, born);
    } else {
        frame_give(pages, frame);
    }
}

/* --- the space --- */

static bool is_live(const struct pages *pages, uint32_t page)
{
    return page < pages->capacity && pages->live[page >> 6] >> (page & 63) & 1;
}

static void grow(struct pages *pages, uint32_t need)
{
    uint32_t old = pages->capacity, capacity = old ? old : TABLE_MIN;

    assert(need <= PAGES_MAX);
    while (capacity < need) capacity *= 2;
    if (capacity == old) return;
    pages->table = mem_realloc(pages->table, capacity * sizeof *pages->table);
    pages->page = mem_realloc(pages->page, capacity * sizeof *pages->page);
    pages->live = mem_realloc(pages->live, capacity / 8);
    for (uint32_t i = old; i < capacity; i++) pages->table[i] = (char *)zeros;
    memset(pages->page + old, 0, (capacity - old) * sizeof *pages->page);
    memset((char *)pages->live + old / 8, 0, (capacity - old) / 8);
    pages->capacity = capacity;
}

static void mark_live(struct pages *pages, uint32_t page)
{
    pages->live[page >> 6] |= UINT64_C(1) << (page & 63);
    pages->live_count++;
    pages->page[page].moved = 1;
}

struct pages *pages_new(void)
{
    struct pages *pages = mem_zalloc(sizeof *pages);

    pages->version = 1;
    atomic_init(&pages->frozen_below, 1);
    pthread_mutex_init(&pages->mutex, NULL);
    grow(pages, TABLE_MIN);
    mark_live(pages, 0);
    return pages;
}

/* Frames that pages have; without snapshots, all others must be free. */
static size_t frames_held(const struct pages *pages)
{
    size_t held = 0;

    for (uint32_t i = 0; i < pages->capacity; i++) held += pages->page[i].born != 0;
    return held;
}

void pages_free(struct pages *pages)
{
    if (!pages) return;
    assert(!pages->newest);
    assert(frames_held(pages) + pages->free_count == pages->chunk_count * CHUNK_PAGES);
    for (size_t i = 0; i < pages->chunk_count; i++) munmap(pages->chunks[i], CHUNK_PAGES * PAGE_BYTES);
    pthread_mutex_destroy(&pages->mutex);
    free(pages->chunks);
    free(pages->free_frames);
    free(pages->table);
    free(pages->page);
    free(pages->live);
    free(pages);
}

/* The lowest free page: a function of which pages are live, so a restored space gives out the same numbers. */
static uint32_t lowest_free(struct pages *pages)
{
    uint32_t words = pages->capacity / 64;

    while (pages->free_word < words && pages->live[pages->free_word] == UINT64_MAX) pages->free_word++;
    if (pages->free_word == words) return pages->capacity;
    return pages->free_word * 64 + (uint32_t)__builtin_ctzll(~pages->live[pages->free_word]);
}

uint32_t page_alloc(struct pages *pages)
{
    uint32_t page = lowest_free(pages);

    grow(pages, page + 1);
    mark_live(pages, page);
    return page;
}

void page_release(struct pages *pages, uint32_t page)
{
    struct page *p = &pages->page[page];

    assert(page > 0 && is_live(pages, page));
    pthread_mutex_lock(&pages->mutex);
    frame_drop(pages, pages->newest, pages->table[page], p->born);
    pthread_mutex_unlock(&pages->mutex);
    pages->table[page] = (char *)zeros;
    *p = (struct page){.moved = 1};
    pages->live[page >> 6] &= ~(UINT64_C(1) << (page & 63));
    pages->live_count--;
    if (page >> 6 < pages->free_word) pages->free_word = page >> 6;
}

size_t pages_bytes(const struct pages *pages)
{
    return (size_t)pages->live_count * PAGE_BYTES;
}

const void *page_read(const struct pages *pages, uint64_t address)
{
    size_t page = address >> PAGE_BITS;

    assert(page < pages->capacity);
    return pages->table[page] + (address & (PAGE_BYTES - 1));
}

const char *const *pages_frames(const struct pages *pages)
{
    return (const char *const *)pages->table;
}

/* Gives a page that may not be written in place a frame of its own. */
static __attribute__((noinline)) void unfreeze(struct pages *pages, uint32_t page)
{
    struct page *p = &pages->page[page];
    char *old = pages->table[page], *frame;

    assert(is_live(pages, page));
    pthread_mutex_lock(&pages->mutex);
    frame = frame_take(pages);
    memcpy(frame, old, PAGE_BYTES);
    frame_drop(pages, pages->newest, old, p->born);
    pthread_mutex_unlock(&pages->mutex);
    pages->table[page] = frame;
    p->born = pages->version;
}

static uint64_t grain_mask(uint32_t at, size_t len)
{
    uint32_t first = at / PAGE_GRAIN, last = (uint32_t)(at + len - 1) / PAGE_GRAIN;

    return UINT64_MAX << first & UINT64_MAX >> (63 - last);
}

void *page_write(struct pages *pages, uint64_t address, size_t len)
{
    size_t page = address >> PAGE_BITS;
    uint32_t at = address & (PAGE_BYTES - 1);
    struct page *p = &pages->page[page];

    assert(page < pages->capacity && len > 0 && at + len <= PAGE_BYTES);
    if (p->born < atomic_load_explicit(&pages->frozen_below, memory_order_acquire)) unfreeze(pages, (uint32_t)page);
    p->touched |= grain_mask(at, len);
    return pages->table[page] + at;
}

void *pages_root(struct pages *pages)
{
    return page_write(pages, 0, PAGES_ROOT_BYTES);
}

const void *pages_root_read(const struct pages *pages)
{
    return pages->table[0];
}

/* --- snapshots --- */

struct snapshot *snapshot_take(struct pages *pages)
{
    struct snapshot *s = mem_zalloc(sizeof *s);

    assert(pages->version < UINT32_MAX);
    s->pages = pages;
    s->version = pages->version++;
    s->count = pages->capacity;
    s->table = mem_alloc(s->count * sizeof *s->table);
    memcpy(s->table, pages->table, s->count * sizeof *s->table);
    pthread_mutex_lock(&pages->mutex);
    s->older = pages->newest;
    if (s->older) s->older->newer = s;
    pages->newest = s;
    atomic_store_explicit(&pages->frozen_below, s->version + 1, memory_order_release);
    pthread_mutex_unlock(&pages->mutex);
    return s;
}

static void unlink_snapshot(struct snapshot *s)
{
    struct pages *pages = s->pages;

    if (s->older) s->older->newer = s->newer;
    if (s->newer) {
        s->newer->older = s->older;
        return;
    }
    pages->newest = s->older;
    atomic_store_explicit(&pages->frozen_below, s->older ? s->older->version + 1 : 1, memory_order_release);
}

void snapshot_release(struct snapshot *s)
{
    if (!s) return;
    pthread_mutex_lock(&s->pages->mutex);
    unlink_snapshot(s);
    for (size_t i = 0; i < s->retired_count; i++) {
        frame_drop(s->pages, s->older, s->retired[i].frame, s->retired[i].born);
    }
    pthread_mutex_unlock(&s->pages->mutex);
    free(s->retired);
    free(s->table);
    free(s);
}

const void *snapshot_read(const struct snapshot *s, uint64_t address)
{
    size_t page = address >> PAGE_BITS;

    assert(page < s->count);
    return s->table[page] + (address & (PAGE_BYTES - 1));
}

const void *snapshot_root(const struct snapshot *s)
{
    return s->table[0];
}

/* --- deltas --- */

static uint64_t nonzero_grains(const char *frame)
{
    uint64_t mask = 0;

    if (frame == zeros) return 0;
    for (int i = 0; i < PAGE_BYTES / PAGE_GRAIN; i++) {
        if (memcmp(frame + i * PAGE_GRAIN, zeros, PAGE_GRAIN) != 0) mask |= UINT64_C(1) << i;
    }
    return mask;
}

static void entry_put(struct buf *out, uint32_t page, enum entry_kind kind, uint64_t mask, const char *frame)
{
    char *at = buf_reserve(out, ENTRY_HEAD_BYTES + PAGE_BYTES);

    put_u32(at, page);
    put_u32(at + 4, kind);
    put_u64(at + 8, mask);
    at += ENTRY_HEAD_BYTES;
    for (; mask; mask &= mask - 1) {
        memcpy(at, frame + __builtin_ctzll(mask) * PAGE_GRAIN, PAGE_GRAIN);
        at += PAGE_GRAIN;
    }
    out->len = (size_t)(at - out->ptr);
}

/* Writes the page's entry, if it needs one. Returns the number of entries written. */
static int page_delta(const struct pages *pages, uint32_t page, enum pages_what what, struct buf *out)
{
    const struct page *p = &pages->page[page];
    const char *frame = pages->table[page];

    if (!is_live(pages, page)) {
        if (what == PAGES_CHANGED && !p->moved) return 0;
        entry_put(out, page, ENTRY_FREED, 0, frame);
    } else if (what == PAGES_ALL) {
        entry_put(out, page, ENTRY_MADE, nonzero_grains(frame), frame);
    } else if (p->moved) {
        entry_put(out, page, ENTRY_MADE, p->touched, frame);
    } else if (p->touched) {
        entry_put(out, page, ENTRY_CHANGED, p->touched, frame);
    } else {
        return 0;
    }
    return 1;
}

static void mark_clean(struct pages *pages)
{
    for (uint32_t i = 0; i < pages->capacity; i++) pages->page[i].touched = pages->page[i].moved = 0;
}

void pages_delta(struct pages *pages, enum pages_what what, struct buf *out)
{
    uint32_t entries = 0, end = pages->capacity;
    size_t head = out->len;

    while (what == PAGES_ALL && !is_live(pages, end - 1)) end--;
    buf_reserve(out, DELTA_HEAD_BYTES);
    out->len += DELTA_HEAD_BYTES;
    for (uint32_t i = 0; i < end; i++) entries += (uint32_t)page_delta(pages, i, what, out);
    mark_clean(pages);
    put_u32(out->ptr + head, what);
    put_u32(out->ptr + head + 4, entries);
}

static int damaged(struct err *err, size_t at)
{
    return err_set(err, ERR_DAMAGED, -1, "state: the list of changed pages is damaged at byte %zu", at);
}

/* Makes a page live and all zeros. */
static void page_make(struct pages *pages, uint32_t page)
{
    grow(pages, page + 1);
    if (page == 0) {
        memset(page_write(pages, 0, PAGE_BYTES), 0, PAGE_BYTES);
        return;
    }
    if (is_live(pages, page)) page_release(pages, page);
    mark_live(pages, page);
}

struct entry {
    uint32_t page;
    enum entry_kind kind;
    uint64_t mask;
    const char *grains;
};

/* Reads the entry at *at and moves *at behind it. -1: it cannot be one. */
static int entry_get(struct str delta, size_t *at, struct entry *e)
{
    const char *p = delta.ptr + *at;

    if (delta.len - *at < ENTRY_HEAD_BYTES) return -1;
    e->page = get_u32(p);
    if (e->page >= PAGES_MAX || get_u32(p + 4) > ENTRY_FREED) return -1;
    e->kind = (enum entry_kind)get_u32(p + 4);
    e->mask = get_u64(p + 8);
    e->grains = p + ENTRY_HEAD_BYTES;
    *at += ENTRY_HEAD_BYTES;
    if (e->kind == ENTRY_FREED && (e->page == 0 || e->mask)) return -1;
    if (delta.len - *at < (size_t)__builtin_popcountll(e->mask) * PAGE_GRAIN) return -1;
    *at += (size_t)__builtin_popcountll(e->mask) * PAGE_GRAIN;
    return 0;
}

static int entry_apply(struct pages *pages, const struct entry *e)
{
    const char *from = e->grains;

    switch (e->kind) {
    case ENTRY_FREED:
        if (is_live(pages, e->page)) page_release(pages, e->page);
        return 0;
    case ENTRY_MADE: page_make(pages, e->page); break;
    case ENTRY_CHANGED:
        if (!is_live(pages, e->page)) return -1;
        break;
    }
    for (uint64_t mask = e->mask; mask; mask &= mask - 1, from += PAGE_GRAIN) {
        uint64_t address = ((uint64_t)e->page << PAGE_BITS) + (uint64_t)__builtin_ctzll(mask) * PAGE_GRAIN;
        memcpy(page_write(pages, address, PAGE_GRAIN), from, PAGE_GRAIN);
    }
    return 0;
}

static void release_all(struct pages *pages)
{
    for (uint32_t i = 1; i < pages->capacity; i++) {
        if (is_live(pages, i)) page_release(pages, i);
    }
}

/* Pages are made lowest first, so behind the pages there were before (`known`) a delta names each one up to its last.
 * A damaged number thus cannot make the space grow far. */
static bool page_may_follow(const struct entry *e, uint32_t last, uint32_t i, uint32_t known)
{
    return e->page <= (uint64_t)known + i && (i == 0 || e->page > last);
}

int pages_apply(struct pages *pages, struct str delta, struct err *err)
{
    uint32_t known = pages->capacity, last = 0;
    size_t at = DELTA_HEAD_BYTES;
    struct entry e;

    if (delta.len < DELTA_HEAD_BYTES || get_u32(delta.ptr) > PAGES_ALL) return damaged(err, 0);
    if (get_u32(delta.ptr) == PAGES_ALL) release_all(pages);
    for (uint32_t i = 0; i < get_u32(delta.ptr + 4); i++, last = e.page) {
        size_t start = at;
        if (entry_get(delta, &at, &e) || !page_may_follow(&e, last, i, known) || entry_apply(pages, &e)) {
            return damaged(err, start);
        }
    }
    if (at != delta.len) return damaged(err, at);
    mark_clean(pages);
    return 0;
}
