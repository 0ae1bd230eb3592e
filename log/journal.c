/* journal.c - appending to a journal: groups, and one sync for many writers.
 *
 * Entries go into the `open` group. To write, a thread becomes the leader: it sets `busy`, and until it clears it again
 * it alone touches the file and the `closed` group. With the mutex held it swaps the two groups and stamps the closed
 * one; without it, it writes and syncs, while others fill the open group. Followers wait on `idle` and look again: is
 * my ticket durable, or am I the next leader?
 *
 *     idle --lead()--> busy: roll_if_full -> write_open_group -> sync_file --publish, broadcast--> idle
 *
 * So groups stand in the file in the order of their tickets and ordinals. A ticket is the number of a group. */
#include "log/journal_file.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 64 << 20 };

struct group {
    struct buf bytes; /* empty, or a struct group_head (not filled) and entries */
    uint32_t entries;
    uint64_t ordinals; /* that its entries take */
};

struct journal {
    struct journal_dir dir;
    char *path; /* owns dir.path */
    usec (*clock)(void *arg);
    void *clock_arg;
    uint64_t file_bytes_max;

    pthread_mutex_t mutex; /* guards all that follows, but for the leader's */
    pthread_cond_t idle;   /* busy was cleared */
    bool busy;
    struct err failure; /* code ERR_NONE: none; else final */
    struct group open;
    uint64_t open_ticket;                 /* of the open group; the first is 1 */
    uint64_t written, synced;             /* tickets: up to which all is written, and durable */
    struct journal_position end, durable; /* likewise */
    uint64_t next_ordinal, durable_ordinal;
    usec arrival;      /* the latest instant given out */
    usec file_arrival; /* of the current file's first group; or, where that is not known, not later than it */
    struct journal_stats stats;

    struct group closed; /* the leader's */
    struct file *file;   /* the leader's */
};

enum goal { WRITE, SYNC, ROLL };

static usec read_clock(struct journal *j)
{
    usec now = j->clock(j->clock_arg);

    if (now > j->arrival) j->arrival = now;
    return j->arrival;
}

static int check_failure(const struct journal *j, struct err *err)
{
    if (j->failure.code == ERR_NONE) return 0;
    *err = j->failure;
    return -1;
}

/* The leader's steps. Each is called with the mutex held and gives it back while it works on the file. */

static void publish_durable(struct journal *j)
{
    j->synced = j->written;
    j->durable = j->end;
    j->durable_ordinal = j->next_ordinal;
    j->stats.syncs++;
}

static int sync_file(struct journal *j, struct err *err)
{
    int rc;

    pthread_mutex_unlock(&j->mutex);
    rc = disk_fsync(j->file, err);
    pthread_mutex_lock(&j->mutex);
    if (!rc) publish_durable(j);
    return rc;
}

/* The file is complete: makes it durable, then begins the next. */
static int roll(struct journal *j, struct err *err)
{
    struct journal_head head = {
        .number = j->end.file + 1, .ordinal = j->next_ordinal, .arrival = j->arrival, .previous_size = j->end.offset};
    int rc;

    if (j->synced < j->written && sync_file(j, err)) return -1;
    pthread_mutex_unlock(&j->mutex);
    disk_close(j->file);
    j->file = NULL;
    rc = journal_file_create(&j->dir, head, &j->file, err);
    pthread_mutex_lock(&j->mutex);
    if (rc) return -1;
    j->end = j->durable = (struct journal_position){head.number, sizeof head};
    return 0;
}

/* The open group becomes the closed one, gets its instant and its ordinals; an empty one is open. */
static void close_group(struct journal *j)
{
    struct group_head head = {.entries = j->open.entries,
                              .ordinal = j->next_ordinal,
                              .arrival = read_clock(j),
                              .durable_offset = j->durable.offset,
                              .durable_file = j->durable.file};
    struct group empty = {.bytes = j->closed.bytes};

    memcpy(j->open.bytes.ptr, &head, sizeof head);
    empty.bytes.len = 0;
    j->closed = j->open;
    j->open = empty;
    j->open_ticket++;
}

