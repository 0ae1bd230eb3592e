/* line.h - lines of input: edited on a terminal, with a history, or simply read. */
#ifndef WEIR_SHELL_LINE_H
#define WEIR_SHELL_LINE_H

#include "base/mem.h"

struct line_reader;

/* Reads stdin; edits when it is a terminal. */
struct line_reader *line_reader_new(void);
/* Saves the history. */
void line_reader_free(struct line_reader *reader);
bool line_reader_edits(const struct line_reader *reader);

enum line { LINE_END, LINE_READ, LINE_INTERRUPTED };
/* The next line, without its line end, replaces *out. The prompt is shown only when editing. Interrupted: a signal came
 * (interrupt.h); what had been typed is gone. */
enum line line_read(struct line_reader *reader, const char *prompt, struct buf *out);

#endif
