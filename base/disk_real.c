/* disk_real.c - the ten functions of disk.h over the operating system's files.
 * Calls that a signal interrupts are made again; short reads and writes are continued. Nothing else is retried: after a
 * failed sync nobody knows what the kernel has dropped. */
#include "base/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct real_disk {
    struct disk disk; /* must be first */
    enum disk_sync sync;
};

struct real_file {
    struct file file; /* must be first */
    int fd;
    char path[]; /* for messages */
};

static int fail(const char *what, const char *path, int reason, struct err *err)
{
    return err_set(err, ERR_DISK, -1, "cannot %s %s: %s", what, path, strerror(reason));
}

static struct real_file *real_file(struct file *f)
{
    return (struct real_file *)f;
}

static bool syncs(const struct disk *d)
{
    return ((const struct real_disk *)d)->sync == DISK_SYNC;
}

static int open_flags(enum disk_open how)
{
    switch (how) {
    case DISK_READ: return O_RDONLY;
    case DISK_WRITE: return O_RDWR;
    case DISK_CREATE: return O_RDWR | O_CREAT;
    }
    abort();
}

static int open_retrying(const char *path, int flags)
{
    int fd;

    do fd = open(path, flags | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* open(2) is content to open a directory for reading; reading it then fails with a message nobody understands. */
static int refuse_directory(int fd)
{
    struct stat st;

    if (fstat(fd, &st)) return errno;
    return S_ISDIR(st.st_mode) ? EISDIR : 0;
}

static int real_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    int fd = open_retrying(path, open_flags(how));
    int reason = fd < 0 ? errno : refuse_directory(fd);
    struct real_file *f;

    if (reason) {
        if (fd >= 0) close(fd);
        return fail("open", path, reason, err);
    }
    f = mem_alloc(sizeof *f + strlen(path) + 1);
    f->file.disk = d;
    f->fd = fd;
    strcpy(f->path, path);
    *out = &f->file;
    return 0;
}

static void real_close(struct file *file)
{
    close(real_file(file)->fd);
    free(file);
}

static int64_t real_read(struct file *file, void *into, size_t len, uint64_t offset, struct err *err)
{
    struct real_file *f = real_file(file);
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(f->fd, (char *)into + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail("read", f->path, errno, err);
        if (n == 0) break;
        done += (size_t)n;
    }
    return (int64_t)done;
}

static int real_write(struct file *file, const void *from, size_t len, uint64_t offset, struct err *err)
{
    struct real_file *f = real_file(file);
    size_t done = 0;

    while (done < len) {
        ssize_t n = pwrite(f->fd, (const char *)from + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return fail("write", f->path, n < 0 ? errno : EIO, err);
        done += (size_t)n;
    }
    return 0;
}

static int real_sync(struct file *file, struct err *err)
{
    struct real_file *f = real_file(file);
    int rc;

    if (!syncs(file->disk)) return 0;
    do rc = fdatasync(f->fd);
    while (rc && errno == EINTR);
    return rc ? fail("sync", f->path, errno, err) : 0;
}

static int real_truncate(struct file *file, uint64_t size, struct err *err)
{
    struct real_file *f = real_file(file);
    int rc;

    do rc = ftruncate(f->fd, (off_t)size);
    while (rc && errno == EINTR);
    return rc ? fail("truncate", f->path, errno, err) : 0;
}

static int64_t real_size(struct file *file, struct err *err)
{
    struct real_file *f = real_file(file);
    struct stat st;

    if (fstat(f->fd, &st)) return fail("get the size of", f->path, errno, err);
    return st.st_size;
}

static int name_exists(const char *path, struct err *err)
{
    struct stat st;

    if (stat(path, &st) == 0) return 1;
    return errno == ENOENT || errno == ENOTDIR ? 0 : fail("look for", path, errno, err);
}

static int name_mkdir(const char *path, struct err *err)
{
    struct stat st;
    int reason;

    if (mkdir(path, 0777) == 0) return 0;
    reason = errno;
    if (reason == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return 0;
    return fail("make directory", path, reason, err);
}

static int name_sync_dir(const char *path, struct err *err)
{
    int fd = open_retrying(path, O_RDONLY | O_DIRECTORY);
    int reason = 0;

    if (fd < 0) return fail("sync directory", path, errno, err);
    if (fsync(fd)) reason = errno;
    close(fd);
    return reason ? fail("sync directory", path, reason, err) : 0;
}

static int real_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    switch (what) {
    case DISK_EXISTS: return name_exists(path, err);
    case DISK_DELETE: return unlink(path) && errno != ENOENT ? fail("delete", path, errno, err) : 0;
    case DISK_RENAME: return rename(path, to) ? fail("rename", path, errno, err) : 0;
    case DISK_MKDIR: return name_mkdir(path, err);
    case DISK_SYNC_DIR: return syncs(d) ? name_sync_dir(path, err) : 0;
    }
    abort();
}

static int skip_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int real_list(struct disk *d, const char *dir, struct buf *out, struct err *err)
{
    struct dirent **names;
    int count = scandir(dir, &names, skip_dots, by_bytes);

    (void)d;
    if (count < 0) return fail("list", dir, errno, err);
    for (int i = 0; i < count; i++) {
        buf_put(out, names[i]->d_name, strlen(names[i]->d_name) + 1);
        free(names[i]);
    }
    free(names);
    return 0;
}

/* flock and not fcntl: it belongs to this open file, so that SQLite's own locks on the same file, and its habit of
 * opening and closing it, do not touch ours. */
static int real_lock(struct file *file, struct err *err)
{
    struct real_file *f = real_file(file);
    int rc;

    do rc = flock(f->fd, LOCK_EX | LOCK_NB);
    while (rc && errno == EINTR);
    if (rc && errno == EWOULDBLOCK) return err_set(err, ERR_OWNED, -1, "%s is in use by another process", f->path);
    return rc ? fail("lock", f->path, errno, err) : 0;
}

static void real_free(struct disk *d)
{
    free(d);
}

static const struct disk_class real_class = {
    .open = real_open,
    .close = real_close,
    .read = real_read,
    .write = real_write,
    .sync = real_sync,
    .truncate = real_truncate,
    .size = real_size,
    .name = real_name,
    .list = real_list,
    .lock = real_lock,
    .free = real_free,
};

struct disk *disk_real(enum disk_sync sync)
{
    struct real_disk *d = mem_alloc(sizeof *d);

    *d = (struct real_disk){.disk.class = &real_class, .sync = sync};
    return &d->disk;
}
