/* log_reader_set.c - a reader in a set: its segments, merged by ordinal in a heap; log_reader.h has the contract. */
#include "log/log_reader.h"

#include <stdlib.h>

/* ---- the heap ---- */

static uint64_t bound(const struct log_reader *r, size_t i)
{
    return segment_cursor_bound(r->heap[i]);
}

static void sift_down(struct log_reader *r, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = 2 * i + 2;
        struct segment_cursor *swap = r->heap[i];
        if (left < r->heap_count && bound(r, left) < bound(r, least)) least = left;
        if (right < r->heap_count && bound(r, right) < bound(r, least)) least = right;
        if (least == i) return;
        r->heap[i] = r->heap[least];
        r->heap[least] = swap;
        i = least;
    }
}

static void order_heap(struct log_reader *r)
{
    for (size_t i = r->heap_count / 2; i-- > 0;) sift_down(r, i);
}

/* ---- the set ---- */

void reader_leave_set(struct log_reader *r)
{
    for (size_t i = 0; i < r->heap_count; i++) segment_cursor_free(r->heap[i]);
    for (size_t i = 0; i < r->segment_count; i++) segment_close(r->segment[i]);
    r->heap_count = r->segment_count = 0;
    pthread_mutex_lock(&r->log->mutex);
    set_unref(r->set);
    pthread_mutex_unlock(&r->log->mutex);
    r->set = NULL;
}

static bool span_wanted(const struct log_range *range, const struct record_span *span)
{
    return span->last >= range->from && span->first < range->to && span->arrival_last >= range->arrival_from &&
           span->arrival_first < range->arrival_to;
}

/* A cursor for each wanted shard of the segment. */
static void add_cursors(struct log_reader *r, struct segment *s, uint32_t stream)
{
    uint32_t count, end;
    const struct block_head *index = segment_index(s, &count);

    for (uint32_t begin = 0; begin < count; begin = end) {
        const struct log_want *w = reader_want(r, stream, index[begin].shard);
        for (end = begin + 1; end < count && index[end].shard == index[begin].shard;) end++;
        if (!w && !r->all && stream != 0) continue;
        r->heap = mem_grow(r->heap, &r->heap_capacity, r->heap_count + 1, sizeof(struct segment_cursor *));
        r->heap[r->heap_count++] =
            segment_cursor_new(s, begin, end, &r->range, w && w->origin == LOG_OUTSIDE_RECORDS, &r->stats);
    }
}

static int open_row(struct log_reader *r, const struct segment_head *row, struct err *err)
{
    struct segment *s;

    if (!reader_wants_stream(r, row->stream) || log_is_gone(&r->log->horizon, row) ||
        !span_wanted(&r->range, &row->span))
        return 0;
    if (segment_open(&r->log->dir, row, &s, err)) return -1;
    r->stats.segments++;
    r->segment = mem_grow(r->segment, &r->segment_capacity, r->segment_count + 1, sizeof(struct segment *));
    r->segment[r->segment_count++] = s;
    add_cursors(r, s, row->stream);
    return 0;
}

/* With the mutex held. */
int reader_enter_set(struct log_reader *r, struct set *set, struct err *err)
{
    r->set = set;
    set->refs++;
    for (uint32_t i = 0; i < set->head.segments; i++) {
        if (open_row(r, &set->row[i], err)) return -1;
    }
    order_heap(r);
    return 0;
}

/* The top of the heap is at *record. */
static void make_ready(struct log_reader *r, const struct segment_cursor *c, const struct record *record)
{
    uint32_t stream = segment_cursor_stream(c), shard = segment_cursor_shard(c);

    r->ready = (struct log_item){.kind = stream ? LOG_RECORD : LOG_ENTRY,
                                 .type = !stream           ? (enum entry_type)shard
                                         : record->derived ? ENTRY_CHUNK
                                                           : ENTRY_RECORDS,
                                 .stream = stream,
                                 .shard = stream ? shard : 0,
                                 .record = *record};
    r->has_ready = true;
}

/* 1: an item is ready; 0: none below `to`; -1. At the end of the set there is no set. */
int reader_next_in_set(struct log_reader *r, uint64_t to, struct err *err)
{
    while (r->heap_count && bound(r, 0) < to) {
        struct segment_cursor *top = r->heap[0];
        struct record record;
        int got = segment_cursor_peek(top, &record, err);
        if (got > 0) {
            make_ready(r, top, &record);
            got = segment_cursor_move(top, err) ? -1 : 1;
        }
        sift_down(r, 0);
        if (got) return got;
    }
    if (r->heap_count && bound(r, 0) != UINT64_MAX) return 0;
    r->next = r->set->head.end;
    reader_leave_set(r);
    return 0;
}
