/* log_reader.c - reads the log in the order of ordinals, through segments and then the journal (log.h).
 *
 *     next ordinal in a set      -> enter_set: cursors over its segments in a heap, merged -> leave_set, at its end
 *     next ordinal in no set yet -> enter_journal: a cursor over one file -> its end: where does the next ordinal lie?
 *
 * One item is held ready, so that `to` can stop in front of it; its bytes stay where they are until the next is asked
 * for. */
#include "log/log_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of the journal's entry that the reader is at. */
enum entry_state {
    ENTRY_DONE,
    ENTRY_NEW,    /* nothing was done with it yet */
    ENTRY_HELD,   /* a chunk of a running epoch */
    ENTRY_WALKED, /* its records are handed out */
};

struct wanted {
    struct log_want want; /* must be first */
    uint64_t heard;       /* what is gone before this ordinal was reported, or need not be */
};

struct log_reader {
    struct log *log;
    struct wanted *want; /* sorted by (stream, shard) */
    size_t want_count;
    bool all, control;
    struct log_range range; /* from: of the set or file that it is in */
    enum epoch_fate (*fate)(void *arg, uint64_t epoch);
    void *fate_arg;
    struct journal_position hint;
    struct log_read_stats stats;

    uint64_t next; /* everything before it was handed out or is not wanted */
    bool finished; /* nothing behind it is in the range */
    struct log_item ready;
    bool has_ready;

    struct set *set; /* NULL: not in a set */
    struct segment **segment;
    size_t segment_count, segment_capacity;
    struct segment_cursor **heap; /* the least bound first */
    size_t heap_count, heap_capacity;

    struct journal_cursor *cursor; /* NULL: not in the journal */
    uint32_t file;                 /* its file */
    struct journal_entry entry;
    enum entry_state entry_state;
    struct record_walk walk;
};

/* ---- what is wanted ---- */

static int compare_wants(const void *a, const void *b)
{
    const struct log_want *x = a, *y = b;

    if (x->stream != y->stream) return x->stream < y->stream ? -1 : 1;
    return x->shard < y->shard ? -1 : x->shard > y->shard;
}

static const struct log_want *find_exactly(const struct log_reader *r, uint32_t stream, uint32_t shard)
{
    struct wanted key = {.want = {.stream = stream, .shard = shard}};

    return r->want_count ? bsearch(&key, r->want, r->want_count, sizeof key, compare_wants) : NULL;
}

static const struct log_want *find_want(const struct log_reader *r, uint32_t stream, uint32_t shard)
{
    const struct log_want *w = find_exactly(r, stream, shard);

    return w ? w : find_exactly(r, stream, LOG_ALL_SHARDS);
}

static bool stream_wanted(const struct log_reader *r, uint32_t stream)
{
    size_t low = 0, high = r->want_count;

    if (stream == 0 || r->all) return stream ? r->all : r->control;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->want[middle].want.stream < stream)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->want_count && r->want[low].want.stream == stream;
}

/* ---- the heap ---- */

static uint64_t bound(const struct log_reader *r, size_t i)
{
    return segment_cursor_bound(r->heap[i]);
}

static void sift_down(struct log_reader *r, size_t i)
{
    for (;;) {
        size_t least = i, left = 2 * i + 1, right = 2 * i + 2;
        struct segment_cursor *swap = r->heap[i];
        if (left < r->heap_count && bound(r, left) < bound(r, least)) least = left;
        if (right < r->heap_count && bound(r, right) < bound(r, least)) least = right;
        if (least == i) return;
        r->heap[i] = r->heap[least];
        r->heap[least] = swap;
        i = least;
    }
}

static void order_heap(struct log_reader *r)
{
    for (size_t i = r->heap_count / 2; i-- > 0;) sift_down(r, i);
}

/* ---- in a set ---- */

static void leave_set(struct log_reader *r)
{
    for (size_t i = 0; i < r->heap_count; i++) segment_cursor_free(r->heap[i]);
    for (size_t i = 0; i < r->segment_count; i++) segment_close(r->segment[i]);
    r->heap_count = r->segment_count = 0;
    pthread_mutex_lock(&r->log->mutex);
    set_unref(r->set);
    pthread_mutex_unlock(&r->log->mutex);
    r->set = NULL;
}

static bool span_wanted(const struct log_range *range, const struct record_span *span)
{
    return span->last >= range->from && span->first < range->to && span->arrival_last >= range->arrival_from &&
           span->arrival_first < range->arrival_to;
}

