/* pages.h - the memory that state lives in: 4 KiB pages reached through a page table, with snapshots.
 *
 * A pages object is one address space of state (one operator's, one view's). Addresses are page number << 12 | offset,
 * never pointers, so it can be written to disk and read back as it is. Page 0 is never given out: address 0 is "none".
 *
 * A snapshot is a copy of the page table; it freezes the pages it names. The first write to a frozen page copies it.
 * Freed and never written bytes are zero. Snapshots may be read by other threads while the owner writes; everything
 * else belongs to one thread. */
#ifndef WEIR_RUNTIME_PAGES_H
#define WEIR_RUNTIME_PAGES_H

#include "base/mem.h"

enum { PAGE_BITS = 12, PAGE_BYTES = 1 << PAGE_BITS, PAGE_GRAIN = 64 };

struct pages;
struct snapshot;

struct pages *pages_new(void);
void pages_free(struct pages *pages); /* all snapshots must have been released */

/* A zeroed page. Freeing gives it back for later allocation (and zeroes it, if no snapshot holds it). */
uint32_t page_alloc(struct pages *pages);
void page_release(struct pages *pages, uint32_t page);
/* Bytes held by live pages (not by snapshots' old copies). */
size_t pages_bytes(const struct pages *pages);

/* For reading. Valid until the page's next write or release. */
const void *page_read(const struct pages *pages, uint64_t address);
/* For reading in a loop: the bytes of page n are at pages_frames()[n]. Valid until the next page_write, page_alloc or
 * page_release of any page. */
const char *const *pages_frames(const struct pages *pages);
/* For writing len bytes at address (they lie within one page): copies a frozen page first and notes the touched
 * 64-byte grains for the next checkpoint. The pointer is valid until the next snapshot_take or release. */
void *page_write(struct pages *pages, uint64_t address, size_t len);

/* Snapshots: O(number of pages) copy of the table, no page is touched. */
struct snapshot *snapshot_take(struct pages *pages);
void snapshot_release(struct snapshot *snapshot);
const void *snapshot_read(const struct snapshot *snapshot, uint64_t address);

/* 256 bytes for the owner's roots (heads of lists, counters), part of the state: the addresses 0 to 255 of the space,
 * so page_write(pages, offset, len) writes a part of them. */
enum { PAGES_ROOT_BYTES = 256 };
void *pages_root(struct pages *pages); /* for writing */
const void *snapshot_root(const struct snapshot *snapshot);
const void *pages_root_read(const struct pages *pages);

/* Checkpoints. Appends to *out all grains touched since the last pages_delta (or everything, if none was taken or
 * PAGES_ALL). pages_apply brings a space that is in the earlier state to the later one; damaged
 * input is ERR_DAMAGED, and the space can only be freed then. A space into which deltas were applied counts as clean.
 */
enum pages_what { PAGES_CHANGED, PAGES_ALL };
void pages_delta(struct pages *pages, enum pages_what what, struct buf *out);
int pages_apply(struct pages *pages, struct str delta, struct err *err) MUST_CHECK;

#endif
