/* test_zone.c - time zones: names, offsets, local times; broken files; Python's zoneinfo as the reference. */
#include "base/hash.h"
#include "base/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// clang-format off
#include <cmocka.h>
// clang-format on

static struct arena *scratch;

static const struct zone *zone(const char *name)
{
    struct err err;
    const struct zone *z = zone_load(scratch, str_lit(name), &err);

    if (!z) fail_msg("%s", err.text);
    return z;
}

static usec at(const char *text)
{
    usec t = 0;

    if (time_parse(text, strlen(text), &t)) fail_msg("'%s' is no timestamp", text);
    return t;
}

static const char *show(usec t)
{
    static char text[TIME_TEXT_MAX];

    time_print(t, text);
    return text;
}

static const char *local(const char *name, const char *instant)
{
    return show(zone_local(zone(name), at(instant)));
}

static const char *instant(const char *name, const char *clock)
{
    return show(zone_instant(zone(name), at(clock)));
}

static void clocks_follow_the_file_and_then_its_rule(void **state)
{
    (void)state;
    assert_string_equal(local("Europe/Berlin", "2024-03-31 00:59:59"), "2024-03-31 01:59:59");
    assert_string_equal(local("Europe/Berlin", "2024-03-31 01:00:00"), "2024-03-31 03:00:00");
    assert_string_equal(local("Europe/Berlin", "2024-10-27 00:59:59"), "2024-10-27 02:59:59");
    assert_string_equal(local("Europe/Berlin", "2024-10-27 01:00:00"), "2024-10-27 02:00:00");
    assert_string_equal(local("Europe/Berlin", "2099-07-01 00:00:00"), "2099-07-01 02:00:00");
    assert_string_equal(local("Europe/Berlin", "9999-07-01 00:00:00"), "9999-07-01 02:00:00");
    assert_string_equal(local("Europe/Berlin", "9999-12-01 00:00:00"), "9999-12-01 01:00:00");
    assert_string_equal(local("America/New_York", "2500-03-14 06:59:59"), "2500-03-14 01:59:59");
    assert_string_equal(local("America/New_York", "2500-03-14 07:00:00"), "2500-03-14 03:00:00");
    assert_string_equal(local("Australia/Sydney", "2600-01-01 00:00:00"), "2600-01-01 11:00:00");
    assert_string_equal(local("Asia/Kolkata", "2024-01-01 00:00:00"), "2024-01-01 05:30:00");
    assert_string_equal(local("Europe/Berlin", "1800-01-01 00:00:00"), "1800-01-01 00:53:28");
    assert_string_equal(local("UTC", "2024-01-01 00:00:00"), "2024-01-01 00:00:00");
}

static void offsets_are_zones(void **state)
{
    static const struct {
        const char *name;
        int minutes;
    } zones[] = {{"+02:00", 120}, {"-0530", -330}, {"+14", 840}, {"UTC+2", 120},     {"GMT-05:30", -330},
                 {"UT-3", -180},  {"Z", 0},        {"GMT", 0},   {"Etc/GMT+2", -120}};

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        assert_int_equal(zone_at(zone(zones[i].name), 0).east, zones[i].minutes * USEC_MINUTE);
}

static void a_name_that_is_no_zone_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "Europe/Bärlin",
                                      "../../etc/passwd",
                                      "/etc/localtime",
                                      "Europe/",
                                      "Europe",
                                      "localtime",
                                      "Europe//Berlin",
                                      "/Berlin",
                                      "PST",
                                      "+25:00",
                                      "+1:00",
                                      "UTC+",
                                      "GMT+2x",
                                      "leapseconds",
                                      "tzdata.zi",
                                      "europe/berlin",
                                      "right/UTC",
                                      "zone.tab"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err;
        if (zone_load(scratch, str_lit(bad[i]), &err)) fail_msg("'%s' is a zone", bad[i]);
        assert_int_equal(err.code, ERR_VALUE);
    }
    assert_null(zone_load(scratch, str_of("UTC\0x", 5), &(struct err){0}));
}

