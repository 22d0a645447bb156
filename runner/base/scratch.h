/* Temporary folders that are swept when their program was killed. Every folder is locked (flock) by
 * the program that made it, for as long as it lives; one whose lock is free has no owner left. */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <stdbool.h>

#include "base/err.h"

struct scratch {
    char *path; /* owned; NULL when there is none */
    int lock;   /* the folder itself, locked; close-on-exec */
};

/* Make ipclab-tmp-KIND-XXXXXX, mode 0700, in the first of $TMPDIR, /tmp and /var/tmp that takes it;
 * `executable`: and where programs may run, as root: those of another user. The first call sweeps
 * the place. -1: *e says why, and *s can be given to scratch_remove all the same. */
int scratch_make(struct scratch *s, const char *kind, bool executable, struct err *e);
/* Remove it with everything in it. */
void scratch_remove(struct scratch *s);
/* Remove the folders in `place` that scratch_make made and whose owner is gone: real folders of
 * this user whose lock nobody holds. */
void scratch_sweep(const char *place);

#endif
