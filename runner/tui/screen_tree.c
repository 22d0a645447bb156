/* The course tree: chapters and exercises with state and points. */
#include <stdlib.h>

#include "base/text.h"
#include "tui/screens.h"

static void tree_open(struct app *a, struct screen *s)
{
    (void)a;
    (void)s;
}

static void tree_read(struct app *a, struct screen *s, int columns)
{
    (void)a;
    (void)s;
    (void)columns;
}

static void mark_of(const struct progress *p, const char **mark, enum tone *tone)
{
    static const struct {
        const char *mark;
        enum tone tone;
    } marks[] = {[PROGRESS_UNTOUCHED] = {"○", TONE_DIM},
                 [PROGRESS_TRIED] = {"◐", TONE_WARN},
                 [PROGRESS_PASSED] = {"✓", TONE_GOOD}};

    *mark = marks[p->state].mark;
    *tone = marks[p->state].tone;
}

static char *points_of(const struct exercise *x, const struct progress *p)
{
    if (p->state == PROGRESS_UNTOUCHED)
        return str_format("%d", exercise_max_points(x));
    return str_format("%d/%d", p->best_points, exercise_max_points(x));
}

static void draw_exercise(struct app *a, const struct pane *p, int row, const struct exercise *x,
                          enum tone tone)
{
    const struct progress *progress = &a->progress[x->index];
    AUTO_FREE char *points = points_of(x, progress);
    bool running = a->run.active && a->run.exercise == x;
    bool plain = tone == TONE_TEXT || tone == TONE_CURRENT;
    int width = (int)text_width(points);
    enum tone mark_tone;
    const char *mark;

    mark_of(progress, &mark, &mark_tone);
    paint(p, row, 2, plain ? mark_tone : tone, running ? "▸" : mark);
    paint_field(p, row, 4, 4, tone, x->number);
    paint_field(p, row, 8, p->columns - 10 - width, tone, title_text(&x->title));
    paint(p, row, p->columns - 1 - width, plain ? TONE_DIM : tone, points);
}

static void draw_chapter(struct app *a, const struct pane *p, int row, const struct chapter *c,
                         enum tone tone)
{
    bool plain = tone == TONE_TEXT || tone == TONE_CURRENT;
    AUTO_FREE char *number = str_format("%d", c->number);
    size_t passed = 0;

    for (size_t i = 0; i < c->count; i++)
        passed += a->progress[c->first + i].state == PROGRESS_PASSED;
    AUTO_FREE char *count = str_format("%zu/%zu", passed, c->count);
    int width = (int)text_width(count);

    paint(p, row, 1, plain ? TONE_STRONG : tone, number);
    paint_field(p, row, 3, p->columns - 5 - width, plain ? TONE_STRONG : tone,
                title_text(&c->title));
    paint(p, row, p->columns - 1 - width,
          !plain               ? tone
          : passed == c->count ? TONE_GOOD
                               : TONE_DIM,
          count);
}

/* Keep the selection inside with a little of its surroundings. */
static void follow(struct app *a, struct screen *s, int rows)
{
    int node = (int)a->node;
    int margin = rows > 8 ? 2 : 0;
    int last = (int)a->n_nodes - rows;

    if (node - margin < s->top)
        s->top = node - margin;
    if (node + margin >= s->top + rows)
        s->top = node + margin - rows + 1;
    if (s->top > last)
        s->top = last;
    if (s->top < 0)
        s->top = 0;
}

static void tree_draw(struct app *a, struct screen *s, const struct pane *p, bool focus)
{
    s->rows = p->rows;
    follow(a, s, p->rows);
    for (int row = 0; row < p->rows && s->top + row < (int)a->n_nodes; row++) {
        size_t i = (size_t)s->top + (size_t)row;
        const struct node *n = &a->nodes[i];
        enum tone tone = i != a->node ? TONE_TEXT : focus ? TONE_SELECTED : TONE_CURRENT;

        paint_blank(p, row, tone);
        if (n->exercise)
            draw_exercise(a, p, row, n->exercise, tone);
        else
            draw_chapter(a, p, row, &a->o->course->chapters[n->chapter], tone);
        if (tone == TONE_CURRENT)
            paint(p, row, 0, TONE_KEY, "›");
    }
}

static void step(struct app *a, long by)
{
    long node = (long)a->node + by;
    long last = (long)a->n_nodes - 1;

    node = node > last ? last : node;
    node = node < 0 ? 0 : node;
    if ((size_t)node != a->node)
        app_select(a, (size_t)node);
}

static bool tree_request(struct app *a, struct screen *s, enum action action)
{
    long page = s->rows > 1 ? s->rows - 1 : 1;

    if (action == ACTION_UP)
        step(a, -1);
    else if (action == ACTION_DOWN)
        step(a, 1);
    else if (action == ACTION_PAGE_UP)
        step(a, -page);
    else if (action == ACTION_PAGE_DOWN)
        step(a, page);
    else if (action == ACTION_HOME)
        step(a, -(long)a->n_nodes);
    else if (action == ACTION_END)
        step(a, (long)a->n_nodes);
    else if (action == ACTION_OPEN)
        app_show(a, a->main == SLOT_RESULTS ? SCREEN_RESULTS : a->text);
    else
        return false;
    return true;
}

static void tree_click(struct app *a, struct screen *s, int line)
{
    (void)s;
    if (line >= 0 && (size_t)line < a->n_nodes && (size_t)line != a->node)
        app_select(a, (size_t)line);
}

static const enum action *tree_keys(struct app *a)
{
    static const enum action exercise[] = {ACTION_OPEN, ACTION_EDIT,   ACTION_RUN,
                                           ACTION_HINT, ACTION_SEARCH, ACTION_NONE};
    static const enum action chapter[] = {ACTION_OPEN, ACTION_NEXT, ACTION_SEARCH, ACTION_NONE};

    return app_exercise(a) ? exercise : chapter;
}

const struct screen_ops tree_screen = {
    .title = MSG_TUI_TITLE_TREE,
    .open = tree_open,
    .read = tree_read,
    .draw = tree_draw,
    .request = tree_request,
    .click = tree_click,
    .keys = tree_keys,
};
