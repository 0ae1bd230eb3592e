/* test_log.c - the log as a whole against a plain list: compaction, readers, ranges, retention. */
#include "tests/unit/log_helper.h"

static const struct log_want everything[] = {
    {1, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
    {2, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
    {3, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
    {4, LOG_ALL_SHARDS, LOG_ALL_RECORDS},
};

static struct world *filled(uint64_t seed, uint64_t file_bytes, int groups)
{
    struct world *w = world_new(seed, file_bytes);

    world_open(w);
    put_many(w, groups);
    return w;
}

/* Some of the streams and shards, some of the time. */
static struct log_reader_options random_reading(struct world *w, struct log_want want[8])
{
    struct log_reader_options o = reading(w, want, 0);
    uint64_t last = w->known[w->count - 1].ordinal;

    for (uint32_t stream = 1; stream <= 4; stream++) {
        enum log_origin origin = rng_below(&w->rng, 2) ? LOG_ALL_RECORDS : LOG_OUTSIDE_RECORDS;
        uint32_t shard = (uint32_t)rng_below(&w->rng, 4);
        switch (rng_below(&w->rng, 4)) {
        case 0: break;
        case 1: want[o.want_count++] = (struct log_want){stream, LOG_ALL_SHARDS, origin}; break;
        case 2: want[o.want_count++] = (struct log_want){stream, shard, origin}; break;
        case 3:
            want[o.want_count++] = (struct log_want){stream, shard, origin};
            want[o.want_count++] = (struct log_want){stream, (shard + 1) % 4, origin};
        }
    }
    o.control = rng_below(&w->rng, 2);
    if (rng_below(&w->rng, 2)) o.range.from = 1 + rng_below(&w->rng, last);
    if (rng_below(&w->rng, 4) == 0) o.range.to = 1 + rng_below(&w->rng, last);
    if (rng_below(&w->rng, 3) == 0) o.range.arrival_from = w->known[rng_below(&w->rng, w->count)].arrival;
    if (rng_below(&w->rng, 3) == 0) o.range.arrival_to = w->known[rng_below(&w->rng, w->count)].arrival;
    return o;
}

static void every_reader_sees_what_was_put_in_whatever_was_compacted(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct world *w = filled(seed, 4000 + seed * 300, 150);
        struct log_reader_options all = reading(w, NULL, 0);
        struct log_want want[8];

        expect_all_read(w, &all);
        must_compact(w);
        assert_true(log_stats(w->log).sets > 1);
        put_many(w, 10);
        expect_all_read(w, &all);
        for (int i = 0; i < 40; i++) {
            struct log_reader_options o = random_reading(w, want);
            expect_all_read(w, &o);
        }
        world_free(w);
    }
}

static void a_reader_follows_through_compaction_and_stops_where_it_is_told(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct world *w = world_new(seed, 3000);
        struct log_reader_options o = reading(w, everything, 4);
        struct log_reader *r;
        size_t at = 0;

        world_open(w);
        o.control = true;
        r = reader_open(w, &o);
        for (int i = 0; i < 200; i++) {
            uint64_t to = rng_below(&w->rng, 3) ? UINT64_MAX : 1 + rng_below(&w->rng, w->next_ordinal + 10);
            put_many(w, 1);
            if (rng_below(&w->rng, 10) == 0) must_compact(w);
            if (rng_below(&w->rng, 3)) expect_read(w, &o, r, to, &at);
        }
        must_compact(w);
        expect_read(w, &o, r, UINT64_MAX, &at);
        assert_int_equal(at, w->count);
        assert_int_equal(log_reader_position(r), w->next_ordinal);
        log_reader_close(r);
        world_free(w);
    }
}

/* A reader can be closed anywhere and another begin at its position. */
static void a_position_is_where_another_reader_goes_on(void **state)
{
    struct world *w = filled(3, 5000, 200);
    struct log_reader_options o = reading(w, everything, 3);
    size_t at = 0;

    (void)state;
    must_compact(w);
    put_many(w, 20);
    for (uint64_t to = 1; to < w->next_ordinal + 20; to += 1 + rng_below(&w->rng, 20)) {
        struct log_reader *r = reader_open(w, &o);
        expect_read(w, &o, r, to, &at);
        o.range.from = log_reader_position(r);
        log_reader_close(r);
    }
    assert_int_equal(at, w->count);
    world_free(w);
}

static void a_log_is_the_same_after_it_was_closed(void **state)
{
    struct world *w = filled(5, 5000, 100);
    struct log_reader_options all = reading(w, NULL, 0);
    struct err err;

    (void)state;
    must_compact(w);
    must(log_close(w->log, &err), &err);
    know(w, (struct known){.shard = ENTRY_CLOSE});
    world_open(w);
    w->count = --w->next_ordinal - 1; /* CLOSE is not of the list: its data is none */
    all.range.to = w->next_ordinal;
    w->unstamped = w->count;
    expect_all_read(w, &all);
    assert_int_equal(world_check(w).damages + world_check(w).remarks, 0);
    world_free(w);
}

/* A reader that begins late in the journal does not read what comes before; a hint spares even the heads. */
static void a_late_beginning_reads_few_groups(void **state)
{
    struct world *w = filled(6, 1 << 20, 300);
    struct log_reader_options o = reading(w, NULL, 0);
    struct journal_position here = journal_end(log_journal(w->log), &o.range.from);

    (void)state;
    put_many(w, 5);
    for (int with_hint = 0; with_hint < 2; with_hint++) {
        struct log_reader *r;
        size_t at = 0;
        if (with_hint) o.hint = here;
        r = reader_open(w, &o);
        expect_read(w, &o, r, UINT64_MAX, &at);
        assert_int_equal(log_reader_stats(r).groups, 5);
        log_reader_close(r);
    }
    o.hint = (struct journal_position){0, 0};
    o.range.from = 0;
    o.range.arrival_from = w->known[w->count - 1].arrival;
    expect_all_read(w, &o);
    world_free(w);
}

static void expect_opens_at(struct world *w, struct journal_position at, uint64_t ordinal)
{
    struct log_options options = {.disk = w->disk,
                                  .dir = data_dir,
                                  .clock = world_clock,
                                  .clock_arg = w,
                                  .file_bytes_max = w->file_bytes,
                                  .at = at,
                                  .at_ordinal = ordinal};
    struct log_reader_options o = reading(w, NULL, 0);
    struct err err;

    log_abandon(w->log);
    must(log_open(&options, &w->log, &err), &err);
    o.range.from = ordinal;
    o.hint = at;
    expect_all_read(w, &o);
}

/* Whether the journal file of a checkpoint's place is still there makes no difference. */
static void a_log_opens_at_a_checkpoint_wherever_its_place_is_now(void **state)
{
    struct world *w = filled(6, 5000, 100);
    uint64_t ordinal;
    struct journal_position at = journal_end(log_journal(w->log), &ordinal);

    (void)state;
    put_many(w, 100);
    expect_opens_at(w, at, ordinal);
    must_compact(w);
    assert_true(log_stats(w->log).ordinal > ordinal);
    expect_opens_at(w, at, ordinal);
    at = journal_end(log_journal(w->log), &ordinal);
    put_many(w, 2);
    expect_opens_at(w, at, ordinal);
    world_free(w);
}

/* ---- epochs ---- */

static void a_reader_waits_for_an_epoch_that_is_running(void **state)
{
    struct world *w = world_new(1, 1 << 20);
    struct log_reader_options o = reading(w, everything, 4);
    struct log_reader *r;
    struct err err;
    size_t at = 0;

    (void)state;
    world_open(w);
    must(put_run(w, 1, 0, 2, &err) || put_chunk(w, 4, 3, &err) || put_run(w, 2, 0, 2, &err), &err);
    must(write_group(w, &err), &err);
    w->running = w->epoch;
    r = reader_open(w, &o);
    expect_read(w, &o, r, 3, &at);
    for (int i = 0; i < 3; i++) {
        struct log_item item;
        assert_int_equal(log_next(r, UINT64_MAX, &item, &err), 0);
    }
    assert_int_equal(log_reader_position(r), 3);
    w->running = 0;
    expect_read(w, &o, r, UINT64_MAX, &at);
    assert_int_equal(at, 7);
    log_reader_close(r);
    world_free(w);
}

static void a_file_with_chunks_of_a_running_epoch_is_not_compacted(void **state)
{
    struct world *w = world_new(1, 1000);
    struct err err;

    (void)state;
    world_open(w);
    must(put_chunk(w, 4, 3, &err), &err);
    put_many(w, 30);
    w->running = 1;
    must_compact(w);
    assert_int_equal(log_stats(w->log).sets, 0);
    w->running = 0;
    must_compact(w);
    assert_true(log_stats(w->log).sets > 2);
    world_free(w);
}

static void chunks_of_an_aborted_epoch_leave_no_segment(void **state)
{
    struct world *w = world_new(1, 1000);
    struct log_reader_options o = reading(w, everything, 4);
    struct log_reader *r;
    struct log_item item;
    struct err err;

    (void)state;
    w->epoch = 17;
    world_open(w);
    for (int i = 0; i < 20; i++) must(put_chunk(w, 4, 5, &err) || write_group(w, &err), &err);
    must_compact(w);
    assert_true(log_stats(w->log).sets > 2);
    assert_int_equal(log_stats(w->log).segments, 0);
    r = reader_open(w, &o);
    assert_int_equal(log_next(r, UINT64_MAX, &item, &err), 0);
    log_reader_close(r);
    world_free(w);
}

/* ---- sizes ---- */

/* 200 MB through files of 16 MB, fifty times smaller. */
static void at_most_two_journal_files_remain(void **state)
{
    struct world *w = world_new(1, 256 * 1024);
    uint64_t put = 0;
    struct err err;

    (void)state;
    world_open(w);
    for (int i = 0; put < 4 * 1024 * 1024; i++) {
        must(put_run(w, 1, (uint32_t)i % 4, 100, &err) || write_group(w, &err), &err);
        put += 100 * 130;
        must_compact(w);
        assert_true(log_stats(w->log).journal_files <= 2);
        assert_true(count_names(w, "data/journal", ".wal") <= 2);
    }
    assert_true(log_stats(w->log).sets >= 15);
    assert_true(log_stats(w->log).segment_bytes < put / 2);
    world_free(w);
}

/* ---- ranges ---- */

static uint64_t blocks_read(struct world *w, const struct log_reader_options *o, uint64_t *records)
{
    struct log_reader *r = reader_open(w, o);
    struct log_item item;
    struct err err;
    uint64_t blocks;
    int got;

    for (*records = 0; (got = log_next(r, UINT64_MAX, &item, &err)) > 0;) ++*records;
    must(got, &err);
    blocks = log_reader_stats(r).blocks;
    log_reader_close(r);
    return blocks;
}

/* 100 records in 100 us, in one stream of one shard, some 480 a block. */
static struct world *steady(void)
{
    struct world *w = world_new(1, 1 << 20);
    struct err err;

    world_open(w);
    for (int i = 0; i < 400; i++) {
        w->clock = USEC_HOUR + i * 100;
        must(put_run(w, 1, 0, 100, &err) || journal_write(log_journal(w->log), NULL, NULL, &err), &err);
        stamp(w);
    }
    must_compact(w);
    return w;
}

static void a_range_of_time_touches_only_its_blocks(void **state)
{
    struct world *w = steady();
    struct log_reader_options o = reading(w, everything, 1);
    uint64_t records, all;

    (void)state;
    assert_int_equal(log_stats(w->log).sets, 5);
    all = blocks_read(w, &o, &records);
    assert_int_equal(records, 40000);
    assert_true(all > 60);
    o.range.arrival_from = USEC_HOUR + 5000;
    o.range.arrival_to = USEC_HOUR + 5100;
    assert_true(blocks_read(w, &o, &records) <= 2);
    assert_int_equal(records, 100);
    o.range.arrival_to = USEC_HOUR + 10000;
    assert_true(blocks_read(w, &o, &records) <= all / 8 + 2);
    assert_int_equal(records, 5000);
    o.range = log_range_all();
    o.range.from = 20000;
    o.range.to = 20001;
    assert_int_equal(blocks_read(w, &o, &records), 1);
    assert_int_equal(records, 1);
    world_free(w);
}

static void a_range_of_event_time_spares_blocks_without_it(void **state)
{
    struct world *w = steady();
    struct log_reader_options o = reading(w, everything, 1);
    uint64_t records, inside = 0;

    (void)state;
    o.range.rowtime_from = USEC_HOUR + 5000;
    o.range.rowtime_to = USEC_HOUR + 5100;
    for (size_t i = 0; i < w->count; i++) {
        usec t = event_time_of(w->known[i].ordinal, w->known[i].arrival);
        inside += t >= o.range.rowtime_from && t < o.range.rowtime_to;
    }
    assert_true(blocks_read(w, &o, &records) <= 3);
    assert_true(records >= inside && inside > 0);
    world_free(w);
}

static void one_shard_is_read_without_the_blocks_of_the_others(void **state)
{
    struct world *w = world_new(1, 1 << 20);
    struct log_want one = {1, 2, LOG_ALL_RECORDS};
    struct log_reader_options whole = reading(w, everything, 1), shard = reading(w, &one, 1);
    uint64_t records, all;
    struct err err;

    (void)state;
    world_open(w);
    for (uint32_t i = 0; i < 400; i++) must(put_run(w, 1, i % 4, 50, &err) || write_group(w, &err), &err);
    must_compact(w);
    all = blocks_read(w, &whole, &records);
    assert_int_equal(records, 20000);
    assert_true(blocks_read(w, &shard, &records) <= all / 4 + 2);
    assert_int_equal(records, 5000);
    world_free(w);
}

static void derived_blocks_are_not_read_for_records_from_outside(void **state)
{
    struct world *w = world_new(1, 100000);
    struct log_want outside = {4, LOG_ALL_SHARDS, LOG_OUTSIDE_RECORDS};
    struct log_reader_options o = reading(w, &outside, 1);
    uint64_t records;
    struct err err;

    (void)state;
    world_open(w);
    for (int i = 0; i < 50; i++) must(put_chunk(w, 4, 100, &err) || write_group(w, &err), &err);
    must_compact(w);
    assert_true(log_stats(w->log).sets > 5);
    o.range.to = log_stats(w->log).ordinal;
    assert_int_equal(blocks_read(w, &o, &records), 0);
    assert_int_equal(records, 0);
    world_free(w);
}

/* ---- event time (R2) ---- */

static usec event_time_before(struct world *w, uint32_t stream, uint64_t ordinal)
{
    usec max = USEC_MIN;

    for (size_t i = 0; i < w->count && w->known[i].ordinal < ordinal; i++) {
        usec t = event_time_of(w->known[i].ordinal, w->known[i].arrival);
        if (w->known[i].stream == stream && !w->known[i].derived && t > max) max = t;
    }
    return max;
}

static void a_floor_knows_the_greatest_event_time_before_it(void **state)
{
    struct world *w = filled(9, 30000, 1500);

    (void)state;
    must_compact(w);
    assert_true(log_stats(w->log).sets > 3);
    for (int i = 0; i < 300; i++) {
        uint32_t stream = 1 + (uint32_t)rng_below(&w->rng, 4);
        uint64_t ordinal = 1 + rng_below(&w->rng, w->next_ordinal);
        struct log_floor f;
        struct err err;
        must(log_floor(w->log, stream, ordinal, &f, &err), &err);
        assert_true(f.ordinal <= ordinal || f.ordinal == 1);
        assert_true(f.event_time == event_time_before(w, stream, f.ordinal));
    }
    world_free(w);
}

/* ---- retention ---- */

struct keep {
    usec from[5]; /* by stream */
};

static usec keep_from(void *arg, uint32_t stream)
{
    return ((struct keep *)arg)->from[stream];
}

static uint64_t retain(struct world *w, struct keep *keep, uint64_t needed_from)
{
    struct log_retention how = {keep_from, keep, needed_from};
    uint64_t deleted;
    struct err err;

    must(log_retain(w->log, &how, &deleted, &err), &err);
    return deleted;
}

static void old_segments_go_from_the_disk_and_the_rest_stays(void **state)
{
    struct world *w = filled(2, 5000, 300);
    usec middle = w->known[w->count / 2].arrival;
    struct keep keep = {{USEC_MIN, middle, USEC_MIN, middle, USEC_MIN}};
    struct log_reader_options o = reading(w, everything, 4);
    int before;

    (void)state;
    must_compact(w);
    before = count_names(w, "data/log", ".seg");
    assert_int_equal(retain(w, &keep, 0), 0);
    assert_true(retain(w, &keep, UINT64_MAX) > 0);
    assert_int_equal(retain(w, &keep, UINT64_MAX), 0);
    assert_int_equal(log_horizon(w->log, 2), 1);
    assert_true(log_horizon(w->log, 1) > 1 && log_horizon(w->log, 3) > 1);
    assert_true(count_names(w, "data/log", ".seg") < before);
    assert_int_equal(count_names(w, "data/log", ".seg"), log_stats(w->log).segments);
    for (size_t i = 0; i < w->count; i++) { /* what is older than the horizon is gone from the list too */
        struct known *k = &w->known[i];
        if ((k->stream == 1 || k->stream == 3) && k->ordinal < log_horizon(w->log, k->stream)) {
            assert_true(k->arrival < middle);
            k->stream = 99;
        }
    }
    expect_all_read(w, &o);
    log_abandon(w->log);
    world_open(w);
    expect_all_read(w, &o);
    assert_int_equal(world_check(w).damages + world_check(w).remarks, 0);
    world_free(w);
}

static void nothing_goes_that_a_checkpoint_needs(void **state)
{
    struct world *w = filled(2, 5000, 300);
    struct keep keep = {{USEC_MAX, USEC_MAX, USEC_MAX, USEC_MAX, USEC_MAX}};
    uint64_t needed = w->known[w->count / 2].ordinal;
    struct log_reader_options all = reading(w, NULL, 0);

    (void)state;
    must_compact(w);
    assert_true(retain(w, &keep, needed) > 0);
    all.range.from = needed;
    expect_all_read(w, &all);
    log_abandon(w->log);
    world_open(w);
    expect_all_read(w, &all);
    world_free(w);
}

static void when_all_is_gone_the_log_is_the_journal(void **state)
{
    struct world *w = filled(2, 5000, 300);
    struct keep keep = {{USEC_MAX, USEC_MAX, USEC_MAX, USEC_MAX, USEC_MAX}};
    struct log_reader_options o = reading(w, everything, 4);
    uint64_t end;

    (void)state;
    must_compact(w);
    end = log_stats(w->log).ordinal;
    assert_true(retain(w, &keep, UINT64_MAX) > 0);
    assert_true(log_stats(w->log).sets == 0 && log_stats(w->log).ordinal == end);
    assert_int_equal(count_names(w, "data/log", ""), 1); /* the horizon */
    for (size_t i = 0; i < w->count; i++) {
        if (w->known[i].ordinal < end) w->known[i].stream = 99;
    }
    for (int round = 0; round < 2; round++) {
        expect_all_read(w, &o);
        log_abandon(w->log);
        world_open(w);
        assert_true(log_stats(w->log).ordinal == end);
    }
    put_many(w, 200);
    must_compact(w);
    assert_true(log_stats(w->log).sets > 3);
    assert_int_equal(world_check(w).damages, 0);
    world_free(w);
}

/* The current file is far from full, and nothing more comes. */
static void what_is_old_goes_from_a_quiet_journal_too(void **state)
{
    struct world *w = filled(2, 1 << 20, 20);
    struct log_compaction how = world_compaction(w);
    struct keep keep = {{USEC_MIN, USEC_MAX, USEC_MAX, USEC_MAX, USEC_MAX}};
    struct err err;

    (void)state;
    how.close_before = w->known[0].arrival;
    assert_int_equal(log_compact(w->log, &how, &err), 0);
    how.close_before++;
    assert_int_equal(log_compact(w->log, &how, &err), 1);
    assert_int_equal(log_compact(w->log, &how, &err), 0);
    assert_true(log_stats(w->log).journal_files == 1 && log_stats(w->log).ordinal == w->next_ordinal);
    assert_true(retain(w, &keep, UINT64_MAX) > 0);
    assert_true(log_stats(w->log).sets == 0);
    log_abandon(w->log);
    world_open(w);
    put_many(w, 1);
    how.close_before = w->stamped;
    assert_int_equal(log_compact(w->log, &how, &err), 0);
    assert_int_equal(world_check(w).damages, 0);
    world_free(w);
}

static struct log_item expect_lost(struct log_reader *r, uint32_t stream)
{
    struct log_item item;
    struct err err;

    assert_int_equal(log_next(r, UINT64_MAX, &item, &err), 1);
    assert_int_equal(item.kind, LOG_LOST);
    assert_int_equal(item.stream, stream);
    return item;
}

static void a_reader_that_falls_behind_is_told_what_it_lost(void **state)
{
    struct world *w = filled(2, 5000, 300);
    usec middle = w->known[w->count / 2].arrival;
    struct keep keep = {{USEC_MIN, middle, USEC_MIN, USEC_MIN, USEC_MIN}};
    struct log_reader_options o = reading(w, everything, 2);
    struct log_reader *slow, *late, *fresh;
    struct log_item item;
    struct err err;
    size_t at = 0;

    (void)state;
    must_compact(w);
    slow = reader_open(w, &o);
    expect_read(w, &o, slow, 20, &at);
    assert_true(retain(w, &keep, UINT64_MAX) > 0);
    /* It has the first set open; then it comes to what is gone. */
    while (log_next(slow, UINT64_MAX, &item, &err) > 0 && item.kind != LOG_LOST)
        ;
    assert_true(item.stream == 1 && item.lost_from > 20 && item.lost_to == log_horizon(w->log, 1));
    while (log_next(slow, UINT64_MAX, &item, &err) > 0) assert_int_equal(item.kind, LOG_RECORD);
    log_reader_close(slow);

    o.range.from = 5;
    late = reader_open(w, &o);
    item = expect_lost(late, 1);
    assert_true(item.lost_from == 5 && item.lost_to == log_horizon(w->log, 1));
    while (log_next(late, UINT64_MAX, &item, &err) > 0) assert_int_equal(item.kind, LOG_RECORD);
    log_reader_close(late);

    o.range.from = 0;
    fresh = reader_open(w, &o);
    while (log_next(fresh, UINT64_MAX, &item, &err) > 0) assert_int_equal(item.kind, LOG_RECORD);
    log_reader_close(fresh);
    world_free(w);
}

static void event_times_outlive_the_segments_that_held_them(void **state)
{
    struct world *w = filled(4, 5000, 300);
    struct keep keep = {{USEC_MIN, USEC_MAX, USEC_MIN, USEC_MIN, USEC_MIN}};
    struct log_floor f;
    struct err err;

    (void)state;
    must_compact(w);
    assert_true(retain(w, &keep, UINT64_MAX) > 0);
    must(log_floor(w->log, 1, UINT64_MAX, &f, &err), &err);
    put_many(w, 300);
    must_compact(w);
    log_abandon(w->log);
    world_open(w);
    must(log_floor(w->log, 1, w->next_ordinal, &f, &err), &err);
    assert_true(f.event_time == event_time_before(w, 1, f.ordinal));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reader_sees_what_was_put_in_whatever_was_compacted),
        cmocka_unit_test(a_reader_follows_through_compaction_and_stops_where_it_is_told),
        cmocka_unit_test(a_position_is_where_another_reader_goes_on),
        cmocka_unit_test(a_log_is_the_same_after_it_was_closed),
        cmocka_unit_test(a_late_beginning_reads_few_groups),
        cmocka_unit_test(a_log_opens_at_a_checkpoint_wherever_its_place_is_now),
        cmocka_unit_test(a_reader_waits_for_an_epoch_that_is_running),
        cmocka_unit_test(a_file_with_chunks_of_a_running_epoch_is_not_compacted),
        cmocka_unit_test(chunks_of_an_aborted_epoch_leave_no_segment),
        cmocka_unit_test(at_most_two_journal_files_remain),
        cmocka_unit_test(a_range_of_time_touches_only_its_blocks),
        cmocka_unit_test(a_range_of_event_time_spares_blocks_without_it),
        cmocka_unit_test(one_shard_is_read_without_the_blocks_of_the_others),
        cmocka_unit_test(derived_blocks_are_not_read_for_records_from_outside),
        cmocka_unit_test(a_floor_knows_the_greatest_event_time_before_it),
        cmocka_unit_test(old_segments_go_from_the_disk_and_the_rest_stays),
        cmocka_unit_test(nothing_goes_that_a_checkpoint_needs),
        cmocka_unit_test(when_all_is_gone_the_log_is_the_journal),
        cmocka_unit_test(what_is_old_goes_from_a_quiet_journal_too),
        cmocka_unit_test(a_reader_that_falls_behind_is_told_what_it_lost),
        cmocka_unit_test(event_times_outlive_the_segments_that_held_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
