/* kill.c - a process is really killed, by SIGKILL, at any change it makes to the disk, and the next one goes on.
 *
 * A child runs the workload on a directory of the real disk, through a disk that kills its own process before the n-th
 * change. How far the child came stands in memory that both share. Sometimes the child that recovers is killed, too;
 * the parent finishes the workload and compares with a run that nobody killed.
 *
 *     kill [KILLS [FIRST_SEED]] */
#include "tests/crash/workload.h"

#include <ftw.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLS = 100, KILLED_MAX = 3, FAILED_MAX = 10 };

/* ---- the disk that kills ---- */

struct deadly {
    struct disk disk; /* must be first */
    struct disk *inner;
    uint64_t calls, kill_at; /* 0: never */
};

struct deadly_file {
    struct file file; /* must be first */
    struct file *inner;
};

static struct deadly *deadly_of(struct disk *d)
{
    return (struct deadly *)d;
}

static struct file *inner_of(struct file *f)
{
    return ((struct deadly_file *)f)->inner;
}

static void count_change(struct disk *d)
{
    struct deadly *k = deadly_of(d);

    if (++k->calls == k->kill_at) raise(SIGKILL);
}

static int deadly_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct deadly_file *f = mem_zalloc(sizeof *f);

    f->file.disk = d;
    *out = &f->file;
    if (disk_open(deadly_of(d)->inner, path, how, &f->inner, err) == 0) return 0;
    free(f);
    return -1;
}

static void deadly_close(struct file *f)
{
    disk_close(inner_of(f));
    free(f);
}

static int64_t deadly_read(struct file *f, void *into, size_t len, uint64_t offset, struct err *err)
{
    return disk_read(inner_of(f), into, len, offset, err);
}

/* Half of a write may be done. */
static int deadly_write(struct file *f, const void *from, size_t len, uint64_t offset, struct err *err)
{
    struct deadly *k = deadly_of(f->disk);

    if (k->calls + 1 == k->kill_at && disk_write(inner_of(f), from, len / 2, offset, err)) return -1;
    count_change(f->disk);
    return disk_write(inner_of(f), from, len, offset, err);
}

static int deadly_sync(struct file *f, struct err *err)
{
    count_change(f->disk);
    return disk_fsync(inner_of(f), err);
}

static int deadly_truncate(struct file *f, uint64_t size, struct err *err)
{
    count_change(f->disk);
    return disk_truncate(inner_of(f), size, err);
}

static int64_t deadly_size(struct file *f, struct err *err)
{
    return disk_size(inner_of(f), err);
}

static int deadly_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    if (what != DISK_EXISTS) count_change(d);
    return disk_name(deadly_of(d)->inner, what, path, to, err);
}

static int deadly_list(struct disk *d, const char *dir, struct buf *out, struct err *err)
{
    return disk_list(deadly_of(d)->inner, dir, out, err);
}

static int deadly_lock(struct file *f, struct err *err)
{
    return disk_lock(inner_of(f), err);
}

static void deadly_free(struct disk *d)
{
    disk_free(deadly_of(d)->inner);
    free(d);
}

static struct disk *deadly_new(void)
{
    static const struct disk_class class = {deadly_open, deadly_close,    deadly_read, deadly_write,
                                            deadly_sync, deadly_truncate, deadly_size, deadly_name,
                                            deadly_list, deadly_lock,     deadly_free};
    struct deadly *k = mem_zalloc(sizeof *k);

    k->disk.class = &class;
    k->inner = disk_real(DISK_SYNC);
    return &k->disk;
}

/* ---- a place to work ---- */

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

struct place {
    char *root, *dir;
    struct disk *disk;
    struct run *run; /* shared with children */
};

