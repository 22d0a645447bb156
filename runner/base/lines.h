/* The lines of a text as a set, whatever their layout (text_bare): which lines do two texts share?
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    char **bare; /* owned, sorted after lines_sort */
    size_t n;
};

/* Start from {0}. Add all texts, then sort once, then look up. */
void lines_add(struct lines *l, const char *text);
void lines_sort(struct lines *l);
/* Whether a line is there; `bare` from text_bare. */
bool lines_have(const struct lines *l, const char *bare);
void lines_release(struct lines *l);

#endif
