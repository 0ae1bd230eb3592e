/* ast.c - where the children of an expression hang. */
#include "parser/ast.h"

/* One of the children that a run of optional parts holds: counts i down, and finds it where i reaches 0. */
static struct expr **optional(struct expr **slot, int *i)
{
    if (!*slot) return NULL;
    return (*i)-- == 0 ? slot : NULL;
}

static struct expr **in_exprs(struct exprs *list, int *i)
{
    if (*i < list->count) return &list->items[*i];
    *i -= list->count;
    return NULL;
}

static struct expr **in_sorts(struct sorts *sorts, int *i)
{
    if (*i < sorts->count) return &sorts->items[*i].expr;
    *i -= sorts->count;
    return NULL;
}

static struct expr **over_child(struct over *over, int *i)
{
    struct expr **found;

    if (!over) return NULL;
    if ((found = in_exprs(&over->partition, i))) return found;
    if ((found = in_sorts(&over->order, i))) return found;
    if ((found = optional(&over->start.offset, i))) return found;
    return optional(&over->finish.offset, i);
}

/* In the order of the text: arguments first, OVER last. `*i` must not be used after a find. */
static struct expr **call_child(struct call *call, int *i)
{
    struct expr **found;

    if (*i < call->args.count) return &call->args.items[*i].value;
    *i -= call->args.count;
    if (call->json) {
        if ((found = optional(&call->json->empty_value, i))) return found;
        if ((found = optional(&call->json->error_value, i))) return found;
    }
    if ((found = optional(&call->zone, i))) return found;
    if ((found = in_sorts(&call->order, i))) return found;
    if ((found = in_sorts(&call->within_group, i))) return found;
    if ((found = optional(&call->filter, i))) return found;
    return over_child(call->over, i);
}

static struct expr **in_child(struct expr *e, int i)
{
    if (i-- == 0) return &e->in.operand;
    return in_exprs(&e->in.list, &i);
}

static struct expr **case_child(struct expr *e, int i)
{
    struct expr **found = optional(&e->kase.operand, &i);

    if (found) return found;
    if (i < 2 * e->kase.whens.count) {
        struct when *when = &e->kase.whens.items[i / 2];
        return i % 2 ? &when->then : &when->when;
    }
    i -= 2 * e->kase.whens.count;
    return optional(&e->kase.otherwise, &i);
}

/* Of up to three children of which none is missing before one that is there. */
static struct expr **nth(int i, struct expr **a, struct expr **b, struct expr **c)
{
    struct expr **slots[] = {a, b, c};

    return i < 3 && slots[i] && *slots[i] ? slots[i] : NULL;
}

struct expr **expr_child(struct expr *e, int i)
{
    switch (e->kind) {
    case EXPR_NULL:
    case EXPR_BOOLEAN:
    case EXPR_NUMBER:
    case EXPR_TEXT:
    case EXPR_BINARY:
    case EXPR_DATE:
    case EXPR_TIME:
    case EXPR_TIMESTAMP:
    case EXPR_INTERVAL:
    case EXPR_COLUMN:
    case EXPR_STAR:
    case EXPR_SUBQUERY:
    case EXPR_EXISTS:
    case EXPR_CURSOR:
    case EXPR_DESCRIPTOR: return NULL;
    case EXPR_UNARY: return nth(i, &e->unary.operand, NULL, NULL);
    case EXPR_BINARY_OP: return nth(i, &e->binary.left, &e->binary.right, NULL);
    case EXPR_IS: return nth(i, &e->is.operand, NULL, NULL);
    case EXPR_BETWEEN: return nth(i, &e->between.operand, &e->between.low, &e->between.high);
    case EXPR_IN: return in_child(e, i);
    case EXPR_LIKE: return nth(i, &e->like.operand, &e->like.pattern, &e->like.escape);
    case EXPR_CASE: return case_child(e, i);
    case EXPR_CAST: return nth(i, &e->cast.operand, NULL, NULL);
    case EXPR_CALL: return call_child(&e->call, &i);
    case EXPR_QUALIFIED: return nth(i, &e->qualified.operand, NULL, NULL);
    case EXPR_ROW:
    case EXPR_ARRAY: return in_exprs(&e->list, &i);
    case EXPR_SUBSCRIPT: return nth(i, &e->subscript.operand, &e->subscript.index, NULL);
    case EXPR_FIELD: return nth(i, &e->field.operand, NULL, NULL);
    case EXPR_AT_ZONE: return nth(i, &e->at_zone.operand, &e->at_zone.zone, NULL);
    case EXPR_COLLATE: return nth(i, &e->collate.operand, NULL, NULL);
    case EXPR_PERIOD: return nth(i, &e->period.left, &e->period.right, NULL);
    case EXPR_TABLE: return in_exprs(&e->table.partition, &i);
    }
    return NULL;
}

struct select *expr_select(const struct expr *e)
{
    if (e->kind == EXPR_IN) return e->in.select;
    return e->kind == EXPR_SUBQUERY || e->kind == EXPR_EXISTS || e->kind == EXPR_CURSOR ? e->select : NULL;
}
