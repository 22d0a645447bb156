/* Compiling the student's programs inside the sandbox. Internal to the room. */
#ifndef GRADE_BUILD_H
#define GRADE_BUILD_H

#include <stdbool.h>

#include "course/exercise.h"
#include "course/verdict.h"
#include "sandbox/sandbox.h"

/* A header in the folder of the sources, included before everything in programs that are built with
 * -fsanitize=thread; written by folder_fill(). */
#define GUARD_NAME "lab-guard.h"

struct build_result {
    bool ok;
    struct diagnostic *list; /* owned */
    size_t count;
    char *note; /* owned: why it ended when no compiler message says so; NULL */
};

/* Compile every program of the exercise. The calling process joins the sandbox for good. Returns 0
 * with the result (ok or not), -1 for a fault of ours. */
int build_programs(struct build_result *r, struct sandbox *s, const struct exercise *x, bool asan,
                   struct err *e);

/* Parse what gcc wrote to its stderr (JSON lines of -fdiagnostics-format=json and plain lines of
 * the linker) and append diagnostics. `src` is the folder the compiler saw; it is taken off file
 * names and source lines are read from it. */
void build_parse(struct build_result *r, const char *text, size_t len, const char *src);
void build_result_release(struct build_result *r);

#endif
