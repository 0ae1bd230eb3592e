/* frames.c - see frames.h. */
#include "runtime/frames.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_KEY_COLUMNS = 2 }; /* partition and number of arrival, before the values */

/* A partition: the value of its row in the table of partitions; the sums follow. */
struct partition {
    int64_t added, entered; /* rows so far */
    uint32_t first, last;   /* entered rows that are kept: ids plus one; 0: none */
};

/* A kept row: the value of its row in the table of rows. */
struct stored {
    struct row_head head;
    int64_t number; /* in its partition, as entered, from 1; 0: it waits */
    uint32_t partition;
    uint32_t next; /* the row entered next: its id plus one */
};

struct call {
    const struct over_call *plan;
    struct frame_arguments at;
    struct agg agg;
    struct agg_home home; /* of sums */
    bool sums;            /* an aggregate from UNBOUNDED PRECEDING to the row itself */
};

struct frames {
    int call_count;
    struct call *call;
    usec time_reach;   /* how far back in time a frame goes; -1: none goes by time */
    int64_t row_reach; /* how many of the last rows are needed */

    struct pages *pages, *row_pages;
    struct key_layout layout, row_layout;
    struct table *partitions, *rows;
    int value_bytes;

    /* Scratch: a frame's rows, the value of one, and the state of an aggregate that is summed up anew. */
    uint32_t *member;
    size_t members, member_capacity;
    int column_count;
    struct column *one;
    struct arena *texts;
    struct pages *scratch_pages;
    struct table *scratch;
    uint32_t scratch_id;
    uint8_t *packed;
    int64_t lead[ROW_KEY_COLUMNS][BATCH_ROWS]; /* partition and number of the row being added */
    uint64_t hash[BATCH_ROWS];
    uint8_t fresh[BATCH_ROWS];
};

/* ---- what the plan asks for ---- */

