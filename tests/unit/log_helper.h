/* log_helper.h - what the tests of the log share: a log on a disk beside a plain list of what was put into it.
 * Everything fails the test when it goes wrong. Epoch numbers ending in 7 are aborted; `running` is not decided yet. */
#ifndef WEIR_TESTS_LOG_HELPER_H
#define WEIR_TESTS_LOG_HELPER_H

#include "base/hash.h"
#include "log/journal.h"
#include "log/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A record or an entry as the test knows it. */
struct known {
    uint64_t ordinal;
    usec arrival;
    uint32_t stream, shard; /* stream 0: an entry; shard is its type */
    uint64_t epoch;         /* of a derived record */
    bool derived;
    uint32_t number; /* what its data says */
};

struct world {
    struct disk *disk;
    struct log *log;
    struct rng rng;
    usec clock, stamped;
    uint64_t file_bytes, next_ordinal, epoch, running;
    struct known *known;
    size_t count, capacity, unstamped; /* the first without an arrival */
};

static const char data_dir[] = "data";

static inline usec world_clock(void *arg)
{
    return ((struct world *)arg)->clock;
}

static inline enum epoch_fate world_fate(void *arg, uint64_t epoch)
{
    if (epoch == ((struct world *)arg)->running) return FATE_RUNNING;
    return epoch % 10 == 7 ? FATE_ABORTED : FATE_COMMITTED;
}

/* The event time of a record: around its arrival, not in order. */
static inline usec event_time_of(uint64_t ordinal, usec arrival)
{
    return arrival - (usec)(hash_u64(ordinal) % 50);
}

static inline struct record_time world_time(void *arg, uint32_t stream, const struct record *r)
{
    (void)arg;
    (void)stream;
    return (struct record_time){event_time_of(r->ordinal, r->arrival), !r->derived};
}

static inline struct log_compaction world_compaction(struct world *w)
{
    return (struct log_compaction){world_fate, world_time, w, 0};
}

static inline int world_try_open(struct world *w, struct err *err)
{
    struct log_options options = {
        .disk = w->disk, .dir = data_dir, .clock = world_clock, .clock_arg = w, .file_bytes_max = w->file_bytes};

    return log_open(&options, &w->log, err);
}

static inline void world_open(struct world *w)
{
    struct err err;

    if (world_try_open(w, &err)) fail_msg("%s", err.text);
}

/* A directory without a log; free it with world_free. */
static inline struct world *world_new(uint64_t seed, uint64_t file_bytes)
{
    struct world *w = mem_zalloc(sizeof *w);
    struct err err;

    *w = (struct world){.disk = disk_sim(seed), .rng = {seed}, .clock = USEC_HOUR, .file_bytes = file_bytes};
    w->next_ordinal = w->epoch = 1;
    if (disk_name(w->disk, DISK_MKDIR, data_dir, NULL, &err)) fail_msg("%s", err.text);
    if (disk_name(w->disk, DISK_SYNC_DIR, ".", NULL, &err)) fail_msg("%s", err.text);
    return w;
}

static inline void world_free(struct world *w)
{
    log_abandon(w->log);
    disk_free(w->disk);
    free(w->known);
    free(w);
}

/* ---- putting in ---- */

static inline void know(struct world *w, struct known k)
{
    k.ordinal = w->next_ordinal++;
    w->known = mem_grow(w->known, &w->capacity, w->count + 1, sizeof *w->known);
    w->known[w->count++] = k;
}

/* Data that says its number, of some length, compressible. */
static inline struct str data_of(uint32_t number, char bytes[300])
{
    int n = snprintf(bytes, 300, "{\"number\": %08u, \"text\": \"", number);
    size_t more = hash_u64(number) % 200;

    for (size_t i = 0; i < more; i++) bytes[(size_t)n + i] = (char)('a' + (hash_u64(number + i / 8) + i) % 20);
    return str_of(bytes, (size_t)n + more);
}

static inline int put_entry(struct world *w, enum entry_type type, struct err *err)
{
    uint32_t number = (uint32_t)w->next_ordinal;
    char bytes[300];

    if (journal_put(log_journal(w->log), type, 1, data_of(number, bytes), NULL, err)) return -1;
    know(w, (struct known){.shard = type, .number = number});
    return 0;
}

