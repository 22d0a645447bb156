/* Documents in which one of several things is chosen: settings, attempts, backups. */
#include "base/buf.h"
#include "tui/app.h"

void list_item(struct screen *s)
{
    s->items = mem_grow(s->items, s->n_items + 1, sizeof *s->items);
    s->items[s->n_items++] = (int)s->doc.n_lines;
}

static void clamp(struct screen *s)
{
    if (s->chosen >= (int)s->n_items)
        s->chosen = (int)s->n_items - 1;
    if (s->chosen < 0)
        s->chosen = 0;
}

/* The chosen line with its surroundings is seen; at the ends all there is. */
static void follow(struct screen *s)
{
    int line = s->items[s->chosen];

    s->show = s->chosen == 0 ? 0 : line - 2 > 0 ? line - 2 : 0;
    s->shown = s->chosen + 1 == (int)s->n_items ? (int)s->doc.n_lines - 1 : line + 2;
    if (s->shown - s->show >= s->rows)
        s->show = s->shown = line;
}

void list_draw(struct app *a, struct screen *s, const struct pane *p, bool focus)
{
    clamp(s);
    s->rows = p->rows;
    if (s->n_items > 0)
        follow(s);
    reader_draw(a, s, p, focus);
    if (s->n_items == 0)
        return;
    int row = s->items[s->chosen] - s->top;
    paint_over(p, row, 0, p->columns - 1, focus ? TONE_SELECTED : TONE_CURRENT);
}

bool list_request(struct app *a, struct screen *s, enum action action)
{
    int page = s->rows > 2 ? s->rows - 1 : 1;

    if (s->n_items == 0)
        return reader_request(a, s, action);
    if (action == ACTION_UP)
        s->chosen--;
    else if (action == ACTION_DOWN)
        s->chosen++;
    else if (action == ACTION_PAGE_UP)
        s->chosen -= page;
    else if (action == ACTION_PAGE_DOWN)
        s->chosen += page;
    else if (action == ACTION_HOME)
        s->chosen = 0;
    else if (action == ACTION_END)
        s->chosen = (int)s->n_items - 1;
    else
        return false;
    clamp(s);
    a->dirty = true;
    return true;
}

void list_click(struct app *a, struct screen *s, int line)
{
    for (size_t i = 0; i < s->n_items; i++) {
        if (s->items[i] != line)
            continue;
        if (s->chosen == (int)i) /* once more: open it */
            s->ops->request(a, s, ACTION_OPEN);
        else
            s->chosen = (int)i;
        break;
    }
    a->dirty = true;
}
