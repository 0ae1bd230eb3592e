/* groups.c - see groups.h. A batch is packed and hashed once, its rows are dealt out to partitions by the top bits of
 * the hash (the table uses the low ones), and each partition is updated in one go. */
#include "runtime/groups.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_AT = 16 }; /* behind weight and mark */

struct partition {
    struct pages *pages;
    struct table *table;
    struct agg_home *home; /* per aggregate */
};

struct groups {
    struct key_layout layout;
    int agg_count;
    struct agg *agg;
    int value_bytes;
    int sets; /* aggregates with a multiset */
    int partition_count;
    struct partition partition[GROUP_PARTITIONS];

    /* Scratch of one update. */
    uint8_t *packed, *dealt; /* keys as packed; keys in the order of partitions */
    uint64_t hash[BATCH_ROWS], dealt_hash[BATCH_ROWS];
    uint16_t dealt_row[BATCH_ROWS], chosen_row[BATCH_ROWS];
    uint32_t id[BATCH_ROWS], chosen_id[BATCH_ROWS];
    uint8_t fresh[BATCH_ROWS];
    uint8_t *state[BATCH_ROWS], *chosen_state[BATCH_ROWS];
};

static void partition_open_tables(struct groups *g, struct partition *p)
{
    p->table = table_new(p->pages, 0, &g->layout, g->value_bytes);
    for (int a = 0; a < g->agg_count; a++) {
        struct agg_home *h = &p->home[a];
        h->pages = p->pages;
        h->table = p->table;
        if (h->set_pages) h->set = multiset_new(h->set_pages, 0, g->agg[a].phys);
    }
}

static void partition_close_tables(struct groups *g, struct partition *p)
{
    for (int a = 0; a < g->agg_count; a++) multiset_free(p->home[a].set);
    table_free(p->table);
}

static void partition_init(struct groups *g, struct partition *p)
{
    p->pages = pages_new();
    p->home = mem_zalloc((size_t)g->agg_count * sizeof *p->home);
    for (int a = 0; a < g->agg_count; a++) {
        if (g->agg[a].ordered_set) p->home[a].set_pages = pages_new();
    }
    partition_open_tables(g, p);
}

bool groups_fit(const struct plan *plan, const enum phys *key, int key_count, bool insert_only)
{
    struct key_layout layout;
    size_t bytes = STATE_AT;

    if (key_count > KEY_COLUMNS_MAX) return false;
    key_layout_init(&layout, key, key_count);
    for (int a = 0; a < plan->aggregate_count; a++) {
        struct agg agg;
        agg_init(&agg, &plan->aggregates[a], insert_only);
        bytes += (size_t)agg.bytes;
    }
    return layout.bytes + bytes <= PAGE_BYTES;
}

struct groups *groups_new(const struct plan *plan, const enum phys *key, int key_count, bool insert_only)
{
    struct groups *g = mem_zalloc(sizeof *g);

    key_layout_init(&g->layout, key, key_count);
    g->agg_count = plan->aggregate_count;
    g->agg = mem_zalloc((size_t)g->agg_count * sizeof *g->agg);
    g->value_bytes = STATE_AT;
    for (int a = 0; a < g->agg_count; a++) {
        agg_init(&g->agg[a], &plan->aggregates[a], insert_only);
        g->agg[a].offset = g->value_bytes;
        g->value_bytes += g->agg[a].bytes;
        g->sets += g->agg[a].ordered_set;
    }
    g->partition_count = key_count ? GROUP_PARTITIONS : 1;
    g->packed = mem_alloc((size_t)g->layout.bytes * BATCH_ROWS);
    g->dealt = mem_alloc((size_t)g->layout.bytes * BATCH_ROWS);
    for (int p = 0; p < g->partition_count; p++) partition_init(g, &g->partition[p]);
    return g;
}

void groups_free(struct groups *g)
{
    if (!g) return;
    for (int i = 0; i < g->partition_count; i++) {
        struct partition *p = &g->partition[i];
        partition_close_tables(g, p);
        for (int a = 0; a < g->agg_count; a++) {
            if (p->home[a].set_pages) pages_free(p->home[a].set_pages);
        }
        pages_free(p->pages);
        free(p->home);
    }
    free(g->packed);
    free(g->dealt);
    free(g->agg);
    free(g);
}

static int partition_of(const struct groups *g, uint64_t hash)
{
    return g->partition_count == 1 ? 0 : (int)(hash >> 60);
}

static group_ref ref_of(int partition, uint32_t id)
{
    return (uint64_t)partition << 32 | id;
}

static const struct partition *home_of(const struct groups *g, group_ref group)
{
    return &g->partition[group >> 32];
}

