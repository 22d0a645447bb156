/* Text for the clipboard. */
#ifndef TUI_COPY_H
#define TUI_COPY_H

struct app;

/* Ask the terminal, and tmux if there is one, to take the text. Nobody says whether it did. */
void copy_text(struct app *a, const char *text);
void copy_reap(struct app *a); /* after SIGCHLD */

#endif
