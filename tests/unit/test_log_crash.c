/* test_log_crash.c - the machine stops at any call of a pass, or while the log is opened after that: nothing that was
 * acknowledged is missing, nothing is there twice, and nothing of a pass that was cut short stays. */
#include "tests/unit/log_helper.h"

enum { SEEDS = 16, STEPS = 60 };

static const struct log_want everything[] = {
    {1, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
    {2, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
    {3, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
    {4, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
};

/* Records may go up to here, and no others. */
struct bounds {
    struct world *world;
    usec keep_from;
    uint64_t acknowledged; /* ordinals below it are durable */
};

static usec keep_from(void *arg, uint32_t stream)
{
    return stream == 2 ? USEC_MIN : ((struct bounds *)arg)->keep_from;
}

static int retain(struct bounds *b, struct err *err)
{
    struct world *w = b->world;
    size_t now = w->count, old = now > 100 ? now - 100 + rng_below(&w->rng, 50) : 0;
    struct log_retention how = {keep_from, b, UINT64_MAX};

    if (now > 100 && w->known[old].arrival > b->keep_from) b->keep_from = w->known[old].arrival;
    return log_retain(w->log, &how, NULL, err);
}

static int one_step(struct bounds *b, struct err *err)
{
    struct world *w = b->world;

    switch (rng_below(&w->rng, 9)) {
    case 8: return journal_roll(log_journal(w->log), w->clock, err);
    case 0: return compact_all(w, err);
    case 1: return retain(b, err);
    case 2:
    case 3:
        if (journal_sync(log_journal(w->log), UINT64_MAX, err)) return -1;
        b->acknowledged = w->next_ordinal;
        return 0;
    default: return put_some(w, err);
    }
}

static int some_steps(struct bounds *b, int steps, struct err *err)
{
    for (int i = 0; i < steps; i++) {
        if (one_step(b, err)) return -1;
    }
    return 0;
}

/* The power comes back; it may go again while the log is opened. */
static void restart(struct world *w)
{
    struct err err;

    log_abandon(w->log);
    w->log = NULL;
    disk_sim_crash(w->disk);
    for (uint64_t n = 1 + rng_below(&w->rng, 12); n > 3; n -= 3) {
        disk_sim_fail_at(w->disk, n);
        if (world_try_open(w, &err) == 0) {
            log_abandon(w->log);
        } else if (err.code != ERR_DISK) {
            fail_msg("%s", err.text);
        }
        w->log = NULL;
        disk_sim_crash(w->disk);
    }
    disk_sim_fail_at(w->disk, 0);
    world_open(w);
}

/* What did not reach the disk is no more known. */
static void forget_lost(struct bounds *b)
{
    struct world *w = b->world;

    stamp(w);
    journal_end(log_journal(w->log), &w->next_ordinal);
    assert_true(w->next_ordinal >= b->acknowledged);
    while (w->count && w->known[w->count - 1].ordinal >= w->next_ordinal) w->count--;
    w->unstamped = w->count;
    w->stamped = w->count ? w->known[w->count - 1].arrival : 0;
    b->acknowledged = w->next_ordinal;
}

/* What retention took is no more expected, and was old enough. */
static void forget_gone(struct bounds *b)
{
    struct world *w = b->world;

    for (size_t i = 0; i < w->count; i++) {
        struct known *k = &w->known[i];
        if (!k->stream || k->stream == 99 || k->ordinal >= log_horizon(w->log, k->stream)) continue;
        assert_true(k->arrival < b->keep_from && k->stream != 2);
        k->stream = 99;
    }
}

static void expect_everything(struct bounds *b)
{
    struct world *w = b->world;
    struct log_reader_options o = reading(w, everything, 4);
    struct log_reader *r = reader_open(w, &o);
    struct findings found;
    size_t at = 0;

    expect_read(w, &o, r, UINT64_MAX, &at);
    assert_int_equal(at, w->count);
    log_reader_close(r);
    found = world_check(w);
    if (found.damages) fail_msg("%s", found.first);
    assert_int_equal(found.remarks, 0);
}

static void crash_at(uint64_t seed, uint64_t call)
{
    struct world *w = world_new(seed, 1500);
    struct bounds b = {w, USEC_MIN, 1};
    struct err err;

    world_open(w);
    for (int round = 0; round < 3; round++) {
        int failed;
        disk_sim_fail_at(w->disk, disk_sim_calls(w->disk) + call);
        failed = some_steps(&b, STEPS, &err);
        if (failed && err.code != ERR_DISK) fail_msg("%s", err.text);
        restart(w);
        forget_lost(&b);
        forget_gone(&b);
        expect_everything(&b);
    }
    must(some_steps(&b, STEPS, &err), &err);
    must_compact(w);
    forget_gone(&b);
    expect_everything(&b);
    world_free(w);
}

static void a_crash_at_any_call_loses_nothing_and_leaves_nothing(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (uint64_t call = 1 + seed % 3; call < 150; call += 3) crash_at(seed * 1000 + call, call);
    }
}

/* The disk is full while a file is compacted: the log stays as it was, and later the pass succeeds. */
static void a_full_disk_fails_a_pass_and_nothing_else(void **state)
{
    struct world *w = world_new(7, 3000);
    struct log_reader_options o = reading(w, NULL, 0);
    struct err err;

    (void)state;
    world_open(w);
    put_many(w, 100);
    for (uint64_t more = 0; more < 3000; more += 100) {
        disk_sim_limit(w->disk, 1 + more);
        assert_int_equal(compact_all(w, &err), -1);
        assert_int_equal(err.code, ERR_DISK);
        assert_int_equal(log_stats(w->log).sets, 0);
    }
    disk_sim_limit(w->disk, 0);
    expect_all_read(w, &o);
    must_compact(w);
    assert_true(log_stats(w->log).sets > 3);
    expect_all_read(w, &o);
    assert_int_equal(world_check(w).remarks, 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_at_any_call_loses_nothing_and_leaves_nothing),
        cmocka_unit_test(a_full_disk_fails_a_pass_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
