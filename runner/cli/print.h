/* Styled text on stdout for the plain commands: what the screens do with attributes is done here
 * with ANSI SGR sequences, or with nothing when stdout takes no colours. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "cli/cli.h"
#include "course/markdown.h"

/* Append a piece of text in a style; `text` must be safe for a terminal already. */
void print_style(struct buf *out, const struct cli *c, enum style style, const char *text);
/* Append rendered Markdown, no wider than the terminal and than what reads well. */
void print_markdown(struct buf *out, const struct cli *c, const char *text);
/* Append C source: highlighted when there are colours, else as it is. */
void print_source(struct buf *out, const struct cli *c, const struct buf *source);
/* Append a paragraph wrapped to the terminal, with a newline at its end. */
void print_wrapped(struct buf *out, const struct cli *c, const char *text);
/* When a text is there in the other language only: a note that says so, and a blank line. */
void print_language_note(struct buf *out, const struct cli *c, int fell_back);
/* Write the buffer to stdout and release it. */
void print_out(struct buf *out);
/* Print a JSON value with two blanks of indentation and a newline, and give up the reference. */
void print_json(json_t *j);

/* A line of a result table: ✓, ! or ✗ in its colour. */
enum mark { MARK_GOOD, MARK_WARN, MARK_BAD };
void print_mark(struct buf *out, const struct cli *c, enum mark mark);

#endif