static inline int put_run(struct world *w, uint32_t stream, uint32_t shard, uint32_t count, struct err *err)
{
    struct buf payload = {0};
    char bytes[300];
    int failed = 0;

    record_run_begin(&payload, stream, shard);
    for (uint32_t i = 0; i < count; i++)
        failed |= record_run_add(&payload, str_lit("key"), data_of((uint32_t)w->next_ordinal + i, bytes), err);
    if (!failed)
        failed = journal_put(log_journal(w->log), ENTRY_RECORDS, count, str_of(payload.ptr, payload.len), NULL, err);
    buf_free(&payload);
    for (uint32_t i = 0; !failed && i < count; i++)
        know(w, (struct known){.stream = stream, .shard = shard, .number = (uint32_t)w->next_ordinal});
    return failed ? -1 : 0;
}

static inline int put_chunk(struct world *w, uint32_t stream, uint32_t count, struct err *err)
{
    struct buf payload = {0};
    char bytes[300];
    int failed = 0;

    record_chunk_begin(&payload, stream, 0, w->epoch);
    for (uint32_t i = 0; i < count; i++) {
        struct record r = {.key = str_lit(""),
                           .data = data_of((uint32_t)w->next_ordinal + i, bytes),
                           .rowtime = 1000 + i,
                           .w = 900 + i,
                           .order = {w->next_ordinal, i},
                           .weight = i % 2 ? 1 : -1};
        failed |= record_chunk_add(&payload, &r, err);
    }
    if (!failed)
        failed = journal_put(log_journal(w->log), ENTRY_CHUNK, count, str_of(payload.ptr, payload.len), NULL, err);
    buf_free(&payload);
    for (uint32_t i = 0; !failed && i < count; i++)
        know(w,
             (struct known){.stream = stream, .epoch = w->epoch, .derived = true, .number = (uint32_t)w->next_ordinal});
    return failed ? -1 : 0;
}

static inline void stamp(struct world *w)
{
    if (w->unstamped == w->count) return;
    if (w->clock > w->stamped) w->stamped = w->clock;
    for (; w->unstamped < w->count; w->unstamped++) w->known[w->unstamped].arrival = w->stamped;
}

static inline int write_group(struct world *w, struct err *err)
{
    if (journal_write(log_journal(w->log), NULL, NULL, err)) return -1;
    stamp(w);
    w->clock += (usec)rng_below(&w->rng, 40) - 5;
    return 0;
}

/* Some entries of streams 1 to 3 from outside and 4 derived, and of none; written. */
static inline int put_some(struct world *w, struct err *err)
{
    int entries = 1 + (int)rng_below(&w->rng, 4), failed = 0;

    for (int i = 0; !failed && i < entries; i++) {
        uint32_t count = 1 + (uint32_t)rng_below(&w->rng, 5);
        switch (rng_below(&w->rng, 8)) {
        case 0: failed = put_entry(w, ENTRY_DDL, err); break;
        case 1:
            failed = put_entry(w, ENTRY_EPOCH, err);
            w->epoch++;
            break;
        case 2:
        case 3: failed = put_chunk(w, 4, count, err); break;
        default: failed = put_run(w, 1 + (uint32_t)rng_below(&w->rng, 3), (uint32_t)rng_below(&w->rng, 4), count, err);
        }
    }
    return failed ? -1 : write_group(w, err);
}

static inline void must(int failed, const struct err *err)
{
    if (failed) fail_msg("%s", err->text);
}

static inline void put_many(struct world *w, int groups)
{
    struct err err;

    for (int i = 0; i < groups; i++) must(put_some(w, &err), &err);
}

static inline int compact_all(struct world *w, struct err *err)
{
    struct log_compaction how = world_compaction(w);
    int got;

    while ((got = log_compact(w->log, &how, err)) > 0)
        ;
    return got;
}

static inline void must_compact(struct world *w)
{
    struct err err;

    must(compact_all(w, &err), &err);
}

/* ---- reading ---- */

static inline struct log_reader_options reading(struct world *w, const struct log_want *want, size_t count)
{
    return (struct log_reader_options){
        .want = want, .want_count = count, .range = log_range_all(), .fate = world_fate, .fate_arg = w};
}

