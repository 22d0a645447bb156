/* Places in a document: what a search found, links. A place that was wrapped has a mark on each of
 * its lines. */
#ifndef TUI_MARKS_H
#define TUI_MARKS_H

#include <stddef.h>

#include "course/markdown.h"

struct mark {
    int line, column, width; /* columns */
    size_t item;             /* marks of the same place have the same */
};
struct marks {
    struct mark *at; /* owned */
    size_t n, n_items;
    char **targets; /* owned: of links, one per item; else NULL */
    int chosen;     /* an item, -1: none */
};

/* Where a text stands, whatever its case, also across wrapped lines. The marks are replaced. */
void marks_find(struct marks *m, const struct doc *d, const char *text);
/* Links, and references to the manual, "pipe(2)" or "man 7 pipe", whose target is "man:7 pipe". */
void marks_links(struct marks *m, const struct doc *d);
void marks_release(struct marks *m); /* empty afterwards */

/* The first line of an item, and of all the item there that comes next (by 1) or before (by -1) a
 * line; round and round; -1 when there are none. */
int marks_line(const struct marks *m, size_t item);
int marks_from(const struct marks *m, int line, int by);

#endif