static int write_open_group(struct journal *j, struct err *err)
{
    struct journal_position at = j->end;
    int rc;

    close_group(j);
    if (at.offset == sizeof(struct journal_head)) j->file_arrival = j->arrival;
    pthread_mutex_unlock(&j->mutex);
    group_seal(&j->closed.bytes, at);
    rc = disk_write(j->file, j->closed.bytes.ptr, j->closed.bytes.len, at.offset, err);
    pthread_mutex_lock(&j->mutex);
    if (rc) return -1;
    j->end.offset += j->closed.bytes.len;
    j->next_ordinal += j->closed.ordinals;
    j->written = j->open_ticket - 1;
    j->stats.groups_written++;
    j->stats.entries_written += j->closed.entries;
    return 0;
}

static int roll_if_full(struct journal *j, struct err *err)
{
    return j->open.entries && j->end.offset >= j->file_bytes_max ? roll(j, err) : 0;
}

/* With the mutex held, not failed and not busy. */
static int lead(struct journal *j, enum goal goal, struct err *err)
{
    int rc;

    assert(!j->busy);
    j->busy = true;
    rc = goal == ROLL ? roll(j, err) : roll_if_full(j, err);
    if (!rc && j->open.entries) rc = write_open_group(j, err);
    if (!rc && goal == SYNC && j->synced < j->written) rc = sync_file(j, err);
    if (rc) j->failure = *err;
    j->busy = false;
    pthread_cond_broadcast(&j->idle);
    return rc;
}

static void wait_idle(struct journal *j)
{
    while (j->busy) pthread_cond_wait(&j->idle, &j->mutex);
}

/* Until the open group has room for that many bytes. */
static int make_room(struct journal *j, size_t bytes, struct err *err)
{
    for (;;) {
        if (check_failure(j, err)) return -1;
        if (!j->open.entries || j->open.bytes.len + bytes <= GROUP_BYTES_FULL) return 0;
        if (j->busy)
            wait_idle(j);
        else if (lead(j, WRITE, err))
            return -1;
    }
}

static void put(struct group *group, struct entry_head head, struct str payload)
{
    static const struct group_head unfilled;

    if (!group->entries) buf_put(&group->bytes, &unfilled, sizeof unfilled);
    buf_put(&group->bytes, &head, sizeof head);
    buf_put(&group->bytes, payload.ptr, payload.len);
    group->entries++;
    group->ordinals += head.count;
}

int journal_put(struct journal *j, enum entry_type type, uint32_t count, struct str payload, uint64_t *ticket,
                struct err *err)
{
    struct entry_head head = {(uint32_t)payload.len, type, count};
    int rc;

    assert(count == 1 || (count > 0 && (type == ENTRY_RECORDS || type == ENTRY_CHUNK)));
    if (payload.len > PAYLOAD_BYTES_MAX)
        return err_set(err, ERR_LIMIT, -1, "an entry of %zu bytes is too long for the journal (at most %d)",
                       payload.len, PAYLOAD_BYTES_MAX);
    pthread_mutex_lock(&j->mutex);
    rc = make_room(j, sizeof head + payload.len, err);
    if (!rc) {
        put(&j->open, head, payload);
        if (ticket) *ticket = j->open_ticket;
    }
    pthread_mutex_unlock(&j->mutex);
    return rc;
}

int journal_write(struct journal *j, struct journal_position *end, uint64_t *ordinal, struct err *err)
{
    int rc;

    pthread_mutex_lock(&j->mutex);
    wait_idle(j);
    rc = check_failure(j, err);
    if (!rc && j->open.entries) rc = lead(j, WRITE, err);
    if (!rc && end) *end = j->end;
    if (!rc && ordinal) *ordinal = j->next_ordinal;
    pthread_mutex_unlock(&j->mutex);
    return rc;
}

int journal_roll(struct journal *j, usec before, struct err *err)
{
    int rc;

    pthread_mutex_lock(&j->mutex);
    wait_idle(j);
    rc = check_failure(j, err);
    if (!rc && j->end.offset > sizeof(struct journal_head) && j->file_arrival < before) rc = lead(j, ROLL, err);
    pthread_mutex_unlock(&j->mutex);
    return rc;
}

/* Who waited and finds its ticket durable has succeeded, even if the journal has failed since. */
static int sync_ticket(struct journal *j, uint64_t ticket, struct err *err)
{
    while (j->synced < ticket) {
        if (check_failure(j, err)) return -1;
        if (j->busy)
            wait_idle(j);
        else if (lead(j, SYNC, err))
            return -1;
    }
    return 0;
}

