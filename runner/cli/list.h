/* The list of chapters and exercises, also shown where the full screen cannot open. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli/cli.h"

/* Print the loaded course on stdout. `store` and `workspace` may be NULL: no progress then. */
void list_print(struct cli *c, struct store *store, const char *workspace);

#endif
