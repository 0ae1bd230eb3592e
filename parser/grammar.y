/* grammar.y - the grammar of weir's SQL: one LALR(1) grammar without conflicts for three families of writers.
 * What would be ambiguous is decided before it gets here: the token filter (filter.c) knows which words are keywords
 * where, and makes one token of a phrase. The order of the rules is the order of ast.h reversed: statements, queries,
 * expressions, names. Actions call constructors (build.h); nothing here knows the catalogue.
 *
 * Two things to know when reading it: a value is an expression without a comparison, IS, IN, LIKE, BETWEEN, AND, OR or
 * NOT at its top, so that a = b = c is an error and BETWEEN a AND b ends where one thinks; select_paren, select_plain
 * split queries by their parentheses, as PostgreSQL's grammar does: ((SELECT 1)) is one subquery in one way only. */
%require "3.8"
%define api.pure full
%define api.prefix {sql_}
%define api.token.prefix {TOKEN_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct parse *parse}

%code requires {
#include "parser/build.h"
}

%code {
#include "parser/filter.h"
#include "parser/report.h"

#define YYLLOC_DEFAULT(current, rhs, n) SPAN_MERGE(current, rhs, n)
#define YYMAXDEPTH 60000

/* bison calls this only when its stack is full. */
static void sql_error(struct span *span, struct parse *parse, const char *message)
{
    (void)message;
    report_too_deep(parse, span->at);
}
}

%union {
    struct ident ident;
    struct idents idents;
    struct name name;
    struct str text;
    struct number number;
    struct digits digits;
    struct expr *expr;
    struct exprs exprs;
    struct sort sort;
    struct sorts sorts;
    struct over *over;
    struct frame frame;
    struct frame_bound bound;
    struct qualifier qualifier;
    struct when when;
    struct whens whens;
    struct arg arg;
    struct args args;
    struct call *call;
    struct type_name *type;
    struct row_field field;
    struct row_fields fields;
    struct option_def option;
    struct options options;
    struct table_ref *table;
    struct alias alias;
    struct select_item item;
    struct select_items items;
    struct group_by group;
    struct groups groups;
    struct grouping grouping;
    struct named_window window;
    struct named_windows windows;
    struct value_row row;
    struct value_rows rows;
    struct cte cte;
    struct ctes ctes;
    struct trailer *trailer;
    struct tail *tail;
    struct select *select;
    struct column_def column;
    struct create_stream *stream;
    struct insert *insert;
    struct param param;
    struct params params;
    struct panel panel;
    struct panels panels;
    struct statement *statement;
    enum time_unit unit;
    enum trim_side side;
    struct json_clauses json;
    struct function_attributes attributes;
    int flag;
}

/* The parse begins with one of these. */
%token WHOLE_STATEMENT WHOLE_EXPRESSION
%token YYEOF 0 "the end"

/* Tokens with a value. */
%token <ident> IDENT "a name"
%token <ident> UNIT "a unit of time"
%token <text> STRING "a text" HEX_STRING "a hexadecimal text"
%token <number> NUMBER "a number"
%token <unit> TO_UNIT "TO" RANGE_TO "TO a smaller unit"
%token <side> TRIM_SIDE "LEADING, TRAILING or BOTH"
%token <json> JSON_ON "NULL ON EMPTY"
%token <flag> JSON_WRAPPER "WITH WRAPPER" JSON_DEFAULT_ON "ON EMPTY"

/* Keywords (keywords.inc), with their text: behind AS any of them may be a name. */
%token <ident> ALL "ALL" ALTER "ALTER" AND "AND" ARRAY "ARRAY" AS "AS" ASC "ASC" BETWEEN "BETWEEN" BY "BY" CASE "CASE"
%token <ident> CAST "CAST" COLLATE "COLLATE" CONTAINS "CONTAINS" COPY "COPY" CREATE "CREATE" CURSOR "CURSOR"
%token <ident> DASHBOARD "DASHBOARD" DATE "DATE" DEFAULT "DEFAULT" DESC "DESC" DESCRIBE "DESCRIBE" DESCRIPTION "DESCRIPTION"
%token <ident> DETERMINISTIC "DETERMINISTIC" DIFF "DIFF" DISTINCT "DISTINCT" DROP "DROP" ELSE "ELSE" END "END"
%token <ident> EQUALS "EQUALS" ESCAPE "ESCAPE" EXCEPT "EXCEPT" EXISTS "EXISTS" EXPLAIN "EXPLAIN" FALSE "FALSE"
%token <ident> FILTER "FILTER" FINAL "FINAL" FOLLOWING "FOLLOWING" FOR "FOR" FORMAT "FORMAT" FROM "FROM"
%token <ident> FUNCTION "FUNCTION" GROUP "GROUP" HAVING "HAVING" IMMEDIATELY "IMMEDIATELY" IN "IN"
%token <ident> INTERSECT "INTERSECT" INTERVAL "INTERVAL" IS "IS" JOIN "JOIN" LAGS "LAGS" LAST "LAST" LATERAL "LATERAL"
%token <ident> LEADS "LEADS" LIKE "LIKE" LIMIT "LIMIT" NATURAL "NATURAL" NOT "NOT" NULL "NULL" OFFSET "OFFSET" ON "ON"
%token <ident> OR "OR" ORDER "ORDER" OVER "OVER" OVERLAPS "OVERLAPS" PLACING "PLACING" POSITION "POSITION"
%token <ident> PRECEDES "PRECEDES" PRECEDING "PRECEDING" PUMP "PUMP" RANGE "RANGE" RETURN "RETURN"
%token <ident> RETURNING "RETURNING" RETURNS "RETURNS"
%token <ident> ROW "ROW" ROWS "ROWS" SELECT "SELECT" SET "SET" SHOW "SHOW" SIMILAR "SIMILAR" SPECIFIC "SPECIFIC"
%token <ident> STOPPED "STOPPED" STREAM "STREAM" STRICTLY "STRICTLY" SUCCEEDS "SUCCEEDS" TABLE "TABLE" THEN "THEN"
%token <ident> TIME "TIME" TIMESTAMP "TIMESTAMP" TRIM "TRIM" TRUE "TRUE" TRY_CAST "TRY_CAST" UNION "UNION"
%token <ident> UNKNOWN "UNKNOWN" USING "USING" VALUES "VALUES" VERIFY "VERIFY" VIEW "VIEW" WHEN "WHEN" WHERE "WHERE"
%token <ident> WINDOW "WINDOW" WITH "WITH" WITHIN "WITHIN"

