#include "cli/invariants.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "cli/wrong.h"

enum { TEXT_MAX = 1 << 20, MIN_HINTS = 3, MIN_WRONG = 6, MIN_TESTS = 6, MAX_TESTS = 12 };

static int violation(struct buf *out, const struct exercise *x, enum msg_id id, ...)
{
    va_list ap;
    va_start(ap, id);
    AUTO_FREE char *text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    buf_addf(out, "%s %s: %s\n", x->number, x->id, text);
    return 1;
}

static bool contains_todo(const char *path)
{
    struct buf b = BUF_INIT;
    bool found = fs_read(path, TEXT_MAX, &b, NULL) == 0 && strstr(b.data, "TODO") != NULL;
    buf_release(&b);
    return found;
}

static int check_sources(struct buf *out, const struct exercise *x)
{
    size_t n;
    int bad = 0;
    bool todo = false;
    const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++) {
        AUTO_FREE char *lab = fs_join(x->lab_dir, names[i]);
        AUTO_FREE char *solution = fs_join(x->solution_dir, names[i]);
        if (!fs_exists(lab))
            bad += violation(out, x, MSG_CLI_INV_NO_FILE, lab);
        if (!fs_exists(solution))
            bad += violation(out, x, MSG_CLI_INV_NO_FILE, solution);
        todo |= contains_todo(lab);
    }
    for (size_t i = 0; i < x->n_given; i++) {
        AUTO_FREE char *lab = fs_join(x->lab_dir, x->given[i]);
        if (!fs_exists(lab))
            bad += violation(out, x, MSG_CLI_INV_NO_FILE, lab);
    }
    free(names);
    return todo ? bad : bad + violation(out, x, MSG_CLI_INV_NO_TODO);
}

static int check_texts(struct buf *out, const struct course *c, const struct exercise *x)
{
    struct err e = {0};
    char **hints = NULL;
    size_t n = 0;
    int bad = 0, fell_back;
    AUTO_FREE char *task = course_read_text(x->lab_dir, "task", &fell_back, &e);
    AUTO_FREE char *lesson =
        course_read_text(c->chapters[x->chapter].dir, "lesson", &fell_back, &e);
    if (!task)
        bad += violation(out, x, MSG_CLI_INV_NO_FILE, "task.zh.md");
    if (!lesson)
        bad += violation(out, x, MSG_CLI_INV_NO_FILE, "lesson.zh.md");
    if (course_read_hints(x->lab_dir, &hints, &n, &e) < MIN_HINTS)
        bad += violation(out, x, MSG_CLI_INV_FEW_HINTS, n, MIN_HINTS);
    hints_free(hints, n);
    return bad;
}

static bool belongs(const struct exercise *x, const char *name)
{
    static const char *const fixed[] = {"exercise.ini", "task.zh.md", "task.en.md", "hints.zh.md",
                                        "hints.en.md",  ".",          ".."};
    size_t n;
    bool found = false;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        found |= strcmp(fixed[i], name) == 0;
    const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++)
        found |= strcmp(names[i], name) == 0;
    free(names);
    for (size_t i = 0; i < x->n_given; i++)
        found |= strcmp(x->given[i], name) == 0;
    return found;
}

static int check_stray(struct buf *out, const struct exercise *x)
{
    DIR *dir = opendir(x->lab_dir);
    int bad = 0;
    for (struct dirent *d; dir && (d = readdir(dir));)
        if (!belongs(x, d->d_name))
            bad += violation(out, x, MSG_CLI_INV_STRAY, x->lab_dir, d->d_name);
    if (dir)
        closedir(dir);
    return bad;
}

static int check_tests(struct buf *out, const struct exercise *x)
{
    struct wrong *list;
    size_t n;
    struct err e = {0};
    int bad = 0;
    if (x->n_tests < MIN_TESTS || x->n_tests > MAX_TESTS)
        bad += violation(out, x, MSG_CLI_INV_TESTS, x->n_tests, MIN_TESTS, MAX_TESTS);
    if (wrong_load(x, &list, &n, &e) != 0) {
        buf_addf(out, "%s %s: %s\n", x->number, x->id, e.text);
        return bad + 1;
    }
    if (n < MIN_WRONG)
        bad += violation(out, x, MSG_CLI_INV_FEW_WRONG, n, MIN_WRONG);
    wrong_free(list, n);
    return bad;
}

int invariants_check(struct buf *out, const struct course *c, const struct exercise *x)
{
    return check_sources(out, x) + check_texts(out, c, x) + check_stray(out, x) +
           check_tests(out, x);
}
