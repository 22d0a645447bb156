/* Programs built once and used by several gradings of the same files.
 *
 * What is kept was compiled by our own sandboxed compiler from files of the same content, for the
 * same exercise and with the same options: a grading that takes it from here differs from one that
 * compiles again only in the time it needs. The folder is private to the caller's process. */
#ifndef GRADE_BUILDS_H
#define GRADE_BUILDS_H

#include "base/err.h"
#include "grade/folder.h"

struct builds;

struct builds *builds_new(struct err *e); /* NULL on failure */
void builds_free(struct builds *b);       /* removes the folder; NULL is fine */

/* Put the programs of an earlier build into the folder of a new grading. Returns the event that
 * reported that build (malloc'd, one line), NULL when there is none. */
char *builds_take(const struct builds *b, const struct folder *f, const struct exercise *x);
/* Remember a successful build. Best effort: what cannot be kept is compiled again. */
void builds_keep(const struct builds *b, const struct folder *f, const struct exercise *x,
                 const char *event, size_t len);

#endif