/* Phrases: several words that the filter makes one token of. */
%token ALLOW_LATENESS "ALLOW LATENESS" AT_TIME_ZONE "AT TIME ZONE" BETWEEN_SYMMETRIC "BETWEEN SYMMETRIC"
%token CALLED_ON_NULL "CALLED ON NULL INPUT" CHARACTER_VARYING "CHARACTER VARYING" CONTAINS_SQL "CONTAINS SQL" CROSS_JOIN "CROSS JOIN" CURRENT_ROW "CURRENT ROW"
%token DOUBLE_PRECISION "DOUBLE PRECISION" EMIT_CHANGES "EMIT CHANGES" EMIT_EVERY "EMIT EVERY"
%token EMIT_ON_CLOSE "EMIT ON CLOSE" FETCH_FIRST "FETCH FIRST" FROM_FIRST "FROM FIRST" FROM_LAST "FROM LAST" FULL_JOIN "FULL JOIN"
%token GROUPING_SETS "GROUPING SETS" IF_EXISTS "IF EXISTS"
%token IF_NOT_EXISTS "IF NOT EXISTS" IGNORE_NULLS "IGNORE NULLS" INSERT_INTO "INSERT INTO"
%token INSERT_EXPEDITED_INTO "INSERT EXPEDITED INTO" IS_DISTINCT_FROM "IS DISTINCT FROM"
%token IS_NOT_DISTINCT_FROM "IS NOT DISTINCT FROM"
%token LANGUAGE_SQL "LANGUAGE SQL" LEFT_JOIN "LEFT JOIN" MATERIALIZED_VIEW "MATERIALIZED VIEW" NOT_BETWEEN "NOT BETWEEN"
%token MODIFIES_SQL "MODIFIES SQL DATA" NOT_DETERMINISTIC "NOT DETERMINISTIC" NOT_BETWEEN_SYMMETRIC "NOT BETWEEN SYMMETRIC" NOT_ENFORCED "NOT ENFORCED" NOT_IN "NOT IN" NOT_LIKE "NOT LIKE"
%token NOT_SIMILAR_TO "NOT SIMILAR TO" NULLS_FIRST "NULLS FIRST" NULLS_LAST "NULLS LAST"
%token NULL_ON_NULL "RETURNS NULL ON NULL INPUT" OR_REPLACE "OR REPLACE" PARTITION_BY "PARTITION BY"
%token PRIMARY_KEY "PRIMARY KEY" READS_SQL "READS SQL DATA" RESPECT_NULLS "RESPECT NULLS" RIGHT_JOIN "RIGHT JOIN" ROWS_ONLY "ROWS ONLY" SELECT_STREAM "SELECT STREAM"
%token SIMILAR_TO "SIMILAR TO" SYSTEM_TIME_AS_OF "FOR SYSTEM_TIME AS OF" TIME_ZONE "TIME ZONE"
%token UNBOUNDED_FOLLOWING "UNBOUNDED FOLLOWING" UNBOUNDED_PRECEDING "UNBOUNDED PRECEDING"
%token WATERMARK_FOR "WATERMARK FOR" WHY_NOT_EMITTED "WHY NOT EMITTED" WINDOWED_BY_STAGGER "WINDOWED BY STAGGER"
%token WITHIN_GROUP "WITHIN GROUP" WITHOUT_TIME_ZONE "WITHOUT TIME ZONE" WITH_ORDINALITY "WITH ORDINALITY" WITH_RECURSIVE "WITH RECURSIVE"
%token WITH_TIME_ZONE "WITH TIME ZONE"

%token CONCAT "||" NE "<>" LE "<=" GE ">=" JSON "->" JSON_TEXT "->>" NAMED "=>" TYPECAST "::"

/* From loose to tight. NO_UNIT: a parenthesis followed by a unit is (a - b) SECOND, not an alias. */
%precedence NO_UNIT
%precedence UNIT
%left UNION EXCEPT
%left INTERSECT
%left OR
%left AND
%precedence NOT
%precedence IS IS_DISTINCT_FROM IS_NOT_DISTINCT_FROM
%left '+' '-' CONCAT
%left '*' '/' '%'
%left JSON JSON_TEXT
%precedence AT_TIME_ZONE COLLATE
%precedence SIGN
%precedence ')'

%type <ident> name label bare word alias_keyword name_keyword reserved spec_base
%type <idents> names opt_columns
%type <name> path
%type <text> opt_description
%type <digits> digits
%type <expr> expr value primary record fetch_count opt_offset call call_plain opt_expr opt_else where having in_set group_set arg_value opt_filter
%type <expr> opt_last
%type <exprs> exprs opt_partition group_sets
%type <sort> sort query_sort
%type <sorts> sorts query_sorts order opt_order opt_within_group
%type <over> over over_body spec opt_over
%type <frame> opt_frame
%type <bound> bound
%type <qualifier> qualifier
%type <when> when
%type <whens> whens
%type <arg> arg
%type <args> arglist
%type <call> args trim tails
%type <type> type
%type <field> field
%type <fields> fields
%type <option> option
%type <options> options opt_options
%type <table> from tables ref join prim source
%type <alias> alias opt_alias
%type <item> item
%type <items> items
%type <group> group
%type <groups> groups
%type <grouping> grouping
%type <window> window
%type <windows> windows window_list
%type <row> row
%type <rows> rows
%type <cte> cte
%type <ctes> ctes with
%type <json> json json_clause
%type <attributes> function_parts function_part
%type <trailer> trailer clause
%type <tail> tail order_tail limit
%type <select> query full_query select_paren select_plain select_operand select_body select_plain_body
%type <column> column
%type <stream> stream_parts stream_part
%type <insert> insert
%type <param> param
%type <params> params opt_params
%type <panel> panel
%type <panels> panels
%type <statement> statement create drop show explain
%type <unit> unit
/* Enumerations and yes or no. */
%type <flag> opt_replace opt_if_not_exists opt_if_exists opt_stopped view panel_kind object select_word
%type <flag> opt_all direction nulls join_type frame_unit between like is_test period_op opt_sign opt_nth_from
%type <flag> opt_nulls_treatment opt_zone_kind

%%

start: WHOLE_STATEMENT statement opt_end { parse->statement = $2; }
     | WHOLE_STATEMENT opt_end
     | WHOLE_EXPRESSION expr { parse->expr = $2; }
     ;
opt_end: %empty | ';' ;

/* ---- statements ---- */

statement:
      full_query { $$ = build_statement(parse, STATEMENT_QUERY, (struct name){0}, @$); $$->select = $1; }
    | insert { $$ = build_statement(parse, STATEMENT_INSERT, (struct name){0}, @$); $$->insert = *$1; }
    | create
    | COPY path FROM STRING opt_options
          {
              $$ = build_statement(parse, STATEMENT_COPY, $2, @$);
              $$->file.path = $4;
              $$->file.at = @4.at;
              $$->options = $5;
          }
    | SET path '=' expr { $$ = build_statement(parse, STATEMENT_SET, $2, @$); $$->set.value = $4; }
    | ALTER object path word
          {
              $$ = build_statement(parse, STATEMENT_ALTER, $3, @$);
              $$->alter.object = $2;
              $$->alter.action = build_alter_action(parse, $4);
          }
    | ALTER object path SET '(' options ')'
          {
              $$ = build_statement(parse, STATEMENT_ALTER, $3, @$);
              $$->alter.object = $2;
              $$->alter.action = ALTER_SET;
              $$->options = $6;
          }
    | drop
    | show
    | DESCRIBE path { $$ = build_statement(parse, STATEMENT_DESCRIBE, $2, @$); }
    | explain
    | VERIFY VIEW path { $$ = build_statement(parse, STATEMENT_VERIFY, $3, @$); }
    | DIFF VIEW path ',' path { $$ = build_statement(parse, STATEMENT_DIFF, $3, @$); $$->other = $5; }
    ;

