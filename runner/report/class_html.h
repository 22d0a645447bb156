/* Inside the report room only: the parts of the class page. */
#ifndef REPORT_CLASS_HTML_H
#define REPORT_CLASS_HTML_H

#include "report/class_view.h"
#include "report/markup.h"

/* <tag class="…">text</tag>; the text is made harmless here. `tag` may carry attributes. */
void html_element(FILE *out, const char *tag, const char *class, const char *text);
void html_number(FILE *out, double value);
/* Local time for people, "2026-11-27 08:00"; "–" for 0. */
const char *html_time(char out[NUMBER_MAX], long long seconds);
void html_refusal(FILE *out, const struct gradebook_refusal *r);

/* class_html_student.c: one student; `in_class`: a page of the class, with a link back. */
void html_student(FILE *out, const struct gradebook *g, const struct class_options *o,
                  size_t student, bool in_class);

/* class_html_pair.c: the table of similar pairs, and one pair side by side. */
void html_pairs(FILE *out, const struct gradebook *g);
void html_pair(FILE *out, const struct gradebook *g, size_t pair);

#endif
