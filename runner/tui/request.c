/* Carrying out actions: the focused screen is asked first, then what works everywhere. */
#include <stdlib.h>

#include "tui/app.h"

/* False when there is no exercise that way. */
static bool go(struct app *a, int by)
{
    for (long i = (long)a->node + by; i >= 0 && i < (long)a->n_nodes; i += by) {
        if (a->nodes[i].exercise) {
            app_begin(a, (size_t)i);
            return true;
        }
    }
    return false;
}

/* Behind the last exercise lies the end of the course. */
static void do_next(struct app *a)
{
    if (go(a, 1))
        return;
    size_t open = a->o->course->n_exercises - app_passed_count(a);
    if (open > 0)
        app_status(a, TONE_DIM, MSG_TUI_NO_NEXT_OPEN, (int)open, action_key(ACTION_FILTER));
    else if (check_passed(a))
        app_show(a, SCREEN_CLOSING);
    else if (a->run.active)
        app_status(a, TONE_DIM, MSG_TUI_NO_NEXT);
    else
        check_begin(a);
}

static void do_previous(struct app *a)
{
    if (!go(a, -1))
        app_status(a, TONE_DIM, MSG_TUI_NO_PREVIOUS);
}

static void do_run(struct app *a)
{
    const struct exercise *x = app_exercise(a);

    if (!x) {
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
        return;
    }
    run_start(a, x);
    if (a->run.active)
        app_show(a, SCREEN_RESULTS);
}

static void do_reset(struct app *a)
{
    if (app_exercise(a))
        prompt_open(a, &prompt_reset);
    else
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
}

static void do_task(struct app *a)
{
    app_show(a, app_exercise(a) ? SCREEN_TASK : SCREEN_LESSON);
}

static void do_results(struct app *a)
{
    if (app_exercise(a))
        app_show(a, SCREEN_RESULTS);
    else
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
}

static void do_lesson(struct app *a)
{
    app_show(a, SCREEN_LESSON);
}

static void do_help(struct app *a)
{
    app_show(a, SCREEN_HELP);
}

static void switch_slot(struct app *a, int by)
{
    int slot = (int)a->focus;

    do
        slot = (slot + by + SLOT_COUNT) % SLOT_COUNT;
    while (slot == SLOT_RESULTS && !app_exercise(a));
    app_show(a, (enum screen_id)(app_screen(a, (enum slot)slot) - a->screens));
}

static void do_switch(struct app *a)
{
    switch_slot(a, 1);
}

static void do_switch_back(struct app *a)
{
    switch_slot(a, -1);
}

static void do_zoom(struct app *a)
{
    a->zoom = !a->zoom;
    a->dirty = true;
}

static void do_search(struct app *a)
{
    prompt_open(a, a->focus == SLOT_TREE ? &prompt_search : &prompt_page);
}

static void do_search_next(struct app *a)
{
    prompt_find_next(a, 1);
}

static void do_search_previous(struct app *a)
{
    prompt_find_next(a, -1);
}

static void do_jump(struct app *a)
{
    prompt_open(a, &prompt_jump);
}

static void do_failure_next(struct app *a)
{
    do_results(a);
    if (a->focus == SLOT_RESULTS)
        a->screens[SCREEN_RESULTS].ops->request(a, &a->screens[SCREEN_RESULTS],
                                                ACTION_FAILURE_NEXT);
}

static void do_attempts(struct app *a)
{
    if (!app_exercise(a)) {
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
        return;
    }
    app_show(a, SCREEN_ATTEMPTS);
    a->screens[SCREEN_ATTEMPTS].stale = true;
}

static void do_stats(struct app *a)
{
    app_show(a, SCREEN_STATS);
    a->screens[SCREEN_STATS].stale = true;
}

static void do_copy(struct app *a)
{
    results_copy(a);
}

static void do_explain(struct app *a)
{
    results_explain(a);
}

static void do_filter(struct app *a)
{
    app_filter_next(a);
    app_show(a, SCREEN_TREE);
}

static void do_command(struct app *a)
{
    prompt_open(a, &prompt_command);
}

static void do_settings(struct app *a)
{
    app_show(a, SCREEN_SETTINGS);
}

static void do_language(struct app *a)
{
    settings_next(a, SETTING_LANGUAGE);
}

static void do_mouse(struct app *a)
{
    term_mouse(&a->term, !a->term.mouse);
    app_status(a, TONE_DIM, a->term.mouse ? MSG_TUI_MOUSE_ON : MSG_TUI_MOUSE_OFF);
}

