/* check.c - statements are looked at before any is executed (session.h).
 *
 * The catalogue is an overlay over the engine's: a CREATE that is right adds its object to it, a DROP takes one out, so
 * later statements see what they will see when they run. A CREATE that is wrong makes its name poisoned: statements
 * that say it are skipped, and what they would create is poisoned, too. Rows, the clock and SQLite's tables are never
 * touched. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "parser/lexer.h"
#include "parser/split.h"
#include "parser/suggest.h"

struct check {
    struct engine *engine;
    struct catalog *catalog;
    enum dialect dialect;
    char **poisoned;
    size_t poisoned_count, poisoned_capacity;
};

enum { FOUND_MAX = 20 }; /* errors of one statement; what is beyond them is only counted */

/* One statement of a script. */
struct visit {
    struct check *check;
    struct str sql;
    const char *base_dir;
    int begin; /* of the statement in its script */
    finding_handler handler;
    void *arg;
    struct check_counts *counts;
    struct err found[FOUND_MAX];
    int found_count;
};

struct check *check_begin(struct engine *e)
{
    struct check *c = mem_zalloc(sizeof *c);

    c->engine = e;
    c->catalog = catalog_overlay(e->catalog);
    c->dialect = e->dialect;
    return c;
}

void check_end(struct check *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->poisoned_count; i++) free(c->poisoned[i]);
    free(c->poisoned);
    catalog_free(c->catalog);
    free(c);
}

/* ---- findings ---- */

static void take_error(void *arg, const struct err *err)
{
    struct visit *v = arg;
    struct err placed = *err;

    placed.at = v->begin + (err->at < 0 ? 0 : err->at);
    v->counts->errors++;
    if (v->found_count < FOUND_MAX) v->found[v->found_count++] = placed;
}

static int compare_places(const void *a, const void *b)
{
    return ((const struct err *)a)->at - ((const struct err *)b)->at;
}

static void hand_errors(struct visit *v)
{
    qsort(v->found, (size_t)v->found_count, sizeof *v->found, compare_places);
    for (int i = 0; i < v->found_count; i++) v->handler(v->arg, DIAG_ERROR, &v->found[i]);
}

static void take_warning(void *arg, int at, const char *message)
{
    struct visit *v = arg;
    struct err err;

    err_set(&err, ERR_NONE, v->begin + at, "%s", message);
    v->handler(v->arg, DIAG_WARNING, &err);
}

/* ---- poisoned names ---- */

/* The name in quotes or without them. */
static struct str bare_name(struct str text, const struct token *token)
{
    struct str name = token_text(text, token);

    if (token->kind != LEX_QUOTED || name.len < 2) return name;
    return str_of(name.ptr + 1, name.len - 2);
}

static bool is_poisoned(const struct check *c, struct str name)
{
    for (size_t i = 0; i < c->poisoned_count; i++)
        if (str_equal_nocase(name, str_lit(c->poisoned[i]))) return true;
    return false;
}

static bool says_poisoned(const struct check *c, struct str sql)
{
    struct tokens tokens = tokens_read(sql);
    bool found = false;

    for (int i = 0; i < tokens.count && !found && c->poisoned_count; i++) {
        const struct token *t = &tokens.items[i];
        if (t->kind == LEX_WORD || t->kind == LEX_QUOTED) found = is_poisoned(c, bare_name(sql, t));
    }
    tokens_free(&tokens);
    return found;
}

static const struct token *skip_word(struct str sql, const struct token *t, const char *word)
{
    return token_is_word(sql, t, word) ? t + 1 : t;
}

/* CREATE [OR REPLACE] [MATERIALIZED] KIND [IF NOT EXISTS] name, however wrong the rest is, and CREATE itself misspelt;
 * NULL: it is none. */
static const struct token *created_name(struct str sql, const struct token *first)
{
    static const char *const create[] = {"CREATE"};
    const struct token *t = first + 1;

    if (first->kind != LEX_WORD || !suggest(token_text(sql, first), create, 1)) return NULL;
    t = skip_word(sql, skip_word(sql, t, "OR"), "REPLACE");
    t = skip_word(sql, t, "MATERIALIZED");
    if (t->kind != LEX_WORD) return NULL;
    t = skip_word(sql, skip_word(sql, skip_word(sql, t + 1, "IF"), "NOT"), "EXISTS");
    return t->kind == LEX_WORD || t->kind == LEX_QUOTED ? t : NULL;
}

/* What the statement would have created is not there. */
static void poison(struct check *c, struct str sql)
{
    struct tokens tokens = tokens_read(sql);
    const struct token *name = created_name(sql, tokens.items);

    if (name) {
        struct str bare = bare_name(sql, name);
        c->poisoned = mem_grow(c->poisoned, &c->poisoned_capacity, c->poisoned_count + 1, sizeof *c->poisoned);
        c->poisoned[c->poisoned_count] = mem_zalloc(bare.len + 1);
        memcpy(c->poisoned[c->poisoned_count++], bare.ptr, bare.len);
    }
    tokens_free(&tokens);
}

/* ---- statements ---- */

static struct bind_context context_of(struct visit *v)
{
    struct bind_context ctx = session_context(v->check->engine);

