/* emitted.c - see emitted.h: a table whose keys are whole rows. */
#include "runtime/emitted.h"

#include <assert.h>
#include <stdlib.h>

struct emitted {
    struct key_layout layout;
    struct pages *pages;
    struct table *table; /* without values */
    uint8_t *packed;     /* one row */
};

static void layout_of(const struct field *fields, int count, struct key_layout *out)
{
    enum phys phys[KEY_COLUMNS_MAX];

    for (int i = 0; i < count; i++) phys[i] = type_phys(fields[i].type);
    key_layout_init(out, phys, count);
}

bool emitted_fit(const struct field *fields, int count)
{
    struct key_layout layout;

    if (count > KEY_COLUMNS_MAX) return false;
    layout_of(fields, count, &layout);
    return layout.bytes <= PAGE_BYTES;
}

struct emitted *emitted_new(const struct field *fields, int count)
{
    struct emitted *e = mem_zalloc(sizeof *e);

    assert(emitted_fit(fields, count));
    layout_of(fields, count, &e->layout);
    e->pages = pages_new();
    e->table = table_new(e->pages, 0, &e->layout, 0);
    e->packed = mem_alloc(e->layout.bytes);
    return e;
}

void emitted_free(struct emitted *e)
{
    if (!e) return;
    table_free(e->table);
    pages_free(e->pages);
    free(e->packed);
    free(e);
}

uint32_t emitted_put(struct emitted *e, struct rowset *rows, int i)
{
    const struct column *column[KEY_COLUMNS_MAX];
    int row;
    struct column *values = rowset_at(rows, i, &row);
    uint16_t sel = (uint16_t)row;
    uint64_t hash;
    uint32_t number;
    uint8_t fresh;

    for (int c = 0; c < e->layout.columns; c++) column[c] = &values[c];
    key_pack(&e->layout, column, &sel, 1, e->packed, &hash);
    table_upsert(e->table, e->packed, &hash, 1, &number, &fresh);
    assert(fresh);
    return number;
}

void emitted_get(const struct emitted *e, uint32_t number, struct rowset *out)
{
    struct row_head head = {.weight = -1};
    int row;
    struct column *to = rowset_add(out, &head, &row);

    for (int c = 0; c < e->layout.columns; c++)
        key_unpack(&e->layout, e->pages, table_key(e->table, number), c, rowset_arena(out), &to[c], row);
}

void emitted_drop(struct emitted *e, uint32_t number)
{
    table_remove(e->table, number);
}

struct pages *emitted_pages(struct emitted *e)
{
    return e->pages;
}

void emitted_reload(struct emitted *e)
{
    table_free(e->table);
    e->table = table_new(e->pages, 0, &e->layout, 0);
}
