/* Where a command works: a workspace and the progress kept in it. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/cli.h"

struct place {
    char *workspace;     /* owned; NULL: there is none */
    struct store *store; /* owned; NULL without a workspace, or when it could not be opened */
};
enum place_need {
    PLACE_OPTIONAL, /* works without a workspace, but one that was named must be one */
    PLACE_NEEDED,
};
enum place_access { PLACE_READ, PLACE_WRITE };
/* Load the course, find the workspace, open its progress. 0, or an exit status after printing
 * why. Release in both cases. */
int place_open(struct cli *c, struct place *p, enum place_need need, enum place_access access);
void place_release(struct place *p);

/* The only word of argv[1..] that is not an option; options are in `flags` (NULL-terminated). A
 * flag found is set in *found (bit i for flags[i]). 0, or EXIT_WRONG_USAGE after printing the usage
 * of `command`. */
int take_words(const char *command, int argc, char **argv, const char *const *flags,
               unsigned *found, const char **word);

#endif
