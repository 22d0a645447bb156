/* UTF-8 text on a terminal: width in columns, cutting, wrapping, making bytes visible.
 * Width and line breaks follow Unicode (libunistring: uniwidth, unilbrk). Invalid UTF-8 is treated
 * as one replacement character per bad byte, so no function here fails on untrusted input. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Columns that `len` bytes take. Control characters count 0. */
size_t text_width_n(const char *text, size_t len);
size_t text_width(const char *text);

/* Bytes of the longest prefix that fits into `columns`; never splits a character. */
size_t text_fit(const char *text, size_t len, size_t columns);

/* Append `text` to `out`, cut to `columns` (with "…" at the end when cut) and padded with blanks.
 */
void text_pad(struct buf *out, const char *text, size_t columns);

/* One line of a wrapped paragraph: a slice of the given text. */
struct text_slice {
    size_t start, len;
};
/* Break a paragraph (without newlines, or with: they break too) into lines of at most `columns`.
 * Returns a malloc'd array (caller frees), its length in *count; an empty text gives one empty
 * slice. */
struct text_slice *text_wrap(const char *text, size_t len, size_t columns, size_t *count);

/* Is the whole text valid UTF-8? */
bool text_is_utf8(const char *text, size_t len);

/* Append untrusted bytes so that they are safe and visible on a terminal: printable UTF-8 is kept,
 * \n becomes "⏎" plus a real newline if `keep_newlines`, else "⏎" only; other control characters,
 * invalid bytes and characters that look like a blank or like nothing (U+3000, U+00A0, U+200B…)
 * become \t \0 \x1b style escapes. */
void text_visible(struct buf *out, const char *bytes, size_t len, bool keep_newlines);

/* Append untrusted text for a terminal: like the original but with control characters (other than
 * newline and tab) and invalid bytes escaped. */
void text_sanitize(struct buf *out, const char *bytes, size_t len);

/* A line without its blanks and carriage returns, for comparing lines whatever their layout.
 * Malloc'd. */
char *text_bare(const char *line, size_t len);

/* Levenshtein distance of two short strings (for "did you mean"). */
size_t text_distance(const char *a, const char *b);

#endif
