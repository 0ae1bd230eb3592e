/* mem.h - memory: allocation that cannot fail, arenas, growing buffers, text slices.
 * A small allocation that fails aborts the program with a message: a restart is exact (design.md, section 1).
 * What grows with data is bounded by its owner before it gets here. */
#ifndef WEIR_BASE_MEM_H
#define WEIR_BASE_MEM_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* malloc, zeroed malloc, realloc and strdup that abort instead of returning NULL. Free with free(). */
void *mem_alloc(size_t bytes);
void *mem_zalloc(size_t bytes);
void *mem_realloc(void *old, size_t bytes);
char *mem_strdup(const char *text);

/* Makes room for `need` elements in a growing array; *capacity is in elements. Returns the (moved) array. */
void *mem_grow(void *array, size_t *capacity, size_t need, size_t element_bytes);

/* A slice of bytes, not terminated, not owned. ptr is NULL only for "no text" (SQL NULL). */
struct str {
    const char *ptr;
    size_t len;
};

static inline struct str str_of(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}
struct str str_lit(const char *terminated);
bool str_equal(struct str a, struct str b);
/* Equal without regard to ASCII case. */
bool str_equal_nocase(struct str a, struct str b);

/* An arena: bump allocation, freed at once. Name the variable for the lifetime: statement, query, scratch. */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *arena);
/* Forgets everything, keeps one block for the next use. */
void arena_reset(struct arena *arena);
/* Zeroed, aligned to 16. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* A terminated copy. */
char *arena_copy(struct arena *arena, const char *bytes, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* A growing buffer of bytes; {0} is empty. buf_free frees the bytes and makes it {0} again. */
struct buf {
    char *ptr;
    size_t len, capacity;
};
void buf_free(struct buf *buf);
/* Room for `more` bytes behind len; returns where they begin (len is not moved). */
char *buf_reserve(struct buf *buf, size_t more);
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char byte);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
/* The buffer's text with a terminating NUL behind it (not counted in len). */
const char *buf_text(struct buf *buf);

/* Little-endian numbers, for files and wires. */
static inline void put_u32(void *at, uint32_t v)
{
    __builtin_memcpy(at, &v, 4);
}
static inline void put_u64(void *at, uint64_t v)
{
    __builtin_memcpy(at, &v, 8);
}
static inline uint32_t get_u32(const void *at)
{
    uint32_t v;
    __builtin_memcpy(&v, at, 4);
    return v;
}
static inline uint64_t get_u64(const void *at)
{
    uint64_t v;
    __builtin_memcpy(&v, at, 8);
    return v;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "weir's files are little-endian and so must be the processor");

#endif
