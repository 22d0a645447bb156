/* Inside the report room only: how the tests of a class went. */
#ifndef REPORT_CLASS_STATS_H
#define REPORT_CLASS_STATS_H

#include "course/gradebook.h"

enum { STATS_TOP = 4 };

struct diagnosis_count {
    const char *diagnosis; /* borrowed from the gradebook */
    size_t count;
};

/* Over the attempts that count. */
struct test_stats {
    size_t taken; /* attempts in which it was decided; what does not build counts as not passed */
    size_t passed;
    double median_ms; /* of those that ran */
    /* Correlation (-1..1) of passing this test with the points of everything else: a test that the
     * best fail and the weakest pass is below 0. Known only when some pass and some do not. */
    bool has_discrimination;
    double discrimination;
    struct diagnosis_count top[STATS_TOP]; /* most frequent first */
    size_t n_top;
};
void test_stats(const struct gradebook *g, size_t exercise, size_t test, struct test_stats *s);

/* All diagnoses of the class, most frequent first: how many attempts that count show each at least
 * once. Malloc'd, length in *count. */
struct diagnosis_count *class_diagnoses(const struct gradebook *g, size_t *count);

struct class_stats {
    size_t students, submitted, complete; /* complete: all points */
    double mean, median;                  /* of the totals of those who handed something in */
    size_t faults, refusals;
};
void class_stats(const struct gradebook *g, struct class_stats *s);

#endif
