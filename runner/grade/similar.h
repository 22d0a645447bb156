/* Similar code in a class. Debian's sim_c (package similarity-tester) compares the token streams of
 * all submissions of an exercise, so names, comments and layout do not matter. Lines of the
 * skeleton are taken away first: everybody has those. What comes out are pairs to look at, not
 * verdicts. */
#ifndef GRADE_SIMILAR_H
#define GRADE_SIMILAR_H

#include "course/course.h"
#include "course/gradebook.h"
#include "sandbox/sandbox.h"

struct similar_options {
    const struct course *course;
    enum sandbox_mode sandbox; /* sim_c reads hostile files: it runs in the sandbox too */
    int threshold;             /* per cent; pairs below are left out. 0: 60 */
};

/* Is sim_c on this machine? */
bool similar_available(void);

/* Compare what counts in the gradebook and add the pairs to it, most alike first. The sources must
 * be in OUT/sources. -1 with a sentence when sim_c or the sandbox is missing. */
int similar_find(struct gradebook *g, const struct similar_options *o, struct err *e);

/* Parse what `sim_c -p` prints: lines "A.c consists for N % of B.c material", where A and B are
 * numbers. For each such line with both numbers below `count` calls found(arg, a, b, percent).
 * Other lines are ignored. Exposed for tests. */
void similar_parse(const char *text, size_t count,
                   void (*found)(void *arg, size_t a, size_t b, double percent), void *arg);

#endif
