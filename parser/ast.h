/* ast.h - the syntax tree of weir's SQL.
 * One tagged union per category: struct expr, struct table_ref, struct select, struct statement. The tree says what was
 * written and nothing more: no name is resolved, no type is known. All nodes and texts live in the arena given to
 * parse_statement (parse.h). `at` and `end` are byte offsets into the statement's text: [at, end).
 *
 * Lists are arrays {items, count}; an empty list is {0}. A missing identifier has text.ptr NULL, a missing expression
 * is NULL, a missing number is -1. */
#ifndef WEIR_PARSER_AST_H
#define WEIR_PARSER_AST_H

#include "base/mem.h"
#include "base/time.h"

struct expr;
struct select;
struct type_name;

/* ---- names ---- */

/* An identifier as written: no case is folded. A quoted one has lost its quotes ("" inside is one "). */
struct ident {
    struct str text;
    bool quoted;
    int at, end;
};

struct idents {
    struct ident *items;
    int count, capacity;
};

/* A path: stream.column, alias.record.field. count 0: no name. */
struct name {
    struct ident *parts;
    int count, capacity;
    int at, end;
};

/* ---- small parts ---- */

struct exprs {
    struct expr **items;
    int count, capacity;
};

/* An interval qualifier: DAY, DAY(4), DAY TO SECOND(3). For one unit first == last. */
struct qualifier {
    enum time_unit first, last;
    int precision; /* digits of the leading field, or -1 */
    int fraction;  /* digits of the fractional second, or -1 */
};

enum direction { DIRECTION_ASC, DIRECTION_DESC };
enum nulls_order { NULLS_DEFAULT, NULLS_FIRST, NULLS_LAST };

struct sort {
    struct expr *expr;
    enum direction direction;
    enum nulls_order nulls;
    struct expr *within; /* ORDER BY ts WITHIN interval (T-sort); only in a query's ORDER BY, else NULL */
};

struct sorts {
    struct sort *items;
    int count, capacity;
};

/* ---- windows of OVER ---- */

enum frame_unit { FRAME_NONE, FRAME_ROWS, FRAME_RANGE }; /* FRAME_NONE: no frame was written */
enum frame_bound_kind {
    FRAME_UNBOUNDED_PRECEDING,
    FRAME_PRECEDING, /* expr PRECEDING */
    FRAME_CURRENT_ROW,
    FRAME_FOLLOWING, /* expr FOLLOWING */
    FRAME_UNBOUNDED_FOLLOWING,
};

struct frame_bound {
    enum frame_bound_kind kind;
    struct expr *offset; /* FRAME_PRECEDING and FRAME_FOLLOWING only */
};

/* OVER name: only `base` is set. OVER (...): in_parentheses; base is the window it refines, if any. A frame
 * without BETWEEN ends at the current row; if its bound follows, it begins there. */
struct over {
    struct ident base;
    bool in_parentheses;
    struct exprs partition;
    struct sorts order;
    enum frame_unit unit;
    struct frame_bound start, finish;
    int at, end;
};

/* ---- expressions ---- */

