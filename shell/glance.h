/* glance.h - what the shell has to know of a statement before the engine gets it. */
#ifndef WEIR_SHELL_GLANCE_H
#define WEIR_SHELL_GLANCE_H

#include "base/mem.h"

enum effect {
    EFFECT_NOTHING, /* no statement: blanks and comments */
    EFFECT_READ,    /* a plain SELECT, and what else reads results: it waits for the input */
    EFFECT_DEFINE,  /* makes, changes or drops an object, or sets an option */
    EFFECT_OTHER,   /* all the rest: INSERT, SELECT STREAM, SHOW, ... */
};

struct glance {
    enum effect effect;
    char *stream; /* the stream that is created, as written, or NULL; free with free() */
};

/* -1 when weir's parser does not take the text (effect is EFFECT_READ when it begins with SELECT, else EFFECT_OTHER):
 * err says why, and so will the engine. */
MUST_CHECK int glance(struct str sql, struct glance *out, struct err *err);

#endif