/* A cursor for each wanted shard of the segment. */
static void add_cursors(struct log_reader *r, struct segment *s, uint32_t stream)
{
    uint32_t count, end;
    const struct block_head *index = segment_index(s, &count);

    for (uint32_t begin = 0; begin < count; begin = end) {
        const struct log_want *w = find_want(r, stream, index[begin].shard);
        for (end = begin + 1; end < count && index[end].shard == index[begin].shard;) end++;
        if (!w && !r->all && stream != 0) continue;
        r->heap = mem_grow(r->heap, &r->heap_capacity, r->heap_count + 1, sizeof(struct segment_cursor *));
        r->heap[r->heap_count++] =
            segment_cursor_new(s, begin, end, &r->range, w && w->origin == LOG_OUTSIDE_RECORDS, &r->stats);
    }
}

static int open_row(struct log_reader *r, const struct segment_head *row, struct err *err)
{
    struct segment *s;

    if (!stream_wanted(r, row->stream) || log_is_gone(&r->log->horizon, row) || !span_wanted(&r->range, &row->span))
        return 0;
    if (segment_open(&r->log->dir, row, &s, err)) return -1;
    r->stats.segments++;
    r->segment = mem_grow(r->segment, &r->segment_capacity, r->segment_count + 1, sizeof(struct segment *));
    r->segment[r->segment_count++] = s;
    add_cursors(r, s, row->stream);
    return 0;
}

/* With the mutex held. */
static int enter_set(struct log_reader *r, struct set *set, struct err *err)
{
    r->set = set;
    set->refs++;
    for (uint32_t i = 0; i < set->head.segments; i++) {
        if (open_row(r, &set->row[i], err)) return -1;
    }
    order_heap(r);
    return 0;
}

/* The top of the heap is at *record. */
static void make_ready(struct log_reader *r, const struct segment_cursor *c, const struct record *record)
{
    uint32_t stream = segment_cursor_stream(c), shard = segment_cursor_shard(c);

    r->ready = (struct log_item){.kind = stream ? LOG_RECORD : LOG_ENTRY,
                                 .type = !stream           ? (enum entry_type)shard
                                         : record->derived ? ENTRY_CHUNK
                                                           : ENTRY_RECORDS,
                                 .stream = stream,
                                 .shard = stream ? shard : 0,
                                 .record = *record};
    r->has_ready = true;
}

/* 1: an item is ready; 0: none below `to`; -1. At the end of the set there is no set. */
static int next_in_set(struct log_reader *r, uint64_t to, struct err *err)
{
    while (r->heap_count && bound(r, 0) < to) {
        struct segment_cursor *top = r->heap[0];
        struct record record;
        int got = segment_cursor_peek(top, &record, err);
        if (got > 0) {
            make_ready(r, top, &record);
            got = segment_cursor_move(top, err) ? -1 : 1;
        }
        sift_down(r, 0);
        if (got) return got;
    }
    if (r->heap_count && bound(r, 0) != UINT64_MAX) return 0;
    r->next = r->set->head.end;
    leave_set(r);
    return 0;
}

/* ---- in the journal ---- */

static void leave_journal(struct log_reader *r)
{
    journal_cursor_close(r->cursor);
    r->cursor = NULL;
    r->entry_state = ENTRY_DONE;
}

/* With the mutex held: the file cannot go before it is open. */
static int enter_journal(struct log_reader *r, struct err *err)
{
    struct journal_position at = r->hint;

    r->hint = (struct journal_position){0, 0};
    if (at.file < log_next_file(r->log)) at = (struct journal_position){log_next_file(r->log), 0};
    if (journal_find(r->log->journal, r->next, r->range.arrival_from, &at, err)) return -1;
    r->file = at.file;
    return journal_cursor_open_file(r->log->journal, at, &r->cursor, err);
}

/* The next of the entry's records that is wanted. 1: ready; 0: no more; -1. */
static int next_in_entry(struct log_reader *r, struct err *err)
{
    struct record record;
    int got;

    while ((got = record_next(&r->walk, &record, err)) > 0) {
        if (record.ordinal < r->next) continue;
        r->ready = (struct log_item){.kind = LOG_RECORD,
                                     .type = r->entry.type,
                                     .stream = r->walk.stream,
                                     .shard = r->walk.shard,
                                     .epoch = r->walk.epoch,
                                     .record = record};
        r->has_ready = true;
        return 1;
    }
    if (got == 0) r->entry_state = ENTRY_DONE;
    return got;
}

static bool records_wanted(const struct log_reader *r, const struct record_walk *walk)
{
    const struct log_want *w = find_want(r, walk->stream, walk->shard);

    if (r->all) return true;
    return w && !(w->origin == LOG_OUTSIDE_RECORDS && walk->entry->type == ENTRY_CHUNK);
}

