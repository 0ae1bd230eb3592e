/* relations_range.c - see relations_range.h.
 * SQLite compares times as text. So a time narrows the range only if it is written as times are printed, or is the
 * beginning of such a text: then both orders agree. What is at a bound always stays in: SQLite looks again. */
#include "engine/relations_range.h"

#include "base/time_text.h"
#include "log/shard.h"

#include <string.h>

bool range_uses(enum hidden column)
{
    return column == HIDDEN_SHARD || column == HIDDEN_SEQUENCE || column == HIDDEN_ARRIVAL || column == HIDDEN_ROWTIME;
}

/* Digits alone, not too many. */
static bool read_number(struct str text, uint64_t *out)
{
    *out = 0;
    if (!text.len || text.len > 18) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
        *out = *out * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    return true;
}

enum { DATE_TEXT = 10 };

static bool read_time(struct str text, usec *out)
{
    char printed[TIME_TEXT_MAX];

    if (text.len < DATE_TEXT || time_parse(text.ptr, text.len, out)) return false;
    time_print(*out, printed);
    return text.len <= strlen(printed) && memcmp(text.ptr, printed, text.len) == 0;
}

static bool is_lower(enum relation_op op)
{
    return op == RELATION_EQ || op == RELATION_GT || op == RELATION_GE;
}

static bool is_upper(enum relation_op op)
{
    return op == RELATION_EQ || op == RELATION_LT || op == RELATION_LE;
}

static void narrow_number(uint64_t *from, uint64_t *to, const struct relation_bound *b)
{
    uint64_t n;

    if (!read_number(b->value, &n)) return;
    if (is_lower(b->op) && n > *from) *from = n;
    if (is_upper(b->op) && n + 1 < *to) *to = n + 1;
}

static void narrow_time(usec *from, usec *to, const struct relation_bound *b)
{
    usec t;

    if (!read_time(b->value, &t)) return;
    if (is_lower(b->op) && t > *from) *from = t;
    if (is_upper(b->op) && t < USEC_MAX - 1 && t + 1 < *to) *to = t + 1;
}

static void narrow_shard(uint32_t *shard, const struct relation_bound *b)
{
    struct err ignored;
    uint32_t id;

    if (b->op == RELATION_EQ && shard_id_parse(b->value, &id, &ignored) == 0) *shard = id;
}

void range_narrow(struct log_range *range, uint32_t *shard, enum hidden column, const struct relation_bound *b)
{
    if (column == HIDDEN_SHARD) narrow_shard(shard, b);
    if (column == HIDDEN_SEQUENCE) narrow_number(&range->from, &range->to, b);
    if (column == HIDDEN_ARRIVAL) narrow_time(&range->arrival_from, &range->arrival_to, b);
    if (column == HIDDEN_ROWTIME) narrow_time(&range->rowtime_from, &range->rowtime_to, b);
}
