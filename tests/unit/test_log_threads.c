/* test_log_threads.c - one thread appends, one compacts and deletes, two read: each reader sees every record once, in
 * order, as far as it was not deleted. Meant for ThreadSanitizer, too. */
#include "tests/unit/log_helper.h"

#include <pthread.h>
#include <stdatomic.h>

enum { GROUPS = 3000, RUN = 5, READERS = 2 };

struct shared {
    struct world *world; /* known and the like are the appending thread's */
    atomic_bool appended, failed;
};

static void *fail_thread(struct shared *s, const char *why)
{
    fprintf(stderr, "%s\n", why);
    atomic_store(&s->failed, true);
    return NULL;
}

static void *append(void *arg)
{
    struct shared *s = arg;
    struct err err = {0};
    int failed = 0;

    for (uint32_t i = 0; i < GROUPS && !failed; i++) {
        failed = put_run(s->world, 1, i % 3, RUN, &err) || journal_write(log_journal(s->world->log), NULL, NULL, &err);
        if (i % 50 == 0 && !failed) failed = journal_sync(log_journal(s->world->log), UINT64_MAX, &err);
    }
    atomic_store(&s->appended, true);
    return failed ? fail_thread(s, err.text) : NULL;
}

static usec keep_all(void *arg, uint32_t stream)
{
    (void)arg;
    return stream == 1 ? USEC_MIN : USEC_MAX;
}

static void *compact(void *arg)
{
    struct shared *s = arg;
    struct log_compaction how = {NULL, world_time, NULL, 0};
    struct log_retention old = {keep_all, NULL, UINT64_MAX};
    struct err err = {0};

    for (;;) {
        bool last = atomic_load(&s->appended);
        int got = log_compact(s->world->log, &how, &err);
        if (got < 0 || log_retain(s->world->log, &old, NULL, &err)) return fail_thread(s, err.text);
        log_stats(s->world->log);
        if (got == 0 && last) return NULL;
    }
}

static bool item_is(const struct log_item *item, uint64_t ordinal)
{
    char bytes[300];

    return item->kind == LOG_RECORD && item->record.ordinal == ordinal &&
           str_equal(item->record.data, data_of((uint32_t)ordinal, bytes));
}

static void *follow(void *arg)
{
    struct shared *s = arg;
    struct log_want want = {1, LOG_ALL_SHARDS, LOG_ALL_RECORDS};
    struct log_reader_options o = {.want = &want, .want_count = 1, .range = log_range_all()};
    struct log_reader *r;
    struct log_item item;
    struct err err = {0};
    uint64_t next = 1;
    int got = 0;

    if (log_reader_open(s->world->log, &o, &r, &err)) return fail_thread(s, err.text);
    while (got >= 0 && next <= GROUPS * RUN && !atomic_load(&s->failed)) {
        got = log_next(r, UINT64_MAX, &item, &err);
        if (got > 0 && !item_is(&item, next++)) got = -1;
    }
    log_reader_close(r);
    return got < 0 ? fail_thread(s, "a reader found something else than was put in") : NULL;
}

static void readers_follow_while_files_are_compacted(void **state)
{
    struct world *w = world_new(1, 20000);
    struct shared s = {.world = w};
    pthread_t thread[2 + READERS];

    (void)state;
    world_open(w);
    assert_int_equal(pthread_create(&thread[0], NULL, append, &s), 0);
    assert_int_equal(pthread_create(&thread[1], NULL, compact, &s), 0);
    for (int i = 0; i < READERS; i++) assert_int_equal(pthread_create(&thread[2 + i], NULL, follow, &s), 0);
    for (int i = 0; i < 2 + READERS; i++) pthread_join(thread[i], NULL);
    assert_false(atomic_load(&s.failed));
    assert_true(log_stats(w->log).sets > 10);
    assert_int_equal(world_check(w).damages, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_follow_while_files_are_compacted)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
