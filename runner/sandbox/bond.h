/* Dying with one's parent.
 *
 * The kernel drops the parent-death signal when a process changes its user or gains capabilities
 * (joining a user namespace), and a parent that died before the signal was asked for sends none:
 * both are closed here by comparing the parent afterwards (PR_SET_PDEATHSIG(2const)). */
#ifndef SANDBOX_BOND_H
#define SANDBOX_BOND_H

#include <sys/types.h>

/* From now on die with `parent`, the pid that the forking process read before fork(); at once if it
 * is gone already. */
void bond_make(pid_t parent);

struct bond {
    pid_t parent;
    int signal; /* 0: there was none */
};
struct bond bond_look(void);           /* before something that clears the signal */
void bond_renew(const struct bond *b); /* after it */

#endif
