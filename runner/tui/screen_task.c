/* The task of an exercise and the lesson of its chapter: Markdown. */
#include <stdlib.h>

#include "tui/screens.h"

/* Text lines much longer than this are hard to read, however wide the terminal is. */
enum { READABLE = 96 };

static void read_text(struct screen *s, const char *dir, const char *name, int columns)
{
    struct err e = {0};
    int fell_back = 0;
    char *text = course_read_text(dir, name, &fell_back, &e);

    reader_reset(s);
    if (!text) {
        doc_add_wrapped(&s->doc, STYLE_BAD, e.text, (size_t)columns, 0);
        return;
    }
    if (fell_back) {
        doc_add_wrapped(&s->doc, STYLE_DIM, msg(MSG_COURSE_OTHER_LANGUAGE), (size_t)columns, 0);
        doc_add(&s->doc, STYLE_TEXT, "");
    }
    reader_set_text(s, text, columns > READABLE ? READABLE : columns);
}

static void task_read(struct app *a, struct screen *s, int columns)
{
    const struct exercise *x = app_exercise(a);

    if (x)
        read_text(s, x->lab_dir, "task", columns);
}

static void lesson_read(struct app *a, struct screen *s, int columns)
{
    const struct chapter *c = app_chapter(a);

    if (c)
        read_text(s, c->dir, "lesson", columns);
}

static bool task_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action == ACTION_OPEN) {
        app_show(a, SCREEN_RESULTS);
        return true;
    }
    if (action == ACTION_BACK) {
        app_show(a, SCREEN_TREE);
        return true;
    }
    return false;
}

static bool lesson_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action != ACTION_BACK)
        return false;
    app_show(a, app_exercise(a) ? SCREEN_TASK : SCREEN_TREE);
    return true;
}

static const enum action *task_keys(struct app *a)
{
    static const enum action open[] = {ACTION_EDIT,    ACTION_RUN,    ACTION_HINT,
                                       ACTION_RESULTS, ACTION_LESSON, ACTION_NONE};
    static const enum action passed[] = {ACTION_NEXT,    ACTION_SOLUTION, ACTION_EDIT,
                                         ACTION_RESULTS, ACTION_LESSON,   ACTION_NONE};

    return app_passed(a) ? passed : open;
}

static const enum action *lesson_keys(struct app *a)
{
    static const enum action exercise[] = {ACTION_BACK, ACTION_TASK, ACTION_NEXT, ACTION_NONE};
    static const enum action chapter[] = {ACTION_BACK, ACTION_NEXT, ACTION_NONE};

    return app_exercise(a) ? exercise : chapter;
}

const struct screen_ops task_screen = {
    .title = MSG_TUI_TITLE_TASK,
    .open = reader_open,
    .read = task_read,
    .draw = reader_draw,
    .click = reader_click,
    .request = task_request,
    .keys = task_keys,
};

const struct screen_ops lesson_screen = {
    .title = MSG_TUI_TITLE_LESSON,
    .open = reader_open,
    .read = lesson_read,
    .draw = reader_draw,
    .click = reader_click,
    .request = lesson_request,
    .keys = lesson_keys,
};
