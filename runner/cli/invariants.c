#include "cli/invariants.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "cli/wrong.h"
#include "course/cjk.h"
#include "course/text_shape.h"

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
    int bad = 0;
    AUTO_FREE char *task = course_read_text(x->lab_dir, "task", NULL, &e);
    AUTO_FREE char *lesson = course_read_text(c->chapters[x->chapter].dir, "lesson", NULL, &e);
    if (!task)
        bad += violation(out, x, MSG_CLI_INV_NO_FILE, "task.zh.md");
    if (!lesson)
        bad += violation(out, x, MSG_CLI_INV_NO_FILE, "lesson.zh.md");
    if (course_read_hints(x->lab_dir, &hints, &n, NULL, &e) < MIN_HINTS)
        bad += violation(out, x, MSG_CLI_INV_FEW_HINTS, n, MIN_HINTS);
    hints_free(hints, n);
    return bad;
}

/* A text that is there in both languages says the same things in the same order. */
static int check_shape(struct buf *out, const struct exercise *x, const char *dir, const char *name)
{
    int line_zh, line_en;
    AUTO_FREE char *zh = course_read_text_in(dir, name, LANG_ZH);
    AUTO_FREE char *en = course_read_text_in(dir, name, LANG_EN);
    if (!zh || !en || text_shape_equal(zh, en, &line_zh, &line_en))
        return 0;
    AUTO_FREE char *zh_name = str_format("%s.zh.md", name);
    AUTO_FREE char *en_name = str_format("%s.en.md", name);
    return violation(out, x, MSG_CLI_INV_SHAPE, zh_name, en_name, line_zh, line_en);
}

/* Without title.en the Chinese title stands for both. */
static int check_title(struct buf *out, const struct exercise *x, const struct title *title,
                       const char *file)
{
    const char *en = title->text[LANG_EN];
    for (size_t i = 0, len = strlen(en); i < len; i++)
        if ((en[i] & 0xc0) != 0x80 && cjk_is_char(char_first(en + i, len - i)))
            return violation(out, x, MSG_CLI_INV_NO_ENGLISH_TITLE, title->text[LANG_ZH], file);
    return 0;
}

static int check_languages(struct buf *out, const struct course *c, const struct exercise *x)
{
    const struct chapter *ch = &c->chapters[x->chapter];
    int bad = check_shape(out, x, ch->dir, "lesson") + check_shape(out, x, x->lab_dir, "task") +
              check_shape(out, x, x->lab_dir, "hints") +
              check_title(out, x, &ch->title, "chapter.ini") +
              check_title(out, x, &x->title, "exercise.ini");
    for (size_t i = 0; i < x->n_tests; i++)
        bad += check_title(out, x, &x->tests[i].title, "exercise.ini");
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
    return check_sources(out, x) + check_texts(out, c, x) + check_languages(out, c, x) +
           check_stray(out, x) + check_tests(out, x);
}
