/* Inside the report room only: compiler messages. */
#ifndef REPORT_DIAGNOSTICS_H
#define REPORT_DIAGNOSTICS_H

#include "report/canvas.h"

/* Every message as file:line:column, kind and text, the source line and a caret below its column.
 * Unless verbose only the first few. */
void diagnostics_paint(struct canvas *c, const struct report *r);

#endif
