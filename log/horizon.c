/* horizon.c - reads and writes the horizon. The format is at the head of horizon.h. */
#include "log/horizon.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { HORIZON_VERSION = 1, STREAMS_MAX = 1 << 20 };
static const char horizon_magic[8] = {'w', 'e', 'i', 'r', '-', 'h', 'r', 'z'};

struct horizon_head {
    char magic[8];
    uint32_t version, features, first_set, streams, rows_crc, crc;
};
_Static_assert(sizeof(struct horizon_head) == 32, "on disk");

void horizon_free(struct horizon *h)
{
    free(h->row);
    *h = (struct horizon){0};
}

static size_t row_place(const struct horizon *h, uint32_t stream)
{
    size_t low = 0, high = h->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->row[middle].stream < stream)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct horizon_row *horizon_row(const struct horizon *h, uint32_t stream)
{
    size_t at = row_place(h, stream);

    return at < h->count && h->row[at].stream == stream ? &h->row[at] : NULL;
}

struct horizon_row *horizon_row_make(struct horizon *h, uint32_t stream)
{
    size_t at = row_place(h, stream);

    if (at < h->count && h->row[at].stream == stream) return &h->row[at];
    h->row = mem_grow(h->row, &h->capacity, h->count + 1, sizeof *h->row);
    memmove(h->row + at + 1, h->row + at, (h->count - at) * sizeof *h->row);
    h->row[at] = (struct horizon_row){.stream = stream, .gone_arrival = USEC_MIN, .event_time = USEC_MIN};
    h->count++;
    return &h->row[at];
}

struct horizon horizon_copy(const struct horizon *h)
{
    struct horizon copy = {.first_set = h->first_set, .count = h->count};

    if (!h->count) return copy;
    copy.row = mem_grow(NULL, &copy.capacity, h->count, sizeof *copy.row);
    memcpy(copy.row, h->row, h->count * sizeof *h->row);
    return copy;
}

static uint32_t head_crc(const struct horizon_head *head)
{
    return crc32c(0, head, offsetof(struct horizon_head, crc));
}

int horizon_write(const struct log_dir *dir, const struct horizon *h, struct err *err)
{
    size_t rows = h->count * sizeof *h->row;
    struct horizon_head head = {.version = HORIZON_VERSION, .first_set = h->first_set, .streams = (uint32_t)h->count};
    struct buf bytes = {0};
    int failed;

    memcpy(head.magic, horizon_magic, sizeof horizon_magic);
    head.rows_crc = crc32c(0, h->row, rows);
    head.crc = head_crc(&head);
    buf_put(&bytes, &head, sizeof head);
    buf_put(&bytes, h->row, rows);
    failed = log_dir_write(dir, LOG_HORIZON, str_of(bytes.ptr, bytes.len), err);
    buf_free(&bytes);
    return failed;
}

static int check_bytes(const struct log_dir *dir, struct str bytes, struct horizon_head *head, struct err *err)
{
    if (bytes.len < sizeof *head) return log_damaged(dir, LOG_HORIZON, bytes.len, "it ends inside its head", err);
    memcpy(head, bytes.ptr, sizeof *head);
    if (memcmp(head->magic, horizon_magic, sizeof horizon_magic) != 0 || head->crc != head_crc(head))
        return log_damaged(dir, LOG_HORIZON, 0, "the head of the file is not valid", err);
    if (head->version != HORIZON_VERSION || head->features)
        return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: %s/horizon has version %u of the format",
                       dir->path, head->version);
    if (bytes.len != sizeof *head + (uint64_t)head->streams * sizeof(struct horizon_row))
        return log_damaged(dir, LOG_HORIZON, bytes.len, "it has the wrong size", err);
    if (head->rows_crc != crc32c(0, bytes.ptr + sizeof *head, bytes.len - sizeof *head))
        return log_damaged(dir, LOG_HORIZON, sizeof *head, "the checksum of its rows does not match", err);
    return 0;
}

static int parse(const struct log_dir *dir, struct str bytes, struct horizon *out, struct err *err)
{
    struct horizon_head head;

    if (check_bytes(dir, bytes, &head, err)) return -1;
    out->first_set = head.first_set;
    out->count = head.streams;
    if (!head.streams) return 0;
    out->row = mem_grow(NULL, &out->capacity, out->count, sizeof *out->row);
    memcpy(out->row, bytes.ptr + sizeof head, bytes.len - sizeof head);
    return 0;
}

int horizon_read(const struct log_dir *dir, struct horizon *out, struct err *err)
{
    uint64_t bytes_max = sizeof(struct horizon_head) + (uint64_t)STREAMS_MAX * sizeof(struct horizon_row);
    int exists = log_dir_exists(dir, LOG_HORIZON, err);
    struct buf bytes = {0};
    int failed;

    *out = (struct horizon){.first_set = 1};
    if (exists <= 0) return exists;
    failed =
        log_dir_read(dir, LOG_HORIZON, bytes_max, &bytes, err) || parse(dir, str_of(bytes.ptr, bytes.len), out, err);
    buf_free(&bytes);
    return failed ? -1 : 0;
}