static void do_redraw(struct app *a)
{
    term_resize();
    clearok(curscr, TRUE);
    a->dirty = true;
}

static void do_suspend(struct app *a)
{
    term_suspend(&a->term, true);
    app_stale(a);
}

static void do_interrupt(struct app *a)
{
    if (a->run.active)
        run_stop(a);
    else
        a->quit = true;
}

static void do_quit(struct app *a)
{
    a->quit = true;
}

/* Actions that mean the same wherever the keys are; the rest belongs to the screens. */
static void (*const everywhere[ACTION_COUNT])(struct app *a) = {
    [ACTION_NEXT] = do_next,
    [ACTION_PREVIOUS] = do_previous,
    [ACTION_JUMP] = do_jump,
    [ACTION_SEARCH] = do_search,
    [ACTION_SEARCH_NEXT] = do_search_next,
    [ACTION_SEARCH_PREVIOUS] = do_search_previous,
    [ACTION_EDIT] = edit_here,
    [ACTION_EDIT_PANE] = edit_beside,
    [ACTION_RUN] = do_run,
    [ACTION_STOP] = run_stop,
    [ACTION_FAILURE_NEXT] = do_failure_next,
    [ACTION_FAILURE_PREVIOUS] = do_results,
    [ACTION_HINT] = hints_next,
    [ACTION_SOLUTION] = solution_show,
    [ACTION_RESET] = do_reset,
    [ACTION_TASK] = do_task,
    [ACTION_RESULTS] = do_results,
    [ACTION_LESSON] = do_lesson,
    [ACTION_SWITCH] = do_switch,
    [ACTION_SWITCH_BACK] = do_switch_back,
    [ACTION_ZOOM] = do_zoom,
    [ACTION_HELP] = do_help,
    [ACTION_ATTEMPTS] = do_attempts,
    [ACTION_STATS] = do_stats,
    [ACTION_EXPLAIN] = do_explain,
    [ACTION_COPY] = do_copy,
    [ACTION_FILTER] = do_filter,
    [ACTION_COMMAND] = do_command,
    [ACTION_SETTINGS] = do_settings,
    [ACTION_LANGUAGE] = do_language,
    [ACTION_MOUSE] = do_mouse,
    [ACTION_REDRAW] = do_redraw,
    [ACTION_SUSPEND] = do_suspend,
    [ACTION_INTERRUPT] = do_interrupt,
    [ACTION_QUIT] = do_quit,
};

static void forget_status(struct app *a)
{
    if (a->status.len == 0)
        return;
    buf_clear(&a->status); /* it was read */
    a->dirty = true;
}

void request(struct app *a, enum action action)
{
    struct screen *s = app_screen(a, a->focus);

    if (action == ACTION_NONE)
        return;
    forget_status(a);
    if (frame_is_tiny() && !(action == ACTION_QUIT || action == ACTION_INTERRUPT ||
                             action == ACTION_SUSPEND || action == ACTION_REDRAW))
        return; /* nothing is visible: do nothing unseen */
    if (s->ops->request(a, s, action))
        return;
    if (everywhere[action])
        everywhere[action](a);
}

/* ---- mouse ---- */

static bool inside(const struct pane *p, const MEVENT *m)
{
    return p->columns > 0 && m->y >= p->top && m->y < p->top + p->rows && m->x >= p->left &&
           m->x < p->left + p->columns;
}

static void click(struct app *a, enum slot slot, const MEVENT *m)
{
    struct screen *s = app_screen(a, slot);
    int line = s->top + m->y - a->panes[slot].top;

    a->clicked = m->x - a->panes[slot].left - (slot == SLOT_TREE ? 0 : 1);

    if (s->ops->click)
        s->ops->click(a, s, line);
    s = app_screen(a, slot);
    app_show(a, (enum screen_id)(s - a->screens));
}

void request_mouse(struct app *a)
{
    enum { WHEEL_LINES = 3 };
    MEVENT m;

    if (getmouse(&m) != OK || a->prompt.ops || frame_is_tiny())
        return;
    forget_status(a);
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        struct screen *s = app_screen(a, (enum slot)slot);

        if (!inside(&a->panes[slot], &m))
            continue;
        if (m.bstate & BUTTON1_PRESSED)
            click(a, (enum slot)slot, &m);
        for (int i = 0; i < WHEEL_LINES && (m.bstate & BUTTON4_PRESSED); i++)
            s->ops->request(a, s, ACTION_UP);
        for (int i = 0; i < WHEEL_LINES && (m.bstate & BUTTON5_PRESSED); i++)
            s->ops->request(a, s, ACTION_DOWN);
        return;
    }
}
