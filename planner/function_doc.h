/* function_doc.h - the registry of functions as people read it: by subject and by name, with calls as they are written.
 * docs/functions.md, .help and SHOW FUNCTIONS are printed from it. */
#ifndef WEIR_PLANNER_FUNCTION_DOC_H
#define WEIR_PLANNER_FUNCTION_DOC_H

#include "planner/function.h"

/* The i-th subject, in order; NULL: there are no more. */
const char *function_subject(int i);
/* What the function is about. */
const char *function_subject_of(const struct function *f);

/* The binder alone makes calls of it: no documentation names it. */
bool function_internal(const struct function *f);
/* Whether it is called NAME(...): no operator, no cast, not internal. */
bool function_named(const struct function *f);
/* The name to be shown: operators in upper case. Appended to out. */
void function_title(const struct function *f, struct buf *out);
/* "ABS(BIGINT) -> BIGINT", "VARCHAR LIKE VARCHAR -> BOOLEAN": a call as it is written, with types for arguments.
 * Appended to out. */
void function_signature(const struct function *f, struct buf *out);
/* The first overload of its name and subject. */
const struct function *function_first(const struct function *f);
/* The first overload that has this sentence among those of its name and subject: what is said once for all of them. */
const struct function *function_said_by(const struct function *f);
/* "also LENGTH, CHARACTER_LENGTH": its other names; nothing is appended when it has none. */
void function_other_names(const struct function *f, struct buf *out);
/* The i-th function, operator or cast, or other name of one, with that name (in any case); NULL: there are no more. */
const struct function *function_named_like(struct str name, int i);
/* The name nearest to one that no function has, or NULL when none is near. */
const char *function_nearest(struct str name);

/* An aggregate of planner/aggregates.inc, where the rows stand that its example is computed over. */
struct aggregate_doc {
    const char *name;
    const char *calls; /* "COUNT(*) -> BIGINT": lines */
    const char *doc, *example, *answer;
};
/* The i-th; NULL: there are no more. */
const struct aggregate_doc *aggregate_doc(int i);

#endif
