/* vfs.c - see vfs.h.
 *
 * What makes a commit survive power loss: with its first sync after it was opened, a file's directory is synced too (a
 * journal whose name is lost cannot undo anything; it may have been made by a process that was killed). The commit
 * itself is the truncation of the journal, which SQLite syncs (journal_mode=TRUNCATE, synchronous=FULL).
 *
 * A failed sync is never retried, because the second one would succeed without having written anything: from then on
 * every change fails with the same reason, the journal stays, and the next open rolls back.
 *
 * The lock is taken with SQLite's first lock and kept until the file is closed (locking_mode=EXCLUSIVE). */
#include "sqlite/vfs.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_DATABASE, NAME_JOURNAL, NAME_WAL, NAME_COUNT };
enum { SECTOR_BYTES = 4096, PATH_BYTES_MAX = 64 }; /* paths as SQLite sees them are names below */

static const char *const file_suffix[NAME_COUNT] = {"", "-journal", "-wal"};

struct vfs {
    sqlite3_vfs sqlite; /* must be first */
    char name[32];
    struct disk *disk;      /* NULL: no files */
    char *path[NAME_COUNT]; /* NULL without a disk */
    char *dir;
    bool sync_failed; /* see the file's head */
    struct err failure;
};

struct vfs_file {
    sqlite3_file sqlite; /* must be first */
    struct vfs *vfs;
    struct file *file;
    bool name_synced; /* its name in the directory is durable; not known before the first sync */
    bool locked;
};

static struct vfs *vfs_of(sqlite3_vfs *sqlite)
{
    return (struct vfs *)sqlite;
}

static struct vfs_file *file_of(sqlite3_file *sqlite)
{
    return (struct vfs_file *)sqlite;
}

/* Which file SQLite means, or -1. */
static int find_name(const struct vfs *vfs, const char *name)
{
    size_t prefix = sizeof VFS_DATABASE - 1;

    if (!vfs->disk || !name || strncmp(name, VFS_DATABASE, prefix) != 0) return -1;
    for (int i = 0; i < NAME_COUNT; i++)
        if (strcmp(name + prefix, file_suffix[i]) == 0) return i;
    return -1;
}

/* Whether a change may be tried at all. */
static int check_writable(struct vfs *vfs)
{
    return vfs->sync_failed ? SQLITE_IOERR : SQLITE_OK;
}

static int file_close(sqlite3_file *sqlite)
{
    disk_close(file_of(sqlite)->file);
    return SQLITE_OK;
}

static int file_read(sqlite3_file *sqlite, void *into, int len, sqlite3_int64 offset)
{
    struct vfs_file *f = file_of(sqlite);
    int64_t got = disk_read(f->file, into, (size_t)len, (uint64_t)offset, &f->vfs->failure);

    if (got < 0) return SQLITE_IOERR_READ;
    if (got == len) return SQLITE_OK;
    memset((char *)into + got, 0, (size_t)(len - got));
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *sqlite, const void *from, int len, sqlite3_int64 offset)
{
    struct vfs_file *f = file_of(sqlite);

    if (check_writable(f->vfs)) return SQLITE_IOERR_WRITE;
    if (disk_write(f->file, from, (size_t)len, (uint64_t)offset, &f->vfs->failure)) return SQLITE_IOERR_WRITE;
    return SQLITE_OK;
}

static int file_truncate(sqlite3_file *sqlite, sqlite3_int64 size)
{
    struct vfs_file *f = file_of(sqlite);

    if (check_writable(f->vfs)) return SQLITE_IOERR_TRUNCATE;
    if (disk_truncate(f->file, (uint64_t)size, &f->vfs->failure)) return SQLITE_IOERR_TRUNCATE;
    return SQLITE_OK;
}

static int sync_dir(struct vfs *vfs)
{
    if (disk_name(vfs->disk, DISK_SYNC_DIR, vfs->dir, NULL, &vfs->failure) == 0) return SQLITE_OK;
    vfs->sync_failed = true;
    return SQLITE_IOERR_DIR_FSYNC;
}

