/* test_checkpoint_file.c - what was written comes back; every damaged byte is found; failures of the disk are handed
 * on. */
#include "base/hash.h"
#include "runtime/checkpoint_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A disk that holds one file in memory and counts the calls; fail_at (1 is the first) fails. */
struct memory_disk {
    struct disk disk;
    struct buf bytes;
    char name[100];
    int calls, fail_at, file_syncs, dir_syncs, open_files;
    bool directory;
};
struct memory_file {
    struct file file;
    struct memory_disk *disk;
};

static int count_call(struct memory_disk *d, struct err *err)
{
    if (++d->calls != d->fail_at) return 0;
    return err_set(err, ERR_DISK, -1, "call %d fails", d->calls);
}

static int memory_open(struct disk *disk, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct memory_disk *d = (struct memory_disk *)disk;
    struct memory_file *f;

    if (count_call(d, err)) return -1;
    if (how != DISK_CREATE && strcmp(path, d->name) != 0) return err_set(err, ERR_DISK, -1, "%s: no such file", path);
    snprintf(d->name, sizeof d->name, "%s", path);
    f = mem_alloc(sizeof *f);
    *f = (struct memory_file){{disk}, d};
    d->open_files++;
    *out = &f->file;
    return 0;
}

static void memory_close(struct file *file)
{
    ((struct memory_file *)file)->disk->open_files--;
    free(file);
}

static int64_t memory_read(struct file *file, void *into, size_t len, uint64_t offset, struct err *err)
{
    struct memory_disk *d = ((struct memory_file *)file)->disk;

    if (count_call(d, err)) return -1;
    if (offset >= d->bytes.len) return 0;
    if (len > d->bytes.len - offset) len = d->bytes.len - offset;
    memcpy(into, d->bytes.ptr + offset, len);
    return (int64_t)len;
}

static int memory_write(struct file *file, const void *from, size_t len, uint64_t offset, struct err *err)
{
    struct memory_disk *d = ((struct memory_file *)file)->disk;

    if (count_call(d, err)) return -1;
    assert_int_equal(offset, d->bytes.len);
    buf_put(&d->bytes, from, len);
    return 0;
}

static int memory_sync(struct file *file, struct err *err)
{
    struct memory_disk *d = ((struct memory_file *)file)->disk;

    d->file_syncs++;
    return count_call(d, err);
}

static int memory_truncate(struct file *file, uint64_t size, struct err *err)
{
    struct memory_disk *d = ((struct memory_file *)file)->disk;

    d->bytes.len = size;
    return count_call(d, err);
}

static int64_t memory_size(struct file *file, struct err *err)
{
    struct memory_disk *d = ((struct memory_file *)file)->disk;

    return count_call(d, err) ? -1 : (int64_t)d->bytes.len;
}

static int memory_name(struct disk *disk, enum disk_name what, const char *path, const char *to, struct err *err)
{
    struct memory_disk *d = (struct memory_disk *)disk;

    (void)to;
    if (count_call(d, err)) return -1;
    switch (what) {
    case DISK_EXISTS: return d->directory;
    case DISK_MKDIR: d->directory = true; break;
    case DISK_SYNC_DIR: d->dir_syncs++; break;
    case DISK_DELETE:
        if (strcmp(path, d->name) == 0) d->name[0] = '\0';
        break;
    case DISK_RENAME: fail(); break;
    }
    return 0;
}

static const struct disk_class memory_class = {
    .open = memory_open,
    .close = memory_close,
    .read = memory_read,
    .write = memory_write,
    .sync = memory_sync,
    .truncate = memory_truncate,
    .size = memory_size,
    .name = memory_name,
};

static struct memory_disk memory_disk(void)
{
    return (struct memory_disk){.disk = {&memory_class}};
}

/* --- */

