/* Renderers of struct report (course/verdict.h). Each is a view: nothing here decides, runs or
 * stores anything. To add a format: a new .c file in this room with one function declared here.
 *
 * A report holds bytes of untrusted programs (output, stderr, compiler messages, names of files);
 * every renderer makes them harmless for its medium. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "course/exercise.h"
#include "course/verdict.h"

struct report_style {
    size_t columns; /* no line is wider; 0: 80; at least 20 */
    bool color;     /* ANSI SGR sequences */
    bool verbose;   /* explain every failed test, not only the first; show all compiler messages */
    bool ascii;     /* no box characters, check marks and arrows of our own; text stays as it is */
};

/* Append what a student reads in `ipclab run` and `ipclab watch`, in the current language: head
 * line, compiler messages, one line per test, the explanation of what failed, points, and the
 * command that replays the failure. `x` gives the titles of the tests and may be NULL. */
void report_text(struct buf *out, const struct report *r, const struct exercise *x,
                 const struct report_style *style);

/* The report as indented JSON with a newline at its end; malloc'd. */
char *report_json(const struct report *r, const struct exercise *x);

#endif
