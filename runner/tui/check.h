/* The end of the course: when the last exercise passes everything is graded once more, one after
 * the other, and what fails is open again. Also on request. */
#ifndef TUI_CHECK_H
#define TUI_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "course/verdict.h"

struct app;

enum check_state { CHECK_WAITING, CHECK_PASSED, CHECK_FAILED, CHECK_UNKNOWN };
struct check {
    enum check_state *states; /* owned, one per exercise; NULL: nothing was checked yet */
    size_t at;                /* the exercise that is graded */
    bool active;
};
void check_start(struct app *a);
/* The same at once, on request; a grading that runs is cancelled. */
void check_begin(struct app *a);
/* Has the last check passed everything? */
bool check_passed(const struct app *a);
/* Grade the next one, or come to the end. Call when no grading runs. */
void check_go_on(struct app *a);
/* One grading of the check is done. */
void check_take(struct app *a, const struct report *r);
/* The learner does something else. */
void check_stop(struct app *a);

#endif
