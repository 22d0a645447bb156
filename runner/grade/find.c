/* Which of the files handed in belong to which exercise. */
#include <stdlib.h>
#include <string.h>

#include "course/slug.h"
#include "grade/pack.h"
#include "grade/submissions.h"

const char **wanted_names(const struct course *c, size_t *count)
{
    const char **all = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->n_exercises; i++) {
        size_t k;
        const char **names = exercise_sources(&c->exercises[i], &k);
        all = mem_grow(all, n + k, sizeof *all);
        memcpy(all + n, names, k * sizeof *names);
        n += k;
        free(names);
    }
    all = mem_grow(all, n + 1, sizeof *all);
    all[n] = PACK_MANIFEST;
    *count = n + 1;
    return all;
}

struct finder {
    const struct course *c;
    const bool *only;
    struct unpacked *u;
    struct found *list;            /* one per exercise of the course */
    const struct exercise **hints; /* one per file, NULL: the place says nothing */
    bool *lost;                    /* one per file: it lies in an exercise that does not exist */
};

static bool part_is(const struct path_part *p, const char *text)
{
    return p->len == strlen(text) && strncmp(p->text, text, p->len) == 0;
}

static bool is_slug(const struct path_part *p)
{
    int number;
    return slug_parse(p->text, p->len, &number);
}

/* What the folders of a path say: "…/1-pipe/1-hello/FILE", "…/pipe-hello/FILE", "…/1.1/FILE". */
static const struct exercise *exercise_of_path(const struct course *c, const char *path, bool *lost)
{
    struct path_part parts[UNPACK_DEPTH_MAX + 1];
    size_t n = path_tail(path, parts, UNPACK_DEPTH_MAX + 1);
    for (size_t i = 0; i < c->n_exercises; i++) {
        const struct exercise *x = &c->exercises[i];
        for (size_t k = 0; k + 1 < n; k++) {
            if (part_is(&parts[k], x->id) || part_is(&parts[k], x->number))
                return x;
            if (k + 2 < n && part_is(&parts[k], c->chapters[x->chapter].slug) &&
                part_is(&parts[k + 1], x->slug))
                return x;
        }
    }
    *lost = n >= 3 && is_slug(&parts[n - 3]) && is_slug(&parts[n - 2]);
    return NULL;
}

static size_t depth(const char *path)
{
    size_t n = 0;
    for (; *path; path++)
        n += *path == '/';
    return n;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* How many exercises that are looked for have a source of this name? */
static size_t owners(const struct finder *f, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < f->c->n_exercises; i++) {
        size_t n;
        if (f->only && !f->only[i])
            continue;
        const char **names = exercise_sources(&f->c->exercises[i], &n);
        for (size_t k = 0; k < n; k++)
            count += strcmp(names[k], name) == 0;
        free(names);
    }
    return count;
}

/* The file for one source: in the exercise's own folder, else the one that lies highest; two that
 * are equally good are both left alone. */
static const struct unpack_file *choose(struct finder *f, const struct exercise *x,
                                        const char *name)
{
    const struct unpack_file *best = NULL;
    size_t best_rank = 0;
    bool twice = false;
    for (size_t i = 0; i < f->u->n_files; i++) {
        const struct unpack_file *file = &f->u->files[i];
        if (strcmp(base_name(file->path), name) != 0 || f->lost[i] ||
            (f->hints[i] && f->hints[i] != x))
            continue;
        if (!f->hints[i] && owners(f, name) > 1)
            continue;
        size_t rank = depth(file->path) + (f->hints[i] ? 0 : 100);
        twice = best && rank == best_rank ? true : twice;
        if (!best || rank < best_rank) {
            best = file;
            best_rank = rank;
            twice = false;
        }
    }
    if (!twice)
        return best;
    unpack_refuse(f->u, best->path, MSG_GRADE_FILE_TWICE, name);
    return NULL;
}

static void look_at_places(struct finder *f)
{
    for (size_t i = 0; i < f->u->n_files; i++) {
        const char *path = f->u->files[i].path;
        f->hints[i] = exercise_of_path(f->c, path, &f->lost[i]);
        if (f->lost[i])
            unpack_refuse(f->u, path, MSG_GRADE_NO_SUCH_EXERCISE);
        else if (!f->hints[i] && owners(f, base_name(path)) > 1)
            unpack_refuse(f->u, path, MSG_GRADE_FILE_OF_SEVERAL, base_name(path));
    }
}

struct found *find_exercises(struct unpacked *u, const struct course *c, const bool *only,
                             size_t *count)
{
    struct finder f = {.c = c, .only = only, .u = u};
    f.hints = mem_alloc((u->n_files + 1) * sizeof(*f.hints));
    f.lost = mem_alloc(u->n_files + 1);
    *count = 0;
    look_at_places(&f);
    for (size_t i = 0; i < c->n_exercises; i++) {
        const struct exercise *x = &c->exercises[i];
        struct found found = {.exercise = x};
        const char **names = exercise_sources(x, &found.n_files);
        found.files = mem_alloc(found.n_files * sizeof(*found.files));
        for (size_t k = 0; k < found.n_files; k++) {
            found.files[k] = choose(&f, x, names[k]);
            found.present += found.files[k] != NULL;
        }
        free(names);
        if (found.present == 0) {
            free(found.files);
            continue;
        }
        f.list = mem_grow(f.list, *count + 1, sizeof *f.list);
        f.list[(*count)++] = found;
    }
    free(f.hints);
    free(f.lost);
    return f.list;
}

void found_free(struct found *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].files);
    free(list);
}
