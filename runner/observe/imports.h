/* Which functions of the libraries a program can call: their names stand in its string table. */
#ifndef OBSERVE_IMPORTS_H
#define OBSERVE_IMPORTS_H

#include <stdbool.h>
#include <stddef.h>

/* Does the program at a path (below the folder that is open as `dir`) import one of these (ended by
 * NULL)? One that cannot be read, is longer than `max` bytes, or was linked statically, may call
 * anything: true. */
bool imports_any(int dir, const char *path, size_t max, const char *const *names);

#endif
