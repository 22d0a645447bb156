/* The terminal: taking it over and giving it back.
 *
 * Theory of operation. All signals the program cares about are blocked and read from a signalfd, so
 * no handler runs code of ours, except for crashes (SIGSEGV, SIGABRT…): their handler writes a
 * string that was prepared beforehand, restores the terminal modes with tcsetattr() (both are
 * async-signal-safe) and lets the signal do its work. Everything that gives the terminal back in
 * the normal way goes through endwin(). The tty itself sends no signals (raw mode): ^C and ^Z are
 * keys, so a test that runs in our process group is never hit by them. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

struct terminal {
    int signals;       /* signalfd */
    sigset_t original; /* signal mask at start, for the children */
    bool utf8;         /* the terminal shows UTF-8 */
    bool lines;        /* box characters and marks can be shown; else ASCII stands in */
    bool chinese;      /* Chinese characters can be shown */
    char charset[40];  /* name of the terminal's charset */
    bool mouse;
    FILE *keys; /* owned: the terminal once more, opened so that reading never blocks */
};

/* -1 with a sentence when stdin or stdout is no terminal or TERM does not describe a usable one. */
int term_start(struct terminal *t, struct err *e);
void term_stop(struct terminal *t);

/* Hand the terminal to another program, and take it back. */
void term_leave(void);
void term_return(void);
/* Stop the program as ^Z does, job and all; returns after it was continued. */
void term_suspend(struct terminal *t, bool whole_job);
/* Ask the terminal for its size again. */
void term_resize(void);
void term_mouse(struct terminal *t, bool on);

/* In a forked child: undo what term_start() did to signals. */
void term_child(const struct terminal *t);

#endif
