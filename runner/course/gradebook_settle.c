/* The rules: when a submission is late, what that costs, and which attempt counts. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "course/gradebook.h"

enum { DAY = 24 * 60 * 60 };

static const char *const keep_names[KEEP_POLICY_COUNT] = {
    [KEEP_BEST] = "best", [KEEP_LAST] = "last", [KEEP_FIRST] = "first"};

const char *keep_policy_name(enum keep_policy p)
{
    return keep_names[p];
}

bool keep_policy_parse(const char *name, enum keep_policy *p)
{
    for (size_t i = 0; i < KEEP_POLICY_COUNT; i++) {
        if (!str_equal(name, keep_names[i]))
            continue;
        *p = (enum keep_policy)i;
        return true;
    }
    return false;
}

const char *cell_state_name(enum cell_state s)
{
    static const char *const names[] = {
        [CELL_MISSING] = "missing", [CELL_COUNTED] = "counted", [CELL_FAULT] = "fault"};
    return names[s];
}

long long late_seconds(const struct late_rules *r, long long due, long long submitted)
{
    long long late = submitted - due - (long long)r->grace_minutes * 60;
    return due != 0 && late > 0 ? late : 0;
}

/* To hundredths of a point: what a gradebook of a school can hold. */
static double rounded(double points)
{
    return (double)(long long)(points * 100 + (points < 0 ? -0.5 : 0.5)) / 100;
}

double late_penalty(const struct late_rules *r, long long late, double points)
{
    if (late <= 0)
        return 0;
    long long days = (late + DAY - 1) / DAY;
    if (r->max_days > 0 && days > r->max_days)
        return points;
    double percent = r->percent_per_day * (double)days;
    return rounded(points * (percent > 100 ? 100 : percent) / 100);
}

long long gradebook_due(const struct gradebook *g, size_t student, size_t exercise)
{
    long long due = g->exercises[exercise].due;
    for (size_t i = 0; i < g->n_extensions; i++) {
        const struct gradebook_extension *x = &g->extensions[i];
        if (x->student == student && (x->exercise == exercise || x->exercise == GRADEBOOK_NONE) &&
            due != 0 && x->due > due)
            due = x->due;
    }
    return due;
}

static double counted(const struct gradebook_attempt *a)
{
    return a->points - a->penalty;
}

/* Does `a` take the place of `b`, which counted so far? */
static bool goes_before(enum keep_policy p, const struct gradebook_attempt *a,
                        const struct gradebook_attempt *b)
{
    if (p == KEEP_BEST && counted(a) > counted(b))
        return true;
    if (p == KEEP_BEST && counted(a) < counted(b))
        return false;
    return p == KEEP_LAST ? a->submitted >= b->submitted : a->submitted < b->submitted;
}

static void settle_attempt(struct gradebook *g, size_t index)
{
    struct gradebook_attempt *a = &g->attempts[index];
    struct gradebook_grade *cell = &g->grades[a->student * g->n_exercises + a->exercise];
    a->late_seconds =
        late_seconds(&g->policies.late, gradebook_due(g, a->student, a->exercise), a->submitted);
    a->penalty = late_penalty(&g->policies.late, a->late_seconds, a->points);
    a->counts = false;
    g->unsafe |= str_equal(a->sandbox, "none");
    if (a->graded > g->graded)
        g->graded = a->graded;
    if (a->internal) {
        if (cell->state == CELL_MISSING)
            cell->state = CELL_FAULT;
        return;
    }
    if (cell->attempt == GRADEBOOK_NONE ||
        goes_before(g->policies.keep, a, &g->attempts[cell->attempt]))
        cell->attempt = index;
    cell->state = CELL_COUNTED;
}

static void settle_cell(struct gradebook *g, struct gradebook_grade *cell, size_t exercise)
{
    cell->max_points = g->exercises[exercise].max_points;
    if (cell->attempt != GRADEBOOK_NONE) {
        struct gradebook_attempt *a = &g->attempts[cell->attempt];
        a->counts = true;
        cell->points = rounded(counted(a));
        cell->max_points = a->max_points;
    }
    if (cell->override != GRADEBOOK_NONE)
        cell->points = g->overrides[cell->override].points;
}

void gradebook_settle(struct gradebook *g)
{
    size_t cells = g->n_students * g->n_exercises;
    free(g->grades);
    g->grades = mem_alloc(cells * sizeof *g->grades);
    g->unsafe = false;
    g->graded = 0;
    for (size_t i = 0; i < cells; i++)
        g->grades[i] =
            (struct gradebook_grade){.attempt = GRADEBOOK_NONE, .override = GRADEBOOK_NONE};
    for (size_t i = 0; i < g->n_attempts; i++)
        settle_attempt(g, i);
    for (size_t i = 0; i < g->n_overrides; i++) {
        const struct gradebook_override *o = &g->overrides[i];
        g->grades[o->student * g->n_exercises + o->exercise].override = i;
    }
    for (size_t i = 0; i < cells; i++)
        settle_cell(g, &g->grades[i], i % g->n_exercises);
}
