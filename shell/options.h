/* options.h - command lines: one table per command says what it takes; parsing and --help both come from the table.
 * `--name VALUE` and `--name=VALUE` are the same, options and operands may be mixed, `--` ends the options, and of an
 * option given twice the last counts. */
#ifndef WEIR_SHELL_OPTIONS_H
#define WEIR_SHELL_OPTIONS_H

#include "base/mem.h"

enum { OPTIONS_MAX = 16, OPERANDS_ANY = 1 << 20 };

struct option_spec {
    const char *name;     /* "--format", "-c" */
    const char *argument; /* "NAME"; NULL: it takes none */
    const char *sentence; /* what it does */
};

struct command {
    const char *name;                  /* "run"; "" for the program itself */
    const char *arguments;             /* "FILE..." */
    const char *sentence;              /* what it does, in one line */
    const char *details;               /* paragraphs below the options, or NULL */
    const struct option_spec *options; /* at most OPTIONS_MAX */
    int option_count;
    int operands_min, operands_max;
};

/* Everything is borrowed from argv. */
struct arguments {
    const char *value[OPTIONS_MAX]; /* by the option's index in the table; "" for a flag; NULL: not given */
    char **operands;
    int operand_count;
    bool help; /* --help or -h: nothing else was checked */
};

/* Sorts argv[1..] into options and operands (argv is reordered). ERR_USAGE for an unknown option (with a suggestion), a
 * missing or unwanted value, too few or too many operands. */
MUST_CHECK int options_parse(const struct command *command, int argc, char **argv, struct arguments *out,
                             struct err *err);
/* An option's value as a whole number in [least, most]. */
MUST_CHECK int options_number(const char *name, const char *value, int least, int most, int *out, struct err *err);
/* An option's value as one of several words: its index. */
MUST_CHECK int options_choice(const char *name, const char *value, const char *const *words, int count, int *out,
                              struct err *err);
/* Appends the help of one command. */
void options_help(const struct command *command, struct buf *out);

#endif
