/* checkpoint_file.c - see checkpoint_file.h.
 * Sections are compressed and read in pieces, so a large one is not held in memory twice. Every byte of a file is under
 * one CRC: the head and the foot under their own, the table under the foot's, each frame under the table's. */
#include "runtime/checkpoint_file.h"

#include "base/hash.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { HEAD_BYTES = 40, FOOT_BYTES = 32, ENTRY_BYTES = 32, PIECE_BYTES = 256 * 1024, ZSTD_LEVEL = 1 };

static const char head_magic[8] = {'W', 'E', 'I', 'R', 'C', 'K', 'P', 'T'};
static const char foot_magic[8] = {'T', 'P', 'K', 'C', 'R', 'I', 'E', 'W'};

void checkpoint_path(const char *dir, uint64_t number, struct buf *out)
{
    buf_printf(out, "%s/state/%08" PRIu64 ".ckpt", dir, number);
}

static void state_path(const char *dir, struct buf *out)
{
    buf_printf(out, "%s/state", dir);
}

/* --- writing --- */

struct checkpoint_writer {
    struct disk *disk;
    char *dir;
    struct file *file;
    uint64_t end; /* bytes written */
    struct buf table;
    uint32_t sections;
    ZSTD_CCtx *zstd;
    char piece[PIECE_BYTES];
};

static int append(struct checkpoint_writer *w, const void *bytes, size_t len, struct err *err)
{
    if (disk_write(w->file, bytes, len, w->end, err)) return -1;
    w->end += len;
    return 0;
}

static int sync_state_dir(struct disk *disk, const char *dir, struct err *err)
{
    struct buf path = {0};
    int rc;

    state_path(dir, &path);
    rc = disk_name(disk, DISK_SYNC_DIR, buf_text(&path), NULL, err);
    buf_free(&path);
    return rc;
}

static int make_state_dir(struct disk *disk, const char *dir, struct err *err)
{
    struct buf path = {0};
    int rc;

    state_path(dir, &path);
    rc = disk_name(disk, DISK_EXISTS, buf_text(&path), NULL, err);
    if (rc == 0) {
        rc = disk_name(disk, DISK_MKDIR, buf_text(&path), NULL, err);
        if (rc == 0) rc = disk_name(disk, DISK_SYNC_DIR, dir, NULL, err);
    }
    buf_free(&path);
    return rc < 0 ? -1 : 0;
}

static int write_head(struct checkpoint_writer *w, uint64_t number, uint64_t previous, struct err *err)
{
    char head[HEAD_BYTES] = {0};

    memcpy(head, head_magic, 8);
    put_u32(head + 8, CHECKPOINT_VERSION);
    put_u64(head + 16, number);
    put_u64(head + 24, previous);
    put_u32(head + 36, crc32c(0, head, 36));
    return append(w, head, HEAD_BYTES, err);
}

static int open_empty(struct checkpoint_writer *w, uint64_t number, struct err *err)
{
    struct buf path = {0};
    int rc;

    checkpoint_path(w->dir, number, &path);
    rc = disk_open(w->disk, buf_text(&path), DISK_CREATE, &w->file, err);
    if (rc == 0) rc = disk_truncate(w->file, 0, err);
    buf_free(&path);
    return rc;
}

struct checkpoint_writer *checkpoint_writer_open(struct disk *disk, const char *dir, uint64_t number, uint64_t previous,
                                                 struct err *err)
{
    struct checkpoint_writer *w = mem_zalloc(sizeof *w);

    assert(number > previous);
    w->disk = disk;
    w->dir = mem_strdup(dir);
    w->zstd = ZSTD_createCCtx();
    assert(w->zstd);
    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    if (make_state_dir(disk, dir, err) || open_empty(w, number, err) || write_head(w, number, previous, err)) {
        checkpoint_writer_abandon(w);
        return NULL;
    }
    return w;
}

