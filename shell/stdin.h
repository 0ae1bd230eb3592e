/* stdin.h - stdin as the source of a stream (connector = 'stdin'): its records are appended to the log as they come. */
#ifndef WEIR_SHELL_STDIN_H
#define WEIR_SHELL_STDIN_H

#include "shell/console.h"

struct stdin_feed {
    char *stream;     /* NULL: nobody reads stdin */
    char *format;     /* of its records */
    struct buf block; /* bytes read whose record is not complete */
    bool ended;       /* everything has been read and appended */
    bool closes;      /* with it the stream ends: its windows close */
};

/* If the engine's stream of that name reads stdin, it is fed from here. ERR_NAME when another one is already. */
MUST_CHECK int stdin_attach(struct stdin_feed *feed, const struct engine *engine, const char *stream, struct err *err);
void stdin_close(struct stdin_feed *feed);
/* True while records may come. */
bool stdin_is_open(const struct stdin_feed *feed);

/* Waits at most timeout_ms (-1: for ever) for bytes and appends the whole records among them; at the end of stdin also
 * one without a line end. 1: something was read or stdin has ended;
 * 0: nothing, or a signal came. */
MUST_CHECK int stdin_read(struct stdin_feed *feed, struct engine *engine, int timeout_ms, struct err *err);

#endif
