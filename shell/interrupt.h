/* interrupt.h - Ctrl-C and SIGTERM: what runs is asked to stop, and the program ends in order.
 * Signals belong to the process, so this is the one file with state of its own. */
#ifndef WEIR_SHELL_INTERRUPT_H
#define WEIR_SHELL_INTERRUPT_H

#include "engine/session.h"

/* From now on SIGINT, SIGTERM and SIGHUP interrupt this engine (NULL: none) and are remembered. The third in a row
 * kills the program at once: a restart is exact. SIGPIPE is ignored: writing fails instead. System calls are not
 * restarted. */
void interrupt_watch(struct engine *engine);

enum interrupt {
    INTERRUPT_NONE,
    INTERRUPT_STATEMENT, /* SIGINT */
    INTERRUPT_PROGRAM,   /* SIGTERM, SIGHUP */
};
/* The gravest since the last interrupt_clear; clear does not forget INTERRUPT_PROGRAM. */
enum interrupt interrupt_pending(void);
void interrupt_clear(void);

#endif
