/* catalog.h - what exists: streams, views, pumps, functions, in memory. The engine fills it by applying DDL in journal
 * order; the planner binds names against it. Objects have numbers that are never used again; their other halves
 * (positions, state) are the engine's, kept by number. */
#ifndef WEIR_PLANNER_CATALOG_H
#define WEIR_PLANNER_CATALOG_H

#include "base/time.h"
#include "planner/type.h"

/* A column of a stream, a view or any relation that a query can read. */
struct field {
    const char *name; /* as written */
    bool quoted;      /* was written in quotes (then a match in another case is warned about) */
    struct type type;
    bool not_null;
    bool kinesis; /* declared in the old service's dialect: its records are read and written as it did (format.h) */
    /* Of a declared stream's columns: */
    const char *path;   /* FROM '$.a.b', or NULL: the key of its own name */
    const char *format; /* FORMAT '...' of a DATE, TIME or TIMESTAMP, or NULL */
};

enum object_kind { OBJECT_STREAM, OBJECT_VIEW, OBJECT_PUMP, OBJECT_FUNCTION };
/* "stream", "view", ... */
const char *object_kind_name(enum object_kind kind);

struct option {
    const char *name;  /* lower case */
    const char *value; /* as text */
    int at;
};

struct expr;
struct plan;

struct object {
    enum object_kind kind;
    uint32_t id;
    const char *name;
    bool quoted;
    const char *sql;     /* the statement, normalised */
    struct str ddl;      /* for the engine: the journal entry that made it */
    struct arena *arena; /* owns everything here, plan included */

    /* Streams and views; the parameters of a function: */
    struct field *fields;
    int field_count;
    struct option *options;
    int option_count;

    /* Streams: */
    int watermark_field; /* the event time's column, or -1: event time is arrival time (or what the query gives) */
    usec watermark_bound;
    bool derived; /* CREATE STREAM AS, or fed by pumps (then its rows have ROWTIME and W of their own) */
    bool system;  /* error_stream */
    enum stream_source { SOURCE_LOG, SOURCE_FILE, SOURCE_STDIN } source; /* FILE: read in place */
    const char *format;                                                  /* "json" or "csv" */
    const char *path; /* of a file, made absolute against the query file's folder by the engine; else NULL */
    usec max_ahead;   /* USEC_MAX: no guard */
    usec idle_timeout;
    int shards;          /* to begin with */
    int partition_field; /* its records' partition key, or -1 */
    usec retention;      /* records that arrived longer ago may go; USEC_MAX: none. ALTER STREAM changes it */
    bool changelog;      /* its records carry weights (_op) */

    /* Queries (a view, a pump, a stream AS SELECT): */
    struct plan *plan; /* NULL: not a query */
    uint32_t target;   /* a pump's stream; a stream's own id; 0: a view */
    int *target_field; /* for each of the plan's output fields: the target stream's column */
    bool stopped;

    /* Functions: */
    struct type returns;
    bool null_on_null;       /* RETURNS NULL ON NULL INPUT */
    bool kinesis;            /* its expression is in the old service's dialect */
    const struct expr *body; /* as it was written: bound anew in each call */

    /* Functions that a query or another function has made part of itself, by id. */
    uint32_t *calls;
    int call_count;
};

struct catalog;
struct catalog *catalog_new(void);
void catalog_free(struct catalog *c); /* and all objects that are its own */
/* A catalogue of the same objects, which stay the base's; what is added to it and removed from it concerns it alone.
 * The base must outlive it and not change meanwhile. */
struct catalog *catalog_overlay(const struct catalog *base);

/* An empty object with an arena of its own, not in the catalogue yet. */
struct object *object_new(enum object_kind kind);
void object_free(struct object *o);
/* Adds it under the given id (0: the next free one). Takes ownership. */
void catalog_add(struct catalog *c, struct object *o, uint32_t id);
/* The id that catalog_add would give; and: ids below `next` are not given any more. */
uint32_t catalog_next_id(const struct catalog *c);
void catalog_reserve(struct catalog *c, uint32_t next);
/* Takes it out, and frees it if it is its own. */
void catalog_remove(struct catalog *c, uint32_t id);
struct object *catalog_get(const struct catalog *c, uint32_t id);
/* By name: an unquoted name matches without regard to case; a quoted one exactly, else without regard to case. Pumps
 * and functions have name spaces of their own (kinds: a bit mask 1 << enum object_kind). Of functions of one name the
 * first. NULL and err with a suggestion when absent;
 * err may be NULL. */
struct object *catalog_find(const struct catalog *c, struct str name, bool quoted, unsigned kinds, int at,
                            struct err *err);
/* The function of the same name whose parameters are of the same kinds, or NULL. */
struct object *catalog_overload(const struct catalog *c, const struct object *function);
/* In order of creation: the i-th, or NULL. */
struct object *catalog_at(const struct catalog *c, int i);
/* Whether a query (directly or through others) reads from the object: its first reader, or NULL. */
const struct object *catalog_reader(const struct catalog *c, uint32_t id);
/* The first object that calls the function, or NULL. */
const struct object *catalog_caller(const struct catalog *c, uint32_t id);

const char *object_option(const struct object *o, const char *name); /* or NULL */

#endif
