/* commands.h - the program's commands: one entry each, and what they have in common.
 * argv[0] is the command's own name (for the program itself: "weir"), argv[argc] is NULL. An entry prints its own
 * messages and returns the exit code. */
#ifndef WEIR_SHELL_COMMANDS_H
#define WEIR_SHELL_COMMANDS_H

#include "base/err.h"

#define WEIR_VERSION "0.1.0"

enum exit_code {
    EXIT_DONE = 0,    /* also after Ctrl-C and SIGTERM, and when the reader of stdout has gone */
    EXIT_INPUT = 1,   /* the user's input was wrong */
    EXIT_USAGE = 2,   /* the command line was */
    EXIT_STORAGE = 3, /* the data directory is damaged or owned by another process, or the disk failed */
};

/* What the program exits with after this error. */
enum exit_code exit_code_of(enum err_code code);
/* Says on stderr what is wrong with the command line of a command (NULL: of the program) and where help is. Returns
 * EXIT_USAGE. */
int usage_error(const char *command, const struct err *err);

int shell_main(int argc, char **argv);  /* weir [DIR], weir -c "SQL" [DIR] */
int run_main(int argc, char **argv);    /* weir run FILE... */
int test_main(int argc, char **argv);   /* weir test FILE... */
int check_main(int argc, char **argv);  /* weir check DIR */
int backup_main(int argc, char **argv); /* weir backup DIR DEST */

#endif