enum expr_kind {
    EXPR_NULL,
    EXPR_BOOLEAN,   /* boolean */
    EXPR_NUMBER,    /* number */
    EXPR_TEXT,      /* text: quotes and escapes removed */
    EXPR_BINARY,    /* text: the bytes of X'..' */
    EXPR_DATE,      /* text, unchecked: DATE '..' */
    EXPR_TIME,      /* text */
    EXPR_TIMESTAMP, /* text */
    EXPR_INTERVAL,  /* interval */
    EXPR_COLUMN,    /* name; also CURRENT_TIMESTAMP and its like, and the unit of EXTRACT(unit FROM x) */
    EXPR_STAR,      /* name: its qualifier, empty for a bare star; select lists only (COUNT(*) is CALL_STAR) */
    EXPR_UNARY,     /* unary */
    EXPR_BINARY_OP, /* binary */
    EXPR_IS,        /* is */
    EXPR_BETWEEN,   /* between */
    EXPR_IN,        /* in */
    EXPR_LIKE,      /* like; also SIMILAR TO */
    EXPR_CASE,      /* kase */
    EXPR_CAST,      /* cast */
    EXPR_CALL,      /* call */
    EXPR_QUALIFIED, /* qualified: (a - b) SECOND */
    EXPR_ROW,       /* list: (a, b), ROW(a, b); count 0 only in GROUPING SETS */
    EXPR_ARRAY,     /* list: ARRAY[a, b] */
    EXPR_SUBSCRIPT, /* subscript: a[i] */
    EXPR_FIELD,     /* field: (a).b, f(x).b; a.b.c alone is an EXPR_COLUMN */
    EXPR_SUBQUERY,  /* select: a scalar subquery */
    EXPR_EXISTS,    /* select */
    EXPR_AT_ZONE,   /* at_zone: x AT TIME ZONE z */
    EXPR_COLLATE,   /* collate */
    EXPR_PERIOD,    /* period: (a, b) OVERLAPS (c, d); PERIOD(a, b) itself is a call */
    /* arguments of table functions only */
    EXPR_TABLE,      /* table: TABLE s [PARTITION BY k, ...] */
    EXPR_CURSOR,     /* select: CURSOR(SELECT ...), TABLE (SELECT ...) */
    EXPR_DESCRIPTOR, /* columns: DESCRIPTOR(ts) */
};

enum number_kind { NUMBER_INTEGER, NUMBER_DECIMAL, NUMBER_DOUBLE }; /* 12, 1.5, 1e2 */
enum unary_op { UNARY_NOT, UNARY_MINUS, UNARY_PLUS };
enum binary_op {
    BINARY_OR,
    BINARY_AND,
    BINARY_EQ,
    BINARY_NE,
    BINARY_LT,
    BINARY_LE,
    BINARY_GT,
    BINARY_GE,
    BINARY_DISTINCT,     /* IS DISTINCT FROM */
    BINARY_NOT_DISTINCT, /* IS NOT DISTINCT FROM */
    BINARY_ADD,
    BINARY_SUBTRACT,
    BINARY_MULTIPLY,
    BINARY_DIVIDE,
    BINARY_MODULO,
    BINARY_CONCAT,
    BINARY_JSON,      /* -> */
    BINARY_JSON_TEXT, /* ->> */
};
enum is_test { IS_NULL, IS_TRUE, IS_FALSE, IS_UNKNOWN };
enum like_kind { LIKE_LIKE, LIKE_SIMILAR };
enum period_op {
    PERIOD_OVERLAPS,
    PERIOD_CONTAINS,
    PERIOD_EQUALS,
    PERIOD_PRECEDES,
    PERIOD_SUCCEEDS,
    PERIOD_LEADS,
    PERIOD_LAGS
};
enum period_mode { PERIOD_PLAIN, PERIOD_STRICTLY, PERIOD_IMMEDIATELY };

struct when {
    struct expr *when, *then;
};

struct whens {
    struct when *items;
    int count, capacity;
};

/* How the arguments were written. The planner knows which function may use which form. */
enum call_form {
    CALL_PLAIN,   /* f(a, b, ...), f() */
    CALL_STAR,    /* f(*): no arguments */
    CALL_BY,      /* f(a BY b) */
    CALL_TO,      /* f(a TO unit) */
    CALL_FROM,    /* f(a FROM b [FOR c]): two or three arguments */
    CALL_FOR,     /* f(a FOR b) */
    CALL_SIMILAR, /* f(a SIMILAR b ESCAPE c) */
    CALL_PLACING, /* f(a PLACING b FROM c [FOR d]) */
    CALL_IN,      /* POSITION(a IN b) */
    CALL_TRIM, /* TRIM([side] [c] FROM s): the last argument is s, the one before it, if any, is c; TRIM(s, c) is plain
                */
};
enum trim_side { TRIM_UNSAID, TRIM_BOTH, TRIM_LEADING, TRIM_TRAILING };
enum quantifier { QUANTIFIER_NONE, QUANTIFIER_ALL, QUANTIFIER_DISTINCT };
enum nth_from { NTH_UNSAID, NTH_FROM_FIRST, NTH_FROM_LAST };
enum nulls_treatment { NULLS_UNSAID, NULLS_IGNORE, NULLS_RESPECT };
enum json_wrapper { JSON_WRAPPER_UNSAID, JSON_WRAPPER_WITHOUT, JSON_WRAPPER_CONDITIONAL, JSON_WRAPPER_UNCONDITIONAL };
enum json_answer {
    JSON_UNSAID,
    JSON_DEFAULT, /* DEFAULT expr */
    JSON_NULL,
    JSON_ERROR,
    JSON_TRUE,
    JSON_FALSE,
    JSON_UNKNOWN,
    JSON_EMPTY_ARRAY,
    JSON_EMPTY_OBJECT,
};

