/* batch.c - see batch.h. */
#include "runtime/batch.h"

#include <string.h>

size_t phys_bytes(enum phys phys)
{
    switch (phys) {
    case PHYS_BOOL: return sizeof(uint8_t);
    case PHYS_INT: return sizeof(int64_t);
    case PHYS_DOUBLE: return sizeof(double);
    case PHYS_TEXT: return sizeof(struct text);
    case PHYS_WIDE: return sizeof(__int128);
    }
    return 0;
}

void column_new(struct arena *arena, enum phys phys, enum nullable nullable, struct column *out)
{
    *out = (struct column){.phys = phys, .data = arena_alloc(arena, BATCH_ROWS * phys_bytes(phys))};
    if (nullable == NOT_NULLABLE) return;
    out->valid = arena_alloc(arena, BATCH_WORDS * sizeof *out->valid);
    memset(out->valid, 0xff, BATCH_WORDS * sizeof *out->valid);
}
