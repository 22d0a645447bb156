/* ipclab watch: grade on every save, in plain lines that a screen reader can follow.
 *
 * One poll loop over the saved files, the running grading, the keyboard and signals. A save starts
 * a grading a moment later, once the editor has finished (several files, a backup and a rename);
 * a newer save ends the one that runs. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/place.h"
#include "cli/print.h"
#include "grade/grade.h"
#include "tui/file_watch.h"
#include "tui/workspace.h"

enum { DEBOUNCE_MS = 150 };

struct watch {
    struct cli *c;
    const struct place *place;
    const struct exercise *x;
    char *dir; /* owned: the exercise's folder in the workspace */
    struct file_watch files;
    struct grading *g;           /* NULL: none runs */
    unsigned long long grade_at; /* clock_ns() when the next grading starts; 0: none is due */
    int signals;                 /* signalfd */
    sigset_t before;             /* the mask this program was started with */
    bool terminal;               /* stdin was a terminal at the start (after a hangup it is none) */
    bool keyboard;               /* stdin is still worth reading */
    bool quit;
    char line[16]; /* what was typed so far */
    size_t len;
};

static void say(enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    printf("%s\n", text);
    fflush(stdout);
}

/* --- grading ---------------------------------------------------------------------------------- */

/* The worker begins with the signal mask of a normal program, not with ours. */
static void begin(struct watch *w)
{
    struct err e = {0};
    char when[16] = "";
    time_t now = time(NULL);
    struct tm local;
    const struct grade_options o = {
        .course = &w->c->course, .exercise = w->x, .source_dir = w->dir, .sandbox = w->c->sandbox};
    w->grade_at = 0;
    if (localtime_r(&now, &local))
        strftime(when, sizeof when, "%H:%M:%S", &local);
    putchar('\n');
    say(MSG_CLI_WATCH_GRADING, when, w->x->number, title_text(&w->x->title));
    /* the signals stay blocked: the worker sets a mask of its own */
    if (grade_start(&w->g, &o, &e) != 0) {
        w->g = NULL;
        cli_fail(EXIT_FAULT, &e);
        say(MSG_CLI_WATCH_WAITING);
    }
}

static void drop(struct watch *w)
{
    grade_free(w->g);
    w->g = NULL;
}

static const struct exercise *next_exercise(const struct watch *w)
{
    return w->x->index + 1 < w->c->course.n_exercises ? w->x + 1 : NULL;
}

static void remember(struct watch *w, const struct report *r)
{
    struct err e = {0};
    if (!r->internal && !r->cancelled && store_add_attempt(w->place->store, r, w->x, &e) != 0)
        cli_fail(EXIT_FAULT, &e);
}

static void finish(struct watch *w)
{
    const struct report *r = grade_report(w->g);
    const struct report_style style = cli_style(w->c);
    const struct exercise *next = next_exercise(w);
    struct buf out = BUF_INIT;
    remember(w, r);
    report_text(&out, r, w->x, &style);
    print_out(&out);
    if (report_passed(r) && next)
        say(MSG_CLI_WATCH_NEXT, next->number, title_text(&next->title));
    else
        say(MSG_CLI_WATCH_WAITING);
    drop(w);
}

static void pump(struct watch *w)
{
    for (;;) {
        enum grade_event event = grade_pump(w->g);
        if (event == GRADE_NONE)
            return;
        if (event == GRADE_DONE) {
            finish(w);
            return;
        }
    }
}

/* --- saves, keys, signals ----------------------------------------------------------------------
 */

static void on_saved(struct watch *w)
{
    if (w->g) {
        drop(w);
        say(MSG_CLI_WATCH_NEWER);
    }
    w->grade_at = clock_ns() + DEBOUNCE_MS * 1000000ull;
}

static void on_key(struct watch *w, char key)
{
    if (key != '\n') {
        if (w->len < sizeof w->line - 1)
            w->line[w->len++] = key;
        return;
    }
    w->line[w->len] = '\0';
    w->len = 0;
    if (strcmp(w->line, "q") == 0 || strcmp(w->line, "quit") == 0)
        w->quit = true;
    else if (!w->g) /* an empty line asks for one more grading */
        w->grade_at = clock_ns();
}

/* At a terminal its end (Ctrl-D) ends the watch; a pipe or /dev/null that has ended says nothing.
 */
static void take_keys(struct watch *w)
{
    char keys[64];
    ssize_t n = read(STDIN_FILENO, keys, sizeof keys);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        w->keyboard = false;
        w->quit = w->quit || w->terminal;
        return;
    }
    for (ssize_t i = 0; i < n && !w->quit; i++)
        on_key(w, keys[i]);
}