/* What JSON_VALUE(j, path ...) says behind its arguments. */
struct json_clauses {
    struct type_name *returning; /* or NULL */
    enum json_wrapper wrapper;
    enum json_answer on_empty, on_error;
    struct expr *empty_value, *error_value; /* JSON_DEFAULT only */
};

struct arg {
    struct ident name;  /* of a named argument: SIZE => INTERVAL '1' HOUR */
    struct expr *value; /* never NULL */
};

struct args {
    struct arg *items;
    int count, capacity;
};

struct call {
    struct name name;
    enum call_form form;
    enum time_unit unit; /* CALL_TO */
    enum trim_side side; /* CALL_TRIM */
    enum quantifier quantifier;
    struct args args;
    struct json_clauses *json; /* or NULL */
    struct expr *zone;         /* EXPR_TEXT of a trailing TIME ZONE '...' (calendar windows), or NULL */
    struct sorts order;        /* ORDER BY within the arguments */
    struct sorts within_group; /* WITHIN GROUP (ORDER BY ...) */
    struct expr *filter;       /* FILTER (WHERE ...) or NULL */
    enum nth_from nth_from;
    enum nulls_treatment nulls;
    struct over *over; /* or NULL */
};

struct expr {
    enum expr_kind kind;
    int at, end;
    int depth; /* levels of the tree below and with this node; at most PARSE_DEPTH_MAX */
    union {
        bool boolean;
        struct {
            enum number_kind kind;
            struct str text; /* as written, without a sign */
        } number;
        struct str text;
        struct {
            struct str text; /* as quoted, may begin with a sign; a sign before the quotes is in `negative` */
            bool negative;
            struct qualifier qualifier;
        } interval;
        struct name name;
        struct {
            enum unary_op op;
            struct expr *operand;
        } unary;
        struct {
            enum binary_op op;
            int op_at; /* where the operator stands */
            struct expr *left, *right;
        } binary;
        struct {
            enum is_test test;
            bool negated;
            struct expr *operand;
        } is;
        struct {
            bool negated, symmetric;
            struct expr *operand, *low, *high;
        } between;
        struct {
            bool negated;
            struct expr *operand;
            struct exprs list;     /* count 0 for a subquery */
            struct select *select; /* or NULL */
        } in;
        struct {
            enum like_kind kind;
            bool negated;
            struct expr *operand, *pattern, *escape; /* escape may be NULL */
        } like;
        struct {
            struct expr *operand; /* CASE x WHEN ...; or NULL */
            struct whens whens;
            struct expr *otherwise; /* or NULL */
        } kase;
        struct {
            struct expr *operand;
            struct type_name *type;
            bool try_cast;
        } cast;
        struct call call;
        struct {
            struct expr *operand; /* what stood in the parentheses */
            struct qualifier qualifier;
        } qualified;
        struct exprs list;
        struct {
            struct expr *operand, *index;
        } subscript;
        struct {
            struct expr *operand;
            struct ident name;
        } field;
        struct select *select;
        struct {
            struct expr *operand, *zone;
        } at_zone;
        struct {
            struct expr *operand;
            struct name collation;
        } collate;
        struct {
            enum period_op op;
            enum period_mode mode;
            struct expr *left, *right;
        } period;
        struct {
            struct name name;
            struct exprs partition;
        } table;
        struct idents columns;
    };
};

