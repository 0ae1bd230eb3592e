/* errors.h - the declaration of error_stream (dialect.md). */
#ifndef WEIR_RUNTIME_ERRORS_H
#define WEIR_RUNTIME_ERRORS_H

#include "planner/catalog.h"

/* The system's own stream, not in a catalogue yet. */
struct object *errors_object(void);

#endif