    ctx.catalog = v->check->catalog;
    ctx.dialect = v->check->dialect;
    ctx.warn = take_warning;
    ctx.warn_arg = v;
    ctx.more = take_error;
    ctx.more_arg = v;
    return ctx;
}

static int check_create(struct visit *v, const struct bind_context *ctx, const struct statement *s, struct err *err)
{
    struct check *c = v->check;
    struct ddl ddl = {.now = ctx->now, .dialect = c->dialect, .base_dir = v->base_dir, .sql = v->sql};
    struct object *o, *old;
    int same = ddl_check_create(c->engine, ctx, &ddl, s, &o, err);

    if (same) return same > 0 ? 0 : -1;
    old = ddl_replaced(c->catalog, o);
    if (old) catalog_remove(c->catalog, old->id);
    catalog_add(c->catalog, o, 0);
    return 0;
}

static int check_drop(struct visit *v, const struct statement *s, struct err *err)
{
    struct catalog *c = v->check->catalog;
    struct object *o;
    struct err none;
    int absent;

    if (s->object == DDL_TABLE || s->object == DDL_DASHBOARD) return 0;
    absent = ddl_check_drop(c, s, &o, err);
    if (absent) return absent < 0 ? -1 : 0;
    do {
        catalog_remove(c, o->id);
    } while (s->object == DDL_FUNCTION && ddl_check_drop(c, s, &o, &none) == 0);
    return 0;
}

/* Whether it runs by then is not known: so RESUME is looked at when it is executed. */
static int check_alter(struct visit *v, const struct statement *s, struct err *err)
{
    struct object *o;

    if (s->alter.action == ALTER_SET || s->alter.action == ALTER_RESUME) return 0;
    return alter_check(v->check->catalog, s, &o, err) < 0 ? -1 : 0;
}

static int check_insert(const struct bind_context *ctx, struct arena *arena, const struct statement *s, struct err *err)
{
    const struct ident *target = &s->insert.target.parts[s->insert.target.count - 1];
    struct insert_rows rows;

    if (!catalog_find(ctx->catalog, target->text, false, 1u << OBJECT_STREAM | 1u << OBJECT_VIEW, -1, NULL))
        return 0; /* a table of SQLite, or nothing */
    return bind_insert(ctx, arena, s, &rows, err);
}

static int check_query(const struct bind_context *ctx, struct arena *arena, const struct select *select,
                       struct err *err)
{
    if (select->kind != SELECT_PLAIN || !select->plain.stream) return 0; /* SQLite's */
    return bind_query(ctx, arena, select, err) ? 0 : -1;
}

static int check_parsed(struct visit *v, struct arena *arena, const struct statement *s, struct err *err)
{
    struct bind_context ctx = context_of(v);

    switch (s->kind) {
    case STATEMENT_CREATE_STREAM:
    case STATEMENT_CREATE_PUMP:
    case STATEMENT_CREATE_VIEW:
    case STATEMENT_CREATE_FUNCTION: return check_create(v, &ctx, s, err);
    case STATEMENT_DROP: return check_drop(v, s, err);
    case STATEMENT_ALTER: return check_alter(v, s, err);
    case STATEMENT_INSERT: return check_insert(&ctx, arena, s, err);
    case STATEMENT_QUERY: return check_query(&ctx, arena, s->select, err);
    case STATEMENT_SET: return session_read_set(s, &v->check->dialect, err);
    case STATEMENT_SQLITE:
    case STATEMENT_CREATE_TABLE:
    case STATEMENT_CREATE_DASHBOARD:
    case STATEMENT_COPY:
    case STATEMENT_SHOW:
    case STATEMENT_DESCRIBE:
    case STATEMENT_EXPLAIN:
    case STATEMENT_VERIFY:
    case STATEMENT_DIFF: return 0; /* known only when it runs */
    }
    return 0;
}

/* What weir's parser refuses may be SQLite's. */
static bool is_sqlites(const struct visit *v, const struct err *err)
{
    return err->code == ERR_SYNTAX && !session_is_ours(v->sql) && database_parses(v->check->engine->database, v->sql);
}

static void check_statement(struct visit *v)
{
    struct parse_options options = {.dialect = v->check->dialect};
    struct arena *arena = arena_new();
    struct statement *s = NULL;
    struct err err;
    int failed = parse_statement(arena, v->sql, &options, &s, &err);

    v->counts->statements++;
    if (failed && is_sqlites(v, &err)) {
        failed = 0;
    } else if (!failed && says_poisoned(v->check, v->sql)) {
        v->counts->skipped++;
        poison(v->check, v->sql);
    } else if (!failed && s) {
        failed = check_parsed(v, arena, s, &err);
    }
    if (failed) {
        take_error(v, &err);
        poison(v->check, v->sql);
    }
    hand_errors(v);
    arena_free(arena);
}

void check_script(struct check *c, struct str text, const char *base_dir, finding_handler handler, void *arg,
                  struct check_counts *counts)
{
    struct split split = split_text(text);

    for (int i = 0; i < split.count; i++) {
        struct piece piece = split.pieces[i];
        struct visit v = {.check = c,
                          .sql = str_of(text.ptr + piece.at, (size_t)(piece.end - piece.at)),
                          .base_dir = base_dir,
                          .begin = piece.at,
                          .handler = handler,
                          .arg = arg,
                          .counts = counts};
        check_statement(&v);
    }
    split_free(&split);
}