/* Where child number i (from 0) of e hangs, so that a pass may also replace it; NULL when there are no more. Children
 * are the expressions of the same scope: operands, arguments, ORDER BY, FILTER, OVER's parts. Selects are not children
 * (see expr_select). */
struct expr **expr_child(struct expr *e, int i);
/* The select that hangs directly under e (IN, EXISTS, scalar subquery, CURSOR), or NULL. */
struct select *expr_select(const struct expr *e);

/* ---- types ---- */

enum type_name_kind { TYPE_PLAIN, TYPE_ARRAY, TYPE_ROW, TYPE_INTERVAL };

struct row_field {
    struct ident name;
    struct type_name *type;
};

struct row_fields {
    struct row_field *items;
    int count, capacity;
};

struct type_name {
    enum type_name_kind kind;
    int at, end;
    struct ident name; /* TYPE_PLAIN: as written; DOUBLE PRECISION is "DOUBLE", CHARACTER [VARYING] "CHAR", "VARCHAR" */
    int length, scale; /* VARCHAR(length), DECIMAL(length, scale), TIMESTAMP(length); or -1 */
    bool with_time_zone;        /* TIMESTAMP WITH TIME ZONE */
    struct type_name *element;  /* TYPE_ARRAY */
    struct row_fields fields;   /* TYPE_ROW */
    struct qualifier qualifier; /* TYPE_INTERVAL */
};

/* ---- options: WITH (key = value, ...) ---- */

struct option_def {
    struct name key; /* 'a key in quotes' is one quoted part */
    struct expr *value;
};

struct options {
    struct option_def *items;
    int count, capacity;
};

/* ---- queries ---- */

enum table_kind {
    TABLE_NAMED,    /* name */
    TABLE_SUBQUERY, /* select; also (VALUES ...) */
    TABLE_FUNCTION, /* call: f(...) or TABLE(f(...)), an EXPR_CALL; TUMBLE, HOP, SESSION, CUMULATE, RANDOM_CUT_FOREST..
                     */
    TABLE_UNNEST,   /* call: its arguments are the arrays */
    TABLE_JOIN,     /* join */
};
enum join_kind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL, JOIN_CROSS, JOIN_COMMA };

struct table_ref {
    enum table_kind kind;
    int at, end;
    int depth;
    struct ident alias;    /* or none */
    struct idents columns; /* alias (a, b) */
    struct over *over;     /* s OVER (RANGE ...) in joins, or NULL */
    struct expr *as_of;    /* FOR SYSTEM_TIME AS OF expr, or NULL */
    bool final;            /* FROM v FINAL */
    bool lateral;          /* LATERAL (subquery), LATERAL f(...) */
    bool ordinality;       /* UNNEST(..) WITH ORDINALITY */
    union {
        struct name name;
        struct select *select;
        struct expr *call;
        struct {
            enum join_kind kind;
            bool natural;
            struct table_ref *left, *right;
            struct expr *on;     /* or NULL */
            struct idents using; /* or empty */
        } join;
    };
};

struct select_item {
    struct expr *expr; /* EXPR_STAR for * and s.* */
    struct ident alias;
};

struct select_items {
    struct select_item *items;
    int count, capacity;
};

/* GROUP_SETS: each set is an expression, EXPR_ROW for (a, b) and (). In ROLLUP and CUBE (a, b) is one EXPR_ROW too. */
enum group_kind { GROUP_EXPR, GROUP_ROLLUP, GROUP_CUBE, GROUP_SETS };

struct group_by {
    enum group_kind kind;
    int at, end;
    struct exprs exprs; /* one for GROUP_EXPR */
};

struct groups {
    struct group_by *items;
    int count, capacity;
};

/* WINDOWED BY STAGGER (PARTITION BY keys RANGE size) */
struct stagger {
    int at, end;
    struct exprs keys;
    struct expr *size;
};

struct named_window {
    struct ident name;
    struct over over;
};

struct named_windows {
    struct named_window *items;
    int count, capacity;
};

struct value_row {
    struct exprs values;
    int at, end;
};

struct value_rows {
    struct value_row *items;
    int count, capacity;
};

