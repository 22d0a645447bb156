/* Reports of a whole class, made from the gradebook model (course/gradebook.h). Each format is a
 * view: it decides nothing. To add one: a writer in a file class_NAME.c, a line in the table of
 * class.c and its summary message.
 *
 * What students wrote (names, output, compiler messages) is untrusted: every writer makes it
 * harmless for its medium. */
#ifndef REPORT_CLASS_H
#define REPORT_CLASS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/msg.h"
#include "course/gradebook.h"

/* The column of a Canvas import that holds our student ids (the importer matches by it). */
enum class_id { CLASS_ID_SIS, CLASS_ID_LOGIN, CLASS_ID_CANVAS };
bool class_id_parse(const char *name, enum class_id *id); /* "sis" "login" "canvas" */

struct class_options {
    size_t student;   /* one student's report, or GRADEBOOK_NONE: the class */
    bool for_student; /* leave out what the policy hides from students at `now` */
    long long now;    /* seconds since 1970 */
    enum class_id id;
};

struct class_format {
    const char *name;   /* "csv" */
    const char *suffix; /* of a file name: "csv", "results.json" */
    bool per_student;   /* needs options.student: one file for each student */
    enum msg_id summary;
    /* Returns 0, or -1 when `out` could not be written. A report file that is missing or damaged is
     * no error: the points are shown, and that the explanation is missing. */
    int (*write)(FILE *out, const struct gradebook *g, const struct class_options *o,
                 struct err *e);
};

/* All formats; the array ends with one whose name is NULL. */
extern const struct class_format class_formats[];
const struct class_format *class_format_find(const char *name); /* NULL when unknown */

#endif
