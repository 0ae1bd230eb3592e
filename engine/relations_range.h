/* relations_range.h - comparisons with a stream's hidden columns as a range of the log. */
#ifndef WEIR_ENGINE_RELATIONS_RANGE_H
#define WEIR_ENGINE_RELATIONS_RANGE_H

#include "log/log.h"
#include "runtime/relation.h"

/* The hidden columns of a stream, behind those of its schema. */
enum hidden {
    HIDDEN_OP,
    HIDDEN_SHARD,
    HIDDEN_SEQUENCE,
    HIDDEN_ARRIVAL,
    HIDDEN_KEY,
    HIDDEN_ROWTIME,
    HIDDEN_WATERMARK,
    HIDDEN_COUNT
};

/* Whether a comparison with the column can narrow a range. */
bool range_uses(enum hidden column);
/* Narrows range and shard to what the bound leaves, or to more. */
void range_narrow(struct log_range *range, uint32_t *shard, enum hidden column, const struct relation_bound *bound);

#endif