struct cte {
    struct ident name;
    struct idents columns;
    struct select *select;
};

struct ctes {
    struct cte *items;
    int count, capacity;
    bool recursive; /* WITH RECURSIVE */
};

enum emit_clause {
    EMIT_CLAUSE_UNSAID,
    EMIT_CLAUSE_ON_CLOSE,
    EMIT_CLAUSE_CHANGES,
    EMIT_CLAUSE_EVERY, /* emit_every is the interval */
};

enum select_kind { SELECT_PLAIN, SELECT_VALUES, SELECT_UNION, SELECT_EXCEPT, SELECT_INTERSECT };

/* A query, and each operand of a set operation. The clauses after the body belong to the whole of it; emission and
 * options only occur at a statement's outermost select. */
struct select {
    enum select_kind kind;
    int at, end;
    int depth;
    struct ctes with;
    union {
        struct {
            bool stream; /* SELECT STREAM */
            enum quantifier quantifier;
            struct select_items items;
            struct table_ref *from; /* or NULL */
            struct expr *where;     /* or NULL */
            struct groups groups;
            struct stagger *stagger; /* or NULL; excludes groups */
            struct expr *having;     /* or NULL */
            struct named_windows windows;
        } plain;
        struct value_rows values;
        struct {
            enum quantifier quantifier; /* UNION ALL; QUANTIFIER_NONE means DISTINCT */
            struct select *left, *right;
        } set;
    };
    struct sorts order;
    struct expr *limit, *offset; /* or NULL; FETCH FIRST n ROWS ONLY is LIMIT n */
    struct expr *lateness;       /* ALLOW LATENESS interval, or NULL */
    enum emit_clause emit;
    struct expr *emit_every;
    struct options options; /* WITH (...) at the end */
};

/* ---- statements ---- */

struct column_def {
    struct ident name;
    struct type_name *type;
    bool not_null;
    struct str format; /* FORMAT '...' or ptr NULL */
    struct str path;   /* FROM '$.a.b' or ptr NULL */
    int format_at, path_at;
    int at, end;
};

struct column_defs {
    struct column_def *items;
    int count, capacity;
};

/* CREATE STREAM: either columns or `select` (a derived stream). */
struct create_stream {
    struct column_defs columns;
    struct ident watermark; /* the column of WATERMARK FOR; or none */
    struct expr *watermark_expr;
    struct idents primary_key; /* or empty */
    struct select *select;     /* or NULL */
};

struct insert {
    bool expedited;
    struct name target;
    struct idents columns; /* or empty */
    struct select *select; /* VALUES too */
    int at, end;
};

struct param {
    struct ident name;
    struct type_name *type;
};

struct params {
    struct param *items;
    int count, capacity;
};

enum determinism { DETERMINISM_UNSAID, DETERMINISM_YES, DETERMINISM_NO };
enum null_input { NULL_INPUT_UNSAID, NULL_INPUT_CALLED, NULL_INPUT_RETURNS_NULL }; /* CALLED ON NULL INPUT, .. */
enum { ACCESS_CONTAINS = 1, ACCESS_READS = 2, ACCESS_MODIFIES = 4 }; /* flags: CONTAINS SQL, READS SQL DATA, .. */

/* What may stand between RETURNS type and RETURN, each at most once, in any order. */
struct function_attributes {
    bool language_sql;
    enum determinism deterministic;
    int access; /* ACCESS_ flags */
    enum null_input null_input;
    struct name specific; /* SPECIFIC name, or empty */
};

struct create_function {
    struct params params;
    struct type_name *returns;
    struct function_attributes attributes;
    struct expr *body;
};

enum panel_kind { PANEL_LINE, PANEL_AREA, PANEL_BAR, PANEL_NUMBER, PANEL_TABLE, PANEL_HEATMAP, PANEL_MAP };

/* 'Title' LINE (x = expr, y = expr) FROM source [WHERE expr] [LAST interval] */
struct panel {
    struct str title;
    enum panel_kind kind;
    struct options fields;
    struct name source;
    struct expr *where, *last; /* or NULL */
    int at, end;
};

