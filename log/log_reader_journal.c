/* log_reader_journal.c - a reader in a file of the journal, entry by entry; log_reader.h has the contract. */
#include "log/log_reader.h"

void reader_leave_journal(struct log_reader *r)
{
    journal_cursor_close(r->cursor);
    r->cursor = NULL;
    r->entry_state = ENTRY_DONE;
}

/* With the mutex held: the file cannot go before it is open. */
int reader_enter_journal(struct log_reader *r, struct err *err)
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
    const struct log_want *w = reader_want(r, walk->stream, walk->shard);

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

    if (got == 0 && complete) {
        reader_leave_journal(r);
        r->hint = (struct journal_position){r->file + 1, 0};
    }
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
int reader_next_in_journal(struct log_reader *r, uint64_t to, struct err *err)
{
    for (;;) {
        int got;
        if (r->entry_state == ENTRY_DONE && (got = next_entry(r, err)) <= 0) return got;
        if (r->entry_state == ENTRY_NEW && entry_waits(r, to)) return 0;
        got = work_entry(r, err);
        if (got || r->entry_state == ENTRY_HELD) return got;
    }
}
