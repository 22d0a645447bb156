/* Making a workspace, and adding to one what is missing. */
#ifndef CLI_INIT_H
#define CLI_INIT_H

#include "cli/cli.h"

struct init_result {
    int copied; /* files that were not there */
    bool fresh; /* the workspace did not exist before */
};
/* Make `dir` a workspace of the loaded course. Refused: a path that is no folder, a folder of the
 * course itself, a folder with other things in it unless `force`. Nothing of the learner is ever
 * overwritten; only compile_commands.json, which is ours, is brought up to date. */
int init_workspace(struct cli *c, const char *dir, bool force, struct init_result *r,
                   struct err *e);
/* Bring compile_commands.json of a workspace up to date: it may have been moved, or the course may
 * have grown. Where it cannot be written it stays as it is: only clangd misses it. */
void init_refresh(struct cli *c, const char *dir);
/* Where a workspace is made when nobody named a place: --workspace, $IPCLAB_WORKSPACE, the one we
 * are in, "workspace" beside the labs of a source tree. malloc'd; NULL: the learner has to say. */
char *init_default_dir(struct cli *c);

#endif
