/* test_file.c - the reader of `.test` files; see the header for the format.
 * One pass over the lines: a directive ends the body of the one before it. The first mistake ends the reading. */
#include "shell/test_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct line {
    struct str text; /* without its line end */
    size_t start, next;
    int number;
};

struct reader {
    struct str text;
    struct line line; /* the one last read */
    struct test_file *file;
    struct test *test;       /* the one being read, or NULL */
    struct test_step *step;  /* the one whose body is being read; NULL: there may be comments only */
    struct test_error error; /* of the next sql */
    size_t error_at;
    size_t body_start, body_end;
    size_t test_capacity, step_capacity, record_capacity;
    struct err *err;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct str trim(struct str s)
{
    while (s.len && is_blank(s.ptr[0])) s = str_of(s.ptr + 1, s.len - 1);
    while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
    return s;
}

/* Cuts the first word off. */
static struct str next_word(struct str *rest)
{
    struct str s = trim(*rest);
    size_t n = 0;

    while (n < s.len && !is_blank(s.ptr[n])) n++;
    *rest = trim(str_of(s.ptr + n, s.len - n));
    return str_of(s.ptr, n);
}

static bool is(struct str s, const char *word)
{
    return str_equal(s, str_lit(word));
}

static char *copy(struct reader *r, struct str s)
{
    return arena_copy(r->file->arena, s.ptr, s.len);
}

/* A list in the arena, doubled when it is full. */
static void *grown(struct arena *arena, void *list, size_t *capacity, size_t count, size_t element)
{
    void *bigger;

    if (count < *capacity) return list;
    *capacity = *capacity ? 2 * *capacity : 8;
    bigger = arena_alloc(arena, *capacity * element);
    if (count) memcpy(bigger, list, count * element);
    return bigger;
}

static int wrong(struct reader *r, const char *message)
{
    return err_set(r->err, ERR_INPUT, (int)r->line.start, "%s", message);
}

static int wrong_about(struct reader *r, const char *message, struct str what)
{
    return err_set(r->err, ERR_INPUT, (int)r->line.start, "%s \"%.*s\"", message, (int)what.len, what.ptr);
}

static bool next_line(struct reader *r)
{
    const char *start = r->text.ptr + r->line.next, *end;
    size_t left = r->text.len - r->line.next;

    if (!left) return false;
    end = memchr(start, '\n', left);
    r->line.text = str_of(start, end ? (size_t)(end - start) : left);
    r->line.start = r->line.next;
    r->line.next += r->line.text.len + (end != NULL);
    r->line.number++;
    if (r->line.text.len && start[r->line.text.len - 1] == '\r') r->line.text.len--;
    return true;
}

/* ---- directives ---- */

static struct test_step *step_new(struct reader *r, enum test_step_kind kind)
{
    struct test *t = r->test;

