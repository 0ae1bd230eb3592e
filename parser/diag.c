/* diag.c - see diag.h.
 * The caret must stand under the token on a terminal: a tab before it is repeated as a tab, a wide character takes two
 * columns, a combining one none. A byte that is no text is shown as `?`. Of a very long line only the part around the
 * token is shown. */
#include "parser/diag.h"

#include <string.h>

#include "parser/lexer.h"

enum { BEFORE_MAX = 80, AFTER_MAX = 80 }; /* bytes shown around the token's beginning */

/* The code point at text[at] and its length; 0xfffd and 1 for a byte that begins none. */
static uint32_t decode(struct str text, size_t at, size_t *len)
{
    unsigned char lead = (unsigned char)text.ptr[at];
    size_t need = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    uint32_t c = need == 1 ? lead : lead & (0xffu >> (need + 1));

    *len = 1;
    if (!need || lead > 0xf4 || at + need > text.len) return 0xfffd;
    for (size_t i = 1; i < need; i++) {
        unsigned char next = (unsigned char)text.ptr[at + i];
        if ((next & 0xc0) != 0x80) return 0xfffd;
        c = c << 6 | (next & 0x3f);
    }
    *len = need;
    return c;
}

/* Columns on a terminal. */
static int width_of(uint32_t c)
{
    static const struct {
        uint32_t first, last;
        int width;
    } ranges[] = {
        {0x0300, 0x036f, 0},   {0x200b, 0x200f, 0},   {0xfe00, 0xfe0f, 0},   {0x1100, 0x115f, 2}, {0x2e80, 0xa4cf, 2},
        {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2}, {0xffe0, 0xffe6, 2},
        {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].first && c <= ranges[i].last) return ranges[i].width;
    return 1;
}

static size_t line_begin(struct str text, size_t at)
{
    while (at && text.ptr[at - 1] != '\n') at--;
    return at;
}

static size_t line_end(struct str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n' && text.ptr[at] != '\r') at++;
    return at;
}

struct text_place diag_place(struct str text, int at)
{
    struct text_place place = {1, 1};
    size_t begin = line_begin(text, (size_t)at), len;

    for (size_t i = 0; i < begin; i++) place.line += text.ptr[i] == '\n';
    for (size_t i = begin; i < (size_t)at; i += len, place.column++) decode(text, i, &len);
    return place;
}

/* Moves back to where a character begins; not far, for the bytes need be no text. */
static size_t whole_character(struct str text, size_t at)
{
    for (int i = 0; i < 3 && at && at < text.len && (text.ptr[at] & 0xc0) == 0x80; i++) at--;
    return at;
}

static void put_source(struct buf *out, struct str text, size_t from, size_t to)
{
    size_t len;

    for (size_t i = from; i < to; i += len) {
        uint32_t c = decode(text, i, &len);
        if ((c < 0x20 && c != '\t') || c == 0x7f || (c == 0xfffd && len == 1))
            buf_putc(out, '?');
        else
            buf_put(out, text.ptr + i, len);
    }
}

/* As many columns as the text has, in blanks and tabs, or in another character. */
static void put_columns(struct buf *out, struct str text, size_t from, size_t to, char fill)
{
    size_t len;

    for (size_t i = from; i < to; i += len) {
        uint32_t c = decode(text, i, &len);
        int width = width_of(c);
        for (int k = 0; k < width; k++) buf_putc(out, c == '\t' ? '\t' : fill);
    }
}

/* Where the token at `at` ends, at most at `limit`. */
static size_t token_end(struct str text, size_t at, size_t limit)
{
    struct tokens tokens = tokens_read(str_of(text.ptr + at, limit - at));
    size_t end = tokens.count && tokens.items[0].at == 0 ? at + (size_t)tokens.items[0].end : at;

    tokens_free(&tokens);
    return end;
}

static void put_caret(struct buf *out, struct str text, size_t at, size_t limit)
{
    size_t first = 0, end = token_end(text, at, limit);

    if (at < limit) decode(text, at, &first);
    buf_putc(out, '^');
    if (at + first < end) put_columns(out, text, at + first, end, '~');
    buf_putc(out, '\n');
}

static void put_line(struct buf *out, struct str text, size_t at)
{
    size_t begin = line_begin(text, at), end = line_end(text, at);
    bool cut_begin = at - begin > BEFORE_MAX, cut_end = end > at + AFTER_MAX;

    if (cut_begin) begin = whole_character(text, at - BEFORE_MAX);
    if (cut_end) end = whole_character(text, at + AFTER_MAX);
    buf_puts(out, cut_begin ? "..." : "");
    put_source(out, text, begin, end);
    buf_puts(out, cut_end ? "...\n" : "\n");
    buf_puts(out, cut_begin ? "   " : "");
    put_columns(out, text, begin, at, ' ');
    put_caret(out, text, at, end);
}

void diag_print(struct buf *out, enum diag_level level, const char *file, struct str text, int begin,
                const struct err *err)
{
    const char *word = level == DIAG_ERROR ? "error" : "warning";
    size_t at = (size_t)(begin + err->at);
    struct text_place place;

    if (err->at < 0) {
        buf_printf(out, "%s: %s: %s\n", file, word, err->text);
        return;
    }
    if (at > text.len) at = text.len;
    place = diag_place(text, (int)at);
    buf_printf(out, "%s:%d:%d: %s: %s\n", file, place.line, place.column, word, err->text);
    put_line(out, text, at);
}
