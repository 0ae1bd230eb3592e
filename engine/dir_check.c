/* dir_check.c - a data directory is verified: the log by log_check, weir.db by SQLite, the checkpoint by reading all of
 * its sections. */
#include "engine/dir_open.h"

#include "runtime/checkpoint_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dir_verify {
    struct engine engine; /* only disk, dir and database */
    dir_finding_handler found;
    void *arg;
    uint64_t damages;
};

/* What err says is a finding; other failures end the check. Returns -1 for those. */
static int report(struct dir_verify *v, const struct err *err)
{
    struct dir_finding finding = {true, err->text};

    if (err->code != ERR_DAMAGED && err->code != ERR_UNSUPPORTED) return -1;
    v->damages++;
    v->found(v->arg, &finding);
    return 0;
}

static void take_log_finding(void *arg, const struct log_finding *f)
{
    struct dir_verify *v = arg;
    struct dir_finding finding = {f->damaged, f->text};

    v->found(v->arg, &finding);
}

/* Every section of one file. */
static int check_sections(struct dir_verify *v, struct checkpoint_reader *r, struct err *err)
{
    struct buf bytes = {0};
    int failed = 0;

    for (uint32_t i = 0; !failed && i < checkpoint_sections(r); i++) {
        bytes.len = 0;
        if (checkpoint_read(r, checkpoint_section_name(r, i), &bytes, err) < 0) failed = report(v, err);
    }
    buf_free(&bytes);
    return failed;
}

static int check_state(struct dir_verify *v, uint64_t number, struct err *err)
{
    struct checkpoint_reader *r = checkpoint_reader_open(v->engine.disk, v->engine.dir, number, err);
    int failed;

    if (!r) return report(v, err);
    failed = check_sections(v, r, err);
    checkpoint_reader_close(r);
    return failed;
}

/* Files that weir.db does not name count for nothing. */
static int check_checkpoint(struct dir_verify *v, struct err *err)
{
    uint64_t first, last;

    if (checkpoint_verify(&v->engine, &first, &last, err)) return report(v, err);
    for (uint64_t n = first; n && n <= last; n++) {
        if (check_state(v, n, err)) return -1;
    }
    return 0;
}

static int check_database(struct dir_verify *v, struct err *err)
{
    char *path = engine_path(&v->engine, "weir.db");
    int there = disk_name(v->engine.disk, DISK_EXISTS, path, NULL, err);

    if (there == 0) {
        free(path);
        return 0; /* it is made by the first opening, and the journal may have nothing yet */
    }
    if (there > 0) there = database_open(v->engine.disk, path, &v->engine.database, err);
    if (!there) there = database_check(v->engine.database, err);
    free(path);
    if (there) return report(v, err);
    return check_checkpoint(v, err);
}

int dir_check(struct disk *disk, const char *dir, dir_finding_handler found, void *arg, uint64_t *damages,
              struct err *err)
{
    struct dir_verify v = {.engine = {.disk = disk, .dir = (char *)(uintptr_t)dir}, .found = found, .arg = arg};
    struct file *lock;
    uint64_t in_log = 0;
    int failed = dir_lock(disk, dir, &lock, err);

    *damages = 0;
    if (failed) return -1;
    failed = log_check(disk, dir, take_log_finding, &v, &in_log, err) || check_database(&v, err);
    database_close(v.engine.database);
    disk_close(lock);
    *damages = v.damages + in_log;
    return failed ? -1 : 0;
}
