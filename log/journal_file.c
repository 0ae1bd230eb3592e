/* journal_file.c - reads and writes the parts of a journal's files. The format is at the head of journal_file.h. */
#include "log/journal_file.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char head_magic[8] = {'w', 'e', 'i', 'r', '-', 'w', 'a', 'l'};
static const char group_magic[4] = {'W', 'G', 'R', 'P'};

/* The path of a file; free it. */
static char *path_new(const struct journal_dir *dir, uint32_t number)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%08u.wal", dir->path, number);
    buf_text(&path);
    return path.ptr;
}

int journal_damaged(const struct journal_dir *dir, struct journal_position at, const char *what, struct err *err)
{
    return err_set(err, ERR_DAMAGED, -1, "%s/%08u.wal is damaged at byte %llu: %s", dir->path, at.file,
                   (unsigned long long)at.offset, what);
}

int journal_file_exists(const struct journal_dir *dir, uint32_t number, struct err *err)
{
    char *path = path_new(dir, number);
    int exists = disk_name(dir->disk, DISK_EXISTS, path, NULL, err);

    free(path);
    return exists;
}

int journal_file_open(const struct journal_dir *dir, uint32_t number, enum disk_open how, struct file **out,
                      struct err *err)
{
    char *path = path_new(dir, number);
    int rc = disk_open(dir->disk, path, how, out, err);

    free(path);
    return rc;
}

int journal_file_delete(const struct journal_dir *dir, uint32_t number, struct err *err)
{
    char *path = path_new(dir, number);
    int rc = disk_name(dir->disk, DISK_DELETE, path, NULL, err);

    free(path);
    return rc;
}

uint32_t journal_file_number(const char *name)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);

    if (name[0] < '0' || name[0] > '9' || number > UINT32_MAX || strcmp(end, ".wal") != 0) return 0;
    return (uint32_t)number;
}

static int create(const struct journal_dir *dir, const struct journal_head *head, struct file *file, struct err *err)
{
    if (disk_truncate(file, 0, err)) return -1;
    if (disk_write(file, head, sizeof *head, 0, err)) return -1;
    if (disk_fsync(file, err)) return -1;
    return disk_name(dir->disk, DISK_SYNC_DIR, dir->path, NULL, err);
}

int journal_file_create(const struct journal_dir *dir, struct journal_head head, struct file **out, struct err *err)
{
    struct file *file;

    memcpy(head.magic, head_magic, sizeof head.magic);
    head.version = JOURNAL_VERSION;
    head.crc = crc32c(0, &head, offsetof(struct journal_head, crc));
    if (journal_file_open(dir, head.number, DISK_CREATE, &file, err)) return -1;
    if (create(dir, &head, file, err)) {
        disk_close(file);
        return -1;
    }
    *out = file;
    return 0;
}

int journal_head_read(const struct journal_dir *dir, uint32_t number, struct file *file, struct journal_head *out,
                      struct err *err)
{
    int64_t n = disk_read(file, out, sizeof *out, 0, err);

    if (n < 0) return -1;
    if (n < (int64_t)sizeof *out || memcmp(out->magic, head_magic, sizeof out->magic) != 0) return 0;
    if (out->crc != crc32c(0, out, offsetof(struct journal_head, crc)) || out->number != number) return 0;
    if (out->version == JOURNAL_VERSION && out->features == 0) return 1;
    return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: %s/%08u.wal has version %u of the format", dir->path,
                   number, out->version);
}

/* The CRC of part of a group, bound to the group's place. */
static uint32_t place_crc(struct journal_position at, const void *bytes, size_t len)
{
    char place[12];

    put_u32(place, at.file);
    put_u64(place + 4, at.offset);
    return crc32c(crc32c(0, place, sizeof place), bytes, len);
}

static uint32_t head_crc(const struct group_head *head, struct journal_position at)
{
    return place_crc(at, &head->length, sizeof *head - offsetof(struct group_head, length));
}

static uint32_t entries_crc(const struct buf *group, struct journal_position at)
{
    return place_crc(at, group->ptr + sizeof(struct group_head), group->len - sizeof(struct group_head));
}

void group_seal(struct buf *group, struct journal_position at)
{
    struct group_head head;

    assert(group->len > sizeof head && group->len <= GROUP_BYTES_MAX);
    memcpy(&head, group->ptr, sizeof head);
    memcpy(head.magic, group_magic, sizeof head.magic);
    head.length = (uint32_t)group->len;
    head.entries_crc = entries_crc(group, at);
    head.head_crc = head_crc(&head, at);
    memcpy(group->ptr, &head, sizeof head);
}

bool group_head_valid(const struct group_head *head, struct journal_position at)
{
    return memcmp(head->magic, group_magic, sizeof head->magic) == 0 && head->head_crc == head_crc(head, at) &&
           head->length > sizeof *head && head->length <= GROUP_BYTES_MAX;
}

int group_read(struct file *file, struct journal_position at, uint64_t limit, struct buf *group, struct err *err)
{
    struct group_head head;
    int64_t n;

    if (at.offset > limit || limit - at.offset < sizeof head) return 0;
    n = disk_read(file, &head, sizeof head, at.offset, err);
    if (n < 0) return -1;
    if (n < (int64_t)sizeof head || !group_head_valid(&head, at) || head.length > limit - at.offset) return 0;
    group->len = 0;
    buf_put(group, &head, sizeof head);
    n = disk_read(file, buf_reserve(group, head.length - sizeof head), head.length - sizeof head,
                  at.offset + sizeof head, err);
    if (n < 0) return -1;
    group->len += (size_t)n;
    return group->len == head.length && head.entries_crc == entries_crc(group, at);
}

int group_next(const struct buf *group, size_t *offset, uint64_t *ordinal, struct journal_entry *out)
{
    struct group_head group_head;
    struct entry_head head;

    if (*offset == group->len) return 0;
    if (group->len - *offset < sizeof head) return -1;
    memcpy(&group_head, group->ptr, sizeof group_head);
    memcpy(&head, group->ptr + *offset, sizeof head);
    *offset += sizeof head;
    if (head.length > group->len - *offset || head.length > PAYLOAD_BYTES_MAX) return -1;
    if (head.type < ENTRY_RECORDS || head.type > ENTRY_CLOSE || head.count == 0) return -1;
    *out = (struct journal_entry){.type = (enum entry_type)head.type,
                                  .count = head.count,
                                  .ordinal = *ordinal,
                                  .arrival = group_head.arrival,
                                  .payload = str_of(group->ptr + *offset, head.length)};
    *offset += head.length;
    *ordinal += head.count;
    return 1;
}
