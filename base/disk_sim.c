/* disk_sim.c - a disk in memory that can lose power, for tests: the ten functions over a platter (disk_platter.h).
 * The call that fails at the set point may have reached the platter all the same, in part or whole; a sync that fails
 * has made nothing durable. Directories cannot be renamed. One mutex guards everything, so any thread may use any file.
 */
#include "base/disk.h"
#include "base/disk_platter.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sim {
    struct disk disk; /* must be first */
    pthread_mutex_t mutex;
    struct rng rng;
    struct platter platter;
    uint64_t calls, fail_at; /* fail_at: the value of calls at which the machine stops; 0 never */
    bool down;               /* it has stopped */
    uint64_t generation;     /* crashes so far; files opened before the last one are dead */
    uint64_t bytes_max;      /* 0: no limit */
};

struct sim_file {
    struct file file; /* must be first */
    struct inode *inode;
    enum disk_open how;
    uint64_t generation;
    char path[]; /* for messages */
};

static struct sim *sim_enter(struct disk *d)
{
    struct sim *s = (struct sim *)d;

    pthread_mutex_lock(&s->mutex);
    return s;
}

static void sim_leave(struct sim *s)
{
    pthread_mutex_unlock(&s->mutex);
}

static struct sim_file *sim_file(struct file *f)
{
    return (struct sim_file *)f;
}

static int fail(const char *what, const char *path, const char *reason, struct err *err)
{
    return err_set(err, ERR_DISK, -1, "cannot %s %s: %s", what, path, reason);
}

/* Before every call: the machine runs, and the file (if it is about one) was opened since it was last started. */
static int check(const struct sim *s, const struct sim_file *f, const char *what, const char *path, struct err *err)
{
    if (s->down || (f && f->generation != s->generation)) return fail(what, path, "simulated crash", err);
    return 0;
}

/* Counts a call that changes something; true when it is the one during which the machine stops. */
static bool stops(struct sim *s)
{
    s->calls++;
    s->down = s->fail_at && s->calls >= s->fail_at;
    return s->down;
}

static int find_or_make(struct sim *s, const char *path, enum disk_open how, struct inode **out, struct err *err)
{
    const struct name *name = platter_find(&s->platter, path);

    if (check(s, NULL, "open", path, err)) return -1;
    if (platter_is_dir(&s->platter, path)) return fail("open", path, "is a directory", err);
    if (!name && how != DISK_CREATE) return fail("open", path, "no such file or directory", err);
    if (!name && !platter_parent_exists(&s->platter, path)) return fail("open", path, "no such file or directory", err);
    *out = name ? inode_ref(name->inode) : inode_new();
    if (!name) platter_make(&s->platter, path, *out);
    return 0;
}

static int sim_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct sim *s = sim_enter(d);
    struct inode *inode = NULL;
    int rc = find_or_make(s, path, how, &inode, err);

    if (!rc) {
        struct sim_file *f = mem_alloc(sizeof *f + strlen(path) + 1);
        *f = (struct sim_file){.file.disk = d, .inode = inode, .how = how, .generation = s->generation};
        strcpy(f->path, path);
        *out = &f->file;
    }
    sim_leave(s);
    return rc;
}

static void sim_close(struct file *file)
{
    struct sim *s = sim_enter(file->disk);
    struct sim_file *f = sim_file(file);

    if (f->inode->locked_by == file) f->inode->locked_by = NULL;
    inode_unref(f->inode);
    free(f);
    sim_leave(s);
}

static int64_t sim_read(struct file *file, void *into, size_t len, uint64_t offset, struct err *err)
{
    struct sim *s = sim_enter(file->disk);
    struct sim_file *f = sim_file(file);
    const struct buf *live = &f->inode->live;
    int64_t count = check(s, f, "read", f->path, err);

    if (!count && offset < live->len) {
        count = (int64_t)(len < live->len - offset ? len : live->len - offset);
        memcpy(into, live->ptr + offset, (size_t)count);
    }
    sim_leave(s);
    return count;
}