/* Compresses bytes into the file. Returns 0 and the CRC of the frame. */
static int write_frame(struct checkpoint_writer *w, struct str bytes, uint32_t *crc, struct err *err)
{
    ZSTD_inBuffer in = {bytes.ptr, bytes.len, 0};
    size_t left;

    *crc = 0;
    ZSTD_CCtx_reset(w->zstd, ZSTD_reset_session_only);
    ZSTD_CCtx_setPledgedSrcSize(w->zstd, bytes.len);
    do {
        ZSTD_outBuffer out = {w->piece, PIECE_BYTES, 0};
        left = ZSTD_compressStream2(w->zstd, &out, &in, ZSTD_e_end);
        assert(!ZSTD_isError(left));
        *crc = crc32c(*crc, w->piece, out.pos);
        if (append(w, w->piece, out.pos, err)) return -1;
    } while (left);
    return 0;
}

int checkpoint_write(struct checkpoint_writer *w, struct str name, struct str bytes, struct err *err)
{
    uint64_t start = w->end;
    uint32_t crc;
    char *entry;

    assert(name.len > 0 && name.len <= CHECKPOINT_NAME_MAX);
    if (write_frame(w, bytes, &crc, err)) return -1;
    entry = buf_reserve(&w->table, ENTRY_BYTES);
    put_u64(entry, start);
    put_u64(entry + 8, w->end - start);
    put_u64(entry + 16, bytes.len);
    put_u32(entry + 24, crc);
    put_u32(entry + 28, (uint32_t)name.len);
    w->table.len += ENTRY_BYTES;
    buf_put(&w->table, name.ptr, name.len);
    w->sections++;
    return 0;
}

static int write_table_and_foot(struct checkpoint_writer *w, struct err *err)
{
    char foot[FOOT_BYTES] = {0};

    put_u64(foot, w->end);
    put_u32(foot + 8, w->sections);
    put_u32(foot + 12, crc32c(0, w->table.ptr, w->table.len));
    memcpy(foot + 16, foot_magic, 8);
    put_u32(foot + 28, crc32c(0, foot, 28));
    if (w->table.len && append(w, w->table.ptr, w->table.len, err)) return -1;
    return append(w, foot, FOOT_BYTES, err);
}

int checkpoint_writer_close(struct checkpoint_writer *w, struct err *err)
{
    int rc = write_table_and_foot(w, err);

    if (rc == 0) rc = disk_fsync(w->file, err);
    if (rc == 0) rc = sync_state_dir(w->disk, w->dir, err);
    checkpoint_writer_abandon(w);
    return rc;
}

void checkpoint_writer_abandon(struct checkpoint_writer *w)
{
    if (!w) return;
    disk_close(w->file);
    ZSTD_freeCCtx(w->zstd);
    buf_free(&w->table);
    free(w->dir);
    free(w);
}

/* --- reading --- */

struct section {
    uint64_t start, packed, bytes;
    uint32_t crc;
    struct str name; /* in the reader's table */
};

struct checkpoint_reader {
    struct file *file;
    char *path;
    uint64_t previous, end; /* end: of the file */
    uint64_t table_start;
    struct buf table;
    struct section *section;
    uint32_t sections;
    ZSTD_DCtx *zstd;
    char *piece; /* PIECE_BYTES of a frame */
};

static int damaged(const struct checkpoint_reader *r, uint64_t at, const char *what, struct err *err)
{
    return err_set(err, ERR_DAMAGED, -1, "%s: damaged at byte %" PRIu64 ": %s", r->path, at, what);
}

/* Reads exactly len bytes; a file that ends before is damaged. */
static int read_at(const struct checkpoint_reader *r, void *into, size_t len, uint64_t at, struct err *err)
{
    int64_t n = len ? disk_read(r->file, into, len, at, err) : 0;

    if (n < 0) return -1;
    if ((size_t)n < len) return damaged(r, at + (uint64_t)n, "the file ends here", err);
    return 0;
}