static int write_small(struct memory_disk *d, struct err *err)
{
    struct checkpoint_writer *w = checkpoint_writer_open(&d->disk, "data", 7, 5, err);

    if (!w) return -1;
    if (checkpoint_write(w, str_lit("query/1/table"), str_lit("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), err) ||
        checkpoint_write(w, str_lit("empty"), str_lit(""), err) ||
        checkpoint_write(w, str_lit("query/2/table"), str_lit("some other bytes"), err)) {
        checkpoint_writer_abandon(w);
        return -1;
    }
    return checkpoint_writer_close(w, err);
}

/* Reads all of the file: 0, or -1 with err. */
static int read_small(struct memory_disk *d, struct err *err)
{
    struct checkpoint_reader *r = checkpoint_reader_open(&d->disk, "data", 7, err);
    struct buf out = {0};
    int rc = 0;

    if (!r) return -1;
    for (uint32_t i = 0; i < checkpoint_sections(r) && rc >= 0; i++) {
        rc = checkpoint_read(r, checkpoint_section_name(r, i), &out, err);
        if (rc < 0) assert_int_equal(out.len > 0, i > 0); /* what was read before is still there */
    }
    buf_free(&out);
    checkpoint_reader_close(r);
    return rc < 0 ? -1 : 0;
}

static void sections_come_back_by_name_and_in_order(void **state)
{
    struct memory_disk d = memory_disk();
    struct checkpoint_reader *r;
    struct buf out = {0};
    struct err err;

    (void)state;
    assert_int_equal(write_small(&d, &err), 0);
    assert_string_equal(d.name, "data/state/00000007.ckpt");
    r = checkpoint_reader_open(&d.disk, "data", 7, &err);
    assert_non_null(r);
    assert_int_equal(checkpoint_previous(r), 5);
    assert_int_equal(checkpoint_sections(r), 3);
    assert_true(str_equal(checkpoint_section_name(r, 1), str_lit("empty")));
    buf_puts(&out, "before ");
    assert_int_equal(checkpoint_read(r, str_lit("query/2/table"), &out, &err), 1);
    assert_string_equal(buf_text(&out), "before some other bytes");
    assert_int_equal(checkpoint_read(r, str_lit("empty"), &out, &err), 1);
    assert_int_equal(checkpoint_read(r, str_lit("absent"), &out, &err), 0);
    assert_string_equal(buf_text(&out), "before some other bytes");
    checkpoint_reader_close(r);
    buf_free(&out);
    buf_free(&d.bytes);
}

static void a_checkpoint_without_sections_is_one(void **state)
{
    struct memory_disk d = memory_disk();
    struct err err;
    struct checkpoint_writer *w = checkpoint_writer_open(&d.disk, "data", 7, 0, &err);

    (void)state;
    assert_int_equal(checkpoint_writer_close(w, &err), 0);
    assert_int_equal(read_small(&d, &err), 0);
    buf_free(&d.bytes);
}

static void large_sections_of_any_bytes_come_back(void **state)
{
    struct memory_disk d = memory_disk();
    struct buf noise = {0}, zeros = {0}, out = {0};
    struct rng rng = {1};
    struct err err;
    struct checkpoint_writer *w = checkpoint_writer_open(&d.disk, "data", 1, 0, &err);
    struct checkpoint_reader *r;

    (void)state;
    for (int i = 0; i < 1000000; i++) buf_putc(&noise, (char)rng_next(&rng));
    zeros.len = 5000000;
    zeros.ptr = mem_zalloc(zeros.len);
    assert_int_equal(checkpoint_write(w, str_lit("noise"), str_of(noise.ptr, noise.len), &err), 0);
    assert_int_equal(checkpoint_write(w, str_lit("zeros"), str_of(zeros.ptr, zeros.len), &err), 0);
    assert_int_equal(checkpoint_writer_close(w, &err), 0);
    assert_true(d.bytes.len < 1100000);
    r = checkpoint_reader_open(&d.disk, "data", 1, &err);
    assert_int_equal(checkpoint_read(r, str_lit("noise"), &out, &err), 1);
    assert_int_equal(checkpoint_read(r, str_lit("zeros"), &out, &err), 1);
    assert_int_equal(out.len, noise.len + zeros.len);
    assert_memory_equal(out.ptr, noise.ptr, noise.len);
    assert_memory_equal(out.ptr + noise.len, zeros.ptr, zeros.len);
    checkpoint_reader_close(r);
    buf_free(&noise);
    buf_free(&zeros);
    buf_free(&out);
    buf_free(&d.bytes);
}

static void assert_damaged(struct memory_disk *d)
{
    struct err err = {0};

    assert_int_equal(read_small(d, &err), -1);
    assert_int_equal(err.code, ERR_DAMAGED);
    assert_non_null(strstr(err.text, "data/state/00000007.ckpt: damaged at byte "));
}

static void every_changed_bit_is_found(void **state)
{
    struct memory_disk d = memory_disk();
    struct err err;

    (void)state;
    assert_int_equal(write_small(&d, &err), 0);
    for (size_t i = 0; i < d.bytes.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            d.bytes.ptr[i] ^= (char)(1 << bit);
            assert_damaged(&d);
            d.bytes.ptr[i] ^= (char)(1 << bit);
        }
        d.bytes.ptr[i] ^= (char)0xff;
        assert_damaged(&d);
        d.bytes.ptr[i] ^= (char)0xff;
    }
    assert_int_equal(read_small(&d, &err), 0);
    buf_free(&d.bytes);
}

static void a_file_that_is_cut_or_goes_on_is_damaged(void **state)
{
    struct memory_disk d = memory_disk();
    struct err err;
    size_t len;

    (void)state;
    assert_int_equal(write_small(&d, &err), 0);
    len = d.bytes.len;
    for (d.bytes.len = 0; d.bytes.len < len; d.bytes.len++) assert_damaged(&d);
    buf_putc(&d.bytes, '\0');
    assert_damaged(&d);
    buf_free(&d.bytes);
}

static void a_newer_version_is_refused_by_name(void **state)
{
    struct memory_disk d = memory_disk();
    struct err err;

    (void)state;
    assert_int_equal(write_small(&d, &err), 0);
    put_u32(d.bytes.ptr + 8, CHECKPOINT_VERSION + 1);
    put_u32(d.bytes.ptr + 36, crc32c(0, d.bytes.ptr, 36));
    assert_int_equal(read_small(&d, &err), -1);
    assert_int_equal(err.code, ERR_UNSUPPORTED);
    buf_free(&d.bytes);
}

static void each_failure_of_the_disk_is_handed_on(void **state)
{
    struct err err;
    int n = 1, rc = -1;

    (void)state;
    for (; rc; n++) {
        struct memory_disk d = memory_disk();
        d.fail_at = n;
        err.code = ERR_NONE;
        rc = write_small(&d, &err);
        if (!rc) {
            d.calls = 0;
            for (d.fail_at = 1; read_small(&d, &err); d.fail_at++, d.calls = 0) assert_int_equal(err.code, ERR_DISK);
            assert_true(d.fail_at > 5);
        } else {
            assert_int_equal(err.code, ERR_DISK);
        }
        assert_int_equal(d.open_files, 0);
        buf_free(&d.bytes);
    }
    assert_true(n > 8);
}

static void closing_syncs_the_file_and_the_names(void **state)
{
    struct memory_disk d = memory_disk();
    struct err err;

    (void)state;
    assert_int_equal(write_small(&d, &err), 0);
    assert_true(d.directory);
    assert_int_equal(d.file_syncs, 1);
    assert_int_equal(d.dir_syncs, 2); /* of `data`, where `state` is new, and of `state` */
    assert_int_equal(write_small(&d, &err), 0);
    assert_int_equal(d.dir_syncs, 3);
    assert_int_equal(read_small(&d, &err), 0); /* the second replaced the first */
    buf_free(&d.bytes);
}

static void a_deleted_checkpoint_is_gone(void **state)
{
    struct memory_disk d = memory_disk();
    struct err err;

    (void)state;
    assert_int_equal(write_small(&d, &err), 0);
    assert_int_equal(checkpoint_delete(&d.disk, "data", 7, &err), 0);
    assert_int_equal(d.dir_syncs, 3);
    assert_int_equal(read_small(&d, &err), -1);
    assert_int_equal(err.code, ERR_DISK);
    assert_int_equal(checkpoint_delete(&d.disk, "data", 7, &err), 0);
    buf_free(&d.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_come_back_by_name_and_in_order),
        cmocka_unit_test(a_checkpoint_without_sections_is_one),
        cmocka_unit_test(large_sections_of_any_bytes_come_back),
        cmocka_unit_test(every_changed_bit_is_found),
        cmocka_unit_test(a_file_that_is_cut_or_goes_on_is_damaged),
        cmocka_unit_test(a_newer_version_is_refused_by_name),
        cmocka_unit_test(each_failure_of_the_disk_is_handed_on),
        cmocka_unit_test(closing_syncs_the_file_and_the_names),
        cmocka_unit_test(a_deleted_checkpoint_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
