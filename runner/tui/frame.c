/* The frame: which panes are visible and where, header, status line, key line.
 *
 *   row 0        program, progress of the course
 *   row 1        titles of the panes
 *   …            the panes
 *   row H-2      a question, a message, or the test that runs
 *   row H-1      the keys that matter now
 *
 * One thing has the screen: the tree (from 100 columns with a preview), or what was opened. From
 * 120 columns task and results stand side by side, from 160 the tree too. */
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/text.h"
#include "tui/app.h"
#include "tui/cursesw.h"

enum {
    TINY_COLUMNS = 40,
    TINY_ROWS = 10,
    PREVIEW_COLUMNS = 100, /* from here on the tree has something beside it */
    PAIR_COLUMNS = 120,
    ALL_COLUMNS = 160,
    HEADER_ROWS = 2,
    FOOTER_ROWS = 2,
    STATUS_ROWS = 4, /* a long message may take this many */
};

bool frame_is_tiny(void)
{
    return COLS < TINY_COLUMNS || LINES < TINY_ROWS;
}

bool frame_tree_is_alone(void)
{
    return COLS < PREVIEW_COLUMNS;
}

/* ---- layout ---- */

static void choose(const struct app *a, bool visible[SLOT_COUNT])
{
    bool pair = COLS >= PAIR_COLUMNS && app_exercise(a);
    bool in_tree = a->focus == SLOT_TREE;
    bool wide = pair && screen_ops(a->text)->wide && a->main == SLOT_TEXT;

    memset(visible, 0, SLOT_COUNT * sizeof *visible);
    visible[a->focus] = true;
    if (in_tree && COLS >= PREVIEW_COLUMNS)
        visible[a->main] = true;
    if (COLS >= ALL_COLUMNS)
        visible[SLOT_TREE] = true;
    if (wide)
        visible[SLOT_TEXT] = !in_tree || COLS >= ALL_COLUMNS;
    else if (pair && (!in_tree || COLS >= ALL_COLUMNS))
        visible[SLOT_TEXT] = visible[SLOT_RESULTS] = true;
    if (a->zoom && !in_tree) {
        visible[SLOT_TREE] = COLS >= PREVIEW_COLUMNS && COLS < PAIR_COLUMNS;
        visible[SLOT_TEXT] = a->focus == SLOT_TEXT;
        visible[SLOT_RESULTS] = a->focus == SLOT_RESULTS;
    }
}

static int tree_columns(bool alone)
{
    if (alone)
        return COLS;
    return COLS < ALL_COLUMNS ? COLS * 2 / 5 : 38 + (COLS - ALL_COLUMNS) / 4;
}

static void layout(struct app *a)
{
    bool visible[SLOT_COUNT];
    int columns[SLOT_COUNT] = {0};
    int left = 0;

    choose(a, visible);
    bool text = visible[SLOT_TEXT], results = visible[SLOT_RESULTS];
    if (visible[SLOT_TREE])
        columns[SLOT_TREE] = tree_columns(!text && !results);
    int rest = COLS - columns[SLOT_TREE];
    if (text)
        columns[SLOT_TEXT] = results ? rest / 2 : rest;
    if (results)
        columns[SLOT_RESULTS] = rest - columns[SLOT_TEXT];
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        a->panes[slot] =
            (struct pane){HEADER_ROWS, left, LINES - HEADER_ROWS - FOOTER_ROWS, columns[slot]};
        left += columns[slot];
    }
}

/* ---- header and titles ---- */

