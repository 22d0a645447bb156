#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "tui/app.h"
#include "tui/workspace.h"

char *say(enum msg_id id, ...)
{
    va_list ap;
    char *text;

    va_start(ap, id);
    text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    return text;
}

void app_status(struct app *a, enum tone tone, enum msg_id id, ...)
{
    va_list ap;
    char *text;

    va_start(ap, id);
    text = msg_vformat(msg_lang(), id, ap);
    va_end(ap);
    buf_clear(&a->status);
    buf_adds(&a->status, text);
    free(text);
    a->status_tone = tone;
    a->dirty = true;
}

void app_error(struct app *a, const struct err *e)
{
    buf_clear(&a->status);
    buf_adds(&a->status, e->text);
    a->status_tone = TONE_BAD;
    a->dirty = true;
}

/* ---- which exercises there are ---- */

bool app_helped(const struct progress *p)
{
    return p->state == PROGRESS_PASSED && (p->hints > 0 || p->peeked);
}

static bool shows(enum filter f, const struct progress *p)
{
    switch (f) {
    case FILTER_ALL:
        return true;
    case FILTER_OPEN:
        return p->state != PROGRESS_PASSED;
    case FILTER_TRIED:
        return p->state == PROGRESS_TRIED;
    case FILTER_UNTOUCHED:
        return p->state == PROGRESS_UNTOUCHED;
    case FILTER_PASSED:
        return p->state == PROGRESS_PASSED;
    case FILTER_HELPED:
        return app_helped(p);
    }
    return true;
}

enum msg_id app_filter_name(enum filter f)
{
    static const enum msg_id names[FILTER_COUNT] = {
        [FILTER_ALL] = MSG_TUI_FILTER_ALL,       [FILTER_OPEN] = MSG_TUI_FILTER_OPEN,
        [FILTER_TRIED] = MSG_TUI_FILTER_TRIED,   [FILTER_UNTOUCHED] = MSG_TUI_FILTER_UNTOUCHED,
        [FILTER_PASSED] = MSG_TUI_FILTER_PASSED, [FILTER_HELPED] = MSG_TUI_FILTER_HELPED};

    return names[f];
}

/* A chapter without any of the exercises is left out, unless all are shown. */
static void nodes_make(struct app *a)
{
    const struct course *c = a->o->course;

    a->n_nodes = 0;
    for (size_t i = 0; i < c->n_chapters; i++) {
        size_t before = a->n_nodes;

        a->nodes[a->n_nodes++] = (struct node){.chapter = i};
        for (size_t j = 0; j < c->chapters[i].count; j++) {
            const struct exercise *x = &c->exercises[c->chapters[i].first + j];

            if (shows(a->filter, &a->progress[x->index]))
                a->nodes[a->n_nodes++] = (struct node){i, x};
        }
        if (a->filter != FILTER_ALL && a->n_nodes == before + 1)
            a->n_nodes = before;
    }
}

static size_t find_node(const struct app *a, const struct node *n)
{
    for (size_t i = 0; i < a->n_nodes; i++)
        if (a->nodes[i].exercise == n->exercise && a->nodes[i].chapter == n->chapter)
            return i;
    return a->n_nodes;
}

/* The selection stays where it is still shown, else the first exercise is selected. */
static void filter_set(struct app *a, enum filter f)
{
    struct node was = a->n_nodes ? a->nodes[a->node] : (struct node){0};

    a->filter = f;
    nodes_make(a);
    size_t at = find_node(a, &was);
    if (at < a->n_nodes)
        a->node = at;
    else
        app_select(a, a->n_nodes > 1 ? 1 : 0);
    a->dirty = true;
}

void app_filter_none(struct app *a)
{
    if (a->filter != FILTER_ALL)
        filter_set(a, FILTER_ALL);
}

static bool any_shown(const struct app *a, enum filter f)
{
    for (size_t i = 0; i < a->o->course->n_exercises; i++)
        if (shows(f, &a->progress[i]))
            return true;
    return false;
}

void app_filter_next(struct app *a)
{
    enum filter f = a->filter;

    do
        f = (enum filter)((f + 1) % FILTER_COUNT);
    while (f != FILTER_ALL && !any_shown(a, f));
    filter_set(a, f);
}

