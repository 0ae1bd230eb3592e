/* test_player.h - the inside of test_play: one playing of one test. For test_*.c only.
 *
 * A playing is a line of lives of the engine on one disk. A life ends when the machine stops (the disk fails from some
 * call on); the next one goes on where the test stood: `step` and `done` say what has been acknowledged.
 *
 *     begin -> life_open -> steps ... -> life_close -> over
 *                 ^           |              |
 *                 +- crash  <-+--------------+     (life_crash: the power goes off and on)  */
#ifndef WEIR_SHELL_TEST_PLAYER_H
#define WEIR_SHELL_TEST_PLAYER_H

#include "base/hash.h"
#include "engine/session.h"
#include "shell/test_play.h"

/* What came of a part of a playing. */
enum played { PLAYED, PLAY_CRASHED, PLAY_FAILED };

/* The changes of a relation since it was made, for `expect ... as changes`. */
struct watch {
    const char *name;
    struct test_rows rows; /* all fields, and `_weight` */
};

struct player {
    const struct test_script *script;
    const struct test *test;
    struct test_how how;
    struct engine_options options;
    struct rng rng;
    struct disk *disk;
    struct engine *engine; /* NULL between lives */
    usec clock;            /* the virtual one */

    int step;         /* the first not acknowledged */
    int done;         /* statements or records of it that are */
    bool begun;       /* base is set */
    bool interrupted; /* the machine stopped while the next statement ran: it may have been done all the same */
    uint64_t base;    /* records of the step's stream before the step, or before the INSERT */

    uint64_t stop_at;    /* the disk's call at which the machine stops; 0: never */
    uint64_t stop_again; /* calls into the next life at which it stops again; 0: never */
    bool restarted;      /* this is not the first life: watches miss what came before */
    struct watch **watch;
    size_t watch_count, watch_capacity;

    struct buf *failure;
};

/* ---- test_life.c: engine and disk ---- */

/* The first life's disk, with the files that the test's statements name on it. */
enum played player_begin(struct player *p, const struct test_script *script, const struct test *test,
                         const struct test_how *how, struct buf *failure);
void player_end(struct player *p);
enum played life_open(struct player *p);
enum played life_close(struct player *p);
/* The power goes off and on: the next life can be opened. */
void life_crash(struct player *p);
/* The machine will stop at this disk call from now on, 1 being the next; 0: it will not. */
void life_stop_after(struct player *p, uint64_t calls);
/* An engine call failed: the machine stopped, or the test has. line: of the step, or 0. */
enum played life_failed(struct player *p, int line, const char *doing, const struct err *err);
/* Appends "file:line: " and the message to the failure. */
enum played PRINTF_LIKE(3, 4) player_fail(struct player *p, int line, const char *format, ...);
/* The folder on the simulated disk that stands for the test file's. */
extern const char player_dir[];

/* ---- test_play.c ---- */

/* Plays what is left of the test, in as many lives as it takes. */
enum played player_play(struct player *p);
/* Back to the expectations at the test's end, which must hold in another life, too. */
void player_look_again(struct player *p);

/* ---- test_crash.c ---- */

/* MODE_CRASH. */
bool play_crashes(const struct test_script *script, const struct test *test, const struct test_how *how,
                  struct buf *failure);

/* ---- test_expect.c: results ---- */

/* STEP_EXPECT, STEP_CHANGES, STEP_QUERY: a barrier, then the comparison. */
enum played expect_rows(struct player *p, const struct test_step *s);
/* Begins to watch what later steps want changes of, once it exists. */
enum played watch_new(struct player *p);
void watches_free(struct player *p);

#endif
