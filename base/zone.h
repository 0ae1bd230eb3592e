/* zone.h - time zones: the offset of an instant, the instant of a local time, from the system's zoneinfo files.
 *
 * A zone never changes once made and lives in its arena; whoever needs one repeatedly keeps it. The files are looked
 * for in /usr/share/zoneinfo, /usr/lib/zoneinfo, /usr/share/lib/zoneinfo and /etc/zoneinfo; TZ and TZDIR are not looked
 * at, for results must not depend on who starts the program (design, R12). */
#ifndef WEIR_BASE_ZONE_H
#define WEIR_BASE_ZONE_H

#include "base/time.h"

struct zone;

/* 'Europe/Berlin' and all other files of zoneinfo that are made of letters, digits, _, - and + (so none outside of it);
 * 'UTC', 'GMT', 'Z'; '+02:00', '-0530', '+02', 'UTC+2', 'GMT-05:30' (east of UTC is +). Case counts. NULL and *err
 * (ERR_VALUE, at -1) for what is none of these, and for a broken file. */
const struct zone *zone_load(struct arena *arena, struct str name, struct err *err);
/* The same from the bytes of a TZif file (RFC 8536, versions 1 to 4, without leap seconds); NULL when they are broken.
 */
const struct zone *zone_parse(struct arena *arena, const void *bytes, size_t len);

/* A stretch of time with one offset: [start, end) in UTC. */
struct zone_span {
    usec start, end; /* USEC_MIN, USEC_MAX: without an end */
    usec east;       /* local time minus UTC */
};
/* The span that holds the instant: a binary search; a look-up in the span before is cheaper still. */
struct zone_span zone_at(const struct zone *zone, usec t);
static inline usec zone_local(const struct zone *zone, usec t)
{
    return t + zone_at(zone, t).east;
}
/* The instant at which the zone's clocks show `local`. Where they show it twice, the earlier; where they leap over it,
 * as much later as they leap (02:30 in the hour that is left out is 03:30). */
usec zone_instant(const struct zone *zone, usec local);

/* The version of the zoneinfo files ("2025b"), or "" when it is not known. */
enum { ZONE_VERSION_MAX = 16 };
void zone_version(char out[ZONE_VERSION_MAX]);

#endif
