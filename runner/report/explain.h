/* Inside the report room only: what a verdict looks like, and why a test failed. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "report/canvas.h"

/* Left margin of everything but head lines. */
enum { REPORT_INDENT = 2 };

/* Mark and colour of a verdict; the mark also tells the four kinds of outcome apart. */
struct look {
    enum glyph mark; /* GLYPH_PASS, FAIL, UNDECIDED, INTERNAL or SKIPPED */
    enum color color;
};
const struct look *verdict_look(enum verdict v);

/* Title of the test of a record, one clean line; its id when there is no title. Malloc'd. */
char *test_title(const struct record *k, const struct exercise *x);

/* "  现象  text…" with a hanging indent; nothing when there is no text. */
void explain_part(struct canvas *c, enum msg_id label, enum color color, const char *text);

/* All there is to say about one test that did not pass. */
void explain_record(struct canvas *c, const struct record *k, const struct exercise *x);
/* The same without its head line and without a blank line at the end. */
void explain_body(struct canvas *c, const struct record *k);

#endif
