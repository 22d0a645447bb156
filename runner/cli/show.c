/* ipclab show: the task of an exercise, or the lesson of a chapter, as a page of text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "cli/place.h"
#include "cli/print.h"

static bool is_exercise_id(const struct course *c, const char *word)
{
    for (size_t i = 0; i < c->n_exercises; i++)
        if (str_equal(c->exercises[i].id, word))
            return true;
    return false;
}

/* "1", "1-pipe" or "pipe"; a trailing slash of completed folder names is fine. NULL: no chapter. */
static const struct chapter *find_chapter(const struct course *c, const char *what)
{
    size_t len = strlen(what);
    while (len > 1 && what[len - 1] == '/')
        len--;
    AUTO_FREE char *word = str_ndup(what, len);
    for (size_t i = 0; i < c->n_chapters; i++) {
        const struct chapter *ch = &c->chapters[i];
        const char *dash = strchr(ch->slug, '-');
        AUTO_FREE char *number = str_format("%d", ch->number);
        if (str_equal(word, number) || str_equal(word, ch->slug) ||
            (dash && str_equal(word, dash + 1) && !is_exercise_id(c, word)))
            return ch;
    }
    return NULL;
}

static int show_lesson(struct cli *c, const struct chapter *ch)
{
    struct err e = {0};
    int fell_back = 0;
    AUTO_FREE char *text = course_read_text(ch->dir, "lesson", &fell_back, &e);
    if (!text)
        return cli_fail(EXIT_FAULT, &e);
    if (c->json) {
        print_json(json_pack("{s:i,s:s,s:s,s:s}", "number", ch->number, "slug", ch->slug, "title",
                             title_text(&ch->title), "lesson", text));
        return EXIT_DONE;
    }
    struct buf out = BUF_INIT;
    print_language_note(&out, c, fell_back);
    print_markdown(&out, c, text);
    if (ch->count) {
        AUTO_FREE char *next = msg_format(msg_lang(), MSG_CLI_SHOW_EXERCISES, (int)ch->count,
                                          c->course.exercises[ch->first].number);
        buf_addc(&out, '\n');
        print_wrapped(&out, c, next);
    }
    print_out(&out);
    return EXIT_DONE;
}

/* The learner's files, and what to type next. */
static void add_files(struct cli *c, struct buf *out, const struct exercise *x,
                      const char *workspace)
{
    size_t n;
    AUTO_FREE const char **names = exercise_sources(x, &n);
    AUTO_FREE char *dir = workspace ? cli_exercise_dir(c, workspace, x) : NULL;
    buf_addc(out, '\n');
    for (size_t i = 0; dir && i < n; i++)
        buf_addf(out, "%s%s/%s\n", msg(MSG_CLI_SHOW_FILE), dir, names[i]);
    AUTO_FREE char *next =
        msg_format(msg_lang(), dir ? MSG_CLI_SHOW_NEXT : MSG_CLI_SHOW_NO_WORKSPACE, x->number);
    print_wrapped(out, c, next);
}

static int show_task(struct cli *c, const struct exercise *x, const char *workspace)
{
    struct err e = {0};
    int fell_back = 0;
    AUTO_FREE char *text = course_read_text(x->lab_dir, "task", &fell_back, &e);
    if (!text)
        return cli_fail(EXIT_FAULT, &e);
    if (c->json) {
        AUTO_FREE char *dir = workspace ? cli_exercise_dir(c, workspace, x) : NULL;
        print_json(json_pack("{s:s,s:s,s:s,s:i,s:s?,s:s}", "id", x->id, "number", x->number,
                             "title", title_text(&x->title), "max_points", exercise_max_points(x),
                             "folder", dir, "task", text));
        return EXIT_DONE;
    }
    struct buf out = BUF_INIT;
    print_language_note(&out, c, fell_back);
    print_markdown(&out, c, text);
    add_files(c, &out, x, workspace);
    print_out(&out);
    return EXIT_DONE;
}

int command_show(struct cli *c, int argc, char **argv)
{
    static const char *const flags[] = {"--lesson", NULL};
    unsigned found;
    const char *word;
    struct place p;
    int status = take_words("show", argc, argv, flags, &found, &word);
    if (status != 0)
        return status;
    status = place_open(c, &p, PLACE_OPTIONAL, PLACE_READ);
    if (status == 0) {
        const struct chapter *ch = word ? find_chapter(&c->course, word) : NULL;
        const struct exercise *x = ch ? NULL : cli_exercise(c, word, p.store);
        if (x && found)
            ch = &c->course.chapters[x->chapter];
        if (ch)
            status = show_lesson(c, ch);
        else
            status = x ? show_task(c, x, p.workspace) : EXIT_FAILED;
    }
    place_release(&p);
    return status;
}
