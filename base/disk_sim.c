/* disk_sim.c - a disk in memory that can lose power, for tests.
 *
 * A file is an inode with two images: `live` is what programs see, `durable` what is safe; between them stands the list
 * of changes since the last sync. Likewise names: a live table, a durable one, and the changes of each directory since
 * it was synced. A crash walks each list and decides by seed, change by change, what reached the platter; nothing is
 * promised about their order. The call that fails at the set point may have reached the platter too.
 *
 * Paths are compared as they are written ("a//b" is not "a/b"). "." and "/" exist always; other directories must be
 * made. Directories cannot be renamed. One mutex guards everything, so any thread may use any file. */
#include "base/disk.h"
#include "base/hash.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR_BYTES = 512 };

/* A write of bytes at offset, or (bytes NULL) a truncation to size `offset`. */
struct change {
    uint64_t offset;
    size_t len;
    char *bytes;
};

struct inode {
    int refs; /* names in both tables, pending changes of names, open files */
    struct buf live, durable;
    struct change *pending;
    size_t pending_count, pending_capacity;
    const struct file *locked_by;
};

struct name {
    char *path;
    struct inode *inode; /* NULL: a directory */
};

struct names {
    struct name *at;
    size_t count, capacity;
};

/* path now names inode (path deleted when `made` is false); if from is not NULL it is deleted in the same step. */
struct name_change {
    char *path, *from;
    bool made;
    struct inode *inode;
};

struct sim {
    struct disk disk; /* must be first */
    pthread_mutex_t mutex;
    struct rng rng;
    struct names live, durable;
    struct name_change *pending;
    size_t pending_count, pending_capacity;
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

/* Inodes. */

static void forget_pending(struct inode *inode)
{
    for (size_t i = 0; i < inode->pending_count; i++) free(inode->pending[i].bytes);
    inode->pending_count = 0;
}

static struct inode *inode_ref(struct inode *inode)
{
    if (inode) inode->refs++;
    return inode;
}

static void inode_unref(struct inode *inode)
{
    if (!inode || --inode->refs > 0) return;
    forget_pending(inode);
    free(inode->pending);
    buf_free(&inode->live);
    buf_free(&inode->durable);
    free(inode);
}

static void image_resize(struct buf *image, size_t size)
{
    if (size > image->len) memset(buf_reserve(image, size - image->len), 0, size - image->len);
    image->len = size;
}

static void image_write(struct buf *image, const char *bytes, size_t len, uint64_t offset)
{
    if (!len) return;
    if (offset + len > image->len) image_resize(image, offset + len);
    memcpy(image->ptr + offset, bytes, len);
}

static void image_apply(struct buf *image, const struct change *change)
{
    if (change->bytes)
        image_write(image, change->bytes, change->len, change->offset);
    else
        image_resize(image, change->offset);
}

static void inode_change(struct inode *inode, const char *bytes, size_t len, uint64_t offset)
{
    struct change change = {.offset = offset, .len = len};

    if (bytes) change.bytes = memcpy(mem_alloc(len), bytes, len);
    inode->pending = mem_grow(inode->pending, &inode->pending_capacity, inode->pending_count + 1, sizeof change);
    inode->pending[inode->pending_count++] = change;
    image_apply(&inode->live, &change);
}

static void inode_sync(struct inode *inode)
{
    for (size_t i = 0; i < inode->pending_count; i++) image_apply(&inode->durable, &inode->pending[i]);
    forget_pending(inode);
}

/* Part of a write reached the platter: the sectors before, or those behind, a boundary inside it. */
static void tear(struct rng *rng, struct buf *image, const struct change *c)
{
    uint64_t first = c->offset / SECTOR_BYTES + 1, last = (c->offset + c->len - 1) / SECTOR_BYTES;
    size_t head = first > last ? 0 : (first + rng_below(rng, last - first + 1)) * SECTOR_BYTES - c->offset;

    if (rng_below(rng, 2))
        image_write(image, c->bytes, head, c->offset);
    else
        image_write(image, c->bytes + head, c->len - head, c->offset + head);
}

static void crash_write(struct rng *rng, struct buf *image, const struct change *c)
{
    switch (rng_below(rng, 4)) {
    case 0: break;
    case 1: /* the size went through, the bytes did not */
        if (c->offset + c->len > image->len) image_resize(image, c->offset + c->len);
        break;
    case 2: tear(rng, image, c); break;
    case 3: image_apply(image, c); break;
    }
}

static void inode_crash(struct rng *rng, struct inode *inode)
{
    for (size_t i = 0; i < inode->pending_count; i++) {
        const struct change *c = &inode->pending[i];
        if (c->bytes)
            crash_write(rng, &inode->durable, c);
        else if (rng_below(rng, 2))
            image_apply(&inode->durable, c);
    }
    inode->locked_by = NULL;
    if (inode->pending_count == 0) return;
    forget_pending(inode);
    inode->live.len = 0;
    buf_put(&inode->live, inode->durable.ptr, inode->durable.len);
}

/* Names. */

static struct name *names_find(const struct names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->at[i].path, path) == 0) return &names->at[i];
    return NULL;
}