    t->steps = grown(r->file->arena, t->steps, &r->step_capacity, (size_t)t->step_count, sizeof *t->steps);
    r->step = &t->steps[t->step_count++];
    *r->step = (struct test_step){.kind = kind, .line = r->line.number, .shard = -1};
    r->record_capacity = 0;
    return r->step;
}

static int read_test(struct reader *r, struct str rest)
{
    struct test_file *f = r->file;

    if (!rest.len) return wrong(r, "a test needs a name: -- test NAME");
    f->tests = grown(f->arena, f->tests, &r->test_capacity, (size_t)f->test_count, sizeof *f->tests);
    r->test = &f->tests[f->test_count++];
    *r->test = (struct test){.name = copy(r, rest), .line = r->line.number};
    r->step_capacity = 0;
    return 0;
}

static int read_sql(struct reader *r, struct str rest)
{
    if (rest.len) return wrong(r, "statements stand below -- sql, not behind it");
    step_new(r, STEP_SQL)->error = r->error;
    r->error.text = NULL;
    return 0;
}

static int read_input(struct reader *r, struct str rest)
{
    struct str name = next_word(&rest), number;
    struct test_step *s;

    if (!name.len) return wrong(r, "input into what? -- input STREAM");
    s = step_new(r, STEP_INPUT);
    s->name = copy(r, name);
    if (!rest.len) return 0;
    if (!is(next_word(&rest), "shard")) return wrong(r, "only a shard can follow the stream: -- input STREAM shard N");
    number = next_word(&rest);
    if (!number.len || number.len > 9 || rest.len) return wrong(r, "a shard has a number: -- input STREAM shard N");
    s->shard = 0;
    for (size_t i = 0; i < number.len; i++) {
        if (number.ptr[i] < '0' || number.ptr[i] > '9') return wrong_about(r, "a shard has a number, not", number);
        s->shard = s->shard * 10 + (number.ptr[i] - '0');
    }
    return 0;
}

static int read_at(struct reader *r, struct str rest)
{
    usec time;

    if (time_parse(rest.ptr, rest.len, &time)) return wrong_about(r, "this is no time:", rest);
    step_new(r, STEP_AT)->time = time;
    r->step = NULL;
    return 0;
}

static int read_end(struct reader *r, struct str rest)
{
    struct str name = next_word(&rest);

    if (!name.len || rest.len) return wrong(r, "one source ends at a time: -- end STREAM");
    step_new(r, STEP_END)->name = copy(r, name);
    r->step = NULL;
    return 0;
}

static int read_expect(struct reader *r, struct str rest)
{
    struct str name = next_word(&rest);
    struct test_step *s;

    if (!name.len) return wrong(r, "expect what? -- expect NAME [as changes]");
    s = step_new(r, STEP_EXPECT);
    s->name = copy(r, name);
    if (!rest.len) return 0;
    s->kind = STEP_CHANGES;
    return is(rest, "as changes") ? 0 : wrong_about(r, "only \"as changes\" can follow the name, not", rest);
}

static int read_query(struct reader *r, struct str rest)
{
    if (!rest.len) return wrong(r, "the query stands in the same line: -- query SELECT ...");
    step_new(r, STEP_QUERY)->name = copy(r, rest);
    return 0;
}

/* `12:5: ` at the beginning of the text; true when it is there. */
static bool read_position(const char *text, struct test_error *e)
{
    char *end;
    long line = strtol(text, &end, 10), column;

    if (end == text || *end != ':' || line < 1 || line > INT_MAX) return false;
    text = end + 1;
    column = strtol(text, &end, 10);
    if (end == text || *end != ':' || column < 1 || column > INT_MAX) return false;
    *e = (struct test_error){end + 1 + strspn(end + 1, " "), (int)line, (int)column};
    return true;
}

static int read_error(struct reader *r, struct str rest)
{
    const char *text = copy(r, rest);

    if (!rest.len) return wrong(r, "which error? -- error [LINE:COLUMN:] TEXT");
    if (!read_position(text, &r->error)) r->error = (struct test_error){.text = text};
    r->error_at = r->line.start;
    r->step = NULL;
    return 0;
}

static int read_bound(struct reader *r, struct str rest)
{
    static const struct {
        const char *text;
        enum test_bound bound;
    } bounds[] = {{"1 lane", BOUND_ONE_LANE}, {"no restart", BOUND_NO_RESTART}, {"no cuts", BOUND_NO_CUTS}};
    const char *colon = rest.len ? memchr(rest.ptr, ':', rest.len) : NULL;
    struct str what = trim(str_of(rest.ptr, colon ? (size_t)(colon - rest.ptr) : rest.len));

    r->step = NULL;
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (!is(what, bounds[i].text)) continue;
        if (!colon || colon + 1 == rest.ptr + rest.len) return wrong(r, "say why: -- bound WHAT: REASON");
        r->test->bounds |= bounds[i].bound;
        return 0;
    }
    return wrong_about(r, "a test is bound to \"1 lane\", \"no restart\" or \"no cuts\", not", what);
}

