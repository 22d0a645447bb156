/* ipclab new: the three folders of a new exercise, as a tiny example that already works. The files
 * come from runner/cli/template; @ID@, @PROGRAM@ and @CHAPTER@ in them are replaced. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/cli.h"
#include "course/slug.h"

enum { TEMPLATE_MAX = 1 << 16, NAME_LONGEST = 40, NUMBER_MAX = 999 };

struct new
{
    const char *chapter_word, *slug_word, *id_word; /* as typed */
    char *chapter;                                  /* owned: "1-pipe" */
    char *slug;                                     /* owned: "4-echo" */
    char *id;                                       /* owned: "pipe-echo" */
    char *program;                                  /* owned: "pipe_echo" */
    char *tree;                                     /* owned: top of the source tree */
    bool new_chapter;
};

static void release(struct new *n)
{
    free(n->chapter);
    free(n->slug);
    free(n->id);
    free(n->program);
    free(n->tree);
}

static int parse(struct new *n, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--id") == 0 && i + 1 < argc)
            n->id_word = argv[++i];
        else if (argv[i][0] == '-' || n->slug_word)
            return cli_usage("new");
        else if (!n->chapter_word)
            n->chapter_word = argv[i];
        else
            n->slug_word = argv[i];
    }
    return n->slug_word ? 0 : cli_usage("new");
}

/* --- names ------------------------------------------------------------------------------------ */

/* The part of a slug after its number. */
static const char *name_of(const char *slug)
{
    const char *dash = slug ? strchr(slug, '-') : NULL;
    return dash ? dash + 1 : slug;
}

static bool is_plain(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    if (!name)
        return false;
    size_t len = strlen(name);
    return len > 0 && len <= NAME_LONGEST && strspn(name, letters) == len && name[0] >= 'a' &&
           name[len - 1] != '-' && !strstr(name, "--");
}

static int find_chapter(struct cli *c, struct new *n)
{
    int number;
    const char *word = n->chapter_word ? n->chapter_word : "";
    for (size_t i = 0; i < c->course.n_chapters; i++) {
        const struct chapter *ch = &c->course.chapters[i];
        AUTO_FREE char *text = str_format("%d", ch->number);
        if (str_equal(word, ch->slug) || str_equal(word, text) ||
            str_equal(word, name_of(ch->slug))) {
            n->chapter = str_dup(ch->slug);
            return 0;
        }
    }
    if (!slug_parse(word, strlen(word), &number) || !is_plain(name_of(word)))
        return cli_failf(EXIT_FAILED, MSG_CLI_NEW_NO_CHAPTER, word);
    for (size_t i = 0; i < c->course.n_chapters; i++)
        if (c->course.chapters[i].number == number)
            return cli_failf(EXIT_FAILED, MSG_CLI_NEW_CHAPTER_TAKEN, number,
                             c->course.chapters[i].slug);
    n->chapter = str_dup(word);
    n->new_chapter = true;
    return 0;
}

static int number_of(const char *slug)
{
    int number = 0;
    return slug && slug_parse(slug, strlen(slug), &number) ? number : 0;
}

/* The slug as typed, or with the next free number of the chapter. */
static int choose_slug(struct cli *c, struct new *n)
{
    int wanted = number_of(n->slug_word), last = 0;
    const char *name = wanted ? name_of(n->slug_word) : n->slug_word;
    if (!is_plain(name))
        return cli_failf(EXIT_FAILED, MSG_CLI_NEW_BAD_NAME, n->slug_word);
    for (size_t i = 0; i < c->course.n_exercises; i++) {
        const struct exercise *x = &c->course.exercises[i];
        if (strcmp(c->course.chapters[x->chapter].slug, n->chapter) != 0)
            continue;
        int number = number_of(x->slug);
        if (number == wanted)
            return cli_failf(EXIT_FAILED, MSG_CLI_NEW_NUMBER_TAKEN, x->number, x->id);
        last = number > last ? number : last;
    }
    if (last >= NUMBER_MAX && !wanted)
        return cli_failf(EXIT_FAILED, MSG_CLI_NEW_BAD_NAME, n->slug_word);
    n->slug = str_format("%d-%s", wanted ? wanted : last + 1, name);
    return 0;
}

static int choose_id(struct cli *c, struct new *n)
{
    n->id = n->id_word ? str_dup(n->id_word)
                       : str_format("%s-%s", name_of(n->chapter), name_of(n->slug));
    if (!is_plain(n->id))
        return cli_failf(EXIT_FAILED, MSG_CLI_NEW_BAD_NAME, n->id);
    for (size_t i = 0; i < c->course.n_exercises; i++)
        if (strcmp(c->course.exercises[i].id, n->id) == 0)
            return cli_failf(EXIT_FAILED, MSG_CLI_NEW_ID_TAKEN, n->id,
                             c->course.exercises[i].number);
    n->program = str_dup(n->id);
    for (char *p = n->program; *p; p++)
        if (*p == '-')
            *p = '_';
    return 0;
}

/* --- files -------------------------------------------------------------------------------------
 */