full_query: query | query trailer { $$ = build_trailed(parse, $1, $2, @$); } ;
trailer: clause { $$ = build_trailer(parse, NULL, $1); } | trailer clause { $$ = build_trailer(parse, $1, $2); } ;
clause:
      ALLOW_LATENESS expr { $$ = build_clause(parse, @$); $$->lateness = $2; }
    | EMIT_ON_CLOSE { $$ = build_clause(parse, @$); $$->emit = EMIT_CLAUSE_ON_CLOSE; }
    | EMIT_CHANGES { $$ = build_clause(parse, @$); $$->emit = EMIT_CLAUSE_CHANGES; }
    | EMIT_EVERY expr { $$ = build_clause(parse, @$); $$->emit = EMIT_CLAUSE_EVERY; $$->emit_every = $2; }
    | WITH '(' options ')' { $$ = build_clause(parse, @$); $$->options = $3; }
    ;

insert:
      INSERT_INTO path full_query { $$ = build_insert(parse, $2, (struct idents){0}, $3, @$); }
    | INSERT_INTO path '(' names ')' full_query { $$ = build_insert(parse, $2, $4, $6, @$); }
    | INSERT_EXPEDITED_INTO path full_query
          { $$ = build_insert(parse, $2, (struct idents){0}, $3, @$); $$->expedited = true; }
    | INSERT_EXPEDITED_INTO path '(' names ')' full_query
          { $$ = build_insert(parse, $2, $4, $6, @$); $$->expedited = true; }
    ;

create:
      CREATE opt_replace STREAM opt_if_not_exists path '(' stream_parts ')' opt_description opt_options
          { $$ = build_create(parse, STATEMENT_CREATE_STREAM, $5, $2, $4, $9, $10, @$); $$->create_stream = *$7; }
    | CREATE opt_replace STREAM opt_if_not_exists path opt_description opt_options AS full_query
          { $$ = build_create(parse, STATEMENT_CREATE_STREAM, $5, $2, $4, $6, $7, @$); $$->create_stream.select = $9; }
    | CREATE opt_replace PUMP opt_if_not_exists path opt_stopped opt_description opt_options AS insert
          {
              $$ = build_create(parse, STATEMENT_CREATE_PUMP, $5, $2, $4, $7, $8, @$);
              $$->pump.stopped = $6;
              $$->pump.insert = *$10;
          }
    | CREATE opt_replace view opt_if_not_exists path opt_columns opt_description opt_options AS full_query
          {
              $$ = build_create(parse, STATEMENT_CREATE_VIEW, $5, $2, $4, $7, $8, @$);
              $$->view.materialized = $3;
              $$->view.columns = $6;
              $$->view.select = $10;
          }
    | CREATE opt_replace TABLE opt_if_not_exists path FROM STRING opt_options
          {
              $$ = build_create(parse, STATEMENT_CREATE_TABLE, $5, $2, $4, (struct str){0}, $8, @$);
              $$->file.path = $7;
              $$->file.at = @7.at;
          }
    | CREATE opt_replace FUNCTION opt_if_not_exists path '(' opt_params ')' RETURNS type function_parts RETURN expr
          {
              $$ = build_create(parse, STATEMENT_CREATE_FUNCTION, $5, $2, $4, (struct str){0}, (struct options){0}, @$);
              $$->function = (struct create_function){$7, $10, $11, $13};
          }
    | CREATE opt_replace DASHBOARD opt_if_not_exists path AS '(' panels ')'
          {
              $$ = build_create(parse, STATEMENT_CREATE_DASHBOARD, $5, $2, $4, (struct str){0}, (struct options){0},
                  @$);
              $$->panels = $8;
          }
    ;
view: VIEW { $$ = 0; } | MATERIALIZED_VIEW { $$ = 1; } ;
opt_replace: %empty { $$ = 0; } | OR_REPLACE { $$ = 1; } ;
opt_if_not_exists: %empty { $$ = 0; } | IF_NOT_EXISTS { $$ = 1; } ;
opt_stopped: %empty { $$ = 0; } | STOPPED { $$ = 1; } ;
opt_description: %empty { $$ = (struct str){0}; } | DESCRIPTION STRING { $$ = $2; } ;

stream_parts: stream_part | stream_parts ',' stream_part { $$ = build_stream_parts(parse, $1, $3); } ;
stream_part:
      column { $$ = build_stream_part(parse, @$); LIST_ADD(parse, $$->columns, $1); }
    | WATERMARK_FOR name AS expr { $$ = build_stream_part(parse, @$); $$->watermark = $2; $$->watermark_expr = $4; }
    | PRIMARY_KEY '(' names ')' opt_not_enforced { $$ = build_stream_part(parse, @$); $$->primary_key = $3; }
    ;
opt_not_enforced: %empty | NOT_ENFORCED ;
column:
      name type { $$ = (struct column_def){.name = $1, .type = $2, .at = @$.at, .end = @$.end}; }
    | column NOT NULL { $$ = $1; $$.not_null = true; $$.end = @$.end; }
    | column NULL { $$ = $1; $$.end = @$.end; }
    | column FORMAT STRING { $$ = $1; $$.format = $3; $$.format_at = @3.at; $$.end = @$.end; }
    | column FROM STRING { $$ = $1; $$.path = $3; $$.path_at = @3.at; $$.end = @$.end; }
    ;

opt_params: %empty { $$ = (struct params){0}; } | params ;
params: param { LIST_BEGIN(parse, $$, $1); } | params ',' param { $$ = $1; LIST_ADD(parse, $$, $3); } ;
param: name type { $$ = (struct param){$1, $2}; } ;
function_parts:
      %empty { $$ = (struct function_attributes){0}; }
    | function_parts function_part { $$ = build_attributes(parse, &$1, &$2, @2); }
    ;
function_part:
      LANGUAGE_SQL { $$ = (struct function_attributes){.language_sql = true}; }
    | DETERMINISTIC { $$ = (struct function_attributes){.deterministic = DETERMINISM_YES}; }
    | NOT_DETERMINISTIC { $$ = (struct function_attributes){.deterministic = DETERMINISM_NO}; }
    | CONTAINS_SQL { $$ = (struct function_attributes){.access = ACCESS_CONTAINS}; }
    | READS_SQL { $$ = (struct function_attributes){.access = ACCESS_READS}; }
    | MODIFIES_SQL { $$ = (struct function_attributes){.access = ACCESS_MODIFIES}; }
    | CALLED_ON_NULL { $$ = (struct function_attributes){.null_input = NULL_INPUT_CALLED}; }
    | NULL_ON_NULL { $$ = (struct function_attributes){.null_input = NULL_INPUT_RETURNS_NULL}; }
    | SPECIFIC path { $$ = (struct function_attributes){.specific = $2}; }
    ;

