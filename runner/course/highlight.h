/* Colours for lines of code: enough to read by, not a parser. */
#ifndef COURSE_HIGHLIGHT_H
#define COURSE_HIGHLIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include "course/markdown.h"

enum code_language { CODE_PLAIN, CODE_C, CODE_SHELL, CODE_CONSOLE };

/* The language of a fenced block's info word ("c", "console", "sh"…). */
enum code_language code_language(const char *word, size_t len);

struct highlight {
    enum code_language language;
    bool in_comment; /* a C comment goes on over lines */
};

/* Append one line of code (without its newline) as spans to the last line of the document. */
void highlight_line(struct highlight *h, struct doc *d, const char *line, size_t len);

#endif
