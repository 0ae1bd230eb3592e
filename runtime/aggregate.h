/* aggregate.h - the aggregate functions over state in pages: how many bytes a group's state has, how rows change it,
 * how its value is read. One struct agg per call in the query; one struct agg_home per call and key partition.
 *
 * State of a group, by kind (all zero: nothing in it):
 *   COUNT          i64 count
 *   SUM, AVG int   i128 total, i64 count of values (also of a DECIMAL of up to 18 digits)
 *   SUM, AVG wide  struct decimal_sum, i64 count of values
 *   SUM, AVG real  struct sum, i64 count of values (a sum that does not fit gets a struct sum_wide from the home)
 *   MIN, MAX       insert-only: i64 present, then the value: 8 bytes, or 16 of a wide one or of text as in a packed key
 *                  else nothing: the values stand in the home's multiset
 *   DISTINCT       the values stand in the multiset; what becomes present or absent is counted or summed as above */
#ifndef WEIR_RUNTIME_AGGREGATE_H
#define WEIR_RUNTIME_AGGREGATE_H

#include "planner/plan.h"
#include "runtime/multiset.h"
#include "runtime/table.h"

struct agg {
    enum aggregate_kind kind;
    bool distinct, ordered_set; /* ordered_set: its home has a multiset */
    enum phys phys;             /* of the argument */
    uint8_t scale;              /* of a DECIMAL argument */
    struct type result;
    int bytes;  /* of a group's state; a multiple of 8 */
    int offset; /* in the group's value */
};

struct agg_home {
    struct pages *pages; /* of the table: wide sums live here too */
    struct table *table;
    struct pages *set_pages; /* NULL without a multiset */
    struct multiset *set;
};

/* Rows of one partition: row number, group and weight of each. */
struct agg_rows {
    int count;
    const uint16_t *row;
    const uint32_t *id;
    uint8_t *const *state; /* each group's value, for writing */
    const int64_t *weight; /* by row number; NULL: all +1 */
};

static inline int64_t agg_weight(const struct agg_rows *r, int row)
{
    return r->weight ? r->weight[row] : 1;
}

void agg_init(struct agg *a, const struct aggregate *call, bool insert_only);
/* arg NULL: COUNT(*). */
void agg_update(const struct agg *a, struct agg_home *home, const struct agg_rows *rows, const struct column *arg);
/* The group's value into a row of a column (which has validity and error vectors). Texts go to the arena. */
void agg_read(const struct agg *a, const struct agg_home *home, const uint8_t *value, uint32_t id, struct arena *arena,
              struct column *out, int row);
/* A group of another state of the same call. */
struct agg_part {
    const struct agg *agg;
    const struct agg_home *home;
    const uint8_t *value;
    uint32_t id;
};
/* Adds all that is in the part to a group (sign 1), or takes it away again (sign -1), exactly. The group's aggregate
 * was made for rows that can be taken back; the part's need not be: then its MIN or MAX counts as one value. */
void agg_merge(const struct agg *a, struct agg_home *home, uint8_t *value, uint32_t id, const struct agg_part *part,
               int sign);
/* The group goes: frees what its state refers to. */
void agg_drop(const struct agg *a, struct agg_home *home, const uint8_t *value, uint32_t id);

/* Root bytes that homes use in the table's pages behind TABLE_ROOT_BYTES: the free list of wide sums. */
enum { AGG_ROOT_BYTES = 8 };

#endif
