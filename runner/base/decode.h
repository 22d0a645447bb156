/* Text and names that come from other machines: old Chinese Windows programs write GBK,
 * spreadsheets a byte order mark, and names may be anything at all. */
#ifndef BASE_DECODE_H
#define BASE_DECODE_H

#include <stddef.h>

/* As UTF-8, malloc'd: a byte order mark is dropped; what is not UTF-8 is read as GB18030 (which
 * includes GBK); what is not that either gets visible escapes. NUL bytes are escaped too. */
char *text_decode(const char *bytes, size_t len);

/* A name for a file made from untrusted text, malloc'd: letters and digits of any script and
 * ".-_" are kept, all else becomes "_". Different texts give different names: where anything had to
 * be changed (or could be mistaken for such a name) a hash of the text is appended. */
char *text_file_name(const char *text);

#endif
