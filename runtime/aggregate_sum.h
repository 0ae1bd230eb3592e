/* aggregate_sum.h - private to the aggregates: SUM and AVG of every type (aggregate.h tells their state). */
#ifndef WEIR_RUNTIME_AGGREGATE_SUM_H
#define WEIR_RUNTIME_AGGREGATE_SUM_H

#include "runtime/aggregate.h"

/* Bytes of a group's state. */
int agg_sum_bytes(enum phys phys);
void agg_sum_update(const struct agg *a, struct agg_home *home, const struct agg_rows *rows, const struct column *arg);
/* One value, weight times. */
void agg_sum_add(const struct agg *a, struct agg_home *home, uint8_t *state, union multiset_value value,
                 int64_t weight);
/* Adds all of another state of the same aggregate (sign 1), or takes it away (sign -1). */
void agg_sum_merge(const struct agg *a, struct agg_home *home, uint8_t *state, const struct agg_home *other_home,
                   const uint8_t *other, int sign);
void agg_sum_read(const struct agg *a, const struct agg_home *home, const uint8_t *state, struct column *out, int row);
void agg_sum_drop(const struct agg *a, struct agg_home *home, const uint8_t *state);

#endif
