/* build.h - what the grammar's actions call: the state of one parse, lists, constructors of nodes.
 * A constructor cannot return an error in the midst of an action: it reports through parse_fail, which keeps the first
 * failure and makes the token filter end the parse. What it returns then is never read. */
#ifndef WEIR_PARSER_BUILD_H
#define WEIR_PARSER_BUILD_H

#include "parser/ast.h"
#include "parser/lexer.h"
#include "parser/parse.h"

/* bison's location: a span, because every node has an `at` and an `end`. */
struct span {
    int at, end;
};

#define SPAN_MERGE(current, rhs, n)                                                                                    \
    ((current) = (n) ? (struct span){YYRHSLOC(rhs, 1).at, YYRHSLOC(rhs, n).end}                                        \
                     : (struct span){YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).end})

struct parse {
    struct arena *arena;
    struct str text; /* in the arena: names are slices of it */
    struct tokens tokens;
    int start;                   /* the token that chooses the grammar's start; 0 once delivered */
    int next;                    /* the token the filter reads next */
    int delivered;               /* the first token of what the filter delivered last */
    int depth;                   /* of open parentheses and brackets */
    int opened[PARSE_DEPTH_MAX]; /* the token of each */
    int closed;                  /* the token that opened what the token before `next` closed, or -1 */
    bool failed;
    struct err *err;
    struct statement *statement; /* the result */
    struct expr *expr;
};

/* Keeps the first failure. */
void parse_fail(struct parse *parse, enum err_code code, int at, const char *format, ...) PRINTF_LIKE(4, 5);

/* Appends to a list {items, count, capacity} in the arena. */
#define LIST_ADD(parse, list, item)                                                                                    \
    ((list).items = list_grow((parse)->arena, (list).items, (list).count, &(list).capacity, sizeof *(list).items),     \
     (list).items[(list).count++] = (item))
/* Begins one with its first item. */
#define LIST_BEGIN(parse, list, item)                                                                                  \
    ((list).items = NULL, (list).count = (list).capacity = 0, LIST_ADD(parse, list, item))
void *list_grow(struct arena *arena, void *items, int count, int *capacity, size_t item_bytes);

/* A number as written. */
struct number {
    enum number_kind kind;
    struct str text;
};

/* The numbers in parentheses behind a type or a unit: -1 where none was written. */
struct digits {
    int first, second;
};

struct frame {
    enum frame_unit unit;
    struct frame_bound start, finish;
};

/* GROUP BY or WINDOWED BY. */
struct grouping {
    struct groups groups;
    struct stagger *stagger;
};

/* ORDER BY and LIMIT. */
struct tail {
    struct sorts order;
    struct expr *limit, *offset;
};

/* What may follow a query at the end of a statement. */
struct trailer {
    struct expr *lateness;
    enum emit_clause emit;
    struct expr *emit_every;
    struct options options;
    struct span span; /* of the clause read last */
};

/* The alias of a table, with its columns. */
struct alias {
    struct ident name;
    struct idents columns;
};

/* Flags of the operators that have several spellings. */
enum { BETWEEN_NEGATED = 1, BETWEEN_SYMMETRICALLY = 2 };
enum { LIKE_NEGATED = 1, LIKE_SIMILARLY = 2 };

/* Fails the parse when both are there: "WHAT is given twice". */
void build_once(struct parse *parse, bool first, bool second, struct span span, const char *what);

/* ---- expressions: build_expr.c ---- */
struct expr *build_expr(struct parse *parse, enum expr_kind kind, struct span span);
/* A node that has children passes here when they are in place: computes the depth and refuses what is too deep. */
struct expr *build_done(struct parse *parse, struct expr *e);
struct expr *build_boolean(struct parse *parse, bool value, struct span span);
struct expr *build_number(struct parse *parse, struct number number, struct span span);
struct expr *build_text(struct parse *parse, enum expr_kind kind, struct str text, struct span span);
/* qualifier NULL: the text says the unit, '10 minutes'. */
struct expr *build_interval(struct parse *parse, bool negative, struct str text, const struct qualifier *qualifier,
                            struct span span);
struct expr *build_named(struct parse *parse, enum expr_kind kind, struct name name, struct span span);
struct expr *build_unary(struct parse *parse, enum unary_op op, struct expr *operand, struct span span);
struct expr *build_binary(struct parse *parse, enum binary_op op, struct span op_span, struct expr *left,
                          struct expr *right);
struct expr *build_is(struct parse *parse, struct expr *operand, enum is_test test, bool negated, struct span span);
struct expr *build_between(struct parse *parse, struct expr *operand, int flags, struct expr *low, struct expr *high);
/* `set` is an EXPR_ROW or an EXPR_SUBQUERY; the node takes over what is in it. */
struct expr *build_in(struct parse *parse, struct expr *operand, const struct expr *set, bool negated);
struct expr *build_like(struct parse *parse, struct expr *operand, int flags, struct expr *pattern,
                        struct expr *escape);
struct expr *build_case(struct parse *parse, struct expr *operand, struct whens whens, struct expr *otherwise,
                        struct span span);
struct expr *build_cast(struct parse *parse, struct expr *operand, struct type_name *type, bool try_cast,
                        struct span span);
struct expr *build_qualified(struct parse *parse, struct expr *operand, struct qualifier qualifier, struct span span);
struct expr *build_list(struct parse *parse, enum expr_kind kind, struct exprs list, struct span span);
struct expr *build_row(struct parse *parse, struct expr *first, struct exprs rest, struct span span);
struct expr *build_subscript(struct parse *parse, struct expr *operand, struct expr *index, struct span span);
struct expr *build_field(struct parse *parse, struct expr *operand, struct ident name, struct span span);
struct expr *build_query_expr(struct parse *parse, enum expr_kind kind, struct select *select, struct span span);
struct expr *build_at_zone(struct parse *parse, struct expr *operand, struct expr *zone);
struct expr *build_collate(struct parse *parse, struct expr *operand, struct name collation, struct span span);
struct expr *build_period(struct parse *parse, enum period_op op, enum period_mode mode, struct expr *left,
                          struct expr *right);
