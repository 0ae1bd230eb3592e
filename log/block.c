/* block.c - records into the bytes of a block and out again. The format is at the head of block.h. */
#include "log/block.h"

#include <assert.h>
#include <string.h>

enum { VARINT_BYTES_MAX = 10, DERIVED_BYTES = 36 };

static char *put_varint(char *at, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) *at++ = (char)(v | 0x80);
    *at++ = (char)v;
    return at;
}

/* Behind the number, or NULL when there is none before `end`. */
static const char *get_varint(const char *at, const char *end, uint64_t *out)
{
    *out = 0;
    for (int shift = 0; at < end && shift < 7 * VARINT_BYTES_MAX; shift += 7) {
        uint8_t byte = (uint8_t)*at++;
        *out |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return at;
    }
    return NULL;
}

static char *put_derived(char *at, const struct record *r)
{
    put_u64(at, (uint64_t)r->rowtime);
    put_u64(at + 8, (uint64_t)r->w);
    put_u64(at + 16, r->order.ordinal);
    put_u64(at + 24, r->order.place);
    put_u32(at + 32, (uint32_t)r->weight);
    return at + DERIVED_BYTES;
}

static const char *get_derived(const char *at, struct record *r)
{
    r->derived = true;
    r->rowtime = (usec)get_u64(at);
    r->w = (usec)get_u64(at + 8);
    r->order = (struct order){get_u64(at + 16), get_u64(at + 24)};
    r->weight = (int32_t)get_u32(at + 32);
    return at + DERIVED_BYTES;
}

void block_put(struct buf *raw, const struct record *r, struct block_place *place)
{
    char *start = buf_reserve(raw, 4 * VARINT_BYTES_MAX + DERIVED_BYTES), *at = start;

    assert(r->ordinal >= place->ordinal && r->arrival >= place->arrival);
    at = put_varint(at, r->ordinal - place->ordinal);
    at = put_varint(at, (uint64_t)r->arrival - (uint64_t)place->arrival);
    at = put_varint(at, (uint64_t)r->key.len << 1 | r->derived);
    at = put_varint(at, r->data.len);
    if (r->derived) at = put_derived(at, r);
    raw->len += (size_t)(at - start);
    buf_put(raw, r->key.ptr, r->key.len);
    buf_put(raw, r->data.ptr, r->data.len);
    *place = (struct block_place){r->ordinal, r->arrival};
}

int block_next(struct block_walk *walk, struct record *out)
{
    uint64_t ordinal, arrival, key, data;
    const char *at = walk->at, *end = walk->end;

    if (at == end) return 0;
    if (!(at = get_varint(at, end, &ordinal)) || !(at = get_varint(at, end, &arrival))) return -1;
    if (!(at = get_varint(at, end, &key)) || !(at = get_varint(at, end, &data))) return -1;
    walk->place.ordinal += ordinal;
    walk->place.arrival = (usec)((uint64_t)walk->place.arrival + arrival);
    *out = (struct record){.ordinal = walk->place.ordinal,
                           .arrival = walk->place.arrival,
                           .rowtime = USEC_MIN,
                           .w = USEC_MIN,
                           .order = {.ordinal = walk->place.ordinal},
                           .weight = 1};
    if (key & 1) {
        if (end - at < DERIVED_BYTES) return -1;
        at = get_derived(at, out);
    }
    key >>= 1;
    if (key > (uint64_t)(end - at) || data > (uint64_t)(end - at) - key) return -1;
    out->key = str_of(at, (size_t)key);
    out->data = str_of(at + key, (size_t)data);
    walk->at = at + key + data;
    return 1;
}
