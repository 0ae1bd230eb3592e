/* plan_explain.c - plans for people: what EXPLAIN shows. */
#include "planner/plan.h"

#include <stdlib.h>

/* ---- what is emitted ---- */

/* The column below that field i of a PROJECT or a SCAN hands on as it is, or -1. */
static int column_below(const struct plan *plan, int i)
{
    const struct bound *e;

    if (plan->kind == PLAN_SCAN) return plan->scan_column[i];
    e = plan->exprs[i];
    return e->kind == BOUND_COLUMN ? e->column : -1;
}

static int field_of(const struct plan *plan, int below)
{
    for (int i = 0; i < plan->field_count; i++) {
        if (column_below(plan, i) == below) return i;
    }
    return -1;
}

/* A PROJECT, or a SCAN of a view, passes a key on if it hands on each of its columns. */
static int passed_key(const struct plan *plan, const int *below, int count, int *field)
{
    if (count > plan->field_count) return -1;
    for (int k = 0; k < count; k++) {
        if ((field[k] = field_of(plan, below[k])) < 0) return -1;
    }
    return count;
}

static int aggregate_key(const struct plan *plan, int *field)
{
    int count = plan->field_count - plan->aggregate_count;

    for (int i = 0; i < count; i++) field[i] = i;
    return count;
}

int plan_key(const struct plan *plan, int *field)
{
    const struct plan *below = plan->kind == PLAN_SCAN ? plan->object->plan : plan->inputs ? plan->input[0] : NULL;
    int *key, count;

    if (plan->kind == PLAN_AGGREGATE) return aggregate_key(plan, field);
    if (!below || plan->kind == PLAN_OVER || plan->kind == PLAN_UNION ||
        (plan->kind == PLAN_SCAN && plan->object->kind != OBJECT_VIEW))
        return -1;
    if (plan->kind == PLAN_FILTER) return plan_key(below, field);
    key = mem_alloc((size_t)below->field_count * sizeof *key);
    count = plan_key(below, key);
    if (count > 0) count = passed_key(plan, key, count, field);
    free(key);
    return count;
}

enum emission plan_emission(const struct plan *plan)
{
    int *key, count;

    if (plan->insert_only) return EMISSION_APPEND;
    key = mem_alloc((size_t)plan->field_count * sizeof *key);
    count = plan_key(plan, key);
    free(key);
    return count >= 0 ? EMISSION_UPSERT : EMISSION_CHANGELOG;
}

const char *emission_name(enum emission emission)
{
    static const char *const names[] = {
        [EMISSION_APPEND] = "append", [EMISSION_UPSERT] = "upsert", [EMISSION_CHANGELOG] = "changelog"};

    return names[emission];
}

static void print_key(const struct plan *plan, struct buf *out)
{
    int *key = mem_alloc((size_t)plan->field_count * sizeof *key), count = plan_key(plan, key);

    if (!count) buf_puts(out, ", one row");
    for (int k = 0; k < count; k++) buf_printf(out, "%s%s", k ? ", " : " (", plan->fields[key[k]].name);
    if (count > 0) buf_putc(out, ')');
    free(key);
}

static void print_emission(const struct plan *plan, struct buf *out)
{
    enum emission emission = plan_emission(plan);

    buf_printf(out, "emits %s", emission_name(emission));
    if (emission == EMISSION_UPSERT) print_key(plan, out);
    buf_puts(out, emission == EMISSION_APPEND   ? ": every row is final\n"
                  : emission == EMISSION_UPSERT ? ": a row replaces the one with its key\n"
                                                : ": rows come and are taken back\n");
}

/* ---- the tree ---- */

struct explain {
    plan_note note;
    void *arg;
    struct buf *out;
};

