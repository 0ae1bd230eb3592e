/* log_check.c - reads every byte of a log and says what is not as it should be (log.h); changes nothing.
 *
 * What one finding makes unreadable is passed over, as little of it as can be: a record's block, a group, a file. */
#include "log/log_state.h"

#include <stdlib.h>
#include <string.h>

struct check {
    struct log_dir dir;         /* DIR/log */
    struct journal_dir journal; /* DIR/journal; first: of the files that are there */
    uint32_t last;              /* the last of them */
    void (*found)(void *arg, const struct log_finding *finding);
    void *arg;
    uint64_t damages;
    struct horizon horizon;
    struct set **set; /* of the files from horizon.first_set on; NULL: damaged */
    size_t count, capacity;
    uint64_t ordinal;       /* the next file's first one, if it is known, else 0 */
    uint64_t previous_size; /* of the journal file before, if there is one, else 0 */
};

/* What err says is a finding; other failures end the check. Returns -1 for those. */
static int report(struct check *c, struct err *err)
{
    struct log_finding finding = {true, err->text};

    if (err->code != ERR_DAMAGED && err->code != ERR_UNSUPPORTED) return -1;
    c->damages++;
    c->found(c->arg, &finding);
    return 0;
}

static void remark(struct check *c, const char *path, const char *what)
{
    struct buf text = {0};
    struct log_finding finding = {false, NULL};

    buf_printf(&text, "%s: %s", path, what);
    finding.text = buf_text(&text);
    c->found(c->arg, &finding);
    buf_free(&text);
}

/* ---- segments ---- */

static int check_blocks(struct check *c, struct segment *s, struct err *err)
{
    uint32_t count;

    segment_index(s, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (segment_verify_block(s, i, err) && report(c, err)) return -1;
    }
    return 0;
}

static int check_segment(struct check *c, const struct segment_head *row, struct err *err)
{
    struct segment *s;
    int failed;

    if (segment_open(&c->dir, row, &s, err)) return report(c, err);
    failed = check_blocks(c, s, err);
    segment_close(s);
    return failed;
}

static int check_set(struct check *c, uint32_t file, struct err *err)
{
    struct set *set = NULL;
    int exists = log_dir_exists(&c->dir, log_set_file(file), err), failed;

    if (exists < 0) return -1;
    failed = exists ? set_read(&c->dir, file, &set, err)
                    : log_damaged(&c->dir, log_set_file(file), 0, "the file is missing", err);
    c->set = mem_grow(c->set, &c->capacity, c->count + 1, sizeof(struct set *));
    c->set[c->count++] = set;
    if (!failed && c->ordinal && set->head.first != c->ordinal)
        failed = log_damaged(&c->dir, log_set_file(file), 24, "its ordinals do not follow", err);
    c->ordinal = set ? set->head.end : 0;
    if (failed && report(c, err)) return -1;
    for (uint32_t i = 0; set && i < set->head.segments; i++) {
        if (!log_is_gone(&c->horizon, &set->row[i]) && check_segment(c, &set->row[i], err)) return -1;
    }
    return 0;
}

struct set_numbers {
    uint32_t first, last; /* UINT32_MAX, 0: there is none */
};

static int note_set(void *arg, const char *name, struct err *err)
{
    struct log_file file = log_name_parse(name);
    struct set_numbers *n = arg;

    (void)err;
    if (file.kind != LOG_NAME_SET) return 0;
    if (file.file < n->first) n->first = file.file;
    if (file.file > n->last) n->last = file.file;
    return 0;
}

/* Without the horizon the sets that are there count as all. */
static int check_sets(struct check *c, struct err *err)
{
    struct set_numbers n = {UINT32_MAX, 0};

    if (log_each_name(&c->dir, note_set, &n, err)) return -1;
    if (horizon_read(&c->dir, &c->horizon, err)) {
        if (report(c, err)) return -1;
        c->horizon.first_set = n.last ? n.first : 1;
    }
    for (uint32_t file = c->horizon.first_set; file <= n.last; file++) {
        if (check_set(c, file, err)) return -1;
    }
    return 0;
}

