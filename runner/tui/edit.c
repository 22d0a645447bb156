/* The learner's editor: $VISUAL, $EDITOR, nano, vi; in this terminal (guest.c) or in a pane beside
 * it. What is saved in it is graded at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "tui/app.h"
#include "tui/guest.h"
#include "tui/places.h"
#include "tui/workspace.h"

enum { FILE_MAX = 1 << 20, ARGUMENTS_MAX = 40 };

/* ---- which editor, which files, which line ---- */

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");

    for (const char *at = path ? path : "/usr/bin:/bin"; at; at = strchr(at, ':')) {
        at += *at == ':';
        size_t len = strcspn(at, ":");
        AUTO_FREE char *dir = len ? str_ndup(at, len) : str_dup(".");
        AUTO_FREE char *file = fs_join(dir, program);
        if (access(file, X_OK) == 0 && !fs_is_dir(file))
            return true;
    }
    return false;
}

/* Borrowed; NULL when there is none. */
static const char *editor_find(const struct app *a)
{
    static const char *const usual[] = {"nano", "vi", "vim", "micro", "emacs"};
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

    if (a->settings.editor)
        return a->settings.editor;
    if (visual && *visual)
        return visual;
    if (editor && *editor)
        return editor;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (in_path(usual[i]))
            return usual[i];
    return NULL;
}

/* How an editor is told the line to begin at. */
enum line_style {
    LINE_UNKNOWN, /* not at all */
    LINE_PLUS,    /* +41 FILE */
    LINE_COLON,   /* FILE:41 */
    LINE_GOTO,    /* --goto FILE:41 */
};

/* The first word of the command decides. */
static enum line_style line_style(const char *editor)
{
    static const struct {
        const char *name;
        enum line_style style;
    } known[] = {
        {"vi", LINE_PLUS},        {"vim", LINE_PLUS},   {"nvim", LINE_PLUS},
        {"vim.basic", LINE_PLUS}, {"view", LINE_PLUS},  {"nano", LINE_PLUS},
        {"emacs", LINE_PLUS},     {"micro", LINE_PLUS}, {"emacsclient", LINE_PLUS},
        {"kak", LINE_PLUS},       {"joe", LINE_PLUS},   {"ne", LINE_PLUS},
        {"mg", LINE_PLUS},        {"hx", LINE_COLON},   {"helix", LINE_COLON},
        {"subl", LINE_COLON},     {"zed", LINE_COLON},  {"code", LINE_GOTO},
        {"codium", LINE_GOTO},
    };
    AUTO_FREE char *program = str_ndup(editor, strcspn(editor, " \t"));
    const char *slash = strrchr(program, '/');

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_equal(slash ? slash + 1 : program, known[i].name))
            return known[i].style;
    return LINE_UNKNOWN;
}

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
}

/* The file the last report points at comes first, at that line; else the first one at its TODO. */
static size_t where_to_begin(struct app *a, const char *dir, const char **names, size_t n,
                             int *line)
{
    bool live;
    const struct report *r = app_report(a, &live);

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

    enum line_style style = line > 0 ? line_style(editor) : LINE_UNKNOWN;
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

/* A new pane beside our own, wherever the learner looks at the moment. */
static void command_pane(struct command *c)
{
    const char *pane = getenv("TMUX_PANE");

    command_add(c, str_dup("tmux"));
    command_add(c, str_dup("split-window"));
    command_add(c, str_dup("-h"));
    if (pane && *pane) {
        command_add(c, str_dup("-t"));
        command_add(c, str_dup(pane));
    }
    command_add(c, str_dup("-c"));
    command_add(c, str_dup(c->dir));
}

/* $EDITOR may hold arguments, so a shell takes it apart; the files are passed on untouched. */
static int command_make(struct app *a, struct command *c, bool beside, struct err *e)
{
    const struct exercise *x = app_exercise(a);
    const char *editor = editor_find(a);
    int copied;

    *c = (struct command){0};
    if (!x || !editor) {
        err_msg(e, x ? MSG_TUI_NO_EDITOR : MSG_TUI_PICK_EXERCISE);
        return -1;
    }
    if (workspace_fill(a->o->workspace, a->o->course, x, &copied, e) < 0)
        return -1;
    c->dir = workspace_dir(a->o->workspace, a->o->course, x);
    if (beside)
        command_pane(c);
    command_add(c, str_dup(beside ? "sh" : "/bin/sh"));
    command_add(c, str_dup("-c"));
    command_add(c, str_format("exec %s \"$@\"", editor));
    command_add(c, str_dup(editor));
    command_files(a, c, x, editor);
    return 0;
}

/* ---- running it ---- */

static void tell_status(struct app *a, const char *editor, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        app_status(a, TONE_BAD, MSG_TUI_EDITOR_NOT_FOUND, editor);
    else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        app_status(a, TONE_WARN, MSG_TUI_EDITOR_FAILED, editor, WEXITSTATUS(status));
    else if (WIFSIGNALED(status) && !a->quit)
        app_status(a, TONE_WARN, MSG_TUI_EDITOR_KILLED, editor, WTERMSIG(status));
}

void edit_here(struct app *a)
{
    struct command c;
    struct err e;

    if (command_make(a, &c, false, &e) < 0) {
        app_error(a, &e);
        command_release(&c);
        return;
    }
    /* The folder may be new: watch it before something is saved there. */
    app_watch(a);
    int status = guest_run(a, c.argv, c.dir);
    if (status < 0)
        app_status(a, TONE_BAD, MSG_TUI_NO_FORK, strerror(errno));
    else
        tell_status(a, c.argv[3], status);
    command_release(&c);
}

void edit_beside(struct app *a)
{
    const char *tmux = getenv("TMUX");
    struct command c;
    struct err e;

    if (!tmux || !*tmux) {
        app_status(a, TONE_WARN, MSG_TUI_NO_TMUX, action_key(ACTION_EDIT));
        return;
    }
    if (a->editor > 0)
        return; /* the last pane is just being opened */
    if (command_make(a, &c, true, &e) < 0) {
        app_error(a, &e);
    } else {
        app_watch(a);
        a->editor = guest_launch(a, c.argv, c.dir);
        if (a->editor < 0)
            app_status(a, TONE_BAD, MSG_TUI_NO_FORK, strerror(errno));
    }
    command_release(&c);
}

void edit_reap(struct app *a)
{
    int status;

    if (a->editor <= 0 || waitpid(a->editor, &status, WNOHANG) != a->editor)
        return;
    a->editor = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        app_status(a, TONE_WARN, MSG_TUI_TMUX_FAILED);
}
