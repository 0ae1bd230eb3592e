/* interrupt.c - see interrupt.h. */
#include "shell/interrupt.h"

#include <signal.h>

enum { PATIENCE = 3 };

static struct engine *volatile watched;
static volatile sig_atomic_t pending;
static volatile sig_atomic_t count;

static void on_signal(int number)
{
    struct engine *engine = watched;

    if (++count >= PATIENCE) {
        signal(number, SIG_DFL);
        raise(number);
    }
    if (number != SIGINT)
        pending = INTERRUPT_PROGRAM;
    else if (pending == INTERRUPT_NONE)
        pending = INTERRUPT_STATEMENT;
    if (engine) engine_interrupt(engine);
}

void interrupt_watch(struct engine *engine)
{
    struct sigaction action = {.sa_handler = on_signal};

    watched = engine;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

enum interrupt interrupt_pending(void)
{
    return (enum interrupt)pending;
}

void interrupt_clear(void)
{
    count = 0;
    if (pending == INTERRUPT_STATEMENT) pending = INTERRUPT_NONE;
}
