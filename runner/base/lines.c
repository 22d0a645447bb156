#include "base/lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

void lines_add(struct lines *l, const char *text)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "\n");
        l->bare = mem_grow(l->bare, l->n + 1, sizeof *l->bare);
        l->bare[l->n++] = text_bare(p, len);
        p += len + (p[len] == '\n');
    }
}

void lines_sort(struct lines *l)
{
    if (l->bare)
        qsort(l->bare, l->n, sizeof *l->bare, str_order);
}

bool lines_have(const struct lines *l, const char *bare)
{
    return l->bare && bsearch(&bare, l->bare, l->n, sizeof *l->bare, str_order);
}

void lines_release(struct lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->bare[i]);
    free(l->bare);
    *l = (struct lines){NULL, 0};
}
