/* Two texts side by side, line by line, differences marked. */
#ifndef TUI_BESIDE_H
#define TUI_BESIDE_H

#include <stddef.h>

#include "base/buf.h"
#include "course/markdown.h"

enum { BESIDE_COLUMNS = 96 }; /* narrower than this a line of source has no room in a half */

/* Append both texts in halves of `columns` columns. Equal lines stand in the same row; what is in
 * one only stands beside nothing. A line too long for its half goes on below, so nothing is cut. */
void beside_add(struct doc *d, const struct buf *mine, const struct buf *reference, int columns);

#endif