panels: panel { LIST_BEGIN(parse, $$, $1); } | panels ',' panel { $$ = $1; LIST_ADD(parse, $$, $3); } ;
panel:
      STRING panel_kind '(' options ')' FROM path where opt_last
          { $$ = (struct panel){$1, $2, $4, $7, $8, $9, @$.at, @$.end}; }
    ;
panel_kind: word { $$ = (int)build_panel_kind(parse, $1); } | TABLE { $$ = PANEL_TABLE; } ;
opt_last: %empty { $$ = NULL; } | LAST expr { $$ = $2; } ;

object:
      STREAM { $$ = DDL_STREAM; }
    | PUMP { $$ = DDL_PUMP; }
    | VIEW { $$ = DDL_VIEW; }
    | TABLE { $$ = DDL_TABLE; }
    | FUNCTION { $$ = DDL_FUNCTION; }
    | DASHBOARD { $$ = DDL_DASHBOARD; }
    ;
drop:
      DROP object opt_if_exists path
          { $$ = build_statement(parse, STATEMENT_DROP, $4, @$); $$->object = $2; $$->if_exists = $3; }
    ;
opt_if_exists: %empty { $$ = 0; } | IF_EXISTS { $$ = 1; } ;
show:
      SHOW word
          {
              $$ = build_statement(parse, STATEMENT_SHOW, (struct name){0}, @$);
              $$->show.what = build_show_what(parse, $2);
          }
    | SHOW word FROM path
          {
              $$ = build_statement(parse, STATEMENT_SHOW, (struct name){0}, @$);
              $$->show.what = build_show_what(parse, $2);
              $$->show.of = $4;
          }
    ;
explain:
      EXPLAIN full_query
          {
              $$ = build_statement(parse, STATEMENT_QUERY, (struct name){0}, @2);
              $$->select = $2;
              $$ = build_explain(parse, $$, @$);
          }
    | EXPLAIN insert
          {
              $$ = build_statement(parse, STATEMENT_INSERT, (struct name){0}, @2);
              $$->insert = *$2;
              $$ = build_explain(parse, $$, @$);
          }
    | EXPLAIN create { $$ = build_explain(parse, $2, @$); }
    | EXPLAIN object path { $$ = build_explain_name(parse, EXPLAIN_OBJECT, $3, @$); $$->explain.object = $2; }
    | EXPLAIN word path { $$ = build_explain_name(parse, build_explain_kind(parse, $2), $3, @$); }
    | EXPLAIN word path WHERE expr
          { $$ = build_explain_name(parse, build_explain_kind(parse, $2), $3, @$); $$->explain.where = $5; }
    | EXPLAIN WHY_NOT_EMITTED path { $$ = build_explain_name(parse, EXPLAIN_WHY_NOT_EMITTED, $3, @$); }
    ;

opt_options: %empty { $$ = (struct options){0}; } | WITH '(' options ')' { $$ = $3; } ;
options: option { LIST_BEGIN(parse, $$, $1); } | options ',' option { $$ = $1; LIST_ADD(parse, $$, $3); } ;
option:
      path '=' expr { $$ = (struct option_def){$1, $3}; }
    | STRING '=' expr { $$ = (struct option_def){build_path(parse, (struct name){0}, build_quoted($1, @1)), $3}; }
    ;

/* ---- queries ---- */

query: select_plain | select_paren %prec NO_UNIT ;
select_paren: '(' select_plain ')' { $$ = $2; } | '(' select_paren ')' { $$ = $2; } ;
select_plain:
      select_body
    | select_operand tail { $$ = build_clauses(parse, $1, (struct ctes){0}, $2, @$); }
    | with select_operand { $$ = build_clauses(parse, $2, $1, NULL, @$); }
    | with select_operand tail { $$ = build_clauses(parse, $2, $1, $3, @$); }
    ;
select_operand: select_body | select_paren ;
select_body:
      select_plain_body
    | VALUES rows { $$ = build_select(parse, SELECT_VALUES, @$); $$->values = $2; build_select_done(parse, $$); }
    | select_operand UNION opt_all select_operand { $$ = build_set(parse, SELECT_UNION, $3, $1, $4); }
    | select_operand EXCEPT opt_all select_operand { $$ = build_set(parse, SELECT_EXCEPT, $3, $1, $4); }
    | select_operand INTERSECT opt_all select_operand { $$ = build_set(parse, SELECT_INTERSECT, $3, $1, $4); }
    ;
select_plain_body:
      select_word opt_all items from where grouping having windows
      {
          $$ = build_select(parse, SELECT_PLAIN, @$);
          $$->plain.stream = $1;
          $$->plain.quantifier = $2;
          $$->plain.items = $3;
          $$->plain.from = $4;
          $$->plain.where = $5;
          $$->plain.groups = $6.groups;
          $$->plain.stagger = $6.stagger;
          $$->plain.having = $7;
          $$->plain.windows = $8;
          build_select_done(parse, $$);
      }
    ;
select_word: SELECT { $$ = 0; } | SELECT_STREAM { $$ = 1; } ;
opt_all: %empty { $$ = QUANTIFIER_NONE; } | ALL { $$ = QUANTIFIER_ALL; } | DISTINCT { $$ = QUANTIFIER_DISTINCT; } ;

with: WITH ctes { $$ = $2; } | WITH_RECURSIVE ctes { $$ = $2; $$.recursive = true; } ;
ctes: cte { LIST_BEGIN(parse, $$, $1); } | ctes ',' cte { $$ = $1; LIST_ADD(parse, $$, $3); } ;
cte: name opt_columns AS select_paren { $$ = (struct cte){$1, $2, $4}; } ;
opt_columns: %empty { $$ = (struct idents){0}; } | '(' names ')' { $$ = $2; } ;

tail: order_tail | order_tail limit { $$ = $1; $$->limit = $2->limit; $$->offset = $2->offset; } | limit ;
order_tail: ORDER BY query_sorts { $$ = build_tail(parse); $$->order = $3; } ;
limit:
      LIMIT expr { $$ = build_tail(parse); $$->limit = $2; }
    | LIMIT ALL { $$ = build_tail(parse); }
    | LIMIT expr OFFSET expr opt_rows { $$ = build_tail(parse); $$->limit = $2; $$->offset = $4; }
    | OFFSET expr opt_rows { $$ = build_tail(parse); $$->offset = $2; }
    | opt_offset FETCH_FIRST fetch_count ROWS_ONLY { $$ = build_tail(parse); $$->limit = $3; $$->offset = $1; }
    ;
