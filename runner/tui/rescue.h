/* Giving the terminal back when the program crashes. */
#ifndef TUI_RESCUE_H
#define TUI_RESCUE_H

#include <stdbool.h>

/* Remember the modes of the terminal as they are now. -1 with errno when it has none. */
int rescue_remember(void);
/* Prepare the bytes and install the handlers; after newterm(), which knows the terminal. */
void rescue_prepare(void);
/* Is the terminal ours at the moment? */
void rescue_arm(bool armed);
/* Back to the default actions of SIGSEGV and the like. */
void rescue_forget(void);

#endif
