/* time_format.c - patterns of Java's SimpleDateFormat, locale en_US, zone UTC: compiled and printed; see time.h. */
#include "base/time_format.h"
#include "base/num.h"

#include <assert.h>
#include <string.h>

enum { LETTERS_MAX = 9 }; /* of a kind in a row */

const char *const time_month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
const char *const time_weekday_names[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void add_literal(struct time_format *f, char byte)
{
    f->steps[f->count++] = (struct time_step){.byte = byte};
}

/* The letters at pattern[at]; returns the offset behind them, or -1. */
static int add_letters(struct time_format *f, struct str pattern, int at, struct err *err)
{
    char letter = pattern.ptr[at];
    int end = at;

    while ((size_t)end < pattern.len && pattern.ptr[end] == letter) end++;
    if (!strchr("GyYMwWDdFEuaHkKhmsSzZX", letter)) {
        return err_set(err, ERR_VALUE, -1, "unknown letter '%c' in timestamp format '%.*s'", letter, (int)pattern.len,
                       pattern.ptr);
    }
    if (end - at > LETTERS_MAX) {
        return err_set(err, ERR_VALUE, -1, "too many letters '%c' in timestamp format '%.*s'", letter, (int)pattern.len,
                       pattern.ptr);
    }
    if (f->count && f->steps[f->count - 1].letter) f->steps[f->count - 1].abutting = true;
    f->steps[f->count++] = (struct time_step){.letter = letter, .width = (uint8_t)(end - at)};
    return end;
}

/* The quoted text at pattern[at]; '' is a quote, inside and outside. Returns the offset behind it, or -1. */
static int add_quoted(struct time_format *f, struct str pattern, int at, struct err *err)
{
    int i = at + 1, len = (int)pattern.len;

    if (i < len && pattern.ptr[i] == '\'') {
        add_literal(f, '\'');
        return i + 1;
    }
    for (; i < len; i++) {
        if (pattern.ptr[i] == '\'') {
            if (i + 1 == len || pattern.ptr[i + 1] != '\'') return i + 1;
            i++;
        }
        add_literal(f, pattern.ptr[i]);
    }
    return err_set(err, ERR_VALUE, -1, "unclosed quote in timestamp format '%.*s'", len, pattern.ptr);
}

static int compile_steps(struct time_format *f, struct str pattern, struct err *err)
{
    for (int at = 0; (size_t)at < pattern.len;) {
        char c = pattern.ptr[at];

        if (c == '\'') {
            at = add_quoted(f, pattern, at, err);
        } else if (is_letter(c)) {
            at = add_letters(f, pattern, at, err);
        } else {
            add_literal(f, c);
            at++;
        }
        if (at < 0) return -1;
    }
    return 0;
}

static const char fixed_letters[] = "yMdHmsS";
static const uint8_t fixed_widths[FIXED_FIELDS] = {4, 2, 2, 2, 2, 2, 3};

/* Which fixed field a step fills, -1 when it has no fixed form. */
static int fixed_field(const struct time_step *step)
{
    const char *at = strchr(fixed_letters, step->letter);

    return at && fixed_widths[at - fixed_letters] == step->width ? (int)(at - fixed_letters) : -1;
}

/* Puts a step's shape into the bytes of the text and its offset into `at`; false when it has no fixed form or does not
 * fit. */
static bool fix_step(struct time_fixed *x, const struct time_step *step, char *shape, uint8_t *keep, int *at)
{
    int width = step->letter ? step->width : 1, field;

    if (x->width + width > FIXED_WIDTH_MAX) return false;
    memset(shape + x->width, step->letter ? '0' : step->byte, (size_t)width);
    memset(keep + x->width, step->letter ? 0xf0 : 0xff, (size_t)width);
    if (step->letter) {
        field = fixed_field(step);
        if (field < 0 || at[field] >= 0) return false;
        at[field] = x->width;
    } else if (step->byte >= '0' && step->byte <= '9') {
        return false; /* the number before it would take it */
    }
    x->width += (uint8_t)width;
    x->digit_may_follow = !step->letter;
    return true;
}

/* Covers the text with words, each beginning with the first step that the one before does not hold as a whole. */
static void place_words(struct time_fixed *x, const struct time_format *f, const char *shape, const uint8_t *keep)
{
    int end = 0, covered = 0;

    for (int i = 0; i < f->count; i++) {
        int start = end;
        end += f->steps[i].letter ? f->steps[i].width : 1;
        if (end <= covered) continue;
        if (start > x->width - 8) start = x->width - 8;
        assert(x->words < FIXED_WORDS_MAX); /* they move on by 7 bytes, but once by 5 (yyyy) and once by 6 (SSS) */
        covered = start + 8;
        x->shape[x->words] = get_u64(shape + start);
        x->keep[x->words] = get_u64(keep + start);
        x->word_at[x->words++] = (uint8_t)start;
    }
}

/* The word and bit of the digits at an offset; they are `digits` many. */
static struct time_place place_of(const struct time_fixed *x, int at, int digits)
{
    uint8_t word = 0;

    while (at < x->word_at[word] || at + digits > x->word_at[word] + 8) word++;
    return (struct time_place){word, (uint8_t)((at - x->word_at[word]) * 8)};
}

/* Where the defaults of the fields that a pattern lacks stand in their word: see parse_fixed. */
static const struct time_place fixed_defaults[FIXED_FIELDS] = {
    [FIXED_YEAR] = {FIXED_DEFAULTS, 16}, [FIXED_MONTH] = {FIXED_DEFAULTS, 24}, [FIXED_DAY] = {FIXED_DEFAULTS, 24},
    [FIXED_HOUR] = {FIXED_DEFAULTS, 0},  [FIXED_MINUTE] = {FIXED_DEFAULTS, 0}, [FIXED_SECOND] = {FIXED_DEFAULTS, 0},
    [FIXED_MILLI] = {FIXED_DEFAULTS, 0},
};

static void keep_template(struct time_template *blank, const struct time_fixed *x, const char *shape, const int *at)
{
    blank->width = x->width;
    memcpy(blank->text, shape, x->width);
    for (int i = 0; i < FIXED_FIELDS; i++) blank->at[i] = (int8_t)at[i];
}

static void compile_fixed(struct time_format *f)
{
    struct time_fixed x = {0};
    char shape[FIXED_WIDTH_MAX];
    uint8_t keep[FIXED_WIDTH_MAX];
    int at[FIXED_FIELDS] = {-1, -1, -1, -1, -1, -1, -1};

    for (int i = 0; i < f->count; i++) {
        if (!fix_step(&x, &f->steps[i], shape, keep, at)) return;
    }
    keep_template(&f->blank, &x, shape, at);
    if (x.width < 8) return;
    place_words(&x, f, shape, keep);
    for (int i = 0; i < FIXED_FIELDS; i++) {
        x.field[i] = at[i] < 0 ? fixed_defaults[i] : place_of(&x, at[i], fixed_widths[i]);
    }
    f->fixed = x;
}

static enum time_format_kind kind_of(struct str pattern)
{
    if (str_equal_nocase(pattern, str_lit("epoch_s"))) return FORMAT_EPOCH_S;
    if (str_equal_nocase(pattern, str_lit("epoch_ms"))) return FORMAT_EPOCH_MS;
    if (str_equal_nocase(pattern, str_lit("epoch_us"))) return FORMAT_EPOCH_US;
    if (str_equal_nocase(pattern, str_lit("iso8601"))) return FORMAT_ISO8601;
    return FORMAT_PATTERN;
}

struct time_format *time_format_new(struct arena *arena, struct str pattern, struct err *err)
{
    struct time_format *f = arena_alloc(arena, sizeof *f);

    f->kind = kind_of(pattern);
    if (f->kind != FORMAT_PATTERN) return f;
    f->steps = arena_alloc(arena, pattern.len * sizeof *f->steps);
    if (compile_steps(f, pattern, err)) return NULL;
    compile_fixed(f);
    return f;
}

bool time_format_is_epoch(const struct time_format *format)
{
    return format->kind != FORMAT_PATTERN && format->kind != FORMAT_ISO8601;
}

usec time_epoch_unit(enum time_format_kind kind)
{
    if (kind == FORMAT_EPOCH_S) return USEC_SECOND;
    return kind == FORMAT_EPOCH_MS ? USEC_MS : 1;
}

int64_t time_first_week(int year)
{
    int64_t january = time_days(year, 1, 1);

    return january - (january + 4 + 7 * 20000000) % 7; /* days + 4 counts from a Sunday */
}

/* The week-based year and week of a date. */
static int week_of(const struct civil *c, int *year)
{
    int64_t days = time_days(c->year, c->month, c->day);

    *year = c->year + (days >= time_first_week(c->year + 1));
    return (int)((days - time_first_week(*year)) / 7) + 1;
}

/* In at least `width` digits, zeros in front. */
static void put_number(struct buf *out, int v, int width)
{
    char digits[16];
    int n = sizeof digits;

    assert(v >= 0 && width <= LETTERS_MAX);
    for (; v || width > 0; v /= 10, width--) digits[--n] = (char)('0' + v % 10);
    buf_put(out, digits + n, sizeof digits - (size_t)n);
}

static void put_name(struct buf *out, const char *name, int width)
{
    buf_put(out, name, width < 4 ? 3 : strlen(name));
}

/* Up to three letters are a number of milliseconds, more are that many digits of the fraction. */
static void put_fraction(struct buf *out, int micro, int width)
{
    if (width <= 3) {
        put_number(out, micro / 1000, width);
        return;
    }
    for (int i = 0, rest = micro; i < width; i++, rest = rest % 100000 * 10) buf_putc(out, (char)('0' + rest / 100000));
}

static void put_year(struct buf *out, int year, int width)
{
    put_number(out, width == 2 ? year % 100 : year, width);
}

/* Week of the month: weeks begin on Sunday, the first may be short. */
static int week_of_month(const struct civil *c)
{
    int first_weekday = (c->weekday + 35 - (c->day - 1)) % 7; /* 0 Sunday */

    return (c->day - 1 + first_weekday) / 7 + 1;
}

static void put_field(const struct time_step *step, const struct civil *c, struct buf *out)
{
    int width = step->width, year, week;

    switch (step->letter) {
    case 0: buf_putc(out, step->byte); break;
    case 'G': buf_puts(out, "AD"); break;
    case 'y': put_year(out, c->year, width); break;
    case 'Y':
        week_of(c, &year);
        put_year(out, year, width);
        break;
    case 'M':
        if (width >= 3) {
            put_name(out, time_month_names[c->month - 1], width);
        } else {
            put_number(out, c->month, width);
        }
        break;
    case 'w':
        week = week_of(c, &year);
        put_number(out, week, width);
        break;
    case 'W': put_number(out, week_of_month(c), width); break;
    case 'D': put_number(out, c->yearday, width); break;
    case 'd': put_number(out, c->day, width); break;
    case 'F': put_number(out, (c->day - 1) / 7 + 1, width); break;
    case 'E': put_name(out, time_weekday_names[c->weekday - 1], width); break;
    case 'u': put_number(out, c->weekday, width); break;
    case 'a': buf_puts(out, c->hour < 12 ? "AM" : "PM"); break;
    case 'H': put_number(out, c->hour, width); break;
    case 'k': put_number(out, c->hour ? c->hour : 24, width); break;
    case 'K': put_number(out, c->hour % 12, width); break;
    case 'h': put_number(out, c->hour % 12 ? c->hour % 12 : 12, width); break;
    case 'm': put_number(out, c->minute, width); break;
    case 's': put_number(out, c->second, width); break;
    case 'S': put_fraction(out, c->micro, width); break;
    case 'z': buf_puts(out, "UTC"); break;
    case 'Z': buf_puts(out, "+0000"); break;
    case 'X': buf_puts(out, "Z"); break;
    default: assert(!"a letter of time_format_new");
    }
}

static void print_iso(usec t, struct buf *out)
{
    char text[TIME_TEXT_MAX];
    int len = time_print(t, text);

    *strchr(text, ' ') = 'T';
    buf_put(out, text, (size_t)len);
    buf_putc(out, 'Z');
}

/* Units begun before the epoch count down: the floor. */
static void print_epoch(usec t, usec unit, struct buf *out)
{
    char text[NUM_TEXT_MAX];
    int len = num_print_int(t / unit - (t % unit < 0), text);

    buf_put(out, text, (size_t)len);
}

/* Two digits into their place, if the template has it. */
static inline void fill_two(char *text, int at, int v)
{
    if (at < 0) return;
    text[at] = (char)('0' + v / 10);
    text[at + 1] = (char)('0' + v % 10);
}

static void print_fixed(const struct time_template *blank, const struct civil *c, struct buf *out)
{
    const int8_t *at = blank->at;
    char *text = buf_reserve(out, FIXED_WIDTH_MAX);
    int milli = c->micro / (int)USEC_MS;

    memcpy(text, blank->text, FIXED_WIDTH_MAX);
    fill_two(text, at[FIXED_YEAR], c->year / 100);
    fill_two(text, at[FIXED_YEAR] < 0 ? -1 : at[FIXED_YEAR] + 2, c->year % 100);
    fill_two(text, at[FIXED_MONTH], c->month);
    fill_two(text, at[FIXED_DAY], c->day);
    fill_two(text, at[FIXED_HOUR], c->hour);
    fill_two(text, at[FIXED_MINUTE], c->minute);
    fill_two(text, at[FIXED_SECOND], c->second);
    fill_two(text, at[FIXED_MILLI], milli / 10);
    if (at[FIXED_MILLI] >= 0) text[at[FIXED_MILLI] + 2] = (char)('0' + milli % 10);
    out->len += blank->width;
}

/* Years beyond 1 to 9999 are printed as the nearest of them: only NULLs and watermarks have such. */
static usec printable(usec t)
{
    return t < TIME_FIRST ? TIME_FIRST : t > TIME_LAST ? TIME_LAST : t;
}

void time_format_print(const struct time_format *format, usec t, struct buf *out)
{
    struct civil c;

    if (format->kind == FORMAT_ISO8601) {
        print_iso(t, out);
    } else if (format->kind != FORMAT_PATTERN) {
        print_epoch(t, time_epoch_unit(format->kind), out);
    } else {
        c = time_civil(printable(t));
        if (format->blank.width) {
            print_fixed(&format->blank, &c, out);
            return;
        }
        for (int i = 0; i < format->count; i++) put_field(&format->steps[i], &c, out);
    }
}