size_t app_node_of(struct app *a, const struct exercise *x)
{
    const struct node wanted = {x->chapter, x};

    if (find_node(a, &wanted) >= a->n_nodes)
        app_filter_none(a);
    size_t at = find_node(a, &wanted);
    return at < a->n_nodes ? at : a->node;
}

/* ---- selection ---- */

const struct exercise *app_exercise(const struct app *a)
{
    return a->n_nodes ? a->nodes[a->node].exercise : NULL;
}

const struct chapter *app_chapter(const struct app *a)
{
    return a->n_nodes ? &a->o->course->chapters[a->nodes[a->node].chapter] : NULL;
}

void app_begin(struct app *a, size_t node)
{
    bool in_tree = a->focus == SLOT_TREE;

    app_select(a, node);
    if (!in_tree)
        app_show(a, app_exercise(a) ? SCREEN_TASK : SCREEN_LESSON);
    a->main = SLOT_TEXT;
}

size_t app_next_open(const struct app *a, size_t node)
{
    for (size_t i = 0; i < a->n_nodes; i++) {
        size_t at = (node + i) % a->n_nodes;
        const struct exercise *x = a->nodes[at].exercise;

        if (x && a->progress[x->index].state != PROGRESS_PASSED)
            return at;
    }
    return a->n_nodes;
}

void app_progress(struct app *a, const struct exercise *x)
{
    struct err e;

    if (store_progress(a->o->store, x->id, &a->progress[x->index], &e) < 0)
        app_error(a, &e);
    a->dirty = true;
}

/* The learner may not have the folder yet; then there is nothing to watch. */
void app_watch(struct app *a)
{
    const struct exercise *x = app_exercise(a);
    size_t n = 0;

    if (!x) {
        file_watch_set(&a->watch, "", NULL, 0);
        return;
    }
    AUTO_FREE char *dir = workspace_dir(a->o->workspace, a->o->course, x);
    AUTO_FREE const char **names = exercise_sources(x, &n);
    file_watch_set(&a->watch, dir, names, n);
    if (a->watch.limited && !a->limit_told)
        app_status(a, TONE_WARN, MSG_TUI_WATCH_LIMIT);
    a->limit_told |= a->watch.limited;
}

void app_forget_old(struct app *a)
{
    if (a->has_old)
        report_release(&a->old);
    a->has_old = false;
    a->screens[SCREEN_RESULTS].stale = a->dirty = true;
}

static void forget_selected(struct app *a)
{
    app_forget_old(a);
    if (a->has_last)
        report_release(&a->last);
    a->has_last = false;
    hints_free(a->hints, a->n_hints);
    a->hints = NULL;
    a->n_hints = 0;
    a->detail = -1;
    a->grade_at = 0;
}

/* A report that cannot be read (an old format) is as good as none. */
static void load_last(struct app *a, const struct exercise *x)
{
    AUTO_FREE char *text = store_last_report(a->o->store, x->id);
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;

    if (!json)
        return;
    a->has_last = report_from_json(&a->last, json, NULL) == 0;
    json_decref(json);
}

void app_select(struct app *a, size_t node)
{
    const struct exercise *x;

    if (node >= a->n_nodes)
        return;
    forget_selected(a);
    a->node = node;
    x = app_exercise(a);
    if (x)
        load_last(a, x);
    a->text = x ? SCREEN_TASK : SCREEN_LESSON;
    if (!x && a->main == SLOT_RESULTS) {
        a->main = SLOT_TEXT;
        a->focus = a->focus == SLOT_RESULTS ? SLOT_TEXT : a->focus;
    }
    for (int i = SCREEN_TREE + 1; i < SCREEN_COUNT; i++)
        a->screens[i].ops->open(a, &a->screens[i]);
    app_watch(a);
    a->dirty = true;
}

/* ---- screens ---- */

struct screen *app_screen(struct app *a, enum slot slot)
{
    static const enum screen_id fixed[] = {
        [SLOT_TREE] = SCREEN_TREE, [SLOT_TEXT] = SCREEN_TASK, [SLOT_RESULTS] = SCREEN_RESULTS};

    return &a->screens[slot == SLOT_TEXT ? a->text : fixed[slot]];
}

