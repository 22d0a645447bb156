/* The one door to ncurses: the wide-character interface, and functions instead of macros, so that
 * words such as move or timeout stay free. */
#ifndef TUI_CURSESW_H
#define TUI_CURSESW_H

#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <curses.h>

#endif
