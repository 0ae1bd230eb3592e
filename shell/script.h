/* script.h - a text of statements and where it came from, so that an error can show its place. */
#ifndef WEIR_SHELL_SCRIPT_H
#define WEIR_SHELL_SCRIPT_H

#include "parser/diag.h"

enum { SCRIPT_BYTES_MAX = 64 * 1024 * 1024 };

struct script {
    const char *name; /* of the file, or "<input>"; borrowed */
    char *base_dir;   /* what paths in it are relative to; owned */
    struct buf text;
    int64_t lines_before; /* lines that stood before the text and have been dropped */
};

/* Reads a file. ERR_INPUT with the path and the reason: absent, a directory, not readable, over SCRIPT_BYTES_MAX; text
 * that is no UTF-8 (the line is named). Close it in any case. */
MUST_CHECK int script_read(const char *path, struct script *out, struct err *err);
/* A script of the given text, or an empty one to be filled; paths are relative to the working directory. */
void script_begin(const char *name, const char *text, struct script *out);
void script_close(struct script *script);

/* Forgets the text before `at`, but not how many lines it had. */
void script_drop(struct script *script, int at);
/* Prints an error or warning on stderr, with file:line:column, the line and a caret. err->at counts from `begin`;
 * without a place the statement's beginning is shown, unless the error has nothing to do with the text. */
void script_report(const struct script *script, enum diag_level level, int begin, const struct err *err);

#endif