int journal_sync(struct journal *j, uint64_t ticket, struct err *err)
{
    uint64_t last;
    int rc;

    pthread_mutex_lock(&j->mutex);
    last = j->open.entries ? j->open_ticket : j->open_ticket - 1;
    rc = check_failure(j, err);
    if (!rc) rc = sync_ticket(j, ticket < last ? ticket : last, err);
    pthread_mutex_unlock(&j->mutex);
    return rc;
}

usec journal_clock(struct journal *j)
{
    usec now;

    pthread_mutex_lock(&j->mutex);
    now = read_clock(j);
    pthread_mutex_unlock(&j->mutex);
    return now;
}

struct journal_position journal_end(struct journal *j, uint64_t *next_ordinal)
{
    struct journal_position end;

    pthread_mutex_lock(&j->mutex);
    end = j->end;
    if (next_ordinal) *next_ordinal = j->next_ordinal;
    pthread_mutex_unlock(&j->mutex);
    return end;
}

uint64_t journal_durable_ordinal(struct journal *j)
{
    uint64_t ordinal;

    pthread_mutex_lock(&j->mutex);
    ordinal = j->durable_ordinal;
    pthread_mutex_unlock(&j->mutex);
    return ordinal;
}

struct journal_stats journal_stats(struct journal *j)
{
    struct journal_stats stats;

    pthread_mutex_lock(&j->mutex);
    stats = j->stats;
    pthread_mutex_unlock(&j->mutex);
    return stats;
}

uint32_t journal_first_file(struct journal *j)
{
    uint32_t first;

    pthread_mutex_lock(&j->mutex);
    first = j->dir.first;
    pthread_mutex_unlock(&j->mutex);
    return first;
}

int journal_delete_before(struct journal *j, uint32_t number, struct err *err)
{
    uint32_t first = journal_first_file(j);

    assert(number <= journal_end(j, NULL).file);
    pthread_mutex_lock(&j->mutex);
    if (number > first) j->dir.first = number;
    pthread_mutex_unlock(&j->mutex);
    for (; first < number; first++) {
        if (journal_file_delete(&j->dir, first, err)) return -1;
    }
    return 0;
}

const struct journal_dir *journal_directory(const struct journal *j)
{
    return &j->dir;
}

static struct journal *journal_new(const struct journal_options *options)
{
    struct journal *j = mem_zalloc(sizeof *j);

    assert(options->disk && options->dir && options->clock);
    j->path = mem_strdup(options->dir);
    j->dir = (struct journal_dir){.disk = options->disk, .path = j->path};
    j->clock = options->clock;
    j->clock_arg = options->clock_arg;
    j->file_bytes_max = options->file_bytes_max ? options->file_bytes_max : FILE_BYTES_MAX;
    j->open_ticket = 1;
    pthread_mutex_init(&j->mutex, NULL);
    pthread_cond_init(&j->idle, NULL);
    return j;
}

static void journal_free(struct journal *j)
{
    buf_free(&j->open.bytes);
    buf_free(&j->closed.bytes);
    pthread_cond_destroy(&j->idle);
    pthread_mutex_destroy(&j->mutex);
    free(j->path);
    free(j);
}

int journal_open(const struct journal_options *options, struct journal **out, struct err *err)
{
    struct journal *j = journal_new(options);
    struct journal_tail tail;

    if (journal_recover(&j->dir, options, &tail, &j->stats, err)) {
        journal_free(j);
        return -1;
    }
    j->file = tail.file;
    j->end = j->durable = tail.end;
    j->next_ordinal = j->durable_ordinal = tail.ordinal;
    j->arrival = tail.arrival;
    j->file_arrival = tail.file_arrival;
    *out = j;
    return 0;
}

/* First everything else, so that CLOSE says it was durable. */
static int write_close(struct journal *j, struct err *err)
{
    if (journal_sync(j, UINT64_MAX, err)) return -1;
    if (journal_put(j, ENTRY_CLOSE, 1, str_of("", 0), NULL, err)) return -1;
    return journal_sync(j, UINT64_MAX, err);
}

/* j is gone afterwards, also when this fails. */
int journal_close(struct journal *j, struct err *err)
{
    int rc = write_close(j, err);

    journal_abandon(j);
    return rc;
}

void journal_abandon(struct journal *j)
{
    if (!j) return;
    assert(!j->busy);
    disk_close(j->file);
    journal_free(j);
}
