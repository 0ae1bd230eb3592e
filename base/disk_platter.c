/* disk_platter.c - see disk_platter.h. */
#include "base/disk_platter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR_BYTES = 512 };

static void forget_pending(struct inode *inode)
{
    for (size_t i = 0; i < inode->pending_count; i++) free(inode->pending[i].bytes);
    inode->pending_count = 0;
}

struct inode *inode_new(void)
{
    struct inode *inode = mem_zalloc(sizeof *inode);

    inode->refs = 1;
    return inode;
}

struct inode *inode_ref(struct inode *inode)
{
    if (inode) inode->refs++;
    return inode;
}

void inode_unref(struct inode *inode)
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

static void inode_change(struct inode *inode, struct change change)
{
    inode->pending = mem_grow(inode->pending, &inode->pending_capacity, inode->pending_count + 1, sizeof change);
    inode->pending[inode->pending_count++] = change;
    image_apply(&inode->live, &change);
}

void inode_write(struct inode *inode, const void *bytes, size_t len, uint64_t offset)
{
    assert(len > 0);
    inode_change(inode, (struct change){.offset = offset, .len = len, .bytes = memcpy(mem_alloc(len), bytes, len)});
}

void inode_truncate(struct inode *inode, uint64_t size)
{
    inode_change(inode, (struct change){.offset = size});
}

void inode_sync(struct inode *inode)
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

bool platter_is_in(const char *path, const char *dir)
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
static void platter_change(struct platter *p, struct name_change change)
{
    p->pending = mem_grow(p->pending, &p->pending_capacity, p->pending_count + 1, sizeof change);
    p->pending[p->pending_count++] = change;
    names_apply(&p->live, &change);
}

void platter_make(struct platter *p, const char *path, struct inode *inode)
{
    platter_change(p, (struct name_change){.path = mem_strdup(path), .made = true, .inode = inode_ref(inode)});
}

void platter_delete(struct platter *p, const char *path)
{
    platter_change(p, (struct name_change){.path = mem_strdup(path)});
}

void platter_rename(struct platter *p, const char *path, const char *to)
{
    struct inode *inode = names_find(&p->live, path)->inode;

    platter_change(p, (struct name_change){
                          .path = mem_strdup(to), .from = mem_strdup(path), .made = true, .inode = inode_ref(inode)});
}

void platter_sync_dir(struct platter *p, const char *dir)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->pending_count; i++) {
        struct name_change *change = &p->pending[i];
        if (!platter_is_in(change->path, dir) && !(change->from && platter_is_in(change->from, dir))) {
            p->pending[kept++] = *change;
            continue;
        }
        names_apply(&p->durable, change);
        change_free(change);
    }
    p->pending_count = kept;
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

static void names_crash(struct platter *p, struct rng *rng)
{
    for (size_t i = 0; i < p->pending_count; i++) {
        if (rng_below(rng, 2)) names_apply(&p->durable, &p->pending[i]);
        change_free(&p->pending[i]);
    }
    p->pending_count = 0;
    names_drop_orphans(&p->durable);
    names_clear(&p->live);
    for (size_t i = 0; i < p->durable.count; i++) names_set(&p->live, p->durable.at[i].path, p->durable.at[i].inode);
}

/* An inode that has no durable name now can be reached only through files that are dead. */
void platter_crash(struct platter *p, struct rng *rng)
{
    names_crash(p, rng);
    for (size_t i = 0; i < p->durable.count; i++)
        if (p->durable.at[i].inode) inode_crash(rng, p->durable.at[i].inode);
}

void platter_free(struct platter *p)
{
    for (size_t i = 0; i < p->pending_count; i++) change_free(&p->pending[i]);
    free(p->pending);
    names_clear(&p->live);
    names_clear(&p->durable);
}

const struct name *platter_find(const struct platter *p, const char *path)
{
    return names_find(&p->live, path);
}

bool platter_is_dir(const struct platter *p, const char *path)
{
    return is_dir(&p->live, path);
}

bool platter_parent_exists(const struct platter *p, const char *path)
{
    return parent_exists(&p->live, path);
}
