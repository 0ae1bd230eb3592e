/* fn_trigonometry.c - kernels of trigonometry; angles are in radians. Where a function has no value, a bad argument. */
#include "runtime/kernel.h"

#include <math.h>

static void map_each(struct kernel_call *c, double (*f)(double))
{
    for (int i = 0; i < c->rows; i++) c->out->doubles[i] = f(c->args[0]->doubles[i]);
}

#define MAP_KERNEL(name, function)                                                                                     \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        map_each(c, function);                                                                                         \
    }

static double cot(double x)
{
    return 1 / tan(x);
}

static double degrees(double x)
{
    return x * (180 / M_PI);
}

static double radians(double x)
{
    return x * (M_PI / 180);
}

MAP_KERNEL(sinh, sinh)
MAP_KERNEL(cosh, cosh)
MAP_KERNEL(tanh, tanh)
MAP_KERNEL(atan, atan)
MAP_KERNEL(degrees, degrees)
MAP_KERNEL(radians, radians)

/* A NaN that does not come from one: the argument has no such angle. */
static void map_domain(struct kernel_call *c, double (*f)(double))
{
    for (int i = 0; i < c->rows; i++) {
        double x = c->args[0]->doubles[i];
        c->out->doubles[i] = f(x);
        if (isnan(c->out->doubles[i]) && !isnan(x)) kernel_fail(c, i, ROW_BAD_ARGUMENT);
    }
}

#define DOMAIN_KERNEL(name)                                                                                            \
    void fn_##name(struct kernel_call *c)                                                                              \
    {                                                                                                                  \
        map_domain(c, name);                                                                                           \
    }

DOMAIN_KERNEL(sin)
DOMAIN_KERNEL(cos)
DOMAIN_KERNEL(tan)
DOMAIN_KERNEL(asin)
DOMAIN_KERNEL(acos)

void fn_cot(struct kernel_call *c)
{
    map_domain(c, cot);
    for (int i = 0; i < c->rows; i++) {
        if (c->args[0]->doubles[i] == 0) kernel_fail(c, i, ROW_BAD_ARGUMENT);
    }
}

void fn_atan2(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->doubles[i] = atan2(c->args[0]->doubles[i], c->args[1]->doubles[i]);
}

void fn_pi(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->doubles[i] = M_PI;
}

void fn_e(struct kernel_call *c)
{
    for (int i = 0; i < c->rows; i++) c->out->doubles[i] = M_E;
}