/* What the entry is to this reader: it is walked, held or done with. */
static int begin_records(struct log_reader *r, struct err *err)
{
    enum epoch_fate fate = FATE_COMMITTED;

    r->entry_state = ENTRY_DONE;
    if (record_walk_begin(&r->walk, &r->entry, err)) return -1;
    if (!records_wanted(r, &r->walk)) return 0;
    if (r->entry.type == ENTRY_CHUNK && r->fate) fate = r->fate(r->fate_arg, r->walk.epoch);
    if (fate == FATE_RUNNING) r->entry_state = ENTRY_HELD;
    if (fate == FATE_COMMITTED) r->entry_state = ENTRY_WALKED;
    return 0;
}

static void entry_ready(struct log_reader *r)
{
    const struct journal_entry *e = &r->entry;

    r->ready = (struct log_item){.kind = LOG_ENTRY,
                                 .type = e->type,
                                 .record = {.ordinal = e->ordinal,
                                            .arrival = e->arrival,
                                            .key = str_of("", 0),
                                            .data = e->payload,
                                            .rowtime = USEC_MIN,
                                            .w = USEC_MIN,
                                            .order = {.ordinal = e->ordinal},
                                            .weight = 1}};
    r->has_ready = true;
}

static bool entry_wanted(const struct log_reader *r)
{
    const struct journal_entry *e = &r->entry;

    return e->ordinal + e->count > r->next && e->arrival >= r->range.arrival_from && e->arrival < r->range.arrival_to;
}

static int take_entry(struct log_reader *r, struct err *err)
{
    enum entry_type type = r->entry.type;

    r->entry_state = ENTRY_DONE;
    if (!entry_wanted(r)) return 0;
    if (type == ENTRY_RECORDS || type == ENTRY_CHUNK) return begin_records(r, err);
    if (r->control) entry_ready(r);
    return 0;
}

/* 1: the next entry was read; 0: there is none; -1. At the end of a complete file the journal is left. */
static int next_entry(struct log_reader *r, struct err *err)
{
    bool complete = journal_end(r->log->journal, NULL).file > r->file;
    struct journal_position before = r->entry.group;
    int got = journal_next(r->cursor, &r->entry, err);

    if (got == 0 && complete) leave_journal(r);
    if (got <= 0) return got;
    r->stats.groups += position_compare(before, r->entry.group) != 0;
    r->entry_state = ENTRY_NEW;
    return 1;
}

/* An entry that lies behind the range ends the reading; one at or behind `to` has to wait. */
static bool entry_waits(struct log_reader *r, uint64_t to)
{
    r->finished = r->entry.ordinal >= r->range.to || r->entry.arrival >= r->range.arrival_to;
    return r->finished || r->entry.ordinal >= to;
}

/* Goes on with the entry. 1: an item is ready; 0: not (yet); -1. */
static int work_entry(struct log_reader *r, struct err *err)
{
    int got = 0;

    if (r->entry_state == ENTRY_NEW && take_entry(r, err)) return -1;
    if (r->entry_state == ENTRY_HELD && begin_records(r, err)) return -1;
    if (r->entry_state == ENTRY_WALKED) got = next_in_entry(r, err);
    if (got < 0 || r->has_ready) return got < 0 ? -1 : 1;
    if (r->entry_state == ENTRY_DONE && r->entry.ordinal + r->entry.count > r->next)
        r->next = r->entry.ordinal + r->entry.count;
    return 0;
}

/* 1: an item is ready; 0: none for now, or the file is at its end and left; -1. */
static int next_in_journal(struct log_reader *r, uint64_t to, struct err *err)
{
    for (;;) {
        int got;
        if (r->entry_state == ENTRY_DONE && (got = next_entry(r, err)) <= 0) return got;
        if (r->entry_state == ENTRY_NEW && entry_waits(r, to)) return 0;
        got = work_entry(r, err);
        if (got || r->entry_state == ENTRY_HELD) return got;
    }
}

/* ---- both ---- */

/* The first of the wanted streams that has lost what the reader had still to come to. With the mutex held. */
static bool find_lost(struct log_reader *r)
{
    for (size_t i = 0; i < r->want_count; i++) {
        struct wanted *w = &r->want[i];
        const struct horizon_row *h = horizon_row(&r->log->horizon, w->want.stream);
        uint64_t from = w->heard > r->next ? w->heard : r->next;
        if (!h || h->gone < from || h->gone_arrival < r->range.arrival_from || from >= r->range.to) continue;
        w->heard = h->gone + 1;
        if (i && r->want[i - 1].want.stream == w->want.stream) continue; /* said for its first shard */
        r->ready = (struct log_item){.kind = LOG_LOST,
                                     .stream = w->want.stream,
                                     .record = {.ordinal = from},
                                     .lost_from = from,
                                     .lost_to = h->gone + 1};
        return r->has_ready = true;
    }
    return false;
}

