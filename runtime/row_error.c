/* row_error.c - the names of the errors of rows; see batch.h. */
#include "runtime/batch.h"

#include <assert.h>

const char *row_error_name(enum row_error error)
{
    static const char *const names[] = {[ROW_OK] = "ok",
#define X(code, name) [code] = name,
                                        ROW_ERRORS(X)
#undef X
    };

    assert(error < sizeof names / sizeof names[0]);
    return names[error];
}
