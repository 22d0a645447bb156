/* Places in the learner's files that reports speak of: "pipe_hello.c:41". */
#ifndef TUI_PLACES_H
#define TUI_PLACES_H

#include <stddef.h>

#include "base/buf.h"
#include "course/markdown.h"
#include "course/verdict.h"

/* Append the source lines that a text of evidence names, read from the files in `dir`. */
void places_show(struct doc *d, const char *dir, const char *evidence);
/* The line of `file` that a report points at: the first error of the compiler, else the first place
 * in the evidence of the first failed test. 0 when there is none. */
int places_line_of(const struct report *r, const char *file);
/* Append a line of source with its tabs expanded (a stop every eight columns, as the compiler
 * counts). */
void places_expand_tabs(struct buf *out, const char *text, size_t len);

#endif
