/* A graded class on disk, for the commands that work on one: its lock, its database, and filling
 * that again from the files when it is gone. */
#ifndef CLI_CLASS_H
#define CLI_CLASS_H

#include "course/class_file.h"
#include "store/gradebook.h"

struct class_dir {
    char *out; /* owned */
    int lock;  /* held; -1: only read */
    struct gradebook_db *db;
};
enum class_use { CLASS_READ, CLASS_CHANGE, CLASS_CREATE };

/* Open OUT. To change it the lock is taken; who holds it otherwise is said. A database that is new
 * or was damaged is filled from the files (when there are any). 0, or an exit status after printing
 * why; close in either case. */
int class_open(struct class_dir *d, const char *out, enum class_use use);
void class_close(struct class_dir *d);
/* Fill the database from class.json, reports/ and overrides.json. */
int class_rebuild(struct class_dir *d, struct err *e);
/* The whole model from the database, settled. */
int class_model(struct class_dir *d, struct gradebook *g, struct err *e);

/* Call `each` with the path of every result file below OUT/reports; -1 stops. */
int class_each_result(const char *out, int (*each)(void *context, const char *path, struct err *e),
                      void *context, struct err *e);
/* Call `each` with every folder of OUT/reports. */
int class_each_student(const char *out,
                       int (*each)(void *context, const char *folder, struct err *e), void *context,
                       struct err *e);

#endif
