/* line.c - see line.h. Editing is libedit's; characters are read here, so that a signal ends the line. */
#include "shell/line.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "shell/interrupt.h"

enum { HISTORY_LINES = 2000, PIECE = 64 * 1024 };

struct line_reader {
    EditLine *edit; /* NULL: lines are simply read */
    History *history;
    char *history_path; /* or NULL */
    const char *prompt;
    struct buf ahead; /* read, but not handed out yet */
    size_t ahead_at;
};

/* ---- editing ---- */

static char *get_prompt(EditLine *edit)
{
    struct line_reader *reader;

    el_get(edit, EL_CLIENTDATA, &reader);
    return (char *)reader->prompt;
}

/* 1: a byte; 0: the end; -1: a signal. */
static int read_byte(char *byte)
{
    for (;;) {
        ssize_t n = interrupt_pending() == INTERRUPT_NONE ? read(STDIN_FILENO, byte, 1) : -1;
        if (n >= 0) return (int)n;
        if (interrupt_pending() != INTERRUPT_NONE) return -1;
        if (errno != EINTR) return 0;
    }
}

/* libedit's way of asking for a character: 1, 0 at the end, -1 to give the line up. */
static int get_character(EditLine *edit, wchar_t *out)
{
    mbstate_t state = {0};
    char byte;

    (void)edit;
    for (;;) {
        int got = read_byte(&byte);
        if (got < 1) return got;
        size_t used = mbrtowc(out, &byte, 1, &state);
        if (used == (size_t)-2) continue;
        if (used != (size_t)-1) return 1;
        memset(&state, 0, sizeof state);
    }
}

static char *find_history_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct buf path = {0};

    if (state && *state)
        buf_printf(&path, "%s/weir_history", state);
    else if (home && *home)
        buf_printf(&path, "%s/.weir_history", home);
    else
        return NULL;
    buf_text(&path);
    return path.ptr;
}

static void begin_history(struct line_reader *reader)
{
    HistEvent event;

    reader->history = history_init();
    reader->history_path = find_history_path();
    history(reader->history, &event, H_SETSIZE, HISTORY_LINES);
    history(reader->history, &event, H_SETUNIQUE, 1);
    if (reader->history_path) history(reader->history, &event, H_LOAD, reader->history_path);
}

/* libedit needs to know that text is UTF-8, which it asks the locale. */
static void begin_locale(void)
{
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

static void begin_editing(struct line_reader *reader)
{
    begin_locale();
    reader->edit = el_init("weir", stdin, stdout, stderr);
    if (!reader->edit) return;
    begin_history(reader);
    el_set(reader->edit, EL_CLIENTDATA, reader);
    el_set(reader->edit, EL_PROMPT, get_prompt);
    el_set(reader->edit, EL_GETCFN, get_character);
    el_set(reader->edit, EL_EDITOR, "emacs");
    el_set(reader->edit, EL_HIST, history, reader->history);
    el_set(reader->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(reader->edit, NULL);
}

static enum line edit_line(struct line_reader *reader, const char *prompt, struct buf *out)
{
    HistEvent event;
    const char *text;
    int len;

    reader->prompt = prompt;
    el_resize(reader->edit);
    text = el_gets(reader->edit, &len);
    if (interrupt_pending() != INTERRUPT_NONE || !text || len < 1) {
        fputc('\n', stdout);
        fflush(stdout);
        return interrupt_pending() != INTERRUPT_NONE ? LINE_INTERRUPTED : LINE_END;
    }
    if (strspn(text, " \t\r\n") < (size_t)len) history(reader->history, &event, H_ENTER, text);
    if (text[len - 1] == '\n') len--;
    buf_put(out, text, (size_t)len);
    return LINE_READ;
}

/* ---- reading ---- */

static bool take_line(struct line_reader *reader, struct buf *out)
{
    size_t left = reader->ahead.len - reader->ahead_at;
    const char *begin, *end;

    if (!left) return false;
    begin = reader->ahead.ptr + reader->ahead_at;
    end = memchr(begin, '\n', left);
    buf_put(out, begin, end ? (size_t)(end - begin) : left);
    reader->ahead_at += end ? (size_t)(end - begin) + 1 : left;
    return end != NULL;
}

static enum line read_line(struct line_reader *reader, struct buf *out)
{
    struct buf *ahead = &reader->ahead;

    while (!take_line(reader, out)) {
        ahead->len = reader->ahead_at = 0;
        ssize_t n = read(STDIN_FILENO, buf_reserve(ahead, PIECE), PIECE);
        if (n < 0 && errno == EINTR && interrupt_pending() == INTERRUPT_NONE) continue;
        if (n < 0 && errno == EINTR) return LINE_INTERRUPTED;
        if (n <= 0) return out->len ? LINE_READ : LINE_END;
        ahead->len = (size_t)n;
    }
    return LINE_READ;
}

/* ---- both ---- */

struct line_reader *line_reader_new(void)
{
    struct line_reader *reader = mem_zalloc(sizeof *reader);

    if (isatty(STDIN_FILENO)) begin_editing(reader);
    return reader;
}

void line_reader_free(struct line_reader *reader)
{
    HistEvent event;

    if (!reader) return;
    if (reader->edit) {
        if (reader->history_path) history(reader->history, &event, H_SAVE, reader->history_path);
        history_end(reader->history);
        el_end(reader->edit);
    }
    free(reader->history_path);
    buf_free(&reader->ahead);
    free(reader);
}

bool line_reader_edits(const struct line_reader *reader)
{
    return reader->edit != NULL;
}

enum line line_read(struct line_reader *reader, const char *prompt, struct buf *out)
{
    out->len = 0;
    return reader->edit ? edit_line(reader, prompt, out) : read_line(reader, out);
}
