/* Who is in the class, and whose submission a name like "Zhang San_48213_assignsubmission_file_"
 * is.
 */
#ifndef COURSE_ROSTER_H
#define COURSE_ROSTER_H

#include "course/gradebook.h"

/* Add the students of a CSV file. Columns are found by their heads in Chinese or English: id
 * (学号), name (姓名, or first and last name), email (邮箱), section (班级). Without an id the name
 * is one. Rows that say nothing or say an id again are noted as refusals of the class. */
int roster_read(struct gradebook *g, const char *path, struct err *e);
/* Later due dates: columns id (or name), exercise (empty: all), due. Unknown ones are refusals. */
int roster_read_extensions(struct gradebook *g, const char *path, struct err *e);

enum naming { NAMING_PLAIN, NAMING_MOODLE, NAMING_CANVAS };
struct submitter { /* what the name of a submission says */
    enum naming naming;
    char *whole;  /* owned: the name up to the file part, without an archive's ending */
    char *name;   /* owned: "" unless Moodle or Canvas */
    char *number; /* owned: the number the system gave; "" */
    char *file;   /* owned: name of the student's file behind it; "" when there is none */
};
/* `name` is an entry of SUBMISSIONS:
 *   Moodle  "Zhang San_48213_assignsubmission_file_" or "…_file_hello.zip"
 *   Canvas  "zhangsan_1042_99812_hello.zip", "zhangsan_LATE_1042_99812_hello.zip"
 *   plain   "2023001", "2023001 张三", "张三-2023001.zip" */
void submitter_parse(struct submitter *s, const char *name);
void submitter_release(struct submitter *s);

/* The ids and names of a roster, to find submitters quickly; it holds until the roster changes. */
struct roster_index;
struct roster_index *roster_index_new(const struct gradebook *g);
void roster_index_free(struct roster_index *x);
/* The student of the roster it belongs to: by id, else by name; GRADEBOOK_NONE when there is none,
 * or more than one (then *ambiguous). */
size_t roster_match(const struct roster_index *x, const struct submitter *s, bool *ambiguous);

#endif
