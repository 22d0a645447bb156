/* What `ipclab grade` and `ipclab merge` print at the end. */
#ifndef CLI_CLASS_TABLE_H
#define CLI_CLASS_TABLE_H

#include "cli/class_run.h"

/* The table of exercises, then what a teacher has to look at. `r` NULL: without what this run did.
 * With --json the whole gradebook as JSON. */
void class_table(struct cli *c, const struct class_run *r, const struct gradebook *g);

#endif
