/* dot.h - the commands of the interactive shell that begin with a dot. */
#ifndef WEIR_SHELL_DOT_H
#define WEIR_SHELL_DOT_H

#include "shell/repl.h"

/* Runs a line that begins with a dot. Errors are reported. */
enum exit_code dot_command(struct repl *repl, const char *line);

#endif
