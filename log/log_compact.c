/* log_compact.c - a closed journal file becomes a set of segments (log.h).
 *
 * In this order, each step durable before the next:
 *     the segments -> the set -> (in memory: it counts from now) -> the journal file is deleted
 * Before the set is there the segments are nothing, and the next try replaces them; from then on the journal file is
 * nothing, and whoever opens the log deletes it. So a crash at any point loses nothing and leaves nothing twice. */
#include "log/log_state.h"
#include "log/segment_write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct part {
    uint32_t stream;
    struct segment_writer *writer;
};

struct compaction {
    struct log *log;
    const struct log_compaction *how;
    struct set_head head;
    struct part *part; /* sorted by stream */
    size_t count, capacity;
    bool running; /* the file holds chunks of an epoch whose fate is not known */
};

/* The stream's greatest event time before the file: of its newest segment, or of those that are gone. */
static usec event_time_before(struct log *log, uint32_t stream)
{
    const struct horizon_row *h;
    const struct segment_head *row = NULL;
    usec found;

    pthread_mutex_lock(&log->mutex);
    for (size_t i = log->set_count; !row && i-- > 0;) row = set_row(log->set[i], stream);
    h = horizon_row(&log->horizon, stream);
    found = row ? row->event_after : h ? h->event_time : USEC_MIN;
    pthread_mutex_unlock(&log->mutex);
    return found;
}

static struct segment_writer *writer_of(struct compaction *c, uint32_t stream)
{
    size_t at = c->count;

    while (at > 0 && c->part[at - 1].stream > stream) at--;
    if (at > 0 && c->part[at - 1].stream == stream) return c->part[at - 1].writer;
    c->part = mem_grow(c->part, &c->capacity, c->count + 1, sizeof *c->part);
    memmove(c->part + at + 1, c->part + at, (c->count - at) * sizeof *c->part);
    c->part[at] = (struct part){stream, segment_writer_new(c->head.file, stream, event_time_before(c->log, stream))};
    c->count++;
    return c->part[at].writer;
}

/* ---- entries ---- */

static int add_records(struct compaction *c, const struct journal_entry *entry, struct err *err)
{
    struct segment_writer *writer;
    struct record_walk walk;
    struct record r;
    int got;

    if (record_walk_begin(&walk, entry, err)) return -1;
    if (walk.stream == 0)
        return err_set(err, ERR_DAMAGED, -1, "the journal's entry with ordinal %llu has records of stream 0",
                       (unsigned long long)entry->ordinal);
    if (entry->type == ENTRY_CHUNK) {
        enum epoch_fate fate = c->how->fate(c->how->arg, walk.epoch);
        c->running |= fate == FATE_RUNNING;
        if (fate != FATE_COMMITTED) return 0;
    }
    writer = writer_of(c, walk.stream);
    while ((got = record_next(&walk, &r, err)) > 0)
        segment_writer_add(writer, walk.shard, &r, c->how->time(c->how->arg, walk.stream, &r));
    return got;
}

static void add_control(struct compaction *c, const struct journal_entry *entry)
{
    struct record r = {
        .ordinal = entry->ordinal, .arrival = entry->arrival, .key = str_of("", 0), .data = entry->payload};

    segment_writer_add(writer_of(c, 0), entry->type, &r, (struct record_time){.rowtime = USEC_MIN});
}

static int add_entry(struct compaction *c, const struct journal_entry *entry, struct err *err)
{
    c->head.end = entry->ordinal + entry->count;
    c->head.arrival_last = entry->arrival;
    if (entry->type == ENTRY_RECORDS || entry->type == ENTRY_CHUNK) return add_records(c, entry, err);
    add_control(c, entry);
    return 0;
}

static int read_file(struct compaction *c, struct err *err)
{
    struct journal_position start = {c->head.file, 0};
    struct journal_cursor *cursor;
    struct journal_entry entry;
    int got;

    if (journal_cursor_open_file(c->log->journal, start, &cursor, err)) return -1;
    while (!c->running && (got = journal_next(cursor, &entry, err)) != 0) {
        if (got < 0 || add_entry(c, &entry, err)) {
            journal_cursor_close(cursor);
            return -1;
        }
    }
    journal_cursor_close(cursor);
    return 0;
}

/* ---- files ---- */

static int write_segment(struct compaction *c, size_t i, struct segment_head *row, struct err *err)
{
    struct buf bytes;
    int failed;

    segment_writer_finish(c->part[i].writer, &bytes, row);
    failed = log_dir_write(&c->log->dir, log_segment_file(c->head.file, c->part[i].stream),
                           str_of(bytes.ptr, bytes.len), err);
    buf_free(&bytes);
    segment_writer_free(c->part[i].writer);
    c->part[i].writer = NULL;
    return failed;
}

static int write_set(struct compaction *c, struct set *set, struct err *err)
{
    if (log_dir_make(&c->log->dir, err)) return -1;
    for (size_t i = 0; i < c->count; i++) {
        if (write_segment(c, i, &set->row[i], err)) return -1;
    }
    if (log_dir_sync(&c->log->dir, err) || set_write(&c->log->dir, set, err)) return -1;
    return log_dir_sync(&c->log->dir, err);
}

static void publish(struct log *log, struct set *set)
{
    pthread_mutex_lock(&log->mutex);
    log->set = mem_grow(log->set, &log->set_capacity, log->set_count + 1, sizeof(struct set *));
    log->set[log->set_count++] = set;
    log->end = set->head.end;
    pthread_mutex_unlock(&log->mutex);
}

static int replace_file(struct compaction *c, struct err *err)
{
    struct set *set;

    c->head.segments = (uint32_t)c->count;
    set = set_new(&c->head);
    if (write_set(c, set, err)) {
        free(set);
        return -1;
    }
    publish(c->log, set);
    return journal_delete_before(c->log->journal, c->head.file + 1, err);
}

static void compaction_free(struct compaction *c)
{
    for (size_t i = 0; i < c->count; i++) segment_writer_free(c->part[i].writer);
    free(c->part);
}

/* What the head of the file says; the entries go on from there. */
static int read_head(struct compaction *c, struct err *err)
{
    const struct journal_dir *dir = journal_directory(c->log->journal);
    struct journal_head head;
    struct file *file;
    int valid;

    if (journal_file_open(dir, c->head.file, DISK_READ, &file, err)) return -1;
    valid = journal_head_read(dir, c->head.file, file, &head, err);
    disk_close(file);
    if (valid < 0) return -1;
    if (!valid)
        return journal_damaged(dir, (struct journal_position){c->head.file, 0}, "the head of the file is not valid",
                               err);
    c->head.first = c->head.end = head.ordinal;
    c->head.arrival_before = c->head.arrival_last = head.arrival;
    return 0;
}

int log_compact(struct log *log, const struct log_compaction *how, struct err *err)
{
    struct compaction c = {.log = log, .how = how};
    int failed;

    if (journal_roll(log->journal, how->close_before, err)) return -1;
    pthread_mutex_lock(&log->mutex);
    c.head.file = log_next_file(log);
    pthread_mutex_unlock(&log->mutex);
    if (journal_end(log->journal, NULL).file <= c.head.file) return 0;
    failed = read_head(&c, err) || read_file(&c, err);
    if (!failed && !c.running) failed = replace_file(&c, err);
    compaction_free(&c);
    return failed ? -1 : c.running ? 0 : 1;
}
