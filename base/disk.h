/* disk.h - the ten functions through which the log, the checkpoints and SQLite reach files.
 *
 * Two implementations: the real one, and a simulated disk in memory for tests, which on a crash loses, reorders and
 * tears by seed whatever was not yet synced. A path is UTF-8, '/'-separated. A disk is used by one thread at a time
 * per file; different files may be used by different threads.
 *
 * Failures return -1 with ERR_DISK (ERR_OWNED from lock); the message names the path and the system's reason. */
#ifndef WEIR_BASE_DISK_H
#define WEIR_BASE_DISK_H

#include "base/mem.h"

struct disk;
struct file;

enum disk_open {
    DISK_READ,   /* must exist */
    DISK_WRITE,  /* read and write; must exist */
    DISK_CREATE, /* read and write; created when absent (its name is durable only after disk_sync_dir) */
};

enum disk_name {
    DISK_EXISTS,   /* returns 1 when the path exists, else 0 */
    DISK_DELETE,   /* a file; no error when it is absent */
    DISK_RENAME,   /* path becomes `to`, replacing it */
    DISK_MKDIR,    /* no error when it exists */
    DISK_SYNC_DIR, /* names made, renamed and deleted in this directory are durable */
};

struct disk_class {
    int (*open)(struct disk *, const char *path, enum disk_open how, struct file **out, struct err *);
    void (*close)(struct file *);
    /* Reads up to len bytes at offset; fewer only at the end of the file. Returns the count, -1 on failure. */
    int64_t (*read)(struct file *, void *into, size_t len, uint64_t offset, struct err *);
    int (*write)(struct file *, const void *from, size_t len, uint64_t offset, struct err *);
    int (*sync)(struct file *, struct err *); /* fdatasync: the bytes and the size are durable */
    int (*truncate)(struct file *, uint64_t size, struct err *);
    int64_t (*size)(struct file *, struct err *);
    /* Names: one call for the things done to them. */
    int (*name)(struct disk *, enum disk_name what, const char *path, const char *to, struct err *);
    /* Appends the names in a directory to out, each terminated by NUL, sorted by bytes. */
    int (*list)(struct disk *, const char *dir, struct buf *out, struct err *);
    /* Takes the exclusive lock of a file until it is closed; ERR_OWNED when another process holds it. */
    int (*lock)(struct file *, struct err *);
    void (*free)(struct disk *); /* the disk itself: disk_free */
};

/* Implementations begin with this. */
struct disk {
    const struct disk_class *class;
};
struct file {
    struct disk *disk;
};

/* The real disk. With DISK_NO_SYNC, sync and sync_dir do nothing (in-memory databases). Never fails; free with
 * disk_free. */
enum disk_sync { DISK_NO_SYNC, DISK_SYNC };
struct disk *disk_real(enum disk_sync sync);

/* The simulated disk (base/disk_sim.c). Everything it decides comes from the seed. */
struct disk *disk_sim(uint64_t seed);
/* From now on the n-th call (1 is the next) of write, sync, truncate or name that changes something fails with
 * ERR_DISK "simulated crash", and so does every call after it, until disk_sim_crash. 0: never. */
void disk_sim_fail_at(struct disk *sim, uint64_t n);
/* How many such calls were made since the disk was made (or since the last crash). */
uint64_t disk_sim_calls(const struct disk *sim);
/* The machine lost power: for every file a seeded choice among what may have reached the platter. Each write since the
 * file's last sync is kept, dropped or torn at a 512-byte boundary, independently; sizes likewise; names made, renamed
 * or deleted since the directory's last sync are kept or undone. Open files are dead: close them (close still works).
 * Then the disk works again. */
void disk_sim_crash(struct disk *sim);
/* At most this many bytes in all files together: writes beyond fail with ERR_DISK "no space left on device". */
void disk_sim_limit(struct disk *sim, uint64_t bytes_max);

static inline void disk_free(struct disk *d)
{
    if (d) d->class->free(d);
}
static inline int disk_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    return d->class->open(d, path, how, out, err);
}
static inline void disk_close(struct file *f)
{
    if (f) f->disk->class->close(f);
}
static inline int64_t disk_read(struct file *f, void *into, size_t len, uint64_t offset, struct err *err)
{
    return f->disk->class->read(f, into, len, offset, err);
}
static inline int disk_write(struct file *f, const void *from, size_t len, uint64_t offset, struct err *err)
{
    return f->disk->class->write(f, from, len, offset, err);
}
static inline int disk_fsync(struct file *f, struct err *err)
{
    return f->disk->class->sync(f, err);
}
static inline int disk_truncate(struct file *f, uint64_t size, struct err *err)
{
    return f->disk->class->truncate(f, size, err);
}
static inline int64_t disk_size(struct file *f, struct err *err)
{
    return f->disk->class->size(f, err);
}
static inline int disk_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    return d->class->name(d, what, path, to, err);
}
static inline int disk_list(struct disk *d, const char *dir, struct buf *out, struct err *err)
{
    return d->class->list(d, dir, out, err);
}
static inline int disk_lock(struct file *f, struct err *err)
{
    return f->disk->class->lock(f, err);
}

#endif