static void a_local_time_is_the_earlier_instant_or_leaps(void **state)
{
    (void)state;
    assert_string_equal(instant("Europe/Berlin", "2024-01-01 12:00:00"), "2024-01-01 11:00:00");
    assert_string_equal(instant("Europe/Berlin", "2024-07-01 12:00:00"), "2024-07-01 10:00:00");
    assert_string_equal(instant("Europe/Berlin", "2024-03-31 01:59:59"), "2024-03-31 00:59:59");
    assert_string_equal(instant("Europe/Berlin", "2024-03-31 02:30:00"), "2024-03-31 01:30:00");
    assert_string_equal(instant("Europe/Berlin", "2024-03-31 03:00:00"), "2024-03-31 01:00:00");
    assert_string_equal(instant("Europe/Berlin", "2024-10-27 02:30:00"), "2024-10-27 00:30:00");
    assert_string_equal(instant("Europe/Berlin", "2024-10-27 03:00:00"), "2024-10-27 02:00:00");
    assert_string_equal(instant("Pacific/Apia", "2011-12-30 12:00:00"), "2011-12-30 22:00:00"); /* a day left out */
    assert_string_equal(instant("-03:30", "2024-01-01 00:00:00"), "2024-01-01 03:30:00");
}

/* Every span's ends are where the offset changes, and local times lead back. */
static void spans_and_local_times_lead_back(void **state)
{
    static const char *const names[] = {"Europe/Berlin",     "America/St_Johns",   "Australia/Lord_Howe", "Asia/Tehran",
                                        "Africa/Casablanca", "Pacific/Kiritimati", "Antarctica/Troll"};
    struct rng rng = {.state = 7};

    (void)state;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        const struct zone *z = zone(names[n]);
        for (int i = 0; i < 20000; i++) {
            usec t = TIME_FIRST + (usec)rng_below(&rng, (uint64_t)(TIME_LAST - TIME_FIRST));
            struct zone_span span = zone_at(z, t);
            usec back = zone_instant(z, t + span.east);
            assert_true(span.start <= t && t < span.end);
            if (span.start > USEC_MIN) assert_int_equal(zone_at(z, span.start).start, span.start);
            if (span.end < USEC_MAX) assert_true(zone_at(z, span.end).start == span.end);
            assert_int_equal(zone_local(z, back), t + span.east);
            assert_true(back <= t);
        }
    }
}

/* ---- broken files ---- */

static size_t read_zone_file(const char *name, uint8_t *out, size_t max)
{
    char path[100];
    FILE *f;
    size_t len;

    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    f = fopen(path, "rb");
    assert_non_null(f);
    len = fread(out, 1, max, f);
    fclose(f);
    return len;
}

static void use(const struct zone *z)
{
    static const usec times[] = {USEC_MIN, TIME_FIRST, -1, 0, INT64_C(1700000000000000), TIME_LAST, USEC_MAX};

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        zone_at(z, times[i]);
        zone_instant(z, times[i]);
    }
}

static void broken_files_do_no_harm(void **state)
{
    static const char *const names[] = {"Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"};
    static uint8_t good[8192];
    struct rng rng = {.state = 1};
    struct arena *arena = arena_new();

    (void)state;
    for (int i = 0; i < 40000; i++) {
        size_t len = read_zone_file(names[i % 4], good, sizeof good), cut;
        uint8_t *bad = malloc(len);
        memcpy(bad, good, len);
        for (int k = (int)rng_below(&rng, 6); k >= 0; k--) {
            size_t where = rng_below(&rng, 3) ? rng_below(&rng, len) : rng_below(&rng, 64) % len;
            bad[where] = (uint8_t)(rng_below(&rng, 2) ? rng_next(&rng) : bad[where] ^ 1u << rng_below(&rng, 8));
        }
        cut = rng_below(&rng, 3) ? len : rng_below(&rng, len + 1);
        bad = realloc(bad, cut + !cut);
        const struct zone *z = zone_parse(arena, bad, cut);
        if (z) use(z);
        free(bad);
        if (i % 100 == 0) arena_reset(arena);
    }
    arena_free(arena);
}

