/* log.c - opens a log, finishing what a crash has left of a pass, and says what there is; log.h has the contract. */
#include "log/log_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

char *log_path(const char *dir, const char *name)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%s", dir, name);
    buf_text(&path);
    return path.ptr;
}

void set_unref(struct set *set)
{
    if (set && --set->refs == 0) free(set);
}

bool log_is_gone(const struct horizon *horizon, const struct segment_head *row)
{
    const struct horizon_row *h = horizon_row(horizon, row->stream);

    return h && row->span.last <= h->gone;
}

uint32_t log_next_file(const struct log *log)
{
    return log->horizon.first_set + (uint32_t)log->set_count;
}

/* ---- loading ---- */

int log_each_name(const struct log_dir *dir, int (*each)(void *arg, const char *name, struct err *err), void *arg,
                  struct err *err)
{
    int rc = disk_name(dir->disk, DISK_EXISTS, dir->path, NULL, err);
    struct buf names = {0};

    if (rc <= 0) return rc;
    rc = disk_list(dir->disk, dir->path, &names, err);
    for (size_t at = 0; !rc && at < names.len; at += strlen(names.ptr + at) + 1) rc = each(arg, names.ptr + at, err);
    buf_free(&names);
    return rc;
}

static int note_last_set(void *arg, const char *name, struct err *err)
{
    struct log_file file = log_name_parse(name);
    uint32_t *last = arg;

    (void)err;
    if (file.kind == LOG_NAME_SET && file.file > *last) *last = file.file;
    return 0;
}

static int load_set(const struct log_dir *dir, uint32_t file, const struct set *before, struct set **out,
                    struct err *err)
{
    int exists = log_dir_exists(dir, log_set_file(file), err);

    if (exists < 0) return -1;
    if (!exists) return log_damaged(dir, log_set_file(file), 0, "the file is missing", err);
    if (set_read(dir, file, out, err)) return -1;
    if (!before || before->head.end == (*out)->head.first) return 0;
    free(*out);
    return log_damaged(dir, log_set_file(file), 24, "its ordinals do not follow", err);
}

int log_load(const struct log_dir *dir, struct horizon *horizon, struct set ***set, size_t *set_count, struct err *err)
{
    uint32_t last = 0;
    size_t capacity = 0;

    *horizon = (struct horizon){.first_set = 1};
    *set = NULL;
    *set_count = 0;
    if (log_each_name(dir, note_last_set, &last, err) || horizon_read(dir, horizon, err)) return -1;
    for (uint32_t file = horizon->first_set; file <= last; file++) {
        *set = mem_grow(*set, &capacity, *set_count + 1, sizeof(struct set *));
        if (load_set(dir, file, *set_count ? (*set)[*set_count - 1] : NULL, &(*set)[*set_count], err)) return -1;
        ++*set_count;
    }
    return 0;
}

/* ---- what a crash has left ---- */

/* True when the file is not of the log: it was being written, or was about to be deleted. */
static bool is_left_over(const struct log *log, struct log_file file)
{
    const struct segment_head *row;

    if (file.kind != LOG_NAME_SEGMENT && file.kind != LOG_NAME_SET) return false;
    if (file.file < log->horizon.first_set || file.file >= log_next_file(log)) return true;
    if (file.kind == LOG_NAME_SET) return false;
    row = set_row(log->set[file.file - log->horizon.first_set], file.stream);
    return row && log_is_gone(&log->horizon, row);
}

static int clean_name(void *arg, const char *name, struct err *err)
{
    struct log *log = arg;
    struct log_file file = log_name_parse(name);
    char *path;
    int failed;

    if (file.kind != LOG_NAME_TEMPORARY && !is_left_over(log, file)) return 0;
    path = log_path(log->path, name);
    failed = disk_name(log->dir.disk, DISK_DELETE, path, NULL, err);
    free(path);
    return failed;
}

