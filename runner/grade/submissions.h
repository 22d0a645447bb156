/* The folder SUBMISSIONS: who handed in what. Nothing is opened here but the folder itself. */
#ifndef GRADE_SUBMISSIONS_H
#define GRADE_SUBMISSIONS_H

#include "course/course.h"
#include "course/gradebook.h"
#include "grade/unpack.h"

enum package_kind { PACKAGE_FOLDER, PACKAGE_ARCHIVE, PACKAGE_LOOSE };

struct package { /* one thing handed in */
    size_t student;
    enum package_kind kind;
    char *path;     /* owned: below SUBMISSIONS; of loose files the first */
    char **files;   /* owned, PACKAGE_LOOSE: pairs "path below SUBMISSIONS", "the student's name for
                       it" */
    size_t n_files; /* pairs */
    long long modified;   /* newest, seconds since 1970 */
    char fingerprint[17]; /* changes when a file does: inode, size, times; "" for a folder */
};
struct submissions {
    int dir;                  /* SUBMISSIONS, open */
    char *path;               /* owned */
    struct package *packages; /* owned, by student, then by time */
    size_t n_packages;
};

/* Scan. Students that the roster does not know are added to g; what belongs to nobody becomes a
 * refusal of g. Every student with a package is marked as submitted. */
int submissions_scan(struct submissions *s, const char *path, struct gradebook *g,
                     const struct unpack_wanted *w, struct err *e);
void submissions_release(struct submissions *s);

/* Which files belong to which exercise. Files lie as in a workspace (CH/SLUG/FILE), in a folder
 * named after the exercise, or anywhere when the name says enough. */
struct found {
    const struct exercise *exercise;
    const struct unpack_file *
        *files; /* owned; parallel to exercise_sources(), NULL: not handed in */
    size_t n_files, present;
};
/* `only` (one flag per exercise) restricts what is looked for when a name fits several exercises;
 * remarks are added to `u`. Returns a malloc'd array (found_free). */
struct found *find_exercises(struct unpacked *u, const struct course *c, const bool *only,
                             size_t *count);
void found_free(struct found *list, size_t count);

/* Hold the manifest of `ipclab pack`, when there is one, against what was found; every difference
 * is a remark of `u`. */
void manifest_check(struct unpacked *u, const struct course *c, const bool *only,
                    const struct found *list, size_t n);

/* Base names of all sources of the course and of the manifest (malloc'd array of borrowed names).
 */
const char **wanted_names(const struct course *c, size_t *count);

#endif