static int place_make(struct place *p, const struct buf *input, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    struct buf path = {0};

    buf_printf(&path, "%s/weir-kill-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    p->root = mem_strdup(buf_text(&path));
    buf_puts(&path, "/db");
    if (!mkdtemp(p->root)) return err_set(err, ERR_DISK, -1, "cannot make %s", p->root);
    p->dir = mem_alloc(path.len + 1);
    sprintf(p->dir, "%s/db", p->root);
    buf_free(&path);
    p->disk = deadly_new();
    p->run = mmap(NULL, sizeof *p->run, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *p->run = run_new(p->disk, p->dir, p->root);
    return put_file(p->disk, p->root, "events.jsonl", str_of(input->ptr, input->len), err);
}

static void place_remove(struct place *p)
{
    munmap(p->run, sizeof *p->run);
    disk_free(p->disk);
    nftw(p->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(p->root);
    free(p->dir);
}

/* ---- cases ---- */

static int run_and_close(struct run *r, struct err *err)
{
    struct engine *e;

    run_set_clock(r, STEP_COUNT);
    if (run_open(r, &e, err)) return -1;
    if (run_to(r, e, STEP_COUNT, err)) {
        engine_abandon(e);
        return -1;
    }
    return engine_close(e, err);
}

static int read_results(struct run *r, struct buf *out, struct err *err)
{
    struct engine *e;
    int failed;

    if (run_open(r, &e, err)) return -1;
    failed = results_text(e, out, err);
    engine_abandon(e);
    return failed;
}

/* A child works until it is killed: 1; or has finished: 0. */
static int run_child(struct place *p, uint64_t kill_at, struct err *err)
{
    pid_t child;
    int status;

    fflush(stdout);
    child = fork();
    if (child < 0) return err_set(err, ERR_DISK, -1, "cannot fork");
    if (child == 0) {
        deadly_of(p->disk)->calls = 0;
        deadly_of(p->disk)->kill_at = kill_at;
        if (run_and_close(p->run, err) == 0) _exit(0);
        printf("child: %s\n", err->text);
        fflush(stdout);
        _exit(1);
    }
    if (waitpid(child, &status, 0) < 0) return err_set(err, ERR_DISK, -1, "cannot wait for a child");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return 1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    return err_set(err, ERR_VALUE, -1, "the child ended with status %d", status);
}

static void choose_mode(struct run *r, struct rng *rng)
{
    r->options.cut = rng_below(rng, 2) ? CUT_NORMAL : CUT_RANDOM;
    r->options.seed = rng_next(rng);
    r->options.file_bytes_max = choose_file_bytes(rng);
    r->options.lanes = 1 + (int)rng_below(rng, 4);
}

static int run_case(struct place *p, struct rng *rng, uint64_t calls, uint64_t *kills, struct buf *out, struct err *err)
{
    int left = 1 + (int)rng_below(rng, KILLED_MAX), killed = 1;

    for (uint64_t range = calls; killed == 1 && left > 0; left--, range = rng_below(rng, 2) ? 40 : calls) {
        choose_mode(p->run, rng);
        killed = run_child(p, 1 + rng_below(rng, range), err);
        if (killed < 0) return -1;
        *kills += (uint64_t)killed;
    }
    choose_mode(p->run, rng);
    if (run_and_close(p->run, err)) return -1;
    return read_results(p->run, out, err);
}

static int check_case(const struct buf *input, const struct buf *expected, uint64_t calls, uint64_t seed,
                      uint64_t *kills)
{
    struct place p;
    struct rng rng = {seed};
    struct err err = {0};
    struct buf out = {0};
    int failed = place_make(&p, input, &err) || run_case(&p, &rng, calls, kills, &out, &err);

    if (failed)
        printf("seed %llu: step %d: %s\n", (unsigned long long)seed, p.run->step, err.text);
    else if (strcmp(buf_text(&out), expected->ptr) != 0) {
        printf("seed %llu: another result\n", (unsigned long long)seed);
        print_difference(buf_text(&out), expected->ptr);
        failed = 1;
    }
    place_remove(&p);
    buf_free(&out);
    return failed;
}

static int make_reference(const struct buf *input, struct buf *out, uint64_t *calls, struct err *err)
{
    struct place p;
    int failed = place_make(&p, input, err);

    if (!failed) p.run->options.file_bytes_max = FILE_BYTES_SMALL;
    failed = failed || run_and_close(p.run, err);

    *calls = deadly_of(p.disk)->calls;
    failed = failed || read_results(p.run, out, err);
    buf_text(out);
    place_remove(&p);
    return failed;
}

int main(int argc, char **argv)
{
    uint64_t want = argc > 1 ? strtoull(argv[1], NULL, 10) : KILLS, first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t kills = 0, calls;
    struct buf input = {0}, expected = {0};
    struct err err = {0};
    int failed = 0;

    events_text(0, EVENT_COUNT, &input);
    if (make_reference(&input, &expected, &calls, &err)) {
        printf("without a kill: %s\n", err.text);
        return report(0, 1);
    }
    printf("seeds from %llu, %llu disk calls without a kill\n", (unsigned long long)first, (unsigned long long)calls);
    for (uint64_t seed = first; kills < want && failed < FAILED_MAX; seed++)
        failed += check_case(&input, &expected, calls, seed, &kills) != 0;
    buf_free(&input);
    buf_free(&expected);
    return report((int)kills - failed, failed);
}
