/* log_dir.c - names and whole files of DIR/log; log_dir.h has the contract. */
#include "log/log_dir.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char temporary[] = ".tmp";

/* Exactly eight digits; their number in *out, and what is behind them, or NULL. */
static const char *eight_digits(const char *at, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 8; i++) {
        if (at[i] < '0' || at[i] > '9') return NULL;
        *out = *out * 10 + (uint32_t)(at[i] - '0');
    }
    return at + 8;
}

struct log_file log_name_parse(const char *name)
{
    size_t len = strlen(name), tail = sizeof temporary - 1;
    struct log_file file = {0};
    const char *at = eight_digits(name, &file.file);

    if (len > tail && strcmp(name + len - tail, temporary) == 0) return (struct log_file){LOG_NAME_TEMPORARY, 0, 0};
    if (strcmp(name, "horizon") == 0) return LOG_HORIZON;
    if (at && strcmp(at, ".set") == 0) return log_set_file(file.file);
    if (at && *at == '-' && (at = eight_digits(at + 1, &file.stream)) != NULL && strcmp(at, ".seg") == 0)
        return log_segment_file(file.file, file.stream);
    return (struct log_file){LOG_NAME_OTHER, 0, 0};
}

static void put_path(struct buf *path, const struct log_dir *dir, struct log_file file)
{
    assert(file.kind == LOG_NAME_SEGMENT || file.kind == LOG_NAME_SET || file.kind == LOG_NAME_HORIZON);
    buf_printf(path, "%s/", dir->path);
    if (file.kind == LOG_NAME_HORIZON) buf_puts(path, "horizon");
    if (file.kind == LOG_NAME_SET) buf_printf(path, "%08u.set", file.file);
    if (file.kind == LOG_NAME_SEGMENT) buf_printf(path, "%08u-%08u.seg", file.file, file.stream);
}

char *log_dir_path(const struct log_dir *dir, struct log_file file)
{
    struct buf path = {0};

    put_path(&path, dir, file);
    buf_text(&path);
    return path.ptr;
}

int log_dir_exists(const struct log_dir *dir, struct log_file file, struct err *err)
{
    char *path = log_dir_path(dir, file);
    int exists = disk_name(dir->disk, DISK_EXISTS, path, NULL, err);

    free(path);
    return exists;
}

/* Its name stands in the data directory, which is everything before the last '/'. */
static int sync_parent(const struct log_dir *dir, struct err *err)
{
    char *parent = mem_strdup(dir->path), *slash = strrchr(parent, '/');
    int failed;

    if (slash) slash[slash == parent ? 1 : 0] = '\0';
    failed = disk_name(dir->disk, DISK_SYNC_DIR, slash ? parent : ".", NULL, err);
    free(parent);
    return failed;
}

int log_dir_make(const struct log_dir *dir, struct err *err)
{
    int exists = disk_name(dir->disk, DISK_EXISTS, dir->path, NULL, err);

    if (exists) return exists < 0 ? -1 : 0;
    if (disk_name(dir->disk, DISK_MKDIR, dir->path, NULL, err)) return -1;
    return sync_parent(dir, err);
}

int log_dir_sync(const struct log_dir *dir, struct err *err)
{
    return disk_name(dir->disk, DISK_SYNC_DIR, dir->path, NULL, err);
}

static int write_new(struct disk *disk, const char *path, struct str bytes, struct err *err)
{
    struct file *file;
    int failed;

    if (disk_open(disk, path, DISK_CREATE, &file, err)) return -1;
    failed = disk_truncate(file, 0, err) || disk_write(file, bytes.ptr, bytes.len, 0, err) || disk_fsync(file, err);
    disk_close(file);
    return failed ? -1 : 0;
}

int log_dir_write(const struct log_dir *dir, struct log_file file, struct str bytes, struct err *err)
{
    char *path = log_dir_path(dir, file);
    struct buf made = {0};
    struct err ignored;
    int failed;

    buf_printf(&made, "%s%s", path, temporary);
    failed =
        write_new(dir->disk, buf_text(&made), bytes, err) || disk_name(dir->disk, DISK_RENAME, made.ptr, path, err);
    if (failed) disk_name(dir->disk, DISK_DELETE, made.ptr, NULL, &ignored); /* the room it takes */
    buf_free(&made);
    free(path);
    return failed ? -1 : 0;
}

static int read_whole(const struct log_dir *dir, struct log_file name, struct file *file, uint64_t bytes_max,
                      struct buf *out, struct err *err)
{
    int64_t size = disk_size(file, err), n;

    if (size < 0) return -1;
    if ((uint64_t)size > bytes_max) return log_damaged(dir, name, bytes_max, "it is too long", err);
    out->len = 0;
    n = disk_read(file, buf_reserve(out, (size_t)size + 1), (size_t)size, 0, err);
    if (n < 0) return -1;
    out->len = (size_t)n;
    return 0;
}

int log_dir_read(const struct log_dir *dir, struct log_file name, uint64_t bytes_max, struct buf *out, struct err *err)
{
    char *path = log_dir_path(dir, name);
    struct file *file;
    int failed = disk_open(dir->disk, path, DISK_READ, &file, err);

    free(path);
    if (failed) return -1;
    failed = read_whole(dir, name, file, bytes_max, out, err);
    disk_close(file);
    return failed;
}

int log_dir_delete(const struct log_dir *dir, struct log_file file, struct err *err)
{
    char *path = log_dir_path(dir, file);
    int failed = disk_name(dir->disk, DISK_DELETE, path, NULL, err);

    free(path);
    return failed;
}

int log_damaged(const struct log_dir *dir, struct log_file file, uint64_t offset, const char *what, struct err *err)
{
    char *path = log_dir_path(dir, file);

    err_set(err, ERR_DAMAGED, -1, "%s is damaged at byte %llu: %s", path, (unsigned long long)offset, what);
    free(path);
    return -1;
}
