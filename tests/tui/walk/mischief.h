/* What other programs do to a workspace while the course is open, good and bad. */
#ifndef WALK_MISCHIEF_H
#define WALK_MISCHIEF_H

#include <stdbool.h>
#include <stdint.h>

struct place {
    const char *workspace; /* WORK/workspace */
    const char *away;      /* WORK/away: where the workspace goes when it vanishes */
    const char *file;      /* the exercise's source in it */
    char **answers;        /* files to save there */
    int n_answers;
};

enum { MISCHIEF_HEAL = 0 }; /* the file is there again, and right */

/* Do the n-th thing to the source file, with the n-th answer; its name. */
const char *mischief(const struct place *p, unsigned what, unsigned answer);
unsigned mischief_count(void);

/* Save an answer in one of the ways of editors. */
void save(const struct place *p, unsigned way, unsigned answer);

/* The workspace vanishes, and comes back. */
void vanish(const struct place *p);
void come_back(const struct place *p);

/* Attempts in the progress of the workspace, -1 when the file is damaged or missing; then *why says
 * what is wrong (static). */
long attempts_recorded(const struct place *p, const char **why);

#endif