/* Keys are a few words: quicker by hand than by a call. */
static void copy_key(uint8_t *to, const uint8_t *from, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += 8) put_u64(to + at, get_u64(from + at));
}

/* Deals the packed rows out: rows of partition p stand at first[p] .. first[p + 1] - 1. */
static void deal(struct groups *g, const uint16_t *sel, int live, int *first)
{
    int at[GROUP_PARTITIONS + 1] = {0};
    size_t bytes = g->layout.bytes;

    for (int i = 0; i < live; i++) at[partition_of(g, g->hash[i]) + 1]++;
    for (int p = 0; p < g->partition_count; p++) at[p + 1] += at[p];
    memcpy(first, at, ((size_t)g->partition_count + 1) * sizeof *first);
    for (int i = 0; i < live; i++) {
        int to = at[partition_of(g, g->hash[i])]++;
        copy_key(g->dealt + (size_t)to * bytes, g->packed + (size_t)i * bytes, bytes);
        g->dealt_hash[to] = g->hash[i];
        g->dealt_row[to] = sel[i];
    }
}

/* The rows of a partition for which the aggregate's filter is true. */
static struct agg_rows choose(struct groups *g, const struct agg_rows *all, const struct column *filter)
{
    int n = 0;

    for (int i = 0; i < all->count; i++) {
        int row = all->row[i];
        g->chosen_row[n] = all->row[i];
        g->chosen_id[n] = all->id[i];
        g->chosen_state[n] = all->state[i];
        n += filter->bools[row] & !column_is_null(filter, row);
    }
    return (struct agg_rows){n, g->chosen_row, g->chosen_id, g->chosen_state, all->weight};
}

struct update {
    const struct batch *in;
    const struct column *const *arg, *const *filter;
    group_visitor visit;
    void *visit_arg;
};

static void update_partition(struct groups *g, int index, int first, int count, const struct update *u)
{
    struct partition *p = &g->partition[index];
    struct agg_rows rows = {count, g->dealt_row + first, g->id, g->state, u->in->weight};

    table_upsert(p->table, g->dealt + (size_t)first * g->layout.bytes, g->dealt_hash + first, count, g->id, g->fresh);
    for (int i = 0; i < count; i++) {
        if (u->visit) u->visit(u->visit_arg, ref_of(index, g->id[i]), g->fresh[i], rows.row[i]);
    }
    for (int i = 0; i < count; i++) {
        g->state[i] = table_value_write(p->table, g->id[i]);
        *(int64_t *)g->state[i] += batch_weight(u->in, rows.row[i]);
    }
    for (int a = 0; a < g->agg_count; a++) {
        struct agg_rows chosen = u->filter[a] ? choose(g, &rows, u->filter[a]) : rows;
        agg_update(&g->agg[a], &p->home[a], &chosen, u->arg[a]);
    }
}

/* The partitions in the order to run them: as they are, or shuffled. */
static void partition_order(const struct groups *g, struct rng *shuffle, int *order)
{
    if (shuffle) {
        rng_order(shuffle, order, g->partition_count);
        return;
    }
    for (int p = 0; p < g->partition_count; p++) order[p] = p;
}

void groups_update(struct groups *g, const struct batch *in, const uint16_t *sel, int live,
                   const struct column *const *key, const struct column *const *arg, const struct column *const *filter,
                   struct rng *shuffle, group_visitor visit, void *visit_arg)
{
    struct update u = {in, arg, filter, visit, visit_arg};
    int first[GROUP_PARTITIONS + 1], order[GROUP_PARTITIONS];

    key_pack(&g->layout, key, sel, live, g->packed, g->hash);
    deal(g, sel, live, first);
    partition_order(g, shuffle, order);
    for (int i = 0; i < g->partition_count; i++) {
        int p = order[i];
        if (first[p + 1] > first[p]) update_partition(g, p, first[p], first[p + 1] - first[p], &u);
    }
}

group_ref groups_single(struct groups *g, bool *fresh)
{
    uint32_t id;
    uint8_t made;
    uint16_t sel = 0;

    assert(g->layout.columns == 0);
    key_pack(&g->layout, NULL, &sel, 1, g->packed, g->hash);
    table_upsert(g->partition[0].table, g->packed, g->hash, 1, &id, &made);
    *fresh = made;
    return ref_of(0, id);
}

static const uint8_t *value_of(const struct groups *g, group_ref group)
{
    return table_value(home_of(g, group)->table, (uint32_t)group);
}

int64_t group_weight(const struct groups *g, group_ref group)
{
    return *(const int64_t *)value_of(g, group);
}

uint64_t group_mark(const struct groups *g, group_ref group)
{
    return get_u64(value_of(g, group) + 8);
}

