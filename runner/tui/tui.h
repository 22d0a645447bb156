/* The learner's terminal: course tree, task, results, hints, in one ncurses program.
 *
 * To add an action: one line in actions.def (it appears in the key map and the help screen) and a
 * case where it is carried out. To add a screen: a line in enum screen_id and a `struct screen_ops`
 * table (app.h), entered in screens.c. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>

#include "base/err.h"
#include "course/course.h"
#include "sandbox/sandbox.h"
#include "store/store.h"

struct tui_options {
    const struct course *course;
    struct store *store;   /* open for writing */
    const char *workspace; /* folder that mirrors labs/: WORKSPACE/1-pipe/1-hello/pipe_hello.c */
    enum sandbox_mode sandbox;
    bool recall_language; /* nobody asked for a language (--lang, $IPCLAB_LANG): use the one that
                             was switched to last time */
};

/* Run until the learner quits. 0; or -1 with a sentence: no terminal (it then names the plain
 * commands), a terminal that cannot be used, a fault. Whatever happens, a signal and a crash too,
 * the terminal is left as it was found. A run that still goes on at the end is ended. */
int tui_run(const struct tui_options *o, struct err *e);

#endif