static void draw_header(struct app *a)
{
    enum { BAR = 12 };
    struct pane row = {0, 0, 1, COLS};
    const struct course *c = a->o->course;
    int points = 0, max_points = 0;

    for (size_t i = 0; i < c->n_exercises; i++) {
        points += a->progress[i].best_points;
        max_points += exercise_max_points(&c->exercises[i]);
    }
    int passed = (int)app_passed_count(a);
    AUTO_FREE char *numbers =
        say(MSG_TUI_PROGRESS, passed, (int)c->n_exercises, points, max_points);
    int width = (int)text_width(numbers);
    int at = COLS - width - 1;
    int name = 1 + paint(&row, 0, 1, TONE_NAME, "ipclab");

    paint(&row, 0, at, TONE_TEXT, numbers);
    at -= BAR + 2;
    if (at > name + 2)
        paint_bar(&row, 0, at, BAR, passed, (int)c->n_exercises);
    if (at > name + 4)
        paint_field(&row, 0, name + 2, at - name - 4, TONE_DIM, msg(MSG_TUI_COURSE_NAME));
}

static void draw_title(struct app *a, enum slot slot)
{
    const struct pane *p = &a->panes[slot];
    struct pane row = {1, p->left, 1, p->columns};
    const struct exercise *x = app_exercise(a);
    const struct chapter *c = app_chapter(a);
    bool focus = slot == a->focus;
    int at = 1;

    at += paint(&row, 0, at, focus ? TONE_TITLE_FOCUS : TONE_TITLE,
                msg(app_screen(a, slot)->ops->title));
    if (slot == SLOT_TREE && a->filter != FILTER_ALL)
        paint_field(&row, 0, at + 2, p->columns - at - 3, TONE_WARN,
                    msg(app_filter_name(a->filter)));
    if (slot == SLOT_TREE || app_screen(a, slot)->ops->general)
        return;
    if (slot == SLOT_RESULTS && a->panes[SLOT_TEXT].columns > 0 && !screen_ops(a->text)->general)
        return; /* its neighbour names the exercise */
    if (x && !(slot == SLOT_TEXT && a->text == SCREEN_LESSON)) {
        at += 2 + paint(&row, 0, at + 2, TONE_DIM, x->number);
        paint_field(&row, 0, at + 1, p->columns - at - 2, TONE_DIM, title_text(&x->title));
    } else if (c) {
        paint_field(&row, 0, at + 2, p->columns - at - 3, TONE_DIM, title_text(&c->title));
    }
}

/* ---- panes ---- */

static void draw_slot(struct app *a, enum slot slot)
{
    struct pane p = a->panes[slot];
    struct screen *s = app_screen(a, slot);

    if (p.columns <= 0)
        return;
    draw_title(a, slot);
    if (p.left + p.columns < COLS) { /* somebody stands to the right */
        paint_vertical(1, LINES - 1 - FOOTER_ROWS, p.left + p.columns - 1);
        p.columns--;
    }
    if (slot != SLOT_TREE) {
        p.left++; /* a margin */
        p.columns--;
    }
    if (s->stale || s->columns != p.columns - 1) {
        s->columns = p.columns - 1;
        s->rows = p.rows;
        s->ops->read(a, s, s->columns);
        reader_mark(a, s);
        s->stale = false;
    }
    s->ops->draw(a, s, &p, slot == a->focus);
}

/* ---- status and keys ---- */

static char *running_text(struct app *a)
{
    const struct report *r = grade_report(a->run.grading);
    int at = grade_current_test(a->run.grading) + 1;
    int seconds = (int)((clock_ns() - a->run.began) / 1000000000ULL);
    const char *number = a->run.exercise->number;

    if (!r->built)
        return say(MSG_TUI_STATUS_BUILDING, number, seconds);
    return say(MSG_TUI_STATUS_RUNNING, number, at > 0 ? at : 1, (int)r->n_records, seconds);
}

/* A message may need more than one row: it grows upwards over the panes. */
static void draw_message(const char *text, enum tone tone)
{
    struct text_slice *lines;
    size_t count = 0;

    lines = text_wrap(text, strlen(text), (size_t)COLS - 2, &count);
    int rows = count > STATUS_ROWS ? STATUS_ROWS : (int)count;
    struct pane p = {LINES - 1 - rows, 0, rows, COLS};
    for (int i = 0; i < rows; i++) {
        AUTO_FREE char *line = str_ndup(text + lines[i].start, lines[i].len);

        paint_blank(&p, i, TONE_TEXT);
        paint(&p, i, 1, tone, line);
    }
    free(lines);
}