static int read_head(struct checkpoint_reader *r, uint64_t number, struct err *err)
{
    char head[HEAD_BYTES];

    if (read_at(r, head, HEAD_BYTES, 0, err)) return -1;
    if (memcmp(head, head_magic, 8) != 0) return damaged(r, 0, "this is no checkpoint", err);
    if (get_u32(head + 36) != crc32c(0, head, 36)) return damaged(r, 0, "the head's checksum is wrong", err);
    if (get_u32(head + 8) != CHECKPOINT_VERSION || get_u32(head + 12) != 0) {
        return err_set(err, ERR_UNSUPPORTED, -1,
                       "not supported yet: %s is of version %u with features %x; this program reads version %d",
                       r->path, get_u32(head + 8), get_u32(head + 12), CHECKPOINT_VERSION);
    }
    if (get_u64(head + 16) != number) return damaged(r, 16, "it has another checkpoint's number", err);
    r->previous = get_u64(head + 24);
    return 0;
}

static int read_table(struct checkpoint_reader *r, struct err *err)
{
    char foot[FOOT_BYTES];
    uint64_t foot_start = r->end - FOOT_BYTES;

    if (r->end < HEAD_BYTES + FOOT_BYTES) return damaged(r, r->end, "the file ends here", err);
    if (read_at(r, foot, FOOT_BYTES, foot_start, err)) return -1;
    if (memcmp(foot + 16, foot_magic, 8) != 0 || get_u32(foot + 28) != crc32c(0, foot, 28)) {
        return damaged(r, foot_start, "the foot is missing or its checksum is wrong", err);
    }
    r->table_start = get_u64(foot);
    r->sections = get_u32(foot + 8);
    if (r->table_start < HEAD_BYTES || r->table_start > foot_start) {
        return damaged(r, foot_start, "the table is outside of the file", err);
    }
    r->table.len = foot_start - r->table_start;
    r->table.ptr = mem_alloc(r->table.len);
    if (read_at(r, r->table.ptr, r->table.len, r->table_start, err)) return -1;
    if (get_u32(foot + 12) != crc32c(0, r->table.ptr, r->table.len)) {
        return damaged(r, r->table_start, "the table's checksum is wrong", err);
    }
    return 0;
}

/* One entry of the table, which must begin where the section before ended. */
static int parse_entry(struct checkpoint_reader *r, size_t *at, struct section *s, uint64_t start)
{
    const char *p = r->table.ptr + *at;
    uint32_t name_len;

    if (r->table.len - *at < ENTRY_BYTES) return -1;
    name_len = get_u32(p + 28);
    if (name_len == 0 || name_len > CHECKPOINT_NAME_MAX || r->table.len - *at - ENTRY_BYTES < name_len) return -1;
    *s = (struct section){get_u64(p), get_u64(p + 8), get_u64(p + 16), get_u32(p + 24),
                          str_of(p + ENTRY_BYTES, name_len)};
    *at += ENTRY_BYTES + name_len;
    return s->start == start && s->packed <= r->table_start - start ? 0 : -1;
}

static int parse_table(struct checkpoint_reader *r, struct err *err)
{
    uint64_t start = HEAD_BYTES;
    size_t at = 0;

    if (r->sections > r->table.len / ENTRY_BYTES) return damaged(r, r->table_start, "the table is too short", err);
    r->section = mem_zalloc(r->sections * sizeof *r->section);
    for (uint32_t i = 0; i < r->sections; i++) {
        uint64_t entry_start = r->table_start + at;
        if (parse_entry(r, &at, &r->section[i], start)) {
            return damaged(r, entry_start, "an entry of the table is wrong", err);
        }
        start += r->section[i].packed;
    }
    if (at != r->table.len || start != r->table_start) {
        return damaged(r, r->table_start, "the table does not cover the file", err);
    }
    return 0;
}

static int reader_load(struct checkpoint_reader *r, struct disk *disk, uint64_t number, struct err *err)
{
    int64_t size;

    if (disk_open(disk, r->path, DISK_READ, &r->file, err)) return -1;
    size = disk_size(r->file, err);
    if (size < 0) return -1;
    r->end = (uint64_t)size;
    if (read_head(r, number, err) || read_table(r, err)) return -1;
    return parse_table(r, err);
}

