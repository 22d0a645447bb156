/* The one loop: keys, signals, saved files, the grading, and a few deadlines. */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fs.h"
#include "tui/app.h"
#include "tui/copy.h"

enum {
    DEBOUNCE_MS = 150, /* editors write more than once */
    SLICE_MS = 2,      /* of laying out pages between two looks for keys */
    CLOCK_MS = 1000,   /* the running time is shown in seconds */
};

#define MS 1000000ULL

/* ---- what happens ---- */

static void on_signal(struct app *a, int sig)
{
    switch (sig) {
    case SIGWINCH:
        if (!a->away)
            term_resize();
        app_stale(a);
        break;
    case SIGINT:
        if (!a->away) /* else the editor's user meant the editor */
            request(a, ACTION_INTERRUPT);
        break;
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT:
        a->quit = true;
        break;
    case SIGTSTP:
        term_suspend(&a->term, false);
        app_stale(a);
        break;
    case SIGCONT:
        /* Continued in the background the terminal is still the shell's; fg sends it again. */
        if (!a->away && tcgetpgrp(STDIN_FILENO) == getpgrp()) {
            term_return();
            app_stale(a);
        }
        break;
    case SIGCHLD:
        edit_reap(a);
        copy_reap(a);
        break;
    default:
        break; /* SIGPIPE: the write that caused it has failed with EPIPE */
    }
}

static void take_signals(struct app *a)
{
    struct signalfd_siginfo info;

    while (read(a->term.signals, &info, sizeof info) == (ssize_t)sizeof info)
        on_signal(a, (int)info.ssi_signo);
}

static void take_keys(struct app *a)
{
    for (int key; !a->quit;) {
        key = key_read(a->prompt.ops && !a->prompt.ops->confirm);
        if (key == KEY_NONE)
            return;
        take_signals(a); /* what was typed after a resize is meant for the new window */
        if (key == FN(KEY_RESIZE))
            app_stale(a);
        else if (key == FN(KEY_MOUSE))
            request_mouse(a);
        else if (a->prompt.ops)
            prompt_key(a, key);
        else
            request(a, key_action(key));
    }
}

static void take_saves(struct app *a)
{
    if (!file_watch_take(&a->watch))
        return;
    if (a->settings.grade_on_save)
        a->grade_at = clock_ns() + DEBOUNCE_MS * MS; /* the last of several saves counts */
    else if (!a->own_save)                           /* its own message says more */
        app_status(a, TONE_DIM, MSG_TUI_SAVED, action_key(ACTION_RUN));
    a->own_save = false;
}

static void grade_saved(struct app *a)
{
    const struct exercise *x = app_exercise(a);

    if (a->grade_at == 0 || clock_ns() < a->grade_at)
        return;
    a->grade_at = 0;
    if (!x)
        return;
    run_start(a, x);
    /* The learner saved and looks here: show what comes of it. */
    if (a->focus == SLOT_TREE ? frame_tree_is_alone() : !screen_ops(a->text)->general)
        app_show(a, SCREEN_RESULTS);
    a->main = SLOT_RESULTS;
}

/* ---- waiting ---- */

static void sooner(unsigned long long *when, unsigned long long other)
{
    if (other != 0 && (*when == 0 || other < *when))
        *when = other;
}

/* Milliseconds until something is due, -1 when nothing is: then the program sleeps until an event.
 */
static int patience(const struct app *a, bool unfinished)
{
    unsigned long long when = 0, now = clock_ns();

    if (unfinished)
        return 1; /* a key may come in between */
    sooner(&when, a->grade_at);
    sooner(&when, a->watch.look_at);
    if (a->run.active && !a->away)
        sooner(&when, now + CLOCK_MS * MS - (now - a->run.began) % (CLOCK_MS * MS));
    if (when == 0)
        return -1;
    return when <= now ? 0 : (int)((when - now) / MS) + 1;
}

/* Pages that are seen are laid out to their end while nothing happens, a little at a time; true
 * when more is left. */
static bool lay_out(struct app *a)
{
    unsigned long long begin = clock_ns();

    while (reader_go_on(a))
        if (clock_ns() - begin > SLICE_MS * MS)
            return true;
    return false;
}

enum { POLL_SIGNALS, POLL_WATCH, POLL_GRADING, POLL_KEYS, POLL_GUEST, POLL_COUNT };

bool loop_once(struct app *a, int guest)
{
    struct pollfd fds[POLL_COUNT] = {
        [POLL_SIGNALS] = {a->term.signals, POLLIN, 0},
        [POLL_WATCH] = {a->watch.fd, POLLIN, 0},
        [POLL_GRADING] = {a->run.active ? grade_fd(a->run.grading) : -1, POLLIN, 0},
        [POLL_KEYS] = {guest < 0 ? STDIN_FILENO : -1, POLLIN, 0},
        [POLL_GUEST] = {guest, POLLIN, 0},
    };

    if (a->dirty && !a->away)
        frame_draw(a);
    bool unfinished = !a->away && poll(fds, POLL_COUNT, 0) == 0 && (lay_out(a) || a->dirty);
    poll(fds, POLL_COUNT, patience(a, unfinished));
    take_signals(a);
    if (fds[POLL_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
        a->quit = true; /* the terminal is gone */
    if (fds[POLL_KEYS].revents & POLLIN)
        take_keys(a);
    run_pump(a);
    take_saves(a);
    grade_saved(a);
    if (a->run.active)
        a->dirty = true; /* its clock */
    return guest >= 0 && fds[POLL_GUEST].revents != 0;
}
