/* Limits on a whole submission by control groups (version 2), where the machine lets us: rlimits
 * count per process, a control group counts memory (files in tmpfs, System V segments and kernel
 * buffers included) and processes of all together.
 *
 * Wanted: our own control group is writable and offers the controllers memory and pids (a delegated
 * one: systemd-run --user --scope -p Delegate=yes, or root). A group with children may hold no
 * process itself, so this process first moves into a child of its own, once. */
#ifndef SANDBOX_CGROUP_H
#define SANDBOX_CGROUP_H

#include <stdbool.h>

#include "base/err.h"

/* The group below which submissions get theirs; malloc'd. NULL when this machine does not let us:
 * then *why (may be NULL) gets a malloc'd word or path that says what is missing. Tried once, then
 * remembered. */
char *cgroup_parent(char **why);

struct cgroup {
    char *path; /* owned; NULL: none */
};
/* A fresh group below `parent` with these limits. Removes groups of gradings that were killed. */
int cgroup_make(struct cgroup *c, const char *parent, long memory_bytes, int processes,
                struct err *e);
/* Put the calling process into it. */
int cgroup_join(const struct cgroup *c, struct err *e);
/* End whatever is in it and remove it. */
void cgroup_remove(struct cgroup *c);

/* The parts, for tests: where the group of /proc/self/cgroup's text lies, given the text of
 * /proc/self/mounts (malloc'd, NULL when there is no version 2); does a list of controllers have
 * both? */
char *cgroup_locate(const char *cgroup, const char *mounts);
bool cgroup_offers(const char *controllers);

#endif