static void names_remove(struct names *names, const char *path)
{
    struct name *name = names_find(names, path);

    if (!name) return;
    free(name->path);
    inode_unref(name->inode);
    *name = names->at[--names->count];
}

static void names_set(struct names *names, const char *path, struct inode *inode)
{
    inode_ref(inode);
    names_remove(names, path);
    names->at = mem_grow(names->at, &names->capacity, names->count + 1, sizeof *names->at);
    names->at[names->count++] = (struct name){mem_strdup(path), inode};
}

static void names_clear(struct names *names)
{
    while (names->count) names_remove(names, names->at[0].path);
    free(names->at);
    *names = (struct names){0};
}

static void names_apply(struct names *names, const struct name_change *change)
{
    if (change->from) names_remove(names, change->from);
    if (change->made)
        names_set(names, change->path, change->inode);
    else
        names_remove(names, change->path);
}

/* The length of the directory part of a path; 0: the path has none and is in ".". */
static size_t parent_len(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash) return 0;
    return slash == path ? 1 : (size_t)(slash - path);
}

static bool is_in(const char *path, const char *dir)
{
    size_t len = parent_len(path);

    if (!len) return strcmp(dir, ".") == 0;
    return strlen(dir) == len && memcmp(path, dir, len) == 0;
}

static bool is_dir(const struct names *names, const char *path)
{
    const struct name *name = names_find(names, path);

    return strcmp(path, ".") == 0 || strcmp(path, "/") == 0 || (name && !name->inode);
}

static bool parent_exists(const struct names *names, const char *path)
{
    size_t len = parent_len(path);
    char *dir;
    bool found;

    if (!len) return true;
    dir = mem_strdup(path);
    dir[len] = '\0';
    found = is_dir(names, dir);
    free(dir);
    return found;
}

static void change_free(struct name_change *change)
{
    free(change->path);
    free(change->from);
    inode_unref(change->inode);
}

/* Changes the live table, and remembers it until the directory is synced. */
static void name_change(struct sim *s, const char *path, bool made, struct inode *inode, const char *from)
{
    struct name_change change = {mem_strdup(path), from ? mem_strdup(from) : NULL, made, inode_ref(inode)};

    s->pending = mem_grow(s->pending, &s->pending_capacity, s->pending_count + 1, sizeof change);
    s->pending[s->pending_count++] = change;
    names_apply(&s->live, &change);
}

static void names_sync(struct sim *s, const char *dir)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->pending_count; i++) {
        struct name_change *change = &s->pending[i];
        if (!is_in(change->path, dir) && !(change->from && is_in(change->from, dir))) {
            s->pending[kept++] = *change;
            continue;
        }
        names_apply(&s->durable, change);
        change_free(change);
    }
    s->pending_count = kept;
}

/* A directory that was lost takes along what was in it. */
static void names_drop_orphans(struct names *names)
{
    for (size_t i = 0; i < names->count;) {
        if (parent_exists(names, names->at[i].path)) {
            i++;
            continue;
        }
        names_remove(names, names->at[i].path);
        i = 0;
    }
}

