/* mem.c - see mem.h. */
#include "base/mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024, ARENA_ALIGN = 16 };

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "weir: out of memory (%zu bytes)\n", bytes);
    abort();
}

void *mem_alloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);

    if (!p) out_of_memory(bytes);
    return p;
}

void *mem_zalloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);

    if (!p) out_of_memory(bytes);
    return p;
}

void *mem_realloc(void *old, size_t bytes)
{
    void *p = realloc(old, bytes ? bytes : 1);

    if (!p) out_of_memory(bytes);
    return p;
}

char *mem_strdup(const char *text)
{
    size_t len = strlen(text) + 1;

    return memcpy(mem_alloc(len), text, len);
}

void *mem_grow(void *array, size_t *capacity, size_t need, size_t element_bytes)
{
    size_t wanted = *capacity ? *capacity : 8;

    if (need <= *capacity) return array;
    while (wanted < need) wanted *= 2;
    *capacity = wanted;
    return mem_realloc(array, wanted * element_bytes);
}

struct str str_lit(const char *terminated)
{
    return str_of(terminated, strlen(terminated));
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_equal_nocase(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

/* Blocks are a list, newest first; a large request gets a block of its own. */
struct block {
    struct block *next;
    size_t used, size;
    _Alignas(ARENA_ALIGN) char bytes[];
};

struct arena {
    struct block *head;
};

struct arena *arena_new(void)
{
    return mem_zalloc(sizeof(struct arena));
}

static void free_blocks(struct block *b)
{
    while (b) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena) return;
    free_blocks(arena->head);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *keep = arena->head;

    if (!keep) return;
    free_blocks(keep->next);
    keep->next = NULL;
    keep->used = 0;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    size_t need = (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    struct block *b = arena->head;
    void *p;

    assert(need >= bytes);
    if (!b || b->size - b->used < need) {
        size_t size = need > ARENA_BLOCK_BYTES ? need : ARENA_BLOCK_BYTES;
        b = mem_alloc(sizeof *b + size);
        *b = (struct block){.next = arena->head, .size = size};
        arena->head = b;
    }
    p = b->bytes + b->used;
    b->used += need;
    return memset(p, 0, bytes);
}

char *arena_copy(struct arena *arena, const char *bytes, size_t len)
{
    char *p = arena_alloc(arena, len + 1);

    if (len) memcpy(p, bytes, len);
    return p;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    int len;
    char *p;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    p = arena_alloc(arena, (size_t)len + 1);
    vsnprintf(p, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return p;
}

void buf_free(struct buf *buf)
{
    free(buf->ptr);
    *buf = (struct buf){0};
}

char *buf_reserve(struct buf *buf, size_t more)
{
    buf->ptr = mem_grow(buf->ptr, &buf->capacity, buf->len + more + 1, 1);
    return buf->ptr + buf->len;
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    if (!len) return;
    memcpy(buf_reserve(buf, len), bytes, len);
    buf->len += len;
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char byte)
{
    *buf_reserve(buf, 1) = byte;
    buf->len++;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    assert(len >= 0);
    vsnprintf(buf_reserve(buf, (size_t)len), (size_t)len + 1, format, again);
    buf->len += (size_t)len;
    va_end(again);
    va_end(args);
}

const char *buf_text(struct buf *buf)
{
    *buf_reserve(buf, 1) = '\0';
    return buf->ptr;
}