opt_offset: %empty { $$ = NULL; } | OFFSET expr opt_rows { $$ = $2; } ;
opt_rows: %empty | ROWS | word { build_row_word(parse, $1); } ;
fetch_count: %empty { $$ = build_number(parse, (struct number){NUMBER_INTEGER, str_lit("1")}, @$); } | expr ;
query_sorts:
      query_sort { LIST_BEGIN(parse, $$, $1); }
    | query_sorts ',' query_sort { $$ = $1; LIST_ADD(parse, $$, $3); }
    ;
query_sort: sort | sort WITHIN expr { $$ = $1; $$.within = $3; } ;
opt_order: %empty { $$ = (struct sorts){0}; } | order ;
order: ORDER BY sorts { $$ = $3; } ;
sorts: sort { LIST_BEGIN(parse, $$, $1); } | sorts ',' sort { $$ = $1; LIST_ADD(parse, $$, $3); } ;
sort: expr direction nulls { $$ = (struct sort){$1, (enum direction)$2, (enum nulls_order)$3, NULL}; } ;
direction: %empty { $$ = DIRECTION_ASC; } | ASC { $$ = DIRECTION_ASC; } | DESC { $$ = DIRECTION_DESC; } ;
nulls: %empty { $$ = NULLS_DEFAULT; } | NULLS_FIRST { $$ = NULLS_FIRST; } | NULLS_LAST { $$ = NULLS_LAST; } ;

rows: row { LIST_BEGIN(parse, $$, $1); } | rows ',' row { $$ = $1; LIST_ADD(parse, $$, $3); } ;
row: '(' exprs ')' { $$ = (struct value_row){$2, @$.at, @$.end}; } ;

items: item { LIST_BEGIN(parse, $$, $1); } | items ',' item { $$ = $1; LIST_ADD(parse, $$, $3); } ;
item:
      expr { $$ = (struct select_item){.expr = $1}; }
    | expr AS label { $$ = (struct select_item){$1, $3}; }
    | expr bare { $$ = (struct select_item){$1, $2}; }
    | '*' { $$ = (struct select_item){.expr = build_named(parse, EXPR_STAR, (struct name){0}, @$)}; }
    | path '.' '*' { $$ = (struct select_item){.expr = build_named(parse, EXPR_STAR, $1, @$)}; }
    ;

where: %empty { $$ = NULL; } | WHERE expr { $$ = $2; } ;
having: %empty { $$ = NULL; } | HAVING expr { $$ = $2; } ;
grouping:
      %empty { $$ = (struct grouping){0}; }
    | GROUP BY groups { $$ = (struct grouping){$3, NULL}; }
    | WINDOWED_BY_STAGGER '(' PARTITION_BY exprs RANGE expr ')'
          { $$ = (struct grouping){{0}, build_stagger(parse, $4, $6, @$)}; }
    | WINDOWED_BY_STAGGER '(' RANGE expr ')'
          { $$ = (struct grouping){{0}, build_stagger(parse, (struct exprs){0}, $4, @$)}; }
    ;
groups: group { LIST_BEGIN(parse, $$, $1); } | groups ',' group { $$ = $1; LIST_ADD(parse, $$, $3); } ;
group:
      expr { $$ = build_group(parse, $1); }
    | GROUPING_SETS '(' group_sets ')' { $$ = (struct group_by){GROUP_SETS, @$.at, @$.end, $3}; }
    ;
group_sets: group_set { LIST_BEGIN(parse, $$, $1); } | group_sets ',' group_set { $$ = $1; LIST_ADD(parse, $$, $3); } ;
group_set: expr | '(' ')' { $$ = build_list(parse, EXPR_ROW, (struct exprs){0}, @$); } ;

windows: %empty { $$ = (struct named_windows){0}; } | WINDOW window_list { $$ = $2; } ;
window_list: window { LIST_BEGIN(parse, $$, $1); } | window_list ',' window { $$ = $1; LIST_ADD(parse, $$, $3); } ;
window: name AS '(' spec ')' { $$ = (struct named_window){$1, *$4}; } ;

/* ---- FROM ---- */

from: %empty { $$ = NULL; } | FROM tables { $$ = $2; } ;
tables: ref | tables ',' ref { $$ = build_join(parse, JOIN_COMMA, $1, $3); } ;
ref: prim | join ;
join:
      ref join_type prim ON expr
          { $$ = build_join(parse, $2, $1, $3); $$->join.on = $5; build_join_done(parse, $$, @$); }
    | ref join_type prim USING '(' names ')'
          { $$ = build_join(parse, $2, $1, $3); $$->join.using = $6; build_join_done(parse, $$, @$); }
    | ref CROSS_JOIN prim { $$ = build_join(parse, JOIN_CROSS, $1, $3); }
    | ref NATURAL join_type prim { $$ = build_join(parse, $3, $1, $4); $$->join.natural = true; }
    ;
join_type:
      JOIN { $$ = JOIN_INNER; }
    | LEFT_JOIN { $$ = JOIN_LEFT; }
    | RIGHT_JOIN { $$ = JOIN_RIGHT; }
    | FULL_JOIN { $$ = JOIN_FULL; }
    ;
prim:
      source opt_alias { $$ = build_alias(parse, $1, $2, NULL, @$); }
    | source over opt_alias { $$ = build_alias(parse, $1, $3, $2, @$); }
    | source alias over { $$ = build_alias(parse, $1, $2, $3, @$); }
    | path FINAL opt_alias
          { $$ = build_alias(parse, build_named_table(parse, $1, @1), $3, NULL, @$); $$->final = true; }
    | path SYSTEM_TIME_AS_OF expr opt_alias
          {
              $$ = build_alias(parse, build_named_table(parse, $1, @1), $4, NULL, @$);
              $$->as_of = $3;
              build_table_done(parse, $$);
          }
    | LATERAL source opt_alias { $$ = build_alias(parse, $2, $3, NULL, @$); $$->lateral = true; }
    | call_plain WITH_ORDINALITY opt_alias
          { $$ = build_alias(parse, build_table_call(parse, $1, @1), $3, NULL, @$); $$->ordinality = true; }
    | '(' join ')' { $$ = $2; }
    ;
source:
      path { $$ = build_named_table(parse, $1, @$); }
    | TABLE '(' path ')' { $$ = build_named_table(parse, $3, @$); }
    | TABLE '(' call_plain ')' { $$ = build_table_call(parse, $3, @$); }
    | call_plain { $$ = build_table_call(parse, $1, @$); }
    | select_paren { $$ = build_table(parse, TABLE_SUBQUERY, @$); $$->select = $1; build_table_done(parse, $$); }
    ;
opt_alias: %empty { $$ = (struct alias){0}; } | alias ;
alias:
      AS label opt_columns { $$ = (struct alias){$2, $3}; }
    | bare opt_columns { $$ = (struct alias){$1, $2}; }
    ;