static int file_sync(sqlite3_file *sqlite, int flags)
{
    struct vfs_file *f = file_of(sqlite);

    (void)flags; /* disk_fsync makes the size durable too, which is all that SQLite may ask for */
    if (check_writable(f->vfs)) return SQLITE_IOERR_FSYNC;
    if (disk_fsync(f->file, &f->vfs->failure)) {
        f->vfs->sync_failed = true;
        return SQLITE_IOERR_FSYNC;
    }
    if (f->name_synced) return SQLITE_OK;
    if (sync_dir(f->vfs)) return SQLITE_IOERR_DIR_FSYNC;
    f->name_synced = true;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *sqlite, sqlite3_int64 *size)
{
    struct vfs_file *f = file_of(sqlite);

    *size = disk_size(f->file, &f->vfs->failure);
    return *size < 0 ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int file_lock(sqlite3_file *sqlite, int level)
{
    struct vfs_file *f = file_of(sqlite);

    (void)level;
    if (f->locked) return SQLITE_OK;
    if (disk_lock(f->file, &f->vfs->failure))
        return f->vfs->failure.code == ERR_OWNED ? SQLITE_BUSY : SQLITE_IOERR_LOCK;
    f->locked = true;
    return SQLITE_OK;
}

static int file_unlock(sqlite3_file *sqlite, int level)
{
    (void)sqlite, (void)level;
    return SQLITE_OK;
}

static int file_check_reserved_lock(sqlite3_file *sqlite, int *held)
{
    (void)sqlite;
    *held = 0; /* nobody else can hold one: ours is exclusive */
    return SQLITE_OK;
}

static int file_control(sqlite3_file *sqlite, int what, void *arg)
{
    (void)sqlite, (void)what, (void)arg;
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *sqlite)
{
    (void)sqlite;
    return SECTOR_BYTES;
}

/* A write that is torn leaves the bytes around it alone; nothing more is promised. */
static int file_characteristics(sqlite3_file *sqlite)
{
    (void)sqlite;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
};

static int refuse(struct vfs *vfs, const char *name)
{
    err_set(&vfs->failure, ERR_UNSUPPORTED, -1, "not supported yet: SQLite files other than weir.db (%s)",
            name ? name : "a temporary file");
    return SQLITE_CANTOPEN;
}

static enum disk_open open_mode(int flags)
{
    if (flags & SQLITE_OPEN_CREATE) return DISK_CREATE;
    return flags & SQLITE_OPEN_READWRITE ? DISK_WRITE : DISK_READ;
}

static int open_named(sqlite3_vfs *sqlite, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
    struct vfs *vfs = vfs_of(sqlite);
    struct vfs_file *f = file_of(file);
    int which = find_name(vfs, name);

    *f = (struct vfs_file){.vfs = vfs}; /* no methods: SQLite does not close it when this fails */
    if (which < 0) return refuse(vfs, name);
    if (disk_open(vfs->disk, vfs->path[which], open_mode(flags), &f->file, &vfs->failure)) return SQLITE_CANTOPEN;
    f->sqlite.pMethods = &file_methods;
    if (flags_out) *flags_out = flags;
    return SQLITE_OK;
}

static int delete_named(sqlite3_vfs *sqlite, const char *name, int and_sync_dir)
{
    struct vfs *vfs = vfs_of(sqlite);
    int which = find_name(vfs, name);

    if (which < 0 || check_writable(vfs)) return SQLITE_IOERR_DELETE;
    if (disk_name(vfs->disk, DISK_DELETE, vfs->path[which], NULL, &vfs->failure)) return SQLITE_IOERR_DELETE;
    return and_sync_dir ? sync_dir(vfs) : SQLITE_OK;
}

static int access_named(sqlite3_vfs *sqlite, const char *name, int what, int *answer)
{
    struct vfs *vfs = vfs_of(sqlite);
    int which = find_name(vfs, name);

    (void)what; /* what exists may be read and written */
    *answer = which < 0 ? 0 : disk_name(vfs->disk, DISK_EXISTS, vfs->path[which], NULL, &vfs->failure);
    return *answer < 0 ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int full_name(sqlite3_vfs *sqlite, const char *name, int bytes, char *out)
{
    (void)sqlite;
    sqlite3_snprintf(bytes, out, "%s", name);
    return SQLITE_OK;
}

/* Time, sleep and randomness are the system's; none of them is a file of ours. */
static int system_randomness(sqlite3_vfs *sqlite, int bytes, char *out)
{
    sqlite3_vfs *system = sqlite->pAppData;

    return system->xRandomness(system, bytes, out);
}

static int system_sleep(sqlite3_vfs *sqlite, int microseconds)
{
    sqlite3_vfs *system = sqlite->pAppData;

    return system->xSleep(system, microseconds);
}

static int system_time(sqlite3_vfs *sqlite, double *julian_day)
{
    sqlite3_vfs *system = sqlite->pAppData;

    return system->xCurrentTime(system, julian_day);
}

static int system_time_ms(sqlite3_vfs *sqlite, sqlite3_int64 *julian_ms)
{
    sqlite3_vfs *system = sqlite->pAppData;

    return system->xCurrentTimeInt64(system, julian_ms);
}

static int last_error(sqlite3_vfs *sqlite, int bytes, char *out)
{
    (void)sqlite, (void)bytes, (void)out;
    return 0;
}

static void set_paths(struct vfs *vfs, const char *path)
{
    const char *slash = strrchr(path, '/');

    for (int i = 0; i < NAME_COUNT; i++) {
        struct buf buf = {0};
        buf_puts(&buf, path);
        buf_puts(&buf, file_suffix[i]);
        vfs->path[i] = mem_strdup(buf_text(&buf));
        buf_free(&buf);
    }
    vfs->dir = mem_strdup(slash ? path : ".");
    if (slash) vfs->dir[slash == path ? 1 : slash - path] = '\0';
}

static sqlite3_vfs vfs_methods(const char *name)
{
    return (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct vfs_file),
        .mxPathname = PATH_BYTES_MAX,
        .zName = name,
        .pAppData = sqlite3_vfs_find(NULL),
        .xOpen = open_named,
        .xDelete = delete_named,
        .xAccess = access_named,
        .xFullPathname = full_name,
        .xRandomness = system_randomness,
        .xSleep = system_sleep,
        .xCurrentTime = system_time,
        .xGetLastError = last_error,
        .xCurrentTimeInt64 = system_time_ms,
    };
}

struct vfs *vfs_new(struct disk *disk, const char *path)
{
    struct vfs *vfs = mem_zalloc(sizeof *vfs);

    assert(!disk == !path);
    snprintf(vfs->name, sizeof vfs->name, "weir-%p", (void *)vfs);
    vfs->sqlite = vfs_methods(vfs->name);
    vfs->disk = disk;
    if (path) set_paths(vfs, path);
    sqlite3_vfs_register(&vfs->sqlite, 0);
    return vfs;
}

void vfs_free(struct vfs *vfs)
{
    if (!vfs) return;
    sqlite3_vfs_unregister(&vfs->sqlite);
    for (int i = 0; i < NAME_COUNT; i++) free(vfs->path[i]);
    free(vfs->dir);
    free(vfs);
}

const char *vfs_name(const struct vfs *vfs)
{
    return vfs->name;
}

const char *vfs_path(const struct vfs *vfs)
{
    return vfs->path[NAME_DATABASE] ? vfs->path[NAME_DATABASE] : "the database in memory";
}

const struct err *vfs_failure(const struct vfs *vfs)
{
    return &vfs->failure;
}
