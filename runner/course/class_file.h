/* The files of a graded class (the layout is in gradebook.h). The database is made from them, so
 * everything that counts is in a file that a person can read. Each is written atomically. */
#ifndef COURSE_CLASS_FILE_H
#define COURSE_CLASS_FILE_H

#include "course/gradebook.h"

/* class.json: title, policies, exercises, roster, extensions, refusals of the class, and the path
 * of SUBMISSIONS. */
int class_save(const struct gradebook *g, const char *submissions, struct err *e);
/* Into an empty model whose `folder` is set; *submissions is malloc'd and may be NULL. */
int class_load(struct gradebook *g, char **submissions, struct err *e);
/* Is there a class.json in this folder? */
bool class_exists(const char *out);

/* overrides.json. Loading replaces the overrides of `g`; those of unknown students or exercises are
 * left out. */
int overrides_save(const struct gradebook *g, struct err *e);
int overrides_load(struct gradebook *g, struct err *e);

/* _student.json: who it is, and what was found in what was handed in, so that an archive that did
 * not change need not be opened again. */
struct student_find {
    char *exercise; /* owned */
    char source_hash[17];
    long long submitted;
};
struct student_package {
    char *path; /* owned: below SUBMISSIONS */
    char fingerprint[17];
    struct student_find *finds; /* owned */
    size_t n_finds;
    struct gradebook_refusal *refusals; /* owned */
    size_t n_refusals;
};
struct student_file {
    struct student_package *packages; /* owned */
    size_t n_packages;
    char course[17]; /* over names of exercises and sources: when it changes all is opened again */
};
/* The student's own refusals are written too; those of the packages are kept with them. */
int student_file_save(const char *out, const struct gradebook_student *s,
                      const struct student_file *f, struct err *e);
/* Does the file say exactly this already? */
bool student_file_is(const char *out, const struct gradebook_student *s,
                     const struct student_file *f);
/* 1 when loaded; 0 when there is no file, or none that can be read: then nothing is known. `s` may
 * be NULL; else it is filled anew (id, name…, the refusals with those of all packages). */
int student_file_load(const char *out, const char *folder, struct gradebook_student *s,
                      struct student_file *f);
void student_file_release(struct student_file *f);

/* A result file: the report and where it came from. */
struct result_head {
    char *student, *exercise, *key, *origin; /* owned */
    char source_hash[17];
    long long submitted, graded;
    char *copied_from; /* owned: student whose equal sources were graded; NULL */
};
void result_head_release(struct result_head *h);
/* The file goes to EXERCISE.json; an earlier submission that is there gets its hash into its name,
 * and a result of an earlier submission than that one goes there itself. */
int result_save(const char *out, const char *student_folder, const struct result_head *h,
                const struct report *r, const struct exercise *x, struct err *e);
/* Read one. `r` may be NULL. */
int result_load(const char *path, struct result_head *h, struct report *r, struct err *e);
/* The result of these sources, wherever it lies; 1 found, 0 none (or not readable). */
int result_find(const char *out, const char *student_folder, const char *exercise,
                const char *source_hash, struct result_head *h, struct report *r);

/* The light form of a result; `x` tells which tests there are. */
void attempt_fill(struct gradebook_attempt *a, const struct result_head *h, const struct report *r,
                  const struct gradebook_exercise *x);
void attempt_release(struct gradebook_attempt *a, size_t n_marks);

#endif
