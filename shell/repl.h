/* repl.h - the interactive shell: reads statements and dot commands, line by line. */
#ifndef WEIR_SHELL_REPL_H
#define WEIR_SHELL_REPL_H

#include "shell/line.h"
#include "shell/runner.h"

struct repl {
    struct runner *runner; /* open */
    struct line_reader *lines;
    struct script script; /* what was typed and has not been executed */
    bool pending;         /* it holds the beginning of a statement */
    bool timer;           /* .timer on */
    bool quit;
};

/* Reads stdin to its end or to .quit. On a terminal an error is reported and the shell goes on; elsewhere the first
 * error ends it. */
enum exit_code repl_run(struct runner *runner, const char *dir);
/* Executes one statement, and goes on with it until Ctrl-C if it is a SELECT STREAM. */
enum exit_code repl_statement(struct repl *repl, const struct script *script, int begin, int end);

#endif
