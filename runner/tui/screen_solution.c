/* The reference: after a pass, or after an explicit wish that is recorded. Shown beside the
 * learner's own file, as a difference where that has no room, or whole. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "tui/beside.h"
#include "tui/diff.h"
#include "tui/places.h"
#include "tui/screens.h"
#include "tui/workspace.h"

enum { FILE_MAX = 1 << 20, CONTEXT = 3 };

static void add_whole(struct doc *d, const struct buf *text)
{
    struct buf fenced = BUF_INIT;
    struct doc code = {0};

    buf_addf(&fenced, "`````c\n%s\n`````\n", buf_text(text));
    markdown_render(&code, buf_text(&fenced), 96);
    buf_release(&fenced);
    d->lines = mem_grow(d->lines, d->n_lines + code.n_lines + 1, sizeof *d->lines);
    for (size_t i = 0; i < code.n_lines; i++)
        d->lines[d->n_lines++] = code.lines[i];
    free(code.lines);
}

static void add_diff_line(struct doc *d, const struct diff_line *l)
{
    static const struct {
        const char *sign;
        enum style style;
    } looks[] = {[DIFF_SAME] = {"  ", STYLE_TEXT},
                 [DIFF_OLD] = {"- ", STYLE_BAD},
                 [DIFF_NEW] = {"+ ", STYLE_GOOD}};
    struct buf shown = BUF_INIT, clean = BUF_INIT;
    int number = l->kind == DIFF_OLD ? l->old_line : l->new_line;
    AUTO_FREE char *gutter = str_format("%4d ", number);

    places_expand_tabs(&shown, l->text, l->len);
    text_sanitize(&clean, buf_text(&shown), shown.len);
    doc_add(d, STYLE_DIM, gutter);
    doc_append(d, looks[l->kind].style, looks[l->kind].sign);
    doc_append(d, looks[l->kind].style, buf_text(&clean));
    buf_release(&shown);
    buf_release(&clean);
}

static bool buf_equal(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Is line i within reach of a changed line? */
static bool near_change(const struct diff_line *l, size_t count, size_t i)
{
    size_t from = i > CONTEXT ? i - CONTEXT : 0;

    for (size_t j = from; j < count && j <= i + CONTEXT; j++)
        if (l[j].kind != DIFF_SAME)
            return true;
    return false;
}

static void add_diff(struct doc *d, const struct buf *mine, const struct buf *reference)
{
    size_t count = 0;
    AUTO_FREE struct diff_line *l =
        diff_lines(buf_text(mine), mine->len, buf_text(reference), reference->len, &count);

    for (size_t i = 0, skipped; i < count;) {
        for (skipped = 0; i < count && !near_change(l, count, i); i++)
            skipped++;
        if (skipped > 0) {
            AUTO_FREE char *text = say(MSG_TUI_SAME_LINES, (int)skipped);
            doc_add(d, STYLE_DIM, text);
        }
        for (; i < count && near_change(l, count, i); i++)
            add_diff_line(d, &l[i]);
    }
}

static void add_file(struct app *a, struct doc *d, const char *own_dir, const struct exercise *x,
                     const char *name, int columns)
{
    AUTO_FREE char *own = fs_join(own_dir, name);
    AUTO_FREE char *ours = fs_join(x->solution_dir, name);
    struct buf mine = BUF_INIT, reference = BUF_INIT;
    struct err e;

    doc_add(d, STYLE_HEADING2, name);
    if (fs_read(ours, FILE_MAX, &reference, &e) < 0) {
        doc_add_wrapped(d, STYLE_BAD, e.text, 76, 0);
    } else if (!a->compare || fs_read(own, FILE_MAX, &mine, &e) < 0) {
        add_whole(d, &reference);
    } else if (buf_equal(&mine, &reference)) {
        doc_add_wrapped(d, STYLE_GOOD, msg(MSG_TUI_DIFF_NONE), (size_t)columns, 0);
    } else if (columns >= BESIDE_COLUMNS) {
        beside_add(d, &mine, &reference, columns);
    } else {
        doc_add(d, STYLE_BAD, msg(MSG_TUI_DIFF_OWN));
        doc_append(d, STYLE_TEXT, "  ");
        doc_append(d, STYLE_GOOD, msg(MSG_TUI_DIFF_REFERENCE));
        add_diff(d, &mine, &reference);
    }
    doc_add(d, STYLE_TEXT, "");
    buf_release(&mine);
    buf_release(&reference);
}

static void solution_read(struct app *a, struct screen *s, int columns)
{
    const struct exercise *x = app_exercise(a);
    size_t n = 0;

    reader_reset(s);
    if (!x)
        return;
    doc_add(&s->doc, STYLE_TEXT, "");
    AUTO_FREE char *dir = workspace_dir(a->o->workspace, a->o->course, x);
    AUTO_FREE const char **names = exercise_sources(x, &n);
    for (size_t i = 0; i < n; i++)
        add_file(a, &s->doc, dir, x, names[i], columns);
}

void solution_show(struct app *a)
{
    const struct exercise *x = app_exercise(a);

    if (!x) {
        app_status(a, TONE_WARN, MSG_TUI_PICK_EXERCISE);
        return;
    }
    if (!x->solution_dir || !fs_is_dir(x->solution_dir)) {
        app_status(a, TONE_WARN, MSG_TUI_NO_SOLUTION);
        return;
    }
    const struct progress *p = &a->progress[x->index];
    if (p->state != PROGRESS_PASSED && !p->peeked) {
        prompt_open(a, &prompt_peek);
        return;
    }
    a->compare = p->state == PROGRESS_PASSED;
    app_show(a, SCREEN_SOLUTION);
    a->screens[SCREEN_SOLUTION].stale = true;
}

static bool solution_request(struct app *a, struct screen *s, enum action action)
{
    if (reader_request(a, s, action))
        return true;
    if (action == ACTION_COMPARE) {
        a->compare = !a->compare;
        reader_open(a, s);
        a->dirty = true;
        return true;
    }
    if (action != ACTION_BACK)
        return false;
    app_show(a, SCREEN_TASK);
    return true;
}

static const enum action *solution_keys(struct app *a)
{
    static const enum action keys[] = {ACTION_COMPARE, ACTION_TASK, ACTION_NEXT, ACTION_BACK,
                                       ACTION_NONE};

    (void)a;
    return keys;
}

const struct screen_ops solution_screen = {
    .title = MSG_TUI_TITLE_SOLUTION,
    .wide = true,
    .open = reader_open,
    .read = solution_read,
    .draw = reader_draw,
    .request = solution_request,
    .keys = solution_keys,
};
