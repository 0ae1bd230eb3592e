/* op_view.c - the end of a query whose result is kept: a table of its rows, each with its weight.
 * The key of a row is the whole row, so any plan's result can be kept and taken back. Readers see snapshots. */
#include "runtime/table.h"
#include "runtime/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct view {
    struct operator op; /* must be first */
    int columns;
    struct type *type;
    struct key_layout layout;
    struct pages *pages;
    struct table *table; /* value: i64 weight */
    struct rowset **watcher;
    size_t watcher_count, watcher_capacity;

    const struct column **column; /* scratch of a push */
    uint8_t *packed;
    uint64_t hash[BATCH_ROWS];
    uint32_t id[BATCH_ROWS];
    uint8_t fresh[BATCH_ROWS];
};

static int view_push(struct operator *op, int side, const struct batch *in, struct err *err)
{
    struct view *v = (struct view *)op;
    uint16_t all[BATCH_ROWS];
    const uint16_t *sel = in->sel;

    (void)side;
    (void)err;
    for (int i = 0; !sel && i < in->live; i++) all[i] = (uint16_t)i;
    if (!sel) sel = all;
    for (int c = 0; c < v->columns; c++) v->column[c] = &in->column[c];
    key_pack(&v->layout, v->column, sel, in->live, v->packed, v->hash);
    table_upsert(v->table, v->packed, v->hash, in->live, v->id, v->fresh);
    for (int i = 0; i < in->live; i++) *(int64_t *)table_value_write(v->table, v->id[i]) += batch_weight(in, sel[i]);
    for (int i = 0; i < in->live; i++) {
        if (table_is_live(v->table, v->id[i]) && *(const int64_t *)table_value(v->table, v->id[i]) == 0)
            table_remove(v->table, v->id[i]);
    }
    for (size_t i = 0; i < v->watcher_count; i++) rowset_add_batch(v->watcher[i], in);
    return 0;
}

static struct pages *view_pages(struct operator *op, int n)
{
    return n == 0 ? ((struct view *)op)->pages : NULL;
}

static int view_load(struct operator *op, struct str saved, struct err *err)
{
    struct view *v = (struct view *)op;

    (void)saved;
    (void)err;
    table_free(v->table);
    v->table = table_new(v->pages, 0, &v->layout, sizeof(int64_t));
    return 0;
}

static void view_free(struct operator *op)
{
    struct view *v = (struct view *)op;

    table_free(v->table);
    pages_free(v->pages);
    free(v->watcher);
    free(v->type);
    free(v->column);
    free(v->packed);
    free(v);
}

static const struct operator_class view_class = {
    .name = "view", .push = view_push, .pages = view_pages, .load = view_load, .free = view_free};

int op_view_check(const struct plan *plan, struct err *err)
{
    if (plan->field_count <= KEY_COLUMNS_MAX) return 0;
    return err_set(err, ERR_LIMIT, -1, "a view of %d columns: at most %d are possible", plan->field_count,
                   KEY_COLUMNS_MAX);
}

struct operator *op_view_new(const struct plan *plan)
{
    struct view *v = mem_zalloc(sizeof *v);
    enum phys phys[KEY_COLUMNS_MAX];

    assert(plan->field_count <= KEY_COLUMNS_MAX);
    v->op.class = &view_class;
    v->columns = plan->field_count;
    v->type = mem_alloc((size_t)v->columns * sizeof *v->type);
    for (int i = 0; i < v->columns; i++) {
        v->type[i] = plan->fields[i].type;
        phys[i] = type_phys(v->type[i]);
    }
    key_layout_init(&v->layout, phys, v->columns);
    v->pages = pages_new();
    v->table = table_new(v->pages, 0, &v->layout, sizeof(int64_t));
    v->column = mem_alloc((size_t)v->columns * sizeof *v->column);
    v->packed = mem_alloc((size_t)v->layout.bytes * BATCH_ROWS);
    return &v->op;
}

void view_watch(struct operator *view, struct rowset *changes)
{
    struct view *v = (struct view *)view;

    for (size_t i = 0; i < v->watcher_count; i++) {
        if (v->watcher[i] == changes) return;
    }
    v->watcher = mem_grow(v->watcher, &v->watcher_capacity, v->watcher_count + 1, sizeof *v->watcher);
    v->watcher[v->watcher_count++] = changes;
}

uint64_t view_row_count(const struct operator *view)
{
    return table_count(((const struct view *)view)->table);
}

struct view_cursor {
    const struct view *view;
    struct snapshot *snapshot;
    uint32_t id, limit;
    int64_t repeat; /* how often the present row is still to come */
    const uint8_t *key;
    struct buf text; /* the long text asked for last */
};

struct view_cursor *view_cursor_open(struct operator *view)
{
    struct view_cursor *c = mem_zalloc(sizeof *c);

    c->view = (struct view *)view;
    c->snapshot = snapshot_take(c->view->pages);
    c->limit = table_snapshot_limit(c->snapshot, 0);
    return c;
}

void view_cursor_close(struct view_cursor *c)
{
    if (!c) return;
    snapshot_release(c->snapshot);
    buf_free(&c->text);
    free(c);
}

int view_cursor_next(struct view_cursor *c)
{
    if (--c->repeat > 0) return 1;
    while (c->id < c->limit) {
        const void *value;
        if (!table_snapshot_row(c->snapshot, 0, &c->view->layout, sizeof(int64_t), c->id++, &c->key, &value)) continue;
        c->repeat = *(const int64_t *)value;
        if (c->repeat > 0) return 1;
    }
    return 0;
}

enum { INLINE_TEXT = 12 };

static struct str text_at(struct view_cursor *c, const uint8_t *at)
{
    uint32_t len = get_u32(at);

    if (len <= INLINE_TEXT) return str_of((const char *)at + 4, len);
    c->text.len = 0;
    heap_get_snapshot(c->snapshot, get_u64(at + 8), &c->text);
    return str_of(c->text.ptr, len);
}

void view_cursor_value(struct view_cursor *c, int column, struct relation_value *out)
{
    const uint8_t *at = c->key + c->view->layout.offset[column];
    struct type type = c->view->type[column];

    *out = (struct relation_value){.type = type};
    if (get_u64(c->key) >> column & 1) {
        out->type = type_of(TYPE_NULL);
        return;
    }
    switch (type_phys(type)) {
    case PHYS_BOOL:
    case PHYS_INT: out->i = (int64_t)get_u64(at); break;
    case PHYS_DOUBLE: memcpy(&out->d, at, 8); break;
    case PHYS_TEXT: out->s = text_at(c, at); break;
    case PHYS_WIDE: memcpy(&out->wide, at, sizeof out->wide); break;
    }
}

void view_rows(struct operator *view, struct rowset *out)
{
    struct view *v = (struct view *)view;

    for (uint32_t id = 0; id < table_limit(v->table); id++) {
        struct row_head head = {.w = USEC_MIN, .weight = 1};
        struct column *to;
        int row;

        if (!table_is_live(v->table, id)) continue;
        head.weight = *(const int64_t *)table_value(v->table, id);
        to = rowset_add(out, &head, &row);
        for (int c = 0; c < v->columns; c++)
            key_unpack(&v->layout, v->pages, table_key(v->table, id), c, rowset_arena(out), &to[c], row);
    }
}
