/* view.h - the rows of a view: what op_view keeps, read as of one epoch. */
#ifndef WEIR_RUNTIME_VIEW_H
#define WEIR_RUNTIME_VIEW_H

#include "runtime/operator.h"
#include "runtime/relation.h"
#include "runtime/rowset.h"

/* A cursor pins the view as it is now (a snapshot) until it is closed. */
struct view_cursor;
struct view_cursor *view_cursor_open(struct operator *view);
void view_cursor_close(struct view_cursor *c);
/* 1: on the next row; 0: behind the last. A row whose weight is n comes n times. */
int view_cursor_next(struct view_cursor *c);
/* Text is borrowed until the next call. */
void view_cursor_value(struct view_cursor *c, int column, struct relation_value *out);

/* All rows as they are now, for a reader that begins with what is there: weight > 0 each. */
void view_rows(struct operator *view, struct rowset *out);

/* From now on the view puts aside what changes (rows with weights) here, too; the caller clears the set. */
void view_watch(struct operator *view, struct rowset *changes);

uint64_t view_row_count(const struct operator *view);

#endif
