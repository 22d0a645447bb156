/* Painting text into rectangles of the screen. Everything shown passes through here: text is placed
 * by display width, control characters and direction overrides become visible marks, and characters
 * the terminal cannot show are replaced by others of the same width. */
#ifndef TUI_PAINT_H
#define TUI_PAINT_H

#include <stdbool.h>
#include <stddef.h>

#include "course/markdown.h"
#include "tui/term.h"

/* How a piece of text looks: first the styles of documents (enum style), then those of the frame.
 */
enum tone {
    TONE_TEXT = STYLE_TEXT,
    TONE_DIM = STYLE_DIM,
    TONE_GOOD = STYLE_GOOD,
    TONE_BAD = STYLE_BAD,
    TONE_STRONG = STYLE_STRONG,
    TONE_CODE = STYLE_CODE,
    TONE_FRAME = STYLE_COUNT, /* lines between panes */
    TONE_NAME,                /* the program's name */
    TONE_TITLE,               /* title of a pane */
    TONE_TITLE_FOCUS,         /* title of the pane that has the keys */
    TONE_SELECTED,            /* selected row, pane has the keys */
    TONE_CURRENT,             /* selected row, pane has not */
    TONE_FOUND,               /* what a search found */
    TONE_WARN,
    TONE_KEY, /* key names in the line of keys */
    TONE_COUNT,
};

/* Which colours: by the terminal and $COLORFGBG, or as the learner says. */
enum colours { COLOURS_AUTO, COLOURS_DARK, COLOURS_LIGHT, COLOURS_NONE };

struct pane { /* a rectangle of the screen */
    int top, left, rows, columns;
};

/* Prepare colours for this terminal (256, 8 or none; $NO_COLOR; light or dark by $COLORFGBG unless
 * chosen). May be called again. */
void paint_start(const struct terminal *t, enum colours which);

/* Paint text at a row and column of a pane, cut at the pane's edge. Returns the columns it took. */
int paint(const struct pane *p, int row, int column, enum tone tone, const char *text);
/* The same, cut to `columns` with an ellipsis and padded with blanks. Returns `columns`. */
int paint_field(const struct pane *p, int row, int column, int columns, enum tone tone,
                const char *text);
/* Paint a line of a document, beginning at its column `skip`. */
void paint_line(const struct pane *p, int row, const struct line *line, int skip);
/* Change how `columns` columns that were already painted look; their text stays. */
void paint_over(const struct pane *p, int row, int column, int columns, enum tone tone);
/* Fill a row with blanks. */
void paint_blank(const struct pane *p, int row, enum tone tone);
void paint_vertical(int top, int rows, int column);
/* A bar of `columns` that is `done`/`all` full. Returns `columns`. */
int paint_bar(const struct pane *p, int row, int column, int columns, int done, int all);

size_t line_width(const struct line *line);

#endif
