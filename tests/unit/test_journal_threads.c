/* test_journal_threads.c - many threads on one journal: one sync for all, one order, nothing lost. Run it with tsan. */
#include "tests/unit/journal_helper.h"

#include <pthread.h>
#include <sched.h>

/* A disk over a simulated one whose first sync, once armed, waits until a number of writers have put. */
struct gate {
    struct disk disk; /* must be first */
    struct disk *inner;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int waits_for; /* 0: not armed */
    int put;
};

struct gate_file {
    struct file file; /* must be first */
    struct file *inner;
};

static struct file *inner(struct file *f)
{
    return ((struct gate_file *)f)->inner;
}

static int gate_open(struct disk *d, const char *path, enum disk_open how, struct file **out, struct err *err)
{
    struct gate_file *f = mem_zalloc(sizeof *f);

    f->file.disk = d;
    if (disk_open(((struct gate *)d)->inner, path, how, &f->inner, err)) {
        free(f);
        return -1;
    }
    *out = &f->file;
    return 0;
}

static void gate_close(struct file *f)
{
    disk_close(inner(f));
    free(f);
}

static int64_t gate_read(struct file *f, void *into, size_t len, uint64_t offset, struct err *err)
{
    return disk_read(inner(f), into, len, offset, err);
}

static int gate_write(struct file *f, const void *from, size_t len, uint64_t offset, struct err *err)
{
    return disk_write(inner(f), from, len, offset, err);
}

static int gate_sync(struct file *f, struct err *err)
{
    struct gate *gate = (struct gate *)f->disk;

    pthread_mutex_lock(&gate->mutex);
    while (gate->waits_for && gate->put < gate->waits_for) pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->waits_for = 0;
    pthread_mutex_unlock(&gate->mutex);
    return disk_fsync(inner(f), err);
}

static int gate_truncate(struct file *f, uint64_t size, struct err *err)
{
    return disk_truncate(inner(f), size, err);
}

static int64_t gate_size(struct file *f, struct err *err)
{
    return disk_size(inner(f), err);
}

static int gate_name(struct disk *d, enum disk_name what, const char *path, const char *to, struct err *err)
{
    return disk_name(((struct gate *)d)->inner, what, path, to, err);
}

static int gate_list(struct disk *d, const char *path, struct buf *out, struct err *err)
{
    return disk_list(((struct gate *)d)->inner, path, out, err);
}

static const struct disk_class gate_class = {.open = gate_open,
                                             .close = gate_close,
                                             .read = gate_read,
                                             .write = gate_write,
                                             .sync = gate_sync,
                                             .truncate = gate_truncate,
                                             .size = gate_size,
                                             .name = gate_name,
                                             .list = gate_list};

enum { WRITERS = 64, PUTS = 20 };

struct writer {
    struct journal *j;
    struct gate *gate;
    int number;
    int failures;
};

static void *put_once(void *arg)
{
    struct writer *w = arg;
    uint64_t ticket;
    char text[8];
    struct err err;

    snprintf(text, sizeof text, "%d", w->number);
    w->failures += journal_put(w->j, ENTRY_DDL, 1, str_lit(text), &ticket, &err) != 0;
    pthread_mutex_lock(&w->gate->mutex);
    w->gate->put++;
    pthread_cond_broadcast(&w->gate->changed);
    pthread_mutex_unlock(&w->gate->mutex);
    w->failures += journal_sync(w->j, ticket, &err) != 0;
    return NULL;
}

/* Runs 64 writers and counts their failures. */
static int run_writers(struct journal *j, struct gate *gate, void *(*work)(void *))
{
    pthread_t threads[WRITERS];
    struct writer writers[WRITERS];
    int failures = 0;

    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.j = j, .gate = gate, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &writers[i]), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        failures += writers[i].failures;
    }
    return failures;
}

static int number_of(struct str text)
{
    int number = 0;

    for (size_t i = 0; i < text.len; i++) number = number * 10 + text.ptr[i] - '0';
    return number;
}

/* Each writer's numbers must be there, each once, and those of one writer in order. */
static void expect_each_once(struct journal *j, int each)
{
    struct journal_cursor *c = cursor_at(j, beginning);
    struct journal_entry entry;
    int next[WRITERS] = {0};
    uint64_t ordinal = 1;
    struct err err;

    while (journal_next(c, &entry, &err) > 0) {
        int number = number_of(entry.payload);
        assert_int_equal(entry.ordinal, ordinal++);
        assert_in_range(number % 1000, 0, WRITERS - 1);
        assert_int_equal(number / 1000, next[number % 1000]++);
    }
    for (int i = 0; i < WRITERS; i++) assert_int_equal(next[i], each);
    journal_cursor_close(c);
}

