/* From what a user typed to an exercise: id, number, slug or path. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"
#include "course/course.h"
#include "course/slug.h"

static bool part_is(const struct path_part *part, const char *text)
{
    return strlen(text) == part->len && memcmp(text, part->text, part->len) == 0;
}

static const struct exercise *find_by_pair(const struct course *c, const struct path_part *pair)
{
    for (size_t i = 0; i < c->n_exercises; i++) {
        const struct exercise *x = &c->exercises[i];
        if (part_is(&pair[0], c->chapters[x->chapter].slug) && part_is(&pair[1], x->slug))
            return x;
    }
    return NULL;
}

/* The exercise whose folder is `path`, or whose folder holds the file `path`. */
static const struct exercise *find_by_path(const struct course *c, const char *path)
{
    struct path_part parts[3];
    for (size_t end = path_tail(path, parts, 3); end >= 2; end--) {
        const struct exercise *x = find_by_pair(c, &parts[end - 2]);
        if (x != NULL)
            return x;
    }
    return NULL;
}

static const struct exercise *find_by_name(const struct course *c, const char *what)
{
    for (size_t i = 0; i < c->n_exercises; i++)
        if (strcmp(c->exercises[i].id, what) == 0 || strcmp(c->exercises[i].number, what) == 0)
            return &c->exercises[i];
    return NULL;
}

/* A slug alone: fine while no other chapter has the same one. */
static const struct exercise *find_by_slug(const struct course *c, const char *what,
                                           const struct exercise **second)
{
    const struct exercise *found = NULL;
    for (size_t i = 0; i < c->n_exercises && *second == NULL; i++) {
        if (strcmp(c->exercises[i].slug, what) != 0)
            continue;
        if (found == NULL)
            found = &c->exercises[i];
        else
            *second = &c->exercises[i];
    }
    return found;
}

/* A file that exists may be named relative to the current folder: "pipe_hello.c", "..". */
static const struct exercise *find_by_real_path(const struct course *c, const char *what)
{
    AUTO_FREE char *path = realpath(what, NULL);
    return path == NULL ? NULL : find_by_path(c, path);
}

/* The id that looks most like `what`, NULL when none is near. */
static const struct exercise *nearest(const struct course *c, const char *what)
{
    enum { LONGEST = 128 }; /* the distance takes time in the square of the length */
    size_t len = strlen(what);
    if (len > LONGEST)
        return NULL;
    const struct exercise *best = NULL;
    size_t limit = len / 2 > 2 ? len / 2 : 2;
    for (size_t i = 0; i < c->n_exercises; i++) {
        const struct exercise *x = &c->exercises[i];
        size_t by_id = text_distance(what, x->id);
        size_t by_slug = text_distance(what, x->slug);
        size_t distance = by_id < by_slug ? by_id : by_slug;
        if (distance > limit || (best != NULL && distance == limit))
            continue;
        limit = distance;
        best = x;
    }
    return best;
}

static void explain(const struct course *c, const char *what, struct err *e)
{
    const struct exercise *x = nearest(c, what);
    struct buf shown = BUF_INIT;
    text_visible(&shown, what, strlen(what), false);
    if (x != NULL)
        err_msg(e, MSG_COURSE_NO_SUCH_EXERCISE_NEAR, buf_text(&shown), x->id, x->number);
    else
        err_msg(e, MSG_COURSE_NO_SUCH_EXERCISE, buf_text(&shown));
    buf_release(&shown);
}

const struct exercise *course_find(const struct course *c, const char *what, struct err *e)
{
    const struct exercise *second = NULL;
    const struct exercise *x = find_by_name(c, what);
    if (x == NULL)
        x = find_by_slug(c, what, &second);
    if (second != NULL) {
        err_msg(e, MSG_COURSE_SLUG_TWICE, what, x->number, second->number);
        return NULL;
    }
    if (x == NULL)
        x = find_by_path(c, what);
    if (x == NULL)
        x = find_by_real_path(c, what);
    if (x == NULL)
        explain(c, what, e);
    return x;
}
