/* test_play.c - the steps of a test, one after the other, in as many lives of the engine as it takes.
 * A step that was cut short by a stop of the machine is taken up again where it had got: statements can be said again
 * (design.md, section 6) but for INSERT, which is looked up, as are the records of an input. */
#include "shell/test_player.h"

#include "parser/diag.h"
#include "parser/parse.h"
#include "parser/split.h"

#include <stdlib.h>
#include <string.h>

const char *test_mode_name(enum test_mode mode)
{
    static const char *const names[MODE_COUNT] = {"plain", "rows", "cuts", "lanes", "crash"};

    return names[mode];
}

bool test_mode_fits(unsigned bounds, enum test_mode mode)
{
    switch (mode) {
    case MODE_PLAIN: return true;
    case MODE_ROWS:
    case MODE_CUTS: return !(bounds & BOUND_NO_CUTS);
    case MODE_LANES: return !(bounds & BOUND_ONE_LANE);
    case MODE_CRASH: return !(bounds & BOUND_NO_RESTART);
    case MODE_COUNT: break;
    }
    return false;
}

/* ---- statements ---- */

static int execute(struct player *p, struct str sql, struct err *err)
{
    enum answer answer;

    return engine_execute(p->engine, sql, player_dir, NULL, NULL, &answer, err);
}

/* What must be known of a statement to say it again. */
struct said {
    enum said_kind { SAID_OTHER, SAID_SET, SAID_DROP, SAID_INSERT } kind;
    char *stream; /* of an INSERT */
};

static struct said said_of(struct str sql)
{
    struct arena *arena = arena_new();
    struct parse_options options = {0};
    struct statement *s = NULL;
    struct said said = {0};
    struct err ignored;

    if (parse_statement(arena, sql, &options, &s, &ignored) == 0 && s) {
        if (s->kind == STATEMENT_SET) said.kind = SAID_SET;
        if (s->kind == STATEMENT_DROP) said.kind = SAID_DROP;
        if (s->kind == STATEMENT_INSERT) {
            struct str name = s->insert.target.parts[s->insert.target.count - 1].text;
            said.kind = SAID_INSERT;
            said.stream = strndup(name.ptr, name.len);
        }
    }
    arena_free(arena);
    return said;
}

/* The statement ran into a stop of the machine in an earlier life: had it been done? */
static bool was_done(struct player *p, const struct said *said)
{
    return p->interrupted && said->kind == SAID_INSERT && engine_appended(p->engine, said->stream) > p->base;
}

static int say(struct player *p, struct str sql, struct err *err)
{
    struct said said = said_of(sql);
    int failed = 0;

    if (!was_done(p, &said)) {
        if (said.kind == SAID_INSERT) p->base = engine_appended(p->engine, said.stream);
        failed = execute(p, sql, err);
        if (failed && p->interrupted && said.kind == SAID_DROP && err->code == ERR_NAME) failed = 0;
    }
    free(said.stream);
    return failed;
}

/* The statement failed as it must: the right text, in the right place. */
static enum played check_error(struct player *p, const struct test_step *s, int begin, const struct err *err)
{
    struct text_place place = {0};

    if (err->at >= 0) place = diag_place(s->body, begin + err->at);
    if (!strstr(err->text, s->error.text))
        return player_fail(p, s->line, "expected the error \"%s\", got %d:%d: \"%s\"", s->error.text, place.line,
                           place.column, err->text);
    if (!s->error.line || (place.line == s->error.line && place.column == s->error.column)) return PLAYED;
    return player_fail(p, s->line, "expected the error at %d:%d, got it at %d:%d: \"%s\"", s->error.line,
                       s->error.column, place.line, place.column, err->text);
}

/* *over: the step has come to its end, by the error that it must come to. */
static enum played play_statement(struct player *p, const struct test_step *s, const struct piece *piece, bool *over)
{
    struct err err = {.at = -1};
    struct text_place place = diag_place(s->body, piece->at);
    enum played played;

    if (say(p, str_of(s->body.ptr + piece->at, (size_t)(piece->end - piece->at)), &err)) {
        *over = s->error.text != NULL && err.code != ERR_DISK;
        played = *over ? check_error(p, s, piece->at, &err) : life_failed(p, s->line + place.line, "statement", &err);
        p->interrupted = played == PLAY_CRASHED;
        return played;
    }
    p->interrupted = false;
    p->done++;
    return watch_new(p);
}

static enum played play_sql(struct player *p, const struct test_step *s)
{
    struct split split = split_text(s->body);
    enum played played = PLAYED;
    bool over = false;

    while (p->done < split.count && played == PLAYED && !over)
        played = play_statement(p, s, &split.pieces[p->done], &over);
    split_free(&split);
    if (played == PLAYED && s->error.text && !over)
        return player_fail(p, s->line, "nothing failed; expected \"%s\"", s->error.text);
    return played;
}

/* What the SET statements of the session before said is gone with it. */
static enum played set_again(struct player *p)
{
    enum played played = PLAYED;
    struct err err;

    for (int i = 0; i <= p->step && i < p->test->step_count && played == PLAYED; i++) {
        const struct test_step *s = &p->test->steps[i];
        struct split split = s->kind == STEP_SQL ? split_text(s->body) : (struct split){0};
        int count = i < p->step || s->kind != STEP_SQL ? split.count : p->done;
        for (int k = 0; k < count && played == PLAYED && !s->error.text; k++) {
            struct str sql =
                str_of(s->body.ptr + split.pieces[k].at, (size_t)(split.pieces[k].end - split.pieces[k].at));
            struct said said = said_of(sql);
            if (said.kind == SAID_SET && execute(p, sql, &err)) played = life_failed(p, s->line, "statement", &err);
            free(said.stream);
        }
        split_free(&split);
    }
    return played;
}

