/* Starting bubblewrap: internal to the room. */
#ifndef SANDBOX_BWRAP_H
#define SANDBOX_BWRAP_H

#include "sandbox/sandbox.h"

/* Start bubblewrap with lab-init and open its namespaces; fills the bwrap part of `s`. `hidden` as
 * in struct sandbox_folders. */
int bwrap_start(struct sandbox *s, int lab_init, const char *const *hidden, struct err *e);
/* End it and everything in it. */
void bwrap_stop(struct sandbox *s);

#endif
