/* dir.c - what both of dir.h need, and the copy. */
#include "engine/dir_open.h"

#include <stdlib.h>
#include <string.h>

enum { COPY_BYTES = 1024 * 1024 };

char *dir_path(const char *dir, const char *name)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%s", dir, name);
    buf_text(&path);
    return path.ptr;
}

static int exists(struct disk *disk, const char *dir, const char *name, struct err *err)
{
    char *path = dir_path(dir, name);
    int there = disk_name(disk, DISK_EXISTS, path, NULL, err);

    free(path);
    return there;
}

int dir_lock(struct disk *disk, const char *dir, struct file **lock, struct err *err)
{
    int there = exists(disk, dir, "journal", err);
    char *path;

    *lock = NULL;
    if (there < 0) return -1;
    if (!there) return err_set(err, ERR_INPUT, -1, "\"%s\" is no data directory: it has no journal", dir);
    path = dir_path(dir, "weir.lock");
    there = disk_open(disk, path, DISK_CREATE, lock, err);
    free(path);
    if (there) return -1;
    if (disk_lock(*lock, err) == 0) return 0;
    disk_close(*lock);
    *lock = NULL;
    if (err->code == ERR_OWNED) err_set(err, ERR_OWNED, -1, "\"%s\" is in use by another weir process", dir);
    return -1;
}

/* ---- the copy ---- */

struct backup {
    struct disk *disk;
    const char *from, *to;
    uint64_t bytes;
};

static int copy_bytes(struct backup *b, struct file *from, struct file *to, struct err *err)
{
    char *piece = mem_alloc(COPY_BYTES);
    uint64_t at = 0;
    int64_t n;

    while ((n = disk_read(from, piece, COPY_BYTES, at, err)) > 0) {
        if (disk_write(to, piece, (size_t)n, at, err)) n = -1;
        if (n < 0) break;
        at += (uint64_t)n;
    }
    free(piece);
    b->bytes += at;
    return n < 0 || disk_fsync(to, err) ? -1 : 0;
}

static int copy_file(struct backup *b, const char *name, struct err *err)
{
    char *from_path = dir_path(b->from, name), *to_path = dir_path(b->to, name);
    struct file *from = NULL, *to = NULL;
    int failed = disk_open(b->disk, from_path, DISK_READ, &from, err) ||
                 disk_open(b->disk, to_path, DISK_CREATE, &to, err) || copy_bytes(b, from, to, err);

    disk_close(from);
    disk_close(to);
    free(from_path);
    free(to_path);
    return failed ? -1 : 0;
}

static int copy_names(struct backup *b, const char *folder, const struct buf *names, struct err *err)
{
    for (size_t at = 0; at < names->len; at += strlen(names->ptr + at) + 1) {
        char *name = dir_path(folder, names->ptr + at);
        int failed = copy_file(b, name, err);
        free(name);
        if (failed) return -1;
    }
    return 0;
}

static int copy_folder(struct backup *b, const char *folder, struct err *err)
{
    char *from = dir_path(b->from, folder), *to = dir_path(b->to, folder);
    struct buf names = {0};
    int there = exists(b->disk, b->from, folder, err);

    if (there > 0)
        there = disk_name(b->disk, DISK_MKDIR, to, NULL, err) || disk_list(b->disk, from, &names, err) ||
                        copy_names(b, folder, &names, err) || disk_name(b->disk, DISK_SYNC_DIR, to, NULL, err)
                    ? -1
                    : 0;
    buf_free(&names);
    free(from);
    free(to);
    return there;
}

static int copy_if_there(struct backup *b, const char *name, struct err *err)
{
    int there = exists(b->disk, b->from, name, err);

    return there > 0 ? copy_file(b, name, err) : there;
}

static int copy_all(struct backup *b, struct err *err)
{
    static const char *const folders[] = {"journal", "log", "state"};

    if (disk_name(b->disk, DISK_MKDIR, b->to, NULL, err)) return -1;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        if (copy_folder(b, folders[i], err)) return -1;
    }
    if (copy_if_there(b, "weir.db-journal", err) || copy_if_there(b, "weir.db", err)) return -1;
    return disk_name(b->disk, DISK_SYNC_DIR, b->to, NULL, err);
}

/* The directory that a path is in; free it. */
static char *parent_of(const char *path)
{
    char *parent = mem_strdup(path), *slash = strrchr(parent, '/');

    if (!slash) {
        free(parent);
        return mem_strdup(".");
    }
    slash[slash == parent ? 1 : 0] = '\0';
    return parent;
}

static int copy_and_name(struct disk *disk, const char *dir, const char *to, uint64_t *bytes, struct err *err)
{
    struct buf part = {0};
    struct backup b = {.disk = disk, .from = dir};
    char *parent = parent_of(to);
    int failed;

    buf_printf(&part, "%s.part", to);
    b.to = buf_text(&part);
    failed = copy_all(&b, err) || disk_name(disk, DISK_RENAME, b.to, to, err) ||
             disk_name(disk, DISK_SYNC_DIR, parent, NULL, err);
    *bytes = b.bytes;
    buf_free(&part);
    free(parent);
    return failed ? -1 : 0;
}

/* The destination without slashes at its end; free it. */
static char *plain_name(const char *to)
{
    char *name = mem_strdup(to);
    size_t len = strlen(name);

    while (len > 1 && name[len - 1] == '/') name[--len] = '\0';
    return name;
}

int dir_backup(struct disk *disk, const char *dir, const char *to, uint64_t *bytes, struct err *err)
{
    char *name = plain_name(to);
    struct file *lock = NULL;
    int failed = disk_name(disk, DISK_EXISTS, name, NULL, err);

    *bytes = 0;
    if (failed > 0) failed = err_set(err, ERR_INPUT, -1, "\"%s\" exists already: a backup needs a new name", to);
    if (!failed) failed = dir_lock(disk, dir, &lock, err) || copy_and_name(disk, dir, name, bytes, err);
    disk_close(lock);
    free(name);
    return failed ? -1 : 0;
}
