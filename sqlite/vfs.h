/* vfs.h - SQLite's view of a struct disk: the only way by which SQLite reaches files.
 * One object per database. It knows one database, named VFS_DATABASE whatever its path is (so no path is ever taken for
 * a URI), that file's journal and its write-ahead log (of a database that another program left in WAL mode). Everything
 * else, temporary files included, is refused: SQLite keeps those in memory (PRAGMA temp_store). */
#ifndef WEIR_SQLITE_VFS_H
#define WEIR_SQLITE_VFS_H

#include "base/disk.h"

#define VFS_DATABASE "weir.db"

struct vfs;

/* Registers a VFS under a name of its own. path is copied, disk is borrowed; both NULL: a VFS without any file. */
struct vfs *vfs_new(struct disk *disk, const char *path);
/* After the connection that used it was closed. NULL is fine. */
void vfs_free(struct vfs *vfs);
/* The name to open a connection with. */
const char *vfs_name(const struct vfs *vfs);
/* The database's path, for messages. */
const char *vfs_path(const struct vfs *vfs);
/* The last failure as the disk told it; its code is ERR_NONE when there was none. Whenever SQLite reports an I/O error,
 * this is its reason. */
const struct err *vfs_failure(const struct vfs *vfs);

#endif
