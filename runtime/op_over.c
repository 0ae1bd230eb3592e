/* op_over.c - f(...) OVER (...). */
#include "runtime/operator.h"

int op_over_check(const struct plan *plan, struct err *err)
{
    (void)plan;
    return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: OVER");
}

struct operator *op_over_new(const struct plan *plan)
{
    (void)plan;
    return NULL;
}
