/* crash_points.c - the machine loses power at every kind of moment, and nothing is lost, doubled or torn.
 *
 * A case is a seed: it chooses how much of the workload is done, the calls at which the simulated disk stops (during
 * the work, or during the recovery from the crash before), and how epochs are cut and partitions ordered after each
 * start. The workload goes on from the step that was not acknowledged; in the end everything must be as in a run
 * without crashes. Cases are run until there were that many crashes.
 *
 *     crash_points [CRASHES [FIRST_SEED]] */
#include "tests/crash/workload.h"

#include <malloc.h>

enum { CRASHES = 10000, CRASHES_MAX = 8, STEPS_MIN = 3, FAILED_MAX = 10 };

/* Runs without a crash: how many disk calls the first steps take, and what there is then. */
struct reference {
    struct buf input;
    struct buf result[STEP_COUNT + 1];
    uint64_t calls[STEP_COUNT + 1];
};

struct world {
    struct disk *disk;
    struct run run;
    struct rng rng;
    int steps;   /* of the workload are done */
    int crashes; /* that happened */
};

static int world_begin(struct world *w, const struct reference *ref, uint64_t seed, struct err *err)
{
    *w = (struct world){.disk = disk_sim(seed), .rng = {seed}, .steps = STEP_COUNT};
    w->run = run_new(w->disk, "db", "in");
    return put_file(w->disk, "in", "events.jsonl", str_of(ref->input.ptr, ref->input.len), err);
}

/* Everything from where the run stands to a clean close. A crash on the way is a failure like any other. */
static int run_and_close(struct world *w, struct err *err)
{
    struct engine *e;

    run_set_clock(&w->run, w->steps);
    if (run_open(&w->run, &e, err)) return -1;
    if (run_to(&w->run, e, w->steps, err)) {
        engine_abandon(e);
        return -1;
    }
    return engine_close(e, err);
}

static int read_results(struct world *w, struct buf *out, struct err *err)
{
    struct engine *e;
    int failed;

    if (run_open(&w->run, &e, err)) return -1;
    failed = results_text(e, out, err);
    if (!failed && engine_stats(e).records_replayed)
        failed = err_set(err, ERR_VALUE, -1, "records were read again after a clean close");
    engine_abandon(e);
    return failed ? -1 : 0;
}

static void choose_mode(struct world *w)
{
    uint64_t of_ten = rng_below(&w->rng, 10);

    w->run.options.cut = of_ten == 0 ? CUT_EVERY_ROW : of_ten < 5 ? CUT_RANDOM : CUT_NORMAL;
    w->run.options.seed = rng_next(&w->rng);
    w->run.options.lanes = 1 + (int)rng_below(&w->rng, 4);
    w->run.options.file_bytes_max = choose_file_bytes(&w->rng);
    w->run.options.checkpoint_bytes = 600 + rng_below(&w->rng, 6000);
}

/* The first crash may come anywhere; later ones often hit the recovery. */
static uint64_t choose_call(struct world *w, const struct reference *ref)
{
    uint64_t range = w->crashes && rng_below(&w->rng, 4) ? 60 : ref->calls[w->steps];

    return 1 + rng_below(&w->rng, range);
}

static int run_case(struct world *w, const struct reference *ref, struct buf *out, struct err *err)
{
    int crashes = 1 + (int)rng_below(&w->rng, CRASHES_MAX);

    w->steps = STEPS_MIN + (int)rng_below(&w->rng, STEP_COUNT + 1 - STEPS_MIN);
    for (int i = 0; i <= crashes; i++) {
        choose_mode(w);
        disk_sim_fail_at(w->disk, i < crashes ? choose_call(w, ref) : 0);
        if (run_and_close(w, err) == 0) break;
        if (err->code != ERR_DISK || !strstr(err->text, "simulated crash")) return -1;
        w->crashes++;
        disk_sim_crash(w->disk);
    }
    disk_sim_crash(w->disk); /* what was closed is safe */
    return read_results(w, out, err);
}

/* *crashes grows by those of the case. */
static int check_case(const struct reference *ref, uint64_t seed, uint64_t *crashes)
{
    struct world w;
    struct err err = {0};
    struct buf out = {0};
    int failed = world_begin(&w, ref, seed, &err) || run_case(&w, ref, &out, &err);

    if (failed)
        printf("seed %llu: step %d: %s\n", (unsigned long long)seed, w.run.step, err.text);
    else if (strcmp(buf_text(&out), ref->result[w.steps].ptr) != 0) {
        printf("seed %llu: another result\n", (unsigned long long)seed);
        print_difference(buf_text(&out), ref->result[w.steps].ptr);
        failed = 1;
    }
    *crashes += (uint64_t)w.crashes;
    buf_free(&out);
    disk_free(w.disk);
    return failed ? -1 : 0;
}

static int make_reference(struct reference *ref, int steps, struct err *err)
{
    struct world w;
    int failed = world_begin(&w, ref, 0, err);

    w.steps = steps;
    w.run.options.file_bytes_max = FILE_BYTES_SMALL;
    failed = failed || run_and_close(&w, err);
    ref->calls[steps] = disk_sim_calls(w.disk);
    failed = failed || read_results(&w, &ref->result[steps], err);
    buf_text(&ref->result[steps]);
    disk_free(w.disk);
    return failed ? -1 : 0;
}

static int make_references(struct reference *ref, struct err *err)
{
    events_text(0, EVENT_COUNT, &ref->input);
    for (int steps = STEPS_MIN; steps <= STEP_COUNT; steps++) {
        if (make_reference(ref, steps, err)) return -1;
    }
    return 0;
}

static void reference_free(struct reference *ref)
{
    buf_free(&ref->input);
    for (int i = 0; i <= STEP_COUNT; i++) buf_free(&ref->result[i]);
}

int main(int argc, char **argv)
{
    uint64_t want = argc > 1 ? strtoull(argv[1], NULL, 10) : CRASHES,
             first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t crashes = 0;
    struct reference ref = {0};
    struct err err = {0};
    int failed = 0;

    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* many short lives */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    if (make_references(&ref, &err)) {
        printf("without a crash: %s\n", err.text);
        return report(0, 1);
    }
    printf("seeds from %llu, %llu disk calls without a crash\n", (unsigned long long)first,
           (unsigned long long)ref.calls[STEP_COUNT]);
    for (uint64_t seed = first; crashes < want && failed < FAILED_MAX; seed++)
        failed += check_case(&ref, seed, &crashes) != 0;
    reference_free(&ref);
    return report((int)crashes - failed, failed);
}
