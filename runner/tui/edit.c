/* The learner's editor: $VISUAL, $EDITOR, nano, vi; in this terminal (guest.c) or in a pane beside
 * it. What is saved in it is graded at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "tui/app.h"
#include "tui/editor.h"
#include "tui/guest.h"
#include "tui/places.h"
#include "tui/workspace.h"

enum { FILE_MAX = 1 << 20, ARGUMENTS_MAX = 40 };

/* ---- which files, which line ---- */

static int line_of_todo(const char *path)
{
    struct buf text = BUF_INIT;
    int line = 0;

    if (fs_read(path, FILE_MAX, &text, NULL) == 0) {
        const char *todo = strstr(buf_text(&text), "TODO");

        for (const char *c = buf_text(&text); todo && c <= todo; c++)
            line += c == buf_text(&text) || c[-1] == '\n';
    }
    buf_release(&text);
    return line;
}

struct command { /* what to execute; all owned */
    char *argv[ARGUMENTS_MAX + 1];
    int argc;
    char *dir;
    char *editor;  /* the editor in it */
    char *missing; /* the one the learner had asked for but which does not exist, or NULL */
};

static void command_add(struct command *c, char *argument)
{
    if (c->argc < ARGUMENTS_MAX)
        c->argv[c->argc++] = argument;
    else
        free(argument);
}

static void command_release(struct command *c)
{
    for (int i = 0; i < c->argc; i++)
        free(c->argv[i]);
    free(c->dir);
    free(c->editor);
    free(c->missing);
}

/* The file the last report points at comes first, at that line; else the first one at its TODO. */
static size_t where_to_begin(struct app *a, const char *dir, const char **names, size_t n,
                             int *line)
{
    bool live;
    const struct report *r = app_report(a, &live);

    if (r && !r->built && a->detail >= 0 && a->detail < (int)r->n_diagnostics) {
        const struct diagnostic *g = &r->diagnostics[a->detail]; /* the one that was chosen */

        for (size_t i = 0; i < n; i++) {
            *line = g->line;
            if (str_equal(g->file, names[i]) && g->line > 0)
                return i;
        }
    }
    for (size_t i = 0; r && i < n; i++) {
        *line = places_line_of(r, names[i]);
        if (*line > 0)
            return i;
    }
    AUTO_FREE char *path = fs_join(dir, names[0]);
    *line = line_of_todo(path);
    return 0;
}

static void command_files(struct app *a, struct command *c, const struct exercise *x,
                          const char *editor)
{
    size_t n = 0;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    int line = 0;
    size_t first = where_to_begin(a, c->dir, names, n, &line);

    enum line_style style = line > 0 ? editor_line_style(editor) : LINE_UNKNOWN;
    AUTO_FREE char *begin = fs_join(c->dir, names[first]);

    if (style == LINE_PLUS)
        command_add(c, str_format("+%d", line));
    if (style == LINE_GOTO)
        command_add(c, str_dup("--goto"));
    if (style == LINE_COLON || style == LINE_GOTO)
        command_add(c, str_format("%s:%d", begin, line));
    else
        command_add(c, str_dup(begin));
    for (size_t i = 1; i < n; i++)
        command_add(c, fs_join(c->dir, names[(first + i) % n]));
}

/* ---- a pane of its own ---- */

static void command_words(struct command *c, const char *const *words)
{
    for (; *words; words++)
        command_add(c, str_dup(*words));
}

/* Beside our own pane, wherever the learner looks at the moment. */
static void tmux_pane(struct command *c)
{
    const char *pane = getenv("TMUX_PANE");

    command_words(c, (const char *const[]){"tmux", "split-window", "-h", "-c", c->dir, NULL});
    if (pane && *pane)
        command_words(c, (const char *const[]){"-t", pane, NULL});
}

/* https://zellij.dev/documentation/zellij-run */
static void zellij_pane(struct command *c)
{
    command_words(c, (const char *const[]){"zellij", "run", "--direction", "right", "--cwd", c->dir,
                                           "--close-on-exit", "--", NULL});
}

