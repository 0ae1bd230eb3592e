/* runner.h - runs scripts from their first statement to their last, and their queries until the end of their input.
 *
 * Before a plain SELECT the input is settled: all bounded sources declared so far are read to their end. In a run that
 * ends (`once`) stdin is one of them; and when the input is to end with it (`close`), all windows are closed (R10). */
#ifndef WEIR_SHELL_RUNNER_H
#define WEIR_SHELL_RUNNER_H

#include "shell/commands.h"
#include "shell/console.h"
#include "shell/emitter.h"
#include "shell/stdin.h"

struct runner {
    struct console console;
    struct stdin_feed feed;
    struct emitter emitter;
    bool once;
    bool close;
    bool settled;         /* nothing was executed since that could bring new input */
    struct check *check;  /* of --check; NULL: none */
    bool stdin_is_script; /* stdin gives statements: no stream can read it */
};

/* Opens the engine; fill `once`, `close`, `console.format` and `emitter.name` before. Errors are reported, here and
 * below, and the exit code is returned; EXIT_DONE: go on, unless console_stopped. */
enum exit_code runner_open(struct runner *runner, const struct engine_options *options);
/* Executes the statement [begin, end) of a script. *answer may be NULL. */
enum exit_code runner_statement(struct runner *runner, const struct script *script, int begin, int end,
                                enum answer *answer);
/* Looks at all statements first, and executes none unless all are right as far as that can be known; then executes them
 * up to the first that fails. */
enum exit_code runner_script(struct runner *runner, const struct script *script);
/* The end of a run that ends: settles, prints what is emitted. */
enum exit_code runner_finish(struct runner *runner);
/* Runs the queries until interrupted, or until nobody reads the results. */
enum exit_code runner_follow(struct runner *runner);
/* Looks at a script and executes nothing; reports all errors. What the scripts before have defined is there. Adds to
 * *counts. */
enum exit_code runner_check(struct runner *runner, const struct script *script, struct check_counts *counts);
/* Closes the engine in order. Returns `code`, or what went wrong now. */
enum exit_code runner_close(struct runner *runner, enum exit_code code);

/* Reports an error that has no place in a script. Being interrupted is none. */
enum exit_code report_error(const struct err *err);

#endif