static inline struct log_reader *reader_open(struct world *w, const struct log_reader_options *options)
{
    struct log_reader *r;
    struct err err;

    must(log_reader_open(w->log, options, &r, &err), &err);
    return r;
}

static inline bool known_wanted(struct world *w, const struct log_reader_options *o, const struct known *k)
{
    if (k->ordinal < o->range.from || k->ordinal >= o->range.to) return false;
    if (k->arrival < o->range.arrival_from || k->arrival >= o->range.arrival_to) return false;
    if (k->derived && world_fate(w, k->epoch) == FATE_ABORTED) return false;
    if (!o->want) return true;
    if (k->stream == 0) return o->control;
    for (size_t i = 0; i < o->want_count; i++) {
        const struct log_want *want = &o->want[i];
        if (want->stream == k->stream && (want->shard == k->shard || want->shard == LOG_ALL_SHARDS))
            return !(k->derived && want->origin == LOG_OUTSIDE_RECORDS);
    }
    return false;
}

static inline void expect_item(const struct known *k, const struct log_item *item)
{
    char bytes[300];

    assert_true(item->record.ordinal == k->ordinal && item->record.arrival == k->arrival);
    assert_true(item->stream == k->stream);
    assert_true(str_equal(item->record.data, data_of(k->number, bytes)));
    assert_int_equal(item->kind, k->stream ? LOG_RECORD : LOG_ENTRY);
    assert_int_equal(item->type, !k->stream ? k->shard : k->derived ? ENTRY_CHUNK : ENTRY_RECORDS);
    assert_int_equal(item->shard, k->stream ? k->shard : 0);
    assert_true(item->record.derived == k->derived);
    assert_true(str_equal(item->record.key, str_lit(k->stream && !k->derived ? "key" : "")));
    if (!k->derived) return;
    assert_true(item->record.rowtime >= 1000 && item->record.w == item->record.rowtime - 100);
    assert_int_equal(item->record.weight, item->record.rowtime % 2 ? 1 : -1);
    assert_int_equal(item->record.order.place, item->record.rowtime - 1000);
}

/* What the reader gives below `to` is what the list has from *at on; *at moves behind it. */
static inline void expect_read(struct world *w, const struct log_reader_options *o, struct log_reader *r, uint64_t to,
                               size_t *at)
{
    struct log_item item;
    struct err err;
    int got;

    for (;; ++*at) {
        while (*at < w->unstamped && !known_wanted(w, o, &w->known[*at])) ++*at;
        got = log_next(r, to, &item, &err);
        must(got < 0, &err);
        if (*at == w->unstamped || w->known[*at].ordinal >= to) break;
        if (got == 0) fail_msg("ordinal %llu is missing", (unsigned long long)w->known[*at].ordinal);
        expect_item(&w->known[*at], &item);
    }
    assert_int_equal(got, 0);
}

static inline void expect_all_read(struct world *w, const struct log_reader_options *o)
{
    struct log_reader *r = reader_open(w, o);
    size_t at = 0;

    expect_read(w, o, r, UINT64_MAX, &at);
    log_reader_close(r);
}

/* ---- check ---- */

struct findings {
    uint64_t damages, remarks;
    char first[480]; /* the first damage */
};

static inline void note_finding(void *arg, const struct log_finding *f)
{
    struct findings *all = arg;

    if (f->damaged && all->damages == 0) snprintf(all->first, sizeof all->first, "%s", f->text);
    *(f->damaged ? &all->damages : &all->remarks) += 1;
}

static inline struct findings world_check(struct world *w)
{
    struct findings all = {0};
    uint64_t damages;
    struct err err;

    must(log_check(w->disk, data_dir, note_finding, &all, &damages, &err), &err);
    assert_int_equal(damages, all.damages);
    return all;
}

/* The names in a directory of the data directory that end so. */
static inline int count_names(struct world *w, const char *directory, const char *ending)
{
    struct buf names = {0};
    struct err err;
    int count = 0;

    must(disk_list(w->disk, directory, &names, &err), &err);
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        size_t len = strlen(names.ptr + at);
        count += len >= strlen(ending) && strcmp(names.ptr + at + len - strlen(ending), ending) == 0;
    }
    buf_free(&names);
    return count;
}

#endif
