/* For a process of ours that has to parse what strangers wrote (an archive). */
#ifndef SANDBOX_CONFINE_H
#define SANDBOX_CONFINE_H

#include "base/err.h"

/* From here on this process computes, reads and writes descriptors it has, and ends. It gives up
 * root, closes every descriptor but `in`, `out` and the standard streams, and cannot open a file,
 * start a process, talk to anybody or signal. Limits: `cpu_seconds` of CPU time, `memory_mb` of
 * address space, no file may grow. Descriptors 0 to 2 become /dev/null. For a forked child. */
int sandbox_confine(int in, int out, int cpu_seconds, int memory_mb, struct err *e);

#endif
