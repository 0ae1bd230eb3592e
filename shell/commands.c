/* commands.c - see commands.h. */
#include "shell/commands.h"

#include <stdio.h>

enum exit_code exit_code_of(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
    case ERR_INTERRUPTED: return EXIT_DONE;
    case ERR_DISK:
    case ERR_DAMAGED:
    case ERR_OWNED: return EXIT_STORAGE;
    case ERR_USAGE: return EXIT_USAGE;
    case ERR_SYNTAX:
    case ERR_NAME:
    case ERR_TYPE:
    case ERR_VALUE:
    case ERR_UNSUPPORTED:
    case ERR_LIMIT:
    case ERR_INPUT: return EXIT_INPUT;
    }
    return EXIT_INPUT;
}

int usage_error(const char *command, const struct err *err)
{
    fprintf(stderr, "weir: %s\nTry 'weir%s%s --help'.\n", err->text, command ? " " : "", command ? command : "");
    return EXIT_USAGE;
}
