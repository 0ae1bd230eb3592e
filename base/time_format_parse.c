/* time_format_parse.c - reads text by a pattern of time_format.c, as SimpleDateFormat does:
 * - a number takes all digits there are, or exactly as many as letters when another letter follows at once;
 * - blanks before a field are skipped; other bytes must match; names are read in any case, short or full;
 * - what the pattern lacks is 1970, month 01, day 01, 00:00:00, AM, UTC.
 * Unlike Java's lenient mode, a field out of its range is refused. A week year (Y) without a week counts as a year;
 * W, F and, without a week, E and u are read and do not decide anything. */
#include "base/time_format.h"
#include "base/time_text.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

/* What was read. -1: not in the text. */
struct fields {
    struct civil civil; /* year, month, day, minute, second, micro and, of H and k, hour */
    int hour12, afternoon, week, yearday, weekday;
    usec east;
};

static const struct fields no_fields = {
    .civil = {.year = 1970, .month = -1, .day = -1, .hour = -1},
    .hour12 = 0,
    .afternoon = 0,
    .week = -1,
    .yearday = -1,
    .weekday = 7,
    .east = 0,
};

/* The digits at the cursor: at least one, at most nine. */
static int read_number(struct time_cursor *c, const struct time_step *step, int *value, int *digits)
{
    int max = step->abutting ? step->width : 10;

    *value = *digits = 0;
    while (*digits < max && c->p < c->end && time_digit(*c->p) <= 9) {
        if (++*digits == 10) return -1;
        *value = *value * 10 + (int)time_digit(*c->p++);
    }
    return *digits == 0 || (step->abutting && *digits < max) ? -1 : 0;
}

/* A prefix of the text, in any case. */
static bool skip_word(struct time_cursor *c, const char *word, size_t len)
{
    if ((size_t)(c->end - c->p) < len || ((*c->p ^ *word) & ~0x20) || strncasecmp(c->p, word, len) != 0) return false;
    c->p += len;
    return true;
}

/* The index of a name, whole or its first three letters; -1 when there is none. */
static int read_name(struct time_cursor *c, const char *const *names, int count)
{
    for (int i = 0; i < count; i++) {
        if (skip_word(c, names[i], strlen(names[i])) || skip_word(c, names[i], 3)) return i;
    }
    return -1;
}

/* The names of zones in texts, daylight saving time apart. Where one stands for several zones, it is that of Java in
 * the United States. */
static const struct zone_name {
    char name[5];
    int16_t minutes; /* east of UTC */
} zones[] = {
    {"Z", 0},      {"GMT", 0},    {"UTC", 0},    {"UT", 0},     {"WET", 0},    {"WEST", 60},   {"BST", 60},
    {"CET", 60},   {"CEST", 120}, {"MET", 60},   {"MEST", 120}, {"EET", 120},  {"EEST", 180},  {"MSK", 180},
    {"SAST", 120}, {"IST", 330},  {"HKT", 480},  {"SGT", 480},  {"AWST", 480}, {"JST", 540},   {"KST", 540},
    {"ACST", 570}, {"AEST", 600}, {"ACDT", 630}, {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780},  {"BRT", -180},
    {"NDT", -150}, {"NST", -210}, {"ADT", -180}, {"AST", -240}, {"EDT", -240}, {"EST", -300},  {"CDT", -300},
    {"CST", -360}, {"MDT", -360}, {"MST", -420}, {"PDT", -420}, {"PST", -480}, {"AKDT", -480}, {"AKST", -540},
    {"HST", -600},
};

static int read_zone(struct time_cursor *c, usec *east)
{
    const char *begin = c->p;
    size_t len = 0;

    if (time_read_offset(c, east) == 0) return 0;
    while (begin + len < c->end && (begin[len] | 0x20) >= 'a' && (begin[len] | 0x20) <= 'z') len++;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (!str_equal_nocase(str_of(begin, len), str_lit(zones[i].name))) continue;
        c->p += len;
        *east = zones[i].minutes * USEC_MINUTE;
        if (zones[i].minutes == 0) time_read_offset(c, east); /* GMT+01:00 */
        return 0;
    }
    return -1;
}

/* Two digits for `y` or `yy` are the year from 80 before to 19 after the pivot. */
static int full_year(int year, int digits, int width)
{
    const int first = TIME_PIVOT_YEAR - 80;

    if (width > 2 || digits != 2) return year;
    return first + (year + 100 - first % 100) % 100;
}

