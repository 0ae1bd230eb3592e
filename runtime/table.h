/* table.h - a hash table of fixed-size rows in pages: the state of aggregates, views, DISTINCT.
 *
 * A row is a packed key (struct key_layout) and `value_bytes` of the owner's. Rows have dense ids (0, 1, 2, ...; freed
 * ids are used again, last freed first). The hash index is memory only and rebuilt when a state is loaded. The rows
 * live in pages and are reached by id, never by pointer, across batches.
 *
 * A packed key: one u64 of NULL bits (bit i: key column i is NULL), then per column 8 bytes (INT: value; DOUBLE: bits,
 * with -0 as 0 and one NaN; BOOL) or 16 bytes for WIDE and for TEXT: u32 len, then 12 inline bytes when len <= 12, else
 * 4 bytes prefix and 8 bytes: in a batch the pointer, in state the heap reference. Unused bytes are zero. */
#ifndef WEIR_RUNTIME_TABLE_H
#define WEIR_RUNTIME_TABLE_H

#include "runtime/batch.h"
#include "runtime/heap.h"

enum { KEY_COLUMNS_MAX = 63 };

struct key_layout {
    int columns;
    enum phys phys[KEY_COLUMNS_MAX];
    uint16_t offset[KEY_COLUMNS_MAX]; /* of each column's bytes in the packed key */
    uint16_t bytes;                   /* of a whole packed key; a multiple of 8 */
};
/* Bytes of a column in a packed key. */
static inline size_t key_column_bytes(enum phys phys)
{
    return phys == PHYS_TEXT || phys == PHYS_WIDE ? 16 : 8;
}
void key_layout_init(struct key_layout *layout, const enum phys *phys, int columns);
/* Packs rows sel[0..live-1] (or 0..live-1) of the columns; out has live * layout->bytes bytes, hashes live elements;
 * both are indexed by live position, not by physical row. The hash depends on values alone; a table uses its low 32
 * bits, so keys are shared out among partitions by the high ones. */
void key_pack(const struct key_layout *layout, const struct column *const *columns, const uint16_t *sel, int live,
              uint8_t *out, uint64_t *hashes);
/* Unpacks one key column of a stored (in state) key into row `row` of a column; texts are copied to the arena. The
 * second reads a key of table_snapshot_row. */
void key_unpack(const struct key_layout *layout, const struct pages *pages, const uint8_t *stored, int column,
                struct arena *arena, struct column *out, int row);
void key_unpack_snapshot(const struct key_layout *layout, const struct snapshot *snapshot, const uint8_t *stored,
                         int column, struct arena *arena, struct column *out, int row);
/* The hash that key_pack gave a key, from its stored form. */
uint64_t key_hash(const struct key_layout *layout, const struct pages *pages, const uint8_t *stored);
/* Compares two stored keys column by column in type order: NULL first, numbers by value, NaN last, text by bytes. */
int key_compare(const struct key_layout *layout, const struct pages *pages, const uint8_t *a, const uint8_t *b);

struct table;
/* The table's state lies in `pages`, whose root it uses from byte `root` on (TABLE_ROOT_BYTES). The heap head stands
 * in that root, too. value_bytes: a multiple of 8. pages is borrowed. If the pages hold a saved state, its index is
 * rebuilt. */
enum { TABLE_ROOT_BYTES = 128, TABLE_NONE = -1 };
struct table *table_new(struct pages *pages, int root, const struct key_layout *layout, int value_bytes);
void table_free(struct table *t);

/* For n packed keys: the id of each key's row, made (zeroed value) when it is new; fresh[i] is set to 1 for the first
 * of a new key, else 0. Prefetches in batches. */
void table_upsert(struct table *t, const uint8_t *keys, const uint64_t *hashes, int n, uint32_t *ids, uint8_t *fresh);
/* The id, or TABLE_NONE. */
int64_t table_find(const struct table *t, const uint8_t *key, uint64_t hash);
/* Removes a row (its key's text is freed; the owner frees what its value refers to). */
void table_remove(struct table *t, uint32_t id);
const uint8_t *table_key(const struct table *t, uint32_t id);
const void *table_value(const struct table *t, uint32_t id); /* for reading */
void *table_value_write(struct table *t, uint32_t id);       /* for writing */
uint32_t table_count(const struct table *t);                 /* live rows */
uint32_t table_limit(const struct table *t);                 /* ids are below this; see table_is_live */
bool table_is_live(const struct table *t, uint32_t id);
struct heap_head *table_heap(struct table *t); /* for the owner's texts: for writing, valid like page_write's pointer */

/* Reading rows of a snapshot of the same pages, by id (0 .. limit-1). NULL when the id is free. */
uint32_t table_snapshot_limit(const struct snapshot *s, int root);
/* *value and *key point into the snapshot. Returns false for a free id. */
bool table_snapshot_row(const struct snapshot *s, int root, const struct key_layout *layout, int value_bytes,
                        uint32_t id, const uint8_t **key, const void **value);

#endif