over: OVER over_body { $$ = $2; } ;
over_body:
      '(' spec ')' { $$ = $2; $$->at = @$.at; $$->end = @$.end; }
    | name { $$ = build_over(parse, @$); $$->base = $1; }
    ;
spec:
      spec_base opt_partition opt_order opt_frame
          {
              $$ = build_over(parse, @$);
              $$->in_parentheses = true;
              $$->base = $1;
              $$->partition = $2;
              $$->order = $3;
              $$->unit = $4.unit;
              $$->start = $4.start;
              $$->finish = $4.finish;
          }
    ;
spec_base: %empty { $$ = (struct ident){0}; } | IDENT ;
opt_partition: %empty { $$ = (struct exprs){0}; } | PARTITION_BY exprs { $$ = $2; } ;
opt_frame:
      %empty { $$ = (struct frame){.unit = FRAME_NONE}; }
    | frame_unit bound { $$ = build_frame((enum frame_unit)$1, $2); }
    | frame_unit BETWEEN bound AND bound { $$ = (struct frame){(enum frame_unit)$1, $3, $5}; }
    ;
frame_unit: RANGE { $$ = FRAME_RANGE; } | ROWS { $$ = FRAME_ROWS; } ;
bound:
      UNBOUNDED_PRECEDING { $$ = (struct frame_bound){FRAME_UNBOUNDED_PRECEDING, NULL}; }
    | UNBOUNDED_FOLLOWING { $$ = (struct frame_bound){FRAME_UNBOUNDED_FOLLOWING, NULL}; }
    | CURRENT_ROW { $$ = (struct frame_bound){FRAME_CURRENT_ROW, NULL}; }
    | value PRECEDING { $$ = (struct frame_bound){FRAME_PRECEDING, $1}; }
    | value FOLLOWING { $$ = (struct frame_bound){FRAME_FOLLOWING, $1}; }
    ;

/* ---- expressions ---- */

exprs: expr { LIST_BEGIN(parse, $$, $1); } | exprs ',' expr { $$ = $1; LIST_ADD(parse, $$, $3); } ;
expr:
      value
    | expr AND expr { $$ = build_binary(parse, BINARY_AND, @2, $1, $3); }
    | expr OR expr { $$ = build_binary(parse, BINARY_OR, @2, $1, $3); }
    | NOT expr { $$ = build_unary(parse, UNARY_NOT, $2, @$); }
    | expr IS is_test %prec IS { $$ = build_is(parse, $1, $3, false, @$); }
    | expr IS NOT is_test %prec IS { $$ = build_is(parse, $1, $4, true, @$); }
    | expr IS_DISTINCT_FROM value %prec IS { $$ = build_binary(parse, BINARY_DISTINCT, @2, $1, $3); }
    | expr IS_NOT_DISTINCT_FROM value %prec IS { $$ = build_binary(parse, BINARY_NOT_DISTINCT, @2, $1, $3); }
    | value '=' value { $$ = build_binary(parse, BINARY_EQ, @2, $1, $3); }
    | value NE value { $$ = build_binary(parse, BINARY_NE, @2, $1, $3); }
    | value '<' value { $$ = build_binary(parse, BINARY_LT, @2, $1, $3); }
    | value LE value { $$ = build_binary(parse, BINARY_LE, @2, $1, $3); }
    | value '>' value { $$ = build_binary(parse, BINARY_GT, @2, $1, $3); }
    | value GE value { $$ = build_binary(parse, BINARY_GE, @2, $1, $3); }
    | value period_op value { $$ = build_period(parse, $2, PERIOD_PLAIN, $1, $3); }
    | value STRICTLY period_op value { $$ = build_period(parse, $3, PERIOD_STRICTLY, $1, $4); }
    | value IMMEDIATELY period_op value { $$ = build_period(parse, $3, PERIOD_IMMEDIATELY, $1, $4); }
    | value between value AND value { $$ = build_between(parse, $1, $2, $3, $5); }
    | value IN in_set { $$ = build_in(parse, $1, $3, false); }
    | value NOT_IN in_set { $$ = build_in(parse, $1, $3, true); }
    | value like value { $$ = build_like(parse, $1, $2, $3, NULL); }
    | value like value ESCAPE value { $$ = build_like(parse, $1, $2, $3, $5); }
    ;
between:
      BETWEEN { $$ = 0; }
    | BETWEEN_SYMMETRIC { $$ = BETWEEN_SYMMETRICALLY; }
    | NOT_BETWEEN { $$ = BETWEEN_NEGATED; }
    | NOT_BETWEEN_SYMMETRIC { $$ = BETWEEN_NEGATED | BETWEEN_SYMMETRICALLY; }
    ;
like:
      LIKE { $$ = 0; }
    | NOT_LIKE { $$ = LIKE_NEGATED; }
    | SIMILAR_TO { $$ = LIKE_SIMILARLY; }
    | NOT_SIMILAR_TO { $$ = LIKE_NEGATED | LIKE_SIMILARLY; }
    ;
is_test: NULL { $$ = IS_NULL; } | TRUE { $$ = IS_TRUE; } | FALSE { $$ = IS_FALSE; } | UNKNOWN { $$ = IS_UNKNOWN; } ;
in_set:
      '(' exprs ')' { $$ = build_list(parse, EXPR_ROW, $2, @$); }
    | select_paren %prec NO_UNIT { $$ = build_query_expr(parse, EXPR_SUBQUERY, $1, @$); }
    ;

value:
      primary
    | '-' value %prec SIGN { $$ = build_unary(parse, UNARY_MINUS, $2, @$); }
    | '+' value %prec SIGN { $$ = build_unary(parse, UNARY_PLUS, $2, @$); }
    | value '+' value { $$ = build_binary(parse, BINARY_ADD, @2, $1, $3); }
    | value '-' value { $$ = build_binary(parse, BINARY_SUBTRACT, @2, $1, $3); }
    | value '*' value { $$ = build_binary(parse, BINARY_MULTIPLY, @2, $1, $3); }
    | value '/' value { $$ = build_binary(parse, BINARY_DIVIDE, @2, $1, $3); }
    | value '%' value { $$ = build_binary(parse, BINARY_MODULO, @2, $1, $3); }
    | value CONCAT value { $$ = build_binary(parse, BINARY_CONCAT, @2, $1, $3); }
    | value JSON value { $$ = build_binary(parse, BINARY_JSON, @2, $1, $3); }
    | value JSON_TEXT value { $$ = build_binary(parse, BINARY_JSON_TEXT, @2, $1, $3); }
    | value AT_TIME_ZONE primary { $$ = build_at_zone(parse, $1, $3); }
    | value COLLATE path { $$ = build_collate(parse, $1, $3, @$); }
    ;
