/* test_crash.c - a test played over and over, the machine stopping at another of the disk's calls each time.
 * The first playing of a round has no stop and counts the calls. Every playing ends with closing the database, opening
 * it again and looking at the results once more. */
#include "shell/test_player.h"

enum { AGAIN_EVERY = 3, AGAIN_MAX = 40 };

/* How the engine is set up in a round of crashes. */
struct round {
    enum cut cut;
    uint64_t checkpoint_bytes;
    uint64_t file_bytes_max; /* small: journal files become segments on the way */
    uint64_t stops_max;      /* the disk's calls at which the machine stops: all, or that many spread over them */
    const char *name;
};

/* Plays once with one stop, closed and opened again at the end. stop 0: no stop. *calls: of the disk, in all. */
static bool play_stopped(const struct test_script *script, const struct test *test, const struct test_how *how,
                         const struct round *round, uint64_t stop, uint64_t *calls, struct buf *failure)
{
    struct test_how seeded = *how; /* what an unsynced write comes to is another choice each time */
    struct player p;
    enum played played;
    uint64_t before;

    seeded.seed = hash_mix(how->seed, stop);
    played = player_begin(&p, script, test, &seeded, failure);
    before = disk_sim_calls(p.disk);
    p.options.cut = test->bounds & BOUND_NO_CUTS ? CUT_NORMAL : round->cut;
    p.options.checkpoint_bytes = round->checkpoint_bytes;
    p.options.file_bytes_max = round->file_bytes_max;
    if (stop && stop % AGAIN_EVERY == 0) p.stop_again = 1 + rng_below(&p.rng, AGAIN_MAX);
    life_stop_after(&p, stop);
    if (played == PLAYED) played = player_play(&p);
    if (played == PLAYED) {
        player_look_again(&p);
        played = player_play(&p);
    }
    *calls = disk_sim_calls(p.disk) - before;
    player_end(&p);
    return played == PLAYED;
}

static bool play_round(const struct test_script *script, const struct test *test, const struct test_how *how,
                       const struct round *round, struct buf *failure)
{
    struct rng rng = {how->seed};
    uint64_t calls, stops, ignored;

    if (!play_stopped(script, test, how, round, 0, &calls, failure)) {
        if (round->checkpoint_bytes) buf_printf(failure, "  (%s; the machine did not stop)\n", round->name);
        return false;
    }
    stops = calls < round->stops_max ? calls : round->stops_max;
    for (uint64_t i = 0; i < stops; i++) {
        uint64_t stop = 1 + calls * i / stops + rng_below(&rng, calls / stops);
        if (play_stopped(script, test, how, round, stop, &ignored, failure)) continue;
        buf_printf(failure, "  (%s; the machine stopped at disk call %llu of %llu)\n", round->name,
                   (unsigned long long)stop, (unsigned long long)calls);
        return false;
    }
    return true;
}

bool play_crashes(const struct test_script *script, const struct test *test, const struct test_how *how,
                  struct buf *failure)
{
    static const struct round rounds[] = {{CUT_NORMAL, 0, 0, 30, "epochs as written"},
                                          {CUT_EVERY_ROW, 1, 0, 25, "one row an epoch, a checkpoint each"},
                                          {CUT_RANDOM, 400, 500, 25, "small journal files"}};

    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
        if (!play_round(script, test, how, &rounds[i], failure)) return false;
    }
    return true;
}