/* Journal files that have become sets. */
static int clean_journal(struct log *log, const char *path, struct err *err)
{
    struct journal_dir dir = {log->dir.disk, path, 0};
    struct buf names = {0};
    int failed = disk_list(dir.disk, path, &names, err);

    for (size_t at = 0; !failed && at < names.len; at += strlen(names.ptr + at) + 1) {
        uint32_t number = journal_file_number(names.ptr + at);
        if (number && number < log_next_file(log)) failed = journal_file_delete(&dir, number, err);
    }
    buf_free(&names);
    return failed;
}

/* ---- opening ---- */

/* The journal begins where the sets end: fills in from where it is to be opened. */
static int join_journal(struct log *log, struct journal_options *options, struct err *err)
{
    struct journal_dir dir = {log->dir.disk, options->dir, 0};
    struct journal_position start = {log_next_file(log), 0};
    struct journal_head head;
    struct file *file;
    int exists = journal_file_exists(&dir, start.file, err), valid;

    if (exists < 0) return -1;
    if (!exists) return journal_damaged(&dir, start, "the file is missing", err);
    if (journal_file_open(&dir, start.file, DISK_READ, &file, err)) return -1;
    valid = journal_head_read(&dir, start.file, file, &head, err);
    disk_close(file);
    if (valid < 0) return -1;
    if (!valid) return journal_damaged(&dir, start, "the head of the file is not valid", err);
    if (log->set_count && head.ordinal != log->set[log->set_count - 1]->head.end)
        return journal_damaged(&dir, start, "its ordinals do not follow", err);
    log->end = head.ordinal;
    if (options->from.file >= start.file) return 0;
    options->from = start;
    options->from_ordinal = head.ordinal;
    options->from_arrival = head.arrival;
    return 0;
}

static int open_journal(struct log *log, const struct log_options *from, const char *path, struct err *err)
{
    struct journal_options options = {
        .disk = from->disk,
        .dir = path,
        .clock = from->clock,
        .clock_arg = from->clock_arg,
        .file_bytes_max = from->file_bytes_max,
        .from = from->at,
        .from_ordinal = from->at_ordinal,
    };

    if (log_next_file(log) > 1 && (join_journal(log, &options, err) || clean_journal(log, path, err))) return -1;
    return journal_open(&options, &log->journal, err);
}

/* Nothing is deleted before all that is to be there was found: a set that is missing makes no segment a left-over. */
static int open_all(struct log *log, const struct log_options *options, struct err *err)
{
    char *path = log_path(options->dir, "journal");
    int failed = log_load(&log->dir, &log->horizon, &log->set, &log->set_count, err);

    log->set_capacity = log->set_count;
    if (!failed) failed = open_journal(log, options, path, err);
    free(path);
    if (failed) return -1;
    if (log_each_name(&log->dir, clean_name, log, err) == 0) return 0;
    journal_abandon(log->journal);
    return -1;
}

static void log_free(struct log *log)
{
    for (size_t i = 0; i < log->set_count; i++) set_unref(log->set[i]);
    free(log->set);
    horizon_free(&log->horizon);
    pthread_mutex_destroy(&log->mutex);
    free(log->path);
    free(log);
}

int log_open(const struct log_options *options, struct log **out, struct err *err)
{
    struct log *log = mem_zalloc(sizeof *log);

    log->path = log_path(options->dir, "log");
    log->dir = (struct log_dir){options->disk, log->path};
    log->end = 1;
    pthread_mutex_init(&log->mutex, NULL);
    if (open_all(log, options, err)) {
        log_free(log);
        return -1;
    }
    *out = log;
    return 0;
}

int log_close(struct log *log, struct err *err)
{
    int failed = journal_close(log->journal, err);

    log_free(log);
    return failed;
}

void log_abandon(struct log *log)
{
    if (!log) return;
    journal_abandon(log->journal);
    log_free(log);
}

struct journal *log_journal(struct log *log)
{
    return log->journal;
}

