/* The catalogue is read from the folders: labs/N-chapter/M-exercise. */
#include "course/course.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "course/ini_file.h"
#include "course/slug.h"

struct entry {
    char *name; /* owned */
    int number;
};
struct entries {
    struct entry *list; /* owned, ordered by number */
    size_t count;
};

static void entries_release(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free(entries->list[i].name);
    free(entries->list);
}

static int by_number(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void add_if_slug(struct entries *entries, const char *dir, const char *name)
{
    int number = 0;
    if (!slug_parse(name, strlen(name), &number))
        return;
    AUTO_FREE char *path = fs_join(dir, name);
    if (!fs_is_dir(path))
        return;
    entries->list = mem_grow(entries->list, entries->count + 1, sizeof *entries->list);
    entries->list[entries->count++] = (struct entry){str_dup(name), number};
}

/* The folders "N-name" in `dir`, by number; a number that stands twice is an error. */
static int list_slugs(const char *dir, struct entries *entries, struct err *e)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        return err_sys(e, MSG_COURSE_CANNOT_LIST, dir);
    errno = 0;
    for (const struct dirent *item = readdir(d); item != NULL; item = readdir(d)) {
        add_if_slug(entries, dir, item->d_name);
        errno = 0;
    }
    if (errno != 0) {
        int rc = err_sys(e, MSG_COURSE_CANNOT_LIST, dir);
        closedir(d);
        return rc;
    }
    closedir(d);
    if (entries->count > 0)
        qsort(entries->list, entries->count, sizeof *entries->list, by_number);
    for (size_t i = 1; i < entries->count; i++)
        if (entries->list[i].number == entries->list[i - 1].number)
            return err_msg(e, MSG_COURSE_NUMBER_TWICE, dir, entries->list[i - 1].name,
                           entries->list[i].name);
    return 0;
}

static int set_chapter_zh(const struct ini_context *c, const char *value, struct err *e)
{
    struct chapter *chapter = c->user;
    return ini_text(c, "title.zh", value, &chapter->title.text[LANG_ZH], e);
}

static int set_chapter_en(const struct ini_context *c, const char *value, struct err *e)
{
    struct chapter *chapter = c->user;
    return ini_text(c, "title.en", value, &chapter->title.text[LANG_EN], e);
}

static const struct ini_section chapter_sections[] = {
    {"chapter",
     false,
     NULL,
     {{"title.zh", true, set_chapter_zh}, {"title.en", false, set_chapter_en}}},
};

/* Titles from chapter.ini. A chapter that has none yet shows its folder's name. */
static int load_titles(struct chapter *chapter, struct err *e)
{
    AUTO_FREE char *path = fs_join(chapter->dir, "chapter.ini");
    if (fs_exists(path) && ini_load(path, chapter_sections, 1, chapter, e) != 0)
        return -1;
    char **text = chapter->title.text;
    if (text[LANG_ZH] == NULL)
        text[LANG_ZH] = str_dup(chapter->slug);
    if (text[LANG_EN] == NULL)
        text[LANG_EN] = str_dup(text[LANG_ZH]);
    return 0;
}

static int add_exercise(struct course *c, size_t chapter, const char *name, struct err *e)
{
    const char *slug = c->chapters[chapter].slug;
    AUTO_FREE char *lab_dir = fs_join(c->chapters[chapter].dir, name);
    AUTO_FREE char *ini = fs_join(lab_dir, "exercise.ini");
    if (!fs_exists(ini)) { /* somebody is writing it: the others can be done meanwhile */
        c->unfinished = mem_grow(c->unfinished, c->n_unfinished + 1, sizeof *c->unfinished);
        c->unfinished[c->n_unfinished++] = str_dup(lab_dir);
        return 0;
    }
    struct exercise x;
    if (exercise_load(&x, lab_dir, e) != 0)
        return -1;
    for (size_t i = 0; i < c->n_exercises; i++) {
        if (strcmp(c->exercises[i].id, x.id) != 0)
            continue;
        err_msg(e, MSG_COURSE_ID_TWICE, ini, x.id, c->exercises[i].lab_dir);
        exercise_release(&x);
        return -1;
    }
    x.chapter = chapter;
    x.index = c->n_exercises;
    x.solution_dir = str_format("%s/%s/%s", c->layout.solutions, slug, name);
    x.tests_dir = str_format("%s/labs/%s/%s", c->layout.tests, slug, name);
    c->exercises = mem_grow(c->exercises, c->n_exercises + 1, sizeof *c->exercises);
    c->exercises[c->n_exercises++] = x;
    return 0;
}

static int add_chapter(struct course *c, const struct entry *folder, struct err *e)
{
    c->chapters = mem_grow(c->chapters, c->n_chapters + 1, sizeof *c->chapters);
    size_t index = c->n_chapters++;
    c->chapters[index] = (struct chapter){
        .slug = str_dup(folder->name),
        .dir = fs_join(c->layout.labs, folder->name),
        .number = folder->number,
        .first = c->n_exercises,
    };
    if (load_titles(&c->chapters[index], e) != 0)
        return -1;
    struct entries folders = {0};
    int rc = list_slugs(c->chapters[index].dir, &folders, e);
    for (size_t i = 0; rc == 0 && i < folders.count; i++)
        rc = add_exercise(c, index, folders.list[i].name, e);
    c->chapters[index].count = c->n_exercises - c->chapters[index].first;
    entries_release(&folders);
    return rc;
}

int course_load(struct course *c, struct err *e)
{
    *c = (struct course){0};
    if (layout_find(&c->layout, e) != 0)
        return -1;
    struct entries folders = {0};
    int rc = list_slugs(c->layout.labs, &folders, e);
    for (size_t i = 0; rc == 0 && i < folders.count; i++)
        rc = add_chapter(c, &folders.list[i], e);
    entries_release(&folders);
    if (rc != 0)
        course_release(c);
    return rc;
}

void course_release(struct course *c)
{
    for (size_t i = 0; i < c->n_unfinished; i++)
        free(c->unfinished[i]);
    free(c->unfinished);
    for (size_t i = 0; i < c->n_exercises; i++)
        exercise_release(&c->exercises[i]);
    for (size_t i = 0; i < c->n_chapters; i++) {
        free(c->chapters[i].slug);
        free(c->chapters[i].dir);
        for (size_t lang = 0; lang < LANG_COUNT; lang++)
            free(c->chapters[i].title.text[lang]);
    }
    free(c->exercises);
    free(c->chapters);
    layout_release(&c->layout);
    *c = (struct course){0};
}
