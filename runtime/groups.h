/* groups.h - the groups of an aggregate, in key partitions: each has a table, its aggregates' state and multisets in
 * pages of its own, so that lanes can share the work and a checkpoint of 8 lanes is read by 2.
 *
 * A group's value: i64 weight (rows in it), u64 mark (the owner's, 0 between epochs), then the aggregates' state. */
#ifndef WEIR_RUNTIME_GROUPS_H
#define WEIR_RUNTIME_GROUPS_H

#include "base/hash.h"
#include "runtime/aggregate.h"

enum { GROUP_PARTITIONS = 16 };

/* A group: partition << 32 | id in its table. */
typedef uint64_t group_ref;

struct groups;

/* Keys of the given physical types; one partition when there are none. Aggregates are the plan's. */
struct groups *groups_new(const struct plan *plan, const enum phys *key, int key_count, bool insert_only);
/* Whether a group of this shape has room: at most KEY_COLUMNS_MAX columns, key and state together at most a page. */
bool groups_fit(const struct plan *plan, const enum phys *key, int key_count, bool insert_only);
void groups_free(struct groups *g);

/* The rows of sel go into their groups: key[i] is the i-th key column, arg[a] the argument of aggregate a (NULL for
 * COUNT(*)), filter[a] its truth column (NULL: none). visit is called for every row's group before it changes: fresh
 * says that the row made it. */
typedef void (*group_visitor)(void *arg, group_ref group, bool fresh, int row);
void groups_update(struct groups *g, const struct batch *in, const uint16_t *sel, int live,
                   const struct column *const *key, const struct column *const *arg, const struct column *const *filter,
                   struct rng *shuffle, group_visitor visit, void *visit_arg);
/* The group without key columns, made when absent. */
group_ref groups_single(struct groups *g, bool *fresh);

int64_t group_weight(const struct groups *g, group_ref group);
uint64_t group_mark(const struct groups *g, group_ref group);
void group_set_mark(struct groups *g, group_ref group, uint64_t mark);
/* Key column k, or aggregate a, into a row of a column. */
void group_key(const struct groups *g, group_ref group, int k, struct arena *arena, struct column *out, int row);
void group_value(const struct groups *g, group_ref group, int a, struct arena *arena, struct column *out, int row);
/* Adds n groups of `from` to those of g with the same key, less its first `skip` columns (sign 1), or takes them away
 * again (sign -1); a group in which no row is left stays. The aggregates are the same; g was made for rows that can be
 * taken back. */
void groups_merge(struct groups *g, const struct groups *from, const group_ref *group, size_t n, int skip, int sign);
void group_drop(struct groups *g, group_ref group);
/* All groups there are, partition by partition, by id. */
void groups_each(const struct groups *g, void (*visit)(void *arg, group_ref group), void *arg);
uint64_t groups_count(const struct groups *g);

/* The n-th of all pages, or NULL behind the last; groups_reload after they have been filled from a checkpoint. */
struct pages *groups_pages(struct groups *g, int n);
void groups_reload(struct groups *g);

#endif