static bool is_sum(const struct over_call *c)
{
    return c->kind == OVER_AGGREGATE && c->frame.unbounded && !c->frame.finish;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void take_reach(struct frames *f, const struct over_call *c)
{
    if (is_sum(c)) return;
    if (c->frame.unbounded) /* LAG: the binder refuses all else that is no sum */
        f->row_reach = greater(f->row_reach, c->n + 1);
    else if (c->frame.kind == FRAME_COUNT_ROWS)
        f->row_reach = greater(f->row_reach, c->frame.start + 1);
    else
        f->time_reach = greater(f->time_reach, c->frame.start);
}

static void call_init(struct frames *f, struct call *c, const struct over_call *plan, const struct frame_arguments *at)
{
    c->plan = plan;
    c->at = *at;
    c->sums = is_sum(plan);
    take_reach(f, plan);
    if (plan->kind != OVER_AGGREGATE) return;
    agg_init(&c->agg, &plan->aggregate, true);
    c->agg.offset = f->value_bytes;
    f->value_bytes += c->agg.bytes;
    if (c->agg.ordered_set) c->home.set_pages = pages_new();
}

static void row_layout_of(const enum phys *columns, int count, struct key_layout *out)
{
    enum phys phys[KEY_COLUMNS_MAX] = {PHYS_INT, PHYS_INT};

    for (int i = 0; i < count; i++) phys[ROW_KEY_COLUMNS + i] = columns[i];
    key_layout_init(out, phys, ROW_KEY_COLUMNS + count);
}

static void key_layout_of(const struct plan *plan, struct key_layout *out)
{
    enum phys phys[KEY_COLUMNS_MAX];

    for (int i = 0; i < plan->key_count; i++) phys[i] = type_phys(plan->keys[i]->type);
    key_layout_init(out, phys, plan->key_count);
}

bool frames_fit(const struct plan *plan, const enum phys *columns, int column_count)
{
    struct key_layout keys, rows;
    size_t bytes = sizeof(struct partition);

    if (plan->key_count > KEY_COLUMNS_MAX || column_count > KEY_COLUMNS_MAX - ROW_KEY_COLUMNS) return false;
    key_layout_of(plan, &keys);
    row_layout_of(columns, column_count, &rows);
    for (int i = 0; i < plan->call_count; i++) {
        struct agg agg;
        if (plan->calls[i].kind != OVER_AGGREGATE) continue;
        agg_init(&agg, &plan->calls[i].aggregate, true);
        bytes += (size_t)agg.bytes;
    }
    return keys.bytes + bytes <= PAGE_BYTES && rows.bytes + sizeof(struct stored) <= PAGE_BYTES;
}

/* ---- making ---- */

static void open_tables(struct frames *f)
{
    f->partitions = table_new(f->pages, 0, &f->layout, f->value_bytes);
    f->rows = table_new(f->row_pages, 0, &f->row_layout, sizeof(struct stored));
    for (int i = 0; i < f->call_count; i++) {
        struct call *c = &f->call[i];
        c->home.pages = c->sums ? f->pages : f->scratch_pages;
        c->home.table = c->sums ? f->partitions : f->scratch;
        if (c->home.set_pages) c->home.set = multiset_new(c->home.set_pages, 0, c->agg.phys);
    }
}

static void close_tables(struct frames *f)
{
    for (int i = 0; i < f->call_count; i++) multiset_free(f->call[i].home.set);
    table_free(f->partitions);
    table_free(f->rows);
}

static void make_scratch(struct frames *f, const enum phys *columns)
{
    int most = f->layout.bytes > f->row_layout.bytes ? f->layout.bytes : f->row_layout.bytes;

    f->packed = mem_zalloc((size_t)most * BATCH_ROWS);
    f->texts = arena_new();
    f->scratch_pages = pages_new();
    f->scratch = table_new(f->scratch_pages, 0, &f->layout, f->value_bytes);
    table_upsert(f->scratch, f->packed, f->hash, 1, &f->scratch_id, f->fresh);
    f->one = mem_zalloc((size_t)(f->column_count + 1) * sizeof *f->one);
    for (int i = 0; i < f->column_count; i++) {
        f->one[i].phys = columns[i];
        f->one[i].data = mem_zalloc(phys_bytes(columns[i]));
        f->one[i].valid = mem_zalloc(sizeof(uint64_t));
    }
}

struct frames *frames_new(const struct plan *plan, const struct frame_arguments *arguments, const enum phys *columns,
                          int column_count)
{
    struct frames *f = mem_zalloc(sizeof *f);

    f->time_reach = -1;
    f->column_count = column_count;
    f->call_count = plan->call_count;
    f->call = mem_zalloc((size_t)f->call_count * sizeof *f->call);
    f->value_bytes = sizeof(struct partition);
    for (int i = 0; i < f->call_count; i++) call_init(f, &f->call[i], &plan->calls[i], &arguments[i]);
    key_layout_of(plan, &f->layout);
    row_layout_of(columns, column_count, &f->row_layout);
    f->pages = pages_new();
    f->row_pages = pages_new();
    make_scratch(f, columns);
    open_tables(f);
    return f;
}

void frames_free(struct frames *f)
{
    close_tables(f);
    for (int i = 0; i < f->call_count; i++) {
        if (f->call[i].home.set_pages) pages_free(f->call[i].home.set_pages);
    }
    for (int i = 0; i < f->column_count; i++) {
        free(f->one[i].data);
        free(f->one[i].valid);
    }
    table_free(f->scratch);
    pages_free(f->scratch_pages);
    pages_free(f->pages);
    pages_free(f->row_pages);
    arena_free(f->texts);
    free(f->one);
    free(f->member);
    free(f->packed);
    free(f->call);
    free(f);
}

struct pages *frames_pages(struct frames *f, int n)
{
    if (n == 0) return f->pages;
    if (n == 1) return f->row_pages;
    n -= 2;
    for (int i = 0; i < f->call_count; i++) {
        if (f->call[i].sums && f->call[i].home.set_pages && n-- == 0) return f->call[i].home.set_pages;
    }
    return NULL;
}

void frames_reload(struct frames *f)
{
    close_tables(f);
    open_tables(f);
}

/* ---- rows come and go ---- */

static const struct stored *stored_of(const struct frames *f, uint32_t id)
{
    return table_value(f->rows, id);
}

struct row_head frames_head(const struct frames *f, uint32_t id)
{
    return stored_of(f, id)->head;
}

uint32_t frames_partition(const struct frames *f, uint32_t id)
{
    return stored_of(f, id)->partition;
}

void frames_value(const struct frames *f, uint32_t id, int column, struct arena *arena, struct column *out, int row)
{
    key_unpack(&f->row_layout, f->row_pages, table_key(f->rows, id), ROW_KEY_COLUMNS + column, arena, out, row);
}

uint32_t frames_limit(const struct frames *f)
{
    return table_limit(f->rows);
}

bool frames_waits(const struct frames *f, uint32_t id)
{
    return table_is_live(f->rows, id) && !stored_of(f, id)->number;
}

void frames_partitions(struct frames *f, const struct column *const *key, const uint16_t *sel, int live, uint32_t *ids)
{
    key_pack(&f->layout, key, sel, live, f->packed, f->hash);
    table_upsert(f->partitions, f->packed, f->hash, live, ids, f->fresh);
}

uint32_t frames_add(struct frames *f, uint32_t partition, const struct row_head *head, const struct column *columns,
                    int row)
{
    struct partition *p = table_value_write(f->partitions, partition);
    struct column lead[ROW_KEY_COLUMNS];
    const struct column *key[KEY_COLUMNS_MAX];
    uint16_t sel = (uint16_t)row;
    uint32_t id;

    f->lead[0][row] = partition;
    f->lead[1][row] = ++p->added;
    for (int i = 0; i < ROW_KEY_COLUMNS; i++) {
        lead[i] = (struct column){.phys = PHYS_INT, .ints = f->lead[i]};
        key[i] = &lead[i];
    }
    for (int i = 0; i < f->column_count; i++) key[ROW_KEY_COLUMNS + i] = &columns[i];
    key_pack(&f->row_layout, key, &sel, 1, f->packed, f->hash);
    table_upsert(f->rows, f->packed, f->hash, 1, &id, f->fresh);
    *(struct stored *)table_value_write(f->rows, id) = (struct stored){.head = *head, .partition = partition};
    return id;
}

/* The row's value into row 0 of f->one[column]; false: NULL. */
static bool fetch(struct frames *f, uint32_t id, int column)
{
    *f->one[column].valid = 1;
    frames_value(f, id, column, f->texts, &f->one[column], 0);
    return !column_is_null(&f->one[column], 0);
}

/* Adds the row's value to a state of the call. */
static void add_up(struct frames *f, struct call *c, uint32_t id, uint8_t *state, uint32_t group)
{
    uint16_t row = 0;
    struct agg_rows rows = {.count = 1, .row = &row, .id = &group, .state = &state};

    if (c->at.filter >= 0 && !(fetch(f, id, c->at.filter) && f->one[c->at.filter].bools[0])) return;
    if (c->at.arg >= 0) fetch(f, id, c->at.arg);
    agg_update(&c->agg, &c->home, &rows, c->at.arg >= 0 ? &f->one[c->at.arg] : NULL);
}

/* RANGE: when rows enter, so that those of one time see each other; ROWS: when they are computed. */
static void sum_up(struct frames *f, uint32_t id, enum frame_kind kind)
{
    uint32_t group = stored_of(f, id)->partition;

    for (int i = 0; i < f->call_count; i++) {
        struct call *c = &f->call[i];
        if (c->sums && c->plan->frame.kind == kind) add_up(f, c, id, table_value_write(f->partitions, group), group);
    }
}

void frames_enter(struct frames *f, uint32_t id)
{
    struct stored *s = table_value_write(f->rows, id);
    struct partition *p = table_value_write(f->partitions, s->partition);

    s->number = ++p->entered;
    if (p->last)
        ((struct stored *)table_value_write(f->rows, p->last - 1))->next = id + 1;
    else
        p->first = id + 1;
    p->last = id + 1;
    sum_up(f, id, FRAME_RANGE_TIME);
}

/* Whether `time` lies more than reach before safe. */
static bool out_of_reach(usec time, usec safe, usec reach)
{
    usec least;

    if (reach < 0) return true;
    return !__builtin_sub_overflow(safe, reach, &least) && time < least;
}

void frames_trim(struct frames *f, uint32_t partition, usec safe)
{
    struct partition *p = table_value_write(f->partitions, partition);

    while (p->first) {
        const struct stored *s = stored_of(f, p->first - 1);
        uint32_t next = s->next;

        if (s->number > p->entered - f->row_reach || !out_of_reach(s->head.rowtime, safe, f->time_reach)) return;
        table_remove(f->rows, p->first - 1);
        p->first = next;
        if (!next) p->last = 0;
    }
}

/* ---- frames ---- */

static bool is_inside(const struct frame *frame, const struct stored *row, const struct stored *s)
{
    bool rows = frame->kind == FRAME_COUNT_ROWS;
    int64_t back;

    if (frame->unbounded && !frame->finish) return true;
    back = rows ? row->number - s->number : row->head.rowtime - s->head.rowtime;
    return back >= frame->finish && (frame->unbounded || back <= frame->start);
}

/* Puts the row behind those of its time and before. */
static void insert_by_time(struct frames *f, uint32_t id)
{
    usec time = stored_of(f, id)->head.rowtime;
    size_t at = f->members - 1;

    for (; at > 0 && stored_of(f, f->member[at - 1])->head.rowtime > time; at--) f->member[at] = f->member[at - 1];
    f->member[at] = id;
}

/* The rows of the frame in its order; frame NULL: all rows up to the row, as they entered. */
static void gather(struct frames *f, const struct frame *frame, uint32_t id)
{
    const struct stored *row = stored_of(f, id), *s;
    const struct partition *p = table_value(f->partitions, row->partition);
    bool rows = !frame || frame->kind == FRAME_COUNT_ROWS;

    f->members = 0;
    for (uint32_t at = p->first; at; at = s->next) {
        s = stored_of(f, at - 1);
        if (rows && s->number > row->number) break;
        if (frame && !is_inside(frame, row, s)) continue;
        f->member = mem_grow(f->member, &f->member_capacity, f->members + 1, sizeof *f->member);
        f->member[f->members++] = at - 1;
        if (!rows) insert_by_time(f, at - 1);
    }
}

/* The n-th (from 1) member from the start or the end that counts, or TABLE_NONE. */
static int64_t nth(struct frames *f, const struct call *c, int64_t n, bool from_end)
{
    for (size_t i = 0; i < f->members; i++) {
        uint32_t id = f->member[from_end ? f->members - 1 - i : i];
        if (c->plan->ignore_nulls && !fetch(f, id, c->at.arg)) continue;
        if (--n == 0) return id;
    }
    return TABLE_NONE;
}

/* The row that is n before, if it is inside the frame. */
static int64_t lag(struct frames *f, const struct call *c, uint32_t id)
{
    int64_t found;

    if (c->plan->n == 0) return id;
    gather(f, NULL, id);
    f->members--;
    found = nth(f, c, c->plan->n, true);
    if (found < 0 || !is_inside(&c->plan->frame, stored_of(f, id), stored_of(f, (uint32_t)found))) return TABLE_NONE;
    return found;
}

static int64_t find_value(struct frames *f, const struct call *c, uint32_t id)
{
    if (c->plan->kind == OVER_LAG) return lag(f, c, id);
    gather(f, &c->plan->frame, id);
    if (c->plan->kind == OVER_NTH) return nth(f, c, c->plan->n, c->plan->from_last);
    return nth(f, c, 1, c->plan->kind == OVER_LAST);
}

static void read_value(struct frames *f, const struct call *c, uint32_t id, struct arena *arena, struct column *out,
                       int to)
{
    int64_t found = find_value(f, c, id);

    bit_set(out->valid, to);
    if (found >= 0)
        frames_value(f, (uint32_t)found, c->at.arg, arena, out, to);
    else if (c->plan->kind == OVER_LAG && c->at.otherwise >= 0)
        frames_value(f, id, c->at.otherwise, arena, out, to);
    else {
        memset((char *)out->data + (size_t)to * phys_bytes(out->phys), 0, phys_bytes(out->phys));
        bit_clear(out->valid, to);
    }
}

static void read_aggregate(struct frames *f, struct call *c, uint32_t id, struct arena *arena, struct column *out,
                           int to)
{
    uint32_t group = c->sums ? stored_of(f, id)->partition : f->scratch_id;
    uint8_t *state = table_value_write(c->home.table, group);

    if (!c->sums) {
        gather(f, &c->plan->frame, id);
        for (size_t i = 0; i < f->members; i++) add_up(f, c, f->member[i], state, group);
    }
    bit_set(out->valid, to);
    agg_read(&c->agg, &c->home, state, group, arena, out, to);
    if (c->sums) return;
    agg_drop(&c->agg, &c->home, state, group);
    state = table_value_write(c->home.table, group);
    memset(state + c->agg.offset, 0, (size_t)c->agg.bytes);
}

void frames_compute(struct frames *f, uint32_t id, struct arena *arena, struct column *out, int to)
{
    sum_up(f, id, FRAME_COUNT_ROWS);
    for (int i = 0; i < f->call_count; i++) {
        struct call *c = &f->call[i];
        out[i].error[to] = 0;
        if (c->plan->kind == OVER_AGGREGATE)
            read_aggregate(f, c, id, arena, &out[i], to);
        else
            read_value(f, c, id, arena, &out[i], to);
    }
    arena_reset(f->texts);
}