period_op:
      OVERLAPS { $$ = PERIOD_OVERLAPS; }
    | CONTAINS { $$ = PERIOD_CONTAINS; }
    | EQUALS { $$ = PERIOD_EQUALS; }
    | PRECEDES { $$ = PERIOD_PRECEDES; }
    | SUCCEEDS { $$ = PERIOD_SUCCEEDS; }
    | LEADS { $$ = PERIOD_LEADS; }
    | LAGS { $$ = PERIOD_LAGS; }
    ;

primary:
      NULL { $$ = build_expr(parse, EXPR_NULL, @$); }
    | TRUE { $$ = build_boolean(parse, true, @$); }
    | FALSE { $$ = build_boolean(parse, false, @$); }
    | NUMBER { $$ = build_number(parse, $1, @$); }
    | STRING { $$ = build_text(parse, EXPR_TEXT, $1, @$); }
    | HEX_STRING { $$ = build_text(parse, EXPR_BINARY, $1, @$); }
    | DATE STRING { $$ = build_text(parse, EXPR_DATE, $2, @$); }
    | TIME STRING { $$ = build_text(parse, EXPR_TIME, $2, @$); }
    | TIMESTAMP STRING { $$ = build_text(parse, EXPR_TIMESTAMP, $2, @$); }
    | INTERVAL opt_sign STRING %prec NO_UNIT { $$ = build_interval(parse, $2, $3, NULL, @$); }
    | INTERVAL opt_sign STRING qualifier { $$ = build_interval(parse, $2, $3, &$4, @$); }
    | path { $$ = build_named(parse, EXPR_COLUMN, $1, @$); }
    | CAST '(' expr AS type ')' { $$ = build_cast(parse, $3, $5, false, @$); }
    | TRY_CAST '(' expr AS type ')' { $$ = build_cast(parse, $3, $5, true, @$); }
    | primary TYPECAST type { $$ = build_cast(parse, $1, $3, false, @$); }
    | CASE opt_expr whens opt_else END { $$ = build_case(parse, $2, $3, $4, @$); }
    | record
    | '(' expr ')' qualifier { $$ = build_qualified(parse, $2, $4, @$); }
    | '(' expr ',' exprs ')' { $$ = build_row(parse, $2, $4, @$); }
    | ROW '(' exprs ')' { $$ = build_list(parse, EXPR_ROW, $3, @$); }
    | ARRAY '[' exprs ']' { $$ = build_list(parse, EXPR_ARRAY, $3, @$); }
    | ARRAY '[' ']' { $$ = build_list(parse, EXPR_ARRAY, (struct exprs){0}, @$); }
    | EXISTS select_paren { $$ = build_query_expr(parse, EXPR_EXISTS, $2, @$); }
    ;
/* What a dot may follow, besides a name. */
record:
      call
    | '(' expr ')' %prec NO_UNIT { $$ = $2; }
    | select_paren %prec NO_UNIT { $$ = build_query_expr(parse, EXPR_SUBQUERY, $1, @$); }
    | primary '[' expr ']' { $$ = build_subscript(parse, $1, $3, @$); }
    | record '.' IDENT { $$ = build_field(parse, $1, $3, @$); }
    ;
opt_sign: %empty { $$ = 0; } | '-' { $$ = 1; } | '+' { $$ = 0; } ;
opt_expr: %empty { $$ = NULL; } | expr ;
opt_else: %empty { $$ = NULL; } | ELSE expr { $$ = $2; } ;
whens: when { LIST_BEGIN(parse, $$, $1); } | whens when { $$ = $1; LIST_ADD(parse, $$, $2); } ;
when: WHEN expr THEN expr { $$ = (struct when){$2, $4}; } ;

qualifier:
      unit digits { $$ = (struct qualifier){$1, $1, $2.first, $2.second}; }
    | unit digits RANGE_TO digits { $$ = (struct qualifier){$1, $3, $2.first, $4.first}; }
    ;
unit: UNIT { $$ = filter_unit($1.text); } ;
digits:
      %empty { $$ = (struct digits){-1, -1}; }
    | '(' NUMBER ')' { $$ = (struct digits){build_digits(parse, $2, @2), -1}; }
    | '(' NUMBER ',' NUMBER ')' { $$ = (struct digits){build_digits(parse, $2, @2), build_digits(parse, $4, @4)}; }
    ;

/* ---- calls ---- */

call:
      call_plain tails { $$ = build_tails(parse, $1, $2, @$); }
    | POSITION '(' value IN value ')'
          { $$ = build_call_word(parse, "POSITION", build_form(parse, CALL_IN, $3, $5, NULL, NULL), @1, @$); }
    | POSITION '(' value ',' expr ')'
          { $$ = build_call_word(parse, "POSITION", build_form(parse, CALL_PLAIN, $3, $5, NULL, NULL), @1, @$); }
    | TRIM '(' trim ')' { $$ = build_call_word(parse, "TRIM", $3, @1, @$); }
    ;
call_plain: path '(' args ')' { $$ = build_call(parse, $1, $3, @$); } ;
trim:
      arglist { $$ = build_arguments(parse, QUANTIFIER_NONE, $1, (struct sorts){0}); }
    | expr FROM expr { $$ = build_form(parse, CALL_TRIM, $1, $3, NULL, NULL); }
    | TRIM_SIDE FROM expr { $$ = build_form(parse, CALL_TRIM, $3, NULL, NULL, NULL); $$->side = $1; }
    | TRIM_SIDE expr FROM expr { $$ = build_form(parse, CALL_TRIM, $2, $4, NULL, NULL); $$->side = $1; }
    ;
args:
      %empty { $$ = build_form(parse, CALL_PLAIN, NULL, NULL, NULL, NULL); }
    | '*' { $$ = build_form(parse, CALL_STAR, NULL, NULL, NULL, NULL); }
    | arglist opt_order { $$ = build_arguments(parse, QUANTIFIER_NONE, $1, $2); }
    | ALL arglist opt_order { $$ = build_arguments(parse, QUANTIFIER_ALL, $2, $3); }
    | DISTINCT arglist opt_order { $$ = build_arguments(parse, QUANTIFIER_DISTINCT, $2, $3); }
    | arglist json { $$ = build_arguments(parse, QUANTIFIER_NONE, $1, (struct sorts){0}); $$->json = build_json(parse, &$2); }
    | arglist TIME_ZONE STRING
          {
              $$ = build_arguments(parse, QUANTIFIER_NONE, $1, (struct sorts){0});
              $$->zone = build_text(parse, EXPR_TEXT, $3, @3);
          }
    | arglist ',' TIME_ZONE STRING
          {
              $$ = build_arguments(parse, QUANTIFIER_NONE, $1, (struct sorts){0});
              $$->zone = build_text(parse, EXPR_TEXT, $4, @4);
          }
    | expr TO_UNIT { $$ = build_form(parse, CALL_TO, $1, NULL, NULL, NULL); $$->unit = $2; }
    | expr TO_UNIT TIME_ZONE STRING
          {
              $$ = build_form(parse, CALL_TO, $1, NULL, NULL, NULL);
              $$->unit = $2;
              $$->zone = build_text(parse, EXPR_TEXT, $4, @4);
          }
    | expr BY expr { $$ = build_form(parse, CALL_BY, $1, $3, NULL, NULL); }
    | expr BY expr TIME_ZONE STRING
          { $$ = build_form(parse, CALL_BY, $1, $3, NULL, NULL); $$->zone = build_text(parse, EXPR_TEXT, $5, @5); }
    | expr FROM expr { $$ = build_form(parse, CALL_FROM, $1, $3, NULL, NULL); }
    | expr FROM expr FOR expr { $$ = build_form(parse, CALL_FROM, $1, $3, $5, NULL); }
    | expr FOR expr { $$ = build_form(parse, CALL_FOR, $1, $3, NULL, NULL); }
    | value SIMILAR value ESCAPE value { $$ = build_form(parse, CALL_SIMILAR, $1, $3, $5, NULL); }
    | expr PLACING expr FROM expr { $$ = build_form(parse, CALL_PLACING, $1, $3, $5, NULL); }
    | expr PLACING expr FROM expr FOR expr { $$ = build_form(parse, CALL_PLACING, $1, $3, $5, $7); }
    ;