struct checkpoint_reader *checkpoint_reader_open(struct disk *disk, const char *dir, uint64_t number, struct err *err)
{
    struct checkpoint_reader *r = mem_zalloc(sizeof *r);
    struct buf path = {0};

    r->zstd = ZSTD_createDCtx();
    assert(r->zstd);
    r->piece = mem_alloc(PIECE_BYTES);
    checkpoint_path(dir, number, &path);
    r->path = mem_strdup(buf_text(&path));
    buf_free(&path);
    if (reader_load(r, disk, number, err)) {
        checkpoint_reader_close(r);
        return NULL;
    }
    return r;
}

void checkpoint_reader_close(struct checkpoint_reader *r)
{
    if (!r) return;
    disk_close(r->file);
    buf_free(&r->table);
    ZSTD_freeDCtx(r->zstd);
    free(r->piece);
    free(r->section);
    free(r->path);
    free(r);
}

uint64_t checkpoint_previous(const struct checkpoint_reader *r)
{
    return r->previous;
}

uint32_t checkpoint_sections(const struct checkpoint_reader *r)
{
    return r->sections;
}

struct str checkpoint_section_name(const struct checkpoint_reader *r, uint32_t i)
{
    assert(i < r->sections);
    return r->section[i].name;
}

static const struct section *section_find(const struct checkpoint_reader *r, struct str name)
{
    for (uint32_t i = 0; i < r->sections; i++) {
        if (str_equal(r->section[i].name, name)) return &r->section[i];
    }
    return NULL;
}

/* Decompresses the frame piece by piece into `into`, which has the section's size. *crc: of the frame. Returns -2 when
 * it is no frame of that size; that the CRC will say, too. */
static int read_frame(const struct checkpoint_reader *r, const struct section *s, char *into, uint32_t *crc,
                      struct err *err)
{
    ZSTD_outBuffer out = {into, s->bytes, 0};
    size_t left = 1;

    *crc = 0;
    ZSTD_DCtx_reset(r->zstd, ZSTD_reset_session_only);
    for (uint64_t at = 0; at < s->packed;) {
        size_t len = s->packed - at < PIECE_BYTES ? (size_t)(s->packed - at) : PIECE_BYTES;
        ZSTD_inBuffer in = {r->piece, len, 0};

        if (read_at(r, r->piece, len, s->start + at, err)) return -1;
        *crc = crc32c(*crc, r->piece, len);
        while (in.pos < in.size) {
            size_t before = in.pos;
            left = ZSTD_decompressStream(r->zstd, &out, &in);
            if (ZSTD_isError(left) || in.pos == before) return -2;
        }
        at += len;
    }
    return left == 0 && out.pos == s->bytes ? 0 : -2;
}

static int read_section(const struct checkpoint_reader *r, const struct section *s, char *into, struct err *err)
{
    uint32_t crc;
    int rc = read_frame(r, s, into, &crc, err);

    if (rc == -2 || (rc == 0 && crc != s->crc)) rc = damaged(r, s->start, "a section's checksum is wrong", err);
    return rc;
}

int checkpoint_read(const struct checkpoint_reader *r, struct str name, struct buf *out, struct err *err)
{
    const struct section *s = section_find(r, name);

    if (!s) return 0;
    if (read_section(r, s, buf_reserve(out, s->bytes), err)) return -1;
    out->len += s->bytes;
    return 1;
}

int checkpoint_delete(struct disk *disk, const char *dir, uint64_t number, struct err *err)
{
    struct buf path = {0};
    int rc;

    checkpoint_path(dir, number, &path);
    rc = disk_name(disk, DISK_DELETE, buf_text(&path), NULL, err);
    buf_free(&path);
    return rc ? -1 : sync_state_dir(disk, dir, err);
}
