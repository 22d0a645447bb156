/* Inside the report room only: lines of a limited width, with or without colours.
 *
 * Everything that reaches a `struct canvas` through these functions has been made harmless first;
 * only canvas_text() takes text as it is, for our own words and for what was cleaned before. */
#ifndef REPORT_CANVAS_H
#define REPORT_CANVAS_H

#include "base/buf.h"
#include "report/report.h"

enum color { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, MAGENTA, CYAN };

struct canvas {
    struct buf *out; /* borrowed */
    struct report_style style;
};

/* The few signs of our own, in the plainer form when the style asks for ASCII. */
enum glyph {
    GLYPH_PASS,
    GLYPH_FAIL,
    GLYPH_UNDECIDED,
    GLYPH_INTERNAL,
    GLYPH_SKIPPED,
    GLYPH_BAR,
    GLYPH_RULE,
    GLYPH_NEWLINE,
    GLYPH_CUT,
    GLYPH_DOT
};
const char *canvas_glyph(const struct canvas *c, enum glyph g);

void canvas_text(struct canvas *c, enum color color, const char *text);
void canvas_text_n(struct canvas *c, enum color color, const char *text, size_t len);
void canvas_blanks(struct canvas *c, size_t count);
void canvas_newline(struct canvas *c);

/* Untrusted text for one line: control characters escaped, newlines and tabs as one blank. */
char *canvas_clean_line(const char *text);
/* Untrusted text of several lines: control characters escaped, tabs expanded to columns of 8. */
char *canvas_clean_text(const char *text);
/* Tabs of one cleaned line expanded, `tab` columns apart. */
char *canvas_expand_tabs(const char *line, size_t len, size_t tab);

/* One line, cut with "…" where it is too long for `columns`. Gives the columns used. */
size_t canvas_cut(struct canvas *c, enum color color, const char *text, size_t columns);

/* Wrapped text: `label` (coloured) stands before the first line, and the text begins `indent`
 * columns from the left in all of them. The text is cleaned here. */
void canvas_paragraph(struct canvas *c, const char *label, enum color label_color, size_t indent,
                      enum color color, const char *text);

#endif