/* Up to three letters are a number of milliseconds, more are digits of the fraction. */
static int micros_of(int value, int digits, int width)
{
    int64_t v = value;

    if (width <= 3) return value <= 999 ? value * 1000 : -1;
    for (; digits < 6; digits++) v *= 10;
    for (; digits > 6; digits--) v /= 10;
    return (int)v;
}

static bool within(int value, int first, int last)
{
    return value >= first && value <= last;
}

/* Returns whether the value may be one of the letter's, as far as that can be said before the date is known. */
static bool set_number(struct fields *f, const struct time_step *step, int value, int digits)
{
    switch (step->letter) {
    case 'y':
    case 'Y': f->civil.year = full_year(value, digits, step->width); return true;
    case 'M': f->civil.month = value; return true;
    case 'd': f->civil.day = value; return true;
    case 'w': f->week = value; return within(value, 1, 53);
    case 'W': return within(value, 1, 6);
    case 'D': f->yearday = value; return within(value, 1, 366);
    case 'F': return within(value, 1, 5);
    case 'u': f->weekday = value; return within(value, 1, 7);
    case 'H': f->civil.hour = value; return true;
    case 'k': f->civil.hour = value % 24; return within(value, 1, 24);
    case 'K': f->hour12 = value; return within(value, 0, 11);
    case 'h': f->hour12 = value % 12; return within(value, 1, 12);
    case 'm': f->civil.minute = value; return true;
    case 's': f->civil.second = value; return true;
    case 'S': f->civil.micro = micros_of(value, digits, step->width); return f->civil.micro >= 0;
    }
    assert(!"a letter of time_format_new");
    return false;
}

static bool read_month_name(struct time_cursor *c, struct fields *f)
{
    f->civil.month = read_name(c, time_month_names, 12) + 1;
    return f->civil.month > 0;
}

static bool read_weekday_name(struct time_cursor *c, struct fields *f)
{
    f->weekday = read_name(c, time_weekday_names, 7) + 1;
    return f->weekday > 0;
}

static bool read_half_day(struct time_cursor *c, struct fields *f)
{
    f->afternoon = skip_word(c, "PM", 2);
    return f->afternoon || skip_word(c, "AM", 2);
}

static bool read_field(struct time_cursor *c, const struct time_step *step, struct fields *f)
{
    int value, digits;

    while (time_skip(c, ' ') || time_skip(c, '\t')) continue;
    switch (step->letter) {
    case 'G': return skip_word(c, "AD", 2);
    case 'E': return read_weekday_name(c, f);
    case 'a': return read_half_day(c, f);
    case 'z':
    case 'Z':
    case 'X': return read_zone(c, &f->east) == 0;
    default: break;
    }
    if (step->letter == 'M' && step->width >= 3) return read_month_name(c, f);
    return read_number(c, step, &value, &digits) == 0 && set_number(f, step, value, digits);
}

/* Moves a date given by days from the first of January or of week 1 to that day. */
static void move_days(struct civil *date, int64_t days)
{
    struct civil moved = time_civil(days * USEC_DAY);

    date->year = moved.year;
    date->month = moved.month;
    date->day = moved.day;
}

static int resolve(struct fields *f, usec *out)
{
    struct civil *c = &f->civil;
    bool has_date = c->month >= 0 || c->day >= 0;
    int year = c->year;

    if (year < 1 || year > 9999) return -1;
    if (c->month < 0) c->month = 1;
    if (c->day < 0) c->day = 1;
    if (c->hour < 0) c->hour = f->hour12 + 12 * f->afternoon;
    if (!has_date && f->yearday >= 0) {
        move_days(c, time_days(year, 1, 1) + f->yearday - 1);
        if (c->year != year) return -1;
    } else if (!has_date && f->week >= 0) {
        move_days(c, time_first_week(year) + 7 * (f->week - 1) + f->weekday % 7);
    }
    return time_resolve(c, f->east, out);
}

static int parse_steps(const struct time_format *format, struct time_cursor *c, usec *out)
{
    struct fields f = no_fields;

    for (int i = 0; i < format->count; i++) {
        const struct time_step *step = &format->steps[i];

        if (step->letter ? !read_field(c, step, &f) : !time_skip(c, step->byte)) return -1;
    }
    return resolve(&f, out);
}

/* The number of two digits at a place. */
static inline int pair_at(const uint64_t *pairs, struct time_place place)
{
    return (int)(pairs[place.word] >> place.shift & 0xff);
}

