/* zone.c - see zone.h.
 *
 * A zone is a list of transitions. Those of the rule after the last one in the file are written out for the next 400
 * years; then the calendar, weekdays included, repeats, so later instants are looked up 400 years earlier (or as many
 * times 400 as it takes). */
#include "base/zone.h"
#include "base/time_text.h"
#include "base/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USEC_400_YEARS (146097 * USEC_DAY)

struct zone {
    int count;
    usec *at;     /* ascending */
    usec *east;   /* from at[i] on */
    usec before;  /* east before at[0] */
    bool repeats; /* every 400 years from at[count - 1] - 400 years on */
};

enum {
    FILE_BYTES_MAX = 64 * 1024,
    YEARS = 401, /* of the rule that are written out: a whole cycle behind the first transition */
    EAST_SECONDS_MAX = 26 * 3600,
};

/* ---- looking up ---- */

/* The span between at[i - 1] and at[i]. */
static struct zone_span span_at(const struct zone *z, int i)
{
    return (struct zone_span){
        .start = i == 0 ? USEC_MIN : z->at[i - 1],
        .end = i == z->count ? USEC_MAX : z->at[i],
        .east = i == 0 ? z->before : z->east[i - 1],
    };
}

/* How many transitions are at or before t. */
static int transitions_until(const struct zone *z, usec t)
{
    int low = 0, high = z->count;

    while (low < high) {
        int middle = low + (high - low) / 2;
        if (z->at[middle] <= t) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct zone_span zone_at(const struct zone *z, usec t)
{
    usec shift = 0, last = z->repeats ? z->at[z->count - 1] : USEC_MAX;
    struct zone_span span;

    if (t >= last) shift = ((t - last) / USEC_400_YEARS + 1) * USEC_400_YEARS;
    span = span_at(z, transitions_until(z, t - shift));
    if (!shift) return span;
    span.start += shift;
    span.end = __builtin_add_overflow(span.end, shift, &span.end) ? USEC_MAX : span.end;
    return span;
}

usec zone_instant(const struct zone *z, usec local)
{
    const usec margin = 27 * USEC_HOUR; /* no clock is so far from UTC */
    struct zone_span span, next;

    if (local < TIME_FIRST - margin || local > TIME_LAST + margin) return local;
    for (span = zone_at(z, local - margin);; span = next) {
        if (local - span.east < span.end) return local - span.east;
        next = zone_at(z, span.end);
        if (local - next.east < next.start) return local - span.east; /* leapt over */
    }
}

/* ---- making ---- */

static struct zone *zone_new(struct arena *arena, int capacity)
{
    struct zone *z = arena_alloc(arena, sizeof *z);

    z->at = arena_alloc(arena, (size_t)capacity * sizeof *z->at);
    z->east = arena_alloc(arena, (size_t)capacity * sizeof *z->east);
    return z;
}

/* A transition that is not after the last one takes its place: both were at once. */
static void add_transition(struct zone *z, usec at, int east_seconds)
{
    while (z->count && z->at[z->count - 1] >= at) z->count--;
    z->at[z->count] = at;
    z->east[z->count++] = east_seconds * USEC_SECOND;
}

/* Writes the rule's transitions out that come after those of the file. */
static void add_rule(struct zone *z, const struct zone_rule *rule)
{
    usec after = z->count ? z->at[z->count - 1] : TIME_FIRST;
    int year = time_civil(after < TIME_FIRST ? TIME_FIRST : after).year;

    if (!rule->has_summer) {
        if (!z->count) z->before = rule->east * USEC_SECOND;
        return;
    }
    for (int last = year + YEARS; year <= last; year++) {
        usec start = zone_rule_start(rule, year), end = zone_rule_end(rule, year);
        if (start <= end && start > after) add_transition(z, start, rule->summer_east);
        if (end > after) add_transition(z, end, rule->east);
        if (start > end && start > after) add_transition(z, start, rule->summer_east);
    }
    z->repeats = true;
}

static const struct zone *fixed_zone(struct arena *arena, usec east)
{
    struct zone *z = zone_new(arena, 0);

    z->before = east;
    return z;
}

/* ---- TZif files ---- */

/* The data block of one version, in the order of the file. */
struct block {
    const uint8_t *at, *end; /* the whole block */
    uint32_t times, types, letters, leaps, standards, universals;
    int time_bytes; /* 4 or 8 */
};

enum { HEADER_BYTES = 44, TYPE_BYTES = 6 };

static int64_t read_big(const uint8_t *p, int bytes)
{
    uint64_t v = bytes == 4 && p[0] & 0x80 ? ~UINT64_C(0) : 0;

    for (int i = 0; i < bytes; i++) v = v << 8 | p[i];
    return (int64_t)v;
}

static uint32_t read_count(const uint8_t *p)
{
    return (uint32_t)read_big(p, 4);
}

/* The header at p, up to end: 0, or -1 when it or its block is cut off. */
static int read_block(const uint8_t *p, const uint8_t *end, int time_bytes, struct block *b)
{
    uint64_t bytes;

    if (end - p < HEADER_BYTES || memcmp(p, "TZif", 4) != 0) return -1;
    *b = (struct block){.at = p + HEADER_BYTES,
                        .universals = read_count(p + 20),
                        .standards = read_count(p + 24),
                        .leaps = read_count(p + 28),
                        .times = read_count(p + 32),
                        .types = read_count(p + 36),
                        .letters = read_count(p + 40),
                        .time_bytes = time_bytes};
    bytes = (uint64_t)b->times * (uint64_t)(time_bytes + 1) + (uint64_t)b->types * TYPE_BYTES + b->letters +
            (uint64_t)b->leaps * (uint64_t)(time_bytes + 4) + b->standards + b->universals;
    if (bytes > (uint64_t)(end - b->at)) return -1;
    b->end = b->at + bytes;
    return 0;
}

/* The offset of a type in seconds; -1 when there is no such type or offset. */
static int type_east(const struct block *b, unsigned type, int *east)
{
    const uint8_t *types = b->at + (size_t)b->times * (size_t)(b->time_bytes + 1);

    if (type >= b->types) return -1;
    *east = (int)read_big(types + (size_t)type * TYPE_BYTES, 4);
    return *east < -EAST_SECONDS_MAX || *east > EAST_SECONDS_MAX ? -1 : 0;
}

/* In microseconds; the instants before all that can be printed are as good as the first. */
static usec transition_time(const struct block *b, uint32_t i)
{
    int64_t seconds = read_big(b->at + (size_t)i * (size_t)b->time_bytes, b->time_bytes);
    const int64_t least = TIME_FIRST / USEC_SECOND - 86400 * 400, most = TIME_LAST / USEC_SECOND;

    return (seconds < least ? least : seconds > most ? most : seconds) * USEC_SECOND;
}

static int add_transitions(struct zone *z, const struct block *b)
{
    const uint8_t *types = b->at + (size_t)b->times * (size_t)b->time_bytes;
    int east;

    for (uint32_t i = 0; i < b->times; i++) {
        usec at = transition_time(b, i);
        if (type_east(b, types[i], &east) || (z->count && at < z->at[z->count - 1])) return -1;
        add_transition(z, at, east);
    }
    return 0;
}

/* The line between two newlines behind the block; empty: there is no rule. */
static int read_rule(const uint8_t *p, const uint8_t *end, struct zone_rule *rule, bool *found)
{
    const uint8_t *close;

    *found = false;
    if (p == end) return 0;
    if (*p++ != '\n' || !(close = memchr(p, '\n', (size_t)(end - p)))) return -1;
    if (close == p) return 0;
    *found = true;
    return zone_rule_parse(str_of((const char *)p, (size_t)(close - p)), rule);
}

/* Version 1 has times of 32 bits; later ones have a second block behind it, and a rule. */
static int read_blocks(const uint8_t *p, const uint8_t *end, struct block *b, struct zone_rule *rule, bool *has_rule)
{
    *has_rule = false;
    if (read_block(p, end, 4, b)) return -1;
    if (p[4] == 0) return 0;
    if (read_block(b->end, end, 8, b)) return -1;
    return read_rule(b->end, end, rule, has_rule);
}

const struct zone *zone_parse(struct arena *arena, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    struct zone_rule rule;
    struct block b;
    struct zone *z;
    bool has_rule;
    int east;

    if (len > FILE_BYTES_MAX || read_blocks(p, p + len, &b, &rule, &has_rule)) return NULL;
    if (b.leaps || type_east(&b, 0, &east)) return NULL;
    z = zone_new(arena, (int)b.times + 2 * (YEARS + 1));
    z->before = east * USEC_SECOND;
    if (add_transitions(z, &b)) return NULL;
    if (has_rule) add_rule(z, &rule);
    return z;
}

/* ---- names ---- */

/* [sign]h[h][:mm] behind UTC or GMT; time_read_offset wants two digits. */
static int read_short_offset(struct time_cursor *c, usec *east)
{
    bool west = time_skip(c, '-');

    if ((!west && !time_skip(c, '+')) || c->end - c->p != 1 || time_digit(*c->p) > 9) return -1;
    *east = (west ? -USEC_HOUR : USEC_HOUR) * (int)time_digit(*c->p++);
    return 0;
}

static int read_fixed(struct str name, usec *east)
{
    static const char *const words[] = {"UTC", "GMT", "UT", "Z"};
    struct time_cursor c = {name.ptr, name.ptr + name.len};
    struct time_cursor offset;

    *east = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if (name.len < len || memcmp(name.ptr, words[i], len) != 0) continue;
        c.p += len;
        if (c.p == c.end) return 0;
        break;
    }
    offset = c;
    if (read_short_offset(&offset, east) == 0) return 0;
    return time_read_offset(&c, east) == 0 && c.p == c.end ? 0 : -1;
}

/* Only files below zoneinfo, and not the machine's own zone, which the program must not depend on. */
static bool is_safe(struct str name)
{
    static const char extra[] = "_-+/";
    char before = '/';

    if (name.len == 0 || name.len > 64 || str_equal(name, str_lit("localtime"))) return false;
    for (size_t i = 0; i < name.len; before = name.ptr[i++]) {
        char c = name.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || time_digit(c) <= 9;
        if (!word && (!c || !strchr(extra, c))) return false;
        if (c == '/' && before == '/') return false;
    }
    return before != '/';
}

static const char *const directories[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
                                          "/etc/zoneinfo"};
enum { DIRECTORIES = sizeof directories / sizeof *directories };

/* At most max bytes of a file of zoneinfo; 0: there is none. */
static size_t read_file(struct str name, void *out, size_t max)
{
    char path[128];
    size_t len = 0;

    for (int i = 0; i < DIRECTORIES && !len; i++) {
        FILE *f;
        snprintf(path, sizeof path, "%s/%.*s", directories[i], (int)name.len, name.ptr);
        if (!(f = fopen(path, "rb"))) continue;
        len = fread(out, 1, max, f);
        fclose(f);
    }
    return len;
}

const struct zone *zone_load(struct arena *arena, struct str name, struct err *err)
{
    const struct zone *z = NULL;
    uint8_t *bytes;
    usec east;

    if (read_fixed(name, &east) == 0) return fixed_zone(arena, east);
    if (is_safe(name)) {
        bytes = mem_alloc(FILE_BYTES_MAX);
        z = zone_parse(arena, bytes, read_file(name, bytes, FILE_BYTES_MAX));
        free(bytes);
    }
    if (!z) err_set(err, ERR_VALUE, -1, "unknown time zone '%.*s'", (int)(name.len < 64 ? name.len : 64), name.ptr);
    return z;
}

void zone_version(char out[ZONE_VERSION_MAX])
{
    char head[64] = "";

    out[0] = '\0';
    head[read_file(str_lit("tzdata.zi"), head, sizeof head - 1)] = '\0';
    if (sscanf(head, "# version %15s", out) == 1) return;
    head[read_file(str_lit("+VERSION"), head, sizeof head - 1)] = '\0';
    sscanf(head, "%15s", out);
}
