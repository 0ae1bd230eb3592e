/* file.c - see file.h. Reads blocks that a near cache can hold, splits them into records and gives out batches that
 * point into the block; a record that does not fit makes the block grow up to RECORD_DATA_MAX and some, beyond which
 * the format cuts it (and finds it bad). The checksum runs along: bytes are added when they are used or leave the
 * block. */
#include "connectors/file.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1 << 18, BLOCK_BYTES_MAX = RECORD_DATA_MAX + (1 << 20) };

struct file_source {
    struct source source; /* must be first */
    struct file *file;
    const char *format, *path;
    uint64_t to; /* records begin before it */

    char *block; /* bytes [start, start + len) of the file, and FORMAT_PADDING */
    size_t len, capacity;
    uint64_t start;
    uint64_t next; /* offset of the next record to be given */

    uint32_t crc; /* of the bytes [.., crc_at) since the last checksum */
    uint64_t crc_at;

    struct text record[BATCH_ROWS];
    uint64_t position[BATCH_ROWS];
    usec arrival[BATCH_ROWS];
};

/* Adds the block's bytes up to `to` to the checksum. */
static void checksum_to(struct file_source *f, uint64_t to)
{
    if (to <= f->crc_at) return;
    f->crc = crc32c(f->crc, f->block + (f->crc_at - f->start), (size_t)(to - f->crc_at));
    f->crc_at = to;
}

/* Makes the block begin at `next` and hold at least `want` bytes, or all there are. */
static int fill(struct file_source *f, size_t want, struct err *err)
{
    size_t keep = (size_t)(f->start + f->len - f->next);
    uint64_t end = f->source.size;
    int64_t got;

    checksum_to(f, f->next);
    if (keep) memmove(f->block, f->block + f->len - keep, keep);
    f->start = f->next;
    f->len = keep;
    if (end - f->start < want) want = (size_t)(end - f->start);
    if (want <= keep) return 0;
    if (f->capacity < want + FORMAT_PADDING) {
        f->block = mem_realloc(f->block, want + FORMAT_PADDING);
        f->capacity = want + FORMAT_PADDING;
    }
    got = disk_read(f->file, f->block + keep, want - keep, f->start + keep, err);
    if (got < 0) return -1;
    if ((size_t)got < want - keep)
        return err_set(err, ERR_INPUT, -1, "\"%s\" became shorter while it was read", f->path);
    f->len = want;
    memset(f->block + want, 0, FORMAT_PADDING);
    return 0;
}

/* Splits what the block holds from `next` on. */
static int split(struct file_source *f, int max)
{
    size_t at = (size_t)(f->next - f->start), used;
    bool last = f->start + f->len == f->source.size;
    int n = format_split(f->format, f->block + at, f->len - at, last ? SPLIT_LAST : SPLIT_MORE, f->record, f->position,
                         max, &used);

    for (int i = 0; i < n; i++) f->position[i] += f->next;
    f->next += used;
    return n;
}

/* Records that begin behind the range are not given. */
static int cut_at_range(struct file_source *f, int n)
{
    while (n > 0 && f->position[n - 1] >= f->to) {
        n--;
        f->next = f->position[n];
    }
    return n;
}

/* The block holds no whole record from `next` on: reads on; more than before if one is longer than the block. */
static int read_on(struct file_source *f, struct err *err)
{
    size_t want = BLOCK_BYTES;

    if (f->next == f->start && f->len >= want) want = 2 * f->len < BLOCK_BYTES_MAX ? 2 * f->len : BLOCK_BYTES_MAX;
    return fill(f, want, err);
}

static int file_next(struct feed *feed, int max, struct feed_rows *out, struct err *err)
{
    struct file_source *f = (struct file_source *)feed;
    int n = 0;

    while (n == 0 && f->next < f->to && f->next < f->source.size) {
        n = split(f, max);
        if (n == 0 && read_on(f, err)) return -1;
    }
    n = cut_at_range(f, n);
    *out = (struct feed_rows){.count = n,
                              .record = f->record,
                              .position = f->position,
                              .arrival = f->arrival,
                              .end_of_input = f->next >= f->source.size};
    return n;
}

static int file_range(struct source *source, uint64_t from, uint64_t to, struct err *err)
{
    struct file_source *f = (struct file_source *)source;

    (void)err;
    if (from != f->next) {
        f->start = f->next = from;
        f->len = 0;
    }
    if (from != f->crc_at) {
        f->crc = 0;
        f->crc_at = from;
        if (f->crc_at < f->start || f->crc_at > f->start + f->len) f->start = f->next = from, f->len = 0;
    }
    f->to = to;
    for (int i = 0; i < BATCH_ROWS; i++) f->arrival[i] = source->arrival;
    return 0;
}

static int file_checksum(struct source *source, uint64_t to, uint32_t *crc, struct err *err)
{
    struct file_source *f = (struct file_source *)source;

    (void)err;
    checksum_to(f, to);
    *crc = f->crc;
    f->crc = 0;
    return 0;
}

static uint64_t file_offset(const struct source *source)
{
    return ((const struct file_source *)source)->next;
}

static void file_close(struct source *source)
{
    struct file_source *f = (struct file_source *)source;

    disk_close(f->file);
    free(f->block);
    free(f);
}

static int file_open(struct disk *disk, const struct object *stream, struct source **out, struct err *err)
{
    static const struct source_class class = {file_range, file_checksum, file_offset, file_close};
    static const struct feed_class feed = {file_next};
    struct file_source *f;
    struct file *file;
    int64_t size;

    if (disk_open(disk, stream->path, DISK_READ, &file, err)) {
        err->code = ERR_INPUT;
        return -1;
    }
    size = disk_size(file, err);
    if (size < 0) {
        disk_close(file);
        return -1;
    }
    f = mem_zalloc(sizeof *f);
    f->source.feed.class = &feed;
    f->source.class = &class;
    f->source.found = f->source.size = (uint64_t)size;
    f->file = file;
    f->format = stream->format;
    f->path = stream->path;
    f->to = UINT64_MAX;
    f->capacity = BLOCK_BYTES + FORMAT_PADDING;
    f->block = mem_alloc(f->capacity);
    *out = &f->source;
    return 0;
}

const struct connector file_connector = {"file", file_open};
