/* Backups of the learner's sources: FILE.bak-N beside FILE. */
#ifndef COURSE_BACKUP_H
#define COURSE_BACKUP_H

#include <stdbool.h>
#include <time.h>

#include "course/course.h"

enum { BACKUP_FILE_MAX = 4 << 20 }; /* bytes of a source */

struct backup {
    const char *file;     /* borrowed: the source it belongs to */
    char *path;           /* owned: its own */
    struct timespec when; /* the time of its last change */
};
/* The backups of an exercise in the learner's folder `dir`, the newest first: malloc'd array. A
 * folder that cannot be read has none. `x` must outlive it. */
struct backup *backup_list(const struct exercise *x, const char *dir, size_t *count);
void backups_free(struct backup *list, size_t count);

/* Copy a file to the first free FILE.bak-N: an older backup is never overwritten. */
int backup_make(const char *path, struct err *e);
/* Put a backup in the place of its source. What is there is backed up first, unless it is the
 * skeleton. 1: done; 0: the source is the same already; -1: failed, and the source is as it was. */
int backup_restore(const struct exercise *x, const char *dir, const struct backup *b,
                   struct err *e);

/* Can both be read, and are they the same? */
bool backup_same(const char *path, const char *other);

#endif
