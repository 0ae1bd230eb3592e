/* journal_recover.c - opening a journal: verifies its groups and finds its tail.
 *
 * Only the last file may end in something that is not a valid group, because a file is durable and complete before the
 * next one is made. In the last file the first invalid group is either
 *   torn     it was being written when the machine stopped: it is cut off with everything behind it, or
 *   damaged  it was durable once: a later header says so. That is an error; nothing is changed.
 * The later header need not be in its place in the chain (lengths may be what is damaged): every byte offset is tried.
 * Likewise a head that is not valid is torn only if nothing stands behind it, since it is synced before a group is
 * written. */
#include "log/journal_file.h"

#include <stdlib.h>
#include <string.h>

enum { SCAN_BYTES = 64 * 1024 };

struct recovery {
    const struct journal_dir *dir;
    struct journal_tail tail;
    struct journal_stats *stats;
    struct buf group;
    uint32_t last; /* the greatest number of a file that is there */
};

/* Which files are there: the first and the last; both 0 when there are none. */
static int find_files(struct journal_dir *dir, uint32_t *last, struct err *err)
{
    struct buf names = {0};
    int rc = disk_list(dir->disk, dir->path, &names, err);

    dir->first = *last = 0;
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        uint32_t number = journal_file_number(names.ptr + at);
        if (number && (!dir->first || number < dir->first)) dir->first = number;
        if (number > *last) *last = number;
    }
    buf_free(&names);
    return rc;
}

int journal_was_durable(struct file *file, struct journal_position bad, uint64_t size, struct err *err)
{
    struct journal_position at = {bad.file, bad.offset + 1};
    struct group_head head;
    char *window = mem_alloc(SCAN_BYTES);
    int found = 0;

    while (!found && at.offset + sizeof head <= size) {
        int64_t n = disk_read(file, window, SCAN_BYTES, at.offset, err);
        if (n < (int64_t)sizeof head) {
            found = n < 0 ? -1 : 0;
            break;
        }
        for (const char *p = window; !found && p + sizeof head <= window + n; p++, at.offset++) {
            memcpy(&head, p, sizeof head);
            found = group_head_valid(&head, at) &&
                    position_compare(bad, (struct journal_position){head.durable_file, head.durable_offset}) < 0;
        }
    }
    free(window);
    return found;
}

/* The group in r->group is valid where it stands; is it also the next one? Moves the tail behind it. */
static int accept_group(struct recovery *r, struct err *err)
{
    struct group_head head;
    struct journal_entry entry;
    size_t offset = sizeof head;
    uint64_t ordinal = r->tail.ordinal;
    uint32_t entries = 0;
    int more;

    memcpy(&head, r->group.ptr, sizeof head);
    if (head.ordinal != ordinal) return journal_damaged(r->dir, r->tail.end, "its ordinals do not follow", err);
    if (head.arrival < r->tail.arrival) return journal_damaged(r->dir, r->tail.end, "time goes back", err);
    while ((more = group_next(&r->group, &offset, &ordinal, &entry)) > 0) entries++;
    if (more < 0 || entries != head.entries) return journal_damaged(r->dir, r->tail.end, "malformed entry", err);
    r->tail.ordinal = ordinal;
    r->tail.arrival = head.arrival;
    r->tail.end.offset += head.length;
    r->stats->groups_read++;
    r->stats->closed_cleanly = entry.type == ENTRY_CLOSE;
    return 0;
}

/* What stands at the tail is not a valid group. */
static int cut_torn(struct recovery *r, uint64_t size, struct err *err)
{
    int damaged = r->tail.end.file < r->last ? 1 : journal_was_durable(r->tail.file, r->tail.end, size, err);

    if (damaged < 0) return -1;
    if (damaged) return journal_damaged(r->dir, r->tail.end, "the checksum of a group does not match", err);
    r->stats->torn_bytes += size - r->tail.end.offset;
    r->stats->closed_cleanly = false;
    return disk_truncate(r->tail.file, r->tail.end.offset, err);
}

static int read_groups(struct recovery *r, uint64_t size, struct err *err)
{
    while (r->tail.end.offset < size) {
        int valid = group_read(r->tail.file, r->tail.end, size, &r->group, err);
        if (valid < 0) return -1;
        if (!valid) return cut_torn(r, size, err);
        if (accept_group(r, err)) return -1;
    }
    return 0;
}

/* A file begins where the one before it ended. */
static int check_follows(struct recovery *r, const struct journal_head *head, uint64_t previous_size, struct err *err)
{
    struct journal_position start = {head->number, 0};

    if (head->previous_size != previous_size)
        return journal_damaged(r->dir, (struct journal_position){head->number - 1, previous_size},
                               "groups are missing at its end", err);
    if (head->ordinal != r->tail.ordinal) return journal_damaged(r->dir, start, "its ordinals do not follow", err);
    return head->arrival < r->tail.arrival ? journal_damaged(r->dir, start, "time goes back", err) : 0;
}

