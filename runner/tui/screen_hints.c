/* Hints, step by step: each one is asked for, and recorded. */
#include <stdlib.h>

#include "tui/screens.h"

static bool hints_load(struct app *a, const struct exercise *x)
{
    struct err e;

    if (a->hints)
        return true;
    if (course_read_hints(x->lab_dir, &a->hints, &a->n_hints, &a->hints_fell_back, &e) < 0) {
        app_error(a, &e);
        return false;
    }
    return a->n_hints > 0;
}

static void add_hint(struct doc *d, const char *text, int columns)
{
    struct doc one = {0};

    markdown_render(&one, text, (size_t)columns);
    doc_move(d, &one);
    doc_add(d, STYLE_TEXT, "");
}

static void hints_read(struct app *a, struct screen *s, int columns)
{
    const struct exercise *x = app_exercise(a);
    int shown = x ? a->progress[x->index].hints : 0;
    int last = 0;

    reader_reset(s);
    if (!x || !hints_load(a, x))
        return;
    doc_add(&s->doc, STYLE_TEXT, "");
    if (a->hints_fell_back) {
        doc_add_wrapped(&s->doc, STYLE_DIM, msg(MSG_COURSE_OTHER_LANGUAGE), (size_t)columns, 0);
        doc_add(&s->doc, STYLE_TEXT, "");
    }
    for (int i = 0; i < shown && i < (int)a->n_hints; i++) {
        last = (int)s->doc.n_lines;
        add_hint(&s->doc, a->hints[i], columns > 96 ? 96 : columns);
    }
    int left = (int)a->n_hints - shown;
    AUTO_FREE char *more =
        left > 0 ? say(MSG_TUI_HINTS_LEFT, left) : say(MSG_TUI_HINTS_ALL, action_key(ACTION_RUN));
    doc_add_wrapped(&s->doc, STYLE_DIM, more, (size_t)columns, 0);
    s->show = last;
    s->shown = (int)s->doc.n_lines - 1;
}

/* The first press shows what was already seen; once that is on the screen the next one is taken. */
void hints_next(struct app *a)
{
    const struct exercise *x = app_exercise(a);
    struct err e;

    if (!x) {
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
        return;
    }
    struct progress *p = &a->progress[x->index];
    bool here = a->text == SCREEN_HINTS && a->focus == SLOT_TEXT;
    if (!hints_load(a, x)) {
        if (!a->status.len)
            app_status(a, TONE_WARN, MSG_TUI_NO_HINTS);
        return;
    }
    if ((here || p->hints == 0) && p->hints < (int)a->n_hints) {
        if (store_add_hint(a->o->store, x->id, p->hints + 1, &e) < 0)
            app_error(a, &e);
        p->hints++;
    }
    app_show(a, SCREEN_HINTS);
    a->screens[SCREEN_HINTS].stale = true;
}

static bool hints_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action != ACTION_BACK)
        return false;
    app_show(a, SCREEN_TASK);
    return true;
}

static const enum action *hints_keys(struct app *a)
{
    static const enum action more[] = {ACTION_HINT, ACTION_EDIT, ACTION_RUN,
                                       ACTION_TASK, ACTION_BACK, ACTION_NONE};
    const struct exercise *x = app_exercise(a);
    bool all = x && a->progress[x->index].hints >= (int)a->n_hints;

    return all ? more + 1 : more;
}

const struct screen_ops hints_screen = {
    .title = MSG_TUI_TITLE_HINTS,
    .open = reader_open,
    .read = hints_read,
    .draw = reader_draw,
    .click = reader_click,
    .request = hints_request,
    .keys = hints_keys,
};
