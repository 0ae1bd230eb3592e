/* help.h - .help NAME: a function, an aggregate, a kind of statement, as the registries and shell/topics.inc have it.
 */
#ifndef WEIR_SHELL_HELP_H
#define WEIR_SHELL_HELP_H

#include "base/err.h"
#include "base/mem.h"

/* Appends what there is to say about the name (in any case). ERR_NAME when nothing has it, with what was probably
 * meant. */
int help_print(struct str name, struct buf *out, struct err *err) MUST_CHECK;
/* Appends the names of all topics, of the subjects and their functions, and of the aggregates. */
void help_contents(struct buf *out);

#endif
