/* The private folder of one grading: src/ (copies of the student's files), out/ (the build), work/
 * (mode none), log. Internal to the room. */
#ifndef GRADE_FOLDER_H
#define GRADE_FOLDER_H

#include "base/scratch.h"
#include "grade/grade.h"

struct folder {
    struct scratch scratch;       /* what is left of killed gradings is swept */
    const char *path;             /* scratch.path */
    char *src, *out, *work, *log; /* owned, below path */
    char key[17]; /* hash of everything the compiler will see: its files and its options */
};

/* Make it, mode 0700, where there is place and execution is allowed (scratch_make). */
int folder_make(struct folder *f, struct err *e);
/* Copy the sources and given files; fills hash[17] over the sources, and the key. Returns 0; 1 when
 * the submission cannot be built because of its files (a sentence for the student in e); -1 for a
 * fault of ours. */
int folder_fill(struct folder *f, const struct grade_options *o, char hash[17], struct err *e);
/* Hand everything to the unprivileged user when we are root. */
int folder_give(struct folder *f, struct err *e);
void folder_remove(struct folder *f);

#endif
