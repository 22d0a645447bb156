/* Is a blocked thread blocked for good? Facts that the call's arguments alone do not show: timers,
 * socket time limits, descriptors that strangers may feed. */
#ifndef OBSERVE_LIMITS_H
#define OBSERVE_LIMITS_H

#include "observe/snapshot.h"

enum patience {
    PATIENCE_RUNNING, /* not blocked, or in a way we do not understand */
    PATIENCE_TIMED,   /* blocked, but time may end it */
    PATIENCE_ALARM,   /* blocked, and of all that is time only an interval timer may end it */
    PATIENCE_ENDLESS, /* blocked until another process acts */
};

/* From the snapshot alone: cheap. */
enum patience patience_of_task(const struct task *t);
/* With descriptors, timers and sockets: for a snapshot that looks like a hang. */
enum patience patience_of_all(const struct snapshot *s, int proc);

/* What the descriptors of a process may bring about by themselves. False when they cannot be read.
 */
struct open_kinds {
    bool timer, uring, socket;
};
bool open_kinds_find(int dir, struct open_kinds *kinds);

/* The path argument of an open(), resolved as the process itself would; true when it is a FIFO or
 * is not there any more. path receives the text of the argument. */
bool open_waits_for_fifo(int dir, const struct call_state *c, char *path, size_t size,
                         struct stat *st);

#endif