static void names_crash(struct sim *s)
{
    for (size_t i = 0; i < s->pending_count; i++) {
        if (rng_below(&s->rng, 2)) names_apply(&s->durable, &s->pending[i]);
        change_free(&s->pending[i]);
    }
    s->pending_count = 0;
    names_drop_orphans(&s->durable);
    names_clear(&s->live);
    for (size_t i = 0; i < s->durable.count; i++) names_set(&s->live, s->durable.at[i].path, s->durable.at[i].inode);
}

/* The ten functions. */

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
    const struct name *name = names_find(&s->live, path);

    if (check(s, NULL, "open", path, err)) return -1;
    if (is_dir(&s->live, path)) return fail("open", path, "is a directory", err);
    if (!name && how != DISK_CREATE) return fail("open", path, "no such file or directory", err);
    if (!name && !parent_exists(&s->live, path)) return fail("open", path, "no such file or directory", err);
    *out = name ? name->inode : mem_zalloc(sizeof **out);
    inode_ref(*out);
    if (!name) name_change(s, path, true, *out, NULL);
    return 0;
}

static int sim_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct sim *s = sim_enter(d);
    struct inode *inode;
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
    for (size_t i = 0; i < s->live.count; i++)
        if (s->live.at[i].inode) used += s->live.at[i].inode->live.len;
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
    if (fits) inode_change(f->inode, from, fits, offset);
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
    inode_change(f->inode, NULL, 0, size);
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
    if (is_dir(&s->live, path)) return fail("delete", path, "is a directory", err);
    if (!names_find(&s->live, path)) return 0;
    stops(s);
    name_change(s, path, false, NULL, NULL);
    return check(s, NULL, "delete", path, err);
}

static int rename_locked(struct sim *s, const char *path, const char *to, struct err *err)
{
    const struct name *name = names_find(&s->live, path);

    if (!name || !parent_exists(&s->live, to)) return fail("rename", path, "no such file or directory", err);
    if (!name->inode || is_dir(&s->live, to)) return fail("rename", path, "is a directory", err);
    if (strcmp(path, to) == 0) return 0;
    stops(s);
    name_change(s, to, true, name->inode, path);
    return check(s, NULL, "rename", path, err);
}

static int mkdir_locked(struct sim *s, const char *path, struct err *err)
{
    if (is_dir(&s->live, path)) return 0;
    if (names_find(&s->live, path)) return fail("make directory", path, "file exists", err);
    if (!parent_exists(&s->live, path)) return fail("make directory", path, "no such file or directory", err);
    stops(s);
    name_change(s, path, true, NULL, NULL);
    return check(s, NULL, "make directory", path, err);
}

static int sync_dir_locked(struct sim *s, const char *path, struct err *err)
{
    if (!is_dir(&s->live, path)) return fail("sync directory", path, "no such directory", err);
    if (stops(s)) return check(s, NULL, "sync directory", path, err);
    names_sync(s, path);
    return 0;
}

static int name_locked(struct sim *s, enum disk_name what, const char *path, const char *to, struct err *err)
{
    if (check(s, NULL, "use", path, err)) return -1;
    switch (what) {
    case DISK_EXISTS: return is_dir(&s->live, path) || names_find(&s->live, path);
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
    const char **found = mem_alloc(s->live.count * sizeof *found);
    size_t count = 0;

    for (size_t i = 0; i < s->live.count; i++)
        if (is_in(s->live.at[i].path, dir)) found[count++] = s->live.at[i].path;
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

    if (!rc && !is_dir(&s->live, dir)) rc = fail("list", dir, "no such directory", err);
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

    for (size_t i = 0; i < s->pending_count; i++) change_free(&s->pending[i]);
    free(s->pending);
    names_clear(&s->live);
    names_clear(&s->durable);
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

/* Every inode that still matters has a durable name afterwards; it is crashed through its first one. */
static void inodes_crash(struct sim *s)
{
    for (size_t i = 0; i < s->durable.count; i++)
        if (s->durable.at[i].inode) inode_crash(&s->rng, s->durable.at[i].inode);
}

void disk_sim_crash(struct disk *sim)
{
    struct sim *s = sim_enter(sim);

    names_crash(s);
    inodes_crash(s);
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