static void draw_prompt(struct app *a)
{
    const struct exercise *x = app_exercise(a);
    struct pane p = {LINES - 2, 0, 1, COLS};
    AUTO_FREE char *label = say(a->prompt.ops->label, x ? x->number : "");

    if (a->prompt.ops->confirm) {
        draw_message(label, TONE_WARN);
        curs_set(0);
        return;
    }
    int at = 1 + paint(&p, 0, 1, TONE_KEY, label);
    const char *text = buf_text(&a->prompt.text);
    while (*text && at + (int)text_width(text) >= COLS) /* of a long one the end is seen */
        text += text_fit(text, strlen(text), 2) > 0 ? text_fit(text, strlen(text), 2) : 1;
    at += paint(&p, 0, at, TONE_TEXT, text);
    move(p.top, at < COLS ? at : COLS - 1);
    curs_set(1);
}

static void draw_status(struct app *a)
{
    if (a->status.len) {
        draw_message(buf_text(&a->status), a->status_tone);
    } else if (a->run.active) {
        AUTO_FREE char *text = running_text(a);
        draw_message(text, TONE_KEY);
    }
}

/* Short words for the line of keys; an action without one does not appear there. */
static const enum msg_id words[ACTION_COUNT] = {
    [ACTION_UP] = MSG_TUI_KEY_UP,
    [ACTION_DOWN] = MSG_TUI_KEY_DOWN,
    [ACTION_OPEN] = MSG_TUI_KEY_OPEN,
    [ACTION_BACK] = MSG_TUI_KEY_BACK,
    [ACTION_NEXT] = MSG_TUI_KEY_NEXT,
    [ACTION_SEARCH] = MSG_TUI_KEY_SEARCH,
    [ACTION_FILTER] = MSG_TUI_KEY_FILTER,
    [ACTION_EDIT] = MSG_TUI_KEY_EDIT,
    [ACTION_RUN] = MSG_TUI_KEY_RUN,
    [ACTION_STOP] = MSG_TUI_KEY_STOP,
    [ACTION_FAILURE_NEXT] = MSG_TUI_KEY_FAILURE,
    [ACTION_EXPLAIN] = MSG_TUI_KEY_EXPLAIN,
    [ACTION_HINT] = MSG_TUI_KEY_HINT,
    [ACTION_SOLUTION] = MSG_TUI_KEY_SOLUTION,
    [ACTION_COMPARE] = MSG_TUI_KEY_COMPARE,
    [ACTION_TASK] = MSG_TUI_KEY_TASK,
    [ACTION_ATTEMPTS] = MSG_TUI_KEY_ATTEMPTS,
    [ACTION_COPY] = MSG_TUI_KEY_COPY,
    [ACTION_RESULTS] = MSG_TUI_KEY_RESULTS,
    [ACTION_LESSON] = MSG_TUI_KEY_LESSON,
    [ACTION_ZOOM] = MSG_TUI_KEY_ZOOM,
    [ACTION_SCROLL_RIGHT] = MSG_TUI_KEY_SCROLL_RIGHT,
    [ACTION_HELP] = MSG_TUI_KEY_HELP,
    [ACTION_QUIT] = MSG_TUI_KEY_QUIT,
};

/* Paint one key with its word if it fits before `end`; returns the column behind it. */
static int draw_key(const struct pane *p, int at, int end, const char *key, const char *word)
{
    int width = (int)(text_width(key) + 1 + text_width(word));

    if (at + width > end)
        return at;
    at += paint(p, 0, at, TONE_KEY, key);
    at += 1 + paint(p, 0, at + 1, TONE_DIM, word);
    return at + 2;
}