static const struct directive {
    const char *word;
    int (*read)(struct reader *r, struct str rest);
} directives[] = {
    {"test", read_test},     {"sql", read_sql},     {"input", read_input}, {"at", read_at},       {"end", read_end},
    {"expect", read_expect}, {"query", read_query}, {"error", read_error}, {"bound", read_bound},
};

static const struct directive *directive_of(struct str line, struct str *rest)
{
    struct str word;

    if (line.len < 3 || memcmp(line.ptr, "--", 2) != 0) return NULL;
    *rest = str_of(line.ptr + 2, line.len - 2);
    word = next_word(rest);
    for (size_t i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        if (is(word, directives[i].word)) return &directives[i];
    }
    return NULL;
}

/* ---- bodies ---- */

/* A line of an input: `@TIME data`, where TIME may have a blank between date and time of day. */
static int read_record(struct reader *r, struct str line)
{
    struct test_step *s = r->step;
    struct test_record record = {line, TEST_NO_TIME};

    if (!trim(line).len) return 0;
    if (line.ptr[0] == '@') {
        struct str rest = str_of(line.ptr + 1, line.len - 1), day = next_word(&rest), both = rest;
        struct str hour = next_word(&both);
        if (hour.len && !time_parse(day.ptr, (size_t)(hour.ptr + hour.len - day.ptr), &record.time))
            record.data = both;
        else if (!time_parse(day.ptr, day.len, &record.time))
            record.data = rest;
        else
            return wrong_about(r, "this is no time:", day);
    }
    s->records = grown(r->file->arena, s->records, &r->record_capacity, (size_t)s->record_count, sizeof *s->records);
    s->records[s->record_count++] = record;
    return 0;
}

static int read_body(struct reader *r)
{
    struct str line = r->line.text, start = trim(line);

    if (r->step) {
        if (start.len || r->step->kind == STEP_SQL) r->body_end = r->line.next;
        return r->step->kind == STEP_INPUT ? read_record(r, line) : 0;
    }
    if (!start.len || (start.len >= 2 && memcmp(start.ptr, "--", 2) == 0)) return 0;
    return wrong_about(r, r->test ? "this line belongs to no directive:" : "a file begins with -- test NAME, not with",
                       start);
}

static void end_body(struct reader *r)
{
    if (r->step) r->step->body = str_of(r->text.ptr + r->body_start, r->body_end - r->body_start);
    r->step = NULL;
}

static int read_directive(struct reader *r, const struct directive *d, struct str rest)
{
    bool test = d->read == read_test;

    end_body(r);
    if (!test && !r->test) return wrong_about(r, "a file begins with -- test NAME, not with --", str_lit(d->word));
    if (r->error.text && d->read != read_sql) {
        r->line.start = r->error_at;
        return wrong(r, "an error stands before the -- sql that must fail");
    }
    r->body_start = r->body_end = r->line.next;
    return d->read(r, rest);
}

static int read_lines(struct reader *r)
{
    while (next_line(r)) {
        struct str rest;
        const struct directive *d = directive_of(r->line.text, &rest);
        if (d ? read_directive(r, d, rest) : read_body(r)) return -1;
    }
    end_body(r);
    r->line.start = r->error_at;
    return r->error.text ? wrong(r, "an error stands before the -- sql that must fail") : 0;
}

int test_file_parse(struct str text, struct test_file *out, struct err *err)
{
    struct reader r = {.text = text, .file = out, .err = err};

    *out = (struct test_file){.arena = arena_new()};
    if (text.len > INT_MAX) return err_set(err, ERR_LIMIT, -1, "a test file has at most 2 GiB");
    return read_lines(&r);
}

void test_file_free(struct test_file *file)
{
    if (file->arena) arena_free(file->arena);
    *file = (struct test_file){0};
}

int test_file_line(struct str text, int at)
{
    int line = 1;

    for (int i = 0; i < at && (size_t)i < text.len; i++) line += text.ptr[i] == '\n';
    return line;
}
