/* Grading one submission.
 *
 * Theory of operation. grade_start() copies the student's files into a private folder and forks a
 * worker. The worker gives up root (if it had it), starts the sandbox, compiles inside it and then
 * becomes the exercise's Check program, which runs the tests in the same sandbox. Build result and
 * verdict records come back as JSON lines on one pipe. The caller polls grade_fd(), calls
 * grade_pump() and is never blocked. Ending the worker ends everything it started. */
#ifndef GRADE_GRADE_H
#define GRADE_GRADE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "course/course.h"
#include "course/verdict.h"
#include "sandbox/sandbox.h"

struct builds;
struct grade_options {
    const struct course *course;
    const struct exercise *exercise;
    const char *source_dir; /* folder that holds the student's files */
    const char *const
        *replace; /* NULL, or pairs "source name", "path", …, NULL: take that file instead */
    enum sandbox_mode sandbox;
    const char *only_test; /* NULL: all */
    uint64_t seed;         /* 0: from the clock */
    bool asan;
    bool fail_fast;        /* stop after the first failed test */
    bool pauses;           /* stop and continue the programs at random (verify --pauses) */
    struct builds *builds; /* borrowed, NULL: always compile. Else take what was built of the same
                              files before, and keep what is built now (grade/builds.h) */
};

struct grading; /* a running one */

enum grade_event {
    GRADE_NONE,       /* nothing more at the moment: poll again */
    GRADE_BUILT,      /* report->built and diagnostics are set */
    GRADE_TEST_BEGIN, /* grade_current_test() has started */
    GRADE_TEST_END,   /* the record of grade_current_test() is in the report */
    GRADE_DONE,       /* report is complete */
};

/* Start. -1 only for faults of ours or wrong use (missing source file, no Check program). */
int grade_start(struct grading **g, const struct grade_options *o, struct err *e);
/* A descriptor that is readable when grade_pump() has something to do. */
int grade_fd(const struct grading *g);
/* Take the next event without blocking. */
enum grade_event grade_pump(struct grading *g);
/* Index into exercise->tests of the test of the last event, -1 before any. */
int grade_current_test(const struct grading *g);
/* The report so far; owned by the grading, valid until grade_free(). */
struct report *grade_report(struct grading *g);
/* End everything at once; grade_pump() then delivers GRADE_DONE with report->cancelled. */
void grade_cancel(struct grading *g);
/* Ends what still runs, removes the private folder, frees. */
void grade_free(struct grading *g);

/* Start, wait for the end, move the report into *r (caller releases). For plain commands. */
int grade_run(struct report *r, const struct grade_options *o, struct err *e);

#endif
