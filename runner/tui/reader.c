#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"

void reader_reset(struct screen *s)
{
    int chosen = s->found.chosen, link = s->links.chosen; /* the same in the page made anew */

    doc_release(&s->doc);
    s->doc = (struct doc){0};
    free(s->text);
    s->text = NULL;
    s->widest = 0;
    s->measured = 0;
    s->n_items = 0;
    marks_release(&s->found);
    s->found.chosen = chosen;
    marks_release(&s->links);
    s->links.chosen = link;
    s->show = s->shown = -1;
}

void reader_open(struct app *a, struct screen *s)
{
    (void)a;
    s->top = 0;
    s->left = 0;
    s->found.chosen = s->links.chosen = -1;
    s->stale = true;
}

/* ---- laying out ---- */

/* The pane's title already says what the first heading says. */
static void drop_first_heading(struct doc *d)
{
    size_t drop = 0;
    struct doc head;

    if (d->n_lines == 0 || d->lines[0].n_spans == 0 || d->lines[0].spans[0].style != STYLE_HEADING1)
        return;
    while (drop < d->n_lines && line_width(&d->lines[drop]) > 0)
        drop++;
    head = (struct doc){.lines = mem_alloc((drop + 1) * sizeof *head.lines), .n_lines = drop};
    memcpy(head.lines, d->lines, drop * sizeof *d->lines);
    d->n_lines -= drop;
    memmove(d->lines, d->lines + drop, d->n_lines * sizeof *d->lines);
    doc_release(&head);
}

static void add_part(struct screen *s)
{
    const char *at = s->text + s->text_at;
    size_t len = markdown_part(at);
    AUTO_FREE char *part = str_ndup(at, len);
    struct doc lines = {0};

    markdown_render(&lines, part, (size_t)s->text_columns);
    if (s->text_at == 0)
        drop_first_heading(&lines);
    else if (lines.n_lines > 0 && s->doc.n_lines > 0)
        doc_add(&s->doc, STYLE_TEXT, "");
    doc_move(&s->doc, &lines);
    s->text_at += len;
    if (s->text[s->text_at] == '\0') {
        free(s->text);
        s->text = NULL;
    }
}

void reader_set_text(struct screen *s, char *text, int columns)
{
    s->text = text;
    s->text_at = 0;
    s->text_columns = columns;
    add_part(s);
}

void reader_need(struct screen *s, int lines)
{
    while (s->text && (int)s->doc.n_lines < lines)
        add_part(s);
}

bool reader_go_on(struct app *a)
{
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        struct screen *s = app_screen(a, (enum slot)slot);

        if (a->panes[slot].columns <= 0 || !s->text || s->stale)
            continue;
        bool wide = reader_overflows(s);
        add_part(s);
        a->dirty = a->dirty || reader_overflows(s) != wide; /* a key more */
        return true;
    }
    return false;
}

static int last_top(const struct screen *s)
{
    int top = (int)s->doc.n_lines - s->rows;

    return top > 0 ? top : 0;
}

