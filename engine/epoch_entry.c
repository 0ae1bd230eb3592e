/* epoch_entry.c - an epoch as the journal keeps it.
 *
 * An ENTRY_EPOCH: u64 number, u32 group (0 main, else the query being built), u32 kind, i64 clock, u64 from, u64 to
 * (ordinals), u64 output hash, u32 ranges, u32 idle, u32 ended stream, u32 zero; then per range of a source read in
 * place: u32 stream, u32 CRC-32C, u64 from, u64 to (offsets); then per stream that became idle: u32 stream. */
#include "engine/epoch.h"

#include <stdlib.h>
#include <string.h>

enum { EPOCH_HEAD = 64, RANGE_BYTES = 24 };

struct epoch epoch_new(struct engine *e, const struct group *g, enum epoch_kind kind)
{
    return (struct epoch){
        .number = e->epoch + 1, .group = g->id, .kind = kind, .clock = USEC_MIN, .from = g->ordinal, .to = g->ordinal};
}

void epoch_free(struct epoch *ep)
{
    free(ep->range);
    free(ep->idle);
}

void epoch_pack(const struct epoch *ep, struct buf *out)
{
    char head[EPOCH_HEAD] = {0};

    put_u64(head, ep->number);
    put_u32(head + 8, ep->group);
    put_u32(head + 12, (uint32_t)ep->kind);
    put_u64(head + 16, (uint64_t)ep->clock);
    put_u64(head + 24, ep->from);
    put_u64(head + 32, ep->to);
    put_u64(head + 40, ep->hash);
    put_u32(head + 48, (uint32_t)ep->range_count);
    put_u32(head + 52, (uint32_t)ep->idle_count);
    put_u32(head + 56, ep->stream);
    buf_put(out, head, sizeof head);
    for (size_t i = 0; i < ep->range_count; i++) {
        char r[RANGE_BYTES];
        put_u32(r, ep->range[i].stream);
        put_u32(r + 4, ep->range[i].crc);
        put_u64(r + 8, ep->range[i].from);
        put_u64(r + 16, ep->range[i].to);
        buf_put(out, r, sizeof r);
    }
    buf_put(out, ep->idle, ep->idle_count * sizeof *ep->idle);
}

int epoch_unpack(struct str p, struct epoch *ep, struct err *err)
{
    const char *at = p.ptr + EPOCH_HEAD;
    size_t ranges = p.len >= EPOCH_HEAD ? get_u32(p.ptr + 48) : 0, idle = p.len >= EPOCH_HEAD ? get_u32(p.ptr + 52) : 0;

    if (p.len < EPOCH_HEAD || p.len != EPOCH_HEAD + ranges * RANGE_BYTES + idle * 4)
        return err_set(err, ERR_DAMAGED, -1, "an epoch's journal entry has the wrong size");
    *ep = (struct epoch){
        .number = get_u64(p.ptr),
        .group = get_u32(p.ptr + 8),
        .kind = (enum epoch_kind)get_u32(p.ptr + 12),
        .clock = (usec)get_u64(p.ptr + 16),
        .from = get_u64(p.ptr + 24),
        .to = get_u64(p.ptr + 32),
        .hash = get_u64(p.ptr + 40),
        .stream = get_u32(p.ptr + 56),
        .range_count = ranges,
        .idle_count = idle,
    };
    ep->range = mem_alloc(ranges * sizeof *ep->range);
    ep->idle = mem_alloc(idle * sizeof *ep->idle);
    for (size_t i = 0; i < ranges; i++, at += RANGE_BYTES)
        ep->range[i] = (struct range){get_u32(at), get_u32(at + 4), get_u64(at + 8), get_u64(at + 16)};
    if (idle) memcpy(ep->idle, at, idle * 4);
    return 0;
}
