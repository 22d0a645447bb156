/* Running a helper program (diff, gcc, strace) and collecting what it prints. */
#ifndef CLI_CAPTURE_H
#define CLI_CAPTURE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct capture {
    struct buf out; /* stdout and stderr as they came */
    int status; /* exit status; 128 + signal when it was killed; 127: there is no such program */
    bool timed_out; /* it had to be ended after a generous minute */
};
struct capture_options {
    const char *dir;   /* working folder; NULL: ours */
    bool no_randomize; /* run without address randomisation, as the grader runs TSan programs */
};
/* Run argv[0] (found in $PATH) with stdin from /dev/null and wait for its end. `o` may be NULL.
 * 0 also when the program failed; -1 when no process could be made. Release afterwards. */
int capture_run(struct capture *c, const char *const *argv, const struct capture_options *o,
                struct err *e);
void capture_release(struct capture *c);

#endif
