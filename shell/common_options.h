/* common_options.h - values of options that several commands take. */
#ifndef WEIR_SHELL_COMMON_OPTIONS_H
#define WEIR_SHELL_COMMON_OPTIONS_H

#include "parser/parse.h"
#include "shell/printer.h"

/* --format NAME and --dialect NAME; value NULL: not given, *out stays. ERR_USAGE for an unknown name. */
MUST_CHECK int take_format(const char *value, enum print_format *out, struct err *err);
MUST_CHECK int take_dialect(const char *value, enum dialect *out, struct err *err);

#endif
