/* disk_platter.h - what the simulated disk holds; private to base/disk_sim.c.
 *
 * A file is an inode with two images: `live` is what programs see, `durable` what is safe; between them stands the list
 * of changes since the last sync. Likewise names: a live table, a durable one, and the changes since their directory
 * was synced. A crash walks each list and decides by seed, change by change, what reached the platter; nothing is
 * promised about their order.
 *
 * Paths are compared as they are written ("a//b" is not "a/b"). "." and "/" exist always. Nothing here locks. */
#ifndef WEIR_BASE_DISK_PLATTER_H
#define WEIR_BASE_DISK_PLATTER_H

#include "base/hash.h"
#include "base/mem.h"

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
    const void *locked_by; /* NULL: nobody */
};

/* A new one has one reference; the last one to go frees it. NULL (a directory) has none. */
struct inode *inode_new(void);
struct inode *inode_ref(struct inode *inode);
void inode_unref(struct inode *inode);
/* len > 0. */
void inode_write(struct inode *inode, const void *bytes, size_t len, uint64_t offset);
void inode_truncate(struct inode *inode, uint64_t size);
void inode_sync(struct inode *inode);

struct name {
    char *path;
    struct inode *inode; /* NULL: a directory */
};

struct names {
    struct name *at;
    size_t count, capacity;
};

/* path names inode from now on (or nothing, if `made` is false); if from is not NULL, its name goes in the same step.
 */
struct name_change {
    char *path, *from;
    bool made;
    struct inode *inode;
};

struct platter {
    struct names live, durable;
    struct name_change *pending;
    size_t pending_count, pending_capacity;
};

void platter_free(struct platter *p);
/* The live name, or NULL. */
const struct name *platter_find(const struct platter *p, const char *path);
bool platter_is_dir(const struct platter *p, const char *path);
bool platter_parent_exists(const struct platter *p, const char *path);
/* True when the path is directly in the directory. */
bool platter_is_in(const char *path, const char *dir);

/* The changes. A NULL inode makes a directory. */
void platter_make(struct platter *p, const char *path, struct inode *inode);
void platter_delete(struct platter *p, const char *path);
void platter_rename(struct platter *p, const char *path, const char *to);
void platter_sync_dir(struct platter *p, const char *dir);
/* Afterwards the live names and images are the durable ones, and nothing is locked. */
void platter_crash(struct platter *p, struct rng *rng);

#endif