/* ---- input ---- */

enum { CHUNK_RANDOM_MAX = 8 };

/* How many records the next call appends: never ones of different times. */
static int chunk_size(struct player *p, const struct test_step *s)
{
    int left = s->record_count - p->done, max = left, n = 1;

    if (p->options.cut == CUT_EVERY_ROW) max = 1;
    if (p->options.cut == CUT_RANDOM) max = 1 + (int)rng_below(&p->rng, CHUNK_RANDOM_MAX);
    while (n < left && n < max && s->records[p->done + n].time == TEST_NO_TIME) n++;
    return n;
}

/* Where epochs end anywhere, some end between two calls. */
static int cut_here(struct player *p, struct err *err)
{
    if (p->options.cut == CUT_EVERY_ROW) return engine_drain(p->engine, NULL, NULL, err);
    if (p->options.cut == CUT_RANDOM && rng_below(&p->rng, 2)) return engine_step(p->engine, err) < 0 ? -1 : 0;
    return 0;
}

static int append(struct player *p, const struct test_step *s, struct err *err)
{
    const struct test_record *first = &s->records[p->done];
    int n = chunk_size(p, s), failed;
    struct str *records = mem_alloc((size_t)n * sizeof *records);

    for (int i = 0; i < n; i++) records[i] = first[i].data;
    if (first->time > p->clock) p->clock = first->time;
    failed = s->shard < 0 ? engine_append(p->engine, s->name, records, n, err)
                          : engine_append_to(p->engine, s->name, (uint32_t)s->shard, records, n, err);
    free(records);
    if (failed) return -1;
    p->done += n;
    return cut_here(p, err);
}

/* In the first life: where the stream stood. In a later one: how much of the step is there. */
static enum played find_place(struct player *p, const struct test_step *s)
{
    uint64_t appended = engine_appended(p->engine, s->name);

    if (!p->begun) {
        p->base = appended;
        p->begun = true;
    }
    if (appended < p->base + (uint64_t)p->done)
        return player_fail(p, s->line, "%d records of %s were acknowledged, %lld are there after the crash", p->done,
                           s->name, (long long)(appended - p->base));
    if (appended > p->base + (uint64_t)s->record_count)
        return player_fail(p, s->line, "%s has %lld records after the crash, but got only %d", s->name,
                           (long long)(appended - p->base), s->record_count);
    p->done = (int)(appended - p->base);
    return PLAYED;
}

static enum played play_input(struct player *p, const struct test_step *s)
{
    enum played played = find_place(p, s);
    struct err err;

    while (played == PLAYED && p->done < s->record_count) {
        if (append(p, s, &err)) played = life_failed(p, s->line, "input", &err);
    }
    return played;
}

/* ---- time ---- */

static enum played play_at(struct player *p, const struct test_step *s)
{
    struct err err;
    char now[TIME_TEXT_MAX];

    time_print(p->clock, now);
    if (s->time < p->clock) return player_fail(p, s->line, "the clock is at %s already", now);
    if (engine_drain(p->engine, NULL, NULL, &err)) return life_failed(p, s->line, "running", &err);
    p->clock = s->time;
    return engine_drain(p->engine, NULL, NULL, &err) ? life_failed(p, s->line, "running", &err) : PLAYED;
}

static enum played play_end(struct player *p, const struct test_step *s)
{
    struct err err;

    return engine_end(p->engine, s->name, &err) ? life_failed(p, s->line, "ending", &err) : PLAYED;
}

/* ---- the whole ---- */

static enum played play_step(struct player *p, const struct test_step *s)
{
    switch (s->kind) {
    case STEP_SQL: return play_sql(p, s);
    case STEP_INPUT: return play_input(p, s);
    case STEP_AT: return play_at(p, s);
    case STEP_END: return play_end(p, s);
    case STEP_EXPECT:
    case STEP_CHANGES:
    case STEP_QUERY: return expect_rows(p, s);
    }
    return PLAYED;
}

static enum played play_life(struct player *p)
{
    enum played played = life_open(p);

    if (played == PLAYED && p->restarted) played = set_again(p);
    while (played == PLAYED && p->step < p->test->step_count) {
        played = play_step(p, &p->test->steps[p->step]);
        if (played != PLAYED) break;
        p->step++;
        p->done = 0;
        p->begun = false;
    }
    return played == PLAYED ? life_close(p) : played;
}

void player_look_again(struct player *p)
{
    const struct test *t = p->test;

    p->restarted = true;
    while (p->step > 0 && t->steps[p->step - 1].kind >= STEP_EXPECT) p->step--;
}

enum played player_play(struct player *p)
{
    enum played played;

    while ((played = play_life(p)) == PLAY_CRASHED) {
        life_crash(p);
        if (p->step == p->test->step_count) player_look_again(p);
    }
    return played;
}

bool test_play(const struct test_script *script, const struct test *test, const struct test_how *how,
               struct buf *failure)
{
    struct player p;
    enum played played;

    if (how->mode == MODE_CRASH) return play_crashes(script, test, how, failure);
    played = player_begin(&p, script, test, how, failure);
    if (played == PLAYED) played = player_play(&p);
    player_end(&p);
    return played == PLAYED;
}