/* Why a name is there that no set accounts for; NULL: one does. */
static const char *oddity(const struct check *c, struct log_file file)
{
    const struct set *set;
    const struct segment_head *row;

    if (file.kind == LOG_NAME_HORIZON) return NULL;
    if (file.kind == LOG_NAME_OTHER) return "not a file of the log";
    if (file.kind == LOG_NAME_TEMPORARY) return "left by a pass that was cut short";
    if (file.file < c->horizon.first_set) return "left by a pass of retention that was cut short";
    if (file.kind == LOG_NAME_SET) return NULL;
    if (file.file >= c->horizon.first_set + c->count) return "left by a pass of compaction that was cut short";
    set = c->set[file.file - c->horizon.first_set];
    row = set ? set_row(set, file.stream) : NULL;
    if (set && !row) return "its set does not name it";
    return row && log_is_gone(&c->horizon, row) ? "left by a pass of retention that was cut short" : NULL;
}

static int check_name(void *arg, const char *name, struct err *err)
{
    struct check *c = arg;
    const char *odd = oddity(c, log_name_parse(name));
    char *path;

    (void)err;
    if (!odd) return 0;
    path = log_path(c->dir.path, name);
    remark(c, path, odd);
    free(path);
    return 0;
}

/* ---- the journal ---- */

struct file_check {
    struct check *check;
    struct file *file;
    struct journal_position at;
    uint64_t size;
    struct buf group;
    usec arrival;
};

static int check_records(const struct journal_entry *entry, struct err *err)
{
    struct record_walk walk;
    struct record r;
    int got = 1;

    if (entry->type != ENTRY_RECORDS && entry->type != ENTRY_CHUNK) return 0;
    if (record_walk_begin(&walk, entry, err)) return -1;
    while (got > 0) got = record_next(&walk, &r, err);
    return got;
}

/* The group was read: its entries, and that it follows. */
static int check_group(struct file_check *f, struct err *err)
{
    struct check *c = f->check;
    struct group_head head;
    struct journal_entry entry;
    size_t offset = sizeof head;
    uint64_t ordinal;
    uint32_t entries = 0;
    int more;

    memcpy(&head, f->group.ptr, sizeof head);
    ordinal = head.ordinal;
    if (c->ordinal && head.ordinal != c->ordinal)
        return journal_damaged(&c->journal, f->at, "its ordinals do not follow", err);
    if (head.arrival < f->arrival) return journal_damaged(&c->journal, f->at, "time goes back", err);
    while ((more = group_next(&f->group, &offset, &ordinal, &entry)) > 0) {
        if (check_records(&entry, err)) return journal_damaged(&c->journal, f->at, "a record is malformed", err);
        entries++;
    }
    c->ordinal = ordinal;
    f->arrival = head.arrival;
    return more < 0 || entries != head.entries ? journal_damaged(&c->journal, f->at, "malformed entry", err) : 0;
}

/* What stands at f->at is not a group: a torn tail, or damage. 1: go on behind it; 0: the file is done with; -1. */
static int check_invalid(struct file_check *f, struct err *err)
{
    struct check *c = f->check;
    struct group_head head = {.length = 0};
    int durable = f->at.file < c->last ? 1 : journal_was_durable(f->file, f->at, f->size, err);
    bool whole = f->size - f->at.offset >= sizeof head;

    if (durable < 0 || (whole && disk_read(f->file, &head, sizeof head, f->at.offset, err) < 0)) return -1;
    if (!durable) {
        journal_damaged(&c->journal, f->at, "a torn tail, which is cut off when it is opened", err);
        c->found(c->arg, &(struct log_finding){false, err->text});
        return 0;
    }
    journal_damaged(&c->journal, f->at, "the checksum of a group does not match", err);
    c->ordinal = 0;
    if (report(c, err)) return -1;
    if (!whole || !group_head_valid(&head, f->at) || head.length > f->size - f->at.offset) return 0;
    f->at.offset += head.length;
    return 1;
}