/* The set in which the next ordinal lies, or NULL. With the mutex held. */
static struct set *find_set(const struct log_reader *r)
{
    size_t low = 0, high = r->log->set_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->log->set[middle]->head.end <= r->next)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->log->set_count ? r->log->set[low] : NULL;
}

static int enter_locked(struct log_reader *r, struct err *err)
{
    struct set *set;

    if (find_lost(r)) return 0;
    while ((set = find_set(r)) != NULL && set->head.arrival_last < r->range.arrival_from) r->next = set->head.end;
    if (r->next > r->range.from) r->range.from = r->next;
    if (!set) return enter_journal(r, err);
    r->finished = set->head.first >= r->range.to || set->head.arrival_before >= r->range.arrival_to;
    return r->finished ? 0 : enter_set(r, set, err);
}

static int enter(struct log_reader *r, struct err *err)
{
    int failed;

    pthread_mutex_lock(&r->log->mutex);
    failed = enter_locked(r, err);
    pthread_mutex_unlock(&r->log->mutex);
    return failed;
}

/* 1: an item is ready, perhaps not below `to`; 0: none for now; -1. */
static int fetch(struct log_reader *r, uint64_t to, struct err *err)
{
    while (!r->has_ready) {
        int got;
        if (r->finished) return 0;
        if (r->set) {
            if ((got = next_in_set(r, to, err)) != 0 || r->set) return got;
        } else if (r->cursor) {
            if ((got = next_in_journal(r, to, err)) != 0 || r->cursor) return got;
        } else {
            if (r->next >= to) return 0;
            if (enter(r, err)) return -1;
        }
    }
    return 1;
}

int log_next(struct log_reader *r, uint64_t to, struct log_item *item, struct err *err)
{
    int got;

    if (to > r->range.to) to = r->range.to;
    got = fetch(r, to, err);
    if (got <= 0) return got;
    if (r->ready.record.ordinal >= to) return 0;
    *item = r->ready;
    r->has_ready = false;
    if (item->kind != LOG_LOST) r->next = item->record.ordinal + 1;
    return 1;
}

uint64_t log_reader_position(const struct log_reader *r)
{
    return r->next;
}

struct log_read_stats log_reader_stats(const struct log_reader *r)
{
    return r->stats;
}

/* ---- opening ---- */

/* Whoever wants everything can have it only if nothing of it is gone. */
static int check_whole(struct log_reader *r, struct err *err)
{
    const struct horizon *h = &r->log->horizon;

    for (size_t i = 0; i < h->count; i++) {
        if (h->row[i].gone >= r->next)
            return err_set(
                err, ERR_VALUE, -1, "the log is wanted from ordinal %llu on, but of stream %u it begins at %llu",
                (unsigned long long)r->next, (unsigned)h->row[i].stream, (unsigned long long)h->row[i].gone + 1);
    }
    return 0;
}

/* From the earliest on: what is gone already need not be reported. */
static void begin_earliest(struct log_reader *r)
{
    r->next = 1;
    for (size_t i = 0; i < r->want_count; i++) {
        const struct horizon_row *h = horizon_row(&r->log->horizon, r->want[i].want.stream);
        r->want[i].heard = h ? h->gone + 1 : 1;
    }
}

static int begin(struct log_reader *r, struct err *err)
{
    int failed = 0;

    pthread_mutex_lock(&r->log->mutex);
    r->next = r->range.from;
    if (!r->range.from)
        begin_earliest(r);
    else if (r->all)
        failed = check_whole(r, err);
    pthread_mutex_unlock(&r->log->mutex);
    return failed;
}

static void copy_wants(struct log_reader *r, const struct log_reader_options *options)
{
    r->all = options->want == NULL;
    if (r->all) return;
    r->want_count = options->want_count;
    r->want = mem_zalloc(r->want_count * sizeof *r->want + 1);
    for (size_t i = 0; i < r->want_count; i++) r->want[i].want = options->want[i];
    qsort(r->want, r->want_count, sizeof *r->want, compare_wants);
}

int log_reader_open(struct log *log, const struct log_reader_options *options, struct log_reader **out, struct err *err)
{
    struct log_reader *r = mem_zalloc(sizeof *r);

    r->log = log;
    copy_wants(r, options);
    r->control = options->control || r->all;
    r->range = options->range;
    r->fate = options->fate;
    r->fate_arg = options->fate_arg;
    r->hint = options->hint;
    if (begin(r, err)) {
        log_reader_close(r);
        return -1;
    }
    *out = r;
    return 0;
}

void log_reader_close(struct log_reader *r)
{
    if (!r) return;
    if (r->set) leave_set(r);
    leave_journal(r);
    free(r->segment);
    free(r->heap);
    free(r->want);
    free(r);
}
