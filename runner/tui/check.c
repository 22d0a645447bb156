#include "tui/check.h"

#include <stdlib.h>

#include "tui/app.h"

void check_start(struct app *a)
{
    size_t n = a->o->course->n_exercises;

    free(a->check.states);
    a->check = (struct check){.states = mem_alloc((n + 1) * sizeof *a->check.states)};
    a->check.active = n > 0;
    app_show(a, SCREEN_CLOSING);
    a->screens[SCREEN_CLOSING].stale = true;
}

void check_begin(struct app *a)
{
    if (a->run.active)
        run_stop(a);
    check_start(a);
    if (a->check.active)
        check_go_on(a);
}

bool check_passed(const struct app *a)
{
    for (size_t i = 0; i < a->o->course->n_exercises; i++)
        if (!a->check.states || a->check.states[i] != CHECK_PASSED)
            return false;
    return true;
}

void check_go_on(struct app *a)
{
    struct check *c = &a->check;

    a->screens[SCREEN_CLOSING].stale = a->dirty = true;
    for (; c->at < a->o->course->n_exercises; c->at++) {
        if (c->states[c->at] != CHECK_WAITING)
            continue;
        run_begin(a, &a->o->course->exercises[c->at]);
        if (a->run.active)
            return;
        c->states[c->at] = CHECK_UNKNOWN; /* the status line says why */
    }
    c->active = false;
}

void check_take(struct app *a, const struct report *r)
{
    const struct exercise *x = a->run.exercise;
    struct check *c = &a->check;
    bool passed = report_passed(r);
    struct err e;

    if (r->cancelled) {
        check_stop(a);
        app_status(a, TONE_DIM, MSG_TUI_CHECK_STOPPED);
        return;
    }
    c->states[x->index] = run_fault(r) ? CHECK_UNKNOWN : passed ? CHECK_PASSED : CHECK_FAILED;
    if (run_fault(r)) {
        app_status(a, TONE_WARN, MSG_TUI_INTERNAL, run_fault(r));
        return;
    }
    if (store_add_attempt(a->o->store, r, x, &e) < 0 ||
        (!passed && store_reopen(a->o->store, x->id, &e) < 0))
        app_error(a, &e);
    app_progress(a, x);
}

void check_stop(struct app *a)
{
    a->check.active = false;
    a->screens[SCREEN_CLOSING].stale = a->dirty = true;
}
