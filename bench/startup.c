/* startup.c - how long a program takes to answer SELECT 1, and how much memory it has then: startup WEIR [SQLITE3].
 * The median of 20 runs, by the clock; the greatest resident size. The peer is SQLite's shell, if it is named. Prints
 * rows of bench/run's table. */
#include "bench/measure.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STARTS = 20 };

extern char **environ;

struct startup {
    double ms, megabytes;
};

static _Noreturn void fatal(const char *what)
{
    fprintf(stderr, "startup: %s\n", what);
    exit(1);
}

/* Runs the program once, without its output. */
static struct startup start_once(char *const *argv)
{
    posix_spawn_file_actions_t silent;
    struct spent start = spent_now();
    struct rusage usage;
    int status;
    pid_t pid;

    posix_spawn_file_actions_init(&silent);
    posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&pid, argv[0], &silent, NULL, argv, environ)) fatal("cannot start the program");
    if (wait4(pid, &status, 0, &usage) != pid || status != 0) fatal("the program failed");
    posix_spawn_file_actions_destroy(&silent);
    return (struct startup){spent_since(start).wall * 1e3, (double)usage.ru_maxrss / 1024};
}

static int compare_ms(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static struct startup start_often(char *const *argv)
{
    struct startup result = {0, 0};
    double ms[STARTS];

    for (int i = 0; i < STARTS; i++) {
        struct startup one = start_once(argv);
        ms[i] = one.ms;
        if (one.megabytes > result.megabytes) result.megabytes = one.megabytes;
    }
    qsort(ms, STARTS, sizeof *ms, compare_ms);
    result.ms = ms[STARTS / 2];
    return result;
}

int main(int argc, char **argv)
{
    struct startup ours, peer;

    if (argc != 2 && argc != 3) fatal("usage: startup WEIR [SQLITE3]");
    ours = start_often((char *[]){argv[1], "-c", "SELECT 1", NULL});
    if (argc == 2) {
        table_row_alone("SELECT 1: time", ours.ms, "ms");
        table_row_alone("SELECT 1: resident memory", ours.megabytes, "MB");
        return 0;
    }
    peer = start_often((char *[]){argv[2], ":memory:", "SELECT 1", NULL});
    table_row("SELECT 1: time", ours.ms, "ms", peer.ms, "sqlite3", peer.ms / ours.ms);
    table_row("SELECT 1: resident memory", ours.megabytes, "MB", peer.megabytes, "sqlite3",
              peer.megabytes / ours.megabytes);
    return 0;
}
