/* log_reader.c - reads the log in the order of ordinals, through segments and then the journal: what is wanted, where
 * to go on, what was lost. log.h has the contract, log_reader.h the inside. */
#include "log/log_reader.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

const struct log_want *reader_want(const struct log_reader *r, uint32_t stream, uint32_t shard)
{
    const struct log_want *w = find_exactly(r, stream, shard);

    return w ? w : find_exactly(r, stream, LOG_ALL_SHARDS);
}

bool reader_wants_stream(const struct log_reader *r, uint32_t stream)
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

/* ---- where to go on ---- */

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
    if (!set) return reader_enter_journal(r, err);
    r->finished = set->head.first >= r->range.to || set->head.arrival_before >= r->range.arrival_to;
    return r->finished ? 0 : reader_enter_set(r, set, err);
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
            if ((got = reader_next_in_set(r, to, err)) != 0 || r->set) return got;
        } else if (r->cursor) {
            if ((got = reader_next_in_journal(r, to, err)) != 0 || r->cursor) return got;
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
    if (r->failure.code == ERR_NONE && (got = fetch(r, to, &r->failure)) == 0) return 0;
    if (r->failure.code != ERR_NONE) {
        *err = r->failure;
        return -1;
    }
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
    if (r->set) reader_leave_set(r);
    reader_leave_journal(r);
    free(r->segment);
    free(r->heap);
    free(r->want);
    free(r);
}
