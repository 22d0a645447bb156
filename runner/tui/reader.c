#include "tui/app.h"

void reader_reset(struct screen *s)
{
    doc_release(&s->doc);
    s->doc = (struct doc){0};
    s->n_items = 0;
    s->show = s->shown = -1;
}

void reader_open(struct app *a, struct screen *s)
{
    (void)a;
    s->top = 0;
    s->left = 0;
    s->stale = true;
}

static int last_top(const struct screen *s)
{
    int top = (int)s->doc.n_lines - s->rows;

    return top > 0 ? top : 0;
}

static void clamp(struct screen *s)
{
    if (s->top > last_top(s))
        s->top = last_top(s);
    if (s->top < 0)
        s->top = 0;
}

/* Bring the lines that matter into view, the first of them rather than the last. */
static void reveal(struct screen *s)
{
    if (s->show < 0)
        return;
    if (s->shown >= s->top + s->rows)
        s->top = s->shown - s->rows + 1;
    if (s->show < s->top)
        s->top = s->show;
    s->show = s->shown = -1;
}

static void paint_position(const struct screen *s, const struct pane *p)
{
    int last = last_top(s);

    if (last == 0)
        return;
    if (s->top > 0)
        paint(p, 0, p->columns - 1, TONE_DIM, "▲");
    if (s->top < last)
        paint(p, p->rows - 1, p->columns - 1, TONE_DIM, "▼");
}

void reader_draw(struct app *a, struct screen *s, const struct pane *p, bool focus)
{
    struct pane body = *p;

    (void)a;
    (void)focus;
    body.columns--; /* the last column tells that there is more above or below */
    s->rows = p->rows;
    reveal(s);
    clamp(s);
    for (int row = 0; row < p->rows && s->top + row < (int)s->doc.n_lines; row++)
        paint_line(&body, row, &s->doc.lines[s->top + row], s->left);
    paint_position(s, p);
}

static int widest(const struct screen *s)
{
    size_t width = 0;

    for (size_t i = 0; i < s->doc.n_lines; i++) {
        size_t w = line_width(&s->doc.lines[i]);

        width = w > width ? w : width;
    }
    return (int)width;
}

bool reader_overflows(const struct screen *s)
{
    return widest(s) > s->columns;
}

static void scroll_sideways(struct screen *s, int by)
{
    int most = widest(s) - s->columns + 1;

    s->left += by;
    if (s->left > most)
        s->left = most;
    if (s->left < 0)
        s->left = 0;
}

bool reader_request(struct app *a, struct screen *s, enum action action)
{
    int page = s->rows > 2 ? s->rows - 1 : 1;

    if (action == ACTION_UP)
        s->top--;
    else if (action == ACTION_DOWN)
        s->top++;
    else if (action == ACTION_PAGE_UP)
        s->top -= page;
    else if (action == ACTION_PAGE_DOWN)
        s->top += page;
    else if (action == ACTION_HOME)
        s->top = s->left = 0;
    else if (action == ACTION_END)
        s->top = last_top(s);
    else if (action == ACTION_SCROLL_LEFT)
        scroll_sideways(s, -8);
    else if (action == ACTION_SCROLL_RIGHT)
        scroll_sideways(s, 8);
    else
        return false;
    clamp(s);
    a->dirty = true;
    return true;
}
