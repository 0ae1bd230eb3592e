/* zone_rule.h - the rule line of a TZif file: what goes on after its last transition. Private to zone*.c. */
#ifndef WEIR_BASE_ZONE_RULE_H
#define WEIR_BASE_ZONE_RULE_H

#include "base/time.h"

/* A day of every year, and seconds after its midnight. */
struct zone_day {
    enum { DAY_JULIAN, DAY_OF_YEAR, DAY_OF_WEEK } kind; /* Jn (February 29 never counts), n (from 0), Mm.w.d */
    int day;                                            /* n; of DAY_OF_WEEK: 0 Sunday .. 6 */
    int month, week;                                    /* week 5: the last */
    int seconds;                                        /* by the clock that is left; from -167 to 167 hours */
};

/* POSIX's TZ: CET-1CEST,M3.5.0,M10.5.0/3 */
struct zone_rule {
    int east, summer_east; /* seconds */
    bool has_summer;
    struct zone_day start, end; /* of summer time */
};

/* 0, or -1 when the text is no rule. */
int zone_rule_parse(struct str text, struct zone_rule *out);
/* When summer time begins, or ends, in a year: an instant. */
usec zone_rule_start(const struct zone_rule *rule, int year);
usec zone_rule_end(const struct zone_rule *rule, int year);

#endif