/* The pair of digits that begins `digits` behind a place. */
static inline struct time_place behind(struct time_place place, int digits)
{
    return (struct time_place){place.word, (uint8_t)(place.shift + digits * 8)};
}

/* The number of three digits at a place. */
static int millis_at(const uint64_t *pairs, struct time_place place)
{
    return pair_at(pairs, place) * 10 + pair_at(pairs, behind(place, 1)) % 10;
}

/* Reads the digits of text at their fixed places. Returns 1 when the text has another form: the steps must look. */
static int parse_fixed(const struct time_fixed *x, const char *text, usec *out)
{
    uint64_t pairs[FIXED_WORDS_MAX + 1]; /* byte i of each: digit i and digit i + 1 as one number */
    const struct time_place *field = x->field;
    struct civil c;

    for (int i = 0; i < x->words; i++) {
        uint64_t word = get_u64(text + x->word_at[i]) ^ x->shape[i];
        if (!time_shape_fits(word, x->keep[i])) return 1;
        pairs[i] = word * 10 + (word >> 8);
    }
    pairs[FIXED_DEFAULTS] = UINT64_C(0x4601130000); /* bytes 0, 0, 19, 1, 70: 00, 01 and 1970 */
    c.year = pair_at(pairs, field[FIXED_YEAR]) * 100 + pair_at(pairs, behind(field[FIXED_YEAR], 2));
    c.month = pair_at(pairs, field[FIXED_MONTH]);
    c.day = pair_at(pairs, field[FIXED_DAY]);
    c.hour = pair_at(pairs, field[FIXED_HOUR]);
    c.minute = pair_at(pairs, field[FIXED_MINUTE]);
    c.second = pair_at(pairs, field[FIXED_SECOND]);
    c.micro = 0;
    if (field[FIXED_MILLI].word != FIXED_DEFAULTS) c.micro = millis_at(pairs, field[FIXED_MILLI]) * (int)USEC_MS;
    return time_resolve(&c, 0, out);
}

/* Whether the fixed form may be tried on this text. */
static bool fixed_applies(const struct time_fixed *x, const char *text, size_t len, enum time_match match)
{
    if (x->width == 0 || len < x->width) return false;
    if (len == x->width) return true;
    return match == TIME_MATCH_PREFIX && (x->digit_may_follow || time_digit(text[x->width]) > 9);
}

/* [-] digits [. digits] of a unit, truncated to microseconds. */
static int read_epoch(struct time_cursor *c, usec unit, usec *out)
{
    bool negative = time_skip(c, '-');
    int64_t v = 0;
    usec place = unit / 10;

    if (c->p == c->end || time_digit(*c->p) > 9) return -1;
    for (; c->p < c->end && time_digit(*c->p) <= 9; c->p++) {
        v = v * 10 + time_digit(*c->p);
        if (v > TIME_LAST) return -1;
    }
    if (v > TIME_LAST / unit) return -1;
    v *= unit;
    if (c->end - c->p >= 2 && *c->p == '.' && time_digit(c->p[1]) <= 9) {
        for (c->p++; c->p < c->end && time_digit(*c->p) <= 9; place /= 10) v += time_digit(*c->p++) * place;
    }
    *out = negative ? -v : v;
    return *out < TIME_FIRST || *out > TIME_LAST ? -1 : 0;
}

static int read_any(const struct time_format *format, struct time_cursor *c, usec *out)
{
    if (format->kind == FORMAT_PATTERN) return parse_steps(format, c, out);
    if (format->kind == FORMAT_ISO8601) return time_read_iso(c, out);
    return read_epoch(c, time_epoch_unit(format->kind), out);
}

/* Any pattern, any text. Kept out of the fast path, which would save registers and clear fields for it. */
static __attribute__((noinline)) int parse_freely(const struct time_format *format, struct time_cursor c,
                                                  enum time_match match, usec *out)
{
    usec t;

    if (read_any(format, &c, &t) || (match == TIME_MATCH_ALL && c.p != c.end)) return -1;
    *out = t;
    return 0;
}

int time_format_parse(const struct time_format *format, const char *text, size_t len, enum time_match match, usec *out)
{
    if (fixed_applies(&format->fixed, text, len, match)) {
        int result = parse_fixed(&format->fixed, text, out);
        if (result <= 0) return result;
    }
    return parse_freely(format, (struct time_cursor){text, text + len}, match, out);
}
