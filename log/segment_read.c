/* segment_read.c - a segment's head, index and blocks, and cursors over them; segment_read.h has the contract. */
#include "log/segment_read.h"
#include "base/hash.h"

#include <lz4.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct segment {
    const struct log_dir *dir;
    struct file *file;
    struct segment_head head;
    struct block_head *index;
    uint64_t *offset; /* of each block */
    struct buf stored;
};

/* ---- opening ---- */

static int damaged(const struct segment *s, uint64_t offset, const char *what, struct err *err)
{
    return log_damaged(s->dir, log_segment_file(s->head.file, s->head.stream), offset, what, err);
}

/* Reads exactly len bytes; fewer are damage. */
static int read_exactly(const struct segment *s, void *into, size_t len, uint64_t offset, struct err *err)
{
    int64_t n = disk_read(s->file, into, len, offset, err);

    if (n < 0) return -1;
    return (size_t)n == len ? 0 : damaged(s, offset + (uint64_t)n, "the file is too short", err);
}

/* s->head is the expected one. */
static int check_head(struct segment *s, struct err *err)
{
    struct segment_head head;
    int64_t size = disk_size(s->file, err);

    if (size < 0 || read_exactly(s, &head, sizeof head, 0, err)) return -1;
    if (!segment_head_valid(&head)) return damaged(s, 0, "the head of the file is not valid", err);
    if (head.version != SEGMENT_VERSION || head.features)
        return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: %s/%08u-%08u.seg has version %u of the format",
                       s->dir->path, s->head.file, s->head.stream, head.version);
    if (memcmp(&head, &s->head, sizeof head) != 0) return damaged(s, 0, "its set names another file", err);
    if ((uint64_t)size != head.size) return damaged(s, (uint64_t)size, "it has the wrong size", err);
    return 0;
}

/* The heads' CRCs say that each stands for the block at its offset; here only that the lengths can be. */
static int place_blocks(struct segment *s, struct err *err)
{
    uint64_t at = sizeof s->head + (uint64_t)s->head.blocks * sizeof *s->index;

    for (uint32_t i = 0; i < s->head.blocks; i++) {
        const struct block_head *b = &s->index[i];
        uint64_t here = sizeof s->head + (uint64_t)i * sizeof *b;
        if (!block_head_valid(b, s->head.file, s->head.stream, at) || b->raw_bytes > BLOCK_BYTES_MAX ||
            b->stored_bytes > b->raw_bytes)
            return damaged(s, here, "an entry of the index is not valid", err);
        s->offset[i] = at;
        at += sizeof *b + b->stored_bytes;
    }
    return at == s->head.size ? 0 : damaged(s, sizeof s->head, "the index does not fill the file", err);
}

static int read_index(struct segment *s, struct err *err)
{
    uint64_t bytes = (uint64_t)s->head.blocks * sizeof *s->index;

    if (bytes > s->head.size - sizeof s->head) return damaged(s, 0, "it has more blocks than bytes", err);
    s->index = mem_alloc(bytes + 1);
    s->offset = mem_alloc(s->head.blocks * sizeof *s->offset + 1);
    if (read_exactly(s, s->index, bytes, sizeof s->head, err)) return -1;
    if (place_blocks(s, err)) return -1;
    if (s->head.index_crc == crc32c(0, s->index, bytes)) return 0;
    return damaged(s, sizeof s->head, "the checksum of the index does not match", err);
}

static int open_file(struct segment *s, struct err *err)
{
    struct log_file name = log_segment_file(s->head.file, s->head.stream);
    int exists = log_dir_exists(s->dir, name, err), failed;
    char *path;

    if (exists < 0) return -1;
    if (!exists) return damaged(s, 0, "the file is missing", err);
    path = log_dir_path(s->dir, name);
    failed = disk_open(s->dir->disk, path, DISK_READ, &s->file, err);
    free(path);
    return failed;
}

