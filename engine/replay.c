/* replay.c - runs journalled epochs again, when a directory is opened. */
#include "engine/epoch.h"

#include <stdlib.h>

static int check_ranges(struct engine *e, const struct epoch *was, const struct epoch *is, struct err *err)
{
    for (size_t i = 0; i < was->range_count; i++) {
        const struct range *r = &was->range[i];
        bool same = false;

        for (size_t k = 0; k < is->range_count; k++)
            same |= is->range[k].stream == r->stream && is->range[k].crc == r->crc && is->range[k].to == r->to;
        if (same) continue;
        const struct object *o = catalog_get(e->catalog, r->stream);
        return err_set(err, ERR_INPUT, -1, "\"%s\" has changed since it was read: its bytes %llu to %llu differ",
                       o && o->path ? o->path : "a source", (unsigned long long)r->from, (unsigned long long)r->to);
    }
    return 0;
}

static int replay_rows(struct engine *e, struct group *g, const struct epoch *entry, struct err *err)
{
    struct epoch ep = *entry;
    struct intake *in = epoch_intake(e, g);
    int failed;

    ep.range = NULL;
    ep.range_count = ep.range_capacity = 0;
    flow_begin(g->flow);
    if (entry->range_count) {
        failed = epoch_run_in_place(e, g, &ep, entry, UINT64_MAX, err) || check_ranges(e, entry, &ep, err);
    } else {
        failed = intake_read(in, &g->ordinal, entry->to, UINT64_MAX, UINT64_MAX, err) ||
                 epoch_run_journal(e, g, &ep, in, err);
    }
    if (!failed) failed = flow_finish(g->flow, err);
    free(ep.range);
    return failed ? -1 : 0;
}

static int replay_kind(struct engine *e, struct group *g, struct epoch *entry, struct err *err)
{
    switch (entry->kind) {
    case EPOCH_ROWS: return replay_rows(e, g, entry, err);
    case EPOCH_END: flow_begin(g->flow); return epoch_run_end(e, g, entry, err) || flow_finish(g->flow, err) ? -1 : 0;
    case EPOCH_JOIN: flow_begin(g->flow); return build_catch_up(e, g, entry, err) || build_move(e, g, err) ? -1 : 0;
    }
    return err_set(err, ERR_DAMAGED, -1, "an epoch of unknown kind");
}

/* The group of a replayed epoch. */
static struct group *replay_group(struct engine *e, uint32_t id, struct err *err)
{
    if (id == 0) return &e->main;
    if (e->build && e->build->id == id) return e->build;
    err_set(err, ERR_DAMAGED, -1, "the journal has an epoch of an unknown query");
    return NULL;
}

int epoch_replay(struct engine *e, struct str payload, struct err *err)
{
    struct epoch entry = {0};
    struct group *g;
    int failed;

    if (epoch_unpack(payload, &entry, err)) return -1;
    g = replay_group(e, entry.group, err);
    failed = !g || replay_kind(e, g, &entry, err);
    if (!failed && epoch_output_hash(e) != entry.hash)
        failed = err_set(err, ERR_DAMAGED, -1, "epoch %llu came to another result when it was run again",
                         (unsigned long long)entry.number);
    if (!failed && entry.number > e->epoch + 1) {
        for (uint64_t n = e->epoch + 1; n < entry.number; n++) epoch_aborted(e, n);
    }
    if (!failed) {
        e->epoch = entry.number - 1;
        failed = epoch_commit(e, &entry, err);
    }
    if (!failed && entry.kind == EPOCH_JOIN) {
        build_free(g);
        e->build = NULL;
    }
    epoch_output_clear(e);
    epoch_free(&entry);
    return failed ? -1 : 0;
}
