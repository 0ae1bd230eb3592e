/* emitted.h - rows as they were last emitted, kept in pages from one tick to the next: what EMIT EVERY takes back. */
#ifndef WEIR_RUNTIME_EMITTED_H
#define WEIR_RUNTIME_EMITTED_H

#include "runtime/rowset.h"
#include "runtime/table.h"

struct emitted;

/* Rows with these fields. */
struct emitted *emitted_new(const struct field *fields, int count);
/* Whether rows with these fields have room. */
bool emitted_fit(const struct field *fields, int count);
void emitted_free(struct emitted *e);

/* Keeps row i of the set, which differs from all that are kept; returns its number. */
uint32_t emitted_put(struct emitted *e, struct rowset *rows, int i);
/* Adds the row to the set. */
void emitted_get(const struct emitted *e, uint32_t number, struct rowset *out);
void emitted_drop(struct emitted *e, uint32_t number);

struct pages *emitted_pages(struct emitted *e);
/* After the pages have been filled from a checkpoint. */
void emitted_reload(struct emitted *e);

#endif