static void one_sync_serves_all_who_put_while_another_was_running(void **state)
{
    struct gate gate = {.disk.class = &gate_class,
                        .inner = disk_sim(1),
                        .mutex = PTHREAD_MUTEX_INITIALIZER,
                        .changed = PTHREAD_COND_INITIALIZER};
    struct journal *j = open_on(&gate.disk);

    (void)state;
    gate.waits_for = WRITERS;
    assert_int_equal(run_writers(j, &gate, put_once), 0);
    assert_in_range(journal_stats(j).syncs, 1, 2);
    assert_int_equal(journal_durable_ordinal(j), WRITERS + 1);
    expect_each_once(j, 1);
    journal_abandon(j);
    disk_free(gate.inner);
}

/* Puts and, by turns, syncs or writes; the journal's other functions in between. */
static void *put_often(void *arg)
{
    struct writer *w = arg;

    for (int i = 0; i < PUTS; i++) {
        struct err err;
        uint64_t ticket, ordinal;
        char text[16];

        snprintf(text, sizeof text, "%d", i * 1000 + w->number);
        w->failures += journal_put(w->j, ENTRY_DDL, 1, str_lit(text), &ticket, &err) != 0;
        if ((i + w->number) % 3)
            w->failures += journal_sync(w->j, ticket, &err) != 0;
        else
            w->failures += journal_write(w->j, NULL, &ordinal, &err) != 0;
        w->failures += journal_durable_ordinal(w->j) > journal_stats(w->j).entries_written + 1;
        w->failures += journal_clock(w->j) != noon;
    }
    return NULL;
}

struct reader {
    struct journal *j;
    uint64_t read;
    int failures;
};

/* Reads along until all is read that the writers will put. */
static void *read_along(void *arg)
{
    struct reader *r = arg;
    struct journal_cursor *c;
    struct journal_entry entry;
    struct err err;

    if (journal_cursor_open(r->j, beginning, &c, &err)) return NULL;
    while (r->read < WRITERS * PUTS) {
        int rc = journal_next(c, &entry, &err);
        r->failures += rc < 0 || (rc > 0 && entry.ordinal != r->read + 1);
        if (rc < 0) break;
        r->read += rc > 0;
        if (rc == 0) sched_yield();
    }
    journal_cursor_close(c);
    return NULL;
}

static void check_threads_on(struct disk *d, const char *path)
{
    struct journal_options options = options_on(d);
    struct reader reader = {0};
    pthread_t thread;
    struct journal *j;

    options.dir = path;
    options.file_bytes_max = 5000;
    j = open_with(&options);
    reader.j = j;
    assert_int_equal(pthread_create(&thread, NULL, read_along, &reader), 0);
    assert_int_equal(run_writers(j, NULL, put_often), 0);
    sync_all(j);
    pthread_join(thread, NULL);
    assert_true(reader.failures == 0 && reader.read == WRITERS * PUTS);
    expect_each_once(j, PUTS);
    journal_abandon(j);
    j = open_with(&options);
    expect_each_once(j, PUTS);
    journal_abandon(j);
}

static void threads_write_sync_and_read_at_once(void **state)
{
    struct disk *d = disk_sim(1);

    (void)state;
    check_threads_on(d, dir);
    disk_free(d);
}

static void remove_tree(struct disk *d, const char *path, const char *parent)
{
    struct buf names = {0};
    struct err err;

    assert_int_equal(disk_list(d, path, &names, &err), 0);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        char file[128];
        snprintf(file, sizeof file, "%s/%s", path, names.ptr + at);
        assert_int_equal(disk_name(d, DISK_DELETE, file, NULL, &err), 0);
    }
    buf_free(&names);
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(parent), 0);
}

static void the_same_on_the_real_disk(void **state)
{
    char parent[] = "/tmp/weir_test_journal_XXXXXX", path[64];
    struct disk *d = disk_real(DISK_SYNC);

    (void)state;
    assert_non_null(mkdtemp(parent));
    snprintf(path, sizeof path, "%s/journal", parent);
    check_threads_on(d, path);
    remove_tree(d, path, parent);
    disk_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sync_serves_all_who_put_while_another_was_running),
        cmocka_unit_test(threads_write_sync_and_read_at_once),
        cmocka_unit_test(the_same_on_the_real_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