static void print_fields(const struct plan *plan, const char *prefix, struct buf *out)
{
    if (!plan->field_count) return;
    buf_printf(out, "%s  yields ", prefix);
    for (int i = 0; i < plan->field_count; i++) {
        buf_printf(out, "%s%s ", i ? ", " : "", plan->fields[i].name);
        type_print(plan->fields[i].type, out);
        if (plan->fields[i].not_null) buf_puts(out, " NOT NULL");
    }
    buf_putc(out, '\n');
}

static bool keeps_values(const struct plan *plan)
{
    for (int i = 0; i < plan->aggregate_count; i++) {
        const struct aggregate *a = &plan->aggregates[i];
        bool extreme = a->kind == AGG_MIN || a->kind == AGG_MAX;
        if (a->distinct || (extreme && !plan->input[0]->insert_only)) return true;
    }
    return false;
}

/* Unbounded frames only need what has been summed up so far. */
static void print_over_state(const struct plan *plan, const char *prefix, struct buf *out)
{
    bool rows = false;

    for (int i = 0; i < plan->call_count; i++) rows |= !plan->calls[i].frame.unbounded;
    buf_printf(out, "%s  state: %s%s%s\n", prefix, plan->key_count ? "O(keys)" : "O(1)",
               rows ? ", and the rows of the longest frame" : "",
               plan->ordered ? ", and the rows that wait for the watermark" : "");
}

static void print_state(const struct plan *plan, const char *prefix, struct buf *out)
{
    bool windowed = plan->window.kind != WINDOW_NONE;

    if (plan->kind == PLAN_OVER) print_over_state(plan, prefix, out);
    if (plan->kind != PLAN_AGGREGATE) return;
    if (plan->key_count) buf_printf(out, "%s  in 16 partitions by the hash of its keys\n", prefix);
    buf_printf(out, "%s  state: ", prefix);
    if (windowed && plan_in_slices(plan))
        buf_puts(out, plan->key_count ? "O(keys) of the slices of one window" : "O(slices of one window)");
    else if (windowed)
        buf_puts(out, plan->key_count ? "O(keys) of the open windows" : "O(open windows)");
    else
        buf_puts(out, plan->key_count ? "O(keys)" : "O(1)");
    if (windowed && plan->window.slide && !plan_in_slices(plan))
        buf_puts(out, ", a group for each window that a row is in");
    if (keeps_values(plan)) buf_puts(out, ", and the different values of each group");
    buf_putc(out, '\n');
}

static int count_nodes(const struct plan *plan)
{
    int count = 1;

    for (int i = 0; i < plan->inputs; i++) count += count_nodes(plan->input[i]);
    return count;
}

/* A node's lines begin with `first`, those behind them with `rest`; its inputs are the nodes from number `from` on. */
static void print_tree(const struct explain *x, const struct plan *plan, int from, const char *first, const char *rest)
{
    struct buf head = {0}, below = {0};

    buf_puts(x->out, first);
    plan_print_node(plan, x->out);
    buf_putc(x->out, '\n');
    buf_printf(&head, "%s%s", rest, plan->inputs ? "│" : " ");
    print_fields(plan, buf_text(&head), x->out);
    print_state(plan, buf_text(&head), x->out);
    if (x->note) x->note(x->arg, from + count_nodes(plan) - 1, buf_text(&head), x->out);
    for (int i = 0; i < plan->inputs; i++) {
        bool last = i == plan->inputs - 1;
        head.len = below.len = 0;
        buf_printf(&head, "%s%s", rest, last ? "└─ " : "├─ ");
        buf_printf(&below, "%s%s", rest, last ? "   " : "│  ");
        print_tree(x, plan->input[i], from, buf_text(&head), buf_text(&below));
        from += count_nodes(plan->input[i]);
    }
    buf_free(&head);
    buf_free(&below);
}

void plan_explain(const struct plan *plan, plan_note note, void *arg, struct buf *out)
{
    const struct explain x = {note, arg, out};

    print_emission(plan, out);
    print_tree(&x, plan, 0, "", "");
}