static void clamp(struct screen *s)
{
    reader_need(s, s->top + 2 * s->rows);
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
    reader_need(s, s->shown + 1);
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

static void paint_marks(const struct screen *s, const struct pane *p, const struct marks *m,
                        enum tone tone)
{
    for (size_t i = 0; i < m->n; i++) {
        bool chosen = (int)m->at[i].item == m->chosen;

        if (chosen || tone != TONE_TEXT)
            paint_over(p, m->at[i].line - s->top, m->at[i].column - s->left, m->at[i].width,
                       chosen ? TONE_SELECTED : tone);
    }
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
    paint_marks(s, &body, &s->found, TONE_FOUND);
    paint_marks(s, &body, &s->links, TONE_TEXT);
    paint_position(s, p);
}

/* ---- matches and links ---- */

static void show_line(struct screen *s, int line)
{
    s->show = line > 1 ? line - 2 : 0;
    s->shown = line + 2 < (int)s->doc.n_lines ? line + 2 : line;
}

static void mark_links(struct screen *s)
{
    int chosen = s->links.chosen;

    reader_need(s, INT_MAX);
    marks_links(&s->links, &s->doc);
    s->links.chosen = chosen < (int)s->links.n_items ? chosen : -1;
}

void reader_mark(struct app *a, struct screen *s)
{
    int chosen = s->found.chosen;

    if (s->links.chosen >= 0)
        mark_links(s);
    if (!a->find_marked) {
        marks_release(&s->found);
        return;
    }
    reader_need(s, INT_MAX);
    marks_find(&s->found, &s->doc, buf_text(&a->find));
    s->found.chosen = chosen < (int)s->found.n_items ? chosen : -1;
}

void reader_find(struct app *a, struct screen *s, int line, int by)
{
    struct marks *m = &s->found;
    int n = (int)m->n_items;

    a->dirty = true;
    if (n == 0) {
        app_status(a, TONE_WARN, MSG_TUI_NOT_IN_PAGE, buf_text(&a->find));
        return;
    }
    if (line < 0 && m->chosen >= 0)
        m->chosen = (m->chosen + by + n) % n;
    else
        m->chosen = marks_from(m, line < 0 ? s->top : line, by);
    show_line(s, marks_line(m, (size_t)m->chosen));
    app_status(a, TONE_DIM, MSG_TUI_MATCH_OF, m->chosen + 1, n);
}

static void choose_link(struct app *a, struct screen *s, int by)
{
    struct marks *m = &s->links;

    if (m->n_items == 0)
        mark_links(s);
    int n = (int)m->n_items;
    if (n == 0) {
        app_status(a, TONE_DIM, MSG_TUI_NO_LINKS);
        return;
    }
    m->chosen = m->chosen < 0 ? marks_from(m, s->top, 1) : (m->chosen + by + n) % n;
    show_line(s, marks_line(m, (size_t)m->chosen));
    app_status(a, TONE_DIM, MSG_TUI_LINK_TO, m->targets[m->chosen]);
}

void reader_click(struct app *a, struct screen *s, int line)
{
    struct marks *m = &s->links;

    if (m->n_items == 0)
        mark_links(s);
    for (size_t i = 0; i < m->n; i++) {
        const struct mark *at = &m->at[i];
        int column = a->clicked + s->left;

        if (at->line != line || column < at->column || column >= at->column + at->width)
            continue;
        AUTO_FREE char *target = str_dup(m->targets[at->item]);
        follow_link(a, target);
        return;
    }
}

/* Enter on a chosen link, Esc from links or matches. */
static bool link_request(struct app *a, struct screen *s, enum action action)
{
    if (action == ACTION_LINK_NEXT || action == ACTION_LINK_PREVIOUS) {
        choose_link(a, s, action == ACTION_LINK_NEXT ? 1 : -1);
    } else if (action == ACTION_OPEN && s->links.n_items > 0 && s->links.chosen >= 0) {
        AUTO_FREE char *target = str_dup(s->links.targets[s->links.chosen]);

        follow_link(a, target);
    } else if (action == ACTION_BACK && s->links.chosen >= 0) {
        s->links.chosen = -1;
    } else if (action == ACTION_BACK && s->found.n_items > 0) {
        a->find_marked = false;
        app_stale(a);
    } else {
        return false;
    }
    a->dirty = true;
    return true;
}

/* Of the lines there are so far; each is measured once. */
static int widest(struct screen *s)
{
    for (; s->measured < s->doc.n_lines; s->measured++) {
        int width = (int)line_width(&s->doc.lines[s->measured]);

        s->widest = width > s->widest ? width : s->widest;
    }
    return s->widest;
}

bool reader_overflows(struct screen *s)
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
    else if (action == ACTION_END) {
        reader_need(s, INT_MAX);
        s->top = last_top(s);
    } else if (action == ACTION_SCROLL_LEFT)
        scroll_sideways(s, -8);
    else if (action == ACTION_SCROLL_RIGHT)
        scroll_sideways(s, 8);
    else
        return link_request(a, s, action);
    clamp(s);
    a->dirty = true;
    return true;
}
