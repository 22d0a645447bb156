/* Inside the report room only: expected and actual bytes, side by side above each other. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include "course/verdict.h"
#include "report/canvas.h"

/* Show where the two first differ: the lines around, invisible characters made visible, a mark
 * under the first different character and its byte offset. `indent` columns from the left. */
void diff_paint(struct canvas *c, const struct bytes *expected, const struct bytes *actual,
                size_t indent);

#endif
