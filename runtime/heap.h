/* heap.h - text in pages, in size classes with free lists.
 * A reference is an address in the pages (0: the empty text). Texts longer than a page are chains of blocks. The heads
 * of the free lists live in 64 bytes of state that the owner gives (zeroed at first; part of pages_root). */
#ifndef WEIR_RUNTIME_HEAP_H
#define WEIR_RUNTIME_HEAP_H

#include "runtime/pages.h"

enum { HEAP_CLASSES = 8 }; /* 32, 64, ... 4096 */
struct heap_head {
    uint64_t free[HEAP_CLASSES];
};

uint64_t heap_put(struct pages *pages, struct heap_head *head, const char *bytes, size_t len);
void heap_free(struct pages *pages, struct heap_head *head, uint64_t ref);
size_t heap_len(const struct pages *pages, uint64_t ref);
/* True when the text at ref is exactly these bytes. */
bool heap_equal(const struct pages *pages, uint64_t ref, const char *bytes, size_t len);
/* Negative, 0 or positive: text at ref against the bytes, by bytes. */
int heap_compare(const struct pages *pages, uint64_t ref, const char *bytes, size_t len);
/* Appends the text to out. Also from a snapshot. */
void heap_get(const struct pages *pages, uint64_t ref, struct buf *out);
void heap_get_snapshot(const struct snapshot *snapshot, uint64_t ref, struct buf *out);
/* The text in one piece: in the page when one block holds it (valid until the page is written or released), else put
 * into scratch, which is emptied first. */
struct str heap_view(const struct pages *pages, uint64_t ref, struct buf *scratch);
struct str heap_view_snapshot(const struct snapshot *snapshot, uint64_t ref, struct buf *scratch);

#endif