static void replace(struct buf *out, const struct new *n, const char *text)
{
    const struct {
        const char *mark;
        const char *value;
    } marks[] = {{"@ID@", n->id}, {"@PROGRAM@", n->program}, {"@CHAPTER@", name_of(n->chapter)}};
    while (*text) {
        size_t i = 0, count = sizeof marks / sizeof marks[0];
        while (i < count && strncmp(text, marks[i].mark, strlen(marks[i].mark)) != 0)
            i++;
        if (i == count) {
            buf_addc(out, *text++);
            continue;
        }
        buf_adds(out, marks[i].value);
        text += strlen(marks[i].mark);
    }
}

static int write_file(const struct new *n, const char *template, const char *to, struct err *e)
{
    struct buf text = BUF_INIT, out = BUF_INIT;
    AUTO_FREE char *from = str_format("%s/runner/cli/template/%s.in", n->tree, template);
    AUTO_FREE char *path = fs_join(n->tree, to);
    AUTO_FREE char *dir = str_ndup(path, (size_t)(strrchr(path, '/') - path));
    int rc = fs_read(from, TEMPLATE_MAX, &text, e);
    if (rc == 0)
        rc = fs_mkdirs(dir, 0755, e);
    if (rc == 0) {
        replace(&out, n, text.data);
        rc = fs_write(path, out.data, out.len, e);
    }
    if (rc == 0)
        printf("  %s\n", to);
    buf_release(&text);
    buf_release(&out);
    return rc;
}

static int write_chapter(const struct new *n, struct err *e)
{
    AUTO_FREE char *ini = str_format("labs/%s/chapter.ini", n->chapter);
    AUTO_FREE char *lesson_zh = str_format("labs/%s/lesson.zh.md", n->chapter);
    AUTO_FREE char *lesson_en = str_format("labs/%s/lesson.en.md", n->chapter);
    if (!n->new_chapter)
        return 0;
    return write_file(n, "chapter.ini", ini, e) == 0 &&
                   write_file(n, "lesson.zh.md", lesson_zh, e) == 0 &&
                   write_file(n, "lesson.en.md", lesson_en, e) == 0
               ? 0
               : -1;
}

static int write_exercise(const struct new *n, struct err *e)
{
    enum { COUNT = 10 };
    AUTO_FREE char *skeleton = str_format("%s.c", n->program);
    const struct {
        const char *template, *top, *name;
    } files[COUNT] = {
        {"exercise.ini", "labs", "exercise.ini"},
        {"task.zh.md", "labs", "task.zh.md"},
        {"hints.zh.md", "labs", "hints.zh.md"},
        {"task.en.md", "labs", "task.en.md"},
        {"hints.en.md", "labs", "hints.en.md"},
        {"skeleton.c", "labs", skeleton},
        {"reference.c", "solutions", skeleton},
        {"check.c", "tests/labs", "check.c"},
        {"wrong-keeps_write_end.c", "tests/labs", "wrong/keeps_write_end.c"},
        {"wrong-no_newline.c", "tests/labs", "wrong/no_newline.c"},
    };
    if (write_chapter(n, e) != 0)
        return -1;
    for (int i = 0; i < COUNT; i++) {
        AUTO_FREE char *to =
            str_format("%s/%s/%s/%s", files[i].top, n->chapter, n->slug, files[i].name);
        if (write_file(n, files[i].template, to, e) != 0)
            return -1;
    }
    return 0;
}

/* All three folders must be free: nothing is overwritten. */
static int check_free(const struct new *n)
{
    static const char *const tops[] = {"labs", "solutions", "tests/labs"};
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        AUTO_FREE char *path = str_format("%s/%s/%s/%s", n->tree, tops[i], n->chapter, n->slug);
        if (fs_exists(path))
            return cli_failf(EXIT_FAILED, MSG_CLI_NEW_EXISTS, path);
    }
    return 0;
}

static int find_tree(struct cli *c, struct new *n)
{
    AUTO_FREE char *top = str_format("%s/..", c->course.layout.labs);
    n->tree = realpath(top, NULL);
    AUTO_FREE char *templates = n->tree ? fs_join(n->tree, "runner/cli/template") : NULL;
    return templates && fs_is_dir(templates) ? 0 : cli_failf(EXIT_FAILED, MSG_CLI_NEW_NO_TREE);
}

int command_new(struct cli *c, int argc, char **argv)
{
    struct err e = {0};
    struct new n = {.new_chapter = false};
    int status = parse(&n, argc, argv);
    if (status == 0 && cli_course(c) != 0)
        status = EXIT_FAULT;
    if (status == 0)
        status = find_tree(c, &n);
    if (status == 0)
        status = find_chapter(c, &n);
    if (status == 0)
        status = choose_slug(c, &n);
    if (status == 0)
        status = choose_id(c, &n);
    if (status == 0)
        status = check_free(&n);
    if (status == 0 && write_exercise(&n, &e) != 0)
        status = cli_fail(EXIT_FAULT, &e);
    if (status == 0) {
        msg_print(stdout, MSG_CLI_NEW_DONE, n.id);
        putchar('\n');
    }
    release(&n);
    return status;
}
