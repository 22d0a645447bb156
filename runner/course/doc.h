/* Building documents of styled lines: what markdown.h exports is for screens, this is for the
 * renderer. */
#ifndef COURSE_DOC_H
#define COURSE_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/text.h"
#include "course/markdown.h"

void doc_new_line(struct doc *d);
/* Append `len` bytes to the last line (a first one is made when there is none). Control characters
 * become blanks or visible escapes. `link` is copied, NULL for none. */
void doc_span(struct doc *d, enum style style, const char *text, size_t len, const char *link);

/* A paragraph in the making: text and the styles of its parts, wrapped once it is whole. */
struct run { /* from the end of the run before it */
    size_t end;
    enum style style;
    char *link; /* owned or NULL */
};
struct flow {
    struct buf text;
    struct run *runs; /* owned */
    size_t n_runs;
    bool soft_break; /* the source line ended; the next text decides what that means */
};

void flow_add(struct flow *f, enum style style, const char *text, size_t len, const char *link);
/* A line break of the source: nothing between CJK characters, else a blank. */
void flow_soft_break(struct flow *f);
void flow_hard_break(struct flow *f);
/* Append a copy of `from`. */
void flow_copy(struct flow *f, const struct flow *from);
void flow_release(struct flow *f); /* usable again afterwards */
/* Columns of its widest line when nothing is wrapped. */
size_t flow_width(const struct flow *f);
/* Lines of at most `columns`; a malloc'd array, its length in *count. */
struct text_slice *flow_wrap(const struct flow *f, size_t columns, size_t *count);
/* Append one such line to the last line of the document. */
void flow_emit(const struct flow *f, struct text_slice slice, struct doc *d);

#endif