static int draw_action(const struct pane *p, int at, int end, enum action action)
{
    return draw_key(p, at, end, action_key(action), msg(words[action]));
}

/* The words that could stand where one types, as far as they fit. */
static bool draw_candidates(struct app *a, const struct pane *p, int end)
{
    const struct buf *text = &a->prompt.text;
    const char *word;
    size_t start = 0;
    int at = 1;

    if (!a->prompt.ops->candidate || text->len == 0)
        return false;
    for (size_t i = 0; (word = a->prompt.ops->candidate(a, i, &start)); i++) {
        if (strncmp(word, buf_text(text) + start, text->len - start) != 0 ||
            at + (int)text_width(word) > end)
            continue;
        at += 2 + paint(p, 0, at, TONE_DIM, word);
    }
    return at > 1;
}

static void draw_prompt_keys(struct app *a, const struct pane *p, int end)
{
    int at = 1;

    if (a->prompt.ops->confirm || draw_candidates(a, p, end))
        return;
    at = draw_key(p, at, end, "Enter", msg(MSG_TUI_KEY_ACCEPT));
    if (a->prompt.ops->step)
        at = draw_key(p, at, end, "↑ ↓", msg(MSG_TUI_KEY_MATCHES));
    if (a->prompt.ops->candidate)
        at = draw_key(p, at, end, "Tab", msg(MSG_TUI_KEY_COMPLETE));
    if (a->prompt.ops->history)
        at = draw_key(p, at, end, "↑ ↓", msg(MSG_TUI_KEY_HISTORY));
    draw_key(p, at, end, "Esc", msg(MSG_TUI_KEY_CANCEL));
}

/* Help and quit always find room; the others as far as there is some. */
static void draw_keys(struct app *a)
{
    struct screen *s = app_screen(a, a->focus);
    struct pane p = {LINES - 1, 0, 1, COLS};
    int end = COLS - 1, at = 1;

    if (a->prompt.ops) {
        draw_prompt_keys(a, &p, end);
        return;
    }
    int last = (int)(text_width(msg(MSG_TUI_KEY_HELP)) + text_width(msg(MSG_TUI_KEY_QUIT)) + 8);
    if (a->run.active)
        at = draw_action(&p, at, end - last, ACTION_STOP);
    for (const enum action *k = s->ops->keys(a); *k != ACTION_NONE; k++)
        at = draw_action(&p, at, end - last, *k);
    if (reader_overflows(s))
        at = draw_action(&p, at, end - last,
                         s->columns < COLS - 4 ? ACTION_ZOOM : ACTION_SCROLL_RIGHT);
    at = draw_action(&p, at, end, ACTION_HELP);
    draw_action(&p, at, end, ACTION_QUIT);
}

static void draw_tiny(void)
{
    struct pane p = {0, 0, LINES, COLS};
    AUTO_FREE char *text = say(MSG_TUI_TINY, TINY_COLUMNS, TINY_ROWS, COLS, LINES);
    size_t count = 0;
    AUTO_FREE struct text_slice *lines =
        text_wrap(text, strlen(text), COLS > 0 ? (size_t)COLS : 1, &count);

    for (int i = 0; i < (int)count && i < LINES; i++) {
        AUTO_FREE char *line = str_ndup(text + lines[i].start, lines[i].len);
        paint(&p, i, 0, TONE_TEXT, line);
    }
}

void frame_draw(struct app *a)
{
    erase();
    curs_set(0);
    a->dirty = false;
    if (frame_is_tiny()) {
        draw_tiny();
        refresh();
        return;
    }
    layout(a);
    draw_header(a);
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        draw_slot(a, (enum slot)slot);
    draw_keys(a);
    if (a->prompt.ops)
        draw_prompt(a); /* last: it leaves the cursor where one types */
    else
        draw_status(a);
    refresh();
}