struct expr *build_table_arg(struct parse *parse, struct name name, struct expr *partition, struct span span);

/* ---- calls: build_call.c ---- */
/* The arguments in one form, without the function's name; those that the form lacks are NULL. */
struct call *build_form(struct parse *parse, enum call_form form, struct expr *a, struct expr *b, struct expr *c,
                        struct expr *d);
struct call *build_arguments(struct parse *parse, enum quantifier quantifier, struct args args, struct sorts order);
/* DEFAULT value ON EMPTY or ON ERROR. */
struct json_clauses build_json_default(struct expr *value, bool on_error);
/* Adds a clause; each may be given once. */
struct json_clauses build_json_clauses(struct parse *parse, const struct json_clauses *before,
                                       const struct json_clauses *clause, struct span span);
struct json_clauses *build_json(struct parse *parse, const struct json_clauses *json);
/* The call without what may follow its parenthesis. DESCRIPTOR(ts) becomes an EXPR_DESCRIPTOR. */
struct expr *build_call(struct parse *parse, struct name name, const struct call *call, struct span span);
struct expr *build_call_word(struct parse *parse, const char *word, const struct call *call, struct span word_span,
                             struct span span);
struct call *build_tail_parts(struct parse *parse, struct sorts within_group, struct expr *filter, int nth_from,
                              int nulls, struct over *over);
struct expr *build_tails(struct parse *parse, struct expr *call, const struct call *tails, struct span span);
/* One bound without BETWEEN: the frame goes from it to the current row, or from there to what follows. */
struct frame build_frame(enum frame_unit unit, struct frame_bound bound);
struct over *build_over(struct parse *parse, struct span span);

/* ---- names and types: build_name.c ---- */
struct ident build_ident(const char *word, struct span span);
struct ident build_quoted(struct str text, struct span span);
struct name build_path(struct parse *parse, struct name name, struct ident part);
int build_digits(struct parse *parse, struct number number, struct span span);
struct type_name *build_type(struct parse *parse, enum type_name_kind kind, struct span span);
struct type_name *build_plain_type(struct parse *parse, struct ident name, struct digits digits, bool with_time_zone,
                                   struct span span);

/* ---- queries: build_query.c ---- */
struct select *build_select(struct parse *parse, enum select_kind kind, struct span span);
/* Called when the clauses are in place: computes the depth and refuses what is too deep. */
void build_select_done(struct parse *parse, struct select *select);
struct select *build_set(struct parse *parse, enum select_kind kind, enum quantifier quantifier, struct select *left,
                         struct select *right);
struct tail *build_tail(struct parse *parse);
/* tail may be NULL. A select that has such clauses already (it stood in parentheses) is refused. */
struct select *build_clauses(struct parse *parse, struct select *select, struct ctes with, const struct tail *tail,
                             struct span span);
struct trailer *build_clause(struct parse *parse, struct span span);
/* Adds a clause; each may be given once. `before` may be NULL. */
struct trailer *build_trailer(struct parse *parse, struct trailer *before, const struct trailer *clause);
struct select *build_trailed(struct parse *parse, struct select *select, const struct trailer *trailer,
                             struct span span);
struct group_by build_group(struct parse *parse, struct expr *e);
struct stagger *build_stagger(struct parse *parse, struct exprs keys, struct expr *size, struct span span);
struct table_ref *build_table(struct parse *parse, enum table_kind kind, struct span span);
void build_table_done(struct parse *parse, struct table_ref *ref);
struct table_ref *build_named_table(struct parse *parse, struct name name, struct span span);
struct table_ref *build_table_call(struct parse *parse, struct expr *call, struct span span);
struct table_ref *build_alias(struct parse *parse, struct table_ref *ref, struct alias alias, struct over *over,
                              struct span span);
struct table_ref *build_join(struct parse *parse, enum join_kind kind, struct table_ref *left, struct table_ref *right);
void build_join_done(struct parse *parse, struct table_ref *join, struct span span);

/* ---- statements: build_statement.c ---- */
struct statement *build_statement(struct parse *parse, enum statement_kind kind, struct name name, struct span span);
struct statement *build_create(struct parse *parse, enum statement_kind kind, struct name name, bool replace,
                               bool if_not_exists, struct str description, struct options options, struct span span);
struct create_stream *build_stream_part(struct parse *parse, struct span span);
struct create_stream *build_stream_parts(struct parse *parse, struct create_stream *stream,
                                         const struct create_stream *part);
/* Adds an attribute; each may be given once. */
struct function_attributes build_attributes(struct parse *parse, const struct function_attributes *before,
                                            const struct function_attributes *attribute, struct span span);
struct insert *build_insert(struct parse *parse, struct name target, struct idents columns, struct select *select,
                            struct span span);
struct statement *build_explain(struct parse *parse, struct statement *statement, struct span span);
struct statement *build_explain_name(struct parse *parse, enum explain_kind kind, struct name name, struct span span);
/* Words that the grammar does not know as keywords; an unknown one fails with a suggestion. */
void build_row_word(struct parse *parse, struct ident word);
enum alter_kind build_alter_action(struct parse *parse, struct ident word);
enum show_kind build_show_what(struct parse *parse, struct ident word);
enum panel_kind build_panel_kind(struct parse *parse, struct ident word);
enum explain_kind build_explain_kind(struct parse *parse, struct ident word);

#endif