void group_set_mark(struct groups *g, group_ref group, uint64_t mark)
{
    put_u64((uint8_t *)table_value_write(home_of(g, group)->table, (uint32_t)group) + 8, mark);
}

void group_key(const struct groups *g, group_ref group, int k, struct arena *arena, struct column *out, int row)
{
    const struct partition *p = home_of(g, group);

    key_unpack(&g->layout, p->pages, table_key(p->table, (uint32_t)group), k, arena, out, row);
}

void group_value(const struct groups *g, group_ref group, int a, struct arena *arena, struct column *out, int row)
{
    const struct partition *p = home_of(g, group);

    agg_read(&g->agg[a], &p->home[a], value_of(g, group), (uint32_t)group, arena, out, row);
}

/* The keys of n groups, less their first `skip` columns, packed as those of rows are. */
static void pack_keys(struct groups *g, const struct groups *from, const group_ref *group, int n, int skip,
                      struct arena *arena)
{
    struct column column[KEY_COLUMNS_MAX];
    const struct column *key[KEY_COLUMNS_MAX];
    uint16_t sel[BATCH_ROWS];

    for (int i = 0; i < n; i++) sel[i] = (uint16_t)i;
    for (int k = 0; k < g->layout.columns; k++) {
        column_new(arena, g->layout.phys[k], NULLABLE, &column[k]);
        key[k] = &column[k];
        for (int i = 0; i < n; i++) group_key(from, group[i], k + skip, arena, &column[k], i);
    }
    key_pack(&g->layout, key, sel, n, g->packed, g->hash);
}

static void merge_group(struct groups *g, group_ref group, const struct groups *from, group_ref part, int sign)
{
    const struct partition *to = home_of(g, group), *other = home_of(from, part);
    uint8_t *value = table_value_write(to->table, (uint32_t)group);
    const uint8_t *added = value_of(from, part);

    *(int64_t *)value += sign * *(const int64_t *)added;
    for (int a = 0; a < g->agg_count; a++) {
        struct agg_part p = {&from->agg[a], &other->home[a], added, (uint32_t)part};
        agg_merge(&g->agg[a], &to->home[a], value, (uint32_t)group, &p, sign);
    }
}

static void merge_some(struct groups *g, const struct groups *from, const group_ref *group, int n, int skip, int sign)
{
    struct arena *arena = arena_new();

    pack_keys(g, from, group, n, skip, arena);
    for (int i = 0; i < n; i++) {
        int p = partition_of(g, g->hash[i]);
        uint32_t id;
        uint8_t fresh;
        table_upsert(g->partition[p].table, g->packed + (size_t)i * g->layout.bytes, &g->hash[i], 1, &id, &fresh);
        merge_group(g, ref_of(p, id), from, group[i], sign);
    }
    arena_free(arena);
}

void groups_merge(struct groups *g, const struct groups *from, const group_ref *group, size_t n, int skip, int sign)
{
    for (size_t i = 0; i < n; i += BATCH_ROWS)
        merge_some(g, from, group + i, n - i < BATCH_ROWS ? (int)(n - i) : BATCH_ROWS, skip, sign);
}

void group_drop(struct groups *g, group_ref group)
{
    const struct partition *p = home_of(g, group);

    for (int a = 0; a < g->agg_count; a++) agg_drop(&g->agg[a], &p->home[a], value_of(g, group), (uint32_t)group);
    table_remove(p->table, (uint32_t)group);
}

void groups_each(const struct groups *g, void (*visit)(void *arg, group_ref group), void *arg)
{
    for (int p = 0; p < g->partition_count; p++) {
        const struct table *t = g->partition[p].table;
        for (uint32_t id = 0; id < table_limit(t); id++) {
            if (table_is_live(t, id)) visit(arg, ref_of(p, id));
        }
    }
}

uint64_t groups_count(const struct groups *g)
{
    uint64_t n = 0;

    for (int p = 0; p < g->partition_count; p++) n += table_count(g->partition[p].table);
    return n;
}

struct pages *groups_pages(struct groups *g, int n)
{
    int per = 1 + g->sets, index = n / per, which = n % per;

    if (index >= g->partition_count) return NULL;
    if (which == 0) return g->partition[index].pages;
    for (int a = 0; a < g->agg_count; a++) {
        if (g->agg[a].ordered_set && --which == 0) return g->partition[index].home[a].set_pages;
    }
    return NULL;
}

void groups_reload(struct groups *g)
{
    for (int p = 0; p < g->partition_count; p++) {
        partition_close_tables(g, &g->partition[p]);
        partition_open_tables(g, &g->partition[p]);
    }
}
