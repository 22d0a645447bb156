/* Grading from the learner's terminal. One grading at a time; a newer save ends the older one. The
 * grading object is kept after its end, because its report is what the results show. */
#include <stdlib.h>

#include "base/fs.h"
#include "tui/app.h"
#include "tui/workspace.h"

void run_release(struct app *a)
{
    if (a->run.grading)
        grade_free(a->run.grading);
    a->run = (struct run){0};
}

const char *run_fault(const struct report *r)
{
    if (r->internal)
        return r->internal;
    for (size_t i = 0; i < r->n_records; i++)
        if (r->records[i].verdict == VERDICT_INTERNAL)
            return text2_get(&r->records[i].symptom);
    return NULL;
}

static void fresh_results(struct app *a)
{
    a->screens[SCREEN_RESULTS].stale = true;
    a->screens[SCREEN_TREE].stale = true;
    a->dirty = true;
}

static int start(struct app *a, const struct exercise *x, const char *dir, struct err *e)
{
    struct grade_options options = {
        .course = a->o->course,
        .exercise = x,
        .source_dir = dir,
        .sandbox = a->o->sandbox,
    };

    return grade_start(&a->run.grading, &options, e);
}

void run_start(struct app *a, const struct exercise *x)
{
    if (a->check.active)
        check_stop(a);
    run_begin(a, x);
}

void run_begin(struct app *a, const struct exercise *x)
{
    AUTO_FREE char *dir = workspace_dir(a->o->workspace, a->o->course, x);
    struct err e;
    int copied = 0;

    run_release(a);
    app_forget_old(a);
    a->grade_at = 0;
    fresh_results(a);
    int filled = workspace_check(a->o->workspace, &e);
    if (filled == 0)
        filled = workspace_fill(a->o->workspace, a->o->course, x, &copied, &e);
    if (copied > 0)
        app_watch(a); /* these files were not saved by the learner */
    if (filled < 0 || start(a, x, dir, &e) < 0) {
        a->run.grading = NULL;
        app_error(a, &e);
        return;
    }
    store_set(a->o->store, "tui.exercise", x->id, NULL); /* a sudden end finds its way back */
    a->run.exercise = x;
    a->run.active = true;
    a->run.began = clock_ns();
    if (x == app_exercise(a)) {
        a->detail = -1;
        a->screens[SCREEN_RESULTS].top = 0;
    }
    if (copied > 0)
        app_status(a, TONE_DIM, MSG_TUI_FILLED, copied);
}

static void tell_outcome(struct app *a, const struct report *r, bool first_pass)
{
    const struct exercise *x = a->run.exercise;

    if (run_fault(r))
        app_status(a, TONE_WARN, MSG_TUI_INTERNAL, run_fault(r));
    else if (!r->built)
        app_status(a, TONE_BAD, MSG_TUI_OUTCOME_BUILD, x->number);
    else if (!report_passed(r))
        app_status(a, TONE_BAD, MSG_TUI_OUTCOME_FAILED, x->number, r->points, r->max_points);
    else if (first_pass && app_passed_count(a) == a->o->course->n_exercises)
        app_status(a, TONE_GOOD, MSG_TUI_COURSE_DONE);
    else
        app_status(a, TONE_GOOD, MSG_TUI_OUTCOME_PASSED, x->number, r->points, r->max_points);
}

/* Only when the learner has set it so, and looks at the exercise that was passed. */
static void go_on(struct app *a, const struct exercise *x)
{
    size_t next = app_next_open(a, app_node_of(a, x));

    if (!a->settings.go_on || x != app_exercise(a) || next >= a->n_nodes)
        return;
    app_begin(a, next);
}

static void finish(struct app *a)
{
    const struct exercise *x = a->run.exercise;
    const struct report *r = grade_report(a->run.grading);
    bool was_passed = a->progress[x->index].state == PROGRESS_PASSED;
    struct err e;

    a->run.active = false;
    if (a->check.active) {
        check_take(a, r);
        return;
    }
    if (r->cancelled) {
        app_status(a, TONE_DIM, MSG_TUI_CANCELLED);
        return;
    }
    if (run_fault(r)) {
        tell_outcome(a, r, false);
        return;
    }
    if (store_add_attempt(a->o->store, r, x, &e) < 0) {
        app_error(a, &e);
        return;
    }
    app_progress(a, x);
    tell_outcome(a, r, !was_passed);
    if (report_passed(r))
        go_on(a, x);
    if (workspace_check(a->o->workspace, &e) < 0)
        app_error(a, &e);
    else if (report_passed(r) && !was_passed && app_passed_count(a) == a->o->course->n_exercises)
        check_start(a);
}

void run_pump(struct app *a)
{
    while (a->run.active) {
        enum grade_event event = grade_pump(a->run.grading);

        if (event == GRADE_NONE)
            return;
        fresh_results(a);
        if (event == GRADE_DONE)
            finish(a);
        if (a->check.active && !a->run.active)
            check_go_on(a);
    }
}

void run_stop(struct app *a)
{
    if (!a->run.active) {
        app_status(a, TONE_DIM, MSG_TUI_NOTHING_RUNS);
        return;
    }
    grade_cancel(a->run.grading);
    run_pump(a);
}
