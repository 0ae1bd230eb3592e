/* multiset.h - an ordered multiset per group, for MIN, MAX and COUNT(DISTINCT) where rows can be taken back.
 *
 * One B+ tree in pages holds (group, value) -> weight for all groups of an operator. group is the owner's number; value
 * is of any type. Weights may pass through negative while an epoch's changes come in any order; an entry
 * whose weight is 0 is removed. */
#ifndef WEIR_RUNTIME_MULTISET_H
#define WEIR_RUNTIME_MULTISET_H

#include "runtime/batch.h"
#include "runtime/heap.h"

/* One value of any type; NULLs never get here. */
union multiset_value {
    int64_t i; /* BOOL, INT */
    double d;  /* -0 is 0; NaN sorts last and equals itself */
    struct text t;
    __int128 wide;
};

struct multiset;
/* State in pages, root bytes [root, root + MULTISET_ROOT_BYTES). */
enum { MULTISET_ROOT_BYTES = 96 };
struct multiset *multiset_new(struct pages *pages, int root, enum phys phys);
void multiset_free(struct multiset *m);

/* Adds weight to the entry; *before and *after (may be NULL) its weight before and after. */
void multiset_add(struct multiset *m, uint64_t group, union multiset_value value, int64_t weight, int64_t *before,
                  int64_t *after);
/* The least or greatest value of the group with positive weight. false: none. TEXT bytes are appended to text. */
enum multiset_end { MULTISET_MIN, MULTISET_MAX };
bool multiset_end(const struct multiset *m, uint64_t group, enum multiset_end end, union multiset_value *out,
                  struct buf *text);
/* Calls visit for each entry of the group, in the order of values. TEXT bytes are valid until it returns; m stays as it
 * is meanwhile. */
typedef void (*multiset_visitor)(void *arg, union multiset_value value, int64_t weight);
void multiset_each(const struct multiset *m, uint64_t group, multiset_visitor visit, void *arg);
/* Removes all entries of a group. */
void multiset_drop(struct multiset *m, uint64_t group);
uint64_t multiset_entries(const struct multiset *m);

#endif
