/* What every exercise folder must have, besides code that behaves. */
#ifndef CLI_INVARIANTS_H
#define CLI_INVARIANTS_H

#include "base/buf.h"
#include "course/course.h"

/* Append one line per violation (task, hints, TODO, stray files, missing reference, too few wrong
 * answers) to `out`; returns their number. */
int invariants_check(struct buf *out, const struct course *c, const struct exercise *x);

#endif
