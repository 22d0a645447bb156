/* What Markdown has to know about Chinese text. */
#ifndef COURSE_CJK_H
#define COURSE_CJK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The character at the start or the end of valid UTF-8; 0 when there is none. */
uint32_t char_first(const char *text, size_t len);
uint32_t char_last(const char *text, size_t len);
/* Append a character as UTF-8. */
void char_add(struct buf *out, uint32_t c);

bool cjk_is_char(uint32_t c);        /* ideographs, kana, full-width forms and their punctuation */
bool cjk_is_punctuation(uint32_t c); /* “，。（）” and the like */

/* Does the end of a source line between these two characters stand for a blank? */
bool cjk_break_is_blank(uint32_t before, uint32_t after);

/* CommonMark tells opening from closing asterisks by the blanks and punctuation around them, which
 * fails where words are not separated: in **结束。**然后 nothing closes. Append the text with a
 * word joiner (U+2060) put where it lets such asterisks work; cjk_add_plain() takes the joiners
 * out. */
void cjk_mark_emphasis(struct buf *out, const char *text, size_t len);
void cjk_add_plain(struct buf *out, const char *text, size_t len);

#endif
