/* test_journal_crash.c - random lives of a journal on a disk that loses power, against a model of what was put. */
#include "base/hash.h"
#include "tests/unit/journal_helper.h"

enum { MODEL_MAX = 400 };

struct model {
    struct disk *disk;
    struct rng rng;
    struct journal_options options;
    usec clock;
    uint64_t fresh;          /* the next entry's number: no number is put twice */
    uint64_t put[MODEL_MAX]; /* numbers in order */
    size_t count;
    size_t acknowledged; /* of them: durable, or claimed to be */
    uint64_t crashes, torn;
};

/* An entry's payload: its number, then up to 2000 bytes that follow from it. */
static struct str payload_of(uint64_t number, char out[2100])
{
    size_t len = 8 + hash_u64(number) % 100 * (hash_u64(number) % 20);

    put_u64(out, number);
    for (size_t i = 8; i < len; i++) out[i] = (char)(number + i);
    return str_of(out, len);
}

/* What is there: the entries put, in order, at least those acknowledged. From now on they all are. */
static void check_against_model(struct model *m, struct journal *j)
{
    struct journal_cursor *c = cursor_at(j, beginning);
    struct journal_entry entry;
    uint64_t ordinal = 1;
    usec arrival = 0;
    size_t found = 0;
    char bytes[2100];
    struct err err;
    int rc;

    while ((rc = journal_next(c, &entry, &err)) > 0) {
        assert_int_equal(entry.ordinal, ordinal);
        assert_true(entry.arrival >= arrival);
        arrival = entry.arrival;
        ordinal += entry.count;
        if (entry.type == ENTRY_CLOSE) continue;
        assert_true(found < m->count);
        assert_true(str_equal(entry.payload, payload_of(m->put[found], bytes)));
        assert_int_equal(entry.count, 1 + m->put[found] % 3);
        found++;
    }
    if (rc < 0) fail_msg("%s", err.text);
    assert_true(found >= m->acknowledged);
    assert_true(journal_clock(j) >= arrival);
    m->count = m->acknowledged = found;
    journal_cursor_close(c);
}

static int put_next(struct model *m, struct journal *j, struct err *err)
{
    uint64_t number = m->fresh++;
    char bytes[2100];

    if (m->count == MODEL_MAX) return 0;
    m->put[m->count++] = number;
    return journal_put(j, ENTRY_RECORDS, 1 + number % 3, payload_of(number, bytes), NULL, err);
}

static int one_step(struct model *m, struct journal *j, struct err *err)
{
    m->clock += (usec)rng_below(&m->rng, 20) - 5;
    switch (rng_below(&m->rng, 6)) {
    case 0:
        if (journal_sync(j, UINT64_MAX, err)) return -1;
        m->acknowledged = m->count;
        return 0;
    case 1:
    case 2: return journal_write(j, NULL, NULL, err);
    default: return put_next(m, j, err);
    }
}

/* Opens, checks, works for a while, and stops somehow: in a crash, cleanly, or by being killed. */
static void one_life(struct model *m)
{
    struct journal *j;
    struct err err;
    int rc = 0;

    m->options.file_bytes_max = 200 + rng_below(&m->rng, 8000);
    if (rng_below(&m->rng, 8)) disk_sim_fail_at(m->disk, 1 + rng_below(&m->rng, rng_below(&m->rng, 2) ? 8 : 60));
    rc = journal_open(&m->options, &j, &err);
    if (!rc) {
        m->torn += journal_stats(j).torn_bytes > 0;
        check_against_model(m, j);
        for (int step = 0; !rc && step < 100; step++) rc = one_step(m, j, &err);
        if (!rc && rng_below(&m->rng, 2)) {
            rc = journal_close(j, &err);
            if (!rc) m->acknowledged = m->count;
        } else {
            journal_abandon(j);
        }
    }
    if (rc) assert_non_null(strstr(err.text, "simulated crash"));
    m->crashes += rc != 0;
    if (rc || rng_below(&m->rng, 2)) disk_sim_crash(m->disk);
}

static void crashes_lose_nothing_acknowledged_and_invent_nothing(void **state)
{
    uint64_t crashes = 0, torn = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct model m = {.disk = disk_sim(seed), .rng = {seed}, .clock = 1000, .fresh = 1};
        struct journal *j;

        m.options = options_on(m.disk);
        m.options.clock_arg = &m.clock;
        for (int life = 0; life < 4; life++) one_life(&m);
        disk_sim_fail_at(m.disk, 0);
        j = open_with(&m.options);
        check_against_model(&m, j);
        journal_abandon(j);
        disk_free(m.disk);
        crashes += m.crashes;
        torn += m.torn;
    }
    assert_true(crashes > 3000 && torn > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crashes_lose_nothing_acknowledged_and_invent_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