/* Taken, not left pending: it must not strike when the old mask comes back. */
static void take_signal(struct watch *w)
{
    struct signalfd_siginfo info;
    if (read(w->signals, &info, sizeof info) == (ssize_t)sizeof info)
        w->quit = true;
}

static int milliseconds_until(unsigned long long when)
{
    unsigned long long now = clock_ns();
    return when <= now ? 0 : (int)((when - now) / 1000000) + 1;
}

static int timeout(const struct watch *w)
{
    int due = w->grade_at ? milliseconds_until(w->grade_at) : -1;
    int look = w->files.look_at ? milliseconds_until(w->files.look_at) : -1;
    return due < 0 ? look : look < 0 || due < look ? due : look;
}

static void turn(struct watch *w)
{
    enum { SIGNALS, FILES, GRADING, KEYBOARD, COUNT };
    struct pollfd fds[COUNT] = {
        [SIGNALS] = {.fd = w->signals, .events = POLLIN},
        [FILES] = {.fd = w->files.fd, .events = POLLIN},
        [GRADING] = {.fd = w->g ? grade_fd(w->g) : -1, .events = POLLIN},
        [KEYBOARD] = {.fd = w->keyboard ? STDIN_FILENO : -1, .events = POLLIN},
    };
    /* a grading that ended before it began has no descriptor: take its end at once */
    bool ready = w->g && fds[GRADING].fd < 0;
    if (poll(fds, COUNT, ready ? 0 : timeout(w)) < 0 && errno != EINTR)
        w->quit = true;
    if (fds[SIGNALS].revents)
        take_signal(w);
    if (fds[KEYBOARD].revents)
        take_keys(w);
    if (file_watch_take(&w->files))
        on_saved(w);
    if (w->g && (ready || fds[GRADING].revents))
        pump(w);
    if (!w->quit && !w->g && w->grade_at && clock_ns() >= w->grade_at)
        begin(w);
}

static void watch_loop(struct watch *w)
{
    size_t n;
    AUTO_FREE const char **names = exercise_sources(w->x, &n);
    file_watch_init(&w->files);
    file_watch_set(&w->files, w->dir, names, n);
    say(MSG_CLI_WATCH_HEAD, w->x->number, title_text(&w->x->title));
    for (size_t i = 0; i < n; i++)
        printf("  %s/%s\n", w->dir, names[i]);
    say(w->terminal ? MSG_CLI_WATCH_KEYS : MSG_CLI_WATCH_NO_KEYS);
    w->grade_at = clock_ns();
    while (!w->quit)
        turn(w);
    if (w->g)
        drop(w);
    file_watch_release(&w->files);
    putchar('\n');
    say(MSG_CLI_WATCH_END);
}

static int watch_exercise(struct cli *c, const struct place *p, const struct exercise *x)
{
    struct err e = {0};
    int copied = 0;
    sigset_t ends;
    struct watch w = {.c = c, .place = p, .x = x, .keyboard = true};
    w.terminal = isatty(STDIN_FILENO);
    w.dir = cli_exercise_dir(c, p->workspace, x);
    if (!fs_is_dir(w.dir) && workspace_fill(p->workspace, &c->course, x, &copied, &e) != 0) {
        free(w.dir);
        return cli_fail(EXIT_FAILED, &e);
    }
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigprocmask(SIG_BLOCK, &ends, &w.before);
    /* a signal that a parent has set to be ignored would never reach the signalfd: shells do that
     * to SIGINT in background jobs; a SIGHUP ignored by nohup stays ignored */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    w.signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    if (w.signals >= 0) {
        watch_loop(&w);
        close(w.signals);
    } else {
        err_sys(&e, MSG_TUI_NO_SIGNALFD);
    }
    sigprocmask(SIG_SETMASK, &w.before, NULL);
    free(w.dir);
    return e.text[0] ? cli_fail(EXIT_FAULT, &e) : EXIT_DONE;
}

int command_watch(struct cli *c, int argc, char **argv)
{
    const char *word;
    struct place p;
    int status = take_words("watch", argc, argv, NULL, NULL, &word);
    if (status != 0)
        return status;
    status = place_open(c, &p, PLACE_NEEDED, PLACE_WRITE);
    if (status == 0) {
        const struct exercise *x = cli_exercise(c, word, p.store);
        status = x ? watch_exercise(c, &p, x) : EXIT_FAILED;
    }
    place_release(&p);
    return status;
}
