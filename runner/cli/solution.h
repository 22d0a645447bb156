/* Who may see the reference. */
#ifndef CLI_SOLUTION_H
#define CLI_SOLUTION_H

#include "cli/place.h"

/* 0 when the exercise was passed, or when the learner insists; the latter is recorded. Else an exit
 * status after printing why not. The place must have a store. */
int solution_allowed(struct cli *c, const struct place *p, const struct exercise *x, bool insist);

#endif
