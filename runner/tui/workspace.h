/* The learner's files: WORKSPACE/CHAPTER/EXERCISE mirrors labs/CHAPTER/EXERCISE. */
#ifndef TUI_WORKSPACE_H
#define TUI_WORKSPACE_H

#include "base/err.h"
#include "course/course.h"

/* The folder of an exercise, malloc'd. */
char *workspace_dir(const char *workspace, const struct course *c, const struct exercise *x);

/* Is it (still) there? -1 with a sentence when it was moved away or removed. */
int workspace_check(const char *workspace, struct err *e);

/* Copy skeletons and given files that are not there yet; nothing is overwritten. The number of
 * files copied goes to *copied. */
int workspace_fill(const char *workspace, const struct course *c, const struct exercise *x,
                   int *copied, struct err *e);

/* Put the skeleton over every source that differs from it; the old file is kept as FILE.bak-N with
 * the first free N. The number of files put back goes to *reset. When one fails nothing more is
 * touched. */
int workspace_reset(const char *workspace, const struct course *c, const struct exercise *x,
                    int *reset, struct err *e);

#endif
