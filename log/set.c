/* set.c - reads and writes lists of segments. The format is at the head of set.h. */
#include "log/set.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENTS_MAX = 1 << 20 };
static const char set_magic[8] = {'w', 'e', 'i', 'r', '-', 's', 'e', 't'};

struct set *set_new(const struct set_head *head)
{
    struct set *set = mem_zalloc(sizeof *set + head->segments * sizeof set->row[0]);

    set->refs = 1;
    set->head = *head;
    return set;
}

const struct segment_head *set_row(const struct set *set, uint32_t stream)
{
    size_t low = 0, high = set->head.segments;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->row[middle].stream < stream)
            low = middle + 1;
        else
            high = middle;
    }
    return low < set->head.segments && set->row[low].stream == stream ? &set->row[low] : NULL;
}

static uint32_t head_crc(const struct set_head *head)
{
    return crc32c(0, head, offsetof(struct set_head, crc));
}

int set_write(const struct log_dir *dir, struct set *set, struct err *err)
{
    size_t rows = set->head.segments * sizeof set->row[0];
    struct buf bytes = {0};
    int failed;

    memcpy(set->head.magic, set_magic, sizeof set_magic);
    set->head.version = SET_VERSION;
    set->head.rows_crc = crc32c(0, set->row, rows);
    set->head.crc = head_crc(&set->head);
    buf_put(&bytes, &set->head, sizeof set->head);
    buf_put(&bytes, set->row, rows);
    failed = log_dir_write(dir, log_set_file(set->head.file), str_of(bytes.ptr, bytes.len), err);
    buf_free(&bytes);
    return failed;
}

static int check_head(const struct log_dir *dir, uint32_t file, struct str bytes, struct set_head *head,
                      struct err *err)
{
    struct log_file name = log_set_file(file);

    if (bytes.len < sizeof *head) return log_damaged(dir, name, bytes.len, "it ends inside its head", err);
    memcpy(head, bytes.ptr, sizeof *head);
    if (memcmp(head->magic, set_magic, sizeof set_magic) != 0 || head->crc != head_crc(head))
        return log_damaged(dir, name, 0, "the head of the file is not valid", err);
    if (head->version != SET_VERSION || head->features)
        return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: %s/%08u.set has version %u of the format",
                       dir->path, file, head->version);
    if (head->file != file) return log_damaged(dir, name, 0, "it belongs to another journal file", err);
    if (bytes.len != sizeof *head + (uint64_t)head->segments * sizeof(struct segment_head))
        return log_damaged(dir, name, bytes.len, "it has the wrong size", err);
    if (head->rows_crc != crc32c(0, bytes.ptr + sizeof *head, bytes.len - sizeof *head))
        return log_damaged(dir, name, sizeof *head, "the checksum of its rows does not match", err);
    return 0;
}

int set_read(const struct log_dir *dir, uint32_t file, struct set **out, struct err *err)
{
    uint64_t bytes_max = sizeof(struct set_head) + (uint64_t)SEGMENTS_MAX * sizeof(struct segment_head);
    struct buf bytes = {0};
    struct set_head head;
    int failed = log_dir_read(dir, log_set_file(file), bytes_max, &bytes, err) ||
                 check_head(dir, file, str_of(bytes.ptr, bytes.len), &head, err);

    if (!failed) {
        *out = set_new(&head);
        memcpy((*out)->row, bytes.ptr + sizeof head, bytes.len - sizeof head);
    }
    buf_free(&bytes);
    return failed ? -1 : 0;
}
