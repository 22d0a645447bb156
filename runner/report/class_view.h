/* Inside the report room only: what all class formats need to know of one cell and its tests. */
#ifndef REPORT_CLASS_VIEW_H
#define REPORT_CLASS_VIEW_H

#include "base/buf.h"
#include "report/class.h"

/* Numbers never depend on the locale: "7", "7.5", "7.25". */
enum { NUMBER_MAX = 32 };
const char *number_text(char out[NUMBER_MAX], double value);
/* "2026-11-27T08:00:00Z"; "" for 0. */
const char *time_text(char out[NUMBER_MAX], long long seconds);

/* One cell with the report behind it. */
struct cell {
    const struct gradebook *g;
    size_t student, exercise;
    const struct gradebook_exercise *x;
    const struct gradebook_grade *grade;
    const struct gradebook_attempt *attempt;   /* NULL: nothing counts */
    const struct gradebook_override *override; /* NULL: none */
    struct report report;                      /* owned; only when has_report */
    bool has_report;
    bool hide; /* hidden tests are not to be shown */
};
/* `with_report`: also load the report file. Release afterwards. */
void cell_init(struct cell *c, const struct gradebook *g, const struct class_options *o,
               size_t student, size_t exercise, bool with_report);
void cell_release(struct cell *c);

/* What concerns all tests of a cell at once. */
enum cell_whole {
    WHOLE_NONE,      /* nothing: every test has its own result */
    WHOLE_MISSING,   /* nothing was handed in */
    WHOLE_NOT_BUILT, /* the compiler refused it */
    WHOLE_FAULT,     /* only faults of ours: nothing is known */
};
enum cell_whole cell_whole(const struct cell *c);

/* One test of a cell. */
struct cell_test {
    const struct gradebook_test *test;
    enum verdict verdict; /* VERDICT_SKIPPED when nothing was handed in or built */
    int points, max_points;
    const char *diagnosis;       /* borrowed, NULL */
    const struct record *record; /* borrowed, NULL when the report is not there */
    double ms;
};
void cell_test(const struct cell *c, size_t index, struct cell_test *t);
bool cell_shows(const struct cell *c, size_t index); /* not hidden, or hidden ones are shown */
size_t cell_hidden(const struct cell *c);            /* number of tests that are not shown */

/* How a test went, in the words every format shares. */
enum outcome { OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_FAULT, OUTCOME_UNDECIDED, OUTCOME_NOT_RUN };
enum outcome outcome_of(enum verdict v);

/* Why a test did not pass, as plain text (no colours, harmless characters), malloc'd: symptom,
 * evidence, hint, bytes, picture. "" on a plain pass. */
char *cell_explain(const struct cell *c, const struct cell_test *t);
/* What the compiler said, malloc'd, "" when it built or nothing is known. */
char *cell_build_text(const struct cell *c);
/* One sentence about the whole cell: not handed in, does not compile, late by…, set by hand…;
 * malloc'd, "" when there is nothing to say. */
char *cell_remark(const struct cell *c);

/* "1.1 Hello, pipe" in the current language, malloc'd. */
char *exercise_label(const struct gradebook_exercise *x);
/* "Zhang San (2026001)" or the id alone; malloc'd. */
char *student_label(const struct gradebook_student *s);

/* The verdict's diagnosis and symptom on one line, malloc'd, for short messages. */
char *cell_short(const struct cell_test *t);

/* Flush and tell of write errors: 0 or -1. */
int class_done(FILE *out, struct err *e);
/* A JSON value indented and with a newline; takes the value over. */
int class_write_json(FILE *out, json_t *value, struct err *e);

/* class_csv.c */
int class_csv(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e);
int class_canvas(FILE *out, const struct gradebook *g, const struct class_options *o,
                 struct err *e);
int class_moodle(FILE *out, const struct gradebook *g, const struct class_options *o,
                 struct err *e);
/* class_xml.c, class_tap.c, class_graders.c, class_feedback.c, class_html.c */
int class_junit(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e);
int class_tap(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e);
int class_gradescope(FILE *out, const struct gradebook *g, const struct class_options *o,
                     struct err *e);
int class_prairielearn(FILE *out, const struct gradebook *g, const struct class_options *o,
                       struct err *e);
int class_autolab(FILE *out, const struct gradebook *g, const struct class_options *o,
                  struct err *e);
int class_feedback(FILE *out, const struct gradebook *g, const struct class_options *o,
                   struct err *e);
int class_html(FILE *out, const struct gradebook *g, const struct class_options *o, struct err *e);

#endif
