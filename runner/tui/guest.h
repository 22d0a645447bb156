/* Another program in our terminal: the editor, man. It runs in our process group, so ^Z in it stops
 * the whole job, as everywhere. Meanwhile the loop goes on without keys and drawing. */
#ifndef TUI_GUEST_H
#define TUI_GUEST_H

#include <sys/types.h>

struct app;

/* Run a program (looked up in $PATH) with the terminal as its own, in `dir` (NULL: here), until it
 * ends, and take the terminal back. Returns its wait status, with exit status 127 when there is no
 * such program and 126 when the folder cannot be entered; -1 with errno when no process could be
 * started. */
int guest_run(struct app *a, char *const argv[], const char *dir);
/* Start a program beside us; what it writes is dropped, the screen is ours. -1 with
 * errno. The caller reaps it. */
pid_t guest_launch(const struct app *a, char *const argv[], const char *dir);

#endif