static void a_rule_alone_is_a_zone(void **state)
{
    static const struct {
        const char *rule;
        const char *instant, *local;
    } zones[] = {
        {"<-03>3", "2024-06-01 00:00:00", "2024-05-31 21:00:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-06-01 00:00:00", "2024-06-01 02:00:00"},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2024-12-01 00:00:00", "2024-12-01 01:00:00"},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2024-12-01 00:00:00", "2024-12-01 11:00:00"},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2024-03-29 00:00:00", "2024-03-29 03:00:00"},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2024-03-28 23:59:59", "2024-03-29 01:59:59"},
        {"XXX3EDT4,0/0,J365/23", "2024-06-01 00:00:00", "2024-05-31 20:00:00"},
        {"AAA0BBB-2,J60/0,J61/0", "2024-03-01 12:00:00", "2024-03-01 14:00:00"},
        {"AAA0BBB-2,59/0,60/0", "2024-02-29 12:00:00", "2024-02-29 14:00:00"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        uint8_t file[300] = {'T', 'Z', 'i', 'f', '2'};
        size_t len = 44;
        const struct zone *z;
        file[39] = 1; /* one type, no letters */
        len += 6;
        memcpy(file + len, file, 44);
        len += 44 + 6;
        len += (size_t)sprintf((char *)file + len, "\n%s\n", zones[i].rule);
        z = zone_parse(scratch, file, len);
        if (!z) fail_msg("no zone: %s", zones[i].rule);
        assert_string_equal(show(zone_local(z, at(zones[i].instant))), zones[i].local);
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const bad[] = {"CET",
                                      "CE-1",
                                      "CET-25",
                                      "CET-1CEST",
                                      "CET-1CEST,M",
                                      "CET-1x",
                                      "CET-1CEST,M13.1.0,M1.1.0",
                                      "CET-1CEST,J0,J1",
                                      "<+03-3",
                                      "CET-1CEST,M3.5.0,M10.5.0/168",
                                      "CET-1CEST,1,366"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint8_t file[300] = {'T', 'Z', 'i', 'f', '2'};
        file[39] = 1;
        memcpy(file + 50, file, 44);
        if (zone_parse(scratch, file, 100 + (size_t)sprintf((char *)file + 100, "\n%s\n", bad[i])))
            fail_msg("a rule: %s", bad[i]);
    }
}

static void the_version_is_known(void **state)
{
    char version[ZONE_VERSION_MAX];

    (void)state;
    zone_version(version);
    assert_true(strlen(version) == 0 || (strlen(version) >= 5 && version[0] == '2'));
}

/* ---- Python's zoneinfo: the offsets of instants from 1900 to 2100 ---- */

static const char script[] =
    "import random, zoneinfo, datetime as d\n"
    "random.seed(5)\n"
    "names = ['Europe/Berlin', 'Europe/London', 'Europe/Dublin', 'Europe/Moscow', 'Europe/Istanbul',\n"
    "  'America/New_York', 'America/Los_Angeles', 'America/Sao_Paulo', 'America/St_Johns', 'America/Caracas',\n"
    "  'Asia/Kolkata', 'Asia/Tokyo', 'Asia/Tehran', 'Asia/Kathmandu', 'Asia/Jerusalem', 'Australia/Lord_Howe',\n"
    "  'Australia/Sydney', 'Pacific/Apia', 'Africa/Casablanca', 'Pacific/Chatham']\n"
    "epoch = d.datetime(1970, 1, 1, tzinfo=d.timezone.utc)\n"
    "for name in names:\n"
    "  z = zoneinfo.ZoneInfo(name)\n"
    "  for i in range(500):\n"
    "    s = random.randrange(-2208988800, 4102444800)\n"
    "    t = (epoch + d.timedelta(seconds=s)).astimezone(z)\n"
    "    wall = t.replace(tzinfo=None, fold=0)\n"
    "    back = wall.replace(tzinfo=z).astimezone(d.timezone.utc) - epoch\n"
    "    print(name, s, int(t.utcoffset().total_seconds()), back // d.timedelta(seconds=1))\n";

static void python_agrees(void **state)
{
    char command[sizeof script + 64], name[64];
    long long seconds, east, back;
    int lines = 0;
    FILE *p;

    (void)state;
    if (system("python3 -c 'import zoneinfo' 2>/dev/null")) skip();
    snprintf(command, sizeof command, "python3 - <<'END'\n%sEND\n", script);
    p = popen(command, "r");
    assert_non_null(p);
    while (fscanf(p, "%63s %lld %lld %lld", name, &seconds, &east, &back) == 4) {
        const struct zone *z = zone(name);
        usec t = seconds * USEC_SECOND;
        if (zone_at(z, t).east != east * USEC_SECOND) fail_msg("%s at %lld", name, seconds);
        if (zone_instant(z, zone_local(z, t)) != back * USEC_SECOND) fail_msg("%s back from %lld", name, seconds);
        if (++lines % 50 == 0) arena_reset(scratch);
    }
    pclose(p);
    assert_int_equal(lines, 10000);
}

static int open_scratch(void **state)
{
    (void)state;
    scratch = arena_new();
    return 0;
}

static int free_scratch(void **state)
{
    (void)state;
    arena_free(scratch);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scratch, free_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(clocks_follow_the_file_and_then_its_rule),
        TEST(offsets_are_zones),
        TEST(a_name_that_is_no_zone_is_refused),
        TEST(a_local_time_is_the_earlier_instant_or_leaps),
        TEST(spans_and_local_times_lead_back),
        TEST(broken_files_do_no_harm),
        TEST(a_rule_alone_is_a_zone),
        TEST(what_is_no_rule_is_refused),
        TEST(the_version_is_known),
        TEST(python_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