/* The ordinal of the group at *place; where there is none, *place is the beginning. */
static int read_first(struct log *log, struct log_place *place, struct err *err)
{
    struct journal_cursor *cursor;
    struct journal_entry entry;
    int got;

    if (journal_cursor_open_file(log->journal, place->at, &cursor, err)) return -1;
    got = journal_next(cursor, &entry, err);
    if (got > 0) place->first = entry.ordinal;
    if (got == 0) *place = (struct log_place){0};
    journal_cursor_close(cursor);
    return got < 0 ? -1 : 0;
}

int log_find_place(struct log *log, uint64_t ordinal, struct log_place *place, struct err *err)
{
    int failed;

    pthread_mutex_lock(&log->mutex);
    if (place->at.file < log_next_file(log)) place->at = (struct journal_position){log_next_file(log), 0};
    failed = journal_find(log->journal, ordinal, USEC_MIN, &place->at, err) || read_first(log, place, err);
    pthread_mutex_unlock(&log->mutex);
    return failed ? -1 : 0;
}

/* ---- what there is ---- */

uint64_t log_horizon(struct log *log, uint32_t stream)
{
    const struct horizon_row *row;
    uint64_t ordinal;

    pthread_mutex_lock(&log->mutex);
    row = horizon_row(&log->horizon, stream);
    ordinal = row ? row->gone + 1 : 1;
    pthread_mutex_unlock(&log->mutex);
    return ordinal;
}

struct log_stats log_stats(struct log *log)
{
    struct log_stats stats = {0};

    pthread_mutex_lock(&log->mutex);
    stats.ordinal = log->end;
    stats.sets = log->set_count;
    stats.journal_files = journal_end(log->journal, NULL).file - log_next_file(log) + 1;
    for (size_t i = 0; i < log->set_count; i++) {
        const struct set *set = log->set[i];
        for (uint32_t k = 0; k < set->head.segments; k++) {
            if (log_is_gone(&log->horizon, &set->row[k])) continue;
            stats.segments++;
            stats.segment_bytes += set->row[k].size;
        }
    }
    pthread_mutex_unlock(&log->mutex);
    return stats;
}

/* The newest segment of the stream that begins at or before the ordinal and is still there, or NULL. */
static const struct segment_head *find_row(const struct log *log, uint32_t stream, uint64_t ordinal)
{
    for (size_t i = log->set_count; i-- > 0;) {
        const struct segment_head *row = log->set[i]->head.first <= ordinal ? set_row(log->set[i], stream) : NULL;
        if (row && log_is_gone(&log->horizon, row)) return NULL;
        if (row && row->span.first <= ordinal) return row;
    }
    return NULL;
}

/* Among the blocks that begin at or before the ordinal the latest. */
static int floor_in_segment(const struct log_dir *dir, const struct segment_head *row, uint64_t ordinal,
                            struct log_floor *out, struct err *err)
{
    const struct block_head *index;
    struct segment *segment;
    uint32_t count;

    if (segment_open(dir, row, &segment, err)) return -1;
    index = segment_index(segment, &count);
    *out = (struct log_floor){row->span.first, row->event_before};
    for (uint32_t i = 0; i < count; i++) {
        if (index[i].span.first <= ordinal && index[i].span.first >= out->ordinal)
            *out = (struct log_floor){index[i].span.first, index[i].event_before};
    }
    segment_close(segment);
    return 0;
}

static int find_floor(const struct log *log, uint32_t stream, uint64_t ordinal, struct log_floor *out, struct err *err)
{
    const struct segment_head *row = find_row(log, stream, ordinal);
    const struct horizon_row *h = horizon_row(&log->horizon, stream);

    *out = h ? (struct log_floor){h->gone + 1, h->event_time} : (struct log_floor){1, USEC_MIN};
    if (!row) return 0;
    *out = (struct log_floor){row->span.last + 1, row->event_after};
    if (ordinal > row->span.last) return 0;
    return floor_in_segment(&log->dir, row, ordinal, out, err);
}

int log_floor(struct log *log, uint32_t stream, uint64_t ordinal, struct log_floor *out, struct err *err)
{
    int failed;

    pthread_mutex_lock(&log->mutex);
    failed = find_floor(log, stream, ordinal, out, err);
    pthread_mutex_unlock(&log->mutex);
    return failed;
}
