/* The course tree: chapters and exercises with state and points. */
#include <stdlib.h>
#include <string.h>

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

/* The exercise to go on with: the first open one at or behind the last that was tried. */
static const struct exercise *to_go_on(const struct app *a)
{
    const struct course *c = a->o->course;
    size_t last = 0;

    for (size_t i = 0; i < c->n_exercises; i++)
        if (a->progress[i].last_try > a->progress[last].last_try)
            last = i;
    for (size_t i = 0; i < c->n_exercises; i++) {
        const struct exercise *x = &c->exercises[(last + i) % c->n_exercises];

        if (a->progress[x->index].state != PROGRESS_PASSED)
            return x;
    }
    return NULL;
}

/* A title without room is shown without what stands behind its colon, if that makes it fit. */
static void paint_title(const struct pane *p, int row, int column, int columns, enum tone tone,
                        const char *title)
{
    static const char *const colons[] = {"：", ": "};

    for (size_t i = 0; (int)text_width(title) > columns && i < 2; i++) {
        const char *colon = strstr(title, colons[i]);
        size_t len = colon ? (size_t)(colon - title) : 0;

        if (len == 0 || (int)text_width_n(title, len) > columns)
            continue;
        AUTO_FREE char *head = str_ndup(title, len);
        paint_field(p, row, column, columns, tone, head);
        return;
    }
    paint_field(p, row, column, columns, tone, title);
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
    if (x == to_go_on(a))
        paint(p, row, 0, plain ? TONE_KEY : tone, "→");
    paint(p, row, 2, plain ? mark_tone : tone, running ? "▸" : mark);
    if (app_helped(progress))
        paint(p, row, 3, plain ? TONE_DIM : tone, "*");
    paint_field(p, row, 5, 4, plain && progress->state == PROGRESS_PASSED ? TONE_DIM : tone,
                x->number);
    paint_title(p, row, 9, p->columns - 11 - width, tone, title_text(&x->title));
    paint(p, row, p->columns - 1 - width,
          !plain                              ? tone
          : progress->state == PROGRESS_TRIED ? TONE_WARN
                                              : TONE_DIM,
          points);
}

static void draw_chapter(struct app *a, const struct pane *p, int row, const struct chapter *c,
                         enum tone tone)
{
    bool plain = tone == TONE_TEXT || tone == TONE_CURRENT;
    AUTO_FREE char *number = str_format("%d", c->number);
    int bar = p->columns < 60 ? 6 : 16;
    size_t passed = 0;

    for (size_t i = 0; i < c->count; i++)
        passed += a->progress[c->first + i].state == PROGRESS_PASSED;
    AUTO_FREE char *count = str_format("%zu/%zu", passed, c->count);
    int width = (int)text_width(count);
    bool begun = plain && passed > 0;
    int at = p->columns - 1 - width - (begun ? 1 + bar : 0);

    paint(p, row, 2, plain ? TONE_STRONG : tone, number);
    paint_title(p, row, 5, at - 6, plain ? TONE_STRONG : tone, title_text(&c->title));
    if (begun)
        paint_bar(p, row, at, bar, (int)passed, (int)c->count);
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
            paint(p, row, 1, TONE_KEY, "›");
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
    else if (action == ACTION_BACK && a->filter != FILTER_ALL)
        app_filter_none(a);
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
    static const enum action exercise[] = {ACTION_OPEN,   ACTION_EDIT,   ACTION_RUN, ACTION_HINT,
                                           ACTION_SEARCH, ACTION_FILTER, ACTION_NONE};
    static const enum action chapter[] = {ACTION_OPEN, ACTION_NEXT, ACTION_SEARCH, ACTION_FILTER,
                                          ACTION_NONE};

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
