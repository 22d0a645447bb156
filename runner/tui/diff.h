/* Line differences of two small texts (Myers, O(ND)). No curses. */
#ifndef TUI_DIFF_H
#define TUI_DIFF_H

#include <stddef.h>

enum diff_kind { DIFF_SAME, DIFF_OLD, DIFF_NEW };
struct diff_line {
    enum diff_kind kind;
    const char *text;       /* into the text given, not NUL-terminated */
    size_t len;             /* without the newline */
    int old_line, new_line; /* 1-based; 0 where the line is not in that text */
};
/* Returns a malloc'd array (the caller frees it) of *count lines in order; the texts are borrowed.
 * Texts that differ in more than 800 lines come out as all old, then all new. */
struct diff_line *diff_lines(const char *old_text, size_t old_len, const char *new_text,
                             size_t new_len, size_t *count);

#endif
