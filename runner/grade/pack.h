/* What a student hands in: an archive with the sources of exercises as they lie in the workspace,
 * and a manifest ipclab-pack.json with ids and hashes. */
#ifndef GRADE_PACK_H
#define GRADE_PACK_H

#include "course/course.h"

#define PACK_MANIFEST "ipclab-pack.json" /* what was packed, as the student's ipclab saw it */

/* Write `path` (".zip" or ".tar.gz") from the workspace folder. A source that is missing, empty or
 * no regular file is an error, and then nothing is written. `files` counts what went in. */
int pack_write(const char *path, const struct course *c, const char *workspace, const bool *chosen,
               size_t *files, struct err *e);

#endif
