#include "tui/tui.h"

#include <stdlib.h>

#include "tui/app.h"

/* What the learner should know before anything else. */
static void greet(struct app *a)
{
    const struct course *c = a->o->course;
    bool fresh = true;

    for (size_t i = 0; i < c->n_exercises; i++)
        fresh = fresh && a->progress[i].state == PROGRESS_UNTOUCHED;
    if (msg_lang() == LANG_ZH && !a->term.chinese) {
        msg_set_lang(LANG_EN);
        app_status(a, TONE_WARN, a->term.utf8 ? MSG_TUI_CONSOLE : MSG_TUI_NO_CHINESE,
                   a->term.charset);
    } else if (!a->term.utf8) {
        app_status(a, TONE_WARN, MSG_TUI_NOT_UTF8, a->term.charset);
    } else if (fresh && c->n_exercises > 0 && !a->status.len) {
        AUTO_FREE char *open = str_dup(action_key(ACTION_OPEN));

        app_status(a, TONE_TEXT, MSG_TUI_WELCOME, open, action_key(ACTION_HELP));
    } else if (c->n_exercises > 0 && app_passed_count(a) == c->n_exercises && !a->status.len) {
        app_status(a, TONE_GOOD, MSG_TUI_EVERY_PASSED, (int)c->n_exercises);
    }
}

static void recall_language(const struct tui_options *o)
{
    AUTO_FREE char *lang = o->recall_language ? store_get(o->store, "tui.lang") : NULL;

    if (lang)
        msg_choose(lang);
}

int tui_run(const struct tui_options *o, struct err *e)
{
    struct terminal term;
    struct app a;

    if (term_start(&term, e) < 0)
        return -1;
    recall_language(o);
    app_init(&a, o);
    a.term = term;
    paint_start(&a.term, a.settings.colours);
    greet(&a);
    while (!a.quit)
        loop_once(&a, -1);
    app_release(&a);
    term_stop(&a.term);
    return 0;
}
