/* Folder names of chapters and exercises: a number, a dash, a name ("1-pipe", "12-robust-mutex").
 */
#ifndef COURSE_SLUG_H
#define COURSE_SLUG_H

#include <stdbool.h>
#include <stddef.h>

/* True when `name` (of `len` bytes) is such a folder name; its number (1..999) goes to *number. */
bool slug_parse(const char *name, size_t len, int *number);

/* The parts of a path between slashes. Empty parts and "." are left out. */
struct path_part {
    const char *text; /* borrowed from the path, not NUL-terminated */
    size_t len;
};
/* Fills `parts` with the last `max` parts of `path`, in their order; returns how many. */
size_t path_tail(const char *path, struct path_part *parts, size_t max);

#endif
