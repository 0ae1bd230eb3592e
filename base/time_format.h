/* time_format.h - a compiled pattern of SimpleDateFormat letters. Shared by time_format.c (compiles, prints) and
 * time_format_parse.c (reads); everybody else sees base/time.h. */
#ifndef WEIR_BASE_TIME_FORMAT_H
#define WEIR_BASE_TIME_FORMAT_H

#include "base/time.h"

/* Either a letter with its count, or a literal byte. */
struct time_step {
    char letter;   /* 0: a literal */
    char byte;     /* the literal */
    uint8_t width; /* how many letters */
    bool abutting; /* another letter follows at once: a number is exactly `width` digits */
};

enum { FIXED_YEAR, FIXED_MONTH, FIXED_DAY, FIXED_HOUR, FIXED_MINUTE, FIXED_SECOND, FIXED_MILLI, FIXED_FIELDS };
enum { FIXED_WIDTH_MAX = 32, FIXED_WORDS_MAX = 5, FIXED_DEFAULTS = FIXED_WORDS_MAX };

/* Where a field's digits are: in which word and from which bit. */
struct time_place {
    uint8_t word, shift;
};

/* The fast path: patterns of digits and other bytes in fixed places, such as 'yyyy/MM/dd HH:mm', are checked 8 bytes at
 * a time. The words may overlap; each field lies in one of them as a whole. Text that fails the check may still match
 * the steps ('1999/1/2 3:4'). */
struct time_fixed {
    uint8_t width;         /* bytes of text; 0: the pattern has no fixed form */
    uint8_t words;         /* how many cover the text */
    bool digit_may_follow; /* else a digit behind the text belongs to the last number */
    uint8_t word_at[FIXED_WORDS_MAX];
    uint64_t shape[FIXED_WORDS_MAX], keep[FIXED_WORDS_MAX]; /* for time_shape_fits */
    struct time_place field[FIXED_FIELDS];                  /* in the word FIXED_DEFAULTS if the pattern lacks it */
};

/* The same patterns for printing, of any width: the text with its digits open, and where each field's are. */
struct time_template {
    uint8_t width; /* 0: the pattern is none */
    char text[FIXED_WIDTH_MAX];
    int8_t at[FIXED_FIELDS]; /* -1: the pattern lacks it */
};

enum time_format_kind { FORMAT_PATTERN, FORMAT_EPOCH_S, FORMAT_EPOCH_MS, FORMAT_EPOCH_US, FORMAT_ISO8601 };

struct time_format {
    enum time_format_kind kind;
    int count;
    struct time_step *steps;
    struct time_fixed fixed;
    struct time_template blank;
};

extern const char *const time_month_names[12];
extern const char *const time_weekday_names[7]; /* Monday first */

/* One unit of an epoch_* format in microseconds. */
usec time_epoch_unit(enum time_format_kind kind);
/* Days since 1970-01-01 of the Sunday that begins week 1 of a year: the week that holds January 1 (as Java counts in
 * the United States). */
int64_t time_first_week(int year);

#endif
