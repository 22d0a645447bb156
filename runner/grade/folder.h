/* The private folder of one grading: src/ (copies of the student's files), out/ (the build), work/
 * (mode none), log. Internal to the room. */
#ifndef GRADE_FOLDER_H
#define GRADE_FOLDER_H

#include "grade/grade.h"

struct folder {
    char *path;                   /* owned */
    char *src, *out, *work, *log; /* owned, below path */
    int lock;     /* held while the grading lives: a sweep leaves locked folders alone */
    char key[17]; /* hash of everything the compiler will see: its files and its options */
};

/* Make it, mode 0700, in the first place that takes it ($TMPDIR, /tmp, /var/tmp) and allows
 * execution. Sweeps away folders of gradings that were killed. */
int folder_make(struct folder *f, struct err *e);
/* Copy the sources and given files; fills hash[17] over the sources, and the key. Returns 0; 1 when
 * the submission cannot be built because of its files (a sentence for the student in e); -1 for a
 * fault of ours. */
int folder_fill(struct folder *f, const struct grade_options *o, char hash[17], struct err *e);
/* Hand everything to the unprivileged user when we are root. */
int folder_give(struct folder *f, struct err *e);
void folder_remove(struct folder *f);

#endif
