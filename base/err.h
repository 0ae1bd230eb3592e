/* err.h - the one error type.
 * Whoever detects a failure fills it once, with a message made for the user; everybody above hands it on unchanged. */
#ifndef WEIR_BASE_ERR_H
#define WEIR_BASE_ERR_H

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum err_code {
    ERR_NONE,
    ERR_SYNTAX,      /* the text is not SQL */
    ERR_NAME,        /* an unknown, ambiguous or doubly defined name */
    ERR_TYPE,        /* operands that do not fit */
    ERR_VALUE,       /* a value out of its range */
    ERR_UNSUPPORTED, /* weir will do this later; the message begins with "not supported yet: " */
    ERR_LIMIT,       /* a named limit was reached */
    ERR_INPUT,       /* an input file or stream cannot be read */
    ERR_DISK,        /* the disk failed or is full */
    ERR_DAMAGED,     /* a file of the data directory is damaged */
    ERR_OWNED,       /* another process owns the data directory */
    ERR_INTERRUPTED, /* Ctrl-C or SIGTERM */
    ERR_USAGE,       /* the command line is wrong */
};

struct err {
    enum err_code code;
    int at; /* byte offset in the statement's text, or -1 */
    char text[480];
};

/* Fills *err and returns -1, so that a failure is one line: return err_set(err, ERR_TYPE, at, "...", ...). */
int err_set(struct err *err, enum err_code code, int at, const char *format, ...) PRINTF_LIKE(4, 5);

#endif