/* How many of len bytes at offset fit on the disk. */
static size_t room(const struct sim *s, const struct inode *inode, size_t len, uint64_t offset)
{
    uint64_t used = 0, grows = offset + len > inode->live.len ? offset + len - inode->live.len : 0;

    if (!s->bytes_max) return len;
    for (size_t i = 0; i < s->platter.live.count; i++)
        if (s->platter.live.at[i].inode) used += s->platter.live.at[i].inode->live.len;
    if (used + grows <= s->bytes_max) return len;
    grows -= s->bytes_max > used ? s->bytes_max - used : 0;
    return grows < len ? len - grows : 0;
}

static int write_locked(struct sim *s, struct sim_file *f, const void *from, size_t len, uint64_t offset,
                        struct err *err)
{
    size_t fits = room(s, f->inode, len, offset);

    if (check(s, f, "write", f->path, err)) return -1;
    if (f->how == DISK_READ) return fail("write", f->path, "not opened for writing", err);
    if (!len) return 0;
    stops(s);
    if (fits) inode_write(f->inode, from, fits, offset);
    if (check(s, f, "write", f->path, err)) return -1;
    return fits < len ? fail("write", f->path, "no space left on device", err) : 0;
}

static int sim_write(struct file *file, const void *from, size_t len, uint64_t offset, struct err *err)
{
    struct sim *s = sim_enter(file->disk);
    int rc = write_locked(s, sim_file(file), from, len, offset, err);

    sim_leave(s);
    return rc;
}

static int sim_sync(struct file *file, struct err *err)
{
    struct sim *s = sim_enter(file->disk);
    struct sim_file *f = sim_file(file);
    int rc = check(s, f, "sync", f->path, err);

    if (!rc && stops(s)) rc = check(s, f, "sync", f->path, err);
    if (!rc) inode_sync(f->inode);
    sim_leave(s);
    return rc;
}

static int truncate_locked(struct sim *s, struct sim_file *f, uint64_t size, struct err *err)
{
    if (check(s, f, "truncate", f->path, err)) return -1;
    if (f->how == DISK_READ) return fail("truncate", f->path, "not opened for writing", err);
    stops(s);
    inode_truncate(f->inode, size);
    return check(s, f, "truncate", f->path, err);
}

static int sim_truncate(struct file *file, uint64_t size, struct err *err)
{
    struct sim *s = sim_enter(file->disk);
    int rc = truncate_locked(s, sim_file(file), size, err);

    sim_leave(s);
    return rc;
}

static int64_t sim_size(struct file *file, struct err *err)
{
    struct sim *s = sim_enter(file->disk);
    struct sim_file *f = sim_file(file);
    int64_t size = check(s, f, "get the size of", f->path, err);

    if (!size) size = (int64_t)f->inode->live.len;
    sim_leave(s);
    return size;
}

static int delete_locked(struct sim *s, const char *path, struct err *err)
{
    if (platter_is_dir(&s->platter, path)) return fail("delete", path, "is a directory", err);
    if (!platter_find(&s->platter, path)) return 0;
    stops(s);
    platter_delete(&s->platter, path);
    return check(s, NULL, "delete", path, err);
}

static int rename_locked(struct sim *s, const char *path, const char *to, struct err *err)
{
    const struct name *name = platter_find(&s->platter, path);

    if (!name || !platter_parent_exists(&s->platter, to)) return fail("rename", path, "no such file or directory", err);
    if (!name->inode || platter_is_dir(&s->platter, to)) return fail("rename", path, "is a directory", err);
    if (strcmp(path, to) == 0) return 0;
    stops(s);
    platter_rename(&s->platter, path, to);
    return check(s, NULL, "rename", path, err);
}

static int mkdir_locked(struct sim *s, const char *path, struct err *err)
{
    if (platter_is_dir(&s->platter, path)) return 0;
    if (platter_find(&s->platter, path)) return fail("make directory", path, "file exists", err);
    if (!platter_parent_exists(&s->platter, path))
        return fail("make directory", path, "no such file or directory", err);
    stops(s);
    platter_make(&s->platter, path, NULL);
    return check(s, NULL, "make directory", path, err);
}

