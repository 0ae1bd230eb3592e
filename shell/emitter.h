/* emitter.h - `--emit NAME`: the rows of a stream or view on stdout.
 * Those of a stream as they come; a view's changes as they come, with their weight as a last column, or, in a run that
 * ends, its content once at the end. */
#ifndef WEIR_SHELL_EMITTER_H
#define WEIR_SHELL_EMITTER_H

#include "shell/console.h"

struct emitter {
    const char *name; /* NULL: nothing is emitted */
    bool once;        /* the run ends: of a view the content at the end */
    struct console *console;
    bool attached;
    bool at_end; /* it is such a view */
    bool with_weight;
    bool begun; /* something was printed, at least the names of the columns */
    struct printer *printer;
    struct buf scratch; /* a row with its weight */
};

/* Begins as soon as the engine has the name; before that, does nothing. Call it after every statement. */
MUST_CHECK int emitter_attach(struct emitter *emitter, struct err *err);
/* All statements have been run: a name that is still unknown is an error (ERR_NAME). */
MUST_CHECK int emitter_require(struct emitter *emitter, struct err *err);
/* What was emitted so far reaches the reader. */
void emitter_flush(struct emitter *emitter);
/* Something else is going to be printed: rows that come later begin a new result. */
void emitter_pause(struct emitter *emitter);
/* All input has been read: prints the view, or at least the names of the columns. */
MUST_CHECK int emitter_finish(struct emitter *emitter, struct err *err);
void emitter_close(struct emitter *emitter);

#endif
