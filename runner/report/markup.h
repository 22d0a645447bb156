/* Inside the report room only: untrusted text for XML and HTML. */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include <stdio.h>

/* Text or attribute value: & < > " ' as references. What neither XML 1.0 nor a terminal can take
 * (control characters but tab and newline, bytes that are not UTF-8) becomes \x1b style escapes;
 * U+FFFE and U+FFFF, which XML forbids, become U+FFFD. */
void markup_text(FILE *out, const char *text);
void markup_text_n(FILE *out, const char *text, size_t len);
/* Lines for a <pre>: in those with box characters every run of wide characters is given its width
 * in columns, because fonts of a browser seldom make one Chinese character exactly two columns
 * wide. */
void markup_columns(FILE *out, const char *text);

#endif
