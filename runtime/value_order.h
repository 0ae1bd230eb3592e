/* value_order.h - the order of values of a type: NULL first, numbers by value, NaN last, text by bytes. */
#ifndef WEIR_RUNTIME_VALUE_ORDER_H
#define WEIR_RUNTIME_VALUE_ORDER_H

#include "runtime/batch.h"

/* Row x of a and row y of b, which are of one type: negative, 0, positive. */
int value_compare(const struct column *a, int x, const struct column *b, int y);
/* A number for quick sorting: the value with the lesser one comes first; of values with the same one any may. */
uint64_t value_rank(const struct column *c, int row);

#endif