json: json_clause | json json_clause { $$ = build_json_clauses(parse, &$1, &$2, @2); } ;
json_clause:
      RETURNING type { $$ = (struct json_clauses){.returning = $2}; }
    | JSON_WRAPPER { $$ = (struct json_clauses){.wrapper = $1}; }
    | JSON_ON
    | DEFAULT expr JSON_DEFAULT_ON { $$ = build_json_default($2, $3); }
    ;
arglist: arg { LIST_BEGIN(parse, $$, $1); } | arglist ',' arg { $$ = $1; LIST_ADD(parse, $$, $3); } ;
arg:
      arg_value { $$ = (struct arg){.value = $1}; }
    | name NAMED arg_value { $$ = (struct arg){$1, $3}; }
    ;
arg_value:
      expr
    | TABLE path { $$ = build_table_arg(parse, $2, NULL, @$); }
    | TABLE path PARTITION_BY expr { $$ = build_table_arg(parse, $2, $4, @$); }
    | TABLE select_paren { $$ = build_query_expr(parse, EXPR_CURSOR, $2, @$); }
    | CURSOR select_paren { $$ = build_query_expr(parse, EXPR_CURSOR, $2, @$); }
    ;
tails:
      opt_within_group opt_filter opt_nth_from opt_nulls_treatment opt_over
          { $$ = build_tail_parts(parse, $1, $2, $3, $4, $5); }
    ;
opt_within_group: %empty { $$ = (struct sorts){0}; } | WITHIN_GROUP '(' order ')' { $$ = $3; } ;
opt_filter: %empty { $$ = NULL; } | FILTER '(' WHERE expr ')' { $$ = $4; } ;
opt_nth_from: %empty { $$ = NTH_UNSAID; } | FROM_FIRST { $$ = NTH_FROM_FIRST; } | FROM_LAST { $$ = NTH_FROM_LAST; } ;
opt_nulls_treatment:
      %empty { $$ = NULLS_UNSAID; }
    | IGNORE_NULLS { $$ = NULLS_IGNORE; }
    | RESPECT_NULLS { $$ = NULLS_RESPECT; }
    ;
opt_over: %empty { $$ = NULL; } | over ;

/* ---- types ---- */

type:
      IDENT digits opt_zone_kind { $$ = build_plain_type(parse, $1, $2, $3, @$); }
    | DOUBLE_PRECISION { $$ = build_plain_type(parse, build_ident("DOUBLE", @$), (struct digits){-1, -1}, 0, @$); }
    | CHARACTER_VARYING digits { $$ = build_plain_type(parse, build_ident("VARCHAR", @$), $2, 0, @$); }
    | ARRAY '<' type '>' { $$ = build_type(parse, TYPE_ARRAY, @$); $$->element = $3; }
    | ROW '(' fields ')' { $$ = build_type(parse, TYPE_ROW, @$); $$->fields = $3; }
    | INTERVAL qualifier { $$ = build_type(parse, TYPE_INTERVAL, @$); $$->qualifier = $2; }
    ;
opt_zone_kind: %empty { $$ = 0; } | WITH_TIME_ZONE { $$ = 1; } | WITHOUT_TIME_ZONE { $$ = 0; } ;
fields: field { LIST_BEGIN(parse, $$, $1); } | fields ',' field { $$ = $1; LIST_ADD(parse, $$, $3); } ;
field: name type { $$ = (struct row_field){$1, $2}; } ;

/* ---- names ---- */

path: name { $$ = build_path(parse, (struct name){0}, $1); } | path '.' IDENT { $$ = build_path(parse, $1, $3); } ;
names: name { LIST_BEGIN(parse, $$, $1); } | names ',' name { $$ = $1; LIST_ADD(parse, $$, $3); } ;

/* A word without a meaning of its own here, whose meaning its constructor decides. */
word: IDENT ;

name: bare | name_keyword ;
/* An alias without AS. */
bare: IDENT | UNIT | alias_keyword ;
/* An alias after AS: any word. */
label: name | reserved ;

alias_keyword:
      ASC | DASHBOARD | DESC | DESCRIPTION | DETERMINISTIC | FOLLOWING | FORMAT | FUNCTION | LAST | PLACING
    | PRECEDING | PUMP | RANGE | RETURN | RETURNS | ROWS | SET | SPECIFIC | STOPPED | STREAM | UNKNOWN | VIEW | WITHIN
    ;
name_keyword:
      COLLATE | CONTAINS | EQUALS | ESCAPE | FINAL | IMMEDIATELY | LAGS | LEADS | OFFSET | OVERLAPS | PRECEDES | SIMILAR
    | STRICTLY | SUCCEEDS | WINDOW
    ;
reserved:
      ALL | AND | ARRAY | AS | BETWEEN | BY | CASE | DISTINCT | ELSE | END | EXCEPT | FALSE | FOR | FROM | GROUP
    | HAVING | IN | INTERSECT | INTERVAL | IS | JOIN | LATERAL | LIKE | LIMIT | NATURAL | NOT | NULL | ON | OR | ORDER
    | OVER | SELECT | TABLE | THEN | TRUE | UNION | USING | WHEN | WHERE | WITH
    ;

%%

/* bison calls this where no rule goes on: hands the token and what would have been right to report.c. */
static int yyreport_syntax_error(const yypcontext_t *context, struct parse *parse)
{
    yysymbol_kind_t kinds[YYNTOKENS];
    const char *expected[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, kinds, YYNTOKENS);

    for (int i = 0; i < count; i++) expected[i] = yysymbol_name(kinds[i]);
    report_unexpected(parse, expected, count < 0 ? 0 : count);
    return 0;
}
