/* function_id.h - the numbers of the entries of functions.inc, for code and tests that mean one certain entry. */
#ifndef WEIR_PLANNER_FUNCTION_ID_H
#define WEIR_PLANNER_FUNCTION_ID_H

enum function_id {
#define FUNCTION(id, ...) FN_##id,
#define VARIADIC          FUNCTION
#define CAST              FUNCTION
#define ALIAS(...)
#include "planner/functions.inc"
#undef FUNCTION
#undef VARIADIC
#undef CAST
#undef ALIAS
    FN_COUNT
};

#endif
