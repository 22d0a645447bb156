/* The seccomp filter of student programs: a list of what namespaces and lost capabilities do not
 * already prevent. */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include "base/err.h"

/* Build the filter as an array of struct sock_filter (malloc'd, caller frees), *count entries. */
int filter_build(void **program, int *count, struct err *e);
/* Apply it to this process for good; async-signal-safe. 0 or -1 with errno. */
int filter_apply(const void *program, int count);

#endif
