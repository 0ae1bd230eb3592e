/* console.h - an engine and the places where its answers go: what every way of running statements shares. */
#ifndef WEIR_SHELL_CONSOLE_H
#define WEIR_SHELL_CONSOLE_H

#include "engine/session.h"
#include "shell/output.h"
#include "shell/printer.h"
#include "shell/progress.h"
#include "shell/script.h"

struct result;

struct console {
    struct engine *engine;
    struct output out; /* stdout */
    enum print_format format;
    struct progress_bar bar;
    bool any_result;        /* something was printed: the next result begins with a blank line */
    uint64_t rows;          /* of the last statement */
    struct result *streams; /* SELECT STREAMs that are running */
};

/* Opens the engine of a directory (NULL: in memory); engine options other than those of the console are taken as given.
 * Ctrl-C reaches it from now on. */
MUST_CHECK int console_open(struct console *console, const struct engine_options *options, struct err *err);
/* Writes what is pending and closes the engine in order. */
MUST_CHECK int console_close(struct console *console, struct err *err);

/* Executes the statement [begin, end) of a script and prints its rows. *answer may be NULL. 0 also when the reader of
 * stdout has gone: console_stopped says so. */
MUST_CHECK int console_execute(struct console *console, const struct script *script, int begin, int end,
                               enum answer *answer, struct err *err);
/* Epochs until nothing is left to do, under the progress bar. */
MUST_CHECK int console_drain(struct console *console, struct err *err);
/* Whether to go on makes no sense: interrupted, or nobody reads the results. */
bool console_stopped(const struct console *console);
/* The rows that SELECT STREAMs have given so far reach the reader. */
void console_flush(struct console *console);
/* Ends the SELECT STREAMs. */
void console_end_streams(struct console *console);
/* A printer for rows that do not come from a statement, parted from what was printed before. */
struct printer *console_printer(struct console *console, const char *const *names, int count);

#endif
