/* The catalogue: chapters and exercises found under labs/, in order. */
#ifndef COURSE_COURSE_H
#define COURSE_COURSE_H

#include "base/err.h"
#include "course/exercise.h"

/* Where the course lives. In a source tree all four are below the tree; installed, labs and
 * solutions are in PREFIX/share/ipclab and build is PREFIX/lib/ipclab. */
struct layout {
    char *labs, *solutions, *tests; /* owned; tests may name a folder that does not exist */
    char *build;                    /* owned: has lab-init, check/CH/SLUG/check (Check programs) and
                                       ref/CH/SLUG/PROGRAM (references), with CH/SLUG as below labs/ */
};
/* Find the layout: $IPCLAB_ROOT (a source tree), else from /proc/self/exe: anything below
 * TREE/build (or another folder of TREE whose name starts with "build"), PREFIX/bin or
 * PREFIX/lib/ipclab. */
int layout_find(struct layout *l, struct err *e);
void layout_release(struct layout *l);

struct chapter {
    char *slug;          /* owned: "1-pipe" */
    char *dir;           /* owned: …/labs/1-pipe */
    int number;          /* 1 */
    struct title title;  /* from chapter.ini: [chapter] title.zh= title.en= */
    size_t first, count; /* exercises[first .. first+count) */
};

struct course {
    struct layout layout;
    struct chapter *chapters; /* owned */
    size_t n_chapters;
    struct exercise *exercises; /* owned, ordered by chapter and number */
    size_t n_exercises;
    char **
        unfinished; /* owned: exercise folders without exercise.ini; left out (verify names them) */
    size_t n_unfinished;
};

/* Load the whole catalogue. A broken exercise.ini is an error that names file and line; ids are
 * checked to be unique. */
int course_load(struct course *c, struct err *e);
void course_release(struct course *c);

/* Find by id ("pipe-hello"), number ("1.1"), slug path ("1-pipe/1-hello") or a path whose last two
 * folders are such a slug (a workspace folder or a file in one). NULL and a sentence with the
 * nearest id when nothing fits. */
const struct exercise *course_find(const struct course *c, const char *what, struct err *e);

/* Read a text of an exercise or chapter folder in the current language: name "task" reads
 * task.zh.md or task.en.md and falls back to the other one (*fell_back set to 1, else 0; may be
 * NULL). Who shows such a text puts MSG_COURSE_OTHER_LANGUAGE above it. Returns malloc'd text. */
char *course_read_text(const char *dir, const char *name, int *fell_back, struct err *e);

/* The text in just this language, malloc'd; NULL when it is not there. */
char *course_read_text_in(const char *dir, const char *name, enum lang lang);

/* Hints: hints.zh.md (or hints.en.md, as above) is split at its "## " headings; each part is one
 * hint, weakest first. Returns the number of hints; *hints is a malloc'd array of malloc'd strings
 * (free with hints_free). */
int course_read_hints(const char *lab_dir, char ***hints, size_t *count, int *fell_back,
                      struct err *e);
void hints_free(char **hints, size_t count);

#endif