struct panels {
    struct panel *items;
    int count, capacity;
};

enum ddl_kind { DDL_STREAM, DDL_PUMP, DDL_VIEW, DDL_TABLE, DDL_FUNCTION, DDL_DASHBOARD };
enum alter_kind { ALTER_START, ALTER_STOP, ALTER_RESUME, ALTER_SET };
enum show_kind {
    SHOW_STREAMS,
    SHOW_SHARDS,
    SHOW_PUMPS,
    SHOW_VIEWS,
    SHOW_TABLES,
    SHOW_FUNCTIONS,
    SHOW_CONNECTORS,
    SHOW_DASHBOARDS
};
enum explain_kind {
    EXPLAIN_STATEMENT, /* a query or a CREATE: `statement` */
    EXPLAIN_OBJECT,    /* VIEW v, PUMP p, STREAM s: `object`, `name` */
    EXPLAIN_ANALYZE,   /* the rest: `name` */
    EXPLAIN_STATE,
    EXPLAIN_WHY_NOT_EMITTED,
    EXPLAIN_ROW, /* also `where` */
};

enum statement_kind {
    STATEMENT_QUERY,            /* select */
    STATEMENT_CREATE_STREAM,    /* create_stream */
    STATEMENT_CREATE_PUMP,      /* pump */
    STATEMENT_CREATE_VIEW,      /* view */
    STATEMENT_CREATE_TABLE,     /* file: CREATE TABLE t FROM 'file'; other CREATE TABLE is STATEMENT_SQLITE */
    STATEMENT_CREATE_FUNCTION,  /* function */
    STATEMENT_CREATE_DASHBOARD, /* panels */
    STATEMENT_INSERT,           /* insert */
    STATEMENT_COPY,             /* file, into `name` */
    STATEMENT_SET,              /* set */
    STATEMENT_ALTER,            /* alter */
    STATEMENT_DROP,             /* object */
    STATEMENT_SHOW,             /* show */
    STATEMENT_DESCRIBE,         /* `name` only */
    STATEMENT_EXPLAIN,          /* explain */
    STATEMENT_VERIFY,           /* VERIFY VIEW `name` */
    STATEMENT_DIFF,             /* DIFF VIEW `name`, other */
    STATEMENT_SQLITE,           /* sqlite: handed through as it is */
};

/* What SQLite is handed. */
enum sqlite_kind {
    SQLITE_CREATE_TABLE, /* `name` is the table */
    SQLITE_UPDATE,       /* `name` is the table */
    SQLITE_DELETE,       /* `name` is the table */
    SQLITE_OTHER,        /* indexes, triggers, PRAGMA, BEGIN, ...; no name */
};

struct statement {
    enum statement_kind kind;
    int at, end;
    struct name name;       /* the object that is created, altered, dropped, described, copied into; else empty */
    bool replace;           /* CREATE OR REPLACE */
    bool if_exists;         /* DROP IF EXISTS */
    bool if_not_exists;     /* CREATE ... IF NOT EXISTS */
    struct str description; /* DESCRIPTION '...' or ptr NULL */
    struct options options; /* WITH (...) of the object; that of a query stands in its select */
    union {
        struct select *select;
        struct create_stream create_stream;
        struct {
            bool stopped;
            struct insert insert;
        } pump;
        struct {
            bool materialized;
            struct idents columns;
            struct select *select;
        } view;
        struct {
            struct str path;
            int at;
        } file;
        struct create_function function;
        struct panels panels;
        struct insert insert;
        struct {
            struct expr *value; /* of option `name` */
        } set;
        struct {
            enum ddl_kind object;
            enum alter_kind action; /* ALTER_SET: `options` */
        } alter;
        enum ddl_kind object;
        struct {
            enum show_kind what;
            struct name of; /* SHOW SHARDS OF s; or empty */
        } show;
        struct {
            enum explain_kind kind;
            enum ddl_kind object;
            struct statement *statement;
            struct expr *where;
        } explain;
        struct name other;
        struct {
            enum sqlite_kind kind;
            struct str text; /* the whole statement */
        } sqlite;
    };
};

#endif