int segment_open(const struct log_dir *dir, const struct segment_head *expected, struct segment **out, struct err *err)
{
    struct segment *s = mem_zalloc(sizeof *s);

    s->dir = dir;
    s->head = *expected;
    if (open_file(s, err) || check_head(s, err) || read_index(s, err)) {
        segment_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

void segment_close(struct segment *s)
{
    if (!s) return;
    disk_close(s->file);
    free(s->index);
    free(s->offset);
    buf_free(&s->stored);
    free(s);
}

const struct block_head *segment_index(const struct segment *s, uint32_t *count)
{
    *count = s->head.blocks;
    return s->index;
}

/* ---- a block ---- */

static int expand(struct segment *s, uint32_t i, const char *stored, struct buf *raw, struct err *err)
{
    const struct block_head *b = &s->index[i];
    char *into;
    int n;

    raw->len = 0;
    into = buf_reserve(raw, b->raw_bytes);
    if (b->stored_bytes == b->raw_bytes) {
        memcpy(into, stored, b->raw_bytes);
    } else {
        n = LZ4_decompress_safe(stored, into, (int)b->stored_bytes, (int)b->raw_bytes);
        if (n != (int)b->raw_bytes) return damaged(s, s->offset[i], "a block cannot be decompressed", err);
    }
    raw->len = b->raw_bytes;
    return 0;
}

int segment_read_block(struct segment *s, uint32_t i, struct buf *raw, struct block_walk *walk, struct err *err)
{
    const struct block_head *b = &s->index[i];
    size_t bytes = sizeof *b + b->stored_bytes;
    const char *stored;

    s->stored.len = 0;
    if (read_exactly(s, buf_reserve(&s->stored, bytes), bytes, s->offset[i], err)) return -1;
    stored = s->stored.ptr + sizeof *b;
    if (memcmp(s->stored.ptr, b, sizeof *b) != 0)
        return damaged(s, s->offset[i], "the head of a block is not that of the index", err);
    if (crc32c(0, stored, b->stored_bytes) != b->stored_crc)
        return damaged(s, s->offset[i], "the checksum of a block does not match", err);
    if (expand(s, i, stored, raw, err)) return -1;
    *walk = (struct block_walk){raw->ptr, raw->ptr + raw->len, {b->span.first, b->span.arrival_first}};
    return 0;
}

/* Counts what a walk over the block finds, in the form of its head. -1: malformed. */
static int count_records(struct block_walk *walk, struct block_head *found)
{
    struct record r;
    int got;

    while ((got = block_next(walk, &r)) > 0) {
        if (!found->records) found->span = (struct record_span){.first = r.ordinal, .arrival_first = r.arrival};
        if (found->records && (r.ordinal <= found->span.last || r.arrival < found->span.arrival_last)) return -1;
        found->records++;
        found->derived += r.derived;
        found->span.last = r.ordinal;
        found->span.arrival_last = r.arrival;
    }
    return got;
}

int segment_verify_block(struct segment *s, uint32_t i, struct err *err)
{
    const struct block_head *b = &s->index[i];
    struct block_head found = {0};
    struct block_walk walk;
    struct buf raw = {0};
    int failed = segment_read_block(s, i, &raw, &walk, err);

    if (!failed && (count_records(&walk, &found) || found.records != b->records || found.derived != b->derived ||
                    memcmp(&found.span, &b->span, sizeof b->span) != 0))
        failed = damaged(s, s->offset[i], "the records of a block are not what its head says", err);
    buf_free(&raw);
    return failed;
}

/* ---- cursors ---- */

struct segment_cursor {
    struct segment *segment;
    const struct log_range *range;
    bool outside_only;
    struct log_read_stats *stats;
    uint32_t block, end; /* the one that is read, or is to be read next; behind the last */
    bool reading;        /* raw holds the block's records */
    bool ready;          /* record is the next one */
    struct buf raw;
    struct block_walk walk;
    struct record record;
};

static bool has_rowtimes(const struct block_head *b, const struct log_range *r)
{
    if (r->rowtime_from == USEC_MIN && r->rowtime_to == USEC_MAX) return true;
    return b->rowtime_max >= r->rowtime_from && b->rowtime_min < r->rowtime_to;
}

static bool block_wanted(const struct segment_cursor *c, const struct block_head *b)
{
    const struct log_range *r = c->range;

    if (b->span.last < r->from || b->span.first >= r->to) return false;
    if (b->span.arrival_last < r->arrival_from || b->span.arrival_first >= r->arrival_to) return false;
    if (c->outside_only && b->derived == b->records) return false;
    return has_rowtimes(b, r);
}

static void skip_unwanted(struct segment_cursor *c)
{
    while (c->block < c->end && !block_wanted(c, &c->segment->index[c->block])) c->block++;
}

struct segment_cursor *segment_cursor_new(struct segment *s, uint32_t begin, uint32_t end,
                                          const struct log_range *range, bool outside_only,
                                          struct log_read_stats *stats)
{
    struct segment_cursor *c = mem_zalloc(sizeof *c);

    assert(begin < end && end <= s->head.blocks && s->index[begin].shard == s->index[end - 1].shard);
    c->segment = s;
    c->range = range;
    c->outside_only = outside_only;
    c->stats = stats;
    c->block = begin;
    c->end = end;
    skip_unwanted(c);
    return c;
}

void segment_cursor_free(struct segment_cursor *c)
{
    if (!c) return;
    buf_free(&c->raw);
    free(c);
}

uint32_t segment_cursor_shard(const struct segment_cursor *c)
{
    return c->segment->index[c->end - 1].shard;
}

uint32_t segment_cursor_stream(const struct segment_cursor *c)
{
    return c->segment->head.stream;
}

uint64_t segment_cursor_bound(const struct segment_cursor *c)
{
    uint64_t first;

    if (c->ready) return c->record.ordinal;
    if (c->block == c->end) return UINT64_MAX;
    first = c->segment->index[c->block].span.first;
    return first > c->range->from ? first : c->range->from;
}

static bool record_wanted(const struct segment_cursor *c, const struct record *r)
{
    return r->ordinal >= c->range->from && r->ordinal < c->range->to && r->arrival >= c->range->arrival_from &&
           r->arrival < c->range->arrival_to && !(c->outside_only && r->derived);
}

/* The next wanted record of the block becomes the ready one; behind the last the next block is to be read. */
static int find_record(struct segment_cursor *c, struct err *err)
{
    int got;

    c->ready = false;
    while ((got = block_next(&c->walk, &c->record)) > 0) {
        if (!record_wanted(c, &c->record)) continue;
        c->ready = true;
        return 0;
    }
    if (got < 0) return damaged(c->segment, c->segment->offset[c->block], "a record of a block is malformed", err);
    c->reading = false;
    c->block++;
    skip_unwanted(c);
    return 0;
}

static int begin_block(struct segment_cursor *c, struct err *err)
{
    assert(!c->reading);
    if (segment_read_block(c->segment, c->block, &c->raw, &c->walk, err)) return -1;
    c->stats->blocks++;
    c->stats->bytes += c->segment->index[c->block].stored_bytes;
    c->reading = true;
    return find_record(c, err);
}

int segment_cursor_peek(struct segment_cursor *c, struct record *record, struct err *err)
{
    uint64_t bound = segment_cursor_bound(c);

    if (bound == UINT64_MAX) return 0;
    if (!c->ready && begin_block(c, err)) return -1;
    if (!c->ready || c->record.ordinal != bound) return 0;
    *record = c->record;
    return 1;
}

int segment_cursor_move(struct segment_cursor *c, struct err *err)
{
    assert(c->ready && c->reading);
    return find_record(c, err);
}