static int bad_head(const struct recovery *r, uint32_t number, struct err *err)
{
    return journal_damaged(r->dir, (struct journal_position){number, 0}, "the head of the file is not valid", err);
}

/* A file of which only the name, and perhaps some of the head, reached the disk. */
static int renew_head(struct recovery *r, uint32_t number, uint64_t previous_size, uint64_t size, struct err *err)
{
    struct journal_head head = {
        .number = number, .ordinal = r->tail.ordinal, .arrival = r->tail.arrival, .previous_size = previous_size};

    if (size > sizeof head || number < r->last) return bad_head(r, number, err);
    r->stats->torn_bytes += size;
    disk_close(r->tail.file);
    r->tail.file = NULL;
    return journal_file_create(r->dir, head, &r->tail.file, err);
}

/* Opens a file as the tail's and checks its head. It is the one that reading begins in, or follows one that ended at
 * the tail. */
static int open_file(struct recovery *r, uint32_t number, uint64_t *size, struct err *err)
{
    bool follows = r->tail.end.file != number;
    uint64_t previous_size = r->tail.end.file ? r->tail.end.offset : 0;
    struct journal_head head;
    int64_t bytes;
    int valid;

    if (journal_file_open(r->dir, number, DISK_WRITE, &r->tail.file, err)) return -1;
    bytes = disk_size(r->tail.file, err);
    if (bytes < 0) return -1;
    *size = (uint64_t)bytes;
    valid = journal_head_read(r->dir, number, r->tail.file, &head, err);
    if (valid < 0) return -1;
    r->tail.file_arrival = valid ? head.arrival : r->tail.arrival;
    if (!follows) return valid ? 0 : bad_head(r, number, err);
    r->tail.end = (struct journal_position){number, sizeof head};
    if (!valid) return renew_head(r, number, previous_size, *size, err);
    if (check_follows(r, &head, previous_size, err)) return -1;
    r->tail.arrival = head.arrival;
    return 0;
}

static int recover_file(struct recovery *r, uint32_t number, struct err *err)
{
    int present = journal_file_exists(r->dir, number, err);
    uint64_t size;

    if (present < 0) return -1;
    if (!present) return journal_damaged(r->dir, (struct journal_position){number, 0}, "the file is missing", err);
    disk_close(r->tail.file);
    r->tail.file = NULL;
    if (open_file(r, number, &size, err)) return -1;
    if (size < r->tail.end.offset && r->tail.end.offset > sizeof(struct journal_head))
        return journal_damaged(r->dir, (struct journal_position){number, size}, "it ends before a checkpoint", err);
    return read_groups(r, size, err);
}

/* Everything that was found is made durable (a process that was killed may have left it in the system's cache), so
 * that the next group can say so. */
static int sync_tail(struct recovery *r, struct err *err)
{
    if (disk_fsync(r->tail.file, err)) return -1;
    return disk_name(r->dir->disk, DISK_SYNC_DIR, r->dir->path, NULL, err);
}

static int recover_files(struct recovery *r, uint32_t start, struct err *err)
{
    for (uint32_t number = start; number == start || number <= r->last; number++)
        if (recover_file(r, number, err)) return -1;
    return sync_tail(r, err);
}

/* The directory that a path is in; free it. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *parent;

    if (!slash) return mem_strdup(".");
    parent = mem_strdup(path);
    parent[slash == path ? 1 : slash - path] = '\0';
    return parent;
}

static int make_first(struct recovery *r, struct err *err)
{
    char *parent = parent_of(r->dir->path);
    int rc = disk_name(r->dir->disk, DISK_SYNC_DIR, parent, NULL, err);

    free(parent);
    if (rc) return -1;
    r->tail.end = (struct journal_position){1, sizeof(struct journal_head)};
    return journal_file_create(r->dir, (struct journal_head){.number = 1, .ordinal = 1}, &r->tail.file, err);
}

static int recover(struct recovery *r, struct journal_dir *dir, struct journal_position from, struct err *err)
{
    if (disk_name(dir->disk, DISK_MKDIR, dir->path, NULL, err)) return -1;
    if (find_files(dir, &r->last, err)) return -1;
    if (dir->first || from.file) return recover_files(r, from.file ? from.file : 1, err);
    dir->first = 1;
    return make_first(r, err);
}

int journal_recover(struct journal_dir *dir, const struct journal_options *options, struct journal_tail *tail,
                    struct journal_stats *stats, struct err *err)
{
    struct recovery r = {.dir = dir, .stats = stats, .tail = {.end = options->from, .ordinal = 1}};
    int rc;

    if (options->from.file) {
        r.tail.ordinal = options->from_ordinal;
        r.tail.arrival = options->from_arrival;
        if (r.tail.end.offset < sizeof(struct journal_head)) r.tail.end.offset = sizeof(struct journal_head);
    } else {
        r.tail.end.offset = 0;
    }
    rc = recover(&r, dir, options->from, err);
    buf_free(&r.group);
    if (rc) disk_close(r.tail.file);
    *tail = r.tail;
    return rc;
}
