/* log_retain.c - segments that are too old are deleted (log.h).
 *
 * First the horizon says so, durably, then the files go; whoever opens the log deletes what a crash has left of them.
 * Arrivals and ordinals grow along a stream, so what may go is always the oldest of it. */
#include "log/log_state.h"

#include <stdlib.h>
#include <string.h>

struct retention {
    const struct log_retention *how;
    struct set **set; /* with references */
    size_t count;
    struct horizon horizon; /* as it will be */
    struct log_file *file;  /* that go */
    size_t file_count, file_capacity;
    uint64_t segments; /* among them */
};

static void delete_later(struct retention *r, struct log_file file)
{
    r->file = mem_grow(r->file, &r->file_capacity, r->file_count + 1, sizeof *r->file);
    r->file[r->file_count++] = file;
    r->segments += file.kind == LOG_NAME_SEGMENT;
}

static void take(struct retention *r, const struct segment_head *row)
{
    struct horizon_row *h = horizon_row_make(&r->horizon, row->stream);

    h->gone = row->span.last;
    h->gone_arrival = row->span.arrival_last;
    h->event_time = row->event_after;
    h->records += row->records;
    delete_later(r, log_segment_file(row->file, row->stream));
}

static bool is_too_old(const struct retention *r, const struct segment_head *row)
{
    return row->span.last < r->how->needed_from && row->span.arrival_last < r->how->keep_from(r->how->arg, row->stream);
}

/* Takes from the set what may go; true when it is empty then. older_gone: so are all sets before it. */
static bool take_from_set(struct retention *r, const struct set *set, bool older_gone)
{
    const struct segment_head *control = set_row(set, 0);
    bool empty = older_gone && set->head.end <= r->how->needed_from;

    for (uint32_t i = 0; i < set->head.segments; i++) {
        const struct segment_head *row = &set->row[i];
        if (row == control || log_is_gone(&r->horizon, row)) continue;
        if (is_too_old(r, row))
            take(r, row);
        else
            empty = false;
    }
    if (empty && control && !log_is_gone(&r->horizon, control)) take(r, control);
    return empty;
}

/* A dropped stream of which nothing is there needs no row. */
static void forget_dropped(struct retention *r, size_t first)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->horizon.count; i++) {
        const struct horizon_row *row = &r->horizon.row[i];
        bool named = row->stream == 0 || r->how->keep_from(r->how->arg, row->stream) != USEC_MAX;
        for (size_t k = first; !named && k < r->count; k++) named = set_row(r->set[k], row->stream) != NULL;
        if (named) r->horizon.row[kept++] = *row;
    }
    r->horizon.count = kept;
}

static void decide(struct retention *r)
{
    size_t empty = 0;

    for (size_t i = 0; i < r->count; i++) {
        if (!take_from_set(r, r->set[i], empty == i)) continue;
        delete_later(r, log_set_file(r->set[i]->head.file));
        empty++;
    }
    r->horizon.first_set += (uint32_t)empty;
    forget_dropped(r, empty);
}

static void begin(struct log *log, struct retention *r)
{
    pthread_mutex_lock(&log->mutex);
    r->set = mem_alloc(log->set_count * sizeof(struct set *) + 1);
    r->count = log->set_count;
    for (size_t i = 0; i < r->count; i++) {
        r->set[i] = log->set[i];
        r->set[i]->refs++;
    }
    r->horizon = horizon_copy(&log->horizon);
    pthread_mutex_unlock(&log->mutex);
}

/* The log becomes what the horizon says, which r then no longer owns. */
static void publish(struct log *log, struct retention *r)
{
    size_t empty;

    pthread_mutex_lock(&log->mutex);
    empty = r->horizon.first_set - log->horizon.first_set;
    for (size_t i = 0; i < empty; i++) set_unref(log->set[i]);
    log->set_count -= empty;
    memmove(log->set, log->set + empty, log->set_count * sizeof(struct set *));
    horizon_free(&log->horizon);
    log->horizon = r->horizon;
    r->horizon = (struct horizon){0};
    pthread_mutex_unlock(&log->mutex);
}

static int carry_out(struct log *log, struct retention *r, struct err *err)
{
    if (horizon_write(&log->dir, &r->horizon, err) || log_dir_sync(&log->dir, err)) return -1;
    publish(log, r);
    for (size_t i = 0; i < r->file_count; i++) {
        if (log_dir_delete(&log->dir, r->file[i], err)) return -1;
    }
    return 0;
}

static void end(struct log *log, struct retention *r)
{
    pthread_mutex_lock(&log->mutex);
    for (size_t i = 0; i < r->count; i++) set_unref(r->set[i]);
    pthread_mutex_unlock(&log->mutex);
    free(r->set);
    free(r->file);
    horizon_free(&r->horizon);
}

int log_retain(struct log *log, const struct log_retention *how, uint64_t *deleted, struct err *err)
{
    struct retention r = {.how = how};
    int failed = 0;

    begin(log, &r);
    decide(&r);
    if (r.file_count) failed = carry_out(log, &r, err);
    if (deleted) *deleted = failed ? 0 : r.segments;
    end(log, &r);
    return failed;
}
