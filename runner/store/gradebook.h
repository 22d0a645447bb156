/* The gradebook of a class: SQLite (WAL) in OUT/gradebook.db. It is an index: everything that
 * counts is also in the files beside it (course/class_file.h), from which it can be made again. */
#ifndef STORE_GRADEBOOK_H
#define STORE_GRADEBOOK_H

#include "course/gradebook.h"

struct gradebook_db;

/* Version of the schema, in PRAGMA user_version. Its history is in gradebook_open.c. */
enum { GRADEBOOK_VERSION = 1 };

/* Open or create OUT/gradebook.db. *fresh is set when it is new, so that the caller fills it: also
 * when the old one was damaged (it is kept as gradebook.db.damaged-N and *notice says so,
 * malloc'd). A newer or foreign one is refused. */
int gradebook_db_open(struct gradebook_db **db, const char *out, bool *fresh, char **notice,
                      struct err *e);
void gradebook_db_close(struct gradebook_db *db);

/* Several changes as one: all or nothing. */
int gradebook_db_begin(struct gradebook_db *db, struct err *e);
int gradebook_db_commit(struct gradebook_db *db, struct err *e);
void gradebook_db_rollback(struct gradebook_db *db);

/* Policies, exercises with their tests, roster students, extensions and refusals of the class: they
 * replace what was there. Within a transaction of the caller. */
int gradebook_db_put_class(struct gradebook_db *db, const struct gradebook *g, struct err *e);
/* One student with the refusals. `position`: place in the roster; -1 outside. */
int gradebook_db_put_student(struct gradebook_db *db, const struct gradebook_student *s,
                             long long position, struct err *e);
/* One attempt with its marks, parallel to the tests of `x`. The history notes what it changes. Its
 * own transaction unless one is open. */
int gradebook_db_put_attempt(struct gradebook_db *db, const char *student,
                             const struct gradebook_exercise *x, const struct gradebook_attempt *a,
                             struct err *e);
/* All overrides of the model replace those there; the history notes each difference. */
int gradebook_db_put_overrides(struct gradebook_db *db, const struct gradebook *g, struct err *e);
/* Note something in the history. */
int gradebook_db_note(struct gradebook_db *db, const char *student, const char *exercise,
                      const char *kind, double before, double after, const char *note,
                      struct err *e);

struct gradebook_known { /* what the gradebook knows of some sources */
    char key[65];
    long long submitted;
    bool fault, passed;
};
/* 1 known, 0 not, -1. */
int gradebook_db_known(struct gradebook_db *db, const char *student, const char *exercise,
                       const char *source_hash, struct gradebook_known *k, struct err *e);
/* Is the student there, with this number of refusals? */
bool gradebook_db_has_student(struct gradebook_db *db, const char *student, size_t refusals);
/* Somebody's faultless result with this key: malloc'd student id, NULL when there is none. */
char *gradebook_db_same_key(struct gradebook_db *db, const char *key, const char *exercise);

/* Fill an empty model (its `folder` set by the caller), then gradebook_settle() it. */
int gradebook_db_load(struct gradebook_db *db, struct gradebook *g, struct err *e);

struct gradebook_change {
    long long when;
    char *student, *exercise, *kind, *note; /* owned; kind: "graded" "regraded" "override"… */
    double before, after;
};
/* The history, oldest first; of one student and exercise unless NULL. malloc'd array. */
int gradebook_db_history(struct gradebook_db *db, const char *student, const char *exercise,
                         struct gradebook_change **list, size_t *count, struct err *e);
void gradebook_changes_free(struct gradebook_change *list, size_t count);

#endif
