/* test_expect.c - what a relation holds, what has changed in it, what a query answers: fetched as text and compared. */
#include "shell/cell.h"
#include "shell/test_player.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char weight_name[] = "_weight";

/* ---- values as text ---- */

/* Appends the text that the shell would print, booleans as 1 and 0. */
static void put_value(const struct relation_value *v, struct buf *out)
{
    if (v->type.kind == TYPE_BOOLEAN)
        buf_putc(out, v->i ? '1' : '0');
    else
        relation_value_print(v, out);
}

static void add_values(struct test_rows *rows, const struct relation_value *values, int count, int64_t weight)
{
    struct str *cells = mem_zalloc(((size_t)count + 1) * sizeof *cells);
    struct buf text = {0};
    size_t at = 0;

    for (int i = 0; i <= count; i++) { /* lengths first: the buffer may move */
        size_t before = text.len;
        if (i < count)
            put_value(&values[i], &text);
        else
            buf_printf(&text, "%lld", (long long)weight);
        cells[i].len = text.len - before;
    }
    for (int i = 0; i <= count; i++) {
        if (i == count || values[i].type.kind != TYPE_NULL) cells[i].ptr = text.ptr + at;
        at += cells[i].len;
    }
    test_rows_add(rows, cells);
    free(cells);
    buf_free(&text);
}

static int take_row(void *arg, const struct rows *rows)
{
    struct test_rows *to = arg;
    struct str *names;

    if (rows->value) {
        add_values(to, rows->value, rows->columns, 0);
        return 0;
    }
    names = mem_alloc((size_t)rows->columns * sizeof *names);
    for (int i = 0; i < rows->columns; i++) names[i] = str_lit(rows->name[i]);
    test_rows_header(to, names, rows->columns);
    free(names);
    return 0;
}

/* ---- asking ---- */

static enum played ask(struct player *p, const struct test_step *s, struct str sql, struct test_rows *out)
{
    enum answer answer;
    struct err err;

    *out = (struct test_rows){0};
    if (engine_execute(p->engine, sql, player_dir, take_row, out, &answer, &err))
        return life_failed(p, s->line, "reading", &err);
    return PLAYED;
}

static void put_quoted(struct buf *sql, const char *bytes, size_t len)
{
    buf_putc(sql, '"');
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '"') buf_putc(sql, '"');
        buf_putc(sql, bytes[i]);
    }
    buf_putc(sql, '"');
}

/* SELECT of the named columns; of all there are when none is named. `_weight` is 1, or what `_op` says. */
static void put_select(struct buf *sql, const char *relation, const struct test_rows *names, bool has_op)
{
    buf_puts(sql, "SELECT ");
    for (int c = 0; c < names->columns; c++) {
        if (c) buf_puts(sql, ", ");
        if (str_equal_nocase(names->names[c], str_lit(weight_name)))
            buf_puts(sql, has_op ? "CASE WHEN \"_op\" LIKE '-%' THEN -1 ELSE 1 END" : "1");
        else
            put_quoted(sql, names->names[c].ptr, names->names[c].len);
        buf_puts(sql, " AS ");
        put_quoted(sql, names->names[c].ptr, names->names[c].len);
    }
    if (!names->columns) buf_putc(sql, '*');
    buf_puts(sql, " FROM ");
    put_quoted(sql, relation, strlen(relation));
}

static enum played ask_relation(struct player *p, const struct test_step *s, const struct test_rows *names,
                                struct test_rows *out)
{
    const struct object *o = engine_object(p->engine, s->name);
    struct buf sql = {0};
    enum played played;

    put_select(&sql, s->name, names, o && o->changelog);
    played = ask(p, s, str_of(sql.ptr, sql.len), out);
    buf_free(&sql);
    return played;
}

/* ---- changes ---- */

static void take_change(void *arg, const struct field *fields, int field_count, const struct relation_value *values,
                        int64_t weight)
{
    struct test_rows *rows = arg;

    if (!rows->columns) {
        struct str *names = mem_alloc(((size_t)field_count + 1) * sizeof *names);
        for (int i = 0; i < field_count; i++) names[i] = str_lit(fields[i].name);
        names[field_count] = str_lit(weight_name);
        test_rows_header(rows, names, field_count + 1);
        free(names);
    }
    add_values(rows, values, field_count, weight);
}

static struct watch *watch_of(struct player *p, const char *name)
{
    for (size_t i = 0; i < p->watch_count; i++) {
        if (strcasecmp(p->watch[i]->name, name) == 0) return p->watch[i];
    }
    return NULL;
}

static struct watch *watch_add(struct player *p, const char *name)
{
    struct watch *w = mem_zalloc(sizeof *w);

    w->name = name;
    p->watch = mem_grow(p->watch, &p->watch_capacity, p->watch_count + 1, sizeof *p->watch);
    p->watch[p->watch_count++] = w;
    return w;
}

enum played watch_new(struct player *p)
{
    struct err err;

    if (p->restarted) return PLAYED;
    for (int i = p->step; i < p->test->step_count; i++) {
        const struct test_step *s = &p->test->steps[i];
        if (s->kind != STEP_CHANGES || watch_of(p, s->name) || !engine_object(p->engine, s->name)) continue;
        if (engine_subscribe(p->engine, s->name, take_change, &watch_add(p, s->name)->rows, &err))
            return life_failed(p, s->line, "watching", &err);
    }
    return PLAYED;
}

