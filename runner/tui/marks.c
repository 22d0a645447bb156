#include "tui/marks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* The text of a document in one piece: wrapped lines are joined as they were before, and every byte
 * knows where it stands. */
struct flat {
    struct buf text;
    struct spot {
        int line, column, width; /* width: of the character that begins here, else 0 */
        enum style style;
        const char *link; /* borrowed */
    } * spots;            /* owned; one per byte */
    size_t cap;
};

static size_t length_of(const char *c)
{
    size_t len = 1;

    while (((unsigned char)c[len] & 0xc0) == 0x80)
        len++;
    return len;
}

static void flat_add(struct flat *f, const char *c, size_t len, struct spot at)
{
    if (f->text.len + len > f->cap) {
        f->cap = (f->text.len + len) * 2 + 256;
        f->spots = mem_grow(f->spots, f->cap, sizeof *f->spots);
    }
    for (size_t i = 0; i < len; i++) {
        f->spots[f->text.len + i] = at;
        at.width = 0;
    }
    buf_add(&f->text, c, len);
}

/* Between two lines: nothing beside Chinese, a blank between words. */
static void flat_join(struct flat *f, const char *next, struct spot at)
{
    if (f->text.len == 0 || (unsigned char)f->text.data[f->text.len - 1] >= 0x80 ||
        (unsigned char)*next >= 0x80)
        return;
    at.width = 0;
    at.link = NULL;
    flat_add(f, " ", 1, at);
}

static void flat_line(struct flat *f, const struct line *l, int number)
{
    struct spot at = {.line = number};
    bool begun = false;

    for (size_t i = 0; i < l->n_spans; i++) {
        at.style = l->spans[i].style;
        at.link = l->spans[i].link;
        for (const char *c = l->spans[i].text; *c; c += length_of(c)) {
            at.width = (int)text_width_n(c, length_of(c));
            if (!begun && *c != ' ') {
                flat_join(f, c, at);
                begun = true;
            }
            if (begun)
                flat_add(f, c, length_of(c), at);
            at.column += at.width;
        }
    }
}

static struct flat flat_make(const struct doc *d)
{
    struct flat f = {BUF_INIT};

    for (size_t i = 0; i < d->n_lines; i++)
        flat_line(&f, &d->lines[i], (int)i);
    return f;
}

static void flat_release(struct flat *f)
{
    buf_release(&f->text);
    free(f->spots);
}

/* ---- marks ---- */

void marks_release(struct marks *m)
{
    for (size_t i = 0; m->targets && i < m->n_items; i++)
        free(m->targets[i]);
    free(m->targets);
    free(m->at);
    *m = (struct marks){.chosen = -1};
}

/* The bytes from … to of the flat text, one mark per line. */
static void add(struct marks *m, const struct flat *f, size_t from, size_t to)
{
    struct mark *open = NULL;

    for (size_t i = from; i < to; i++) {
        const struct spot *s = &f->spots[i];

        if (s->width == 0)
            continue;
        if (!open || open->line != s->line) {
            m->at = mem_grow(m->at, m->n + 1, sizeof *m->at);
            open = &m->at[m->n++];
            *open = (struct mark){s->line, s->column, 0, m->n_items};
        }
        open->width = s->column + s->width - open->column;
    }
    m->n_items += open != NULL;
}

void marks_find(struct marks *m, const struct doc *d, const char *text)
{
    marks_release(m);
    if (!*text)
        return;
    struct flat f = flat_make(d);
    const char *begin = buf_text(&f.text);
    for (const char *at = begin; (at = strcasestr(at, text)); at += strlen(text))
        add(m, &f, (size_t)(at - begin), (size_t)(at - begin) + strlen(text));
    flat_release(&f);
}

int marks_line(const struct marks *m, size_t item)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->at[i].item == item)
            return m->at[i].line;
    return 0;
}

int marks_from(const struct marks *m, int line, int by)
{
    int n = (int)m->n_items;

    for (int i = 0; i < n; i++) {
        int item = by > 0 ? i : n - 1 - i;
        int at = marks_line(m, (size_t)item);

        if (by > 0 ? at >= line : at <= line)
            return item;
    }
    return n == 0 ? -1 : by > 0 ? 0 : n - 1;
}

/* ---- links ---- */

static bool is_page_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* "man 7 pipe" at the beginning: its length, else 0. */
static size_t match_man(const char *at, char **target)
{
    size_t len = 6;

    if (strncmp(at, "man ", 4) != 0 || at[4] < '1' || at[4] > '8' || at[5] != ' ')
        return 0;
    while (is_page_character(at[len]))
        len++;
    while (len > 6 && at[len - 1] == '.')
        len--;
    if (len == 6)
        return 0;
    *target = str_format("man:%c %.*s", at[4], (int)(len - 6), at + 6);
    return len;
}

/* "pipe(2)" at the beginning: its length, else 0. Section 1 is left out: there it is mostly an
 * argument of C. */
static size_t match_page(const char *at, char **target)
{
    size_t len = 0;

    if (!islower((unsigned char)*at) && *at != '_')
        return 0;
    while (is_page_character(at[len]))
        len++;
    if (len < 2 || at[len] != '(' || at[len + 1] < '2' || at[len + 1] > '8' || at[len + 2] != ')')
        return 0;
    *target = str_format("man:%c %.*s", at[len + 1], (int)len, at);
    return len + 3;
}

static size_t match_link(const struct flat *f, size_t i, char **target)
{
    size_t to = i;

    while (to < f->text.len && f->spots[to].link && !strcmp(f->spots[to].link, f->spots[i].link))
        to++;
    *target = str_dup(f->spots[i].link);
    return to - i;
}

static size_t match(const struct flat *f, size_t i, char **target)
{
    const char *at = f->text.data + i;
    bool inside = i > 0 && is_page_character(at[-1]);

    if (f->spots[i].link)
        return match_link(f, i, target);
    if (inside || f->spots[i].style == STYLE_CODE_LINE)
        return 0;
    size_t len = match_man(at, target);
    return len ? len : match_page(at, target);
}

void marks_links(struct marks *m, const struct doc *d)
{
    struct flat f = flat_make(d);

    marks_release(m);
    for (size_t i = 0, len; i < f.text.len; i += len ? len : 1) {
        char *target = NULL;
        size_t before = m->n_items;

        len = match(&f, i, &target);
        if (len == 0)
            continue;
        add(m, &f, i, i + len);
        if (m->n_items == before) {
            free(target);
            continue;
        }
        m->targets = mem_grow(m->targets, m->n_items, sizeof *m->targets);
        m->targets[before] = target;
    }
    flat_release(&f);
}