/* The multiplexers that can open one, told by the variable they set. */
static const struct multiplexer {
    const char *name, *variable;
    void (*pane)(struct command *c);
} multiplexers[] = {{"tmux", "TMUX", tmux_pane}, {"zellij", "ZELLIJ", zellij_pane}};

/* The one we run in; NULL when there is none. */
static const struct multiplexer *multiplexer_find(void)
{
    for (size_t i = 0; i < sizeof multiplexers / sizeof *multiplexers; i++) {
        const char *value = getenv(multiplexers[i].variable);

        if (value && *value)
            return &multiplexers[i];
    }
    return NULL;
}

/* ---- the command ---- */

/* $EDITOR may hold arguments, so a shell takes it apart; the files are passed on untouched. */
static int command_make(struct app *a, struct command *c, const struct multiplexer *beside,
                        struct err *e)
{
    const struct exercise *x = app_exercise(a);
    int copied;

    *c = (struct command){0};
    const char *editor = editor_choose(a->settings.editor, &c->missing);
    if (!x || !editor) {
        err_msg(e, x ? MSG_TUI_NO_EDITOR : MSG_TUI_PICK_EXERCISE);
        return -1;
    }
    if (workspace_check(a->o->workspace, e) < 0 ||
        workspace_fill(a->o->workspace, a->o->course, x, &copied, e) < 0)
        return -1;
    c->dir = workspace_dir(a->o->workspace, a->o->course, x);
    c->editor = str_dup(editor);
    if (beside)
        beside->pane(c);
    command_add(c, str_dup(beside ? "sh" : "/bin/sh"));
    command_add(c, str_dup("-c"));
    command_add(c, str_format("exec %s \"$@\"", editor));
    command_add(c, str_dup(editor));
    command_files(a, c, x, editor);
    return 0;
}

/* ---- running it ---- */

static void tell_missing(struct app *a, const struct command *c)
{
    if (c->missing)
        app_status(a, TONE_WARN, MSG_TUI_EDITOR_INSTEAD, c->missing, c->editor);
}

static void tell_status(struct app *a, const struct command *c, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        app_status(a, TONE_BAD, MSG_TUI_EDITOR_NOT_FOUND, c->editor);
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        app_status(a, TONE_WARN, MSG_TUI_EDITOR_FAILED, c->editor, WEXITSTATUS(status));
    else if (WIFSIGNALED(status) && !a->quit)
        app_status(a, TONE_WARN, MSG_TUI_EDITOR_KILLED, c->editor, WTERMSIG(status));
    else
        tell_missing(a, c);
}

void edit_here(struct app *a)
{
    struct command c;
    struct err e;

    if (command_make(a, &c, NULL, &e) < 0) {
        app_error(a, &e);
        command_release(&c);
        return;
    }
    /* The folder may be new: watch it before something is saved there. */
    app_watch(a);
    int status = guest_run(a, c.argv, c.dir);
    if (status < 0)
        app_status(a, TONE_BAD, MSG_TUI_NO_FORK, err_reason(errno));
    else
        tell_status(a, &c, status);
    command_release(&c);
}

void edit_beside(struct app *a)
{
    const struct multiplexer *m = multiplexer_find();
    struct command c;
    struct err e;

    if (!m) {
        app_status(a, TONE_WARN, MSG_TUI_NO_PANE, action_key(ACTION_EDIT));
        return;
    }
    if (a->editor > 0)
        return; /* the last pane is just being opened */
    if (command_make(a, &c, m, &e) < 0) {
        app_error(a, &e);
    } else {
        app_watch(a);
        a->editor = guest_launch(a, c.argv, c.dir);
        if (a->editor < 0)
            app_status(a, TONE_BAD, MSG_TUI_NO_FORK, err_reason(errno));
        else
            tell_missing(a, &c);
    }
    command_release(&c);
}

void edit_reap(struct app *a)
{
    int status;

    if (a->editor <= 0 || waitpid(a->editor, &status, WNOHANG) != a->editor)
        return;
    a->editor = 0;
    const struct multiplexer *m = multiplexer_find();
    if (m && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        app_status(a, TONE_WARN, MSG_TUI_PANE_FAILED, m->name);
}