static int check_groups(struct file_check *f, struct err *err)
{
    while (f->at.offset < f->size) {
        int valid = group_read(f->file, f->at, f->size, &f->group, err);
        if (valid < 0) return -1;
        if (valid && check_group(f, err) && report(f->check, err)) return -1;
        if (valid) {
            f->at.offset += f->group.len;
            continue;
        }
        valid = check_invalid(f, err);
        if (valid <= 0) return valid;
    }
    return 0;
}

/* The head goes on where the file before ended: one that was cut between two groups is found here. */
static int check_follows(struct file_check *f, const struct journal_head *head, struct err *err)
{
    struct check *c = f->check;
    struct journal_position cut = {f->at.file - 1, c->previous_size};
    bool follows = !c->ordinal || head->ordinal == c->ordinal;

    c->ordinal = head->ordinal;
    if (c->previous_size && head->previous_size != c->previous_size) {
        journal_damaged(&c->journal, cut, "groups are missing at its end, or are too many", err);
        return report(c, err);
    }
    if (follows) return 0;
    journal_damaged(&c->journal, f->at, "its ordinals do not follow", err);
    return report(c, err);
}

static int check_head(struct file_check *f, struct err *err)
{
    struct check *c = f->check;
    struct journal_head head;
    int valid = journal_head_read(&c->journal, f->at.file, f->file, &head, err);
    bool torn = f->at.file == c->last && f->size <= sizeof head;

    if (valid < 0) return report(c, err);
    if (!valid && torn) return 0;
    if (!valid) {
        journal_damaged(&c->journal, f->at, "the head of the file is not valid", err);
        c->ordinal = 0;
        return report(c, err);
    }
    f->arrival = head.arrival;
    return check_follows(f, &head, err);
}

static int check_open_file(struct file_check *f, struct err *err)
{
    int64_t size = disk_size(f->file, err);

    if (size < 0) return -1;
    f->size = (uint64_t)size;
    if (check_head(f, err)) return -1;
    f->at.offset = sizeof(struct journal_head);
    return check_groups(f, err);
}

static int check_journal_file(struct check *c, uint32_t number, struct err *err)
{
    struct file_check f = {.check = c, .at = {number, 0}, .arrival = USEC_MIN};
    int exists = journal_file_exists(&c->journal, number, err), failed;

    if (exists < 0) return -1;
    if (!exists) {
        journal_damaged(&c->journal, f.at, "the file is missing", err);
        c->ordinal = c->previous_size = 0;
        return report(c, err);
    }
    if (journal_file_open(&c->journal, number, DISK_READ, &f.file, err)) return -1;
    failed = check_open_file(&f, err);
    c->previous_size = f.size;
    disk_close(f.file);
    buf_free(&f.group);
    return failed;
}

static int check_journal(struct check *c, struct err *err)
{
    uint32_t first = c->horizon.first_set + (uint32_t)c->count;
    struct buf names = {0};

    if (disk_list(c->journal.disk, c->journal.path, &names, err)) {
        buf_free(&names);
        return -1;
    }
    for (size_t at = 0; at < names.len; at += strlen(names.ptr + at) + 1) {
        uint32_t number = journal_file_number(names.ptr + at);
        if (number > c->last) c->last = number;
        if (number && number < first) remark(c, names.ptr + at, "a journal file that has become segments");
    }
    buf_free(&names);
    for (uint32_t number = first; number <= c->last || number == first; number++) {
        if (check_journal_file(c, number, err)) return -1;
    }
    return 0;
}

int log_check(struct disk *disk, const char *dir, void (*found)(void *arg, const struct log_finding *finding),
              void *arg, uint64_t *damages, struct err *err)
{
    char *log = log_path(dir, "log"), *journal = log_path(dir, "journal");
    struct check c = {.dir = {disk, log}, .journal = {disk, journal, 0}, .found = found, .arg = arg};
    int failed = check_sets(&c, err) || log_each_name(&c.dir, check_name, &c, err) || check_journal(&c, err);

    *damages = c.damages;
    for (size_t i = 0; i < c.count; i++) free(c.set[i]);
    free(c.set);
    horizon_free(&c.horizon);
    free(journal);
    free(log);
    return failed ? -1 : 0;
}