static int sync_dir_locked(struct sim *s, const char *path, struct err *err)
{
    if (!platter_is_dir(&s->platter, path)) return fail("sync directory", path, "no such directory", err);
    if (stops(s)) return check(s, NULL, "sync directory", path, err);
    platter_sync_dir(&s->platter, path);
    return 0;
}

static int name_locked(struct sim *s, enum disk_name what, const char *path, const char *to, struct err *err)
{
    if (check(s, NULL, "use", path, err)) return -1;
    switch (what) {
    case DISK_EXISTS: return platter_is_dir(&s->platter, path) || platter_find(&s->platter, path);
    case DISK_DELETE: return delete_locked(s, path, err);
    case DISK_RENAME: return rename_locked(s, path, to, err);
    case DISK_MKDIR: return mkdir_locked(s, path, err);
    case DISK_SYNC_DIR: return sync_dir_locked(s, path, err);
    }
    abort();
}

static int sim_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    struct sim *s = sim_enter(d);
    int rc = name_locked(s, what, path, to, err);

    sim_leave(s);
    return rc;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list_locked(const struct sim *s, const char *dir, struct buf *out)
{
    const char **found = mem_alloc(s->platter.live.count * sizeof *found);
    size_t count = 0;

    for (size_t i = 0; i < s->platter.live.count; i++)
        if (platter_is_in(s->platter.live.at[i].path, dir)) found[count++] = s->platter.live.at[i].path;
    qsort(found, count, sizeof *found, by_bytes);
    for (size_t i = 0; i < count; i++) {
        const char *slash = strrchr(found[i], '/'), *base = slash ? slash + 1 : found[i];
        buf_put(out, base, strlen(base) + 1);
    }
    free(found);
}

static int sim_list(struct disk *d, const char *dir, struct buf *out, struct err *err)
{
    struct sim *s = sim_enter(d);
    int rc = check(s, NULL, "list", dir, err);

    if (!rc && !platter_is_dir(&s->platter, dir)) rc = fail("list", dir, "no such directory", err);
    if (!rc) list_locked(s, dir, out);
    sim_leave(s);
    return rc;
}

static int sim_lock(struct file *file, struct err *err)
{
    struct sim *s = sim_enter(file->disk);
    struct sim_file *f = sim_file(file);
    int rc = check(s, f, "lock", f->path, err);

    if (!rc && f->inode->locked_by && f->inode->locked_by != file)
        rc = err_set(err, ERR_OWNED, -1, "%s is in use by another process", f->path);
    if (!rc) f->inode->locked_by = file;
    sim_leave(s);
    return rc;
}

static void sim_free(struct disk *d)
{
    struct sim *s = (struct sim *)d;

    platter_free(&s->platter);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

static const struct disk_class sim_class = {
    .open = sim_open,
    .close = sim_close,
    .read = sim_read,
    .write = sim_write,
    .sync = sim_sync,
    .truncate = sim_truncate,
    .size = sim_size,
    .name = sim_name,
    .list = sim_list,
    .lock = sim_lock,
    .free = sim_free,
};

/* What tests do to it. */

struct disk *disk_sim(uint64_t seed)
{
    struct sim *s = mem_zalloc(sizeof *s);

    s->disk.class = &sim_class;
    s->rng.state = seed;
    pthread_mutex_init(&s->mutex, NULL);
    return &s->disk;
}

void disk_sim_fail_at(struct disk *sim, uint64_t n)
{
    struct sim *s = sim_enter(sim);

    s->fail_at = n ? s->calls + n : 0;
    sim_leave(s);
}

uint64_t disk_sim_calls(const struct disk *sim)
{
    struct sim *s = sim_enter((struct disk *)sim);
    uint64_t calls = s->calls;

    sim_leave(s);
    return calls;
}

void disk_sim_crash(struct disk *sim)
{
    struct sim *s = sim_enter(sim);

    platter_crash(&s->platter, &s->rng);
    s->generation++;
    s->calls = s->fail_at = 0;
    s->down = false;
    sim_leave(s);
}

void disk_sim_limit(struct disk *sim, uint64_t bytes_max)
{
    struct sim *s = sim_enter(sim);

    s->bytes_max = bytes_max;
    sim_leave(s);
}