void app_show(struct app *a, enum screen_id id)
{
    enum slot slot = id == SCREEN_TREE      ? SLOT_TREE
                     : id == SCREEN_RESULTS ? SLOT_RESULTS
                                            : SLOT_TEXT;

    if (screen_ops(id)->general && !screen_ops(a->text)->general) {
        a->before.text = a->text;
        a->before.focus = a->focus;
        a->before.main = a->main;
    }
    if (slot == SLOT_TEXT && a->text != id) {
        a->text = id;
        a->screens[id].ops->open(a, &a->screens[id]);
    }
    if (a->focus != slot)
        a->zoom = false;
    a->focus = slot;
    if (slot != SLOT_TREE)
        a->main = slot;
    a->dirty = true;
}

void app_return(struct app *a)
{
    a->text = a->before.text;
    a->focus = a->before.focus;
    a->main = a->before.main;
    a->dirty = true;
}

void app_stale(struct app *a)
{
    for (int i = 0; i < SCREEN_COUNT; i++)
        a->screens[i].stale = true;
    a->dirty = true;
}

const struct report *app_report(struct app *a, bool *live)
{
    const struct exercise *x = app_exercise(a);

    *live = false;
    if (a->has_old)
        return &a->old;
    if (x && a->run.grading && a->run.exercise == x) {
        *live = a->run.active;
        return grade_report(a->run.grading);
    }
    return x && a->has_last ? &a->last : NULL;
}

bool app_passed(const struct app *a)
{
    const struct exercise *x = app_exercise(a);

    return x && a->progress[x->index].state == PROGRESS_PASSED;
}

/* ---- begin and end ---- */

/* Where the learner was, else the first exercise that is not passed, else the first row. */
static size_t node_to_begin(const struct app *a)
{
    AUTO_FREE char *id = store_get(a->o->store, "tui.exercise");
    size_t open = a->n_nodes;

    for (size_t i = a->n_nodes; i-- > 0;) {
        const struct exercise *x = a->nodes[i].exercise;

        if (x && str_equal(id, x->id))
            return i;
        if (x && a->progress[x->index].state != PROGRESS_PASSED)
            open = i;
    }
    return open < a->n_nodes ? open : 0;
}

void app_init(struct app *a, const struct tui_options *o)
{
    const struct course *c = o->course;

    *a = (struct app){.o = o, .detail = -1, .text = SCREEN_TASK, .main = SLOT_TEXT, .dirty = true};
    for (int i = 0; i < SCREEN_COUNT; i++)
        a->screens[i] = (struct screen){
            .ops = screen_ops((enum screen_id)i), .found.chosen = -1, .links.chosen = -1};
    file_watch_init(&a->watch);
    settings_load(&a->settings, o->store);
    history_load(&a->commands, o->store, "tui.commands");
    a->nodes = mem_alloc((c->n_chapters + c->n_exercises + 1) * sizeof *a->nodes);
    a->texts = mem_alloc((c->n_exercises + 1) * sizeof *a->texts);
    a->progress = mem_alloc((c->n_exercises + 1) * sizeof *a->progress);
    for (size_t i = 0; i < c->n_exercises; i++)
        app_progress(a, &c->exercises[i]);
    nodes_make(a);
    app_select(a, node_to_begin(a));
}

void app_release(struct app *a)
{
    const struct exercise *x = app_exercise(a);

    if (x)
        store_set(a->o->store, "tui.exercise", x->id, NULL);
    run_release(a);
    free(a->check.states);
    attempts_free(a->attempts, a->n_attempts);
    free(a->diagnosis);
    backups_free(a->backups, a->n_backups);
    forget_selected(a);
    file_watch_release(&a->watch);
    history_save(&a->commands, a->o->store, "tui.commands");
    history_release(&a->commands);
    settings_release(&a->settings);
    for (int i = 0; i < SCREEN_COUNT; i++) {
        doc_release(&a->screens[i].doc);
        free(a->screens[i].text);
        free(a->screens[i].items);
        marks_release(&a->screens[i].found);
        marks_release(&a->screens[i].links);
    }
    buf_release(&a->prompt.text);
    buf_release(&a->find);
    buf_release(&a->status);
    free(a->test_lines);
    for (size_t i = 0; i < a->o->course->n_exercises; i++)
        free(a->texts[i]);
    free(a->texts);
    free(a->nodes);
    free(a->progress);
}

size_t app_passed_count(const struct app *a)
{
    size_t passed = 0;

    for (size_t i = 0; i < a->o->course->n_exercises; i++)
        passed += a->progress[i].state == PROGRESS_PASSED;
    return passed;
}
