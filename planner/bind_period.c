/* bind_period.c - predicates over periods: (a, b) OVERLAPS (c, d) becomes comparisons of the ends.
 *
 * A period holds the times from its start up to, not including, its end. A single time stands for the period that
 * begins and ends with it; CONTAINS takes it as the moment it is. */
#include "planner/binder.h"

enum end { LEFT_START, LEFT_END, RIGHT_START, RIGHT_END, ENDS };

enum { TESTS_MAX = 4 };

struct end_test {
    enum end a;
    const char *op; /* NULL: no more tests */
    enum end b;
};

/* What must be true of the ends; all NULL: there is no such predicate. */
static const struct end_test tests[][3][TESTS_MAX] =
    {
        [PERIOD_OVERLAPS] =
            {
                [PERIOD_PLAIN] = {{LEFT_START, "<", RIGHT_END}, {RIGHT_START, "<", LEFT_END}},
                [PERIOD_STRICTLY] = {{LEFT_START, "<", RIGHT_END},
                                     {RIGHT_START, "<", LEFT_END},
                                     {LEFT_START, "<>", RIGHT_START},
                                     {LEFT_END, "<>", RIGHT_END}},
            },
        [PERIOD_CONTAINS] =
            {
                [PERIOD_PLAIN] = {{LEFT_START, "<=", RIGHT_START}, {RIGHT_END, "<=", LEFT_END}},
                [PERIOD_STRICTLY] = {{LEFT_START, "<", RIGHT_START}, {RIGHT_END, "<", LEFT_END}},
            },
        [PERIOD_EQUALS] = {[PERIOD_PLAIN] = {{LEFT_START, "=", RIGHT_START}, {LEFT_END, "=", RIGHT_END}}},
        [PERIOD_PRECEDES] =
            {
                [PERIOD_PLAIN] = {{LEFT_END, "<=", RIGHT_START}},
                [PERIOD_STRICTLY] = {{LEFT_END, "<", RIGHT_START}},
                [PERIOD_IMMEDIATELY] = {{LEFT_END, "=", RIGHT_START}},
            },
        [PERIOD_SUCCEEDS] =
            {
                [PERIOD_PLAIN] = {{RIGHT_END, "<=", LEFT_START}},
                [PERIOD_STRICTLY] = {{RIGHT_END, "<", LEFT_START}},
                [PERIOD_IMMEDIATELY] = {{RIGHT_END, "=", LEFT_START}},
            },
        [PERIOD_LEADS] =
            {
                [PERIOD_PLAIN] = {{LEFT_START, "<", RIGHT_START}, {LEFT_END, "<=", RIGHT_END}},
                [PERIOD_STRICTLY] = {{LEFT_START, "<", RIGHT_START}, {LEFT_END, "<", RIGHT_END}},
                [PERIOD_IMMEDIATELY] = {{LEFT_END, "=", RIGHT_START}},
            },
        [PERIOD_LAGS] =
            {
                [PERIOD_PLAIN] = {{RIGHT_END, "<", LEFT_END}, {RIGHT_START, "<=", LEFT_START}},
                [PERIOD_STRICTLY] = {{RIGHT_END, "<", LEFT_END}, {RIGHT_START, "<", LEFT_START}},
                [PERIOD_IMMEDIATELY] = {{RIGHT_END, "=", LEFT_START}},
            },
};

/* s <= t AND t < e */
static const struct end_test contains_moment[TESTS_MAX] = {{LEFT_START, "<=", RIGHT_START},
                                                           {RIGHT_START, "<", LEFT_END}};

/* The expression of one end; NULL: the operand is a moment, and both ends are the operand itself. */
static const struct expr *period_end(const struct expr *e, int end)
{
    bool word = e->kind == EXPR_CALL && e->call.name.count == 1 && ident_is(&e->call.name.parts[0], "PERIOD");

    if (word && e->call.args.count == 2) return e->call.args.items[end].value;
    return e->kind == EXPR_ROW && e->list.count == 2 ? e->list.items[end] : NULL;
}

static bool is_time(const struct bound *e)
{
    enum type_kind kind = e->type.kind;

    return kind == TYPE_DATE || kind == TYPE_TIME || kind == TYPE_TIMESTAMP || kind == TYPE_NULL;
}

/* Both ends of an operand. */
static int bind_ends(struct scope *scope, const struct expr *e, struct bound **out)
{
    for (int i = 0; i < 2; i++) {
        const struct expr *end = period_end(e, i);
        if (!(out[i] = bind_expr(scope, end ? end : e))) return -1;
        if (is_time(out[i])) continue;
        return err_set(scope->binder->err, ERR_TYPE, out[i]->at, "a period is (start, end), two times");
    }
    return 0;
}

struct bound *bind_period(struct scope *scope, const struct expr *e)
{
    struct binder *b = scope->binder;
    bool moment = e->period.op == PERIOD_CONTAINS && e->period.mode == PERIOD_PLAIN && !period_end(e->period.right, 0);
    const struct end_test *test = moment ? contains_moment : tests[e->period.op][e->period.mode];
    struct bound *ends[ENDS], *all = NULL;

    if (!test->op) return bind_refuse(b, ERR_SYNTAX, e->at, "there is no such predicate over periods");
    if (bind_ends(scope, e->period.left, ends) || bind_ends(scope, e->period.right, ends + RIGHT_START)) return NULL;
    for (int i = 0; i < TESTS_MAX && test[i].op; i++) {
        struct bound *one =
            bind_function(b, e->at, test[i].op, 2, (struct bound *[]){ends[test[i].a], ends[test[i].b]});
        if (one && all) one = bind_function(b, e->at, "and", 2, (struct bound *[]){all, one});
        if (!(all = one)) return NULL;
    }
    return bind_check_size(b, all) ? NULL : all;
}
