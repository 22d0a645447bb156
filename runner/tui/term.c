#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/cursesw.h"
#include "tui/rescue.h"
#include "tui/term.h"

static const int handled[] = {SIGWINCH, SIGINT,  SIGTERM, SIGHUP, SIGQUIT,
                              SIGTSTP,  SIGCONT, SIGCHLD, SIGPIPE};

static int signals_start(struct terminal *t, struct err *e)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        sigaddset(&set, handled[i]);
    t->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (t->signals < 0)
        return err_sys(e, MSG_TUI_NO_SIGNALFD);
    sigprocmask(SIG_BLOCK, &set, &t->original);
    /* an ignored signal never reaches a signalfd; a parent may have left SIGINT or SIGQUIT ignored
     */
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        if (handled[i] != SIGHUP) /* nohup means it */
            signal(handled[i], SIG_DFL);
    return 0;
}

/* The signals stay blocked: curses' handler of SIGTERM would turn an orderly end into status 1, and
 * whoever is told to end while leaving leaves. */
static void signals_stop(struct terminal *t)
{
    rescue_forget();
    close(t->signals);
    t->signals = -1;
}

static bool can_show(wchar_t c)
{
    char bytes[MB_LEN_MAX];
    mbstate_t state = {0};

    return wcrtomb(bytes, c, &state) != (size_t)-1;
}

/* Containers often have no locale set while the terminal speaks UTF-8: a C locale counts as unset.
 * A real locale with another charset is believed. */
static void charset_find(struct terminal *t)
{
    const char *kind = getenv("TERM");
    const char *ascii = getenv("IPCLAB_ASCII");
    const char *charset = setlocale(LC_ALL, "") ? nl_langinfo(CODESET) : "ANSI_X3.4-1968";

    if (!strcmp(charset, "ANSI_X3.4-1968") && setlocale(LC_ALL, "C.UTF-8"))
        charset = nl_langinfo(CODESET);
    setlocale(LC_NUMERIC, "C"); /* numbers in files are not the learner's locale's */
    snprintf(t->charset, sizeof t->charset, "%s", charset);
    t->utf8 = !strcmp(charset, "UTF-8");
    t->lines = can_show(L'─') && can_show(L'✓') && !(ascii && *ascii && strcmp(ascii, "0") != 0);
    t->chinese = can_show(L'中');
    /* The kernel's own console has glyphs for neither marks nor Chinese, whatever its charset. */
    if (kind && !strcmp(kind, "linux"))
        t->lines = t->chinese = false;
}

static int terminal_check(struct err *e)
{
    const char *kind = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_msg(e, MSG_TUI_NOT_A_TERMINAL);
    if (!kind || !*kind || !strcmp(kind, "dumb"))
        return err_msg(e, MSG_TUI_DUMB_TERMINAL, kind && *kind ? kind : "");
    return 0;
}

/* curses waits inside a mouse report, or behind one that it does not want, until the next byte
 * comes, nodelay() or not. On a description of our own that never blocks it cannot; stdin's is
 * shared with the shell and stays as it is. */
static FILE *keys_open(void)
{
    static const char *const names[] = {"/proc/self/fd/0", "/dev/tty"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int fd = open(names[i], O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        FILE *keys = fd >= 0 ? fdopen(fd, "r") : NULL;

        if (keys)
            return keys;
        if (fd >= 0)
            close(fd);
    }
    return NULL;
}

static void keys_close(struct terminal *t)
{
    if (t->keys)
        fclose(t->keys);
    t->keys = NULL;
}

static void modes_set(void)
{
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    curs_set(0);
}

int term_start(struct terminal *t, struct err *e)
{
    *t = (struct terminal){.signals = -1};
    if (terminal_check(e) < 0)
        return -1;
    charset_find(t);
    if (rescue_remember() < 0)
        return err_sys(e, MSG_TUI_NOT_A_TERMINAL);
    if (signals_start(t, e) < 0)
        return -1;
    use_tioctl(TRUE); /* LINES and COLUMNS of the environment do not follow a resize */
    t->keys = keys_open();
    if (!newterm(NULL, stdout, t->keys ? t->keys : stdin)) {
        keys_close(t);
        signals_stop(t);
        sigprocmask(SIG_SETMASK, &t->original, NULL); /* the caller goes on without a screen */
        return err_msg(e, MSG_TUI_DUMB_TERMINAL, getenv("TERM"));
    }
    set_escdelay(25);
    rescue_prepare();
    rescue_arm(true);
    modes_set();
    term_mouse(t, true);
    return 0;
}

void term_stop(struct terminal *t)
{
    if (t->signals < 0)
        return;
    term_mouse(t, false);
    endwin();
    keys_close(t);
    rescue_arm(false);
    signals_stop(t);
}

void term_leave(void)
{
    def_prog_mode();
    endwin();
    rescue_arm(false);
}

void term_return(void)
{
    term_resize();
    reset_prog_mode();
    clearok(curscr, TRUE);
    rescue_arm(true);
}

void term_suspend(struct terminal *t, bool whole_job)
{
    sigset_t only;

    term_leave();
    signal(SIGTSTP, SIG_DFL);
    /* The job may be more than us (make run): 0 is our own process group, as the tty would do. */
    if (whole_job)
        kill(0, SIGTSTP);
    else
        raise(SIGTSTP);
    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &only, NULL); /* stops here */
    sigprocmask(SIG_BLOCK, &only, NULL);
    (void)t;
    term_return();
}

void term_resize(void)
{
    struct winsize size;

    /* resizeterm() reports a resize even where there was none, and all would be laid out again */
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0 &&
        is_term_resized(size.ws_row, size.ws_col))
        resizeterm(size.ws_row, size.ws_col);
}

void term_mouse(struct terminal *t, bool on)
{
    t->mouse = on;
    mouseinterval(0); /* clicks count at once, nothing waits for a double click */
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
}

void term_child(const struct terminal *t)
{
    rescue_forget();
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++)
        signal(handled[i], SIG_DFL);
    sigprocmask(SIG_SETMASK, &t->original, NULL);
}