void watches_free(struct player *p)
{
    for (size_t i = 0; i < p->watch_count; i++) {
        test_rows_free(&p->watch[i]->rows);
        free(p->watch[i]);
    }
    free(p->watch);
}

/* The named columns of rows; -1 and *missing when one is not there. */
static int project(const struct test_rows *from, const struct test_rows *names, struct test_rows *out,
                   struct str *missing)
{
    int *column = mem_alloc((size_t)names->columns * sizeof *column);
    struct str *cells = mem_alloc((size_t)names->columns * sizeof *cells);
    int failed = 0;

    *out = (struct test_rows){0};
    test_rows_header(out, names->names, names->columns);
    for (int c = 0; c < names->columns && !failed; c++) {
        *missing = names->names[c];
        column[c] = test_rows_column(from, *missing);
        failed = from->columns && column[c] < 0;
    }
    for (int i = 0; i < from->count && !failed; i++) {
        for (int c = 0; c < names->columns; c++) cells[c] = from->cells[i * from->columns + column[c]];
        test_rows_add(out, cells);
    }
    free(column);
    free(cells);
    return failed ? -1 : 0;
}

/* The sum of the changes; in a later life, where the earlier ones were not watched, what they have built. */
static enum played sum_changes(struct player *p, const struct test_step *s, const struct test_rows *names,
                               struct test_rows *out)
{
    struct watch *w = watch_of(p, s->name);
    int weight = test_rows_column(names, str_lit(weight_name));
    struct str missing;
    enum played played = PLAYED;

    if (names->columns && weight < 0) return player_fail(p, s->line, "the header of changes needs a column _weight");
    if (p->restarted)
        played = ask_relation(p, s, names, out);
    else if (!w)
        return player_fail(p, s->line, "there is no %s", s->name);
    else if (project(&w->rows, names->columns ? names : &w->rows, out, &missing))
        played = player_fail(p, s->line, "%s has no column \"%.*s\"", s->name, (int)missing.len, missing.ptr);
    weight = test_rows_column(out, str_lit(weight_name));
    if (played == PLAYED && weight >= 0) test_rows_sum(out, weight);
    return played;
}

/* ---- comparing ---- */

/* In columns of type BOOLEAN, true and false are 1 and 0. */
static void spell_booleans(const struct object *o, struct test_rows *rows)
{
    for (int i = 0; o && i < o->field_count; i++) {
        int c = o->fields[i].type.kind == TYPE_BOOLEAN ? test_rows_column(rows, str_lit(o->fields[i].name)) : -1;
        for (int row = 0; c >= 0 && row < rows->count; row++) {
            struct str *cell = &rows->cells[row * rows->columns + c];
            if (str_equal(*cell, str_lit("true"))) *cell = str_lit("1");
            if (str_equal(*cell, str_lit("false"))) *cell = str_lit("0");
        }
    }
}

static enum played parse_expected(struct player *p, const struct test_step *s, struct test_rows *out)
{
    struct err err;
    int at;

    if (test_rows_parse(s->body, out, &err)) {
        at = (int)(s->body.ptr - p->script->text.ptr) + err.at;
        return player_fail(p, test_file_line(p->script->text, at), "%s", err.text);
    }
    if (out->columns || p->how.mismatch) return PLAYED;
    return player_fail(p, s->line, "expected rows begin with a header that names the columns");
}

static enum played compare(struct player *p, const struct test_step *s, const struct test_rows *expected,
                           const struct test_rows *got)
{
    struct buf difference = {0};
    enum played played = PLAYED;

    if (test_rows_same(expected, got, &difference)) return PLAYED;
    if (p->how.mismatch) {
        p->how.mismatch(p->how.arg, s, got);
    } else {
        bool query = s->kind == STEP_QUERY;
        played = player_fail(p, s->line, "%s %s%s: expected (-), got (+)", query ? "query" : "expect",
                             query ? "" : s->name, s->kind == STEP_CHANGES ? " as changes" : "");
        buf_put(p->failure, difference.ptr, difference.len);
    }
    buf_free(&difference);
    return played;
}

/* The rows of a stream have an order; those of a view have none. */
static bool is_ordered(struct player *p, const struct test_step *s)
{
    const struct object *o = engine_object(p->engine, s->name);

    if (s->kind == STEP_QUERY) return strcasestr(s->name, "order by") != NULL;
    return s->kind == STEP_EXPECT && (!o || o->kind != OBJECT_VIEW);
}

static enum played fetch(struct player *p, const struct test_step *s, const struct test_rows *names,
                         struct test_rows *out)
{
    struct err err;

    *out = (struct test_rows){0};
    if (engine_drain(p->engine, NULL, NULL, &err)) return life_failed(p, s->line, "running", &err);
    if (s->kind == STEP_QUERY) return ask(p, s, str_lit(s->name), out);
    return s->kind == STEP_CHANGES ? sum_changes(p, s, names, out) : ask_relation(p, s, names, out);
}

enum played expect_rows(struct player *p, const struct test_step *s)
{
    struct test_rows expected, got = {0};
    enum played played = parse_expected(p, s, &expected);

    if (played == PLAYED) played = fetch(p, s, &expected, &got);
    if (played == PLAYED) {
        if (s->kind != STEP_QUERY) spell_booleans(engine_object(p->engine, s->name), &expected);
        if (!is_ordered(p, s)) {
            test_rows_sort(&expected);
            test_rows_sort(&got);
        }
        played = compare(p, s, &expected, &got);
    }
    test_rows_free(&expected);
    test_rows_free(&got);
    return played;
}
